"""What the comparison prints."""

import numpy as np


def print_times(theirs, ours):
    """Seconds of both sides and DoWhy's over ours."""
    print(f"\n{'median time':<34}{'DoWhy, s':>12}{'etiology, s':>14}{'ratio':>10}")
    first = next(iter(ours.values()))
    print_time("fit", theirs.fit_seconds, first.fit_seconds)
    for name, side in ours.items():
        print_time(f"event, {name}, cold", theirs.cold_seconds, side.cold_seconds)
        if side.warm_seconds is not None:
            print_time(f"event, {name}, warm", theirs.cold_seconds, side.warm_seconds)


def print_time(label, their_seconds, our_seconds):
    ratio = their_seconds / our_seconds
    digits = 0 if ratio >= 100 else 1
    print(f"{label:<34}{their_seconds:12.4f}{our_seconds:14.6f}{ratio:9,.{digits}f}x")


def print_contributions(sides, truth):
    """Mean and spread over seeds of every node, the largest first."""
    nodes = sorted(truth["contributions"], key=lambda node: -true_value(truth, node))
    width = max(map(len, [*nodes, "sum = IT score"])) + 2
    print("\n" + "contribution, nats".ljust(width) + f"{'truth':>19}" + "".join(f"{name:>22}" for name in sides))
    for node in nodes:
        error = truth["std_errors"][node]
        line = node.ljust(width) + f"{true_value(truth, node):10.4f} ± {error:.4f}"
        print(line + "".join(f"{mean_and_spread(side.contributions[node]):>22}" for side in sides.values()))
    totals = [[sum(per_seed) for per_seed in zip(*side.contributions.values())] for side in sides.values()]
    total = sum(true_value(truth, node) for node in nodes)
    line = "sum = IT score".ljust(width) + f"{total:10.4f}         "
    print(line + "".join(f"{mean_and_spread(total):>22}" for total in totals))
    print("± is the standard error of the truth, and the standard deviation over seeds of the rest.")


def print_spreads(sides, truth):
    """One line per side: how far from the truth, and how far from one seed to the next."""
    culprit = culprit_of(truth)
    theirs = sides["DoWhy"].contributions
    header = f"{'mean':>9}{'std':>9}{'DoWhy std/std':>15}{'mean std':>10}{'ratio':>11}{'mean |bias|':>13}"
    print(f"\n{'spread over seeds':<26}{header}{'+-':>8}")
    for name, side in sides.items():
        values = side.contributions
        line = f"{np.mean(values[culprit]):9.4f}{spread(values[culprit]):9.4f}"
        line += f"{ratio(spread(theirs[culprit]), spread(values[culprit])):>15}"
        line += f"{mean_spread(values):10.4f}{ratio(mean_spread(theirs), mean_spread(values)):>11}"
        print(f"{name:<26}{line}{mean_bias(values, truth):13.4f}{bias_noise(values, truth):8.4f}")
    print(f"First three figures: the culprit, {culprit}, whose true contribution is {true_value(truth, culprit):.4f}.")
    print("The others: means over all nodes. An unbiased side would show a mean |bias| of about +-.")


def print_markdown(args, sides, truth):
    """The same as rows of the table in docs/benchmarks.md."""
    culprit = culprit_of(truth)
    theirs = sides["DoWhy"]
    print("\nFor docs/benchmarks.md:")
    for name, side in sides.items():
        values = side.contributions
        seconds = side.cold_seconds
        cells = [f"{args.model}, {args.region}", name, f"{seconds:.3g}", f"{theirs.cold_seconds / seconds:,.1f}"]
        cells += [f"{true_value(truth, culprit):.3f}", f"{np.mean(values[culprit]):.3f} ± {spread(values[culprit]):.3f}"]
        cells += [ratio(spread(theirs.contributions[culprit]), spread(values[culprit]))]
        cells += [ratio(mean_spread(theirs.contributions), mean_spread(values))]
        cells += [f"{mean_bias(values, truth):.4f} ({bias_noise(values, truth):.4f})"]
        print("| " + " | ".join(cells) + " |")


def culprit_of(truth):
    """The node with the largest contribution."""
    return max(truth["contributions"], key=lambda node: true_value(truth, node))


def true_value(truth, node):
    return truth["contributions"][node]


def mean_and_spread(values):
    return f"{np.mean(values):8.4f} ± {spread(values):.4f}"


def spread(values):
    return float(np.std(values, ddof=1)) if len(values) > 1 else float("nan")


def mean_spread(contributions):
    return float(np.mean([spread(values) for values in contributions.values()]))


def mean_bias(contributions, truth):
    return float(np.mean([abs(np.mean(values) - true_value(truth, node)) for node, values in contributions.items()]))


def bias_noise(contributions, truth):
    """What the mean |bias| of an unbiased side would be: E|Z| = sqrt(2/pi) standard errors of mean and truth."""
    variances = [
        spread(values) ** 2 / len(values) + truth["std_errors"][node] ** 2 for node, values in contributions.items()
    ]
    return float(np.sqrt(2 / np.pi) * np.mean(np.sqrt(variances)))


def ratio(numerator, denominator):
    """The same result from every seed has no spread at all."""
    return f"{numerator / denominator:.1f}x" if denominator > 1e-12 else "no spread"
