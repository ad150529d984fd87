"""What becomes of the system if somebody acts, and what would have been."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy

from etiology._native import Dataset, EtiologyError
from etiology.gcm import _random
from etiology.gcm.causal_models import InvertibleStructuralCausalModel, ProbabilisticCausalModel

Interventions = Mapping[Any, Callable[[Any], Any]]


def _named(causal_model: ProbabilisticCausalModel, interventions: Interventions) -> dict[str, Any]:
    for node in interventions:
        causal_model._check(node)
    return {str(node): change for node, change in interventions.items()}


def interventional_samples(
    causal_model: ProbabilisticCausalModel,
    interventions: Interventions,
    observed_data: Any = None,
    num_samples_to_draw: int | None = None,
    *,
    seed: int | None = None,
) -> Any:
    """Rows under an intervention, as a data frame: drawn anew, or those that were observed, in which the nodes that are acted on and all that
    follow from them are drawn anew."""
    if (observed_data is None) == (num_samples_to_draw is None):
        raise EtiologyError("either observed rows or a number of rows to draw must be given, and not both")
    changes = _named(causal_model, interventions)
    if num_samples_to_draw is not None:
        return causal_model.frame(causal_model.fitted.draw_interventional(changes, num_samples_to_draw, seed=_random.of_draw(seed)))
    return _of_rows(causal_model, interventions, observed_data, _random.of_draw(seed))


def _of_rows(causal_model: ProbabilisticCausalModel, interventions: Interventions, observed_data: Any, seed: int) -> Any:
    """Observed rows in which the nodes that are acted on, and all that follow from them, are drawn anew; a node without causes keeps what was
    observed before it is acted on."""
    model, rows = causal_model.fitted, causal_model.table(observed_data)
    graph, random = model.graph, numpy.random.default_rng(seed)
    changes = _named(causal_model, interventions)
    acted = set(changes)
    levels = {node: model.levels(node) for node in graph.nodes}
    columns: dict[str, Any] = {}
    for node in graph.topological_order():
        names = levels[node]
        column = rows[node] if node in rows else numpy.full(len(rows), numpy.nan)
        codes = numpy.array([names.index(cell) if cell in names else numpy.nan for cell in column]) if names else numpy.asarray(column)
        if node in acted or acted & set(graph.ancestors(node)):
            parents = model.mechanism_parents(node)
            if parents:
                noise = model.noise_quantiles(node, random.uniform(size=len(rows)))
                codes = model.evaluate_mechanism(node, numpy.column_stack([columns[parent] for parent in parents]), noise)
            if node in changes:
                codes = _changed(changes[node], codes, names)
        columns[node] = codes
    shown = {node: _shown(column, levels[node]) for node, column in columns.items()}
    return causal_model.frame(Dataset(shown))


def _shown(codes: Any, names: list[str] | None) -> Any:
    return codes if names is None else [None if code != code else names[int(code)] for code in codes]


def _changed(change: Callable[[Any], Any], codes: Any, names: list[str] | None) -> Any:
    if names is None:
        return numpy.array([float(numpy.asarray(change(value)).reshape(-1)[0]) for value in codes])
    return numpy.array([float(names.index(str(change(names[int(code)])))) for code in codes])


def counterfactual_samples(
    causal_model: ProbabilisticCausalModel,
    interventions: Interventions,
    observed_data: Any = None,
    noise_data: Any = None,
    *,
    seed: int | None = None,
) -> Any:
    """What observed rows would have been under an intervention, with the noises that they had."""
    if (observed_data is None) == (noise_data is None):
        raise EtiologyError("either observed rows or rows of noise must be given, and not both")
    changes = _named(causal_model, interventions)
    if noise_data is not None:
        from etiology.gcm._noise import compute_data_from_noise

        # What has these noises is observed, and then replayed.
        observed_data = compute_data_from_noise(causal_model, noise_data)
    elif not isinstance(causal_model, InvertibleStructuralCausalModel):
        raise EtiologyError("observed rows tell their noises in an `InvertibleStructuralCausalModel` alone")
    found = causal_model.fitted.counterfactuals(causal_model.table(observed_data), changes, seed=_random.of_question(seed))
    return causal_model.frame(found)


def average_causal_effect(
    causal_model: ProbabilisticCausalModel,
    target_node: Any,
    interventions_alternative: Interventions,
    interventions_reference: Interventions,
    observed_data: Any = None,
    num_samples_to_draw: int | None = None,
    *,
    seed: int | None = None,
) -> float:
    """How much more the target is on average under one intervention than under another. Both sides share their noises."""
    if (observed_data is None) == (num_samples_to_draw is None):
        raise EtiologyError("either observed rows or a number of rows to draw must be given, and not both")
    causal_model._check(target_node)
    first, second = _named(causal_model, interventions_alternative), _named(causal_model, interventions_reference)
    if observed_data is None:
        answer = causal_model.fitted.average_causal_effect(str(target_node), first, second, seed=_random.of_question(seed))
        return float(answer.value)
    drawn = _random.of_draw(seed)
    sides = [
        interventional_samples(causal_model, interventions, observed_data, seed=drawn)[target_node]
        for interventions in (interventions_alternative, interventions_reference)
    ]
    return float(numpy.mean(sides[0]) - numpy.mean(sides[1]))
