"""A comparison of before and after in words, and as one JSON object."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from _portable.facts import show
from bootstrap import FEWEST, LEVEL
from comparing import FEW, LONGER, NOISE, SHORTER, WHOLE, Compared, Line
from stagewords import STAGE_NAMES, TRACED, TRACED_STAGES, WHOLES

METHOD = "difference of the means of cases, each side drawn with replacement, percentile"
CUT = "Waits for reviews and pipelines are on record in other parts or cases on one side than on the other, so the rest is not compared by part."
VERDICTS = {
    SHORTER: "shorter than before, by more than chance alone explains",
    LONGER: "longer than before, by more than chance alone explains",
    NOISE: "noise: chance alone can explain it",
    FEW: f"not known: fewer than {FEWEST} cases on a side",
}


def document(found: Sequence[Compared], sides: tuple[str, str]) -> dict[str, Any]:
    """The comparison as JSON; hours are means of a case."""
    return {
        "schema": "amdahl-ceiling.compare/1",
        "before": sides[0],
        "after": sides[1],
        "method": METHOD,
        "level": LEVEL,
        "wholes": [
            {
                "whole": one.id,
                "cases": list(one.counts),
                "median_hours": [round(each, 6) for each in one.medians],
                "is_cut_alike": one.is_cut_alike,
                "lines": [_line(line) for line in one.lines],
            }
            for one in found
        ],
    }


def _line(line: Line) -> dict[str, Any]:
    ends = None if line.ends is None else {"low": round(line.ends[0], 6), "high": round(line.ends[1], 6)}
    hours = {"before_hours": round(line.before, 6), "after_hours": round(line.after, 6), "difference_hours": round(line.difference, 6)}
    return {"stage": line.stage, **hours, "interval": ends, "verdict": line.verdict}


def text(found: Sequence[Compared], sides: tuple[str, str]) -> str:
    """The comparison as lines of text."""
    if not found:
        return "Nothing has cases on both sides, so nothing can be compared."
    parts = [f"Before: {sides[0]}. After: {sides[1]}. Each figure is the mean of a case."]
    parts += [_whole(one) for one in found]
    tested = sum(line.ends is not None for one in found for line in one.lines)
    if tested:
        parts.append(
            f"Each interval holds the difference in {LEVEL:.0%} of draws. {tested} differences were looked at: even if nothing had changed, "
            "about one in twenty of such would seem to be more than chance."
        )
    return "\n\n".join(parts)


def _whole(one: Compared) -> str:
    words = {**TRACED, **WHOLES}[one.id]
    head = f"{words[0].upper()}{words[1:]}: {one.counts[0]} cases before, {one.counts[1]} after; the middle one took {_hours(one.medians[0])}, then {_hours(one.medians[1])}."
    return "\n".join([head, *(f"  {_said(one.id, line)}" for line in one.lines), *([] if one.is_cut_alike else [f"  {CUT}"])])


def _said(whole: str, line: Line) -> str:
    ends = "" if line.ends is None else f" ({_signed(line.ends[0])} to {_signed(line.ends[1])})"
    return f"{name_of(whole, line.stage)}: {_hours(line.before)}, then {_hours(line.after)}; {_signed(line.difference)}{ends}: {VERDICTS[line.verdict]}."


def name_of(whole: str, stage: str) -> str:
    """What a stage of a whole is called, or all of it."""
    if stage == WHOLE:
        return "all of it"
    return (TRACED_STAGES if whole in TRACED else STAGE_NAMES)[stage]


def _signed(hours: float) -> str:
    return f"{'+' if hours > 0 else ''}{_hours(hours)}"


def _hours(hours: float) -> str:
    """Hours, or minutes of what takes less than one."""
    if abs(hours) < 1:
        return show({"type": "duration", "unit": "min", "value": 60 * hours})
    return show({"type": "duration", "unit": "h", "value": hours})
