"""The root-cause notebooks of the reference run against this package with the import alone changed, and name the causes that their text names.

Skipped where the reference's source distribution cannot be had, or what the notebooks import is not installed. What finds cells that use `gcm`, and
tells which ran, is tested first, on notebooks made here.
"""

import ast
import json

import pytest
from reference_notebooks import cells as code
from reference_notebooks import sdist, table
from reference_notebooks.processes import run

LEAST = 0.9  # of the cells that use gcm


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    for name in ("pandas", "networkx", "matplotlib", "scipy"):
        pytest.importorskip(name)
    try:
        archive = sdist.archive()
    except sdist.NotReachable as reason:
        pytest.skip(str(reason))
    records = run(sdist.unpack(archive, tmp_path_factory.mktemp("reference")))
    print(table.of_cells(records, {}))
    return records


@pytest.mark.parametrize("name", sdist.NOTEBOOKS)
def test_nearly_all_cells_that_use_gcm_run(records, name):
    ran, using = table.share(records[name])
    assert ran >= LEAST * using, table.of_failures({name: records[name]})


def last_figures(record, title):
    """The figures that the last cell with this title gives, each a number."""
    found = [cell["figures"][title] for cell in record["cells"] if title in cell["figures"]]
    return {node: entry["value"] for node, entry in found[-1].items()}


def test_the_slow_request_and_the_lasting_change_are_the_caching_service(records):
    found = [cell["figures"]["median_attribs"] for cell in records["microservices"]["cells"] if "median_attribs" in cell["figures"]]
    assert len(found) == 2
    for figures in found:
        values = {node: entry["value"] for node, entry in figures.items()}
        assert max(values, key=values.get) == "Caching Service"
    lasting = last_figures(records["microservices"], "median_attribs")
    assert lasting["Caching Service"] == pytest.approx(1.9, abs=0.2)  # seconds, of the formulas that the data follow
    assert all(abs(value) < 0.2 for node, value in lasting.items() if node != "Caching Service")


def test_the_quarter_lost_its_profit_by_page_views(records):
    change = last_figures(records["online shop"], "median_attributions")
    assert min(change, key=change.get) == "Page Views" and change["Page Views"] < 0
    arrows = last_figures(records["online shop"], "arrow_strengths")
    assert set(arrows) == {"Revenue -> Profit", "Operational Cost -> Profit"}
    assert arrows["Revenue -> Profit"] > arrows["Operational Cost -> Profit"] > 0


def test_the_supply_chain_changed_in_its_demand_and_its_confirmations(records):
    for title in ("contributions", "median_contribs"):
        change = last_figures(records["supply chain"], title)
        assert set(sorted(change, key=change.get)[-2:]) == {"demand", "confirmed"}
        assert change["demand"] + change["confirmed"] == pytest.approx(6.0, abs=0.6)  # 3 and 3, of the formulas that the data follow


# What the tests above rest on.


def cells_of(tmp_path, *sources):
    path = tmp_path / "some.ipynb"
    path.write_text(json.dumps({"cells": [{"cell_type": "code", "source": source.splitlines(keepends=True)} for source in sources]}))
    return path, code.read(path)


def test_cells_that_use_the_module_are_found(tmp_path):
    _, cells = cells_of(
        tmp_path,
        "import networkx as nx\ngraph = nx.DiGraph()",
        "%matplotlib inline\nfrom dowhy import gcm\nfrom dowhy.utils import plot\nplot(graph)",
        "model = gcm.StructuralCausalModel(graph)",
        "for node in graph.nodes:\n    print(node)",
        "print(model)",
        "model = None\nlater = lambda: gcm.draw_samples",
        "print(model)",
        "low, high = later()",
        "low",
        "# nothing but a comment",
    )
    assert [cell.index for cell in cells if cell.uses] == [1, 2, 4, 5, 7, 8]
    assert [cell.index for cell in cells if cell.names] == [1, 2, 5]
    assert [cell.made for cell in cells if cell.made] == [["model"], ["later"], ["low", "high"]]
    assert len(cells) == 9


@pytest.mark.parametrize(
    "before, after",
    [
        ("from dowhy import gcm", "from other import gcm"),
        ("import dowhy.gcm as gcm", "import other.gcm as gcm"),
        ("from dowhy.utils import plot", "from other.utils import plot"),
        ("import dowhy.gcm", "import other.gcm\ndowhy = other"),
        ("import pandas\ndowhy = 'dowhy'", "import pandas\ndowhy = 'dowhy'"),
    ],
)
def test_imports_alone_are_renamed(before, after):
    assert ast.unparse(code.renamed(ast.parse(before), "other")) == after


def test_a_failing_cell_is_counted_and_the_next_ones_run(tmp_path):
    path, _ = cells_of(
        tmp_path,
        "from dowhy import gcm",
        "parts = gcm.missing()",
        "class Broken:\n    def _repr_html_(self):\n        return gcm.nothing",
        "Broken()",
        "import numpy as np\nparts = {('a', 'b'): gcm.figure, 'c': np.array([1.0, 2.0]), 'd': 'text', 'e': np.array([3.0])}",
        "undefined",
    )
    package = tmp_path / "stub_package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "gcm.py").write_text("figure = 0.5\n")
    record = run({"some": path}, package="stub_package")["some"]
    assert table.share(record) == (3, 5)
    assert [line.partition(" ")[0] for line in table.failures(record)] == ["[1]", "[3]", "[5]"]
    assert "line 1: AttributeError" in table.failures(record)[0]
    assert record["cells"][4]["figures"]["parts"] == {"a -> b": {"value": 0.5}, "c": {"lower": 1.0, "upper": 2.0}, "e": {"value": 3.0}}


def test_a_run_that_takes_too_long_is_ended_and_its_cells_until_then_are_kept(tmp_path):
    path, _ = cells_of(tmp_path, "from dowhy import gcm", "name = gcm.__name__", "import time\ntime.sleep(600)\ngcm", "gcm.fit")
    record = run({"some": path}, patience=10)["some"]
    assert [cell["index"] for cell in record["cells"]] == [0, 1] and [cell["index"] for cell in record["left"]] == [2, 3]
    assert table.share(record) == (2, 4)
    assert table.failures(record) == ["[2, 3] not reached: the run of etiology was ended after 10 s"]


def test_figures_stand_beside_each_other():
    def record(package, value):
        cell = {"index": 3, "uses": True, "error": None, "figures": {"parts": {"a -> b": {"value": value}, "c": {"value": 2.0, "error": 0.5}}}}
        return {"some": {"package": package, "version": "1", "seconds": 1.0, "cells": [cell]}}

    ours, theirs = record("ours", 1.0), record("theirs", 1.5)
    shown = table.of_figures_in_markdown(ours, theirs).split("\n")
    assert shown[0] == "| notebook, cell | figure | ours 1 | theirs 1 |"
    assert shown[2:] == ["| some [3], `parts` | a → b | 1 | 1.5 |", "| some [3], `parts` | c | 2 ± 0.5 | 2 ± 0.5 |"]
    theirs["some"]["cells"] = []
    assert table.of_figures_in_markdown(ours, theirs).count("| not reached |") == 2
    assert "1.5" in table.of_figures(ours, record("theirs", 1.5))


def test_an_archive_of_another_content_is_refused(tmp_path):
    path = tmp_path / sdist.ARCHIVE
    with pytest.raises(sdist.NotReachable, match="there is no file"):
        sdist.archive(path)
    path.write_bytes(b"something else")
    with pytest.raises(ValueError, match="expected 18f4"):
        sdist.archive(path)
