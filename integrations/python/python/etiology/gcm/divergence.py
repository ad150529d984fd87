"""How much two samples differ."""

from __future__ import annotations

from typing import Any

import numpy


def _two(X: Any, Y: Any) -> tuple[Any, Any]:
    X, Y = numpy.asarray(X), numpy.asarray(Y)
    return X.reshape(len(X), -1), Y.reshape(len(Y), -1)


def _nearest(points: Any, others: Any, k: int) -> Any:
    """The distance of each point from the k-th nearest of the others, in blocks."""
    found = []
    for start in range(0, len(points), 256):
        block = points[start : start + 256]
        squares = ((block[:, None, :] - others[None, :, :]) ** 2).sum(axis=2)
        found.append(numpy.sqrt(numpy.partition(squares, k - 1, axis=1)[:, k - 1]))
    return numpy.concatenate(found)


def estimate_kl_divergence_continuous_knn(X: Any, Y: Any, k: int = 1, remove_common_elements: bool = True, n_jobs: int = 1) -> float:
    """The Kullback-Leibler divergence of X from Y by distances to nearest neighbours (Wang, Kulkarni and Verdú, 2009)."""
    X, Y = _two(X, Y)
    X, Y = X.astype(float), Y.astype(float)
    if remove_common_elements:
        common = {row.tobytes() for row in Y}
        X = X[[row.tobytes() not in common for row in X]]
    count, dimensions = X.shape
    if count < k + 1:
        return 0.0
    own, others = _nearest(X, X, k + 1), _nearest(X, Y, k)
    usable = (own > 0.0) & (others > 0.0)
    if not usable.any():
        return 0.0
    divergence = dimensions * numpy.log(others[usable] / own[usable]).mean() + numpy.log(len(Y) / (count - 1.0))
    return float(max(divergence, 0.0))


def estimate_kl_divergence_of_probabilities(X: Any, Y: Any) -> float:
    """Of probabilities in rows, on average."""
    X, Y = _two(X, Y)
    return float((X * (numpy.log(numpy.maximum(X, 1e-12)) - numpy.log(numpy.maximum(Y, 1e-12)))).sum(axis=1).mean())


def estimate_kl_divergence_categorical(X: Any, Y: Any) -> float:
    """Of categories, by their shares, with half a row more of each."""
    X, Y = (numpy.asarray(values).reshape(-1).astype(str) for values in (X, Y))
    levels = numpy.unique(numpy.concatenate([X, Y]))
    shares = [(numpy.array([(values == level).sum() for level in levels]) + 0.5) / (len(values) + 0.5 * len(levels)) for values in (X, Y)]
    return float((shares[0] * numpy.log(shares[0] / shares[1])).sum())


def auto_estimate_kl_divergence(X: Any, Y: Any) -> float:
    """By shares for categories and probabilities in rows, by nearest neighbours for numbers."""
    first = numpy.asarray(X)
    if first.dtype.kind in "OUSb":
        return estimate_kl_divergence_categorical(X, Y)
    if first.ndim == 2 and first.shape[1] > 1 and numpy.allclose(first.sum(axis=1), 1.0) and (first >= 0.0).all():
        return estimate_kl_divergence_of_probabilities(X, Y)
    return estimate_kl_divergence_continuous_knn(X, Y)
