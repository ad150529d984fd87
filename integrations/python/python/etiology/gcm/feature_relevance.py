"""How much the inputs of any function matter, and why values of one differ."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

from etiology import _native
from etiology.gcm import _random, ml
from etiology.gcm.util.general import means_difference, variance_of_deviations

# A function that is written in Python is asked for each row of each coalition.
_SAMPLES = 512


def _named(samples: Any) -> dict[str, Any]:
    samples = numpy.asarray(samples, dtype=float)
    samples = samples.reshape(len(samples), -1)
    return {f"{place:04d}": numpy.ascontiguousarray(samples[:, place]) for place in range(samples.shape[1])}


def _of_features(answer: Any) -> Any:
    rows = sorted((row for row in answer.to_dict()["contributions"] if not row["is_noise"]), key=lambda row: row["feature"])
    return numpy.array([row["value"] for row in rows])


def feature_relevance_distribution(
    prediction_method: Callable[[Any], Any],
    feature_samples: Any,
    subset_scoring_func: Any = variance_of_deviations,
    max_num_samples_randomization: int = 5000,
    max_num_baseline_samples: int = 500,
    max_batch_size: int = 100,
    randomize_features_jointly: bool = True,
    shapley_config: Any = None,
    *,
    seed: int | None = None,
) -> Any:
    """How much of the variance of a function comes from each column."""
    if subset_scoring_func is not variance_of_deviations:
        raise NotImplementedError("only variance is split here: leave out `subset_scoring_func`, or give `gcm.util.general.variance_of_deviations`; `gcm.shapley.estimate_shapley_values` splits any function")
    return _of_features(_native.feature_relevance(prediction_method, _named(feature_samples), samples=_SAMPLES, seed=_random.of_question(seed)))


def feature_relevance_sample(
    prediction_method: Callable[[Any], Any],
    feature_samples: Any,
    baseline_samples: Any,
    subset_scoring_func: Any = means_difference,
    baseline_target_values: Any = None,
    average_set_function: bool = False,
    max_batch_size: int = 100,
    randomize_features_jointly: bool = True,
    shapley_config: Any = None,
    *,
    seed: int | None = None,
) -> Any:
    """For every row of `baseline_samples` how much each column moved the function from its mean over `feature_samples`."""
    if subset_scoring_func is not means_difference:
        raise NotImplementedError("only deviations from the mean are split here: leave out `subset_scoring_func`, or give `gcm.util.general.means_difference`; `gcm.shapley.estimate_shapley_values` splits any function")
    background, rows = _named(feature_samples), _named(baseline_samples)
    question = _random.of_question(seed)
    found = []
    for row in range(len(next(iter(rows.values())))):
        event = {name: float(column[row]) for name, column in rows.items()}
        found.append(_of_features(_native.feature_relevance(prediction_method, background, event, samples=_SAMPLES, seed=question)))
    return numpy.array(found)


def unit_change(
    background_df: Any,
    foreground_df: Any,
    input_column_names: list[Any],
    background_mechanism: ml.PredictionModel,
    foreground_mechanism: ml.PredictionModel | None = None,
    shapley_config: Any = None,
) -> Any:
    """For every pair of rows why the value of a function differs: over its columns and, where there is another for the foreground, over the
    function itself (`f`)."""
    import pandas

    from etiology.gcm.shapley import estimate_shapley_values

    before = numpy.asarray(background_df[input_column_names], dtype=float)
    after = numpy.asarray(foreground_df[input_column_names], dtype=float)
    if before.shape != after.shape:
        raise ValueError(f"the background has {len(before)} rows and the foreground {len(after)}: expected as many, in pairs")
    players = len(input_column_names) + (foreground_mechanism is not None)

    def worth(coalition: Any) -> Any:
        inputs = numpy.where(coalition[: len(input_column_names)].astype(bool), after, before)
        is_new = foreground_mechanism is not None and coalition[-1]
        mechanism = foreground_mechanism if is_new and foreground_mechanism is not None else background_mechanism
        return numpy.asarray(mechanism.predict(inputs), dtype=float).reshape(-1)

    found = estimate_shapley_values(worth, players, shapley_config)
    names = [*input_column_names, *(["f"] if foreground_mechanism is not None else [])]
    return pandas.DataFrame(numpy.asarray(found).reshape(len(before), players), columns=names)
