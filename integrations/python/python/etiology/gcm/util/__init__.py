"""Drawings and helpers."""

from etiology.gcm.util import general, plotting
from etiology.gcm.util.plotting import bar_plot, plot, plot_adjacency_matrix

__all__ = ["bar_plot", "general", "plot", "plot_adjacency_matrix", "plotting"]
