"""Drawings and helpers."""

from collections.abc import Mapping
from typing import Any

from etiology import utils as _utils
from etiology.gcm.util import general

__all__ = ["bar_plot", "general", "plot"]


def plot(
    causal_graph: Any,
    causal_strengths: Any = None,
    colors: Any = None,
    filename: str | None = None,
    display_plot: bool = True,
    figure_size: Any = None,
    **kwargs: Any,
) -> None:
    """`etiology.utils.plot`."""
    _utils.plot(causal_graph, None, causal_strengths, colors, filename, display_plot, figure_size, **kwargs)


def bar_plot(
    values: Mapping[Any, float],
    uncertainties: Any = None,
    ylabel: str = "",
    filename: str | None = None,
    display_plot: bool = True,
    figure_size: Any = None,
    bar_width: float = 0.8,
    xticks: Any = None,
    xticks_rotation: int = 90,
    sort_names: bool = True,
) -> None:
    """`etiology.utils.bar_plot`, with names in their order unless told otherwise."""
    _utils.bar_plot(values, uncertainties, ylabel, filename, display_plot, figure_size, bar_width, xticks, xticks_rotation, sort_names)
