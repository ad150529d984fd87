"""In which sense values are extreme."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy

from etiology._native import FittedModel


class AnomalyScorer(ABC):
    """A function of a value that is larger for more extreme ones: `fit` to usual values, then `score`. The library calibrates it."""

    # The name of the library's own, which needs no call of Python.
    feature_map: str | None = None

    @abstractmethod
    def fit(self, X: Any) -> None: ...

    @abstractmethod
    def score(self, X: Any) -> Any: ...

    def clone(self) -> Any:
        return type(self)()


def _values(X: Any) -> Any:
    return numpy.asarray(X, dtype=float).reshape(-1)


class MedianCDFQuantileScorer(AnomalyScorer):
    """How far out a value is on its side, as a quantile."""

    feature_map = "two_sided_quantile"

    def fit(self, X: Any) -> None:
        self._sorted = numpy.sort(_values(X))

    def _smaller_tail(self, X: Any) -> Any:
        x, count = _values(X), len(self._sorted)
        below = numpy.searchsorted(self._sorted, x, side="left") / count
        above = 1.0 - numpy.searchsorted(self._sorted, x, side="right") / count
        ties = 0.5 * (1.0 - below - above)
        return numpy.minimum(below + ties, above + ties)

    def score(self, X: Any) -> Any:
        return 1.0 - 2.0 * self._smaller_tail(X)


class RescaledMedianCDFQuantileScorer(MedianCDFQuantileScorer):
    """The same, as −ln of twice the smaller tail."""

    def score(self, X: Any) -> Any:
        return -numpy.log(numpy.maximum(2.0 * self._smaller_tail(X), 0.5 / len(self._sorted)))


class MeanDeviationScorer(AnomalyScorer):
    """The distance from the mean, in standard deviations."""

    feature_map = "z_score"

    def fit(self, X: Any) -> None:
        self._mean, self._std = float(numpy.mean(X)), float(numpy.std(X))

    def score(self, X: Any) -> Any:
        return numpy.abs(_values(X) - self._mean) / self._std


class MedianDeviationScorer(AnomalyScorer):
    """The distance from the median."""

    feature_map = "distance_from_median"

    def fit(self, X: Any) -> None:
        self._median = float(numpy.median(X))

    def score(self, X: Any) -> Any:
        return numpy.abs(_values(X) - self._median)


class ITAnomalyScorer(AnomalyScorer):
    """Another scorer, calibrated to nats: which the library does to every scorer."""

    def __init__(self, anomaly_scorer: AnomalyScorer) -> None:
        self._scorer = anomaly_scorer
        self.feature_map = anomaly_scorer.feature_map

    def fit(self, X: Any) -> None:
        self._scorer.fit(X)
        self._scores = numpy.sort(_values(self._scorer.score(X)))

    def score(self, X: Any) -> Any:
        scores, count = _values(self._scorer.score(X)), len(self._scores)
        at_least = count - numpy.searchsorted(self._scores, scores, side="left")
        return -numpy.log((at_least + 0.5) / (count + 0.5))

    def clone(self) -> Any:
        return ITAnomalyScorer(self._scorer.clone())


class RankBasedAnomalyScorer(MedianCDFQuantileScorer):
    """The same as `MedianCDFQuantileScorer` for single values."""


class InverseDensityScorer(AnomalyScorer):
    """One over the density, of an estimator with `fit` and `density`."""

    def __init__(self, density_estimator: Any = None) -> None:
        self._estimator = density_estimator

    def fit(self, X: Any) -> None:
        if self._estimator is None:
            from etiology.gcm.density_estimators import KernelDensityEstimator1D

            self._estimator = KernelDensityEstimator1D()
        self._estimator.fit(X)

    def score(self, X: Any) -> Any:
        return 1.0 / numpy.maximum(_values(self._estimator.density(X)), 1e-300)

    def clone(self) -> Any:
        return InverseDensityScorer(self._estimator)


def feature_map_of(scorer: Any, model: FittedModel, target: Any) -> Any:
    """What the library calls a scorer, or a factory of scorers; one that it does not know is fitted to draws and asked value by value."""
    known = getattr(scorer, "feature_map", None)
    if known is not None:
        return known
    scorer = scorer() if isinstance(scorer, type) or not hasattr(scorer, "score") else scorer
    if scorer.feature_map is not None:
        return scorer.feature_map
    if target is None:
        raise TypeError(f"the scores of all nodes need a scorer that is told by name, and no {type(scorer).__name__}")
    scorer.fit(numpy.asarray(model.draw_samples(10_000, seed=0)[str(target)]).reshape(-1, 1))
    return lambda value: float(numpy.asarray(scorer.score(numpy.array([[value]]))).reshape(-1)[0])
