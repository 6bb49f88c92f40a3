"""The records of an export, one by one: from JSON, from JSON lines, or from a table whose column `data` holds the JSON of each row.

A record that cannot be read is named with its place; a file that holds none at all is refused.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from _portable.strictjson import BadJson, strict_json
from badinput import BadInput
from pulls import LONGEST_FIELD

GZIP = b"\x1f\x8b"
LARGEST = 256_000_000  # bytes of one export; an answer of an API is read as a whole
RAW = {"params", "data", "url", "input"}  # columns of a table of raw answers, as DevLake keeps them

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One record.

    Attributes:
        place: Where it stands: file and line, or file and number.
        record: What it says.
        scope: What its table says of where it comes from: parameters and input of the request.
        fault: Why it could not be read, "" if it could.
    """

    place: str
    record: Json
    scope: Json
    fault: str = ""


def text_of(path: Path, name: str) -> str:
    """The whole of a file as text, unpacked if it is packed with gzip. Raises BadInput: too large, or not UTF-8."""
    try:
        with path.open("rb") as file:
            is_packed = file.read(2) == GZIP
        with (gzip.open(path) if is_packed else path.open("rb")) as file:
            body = file.read(LARGEST + 1)
        if len(body) > LARGEST:
            raise BadInput(expected=f"at most {LARGEST} bytes", found="more", where=name)
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(expected="UTF-8 text", found=f"a byte that is not, at offset {error.start}", where=name) from error
    except (OSError, EOFError) as error:
        raise BadInput(expected="a file that can be read", found=str(error), where=name) from error


def records(path: Path, name: str, lists: Iterable[str] = ()) -> Iterator[Found]:
    """Yield the records of the file *path*, called *name* in messages; *lists* are the keys below which an answer keeps them.

    Raises:
        BadInput: it is neither JSON nor JSON lines nor a table of raw answers.
    """
    text = text_of(path, name)
    if not text.lstrip().startswith(("{", "[")):
        yield from _rows(text, name)
        return
    try:
        document = strict_json(text, name)
    except BadJson as error:
        if not _is_lines(text):
            raise BadInput(expected="JSON", found=error.sentence, where=error.where or name) from error
        yield from _lines(text, name, tuple(lists))
        return
    for number, record in enumerate(_unwrapped(document, tuple(lists)), start=1):
        yield _found(record, f"{name}#{number}", {})


def _unwrapped(document: Any, lists: tuple[str, ...]) -> Iterator[Any]:
    """The records of an answer: each item of a list, of a list below one of *lists*, or the answer itself."""
    if isinstance(document, list):
        for item in document:
            yield from _unwrapped(item, lists)
        return
    inner = next((document[key] for key in lists if isinstance(document, dict) and isinstance(document.get(key), list | dict)), None)
    if inner is None:
        yield document
    else:
        yield from _unwrapped(inner, lists)


def _is_lines(text: str) -> bool:
    """Whether the first line is JSON on its own and more follow."""
    first, _, rest = text.lstrip().partition("\n")
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        return False
    return bool(rest.strip())


def _lines(text: str, name: str, lists: tuple[str, ...]) -> Iterator[Found]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            yield from _cell(line, f"{name}:{number}", {}, lists)


def _rows(text: str, name: str) -> Iterator[Found]:
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.DictReader(io.StringIO(text, newline=""))
    try:
        if not set(reader.fieldnames or []) >= RAW:
            found = ", ".join(reader.fieldnames or []) or "nothing"
            raise BadInput(expected="JSON, or a table with the columns params, data, url and input", found=found, where=name)
        for row in reader:
            scope = {**_scope(row["params"]), **_scope(row["input"])}
            yield from _cell(row["data"] or "", f"{name}:{reader.line_num}", scope, ())
    except csv.Error as error:
        raise BadInput(expected="a CSV file", found=str(error), where=name) from error


def _scope(text: str | None) -> Json:
    try:
        value = strict_json(text or "null")
    except BadJson:
        return {}
    return value if isinstance(value, dict) else {}


def _cell(text: str, place: str, scope: Json, lists: tuple[str, ...]) -> Iterator[Found]:
    try:
        document = strict_json(text)
    except BadJson as error:
        yield Found(place=place, record={}, scope=scope, fault=error.sentence)
        return
    for record in _unwrapped(document, lists):
        yield _found(record, place, scope)


def _found(record: Any, place: str, scope: Json) -> Found:
    if isinstance(record, dict):
        return Found(place=place, record=record, scope=scope)
    return Found(place=place, record={}, scope=scope, fault="it is no JSON object")
