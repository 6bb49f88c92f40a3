"""Lays what was told beside what the list of cases shows, stretch by stretch: where both hold, and where they part.

What was told is taken at its widest, from the sum of every best to the sum of every worst, so that a gap is one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from casetime import CaseTime
from process import Process, Step
from recorded import Between, Recorded
from threepoint import Estimate

LONGER, SHORTER, AGREES, TOO_FEW = "longer", "shorter", "agrees", "too few"
LEEWAY = 0.2  # part by which a single told figure may be off: nobody means it to the minute


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One stretch between two dates, told and recorded.

    Attributes:
        between: What the list shows.
        said: What was told for its steps, in working minutes; low and high are the sums of best and worst.
        mean: The mean of what was told.
        verdict: LONGER (the list shows more than was told), SHORTER, AGREES or TOO_FEW cases to say.
    """

    between: Between
    said: Estimate
    mean: float
    verdict: str

    @property
    def is_gap(self) -> bool:
        """Whether told and recorded have nothing in common."""
        return self.verdict in (LONGER, SHORTER)

    @property
    def distance(self) -> float:
        """Working minutes between the recorded median and the mean of what was told."""
        return abs(self.between.working.median - self.mean)


def compared(process: Process, found: Recorded, day: float) -> list[Compared]:
    """Every stretch that is both told and recorded, in order; *day* is a working day in minutes."""
    places = [0, *(place for place, event in enumerate(found.events) if place and event.step is not None)]
    made = []
    for first, second in pairwise(places):
        between = found.between(first, second)
        steps = _covered(process, found, first, second)
        if between is not None and steps:
            parts = [one.times(step.times) for step in steps for one in (step.wait, step.work)]
            made.append(_compare(between, _summed(parts), math.fsum(part.mean for part in parts), day))
    return made


def whole(told: CaseTime, found: Recorded, day: float) -> Compared | None:
    """The whole case, if its dates cover every step that was told; a sum of every worst at once would say nothing of it."""
    last = len(found.events) - 1
    if last < 1 or found.case is None or found.events[0].step is not None or found.events[last].step != len(told.steps) - 1:
        return None
    now = told.now
    low, high = now.ends or (now.mean, now.mean)
    return _compare(found.case, Estimate(usual=now.mean, low=low, high=high), now.mean, day)


def weeks_verdict(process: Process, found: Recorded) -> str | None:
    """How the recorded number of cases a week stands to what was told; None if one of them is not known."""
    ends = found.week_ends()
    if process.arrivals is None or ends is None:
        return None
    return _verdict(process.arrivals, ends)


def _covered(process: Process, found: Recorded, first: int, second: int) -> Sequence[Step]:
    before, last = found.events[first].step, found.events[second].step
    return process.steps[0 if before is None else before + 1 : 0 if last is None else last + 1]


def _summed(parts: Sequence[Estimate]) -> Estimate:
    return Estimate(
        usual=math.fsum(part.usual for part in parts),
        low=math.fsum(part.low for part in parts),
        high=math.fsum(part.high for part in parts),
    )


def _compare(between: Between, said: Estimate, mean: float, day: float) -> Compared:
    ends = between.working.median_ends()
    if ends is not None and between.by_day:
        # Whole days only: the time may be a day longer or shorter than its dates say.
        ends = (max(ends[0] - day, 0.0), ends[1] + day)
    verdict = TOO_FEW if ends is None else _verdict(said, ends)
    return Compared(between=between, said=said, mean=mean, verdict=verdict)


def _verdict(said: Estimate, ends: tuple[float, float]) -> str:
    low, high = said.low, said.high
    if said.is_point:
        low, high = (1 - LEEWAY) * said.usual, (1 + LEEWAY) * said.usual
    if ends[0] > high:
        return LONGER
    return SHORTER if ends[1] < low else AGREES
