"""A process for each notebook, with whichever interpreter has the package."""

import json
import subprocess
import sys
from pathlib import Path

RUNNER = "reference_notebooks.runner"
FOLDER = Path(__file__).resolve().parents[1]  # of the package, from which it is imported
PATIENCE = 4 * 3600  # seconds for one notebook, which the reference needs minutes for on an idle machine


def run(notebooks, python=sys.executable, package="etiology"):
    """Runs each notebook, given by its name and path, in a process of its own; returns the record of each by name."""
    records = {}
    for name, path in notebooks.items():
        result = path.with_name(f"{path.stem}.{package}.json")
        command = [python, "-m", RUNNER, path, package, result]
        process = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=PATIENCE)
        if process.returncode != 0:
            raise RuntimeError(f"the run of {path.name} ended with {process.returncode}: {process.stderr[-2000:]}")
        records[name] = json.loads(result.read_text(encoding="utf-8"))
    return records
