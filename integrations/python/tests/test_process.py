"""What holds for the process: Ctrl-C, threads, forks, memory, the time of an import, types."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import numpy
import pytest

import etiology

TARGET = "Website"


def interrupted(ask, after=0.2):
    """Seconds from Ctrl-C until the question is over."""
    sent = []

    def send():
        sent.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGINT)

    # What runs in the background of a shell ignores Ctrl-C, and so would what it starts.
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(after, send)
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            ask()
            timer.join()  # too fast to be interrupted
            time.sleep(1.0)
            pytest.fail("the question was over before it could be interrupted")
        return time.perf_counter() - sent[0]
    finally:
        timer.cancel()
        signal.signal(signal.SIGINT, handler)


def test_an_interrupt_stops_what_is_under_way(unfitted, model, graph, normal, event):
    large = {name: numpy.tile(column, 20) for name, column in normal.items()}
    questions = {
        "bootstrap": lambda: unfitted.bootstrap_attribution(normal, TARGET, event, bootstrap={"resamples": 100_000}),
        "asked of Python": lambda: unfitted.bootstrap(normal, lambda _: time.sleep(0.01) or 1.0, resamples=100_000),
        "samples": lambda: model.attribute_outlier(TARGET, event, estimator="monte_carlo", samples=200_000, shapley_method="exact"),
        "events": lambda: model.attribute_outliers(TARGET, large, estimator="monte_carlo", samples=4096),
        "mechanisms": lambda: [etiology.StructuralCausalModel(graph).assign_mechanisms(large) for _ in range(20)],
        "evaluation": lambda: [model.evaluate(large, permutations=100_000, most_rows=2000) for _ in range(20)],
    }
    for name, ask in questions.items():
        seconds = interrupted(ask)
        print(f"{name}: {1e3 * seconds:.0f} ms from the interrupt to its exception")
        # And the next question is answered as ever.
        assert next(iter(model.attribute_outlier(TARGET, event).values)) == "Caching Service"


def test_other_threads_go_on_meanwhile(model, event):
    ticks = []
    stop = threading.Event()

    def tick():
        while not stop.is_set():
            ticks.append(time.perf_counter())
            time.sleep(0.001)

    thread = threading.Thread(target=tick)
    thread.start()
    before = len(ticks)
    model.attribute_outlier(TARGET, event, estimator="monte_carlo", samples=200_000)
    during = len(ticks) - before
    stop.set()
    thread.join()
    assert during > 5, "the interpreter's lock was held"


def run(code, *arguments, **environment):
    script = textwrap.dedent(code)
    result = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)], capture_output=True, text=True, timeout=300, env={**os.environ, **environment}
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_answers(model, event, tmp_path):
    model.save(tmp_path / "shop.etiology")
    code = """
        import json, os, sys, warnings
        import etiology
        warnings.simplefilter("ignore")
        model, event = etiology.FittedModel.load(sys.argv[1]), json.loads(sys.argv[2])
        values = model.attribute_outlier("Website", event).values
        child = os.fork()
        if child == 0:
            os._exit(0 if model.attribute_outlier("Website", event).values == values else 1)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    """
    import json

    assert run(code, tmp_path / "shop.etiology", json.dumps(event)) == "0"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_short_questions_are_answered_on_any_thread_and_after_a_fork(model, slow, tmp_path):
    # The first goes to other threads, and those that follow stay where they are asked: with the same bits.
    attributor = model.attributor(TARGET)
    first, *later = [attributor.attribute_rows(slow) for _ in range(4)]
    found = []
    thread = threading.Thread(target=lambda: found.extend(attributor.attribute_rows(slow) for _ in range(3)))
    thread.start()
    thread.join()
    for answer in later + found:
        assert all(numpy.array_equal(answer.contributions[node], values) for node, values in first.contributions.items())
    # A thread that has answered by itself has others compute longer questions, which an interrupt stops.
    assert interrupted(lambda: model.attribute_outliers(TARGET, {name: numpy.tile(column, 2000) for name, column in slow.items()}, estimator="monte_carlo", samples=4096)) < 5.0
    model.save(tmp_path / "shop.etiology")
    code = """
        import json, os, sys, warnings
        import numpy
        import etiology
        warnings.simplefilter("ignore")
        model = etiology.FittedModel.load(sys.argv[1])
        rows = {name: numpy.array(column) for name, column in json.loads(sys.argv[2]).items()}
        attributor = model.attributor("Website")
        scores = [attributor.attribute_rows(rows).scores.tolist() for _ in range(3)]
        child = os.fork()
        if child == 0:
            again = [attributor.attribute_rows(rows).scores.tolist(), model.attributor("Website").attribute_rows(rows).scores.tolist()]
            os._exit(0 if again == scores[:2] else 1)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    """
    import json

    assert run(code, tmp_path / "shop.etiology", json.dumps({name: column.tolist() for name, column in slow.items()})) == "0"


def test_a_scorer_in_python_may_ask_questions_itself(model, slow):
    event = {name: float(column[0]) for name, column in slow.items()}
    other = model.attributor("API")
    expected = other.attribute(event).values
    asked = []

    def scorer(value):
        asked.append(other.attribute(event).values == expected)
        return value

    attributor = model.attributor(TARGET, feature_map=scorer, estimator="counting", samples=32, shapley_method=3)
    first = attributor.attribute(event).values
    assert [attributor.attribute(event).values for _ in range(3)] == [first] * 3
    assert len(asked) > 100 and all(asked)


def resident_kilobytes():
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    raise AssertionError("no VmRSS")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc here")
def test_memory_of_ten_thousand_calls_is_flat(model, slow, event):
    attributor = model.attributor(TARGET)
    row = {name: column[:1] for name, column in slow.items()}

    def calls(count):
        for _ in range(count):
            attributor.attribute_rows(row).contributions
            attributor.attribute(event).to_dict()

    calls(1000)
    before = resident_kilobytes()
    calls(10_000)
    grown = resident_kilobytes() - before
    print(f"{grown} kB more after 10 000 calls of each of two")
    assert grown < 4096


def test_an_import_needs_numpy_alone():
    code = """
        import sys, time
        import numpy
        known, start = set(sys.modules), time.perf_counter()
        import etiology
        print(time.perf_counter() - start, *sorted({name.split(".")[0] for name in set(sys.modules) - known}))
    """
    seconds, *names = run(code).split()
    print(f"import etiology after numpy: {1e3 * float(seconds):.1f} ms")
    assert not {"pandas", "networkx", "polars", "pyarrow", "scipy", "matplotlib"} & set(names), names


def test_gcm_is_there_without_an_import_of_its_own():
    assert run("import etiology; print(etiology.gcm.attribute_anomalies.__name__, etiology.utils.plot.__name__)") == "attribute_anomalies plot"
    with pytest.raises(AttributeError, match="no attribute `gmc`"):
        etiology.gmc


def test_stubs_are_what_is_there():
    pytest.importorskip("mypy")
    here = Path(__file__).parent
    package = Path(etiology.__file__).parent
    search = {"MYPYPATH": str(package.parent)} if "site-packages" not in str(package) else {}
    environment = {**os.environ, **search}
    stubs = [sys.executable, "-m", "mypy.stubtest", "etiology._native", "--allowlist", str(here / "stubtest_allowlist.txt")]
    checks = [sys.executable, "-m", "mypy", "--config-file", str(here.parent / "pyproject.toml"), "-p", "etiology"]
    for command in (stubs, checks):
        result = subprocess.run(command, capture_output=True, text=True, timeout=600, env=environment, cwd=here)
        assert result.returncode == 0, result.stdout + result.stderr
    assert (package / "py.typed").exists()
