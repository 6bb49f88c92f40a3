"""Event logs as CSV, one row an event: proposes what the columns mean, and reads the rows once a person has confirmed it.

It is known by its case ids, which repeat, beside a column of activities; a list with one row a case is none.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from itertools import groupby, islice
from pathlib import Path

from badinput import BadInput
from caselog import CASES, SAMPLE, SOURCE, rows
from dates import Slashed, month_first, read_clock, read_date, settled
from eventlog import COMPLETE, DROPPED, ENDS, RESUME, SCHEDULE, SECOND, START, SUSPEND, WITHOUT_TIME, Event
from evidence import Source, regular_files
from process import Event as Meaning
from proposal import MOSTLY, Proposed
from xeslog import Times, Trace

# What the answers call the columns.
CASE, ACTIVITY, TIME, BEGIN, LIFE, INSTANCE = "the case", "the activity", "the time", "the start", "the step of its life", "the instance"
ROLES = (CASE, ACTIVITY, TIME, BEGIN, LIFE, INSTANCE)
NEEDED = (CASE, ACTIVITY, TIME)
REPEATS = 1.5  # rows a case from which its ids repeat
LIVES = ENDS | DROPPED | WITHOUT_TIME | {SCHEDULE, START, SUSPEND, RESUME}
_HEADS = {
    CASE: re.compile(r"case|trace", re.IGNORECASE),
    ACTIVITY: re.compile(r"activit|aktivit|task|action|\bevent$|^concept:name$", re.IGNORECASE),
    BEGIN: re.compile(r"start|begin|began", re.IGNORECASE),
    INSTANCE: re.compile(r"instance", re.IGNORECASE),
}
_ID = re.compile(r"(?:concept:name|id|number|nr|no)\W*$", re.IGNORECASE)
_SECONDS = re.compile(r"\d{1,2}:\d{2}:(\d{2}(?:[.,]\d{1,6})?)")
Columns = Mapping[str, str]
Test = Callable[[str], bool]


@dataclass(slots=True)
class Clocks(Times):
    """Reads times as XES has them, and as people's lists write them: 02.03.2026 08:15:30, 3/2/2026 2:30 PM.

    Attributes:
        is_month_first: Which number of a date with slashes is the month; None if nothing says so, then it is no time.
    """

    is_month_first: bool | None = None

    def read(self, text: str) -> int | None:
        """Epoch microseconds; None for what is no time, a day alone among it."""
        found = Times.read(self, text)
        return self._written(text) if found is None else found

    def _written(self, text: str) -> int | None:
        first, _, rest = text.partition(" ")
        day, clock = read_date(first), read_clock(rest.strip())
        if clock is None or (isinstance(day, Slashed) and self.is_month_first is None):
            return None
        ordinal = settled(day, is_month_first=bool(self.is_month_first))
        if ordinal is None:
            return None
        self.naive += clock.offset is None
        zone: tzinfo = self.zone if clock.offset is None else timezone(timedelta(minutes=clock.offset))
        moment = datetime.combine(date.fromordinal(ordinal), time(*divmod(clock.minute, 60)), zone)
        seconds = _SECONDS.match(rest.strip())
        more = float(seconds[1].replace(",", ".")) if seconds else 0.0
        return round((moment.timestamp() + more) * SECOND)


def roles(events: Sequence[Meaning]) -> dict[str, str] | None:
    """The column of each role as the answers confirm them; None if they are not those of an event log."""
    found = {event.name: event.column for event in events if event.name in ROLES}
    return found if all(role in found for role in NEEDED) else None


def propose_events(root: Path) -> list[Proposed]:
    """What the columns of the first CSV file below *root*/cases seem to mean if it is an event log; empty if it is none.

    Raises:
        BadInput: the file is no CSV.
    """
    for path in regular_files(root, CASES)[0]:
        # Only the rows that a proposal needs are read, so their digest is nobody's.
        read = rows(path, path.relative_to(root).as_posix(), Source(id=SOURCE, locator=""))
        cells = [row for _, row in islice(read, SAMPLE) if any(row)]
        if cells:
            found = _meant([cell.strip() for cell in cells[0]], cells[1:])
            return [Proposed(column=column, event=role, step="") for role, column in found.items()]
    return []


def _meant(head: Sequence[str], cells: Sequence[Sequence[str]]) -> dict[str, str]:
    """The column of each role by its head and by what stands in it; empty if a needed one is missing."""
    columns = {name: [row[place].strip() for row in cells if place < len(row) and row[place].strip()] for place, name in enumerate(head) if name}
    times = [name for name, filled in columns.items() if _mostly(filled, _is_time)]
    others = [name for name in columns if name not in times]
    activity = next((name for name in others if _HEADS[ACTIVITY].search(name) and not _HEADS[CASE].search(name)), None)
    case = _case([name for name in others if name != activity], head[0])
    if activity is None or case is None or not times or not _repeats(columns[case]):
        return {}
    begin = next((name for name in times if _HEADS[BEGIN].search(name)), None) if len(times) > 1 else None
    found = {CASE: case, ACTIVITY: activity, BEGIN: begin, TIME: next(name for name in times if name != begin)}
    found[LIFE] = next((name for name in others if _mostly(columns[name], _is_life)), None)
    found[INSTANCE] = next((name for name in others if _HEADS[INSTANCE].search(name)), None)
    return {role: name for role, name in found.items() if name is not None}


def _case(others: Sequence[str], first: str) -> str | None:
    """The column of case ids by its head, or else the first: a list's own ids do not repeat, whatever other columns do."""
    named = sorted((name for name in others if _HEADS[CASE].search(name)), key=lambda name: _ID.search(name) is None)
    return next(iter(named), first if first in others else None)


def _mostly(filled: Sequence[str], test: Test) -> bool:
    return bool(filled) and sum(map(test, filled)) >= MOSTLY * len(filled)


def _is_time(text: str) -> bool:
    is_digits = text.isascii() and text.isdigit()
    first = text.partition(" ")[0].partition("T")[0]
    return len(text) >= len("1700000000") if is_digits else read_date(first) is not None


def _is_life(text: str) -> bool:
    return text.lower() in LIVES


def _repeats(filled: Sequence[str]) -> bool:
    return len(filled) >= REPEATS * len(set(filled)) and len(set(filled)) > 1


@dataclass(slots=True, kw_only=True)
class _Table:
    """The events of all files, each distinct text kept once: the rows of one case seldom stand together, nor in one file.

    Attributes:
        texts: Place of each distinct text.
        cases: For each event the place of its case's id, and so on.
        seen: Rows, to leave out those that stand there twice.
        left: What could not be used.
    """

    texts: dict[str, int] = field(default_factory=dict)
    cases: array[int] = field(default_factory=lambda: array("l"))
    activities: array[int] = field(default_factory=lambda: array("l"))
    instances: array[int] = field(default_factory=lambda: array("l"))
    lives: array[int] = field(default_factory=lambda: array("l"))
    times: array[int] = field(default_factory=lambda: array("q"))
    files: array[int] = field(default_factory=lambda: array("l"))
    lines: array[int] = field(default_factory=lambda: array("l"))
    naive: bytearray = field(default_factory=bytearray)
    seen: set[int] = field(default_factory=set)
    left: Trace = field(default_factory=Trace)

    def take(self, place: tuple[str, int], case: str, event: Event, *, is_naive: bool) -> None:
        """Add the event that stands at *place*, file and line."""
        texts = (place[0], case, event.activity, event.instance, event.transition)
        for places, text in zip((self.files, self.cases, self.activities, self.instances, self.lives), texts, strict=True):
            places.append(self.texts.setdefault(text, len(self.texts)))
        self.times.append(event.at)
        self.lines.append(place[1])
        self.naive.append(is_naive)

    def is_new(self, row: Sequence[str]) -> bool:
        """Whether no such row came before; else it is counted."""
        key = hash(tuple(row))
        self.left.twice += key in self.seen
        is_new = key not in self.seen
        self.seen.add(key)
        return is_new

    def traces(self) -> Iterator[Trace]:
        """The cases, in the order in which their ids first stand there."""
        texts = list(self.texts)
        for case, found in groupby(sorted(range(len(self.cases)), key=self.cases.__getitem__), key=self.cases.__getitem__):
            places = list(found)
            trace = Trace(case=texts[case], where=f"{texts[self.files[places[0]]]}:{self.lines[places[0]]}")
            for row in places:
                trace.naive += self.naive[row]
                trace.events.append(Event(self.times[row], *(texts[of[row]] for of in (self.activities, self.instances, self.lives))))
            yield trace


def event_cases(paths: Sequence[tuple[Path, str]], columns: Columns, clocks: Clocks, source: Source) -> Iterator[Trace]:
    """Yield the cases of all files, each with its name in messages; the first has no events and carries what could not be used.

    Raises:
        BadInput: a file is no CSV, or lacks one of *columns*.
    """
    table = _Table()
    for path, name in paths:
        read = rows(path, name, source)
        head = [cell.strip() for cell in next(read, (1, []))[1]]
        places = {role: _place(head, column, name) for role, column in columns.items()} if head else {}
        for line, row in read:
            if any(row) and table.is_new(row):
                cells = {role: row[place].strip() if place < len(row) else "" for role, place in places.items()}
                _take(table, cells, (name, line), clocks)
    yield table.left
    yield from table.traces()


def _place(head: Sequence[str], column: str, name: str) -> int:
    keys, key = [cell.casefold() for cell in head], column.strip().casefold()
    if keys.count(key) != 1:
        seen = f"it {keys.count(key)} times" if key in keys else f"the columns {', '.join(head)}"
        raise BadInput(expected=f"one column called {column!r}, as the answers say", found=seen, where=f"{name}:1")
    return keys.index(key)


def _take(table: _Table, cells: Mapping[str, str], place: tuple[str, int], clocks: Clocks) -> None:
    """Add one row: an event, or a start and an end that belong together."""
    case, activity = cells[CASE], cells[ACTIVITY]
    at, is_naive = _time(cells[TIME], clocks)
    where = f"{place[0]}:{place[1]}"
    if not case or not activity or at is None:
        table.left.skipped.append(where)
        return
    began, was_naive = _time(cells.get(BEGIN, ""), clocks)
    instance, life = cells.get(INSTANCE, ""), cells.get(LIFE, "").lower() or COMPLETE
    if began is not None and began > at:
        table.left.backwards.append(where)
    elif began is not None and life == COMPLETE:
        # The row itself says which start belongs to which end.
        instance = f"{instance} {where}"
        table.take(place, case, Event(began, activity, instance, START), is_naive=was_naive)
    table.take(place, case, Event(at, activity, instance, life), is_naive=is_naive)


def _time(text: str, clocks: Clocks) -> tuple[int | None, bool]:
    """A time, None if it cannot be read, and whether it has no offset."""
    before = clocks.naive
    return clocks.read(text), clocks.naive > before


def month_leads(paths: Sequence[tuple[Path, str]], columns: Columns, *, told: bool | None) -> bool | None:
    """Whether dates with slashes have their month first: as *told*, else as all of them show; None if there are none.

    Raises:
        BadInput: there are such dates, and nothing says which comes first.
    """
    if told is not None:
        return told
    found = {day for path, name in paths for day in _slashed(path, name, columns)}
    shown = month_first(found)
    if found and shown is None:
        one = next(iter(found))
        expected = "dates that show whether the day or the month comes first, or an answer to that question"
        raise BadInput(expected=expected, found=f"{one.first}/{one.second}/{one.year}", where=CASES)
    return shown


def _slashed(path: Path, name: str, columns: Columns) -> Iterator[Slashed]:
    """The dates with slashes in a file, in its columns of times; a file whose first rows have none is not read through."""
    read = rows(path, name, Source(id=SOURCE, locator=""))
    head = [cell.strip() for cell in next(read, (1, []))[1]]
    places = [_place(head, columns[role], name) for role in (TIME, BEGIN) if role in columns] if head else []
    seen: set[str] = set()
    for number, (_, row) in enumerate(read):
        new = {row[place].strip().partition(" ")[0] for place in places if place < len(row)} - seen
        seen |= new
        yield from (day for text in new if isinstance(day := read_date(text), Slashed))
        if number == SAMPLE and not any(isinstance(read_date(text), Slashed) for text in seen):
            return
