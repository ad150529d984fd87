"""Causal models: a graph of networkx whose nodes have mechanisms, fitted in place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy

from etiology import _tables
from etiology._native import CausalGraph, Dataset, EtiologyError, FittedModel
from etiology._native import StructuralCausalModel as NativeModel
from etiology.gcm.causal_mechanisms import ClassifierFCM, Distribution, StochasticModel

CAUSAL_MECHANISM = "causal_mechanism"


def ordered_predecessors(graph: Any, node: Any) -> list[Any]:
    """The parents of a node in the order that rows of them have: by name."""
    return sorted(graph.predecessors(node), key=str)


class _Graph:
    """As much of `networkx.DiGraph` as is needed, for those who have none."""

    def __init__(self, graph: Any = None) -> None:
        source = CausalGraph(graph if graph is not None else [])
        self.nodes: dict[Any, dict[str, Any]] = {node: {} for node in source.nodes}
        self.edges = list(source.edges)

    def predecessors(self, node: Any) -> Iterable[Any]:
        return [cause for cause, effect in self.edges if effect == node]

    def successors(self, node: Any) -> Iterable[Any]:
        return [effect for cause, effect in self.edges if cause == node]

    def __contains__(self, node: Any) -> bool:
        return node in self.nodes


def _copier(graph: Any) -> Any:
    try:
        import networkx
    except ImportError:
        return _Graph(graph)
    if isinstance(graph, CausalGraph):
        found = networkx.DiGraph()
        found.add_nodes_from(graph.nodes)
        found.add_edges_from(graph.edges)
        return found
    return networkx.DiGraph(graph)


class ProbabilisticCausalModel:
    """A causal graph whose nodes have mechanisms. `graph` is kept as it is; mechanisms are attributes of its nodes."""

    def __init__(self, graph: Any = None, graph_copier: Any = _copier, remove_existing_mechanisms: bool = False) -> None:
        is_graph = hasattr(graph, "predecessors") and hasattr(graph, "nodes")
        self.graph = graph if is_graph else _copier(graph)
        self.graph_copier = graph_copier
        if remove_existing_mechanisms:
            for node in self.graph.nodes:
                self.graph.nodes[node].pop(CAUSAL_MECHANISM, None)
        self._forget()

    def _forget(self) -> None:
        self._fitted: FittedModel | None = None
        # What the columns of the training data were, so that drawn rows look like them.
        self._kinds: dict[str, Any] = {}
        self._rows_of_fit: str | None = None
        self._attributors: dict[Any, Any] = {}

    def set_causal_mechanism(self, node: Any, mechanism: StochasticModel) -> None:
        """Gives a node a mechanism."""
        self._check(node)
        if not isinstance(mechanism, StochasticModel):
            raise EtiologyError(
                f"node `{node}` was given {type(mechanism).__name__}: expected a distribution or a mechanism of `etiology.gcm`, "
                "as `gcm.EmpiricalDistribution()` or `gcm.AdditiveNoiseModel(gcm.ml.create_linear_regressor())`"
            )
        self.graph.nodes[node][CAUSAL_MECHANISM] = mechanism
        self._forget()

    def causal_mechanism(self, node: Any) -> Any:
        """The mechanism of a node, fitted once the model is."""
        self._check(node)
        mechanism = self.graph.nodes[node].get(CAUSAL_MECHANISM)
        if mechanism is None:
            raise EtiologyError(f"node `{node}` has no causal mechanism yet: set one, or call `gcm.auto.assign_causal_mechanisms`")
        return mechanism

    def _check(self, node: Any) -> None:
        if node not in self.graph.nodes:
            known = ", ".join(f"`{known}`" for known in self.graph.nodes)
            raise EtiologyError(f"node `{node}` is not in the causal graph, which has {known}")

    def clone(self) -> Any:
        """The same model with mechanisms that are not fitted."""
        graph = self.graph_copier(self.graph)
        for node in graph.nodes:
            graph.nodes[node].clear()
            mechanism = self.graph.nodes[node].get(CAUSAL_MECHANISM)
            if mechanism is not None:
                graph.nodes[node][CAUSAL_MECHANISM] = mechanism.clone()
        return type(self)(graph, self.graph_copier)

    @property
    def fitted(self) -> FittedModel:
        """The model of the library that answers all questions."""
        if self._fitted is None:
            if any(CAUSAL_MECHANISM not in self.graph.nodes[node] for node in self.graph.nodes):
                raise EtiologyError("the causal model has nodes without a mechanism: call `gcm.auto.assign_causal_mechanisms`, then `gcm.fit`")
            self._fit_known()
        assert self._fitted is not None
        return self._fitted

    def _fit_known(self) -> None:
        """A model whose mechanisms are all known needs no data."""
        try:
            model = self.native().without_fitting()
        except EtiologyError as error:
            raise EtiologyError(f"the causal model has not been fitted: call `gcm.fit(causal_model, data)` first ({error})") from None
        self._bind(model)

    def _bind(self, model: FittedModel) -> None:
        self._fitted, self._attributors = model, {}
        for node in self.graph.nodes:
            parents = [str(parent) for parent in ordered_predecessors(self.graph, node)]
            self.graph.nodes[node][CAUSAL_MECHANISM]._bind(model, str(node), parents)

    def native_graph(self) -> CausalGraph:
        """The graph of the library."""
        return CausalGraph(self.graph.edges, nodes=self.graph.nodes)

    def native(self) -> NativeModel:
        """The model of the library before it is fitted; regressions that are written in Python are part of it as they are."""
        model = NativeModel(self.native_graph())
        for node in self.graph.nodes:
            parents = [str(parent) for parent in ordered_predecessors(self.graph, node)]
            model = model.with_mechanism(str(node), self.causal_mechanism(node).native(str(node), parents))
        return model

    def categories(self) -> set[str]:
        """The nodes that are categories, whatever their column holds."""
        mechanisms = ((node, self.graph.nodes[node].get(CAUSAL_MECHANISM)) for node in self.graph.nodes)
        return {str(node) for node, mechanism in mechanisms if isinstance(mechanism, ClassifierFCM)}

    def table(self, data: Any) -> Dataset:
        """The columns of the nodes as the library takes them: booleans are categories where the mechanism says so, numbers otherwise."""
        return data if isinstance(data, Dataset) else Dataset(self._columns(data))

    def _columns(self, data: Any) -> dict[str, Any]:
        if isinstance(data, Dataset):
            return data.to_dict()
        categories = self.categories()
        found: dict[str, Any] = {}
        for name, column in _tables.columns(data, [str(node) for node in self.graph.nodes]):
            if name in categories and isinstance(column, numpy.ndarray):
                kind = self._kinds.get(name) or _kind(data, name)
                shown = column.astype(bool) if kind == "b" else column
                column = [None if value != value else str(value) for value in shown.tolist()]
            found[name] = column
        return found

    def events(self, data: Any) -> Any:
        """The same for rows that are asked about: left where they are if all nodes are numbers."""
        return self.table(data) if self.categories() else data

    def note_rows(self, data: Any) -> None:
        """Remembers which rows the model was fitted to."""
        self._rows_of_fit = _mark_of(self._columns(data))

    def was_fitted_to(self, data: Any) -> bool:
        """Whether these are the rows that the model was fitted to."""
        return self._rows_of_fit is not None and self._rows_of_fit == _mark_of(self._columns(data))

    def note_kinds(self, data: Any) -> None:
        """Remembers which columns are booleans."""
        self._kinds = {str(node): _kind(data, node) for node in self.graph.nodes}

    def frame(self, data: Dataset, nodes: Iterable[Any] | None = None) -> Any:
        """Rows of the library as a data frame, causes before effects."""
        import pandas

        names = {str(node): node for node in self.graph.nodes}
        order = self.fitted.graph.topological_order() if nodes is None else [str(node) for node in nodes]
        columns = {}
        for name in order:
            column = data[name]
            if self._kinds.get(name) == "b":
                if isinstance(column, list):
                    column = numpy.array([cell == "True" for cell in column])
                elif not numpy.setdiff1d(column, (0.0, 1.0)).size:
                    column = column.astype(bool)
            columns[names.get(name, name)] = column
        return pandas.DataFrame(columns)

    def __getstate__(self) -> dict[str, Any]:
        state = dict(self.__dict__)
        state["_attributors"] = {}
        state["graph_copier"] = None if self.graph_copier is _copier else self.graph_copier
        state["_fitted"] = None if self._fitted is None else self._fitted.to_bytes()
        graph = _copier(self.graph)
        mechanisms = {}
        for node in graph.nodes:
            graph.nodes[node].clear()
            mechanism = self.graph.nodes[node].get(CAUSAL_MECHANISM)
            mechanisms[node] = None if mechanism is None else mechanism.clone()
        state["graph"], state["mechanisms"] = graph, mechanisms
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        mechanisms, fitted = state.pop("mechanisms"), state.pop("_fitted")
        self.__dict__.update(state)
        self.graph_copier = self.graph_copier or _copier
        self._fitted = None
        for node, mechanism in mechanisms.items():
            if mechanism is not None:
                self.graph.nodes[node][CAUSAL_MECHANISM] = mechanism
        if fitted is not None:
            self._bind(FittedModel.from_bytes(fitted, mechanisms=self._code()))

    def _code(self) -> dict[str, Any]:
        """The functions of mechanisms that are written in Python, by the names that the library knows them by."""
        code = {}
        for node in self.graph.nodes:
            mechanism = self.graph.nodes[node].get(CAUSAL_MECHANISM)
            found = getattr(mechanism, "code", lambda: None)()
            if found is not None:
                code[str(node)] = found
        return code


class StructuralCausalModel(ProbabilisticCausalModel):
    """A causal model whose mechanisms are functions of parents and noise."""


class InvertibleStructuralCausalModel(StructuralCausalModel):
    """A structural causal model whose mechanisms give away their noise."""

    def set_causal_mechanism(self, target_node: Any, mechanism: StochasticModel) -> None:
        super().set_causal_mechanism(target_node, mechanism)


def _kind(data: Any, name: Any) -> str:
    """The kind of a column by numpy's letters; nothing where it says none."""
    try:
        column = data[name]
    except (KeyError, TypeError, IndexError):
        return ""
    return str(getattr(getattr(column, "dtype", None), "kind", ""))


def _mark_of(columns: Mapping[str, Any], count: int = 1000) -> str:
    """A digest of some thousand rows, by which tables are told apart."""
    digest = hashlib.blake2b(digest_size=16)
    for name in sorted(columns):
        column = columns[name]
        cells = column[:: max(len(column) // count, 1)]
        digest.update(f"{name!r} {len(column)} ".encode())
        digest.update(repr(cells).encode() if isinstance(cells, list) else cells.tobytes())
    return digest.hexdigest()


def node_names(causal_model: ProbabilisticCausalModel) -> Mapping[str, Any]:
    """The nodes by the names that the library has for them."""
    return {str(node): node for node in causal_model.graph.nodes}


def is_root(causal_model: ProbabilisticCausalModel, node: Any) -> bool:
    mechanism = causal_model.graph.nodes[node].get(CAUSAL_MECHANISM)
    return isinstance(mechanism, Distribution) or not list(causal_model.graph.predecessors(node))
