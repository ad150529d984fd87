"""Are samples independent? By distance covariance, or by residuals of regressions where something is given."""

from __future__ import annotations

from typing import Any

import numpy

from etiology import _native
from etiology.gcm import _random

_MOST_ROWS = 2000


def _table(values: Any) -> Any:
    """Columns of numbers in standard deviations; levels of text as columns of ones and zeros."""
    values = numpy.asarray(values)
    values = values.reshape(-1, 1) if values.ndim < 2 else values
    columns = []
    for column in values.T:
        if column.dtype.kind in "OUSb" and any(isinstance(cell, (str, bool, numpy.bool_)) for cell in column):
            levels = numpy.unique(column.astype(str))
            columns += [(column.astype(str) == level).astype(float) for level in levels[1:] if len(levels) > 1]
        else:
            columns.append(column.astype(float))
    scaled = [column / (column.std() or 1.0) for column in columns] or [numpy.zeros(len(values))]
    return numpy.ascontiguousarray(numpy.column_stack(scaled))


def kernel_based(X: Any, Y: Any, Z: Any = None, use_bootstrap: bool = False, *, seed: int | None = None, **_: Any) -> float:
    """The p-value of the independence of X and Y, given Z if there is one. Of more than 2 000 rows so many are looked at."""
    if Z is not None:
        return generalised_cov_based(X, Y, Z)
    X, Y, question = _table(X), _table(Y), _random.of_question(seed)
    if len(X) > _MOST_ROWS:
        chosen = numpy.sort(numpy.random.default_rng(question).choice(len(X), _MOST_ROWS, replace=False))
        X, Y = numpy.ascontiguousarray(X[chosen]), numpy.ascontiguousarray(Y[chosen])
    return float(_native.independence_test(X, Y, permutations=999, seed=question)["p_value"])


approx_kernel_based = kernel_based


def generalised_cov_based(X: Any, Y: Any, Z: Any = None, *_args: Any, **_: Any) -> float:
    """The p-value of the independence of X and Y given Z by the covariance of residuals; the smallest of all pairs of columns, corrected."""
    X, Y = _table(X), _table(Y)
    given = numpy.empty((len(X), 0)) if Z is None else _table(Z)
    pairs = [(x, y) for x in X.T for y in Y.T]
    p_values = [
        _native.conditional_independence_test(numpy.ascontiguousarray(x), numpy.ascontiguousarray(y), given)["p_value"] for x, y in pairs
    ]
    return float(min(1.0, min(p_values) * len(p_values)))


def regression_based(X: Any, Y: Any, Z: Any = None, *, seed: int | None = None, **_: Any) -> float:
    """The same as `generalised_cov_based`; by distance covariance where nothing is given."""
    return kernel_based(X, Y, seed=seed) if Z is None else generalised_cov_based(X, Y, Z)


def independence_test(X: Any, Y: Any, conditioned_on: Any = None, method: str = "kernel", **kwargs: Any) -> float:
    """The p-value of the independence of X and Y, given `conditioned_on` if there is something: by `kernel`, `approx_kernel`, `regression` or
    `gcm`."""
    methods = {
        "kernel": kernel_based,
        "approx_kernel": approx_kernel_based,
        "regression": regression_based,
        "gcm": generalised_cov_based,
    }
    if method not in methods:
        raise ValueError(f"the method is `{method}`: expected one of {', '.join(f'`{known}`' for known in methods)}")
    return float(methods[method](X, Y, conditioned_on, **kwargs))
