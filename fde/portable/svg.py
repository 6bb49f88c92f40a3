"""Charts as SVG, drawn from an artefact's JSON; no script, no outside font, readable in print and in grey.

Each chart kind is one function; colours differ in lightness, and every series is named at its end.
"""

from __future__ import annotations

import math
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from html import escape
from itertools import accumulate, cycle, pairwise
from typing import Any

from .facts import cell
from .fold import legible

WIDTH, HEIGHT = 720, 360
LEFT, RIGHT, TOP, BOTTOM = 64, 150, 44, 48
INK, GREY, GRID = "#1a1a1a", "#595959", "#d9d9d9"
COLOURS = ("#0b5394", "#b45f06", "#38761d", "#741b47", "#444444")
BAR_HEIGHT, LABEL_WIDTH, VALUE_WIDTH = 30, 250, 90
SIZES = (12, 11, 10)  # of a text that may shrink; below that nobody reads it on paper
LONGEST_UNIT = 3  # characters; a longer one stands once, at the axis, and not behind each bar


def draw(chart: Mapping[str, Any]) -> str:
    """Return the chart (`charts[]` of `fde.facts/1`) as one SVG document, ending in a newline."""
    kinds: dict[str, Callable[[Mapping[str, Any]], tuple[int, list[str]]]] = {"line": _line, "bar": _bar}
    height, body = kinds[chart["kind"]](chart)
    name = escape(legible(chart["title"]))
    title = _text(WIDTH / 2, 22, chart["title"], size=15, anchor="middle", weight="bold", colour=INK, room=WIDTH - 24)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" aria-label="{name}" font-family="Helvetica, Arial, sans-serif">'
    )
    ground = f'<rect width="{WIDTH}" height="{height}" fill="white"/>'
    return "\n".join([head, f"<title>{name}</title>", ground, title, *body, "</svg>"]) + "\n"


def _line(chart: Mapping[str, Any]) -> tuple[int, list[str]]:
    points = [point for series in chart["series"] for point in series["points"]]
    is_log = chart["x"].get("scale") == "log"
    places, heights = [x for x, _ in points], [y for _, y in points]
    ticks = _decades(min(places), max(places)) if is_log else _round_ticks(min(places), max(places))
    tops = _round_ticks(min(0, *heights), max(0, *heights))
    across = _scale(min(places + ticks), max(places + ticks), LEFT, WIDTH - RIGHT, is_log=is_log)
    down = _scale(tops[0], tops[-1], HEIGHT - BOTTOM, TOP)
    body = [_rule(LEFT, down(tick), WIDTH - RIGHT, down(tick)) for tick in tops]
    body += [_text(LEFT - 8, down(tick) + 4, _number(tick), anchor="end", room=LEFT - 12) for tick in tops]
    body += [_text(across(tick), HEIGHT - BOTTOM + 18, _number(tick), anchor="middle") for tick in ticks]
    body += [_axis_name((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, chart["x"], room=WIDTH - RIGHT - LEFT)]
    upright = _axis_name(14, HEIGHT / 2, chart["y"], room=HEIGHT - 24)
    body += [f'<g transform="rotate(-90 14 {HEIGHT / 2:.0f})">{upright}</g>']
    ends = _apart([down(series["points"][-1][1]) for series in chart["series"]], 15, HEIGHT - BOTTOM + 30)
    for series, colour, end in zip(chart["series"], cycle(COLOURS), ends, strict=False):
        body.append(_curve([(across(x), down(y)) for x, y in series["points"]], colour))
        body.append(_text(WIDTH - RIGHT + 8, end + 4, series["label"], colour=colour, room=RIGHT - 12))
    return HEIGHT, body


def _curve(points: Sequence[tuple[float, float]], colour: str) -> str:
    if len(points) == 1:  # a line through one point would not be seen
        return f'<circle cx="{points[0][0]:.1f}" cy="{points[0][1]:.1f}" r="3.5" fill="{colour}"/>'
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"/>'


def _bar(chart: Mapping[str, Any]) -> tuple[int, list[str]]:
    rows = chart["series"][0]["points"]
    unit = chart["y"].get("unit", "")
    behind = unit if len(unit) <= LONGEST_UNIT else ""
    values = [value for _, value in rows]
    across = _scale(min([0, *values]), max([0, *values]), LABEL_WIDTH, WIDTH - VALUE_WIDTH)
    body: list[str] = []
    for index, (label, value) in enumerate(rows):
        top = TOP + index * BAR_HEIGHT
        middle = top + BAR_HEIGHT / 2
        body += _bar_label(str(label), middle)
        left, right = sorted((across(0), across(value)))
        width = max(right - left, 1)
        body.append(f'<rect x="{left:.1f}" y="{top + 5}" width="{width:.1f}" height="{BAR_HEIGHT - 10}" fill="{COLOURS[0]}"/>')
        said, room = cell(value, behind, {}), WIDTH - left - width - 10
        size = next((size for size in SIZES if _length(said, size) <= room), SIZES[-1])
        body.append(_text(left + width + 6, middle + 4, said, size=size, colour=INK, room=room))
    height = TOP + len(rows) * BAR_HEIGHT + 34
    room = WIDTH - VALUE_WIDTH - LABEL_WIDTH
    return height, [*body, _axis_name(LABEL_WIDTH + room / 2, height - 10, chart["y"], room=room)]


def _bar_label(words: str, middle: float) -> list[str]:
    """Return a bar's name left of it: on one line, else on two, else smaller, and cut only if that does not help."""
    whole, room = " ".join(legible(words).split()), LABEL_WIDTH - 16
    size = next((size for size in SIZES if all(_length(line, size) <= room for line in _two_lines(whole, size, room))), SIZES[-1])
    lines = [line for line in _two_lines(whole, size, room) if line] or [""]
    first = middle + 4 - (len(lines) - 1) * (size + 1) / 2
    return [
        _text(LABEL_WIDTH - 8, first + place * (size + 1), line, size=size, anchor="end", colour=INK, room=room, whole=whole)
        for place, line in enumerate(lines)
    ]


def _two_lines(whole: str, size: int, room: float) -> tuple[str, str]:
    """Return as many words as fit into *room*, and the rest; a first word that is too long is a line of its own."""
    if _length(whole, size) <= room:
        return whole, ""
    words = whole.split()
    fits = [count for count in range(1, len(words)) if _length(" ".join(words[:count]), size) <= room]
    count = fits[-1] if fits else 1
    return " ".join(words[:count]), " ".join(words[count:])


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
    """Return round numbers from at most *low* to at least *high*, two or more."""
    rough = max((high - low) / wanted, abs(high) * 1e-9, 1e-300) if high > low else max(abs(high), abs(low)) or 1.0
    exponent = math.floor(math.log10(rough))
    step = next(factor * 10.0**exponent for factor in (1, 2, 5, 10, 20) if factor * 10.0**exponent >= rough * 0.999)
    first, last = math.floor(low / step), math.ceil(high / step - 1e-9)
    return [round(index * step, 10 - exponent) for index in range(first, max(last, first + 1) + 1)]


def _apart(places: Sequence[float], gap: float, lowest: float) -> list[float]:
    """Move labels down until none covers another, keeping their order, and up again where they would pass *lowest*."""
    gap = min(gap, (lowest - TOP) / len(places))
    order = sorted(range(len(places)), key=lambda index: places[index])
    moved = list(places)
    for upper, lower in pairwise(order):
        moved[lower] = max(moved[lower], moved[upper] + gap)
    for index, place in enumerate(reversed(order)):
        moved[place] = min(moved[place], lowest - index * gap)
    return moved


def _axis_name(x: float, y: float, axis: Mapping[str, Any], *, room: float) -> str:
    unit = f" ({axis['unit']})" if axis.get("unit") else ""
    return _text(x, y, f"{axis['label']}{unit}", anchor="middle", room=room)


def _rule(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{GRID}"/>'


def _text(
    x: float,
    y: float,
    words: str,
    *,
    size: int = 12,
    anchor: str = "start",
    weight: str = "normal",
    colour: str = GREY,
    room: float = WIDTH,
    whole: str = "",
) -> str:
    """Return the words at their place; what does not fit in *room* is cut, and read in *whole* by pointing at it."""
    line = " ".join(legible(words).split())
    widths = list(accumulate(_width(character) * size for character in line))
    fits = bisect_right(widths, room)
    shown = escape(line if len(line) <= fits else f"{line[: max(fits - 2, 0)]}…", quote=False)
    hint = "" if len(line) <= fits else f"<title>{escape(whole or line, quote=False)}</title>"
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" font-weight="{weight}" fill="{colour}">'
        f"{hint}{shown}</text>"
    )


def _length(text: str, size: int) -> float:
    return sum(_width(character) * size for character in text)


def _width(character: str) -> float:
    """Return about how wide a character is, as a part of its height."""
    return 1.0 if unicodedata.east_asian_width(character) in "WF" else 0.56


def _number(value: float) -> str:
    if abs(value) >= 1e6:
        return f"{value:.3g}"
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"
