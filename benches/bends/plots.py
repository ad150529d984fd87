"""Draws how cost grows, one small picture for each thing that grows.

    cargo bench --features traces --bench bends -- --growth --runs 3 > growth.csv
    python3 benches/bends/plots.py growth.csv docs

writes docs/growth_nodes.svg and so on: milliseconds of the processor, both axes logarithmic, but for amounts that begin with 0. Needs only the standard library.
"""

import csv
import math
import sys
from pathlib import Path

WIDTH, HEIGHT = 340, 210
LEFT, RIGHT, TOP, BOTTOM = 58, 28, 26, 38
TITLES = {
    "nodes": "An event by nodes, half of which bend",
    "functions": "An event of 200 nodes by how many bend",
    "samples": "An event of 100 nodes by samples",
    "rows": "A fit of 11 nodes by rows",
}


def points(file):
    """(amount, milliseconds) of each thing that grows."""
    found = {}
    for row in csv.DictReader(file):
        found.setdefault(row["grows"], []).append((float(row["amount"]), float(row["processor_ms"])))
    return found


def decades(low, high):
    return range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)


def amount(value):
    return f"{value:,.0f}".replace(",", " ") if value < 1e6 else f"{value / 1e6:g} million"


def milliseconds(power):
    return f"{10.0**power:g} ms" if power < 3 else f"{10.0 ** (power - 3):g} s"


def picture(grows, line):
    # Of nothing there is no logarithm.
    is_linear = line[0][0] == 0
    ticks = [value for value, _ in line] if is_linear else [10.0**power for power in decades(line[0][0], line[-1][0])]
    up = decades(min(y for _, y in line), max(y for _, y in line))
    up = up if len(up) > 1 else range(up[0], up[0] + 2)

    def x(value):
        along = (lambda one: one) if is_linear else math.log10
        first, last = along(ticks[0]), along(ticks[-1])
        return LEFT + (along(value) - first) / ((last - first) or 1) * (WIDTH - LEFT - RIGHT)

    def y(value):
        return HEIGHT - BOTTOM - (math.log10(value) - up[0]) / (up[-1] - up[0]) * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        'font-family="sans-serif" font-size="11">',
        # White behind it, so that it can be read on a dark page.
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="16" font-weight="bold">{TITLES[grows]}</text>',
    ]
    for value in ticks:
        at = x(value)
        parts.append(f'<path d="M{at:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#ddd"/>')
        parts.append(f'<text x="{at:.1f}" y="{HEIGHT - BOTTOM + 15}" text-anchor="middle">{amount(value)}</text>')
    for power in up:
        at = y(10.0**power)
        parts.append(f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 5}" y="{at + 4:.1f}" text-anchor="end">{milliseconds(power)}</text>')
    path = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in line)
    parts.append(f'<polyline points="{path}" fill="none" stroke="#1f5fa8" stroke-width="2"/>')
    parts += [f'<circle cx="{x(a):.1f}" cy="{y(b):.1f}" r="3" fill="#1f5fa8"/>' for a, b in line]
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 6}" text-anchor="middle">{grows}</text>')
    return "\n".join(parts + ["</svg>", ""])


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        found = points(file)
    for grows, line in found.items():
        Path(sys.argv[2], f"growth_{grows}.svg").write_text(picture(grows, sorted(line)), encoding="utf-8")


if __name__ == "__main__":
    main()
