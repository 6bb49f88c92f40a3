"""What all cases of an event log add up to: their time, the work in it, and each activity's part, on the calendar and in working time.

Only sums and four numbers a case are kept, so a log may be as long as it likes. Times are in microseconds.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import NormalDist
from zoneinfo import ZoneInfo

from bootstrap import FEWEST, LEVEL
from eventlog import SECOND, Flow, Visit
from intervals import Spans, union
from workclock import DAY, WorkClock

MINUTE = 60 * SECOND
QUARTER = 15 * MINUTE  # offsets from UTC change on no other instants
DECADE = 3653  # days
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_MINUTES = EPOCH.toordinal() * DAY
METHOD = "ratio of sums over cases, linearised (delta method)"


class Passed:
    """The working time that has passed at any instant, to the microsecond, on the wall clock of a calendar's zone."""

    def __init__(self, clock: WorkClock) -> None:
        """Take the working time of *clock*."""
        self._clock, self._zone = clock, clock.calendar.zone
        self._offsets: dict[int, int] = {}
        self._first, self._last = 0, -1

    def between(self, start: int, end: int) -> int:
        """Working microseconds between two covered instants; never negative, also where clocks are put back."""
        return max(self._at(end) - self._at(start), 0)

    def cover(self, start: int, end: int) -> None:
        """Make ready for instants from *start* to *end*; what was asked before stays right, as only differences are given."""
        low, high = (self._local(at) // DAY for at in (start, end))
        if not self._first <= low <= high < self._last:
            known = self._last > self._first
            self._first = min(low - DECADE, self._first) if known else low - DECADE
            self._last = max(high + DECADE, self._last)
            self._clock.cover(self._first, self._last)

    def _at(self, at: int) -> int:
        minute, rest = self._local(at), at % MINUTE
        before, after = self._clock.worked((minute, minute + 1))
        return before * MINUTE + (after - before) * rest

    def _local(self, at: int) -> int:
        """The minute on the wall clock, from the start of the year one."""
        quarter = at // QUARTER
        offset = self._offsets.get(quarter)
        if offset is None:
            offset = self._offsets[quarter] = _offset(quarter * QUARTER, self._zone)
        return EPOCH_MINUTES + at // MINUTE + offset


def _offset(at: int, zone: ZoneInfo) -> int:
    moment = datetime.fromtimestamp(at / SECOND, UTC).astimezone(zone)
    return int((moment.utcoffset() or EPOCH - EPOCH).total_seconds()) // 60


@dataclass(slots=True)
class Both:
    """A time counted twice.

    Attributes:
        calendar: On the calendar.
        working: In working time.
    """

    calendar: int = 0
    working: int = 0

    def add(self, spans: Iterable[tuple[float, float]], passed: Passed) -> None:
        """Add the length of *spans*."""
        for start, end in spans:
            self.calendar += int(end - start)
            self.working += passed.between(int(start), int(end))


@dataclass(slots=True)
class Activity:
    """One activity over all cases.

    Attributes:
        visits: How often a case went through it.
        timed: Visits with a recorded start.
        cases: Cases that went through it.
        again: Cases that went through it more than once.
        waited: Visits of which is known since when they were waited for.
        service: Work, of each visit by itself.
        wait: The wait before each visit.
    """

    visits: int = 0
    timed: int = 0
    cases: int = 0
    again: int = 0
    waited: int = 0
    service: Both = field(default_factory=Both)
    wait: Both = field(default_factory=Both)

    def take(self, visit: Visit, passed: Passed) -> None:
        """Count one visit."""
        self.visits += 1
        self.timed += visit.began is not None
        self.service.add(visit.work(), passed)
        if visit.began is not None and visit.waits_from is not None:
            self.waited += 1
            self.wait.add([(visit.waits_from, visit.began)], passed)


@dataclass(frozen=True, slots=True)
class Share:
    """The part that work has in the time of all cases, 0 to 1, with its interval."""

    value: float
    ends: tuple[float, float] | None

    @property
    def ceiling(self) -> float | None:
        """How many times faster a case gets if all recorded work takes no time; None if nothing would be left."""
        return 1 / (1 - self.value) if self.value < 1 else None

    @property
    def ceiling_ends(self) -> tuple[float, float] | None:
        """The interval of `ceiling`."""
        if self.ends is None or self.ends[1] >= 1:
            return None
        return 1 / (1 - self.ends[0]), 1 / (1 - self.ends[1])


@dataclass(slots=True)
class Totals:
    """All cases.

    Attributes:
        passed: The working time.
        starts: Of each case its first event.
        ends: Of each case its last event.
        cycle: Of each case the working time between them.
        service: Of each case its work (stretches that overlap counted once), on the calendar.
        work: The same in working time.
        activities: By name, in the order in which they first ended.
    """

    passed: Passed
    starts: array[int] = field(default_factory=lambda: array("q"))
    ends: array[int] = field(default_factory=lambda: array("q"))
    cycle: array[int] = field(default_factory=lambda: array("q"))
    service: array[int] = field(default_factory=lambda: array("q"))
    work: array[int] = field(default_factory=lambda: array("q"))
    activities: dict[str, Activity] = field(default_factory=dict)
    events: int = 0
    unfinished: int = 0
    disordered: int = 0
    odd: int = 0

    def take(self, case: Flow) -> None:
        """Add one case."""
        self.passed.cover(case.first, case.last)
        self.starts.append(case.first)
        self.ends.append(case.last)
        self.cycle.append(self.passed.between(case.first, case.last))
        done = Both()
        done.add(_worked(case), self.passed)
        self.service.append(done.calendar)
        self.work.append(done.working)
        self._activities(case)
        self.unfinished += case.unfinished
        self.disordered += case.disordered
        self.odd += case.odd

    def _activities(self, case: Flow) -> None:
        times: dict[str, int] = {}
        for visit in case.visits:
            self.activities.setdefault(visit.activity, Activity()).take(visit, self.passed)
            times[visit.activity] = times.get(visit.activity, 0) + 1
        for name, count in times.items():
            self.activities[name].cases += 1
            self.activities[name].again += count > 1

    @property
    def calendar(self) -> array[int]:
        """Of each case the time on the calendar from its first event to its last."""
        return array("q", [end - start for start, end in zip(self.starts, self.ends, strict=True)])

    @property
    def visits(self) -> int:
        """Visits that have ended."""
        return sum(one.visits for one in self.activities.values())

    @property
    def timed(self) -> int:
        """Those of them with a recorded start."""
        return sum(one.timed for one in self.activities.values())

    def share(self, *, is_working: bool) -> Share | None:
        """The share of work in the time of all cases; None if no time has passed."""
        return ratio(self.work, self.cycle) if is_working else ratio(self.service, self.calendar)


def _worked(case: Flow) -> Spans:
    return union(span for visit in case.visits for span in visit.work())


def ratio(parts: Sequence[int], wholes: Sequence[int]) -> Share | None:
    """The sum of *parts* by that of *wholes*, case by case in the same order; the interval from the variance of what is left (Cochran 1977, 6.3)."""
    whole, n = sum(wholes), len(wholes)
    if whole <= 0:
        return None
    value = sum(parts) / whole
    if n < FEWEST:
        return Share(value, None)
    squares = math.fsum((part - value * one) ** 2 for part, one in zip(parts, wholes, strict=True))
    width = NormalDist().inv_cdf((1 + LEVEL) / 2) * math.sqrt(squares * n / (n - 1)) / whole
    return Share(value, (max(value - width, 0.0), min(value + width, 1.0)))
