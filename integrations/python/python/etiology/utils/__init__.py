"""Drawings with the names of `dowhy.utils`."""

from etiology.utils.plotting import bar_plot, plot, plot_adjacency_matrix

__all__ = ["bar_plot", "plot", "plot_adjacency_matrix"]
