"""Runs the code cells of one notebook against a package, in this process, and writes what came of it as JSON.

    python -m reference_notebooks.runner NOTEBOOK PACKAGE RESULT

As in a notebook, all cells share one namespace, a cell that fails does not keep the next from running, and the last expression of a cell is shown:
its `repr`, and its HTML if it has one. Pictures are drawn without a screen, and IPython is a stand-in that shows nothing. What is known is written
after each cell, so that a run that was ended leaves how far it came.
"""

import ast
import contextlib
import io
import json
import math
import os
import platform
import sys
import time
import traceback
import types
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from reference_notebooks import cells as code


def run(path, package, tell):
    """Runs the notebook in its own folder; tells, after each cell that has code, the record of all so far."""
    os.environ["MPLBACKEND"] = "Agg"
    os.chdir(path.parent)
    sys.path.insert(0, str(path.parent))  # as a notebook has it
    stand_in_for_ipython()
    namespace = {"__name__": "__main__", "display": shown}
    cells = code.read(path)
    record = {"package": package, "version": "unknown", "python": platform.python_version(), "seconds": 0.0, "cells": []}
    record["left"] = [{"index": cell.index, "uses": cell.uses} for cell in cells]
    start = time.perf_counter()
    for cell in cells:
        record["cells"].append(run_cell(cell, package, namespace))
        record["left"].pop(0)
        record["version"], record["seconds"] = version_of(package), round(time.perf_counter() - start, 2)
        tell(record)


def run_cell(cell, package, namespace):
    record = {"index": cell.index, "uses": cell.uses, "names": cell.names, "error": None, "figures": {}}
    output = io.StringIO()
    start = time.perf_counter()
    try:
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            value = execute(code.renamed(cell.tree, package), f"cell {cell.index}", namespace)
            shown(value)
    except Exception as error:  # whatever a cell raises is a result
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == f"cell {cell.index}"]
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"line {lines[0]}" if lines else "where it is shown"
        record["error"] = f"{where}: {type(error).__name__}: {str(error)[:300]} (raised in {Path(last.filename).name}:{last.lineno})"
    else:
        found = {name: figures_of(namespace.get(name)) for name in cell.made}
        record["figures"] = {name: figures for name, figures in found.items() if figures}
    finally:
        close_pictures()
    record["seconds"] = round(time.perf_counter() - start, 3)
    record["output"] = output.getvalue()[-20_000:]
    return record


def execute(tree, name, namespace):
    """Runs the code; returns the value of a last expression, or nothing."""
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, name, "exec"), namespace)
    return eval(compile(ast.Expression(last.value), name, "eval"), namespace) if last else None


def shown(*values, **_):
    """What a notebook does with a value."""
    for value in values:
        repr(value)
        as_html = getattr(type(value), "_repr_html_", None)
        if as_html:
            as_html(value)


def stand_in_for_ipython():
    module = types.ModuleType("IPython.display")
    for name in ("Image", "HTML", "Markdown", "SVG", "Latex", "IFrame"):
        setattr(module, name, type(name, (), {"__init__": lambda self, *_, **__: None}))
    module.display, module.clear_output = shown, lambda *_, **__: None
    package = types.ModuleType("IPython")
    package.display, package.get_ipython = module, lambda: None
    package.version_info = (9, 0)  # matplotlib asks for it
    sys.modules["IPython"], sys.modules["IPython.display"] = package, module


def close_pictures():
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


def figures_of(value):
    """The numbers of a dict by node, or by edge: a value with its error if it has one, or two bounds. Empty for anything else."""
    if not isinstance(value, Mapping):
        return {}
    errors = getattr(value, "std_error", None)
    errors = errors if isinstance(errors, Mapping) else {}
    figures = {}
    for key, entry in value.items():
        numbers = as_numbers(entry)
        if len(numbers) == 1:
            figures[label(key)] = {"value": numbers[0]}
            error = as_numbers(errors.get(key))
            if len(error) == 1:
                figures[label(key)]["error"] = error[0]
        elif len(numbers) == 2:
            figures[label(key)] = {"lower": numbers[0], "upper": numbers[1]}
    return figures


def as_numbers(entry):
    """A number, or a flat array of numbers, as a list of finite floats; empty for anything else."""
    entry = entry.tolist() if hasattr(entry, "tolist") else entry
    entry = entry if isinstance(entry, (list, tuple)) else [entry]
    numbers = all(isinstance(number, (int, float)) and math.isfinite(number) for number in entry)
    return [float(number) for number in entry] if numbers else []


def label(key):
    return " -> ".join(map(str, key)) if isinstance(key, tuple) else str(key)


def version_of(package):
    try:
        return version(package)
    except PackageNotFoundError:
        return getattr(sys.modules.get(package), "__version__", "unknown")


if __name__ == "__main__":
    notebook, package_name, result = sys.argv[1:]
    result = Path(result).resolve()

    def write(record):
        unfinished = result.with_suffix(".part")
        unfinished.write_text(json.dumps(record, indent=1), encoding="utf-8")
        unfinished.replace(result)

    run(Path(notebook).resolve(), package_name, write)
