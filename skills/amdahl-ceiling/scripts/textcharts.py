"""Bars and curves as plain text for a terminal, from a chart of the facts; no colour, and ASCII where nothing else can be shown.

A chart that says nothing without its picture is not drawn: every bar has its figure, every curve its first and last one.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from _portable.facts import cell

EIGHTHS = "▏▎▍▌▋▊▉█"
LABEL = 0.45  # share of the width that labels take at most
HEIGHT = 12  # lines of a curve
MARKS = "*o+x#@"
STANDS_FOR = {"…": "~", "–": "-"}
AXIS = 9  # columns of the numbers beside a curve
Chart = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What is drawn on: columns, and whether anything beyond ASCII can be shown."""

    width: int = 80
    is_ascii: bool = False


def draw(chart: Chart, paper: Paper) -> list[str]:
    """The lines of *chart* (`charts[]` of `fde.facts/1`), none wider than the paper, which has at least 40 columns."""
    drawn = _bars(chart, paper) if chart["kind"] == "bar" else _curves(chart, paper)
    return [_plain(line, paper) for line in (*wrapped(chart["title"], paper.width), "", *drawn)]


def wrapped(text: str, width: int) -> list[str]:
    """*text* in lines of at most *width* columns."""
    made: list[str] = [""]
    for word in text.split():
        word = clipped(word, width)
        made = [*made[:-1], f"{made[-1]} {word}".strip()] if columns(made[-1]) + columns(word) < width else [*made, word]
    return [line for line in made if line]


def columns(text: str) -> int:
    """How many columns of a terminal *text* takes: two for wide letters, none for accents that stand on another."""
    return sum(0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def clipped(text: str, width: int) -> str:
    """*text* in at most *width* columns, its end cut off and marked if need be; what steers a terminal is left out."""
    shown = "".join(letter for letter in text if letter.isprintable())
    if columns(shown) <= width:
        return shown
    while columns(shown) > width - 1:
        shown = shown[:-1]
    return f"{shown}…"


def _bars(chart: Chart, paper: Paper) -> list[str]:
    unit = chart["y"].get("unit", "")
    rows = [(label, float(value)) for series in chart["series"] for label, value in series["points"]]
    figures = [cell(value, unit, {}) for _, value in rows]
    label_width = min(max((columns(label) for label, _ in rows), default=0), int(LABEL * paper.width))
    room = max(paper.width - label_width - max(map(columns, figures), default=0) - 4, 1)
    most = max((value for _, value in rows), default=0)
    return [
        f"{_padded(clipped(label, label_width), label_width)}  {_padded(_bar(value / most * room if most > 0 else 0, paper), room)}  {figure}".rstrip()
        for (label, value), figure in zip(rows, figures, strict=True)
    ]


def _bar(length: float, paper: Paper) -> str:
    """A bar of *length* columns; something that is there at all is never drawn as nothing."""
    if paper.is_ascii:
        return "#" * max(round(length), int(length > 0))
    eighths = max(round(8 * max(length, 0)), int(length > 0))
    full, rest = divmod(eighths, 8)
    return EIGHTHS[-1] * full + (EIGHTHS[rest - 1] if rest else "")


def _curves(chart: Chart, paper: Paper) -> list[str]:
    points = [(float(x), float(y)) for series in chart["series"] for x, y in series["points"]]
    if not points:
        return ["(no points)"]
    is_log = chart["x"].get("scale") == "log"
    wide, top = paper.width - AXIS - 2, max(y for _, y in points)
    ends = min(x for x, _ in points), max(x for x, _ in points)
    grid = [[" "] * wide for _ in range(HEIGHT)]
    for place, series in enumerate(chart["series"]):
        for x, y in _filled(series["points"], ends, wide, is_log=is_log):
            grid[HEIGHT - 1 - _place(y, top)][x] = MARKS[place % len(MARKS)]
    numbers = {0: _number(top), HEIGHT - 1: "0"}
    lines = [f"{numbers.get(row, ''):>{AXIS}} |{''.join(cells)}".rstrip() for row, cells in enumerate(grid)]
    return [*lines, *_foot(chart, ends, wide), *_legend(chart, paper)]


def _filled(points: Sequence[Sequence[float]], ends: tuple[float, float], wide: int, *, is_log: bool) -> list[tuple[int, float]]:
    """For each column that the curve runs over, its height there, straight between the points."""
    placed = [(_column(x, ends, wide, is_log=is_log), y) for x, y in points]
    made = [(round(placed[0][0]), placed[0][1])] if placed else []
    for (left, low), (right, high) in pairwise(placed):
        made += [
            (column, low + (high - low) * (column - left) / (right - left))
            for column in range(math.ceil(left), math.floor(right) + 1)
            if right > left
        ]
    return made


def _column(x: float, ends: tuple[float, float], wide: int, *, is_log: bool) -> float:
    low, high, at = (math.log(max(one, 1e-12)) if is_log else one for one in (*ends, x))
    return 0.0 if high <= low else (at - low) / (high - low) * (wide - 1)


def _place(y: float, top: float) -> int:
    return min(max(round(y / top * (HEIGHT - 1)), 0), HEIGHT - 1) if top > 0 else 0


def _foot(chart: Chart, ends: tuple[float, float], wide: int) -> list[str]:
    low, high = map(_number, ends)
    scale = " (logarithmic)" if chart["x"].get("scale") == "log" else ""
    room = wide - columns(low) - columns(high)
    across = clipped(f"{chart['x']['label']}{scale}", room - 2)
    middle = _padded(f"{' ' * ((room - columns(across)) // 2)}{across}", room)
    return [f"{'':>{AXIS}} +{'-' * wide}", f"{'':>{AXIS}}  {low}{middle}{high}"]


def _legend(chart: Chart, paper: Paper) -> list[str]:
    unit = chart["y"].get("unit", "")
    made = [f"{clipped(chart['y']['label'], paper.width - 12)}{f' ({unit})' if unit else ''}:"]
    for place, series in enumerate(chart["series"]):
        ends = [cell(float(series["points"][end][1]), unit, {}) for end in (0, -1)] if series["points"] else ["nothing"] * 2
        text = f"  {MARKS[place % len(MARKS)]} {series['label']}: {ends[0]} to {ends[1]}"
        made.append(clipped(text, paper.width))
    return made


def _number(value: float) -> str:
    return f"{value:.3g}"


def _padded(text: str, width: int) -> str:
    return text + " " * (width - columns(text))


def _plain(line: str, paper: Paper) -> str:
    """The line as it can be shown: in ASCII, letters without their accents and a question mark for what is none."""
    return "".join(map(_bare, line)) if paper.is_ascii else line


def _bare(letter: str) -> str:
    """One letter as ASCII that takes as many columns."""
    first = STANDS_FOR.get(letter) or unicodedata.normalize("NFD", letter)[0]
    return first if first.isascii() else "?" * columns(letter)
