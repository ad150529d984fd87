"""A process for each notebook, with whichever interpreter has the package."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

RUNNER = "reference_notebooks.runner"
FOLDER = Path(__file__).resolve().parents[1]  # of the package, from which it is imported
PATIENCE = 4 * 3600  # seconds for one notebook, which the reference needs minutes for on an idle machine


def run(notebooks, python=sys.executable, package="etiology", patience=PATIENCE):
    """Runs each notebook, given by its name and path, in a process of its own; returns the record of each by name. A process that needs longer than
    `patience` seconds is ended, and its record has the cells until then, those that are `left`, and when it was `ended`."""
    records = {}
    for name, path in notebooks.items():
        result = path.with_name(f"{path.stem}.{package}.json")
        command = [python, "-m", RUNNER, path, package, result]
        # A session of its own, as it may have started workers that are to be ended with it.
        process = subprocess.Popen(command, cwd=FOLDER, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True)
        ended = {}
        try:
            _, said = process.communicate(timeout=patience)
        except subprocess.TimeoutExpired as error:
            if not result.is_file():
                raise RuntimeError(f"no cell of {path.name} ended in {patience} s") from error
            ended = {"ended": patience}
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
        if not ended and process.returncode != 0:
            raise RuntimeError(f"the run of {path.name} ended with {process.returncode}: {said[-2000:]}")
        records[name] = json.loads(result.read_text(encoding="utf-8")) | ended
    return records
