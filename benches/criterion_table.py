"""Prints what `cargo bench --bench attribution` measured last, as the Markdown tables of docs/benchmarks.md.

    python3 benches/criterion_table.py
    python3 benches/criterion_table.py one_event/25    only ids that start so

Reads Criterion's folder, `target/criterion` or that of CARGO_TARGET_DIR. Ids that no longer exist stay in there until
the folder is deleted. Needs only the standard library.
"""

import json
import os
import re
import sys
from pathlib import Path


def measured(folder):
    """(id, seconds, events per second or None) of every benchmark."""
    for path in sorted(folder.glob("**/new/benchmark.json"), key=natural):
        about = json.loads(path.read_text())
        estimates = json.loads(path.with_name("estimates.json").read_text())
        seconds = estimates["median"]["point_estimate"] * 1e-9
        throughput = about["throughput"] or {}
        yield about["full_id"], seconds, throughput["Elements"] / seconds if "Elements" in throughput else None


def natural(path):
    """5 before 11."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", str(path))]


def in_words(seconds):
    for unit, size in (("s", 1), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"


def main():
    root = Path(os.environ.get("CARGO_TARGET_DIR") or Path(__file__).resolve().parents[1] / "target")
    start = sys.argv[1] if len(sys.argv) > 1 else ""
    group = None
    for name, seconds, rate in measured(root / "criterion"):
        if not name.startswith(start):
            continue
        first, rest = name.split("/", 1)
        if first != group:
            group = first
            print(f"\n| `{group}/` | median |\n|---|---|")
        print(f"| `{rest}` | {in_words(seconds)}" + (f", {rate:,.0f} events/s" if rate else "") + " |")


if __name__ == "__main__":
    main()
