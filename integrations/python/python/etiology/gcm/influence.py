"""What matters for a node: its causes' own noises, its arrows, its parents."""

from __future__ import annotations

from typing import Any

import numpy

from etiology._estimates import Estimates
from etiology._native import EtiologyError
from etiology.gcm import _random
from etiology.gcm.auto import AssignmentQuality
from etiology.gcm.causal_models import ProbabilisticCausalModel, node_names, ordered_predecessors


def arrow_strength(
    causal_model: ProbabilisticCausalModel,
    target_node: Any,
    parent_samples: Any = None,
    num_samples_conditional: int = 2000,
    max_num_runs: int = 5000,
    tolerance: float = 0.01,
    n_jobs: int = -1,
    difference_estimation_func: Any = None,
    *,
    seed: int | None = None,
) -> Estimates:
    """For every arrow into the target what is lost of it when its cause is drawn anew: variance, or a divergence for a category."""
    if difference_estimation_func is not None:
        raise NotImplementedError("the strength of an arrow is variance here, or a divergence for a category: leave out `difference_estimation_func`, or compare rows of `gcm.interventional_samples` by your own function")
    answer = causal_model.fitted.arrow_strength(str(target_node), seed=_random.of_question(seed))
    names = node_names(causal_model)
    rows = {row["parent"]: row for row in answer.to_dict()["arrows"]}
    order = [str(parent) for parent in ordered_predecessors(causal_model.graph, target_node)]
    return Estimates(
        {(names[parent], target_node): rows[parent]["value"] for parent in order if parent in rows},
        {(names[parent], target_node): rows[parent]["std_error"] for parent in order if parent in rows},
        answer,
    )


def intrinsic_causal_influence(
    causal_model: ProbabilisticCausalModel,
    target_node: Any,
    prediction_model: Any = "approx",
    attribution_func: Any = None,
    num_training_samples: int = 100_000,
    num_samples_randomization: int = 250,
    num_samples_baseline: int = 1000,
    max_batch_size: int = -1,
    auto_assign_quality: Any = AssignmentQuality.GOOD,
    shapley_config: Any = None,
    *,
    seed: int | None = None,
) -> Estimates:
    """For the target and every node that acts on it how much of the target's variance comes from its own noise; of the entropy, for a
    category. No model is learned for it: the mechanisms themselves are asked."""
    if attribution_func is not None:
        raise NotImplementedError("only variance is split here, or entropy for a category: leave out `attribution_func`; `gcm.shapley.estimate_shapley_values` splits any function")
    answer = causal_model.fitted.intrinsic_influence(str(target_node), seed=_random.of_question(seed))
    names = node_names(causal_model)
    rows = {row["node"]: row for row in answer.to_dict()["contributions"]}
    order = [node for node in causal_model.fitted.graph.topological_order() if node in rows]
    return Estimates(
        {names[node]: rows[node]["value"] for node in order}, {names[node]: rows[node]["std_error"] for node in order}, answer
    )


def intrinsic_causal_influence_sample(
    causal_model: ProbabilisticCausalModel,
    target_node: Any,
    baseline_samples: Any,
    noise_feature_samples: Any = None,
    prediction_model: Any = "approx",
    subset_scoring_func: Any = None,
    num_noise_feature_samples: int = 5000,
    max_batch_size: int = 100,
    auto_assign_quality: Any = AssignmentQuality.GOOD,
    shapley_config: Any = None,
    *,
    seed: int | None = None,
) -> list[dict[Any, float]]:
    """For every row what the noise of each node did for the target's value: dicts of pairs of node and target."""
    if noise_feature_samples is not None or subset_scoring_func is not None:
        raise NotImplementedError("rows are explained by their own noises, and deviations from the mean are split: leave out `noise_feature_samples` and `subset_scoring_func`; `gcm.attribute_anomalies` splits scores of outliers")
    from etiology.gcm.anomaly import attribute_anomalies

    found = attribute_anomalies(causal_model, target_node, baseline_samples, attribute_mean_deviation=True, seed=seed)
    rows = len(next(iter(found.values())))
    return [{(node, target_node): float(values[row]) for node, values in found.items()} for row in range(rows)]


def parent_relevance(
    causal_model: ProbabilisticCausalModel,
    target_node: Any,
    parent_samples: Any = None,
    subset_scoring_func: Any = None,
    num_samples_randomization: int = 5000,
    num_samples_baseline: int = 500,
    max_batch_size: int = 100,
    shapley_config: Any = None,
    *,
    seed: int | None = None,
) -> tuple[Estimates, Any]:
    """For every arrow into the target how much its cause matters for the mechanism, and how much the noise does: parts of the variance."""
    if subset_scoring_func is not None:
        raise NotImplementedError("only variance is split here: leave out `subset_scoring_func`; `gcm.shapley.estimate_shapley_values` splits any function")
    answer = causal_model.fitted.parent_relevance(str(target_node), seed=_random.of_question(seed))
    rows = answer.to_dict()["contributions"]
    parents = {row["feature"]: row for row in rows if not row["is_noise"]}
    noise = numpy.array([row["value"] for row in rows if row["is_noise"]])
    order = [parent for parent in ordered_predecessors(causal_model.graph, target_node) if str(parent) in parents]
    return (
        Estimates(
            {(parent, target_node): parents[str(parent)]["value"] for parent in order},
            {(parent, target_node): parents[str(parent)]["std_error"] for parent in order},
            answer,
        ),
        noise,
    )


def arrow_strength_of_model(conditional_stochastic_model: Any, input_samples: Any, *, seed: int | None = None, **_: Any) -> Any:
    """The strengths of the arrows into a mechanism that is fitted, in the order of its parents."""
    model, node = conditional_stochastic_model._bound, conditional_stochastic_model._node
    rows = {row["parent"]: row["value"] for row in model.arrow_strength(node, seed=_random.of_question(seed)).to_dict()["arrows"]}
    count = numpy.asarray(input_samples).reshape(len(input_samples), -1).shape[1]
    if count != len(conditional_stochastic_model._parents):
        raise EtiologyError(f"the mechanism has {len(conditional_stochastic_model._parents)} parents, and the samples have {count} columns")
    return numpy.array([rows[parent] for parent in conditional_stochastic_model._parents])
