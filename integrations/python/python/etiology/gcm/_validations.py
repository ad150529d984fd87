"""What a graph says of the data, test by test, with whichever test of independence is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from etiology import _tables
from etiology._native import CausalGraph
from etiology.gcm._falsify_const import FalsifyConst
from etiology.gcm.causal_models import ordered_predecessors
from etiology.gcm.independence_test import kernel_based

# Columns of X, of Y and, if something is given, of Z: a p-value.
_Test = Callable[..., float]


def _p_value(columns: dict[str, Any], x: Any, y: Any, given: Iterable[Any], test: _Test, conditional: _Test) -> float:
    import numpy

    def stacked(names: list[Any]) -> Any:
        missing = next((name for name in names if str(name) not in columns), None)
        if missing is not None:
            raise ValueError(f"node `{missing}` has no column: there are {', '.join(f'`{name}`' for name in columns)}")
        return numpy.column_stack([numpy.asarray(columns[str(name)]) for name in names])

    given = list(given)
    return float(conditional(stacked([x]), stacked([y]), stacked(given)) if given else test(stacked([x]), stacked([y])))


def _columns(graph: Any, data: Any) -> dict[str, Any]:
    return dict(_tables.columns(data, [str(node) for node in graph.nodes]))


def _summary(method: FalsifyConst, p_values: dict[tuple[Any, Any], tuple[float, bool]]) -> dict[FalsifyConst, Any]:
    violations = sum(violated for _, violated in p_values.values())
    return {
        FalsifyConst.METHOD: method,
        FalsifyConst.N_VIOLATIONS: violations,
        FalsifyConst.N_TESTS: len(p_values),
        FalsifyConst.P_VALUES: p_values,
    }


def validate_lmc(
    causal_graph: Any,
    data: Any,
    p_values_memory: Any = None,
    independence_test: _Test = kernel_based,
    conditional_independence_test: _Test = kernel_based,
    significance_level: float = 0.05,
    include_unconditional: bool = True,
    n_jobs: int | None = None,
) -> dict[FalsifyConst, Any]:
    """Whether every node is independent of every other that it does not act on, given its parents. `P_VALUES` has a p-value, and whether it is a
    violation, for each such pair of nodes."""
    columns, native = _columns(causal_graph, data), CausalGraph(causal_graph)
    found: dict[tuple[Any, Any], tuple[float, bool]] = {}
    ancestors = {node: set(native.ancestors(str(node))) for node in causal_graph.nodes}
    for node in causal_graph.nodes:
        parents = ordered_predecessors(causal_graph, node)
        if not parents and not include_unconditional:
            continue
        for other in causal_graph.nodes:
            if other != node and other not in parents and str(node) not in ancestors[other] and (other, node) not in found:
                p = _p_value(columns, node, other, parents, independence_test, conditional_independence_test)
                found[node, other] = (p, p <= significance_level)
    return _summary(FalsifyConst.VALIDATE_LMC, found)


def validate_pd(
    causal_graph: Any,
    data: Any,
    p_values_memory: Any = None,
    n_pairs: int = -1,
    independence_test: _Test = kernel_based,
    significance_level: float = 0.05,
    adjacent_only: bool = False,
    n_jobs: int | None = None,
) -> dict[FalsifyConst, Any]:
    """Whether every node depends on all that act on it: a pair that looks independent is a violation."""
    columns, native = _columns(causal_graph, data), CausalGraph(causal_graph)
    names = {str(node): node for node in causal_graph.nodes}
    causes = {
        node: ordered_predecessors(causal_graph, node) if adjacent_only else [names[cause] for cause in native.ancestors(str(node))]
        for node in causal_graph.nodes
    }
    pairs = [(node, cause) for node in causal_graph.nodes for cause in causes[node]]
    found = {}
    for node, cause in pairs if n_pairs < 0 else pairs[:n_pairs]:
        p = _p_value(columns, node, cause, [], independence_test, independence_test)
        found[node, cause] = (p, p > significance_level)
    return _summary(FalsifyConst.VALIDATE_PD, found)


def validate_cm(
    causal_graph: Any,
    data: Any,
    p_values_memory: Any = None,
    independence_test: _Test = kernel_based,
    conditional_independence_test: _Test = kernel_based,
    significance_level: float = 0.05,
    n_jobs: int | None = None,
) -> dict[FalsifyConst, Any]:
    """Whether every arrow is needed: a node that is independent of a parent given its other parents is a violation."""
    columns, found = _columns(causal_graph, data), {}
    for node in causal_graph.nodes:
        parents = ordered_predecessors(causal_graph, node)
        for parent in parents:
            others = [other for other in parents if other != parent]
            p = _p_value(columns, node, parent, others, independence_test, conditional_independence_test)
            found[node, parent] = (p, p > significance_level)
    return _summary(FalsifyConst.VALIDATE_CM, found)


def run_validations(causal_graph: Any, data: Any, methods: Any = validate_lmc) -> dict[FalsifyConst, dict[FalsifyConst, Any]]:
    """What each method finds, by its name. A method is one of `validate_lmc`, `validate_pd` and `validate_cm`, with its arguments given by
    `functools.partial` where others are wanted."""
    summaries = [method(causal_graph, data) for method in (methods if isinstance(methods, (list, tuple)) else [methods])]
    return {summary[FalsifyConst.METHOD]: summary for summary in summaries}
