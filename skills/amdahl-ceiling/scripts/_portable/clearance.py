# Generated from fde/portable by make skills. Do not edit.
"""Who may see words: what a file says in its head, and what the table `evidence/clearance.md` says of it.

The stricter of two statements counts, and one that cannot be understood clears nothing: the file is then not used at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .cells import cells_of
from .days import day
from .names import folded_name

TABLE = "clearance.md"
KINDS = ("recording", "document", "export", "typed note", "answer")
TOLD = ("typed note", "answer")
CLEARANCES = ("internal", "paraphrase", "quote")
PRIVATE = "private"
STRICTEST_FIRST = (PRIVATE, *CLEARANCES)

_COLUMNS = ("path", "kind", "clearance", "who", "given by", "on")
_HEAD = re.compile(r"\s*^---[ \t]*\n(.*?)^---[ \t]*$", re.DOTALL | re.MULTILINE)
_FIELD = re.compile(r"(kind|clearance)[ \t]*:(.*)", re.IGNORECASE)
_RULE = re.compile(r"[ \t|:-]+")
_LIKE_TABLE = re.compile(r"[\W_]*clearances?[\W_\d]*((md|txt|markdown)[\W_]*)*")
# Where nobody may have meant anything else: a head is at the top, and its lines are short.
_LIKE_PRIVATE = re.compile(r"[\W_]*clearance[\W_]{1,8}private[\W_]*(#.*)?", re.IGNORECASE)
_TOP = 20


class BadMark(ValueError):
    """A mark is not understood.

    Attributes:
        line: In its file, from 1.
        sentence: What was expected, with the allowed values, and what was found.
    """

    def __init__(self, line: int, sentence: str) -> None:
        """Keep both."""
        self.line = line
        self.sentence = sentence
        super().__init__(f"line {line}: {sentence}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What is said of a file: kind and clearance, each empty if nothing is said."""

    kind: str = ""
    clearance: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Mark):
    """One line of the table, about every file below `evidence/` that the glob *pattern* describes.

    Attributes:
        line: In the table's file, from 1.
    """

    pattern: str
    line: int = 0

    @property
    def restricts(self) -> bool:
        """Whether it is there to keep words back, so that it must not fail in silence."""
        return self.clearance in (PRIVATE, "internal")


def is_private(name: str) -> bool:
    """Say whether *name*, a path below `evidence/`, lies in a private folder, however that is spelled."""
    return any(re.sub(r"[\W_]+", "", folded_name(part)) == PRIVATE for part in name.split("/")[:-1])


def is_like_table(name: str) -> bool:
    """Say whether *name*, a path below `evidence/`, is meant for the table and is not its name, so that nobody would read it."""
    return name != TABLE and "/" not in name and bool(_LIKE_TABLE.fullmatch(folded_name(name)))


def head_of(text: str) -> tuple[Mark, int]:
    """Return what the head of *text* (line ends as LF) says, and where the words begin behind it; 0 if it has no head.

    Raises:
        BadMark: a value is none of those allowed, a key is there twice, or `private` is said where no head is read.
    """
    head = _HEAD.match(text)
    first, last = (text.count("\n", 0, place) for place in (head.start(1), head.end(1))) if head else (0, 0)
    _require_read(text, first, last)
    if not head:
        return Mark(), 0
    said: dict[str, str] = {}
    for number, line in enumerate(head[1].split("\n"), first + 1):
        found = _FIELD.fullmatch(line)
        if not found:
            continue
        key, value = found[1].lower(), re.sub(r"[ \t]#.*", "", found[2]).strip().strip("\"'")
        if key in said:
            raise BadMark(number, f"{key} is given twice")
        said[key] = _allowed(number, key, value)
    return Mark(kind=said.get("kind", ""), clearance=said.get("clearance", "")), head.end()


def _require_read(text: str, first: int, last: int) -> None:
    """Raise BadMark for a line near the top that marks the words as private and is none of a head's, which has *first* to *last*."""
    for number, line in enumerate(text.split("\n", last + _TOP)[: last + _TOP], 1):
        if _LIKE_PRIVATE.fullmatch(line) and not (first < number <= last and _FIELD.fullmatch(line)):
            raise BadMark(number, "clearance: expected in a head, `clearance: private` between two lines of three hyphens, found outside one")


def _allowed(line: int, key: str, value: str) -> str:
    """Return *value* in small letters; nothing said is allowed too."""
    allowed = KINDS if key == "kind" else STRICTEST_FIRST
    if value and value.lower() not in allowed:
        raise BadMark(line, f"{key}: expected one of {', '.join(allowed)}, found {value[:60]!r}")
    return value.lower()


def rows_of(text: str) -> tuple[Row, ...]:
    """Return the lines of the table in *text* (line ends as LF): path or glob, kind, clearance, who, given by, on.

    `path` and `clearance` must be among its columns. Who is cleared for more than internal use, somebody has cleared: `given by`
    and the date `on` must say so. Text around the table is for people.

    Raises:
        BadMark: a line is not understood. An empty file has no lines.
    """
    lines = [(number, cells_of(line)) for number, line in enumerate(text.split("\n"), 1) if "|" in line and not _RULE.fullmatch(line)]
    if not lines:
        if text.strip():
            raise BadMark(1, f"expected a table with the columns {' | '.join(_COLUMNS)}, found none")
        return ()
    columns = _columns(*lines[0])
    return tuple(_row(number, cells, columns) for number, cells in lines[1:])


def _columns(line: int, cells: Sequence[str]) -> list[str]:
    names = [re.sub(r" or glob\Z", "", cell.lower()) for cell in cells]
    unknown = [cell for cell, name in zip(cells, names, strict=True) if name not in _COLUMNS]
    if unknown or len(set(names)) < len(names) or not {"path", "clearance"} <= set(names):
        raise BadMark(line, f"expected the columns {' | '.join(_COLUMNS)}, found {' | '.join(cells)[:80]!r}")
    return names


def _row(line: int, cells: Sequence[str], columns: Sequence[str]) -> Row:
    if len(cells) > len(columns):
        raise BadMark(line, f"expected {len(columns)} cells, found {len(cells)}")
    said = {"kind": "", "clearance": "", "given by": "", "on": "", **dict(zip(columns, cells, strict=False))}
    clearance = _allowed(line, "clearance", said["clearance"])
    if clearance not in ("", PRIVATE, "internal") and not (said["given by"] and said["on"]):
        raise BadMark(line, f"clearance: {clearance} must be given by somebody on a day, and `given by` or `on` is empty")
    if said["on"] and day(said["on"]) is None:
        raise BadMark(line, f"on: expected a date like 2026-03-02, found {said['on'][:60]!r}")
    return Row(line=line, pattern=_pattern(line, said["path"]), kind=_allowed(line, "kind", said["kind"]), clearance=clearance)


def _pattern(line: int, cell: str) -> str:
    """Return a path or glob below `evidence/`; a folder stands for everything in it."""
    pattern = re.sub(r"\A(\./)?(evidence/)?", "", cell.strip("`"))
    if not pattern or pattern.startswith("/") or ".." in pattern.split("/") or "\\" in pattern:
        raise BadMark(line, f"path: expected a path or glob below evidence/, like interviews/**, found {cell[:60]!r}")
    return f"{pattern}**" if pattern.endswith("/") else pattern


def combined(head: Mark, rows: Iterable[Mark], kind: str) -> Mark:
    """Return what holds for a file: of everything that is said the strictest clearance, internal if nothing is.

    The head's kind goes before the table's, and that before the default *kind*; but what is told in one of them is told.
    """
    said = [head, *rows]
    clearances = [mark.clearance for mark in said if mark.clearance] or ["internal"]
    kinds = [mark.kind for mark in said if mark.kind] or [kind]
    return Mark(
        kind=next((name for name in kinds if name in TOLD), kinds[0]),
        clearance=min(clearances, key=STRICTEST_FIRST.index),
    )
