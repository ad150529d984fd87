"""How uncertain a sample is."""

from __future__ import annotations

from typing import Any

import numpy


def estimate_variance(X: Any) -> float:
    """The variance; for several columns the determinant of their covariances."""
    X = numpy.asarray(X, dtype=float)
    if X.ndim < 2 or X.shape[1] == 1:
        return float(numpy.var(X))
    return float(numpy.linalg.det(numpy.cov(X, rowvar=False)))


def estimate_entropy_of_probabilities(X: Any) -> float:
    """Of probabilities in rows, on average, in nats."""
    X = numpy.asarray(X, dtype=float)
    X = X.reshape(1, -1) if X.ndim < 2 else X
    return float(-(X * numpy.log(numpy.maximum(X, 1e-300))).sum(axis=1).mean())


def estimate_entropy_discrete(X: Any) -> float:
    """Of categories, by their shares, in nats."""
    _, counts = numpy.unique(numpy.asarray(X).astype(str), return_counts=True)
    return estimate_entropy_of_probabilities(counts / counts.sum())


def estimate_entropy_using_discretization(X: Any, bin_width: float = 1.0) -> float:
    """Of numbers, by bins of a width, in nats."""
    return estimate_entropy_discrete(numpy.floor(numpy.asarray(X, dtype=float) / bin_width))


def estimate_gaussian_entropy(X: Any) -> float:
    """Of a normal distribution with the variance of the sample, in nats."""
    return float(0.5 * numpy.log(2.0 * numpy.pi * numpy.e * estimate_variance(X)))
