"""Drawings with the names of `dowhy.utils.plotting`; they need matplotlib, and `plot` networkx."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def _finish(figure: Any, filename: str | None, display_plot: bool) -> None:
    from matplotlib import pyplot

    if filename is not None:
        figure.savefig(filename, bbox_inches="tight")
    if display_plot:
        pyplot.show()
    pyplot.close(figure)


def _layers(graph: Any) -> dict[Any, tuple[float, float]]:
    """A place for each node: causes above effects, as in `networkx.multipartite_layout`, turned."""
    import networkx

    places = {}
    try:
        generations = list(networkx.topological_generations(graph))
    except networkx.NetworkXException:  # not directed, or with a cycle
        return dict(networkx.spring_layout(graph, seed=0))
    for depth, generation in enumerate(generations):
        nodes = list(generation)
        for place, node in enumerate(nodes):
            places[node] = ((place + 1.0) / (len(nodes) + 1.0) + 0.07 * (depth % 2), -float(depth))
    return places


def plot(
    causal_graph: Any,
    layout_prog: str | None = None,
    causal_strengths: Mapping[tuple[Any, Any], float] | None = None,
    colors: Mapping[Any, str] | None = None,
    filename: str | None = None,
    display_plot: bool = True,
    figure_size: Any = None,
    **kwargs: Any,
) -> None:
    """Draws a graph; arrows with a strength are as wide as it, relative to the largest."""
    import networkx
    from matplotlib import pyplot

    graph = networkx.DiGraph(causal_graph.edges) if hasattr(causal_graph, "topological_order") else causal_graph
    strengths = dict(causal_strengths or {})
    largest = max((abs(value) for value in strengths.values()), default=0.0)

    def width(edge: tuple[Any, Any]) -> float:
        return 1.0 + 8.0 * abs(strengths[edge]) / largest if largest > 0.0 and edge in strengths else 1.0

    figure, axes = pyplot.subplots(figsize=figure_size)
    colours = dict(colors or {})
    networkx.draw(
        graph,
        pos=_layers(graph),
        ax=axes,
        with_labels=True,
        node_color=[colours.get(node, "lightblue") for node in graph.nodes],
        edge_color=[colours.get(edge, "black") for edge in graph.edges],
        width=[width(edge) for edge in graph.edges],
        font_size=8,
        **kwargs,
    )
    _finish(figure, filename, display_plot)


def plot_adjacency_matrix(adjacency_matrix: Any, is_directed: bool, filename: str | None = None, display_plot: bool = True) -> None:
    """Draws the graph of a data frame that has a number for each pair of nodes: from the row's node to the column's, 0 for no arrow."""
    import networkx

    kind = networkx.DiGraph() if is_directed else networkx.Graph()
    plot(networkx.from_pandas_adjacency(adjacency_matrix, kind), filename=filename, display_plot=display_plot)


def bar_plot(
    values: Mapping[Any, float],
    uncertainties: Mapping[Any, tuple[float, float]] | None = None,
    ylabel: str = "",
    filename: str | None = None,
    display_plot: bool = True,
    figure_size: Any = None,
    bar_width: float = 0.8,
    xticks: Any = None,
    xticks_rotation: int = 90,
    sort_names: bool = False,
) -> None:
    """Draws a bar for each name, with the interval that it lies in: of `uncertainties`, or of two standard errors where `values` knows them."""
    from matplotlib import pyplot

    names = sorted(values, key=str) if sort_names else list(values)
    heights = [float(_single(values[name])) for name in names]
    if uncertainties is None:
        errors = getattr(values, "std_error", {})
        spans = [(2.0 * float(_single(errors.get(name, 0.0))),) * 2 for name in names]
    else:
        bounds = [tuple(map(float, uncertainties[name])) for name in names]
        spans = [(max(height - low, 0.0), max(high - height, 0.0)) for height, (low, high) in zip(heights, bounds)]
    figure, axes = pyplot.subplots(figsize=figure_size)
    axes.bar(range(len(names)), heights, bar_width, yerr=[[span[0] for span in spans], [span[1] for span in spans]], ecolor="#1E88E5")
    axes.axhline(0.0, color="black", linewidth=0.8)
    axes.set_ylabel(ylabel)
    axes.set_xticks(range(len(names)))
    axes.set_xticklabels([str(name) for name in (names if xticks is None else xticks)], rotation=xticks_rotation)
    _finish(figure, filename, display_plot)


def _single(value: Any) -> Any:
    return value.reshape(-1)[0] if hasattr(value, "reshape") else value
