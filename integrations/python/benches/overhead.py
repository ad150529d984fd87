"""What a call of `gcm.attribute_anomalies` costs more than the same question in Rust, on this machine, in one sitting.

    python integrations/python/benches/overhead.py

The package must be installed from the same sources, in the release profile; cargo builds the side of Rust, `overhead.rs`. Both have the same fitted
model, events, configuration, seed and threads, and take turns, round by round; printed are the medians over all rounds, and what one call costs more.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy

import etiology
from etiology import gcm

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests"))
from conftest import CALLS, requests  # noqa: E402

TARGET = "Website"
# How many events a call has, and how often it is repeated in a round.
SIZES = ((1, 300), (1000, 10))


class RustSide:
    """A process that answers how long it took."""

    def __init__(self, command, model, events):
        self.process = subprocess.Popen([*command, model, events, TARGET], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def seconds(self, rows, repeats):
        self.process.stdin.write(f"{rows} {repeats}\n")
        self.process.stdin.flush()
        seconds, bits = self.process.stdout.readline().split()
        return float(seconds), bits

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def bits_of(answer, order):
    """As `overhead.rs` has them."""
    bits, mask = 0, 2**64 - 1
    for node in order:
        for value in answer[node].view(numpy.uint64).tolist():
            bits = ((bits << 1 | bits >> 63) & mask) ^ value
    return f"{bits:016x}"


def timed(ask, repeats):
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        ask()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def tables():
    """The kinds of tables that events come in, made of a dict of arrays; those whose packages are here."""
    yield "dict of arrays", lambda columns: columns
    try:
        import pandas
    except ImportError:
        return
    yield "pandas", pandas.DataFrame


def models(normal):
    graph = etiology.CausalGraph.from_call_graph(CALLS)
    linear = gcm.InvertibleStructuralCausalModel(graph)
    for node in linear.graph.nodes:
        root = not list(linear.graph.predecessors(node))
        linear.set_causal_mechanism(node, gcm.EmpiricalDistribution() if root else gcm.AdditiveNoiseModel(gcm.ml.create_linear_regressor()))
    chosen = gcm.InvertibleStructuralCausalModel(graph)
    gcm.auto.assign_causal_mechanisms(chosen, normal)
    for name, model in (("linear", linear), ("chosen", chosen)):
        gcm.fit(model, normal)
        yield name, model


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--profile", default="release", help="of cargo, as the package was built in")
    options = parser.parse_args()
    cargo = shutil.which("cargo") or str(Path.home() / ".cargo/bin/cargo")
    command = [cargo, "bench", "--quiet", "--profile", options.profile, "--package", "etiology-python", "--bench", "overhead", "--"]
    normal, slow = requests(1000, 1), requests(SIZES[-1][0], 2, slower=2.0)
    print(f"{'mechanisms':<11}{'events':>7}  {'table':<15}{'Rust':>12}{'Python':>12}{'more':>11}{'allowed':>11}")
    for name, model in models(normal):
        with tempfile.TemporaryDirectory() as folder:
            model.fitted.save(f"{folder}/model.etiology")
            Path(f"{folder}/events.csv").write_text(etiology.Dataset(slow).to_csv())
            rust = RustSide(command, f"{folder}/model.etiology", f"{folder}/events.csv")
            for rows, repeats in SIZES:
                for kind, made in tables():
                    table = made({name: column[:rows].copy() for name, column in slow.items()})
                    ask = lambda: gcm.attribute_anomalies(model, TARGET, table)  # noqa: B023, E731
                    answer = ask()
                    rounds = []
                    for _ in range(options.rounds):
                        seconds, bits = rust.seconds(rows, repeats)
                        rounds.append((seconds, timed(ask, repeats)))
                    if bits != bits_of(answer, answer.answer.nodes):
                        sys.exit(f"{name}, {rows} events: the two sides do not answer the same")
                    here, there = (1e6 * statistics.median(side) for side in zip(*rounds))
                    print(f"{name:<11}{rows:>7}  {kind:<15}{here:>9.1f} µs{there:>9.1f} µs{there - here:>8.1f} µs{50 + 0.05 * here:>8.1f} µs")
            rust.close()


if __name__ == "__main__":
    main()
