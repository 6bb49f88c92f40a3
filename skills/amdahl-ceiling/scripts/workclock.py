"""Working minutes between two times on the wall clock, fast enough for a hundred thousand cases.

Times are whole minutes from the start of the year one, as the clock in the calendar's zone shows them.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from datetime import date
from itertools import accumulate

from worktime import Calendar

DAY = 1440


class WorkClock:
    """The working minutes that have passed at any time, for one calendar; what was asked once is kept."""

    def __init__(self, calendar: Calendar) -> None:
        """Keep the calendar."""
        self.calendar = calendar
        self._tables: dict[tuple[int, int], list[int]] = {}
        self._days: dict[int, list[int]] = {}
        self._before: dict[int, int] = {}

    @property
    def day(self) -> float:
        """Minutes of a working day: the mean of those days of the week that have working time."""
        lengths = [self._table((weekday, -1))[DAY] for weekday in range(7)]
        nights = [self._table((-1, weekday))[DAY] for weekday in range(7)]
        return (sum(lengths) + sum(nights)) / sum(length > 0 for length in lengths)

    @property
    def week(self) -> int:
        """Minutes of a working week without holidays."""
        return sum(closes - opens for day in self.calendar.hours for opens, closes in day)

    def cover(self, first: int, last: int) -> None:
        """Make ready for times on the days from *first* to *last* (ordinals of `date`)."""
        passed = 0
        for day in range(first, last + 1):
            table = self._table((self._weekday(day), self._weekday(day - 1)))
            self._days[day], self._before[day] = table, passed
            passed += table[DAY]

    def worked(self, times: Sequence[int]) -> array[int]:
        """For each of *times*, on covered days or negative for none, the working minutes from the first covered day; -1 for none."""
        before, days = self._before, self._days
        return array("q", [before[time // DAY] + days[time // DAY][time % DAY] if time >= 0 else -1 for time in times])

    def is_open(self, time: int) -> bool:
        """Whether a time on a covered day lies in working time; the minutes at which it begins and ends do."""
        passed, minute = self._days[time // DAY], time % DAY
        return passed[max(minute - 1, 0)] < passed[minute + 1]

    def _weekday(self, day: int) -> int:
        when = date.fromordinal(day)
        return -1 if when in self.calendar.holidays else when.weekday()

    def _table(self, pattern: tuple[int, int]) -> list[int]:
        """Working minutes passed at each minute of a day; *pattern* has its weekday and the day before's, -1 for a free day."""
        if pattern not in self._tables:
            at_work = bytearray(DAY)
            for weekday, offset in zip(pattern, (0, DAY), strict=True):
                for opens, closes in self.calendar.hours[weekday] if weekday >= 0 else ():
                    first, last = max(opens - offset, 0), min(closes - offset, DAY)
                    if first < last:
                        at_work[first:last] = b"\x01" * (last - first)
            self._tables[pattern] = [0, *accumulate(at_work)]
        return self._tables[pattern]
