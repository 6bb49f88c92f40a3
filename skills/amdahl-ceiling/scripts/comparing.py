"""Before and after: each stage of each whole on both sides of a day, and whether the difference is more than chance.

What is compared is the mean of a case. Cases of both sides are drawn with replacement, each side by itself; if the interval of the
difference holds nothing at all, it may be noise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import Any

from bootstrap import FEWEST, SEED, drawn_sums, interval
from boundaries import Boundary
from factlist import HOUR
from figures import DIALOG, IDLE, MODEL, TOOL

OTHER_SEED = SEED + 1  # with the same one, like cases would be drawn on both sides, and chance would seem smaller than it is
WHOLE = "whole"
SHORTER, LONGER, NOISE, FEW = "shorter", "longer", "noise", "few"

Row = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One stage of a whole, or all of it, before and after.

    Attributes:
        stage: Its id, WHOLE for all of it.
        before: Mean hours of a case.
        after: The same, afterwards.
        ends: The interval of after minus before, hours; None with too few cases on a side.
    """

    stage: str
    before: float
    after: float
    ends: tuple[float, float] | None

    @property
    def difference(self) -> float:
        """After minus before, hours of a case."""
        return self.after - self.before

    @property
    def verdict(self) -> str:
        """SHORTER or LONGER where chance alone hardly explains it, else NOISE; FEW where nobody can say."""
        if self.ends is None:
            return FEW
        if self.ends[0] > 0:
            return LONGER
        return SHORTER if self.ends[1] < 0 else NOISE


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One whole, before and after.

    Attributes:
        id: The boundary's id.
        counts: Cases before and after.
        medians: Hours of the middle case before and after.
        lines: All of it first, then its stages.
    """

    id: str
    counts: tuple[int, int]
    medians: tuple[float, float]
    lines: tuple[Line, ...]


def rows_of(boundary: Boundary) -> list[Row]:
    """The hours of each stage, by case."""
    return [{stage: seconds / HOUR for stage, seconds in zip(boundary.stages, case, strict=True)} for case in boundary.cases]


def rows_in(document: Mapping[str, Any]) -> dict[str, list[Row]]:
    """The cases of each whole in a document of facts, as its details have them."""
    details = document.get("details") or {}
    sessions, pulls = details.get("sessions", ()), details.get("pull_requests", ())
    headline = [pull for pull in pulls if pull["fully_covered"] or not sessions]
    found: dict[str, list[Row]] = {
        "active": [_turns(one, (MODEL, TOOL)) for one in sessions if one["turns"]],
        "turn": [_turns(one, (MODEL, TOOL, DIALOG)) for one in sessions if one["turns"]],
        "session": [{stage: one["calibrated_seconds"][stage] / HOUR for stage in (MODEL, TOOL, DIALOG, IDLE)} for one in sessions],
        "lead": [pull["calibrated_hours"] for pull in headline],
        "work.lead": [pull["working_hours"] for pull in headline],
    }
    for one in details.get("traced", ()):
        found[one["whole"]] = [{stage: value / HOUR for stage, value in zip(one["stages"], case, strict=True)} for case in one["cases"]]
    return {name: rows for name, rows in found.items() if rows}


def _turns(session: Mapping[str, Any], stages: Sequence[str]) -> Row:
    return {stage: sum(max(turn[f"{stage}_seconds"], 0.0) for turn in session["turns"]) / HOUR for stage in stages}


def compare(before: Mapping[str, list[Row]], after: Mapping[str, list[Row]]) -> list[Compared]:
    """Compare each whole that both sides have."""
    return [_compared(name, before[name], after[name]) for name in before if name in after]


def _compared(name: str, before: list[Row], after: list[Row]) -> Compared:
    stages = [stage for stage in dict.fromkeys(stage for row in [*before, *after] for stage in row) if any(row.get(stage) for row in [*before, *after])]
    sides = [[[sum(row.values()), *(row.get(stage, 0.0) for stage in stages)] for row in side] for side in (before, after)]
    draws = _draws(sides[0], sides[1])
    lines = [
        Line(stage=stage, before=_mean(sides[0], place), after=_mean(sides[1], place), ends=interval(draws, lambda sums, place=place: sums[place]))  # type: ignore[misc]
        for place, stage in enumerate([WHOLE, *stages])
    ]
    return Compared(
        id=name,
        counts=(len(before), len(after)),
        medians=(median_low(row[0] for row in sides[0]), median_low(row[0] for row in sides[1])),
        lines=tuple(lines),
    )


def _mean(rows: Sequence[Sequence[float]], place: int) -> float:
    return sum(row[place] for row in rows) / len(rows)


def _draws(before: Sequence[Sequence[float]], after: Sequence[Sequence[float]]) -> list[list[float]]:
    """Differences of the means of drawn cases, column by column; none with fewer than FEWEST cases on a side."""
    if min(len(before), len(after)) < FEWEST:
        return []
    pairs = zip(drawn_sums(before), drawn_sums(after, seed=OTHER_SEED), strict=True)
    return [[late / len(after) - early / len(before) for early, late in zip(first, second, strict=True)] for first, second in pairs]
