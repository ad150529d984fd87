"""antecedent's answers, where it has one, on one thread and with its defaults unless something else is said here."""

import antecedent
import numpy as np
import pandas as pd
from antecedent import _native as native

from theirs import timed

# How it says that a question has no answer that can be relied on.
Refused = native.CausalAttributionError

# What has no default: rows to draw under an intervention.
DRAWS = 10_000

NONE = {
    "counterfactual": "it compares two set values; not what an observed row would have been",
    "unit-change": "it takes one table; not two rows, nor two models",
    "arrow-strength": "it has none",
    "relevance": "what it calls so is the average size of a step's effect",
}


def columns(table):
    return list(table.columns), [np.ascontiguousarray(table[name], dtype=float) for name in table.columns]


def fitted(data):
    return native.fit_gcm(*columns(data.old), data.edges, threads=1)


def change(call, data, seed):
    names, values = columns(pd.concat([data.old, data.new]))
    spans = (0, len(data.old), len(data.old), len(data.old) + len(data.new))
    seconds, found = timed(call, names, values, data.edges, data.target, *spans, seed=seed, threads=1)
    return seconds, {**dict(found.contributions), "sum": found.total_change}


def intervention(data, seed):
    model = fitted(data)
    seconds, found = timed(model.sample_do, {"B": 2.0}, DRAWS, seed=seed, threads=1)
    place = list(model.names).index(data.target)
    return seconds, {"mean": found.column_means[place], "standard deviation": float(np.std(target_draws(found, place)))}


def target_draws(found, place):
    """The draws of a node, whichever way round the table of draws is."""
    draws = np.asarray(found.draws)
    return draws[place] if draws.shape[0] == found.n_nodes else draws[:, place]


def effect(data, seed):
    seconds, found = timed(fitted(data).counterfactual_ite, "A", data.target, 1.0, 0.0, seed=seed, threads=1)
    return seconds, {"effect": found.mean_ite}


def influence(data, seed):
    """Where the target is a product it has to learn it, as it takes no known formula."""
    seconds, found = timed(
        antecedent.gcm.fitted_intrinsic_influence,
        fitted(data),
        data.target,
        independent_noise=True,
        seed=seed,
        threads=1,
    )
    return seconds, {source.source: source.contribution for source in found.sources}


ANSWERS = {
    "change": lambda data, seed: change(native.attribute_distribution_change, data, seed),
    "robust-change": lambda data, seed: change(native.attribute_distribution_change_robust, data, seed),
    "intervention": intervention,
    "effect": effect,
    "influence": influence,
    "product-influence": influence,
}


def mechanism_test(old, new, parents):
    """The p-value of Y, not adjusted for the other nodes; the seconds are those of all nodes."""
    names, values = columns(pd.concat([old, new])[[*parents, "Y"]])
    edges = [(parent, "Y") for parent in parents]
    spans = (0, len(old), len(old), len(old) + len(new))
    seconds, found = timed(native.mechanism_change_detection, names, values, edges, *spans, seed=1, threads=1)
    return seconds, next(test.p_value for test in found if test.node == "Y")
