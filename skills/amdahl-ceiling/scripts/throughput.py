"""How much gets through a closed loop of stations, with a fixed number of pieces under way: bounds and the exact value.

Throughput is not speed: a faster station that is not the bottleneck makes one piece quicker, and lets no more through.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import given


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A closed loop with some pieces under way.

    Attributes:
        throughput: Pieces done in a unit of time.
        time: Time of one piece at all stations, waiting and work, without its pause.
    """

    throughput: float
    time: float


def most(demands: Sequence[float], pause: float, pieces: int) -> float:
    """The most that can get through, min(1 / Dmax, N / (D + Z)); Denning and Buzen 1978, ACM Computing Surveys 10(3).

    *demands* are the work of one piece at each station, *pause* the time Z that it spends elsewhere.

    >>> [round(most([0.5, 0.2, 0.8], 2, n), 10) for n in (1, 5, 10)]
    [0.2857142857, 1.25, 1.25]

    Raises:
        ValueError: a time is negative, all demands are zero, or *pieces* is not one or more.
    """
    _check(demands, pause, pieces)
    return min(1 / max(demands), pieces / (sum(demands) + pause))


def least(demands: Sequence[float], pause: float, pieces: int) -> float:
    """What gets through at least: every piece waits for all others everywhere, N / (N D + Z) (Denning and Buzen 1978).

    >>> round(least([0.5, 0.2, 0.8], 2, 10), 6)
    0.588235

    Raises:
        ValueError: as `most`.
    """
    _check(demands, pause, pieces)
    return pieces / (pieces * sum(demands) + pause)


def knee(demands: Sequence[float], pause: float) -> float:
    """The number of pieces from which on more of them only wait, N* = (D + Z) / Dmax (Denning and Buzen 1978).

    >>> knee([0.5, 0.2, 0.8], 2)
    4.375

    Raises:
        ValueError: as `most`.
    """
    _check(demands, pause, 1)
    return (sum(demands) + pause) / max(demands)


def flow(demands: Sequence[float], pause: float, pieces: int) -> Flow:
    """What gets through exactly, by mean value analysis (Reiser and Lavenberg 1980, JACM 27(2)); service exponential.

    R_i(n) = D_i (1 + Q_i(n - 1)), X(n) = n / (Z + sum R_i), Q_i(n) = X(n) R_i(n).

    >>> [round(flow([0.5, 0.2, 0.8], 2, n).throughput, 10) for n in (1, 3, 5, 10)]
    [0.2857142857, 0.7331726312, 1.0098735458, 1.2256469339]

    Raises:
        ValueError: as `most`.
    """
    _check(demands, pause, pieces)
    lengths, through, times = [0.0] * len(demands), 0.0, [*demands]
    for count in range(1, pieces + 1):
        times = [demand * (1 + length) for demand, length in zip(demands, lengths, strict=True)]
        through = count / (pause + math.fsum(times))
        lengths = [through * time for time in times]
    return Flow(throughput=through, time=math.fsum(times))


def _check(demands: Sequence[float], pause: float, pieces: int) -> None:
    given.times({f"station {place}": demand for place, demand in enumerate(demands, 1)})
    given.positive(the_largest_demand=max(demands))
    given.not_negative(pause=pause)
    given.at_least_one(pieces=pieces)
