"""Draws how cost grows, one small picture for each thing that grows.

    cargo bench --features traces --bench bends -- --growth --runs 3 > growth.csv
    python3 benches/bends/plots.py growth.csv docs

writes docs/growth_nodes.svg and so on: milliseconds of the processor, both axes logarithmic. Needs only the standard library.
"""

import csv
import math
import sys
from pathlib import Path

WIDTH, HEIGHT = 320, 210
LEFT, RIGHT, TOP, BOTTOM = 58, 14, 26, 38
TITLES = {
    "nodes": "An event by nodes, half of them not linear",
    "functions": "An event of 200 nodes by functions",
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


def amount(power):
    return f"{10**power:,}".replace(",", " ") if power < 6 else f"10^{power}"


def milliseconds(power):
    return f"{10.0**power:g} ms" if power < 3 else f"{10.0 ** (power - 3):g} s"


def picture(grows, line):
    across, up = decades(line[0][0], line[-1][0]), decades(min(y for _, y in line), max(y for _, y in line))
    across = across if len(across) > 1 else range(across[0], across[0] + 2)
    up = up if len(up) > 1 else range(up[0], up[0] + 2)

    def x(value):
        return LEFT + (math.log10(value) - across[0]) / (across[-1] - across[0]) * (WIDTH - LEFT - RIGHT)

    def y(value):
        return HEIGHT - BOTTOM - (math.log10(value) - up[0]) / (up[-1] - up[0]) * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        'font-family="sans-serif" font-size="11">',
        # White behind it, so that it can be read on a dark page.
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="16" font-weight="bold">{TITLES[grows]}</text>',
    ]
    for power in across:
        at = x(10**power)
        parts.append(f'<path d="M{at:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#ddd"/>')
        parts.append(f'<text x="{at:.1f}" y="{HEIGHT - BOTTOM + 15}" text-anchor="middle">{amount(power)}</text>')
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
