"""A model from equations, as text."""

from __future__ import annotations

import ast
from typing import Any

import numpy

from etiology._native import EtiologyError
from etiology.gcm import ml
from etiology.gcm.causal_mechanisms import AdditiveNoiseModel, EmpiricalDistribution, ScipyDistribution
from etiology.gcm.causal_models import StructuralCausalModel, _copier, ordered_predecessors

_FUNCTIONS = {name: getattr(numpy, name) for name in ("abs", "cos", "exp", "log", "maximum", "minimum", "sin", "sqrt", "tan", "tanh")}
_OPERATORS = {
    ast.Add: numpy.add,
    ast.Sub: numpy.subtract,
    ast.Mult: numpy.multiply,
    ast.Div: numpy.divide,
    ast.Pow: numpy.power,
}


class Formula(ml.PredictionModel):
    """A formula of columns: sums, products, quotients, powers, and the functions of numpy for them. Nothing of it is run as code."""

    def __init__(self, text: str, parents: list[str]) -> None:
        self.text, self.parents = text, parents
        self._tree = ast.parse(text, mode="eval").body
        _check(self._tree)

    def fit(self, X: Any, Y: Any) -> None:
        pass

    def predict(self, X: Any) -> Any:
        X = numpy.asarray(X, dtype=float)
        columns = {parent: X[:, place] for place, parent in enumerate(self.parents)}
        return numpy.broadcast_to(_value(self._tree, columns), len(X)).reshape(-1, 1)

    def __repr__(self) -> str:
        return self.text


def _check(tree: ast.expr) -> None:
    allowed = (ast.BinOp, ast.UnaryOp, ast.Name, ast.Constant, ast.Call, ast.Load, ast.USub, ast.UAdd, *_OPERATORS)
    for node in ast.walk(tree):
        if not isinstance(node, allowed):
            raise EtiologyError(f"a formula has numbers, names, + - * / ** and functions, and no {type(node).__name__}")
        if isinstance(node, ast.Call) and (not isinstance(node.func, ast.Name) or node.func.id not in _FUNCTIONS or node.keywords):
            raise EtiologyError(f"the functions of a formula are {', '.join(_FUNCTIONS)}")
        if isinstance(node, ast.Constant) and not isinstance(node.value, (int, float)):
            raise EtiologyError(f"a formula has numbers, and no `{node.value!r}`")


def _value(tree: ast.expr, columns: dict[str, Any]) -> Any:
    match tree:
        case ast.BinOp(left=left, op=operator, right=right):
            return _OPERATORS[type(operator)](_value(left, columns), _value(right, columns))
        case ast.UnaryOp(op=operator, operand=operand):
            value = _value(operand, columns)
            return -value if isinstance(operator, ast.USub) else value
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _FUNCTIONS[name](*(_value(argument, columns) for argument in arguments))
        case ast.Name(id=name):
            return columns[name]
        case ast.Constant(value=value):
            return float(value)  # type: ignore[arg-type]
    raise EtiologyError(f"a formula has no {type(tree).__name__}")


def _noise(text: str) -> Any:
    """`empirical()`, or a family of scipy with its parameters: `norm(loc=0, scale=1)`."""
    call = ast.parse(text.strip(), mode="eval").body
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        raise EtiologyError(f"the noise of an equation is a distribution, as `norm(loc=0, scale=1)` or `empirical()`, and not `{text}`")
    if call.func.id == "empirical":
        return EmpiricalDistribution()
    if call.func.id == "parametric":
        return ScipyDistribution()
    import types

    parameters = {keyword.arg: float(ast.literal_eval(keyword.value)) for keyword in call.keywords if keyword.arg}
    parameters |= dict(zip(("loc", "scale"), (float(ast.literal_eval(argument)) for argument in call.args)))
    try:
        import scipy.stats

        return ScipyDistribution(getattr(scipy.stats, call.func.id), **parameters)
    except ImportError:
        return ScipyDistribution(types.SimpleNamespace(name=call.func.id), **parameters)


def create_causal_model_from_equations(node_equations: str) -> StructuralCausalModel:
    """A model from lines such as `X = norm(loc=0, scale=1)`, `Y = 2 * X + exp(X) + norm(0, 1)` and `Z -> X, Y` for what is to be learned:
    everything but the last term, which is the noise, is a formula of other nodes."""
    edges: list[tuple[str, str]] = []
    nodes: list[str] = []
    known: dict[str, tuple[str | None, str]] = {}
    for line in filter(None, (line.strip() for line in node_equations.splitlines())):
        if "->" in line:
            causes, effects = ([name.strip() for name in side.split(",")] for side in line.split("->", 1))
            edges += [(cause, effect) for cause in causes for effect in effects]
            nodes += [*causes, *effects]
            continue
        name, _, right = (part.strip() for part in line.partition("="))
        tree = ast.parse(right, mode="eval").body
        formula, noise = (None, right)
        if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Add):
            formula, noise = ast.unparse(tree.left), ast.unparse(tree.right)
            used = {node.id for node in ast.walk(tree.left) if isinstance(node, ast.Name) and node.id not in _FUNCTIONS}
            edges += [(cause, name) for cause in sorted(used)]
        known[name] = (formula, noise)
        nodes.append(name)
    from etiology._native import CausalGraph

    model = StructuralCausalModel(_copier(CausalGraph(edges, nodes=list(dict.fromkeys([*nodes, *(end for edge in edges for end in edge)])))))
    for name, (formula, noise) in known.items():
        if formula is None:
            model.set_causal_mechanism(name, _noise(noise))
        else:
            parents = [str(parent) for parent in ordered_predecessors(model.graph, name)]
            model.set_causal_mechanism(name, AdditiveNoiseModel(Formula(formula, parents), _noise(noise)))
    return model
