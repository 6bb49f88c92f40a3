"""Charts as SVG, drawn from an artefact's JSON; no script, no outside font, readable in print and in grey.

Each chart kind is one function; colours differ in lightness, and every series is named at its end.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import Any

from .facts import cell

WIDTH, HEIGHT = 720, 360
LEFT, RIGHT, TOP, BOTTOM = 64, 150, 44, 48
INK, GREY, GRID = "#1a1a1a", "#595959", "#d9d9d9"
COLOURS = ("#0b5394", "#b45f06", "#38761d", "#741b47", "#444444")
BAR_HEIGHT, LABEL_WIDTH = 30, 250


def draw(chart: Mapping[str, Any]) -> str:
    """Return the chart (`charts[]` of `fde.facts/1`) as one SVG document, ending in a newline."""
    kinds: dict[str, Callable[[Mapping[str, Any]], tuple[int, list[str]]]] = {"line": _line, "bar": _bar}
    height, body = kinds[chart["kind"]](chart)
    title = _text(WIDTH / 2, 22, chart["title"], size=15, anchor="middle", weight="bold", colour=INK)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" aria-label="{escape(chart["title"])}" font-family="Helvetica, Arial, sans-serif">'
    )
    ground = f'<rect width="{WIDTH}" height="{height}" fill="white"/>'
    return "\n".join([head, f"<title>{escape(chart['title'])}</title>", ground, title, *body, "</svg>"]) + "\n"


def _line(chart: Mapping[str, Any]) -> tuple[int, list[str]]:
    points = [point for series in chart["series"] for point in series["points"]]
    is_log = chart["x"].get("scale") == "log"
    low, high = min(x for x, _ in points), max(x for x, _ in points)
    ticks = _decades(low, high) if is_log else _round_ticks(low, high)
    tops = _round_ticks(0, max(y for _, y in points))
    across = _scale(low, high, LEFT, WIDTH - RIGHT, is_log=is_log)
    down = _scale(0, tops[-1], HEIGHT - BOTTOM, TOP)
    body = [_rule(LEFT, down(tick), WIDTH - RIGHT, down(tick)) for tick in tops]
    body += [_text(LEFT - 8, down(tick) + 4, _number(tick), anchor="end") for tick in tops]
    body += [_text(across(tick), HEIGHT - BOTTOM + 18, _number(tick), anchor="middle") for tick in ticks]
    body += [_axis_name((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, chart["x"])]
    body += [f'<g transform="rotate(-90 14 {HEIGHT / 2:.0f})">{_axis_name(14, HEIGHT / 2, chart["y"])}</g>']
    ends = _apart([down(series["points"][-1][1]) for series in chart["series"]], 15)
    for series, colour, end in zip(chart["series"], _colours(), ends, strict=False):
        path = " ".join(f"{across(x):.1f},{down(y):.1f}" for x, y in series["points"])
        body.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"/>')
        body.append(_text(WIDTH - RIGHT + 8, end + 4, series["label"], colour=colour))
    return HEIGHT, body


def _bar(chart: Mapping[str, Any]) -> tuple[int, list[str]]:
    rows = chart["series"][0]["points"]
    unit = chart["y"].get("unit", "")
    longest = max((value for _, value in rows), default=0) or 1
    across = _scale(0, longest, LABEL_WIDTH, WIDTH - 90)
    body: list[str] = []
    for index, (label, value) in enumerate(rows):
        top = TOP + index * BAR_HEIGHT
        middle = top + BAR_HEIGHT / 2
        body.append(_text(LABEL_WIDTH - 8, middle + 4, str(label), anchor="end", colour=INK))
        width = max(across(value) - LABEL_WIDTH, 1)
        body.append(f'<rect x="{LABEL_WIDTH}" y="{top + 5}" width="{width:.1f}" height="{BAR_HEIGHT - 10}" fill="{COLOURS[0]}"/>')
        body.append(_text(LABEL_WIDTH + width + 6, middle + 4, cell(value, unit, {}), colour=INK))
    height = TOP + len(rows) * BAR_HEIGHT + 34
    return height, [*body, _axis_name((LABEL_WIDTH + WIDTH - 90) / 2, height - 10, chart["y"])]


def _scale(low: float, high: float, start: float, end: float, *, is_log: bool = False) -> Callable[[float], float]:
    def value(number: float) -> float:
        return math.log(number) if is_log else number

    span = (value(high) - value(low)) or 1.0
    return lambda number: start + (value(number) - value(low)) / span * (end - start)


def _decades(low: float, high: float) -> list[float]:
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks = [factor * 10.0**exponent for exponent in exponents for factor in (1, 2, 5)]
    return [tick for tick in ticks if low <= tick <= high]


def _round_ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Return round numbers from at most *low* to at least *high*."""
    rough = (high - low) / wanted or 1.0
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * size for factor in (1, 2, 5, 10) if factor * size >= rough * 0.999)
    first = math.floor(low / step)
    return [round(index * step, 10) for index in range(first, math.ceil(high / step - 1e-9) + 1)]


def _apart(places: Sequence[float], gap: float) -> list[float]:
    """Move labels down until none covers another, keeping their order."""
    order = sorted(range(len(places)), key=lambda index: places[index])
    moved = list(places)
    for upper, lower in pairwise(order):
        moved[lower] = max(moved[lower], moved[upper] + gap)
    return moved


def _colours() -> tuple[str, ...]:
    return COLOURS * 4


def _axis_name(x: float, y: float, axis: Mapping[str, Any]) -> str:
    unit = f" ({axis['unit']})" if axis.get("unit") else ""
    return _text(x, y, f"{axis['label']}{unit}", anchor="middle")


def _rule(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{GRID}"/>'


def _text(x: float, y: float, words: str, *, size: int = 12, anchor: str = "start", weight: str = "normal", colour: str = GREY) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" font-weight="{weight}" fill="{colour}">'
        f"{escape(words, quote=False)}</text>"
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"
