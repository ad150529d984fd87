"""What a notebook shows."""

import html.parser
import re
import xml.etree.ElementTree

import numpy
import pytest

import etiology
from etiology._estimates import Estimates

TARGET, CULPRIT = "Website", "Caching Service"
SVG = re.compile(r"<svg.*?</svg>", re.DOTALL)


def test_answers_show_the_parts_of_their_page_and_their_text(unfitted, model, normal, event):
    slower = {name: column + (0.5 if name == CULPRIT else 0.0) for name, column in normal.items()}
    for answer in (model.diagnose(TARGET, event), model.attribute_outlier(TARGET, event), unfitted.distribution_change(normal, slower, TARGET)):
        shown = answer._repr_html_()
        drawings = SVG.findall(shown)
        assert drawings and CULPRIT in drawings[0]
        for drawing in drawings:
            xml.etree.ElementTree.fromstring(drawing)
        # The page's own parts, with its style for them alone.
        assert answer.to_fragment() in shown and ".etiology {" in shown
        assert "<html" not in shown and "<script" not in shown and "<details><summary>Text</summary><pre>" in shown
    shown = model.diagnose(TARGET, event)._repr_html_()
    page = model.diagnose(TARGET, event).to_page()
    start = page.index('<div class="first">')
    assert page[start : page.index("<section", start)] in shown, "the first screen of the page is what a notebook shows"


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


class Tags(html.parser.HTMLParser):
    """The elements of a page, each with its attributes."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


@pytest.mark.parametrize(
    "name", ["<script>alert('db')</script>", '"><img src=x onerror=alert(1)>', "</style></svg><b onclick=x>", "`<i>`", "db &amp; &lt;i&gt;"]
)
def test_names_are_escaped(name):
    rows = {name: [0.1 * number + 0.01 * (number % 7) for number in range(60)]}
    rows["api"] = [value + 0.05 * (number % 5) for number, value in enumerate(rows[name])]
    rows = {node: numpy.array(column) for node, column in rows.items()}
    unfitted = etiology.StructuralCausalModel([(name, "api")]).assign_mechanisms(rows, search="linear")
    model = unfitted.fit(rows)
    event = {name: 30.0, "api": 30.0}
    moved = {node: column + 3.0 for node, column in rows.items()}
    answers = [
        model.attribute_outlier("api", event),
        model.attribute_outlier("api", event, quantity="mean_deviation"),
        model.attribute_outliers("api", rows),
        model.diagnose("api", event),
        model.diagnose_all(event),
        model.diagnose_rows_together("api", rows, "mean"),
        model.arrow_strength("api"),
        unfitted.distribution_change(rows, moved, "api"),
        Estimates({(name, "api"): 1.0}),
    ]
    for answer in answers:
        shown = answer._repr_html_()
        tags = Tags(shown).found
        assert tags and not {"script", "img", "i"} & {tag for tag, _ in tags}, type(answer)
        assert not any(attribute.startswith("on") for _, attributes in tags for attribute in attributes), type(answer)


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
    from etiology.gcm.util import plotting

    assert etiology.utils.plotting.plot is utils.plot and plotting.plot_adjacency_matrix is utils.plot_adjacency_matrix
    graph = networkx.DiGraph([("db", "api"), ("auth", "api")])
    utils.plot(graph, causal_strengths={("db", "api"): 2.0, ("auth", "api"): 0.5}, filename=tmp_path / "graph.png", display_plot=False)
    utils.bar_plot({"db": 1.0, "api": -0.5}, {"db": (0.5, 1.5), "api": (-1.0, 0.0)}, "nats", tmp_path / "bars.png", display_plot=False)
    pandas = pytest.importorskip("pandas")
    matrix = pandas.DataFrame([[0.0, 1.0], [0.0, 0.0]], index=["db", "api"], columns=["db", "api"])
    for directed in (True, False):
        utils.plot_adjacency_matrix(matrix, directed, filename=tmp_path / f"matrix_{directed}.png", display_plot=False)
        assert (tmp_path / f"matrix_{directed}.png").stat().st_size > 1000
    assert (tmp_path / "graph.png").stat().st_size > 1000 and (tmp_path / "bars.png").stat().st_size > 1000
