"""What a call of `gcm.attribute_anomalies` costs more than the same question in Rust, on this machine, in one sitting.

    python integrations/python/benches/overhead.py

The package must be installed from the same sources, in the release profile; cargo builds the side of Rust, `overhead.rs`. Both have the same fitted
model, events, configuration, seed and threads, and take turns, round by round. Printed are the medians over all rounds; of what a call costs more the median
over pairs of rounds that follow each other, and that in time of processors, which a busy machine disturbs less; and what is allowed.
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
SIZES = ((1, 100), (1000, 3))


class RustSide:
    """A process that answers how long it took."""

    def __init__(self, command, model, events):
        self.process = subprocess.Popen([*command, model, events, TARGET], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.number = int(self.process.stdout.readline())
        self.bits = None

    def seconds(self, rows, repeats):
        self.process.stdin.write(f"{rows} {repeats}\n")
        self.process.stdin.flush()
        seconds, self.bits = self.process.stdout.readline().split()
        return float(seconds)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def processors(number):
    """Seconds that all threads of a process have computed."""
    tasks = Path(f"/proc/{number}/task").glob("*/schedstat")
    return 1e-9 * sum(int(task.read_text().split()[0]) for task in tasks)


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
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--events", type=int, choices=[rows for rows, _ in SIZES], help="in a call; all sizes without it")
    parser.add_argument("--profile", default="release", help="of cargo, as the package was built in")
    options = parser.parse_args()
    cargo = shutil.which("cargo") or str(Path.home() / ".cargo/bin/cargo")
    command = [cargo, "bench", "--quiet", "--profile", options.profile, "--package", "etiology-python", "--bench", "overhead", "--"]
    normal, slow = requests(1000, 1), requests(SIZES[-1][0], 2, slower=2.0)
    print(f"{'mechanisms':<11}{'events':>7}  {'table':<15}{'Rust':>14}{'Python':>14}{'more':>14}{'computed':>14}{'allowed':>14}")
    for name, model in models(normal):
        with tempfile.TemporaryDirectory() as folder:
            model.fitted.save(f"{folder}/model.etiology")
            Path(f"{folder}/events.csv").write_text(etiology.Dataset(slow).to_csv())
            rust = RustSide(command, f"{folder}/model.etiology", f"{folder}/events.csv")
            for rows, repeats in (size for size in SIZES if options.events in (None, size[0])):
                for kind_of_table, made in tables():
                    table = made({name: column[:rows].copy() for name, column in slow.items()})
                    ask = lambda: gcm.attribute_anomalies(model, TARGET, table)  # noqa: B023, E731
                    answer = ask()
                    rounds = []
                    for _ in range(options.rounds):
                        # One call more on the side of Rust: the bits.
                        for side, number, calls in ((lambda: rust.seconds(rows, repeats), rust.number, repeats + 1), (lambda: timed(ask, repeats), "self", repeats)):
                            before = processors(number)
                            seconds = side()
                            rounds.append((seconds, (processors(number) - before) / calls))
                    if rust.bits != bits_of(answer, answer.answer.nodes):
                        sys.exit(f"{name}, {rows} events: the two sides do not answer the same")
                    rust_side, python_side = rounds[::2], rounds[1::2]
                    here, there = (1e6 * statistics.median(seconds for seconds, _ in side) for side in (rust_side, python_side))
                    more, computed = (1e6 * statistics.median(last[kind] - first[kind] for first, last in zip(rust_side, python_side)) for kind in (0, 1))
                    figures = "".join(f"{figure:>11.1f} µs" for figure in (here, there, more, computed, 50 + 0.05 * here))
                    print(f"{name:<11}{rows:>7}  {kind_of_table:<15}{figures}", flush=True)
            rust.close()


if __name__ == "__main__":
    main()
