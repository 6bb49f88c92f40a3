"""The working calendar: which instants are working time, in a time zone, with its daylight saving and its holidays.

A day's hours are wall-clock hours there, so a working day keeps its length when the clocks change at night.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from intervals import Spans, both, union

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DEFAULT = "Mon-Fri 09:00-17:00"
_PART = re.compile(r"\s*([a-z]{3})(?:\s*-\s*([a-z]{3}))?\s+(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})\s*", re.IGNORECASE)

Minutes = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Working time.

    Attributes:
        zone: Where the hours are read off the clock.
        hours: For each day of the week from Monday on, its (start, end) pairs in minutes from midnight.
        holidays: Days without working time.
    """

    zone: ZoneInfo
    hours: tuple[tuple[Minutes, ...], ...]
    holidays: frozenset[date] = frozenset()

    def working(self, start: float, end: float) -> Spans:
        """The working time between two instants, all in epoch seconds."""
        return both(union(self._shifts(start, end)), [(start, end)] if start < end else [])

    def _shifts(self, start: float, end: float) -> Iterator[tuple[float, float]]:
        # One day earlier: a night shift that began yesterday may reach into the window.
        day = datetime.fromtimestamp(start, self.zone).date() - timedelta(days=1)
        last = datetime.fromtimestamp(end, self.zone).date()
        while day <= last:
            if day not in self.holidays:
                for opens, closes in self.hours[day.weekday()]:
                    yield self._instant(day, opens), self._instant(day, closes)
            day += timedelta(days=1)

    def _instant(self, day: date, minutes: int) -> float:
        days, minutes = divmod(minutes, 24 * 60)
        clock = time(minutes // 60, minutes % 60)
        return datetime.combine(day + timedelta(days=days), clock, self.zone).timestamp()


def read_hours(text: str) -> tuple[tuple[Minutes, ...], ...]:
    """Read working hours like "Mon-Fri 09:00-17:00" or "Mon-Thu 08:00-17:00, Fri 08:00-14:00"; an end before its start is next day.

    Raises:
        ValueError: the text is not of that form, or no time at all is working time.
    """
    week: list[list[Minutes]] = [[] for _ in DAYS]
    for part in text.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise ValueError(part.strip())
        first, last = match[1].lower(), (match[2] or match[1]).lower()
        opens, closes = int(match[3]) * 60 + int(match[4]), int(match[5]) * 60 + int(match[6])
        if first not in DAYS or last not in DAYS or opens == closes or max(opens, closes) > 24 * 60 or _is_odd(match):
            raise ValueError(part.strip())
        for day in _days(DAYS.index(first), DAYS.index(last)):
            week[day].append((opens, closes if closes > opens else closes + 24 * 60))
    return tuple(tuple(day) for day in week)


def _is_odd(match: re.Match[str]) -> bool:
    return int(match[4]) > 59 or int(match[6]) > 59


def _days(first: int, last: int) -> list[int]:
    """The days from *first* to *last*, over the week's end if need be."""
    return [day % 7 for day in range(first, (last if last >= first else last + 7) + 1)]
