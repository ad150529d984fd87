"""Runs the root-cause notebooks of the reference against this package, with the import alone changed.

    cd integrations/python/tests
    python -m reference_notebooks
    python -m reference_notebooks --with-reference VENV/bin/python

The notebooks and their tables come from the reference's source distribution, which pip downloads; see `sdist`. Printed are, for each
notebook, how many of the cells that use `gcm` ran, what the others failed with, and the figures by node; with the second command beside those that
the reference gives, run by an interpreter that has it. `--save` keeps all of it, `--saved` takes the reference's part from there, as it takes minutes.
The interpreter needs what the notebooks import: pandas, matplotlib, networkx and scipy.
"""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from reference_notebooks import sdist, table
from reference_notebooks.cells import REFERENCE
from reference_notebooks.processes import PATIENCE, run


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--package", default="etiology", help="the package that has the module gcm")
    parser.add_argument("--python", default=sys.executable, help="the interpreter that has the package")
    parser.add_argument("--with-reference", metavar="PYTHON", help=f"an interpreter that has {REFERENCE}, for its figures")
    parser.add_argument("--saved", metavar="FILE", help="what --save wrote, for the reference's figures")
    parser.add_argument("--save", metavar="FILE", help="where all results go, as JSON")
    parser.add_argument("--patience", metavar="SECONDS", type=float, default=PATIENCE, help="after which the run of a notebook is ended")
    parser.add_argument("--markdown", action="store_true", help="the figures as a table of Markdown")
    parser.add_argument("--sdist", metavar="FILE", help="the reference's source distribution, instead of pip's")
    parser.add_argument("--notebook", choices=sdist.NOTEBOOKS, action="append", help="this one alone; may be repeated")
    options = parser.parse_args()

    try:
        archive = sdist.archive(options.sdist)
    except sdist.NotReachable as reason:
        sys.exit(f"SKIPPED: {reason}")
    with tempfile.TemporaryDirectory() as folder:
        notebooks = sdist.unpack(archive, folder)
        notebooks = {name: path for name, path in notebooks.items() if name in (options.notebook or notebooks)}
        ours = run(notebooks, os.path.abspath(options.python), options.package, options.patience)
        theirs = {}
        if options.saved:
            theirs = json.loads(Path(options.saved).read_text(encoding="utf-8")).get(REFERENCE, {})
        elif options.with_reference:
            theirs = run(notebooks, os.path.abspath(options.with_reference), REFERENCE, options.patience)
    print(table.of_cells(ours, theirs))
    print(table.of_failures(ours, theirs))
    print((table.of_figures_in_markdown if options.markdown else table.of_figures)(ours, theirs))
    if options.save:
        results = {REFERENCE: theirs} | {options.package: ours}
        Path(options.save).write_text(json.dumps(results, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
