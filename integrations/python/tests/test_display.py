"""What a notebook shows."""

import re
import xml.etree.ElementTree

import pytest

import etiology
from etiology._estimates import Estimates

TARGET, CULPRIT = "Website", "Caching Service"
SVG = re.compile(r"<svg.*?</svg>", re.DOTALL)


def test_answers_show_bars_the_graph_and_their_text(model, event):
    for answer in (model.diagnose(TARGET, event), model.attribute_outlier(TARGET, event)):
        shown = answer._repr_html_()
        drawings = SVG.findall(shown)
        assert len(drawings) == 2 and CULPRIT in drawings[0] and CULPRIT in drawings[1]
        for drawing in drawings:
            xml.etree.ElementTree.fromstring(drawing)
        assert "<details><summary>Text</summary><pre>" in shown
    assert "<b>" in model.diagnose(TARGET, event)._repr_html_()


def test_all_answers_show_something(unfitted, model, normal, event):
    usual = {name: float(column[0]) for name, column in normal.items()}
    answers = [
        model.diagnose_all(event),
        model.attribute_rows_together(TARGET, {name: column[:20] for name, column in normal.items()}, "mean"),
        unfitted.distribution_change(normal, normal, TARGET),
        model.intrinsic_influence(TARGET),
        model.arrow_strength("www"),
        model.parent_relevance("www"),
        model.unit_change(TARGET, usual, event),
        model.average_causal_effect(TARGET, {CULPRIT: ("shift", 1.0)}),
        model.counterfactual(event, {CULPRIT: 1.0}),
        model.evaluate(normal, graph_permutations=0),
        model.drift_check(normal),
        model.fit_report,
        model.assignment_report,
    ]
    pandas = pytest.importorskip("pandas")
    for answer in answers:
        assert answer._repr_html_().startswith("<div>") and str(answer) and isinstance(answer.to_frame(), pandas.DataFrame)
        with pytest.raises(AttributeError, match="no attribute `nothing`"):
            answer.nothing


def test_names_are_escaped():
    name = "<script>alert('db')</script>"
    rows = {name: [0.1 * number + 0.01 * (number % 7) for number in range(60)]}
    rows["api"] = [value + 0.05 * (number % 5) for number, value in enumerate(rows[name])]
    model = etiology.StructuralCausalModel([(name, "api")]).assign_mechanisms(rows, search="linear").fit(rows)
    event = {name: 30.0, "api": 30.0}
    for answer in (model.attribute_outlier("api", event), model.diagnose("api", event), model.arrow_strength("api")):
        shown = answer._repr_html_()
        assert "<script" not in shown and "script" in shown
    assert "<script" not in Estimates({(name, "api"): 1.0})._repr_html_()


def test_a_frame_has_a_row_for_each_node(model, event):
    pytest.importorskip("pandas")
    frame = model.attribute_outlier(TARGET, event).to_frame()
    assert frame.index.name == "node" and frame.index[0] == CULPRIT and {"nats", "std_error", "observed"} <= set(frame.columns)
    parts = model.unit_change(TARGET, {**event, CULPRIT: 0.1}, event).to_frame()
    assert parts.index.names == ["node", "source"]


def test_a_progress_bar_writes_one_line(capsys):
    bar = etiology.progress_bar("fits", width=4)
    bar(1, 2)
    bar(2, 2)
    assert capsys.readouterr().err == "\r██·· 1 of 2 fits\r████ 2 of 2 fits\n"


def test_drawings_of_matplotlib(tmp_path):
    matplotlib = pytest.importorskip("matplotlib")
    networkx = pytest.importorskip("networkx")
    matplotlib.use("Agg")
    from etiology import utils

    graph = networkx.DiGraph([("db", "api"), ("auth", "api")])
    utils.plot(graph, causal_strengths={("db", "api"): 2.0, ("auth", "api"): 0.5}, filename=tmp_path / "graph.png", display_plot=False)
    utils.bar_plot({"db": 1.0, "api": -0.5}, {"db": (0.5, 1.5), "api": (-1.0, 0.0)}, "nats", tmp_path / "bars.png", display_plot=False)
    assert (tmp_path / "graph.png").stat().st_size > 1000 and (tmp_path / "bars.png").stat().st_size > 1000
