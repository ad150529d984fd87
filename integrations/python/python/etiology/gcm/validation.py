"""Models and graphs that the data contradict."""

from __future__ import annotations

from enum import Enum, auto
from typing import Any

from etiology.gcm.causal_models import ProbabilisticCausalModel
from etiology.gcm.falsify import falsify_graph


class RejectionResult(Enum):
    """Whether the data contradict a model."""

    REJECTED = auto()
    NOT_REJECTED = auto()


def refute_causal_structure(
    causal_graph: Any,
    data: Any,
    independence_test: Any = None,
    conditional_independence_test: Any = None,
    significance_level: float = 0.05,
    fdr_control_method: str | None = "fdr_bh",
    *,
    seed: int | None = None,
) -> tuple[RejectionResult, dict[Any, Any]]:
    """Whether an independence that the graph implies is violated, corrected for all tests; and every test, by its node."""
    found = falsify_graph(causal_graph, data, significance_ci=significance_level, n_permutations=0, seed=seed)
    tests: dict[Any, Any] = {}
    for test in found.tests:
        tests.setdefault(test["node"], []).append(test)
    rejected = any(test["violated"] for test in found.tests)
    return (RejectionResult.REJECTED if rejected else RejectionResult.NOT_REJECTED), tests


def refute_invertible_model(
    causal_model: ProbabilisticCausalModel,
    data: Any,
    independence_test: Any = None,
    significance_level: float = 0.05,
    fdr_control_method: str | None = None,
    *,
    seed: int | None = None,
) -> RejectionResult:
    """Whether the noise of a node depends on its causes, corrected for all tests."""
    from etiology.gcm.model_evaluation import EvaluateCausalModelConfig, evaluate_causal_model

    found = evaluate_causal_model(
        causal_model,
        data,
        evaluate_overall_kl_divergence=False,
        evaluate_causal_structure=False,
        config=EvaluateCausalModelConfig(significance_level),
        seed=seed,
    )
    rejected = any(test[1] for test in (found.pnl_assumptions or {}).values())
    return RejectionResult.REJECTED if rejected else RejectionResult.NOT_REJECTED
