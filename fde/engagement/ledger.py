"""A ledger: one JSON object a line, only ever appended to (NDJSON).

A process that dies while it appends leaves at most an unfinished last line, which is not yet a record: reading passes
over it, the next append removes it. Any other broken line is somebody's doing and stops the reading.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import LedgerBroken
from ..portable.names import escaped
from ..portable.strictjson import BadJson, strict_json
from . import files

CAP = 256 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What was read.

    Attributes:
        records: One a line, in order.
        torn: Whether an unfinished last line was passed over.
    """

    records: tuple[dict[str, Any], ...]
    torn: bool


def append(path: Path, record: Mapping[str, Any], *, mode: int = 0o666) -> None:
    """Add *record* as one line, durably, after removing an unfinished last line; *mode* is that of a new ledger.

    Raises:
        CannotWrite: the system's words; the ledger holds what it held.
        ValueError: *record* could not be read again (NaN, half a character).
    """
    line = json.dumps(dict(record), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    strict_json(line)
    files.append_line(path, line, keep=_is_whole, mode=mode)


def read(path: Path) -> Ledger:
    """Return the records of the ledger at *path*; none if there is no such file.

    Raises:
        LedgerBroken: a line other than an unfinished last one is not a JSON object; names file:line.
        NotRegular, TooLarge, CannotRead: as `files.read_bytes`.
    """
    if not os.path.lexists(path):
        return Ledger(records=(), torn=False)
    *lines, tail = files.read_bytes(path, CAP, cap_name="the limit for a ledger").split(b"\n")
    if tail and _is_whole(tail):
        lines, tail = [*lines, tail], b""
    records = tuple(_record(line, f"{escaped(path)}:{number}") for number, line in enumerate(lines, 1))
    return Ledger(records=records, torn=bool(tail))


def _record(line: bytes, where: str) -> dict[str, Any]:
    try:
        value = strict_json(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise LedgerBroken(f"byte {error.start} is not UTF-8", where=where) from error
    except BadJson as error:
        raise LedgerBroken(error.sentence, where=where) from error
    if not isinstance(value, dict):
        raise LedgerBroken("expected an object", where=where)
    return value


def _is_whole(line: bytes) -> bool:
    try:
        _record(line, "")
    except LedgerBroken:
        return False
    return True
