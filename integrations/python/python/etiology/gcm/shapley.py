"""Shapley values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

import numpy

from etiology import _native
from etiology.gcm import _random


class ShapleyApproximationMethods(Enum):
    """How Shapley values are found. Subsets and early stopping stand for permutations here."""

    AUTO = auto()
    EXACT = auto()
    EXACT_FAST = auto()
    EARLY_STOPPING = auto()
    PERMUTATION = auto()
    SUBSET_SAMPLING = auto()


@dataclass(frozen=True)
class ShapleyConfig:
    """How Shapley values are found, and with how much effort."""

    approximation_method: ShapleyApproximationMethods = ShapleyApproximationMethods.AUTO
    num_permutations: int = 25
    num_subset_samples: int = 5000
    min_percentage_change_threshold: float = 0.05
    n_jobs: int | None = None


def method_of(config: ShapleyConfig | None) -> Any:
    """What the library calls it; nothing for its own choice."""
    methods = ShapleyApproximationMethods
    if config is None or config.approximation_method is methods.AUTO:
        return None
    if config.approximation_method in (methods.EXACT, methods.EXACT_FAST):
        return "exact"
    return ("permutations", config.num_permutations)


def estimate_shapley_values(
    set_func: Callable[[Any], Any], num_players: int, shapley_config: ShapleyConfig | None = None, *, seed: int | None = None
) -> Any:
    """The Shapley values of a function of which players are in: an array of ones and zeros. If it gives several numbers, so does the answer: rows
    for numbers, columns for players."""
    options: dict[str, Any] = {"seed": _random.of_question(seed)}
    method = method_of(shapley_config)
    if method is not None:
        options["method"] = method
    known: dict[bytes, Any] = {}

    def worth(coalition: Any) -> Any:
        key = coalition.tobytes()
        if key not in known:
            known[key] = numpy.asarray(set_func(coalition.astype(int)), dtype=float).reshape(-1)
        return known[key]

    outputs = len(worth(numpy.ones(num_players, dtype=bool)))

    def output(row: int) -> Callable[[Any], float]:
        return lambda coalition: float(worth(coalition)[row])

    rows = [_native.shapley_values(output(row), num_players, **options)[0] for row in range(outputs)]
    return rows[0] if outputs == 1 else numpy.array(rows)
