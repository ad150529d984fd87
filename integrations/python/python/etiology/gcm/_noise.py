"""Noises of rows, and rows of noises."""

from __future__ import annotations

from typing import Any

import numpy

from etiology.gcm import _random
from etiology.gcm.causal_models import ProbabilisticCausalModel, is_root, ordered_predecessors


def compute_noise_from_data(causal_model: ProbabilisticCausalModel, observed_data: Any) -> Any:
    """The noises behind observed rows, as a data frame."""
    import pandas

    rows = causal_model.table(observed_data).to_frame()
    noises = [causal_model.fitted.estimate_noise(row) for row in rows.to_dict("records")]
    order = causal_model.fitted.graph.topological_order()
    return pandas.DataFrame(noises)[order]


def compute_data_from_noise(causal_model: ProbabilisticCausalModel, noise_data: Any) -> Any:
    """The rows that have these noises, as a data frame."""
    import pandas

    columns: dict[Any, Any] = {}
    names = {str(node): node for node in causal_model.graph.nodes}
    for name in causal_model.fitted.graph.topological_order():
        node = names[name]
        noise = numpy.asarray(noise_data[node], dtype=float)
        if is_root(causal_model, node):
            columns[node] = noise
        else:
            parents = numpy.column_stack([columns[parent] for parent in ordered_predecessors(causal_model.graph, node)])
            columns[node] = causal_model.causal_mechanism(node).evaluate(parents, noise).reshape(-1)
    return pandas.DataFrame(columns)


def noise_samples_of_ancestors(causal_model: ProbabilisticCausalModel, target_node: Any, num_samples: int, seed: int | None = None) -> Any:
    """Rows of the target and the nodes that act on it, and their noises."""
    fitted = causal_model.fitted
    drawn = fitted.draw_samples(num_samples, seed=_random.of_draw(seed))
    wanted = [*fitted.graph.ancestors(str(target_node)), str(target_node)]
    order = [node for node in fitted.graph.topological_order() if node in wanted]
    rows = causal_model.frame(drawn)
    return rows[order], compute_noise_from_data(causal_model, rows)[order]
