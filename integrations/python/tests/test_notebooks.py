"""The worked notebooks run from top to bottom, and what their cells assert holds."""

import json
import shutil
from pathlib import Path

import pytest
from reference_notebooks import table
from reference_notebooks.processes import run

NOTEBOOKS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))


def test_there_are_two():
    assert [path.name for path in NOTEBOOKS] == ["microservices.ipynb", "online_shop.ipynb"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_short_and_without_outputs(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert notebook["nbformat"] == 4 and 12 <= len(notebook["cells"]) <= 20
    assert len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])
    for cell in notebook["cells"]:
        assert cell["cell_type"] == "markdown" or (cell["outputs"] == [] and cell["execution_count"] is None)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_cell_runs(path, tmp_path):
    for name in ("pandas", "networkx"):
        pytest.importorskip(name)
    record = run({path.stem: Path(shutil.copy(path, tmp_path))})[path.stem]
    assert not table.failures(record), table.of_failures({path.stem: record})
    assert len(list(tmp_path.glob("*.html"))) == 1, "each writes one page"
