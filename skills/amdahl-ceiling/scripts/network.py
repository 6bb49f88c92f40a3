"""Stages that wait for each other without being in one line: the critical path and when it moves elsewhere.

A network is the time of each stage and, for each, the stages that must be over before it starts.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

import given

After = Mapping[str, Collection[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A chain of stages.

    Attributes:
        length: The sum of their times.
        stages: Their names, in order.
    """

    length: float
    stages: tuple[str, ...]


NOWHERE = Path(length=0.0, stages=())


def critical_path(times: Mapping[str, float], after: After) -> Path:
    """The longest chain of stages: no change outside of it makes the whole shorter (CPM; Kelley and Walker 1959).

    *after* has for a stage those that it waits for; a stage that is not in it waits for none.

    >>> T, after = WORKED
    >>> critical_path(T, after)
    Path(length=126.0, stages=('spec', 'agent', 'lint', 'review', 'deploy'))
    >>> round(critical_path(T | {"agent": 40 / 50, "review": 45 / 3}, after).length, 10)
    75.8

    Raises:
        ValueError: a time is negative, a stage is not known, or stages wait for each other in a circle.
    """
    longest: dict[str, Path] = {}
    for stage in _in_order(times, after):
        before = max((longest[one] for one in after.get(stage, ())), key=lambda path: path.length, default=NOWHERE)
        longest[stage] = Path(length=before.length + times[stage], stages=(*before.stages, stage))
    return max(longest.values(), key=lambda path: path.length)


def switch(times: Mapping[str, float], after: After, stage: str) -> float:
    """The speed-up of *stage* from which on the critical path runs elsewhere: beyond it, more is worth nothing.

    Infinite if the path never leaves the stage, zero if it does not run through it today (Kelley and Walker 1959).

    >>> T, after = WORKED
    >>> round(switch(T | {"agent": 40 / 50}, after, "review"), 6)
    1.323529

    Raises:
        ValueError: as `critical_path`.
    """
    given.known([stage], times)
    if stage not in critical_path(times, after).stages:
        return 0.0
    # As long as all together, the stage draws the critical path to itself.
    longest = critical_path({**times, stage: 2 * math.fsum(times.values())}, after).stages
    through, around = math.fsum(times[one] for one in longest if one != stage), _around(times, after, stage)
    return times[stage] / (around - through) if around > through else math.inf


def limited(times: Mapping[str, float], after: After, workers: int) -> tuple[float, float]:
    """Between which times the whole takes with that many *workers*, each at one stage at a time, never idle without need.

    max(CP, W/m) <= T <= W/m + (1 - 1/m) CP; Graham 1969, SIAM J. Appl. Math. 17(2); Brent 1974, JACM 21(2).

    >>> limited(*WORKED, workers=2)
    (126.0, 154.5)

    Raises:
        ValueError: as `critical_path`, or *workers* is not one or more.
    """
    given.at_least_one(workers=workers)
    path, each = critical_path(times, after).length, math.fsum(times.values()) / workers
    return max(path, each), each + (1 - 1 / workers) * path


def _around(times: Mapping[str, float], after: After, stage: str) -> float:
    """The longest chain without *stage*."""
    rest = {name: time for name, time in times.items() if name != stage}
    kept = {name: [one for one in before if one != stage] for name, before in after.items() if name != stage}
    return critical_path(rest, kept).length if rest else 0.0


def _in_order(times: Mapping[str, float], after: After) -> list[str]:
    given.times(times)
    given.known([*after, *(one for before in after.values() for one in before)], times)
    try:
        return [*TopologicalSorter({stage: after.get(stage, ()) for stage in times}).static_order()]
    except CycleError as error:
        raise ValueError(f"expected stages without a circle, found {' -> '.join(error.args[1])}") from error


# The network of the worked values above.
WORKED: tuple[dict[str, float], After] = (
    {"spec": 30, "agent": 40, "unit": 12, "lint": 3, "security": 20, "e2e": 25, "review": 45, "deploy": 8},
    {
        "agent": ["spec"],
        "unit": ["agent"],
        "lint": ["agent"],
        "security": ["agent"],
        "e2e": ["unit"],
        "review": ["lint"],
        "deploy": ["e2e", "review", "security"],
    },
)
