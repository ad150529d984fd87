"""Runs the calling script with the packages of requirements.txt, exactly in those versions.

If the current interpreter has them, nothing happens. If not, they are installed into the virtual environment `.venv`
beside this file, and the script starts again in there. Needs only the standard library.
"""

import os
import subprocess
import sys
import venv
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

HERE = Path(__file__).resolve().parent
REQUIREMENTS = HERE / "requirements.txt"
VENV = HERE / ".venv"
PYTHON = (3, 11)


def differences():
    """What the current interpreter lacks of requirements.txt, a line for each package."""
    lines = (line.split("#")[0].strip() for line in REQUIREMENTS.read_text().splitlines())
    found = []
    for name, wanted in (line.split("==") for line in lines if line):
        try:
            installed = version(name)
        except PackageNotFoundError:
            installed = "nothing"
        if installed != wanted:
            found.append(f"{name}: {wanted} wanted, {installed} installed")
    return found


def ensure(use_this_python):
    """Returns in an interpreter that has the packages, or in this one, whatever it has, if so asked."""
    missing = differences()
    if not missing:
        return
    if use_this_python:
        print("WARNING: not the pinned packages:\n  " + "\n  ".join(missing))
        return
    if in_our_venv():
        install()
        missing = differences_of_fresh_process()
        if missing:
            sys.exit(f"{VENV} still differs from {REQUIREMENTS}:\n{missing}")
    else:
        if sys.version_info[:2] != PYTHON:
            sys.exit(f"The pinned packages need Python {PYTHON[0]}.{PYTHON[1]}; this is {sys.version.split()[0]}")
        if not venv_python().exists():
            print(f"making {VENV}", flush=True)
            venv.create(VENV, with_pip=True)
    os.execv(venv_python(), [str(venv_python()), *sys.argv])


def venv_python():
    return VENV / "bin" / "python"


def in_our_venv():
    return Path(sys.prefix).resolve() == VENV.resolve()


def install():
    print(f"installing {REQUIREMENTS} into {VENV}: some minutes", flush=True)
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--requirement", REQUIREMENTS], check=True)


def differences_of_fresh_process():
    """The running process may not see what has just been installed."""
    code = "import environment; print('\\n'.join(environment.differences()))"
    done = subprocess.run([sys.executable, "-c", code], cwd=HERE, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()
