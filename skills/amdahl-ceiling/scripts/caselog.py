"""A list of cases as people keep it: one row a case, one column a date, as CSV with commas, semicolons or tabs.

Only what can be read is used, and everything else is counted: gaps, words where a date should be, rows that stand there twice.
"""

from __future__ import annotations

import csv
import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from badinput import BadInput
from dates import Clock, Slashed, local, month_first, read_clock, read_date, settled
from evidence import UNOPENED, Source, hashed_lines, regular_files, remark
from pulls import LONGEST_FIELD

CASES = "cases/**/*.csv"
SOURCE = "set:cases"
DELIMITERS = (",", ";", "\t")
_DECLARED = re.compile(r"sep=([,;\t])\s*", re.IGNORECASE)
NO_TIME = -1  # no date in that cell, or none that can be read
BLANK, ODD = -1, -2
SHOWN = 3  # cells without a date that are named
SAMPLE = 5000  # rows from which a meaning is proposed


@dataclass(slots=True, kw_only=True)
class Column:
    """The dates of one column, row by row; each distinct text is kept and read once.

    Attributes:
        name: Its head in the list.
        days: For each row the place of its date in `dates`, or BLANK or ODD.
        clocks: For each row the place of its time of day in `times_of_day`, or BLANK.
        dates: Distinct dates.
        times_of_day: Distinct times of day.
        odd_lines: Where the first cells stand that hold something and no date, as file:line.
    """

    name: str
    days: array[int] = field(default_factory=lambda: array("i"))
    clocks: array[int] = field(default_factory=lambda: array("i"))
    dates: list[int | Slashed | None] = field(default_factory=list)
    times_of_day: list[Clock] = field(default_factory=list)
    odd_lines: list[str] = field(default_factory=list)
    _places: dict[str, int] = field(default_factory=dict)
    _clock_places: dict[str, int] = field(default_factory=dict)

    def take(self, cell: str, name: str, line: int) -> None:
        """Read one cell, of the row that ends on *line* of the file *name*."""
        text = cell.strip()
        if not text:
            self.days.append(BLANK)
            self.clocks.append(BLANK)
            return
        day, _, clock = text.partition(" ")
        if not clock and "T" in day:
            day, _, clock = day.partition("T")
        place = self._places.get(day)
        self.days.append(self._new_day(day) if place is None else place)
        if self.days[-1] == ODD and len(self.odd_lines) < SHOWN:
            self.odd_lines.append(f"{name}:{line}")
        at = self._clock_places.get(clock)
        self.clocks.append(self._new_clock(clock) if at is None else at)

    def _new_day(self, text: str) -> int:
        when = read_date(text)
        place = ODD if when is None else len(self.dates)
        if when is not None:
            self.dates.append(when)
        self._places[text] = place
        return place

    def _new_clock(self, text: str) -> int:
        clock = read_clock(text.strip())
        place = BLANK if clock is None else len(self.times_of_day)
        if clock is not None:
            self.times_of_day.append(clock)
        self._clock_places[text] = place
        return place

    @property
    def filled(self) -> int:
        """Cells that are not empty."""
        return len(self.days) - self.days.count(BLANK)

    @property
    def odd(self) -> int:
        """Cells that hold something, and no date."""
        return self.days.count(ODD)

    def is_timed(self) -> bool:
        """Whether most dates have a time of day; midnight is what a spreadsheet writes for none."""
        timed = bytearray(clock.minute > 0 or clock.offset is not None for clock in self.times_of_day)
        known = sum(place >= 0 for place in self.days)
        return 2 * sum(timed[place] for place in self.clocks if place >= 0) > known

    def times(self, zone: ZoneInfo, *, is_month_first: bool) -> array[int]:
        """For each row its time in minutes on the wall clock of *zone*, or NO_TIME."""
        days = [settled(when, is_month_first=is_month_first) for when in self.dates]
        minutes = [clock.minute for clock in self.times_of_day]
        if any(clock.offset is not None for clock in self.times_of_day):
            return self._shifted(days, zone)
        return array(
            "q",
            [
                NO_TIME if day < 0 or (ordinal := days[day]) is None else ordinal * 1440 + (minutes[clock] if clock >= 0 else 0)
                for day, clock in zip(self.days, self.clocks, strict=True)
            ],
        )

    def _shifted(self, days: Sequence[int | None], zone: ZoneInfo) -> array[int]:
        known: dict[tuple[int, int], int] = {}
        made = array("q")
        for day, clock in zip(self.days, self.clocks, strict=True):
            ordinal = None if day < 0 else days[day]
            if ordinal is None:
                made.append(NO_TIME)
            elif clock < 0:
                made.append(ordinal * 1440)
            else:
                if (day, clock) not in known:
                    known[day, clock] = local(ordinal, self.times_of_day[clock], zone)
                made.append(known[day, clock])
        return made


@dataclass(slots=True, kw_only=True)
class CaseLog:
    """What was read of a list of cases.

    Attributes:
        source: The files.
        columns: The columns that were asked for, or all if none were named.
        rows: Cases read.
        kept: Cases whose dates were kept: all, or the first of them.
        future: Dates that are later than the time of the run.
    """

    source: Source
    columns: list[Column]
    rows: int = 0
    kept: int = 0
    future: int = 0

    def has_month_first(self, *, told: bool | None) -> bool:
        """Whether dates with slashes have their month first: as *told*, else as the list shows.

        Raises:
            BadInput: there are such dates, and nothing says which comes first.
        """
        slashed = [when for column in self.columns for when in column.dates if isinstance(when, Slashed)]
        shown = month_first(slashed)
        if told is None and shown is None and slashed:
            names = ", ".join(column.name for column in self.columns if any(isinstance(when, Slashed) for when in column.dates))
            expected = "dates that show whether the day or the month comes first, or an answer to that question"
            example = slashed[0]
            raise BadInput(expected=expected, found=f"{example.first}/{example.second}/{example.year} in {names}", where=CASES)
        return bool(shown if told is None else told)


def read_cases(root: Path, names: Sequence[str] | None) -> CaseLog | None:
    """Read the list of cases below *root*: the columns called *names*, or with None the first rows of every column.

    None if there is no such file.

    Raises:
        BadInput: a file is not such a list, or lacks one of the columns.
    """
    csv.field_size_limit(LONGEST_FIELD)
    source = Source(id=SOURCE, locator=f"file:evidence/{CASES}")
    paths, odd = regular_files(root, CASES)
    if not paths and not odd:
        return None
    log = CaseLog(source=source, columns=[Column(name=name) for name in names or ()])
    counts = _Counts()
    for path in paths:
        _read_file(path, path.relative_to(root).as_posix(), log, counts, is_whole=names is not None)
    source.read, source.skipped = log.rows, counts.wide + counts.twice
    _remarks(source, counts, log, odd=odd)
    if not log.rows:
        source.health = "failed" if source.bytes else "skipped" if odd else "empty"
    return log


@dataclass(slots=True, kw_only=True)
class _Counts:
    """Rows that were left out, and what has been seen."""

    wide: int = 0
    twice: int = 0
    seen: set[int] = field(default_factory=set)


def _read_file(path: Path, name: str, log: CaseLog, counts: _Counts, *, is_whole: bool) -> None:
    reader = rows(path, name, log.source)
    head = [cell.strip() for cell in next(reader, (1, []))[1]]
    if not head:
        return
    wanted = _places(head, log, name, is_whole=is_whole)
    for line, row in reader:
        if not any(row):
            continue
        if len(row) > len(head) and any(row[len(head) :]):
            counts.wide += 1
            continue
        key = hash(tuple(row))
        if key in counts.seen:
            counts.twice += 1
            continue
        counts.seen.add(key)
        log.rows += 1
        if is_whole or log.kept < SAMPLE:
            log.kept += 1
            for column, place in wanted:
                column.take(row[place] if place < len(row) else "", name, line)


def _places(head: Sequence[str], log: CaseLog, name: str, *, is_whole: bool) -> list[tuple[Column, int]]:
    """Which of *log*'s columns stands where in a file with the head *head*."""
    if not is_whole:
        # Files with other heads are other lists; the first one is proposed from.
        log.columns = log.columns or [Column(name=cell) for cell in head if cell]
    keys = [cell.casefold() for cell in head]
    found = []
    for column in log.columns:
        key = column.name.strip().casefold()
        if keys.count(key) != 1 and is_whole:
            seen = f"it {keys.count(key)} times" if key in keys else f"the columns {', '.join(head)}"
            raise BadInput(expected=f"one column called {column.name!r}, as the answers say", found=seen, where=f"{name}:1")
        if key in keys:
            found.append((column, keys.index(key)))
    return found


def rows(path: Path, name: str, source: Source) -> Iterator[tuple[int, list[str]]]:
    """The rows of a file with the line on which each ends, its head first."""
    lines = _text(path, name, source)
    head, above = next(lines, None), 0
    if head is None:
        return
    # Some programs write which delimiter they use above the head.
    if match := _DECLARED.fullmatch(head):
        head, delimiter, above = next(lines, ""), match[1], 1
    else:
        # Counted outside quotes: a head may hold a comma in its words.
        delimiter = max(DELIMITERS, key="".join(head.split('"')[::2]).count)
    reader = csv.reader(_again(head, lines), delimiter=delimiter, strict=False)
    try:
        for row in reader:
            yield above + reader.line_num, row
    except csv.Error as error:
        raise BadInput(expected="a CSV file", found=str(error), where=f"{name}:{above + reader.line_num}") from error


def _again(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _text(path: Path, name: str, source: Source) -> Iterator[str]:
    for number, line in enumerate(hashed_lines(path, name, source), 1):
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError as error:
            expected = "UTF-8 text (save the sheet as CSV UTF-8)"
            raise BadInput(expected=expected, found=f"the byte {line[error.start]:#04x}", where=f"{name}:{number}") from error
        yield text.removeprefix("\ufeff") if number == 1 else text


def _remarks(source: Source, counts: _Counts, log: CaseLog, *, odd: list[str]) -> None:
    remark(source, UNOPENED, odd)
    if counts.wide:
        source.remarks.append(f"Rows with more cells than the head, left out: {counts.wide}.")
    if counts.twice:
        source.remarks.append(f"Rows that stand there twice, letter for letter, counted once: {counts.twice}.")
    if counts.wide > log.rows:
        expected = "rows with as many cells as the head"
        raise BadInput(expected=expected, found=f"{counts.wide} rows with more", where=CASES)
