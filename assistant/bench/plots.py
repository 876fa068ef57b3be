"""Plots as SVG that stands in a page by itself: no script, colours from the page's own style."""

import math
from collections.abc import Mapping, Sequence
from html import escape

WIDTH, LEFT, RIGHT, ROW = 760, 190, 40, 26
"""Pixels: of a plot, of the names on its left, of the space on its right, and of a row."""


def waterfall(ms: Mapping[str, float]) -> str:
    """Stages of a turn, one after the other; times in milliseconds."""
    whole = sum(ms.values()) or 1.0
    scale, at, parts = (WIDTH - LEFT - RIGHT - 60) / whole, 0.0, []
    for row, (name, value) in enumerate(ms.items()):
        x, width, y = LEFT + at * scale, max(2.0, value * scale), row * ROW + 6
        parts.append(_label(name, y))
        parts.append(f'<rect class="bar" x="{x:.1f}" y="{y}" width="{width:.1f}" height="{ROW - 10}" rx="2"/>')
        parts.append(f'<text class="value" x="{x + width + 6:.1f}" y="{y + 12}">{short(value)} ms</text>')
        at += value
    return _svg(len(ms) * ROW + 8, parts, f"Stages of a turn, {whole:.0f} milliseconds together")


def distributions(stages: Mapping[str, Sequence[float]]) -> str:
    """Every measurement as a dot, median and 90th percentile as lines, on a logarithmic axis of milliseconds."""
    known = {name: [max(value, 0.01) for value in values] for name, values in stages.items() if values}
    every = [value for values in known.values() for value in values] or [1.0]
    low, high = math.floor(math.log10(min(every))), math.ceil(math.log10(max(every)) + 1e-9)
    scale = (WIDTH - LEFT - RIGHT) / max(1, high - low)

    def x(value: float) -> float:
        return LEFT + (math.log10(value) - low) * scale

    height, parts = len(known) * ROW + 8, []
    for power in range(low, high + 1):
        parts.append(f'<line class="grid" x1="{x(10.0**power):.1f}" x2="{x(10.0**power):.1f}" y1="0" y2="{height}"/>')
        parts.append(f'<text class="axis" x="{x(10.0**power):.1f}" y="{height + 14}">{short(10.0**power)} ms</text>')
    for row, (name, values) in enumerate(known.items()):
        middle = row * ROW + ROW / 2 + 3
        parts.append(_label(name, row * ROW + 6))
        for place, value in enumerate(values):
            jitter = (place * 7919 % 11 - 5) * 0.8
            parts.append(f'<circle class="dot" cx="{x(value):.1f}" cy="{middle + jitter:.1f}" r="2.2"/>')
        ordered = sorted(values)
        for share, kind in ((0.5, "median"), (0.9, "p90")):
            at = x(ordered[min(len(ordered) - 1, int(share * len(ordered)))])
            parts.append(f'<line class="{kind}" x1="{at:.1f}" x2="{at:.1f}" y1="{middle - 10}" y2="{middle + 10}"/>')
    return _svg(height + 20, parts, "Distribution of the times of each stage")


def over_time(rows: Sequence[Sequence[float]], unit: str) -> str:
    """A line through points of (seconds, value), from zero."""
    height, last = 180, max((row[0] for row in rows), default=1.0) or 1.0
    most = max((row[1] for row in rows), default=1.0) or 1.0
    step = _step(most)
    top = math.ceil(most / step) * step
    sx, sy = (WIDTH - 70 - RIGHT) / last, (height - 10) / top
    parts = []
    for mark in range(round(top / step) + 1):
        y = height - mark * step * sy
        parts.append(f'<line class="grid" x1="70" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="left" x="62" y="{y + 4:.1f}">{short(mark * step)} {escape(unit)}</text>')
    points = " ".join(f"{70 + seconds * sx:.1f},{height - value * sy:.1f}" for seconds, value in rows)
    parts.append(f'<polyline class="line" points="{points}"/>')
    for mark in range(5):
        parts.append(
            f'<text class="axis" x="{70 + last * sx * mark / 4:.1f}" y="{height + 16}">{last * mark / 4:.0f} s</text>'
        )
    return _svg(height + 24, parts, f"{unit} over time")


def shares(rows: Mapping[str, tuple[float, float, float]]) -> str:
    """Shares from 0 to 1 with their intervals: (value, low, high) by name."""
    scale, parts = WIDTH - LEFT - RIGHT - 60, []
    height = len(rows) * ROW + 8
    for tenth in range(0, 11, 2):
        x = LEFT + scale * tenth / 10
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{height}"/>')
        parts.append(f'<text class="axis" x="{x:.1f}" y="{height + 14}">{tenth * 10} %</text>')
    for row, (name, (value, low, high)) in enumerate(rows.items()):
        y = row * ROW + ROW / 2 + 3
        parts.append(_label(name, row * ROW + 6))
        parts.append(
            f'<line class="interval" x1="{LEFT + low * scale:.1f}" x2="{LEFT + high * scale:.1f}" y1="{y}" y2="{y}"/>'
        )
        parts.append(f'<circle class="mark" cx="{LEFT + value * scale:.1f}" cy="{y}" r="5"/>')
        parts.append(f'<text class="value" x="{LEFT + scale + 12}" y="{y + 4}">{value:.1%}</text>')
    return _svg(height + 20, parts, "Accuracy with 95 percent intervals")


def short(value: float) -> str:
    """A figure with as many digits as say something."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _step(most: float) -> float:
    """A round distance between some five marks up to `most`."""
    rough = most / 5
    power: float = 10 ** math.floor(math.log10(rough))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= rough)


def _label(name: str, y: float) -> str:
    return f'<text class="name" x="{LEFT - 10}" y="{y + 12}">{escape(name)}</text>'


def _svg(height: float, parts: Sequence[str], title: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )
