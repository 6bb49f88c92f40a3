"""Event logs in XES (IEEE 1849), plain or packed with gzip, read case by case: no more than one case is in memory.

A log with a document type or that ends too early is refused; events without a time or an activity are counted and left out.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from io import BufferedReader, RawIOBase
from pathlib import Path
from xml.parsers import expat
from zoneinfo import ZoneInfo

from badinput import BadInput, unreadable
from eventlog import COMPLETE, SECOND, Event
from evidence import Source
from formats import GZIP
from pulls import EARLIEST, LATEST
from reading import instant

XES = {"set:xes": "cases/**/*.xes", "set:xes-gz": "cases/**/*.xes.gz"}
CHUNK = 1 << 18
DAY_ALONE = len("2026-01-01")
# Where elements stand: log, then trace, then event, then what an event says.
LOG, TRACE, EVENT, VALUE = 1, 2, 3, 4
ACTIVITY, TIME, TRANSITION, INSTANCE = "concept:name", "time:timestamp", "lifecycle:transition", "concept:instance"
WANTED = frozenset({ACTIVITY, TIME, TRANSITION, INSTANCE})


@dataclass(slots=True, kw_only=True)
class Trace:
    """One case as the log has it.

    Attributes:
        case: Its name, "" if it has none.
        where: Where it begins, as file:line; "" for what belongs to no case.
        events: Those with a time and an activity, in the order of the log.
        naive: How many of them have a time without an offset, taken as the clock in the agreed zone.
        skipped: Where events stand without a time that can be read, or without an activity.
        backwards: Where rows stand whose start is after their end, of which only the end is taken.
        twice: How many rows were left out because they stand there already, letter for letter.
    """

    case: str = ""
    where: str = ""
    events: list[Event] = field(default_factory=list)
    naive: int = 0
    skipped: list[str] = field(default_factory=list)
    backwards: list[str] = field(default_factory=list)
    twice: int = 0


@dataclass(slots=True)
class Times:
    """Reads the times of a log; those without an offset are what the clock in *zone* shows."""

    zone: ZoneInfo
    naive: int = 0

    def read(self, text: str) -> int | None:
        """Epoch microseconds of an ISO 8601 time or of a whole number of s, ms, us or ns; None for anything else."""
        seconds = instant(text) if text.isdigit() else self._seconds(text)
        return None if seconds is None or not EARLIEST <= seconds <= LATEST else round(seconds * SECOND)

    def _seconds(self, text: str) -> float | None:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return None
        # A day alone says nothing of the work within it.
        if len(text) <= DAY_ALONE:
            return None
        if moment.tzinfo is None:
            self.naive += 1
            moment = moment.replace(tzinfo=self.zone)
        return moment.timestamp()


def traces(path: Path, name: str, times: Times, source: Source) -> Iterator[Trace]:
    """Yield the cases of one file as they end, while its size and digest are taken into *source*; *name* stands for it in messages.

    Raises:
        BadInput: it is no XES, is cut off, has a document type, or cannot be read.
    """
    parser = _Parser(name, times)
    try:
        with path.open("rb") as file:
            taken = _Taken(file)
            unpacked = gzip.GzipFile(fileobj=taken) if taken.peek(len(GZIP)) == GZIP else taken
            while chunk := unpacked.read(CHUNK):
                yield from parser.take(chunk)
            yield from parser.take(b"", is_last=True)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise BadInput(expected="a whole file packed with gzip", found=str(error), where=name) from error
    except OSError as error:
        raise unreadable(name, error) from error
    source.count += 1
    source.bytes += taken.size
    source.digests.append((name, f"sha256:{taken.digest.hexdigest()}"))


class _Taken(RawIOBase):
    """The bytes of a file as they are read, counted and digested."""

    def __init__(self, file: BufferedReader) -> None:
        self.file, self.digest, self.size = file, hashlib.sha256(), 0

    def readable(self) -> bool:
        return True

    def peek(self, size: int) -> bytes:
        return self.file.peek(size)[:size]

    def read(self, size: int | None = -1) -> bytes:
        found = self.file.read(size)
        self.digest.update(found)
        self.size += len(found)
        return found


class _Parser:
    """Turns the elements of a log into cases."""

    def __init__(self, name: str, times: Times) -> None:
        self.name, self.times = name, times
        self.depth, self.done = 0, list[Trace]()
        self.trace, self.values = Trace(), dict[str, str]()
        self.inside = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def take(self, chunk: bytes, *, is_last: bool = False) -> list[Trace]:
        """The cases that end in the next *chunk* of the file."""
        try:
            self.parser.Parse(chunk, is_last)
        except expat.ExpatError as error:
            raise BadInput(expected="a whole file of XES", found=str(error), where=self.name) from error
        done, self.done = self.done, []
        return done

    def _refuse(self, *_: object) -> None:
        raise BadInput(expected="XES without a document type", found="a DOCTYPE", where=self._here())

    def _here(self) -> str:
        return f"{self.name}:{self.parser.CurrentLineNumber}"

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth = depth = self.depth + 1
        if depth == VALUE:
            # The commonest element by far: what an event says of itself. What stands as deep elsewhere is gone when an event begins.
            if (key := attributes.get("key")) in WANTED:
                self.values[key] = attributes.get("value", "")
        elif depth == EVENT:
            self._in_trace(tag, attributes)
        elif depth == TRACE:
            if tag == "trace":
                self.inside, self.trace = TRACE, Trace(where=self._here())
        elif depth == LOG and tag != "log":
            raise BadInput(expected="the root element log, as XES has it", found=f"{tag!r}", where=self.name)

    def _in_trace(self, tag: str, attributes: dict[str, str]) -> None:
        if self.inside != TRACE:
            return
        if tag == "event":
            self.inside, self.values = EVENT, {}
        elif attributes.get("key") == ACTIVITY:
            self.trace.case = attributes.get("value", "")

    def _end(self, _: str) -> None:
        depth = self.depth
        self.depth = depth - 1
        if depth == EVENT and self.inside == EVENT:
            self.inside = TRACE
            self._event()
        elif depth == TRACE and self.inside == TRACE:
            self.inside = 0
            self.done.append(self.trace)

    def _event(self) -> None:
        values, trace, before = self.values, self.trace, self.times.naive
        at = self.times.read(values.get(TIME, ""))
        activity = values.get(ACTIVITY, "")
        trace.naive += self.times.naive - before
        if at is None or not activity:
            trace.skipped.append(self._here())
        else:
            trace.events.append(Event(at, activity, values.get(INSTANCE, ""), values.get(TRANSITION, COMPLETE).lower()))
