"""Runs the root-cause notebooks of the reference against this package, with the import alone changed.

    python integrations/python/tests/reference_notebooks.py
    python integrations/python/tests/reference_notebooks.py --with-reference VENV/bin/python

The notebooks and their tables come from the reference's source distribution, which pip downloads; see `reference_sdist`. Printed are, for each
notebook, how many of the cells that use `gcm` ran, what the others failed with, and the figures by node; with the second command beside those that
the reference gives, run by an interpreter that has it. `--save` keeps all of it, `--saved` takes the reference's part from there, as it takes minutes.
The interpreter needs what the notebooks import: pandas, matplotlib, networkx and scipy.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import reference_sdist
import reference_table
from reference_cells import REFERENCE

RUNNER = Path(__file__).with_name("reference_runner.py")
PATIENCE = 4 * 3600  # seconds for one notebook, which the reference needs minutes for on an idle machine


def run(notebooks, python=sys.executable, package="etiology"):
    """Runs each notebook, given by its name and path, in a process of its own; returns the record of each by name."""
    records = {}
    for name, path in notebooks.items():
        result = path.with_name(f"{path.stem}.{package}.json")
        process = subprocess.run([python, RUNNER, path, package, result], capture_output=True, text=True, timeout=PATIENCE)
        if process.returncode != 0:
            raise RuntimeError(f"the run of {path.name} ended with {process.returncode}: {process.stderr[-2000:]}")
        records[name] = json.loads(result.read_text(encoding="utf-8"))
    return records


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--package", default="etiology", help="the package that has the module gcm")
    parser.add_argument("--python", default=sys.executable, help="the interpreter that has the package")
    parser.add_argument("--with-reference", metavar="PYTHON", help=f"an interpreter that has {REFERENCE}, for its figures")
    parser.add_argument("--saved", metavar="FILE", help="what --save wrote, for the reference's figures")
    parser.add_argument("--save", metavar="FILE", help="where all results go, as JSON")
    parser.add_argument("--sdist", metavar="FILE", help="the reference's source distribution, instead of pip's")
    parser.add_argument("--notebook", choices=reference_sdist.NOTEBOOKS, action="append", help="this one alone; may be repeated")
    options = parser.parse_args()

    try:
        archive = reference_sdist.archive(options.sdist)
    except reference_sdist.NotReachable as reason:
        sys.exit(f"SKIPPED: {reason}")
    with tempfile.TemporaryDirectory() as folder:
        notebooks = reference_sdist.unpack(archive, folder)
        notebooks = {name: path for name, path in notebooks.items() if name in (options.notebook or notebooks)}
        ours = run(notebooks, options.python, options.package)
        theirs = {}
        if options.saved:
            theirs = json.loads(Path(options.saved).read_text(encoding="utf-8")).get(REFERENCE, {})
        elif options.with_reference:
            theirs = run(notebooks, options.with_reference, REFERENCE)
    print(reference_table.of_cells(ours, theirs))
    print(reference_table.of_failures(ours))
    print(reference_table.of_figures(ours, theirs))
    if options.save:
        results = {REFERENCE: theirs} | {options.package: ours}
        Path(options.save).write_text(json.dumps(results, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
