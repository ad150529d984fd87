"""Fitting and drawing."""

from __future__ import annotations

from typing import Any

import numpy

from etiology._native import EtiologyError
from etiology.gcm import _random
from etiology.gcm.causal_models import ProbabilisticCausalModel, ordered_predecessors


def fit(causal_model: ProbabilisticCausalModel, data: Any, return_evaluation_summary: bool = False) -> Any:
    """Fits all mechanisms of the model to data, in place."""
    causal_model._forget()
    causal_model.note_kinds(data)
    table = causal_model.table(data)
    for node in causal_model.graph.nodes:
        mechanism = causal_model.causal_mechanism(node)
        if getattr(mechanism, "_is_foreign", False):
            _fit_foreign(causal_model, node, mechanism, table)
    causal_model._bind(causal_model.native().fit(table))
    causal_model.note_rows(data)
    if return_evaluation_summary:
        from etiology.gcm.model_evaluation import evaluate_causal_model

        return evaluate_causal_model(causal_model, data)
    return None


def _fit_foreign(causal_model: ProbabilisticCausalModel, node: Any, mechanism: Any, table: Any) -> None:
    """Fits a regression that is written in Python to the rows that have all of its columns."""
    names = [str(parent) for parent in ordered_predecessors(causal_model.graph, node)] + [str(node)]
    columns = [table[name] for name in names]
    for name, column in zip(names, columns):
        if isinstance(column, list):
            raise EtiologyError(f"the regression of node `{node}` takes numbers, and `{name}` is a category")
    rows = numpy.column_stack(columns)
    rows = rows[numpy.isfinite(rows).all(axis=1)]
    mechanism._fit_foreign(rows[:, :-1], rows[:, -1])


def fit_causal_model_of_target(causal_model: ProbabilisticCausalModel, target_node: Any, training_data: Any) -> None:
    """Fits the model: all nodes at once, which costs no more."""
    causal_model._check(target_node)
    fit(causal_model, training_data)


def draw_samples(causal_model: ProbabilisticCausalModel, num_samples: int, seed: int | None = None) -> Any:
    """Rows as the model would have them, as a data frame, causes before effects."""
    return causal_model.frame(causal_model.fitted.draw_samples(num_samples, seed=_random.of_draw(seed)))
