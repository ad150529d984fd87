"""Is the model any good?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy

from etiology._native import Dataset, EtiologyError
from etiology.gcm import _random
from etiology.gcm.causal_models import ProbabilisticCausalModel, is_root, node_names
from etiology.gcm.divergence import estimate_kl_divergence_continuous_knn
from etiology.gcm.falsify import EvaluationResult
from etiology.gcm.fitting_sampling import fit

_FOLDS = 5


@dataclass
class MechanismPerformanceResult:
    """How well a mechanism predicts, in rows that it was not fitted to. `crps` is that of its predictions relative to that of its node's values alone: 0 is perfect, 1 knows
    nothing of the causes."""

    node_name: Any
    is_root: bool
    crps: float | None = None
    r2: float | None = None
    nmse: float | None = None
    kl_divergence: float | None = None


@dataclass
class CausalModelEvaluationResult:
    """What was looked at, and `answer`: all that the library says of the rows, with its findings. `about_rows` says whether the model had seen
    them; where it had, the performances are those of models that were fitted to other rows, fold by fold."""

    mechanism_performances: dict[Any, MechanismPerformanceResult] = field(default_factory=dict)
    pnl_assumptions: dict[Any, tuple[float, bool, float | None]] | None = None
    graph_falsification: EvaluationResult | None = None
    overall_kl_divergence: float | None = None
    plot_falsification_histogram: bool = False
    answer: Any = None
    about_rows: str = ""

    def __str__(self) -> str:
        lines = [str(self.answer), *([self.about_rows] if self.about_rows else [])]
        if self.about_rows and any(found.crps is not None for found in self.mechanism_performances.values()):
            lines += [
                f"- {found.node_name}: " + ", ".join(f"{what} = {value:.2f}" for what, value in (("R²", found.r2), ("CRPS ratio", found.crps)) if value is not None)
                for found in self.mechanism_performances.values()
                if found.crps is not None
            ]
        if self.overall_kl_divergence is not None:
            lines.append(f"Rows that are drawn differ from the data by a Kullback-Leibler divergence of {self.overall_kl_divergence:.3g}.")
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        import html

        return f"<pre>{html.escape(str(self))}</pre>"


@dataclass
class EvaluateCausalModelConfig:
    """Settings of an evaluation."""

    significance_level: float = 0.05
    graph_permutations: int | None = None


def evaluate_causal_model(
    causal_model: ProbabilisticCausalModel,
    data: Any,
    max_num_samples: int = -1,
    evaluate_causal_mechanisms: bool = True,
    compare_mechanism_baselines: bool = False,
    evaluate_invertibility_assumptions: bool = True,
    evaluate_overall_kl_divergence: bool = True,
    evaluate_causal_structure: bool = True,
    config: EvaluateCausalModelConfig | None = None,
    *,
    seed: int | None = None,
) -> CausalModelEvaluationResult:
    """Tests fit, calibration and the independencies that the graph implies: best on rows that the model was not fitted to. On the rows of the
    fit, performances are of rows held out: copies of the model are fitted to four fifths of them, and asked about the rest, five times."""
    settings = config or EvaluateCausalModelConfig()
    question = _random.of_question(seed)
    rows = causal_model.table(data)
    options: dict[str, Any] = {"seed": question, "alpha": settings.significance_level}
    if max_num_samples > 0:
        options["most_rows"] = max_num_samples
    if not evaluate_causal_structure:
        options["graph_permutations"] = 0
    elif settings.graph_permutations is not None:
        options["graph_permutations"] = settings.graph_permutations
    answer = causal_model.fitted.evaluate(rows, **options)
    names, found = node_names(causal_model), CausalModelEvaluationResult(answer=answer)
    fields = answer.to_dict()
    for node in fields["nodes"]:
        name, r2 = names[node["node"]], node["r_squared"]
        if evaluate_causal_mechanisms:
            found.mechanism_performances[name] = MechanismPerformanceResult(
                name, is_root(causal_model, name), node["crps_ratio"], r2, None if r2 is None else float(numpy.sqrt(max(1.0 - r2, 0.0)))
            )
        independence = node["independence"]
        if evaluate_invertibility_assumptions and independence is not None:
            found.pnl_assumptions = found.pnl_assumptions or {}
            p_value = independence["adjusted_p_value"]
            found.pnl_assumptions[name] = (p_value, bool(p_value <= settings.significance_level), settings.significance_level)
    if evaluate_causal_mechanisms and causal_model.was_fitted_to(data):
        _hold_out(causal_model, rows, question, found)
    if evaluate_causal_structure:
        found.graph_falsification = EvaluationResult(fields, settings.significance_level)
    if evaluate_overall_kl_divergence:
        found.overall_kl_divergence = _overall_divergence(causal_model, rows, question)
    return found


def _hold_out(causal_model: ProbabilisticCausalModel, rows: Dataset, seed: int, found: CausalModelEvaluationResult) -> None:
    """Replaces the performances by means over folds, each of which a copy of the model was not fitted to."""
    said = "These are rows that the model was fitted to: its table and tests flatter it."
    columns = rows.to_dict()
    names = node_names(causal_model)
    sums: dict[Any, list[tuple[float | None, float | None]]] = {}
    try:
        for held_out in numpy.array_split(numpy.random.default_rng(seed).permutation(len(rows)), _FOLDS):
            kept = numpy.ones(len(rows), dtype=bool)
            kept[held_out] = False
            clone = causal_model.clone()
            fit(clone, _only(columns, numpy.flatnonzero(kept)))
            answer = clone.fitted.evaluate(_only(columns, numpy.sort(held_out)), graph_permutations=0, permutations=19, seed=seed)
            for node in answer.to_dict()["nodes"]:
                sums.setdefault(names[node["node"]], []).append((node["crps_ratio"], node["r_squared"]))
    except EtiologyError as error:
        found.about_rows = f"{said} Rows could not be held out: {error}"
        return
    for name, performance in found.mechanism_performances.items():
        crps, r2 = (_mean(figures) for figures in zip(*sums[name]))
        performance.crps, performance.r2 = crps, r2
        performance.nmse = None if r2 is None else float(numpy.sqrt(max(1.0 - r2, 0.0)))
    found.about_rows = f"{said} Of rows held out, {_FOLDS}-fold:"


def _only(columns: dict[str, Any], rows: Any) -> Dataset:
    return Dataset({name: [column[row] for row in rows] if isinstance(column, list) else column[rows] for name, column in columns.items()})


def _mean(figures: Any) -> float | None:
    known = [figure for figure in figures if figure is not None]
    return float(numpy.mean(known)) if known else None


def _overall_divergence(causal_model: ProbabilisticCausalModel, rows: Any, seed: int, most: int = 1000) -> float | None:
    """Of the nodes that are numbers, each in standard deviations, by nearest neighbours."""
    drawn = causal_model.fitted.draw_samples(min(len(rows), most), seed=seed)
    columns = [
        (rows[name], drawn[name])
        for name in drawn.columns
        if not isinstance(drawn[name], list) and name in rows and not isinstance(rows[name], list)
    ]
    columns = [(seen, new) for seen, new in columns if numpy.nanstd(seen) > 0.0]
    if not columns:
        return None
    seen = numpy.column_stack([column / numpy.nanstd(column) for column, _ in columns])
    new = numpy.column_stack([column / numpy.nanstd(of_data) for of_data, column in columns])
    seen = seen[numpy.isfinite(seen).all(axis=1)][:most]
    return estimate_kl_divergence_continuous_knn(seen, new)


def crps(samples: Any, value: float) -> float:
    """The continuous ranked probability score of draws for a value."""
    samples = numpy.sort(numpy.asarray(samples, dtype=float).reshape(-1))
    count = len(samples)
    weights = (2.0 * numpy.arange(1, count + 1) - count - 1.0) / (count * count)
    return float(numpy.abs(samples - value).mean() - (weights * samples).sum())


def nmse(y_true: Any, y_pred: Any, squared: bool = False) -> float:
    """The mean squared error relative to the variance, or its root."""
    y_true, y_pred = (numpy.asarray(values, dtype=float).reshape(-1) for values in (y_true, y_pred))
    ratio = float(((y_true - y_pred) ** 2).mean() / max(y_true.var(), 1e-300))
    return ratio if squared else float(numpy.sqrt(ratio))
