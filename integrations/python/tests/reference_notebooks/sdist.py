"""The reference's source distribution, of which the notebooks and their tables are read; nothing of it is in the repository.

It is looked for where the caller or the variable `ETIOLOGY_REFERENCE_SDIST` says, then in the build folder, then asked of the package index
by pip. It must have the recorded checksum, since code of it is run.
"""

import hashlib
import os
import subprocess
import sys
import tarfile
from pathlib import Path

PROJECT, VERSION = "dowhy", "0.14"
SHA256 = "18f48882bc2cd3452ed3536ae3529a196acfa3b1e21b8978b71934e65cabb665"
NOTEBOOKS = {
    "microservices": "gcm_rca_microservice_architecture.ipynb",
    "online shop": "gcm_online_shop.ipynb",
    "supply chain": "gcm_supply_chain_dist_change.ipynb",
}
CACHE = Path(__file__).resolve().parents[4] / "target" / "reference"
ARCHIVE = f"{PROJECT}-{VERSION}.tar.gz"
PATIENCE = 600  # seconds for pip, which also prepares the build of what it downloads


class NotReachable(Exception):
    """Neither a given file nor the package index has the source distribution."""


def archive(given=None):
    """The path of the archive, downloaded if it is not here yet. Raises `NotReachable`, or `ValueError` where the checksum differs."""
    given = given or os.environ.get("ETIOLOGY_REFERENCE_SDIST")
    path = Path(given) if given else CACHE / ARCHIVE
    if given and not path.is_file():
        raise NotReachable(f"there is no file {path}")
    if not path.is_file():
        download(path.parent)
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != SHA256:
        raise ValueError(f"{path} has the SHA-256 {found}, expected {SHA256}; delete it, or give another")
    return path


def download(folder):
    """Asks pip for the archive of the recorded version."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", f"{PROJECT}=={VERSION}", "--dest", folder]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        raise NotReachable(f"pip did not download {PROJECT} {VERSION} in {PATIENCE} s") from None
    except subprocess.CalledProcessError as error:
        raise NotReachable(f"pip did not download {PROJECT} {VERSION}: {error.stderr.strip()[-300:]}") from None
    if not (folder / ARCHIVE).is_file():
        raise NotReachable(f"pip downloaded no {ARCHIVE}")


def unpack(path, folder):
    """Unpacks the notebooks and the files beside them into the folder; returns the path of each notebook by its short name."""
    inside = f"{PROJECT}-{VERSION}/docs/source/example_notebooks/"
    with tarfile.open(path) as tar:
        for member in tar.getmembers():
            name = member.name.removeprefix(inside)
            if member.isfile() and member.name.startswith(inside) and "/" not in name:
                (Path(folder) / name).write_bytes(tar.extractfile(member).read())
    paths = {short: Path(folder) / name for short, name in NOTEBOOKS.items()}
    missing = [path.name for path in paths.values() if not path.is_file()]
    if missing:
        raise ValueError(f"{path} lacks {', '.join(missing)}")
    return paths
