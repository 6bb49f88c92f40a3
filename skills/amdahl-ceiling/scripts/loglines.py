"""The records of a log with one JSON object a line, in their order; every other line is counted and named with its reason.

A log may be larger than memory and may grow while it is read: what it held when it was opened counts.
"""

from __future__ import annotations

import gzip
import os
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from _portable.strictjson import BadJson, strict_json
from badinput import BadInput
from reading import Interval, Moment, Read, instant

GZIP = b"\x1f\x8b"
Json = dict[str, Any]


class LogLines:
    """The records of one log; to be gone through once."""

    def __init__(self, path: Path, name: str) -> None:
        """Prepare to read *path*, called *name* in messages."""
        self.path, self.name = path, name
        self.number, self.lines = 0, 0
        self.skipped: list[str] = []

    def __iter__(self) -> Iterator[Json]:
        """Yield each line's object. Raises BadInput if the file cannot be opened."""
        for line in self._raw():
            self.number += 1
            if not line.strip():
                continue
            self.lines += 1
            record = self._object(line)
            if record is not None:
                yield record

    def timed(self, key: str = "timestamp") -> Iterator[tuple[float, Json]]:
        """Yield each object that has a time below *key*, in epoch seconds, with it."""
        for record in self:
            at = instant(record.get(key))
            if at is None:
                self.skip(f"its {key} is no time with an offset")
            else:
                yield at, record

    def skip(self, why: str) -> None:
        """The record that was yielded last cannot be used."""
        self.skipped.append(f"{self.name}:{self.number}: {why}")

    def told(
        self,
        form: str,
        intervals: Iterable[Interval] = (),
        remarks: Iterable[str] = (),
        moments: Iterable[Moment] = (),
    ) -> Read:
        """What this log gave. Raises BadInput if no line of it was understood."""
        records = self.lines - len(self.skipped)
        if records <= 0:
            found = self.skipped[0] if self.skipped else "nothing"
            raise BadInput(expected=f"records of {form}", found=found, where=self.name)
        return Read(
            format=form,
            name=self.name,
            records=records,
            skipped=tuple(self.skipped),
            intervals=tuple(intervals),
            moments=tuple(moments),
            remarks=tuple(remarks),
        )

    def _object(self, line: bytes) -> Json | None:
        try:
            record = strict_json(line.decode())
        except UnicodeDecodeError:
            self.skip("it is not UTF-8")
        except BadJson as error:
            self.skip(error.sentence)
        else:
            if isinstance(record, dict):
                return record
            self.skip("it is no JSON object")
        return None

    def _raw(self) -> Iterator[bytes]:
        try:
            with self.path.open("rb") as file:
                if file.read(2) == GZIP:
                    yield from self._unpacked()
                    return
                file.seek(0)
                left = os.fstat(file.fileno()).st_size
                while left > 0 and (line := file.readline(left)):
                    left -= len(line)
                    yield line
        except OSError as error:
            found = error.strerror or type(error).__name__
            raise BadInput(expected="a readable file", found=found, where=self.name) from error

    def _unpacked(self) -> Iterator[bytes]:
        try:
            with gzip.open(self.path) as file:
                yield from file
        except (EOFError, zlib.error, gzip.BadGzipFile):
            # As one more line, so that it is counted.
            self.number, self.lines = self.number + 1, self.lines + 1
            self.skip("what is packed ends before its end")


def inner(record: Any, *path: str) -> Json:
    """The object below *path*, empty if there is none."""
    for key in path:
        record = record.get(key) if isinstance(record, dict) else None
    return record if isinstance(record, dict) else {}


def items(record: Any, key: str) -> list[Json]:
    """The objects of the list below *key*."""
    value = record.get(key) if isinstance(record, dict) else None
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def below(record: Json, *names: str) -> list[Json]:
    """The items of the lists below *names*; what is missing or no object stands there as an empty one, so that it is not lost."""
    lists = [record[name] for name in names if isinstance(record.get(name), list)]
    return [item if isinstance(item, dict) else {} for found in lists for item in found] if lists else [{}]


def word(record: Json, *names: str) -> str:
    """The first text below one of *names*, "" if there is none."""
    return next((value for name in names if isinstance(value := record.get(name), str) and value), "")


def number(value: Any) -> float | None:
    """A number that is not negative, also written as text of digits; None for anything else."""
    if isinstance(value, str) and re.fullmatch(r"\d{1,18}(?:\.\d{1,18})?", value, re.ASCII):
        return float(value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value <= 1e18 else None


def times(found: Counter[str]) -> str:
    """Words and how often, most frequent first."""
    return ", ".join(f"{name} ({count})" for name, count in found.most_common())
