"""Dates and times of day as people's lists write them: 2026-03-02, 02.03.2026 08:15, 3/2/2026 2:30 PM.

A date with slashes is read only when the whole list, or a person, shows whether day or month comes first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 1990, 2100
UTC_NAMES = ("Z", "z")
_ISO = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})", re.ASCII)
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})", re.ASCII)
_SLASHED = re.compile(r"(\d{1,2})([/-])(\d{1,2})\2(\d{4})", re.ASCII)
_CLOCK = re.compile(
    r"(\d{1,2}):(\d{2})(?::\d{2}(?:[.,]\d+)?)?\s*([AaPp][Mm])?\s*(Z|z|[+-]\d{2}:?\d{2})?", re.ASCII
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slashed:
    """A date whose first two numbers are day and month, or month and day."""

    first: int
    second: int
    year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A time of day: minutes from midnight, and what to take off for UTC in minutes, None for the local clock."""

    minute: int
    offset: int | None


def read_date(text: str) -> int | Slashed | None:
    """The ordinal of the date that *text* is, or its numbers if their order is open; None if it is no date at all."""
    if match := _ISO.fullmatch(text):
        return _ordinal(int(match[1]), int(match[2]), int(match[3]))
    if match := _DOTTED.fullmatch(text):
        year = int(match[3])
        return _ordinal(year if year > 99 else 2000 + year, int(match[2]), int(match[1]))
    if match := _SLASHED.fullmatch(text):
        return Slashed(first=int(match[1]), second=int(match[3]), year=int(match[4]))
    return None


def read_clock(text: str) -> Clock | None:
    """The time of day that *text* is, to the minute; None if it is none."""
    match = _CLOCK.fullmatch(text)
    if match is None:
        return None
    hour, minute, half, zone = int(match[1]), int(match[2]), match[3], match[4]
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half.lower() == "pm" else 0)
    if minute > 59 or hour > 23:
        return None
    return Clock(minute=60 * hour + minute, offset=_offset(zone))


def month_first(dates: Iterable[Slashed]) -> bool | None:
    """Whether *dates* have their month first; None if they do not show it, or contradict each other."""
    day_leads = month_leads = False
    for when in dates:
        day_leads |= when.first > 12 >= when.second
        month_leads |= when.second > 12 >= when.first
    return None if day_leads == month_leads else month_leads


def settled(when: int | Slashed | None, *, is_month_first: bool) -> int | None:
    """The ordinal of a date once it is known which number is the month."""
    if not isinstance(when, Slashed):
        return when
    month, day = (when.first, when.second) if is_month_first else (when.second, when.first)
    return _ordinal(when.year, month, day)


def local(day: int, clock: Clock, zone: ZoneInfo) -> int:
    """Minutes from the start of the year one on the wall clock of *zone*, for a time that gives its own offset or is local."""
    if clock.offset is None:
        return day * 1440 + clock.minute
    start = datetime.combine(date.fromordinal(day), datetime.min.time(), UTC)
    there = (start + timedelta(minutes=clock.minute - clock.offset)).astimezone(zone)
    return there.toordinal() * 1440 + there.hour * 60 + there.minute


def _offset(zone: str | None) -> int | None:
    if zone is None:
        return None
    if zone in UTC_NAMES:
        return 0
    minutes = 60 * int(zone[1:3]) + int(zone[-2:])
    return -minutes if zone[0] == "-" else minutes


def _ordinal(year: int, month: int, day: int) -> int | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, month, day).toordinal()
    except ValueError:
        return None
