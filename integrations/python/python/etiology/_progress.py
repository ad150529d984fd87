"""How far a long answer is, in a terminal or a notebook."""

from __future__ import annotations

import sys
from collections.abc import Callable


def progress_bar(what: str = "resamples", width: int = 30) -> Callable[[int, int], None]:
    """A function of how many are done and how many there are, which shows both in one line.

    >>> model.bootstrap(data, ask, progress=etiology.progress_bar())  # doctest: +SKIP
    """

    def show(done: int, total: int) -> None:
        filled = width * done // max(total, 1)
        end = "\n" if done >= total else ""
        sys.stderr.write(f"\r{'█' * filled}{'·' * (width - filled)} {done} of {total} {what}{end}")
        sys.stderr.flush()

    return show
