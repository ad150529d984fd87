"""The etiology side: the bench target `dowhy_side`, which prints one JSON object (see its measure.rs)."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEYS = ("fit_seconds", "cold_seconds", "warm_seconds", "samples", "permutations", "contributions", "std_errors")


def modes(args):
    """The settings to compare with DoWhy's, by name. All have DoWhy's floor: another one is another question."""
    budget = ["--samples", args.samples, "--permutations", args.permutations]
    return {
        "same budget": budget,
        "same budget, sampled": [*budget, "--estimator", "monte-carlo"],
        "same budget, counted": [*budget, "--estimator", "counting"],
        "default": [],
    }


def write_data(args):
    return start(args, ["--write-data"])


def measure(args, settings, seed, repeats):
    """What one seed gives: medians over repeats."""
    return parse(start(args, [*question(args), "--seed", seed, "--repeats", repeats, *settings]))


def assignment(args):
    """The median seconds of choosing and fitting all mechanisms, and what was chosen."""
    figures = json.loads(start(args, ["--assignment", "--repeats", args.repeats]))
    return figures["seconds"], figures["mechanisms"]


def truth(args):
    """One attribution with exact Shapley values and many samples. On all cores: it is not timed."""
    # Another seed than those it is compared with, so that no sample is shared.
    settings = ["--seed", 1_000_001, "--repeats", 1]
    settings += ["--samples", args.truth_samples, "--estimator", args.truth_estimator]
    environment = {name: value for name, value in os.environ.items() if name != "RAYON_NUM_THREADS"}
    return parse(start(args, [*question(args), *settings], environment))


def question(args):
    floor = 0.5 / args.samples
    return ["--target", args.target, "--row", args.row, "--region", args.region, "--floor", repr(floor)]


def start(args, options, environment=None):
    return run(["--model", args.model, "--data", args.data.resolve(), *options], environment)


def run(options, environment=None):
    """What the bench target prints."""
    manifest = str(ROOT / "Cargo.toml")
    command = ["cargo", "bench", "--quiet", "--manifest-path", manifest, "--bench", "dowhy_side", "--"]
    options = [str(option) for option in options]
    done = subprocess.run(command + options, stdout=subprocess.PIPE, text=True, env=environment)
    if done.returncode != 0:
        sys.exit(f"exit code {done.returncode} from: {shlex.join(command + options)}")
    return done.stdout


def parse(text):
    try:
        figures = json.loads(text)
        return {key: figures[key] for key in KEYS}
    except (ValueError, KeyError, TypeError) as error:
        sys.exit(f"that command did not print the expected JSON ({error!r}):\n{text[:500]}")
