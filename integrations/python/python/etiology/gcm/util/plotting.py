"""Drawings with the arguments of `dowhy.gcm.util.plotting`."""

from collections.abc import Mapping
from typing import Any

from etiology.utils import plotting as _plotting

from etiology.utils.plotting import plot_adjacency_matrix

__all__ = ["bar_plot", "plot", "plot_adjacency_matrix"]


def plot(
    causal_graph: Any,
    causal_strengths: Any = None,
    colors: Any = None,
    filename: str | None = None,
    display_plot: bool = True,
    figure_size: Any = None,
    **kwargs: Any,
) -> None:
    """`etiology.utils.plotting.plot`."""
    _plotting.plot(causal_graph, None, causal_strengths, colors, filename, display_plot, figure_size, **kwargs)


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
    """`etiology.utils.plotting.bar_plot`, with names in their order unless told otherwise."""
    _plotting.bar_plot(values, uncertainties, ylabel, filename, display_plot, figure_size, bar_width, xticks, xticks_rotation, sort_names)
