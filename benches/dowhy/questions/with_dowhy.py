"""DoWhy's answers, with its defaults unless something else is said here. Each gives its seconds from the fitted model on."""

import networkx as nx
import numpy as np
from dowhy import gcm
from dowhy.gcm.distribution_change import mechanism_change_test
from dowhy.gcm.unit_change import SklearnLinearRegressionModel, unit_change
from dowhy.gcm.util.general import set_random_seed
from sklearn.linear_model import LinearRegression

from theirs import Formula, timed

# What has no default: rows to draw under an intervention.
DRAWS = 10_000


def unfitted(data):
    """As in theirs.py: empirical noises, linear regressions; the product is known."""
    model = gcm.InvertibleStructuralCausalModel(nx.DiGraph(data.edges))
    for node in model.graph.nodes:
        if not list(model.graph.predecessors(node)):
            mechanism = gcm.EmpiricalDistribution()
        elif node in data.formulas["old"]:
            mechanism = gcm.AdditiveNoiseModel(gcm.ml.create_linear_regressor())
        else:
            mechanism = gcm.AdditiveNoiseModel(Formula(lambda X: X[:, 0] * X[:, 1]))
        model.set_causal_mechanism(node, mechanism)
    return model


def fitted(data):
    model = unfitted(data)
    gcm.fit(model, data.old)
    return model


def change(data):
    seconds, parts = timed(
        gcm.distribution_change,
        unfitted(data),
        data.old,
        data.new,
        data.target,
        # The mean, as in all of its notebooks.
        difference_estimation_func=lambda old, new: np.mean(new) - np.mean(old),
    )
    return seconds, {**parts, "sum": sum(parts.values())}


def robust_change(data, seed):
    seconds, parts = timed(
        gcm.distribution_change_robust, unfitted(data), data.old, data.new, data.target, split_random_state=seed
    )
    return seconds, {**parts, "sum": sum(parts.values())}


def intervention(data):
    seconds, rows = timed(gcm.interventional_samples, fitted(data), {"B": lambda _: 2.0}, num_samples_to_draw=DRAWS)
    return seconds, {"mean": rows[data.target].mean(), "standard deviation": rows[data.target].std()}


def effect(data):
    one, zero = {"A": lambda _: 1.0}, {"A": lambda _: 0.0}
    seconds, found = timed(
        gcm.average_causal_effect, fitted(data), data.target, one, zero, num_samples_to_draw=DRAWS
    )
    return seconds, {"effect": found}


def counterfactual(data):
    seconds, rows = timed(gcm.counterfactual_samples, fitted(data), {"B": lambda _: 2.0}, observed_data=data.old)
    return seconds, {f"row {row}": rows[data.target][row] for row in range(3)}


def node_change(data):
    inputs = ["B", "C"]
    old, new = (SklearnLinearRegressionModel(LinearRegression()) for _ in range(2))
    old.fit(data.old[inputs].to_numpy(), data.old[data.target].to_numpy())
    new.fit(data.new[inputs].to_numpy(), data.new[data.target].to_numpy())
    seconds, parts = timed(unit_change, data.old.head(1), data.new.head(1), inputs, old, new)
    return seconds, {"B": parts["B"][0], "C": parts["C"][0], "mechanism": parts["f"][0]}


def influence(data, method):
    return timed(gcm.intrinsic_causal_influence, fitted(data), data.target, prediction_model=method)


def arrow_strength(data):
    seconds, strengths = timed(gcm.arrow_strength, fitted(data), data.target, n_jobs=1)
    return seconds, {cause: value for (cause, _), value in strengths.items()}


def relevance(data):
    seconds, (parents, noise) = timed(gcm.parent_relevance, fitted(data), data.target)
    return seconds, {**{cause: value for (cause, _), value in parents.items()}, "noise": noise[0]}


# For each question, by the name of a way to ask it: a function of the data and the seed.
ANSWERS = {
    "change": {"DoWhy": lambda data, _: change(data)},
    "robust-change": {"DoWhy": robust_change},
    "intervention": {"DoWhy": lambda data, _: intervention(data)},
    "effect": {"DoWhy": lambda data, _: effect(data)},
    "counterfactual": {"DoWhy": lambda data, _: counterfactual(data)},
    "unit-change": {"DoWhy": lambda data, _: node_change(data)},
    "influence": {
        "DoWhy": lambda data, _: influence(data, "approx"),
        "DoWhy, exact": lambda data, _: influence(data, "exact"),
    },
    "product-influence": {
        "DoWhy": lambda data, _: influence(data, "approx"),
        "DoWhy, exact": lambda data, _: influence(data, "exact"),
    },
    "arrow-strength": {"DoWhy": lambda data, _: arrow_strength(data)},
    "relevance": {"DoWhy": lambda data, _: relevance(data)},
}


def answer(way, data, seed):
    set_random_seed(seed)
    return way(data, seed)


def mechanism_test(old, new, parents):
    """The p-value by its default, a kernel test of conditional independence; and the seconds."""
    set_random_seed(0)
    seconds, p_value = timed(
        mechanism_change_test,
        old["Y"].to_numpy(),
        new["Y"].to_numpy(),
        old[parents].to_numpy(),
        new[parents].to_numpy(),
    )
    return seconds, float(p_value)
