"""Prints what `cargo bench --bench attribution` and `--bench questions` measured last, as the Markdown tables of docs/benchmarks.md.

    python3 benches/criterion_table.py                            prints them
    python3 benches/criterion_table.py --into docs/benchmarks.md  puts them between the two markers in that file

Reads Criterion's folder, `target/criterion` or that of CARGO_TARGET_DIR. Ids that no longer exist stay in there until
the folder is deleted. Needs only the standard library.
"""

import json
import os
import re
import sys
from pathlib import Path

BEGIN, END = "<!-- criterion: begin -->", "<!-- criterion: end -->"


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


def tables(folder):
    lines = []
    group = None
    for name, seconds, rate in measured(folder):
        first, rest = name.split("/", 1)
        if first != group:
            group = first
            lines += ["", f"| `{group}/` | median |", "|---|---|"]
        lines.append(f"| `{rest}` | {in_words(seconds)}" + (f", {rate:,.0f} events/s" if rate else "") + " |")
    return "\n".join(lines[1:])


def replace_between_markers(path, text):
    before, _, rest = path.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    if not after:
        sys.exit(f"{path} lacks the markers {BEGIN} and {END}")
    path.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")


def main():
    root = Path(os.environ.get("CARGO_TARGET_DIR") or Path(__file__).resolve().parents[1] / "target")
    text = tables(root / "criterion")
    if not text:
        sys.exit(f"no figures in {root / 'criterion'}: run `cargo bench --bench attribution` first")
    match sys.argv[1:]:
        case []:
            print(text)
        case ["--into", path]:
            replace_between_markers(Path(path), text)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
