"""Outliers: which nodes caused them, and how unusual each node is."""

from __future__ import annotations

from typing import Any

from etiology._estimates import Estimates
from etiology.gcm import _random
from etiology.gcm.anomaly_scorers import MedianCDFQuantileScorer, RescaledMedianCDFQuantileScorer, feature_map_of
from etiology.gcm.causal_models import ProbabilisticCausalModel, node_names
from etiology.gcm.shapley import ShapleyConfig, method_of


def attribute_anomalies(
    causal_model: ProbabilisticCausalModel,
    target_node: Any,
    anomaly_samples: Any,
    anomaly_scorer: Any = None,
    attribute_mean_deviation: bool = False,
    num_distribution_samples: int = 3000,
    shapley_config: ShapleyConfig | None = None,
    *,
    seed: int | None = None,
) -> Estimates:
    """For the target and every node that acts on it an array with its contribution to each row: in nats, or in the target's unit for mean
    deviations. `.std_error` has their errors."""
    fitted = causal_model.fitted
    scorer = MedianCDFQuantileScorer if anomaly_scorer is None else anomaly_scorer
    key = (target_node, scorer, attribute_mean_deviation, num_distribution_samples, shapley_config, _random.of_question(seed))
    attributor = causal_model._attributors.get(key)
    if attributor is None:
        causal_model._check(target_node)
        options: dict[str, Any] = {"samples": num_distribution_samples, "seed": key[-1]}
        if attribute_mean_deviation:
            options["quantity"] = "mean_deviation"
        else:
            options["feature_map"] = feature_map_of(scorer, fitted, target_node)
            if callable(options["feature_map"]):
                # A scorer that is written in Python is asked once for each sample of a coalition, and not along whole distributions.
                options["estimator"] = "counting"
        method = method_of(shapley_config)
        if method is not None:
            options["shapley_method"] = method
        attributor = causal_model._attributors[key] = fitted.attributor(str(target_node), **options)
    answer = attributor.attribute_rows(causal_model.events(anomaly_samples))
    answer.check()
    names = causal_model._attributors.get("names")
    if names is None:
        names = causal_model._attributors["names"] = {node: name for node, name in node_names(causal_model).items() if node != name}
    if not names:
        return Estimates(answer.contributions, lambda: answer.std_errors, answer)
    return Estimates(
        {names.get(node, node): values for node, values in answer.contributions.items()},
        lambda: {names.get(node, node): errors for node, errors in answer.std_errors.items()},
        answer,
    )


def anomaly_scores(
    causal_model: ProbabilisticCausalModel,
    anomaly_data: Any,
    num_samples_conditional: int = 10000,
    num_samples_unconditional: int = 10000,
    anomaly_scorer_factory: Any = RescaledMedianCDFQuantileScorer,
    *,
    seed: int | None = None,
) -> Estimates:
    """For every node an array with how unusual it is in each row, given its causes, in nats. Nothing is drawn, so nothing has an error;
    `.answer` has the scores that do not look at causes."""
    marginal, conditional = causal_model.fitted.node_scores_of_rows(
        causal_model.events(anomaly_data), feature_map=feature_map_of(anomaly_scorer_factory, causal_model.fitted, None)
    )
    names = node_names(causal_model)
    return Estimates({names[node]: scores for node, scores in conditional.items()}, answer=marginal)


def conditional_anomaly_scores(
    parent_samples: Any, target_samples: Any, causal_mechanism: Any, anomaly_scorer_factory: Any = RescaledMedianCDFQuantileScorer
) -> Any:
    """How unusual values of a node are given its causes, in nats."""
    import numpy

    parents = numpy.asarray(parent_samples, dtype=float)
    parents = parents.reshape(-1, 1) if parents.ndim < 2 else parents
    model, node = causal_mechanism._bound, causal_mechanism._node
    columns = {name: parents[:, place] for place, name in enumerate(causal_mechanism._parents)}
    columns[node] = numpy.asarray(target_samples, dtype=float).reshape(-1)
    _, conditional = model.node_scores_of_rows(columns, feature_map=feature_map_of(anomaly_scorer_factory, model, node))
    return conditional[node]
