"""Reads the event logs of an evidence folder into what all their cases add up to, and says what of them could not be used.

A case whose times have an offset here and none there is left out: whose clock the others are, nobody can know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from caselog import CASES, SOURCE
from eventcsv import Clocks, Columns, event_cases, month_leads
from eventlog import SECOND, flow
from eventtotals import Passed, Totals
from evidence import UNOPENED, Source, regular_files, remark
from workclock import WorkClock
from worktime import Calendar
from xeslog import XES, Times, Trace, traces

Files = Sequence[tuple[Path, str]]
Read = Callable[[Files, Source], Iterable[Trace]]


@dataclass(slots=True, kw_only=True)
class Flows:
    """What the event logs gave.

    Attributes:
        zone: Where times without an offset, and days, are read off the clock.
        sources: The files, one source for each pattern that describes any.
        totals: All cases that could be used.
        future: Events after the day of the run, which have not happened.
    """

    zone: ZoneInfo
    totals: Totals
    sources: list[Source] = field(default_factory=list)
    future: int = 0

    @property
    def ids(self) -> list[str]:
        """The sources of every fact from event logs."""
        return [source.id for source in self.sources]

    @property
    def period(self) -> list[str] | None:
        """First and last day on which a case starts, in the zone."""
        starts = self.totals.starts
        if not starts:
            return None
        return [datetime.fromtimestamp(at / SECOND, self.zone).date().isoformat() for at in (min(starts), max(starts))]


def read_flows(
    root: Path, calendar: Calendar, now: datetime | None, columns: Columns | None = None, *, told_month_first: bool | None = None
) -> Flows | None:
    """Read every event log below *root*/cases; None if there is none. Events after the day of *now* have not happened.

    CSV files are event logs if *columns* says which of their columns has which role.

    Raises:
        BadInput: a file is not what it should be.
    """
    flows = Flows(zone=calendar.zone, totals=Totals(Passed(WorkClock(calendar))))
    taking = Taking(flows, None if now is None else end_of_day(now, calendar.zone))
    for name, pattern in XES.items():
        taking.files(root, name, pattern, lambda paths, source: xes_cases(paths, calendar.zone, source))
    if columns is not None:
        taking.files(root, SOURCE, CASES, lambda paths, source: csv_cases(paths, calendar.zone, source, columns, told=told_month_first))
    return flows if flows.sources else None


def xes_cases(paths: Files, zone: ZoneInfo, source: Source) -> Iterator[Trace]:
    """The cases of XES files, one file after the other."""
    for path, name in paths:
        yield from traces(path, name, Times(zone), source)


def csv_cases(paths: Files, zone: ZoneInfo, source: Source, columns: Columns, *, told: bool | None) -> Iterator[Trace]:
    """The cases of CSV files, all of which are read before the first case is given."""
    is_month_first = month_leads(paths, columns, told=told)
    return event_cases(paths, columns, Clocks(zone, is_month_first=is_month_first), source)


def end_of_day(now: datetime, zone: ZoneInfo) -> int:
    """The last microsecond of the day of *now* in *zone*."""
    there = now.replace(tzinfo=zone) if now.tzinfo is None else now.astimezone(zone)
    return round(there.replace(hour=23, minute=59, second=59, microsecond=0).timestamp() + 1) * SECOND - 1


class Taking:
    """Takes case by case into *flows*, and says in each source's note what could not be used."""

    def __init__(self, flows: Flows, last: int | None) -> None:
        """Leave out events after *last*."""
        self.flows, self.last = flows, last
        self._seen: set[int] = set()
        self._clear()

    def _clear(self) -> None:
        self.read, self.naive, self.empty, self.again = 0, 0, 0, 0
        self.skipped: list[str] = []
        self.mixed: list[str] = []
        self.twice: list[str] = []
        self.backwards: list[str] = []

    def files(self, root: Path, name: str, pattern: str, read: Read) -> None:
        """Take the files that *pattern* describes, as the source *name*, with the reader *read*."""
        paths, odd = regular_files(root, pattern)
        source = Source(id=name, locator=f"file:evidence/{pattern}")
        for trace in read([(path, path.relative_to(root).as_posix()) for path in paths], source):
            self.read += len(trace.events)
            self.skipped += trace.skipped
            self.backwards += trace.backwards
            self.again += trace.twice
            self._case(trace)
        self._close(source, odd)
        if paths or odd:
            self.flows.sources.append(source)

    def _case(self, trace: Trace) -> None:
        events = trace.events if self.last is None else [event for event in trace.events if event.at <= self.last]
        self.flows.future += len(trace.events) - len(events)
        if 0 < trace.naive < len(trace.events):
            self.mixed.append(trace.where)
        elif not events:
            self.empty += trace.where != ""
        elif self._is_new(trace.case):
            self.naive += trace.naive
            self.flows.totals.events += len(events)
            self.flows.totals.take(flow(events))
        else:
            self.twice.append(trace.where)

    def _is_new(self, case: str) -> bool:
        """Whether no case of that name came before; one without a name is always its own."""
        key = hash(case)
        if case and key in self._seen:
            return False
        self._seen.add(key)
        return True

    def _close(self, source: Source, odd: list[str]) -> None:
        """Say in the note of *source* what could not be used of it."""
        source.read, source.skipped = self.read, len(self.skipped)
        remark(source, "events have no time that can be read, no activity or no case and were left out", self.skipped)
        remark(source, "rows have a start after their end, and only the end was taken", self.backwards)
        remark(source, "cases have times with and without an offset and were left out", self.mixed)
        remark(source, "cases have the name of an earlier one and were left out", self.twice)
        remark(source, UNOPENED, odd)
        if self.again:
            source.remarks.append(f"Rows that stand there twice, letter for letter, counted once: {self.again}.")
        if self.empty:
            source.remarks.append(f"Cases without any event that can be used: {self.empty}.")
        if self.naive:
            source.remarks.append(f"Times without an offset, taken as the clock in the agreed zone: {self.naive}.")
        if not self.read:
            source.health = "failed" if source.bytes else "skipped" if odd else "empty"
        self._clear()
