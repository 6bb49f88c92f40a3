"""Amdahl's law and what follows from it, as pure functions of times, shares and speed-ups.

A ceiling is headroom: how many times shorter the same work could become from today on, if one stage took no time.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import given


def speed_up(share: float, factor: float) -> float:
    """How many times shorter the whole becomes if a *share* of it (0 to 1) becomes *factor* times shorter.

    S = 1 / ((1 - p) + p / s); Amdahl 1967, AFIPS 30:483.

    >>> [round(speed_up(p, s), 10) for p, s in ((0.5, 50), (0.6, 50), (2 / 3, 50), (0.95, 20))]
    [1.9607843137, 2.427184466, 2.8846153846, 10.2564102564]
    >>> speed_up(0.6, math.inf)
    2.5
    """
    left = (1 - share) + share / factor
    return 1 / left if left > 0 else math.inf


def ceiling(share: float) -> float:
    """How many times shorter the whole becomes if a *share* of it takes no time; infinite if that is all of it.

    >>> round(ceiling(0.5), 10)
    2.0
    """
    return speed_up(share, math.inf)


def share_behind(whole: float, factor: float) -> float:
    """The share that must have become *factor* times shorter if the whole became *whole* times shorter.

    p = (1 - 1/S) / (1 - 1/s), the inverse of `speed_up`.

    >>> [round(share_behind(S, 50), 10) for S in (2, 2.5, 3, 5)]
    [0.5102040816, 0.612244898, 0.6802721088, 0.8163265306]
    """
    return (1 - 1 / whole) / (1 - 1 / factor)


def serial_share(whole: float, factor: float) -> float:
    """The share that did not become shorter, from a measured speed-up *whole* at *factor* (Karp and Flatt 1990, CACM 33(5)).

    >>> round(serial_share(3, 50), 10)
    0.3197278912
    """
    return (1 / whole - 1 / factor) / (1 - 1 / factor)


def series(times: Mapping[str, float], factors: Mapping[str, float]) -> float:
    """How many times shorter stages in series become; *times* in any one unit, *factors* by stage, missing ones are 1.

    S = sum T / sum (T / s).

    >>> T = {"model": 20, "tools": 15, "ci": 30, "wait": 60, "touch": 10, "deploy": 5}
    >>> [round(series(T, f), 10) for f in ({"model": 50}, {"model": math.inf}, {"model": 50, "ci": 3})]
    [1.1627906977, 1.1666666667, 1.3944223108]

    Raises:
        ValueError: a time is negative, or a factor not above zero or of a stage that is not there.
    """
    given.times(times)
    given.factors(factors, times)
    left = sum(time / factors.get(stage, 1.0) for stage, time in times.items())
    return sum(times.values()) / left if left > 0 else math.inf


def bottlenecks(times: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """The stages from the largest down, each with the speed-up once it and all before it take no time.

    Stages without time are left out; the last one, whose removal leaves nothing, has no finite speed-up and is left out too.

    >>> T = {"model": 20, "tools": 15, "ci": 30, "wait": 60, "touch": 10, "deploy": 5}
    >>> [(stage, round(value, 4)) for stage, value in bottlenecks(T)]
    [('wait', 1.75), ('ci', 2.8), ('model', 4.6667), ('tools', 9.3333), ('touch', 28.0)]
    """
    # A difference of two sums of seconds may lie a hair below zero.
    times = {stage: max(time, 0.0) for stage, time in times.items()}
    removed: dict[str, float] = {}
    for stage in sorted(times, key=lambda name: -times[name]):
        removed[stage] = math.inf
        value = series(times, removed)
        if times[stage] > 0 and math.isfinite(value):
            yield stage, value
