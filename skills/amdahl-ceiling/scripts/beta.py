"""Quantiles of the Beta distribution, by integrating its density.

Three-point estimates are Beta distributions, and so is the place of a median among cases that are drawn again and again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate

CELLS = 1024  # even, as Simpson's rule wants pairs
WIDEST = 10.0  # standard deviations from the mean beyond which nothing is left


def quantiles(a: float, b: float, shares: Sequence[float]) -> list[float]:
    """The values of Beta(*a*, *b*) below which each of *shares* (ascending, 0 to 1) lies; *a* and *b* are at least 1.

    >>> [round(2 + 12 * x, 5) for x in quantiles(2, 4, [0.05, 0.5, 0.95])]
    [2.91728, 5.76572, 9.8889]
    """
    mean, spread = a / (a + b), math.sqrt(a * b / ((a + b) ** 2 * (a + b + 1)))
    low, high = max(0.0, mean - WIDEST * spread), min(1.0, mean + WIDEST * spread)
    step = (high - low) / CELLS
    mode = (a - 1) / (a + b - 2) if a + b > 2 else 0.5
    top = _logarithm(mode, a, b)
    heights = [math.exp(_logarithm(low + step * place, a, b) - top) for place in range(CELLS + 1)]
    pairs = [heights[i] + 4 * heights[i + 1] + heights[i + 2] for i in range(0, CELLS, 2)]
    below = [0.0, *accumulate(pairs)]
    return [_inverse(below, heights[::2], share * below[-1], low, 2 * step) for share in shares]


def _logarithm(x: float, a: float, b: float) -> float:
    """The density's logarithm, without its constant."""
    if (x <= 0 and a > 1) or (x >= 1 and b > 1):
        return -math.inf
    return ((a - 1) * math.log(x) if a > 1 else 0.0) + ((b - 1) * math.log1p(-x) if b > 1 else 0.0)


def _inverse(below: list[float], heights: list[float], wanted: float, low: float, step: float) -> float:
    """Where the cumulated *below* reaches *wanted*; within a cell the density is taken for a straight line."""
    place = _cell(below, wanted)
    part, left, slope = wanted - below[place], 6 * heights[place], 6 * (heights[place + 1] - heights[place])
    whole = below[place + 1] - below[place]
    if whole <= 0:
        return low + step * place
    # The line's own area differs a little from Simpson's; the part is taken of the line's.
    part *= (left + slope / 2) / whole if left + slope / 2 > 0 else 0.0
    inside = part / left if slope == 0 else (math.sqrt(max(left * left + 2 * slope * part, 0.0)) - left) / slope
    return low + step * (place + min(max(inside, 0.0), 1.0))


def _cell(below: list[float], wanted: float) -> int:
    first, last = 0, len(below) - 1
    while last - first > 1:
        middle = (first + last) // 2
        first, last = (middle, last) if below[middle] <= wanted else (first, middle)
    return first
