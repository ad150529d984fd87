"""Every question in the library's own names, on the shop."""

import pickle
import threading

import numpy
import pytest

import etiology
from conftest import requests

TARGET, CULPRIT = "Website", "Caching Service"


def test_the_slow_request_is_the_caching_service(model, event):
    attribution = model.attribute_outlier(TARGET, event)
    assert next(iter(attribution.values)) == CULPRIT
    assert sum(attribution.values.values()) == pytest.approx(attribution.score["nats"], abs=1e-9)
    assert set(attribution.std_errors) == set(attribution.values)
    assert CULPRIT in str(attribution) and attribution.explain()


def test_the_verdict_names_it_and_says_why(model, event):
    verdict = model.diagnose(TARGET, event)
    assert verdict.root_cause == CULPRIT and verdict.strength == "strong"
    assert CULPRIT in verdict.headline and f"`{CULPRIT}`" in verdict.to_markdown("s")
    assert verdict.to_attribution().values == model.attribute_outlier(TARGET, event, model_error=True).values
    page = verdict.to_page("Slow", units="s")
    assert page.lstrip().lower().startswith("<!doctype html>") and CULPRIT in page
    assert model.diagnoser(TARGET).diagnose(event).headline == verdict.headline
    assert model.diagnose_all(event).root_cause == CULPRIT


def test_many_events_have_the_figures_of_each(model, slow):
    together = model.attribute_outliers(TARGET, slow)
    for row in range(len(together)):
        alone = model.attribute_outlier(TARGET, {name: column[row] for name, column in slow.items()})
        assert {node: float(values[row]) for node, values in together.contributions.items()} == alone.values
        assert together.ranked(row)[0][0] == CULPRIT
    assert together.failures == [] and len(together.scores) == 5


def test_a_row_at_fault_costs_no_other_its_answer(model, slow):
    broken = {name: column.copy() for name, column in slow.items()}
    broken[TARGET][3] = numpy.nan
    answer = model.attribute_outliers(TARGET, broken)
    assert [row for row, _ in answer.failures] == [3] and numpy.isnan(answer.scores[3])
    assert not numpy.isnan(answer.scores[[0, 1, 2, 4]]).any()
    with pytest.raises(etiology.EtiologyError, match="row 3"):
        answer.check()


def test_what_if(model, event):
    attributor = model.attributor(TARGET)
    value, error = attributor.what_if(event, [CULPRIT])
    assert value > attributor.what_if(event, [])[0] and error >= 0.0
    assert attributor.attribute(event, limit=10.0).values == attributor.attribute(event).values
    with pytest.raises(etiology.EtiologyError, match="time limit"):
        attributor.attribute(event, limit=-1.0)


def test_a_change_is_the_caching_service(unfitted, model, graph, normal):
    later = requests(800, 5, slower=0.5)
    change = unfitted.distribution_change(normal, later, TARGET)
    assert change.contributions[0]["node"] == CULPRIT
    assert change.total["value"] == pytest.approx(0.5, abs=0.1)
    median = unfitted.distribution_change(normal, later, TARGET, functional=("quantile", 0.5), samples=256)
    assert median.contributions[0]["node"] == CULPRIT
    spread = unfitted.distribution_change(normal, later, TARGET, functional=lambda values: float(numpy.mean(values)), samples=256)
    assert spread.total["value"] == pytest.approx(0.5, abs=0.1)
    robust = etiology.robust_change(graph, normal, later, "Product Service", regressor="linear")
    assert max(robust.contributions, key=lambda one: one["value"])["node"] == CULPRIT
    assert "</html>" in change.to_page("Change")
    newer = unfitted.fit(later)
    assert model.distribution_change(newer, TARGET).contributions[0]["node"] == CULPRIT


def test_influence_arrows_and_relevance(model, normal):
    influence = model.intrinsic_influence(TARGET)
    assert sum(one["value"] for one in influence.contributions) == pytest.approx(influence.total)
    assert influence.total == pytest.approx(numpy.var(normal[TARGET]), rel=0.2)
    assert [arrow["parent"] for arrow in model.arrow_strength("www").arrows]
    assert model.parent_relevance("www").total > 0.0
    rows = {name: normal[name] for name in ("www", "API")}
    linear = etiology.feature_relevance(lambda table: 2.0 * table[:, 0], rows, samples=256)
    of = {one["feature"]: one for one in linear.contributions}
    assert of["www"]["value"] == pytest.approx(4.0 * numpy.var(normal["www"]), abs=5.0 * of["www"]["std_error"])
    assert abs(of["API"]["value"]) < 1e-9


def test_interventions(model, normal, event):
    effect = model.average_causal_effect(TARGET, {CULPRIT: ("shift", 1.0)})
    assert effect.value == pytest.approx(1.0, abs=0.2)
    drawn = model.draw_interventional({CULPRIT: 3.0}, 50, seed=1)
    assert (drawn[CULPRIT] == 3.0).all() and len(drawn) == 50
    assert model.interventional_target(CULPRIT, {CULPRIT: 3.0}).mean["value"] == 3.0
    rows = {name: column[:4] for name, column in normal.items()}
    same = model.counterfactuals(rows, {CULPRIT: lambda value: value})
    assert all(numpy.allclose(same[name], column) for name, column in rows.items())
    moved = model.counterfactual(event, {CULPRIT: ("shift", -2.0)})
    found = {node["node"]: node["value"]["value"] for node in moved.nodes}
    assert found[TARGET] < event[TARGET] - 1.0


def test_a_change_between_two_rows(model, normal, event):
    usual = {name: float(column[0]) for name, column in normal.items()}
    change = model.unit_change(TARGET, usual, event)
    assert change.total == pytest.approx(event[TARGET] - usual[TARGET])
    assert max(change.parts, key=lambda part: part["value"])["node"] == CULPRIT
    assert model.node_change(TARGET, usual, event).total == pytest.approx(change.total)


def test_checks_of_a_model(model, normal):
    held_out = requests(300, 9)
    evaluation = model.evaluate(held_out, graph_permutations=20)
    assert len(evaluation.nodes) == 11 and evaluation.to_frame().loc[TARGET, "r_squared"] > 0.5
    assert model.drift_check(held_out).rows == 300
    assert model.fit_report.rows == 1000 and model.assignment_report.nodes
    assert model.training_rows == 1000 and len(model.fingerprint) == 32
    assert "www" in model.describe(TARGET)


def test_the_bootstrap_asks_python_and_tells_its_progress(unfitted, normal, event):
    told = []
    intervals = unfitted.bootstrap(
        normal, lambda model: {"mean": float(numpy.mean(model.draw_samples(50, seed=1)[TARGET]))}, resamples=40,
        progress=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    interval = intervals.figures[0]
    assert interval["lower"] <= interval["estimate"] <= interval["upper"]
    assert told[-1][0] == told[-1][1] >= 40  # groups of rows are left out as well
    attribution = unfitted.bootstrap_attribution(normal, TARGET, event, bootstrap={"resamples": 40, "seed": 2})
    assert attribution.contributions and attribution.to_frame().loc[CULPRIT, "lower"] > 0.0


def test_what_a_function_raises_is_the_cause_of_the_error(unfitted, normal):
    def ask(_):
        raise KeyError("nothing of the kind")

    with pytest.raises(etiology.EtiologyError, match="nothing of the kind") as raised:
        unfitted.bootstrap(normal, ask, resamples=40)
    assert isinstance(raised.value.__cause__, KeyError)


def test_models_travel(model, event, tmp_path):
    for name in ("shop.etiology", "shop.json"):
        model.save(tmp_path / name)
        loaded = etiology.FittedModel.load(tmp_path / name)
        assert loaded.fingerprint == model.fingerprint
        assert loaded.attribute_outlier(TARGET, event).values == model.attribute_outlier(TARGET, event).values
    assert pickle.loads(pickle.dumps(model)).to_bytes() == model.to_bytes()
    with pytest.raises(OSError, match="nowhere"):
        etiology.FittedModel.load(tmp_path / "nowhere.etiology")
    with pytest.raises(etiology.EtiologyError):
        etiology.FittedModel.from_bytes(model.to_bytes()[:-9])
    attribution = model.attribute_outlier(TARGET, event)
    again = pickle.loads(pickle.dumps(attribution))
    assert again.values == attribution.values and again.to_svg() == attribution.to_svg()


def test_mechanisms_written_in_python(event):
    noise = etiology.Noise.exponential(0.1)
    edges = [("db", "api"), ("auth", "api")]
    known = etiology.StructuralCausalModel(edges)
    for root in ("db", "auth"):
        known = known.with_mechanism(root, etiology.Mechanism.root(noise))
    by_name = known.with_mechanism("api", etiology.Mechanism.weighted_sum([("db", 1.0), ("auth", 1.0)], noise)).without_fitting()
    function = known.with_mechanism("api", etiology.Mechanism.function(["db", "auth"], lambda rows: rows.sum(axis=1), noise, "sum"))
    pair = known.with_mechanism(
        "api", etiology.Mechanism.custom(["db", "auth"], lambda rows, n: rows.sum(axis=1) + n, lambda rows, x: x - rows.sum(axis=1), noise)
    )
    row = {"db": 0.9, "auth": 0.1, "api": 1.1}
    expected = by_name.attribute_outlier("api", row).values
    for model in (function.without_fitting(), pair.without_fitting()):
        found = model.attribute_outlier("api", row, samples=4096)
        assert all(value == pytest.approx(expected[node], abs=4 * found.std_errors[node] + 0.05) for node, value in found.values.items())
    named = function.without_fitting()
    loaded = etiology.FittedModel.from_bytes(named.to_bytes(), mechanisms={"sum": lambda rows: rows.sum(axis=1)})
    assert loaded.attribute_outlier("api", row, samples=512).values == named.attribute_outlier("api", row, samples=512).values
    with pytest.raises(etiology.EtiologyError, match="sum"):
        etiology.FittedModel.from_bytes(named.to_bytes())


def test_a_function_may_say_what_is_extreme(model, event):
    few = {"samples": 64, "shapley_method": 4, "estimator": "counting"}
    upper = model.attribute_outlier(TARGET, event, feature_map="upper_tail", **few)
    function = model.attribute_outlier(TARGET, event, feature_map=lambda value: 2.0 * value, **few)
    assert next(iter(function.values)) == next(iter(upper.values)) == CULPRIT


def test_categories(tmp_path):
    random = numpy.random.default_rng(3)
    region = random.choice(["EU", "US"], 400)
    price = numpy.where(region == "EU", 10.0, 20.0) + random.normal(size=400)
    table = {"region": region, "price": price}
    model = etiology.StructuralCausalModel([("region", "price")]).assign_mechanisms(table).fit(table)
    assert model.levels("region") == ["EU", "US"] and model.levels("price") is None
    drawn = model.draw_samples(6, seed=1)
    assert set(drawn["region"]) <= {"EU", "US"} and drawn["price"].dtype == float
    assert set(model.attribute_outlier("price", {"region": "US", "price": 21.0}).values) == {"region", "price"}
    assert set(model.draw_interventional({"region": "EU"}, 5)["region"]) == {"EU"}


def test_any_thread_may_ask(model, event):
    found = []
    threads = [threading.Thread(target=lambda: found.append(model.attribute_outlier(TARGET, event).values)) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert found == [model.attribute_outlier(TARGET, event).values] * 4


def test_shapley_values_of_a_game():
    values, errors = etiology.shapley_values(lambda coalition: float(coalition.sum()) ** 2, 3)
    assert values == pytest.approx([3.0, 3.0, 3.0]) and errors == pytest.approx([0.0, 0.0, 0.0])


def test_tests_of_independence(normal):
    column = lambda name: normal[name].reshape(-1, 1)[:200].copy()  # noqa: E731
    assert etiology.independence_test(column("www"), column(TARGET), permutations=99)["p_value"] <= 0.01
    assert etiology.independence_test(column("Order DB"), column("Product DB"), permutations=99)["p_value"] > 0.01
    given = etiology.conditional_independence_test(normal[CULPRIT], normal[TARGET], normal["www"].reshape(-1, 1))
    assert given["p_value"] > 0.001
    nothing = numpy.empty((1000, 0))
    assert etiology.two_sample_test(normal["www"], nothing, normal["www"] + 1.0, nothing)["p_value"] < 1e-6
