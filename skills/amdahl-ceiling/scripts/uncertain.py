"""Closed forms for figures that are not known exactly: shares, three-point estimates, sums, the slowest of several.

Resampled intervals are in `bootstrap.py`, PERT estimates in `threepoint.py`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import given
from beta import quantiles

HALVINGS = 200  # until two neighbouring numbers are left


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A quantity with a mean, a standard deviation and the middle part of what it may be."""

    mean: float
    deviation: float
    low: float
    high: float


def expected_ceiling(counted: float, others: float) -> float:
    """The expected ceiling 1 / (1 - p) if the share p is Beta(*counted*, *others*): (a + b - 1) / (b - 1).

    It is above the ceiling of the expected share (Jensen 1906), since a share that may be larger counts more.

    >>> round(expected_ceiling(12, 8), 7), round(1 / (1 - 12 / 20), 7)
    (2.7142857, 2.5)

    Raises:
        ValueError: *counted* is not above zero, or *others* not above one, when there is no finite mean.
    """
    given.positive(counted=counted)
    given.positive(others_above_one=others - 1)
    return (counted + others - 1) / (others - 1)


def ceiling_within(counted: float, others: float, level: float = 0.95) -> tuple[float, float]:
    """The middle *level* of the ceiling 1 / (1 - p) for p of Beta(*counted*, *others*), both at least one.

    >>> [round(end, 5) for end in ceiling_within(12, 8)]
    [1.62227, 4.93775]

    Raises:
        ValueError: *counted* or *others* is below one, or *level* not between zero and one.
    """
    low, high = _within(counted, others, level)
    return 1 / (1 - low), 1 / (1 - high)


def shares(counts: Mapping[str, float], level: float = 0.95) -> dict[str, Spread]:
    """The shares of stages that were seen so often, as a Dirichlet distribution, each by itself (its marginals are Beta).

    Mean a_i / A, variance a_i (A - a_i) / (A^2 (A + 1)); Johnson and Kotz 1972. The shares hang together: they add to one.

    >>> found = shares({"model": 20, "tools": 15, "ci": 30, "wait": 70, "deploy": 5})
    >>> [(round(one.mean, 6), round(one.deviation, 7)) for one in found.values()][:2]
    [(0.142857, 0.0294692), (0.107143, 0.0260473)]
    >>> round(found["model"].low, 5), round(found["model"].high, 5)
    (0.09016, 0.2052)

    Raises:
        ValueError: a count is below one, there are fewer than two stages, or *level* is not between zero and one.
    """
    total = math.fsum(counts.values())
    return {stage: _share(count, total, level) for stage, count in counts.items()}


def _share(count: float, total: float, level: float) -> Spread:
    low, high = _within(count, total - count, level)
    deviation = math.sqrt(count * (total - count) / (total**2 * (total + 1)))
    return Spread(mean=count / total, deviation=deviation, low=low, high=high)


def _within(counted: float, others: float, level: float) -> tuple[float, float]:
    given.inner_share(level=level)
    for value in (counted, others):
        if not 1 <= value < math.inf:
            raise ValueError(f"expected counts of one or more on both sides, found {value:g}")
    low, high = quantiles(counted, others, [(1 - level) / 2, (1 + level) / 2])
    return low, high


@dataclass(frozen=True, slots=True, kw_only=True)
class Triangular:
    """A three-point estimate whose density is two straight lines: wider than PERT's (Johnson 1997, The Statistician 46(3)).

    >>> one = Triangular(low=2, usual=5, high=14)
    >>> one.mean, one.variance, [round(one.quantile(share), 7) for share in (0.05, 0.5, 0.95)]
    (7.0, 6.5, [3.3416408, 6.6515308, 11.67621])

    Attributes:
        low: The smallest that happens.
        usual: The most likely value.
        high: The largest that happens.
    """

    low: float
    usual: float
    high: float

    def __post_init__(self) -> None:
        """Refuse values in another order.

        Raises:
            ValueError: not low <= usual <= high with low < high.
        """
        if not (self.low <= self.usual <= self.high and self.low < self.high):
            raise ValueError(f"expected best, usual and worst in ascending order, found {self.low}, {self.usual}, {self.high}")

    @property
    def mean(self) -> float:
        """A third of the sum of the three."""
        return (self.low + self.usual + self.high) / 3

    @property
    def variance(self) -> float:
        """An eighteenth of the sum of squares less the products."""
        a, c, b = self.low, self.usual, self.high
        return (a * a + b * b + c * c - a * b - a * c - b * c) / 18

    def quantile(self, share: float) -> float:
        """The value below which *share* lies.

        Raises:
            ValueError: *share* is not from zero to one.
        """
        given.share(share=share)
        width, rise = self.high - self.low, self.usual - self.low
        if share * width <= rise:
            return self.low + math.sqrt(share * width * rise)
        return self.high - math.sqrt((1 - share) * width * (self.high - self.usual))


def sum_within(parts: int, share: float, mean: float = 1.0) -> float:
    """The time that *share* of the sums of *parts* independent exponential times, each of that *mean*, do not exceed.

    Percentiles do not add: the nine-in-ten of two parts is below twice the nine-in-ten of one. Erlang's distribution (1909).

    >>> round(sum_within(2, 0.9), 7), round(2 * sum_within(1, 0.9), 7)
    (3.8897202, 4.6051702)

    Raises:
        ValueError: *parts* is not one or more, *share* not between zero and one, or *mean* not above zero.
    """
    given.at_least_one(parts=parts)
    given.inner_share(share=share)
    given.positive(mean=mean)
    low, high = 0.0, parts / (1 - share)  # Markov's inequality
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _below(parts, middle) < share else (low, middle)
    return mean * high


def _below(parts: int, time: float) -> float:
    """The share of Erlang sums of unit times below *time*: at least *parts* events of a Poisson process until then."""
    return 1 - math.fsum(math.exp(count * math.log(time) - time - math.lgamma(count + 1)) for count in range(parts))


def slowest(people: int, mean: float = 1.0) -> float:
    """What the slowest of *people* takes if all must answer and each takes exponential time: mean times 1 + 1/2 + ... + 1/n.

    Renyi 1953, Acta Math. Acad. Sci. Hung. 4.

    >>> round(slowest(3), 7), round(slowest(5), 7)
    (1.8333333, 2.2833333)

    Raises:
        ValueError: *people* is not one or more, or *mean* negative.
    """
    given.at_least_one(people=people)
    given.not_negative(mean=mean)
    return mean * math.fsum(1 / place for place in range(1, people + 1))
