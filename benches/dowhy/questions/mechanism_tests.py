"""How often each side's test finds that a mechanism changed, on the same pairs of tables.

Sizes where nothing changed, powers elsewhere, at a nominal 5 %.
"""

import json
from statistics import median

import pandas as pd

import ours

from . import with_antecedent, with_dowhy, with_etiology

LEVEL = 0.05


def compare(args):
    folder = ours.ROOT / "target" / "compare" / "mechanism-test"
    with_etiology.write_data("mechanism-test", folder, "--data-sets", args.data_sets)
    found = with_etiology.mechanism_tests(folder)
    print(f"\n{args.data_sets} pairs of tables; rejected at {LEVEL:.0%}, with binomial standard errors; median seconds\n")
    print("| change | etiology | DoWhy | antecedent |\n|---|---|---|---|")
    for change in json.loads((folder / "changes.json").read_text()):
        cells = [cell(found[change["name"]]["p_values"], found[change["name"]]["seconds"])]
        pairs = list(pairs_of(folder, change))
        cells += [tested(test, pairs, change["parents"]) for test in (with_dowhy.mechanism_test, with_antecedent.mechanism_test)]
        print("| " + " | ".join([change["name"], *cells]) + " |", flush=True)


def pairs_of(folder, change):
    rows, table = change["rows"], pd.read_csv(folder / change["file"])
    for first in range(0, len(table), 2 * rows):
        yield table[first : first + rows], table[first + rows : first + 2 * rows]


def tested(test, pairs, parents):
    """A side may refuse: those pairs are counted by themselves."""
    p_values, seconds, refused = [], [], 0
    for old, new in pairs:
        try:
            time, p_value = test(old, new, parents)
        except with_antecedent.Refused:
            refused += 1
            continue
        p_values.append(p_value)
        seconds.append(time)
    if not p_values:
        return "refused"
    return cell(p_values, median(seconds)) + (f", {refused} refused" if refused else "")


def cell(p_values, seconds):
    share = sum(p_value <= LEVEL for p_value in p_values) / len(p_values)
    error = (share * (1 - share) / len(p_values)) ** 0.5
    return f"{share:.3f} ± {error:.3f} ({seconds * 1e3:.3g} ms)"
