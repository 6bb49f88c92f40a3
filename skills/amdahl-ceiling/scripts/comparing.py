"""Before and after: each stage of each whole on both sides of a day, and whether the difference is more than chance.

What is compared is the mean of a case. Cases of both sides are drawn with replacement, each side by itself; if the interval of the
difference holds nothing at all, it may be noise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import Any

from bootstrap import FEWEST, SEED, drawn_sums, interval
from boundaries import LEFT, WAITS, Boundary
from changes import KINDS as CHANGE_KINDS
from factlist import HOUR
from figures import AFTER, DIALOG, IDLE, MODEL, OTHER, TOOL
from stagewords import REST

Row = Mapping[str, float]
Cut = tuple[tuple[str, ...], tuple[str, ...], str]
SECOND = 1 / 3600  # hours; what differs by less differs by rounding
ALIKE = 0.1  # how far the shares of cases of which exports tell may lie apart
# Of a whole: the stages that only exports tell of, those that they are cut from, and what all of these are together, "" if it has no name.
CUTS: dict[str, Cut] = dict.fromkeys(("lead", "work.lead"), ((*WAITS, AFTER), (*WAITS, *LEFT), OTHER)) | dict.fromkeys(
    ("change", "work.change"), (CHANGE_KINDS, (*CHANGE_KINDS, REST), "")
)
OTHER_SEED = SEED + 1  # with the same one, like cases would be drawn on both sides, and chance would seem smaller than it is
NO_CUT: Cut = ((), (), "")
WHOLE = "whole"
SHORTER, LONGER, NOISE, FEW = "shorter", "longer", "noise", "few"


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
        if self.ends[0] > SECOND:
            return LONGER
        return SHORTER if self.ends[1] < -SECOND else NOISE


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One whole, before and after.

    Attributes:
        id: The boundary's id.
        counts: Cases before and after.
        medians: Hours of the middle case before and after.
        lines: All of it first, then its stages.
        is_cut_alike: Whether what exports tell of cuts both sides alike; if not, it is compared as one.
    """

    id: str
    counts: tuple[int, int]
    medians: tuple[float, float]
    lines: tuple[Line, ...]
    is_cut_alike: bool


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
    is_cut_alike = _is_cut_alike(name, before, after)
    if not is_cut_alike:
        before, after = ([_uncut(name, row) for row in side] for side in (before, after))
    stages = [stage for stage in dict.fromkeys(stage for row in [*before, *after] for stage in row) if stage and any(row.get(stage) for row in [*before, *after])]
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
        is_cut_alike=is_cut_alike,
    )


def _is_cut_alike(name: str, before: Sequence[Row], after: Sequence[Row]) -> bool:
    """Whether both sides have the same stages of those that exports tell of, in about as many of their cases."""
    told, _, _ = CUTS.get(name, NO_CUT)
    stages, shares = [], []
    for side in (before, after):
        stages.append({stage for row in side for stage in told if row.get(stage)})
        shares.append(sum(any(row.get(stage) for stage in told) for row in side) / len(side))
    return stages[0] == stages[1] and abs(shares[0] - shares[1]) <= ALIKE


def _uncut(name: str, row: Row) -> Row:
    """A case with what exports cut of it put together again."""
    _, parts, together = CUTS[name]
    kept = {stage: hours for stage, hours in row.items() if stage not in parts}
    return kept | {together: math.fsum(hours for stage, hours in row.items() if stage in parts)}


def _mean(rows: Sequence[Sequence[float]], place: int) -> float:
    return sum(row[place] for row in rows) / len(rows)


def _draws(before: Sequence[Sequence[float]], after: Sequence[Sequence[float]]) -> list[list[float]]:
    """Differences of the means of drawn cases, column by column; none with fewer than FEWEST cases on a side."""
    if min(len(before), len(after)) < FEWEST:
        return []
    pairs = zip(drawn_sums(before), drawn_sums(after, seed=OTHER_SEED), strict=True)
    return [[late / len(after) - early / len(before) for early, late in zip(first, second, strict=True)] for first, second in pairs]
