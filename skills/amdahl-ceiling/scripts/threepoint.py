"""Three-point estimates (usual, best, worst) as PERT Beta distributions, and sums of them.

A sum takes its parts for independent; it is drawn in equal slices with fixed dice, so the same answers give the same range.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from beta import quantiles

DRAWS = 2000
SEED = 20260101
LEVEL = 0.9
METHOD = "PERT Beta of usual, best and worst; parts independent; middle nine tenths of fixed draws"


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What somebody says a quantity is: usually, at best and at worst, in one unit; best is the smallest.

    Attributes:
        usual: The most likely value.
        low: The smallest that happens.
        high: The largest that happens.
    """

    usual: float
    low: float
    high: float

    @property
    def is_point(self) -> bool:
        """Whether only one value was said."""
        return self.low == self.high

    @property
    def mean(self) -> float:
        """Expected value, (low + 4 usual + high) / 6.

        >>> Estimate(usual=5, low=2, high=14).mean
        6.0
        """
        return (self.low + 4 * self.usual + self.high) / 6

    @property
    def variance(self) -> float:
        """The Beta distribution's own variance, not the rule of a sixth of the width.

        >>> round(Estimate(usual=5, low=2, high=14).variance, 4)
        4.5714
        """
        return (self.mean - self.low) * (self.high - self.mean) / 7

    def times(self, factor: float) -> Estimate:
        """The estimate of *factor* (zero or more) times the quantity."""
        return Estimate(usual=factor * self.usual, low=factor * self.low, high=factor * self.high)

    def quantiles(self, shares: Sequence[float]) -> list[float]:
        """The values below which each of *shares* (ascending, 0 to 1) lies."""
        width = self.high - self.low
        if width <= 0:
            return [self.usual for _ in shares]
        a, b = 1 + 4 * (self.usual - self.low) / width, 1 + 4 * (self.high - self.usual) / width
        return [self.low + width * x for x in quantiles(a, b, shares)]


NOTHING = Estimate(usual=0.0, low=0.0, high=0.0)


def draws(estimate: Estimate, dice: random.Random) -> list[float]:
    """`DRAWS` values of *estimate*: one from the middle of each equally likely slice, in the order of *dice*."""
    values = estimate.quantiles([(place + 0.5) / DRAWS for place in range(DRAWS)])
    # Only random() is promised to give the same in every Python, so the order comes from it.
    order = [(dice.random(), value) for value in values]
    return [value for _, value in sorted(order)]


def added(rows: Sequence[Sequence[float]]) -> list[float]:
    """The sums, draw by draw, of rows of draws; zeros without rows."""
    return [math.fsum(column) for column in zip(*rows, strict=True)] if rows else [0.0] * DRAWS


def middle(values: Sequence[float]) -> tuple[float, float]:
    """Low and high end of the middle `LEVEL` of draws."""
    tail, ordered = (1 - LEVEL) / 2, sorted(values)
    return at_share(ordered, tail), at_share(ordered, 1 - tail)


def at_share(ordered: Sequence[float], share: float) -> float:
    """The value at *share* (0 to 1) of *ordered* values, linear between neighbours."""
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
