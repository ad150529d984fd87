"""Which parts of a system caused an outlier, or moved a metric, and by how much.

>>> import etiology
>>> graph = etiology.CausalGraph.from_call_graph([("web", "api"), ("api", "db")])
>>> model = etiology.StructuralCausalModel(graph).assign_mechanisms(normal).fit(normal)  # doctest: +SKIP
>>> model.diagnose("web", slow)  # doctest: +SKIP

`etiology.gcm` has the names of `dowhy.gcm`.
"""

import os as _os

from etiology import _native
from etiology._native import (
    ArrowStrengths,
    AssignmentReport,
    Attribution,
    Attributions,
    Attributor,
    BootstrapIntervals,
    CausalGraph,
    CounterfactualRow,
    Dataset,
    Diagnoser,
    Diagnosis,
    DistributionChange,
    DriftReport,
    Effect,
    EtiologyError,
    FigureIntervals,
    FitReport,
    FittedModel,
    InterventionalTarget,
    IntrinsicInfluence,
    Mechanism,
    ModelEvaluation,
    Noise,
    Relevance,
    RobustChange,
    RowsAttribution,
    RowsDiagnosis,
    StructuralCausalModel,
    SystemDiagnosis,
    Traces,
    UnitChange,
    conditional_independence_test,
    feature_relevance,
    independence_test,
    robust_change,
    set_threads,
    shapley_values,
    two_sample_test,
)
from etiology._progress import progress_bar

__version__ = "0.1.0"

__all__ = [
    "ArrowStrengths",
    "AssignmentReport",
    "Attribution",
    "Attributions",
    "Attributor",
    "BootstrapIntervals",
    "CausalGraph",
    "CounterfactualRow",
    "Dataset",
    "Diagnoser",
    "Diagnosis",
    "DistributionChange",
    "DriftReport",
    "Effect",
    "EtiologyError",
    "FigureIntervals",
    "FitReport",
    "FittedModel",
    "InterventionalTarget",
    "IntrinsicInfluence",
    "Mechanism",
    "ModelEvaluation",
    "Noise",
    "Relevance",
    "RobustChange",
    "RowsAttribution",
    "RowsDiagnosis",
    "StructuralCausalModel",
    "SystemDiagnosis",
    "Traces",
    "UnitChange",
    "conditional_independence_test",
    "feature_relevance",
    "independence_test",
    "progress_bar",
    "robust_change",
    "set_threads",
    "shapley_values",
    "two_sample_test",
]

if hasattr(_os, "register_at_fork"):
    _os.register_at_fork(after_in_child=_native.after_fork)


def __getattr__(name: str) -> object:
    # The modules for users of DoWhy are imported when they are first used.
    if name in ("gcm", "utils"):
        import importlib

        return importlib.import_module(f"etiology.{name}")
    raise AttributeError(f"module `etiology` has no attribute `{name}`")
