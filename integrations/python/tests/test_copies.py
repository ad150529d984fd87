"""Columns of contiguous floats are read where they are: in whichever frame they come, for events and for what a model is fitted to."""

from pathlib import Path

import numpy
import pytest

import etiology
from etiology import _tables, gcm

ROWS = 5000  # beyond what is read in one piece


def columns():
    random = numpy.random.default_rng(3)
    db = random.exponential(size=ROWS)
    return {"db": db, "api": db + random.exponential(size=ROWS), "web": random.normal(size=ROWS)}


def pandas_frame(made):
    return pytest.importorskip("pandas").DataFrame(made)


def pandas_columns(made):
    return pytest.importorskip("pandas").DataFrame(made, copy=False)


def pandas_small(made):
    return pytest.importorskip("pandas").DataFrame(made).iloc[:2]


def pandas_arrow(made):
    pytest.importorskip("pyarrow")
    pandas = pytest.importorskip("pandas")
    return pandas.DataFrame({name: pandas.array(column, dtype="float64[pyarrow]") for name, column in made.items()})


def polars_frame(made):
    return pytest.importorskip("polars").DataFrame(made)


def arrow_table(made):
    return pytest.importorskip("pyarrow").table(made)


def structured(made):
    table = numpy.empty(ROWS, dtype=[(name, "f8") for name in made])
    for name, column in made.items():
        table[name] = column
    return table


def addresses(table):
    """Where the columns of a table lie, as what made it says."""
    if isinstance(table, dict):
        return {name: column.__array_interface__["data"][0] for name, column in table.items()}
    if type(table).__module__.startswith("pyarrow"):
        return {name: table.column(name).chunk(0).buffers()[1].address for name in table.column_names}
    if type(table).__module__.startswith("polars"):
        return {name: table[name].to_numpy(allow_copy=False).__array_interface__["data"][0] for name in table.columns}
    return {name: table[name].to_numpy().__array_interface__["data"][0] for name in table.columns}


@pytest.mark.parametrize("make", [dict, pandas_frame, pandas_columns, pandas_small, polars_frame, arrow_table])
def test_columns_of_contiguous_floats_are_not_copied(make):
    table = make(columns())
    given = {name: column.__array_interface__["data"][0] for name, column in _tables.columns(table, ["db", "api"])}
    expected = addresses(table)
    assert given == {name: expected[name] for name in ("db", "api")}


@pytest.mark.parametrize("make", [structured, pandas_arrow])
def test_other_columns_are_copied_and_have_the_same_figures(make):
    made = columns()
    for name, column in _tables.columns(make(made), ["db", "api"]):
        assert column.flags.c_contiguous and numpy.array_equal(column, made[name])


def peak_kilobytes():
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1])
    raise AssertionError("no VmHWM")


def peak_of(ask):
    """How many kilobytes a call took at most beyond what there was, and what it gave."""
    Path("/proc/self/clear_refs").write_text("5")
    before = peak_kilobytes()
    answer = ask()
    return peak_kilobytes() - before, answer


@pytest.fixture
def wide():
    """Four million rows of two columns that the library is to look at: 64 MB."""
    random = numpy.random.default_rng(1)
    db = random.exponential(size=4_000_000)
    return {"db": db, "api": db + random.exponential(size=db.size)}


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="no /proc here")
def test_a_table_of_the_library_takes_one_copy(wide):
    size = sum(column.nbytes for column in wide.values()) / 1024
    taken, table = peak_of(lambda: etiology.Dataset(wide))
    print(f"a table of {size:.0f} kB took {taken} kB")
    assert 0.9 * size < taken < 1.2 * size
    assert len(table) == 4_000_000


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="no /proc here")
def test_events_are_looked_at_where_they_are(wide):
    model = gcm.InvertibleStructuralCausalModel([("db", "api")])
    model.set_causal_mechanism("db", gcm.EmpiricalDistribution())
    model.set_causal_mechanism("api", gcm.AdditiveNoiseModel(gcm.ml.create_linear_regressor()))
    gcm.fit(model, {name: column[:1000] for name, column in wide.items()})
    # What a question cannot answer is said before anything is computed, and after the table was taken.
    size = sum(column.nbytes for column in wide.values()) / 1024
    attributor = model.fitted.attributor("api")

    def ask():
        with pytest.raises(etiology.EtiologyError, match="`api`"):
            attributor.attribute_rows({"db": wide["db"]})

    taken, _ = peak_of(ask)
    print(f"a question about {size:.0f} kB took {taken} kB")
    assert taken < 0.1 * size
