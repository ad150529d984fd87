"""Asks one question of all sides, seed by seed, and prints their answers beside the truth."""

from statistics import median

import numpy as np

import ours

from . import with_antecedent, with_dowhy, with_etiology
from .catalogue import QUESTIONS, read, right_answers


class Answers:
    """What one side said, over seeds."""

    def __init__(self):
        self.seconds = []
        self.figures = {}

    def add(self, seconds, figures):
        self.seconds.append(seconds)
        for name, value in figures.items():
            self.figures.setdefault(name, []).append(float(value))


def compare(args):
    question = QUESTIONS[args.question]
    folder = ours.ROOT / "target" / "compare" / args.question
    with_etiology.write_data(args.question, folder)
    data = read(folder, question)
    sides = ask(args, data, folder)
    print(f"\n{args.question}: {question.words}")
    print(f"{len(data.old)} rows old, {len(data.new)} new; {args.seeds} seeds; one thread on either side")
    print_table(args, *right_answers(question, data), sides)


def ask(args, data, folder):
    """In turn, so that a machine that is slower for a while is so for all."""
    ways = {"etiology": lambda seed: with_etiology.answer(args.question, folder, args.repeats, seed)}
    for name, way in with_dowhy.ANSWERS[args.question].items():
        ways[name] = lambda seed, way=way: with_dowhy.answer(way, data, seed)
    if args.question in with_antecedent.ANSWERS:
        ways["antecedent"] = lambda seed: with_antecedent.ANSWERS[args.question](data, seed)
    sides = {name: Answers() for name in ways}
    for seed in range(1, args.seeds + 1):
        for name, way in ways.items():
            sides[name].add(*way(seed))
        print(f"seed {seed} of {args.seeds}", flush=True)
    return sides


def print_table(args, of_formulas, of_rows, sides):
    width = max(map(len, [*of_rows, "seconds"])) + 2
    print("\n" + "".ljust(width) + f"{'formulas':>11}{'these rows':>12}" + "".join(f"{name:>22}" for name in sides))
    for name, right in of_rows.items():
        cells = "".join(f"{mean_and_spread(side.figures.get(name)):>22}" for side in sides.values())
        print(name.ljust(width) + f"{of_formulas[name]:11.4f}{right:12.4f}" + cells)
    print("seconds".ljust(width) + " " * 23 + "".join(f"{median(side.seconds):22.6f}" for side in sides.values()))
    print("Mean ± standard deviation over seeds. Formulas: what the rows were drawn by; these rows: least squares on them.")
    if args.question in with_antecedent.NONE:
        print(f"antecedent has no answer: {with_antecedent.NONE[args.question]}.")
    print("\nFor docs/benchmarks.md:")
    for name, right in of_rows.items():
        cells = [mean_and_spread(side.figures.get(name)).strip() for side in sides.values()]
        print("| " + " | ".join([args.question, name, f"{of_formulas[name]:.4f}", f"{right:.4f}", *cells]) + " |")
    print("| " + " | ".join([args.question, "time", "", "", *(in_words(side.seconds) for side in sides.values())]) + " |")


def mean_and_spread(values):
    if values is None:
        return "none"
    spread = np.std(values, ddof=1) if len(values) > 1 else float("nan")
    return f"{np.mean(values):.4f} ± {spread:.4f}"


def in_words(seconds):
    seconds = median(seconds)
    return f"{seconds:.2g} s" if seconds >= 1 else f"{seconds * 1e3:.3g} ms"
