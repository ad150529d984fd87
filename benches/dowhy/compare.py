"""Time and compare DoWhy's attribution of one outlier with etiology's, on the same data, on one thread.

DoWhy side: a structural causal model with an empirical distribution for every root node and a linear
additive-noise model for every other node is fitted to the normal rows; `gcm.attribute_anomalies` then
attributes the target of one event row, once per seed. etiology side: the bench target `dowhy_side`, which does
the same work with the same outlier region, the same budget and the floor 1/(2*samples) that DoWhy's smoothing
amounts to (see below), and prints one JSON object on stdout:

    {"fit_seconds": median, "attribute_seconds": median, "samples": m, "permutations": p,
     "contributions": {"node": [one number per seed, ...], ...}}

It is started from here, after DoWhy, with RAYON_NUM_THREADS=1. `--ours COMMAND` starts another command instead.
README.md, beside this file, has the commands to set up and run.

`--calls` has the columns caller,callee; a call's effect runs from callee to caller. `--row` counts from 0.

What DoWhy 0.14 computes (module and function in brackets):
* v(T) = ln((k + 1/2) / (m + 1/2)), with k the number, out of m samples, whose score is at least the event's
  when the noise of the nodes T is kept as observed. m is `num_distribution_samples`, 3000 unless given.
  [anomaly.attribute_anomaly_scores, anomaly._relative_frequency]
* One bank of m joint noise draws serves every coalition: `permute_features` only reorders its rows, which
  cannot change a count. The scorer is fitted to the same bank. [stats.permute_features]
* The default scorer, MedianCDFQuantileScorer, is two-sided and ranks a value among the m fitted ones in
  O(m) per value, so O(m^2) per coalition; all values beyond the bank's edge get the same score.
* A coalition that recurs in several permutations is evaluated once. [shapley._evaluate_set_function]
"""

import argparse
import json
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ[_name] = "1"  # before numpy is imported; etiology inherits it

from importlib.metadata import version

import networkx as nx
import numpy as np
import pandas as pd
from dowhy import gcm
from dowhy.gcm.anomaly_scorer import AnomalyScorer
from dowhy.gcm.anomaly_scorers import MedianCDFQuantileScorer
from dowhy.gcm.shapley import ShapleyApproximationMethods, ShapleyConfig
from dowhy.gcm.util.general import set_random_seed


class UpperTailScorer(AnomalyScorer):
    """The larger, the more extreme: score(X) >= score(x) exactly when X >= x (DoWhy has no such scorer).

    Values are rounded to 1e-9 standard deviations. Without it, the event computed in a batch of m rows can
    come out one ulp below the event computed alone, and DoWhy then counts 0 instead of m samples for the
    coalition of all nodes.
    """

    def fit(self, X):
        self._unit = (np.std(X) or 1.0) * 1e-9

    def score(self, X):
        return np.round(np.asarray(X, dtype=float).reshape(-1) / self._unit)


SCORERS = {"two-sided": MedianCDFQuantileScorer, "upper": UpperTailScorer}


def unfitted_model(calls):
    model = gcm.InvertibleStructuralCausalModel(nx.DiGraph(list(zip(calls["callee"], calls["caller"]))))
    for node in model.graph.nodes:
        root = model.graph.in_degree(node) == 0
        linear = gcm.AdditiveNoiseModel(gcm.ml.create_linear_regressor())  # its noise: the empirical residuals
        model.set_causal_mechanism(node, gcm.EmpiricalDistribution() if root else linear)
    return model


def timed(function, *args, **kwargs):
    start = time.perf_counter()
    result = function(*args, **kwargs)
    return time.perf_counter() - start, result


def run_dowhy(args, normal, event, calls):
    fit_times = []
    for _ in range(args.repeats):
        model = unfitted_model(calls)
        fit_times.append(timed(gcm.fit, model, normal)[0])
    print(f"fit, s:         {'  '.join(f'{t:.4f}' for t in fit_times)}  median {np.median(fit_times):.4f}")

    # PERMUTATION walks exactly num_permutations permutations (at most n!): it has no early stopping, and
    # min_percentage_change_threshold is read by EARLY_STOPPING only. AUTO would choose PERMUTATION too for
    # six nodes or more, whatever its docstring says.
    config = ShapleyConfig(
        approximation_method=ShapleyApproximationMethods.PERMUTATION, num_permutations=args.permutations, n_jobs=1
    )
    times, contributions = [], {}
    for seed in range(1, args.repeats + 1):
        set_random_seed(seed)
        seconds, result = timed(
            gcm.attribute_anomalies,
            model,
            args.target,
            anomaly_samples=event,
            anomaly_scorer=SCORERS[args.region](),
            num_distribution_samples=args.samples,
            shapley_config=config,
        )
        times.append(seconds)
        for node, values in result.items():
            contributions.setdefault(node, []).append(float(values[0]))
    print(f"attribution, s: {'  '.join(f'{t:.4f}' for t in times)}  median {np.median(times):.4f}")
    medians = {"fit_seconds": float(np.median(fit_times)), "attribute_seconds": float(np.median(times))}
    return {**medians, "contributions": contributions}


def our_command(args):
    """Starts the bench target `dowhy_side` of this repository, whatever the current directory is."""
    root = Path(__file__).resolve().parents[2]
    cargo = ["cargo", "bench", "--quiet", "--manifest-path", root / "Cargo.toml", "--bench", "dowhy_side", "--"]
    for name in ("normal", "events", "calls"):
        cargo += [f"--{name}", Path(getattr(args, name)).resolve()]  # cargo runs benches in the repository's root
    for name in ("target", "row", "samples", "permutations", "region", "repeats"):
        cargo += [f"--{name}", getattr(args, name)]
    return shlex.join(map(str, cargo))


def run_ours(args):
    command = args.ours or our_command(args)
    print(f"\netiology: {command}", flush=True)
    done = subprocess.run(command, shell=True, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"that command failed with exit code {done.returncode}")
    try:
        ours = json.loads(done.stdout)
        for key in ("fit_seconds", "attribute_seconds", "samples", "permutations", "contributions"):
            ours[key]
    except (ValueError, KeyError, TypeError) as error:
        sys.exit(f"that command did not print the expected JSON ({error!r}):\n{done.stdout[:500]}")
    for key in ("samples", "permutations"):
        if ours[key] != getattr(args, key):
            print(f"NOTE: not the same budget: {key} is {getattr(args, key)} for DoWhy, {ours[key]} for etiology")
    return ours


def mean_std(values):
    if not values:
        return "-"
    spread = np.std(values, ddof=1) if len(values) > 1 else float("nan")
    return f"{np.mean(values):8.4f} ± {spread:.4f}"


def print_table(theirs, ours):
    width = max(map(len, [*theirs["contributions"], "attribution, s"])) + 2
    sides = [theirs] if ours is None else [theirs, ours]
    names = ["DoWhy", "etiology"][: len(sides)]

    header = "median time".ljust(width) + "".join(f"{name:>14}" for name in names)
    print("\n" + header + ("   DoWhy/etiology" if ours else ""))
    for label, key in (("fit, s", "fit_seconds"), ("attribution, s", "attribute_seconds")):
        line = label.ljust(width) + "".join(f"{side[key]:14.6f}" for side in sides)
        print(line + (f"{theirs[key] / ours[key]:16.1f}x" if ours else ""))

    tables = [side["contributions"] for side in sides]
    rows = sorted(tables[0], key=lambda node: -np.mean(tables[0][node]))
    rows += [node for node in tables[-1] if node not in tables[0]]
    header = "contribution, nats".ljust(width) + "".join(f"{name:>20}" for name in names)
    print("\n" + header + "   (mean ± std over seeds)")
    for node in rows:
        print(node.ljust(width) + "".join(f"{mean_std(table.get(node)):>20}" for table in tables))
    totals = [[sum(per_seed) for per_seed in zip(*table.values())] for table in tables]
    print("sum = IT score".ljust(width) + "".join(f"{mean_std(total):>20}" for total in totals))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--normal", required=True, help="CSV of normal rows, to fit")
    parser.add_argument("--events", required=True, help="CSV of events")
    parser.add_argument("--calls", required=True, help="CSV with the columns caller,callee")
    parser.add_argument("--target", required=True)
    parser.add_argument("--row", type=int, default=0, help="row of --events to attribute, from 0")
    parser.add_argument("--samples", type=int, default=3000, help="noise samples (DoWhy's default: 3000)")
    parser.add_argument("--permutations", type=int, default=25, help="permutations (DoWhy's default: 25)")
    parser.add_argument("--repeats", type=int, default=5, help="fits to time, and seeds 1, 2, ... to attribute with")
    parser.add_argument("--region", choices=SCORERS, default="two-sided", help="two-sided is DoWhy's default scorer")
    parser.add_argument("--ours", metavar="COMMAND", help="another shell command that prints etiology's JSON")
    parser.add_argument("--theirs-only", action="store_true", help="run DoWhy only")
    args = parser.parse_args()

    normal, events, calls = (pd.read_csv(path) for path in (args.normal, args.events, args.calls))
    if args.repeats < 1 or not 0 <= args.row < len(events) or args.target not in set(calls["caller"]):
        parser.error("--repeats must be positive, --row a row of --events, --target a caller in --calls")

    gcm.config.set_default_n_jobs(1)
    gcm.config.disable_progress_bars()
    packages = ", ".join(f"{name} {version(name)}" for name in ("dowhy", "numpy", "pandas", "scikit-learn"))
    print(f"Python {sys.version.split()[0]}, {packages}; one thread")
    print(f"{len(normal)} normal rows; event row {args.row}, {args.target} = {events[args.target][args.row]}")
    print(f"{args.region} region, {args.samples} samples, {args.permutations} permutations, seeds 1 to {args.repeats}")
    print("\nDoWhy")
    theirs = run_dowhy(args, normal, events.iloc[[args.row]], calls)
    if args.theirs_only:
        print("\nSKIPPED: the etiology side (--theirs-only)")
    print_table(theirs, None if args.theirs_only else run_ours(args))


if __name__ == "__main__":
    main()
