"""Intervals of whatever is estimated, by repeating it."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

import numpy

from etiology.gcm import _random, config
from etiology.gcm.util.general import geometric_median

bootstrap_sampling = functools.partial


def estimate_geometric_median(samples: Any) -> Any:
    """The point that is nearest to all samples, which are rows."""
    return geometric_median(samples)


def confidence_intervals(
    estimation_func: Callable[[], Any],
    confidence_level: float = 0.95,
    num_bootstrap_resamples: int = 20,
    bootstrap_results_summary_func: Callable[[Any], Any] = estimate_geometric_median,
    n_jobs: int = 1,
    *,
    progress: Callable[[int, int], None] | None = None,
    seed: int | None = None,
) -> tuple[Any, Any]:
    """Calls a function without arguments again and again, each time with other seeds, and tells the median of what it gives and the interval
    that holds so much of it: the quantiles (1 − level)/2 and (1 + level)/2.

    Figures are a dict, or an array. Seeds come from numpy's global state, or from `seed`, which leaves that state as it was. `progress` is called with how many calls are done and how many there are.
    """
    if not 0.0 < confidence_level < 1.0:
        raise ValueError(f"the confidence level must be between 0 and 1, and is {confidence_level}")
    if progress is None and config.show_progress_bars and _is_watched():
        from etiology._progress import progress_bar

        progress = progress_bar("resamples")
    if seed is not None:
        before = numpy.random.get_state()
        numpy.random.seed(seed)
        try:
            return confidence_intervals(
                estimation_func, confidence_level, num_bootstrap_resamples, bootstrap_results_summary_func, n_jobs, progress=progress
            )
        finally:
            numpy.random.set_state(before)
    rows, names = [], None
    for done in range(num_bootstrap_resamples):
        with _random.another_for_questions():
            found = estimation_func()
        if isinstance(found, dict):
            names = list(found) if names is None else names
            found = [_single(name, found.get(name)) for name in names]
        rows.append(numpy.asarray(found, dtype=float).reshape(-1))
        if progress is not None:
            progress(done + 1, num_bootstrap_resamples)
    samples = numpy.array(rows)
    median = numpy.asarray(bootstrap_results_summary_func(samples)).reshape(-1)
    tail = (1.0 - confidence_level) / 2.0
    intervals = numpy.quantile(samples, [tail, 1.0 - tail], axis=0).T
    if names is None:
        return median, intervals
    return {name: float(median[place]) for place, name in enumerate(names)}, {name: intervals[place] for place, name in enumerate(names)}


def _single(name: Any, value: Any) -> float:
    array = numpy.asarray(value, dtype=float).reshape(-1)
    if array.size != 1:
        raise ValueError(f"the estimate of `{name}` has {array.size} values: expected one, so estimate it of one row, or sum them up")
    return float(array[0])


def _is_watched() -> bool:
    """Whether somebody sees a bar: in a terminal or a notebook."""
    return sys.stderr.isatty() or _in_notebook()


def _in_notebook() -> bool:
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    return type(get_ipython()).__name__ == "ZMQInteractiveShell"


def fit_and_compute(
    f: Callable[..., Any],
    causal_model: Any,
    bootstrap_training_data: Any,
    bootstrap_data_subset_size_fraction: float = 0.75,
    auto_assign_quality: Any = None,
    *args: Any,
    **kwargs: Any,
) -> Callable[[], Any]:
    """A function that fits a copy of the model to some of the rows and asks it `f`: for `confidence_intervals`."""

    def compute() -> Any:
        from etiology.gcm.auto import assign_causal_mechanisms
        from etiology.gcm.fitting_sampling import fit

        clone = causal_model.clone()
        count = len(bootstrap_training_data)
        size = max(int(count * bootstrap_data_subset_size_fraction), 1)
        chosen = numpy.random.choice(count, size=size, replace=False)
        rows = bootstrap_training_data.iloc[chosen] if hasattr(bootstrap_training_data, "iloc") else bootstrap_training_data[chosen]
        if auto_assign_quality is not None:
            assign_causal_mechanisms(clone, rows, auto_assign_quality, override_models=True)
        fit(clone, rows)
        return f(clone, *args, **kwargs)

    return compute
