"""Intervals for ratios of sums, by drawing whole cases (sessions or pull requests) with replacement.

Cases are drawn, never single events, because what happens inside one session belongs together.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

DRAWS = 2000
SEED = 20260101
LEVEL = 0.95
FEWEST = 5  # cases below which an interval would only look like one

Sums = list[float]


def drawn_sums(cases: Sequence[Sequence[float]], *, seed: int = SEED) -> list[Sums]:
    """Draw as many cases as there are, `DRAWS` times, and sum each column; empty if there are fewer than `FEWEST`.

    *cases* holds one row a case, all of one length and unit. The same cases and *seed* give the same draws.
    """
    if len(cases) < FEWEST:
        return []
    dice = random.Random(seed)  # noqa: S311 - a bootstrap, not a secret
    return [[sum(column) for column in zip(*dice.choices(cases, k=len(cases)), strict=True)] for _ in range(DRAWS)]


def interval(draws: list[Sums], statistic: Callable[[Sums], float]) -> tuple[float, float] | None:
    """Low and high end of the middle `LEVEL` of *statistic* over *draws* (percentile method), None without draws."""
    values = sorted(statistic(sums) for sums in draws)
    if not values:
        return None
    tail = (1 - LEVEL) / 2
    return _percentile(values, tail), _percentile(values, 1 - tail)


def _percentile(values: list[float], share: float) -> float:
    """Linear between the neighbouring order statistics of sorted *values*."""
    place = share * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    if values[low] == values[high]:
        return values[low]
    return values[low] + (values[high] - values[low]) * (place - low)
