"""Does the graph know anything of the data?"""

from __future__ import annotations

from typing import Any

import numpy

from etiology import _native
from etiology._native import CausalGraph, Dataset
from etiology.gcm import _random
from etiology.gcm._falsify_const import FalsifyConst
from etiology.gcm._validations import run_validations, validate_cm, validate_lmc, validate_pd
from etiology.gcm.causal_models import _copier


# What a method is called where it is shown.
FALSIFY_METHODS = {
    FalsifyConst.VALIDATE_LMC: "independencies that the graph implies",
    FalsifyConst.VALIDATE_PD: "dependence on all causes",
    FalsifyConst.VALIDATE_TPA: "graphs that imply the same",
    FalsifyConst.VALIDATE_CM: "arrows that may not be needed",
}

# Of what is against the data in a drawing.
_VIOLATION = "#c4620a"


__all__ = [
    "FALSIFY_METHODS",
    "EvaluationResult",
    "FalsifyConst",
    "apply_suggestions",
    "falsify_graph",
    "plot_evaluation_results",
    "plot_local_insights",
    "run_validations",
    "validate_cm",
    "validate_lmc",
    "validate_pd",
]


class EvaluationResult:
    """What a graph says of the data, compared with graphs of the same shape whose nodes are permuted. `answer` has every test."""

    def __init__(self, answer: Any, significance_level: float, suggestions: dict[Any, Any] | None = None) -> None:
        self.answer, self.significance_level, self.suggestions = answer, significance_level, suggestions or {}
        graph = answer["graph"] if isinstance(answer, dict) else answer.to_dict()["graph"]
        self.tests = graph["implied_independencies"]
        self.comparison = graph["comparison"]
        const, comparison = FalsifyConst, self.comparison or {}
        violations, tests = comparison.get("violations", sum(test["violated"] for test in self.tests)), comparison.get("tests", len(self.tests))
        self.summary: dict[Any, Any] = {
            const.VALIDATE_LMC: {
                const.N_VIOLATIONS: violations,
                const.N_TESTS: tests,
                const.P_VALUE: comparison.get("p_value"),
                const.GIVEN_VIOLATIONS: violations,
                const.F_GIVEN_VIOLATIONS: violations / tests if tests else 0.0,
                const.LOCAL_VIOLATION_INSIGHT: {
                    (test["node"], test["other"]): (test["adjusted_p_value"], bool(test["violated"])) for test in self.tests
                },
            },
            const.VALIDATE_TPA: {const.P_VALUE: comparison.get("equivalent_share")},
        }

    @property
    def falsifiable(self) -> bool | None:
        """Whether few of the permuted graphs imply the same as the graph; nothing where there was nothing to compare."""
        return None if self.comparison is None else bool(self.comparison["equivalent_share"] <= self.significance_level)

    @property
    def falsified(self) -> bool | None:
        """Whether the graph is hardly better than permuted ones, and could have been; nothing where there was nothing to compare."""
        return None if self.comparison is None else bool(self.falsifiable and self.comparison["p_value"] > self.significance_level)

    def update_significance_level(self, significance_level: float) -> None:
        self.significance_level = significance_level

    def __repr__(self) -> str:
        violated = sum(test["violated"] for test in self.tests)
        lines = [f"{violated} of {len(self.tests)} independencies that the graph implies are violated, with correction for all tests."]
        if self.comparison is None:
            lines.append("There are no permuted graphs to compare it with.")
        else:
            one = self.comparison
            lines.append(
                f"Test by test it violates {one['violations']} of {one['tests']}, a permuted graph {one['mean_permuted_violations']:.1f} "
                f"on average, of {one['permuted_graphs']} (p = {one['p_value']:.3f})."
            )
            lines.append(
                f"{one['equivalent_share']:.0%} of the permuted graphs imply the same as the graph, so it "
                f"{'can' if self.falsifiable else 'can hardly'} be falsified."
            )
            lines.append(f"At the level {self.significance_level:g} the graph is {'' if self.falsified else 'not '}rejected.")
        for edge, suggestion in self.suggestions.items():
            lines.append(f"The arrow {edge[0]} → {edge[1]} may not be needed (p = {suggestion:.3f}).")
        return "\n".join(lines)


def falsify_graph(
    causal_graph: Any,
    data: Any,
    suggestions: bool = False,
    independence_test: Any = None,
    conditional_independence_test: Any = None,
    significance_level: float = 0.05,
    significance_ci: float = 0.05,
    n_permutations: int | None = None,
    show_progress_bar: bool | None = None,
    n_jobs: int | None = None,
    plot_histogram: bool = False,
    plot_kwargs: Any = None,
    allow_data_subset: bool = True,
    *,
    seed: int | None = None,
) -> EvaluationResult:
    """Tests the independencies that a graph implies, by the library's own tests, and compares how many are violated with graphs of the same
    shape whose nodes are permuted. The arguments for other tests are taken and not used."""
    graph = causal_graph if isinstance(causal_graph, CausalGraph) else CausalGraph(causal_graph)
    rows = data if isinstance(data, Dataset) else Dataset({node: data[node] for node in _named(causal_graph, graph)})
    question = _random.of_question(seed)
    model = _native.StructuralCausalModel(graph).assign_mechanisms(rows, search="linear", seed=question).fit(rows)
    options: dict[str, Any] = {"seed": question, "alpha": significance_ci}
    if n_permutations is not None:
        options["graph_permutations"] = n_permutations
    found = EvaluationResult(model.evaluate(rows, **options), significance_level, None)
    if suggestions:
        found.suggestions = _needless(graph, rows, significance_ci)
    if plot_histogram:
        plot_evaluation_results(found, **(plot_kwargs or {}))
    return found


def _named(causal_graph: Any, graph: CausalGraph) -> list[Any]:
    return graph.nodes if causal_graph is graph or not hasattr(causal_graph, "nodes") else list(causal_graph.nodes)


def _needless(graph: CausalGraph, rows: Dataset, level: float) -> dict[Any, float]:
    """The arrows without which the data are as likely: effect and cause are independent given the other causes."""
    found = {}
    for cause, effect in graph.edges:
        others = [parent for parent in graph.parents(effect) if parent != cause]
        columns = [rows[name] for name in (cause, effect, *others)]
        if any(isinstance(column, list) for column in columns):
            continue
        table = numpy.column_stack(columns)
        table = table[numpy.isfinite(table).all(axis=1)]
        given = numpy.ascontiguousarray(table[:, 2:])
        test = _native.conditional_independence_test(numpy.ascontiguousarray(table[:, 0]), numpy.ascontiguousarray(table[:, 1]), given)
        if test["p_value"] > level:
            found[(cause, effect)] = test["p_value"]
    return found


def apply_suggestions(causal_graph: Any, evaluation_result: EvaluationResult, edges_to_keep: Any = None) -> Any:
    """A copy of the graph without the arrows that may not be needed."""
    graph = _copier(causal_graph)
    kept = {tuple(map(str, edge)) for edge in edges_to_keep or ()}
    for edge in list(graph.edges):
        named = tuple(map(str, edge))
        if named in evaluation_result.suggestions and named not in kept:
            graph.remove_edge(*edge)
    return graph


def plot_evaluation_results(evaluation_result: EvaluationResult, title: str = "", savepath: str = "", display: bool = True, **_: Any) -> None:
    """A bar for the violations of the graph beside those of permuted graphs on average."""
    from etiology.utils import bar_plot

    if evaluation_result.comparison is not None:
        one = evaluation_result.comparison
        values = {"the graph": float(one["violations"]), "permuted graphs": float(one["mean_permuted_violations"])}
        bar_plot(values, ylabel=title or "violated independencies", filename=savepath or None, display_plot=display)


def plot_local_insights(causal_graph: Any, evaluation_result: Any, method: FalsifyConst = FalsifyConst.VALIDATE_LMC) -> None:
    """Draws the graph with what the data speak against in colour: nodes that are not independent of others as the graph says
    (`VALIDATE_LMC`), arrows that may not be needed (`VALIDATE_CM`), nodes that do not depend on what acts on them (`VALIDATE_PD`). The result is that of
    `falsify_graph` or of `run_validations`."""
    from etiology.utils import plot

    of_method: dict[Any, tuple[float, bool]]
    if isinstance(evaluation_result, EvaluationResult):
        if method is FalsifyConst.VALIDATE_LMC:
            of_method = evaluation_result.summary[method][FalsifyConst.LOCAL_VIOLATION_INSIGHT]
        elif method is FalsifyConst.VALIDATE_CM:
            of_method = {(effect, cause): (p, True) for (cause, effect), p in evaluation_result.suggestions.items()}
        else:
            raise ValueError(f"`falsify_graph` tells nothing of {method}: expected `VALIDATE_LMC` or `VALIDATE_CM`, or a result of `run_validations`")
    elif method in evaluation_result:
        of_method = evaluation_result[method][FalsifyConst.P_VALUES]
    else:
        known = ", ".join(f"`{known.name}`" for known in evaluation_result)
        raise ValueError(f"the result has nothing of {method}: expected one of {known}, or run that method first")
    names = {str(node): node for node in causal_graph.nodes}
    colors = {}
    for (node, other), (_, violated) in of_method.items():
        if violated and method is FalsifyConst.VALIDATE_LMC:
            colors[names[str(node)]] = _VIOLATION
        elif violated:
            colors[names[str(other)], names[str(node)]] = _VIOLATION
    plot(causal_graph, colors=colors)
