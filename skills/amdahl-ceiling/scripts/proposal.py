"""Proposes what the columns of a list of cases mean: which hold dates, in which order they come, which step ends with each.

It is a proposal: nothing is computed from it until a person has confirmed it in the answers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from caselog import CaseLog, Column
from dates import settled
from process import Step

MOSTLY = 0.8  # share of a column's filled cells that must be dates
COMMON = 4  # letters that a word of a head and one of a step must share at their beginning
_NOISE = re.compile(r"\b(?:at|on|date|datum|time|zeit|am|ts|timestamp|dt)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """What one column seems to mean: its head, what happened then, and the step that is then finished, or ""."""

    column: str
    event: str
    step: str


def propose(log: CaseLog, steps: Sequence[Step]) -> list[Proposed]:
    """The columns of *log* that hold dates, in the order in which the dates come."""
    found = [column for column in log.columns if column.filled and column.filled - column.odd >= MOSTLY * column.filled]
    made: list[Proposed] = []
    after, lateness = -1, _lateness(found)
    for column in sorted(found, key=lambda column: lateness[column.name]):
        place = _likely(column.name, steps, after)
        after = after if place is None else place
        made.append(Proposed(column=column.name, event=_words(column.name), step="" if place is None else steps[place].name))
    return made


def _lateness(columns: Sequence[Column]) -> dict[str, float]:
    """By column, the mean number of minutes by which its dates come after the first date of their row."""
    times = {column.name: _rough(column) for column in columns}
    firsts = [min((time for time in row if time is not None), default=0) for row in zip(*times.values(), strict=True)]
    late = {
        name: [time - first for time, first in zip(column, firsts, strict=True) if time is not None]
        for name, column in times.items()
    }
    return {name: sum(minutes) / len(minutes) if minutes else 0.0 for name, minutes in late.items()}


def _rough(column: Column) -> list[int | None]:
    """Times that are good enough to put columns in order: the day leads where a date leaves that open."""
    days = [settled(when, is_month_first=False) or settled(when, is_month_first=True) for when in column.dates]
    made: list[int | None] = []
    for day, clock in zip(column.days, column.clocks, strict=True):
        ordinal = days[day] if day >= 0 else None
        minute = column.times_of_day[clock].minute if clock >= 0 else 0
        made.append(None if ordinal is None else ordinal * 1440 + minute)
    return made


def _words(head: str) -> str:
    plain = re.sub(r"[_\s.]+", " ", head).strip()
    return _NOISE.sub("", plain.lower()).strip() or plain


def _likely(head: str, steps: Sequence[Step], after: int) -> int | None:
    """The first step behind the place *after* that shares the beginning of a word with *head*."""
    words = [word for word in re.findall(r"[^\W\d_]+", head.lower()) if len(word) >= COMMON]
    for place, step in enumerate(steps):
        own = re.findall(r"[^\W\d_]+", step.name.lower())
        if place > after and any(word[:COMMON] == other[:COMMON] for word in words for other in own):
            return place
    return None
