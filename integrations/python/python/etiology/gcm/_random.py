"""Where seeds come from.

Whoever draws rows takes a seed from numpy's global state, so that two calls differ, and repeat after `set_random_seed`. Questions are answered
with the seed that `set_random_seed` was given last, 0 at first, so that a question asked twice has one answer.
"""

from __future__ import annotations

import random as _random

import numpy

_MOST = 2**32

_of_questions = 0


def set_random_seed(random_seed: int) -> None:
    """Seeds numpy's global state and Python's, and all questions that follow."""
    global _of_questions
    numpy.random.seed(random_seed)
    _random.seed(random_seed)
    _of_questions = int(random_seed)


def of_question(seed: int | None) -> int:
    """The seed of a question: what was given, or what all questions have."""
    return _of_questions if seed is None else int(seed)


def of_draw(seed: int | None) -> int:
    """The seed of rows that are drawn: what was given, or another at every call."""
    return int(numpy.random.randint(0, _MOST, dtype=numpy.uint64)) if seed is None else int(seed)


class another_for_questions:
    """Questions within have a seed of their own, from numpy's global state: for answers that shall scatter."""

    def __enter__(self) -> None:
        global _of_questions
        self._before = _of_questions
        _of_questions = of_draw(None)

    def __exit__(self, *_: object) -> None:
        global _of_questions
        _of_questions = self._before
