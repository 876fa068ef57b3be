"""Plots as SVG that stands in a page by itself: no script, colours from the page's own style."""

import math
from collections.abc import Mapping, Sequence
from html import escape

WIDTH, LEFT, RIGHT, ROW = 760, 190, 40, 26
"""Pixels: of a plot, of the names on its left, of the space on its right, and of a row."""


def waterfall(ms: Mapping[str, float], engines: Sequence[tuple[str, str, float, str]]) -> str:
    """Stages of a turn one after the other, and within each the engines that were asked; times in milliseconds.

    An engine is its stage, its name, its time and what became of its guess.
    """
    whole = sum(ms.values()) or 1.0
    scale, at, parts, row = (WIDTH - LEFT - RIGHT - 150) / whole, 0.0, list[str](), 0

    def bar(name: str, start: float, value: float, kind: str, note: str) -> None:
        nonlocal row
        x, width, y = LEFT + start * scale, max(2.0, value * scale), row * ROW + 6
        parts.append(_label(name, y, kind))
        parts.append(f'<rect class="{kind}" x="{x:.1f}" y="{y}" width="{width:.1f}" height="{ROW - 10}" rx="2"/>')
        parts.append(f'<text class="value" x="{x + width + 6:.1f}" y="{y + 12}">{escape(note)}</text>')
        row += 1

    for name, value in ms.items():
        bar(name, at, value, "bar", f"{short(value)} ms, {value / whole:.0%}")
        asked = at
        for stage, engine, took, verdict in engines:
            if stage == name:
                bar(engine, asked, took, "part", f"{short(took)} ms, {verdict}")
                asked += took
        at += value
    return _svg(row * ROW + 8, parts, f"Stages of a turn, {whole:.0f} milliseconds together")


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


def over_time(
    lines: Mapping[str, Sequence[Sequence[float]]], spans: Sequence[tuple[str, float, float]], unit: str
) -> str:
    """A line for each series of (seconds, value) points, from zero; `spans` of time are named above."""
    height, top, left = 220, 24, 70
    last = max((row[0] for rows in lines.values() for row in rows), default=1.0) or 1.0
    most = max((row[1] for rows in lines.values() for row in rows), default=1.0) or 1.0
    step = _step(most)
    marks = math.ceil(most / step)
    sx, sy = (WIDTH - left - RIGHT - 70) / last, (height - top) / (marks * step)
    parts = []
    for number, (name, began, ended) in enumerate(spans):
        x, width = left + began * sx, max(1.0, (ended - began) * sx)
        kind = "span" if number % 2 else "span other"
        parts.append(f'<rect class="{kind}" x="{x:.1f}" y="{top}" width="{width:.1f}" height="{height - top}"/>')
        if width > 6.2 * len(name):
            parts.append(f'<text class="axis" x="{x + width / 2:.1f}" y="{top - 8}">{escape(name)}</text>')
    for mark in range(marks + 1):
        y = height - mark * step * sy
        parts.append(f'<line class="grid" x1="{left}" x2="{left + last * sx:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="left" x="{left - 8}" y="{y + 4:.1f}">{short(mark * step)} {escape(unit)}</text>')
    for number, (name, rows) in enumerate(lines.items()):
        points = " ".join(f"{left + seconds * sx:.1f},{height - value * sy:.1f}" for seconds, value in rows)
        parts.append(f'<polyline class="line line{number % 3}" points="{points}"/>')
        if rows:
            x, y = left + rows[-1][0] * sx + 6, height - rows[-1][1] * sy + 4
            parts.append(f'<text class="value" x="{x:.1f}" y="{y:.1f}">{escape(name)}</text>')
    for seconds in _marks(last):
        parts.append(f'<text class="axis" x="{left + seconds * sx:.1f}" y="{height + 16}">{seconds:g} s</text>')
    return _svg(height + 24, parts, f"{unit} over time")


def by_noise(rows: Mapping[str, tuple[float, float, float]]) -> str:
    """Shares from 0 to 1 with their intervals, (value, low, high), from the least noise to the most."""
    height, top, left = 240, 20, 70
    gap = (WIDTH - left - RIGHT) / max(1, len(rows))
    scale, parts = height - top, list[str]()
    for tenth in range(0, 11, 2):
        y = height - scale * tenth / 10
        parts.append(f'<line class="grid" x1="{left}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="left" x="{left - 8}" y="{y + 4:.1f}">{tenth * 10} %</text>')
    places = [(left + gap * (number + 0.5), name, *row) for number, (name, row) in enumerate(rows.items())]
    points = " ".join(f"{x:.1f},{height - value * scale:.1f}" for x, _, value, _, _ in places)
    parts.append(f'<polyline class="line line0" points="{points}"/>')
    for x, name, value, low, high in places:
        y0, y1 = height - low * scale, height - high * scale
        parts.append(f'<line class="interval" x1="{x:.1f}" x2="{x:.1f}" y1="{y0:.1f}" y2="{y1:.1f}"/>')
        parts.append(f'<circle class="mark" cx="{x:.1f}" cy="{height - value * scale:.1f}" r="5"/>')
        parts.append(f'<text class="value" x="{x + 10:.1f}" y="{height - value * scale + 16:.1f}">{value:.1%}</text>')
        parts.append(f'<text class="axis" x="{x:.1f}" y="{height + 16}">{escape(name)}</text>')
    return _svg(height + 24, parts, "Accuracy by signal-to-noise ratio, with 95 percent intervals")


def short(value: float) -> str:
    """A figure with as many digits as say something."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _step(most: float) -> float:
    """A round distance between some five marks up to `most`."""
    rough = most / 5
    power: float = 10 ** math.floor(math.log10(rough))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= rough)


def _marks(last: float) -> list[float]:
    """Round places on an axis that ends at `last`."""
    step = _step(last)
    return [number * step for number in range(int(last / step) + 1)]


def _label(name: str, y: float, kind: str = "") -> str:
    return f'<text class="name {kind}" x="{LEFT - 10}" y="{y + 12}">{escape(name)}</text>'


def _svg(height: float, parts: Sequence[str], title: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )
