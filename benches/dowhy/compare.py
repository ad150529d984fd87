"""Asks DoWhy and etiology the same question, and compares times and the spread of the answers over seeds.

The question is the attribution of one outlier unless `--question` names another; for the others README.md says of which small
systems they are asked, and antecedent's answers stand beside both. Of the attribution:

Both sides fit the same model to the same rows and attribute the same event, in turn, on one thread each, with the same
outlier region and the floor 1/(2*samples) that DoWhy's smoothing amounts to. etiology runs with DoWhy's budget (samples
and permutations) and with its own defaults (exact Shapley values for few nodes). A run of etiology with many samples,
printed once, is the truth that biases are measured against. README.md, beside this file, says how to read the result.

    python3.11 benches/dowhy/compare.py --model shop
    python3.11 benches/dowhy/compare.py --model fan_out --region upper
    python3.11 benches/dowhy/compare.py --model fan_out --region upper --equal-error
    python3.11 benches/dowhy/compare.py --quick
    python3.11 benches/dowhy/compare.py --assignment
    python3.11 benches/dowhy/compare.py --question change
    python3.11 benches/dowhy/compare.py --question mechanism-test --data-sets 50

Unless it runs where exactly the packages of requirements.txt are installed, it makes the virtual environment `.venv`
beside it, installs them and starts again in there; `--this-python` does without.
"""

import argparse
import os
import sys
from pathlib import Path

import environment
import ours
from side import Side

ATTRIBUTION, MECHANISM_TEST = "attribution", "mechanism-test"
# Known without the packages that the comparisons need, which may not be there yet.
QUESTIONS = (
    ATTRIBUTION,
    "change",
    "robust-change",
    "intervention",
    "effect",
    "counterfactual",
    "unit-change",
    "influence",
    "product-influence",
    "arrow-strength",
    "relevance",
    MECHANISM_TEST,
)

# model: the target and the row of events.csv, from 0.
MODELS = {"shop": ("Website", 5), "fan_out": ("web", 0)}
REGIONS = ("two-sided", "upper")
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "RAYON_NUM_THREADS")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--question", choices=QUESTIONS, default=ATTRIBUTION, help="what is asked (default: attribution)")
    parser.add_argument("--data-sets", type=int, default=50, help="of the mechanism test: pairs of tables per change")
    parser.add_argument("--model", choices=MODELS, default="shop", help="linear mechanisms, or known sums and maxima")
    parser.add_argument("--region", choices=REGIONS, default="two-sided", help="two-sided is DoWhy's default scorer")
    parser.add_argument("--samples", type=int, default=3000, help="noise samples (DoWhy's default: 3000)")
    parser.add_argument("--permutations", type=int, default=25, help="permutations (DoWhy's default: 25)")
    parser.add_argument("--seeds", type=int, default=20, help="attribute with the seeds 1, 2, ... (default: 20)")
    parser.add_argument("--repeats", type=int, default=5, help="fits to time, and calls of etiology to time per seed")
    parser.add_argument("--truth-samples", type=int, default=300_000, help="samples of the truth (default: 300000)")
    parser.add_argument("--truth-estimator", default="monte-carlo", help="the truth's estimator (default: monte-carlo)")
    parser.add_argument("--data", type=Path, help="your own folder of normal.csv, events.csv and calls.csv")
    parser.add_argument("--target", help="with --data: the node whose value is attributed")
    parser.add_argument("--row", type=int, help="row of events.csv to attribute, from 0")
    parser.add_argument("--quick", action="store_true", help="a small try: 2 seeds, 500 samples, 10 000 for the truth")
    parser.add_argument("--equal-error", action="store_true", help="also with as few samples as have DoWhy's error")
    parser.add_argument("--assignment", action="store_true", help="only time auto.assign (GOOD) + fit, on either side")
    parser.add_argument("--this-python", action="store_true", help="use this interpreter, whatever it has installed")
    if parser.parse_args().quick:
        parser.set_defaults(seeds=2, repeats=2, samples=500, truth_samples=10_000)
    args = parser.parse_args()
    if min(args.seeds, args.repeats, args.data_sets) < 1:
        parser.error("--seeds, --repeats and --data-sets must be positive")
    if args.data and not args.target:
        parser.error("--data needs --target")
    target, row = MODELS[args.model]
    args.target = args.target or target
    args.row = row if args.row is None else args.row
    return args


def main():
    args = arguments()
    environment.ensure(args.this_python)
    for name in THREADS:
        os.environ[name] = "1"  # before numpy is imported; etiology inherits it
    if args.question == ATTRIBUTION:
        compare_attributions(args)
    else:
        compare_answers(args)


def compare_answers(args):
    import theirs
    from questions import comparison, mechanism_tests

    theirs.configure()
    print(f"Python {sys.version.split()[0]}, {theirs.packages()}", flush=True)
    if args.question == MECHANISM_TEST:
        mechanism_tests.compare(args)
    else:
        comparison.compare(args)


def compare_attributions(args):
    import pandas as pd

    import equal_error
    import tables
    import theirs

    if args.data is None:
        args.data = ours.ROOT / "target" / "compare" / args.model
        ours.write_data(args)
    normal, events, calls = (pd.read_csv(args.data / f"{name}.csv") for name in ("normal", "events", "calls"))
    if args.assignment:
        compare_assignment(args, normal, calls)
        return
    if not 0 <= args.row < len(events) or args.target not in events:
        sys.exit("--row must be a row of events.csv, and --target one of its columns")

    print(f"\nPython {sys.version.split()[0]}, {theirs.packages()}; one thread on either side")
    print(f"{args.model}: {len(normal)} normal rows; row {args.row}, {args.target} = {events[args.target][args.row]}")
    print(f"{args.region} region, {args.samples} samples, {args.permutations} permutations, floor 1/{2 * args.samples}")
    dowhy, etiology = in_turn(args, normal, events.iloc[[args.row]], calls)
    truth = ours.truth(args)
    if args.equal_error:
        etiology.update(equal_error.measure(args, dowhy, truth))
    print_notes(etiology)
    tables.print_times(dowhy, etiology)
    sides = {"DoWhy": dowhy, **etiology}
    tables.print_contributions(sides, truth)
    tables.print_spreads(sides, truth)
    equal_error.print_errors(sides, truth)
    tables.print_markdown(args, sides, truth)


def compare_assignment(args, normal, calls):
    """Both sides choose mechanisms and fit them, in turn, `--repeats` times; medians are compared."""
    import statistics

    import theirs

    theirs.configure()
    dowhy, etiology = [], []
    for _ in range(args.repeats):
        seconds, their_choices = theirs.assignment(normal, calls)
        dowhy.append(seconds)
        seconds, our_choices = ours.assignment(args)
        etiology.append(seconds)
    for node, mechanism in our_choices.items():
        print(f"  {node}: {mechanism}; DoWhy: {their_choices[node]}")
    dowhy, etiology = statistics.median(dowhy), statistics.median(etiology)
    print(f"{len(normal)} rows: DoWhy {dowhy:.2f} s, etiology {etiology:.3f} s, {dowhy / etiology:.0f} times faster")


def in_turn(args, normal, event, calls):
    """Both sides, one seed after the other, so that a machine that is slower for a while is so for both."""
    import theirs

    theirs.configure()
    fit_times, model = theirs.fit(args, normal, calls)
    dowhy = Side(fit_times)
    etiology = {name: Side() for name in ours.modes(args)}
    for seed in range(1, args.seeds + 1):
        dowhy.add(*theirs.measure(args, model, event, seed))
        progress = f"seed {seed} of {args.seeds}: DoWhy {dowhy.cold_times[-1]:.3f} s"
        for name, settings in ours.modes(args).items():
            etiology[name].add_figures(ours.measure(args, settings, seed, args.repeats))
            progress += f"; {name} {etiology[name].cold_times[-1] * 1e3:.3f} ms"
        print(progress, flush=True)
    return dowhy, etiology


def print_notes(etiology):
    print("\nWhat etiology did:")
    for name, side in etiology.items():
        samples = f"{side.samples} samples" if side.samples else "no samples"
        shapley = f"{side.permutations} permutations" if side.permutations else "exact Shapley values"
        print(f"  {name}: {samples}, {shapley}")


if __name__ == "__main__":
    main()
