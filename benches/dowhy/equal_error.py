"""The comparison at equal error: how few samples give an error no larger than DoWhy's at its budget.

The error of a side is the root mean square, over seeds and nodes, of how far a contribution is from the truth: spread and bias. The number of
samples is chosen by a rule, for each estimator: the fewest of 64, 128, 256, ... with which it is no larger than DoWhy's for each of four sets of seeds, as an
error of few seeds varies. The seeds that are reported have no part in the choice. Permutations stay DoWhy's.
"""

import numpy as np

import ours
from side import Side

# The settings of each mode.
MODES = {
    "equal error": [],
    "equal error, sampled": ["--estimator", "monte-carlo"],
    "equal error, counted": ["--estimator", "counting"],
}
FEWEST_SAMPLES = 64
# Seeds of the choice begin here.
FIRST_SEED = 10_001
SETS = 4


def error(side, truth):
    """Of one side, in nats."""
    squares = [
        (value - truth["contributions"][node]) ** 2 for node, values in side.contributions.items() for value in values
    ]
    return float(np.sqrt(np.mean(squares)))


def measure(args, dowhy, truth):
    """etiology's sides at the samples that the rule chooses, by mode; none of a mode all of whose errors are larger."""
    found = {name: fewest_samples(args, name, error(dowhy, truth), truth) for name in MODES}
    return {name: side for name, side in found.items() if side is not None}


def fewest_samples(args, name, allowed, truth):
    samples = FEWEST_SAMPLES
    while samples <= args.samples:
        settings = ["--samples", samples, "--permutations", args.permutations, *MODES[name]]
        firsts = (FIRST_SEED + number * args.seeds for number in range(SETS))
        found = [error(with_seeds(args, settings, first, repeats=1), truth) for first in firsts]
        errors = ", ".join(f"{of_set:.4f}" for of_set in found)
        print(f"{name}: {samples} samples, errors {errors}; DoWhy's {allowed:.4f}", flush=True)
        if max(found) <= allowed:
            return with_seeds(args, settings, 1, args.repeats)
        samples *= 2
    print(f"{name}: no number of samples up to DoWhy's has an error as small", flush=True)
    return None


def with_seeds(args, settings, first, repeats):
    side = Side()
    for seed in range(first, first + args.seeds):
        side.add_figures(ours.measure(args, settings, seed, repeats))
    return side


def print_errors(sides, truth):
    print("\nerror: root mean square over seeds and nodes of the distance from the truth, nats")
    for name, side in sides.items():
        print(f"{name:<26}{error(side, truth):9.4f}")
