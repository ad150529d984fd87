"""The names of the reference, on the shop: arguments, shapes of results, errors beside them."""

import pickle

import numpy
import pytest
from conftest import CALLS, requests

import etiology
from etiology import gcm

pandas = pytest.importorskip("pandas")
networkx = pytest.importorskip("networkx")

TARGET, CULPRIT = "Website", "Caching Service"


def graph():
    return networkx.DiGraph([(callee, caller) for caller, callee in CALLS])


@pytest.fixture(scope="module")
def normal():
    return pandas.DataFrame(requests(600, 1))


@pytest.fixture(scope="module")
def slow():
    return pandas.DataFrame(requests(3, 2, slower=2.0))


def linear(normal):
    model = gcm.InvertibleStructuralCausalModel(graph())
    for node in model.graph.nodes:
        is_root = not list(model.graph.predecessors(node))
        model.set_causal_mechanism(
            node, gcm.EmpiricalDistribution() if is_root else gcm.AdditiveNoiseModel(gcm.ml.create_linear_regressor())
        )
    gcm.fit(model, normal)
    return model


@pytest.fixture(scope="module")
def model(normal):
    return linear(normal)


def test_attributions_are_a_dict_of_arrays_with_errors(model, slow):
    found = gcm.attribute_anomalies(model, TARGET, slow)
    assert isinstance(found, dict) and set(found) == set(model.graph.nodes)
    assert all(isinstance(values, numpy.ndarray) and values.shape == (3,) for values in found.values())
    assert max(found, key=lambda node: found[node][0]) == CULPRIT
    assert set(found.std_error) == set(found) and (found.std_error[CULPRIT] >= 0.0).all()
    assert sum(found.values()) == pytest.approx(found.answer.scores)
    deviation = gcm.attribute_anomalies(model, TARGET, slow, attribute_mean_deviation=True)
    assert deviation[CULPRIT] == pytest.approx(2.0, abs=0.3)
    scorers = [gcm.MeanDeviationScorer(), gcm.ITAnomalyScorer(gcm.MedianDeviationScorer()), gcm.MedianCDFQuantileScorer()]
    for scorer in scorers:
        assert gcm.attribute_anomalies(model, TARGET, slow, scorer, False, 500)[CULPRIT][0] > 0.0
    config = gcm.shapley.ShapleyConfig(gcm.shapley.ShapleyApproximationMethods.PERMUTATION, 10)
    assert gcm.attribute_anomalies(model, TARGET, slow, shapley_config=config)[CULPRIT][0] > 0.0
    assert found.to_frame().shape == (3, 11) and "<" in found._repr_html_()
    assert pickle.loads(pickle.dumps(found)).std_error.keys() == found.std_error.keys()


def test_a_scorer_of_ones_own(model, slow):
    class Squares(gcm.anomaly_scorers.AnomalyScorer):
        def fit(self, X):
            self.mean = X.mean()

        def score(self, X):
            return ((X - self.mean) ** 2).reshape(-1)

    few = gcm.shapley.ShapleyConfig(gcm.shapley.ShapleyApproximationMethods.PERMUTATION, 4)
    found = gcm.attribute_anomalies(model, TARGET, slow.head(1), Squares(), False, 64, few)
    assert max(found, key=lambda node: found[node][0]) == CULPRIT


def test_scores_of_all_nodes(model, slow):
    scores = gcm.anomaly_scores(model, slow)
    assert max(scores, key=lambda node: scores[node][0]) == CULPRIT and scores[CULPRIT].shape == (3,)
    assert gcm.anomaly_scores(model, slow.iloc[0])[CULPRIT].shape == (1,)


def test_seeds(model, normal, slow):
    gcm.util.general.set_random_seed(3)
    first, second = gcm.draw_samples(model, 5), gcm.draw_samples(model, 5)
    assert list(first.columns) == model.fitted.graph.topological_order() and not first.equals(second)
    gcm.util.general.set_random_seed(3)
    assert gcm.draw_samples(model, 5).equals(first)
    assert gcm.draw_samples(model, 5, seed=1).equals(gcm.draw_samples(model, 5, seed=1))
    one, another = (gcm.intrinsic_causal_influence(model, TARGET) for _ in range(2))
    assert one == another


def test_interventions(model, normal):
    drawn = gcm.interventional_samples(model, {CULPRIT: lambda value: value + 1.0}, num_samples_to_draw=2000, seed=1)
    assert drawn[TARGET].mean() - normal[TARGET].mean() == pytest.approx(1.0, abs=0.1)
    kept = gcm.interventional_samples(model, {CULPRIT: lambda value: 3.0}, observed_data=normal)
    assert (kept[CULPRIT] == 3.0).all() and numpy.array_equal(kept["Product DB"], normal["Product DB"])
    assert len(kept) == len(normal) and not numpy.allclose(kept[TARGET], normal[TARGET])
    same = gcm.counterfactual_samples(model, {CULPRIT: lambda value: value}, observed_data=normal.head(4))
    assert numpy.allclose(same[list(normal.columns)], normal.head(4))
    noises = gcm._noise.compute_noise_from_data(model, normal.head(4))
    replayed = gcm.counterfactual_samples(model, {CULPRIT: lambda value: value}, noise_data=noises)
    assert numpy.allclose(replayed[list(normal.columns)], normal.head(4))
    effect = gcm.average_causal_effect(model, TARGET, {CULPRIT: lambda _: 1.0}, {CULPRIT: lambda _: 0.0}, num_samples_to_draw=100)
    assert isinstance(effect, float) and effect == pytest.approx(1.0, abs=0.1)
    observed = gcm.average_causal_effect(model, TARGET, {CULPRIT: lambda _: 1.0}, {CULPRIT: lambda _: 0.0}, observed_data=normal)
    assert observed == pytest.approx(effect, abs=0.1)
    for both in ({}, {"observed_data": normal, "num_samples_to_draw": 3}):
        with pytest.raises(etiology.EtiologyError, match="either observed rows or a number"):
            gcm.interventional_samples(model, {CULPRIT: lambda value: value}, **both)
    with pytest.raises(etiology.EtiologyError, match="InvertibleStructuralCausalModel"):
        gcm.counterfactual_samples(gcm.StructuralCausalModel(model.graph), {CULPRIT: lambda value: value}, observed_data=normal)


def test_changes(model, normal):
    later = pandas.DataFrame(requests(600, 4, slower=0.5))
    for difference in (lambda old, new: numpy.mean(new) - numpy.mean(old), lambda old, new: numpy.median(new) - numpy.median(old)):
        change = gcm.distribution_change(model, normal, later, TARGET, num_samples=300, difference_estimation_func=difference)
        assert list(change) == sorted(change) and set(change) == set(model.graph.nodes)
        assert max(change, key=change.get) == CULPRIT and change[CULPRIT] == pytest.approx(0.5, abs=0.1)
        assert change.std_error[CULPRIT] >= 0.0
    divergence, changed, old, new = gcm.distribution_change(model, normal, later, TARGET, num_samples=300, return_additional_info=True)
    assert max(divergence, key=divergence.get) == CULPRIT and changed[CULPRIT] and not changed["Order DB"]
    mean = lambda old, new: numpy.mean(new) - numpy.mean(old)  # noqa: E731
    of_models = gcm.distribution_change_of_graphs(old, new, TARGET, difference_estimation_func=mean)
    assert max(of_models, key=of_models.get) == CULPRIT
    robust = gcm.distribution_change_robust(model, normal, later, "Product Service")
    assert max(robust, key=robust.get) == CULPRIT and robust.std_error[CULPRIT] > 0.0
    p_value = gcm.mechanism_change_test(normal[CULPRIT], later[CULPRIT], normal[["Product DB"]], later[["Product DB"]])
    assert p_value < 1e-6
    with pytest.raises(NotImplementedError, match="leave it out"):
        gcm.distribution_change(model, normal, later, TARGET, invariant_nodes=[CULPRIT])


def test_influences(model, normal):
    arrows = gcm.arrow_strength(model, "www")
    assert set(arrows) == {("API", "www"), ("Auth Service", "www")} and all(value >= 0.0 for value in arrows.values())
    influence = gcm.intrinsic_causal_influence(model, TARGET)
    assert sum(influence.values()) == pytest.approx(normal[TARGET].var(), rel=0.2)
    relevance, noise = gcm.parent_relevance(model, "www")
    assert set(relevance) == set(arrows) and noise.shape == (1,)
    samples = gcm.influence.intrinsic_causal_influence_sample(model, TARGET, normal.head(2))
    assert len(samples) == 2 and sum(samples[0].values()) == pytest.approx(normal[TARGET].iloc[0] - normal[TARGET].mean(), abs=0.2)


def test_intervals(model, normal, slow):
    ask = gcm.fit_and_compute(gcm.attribute_anomalies, model, normal, target_node=TARGET, anomaly_samples=slow.head(1))
    told = []
    median, intervals = gcm.confidence_intervals(ask, num_bootstrap_resamples=5, progress=lambda done, total: told.append((done, total)))
    assert max(median, key=median.get) == CULPRIT and told[-1] == (5, 5)
    assert all(intervals[node].shape == (2,) and intervals[node][0] <= intervals[node][1] for node in median)
    assert intervals[CULPRIT][0] < intervals[CULPRIT][1]
    later = pandas.DataFrame(requests(600, 4, slower=0.5))
    difference = lambda old, new: numpy.mean(new) - numpy.mean(old)  # noqa: E731
    asked = gcm.bootstrap_sampling(gcm.distribution_change, model, normal, later, TARGET, difference_estimation_func=difference)
    median, _ = gcm.confidence_intervals(asked, num_bootstrap_resamples=3)
    assert max(median, key=median.get) == CULPRIT
    points, spans = gcm.confidence_intervals(lambda: numpy.random.normal(size=2), 0.9, 40)
    assert points.shape == (2,) and spans.shape == (2, 2) and (spans[:, 0] < points).all() and (points < spans[:, 1]).all()
    with pytest.raises(ValueError, match="confidence level"):
        gcm.confidence_intervals(ask, confidence_level=95)


def test_checks_of_model_and_graph(model, normal):
    evaluation = gcm.evaluate_causal_model(model, normal, compare_mechanism_baselines=True, evaluate_invertibility_assumptions=False)
    assert evaluation.mechanism_performances[TARGET].r2 > 0.5 and evaluation.pnl_assumptions is None
    assert evaluation.overall_kl_divergence >= 0.0 and "R²" in str(evaluation)
    found = gcm.falsify.falsify_graph(graph(), normal, n_permutations=20, suggestions=True)
    assert found.falsified is False and found.falsifiable is True and "permuted" in repr(found)
    turned = networkx.DiGraph([(effect, cause) for cause, effect in graph().edges])
    assert gcm.refute_causal_structure(turned, normal)[0] is gcm.RejectionResult.REJECTED
    assert gcm.refute_invertible_model(model, normal) is gcm.RejectionResult.NOT_REJECTED


def test_mechanisms_are_fitted_in_place(model, normal):
    mechanism = model.causal_mechanism("www")
    parents = normal[["API", "Auth Service"]].to_numpy()
    noise = mechanism.estimate_noise(normal[["www"]].to_numpy(), parents)
    assert noise.shape == (600, 1) and numpy.allclose(mechanism.evaluate(parents, noise), normal[["www"]])
    assert mechanism.coefficients == pytest.approx([1.0, 1.0], abs=0.1) and mechanism.draw_samples(parents).shape == (600, 1)
    assert mechanism.prediction_model.predict(parents).shape == (600, 1)
    alone = gcm.AdditiveNoiseModel(gcm.ml.create_linear_regressor())
    alone.fit(parents, normal["www"].to_numpy())
    assert numpy.allclose(alone.estimate_noise(normal["www"], parents), noise)
    with pytest.raises(RuntimeError, match="has not been fitted"):
        gcm.AdditiveNoiseModel(gcm.ml.create_linear_regressor()).draw_samples(parents)


def test_a_regression_written_in_python(normal, slow):
    model = linear(normal)
    expected = gcm.attribute_anomalies(model, TARGET, slow, attribute_mean_deviation=True)
    model.set_causal_mechanism("www", gcm.AdditiveNoiseModel(LeastSquares()))
    gcm.fit(model, normal)
    found = gcm.attribute_anomalies(model, TARGET, slow, attribute_mean_deviation=True)
    assert found[CULPRIT] == pytest.approx(expected[CULPRIT], abs=0.05)
    copied = pickle.loads(pickle.dumps(model))
    again = gcm.attribute_anomalies(copied, TARGET, slow, attribute_mean_deviation=True)
    assert all((again[node] == found[node]).all() for node in found)
    later = pandas.DataFrame(requests(600, 4, slower=0.5))
    mean = lambda old, new: numpy.mean(new) - numpy.mean(old)  # noqa: E731
    change = gcm.distribution_change(model, normal, later, TARGET, difference_estimation_func=mean, num_samples=500)
    assert max(change, key=change.get) == CULPRIT


class LeastSquares(gcm.PredictionModel):
    def fit(self, X, Y):
        table = numpy.column_stack([X, numpy.ones(len(X))])
        self.weights = numpy.linalg.lstsq(table, Y, rcond=None)[0]

    def predict(self, X):
        return numpy.column_stack([X, numpy.ones(len(X))]) @ self.weights


def test_a_chosen_model_is_pickled(normal, slow):
    model = gcm.StructuralCausalModel(graph())
    summary = gcm.auto.assign_causal_mechanisms(model, normal)
    assert TARGET in str(summary) and set(summary) == set(model.graph.nodes)
    gcm.fit(model, normal)
    expected = gcm.attribute_anomalies(model, TARGET, slow.head(1))
    copied = pickle.loads(pickle.dumps(model))
    assert gcm.attribute_anomalies(copied, TARGET, slow.head(1)) == expected
    with pytest.raises(etiology.EtiologyError, match="chosen before the model was pickled"):
        gcm.fit(copied, normal)
    gcm.auto.assign_causal_mechanisms(copied, normal, override_models=True)
    gcm.fit(copied, normal)
    assert gcm.attribute_anomalies(copied, TARGET, slow.head(1)) == expected


def test_booleans_and_text():
    random = numpy.random.default_rng(5)
    event = random.random(400) < 0.2
    visits = random.poisson(20, 400) + 30 * event
    kind = numpy.where(visits + random.normal(size=400) > 25, "busy", "quiet")
    frame = pandas.DataFrame({"event": event, "visits": visits, "kind": kind, "late": visits + random.normal(size=400) * 5 > 30, "day": "x"})
    model = gcm.InvertibleStructuralCausalModel(networkx.DiGraph([("event", "visits"), ("visits", "kind"), ("visits", "late")]))
    gcm.auto.assign_causal_mechanisms(model, frame)
    gcm.fit(model, frame)
    drawn = gcm.draw_samples(model, 200, seed=1)
    assert drawn["event"].dtype == bool and drawn["late"].dtype == bool and set(drawn["kind"]) == {"busy", "quiet"}
    found = gcm.attribute_anomalies(model, "visits", frame.head(2))
    assert set(found) == {"event", "visits"}
    kept = gcm.interventional_samples(model, {"visits": lambda value: value + 100}, observed_data=frame.head(5))
    assert set(kept["kind"]) == {"busy"} and kept["late"].all()


def test_distributions_of_scipy(normal):
    stats = pytest.importorskip("scipy.stats")
    for distribution, parameters in ((stats.norm, {"loc": 1.0, "scale": 2.0}), (stats.expon, {"scale": 2.0}), (stats.gamma, {"a": 3.0})):
        known = gcm.ScipyDistribution(distribution, **parameters)
        known.fit(distribution.rvs(size=200, random_state=1, **parameters))
        drawn = known.draw_samples(4000, seed=2)
        assert drawn.shape == (4000, 1) and drawn.mean() == pytest.approx(distribution.mean(**parameters), abs=0.2)
    fitted = gcm.ScipyDistribution(stats.halfnorm)
    fitted.fit(stats.halfnorm.rvs(size=2000, scale=3.0, random_state=1))
    assert fitted.parameters["scale"] == pytest.approx(3.0, rel=0.1)
    other = gcm.ScipyDistribution(stats.triang, c=0.5)
    other.fit([0.5])
    assert 0.0 <= other.draw_samples(100).min() and other.draw_samples(100).max() <= 1.0
    with pytest.raises(etiology.EtiologyError, match="cannot be fitted here"):
        gcm.ScipyDistribution(stats.t).fit([1.0, 2.0, 3.0])
    best, parameters = gcm.ScipyDistribution.find_suitable_continuous_distribution(stats.norm.rvs(size=500, loc=9.0, random_state=1))
    assert best.name == "norm" and parameters["loc"] == pytest.approx(9.0, abs=0.2)


def test_equations_and_games():
    model = gcm.create_causal_model_from_equations("X = norm(loc=0, scale=1)\nY = 2 * X + exp(X / 4) + norm(loc=0, scale=0.1)")
    drawn = gcm.draw_samples(model, 300, seed=1)
    assert numpy.abs(drawn["Y"] - 2 * drawn["X"] - numpy.exp(drawn["X"] / 4)).max() < 1.0
    with pytest.raises(etiology.EtiologyError, match="a formula has"):
        gcm.create_causal_model_from_equations("X = norm(0, 1)\nY = X.__class__ + norm(0, 1)")
    values = gcm.shapley.estimate_shapley_values(lambda coalition: numpy.array([coalition.sum(), 2 * coalition[0]]), 3)
    assert values == pytest.approx(numpy.array([[1.0, 1.0, 1.0], [2.0, 0.0, 0.0]]))


def test_features_and_units(normal):
    rows = normal[["API", "Auth Service"]].to_numpy()
    weights = gcm.ml.create_linear_regressor_with_given_parameters([2.0, -1.0])
    found = gcm.feature_relevance_distribution(weights.predict, rows, gcm.util.general.variance_of_deviations)
    assert found.shape == (2,)
    found = gcm.feature_relevance_sample(weights.predict, rows, rows[:2], gcm.util.general.means_difference)
    assert found.sum(axis=1) == pytest.approx((weights.predict(rows[:2]) - weights.predict(rows).mean()).reshape(-1))
    later = gcm.ml.create_linear_regressor_with_given_parameters([3.0, -1.0])
    change = gcm.unit_change(normal.head(3), normal.tail(3), ["API", "Auth Service"], weights, later)
    total = later.predict(rows[-3:]) - weights.predict(rows[:3])
    assert list(change.columns) == ["API", "Auth Service", "f"] and change.sum(axis=1).to_numpy() == pytest.approx(total.reshape(-1))


def test_independence(normal):
    assert gcm.independence_test(normal["API"].to_numpy(), normal["www"].to_numpy()) < 0.01
    assert gcm.independence_test(normal["Order DB"].to_numpy(), normal["Product DB"].to_numpy()) > 0.001
    given = gcm.independence_test(normal[CULPRIT], normal[TARGET], conditioned_on=normal["www"], method="gcm")
    assert given > 0.001
    with pytest.raises(ValueError, match="the method is"):
        gcm.independence_test(normal["API"], normal["www"], method="magic")


def test_mistakes(normal, slow):
    model = gcm.StructuralCausalModel(graph())
    with pytest.raises(ValueError, match="`nobody` is not in the causal graph"):
        model.set_causal_mechanism("nobody", gcm.EmpiricalDistribution())
    with pytest.raises(etiology.EtiologyError, match="expected a distribution or a mechanism"):
        model.set_causal_mechanism(TARGET, "linear")
    with pytest.raises(etiology.EtiologyError, match="without a mechanism"):
        gcm.attribute_anomalies(model, TARGET, slow)
    with pytest.raises(etiology.EtiologyError, match="must be acyclic"):
        cyclic = gcm.StructuralCausalModel(networkx.DiGraph([("a", "b"), ("b", "a")]))
        gcm.auto.assign_causal_mechanisms(cyclic, pandas.DataFrame({"a": [1.0, 2.0], "b": [1.0, 2.0]}))
    fitted = linear(normal)
    with pytest.raises(etiology.EtiologyError, match="row 1"):
        gcm.attribute_anomalies(fitted, TARGET, slow.assign(**{TARGET: [1.0, numpy.nan, 2.0]}))
