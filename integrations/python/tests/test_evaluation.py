"""What evaluations say of the model and of the graph, and what helps where something is not there."""

import functools
import sys
import types

import numpy
import pytest
from conftest import CALLS, requests

from etiology import gcm
from etiology.gcm.falsify import FalsifyConst, apply_suggestions, falsify_graph, plot_local_insights, run_validations, validate_cm, validate_lmc, validate_pd
from etiology.gcm.independence_test.generalised_cov_measure import generalised_cov_based

pandas = pytest.importorskip("pandas")
networkx = pytest.importorskip("networkx")

TARGET = "Website"


@pytest.fixture(scope="module")
def fitted():
    model = gcm.InvertibleStructuralCausalModel(networkx.DiGraph([(callee, caller) for caller, callee in CALLS]))
    frame = pandas.DataFrame(requests(400, 1))
    for node in model.graph.nodes:
        root = not list(model.graph.predecessors(node))
        model.set_causal_mechanism(node, gcm.EmpiricalDistribution() if root else gcm.AdditiveNoiseModel(gcm.ml.create_linear_regressor()))
    gcm.fit(model, frame)
    return model, frame


def test_an_evaluation_says_whether_the_model_had_seen_the_rows(fitted):
    model, frame = fitted
    options = {"evaluate_causal_structure": False, "evaluate_overall_kl_divergence": False}
    seen = gcm.evaluate_causal_model(model, frame, **options)
    new = gcm.evaluate_causal_model(model, pandas.DataFrame(requests(400, 2)), **options)
    assert "held-out" not in str(seen) and "held-out" not in str(new)
    assert "rows that the model was fitted to" in str(seen) and "5-fold" in str(seen) and f"- {TARGET}: R² = " in str(seen)
    assert "fitted to" not in str(new) and not new.about_rows
    # Another copy of the same rows is known as well, and so it is after pickling.
    assert gcm.evaluate_causal_model(model, frame.to_dict(orient="list"), **options).about_rows == seen.about_rows
    assert seen.mechanism_performances[TARGET].r2 == pytest.approx(new.mechanism_performances[TARGET].r2, abs=0.05)


def test_rows_that_are_held_out_show_what_a_mechanism_learned_by_heart():
    class ByHeart:
        """Knows every row that it was fitted to, and nothing else."""

        def fit(self, X, Y):
            self.known = {tuple(row): float(value) for row, value in zip(X, numpy.ravel(Y))}

        def predict(self, X):
            return numpy.array([[self.known.get(tuple(row), 0.0)] for row in X])

    random = numpy.random.default_rng(4)
    frame = pandas.DataFrame({"cause": random.normal(size=300), "effect": random.normal(size=300)})
    model = gcm.StructuralCausalModel(networkx.DiGraph([("cause", "effect")]))
    model.set_causal_mechanism("cause", gcm.EmpiricalDistribution())
    model.set_causal_mechanism("effect", gcm.AdditiveNoiseModel(ByHeart()))
    gcm.fit(model, frame)
    found = gcm.evaluate_causal_model(model, frame, evaluate_causal_structure=False, evaluate_overall_kl_divergence=False)
    in_the_fit = {node["node"]: node for node in found.answer.to_dict()["nodes"]}["effect"]
    assert in_the_fit["r_squared"] == pytest.approx(1.0)
    assert found.mechanism_performances["effect"].r2 < 0.1
    # The model itself is as it was.
    assert model.causal_mechanism("effect").prediction_model.predict(frame[["cause"]].to_numpy()).ravel() == pytest.approx(frame["effect"])


def test_few_rows_are_not_held_out(fitted):
    model, frame = fitted
    clone = model.clone()
    gcm.fit(clone, frame.head(30))
    found = gcm.evaluate_causal_model(clone, frame.head(30), evaluate_causal_structure=False, evaluate_overall_kl_divergence=False)
    assert "fitted to" in str(found)


@pytest.fixture(scope="module")
def chain():
    """A graph in which the truth is a → b → c, and one that has lost a → b, has c → d too much and turns nothing round."""
    random = numpy.random.default_rng(8)
    a = random.normal(size=500)
    b = a + 0.5 * random.normal(size=500)
    c = b + 0.5 * random.normal(size=500)
    frame = pandas.DataFrame({"a": a, "b": b, "c": c, "d": random.normal(size=500)})
    right = networkx.DiGraph([("a", "b"), ("b", "c")])
    right.add_node("d")
    wrong = networkx.DiGraph([("b", "c"), ("c", "d")])
    wrong.add_node("a")
    return frame, right, wrong


@pytest.mark.parametrize("test", [gcm.kernel_based, generalised_cov_based])
def test_validations_see_what_is_wrong_with_a_graph(chain, test):
    frame, right, wrong = chain
    of_tests = {"independence_test": test, "conditional_independence_test": test, "significance_level": 0.001}
    methods = [
        functools.partial(validate_lmc, **of_tests),
        functools.partial(validate_pd, independence_test=test, significance_level=0.001),
        functools.partial(validate_cm, **of_tests),
    ]
    found = run_validations(right, frame, methods)
    assert [found[method][FalsifyConst.N_VIOLATIONS] for method in found] == [0, 0, 0]
    # Of nodes that no arrow joins: a and c given b, and d with each.
    assert found[FalsifyConst.VALIDATE_LMC][FalsifyConst.N_TESTS] == 4
    found = run_validations(wrong, frame, methods)
    violated = {method: {pair for pair, (_, bad) in found[method][FalsifyConst.P_VALUES].items() if bad} for method in found}
    assert {frozenset(pair) for pair in violated[FalsifyConst.VALIDATE_LMC]} >= {frozenset("ab")}
    assert ("d", "c") in violated[FalsifyConst.VALIDATE_PD] and violated[FalsifyConst.VALIDATE_CM] == {("d", "c")}
    assert run_validations(right, frame).keys() == {FalsifyConst.VALIDATE_LMC}


def test_insights_are_drawn_where_they_are(chain, monkeypatch):
    frame, _, wrong = chain
    drawn = []
    monkeypatch.setattr("etiology.utils.plot", lambda graph, colors=None, **_: drawn.append(set(colors)))
    result = falsify_graph(wrong, frame, suggestions=True)
    plot_local_insights(wrong, result)
    plot_local_insights(wrong, result, method=FalsifyConst.VALIDATE_CM)
    plot_local_insights(wrong, run_validations(wrong, frame, functools.partial(validate_pd, significance_level=0.001)), FalsifyConst.VALIDATE_PD)
    assert drawn[0] & {"a", "b"} and drawn[1] == {("c", "d")} and ("c", "d") in drawn[2]
    with pytest.raises(ValueError, match="tells nothing of"):
        plot_local_insights(wrong, result, method=FalsifyConst.VALIDATE_PD)
    with pytest.raises(ValueError, match="run that method first"):
        plot_local_insights(wrong, run_validations(wrong, frame), method=FalsifyConst.VALIDATE_CM)
    assert set(apply_suggestions(wrong, result).edges) == {("b", "c")}


def test_what_is_not_there_says_what_helps(fitted):
    model, frame = fitted
    func = lambda *_: 0.0  # noqa: E731
    rows = frame[["API"]].to_numpy()
    cases = [
        (lambda: gcm.distribution_change(model, frame, frame, TARGET, invariant_nodes=["API"]), "leave it out"),
        (lambda: gcm.distribution_change_robust(model, frame, frame, TARGET, method="regression"), "leave `method` out"),
        (lambda: gcm.distribution_change_robust(model, frame, frame, TARGET, sample_weight=[1.0]), "draw rows with these weights"),
        (lambda: gcm.arrow_strength(model, "API", difference_estimation_func=func), "leave out"),
        (lambda: gcm.intrinsic_causal_influence(model, TARGET, attribution_func=func), "leave out"),
        (lambda: gcm.influence.intrinsic_causal_influence_sample(model, TARGET, frame.head(1), subset_scoring_func=func), "leave out"),
        (lambda: gcm.parent_relevance(model, "API", subset_scoring_func=func), "leave out"),
        (lambda: gcm.feature_relevance_distribution(func, rows, func), "leave out"),
        (lambda: gcm.feature_relevance_sample(func, rows, rows, func), "leave out"),
        (lambda: gcm.ml.create_logistic_regression_classifier().fit(rows, rows), "call `gcm.ClassifierFCM"),
        (lambda: gcm.ml.create_logistic_regression_classifier().predict(rows), "fit `gcm.ClassifierFCM"),
    ]
    for ask, help_ in cases:
        with pytest.raises(NotImplementedError, match=help_):
            ask()
    with pytest.raises(AttributeError, match="create_logistic_regression_classifier"):
        gcm.ml.create_random_forest_classifier()


def test_a_notebook_sees_how_far_a_long_answer_is(monkeypatch, capsys):
    ask = lambda: {"one": 1.0}  # noqa: E731
    gcm.confidence_intervals(ask, num_bootstrap_resamples=3)
    assert capsys.readouterr().err == "", "nobody looks on"
    shell = type("ZMQInteractiveShell", (), {})()
    ipython = types.ModuleType("IPython")
    ipython.get_ipython = lambda: shell
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    gcm.confidence_intervals(ask, num_bootstrap_resamples=3)
    assert "1 of 3 resamples" in (shown := capsys.readouterr().err) and shown.endswith("3 of 3 resamples\n")
    gcm.config.disable_progress_bars()
    try:
        gcm.confidence_intervals(ask, num_bootstrap_resamples=3)
        assert capsys.readouterr().err == ""
    finally:
        gcm.config.enable_progress_bars()


def test_intervals_repeat_with_a_seed():
    ask = lambda: numpy.random.normal(size=2)  # noqa: E731
    numpy.random.seed(5)
    state = numpy.random.get_state()[1].copy()
    first, second, other = (gcm.confidence_intervals(ask, num_bootstrap_resamples=4, seed=seed)[1] for seed in (1, 1, 2))
    assert numpy.array_equal(first, second) and not numpy.array_equal(first, other)
    assert numpy.array_equal(numpy.random.get_state()[1], state), "numpy's own state is left alone"
