"""p-values of several tests as one, and permuted samples."""

from __future__ import annotations

from typing import Any

import numpy


def merge_p_values_average(p_values: Any, randomization: bool = False) -> float:
    """Twice the average, which is valid whatever the dependence (Vovk and Wang, 2020)."""
    p_values = numpy.asarray(p_values, dtype=float).reshape(-1)
    factor = 2.0 / (1.0 + numpy.random.uniform()) if randomization else 2.0
    return float(min(1.0, factor * p_values.mean())) if len(p_values) > 1 else float(p_values[0])


def merge_p_values_quantile(p_values: Any, p_values_scaling: Any = None, quantile: float = 0.5) -> float:
    """A quantile, divided by its level (Meinshausen, Meier and Bühlmann, 2009)."""
    p_values = numpy.asarray(p_values, dtype=float).reshape(-1)
    scaling = numpy.ones_like(p_values) if p_values_scaling is None else numpy.asarray(p_values_scaling, dtype=float)
    if len(p_values) == 1:
        return float(min(1.0, p_values[0] * scaling[0]))
    return float(min(1.0, numpy.quantile(p_values * scaling / quantile, quantile)))


def merge_p_values_fdr(p_values: Any, fdr_method: str = "fdr_bh") -> float:
    """The smallest after the correction of Benjamini and Hochberg."""
    ordered = numpy.sort(numpy.asarray(p_values, dtype=float).reshape(-1))
    return float(min(1.0, (ordered * len(ordered) / numpy.arange(1, len(ordered) + 1)).min()))


def permute_features(feature_samples: Any, features_to_permute: Any, randomize_features_jointly: bool) -> Any:
    """The samples with some columns permuted, together or one by one."""
    samples = numpy.array(feature_samples)
    if randomize_features_jointly:
        samples[:, features_to_permute] = samples[numpy.random.permutation(len(samples))][:, features_to_permute]
        return samples
    for feature in features_to_permute:
        numpy.random.shuffle(samples[:, feature])
    return samples
