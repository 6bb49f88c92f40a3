"""Merged pull requests, read from a CSV file: when each was merged, and which sessions belong to it.

A file that cannot be what it should be is refused as a whole, with what was expected and where: a wrong unit of time would
give a figure that looks right.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from badinput import BadInput

NUMBER = ("pr", "number")
MERGED = ("merge_epoch", "merged_epoch", "merge_at", "merged_at")
SESSIONS = ("session_ids", "sessions")
LAST_COMMIT = ("last_commit_epoch", "last_commit_at")
FIRST_COMMIT = ("first_author_epoch", "first_commit_epoch", "first_commit_at")
COVERED = "fully_covered"
YES, NO = frozenset({"1", "true", "yes"}), frozenset({"0", "false", "no", ""})
EARLIEST, LATEST = datetime(2005, 1, 1, tzinfo=UTC).timestamp(), datetime(2100, 1, 1, tzinfo=UTC).timestamp()
LONGEST_FIELD = 10_000_000

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """One merged pull request.

    Attributes:
        number: Its number, as written.
        merged: When it was merged, epoch seconds.
        sessions: Ids of the sessions that belong to it.
        last_commit: Time of its last commit, epoch seconds, or None.
        first_commit: Time of its first commit, epoch seconds, or None.
        covered: Whether all its sessions are known to be there; None if the file does not say.
    """

    number: str
    merged: float
    sessions: tuple[str, ...]
    last_commit: float | None = None
    first_commit: float | None = None
    covered: bool | None = None


def read_pulls(path: Path, where: str) -> list[Pull]:
    """Read the merged pull requests of one CSV file (UTF-8, comma or semicolon); *where* names the file in messages.

    Raises:
        BadInput: not UTF-8, a needed column missing, or a time that is none.
    """
    csv.field_size_limit(LONGEST_FIELD)
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            head = lines.readline()
            lines.seek(0)
            reader = csv.DictReader(lines, delimiter=";" if head.count(";") > head.count(",") else ",")
            names = _columns(reader.fieldnames or [], where)
            return [_pull(row, names, f"{where}:{reader.line_num}") for row in reader]
    except UnicodeDecodeError as error:
        found = f"a byte that is not, at offset {error.start}"
        raise BadInput(expected="UTF-8 text", found=found, where=where) from error
    except csv.Error as error:
        raise BadInput(expected="a CSV file", found=str(error), where=where) from error


def _columns(header: Sequence[str], where: str) -> dict[str, str]:
    """Which column of *header* stands for which field."""
    fields = {"number": NUMBER, "merged": MERGED, "sessions": SESSIONS, "last": LAST_COMMIT, "first": FIRST_COMMIT}
    names = {field: name for field, wanted in fields.items() for name in wanted[::-1] if name in header}
    for field in ("number", "merged", "sessions"):
        if field not in names:
            found = ", ".join(header) or "no header line"
            raise BadInput(expected=f"a column {' or '.join(fields[field])}", found=found, where=where)
    if COVERED in header:
        names["covered"] = COVERED
    return names


def _pull(row: Row, names: dict[str, str], where: str) -> Pull:
    number = (row[names["number"]] or "").strip()
    if not number:
        raise BadInput(expected=f"a number in column {names['number']}", found="nothing", where=where)
    merged = _time(row, names["merged"], where)
    if merged is None:
        raise BadInput(expected=f"a time in column {names['merged']}", found="nothing", where=where)
    return Pull(
        number=number,
        merged=merged,
        sessions=tuple(dict.fromkeys(_words(row[names["sessions"]]))),
        last_commit=_time(row, names["last"], where) if "last" in names else None,
        first_commit=_time(row, names["first"], where) if "first" in names else None,
        covered=_flag(row, where) if "covered" in names else None,
    )


def _words(text: str | None) -> Iterator[str]:
    return (word for word in re.split(r"[\s,;|]+", text or "") if word)


def _flag(row: Row, where: str) -> bool:
    text = (row[COVERED] or "").strip().lower()
    if text not in YES | NO:
        raise BadInput(expected=f"1 or 0 in column {COVERED}", found=repr(text), where=where)
    return text in YES


def _time(row: Row, name: str, where: str) -> float | None:
    """The time in column *name*, epoch seconds; None if the cell is empty."""
    text = (row[name] or "").strip()
    if not text:
        return None
    wanted = "epoch seconds" if name.endswith("_epoch") else "an ISO 8601 time with offset"
    try:
        value = float(text) if name.endswith("_epoch") else _instant(text)
    except ValueError as error:
        raise BadInput(expected=f"{wanted} in column {name}", found=repr(text), where=where) from error
    if not EARLIEST <= value <= LATEST:
        found = f"{text} (milliseconds, it seems)" if EARLIEST <= value / 1000 <= LATEST else text
        raise BadInput(expected=f"{wanted} in column {name}", found=found, where=where)
    return value


def _instant(text: str) -> float:
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError(text)
    return time.timestamp()
