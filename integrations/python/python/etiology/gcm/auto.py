"""Mechanisms chosen by cross-validation."""

from __future__ import annotations

from enum import Enum, auto
from typing import Any

from etiology._native import AssignmentReport
from etiology._native import StructuralCausalModel as NativeModel
from etiology.gcm import _random
from etiology.gcm.causal_mechanisms import Chosen, ClassifierFCM, EmpiricalDistribution
from etiology.gcm.causal_models import CAUSAL_MECHANISM, ProbabilisticCausalModel, _kind


class AssignmentQuality(Enum):
    """How much to try. Here all qualities try all candidates, which takes seconds."""

    GOOD = auto()
    BETTER = auto()
    BEST = auto()


class AutoAssignmentSummary:
    """Which mechanisms were chosen, and why: `report` has all figures."""

    def __init__(self, chosen: dict[Any, Any], report: AssignmentReport | None) -> None:
        self.chosen, self.report = chosen, report

    def __iter__(self) -> Any:
        return iter(self.chosen)

    def __str__(self) -> str:
        lines = [f"{len(self.chosen)} nodes were given a mechanism:"]
        lines += [f"{node}: {mechanism}" for node, mechanism in self.chosen.items()]
        return "\n".join(lines) + ("" if self.report is None else f"\n\n{self.report}")

    __repr__ = __str__

    def _repr_html_(self) -> str:
        import html

        return f"<pre>{html.escape(str(self))}</pre>"


def assign_causal_mechanisms(
    causal_model: ProbabilisticCausalModel,
    based_on: Any,
    quality: AssignmentQuality = AssignmentQuality.GOOD,
    override_models: bool = False,
    experimental_allow_nans: bool = False,
    *,
    seed: int | None = None,
) -> AutoAssignmentSummary:
    """Gives every node that has no mechanism one. Nodes without causes follow what was seen; text and booleans with causes are categories; all
    others are chosen for by cross-validation. Rows with gaps are left out where the gap matters."""
    graph = causal_model.graph
    wanted = [node for node in graph.nodes if override_models or CAUSAL_MECHANISM not in graph.nodes[node]]
    chosen: dict[Any, Any] = {}
    for node in wanted:
        graph.nodes[node].pop(CAUSAL_MECHANISM, None)
        if not list(graph.predecessors(node)):
            chosen[node] = EmpiricalDistribution()
        elif _kind(based_on, node) == "b" or _is_text(causal_model, based_on, node):
            chosen[node] = ClassifierFCM()
    causal_model._forget()
    for node, mechanism in chosen.items():
        graph.nodes[node][CAUSAL_MECHANISM] = mechanism
    rest = [node for node in wanted if node not in chosen]
    report = None
    if rest:
        model = NativeModel(causal_model.native_graph())
        for node in graph.nodes:
            if CAUSAL_MECHANISM in graph.nodes[node] and not getattr(graph.nodes[node][CAUSAL_MECHANISM], "_is_foreign", False):
                from etiology.gcm.causal_models import ordered_predecessors

                parents = [str(parent) for parent in ordered_predecessors(graph, node)]
                model = model.with_mechanism(str(node), graph.nodes[node][CAUSAL_MECHANISM].native(str(node), parents))
        assigned = model.assign_mechanisms(causal_model.table(based_on), seed=_random.of_question(seed))
        report = assigned.assignment_report
        words = {found["node"]: found["mechanism"] for found in report.to_dict()["nodes"]} if report else {}
        for node in rest:
            mechanism = assigned.mechanism(str(node))
            assert mechanism is not None
            chosen[node] = Chosen(mechanism, words.get(str(node), str(mechanism)))
            graph.nodes[node][CAUSAL_MECHANISM] = chosen[node]
    return AutoAssignmentSummary({node: chosen[node] for node in wanted}, report)


def _is_text(causal_model: ProbabilisticCausalModel, data: Any, node: Any) -> bool:
    from etiology import _tables

    found = _tables.columns(data, [str(node)])
    return bool(found) and found[0][0] == str(node) and isinstance(found[0][1], list)


def assign_causal_mechanism_node(
    causal_model: ProbabilisticCausalModel, node: Any, based_on: Any, quality: AssignmentQuality = AssignmentQuality.GOOD
) -> Any:
    """Gives one node a mechanism, whatever it has; the others stay as they are."""
    others = {other: causal_model.graph.nodes[other].get(CAUSAL_MECHANISM) for other in causal_model.graph.nodes if other != node}
    causal_model.graph.nodes[node].pop(CAUSAL_MECHANISM, None)
    assign_causal_mechanisms(causal_model, based_on, quality)
    for other, mechanism in others.items():
        if mechanism is None:
            causal_model.graph.nodes[other].pop(CAUSAL_MECHANISM, None)
    return causal_model.graph.nodes[node][CAUSAL_MECHANISM]
