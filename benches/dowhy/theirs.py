"""The DoWhy side: fits the model to the normal rows and attributes one event.

What DoWhy 0.14 computes (module and function in brackets):
* v(T) = ln((k + 1/2) / (m + 1/2)), with k the number, out of m samples, whose score is at least the event's
  when the noise of the nodes T is kept as observed. m is `num_distribution_samples`, 3000 unless given. That is a
  floor of 1/(2m). [anomaly.attribute_anomaly_scores, anomaly._relative_frequency]
* One bank of m joint noise draws serves every coalition: `permute_features` only reorders its rows, which
  cannot change a count. The scorer is fitted to the same bank. [stats.permute_features]
* The default scorer, MedianCDFQuantileScorer, is two-sided and ranks a value among the m fitted ones in
  O(m) per value, so O(m^2) per coalition; all values beyond the bank's edge get the same score.
* A coalition that recurs in several permutations is evaluated once. [shapley._evaluate_set_function]
"""

import time
from importlib.metadata import version

import networkx as nx
import numpy as np
from dowhy import gcm
from dowhy.gcm.anomaly_scorer import AnomalyScorer
from dowhy.gcm.anomaly_scorers import MedianCDFQuantileScorer
from dowhy.gcm.ml import PredictionModel
from dowhy.gcm.shapley import ShapleyApproximationMethods, ShapleyConfig
from dowhy.gcm.util.general import set_random_seed
from dowhy.graph import get_ordered_predecessors


class UpperTailScorer(AnomalyScorer):
    """The larger, the more extreme: score(X) >= score(x) exactly when X >= x (DoWhy has no such scorer).

    Values are rounded to 1e-9 standard deviations. Without it, the event computed in a batch of m rows can
    come out one ulp below the event computed alone, and DoWhy then counts 0 instead of m samples for the
    coalition of all nodes.
    """

    def fit(self, X):
        self._unit = (np.std(X) or 1.0) * 1e-9

    def score(self, X):
        return np.round(np.asarray(X, dtype=float).reshape(-1) / self._unit)


SCORERS = {"two-sided": MedianCDFQuantileScorer, "upper": UpperTailScorer}


class Formula(PredictionModel):
    """A known formula: nothing to learn from X and Y."""

    def __init__(self, function):
        self._function = function

    def fit(self, X, Y):
        pass

    def predict(self, X):
        return self._function(X).reshape(-1, 1)

    def clone(self):
        return Formula(self._function)


def total(X):
    return np.sum(X, axis=1)


def largest(X):
    return np.max(X, axis=1)


# node: its formula and its parents, in any order: both formulas are symmetric.
FAN_OUT = {"search": (total, {"db"}), "product": (largest, {"cache", "search"}), "web": (total, {"product", "db"})}


def unfitted_model(name, calls):
    """Empirical noises everywhere: root nodes are their noise, the others a function of their parents plus noise."""
    model = gcm.InvertibleStructuralCausalModel(nx.DiGraph(list(zip(calls["callee"], calls["caller"]))))
    for node in model.graph.nodes:
        parents = get_ordered_predecessors(model.graph, node)
        if not parents:
            mechanism = gcm.EmpiricalDistribution()
        elif name == "fan_out":
            function, expected = FAN_OUT[node]
            assert set(parents) == expected, f"{node} has the parents {parents}"
            mechanism = gcm.AdditiveNoiseModel(Formula(function))
        else:
            mechanism = gcm.AdditiveNoiseModel(gcm.ml.create_linear_regressor())
        model.set_causal_mechanism(node, mechanism)
    return model


def timed(function, *args, **kwargs):
    """Seconds of the processor, which on one thread and an idle machine are those of the clock: other work does not count."""
    start = time.process_time()
    result = function(*args, **kwargs)
    return time.process_time() - start, result


def packages():
    return ", ".join(f"{name} {version(name)}" for name in ("dowhy", "antecedent", "causal-learn", "numpy", "pandas", "scikit-learn"))


def configure():
    gcm.config.set_default_n_jobs(1)
    gcm.config.disable_progress_bars()


def fit(args, normal, calls):
    """The seconds of every fit, and a fitted model."""
    times = []
    for _ in range(args.repeats):
        model = unfitted_model(args.model, calls)
        times.append(timed(gcm.fit, model, normal)[0])
    return times, model


def assignment(normal, calls):
    """The seconds of choosing all mechanisms and fitting them, and what was chosen."""
    model = gcm.InvertibleStructuralCausalModel(nx.DiGraph(list(zip(calls["callee"], calls["caller"]))))

    def assign_and_fit():
        gcm.auto.assign_causal_mechanisms(model, normal, quality=gcm.auto.AssignmentQuality.GOOD)
        gcm.fit(model, normal)

    seconds, _ = timed(assign_and_fit)
    return seconds, {node: str(model.causal_mechanism(node)) for node in model.graph.nodes}


def measure(args, model, event, seed):
    """The seconds of one call, and the contribution of every node."""
    seconds, result = timed(attribute, args, model, event, seed)
    return seconds, {node: float(values[0]) for node, values in result.items()}


def attribute(args, model, event, seed):
    # PERMUTATION walks exactly num_permutations permutations (at most n!): it has no early stopping, and
    # min_percentage_change_threshold is read by EARLY_STOPPING only. AUTO would choose PERMUTATION too for
    # six nodes or more, whatever its docstring says.
    config = ShapleyConfig(
        approximation_method=ShapleyApproximationMethods.PERMUTATION, num_permutations=args.permutations, n_jobs=1
    )
    set_random_seed(seed)
    return gcm.attribute_anomalies(
        model,
        args.target,
        anomaly_samples=event,
        anomaly_scorer=SCORERS[args.region](),
        num_distribution_samples=args.samples,
        shapley_config=config,
    )
