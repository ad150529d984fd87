"""What the answers are, in closed form: of the formulas that the rows were drawn by, and of least squares on these rows.

All sides learn the same linear regressions, so that what their answers vary around is the second; the first differs from it by
the chance of the rows. Needs numpy alone, and knows nothing of any side.
"""

from dataclasses import dataclass, replace
from itertools import combinations
from math import factorial

import numpy as np


@dataclass(frozen=True)
class Mechanism:
    """A weighted sum of parents and a noise with the mean 0."""

    intercept: float
    slopes: dict
    variance: float


def of_formulas(formulas):
    """The mechanisms of formulas.json, in topological order."""
    return {node: Mechanism(of["intercept"], of["slopes"], of["variance"]) for node, of in formulas.items()}


def of_rows(rows, formulas):
    """Least squares of the same parents; the variance is that of the residuals."""
    found = {}
    for node, formula in formulas.items():
        parents = list(formula["slopes"])
        columns = np.column_stack([np.ones(len(rows)), *(rows[parent] for parent in parents)])
        coefficients, *_ = np.linalg.lstsq(columns, rows[node].to_numpy(), rcond=None)
        residuals = rows[node].to_numpy() - columns @ coefficients
        slopes = dict(zip(parents, map(float, coefficients[1:])))
        found[node] = Mechanism(float(coefficients[0]), slopes, float(np.var(residuals)))
    return found


def means(system):
    found = {}
    for node, mechanism in system.items():
        found[node] = mechanism.intercept + sum(slope * found[parent] for parent, slope in mechanism.slopes.items())
    return found


def total_effects(system, target):
    """What the target moves by if the noise of a node does by 1."""
    effects = {target: 1.0}
    for node in reversed(list(system)):
        for parent, slope in system[node].slopes.items():
            effects[parent] = effects.get(parent, 0.0) + slope * effects.get(node, 0.0)
    return effects


def covariance(system, one, other):
    effects = total_effects(system, one), total_effects(system, other)
    return sum(
        mechanism.variance * effects[0].get(node, 0.0) * effects[1].get(node, 0.0) for node, mechanism in system.items()
    )


def shapley(players, worth):
    """By enumeration; `worth` is a function of a set."""
    count = len(players)
    values = {}
    for player in players:
        others = [other for other in players if other != player]
        values[player] = sum(
            factorial(size) * factorial(count - size - 1) / factorial(count)
            * (worth({*chosen, player}) - worth(set(chosen)))
            for size in range(count)
            for chosen in combinations(others, size)
        )
    return values


def change_of_mean(old, new, target):
    def worth(changed):
        mixed = {node: new[node] if node in changed else old[node] for node in old}
        return means(mixed)[target] - means(old)[target]

    parts = shapley(list(old), worth)
    return {**parts, "sum": sum(parts.values())}


def intervention(system, target, node, value):
    held = {**system, node: Mechanism(value, {}, 0.0)}
    return {"mean": means(held)[target], "standard deviation": covariance(held, target, target) ** 0.5}


def effect(system, target, node):
    """Of 1 in the place of 0."""
    one, zero = (intervention(system, target, node, value)["mean"] for value in (1.0, 0.0))
    return {"effect": one - zero}


def counterfactual(system, target, node, value, rows):
    """Of the first three rows."""
    effect = total_effects({**system, node: replace(system[node], slopes={})}, target)[node]
    return {f"row {row}": rows[target][row] + effect * (value - rows[node][row]) for row in range(3)}


def unit_change(old, new, target, before, after):
    """Between two rows, with the intercept in the mechanism."""
    one, other = old[target], new[target]
    parts = {parent: (one.slopes[parent] + other.slopes[parent]) / 2 * (after[parent] - before[parent]) for parent in one.slopes}
    moved = sum((other.slopes[p] - one.slopes[p]) * (after[p] + before[p]) / 2 for p in one.slopes)
    return {**parts, "mechanism": moved + other.intercept - one.intercept}


def influence(system, target):
    effects = total_effects(system, target)
    return {node: effects.get(node, 0.0) ** 2 * mechanism.variance for node, mechanism in system.items()}


def product_influence(system, target):
    """Of the target X·Y of two independent nodes: half of what needs both is each one's."""
    x, y = (system[node] for node in ("X", "Y"))
    both = x.variance * y.variance / 2
    return {"X": y.intercept**2 * x.variance + both, "Y": x.intercept**2 * y.variance + both, target: 0.0}


def arrow_strength(system, target):
    return {parent: slope**2 * covariance(system, parent, parent) for parent, slope in system[target].slopes.items()}


def relevance(system, target):
    """The covariance of a parent's part with all that the parents give."""
    slopes = system[target].slopes
    parts = {
        parent: slope * sum(other_slope * covariance(system, parent, other) for other, other_slope in slopes.items())
        for parent, slope in slopes.items()
    }
    return {**parts, "noise": system[target].variance}
