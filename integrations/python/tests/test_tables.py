"""Tables, rows and graphs of every kind, and mistakes in them."""

import collections

import numpy
import pytest

import etiology
from etiology import _tables

EDGES = [("db", "api")]


@pytest.fixture(scope="module")
def columns():
    random = numpy.random.default_rng(4)
    db = random.exponential(size=200)
    return {"db": db, "api": db + random.normal(size=200), "note": numpy.array([f"row {row}" for row in range(200)], dtype=object)}


@pytest.fixture(scope="module")
def model(columns):
    return etiology.StructuralCausalModel(EDGES).assign_mechanisms(columns, search="linear").fit(columns)


def kinds(columns):
    pandas, polars, pyarrow = (pytest.importorskip(name) for name in ("pandas", "polars", "pyarrow"))
    mixed = pandas.DataFrame(columns)
    yield "pandas", mixed
    yield "pandas, floats in one block", pandas.DataFrame(numpy.column_stack([columns["db"], columns["api"]]), columns=["db", "api"])
    yield "pandas, nullable", pandas.DataFrame({name: pandas.array(columns[name], dtype="Float64") for name in ("db", "api")})
    yield "pandas, with gaps in its index", pandas.concat([mixed.iloc[:100], mixed.iloc[100:]]).set_axis(range(7, 607, 3))
    yield "polars", polars.DataFrame({name: column.tolist() for name, column in columns.items()})
    yield "pyarrow", pyarrow.table({name: column.tolist() for name, column in columns.items()})
    yield "lists", {name: column.tolist() for name, column in columns.items()}
    yield "strided", {name: numpy.repeat(columns[name], 2)[::2] for name in ("db", "api")}
    yield "another byte order", {name: columns[name].astype(">f8") for name in ("db", "api")}
    yield "structured", numpy.array(list(zip(columns["db"], columns["api"])), dtype=[("db", "f8"), ("api", "f8")])
    yield "Dataset", etiology.Dataset({name: columns[name] for name in ("db", "api")})


def test_all_kinds_of_tables_are_the_same_table(columns, model):
    expected = model.attribute_outliers("api", columns)
    for kind, table in kinds(columns):
        assert etiology.StructuralCausalModel(EDGES).assign_mechanisms(table, search="linear").fit(table).fingerprint == model.fingerprint, kind
        found = model.attribute_outliers("api", table)
        assert all((found.contributions[node] == expected.contributions[node]).all() for node in expected.nodes), kind


def test_contiguous_floats_are_not_copied(columns):
    pandas = pytest.importorskip("pandas")
    assert numpy.shares_memory(dict(_tables.columns(columns, ["db"]))["db"], columns["db"])
    frame = pandas.DataFrame({"db": numpy.zeros(5000), "api": numpy.ones(5000)})
    for name, column in _tables.columns(frame):
        assert numpy.shares_memory(column, frame[name].to_numpy())
    polars = pytest.importorskip("polars")
    series = polars.DataFrame({"db": numpy.zeros(5000)})
    assert numpy.shares_memory(dict(_tables.columns(series))["db"], series["db"].to_numpy())


def test_all_kinds_of_rows_are_the_same_row(model):
    pandas = pytest.importorskip("pandas")
    row = {"db": 1.0, "api": 4.0}
    expected = model.attribute_outlier("api", row).values
    named = collections.namedtuple("Row", ["db", "api"])
    for event in (
        pandas.Series(row),
        pandas.DataFrame([row]),
        {"db": numpy.float64(1.0), "api": numpy.array([4.0])},
        {"db": 1, "api": "4" if False else 4},
        named(1.0, 4.0),
        {"db": 1.0, "api": 4.0, "note": "not needed"},
    ):
        assert model.attribute_outlier("api", event).values == expected
    gap = model.attribute_outlier("api", {"db": None, "api": 4.0})
    assert [one["node"] for one in gap.missing] == ["db"]


def test_all_kinds_of_graphs_are_the_same_graph():
    networkx = pytest.importorskip("networkx")
    expected = etiology.CausalGraph(EDGES, nodes=["db", "api"])
    for graph in (networkx.DiGraph(EDGES), EDGES, (edge for edge in EDGES), expected):
        assert etiology.StructuralCausalModel(graph).graph.edges == expected.edges
    numbers = etiology.CausalGraph([(1, 2)], nodes=[1, 2, 3])
    assert numbers.nodes == ["1", "2", "3"] and numbers.parents("2") == ["1"] and "3" in numbers and len(numbers) == 3
    assert etiology.CausalGraph.from_call_graph([("api", "db")]).edges == EDGES


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"db": numpy.array(["2020-01-01"] * 200, dtype="datetime64[D]")}, "column `db` is needed but holds datetime64"),
        ({"db": numpy.ones(200, dtype=complex)}, "column `db` is needed but holds complex128"),
        ({"db": numpy.array([1.0] * 199 + ["slow"], dtype=object)}, "row 199 holds `slow`"),
        ({"db": numpy.array([1.0] * 199 + [[2.0]], dtype=object)}, "holds list in row 199"),
        ({"db": numpy.ones((100, 2))}, "column `db` has 2 dimensions"),
        ({"db": numpy.ones(199)}, "column `api` must have 199 values, not 200|199"),
        ({"db": numpy.full(200, numpy.inf)}, "`db`.*infinite"),
    ],
)
def test_a_column_that_is_wrong_is_named(columns, change, sentence):
    with pytest.raises(etiology.EtiologyError, match=sentence):
        etiology.StructuralCausalModel(EDGES).assign_mechanisms({**columns, **change})


def test_a_column_that_nobody_needs_may_be_wrong(columns, model):
    assert etiology.StructuralCausalModel(EDGES).assign_mechanisms({**columns, "x": numpy.ones(3, dtype=complex)}, search="linear")


def test_text_that_never_repeats_is_no_category(columns):
    with pytest.raises(etiology.EtiologyError, match="`note` is needed but is not numeric, nor a category"):
        etiology.StructuralCausalModel([("note", "api")]).assign_mechanisms(columns)


@pytest.mark.parametrize(
    ("mistake", "sentence"),
    [
        (lambda model: etiology.CausalGraph([("a", "b"), ("b", "c"), ("c", "a")]), "must be acyclic, but has the cycle"),
        (lambda model: etiology.CausalGraph([("a", "")]), "blank"),
        (lambda model: model.attribute_outlier("apy", {"db": 1.0}), "node `apy` is not in the causal graph"),
        (lambda model: model.attribute_outlier("api", {"db": 1.0}), "`api`"),
        (lambda model: model.attribute_outlier("api", {"db": 1.0, "api": "slow"}), "the observed value of `api`"),
        (lambda model: model.attribute_outlier("api", {"db": 1.0, "api": 2.0}, floor=1.5), "floor"),
        (lambda model: model.attribute_outlier("api", {"db": 1.0, "api": 2.0}, samples="many"), "an option is not what it can be"),
        (lambda model: model.attribute_outlier("api", {"db": 1.0, "api": 2.0}, feature_map="loud"), "the feature map"),
        (lambda model: model.attribute_rows_together("api", {"db": [1.0], "api": [2.0]}, "mode"), "the statistic of rows"),
        (lambda model: model.draw_interventional({"apy": 1.0}, 3), "`apy`"),
        (lambda model: model.draw_interventional({"api": ("times", 1.0)}, 3), "none of `set`, `shift` and `scale`"),
        (lambda model: etiology.Noise.fit("bell"), "the family of noise"),
        (lambda model: etiology.Noise.normal(0.0, -1.0), "standard deviation"),
        (lambda model: etiology.Mechanism.additive("magic"), "the regressor"),
        (lambda model: etiology.StructuralCausalModel(EDGES).fit({"db": [1.0, 2.0], "api": [1.0, 2.0]}), "mechanism"),
        (lambda model: model.attribute_outliers("api", {"other": [1.0]}), "`api`"),
        (lambda model: etiology.Dataset({}), "column"),
        (lambda model: model.diagnose("api", {"db": [1.0, 2.0], "api": [1.0, 2.0]}), "an event is one row"),
    ],
)
def test_mistakes_are_exceptions_with_the_sentence(model, mistake, sentence):
    with pytest.raises(etiology.EtiologyError, match=sentence) as raised:
        mistake(model)
    assert isinstance(raised.value, ValueError)


def test_an_option_that_does_not_exist_lists_those_that_do(model):
    with pytest.raises(TypeError, match="there is no option `seeds`; there are .*`seed`"):
        model.attribute_outlier("api", {"db": 1.0, "api": 2.0}, seeds=3)
    with pytest.raises(TypeError, match="a table is a data frame"):
        etiology.Dataset([1.0, 2.0])


def test_a_table_round_trips(columns, tmp_path):
    pandas = pytest.importorskip("pandas")
    table = etiology.Dataset({"db": columns["db"], "region": ["EU", None] * 100})
    assert table["region"][:2] == ["EU", None] and len(table) == 200 and "db" in table
    pandas.testing.assert_frame_equal(etiology.Dataset(table.to_frame()).to_frame(), table.to_frame())
    (tmp_path / "table.csv").write_text(table.to_csv())
    assert (etiology.Dataset.from_csv(tmp_path / "table.csv")["db"] == columns["db"]).all()
