"""Figures with their errors beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy


class Estimates(dict[Any, Any]):
    """A dict of figures, as `dowhy.gcm` gives it, that knows more: `std_error` has the standard error of each, and `answer` is all that the
    library says."""

    answer: Any

    def __init__(
        self, values: Mapping[Any, Any], std_error: Mapping[Any, Any] | Callable[[], dict[Any, Any]] | None = None, answer: Any = None
    ) -> None:
        super().__init__(values)
        self._std_error = std_error
        self.answer = answer

    @property
    def std_error(self) -> dict[Any, Any]:
        """The standard error of each figure."""
        found = self._std_error
        if not isinstance(found, dict):
            # Looked up when somebody asks, as most do not.
            found = self._std_error = dict((found() if callable(found) else found) or {})
        return found

    def to_frame(self) -> Any:
        """A data frame of pandas: a row for each name if figures are numbers, a column for each name if they are arrays."""
        import pandas

        if any(numpy.ndim(value) for value in self.values()):
            return pandas.DataFrame(dict(self))
        columns = {"value": dict(self)}
        if self.std_error:
            columns["std_error"] = self.std_error
        return pandas.DataFrame(columns)

    def _repr_html_(self) -> str:
        from etiology import _display

        def single(value: Any) -> float | None:
            array = numpy.asarray(value, dtype=float).reshape(-1)
            return float(array[0]) if array.size == 1 else None

        bars = []
        for name, value in self.items():
            number = single(value)
            if number is None:
                return str(self.to_frame()._repr_html_())
            label = " → ".join(map(str, name)) if isinstance(name, tuple) else str(name)
            error = self.std_error.get(name)
            bars.append((label, number, None if error is None else single(error)))
        return _display.bar_chart(sorted(bars, key=lambda bar: -bar[1]))

    def __reduce__(self) -> tuple[Any, ...]:
        return (Estimates, (dict(self), self.std_error))
