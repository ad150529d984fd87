"""Which question is asked of which system, and what is right."""

import json
from dataclasses import dataclass
from typing import Callable

import pandas as pd

from . import truth


@dataclass(frozen=True)
class Question:
    words: str
    target: str
    # Of the systems before and after, and the rows before and after.
    right: Callable
    # The mechanisms that differ between the tables, if that is what is asked for.
    changed: tuple = ()


QUESTIONS = {
    "change": Question(
        "why the mean of Z moved, X -> Y -> Z, 300 rows a side; the fits included",
        "Z",
        lambda old, new, *_: truth.change_of_mean(old, new, "Z"),
        ("X",),
    ),
    "robust-change": Question(
        "the same by the multiply robust method, from the tables",
        "Z",
        lambda old, new, *_: truth.change_of_mean(old, new, "Z"),
        ("X",),
    ),
    "intervention": Question(
        "mean and standard deviation of D under do(B = 2)",
        "D",
        lambda old, *_: truth.intervention(old, "D", "B", 2.0),
    ),
    "effect": Question(
        "the average effect on D of A = 1 in the place of 0",
        "D",
        lambda old, *_: truth.effect(old, "D", "A"),
    ),
    "counterfactual": Question(
        "D of 1 000 observed rows, had B been 2: three of them",
        "D",
        lambda old, _, rows, __: truth.counterfactual(old, "D", "B", 2.0, rows),
    ),
    "unit-change": Question(
        "why D is expected to be another in a new row than in an old one",
        "D",
        lambda old, new, before, after: truth.unit_change(old, new, "D", before.iloc[0], after.iloc[0]),
        ("A", "B", "C", "D"),
    ),
    "influence": Question(
        "how much of D's variance comes from each node's own noise",
        "D",
        lambda old, *_: truth.influence(old, "D"),
    ),
    "product-influence": Question(
        "the same of Z = X*Y, a known formula",
        "Z",
        lambda old, *_: truth.product_influence(old, "Z"),
    ),
    "arrow-strength": Question(
        "the variance of D that is gained when a parent is drawn anew",
        "D",
        lambda old, *_: truth.arrow_strength(old, "D"),
    ),
    "relevance": Question(
        "how much D's parents and noise matter for D",
        "D",
        lambda old, *_: truth.relevance(old, "D"),
    ),
}


@dataclass(frozen=True)
class Data:
    """What all sides are given."""

    old: pd.DataFrame
    new: pd.DataFrame
    edges: list
    target: str
    formulas: dict


def read(folder, question):
    old, new, edges = (pd.read_csv(folder / f"{name}.csv") for name in ("old", "new", "edges"))
    formulas = json.loads((folder / "formulas.json").read_text())
    return Data(old, new, list(zip(edges["cause"], edges["effect"])), question.target, formulas)


def right_answers(question, data):
    """Of the formulas, and of least squares on these rows, by a side that knows which mechanisms changed."""
    before, after = (data.formulas[side] for side in ("old", "new"))
    of_formulas = question.right(truth.of_formulas(before), truth.of_formulas(after), data.old, data.new)
    old, new = (truth.of_rows(rows, before) for rows in (data.old, data.new))
    if question.changed:
        both = truth.of_rows(pd.concat([data.old, data.new]), before)
        old, new = ({node: of[node] if node in question.changed else both[node] for node in of} for of in (old, new))
    return of_formulas, question.right(old, new, data.old, data.new)
