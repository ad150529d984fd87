"""What notebooks show: tables, bar charts and drawings of answers, with all text escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from typing import Any

# The list that an answer is about, by the name of its field; and what its rows are named by.
_LISTS = (
    ("contributions", ("node", "feature")),
    ("arrows", ("parent",)),
    ("parts", ("node", "source")),
    ("combined", ("node",)),
    ("ranking", ("node",)),
    ("figures", ("name",)),
    ("nodes", ("node",)),
)

_BLUE, _RED, _GREY = "#2f6fab", "#b4483d", "#8a8a8a"


def rows_of(answer: Any) -> tuple[list[dict[str, Any]], list[str]]:
    """The rows of an answer's main list, flat, and the names of the columns that name them."""
    fields = answer.to_dict()
    for name, keys in _LISTS:
        rows = fields.get(name)
        if isinstance(rows, list) and rows and isinstance(rows[0], Mapping):
            flat = [_flat(row) for row in rows]
            return flat, [key for key in keys if key in flat[0]]
    return [_flat(fields)], []


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, Mapping):
            flat.update({inner if name == "interval" else f"{name}_{inner}": cell for inner, cell in value.items()})
        elif isinstance(value, (list, tuple)) and len(value) == 2 and name == "interval":
            flat["lower"], flat["upper"] = value
        else:
            flat[name] = value
    return flat


def to_frame(answer: Any) -> Any:
    """The main list of an answer as a data frame of pandas."""
    import pandas

    rows, keys = rows_of(answer)
    frame = pandas.DataFrame(rows)
    return frame.set_index(keys if len(keys) > 1 else keys[0]) if keys else frame


def bar_chart(bars: Iterable[tuple[str, float, float | None]], unit: str = "") -> str:
    """Bars with what they are off by, as SVG: of names, values and standard errors."""
    bars = [(name, float(value), error) for name, value, error in bars if value == value]
    if not bars:
        return ""
    low = min(0.0, *(value - 2.0 * (error or 0.0) for _, value, error in bars))
    high = max(0.0, *(value + 2.0 * (error or 0.0) for _, value, error in bars))
    span = (high - low) or 1.0
    left, width, height = 190.0, 360.0, 22.0

    def x(value: float) -> float:
        return left + width * (value - low) / span

    total = height * len(bars) + 8.0
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="660" height="{total:.0f}" viewBox="0 0 660 {total:.0f}" role="img" '
        'font-family="sans-serif" font-size="12">'
    ]
    for place, (name, value, error) in enumerate(bars):
        top = 4.0 + height * place
        start, end = sorted((x(0.0), x(value)))
        shown = name if len(name) <= 28 else name[:27] + "…"
        parts.append(f'<text x="{left - 8:.0f}" y="{top + 14:.1f}" text-anchor="end" fill="currentColor">{html.escape(shown)}</text>')
        colour = _BLUE if value >= 0.0 else _RED
        parts.append(f'<rect x="{start:.1f}" y="{top + 3:.1f}" width="{max(end - start, 0.5):.1f}" height="14" fill="{colour}"/>')
        if error:
            middle = top + 10.0
            parts.append(
                f'<line x1="{x(value - 2.0 * error):.1f}" x2="{x(value + 2.0 * error):.1f}" y1="{middle:.1f}" y2="{middle:.1f}" '
                f'stroke="{_GREY}" stroke-width="2"/>'
            )
        said = f"{value:.4g}" + (f" ± {error:.2g}" if error else "") + (f" {unit}" if unit else "")
        parts.append(f'<text x="{left + width + 10:.0f}" y="{top + 14:.1f}" fill="currentColor">{html.escape(said)}</text>')
    parts.append("</svg>")
    return "".join(parts)


def _value_of(row: Mapping[str, Any]) -> tuple[float, float | None] | None:
    for name, error in (("nats", "std_error"), ("value", "std_error"), ("estimate", "std_error"), ("score", None)):
        value = row.get(name)
        if isinstance(value, (int, float)):
            found = row.get(error) if error else None
            return float(value), found if isinstance(found, (int, float)) and found == found else None
    return None


def to_html(answer: Any) -> str:
    """An answer for a notebook: the parts of its page, or what it says and its bars; and its text to unfold."""
    if hasattr(answer, "to_fragment"):
        # The library escapes what it writes.
        return f"<div>{answer.to_fragment()}{_text(answer)}</div>"
    parts = []
    headline = getattr(answer, "headline", None)
    if isinstance(headline, str):
        parts.append(f"<p><b>{html.escape(headline)}</b></p>")
    doubts = answer.to_dict().get("doubts")
    if doubts:
        parts.append("<ul>" + "".join(f"<li>{html.escape(str(doubt))}</li>" for doubt in doubts) + "</ul>")
    rows, keys = rows_of(answer)
    bars = []
    for row in rows:
        value = _value_of(row)
        if keys and value:
            bars.append((" · ".join(str(row[key]) for key in keys), *value))
    in_nats = bool(rows and "nats" in rows[0])
    parts.append(bar_chart(bars, "nats" if in_nats else ""))
    parts.append(_text(answer, opened=not bars))
    return "<div>" + "".join(parts) + "</div>"


def frame_to_html(answer: Any) -> str:
    """An answer that is a table, for a notebook; its name alone where pandas is not installed."""
    try:
        return str(answer.to_frame()._repr_html_())
    except ImportError:
        return f"<pre>{html.escape(repr(answer))}</pre>"


def _text(answer: Any, opened: bool = False) -> str:
    return f"<details{' open' if opened else ''}><summary>Text</summary><pre>{html.escape(str(answer))}</pre></details>"
