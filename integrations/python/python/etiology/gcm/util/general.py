"""Helpers for arrays."""

from __future__ import annotations

from typing import Any

import numpy

from etiology.gcm._random import set_random_seed

__all__ = [
    "geometric_median",
    "has_categorical",
    "is_categorical",
    "is_discrete",
    "means_difference",
    "set_random_seed",
    "setdiff2d",
    "shape_into_2d",
    "variance_of_deviations",
    "variance_of_matching_values",
]


def shape_into_2d(*args: Any) -> Any:
    """Arrays as rows × columns."""
    shaped = [numpy.asarray(array).reshape(-1, 1) if numpy.ndim(array) < 2 else numpy.asarray(array) for array in args]
    return shaped[0] if len(shaped) == 1 else tuple(shaped)


def is_categorical(X: Any) -> bool:
    """Whether all columns are text or booleans."""
    X = shape_into_2d(X)
    return all(_is_text(X[:, column]) for column in range(X.shape[1]))


def has_categorical(X: Any) -> bool:
    """Whether a column is text or booleans."""
    X = shape_into_2d(X)
    return any(_is_text(X[:, column]) for column in range(X.shape[1]))


def _is_text(column: Any) -> bool:
    return column.dtype.kind in "USb" or (column.dtype.kind == "O" and any(isinstance(cell, (str, bool)) for cell in column))


def is_discrete(X: Any) -> bool:
    """Whether all values are whole numbers."""
    return not is_categorical(X) and bool((numpy.asarray(X, dtype=float) % 1 == 0).all())


def means_difference(randomized_predictions: Any, baseline_values: Any) -> float:
    return float(numpy.mean(randomized_predictions) - numpy.mean(baseline_values))


def variance_of_deviations(randomized_predictions: Any, baseline_values: Any) -> float:
    return float(numpy.var(numpy.asarray(randomized_predictions) - numpy.asarray(baseline_values)))


def variance_of_matching_values(randomized_predictions: Any, baseline_values: Any) -> float:
    return float(numpy.var(numpy.asarray(randomized_predictions) == numpy.asarray(baseline_values)))


def geometric_median(x: Any) -> Any:
    """The point with the smallest sum of distances from all rows, by Weiszfeld's iteration."""
    x = shape_into_2d(x).astype(float)
    median = numpy.median(x, axis=0)
    if x.shape[1] == 1:
        return median
    scale = numpy.abs(x - median).max()
    if not scale > 0.0:
        return median
    for _ in range(1000):
        distances = numpy.linalg.norm(x - median, axis=1)
        weights = 1.0 / numpy.maximum(distances, 1e-12 * scale)
        moved = (x * weights[:, None]).sum(axis=0) / weights.sum()
        if numpy.linalg.norm(moved - median) <= 1e-10 * scale:
            return moved
        median = moved
    return median


def setdiff2d(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    """The rows of the first that the second has not."""
    ar1, ar2 = shape_into_2d(ar1, ar2)
    known = {row.tobytes() for row in numpy.ascontiguousarray(ar2)}
    return ar1[[row.tobytes() not in known for row in numpy.ascontiguousarray(ar1)]]
