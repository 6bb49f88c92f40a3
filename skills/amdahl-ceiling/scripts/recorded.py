"""What a list of cases shows: the time between its dates, the time of a whole case, how many start in a week.

Waiting and work cannot be told apart there: between two dates lies all that happened. Times are in minutes.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from badinput import BadInput
from beta import quantiles
from bootstrap import FEWEST, LEVEL, drawn_sums, interval
from caselog import NO_TIME, CaseLog
from process import Event
from workclock import DAY, WorkClock
from worktime import Calendar

WEEK = 7
MOST_ODD = 0.5  # share of cells without a date from which a column is refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Times over cases, in minutes, shortest first."""

    values: Sequence[int]

    @property
    def median(self) -> int:
        """The time of the middle case; of two in the middle, the shorter one's."""
        return self.values[(len(self.values) - 1) // 2]

    @property
    def mean(self) -> float:
        """The mean."""
        return math.fsum(self.values) / len(self.values)

    @property
    def ninth(self) -> int:
        """The time that nine of ten cases do not exceed."""
        return self.values[math.ceil(0.9 * len(self.values)) - 1]

    def median_ends(self) -> tuple[float, float] | None:
        """The interval of the median over drawn cases; None if there are too few.

        The median of n cases drawn from n is at most the k-th shortest if enough draws are among the first k; so the share
        of such draws is a Beta distribution's, and drawing again and again needs no dice.
        """
        n = len(self.values)
        if n < FEWEST:
            return None
        middle = (n - 1) // 2 + 1
        ends = quantiles(middle, n - middle + 1, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
        low, high = (self.values[min(max(math.ceil(n * share), 1), n) - 1] for share in ends)
        return low, high


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """The time from one date to another, over the cases that have both in that order.

    Attributes:
        start: The first date.
        end: The second date.
        working: Working time.
        calendar: Time on the calendar.
        missing: Cases with the first date and not the second.
        backwards: Cases whose second date is before the first.
        by_day: Whether a time of day is missing, so that only whole days are counted.
    """

    start: Event
    end: Event
    working: Spread
    calendar: Spread
    missing: int
    backwards: int
    by_day: bool

    @property
    def list_id(self) -> str:
        """First part of the ids of what the list shows of it."""
        return f"list.stretch.{self.start.id}.{self.end.id}"

    @property
    def said_id(self) -> str:
        """First part of the ids of what was told of it."""
        return f"said.stretch.{self.start.id}.{self.end.id}"


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A list of cases with the meaning of its columns.

    Attributes:
        log: The list.
        events: The dates, in order.
        times: For each event its times, row by row.
        timed: For each event whether it has a time of day.
        clock: The working time.
    """

    log: CaseLog
    events: tuple[Event, ...]
    times: tuple[array[int], ...]
    timed: tuple[bool, ...]
    clock: WorkClock

    @cached_property
    def _passed(self) -> dict[tuple[int, bool], tuple[array[int], array[int]]]:
        return {}

    @cached_property
    def _known(self) -> dict[tuple[int, int], Between | None]:
        return {}

    def passed(self, place: int, *, by_day: bool) -> tuple[array[int], array[int]]:
        """For each row an event's time and the working minutes passed then, or NO_TIME; with *by_day* at the start of its day."""
        key = (place, by_day)
        if key not in self._passed:
            times = self.times[place]
            if by_day:
                times = array("q", [time - time % DAY if time >= 0 else NO_TIME for time in times])
            self._passed[key] = times, self.clock.worked(times)
        return self._passed[key]

    def between(self, first: int, second: int) -> Between | None:
        """The time between two events, given by their places; None without a case that has both in that order."""
        if (first, second) not in self._known:
            self._known[first, second] = self._between(first, second)
        return self._known[first, second]

    def _between(self, first: int, second: int) -> Between | None:
        by_day = not (self.timed[first] and self.timed[second])
        starts, began = self.passed(first, by_day=by_day)
        ends, ended = self.passed(second, by_day=by_day)
        rows = zip(starts, ends, began, ended, strict=True)
        working = sorted(after - before for start, end, before, after in rows if 0 <= start <= end)
        if not working:
            return None
        calendar = sorted(end - start for start, end in zip(starts, ends, strict=True) if 0 <= start <= end)
        return Between(
            start=self.events[first],
            end=self.events[second],
            # As arrays: lists of a hundred thousand cases would be most of the memory.
            working=Spread(values=array("q", working)),
            calendar=Spread(values=array("q", calendar)),
            missing=sum(end < 0 <= start for start, end in zip(starts, ends, strict=True)),
            backwards=sum(0 <= end < start for start, end in zip(starts, ends, strict=True)),
            by_day=by_day,
        )

    @cached_property
    def steps(self) -> tuple[Between, ...]:
        """The time between each date and the next one."""
        found = (self.between(place, place + 1) for place in range(len(self.events) - 1))
        return tuple(one for one in found if one is not None)

    @cached_property
    def case(self) -> Between | None:
        """The time from the first date to the last."""
        return self.between(0, len(self.events) - 1) if len(self.events) > 1 else None

    @property
    def period(self) -> list[str] | None:
        """First and last day on which a case starts."""
        days = [time // DAY for time in self.times[0] if time >= 0]
        return [date.fromordinal(day).isoformat() for day in (min(days), max(days))] if days else None

    def gaps(self, place: int) -> int:
        """Cases without an event's date."""
        return sum(time < 0 for time in self.times[place])

    @cached_property
    def weeks(self) -> list[int]:
        """Cases that started in each whole week of the list, from Monday to Sunday; its first and last week are not whole.

        The earliest and the latest hundredth of the starts decide nothing: a mistyped year would make years of empty weeks.
        """
        starts = sorted((time // DAY - 1) // WEEK for time in self.times[0] if time >= 0)
        if not starts:
            return []
        few = len(starts) // 100
        counts = Counter(starts)
        return [counts[week] for week in range(starts[few] + 1, starts[-1 - few])]

    def week_ends(self) -> tuple[float, float] | None:
        """The interval of the mean of `weeks`, over drawn weeks."""
        rows = [[float(count)] for count in self.weeks]
        return interval(drawn_sums(rows), lambda sums: sums[0] / len(rows))

    @cached_property
    def outside(self) -> tuple[int, int]:
        """How many times with a time of day lie outside working time, and how many there are; midnight is what stands for none."""
        timed = (times for times, is_timed in zip(self.times, self.timed, strict=True) if is_timed)
        known = [time for times in timed for time in times if time >= 0 and time % DAY]
        return sum(not self.clock.is_open(time) for time in known), len(known)

    @property
    def open(self) -> int:
        """Cases that have started and have no last date."""
        return sum(end < 0 <= start for start, end in zip(self.times[0], self.times[-1], strict=True))

    @property
    def largest(self) -> Between | None:
        """The stretch between two dates that follow each other in which most of the time passes."""
        return max(self.steps, key=lambda between: between.working.mean, default=None)

    @property
    def expected_open(self) -> float | None:
        """Open cases that the arrivals and the time of a finished case make one expect (Little's law); None if not known."""
        if self.case is None or not self.weeks:
            return None
        return sum(self.weeks) / len(self.weeks) * self.case.calendar.mean / (WEEK * DAY)


def recorded(
    log: CaseLog, events: Sequence[Event], calendar: Calendar, *, told_month_first: bool | None, now: datetime | None
) -> Recorded:
    """Give the columns of *log*, which are those of *events* in that order, their meaning.

    A date later than *now* has not happened, so it counts as missing.

    Raises:
        BadInput: a column holds mostly no dates, or nothing says how its dates are written.
    """
    is_month_first = log.has_month_first(told=told_month_first)
    for column in log.columns:
        if column.odd > MOST_ODD * column.filled:
            found = f"none in {column.odd} of {column.filled} cells"
            raise BadInput(expected=f"dates in the column {column.name!r}", found=found, where=log.source.locator)
    times = tuple(column.times(calendar.zone, is_month_first=is_month_first) for column in log.columns)
    if now is not None:
        there = now if now.tzinfo is None else now.astimezone(calendar.zone)
        times = tuple(_until(column, there.toordinal() * DAY + DAY - 1, log) for column in times)
    clock = WorkClock(calendar)
    known = [time // DAY for column in times for time in (max(column, default=NO_TIME), _earliest(column)) if time >= 0]
    if known:
        clock.cover(min(known), max(known))
    return Recorded(
        log=log, events=tuple(events), times=times, timed=tuple(column.is_timed() for column in log.columns), clock=clock
    )


def _until(times: array[int], last: int, log: CaseLog) -> array[int]:
    """*times* without those after *last*, which are counted in *log*."""
    late = sum(time > last for time in times)
    log.future += late
    return array("q", [NO_TIME if time > last else time for time in times]) if late else times


def _earliest(times: array[int]) -> int:
    return min((time for time in times if time >= 0), default=NO_TIME)
