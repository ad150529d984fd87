"""Python gives what Rust gives: to the bit where the Rust test has just run on this machine, to nine digits otherwise.

`cargo test -p etiology-python --test table` asks the same questions and leaves its answers, and a model, in cargo's folder for temporary files;
`recorded/` has the tables that both read, and what Rust gave when they were recorded.
"""

import json
import math
import os
from pathlib import Path

import pytest
from conftest import CALLS

import etiology

HERE = Path(__file__).parent
RECORDED = HERE / "recorded"
TARGET, SERVICE = "Website", "Caching Service"


def fresh():
    """The folder with what Rust gave on this machine, if it was asked here."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", HERE.parents[2] / "target"))
    folder = target / "tmp" / "python"
    return folder if (folder / "answers.json").exists() else None


def rows(table, start, end):
    return {name: table[name][start:end] for name in table.columns}


def answers():
    """Every question of the table, asked of Python."""
    normal, slow = (etiology.Dataset.from_csv(RECORDED / name) for name in ("normal.csv", "slow.csv"))
    graph = etiology.CausalGraph.from_call_graph(CALLS)
    chosen = etiology.StructuralCausalModel(graph).assign_mechanisms(normal)
    linear = etiology.StructuralCausalModel(graph).assign_mechanisms(normal, search="linear")
    model, lines = chosen.fit(normal), linear.fit(normal)
    event = {name: column[0] for name, column in rows(slow, 0, 1).items()}
    usual = {name: column[0] for name, column in rows(normal, 0, 1).items()}
    old, new = rows(normal, 0, 60), rows(normal, 60, 120)
    few = {"feature_map": "upper_tail", "floor": 1e-4, "samples": 512, "shapley_method": ("permutations", 8), "seed": 7}
    deviation = {"quantity": "mean_deviation", "samples": 512}
    quicker = {SERVICE: ("shift", -0.1)}
    each = [{name: column[row] for name, column in rows(slow, 0, 3).items()} for row in range(3)]
    found = {
        "fingerprint": model.fingerprint,
        "fingerprint_linear": lines.fingerprint,
        "assignment": model.assignment_report,
        "draw_samples": model.draw_samples(4, seed=3).to_csv(),
        "attribute_linear": lines.attribute_outlier(TARGET, event),
        "attribute": model.attribute_outlier(TARGET, event, **few),
        "attribute_deviation": model.attribute_outlier(TARGET, event, **deviation),
        "attribute_rows": [model.attribute_outlier(TARGET, row, **few).contributions for row in each],
        "rows_together": lines.attribute_rows_together(TARGET, slow, "mean", **deviation),
        "node_scores": model.node_scores(event, feature_map="upper_tail"),
        "diagnose": lines.diagnose(TARGET, event),
        "diagnose_all": lines.diagnose_all(event),
        "distribution_change": linear.distribution_change(old, new, TARGET),
        "distribution_change_tail": linear.distribution_change(old, new, TARGET, functional=("quantile", 0.9), samples=512, seed=5),
        "robust_change": etiology.robust_change(graph, old, new, "API"),
        "influence": model.intrinsic_influence(TARGET, samples=512),
        "arrows": model.arrow_strength("Product Service"),
        "relevance": model.parent_relevance("API", samples=512),
        "effect": model.average_causal_effect(TARGET, quicker, samples=512),
        "interventional": model.draw_interventional(quicker, 4, seed=2).to_csv(),
        "counterfactual": model.counterfactual(event, quicker),
        "unit_change": model.unit_change(TARGET, usual, event),
        "evaluation": model.evaluate(new, graph_permutations=20, permutations=99),
        "drift": model.drift_check(slow),
        "bootstrap": linear.bootstrap_attribution(normal, TARGET, event, bootstrap={"resamples": 40, "samples": 256, "seed": 3}),
    }
    found = {name: answer.to_dict() if hasattr(answer, "to_dict") else answer for name, answer in found.items()}
    # In columns, and row by row.
    together = model.attribute_outliers(TARGET, slow, **few)
    for row, of_row in enumerate(found["attribute_rows"]):
        assert {one["node"]: one["nats"] for one in of_row} == {node: together.contributions[node][row] for node in together.nodes}
    return model, found


def differences(place, found, expected, allowed):
    """Where two answers differ: numbers by more than is allowed; text without digits at all, as that with digits has them rounded."""
    if isinstance(expected, dict):
        if set(found) != set(expected):
            return [f"{place}: {sorted(set(found) ^ set(expected))}"]
        return [one for key in expected for one in differences(f"{place}.{key}", found[key], expected[key], allowed)]
    if isinstance(expected, list):
        if len(found) != len(expected):
            return [f"{place}: {len(found)} instead of {len(expected)}"]
        return [one for number, pair in enumerate(zip(found, expected)) for one in differences(f"{place}[{number}]", *pair, allowed)]
    if isinstance(expected, float) and isinstance(found, (int, float)) and not isinstance(found, bool):
        same = found == expected or abs(found - expected) <= allowed * max(abs(expected), 1e-3)
    elif expected is None and isinstance(found, float):
        same = not math.isfinite(found)  # JSON has no other word for it
    elif allowed and isinstance(expected, str) and any(letter.isdigit() for letter in expected):
        same = isinstance(found, str)
    else:
        same = found == expected
    return [] if same else [f"{place}: {found!r} instead of {expected!r}"]


@pytest.mark.parametrize("threads", [1, 2])
def test_python_gives_what_rust_gives(threads):
    etiology.set_threads(threads)
    try:
        model, found = answers()
    finally:
        etiology.set_threads(0)
    # As they are in JSON: pairs are lists.
    found = {name: _as_json(answer) for name, answer in found.items()}
    recorded = json.loads((RECORDED / "answers.json").read_text(encoding="utf-8"))
    assert differences("", found, recorded, 1e-9) == []
    folder = fresh()
    if folder is None:
        print("SKIPPED: the comparison to the bit, as the Rust test has not run here")
        return
    exact = json.loads((folder / "answers.json").read_text(encoding="utf-8"))
    assert differences("", found, exact, 0.0) == []
    assert model.to_bytes() == (folder / "shop.etiology").read_bytes()


def _as_json(answer):
    if isinstance(answer, dict):
        return {key: _as_json(value) for key, value in answer.items()}
    if isinstance(answer, (list, tuple)):
        return [_as_json(value) for value in answer]
    return answer


def test_a_model_that_rust_saved_answers_in_python():
    saved = etiology.FittedModel.load((fresh() or RECORDED) / "shop.etiology")
    expected = json.loads(((fresh() or RECORDED) / "answers.json").read_text(encoding="utf-8"))
    assert saved.fingerprint == expected["fingerprint"]
    slow = etiology.Dataset.from_csv(RECORDED / "slow.csv")
    event = {name: column[0] for name, column in rows(slow, 0, 1).items()}
    found = saved.attribute_outlier(TARGET, event, quantity="mean_deviation", samples=512).to_dict()
    allowed = 0.0 if fresh() else 1e-9
    assert differences("", _as_json(found), expected["attribute_deviation"], allowed) == []
    assert saved.to_bytes() == ((fresh() or RECORDED) / "shop.etiology").read_bytes()
