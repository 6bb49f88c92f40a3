"""A reader of the exports of one system: what its records have in common, and how one of them becomes time.

A format is told by the keys that its records carry; the same keys stand in an answer of the API, in JSON lines and in a table of them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from badinput import BadInput
from reading import Interval, Moment, Read, instant
from records import Found, Json, records

Part = Interval | Moment
_PACKED = re.compile(r"([0-9a-f]{12})\.\w+\.json(?:\.gz)?")
_PLACE = re.compile(r"[#:]\d+$")


class Unusable(Exception):
    """A record that cannot be measured; the message says why."""


class Unfinished(Exception):
    """A record of something that has no end yet, or never began: it is understood, and gives no time."""


@dataclass(slots=True, kw_only=True)
class Export:
    """One format of records.

    Attributes:
        FORMAT: Its name.
        marks: Regular expressions of which each is found in a file's head.
        without: Regular expressions of which none is found there.
        parts: Makes the time of one record. Raises Unusable or Unfinished.
        lists: Keys below which an answer of the API keeps its records.
        remarks: What this format cannot say.
    """

    FORMAT: str
    marks: tuple[str, ...]
    parts: Callable[[Found], Iterable[Part]]
    without: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    def recognises(self, head: bytes, name: str) -> bool:  # noqa: ARG002 - every reader is asked in one way
        """Say whether all marks and none of the others stand in *head*."""
        text = head.decode("utf-8", "replace").replace('""', '"')
        return all(re.search(mark, text) for mark in self.marks) and not any(re.search(mark, text) for mark in self.without)

    def read(self, path: Path, name: str) -> Read:
        """Read the records of *path*. Raises BadInput if none of them can be used."""
        tally = _Tally()
        found = [part for one in records(path, name, self.lists) for part in tally.parts_of(one, self.parts)]
        if not tally.records:
            seen = tally.skipped[0] if tally.skipped else "nothing"
            raise BadInput(expected=f"records of {self.FORMAT}", found=seen, where=name)
        return Read(
            format=self.FORMAT,
            name=name,
            records=tally.records,
            skipped=tuple(tally.skipped),
            intervals=tuple(part for part in found if isinstance(part, Interval)),
            moments=tuple(part for part in found if isinstance(part, Moment)),
            remarks=(*self.remarks, *(f"{count} records without time, {why}." for why, count in tally.unfinished.items())),
        )


class _Tally:
    """How many records of a file were understood, and why the others were not."""

    def __init__(self) -> None:
        self.records = 0
        self.skipped: list[str] = []
        self.unfinished: Counter[str] = Counter()

    def parts_of(self, one: Found, parts: Callable[[Found], Iterable[Part]]) -> Iterator[Part]:
        """The time of one record, none if it has none."""
        if one.fault:
            self.skipped.append(f"{one.place}: {one.fault}")
            return
        try:
            found = list(parts(one))
        except Unfinished as error:
            self.unfinished[str(error)] += 1
            found = []
        except Unusable as error:
            self.skipped.append(f"{one.place}: {error}")
            return
        self.records += 1
        yield from found


def key(name: str) -> str:
    """A mark: the JSON key *name*."""
    return rf'"{re.escape(name)}"\s*:'


def keys(*names: str) -> tuple[str, ...]:
    """Marks of several keys."""
    return tuple(key(name) for name in names)


def time(record: Json, *names: str) -> float | None:
    """The first of the times *names* that is there, epoch seconds; None if there is none. Raises Unusable: one that is no time."""
    for name in names:
        if value := record.get(name):
            moment = instant(value)
            if moment is None:
                raise Unusable(f"{name} is no time with offset: {str(value)[:40]!r}")
            return moment
    return None


def needed(record: Json, name: str) -> str:
    """What stands at *name*, as text. Raises Unusable if nothing does."""
    value = record.get(name)
    if value is None or value == "":
        raise Unusable(f"it has no {name}")
    return str(value)


def inner(record: Json, *names: str) -> Json:
    """The object below *names*, empty if there is none."""
    for name in names:
        found = record.get(name)
        record = found if isinstance(found, dict) else {}
    return record


def packed(found: Found) -> str:
    """The repository's code in the name of a collected file (`d21b2cdf12b7.pulls.json`), whose records name none; "" in any other."""
    match = _PACKED.fullmatch(PurePosixPath(_PLACE.sub("", found.place)).name)
    return match[1] if match else ""


def items(record: Json, *names: str) -> list[Json]:
    """The objects of a list below *names*, or of the `nodes` below them."""
    value = inner(record, *names[:-1]).get(names[-1])
    if isinstance(value, dict):
        value = value.get("nodes")
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
