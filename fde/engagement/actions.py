"""`actions.md`: what is to be done, and what the client owes us, as a task list that a person ticks in any editor.

fde only ever adds lines; every other byte of the file is the person's, and a line that cannot be understood is told, never lost.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..portable.artefact import Complaint
from ..portable.days import day
from ..portable.facts import by_id, fill, show
from ..portable.fold import fold
from ..portable.markdown import safe
from . import files
from .engagement import Engagement

FILE = "actions.md"
CAP = 4_000_000
TO_DO, OWED = "To do", "What the client owes us"
_LABELS = ("Who", "Due", "Moves", "From", "Asked", "Needed by")
_FIELD = re.compile(rf"(?<!\S)({'|'.join(_LABELS)}):(?=\s|$)")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|[0-9]{1,9}[.)])(?:[ \t]|$)")
_TASK = re.compile(r"[ \t]*(?:[-*+]|[0-9]{1,9}[.)])[ \t]*\[([^\]\n]{0,2})\](?!\()(.*)")
_HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]+(.*?))?[ \t]*#*[ \t]*")
_OPENING = re.compile(r"^ {0,3}(```|~~~)|(<!--)", re.MULTILINE)
_CLOSING = {
    "<!--": re.compile(r"-->"),
    "```": re.compile(r"^ {0,3}```[`]*[ \t]*\r?$", re.MULTILINE),
    "~~~": re.compile(r"^ {0,3}~~~[~]*[ \t]*\r?$", re.MULTILINE),
}
_MOVES = re.compile(r"([a-z0-9]+(?:[._-][a-z0-9]+)*)(?:\s*\((.*)\))?")
_ORIGIN = re.compile(r"([a-z0-9-]+/[a-z0-9-]+)\s+([a-z0-9]+(?:[._-][a-z0-9]+)*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something to be done.

    Attributes:
        line: Where it stands in `actions.md`, from 1.
        what: In the words of the line.
        is_done: Whether it is ticked.
        who: A role, empty if the line names none.
        due: None if the line names no day.
        moves: The id of the fact that it should move, empty if none.
        value: What that fact was, as the line says it, for the reader of the file.
        artefact: `<skill>/<folder>` of the artefact that proposed it, empty for a person's own.
        action: Its id there, empty likewise.
    """

    line: int
    what: str
    is_done: bool
    who: str = ""
    due: date | None = None
    moves: str = ""
    value: str = ""
    artefact: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """Something that the client owes us.

    Attributes:
        line: Where it stands in `actions.md`, from 1.
        what: In the words of the line.
        is_done: Whether it came.
        who: The role that was asked, empty if the line names none.
        asked: When, None if the line does not say.
        needed_by: None if the line does not say.
    """

    line: int
    what: str
    is_done: bool
    who: str = ""
    asked: date | None = None
    needed_by: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Promises:
    """What `actions.md` says, in its order, and what of it could not be understood."""

    actions: tuple[Action, ...] = ()
    debts: tuple[Debt, ...] = ()
    complaints: tuple[Complaint, ...] = ()


@dataclass(slots=True)
class _Task:
    """One entry of the list while its lines are gathered."""

    line: int
    mark: str
    text: str
    heading: str


def read(engagement: Engagement) -> Promises:
    """Return what `actions.md` says; nothing if there is no such file. Raises NotText, NotRegular, TooLarge or CannotRead."""
    path = engagement.root / FILE
    return parse(files.read_text(path, CAP)) if os.path.lexists(path) else Promises()


def parse(text: str) -> Promises:
    """Return what the task list *text* says."""
    actions: list[Action] = []
    debts: list[Debt] = []
    complaints: list[Complaint] = []
    for task in _tasks(text):
        reader = _Reader(task)
        if task.mark not in (" ", "x", "X"):
            reader.complain("[ ] or [x]", f"[{task.mark}]")
        elif not reader.what:
            reader.complain("what is to be done", "nothing")
        elif reader.is_debt:
            debts.append(reader.debt())
        else:
            actions.append(reader.action())
        complaints += reader.complaints
    return Promises(actions=tuple(actions), debts=tuple(debts), complaints=tuple(complaints))


class _Reader:
    """Takes one entry apart and gathers what is wrong with it."""

    def __init__(self, task: _Task) -> None:
        self.task = task
        self.complaints: list[Complaint] = []
        first, *rest = _FIELD.split(task.text)
        self.what = first.strip()
        self.fields: dict[str, str] = {}
        for label, value in zip(rest[::2], rest[1::2], strict=True):
            if label in self.fields:
                self.complain(f"{label} once", f"{label}: {value.strip()}")
            self.fields.setdefault(label, value.strip().removesuffix(".").rstrip())

    @property
    def is_debt(self) -> bool:
        return self.task.heading.casefold() == OWED.casefold() or bool({"Asked", "Needed by"} & set(self.fields))

    def action(self) -> Action:
        self._only("Who", "Due", "Moves", "From")
        moves = self._match("Moves", _MOVES, "a fact's id, like orders.per-week")
        origin = self._match("From", _ORIGIN, "an artefact and its action, like amdahl-ceiling/2026-03-02-01 a1")
        return Action(
            line=self.task.line,
            what=self.what,
            is_done=self.task.mark != " ",
            who=self.fields.get("Who", ""),
            due=self._day("Due"),
            moves=moves[1] if moves else "",
            value=moves[2] or "" if moves else "",
            artefact=origin[1] if origin else "",
            action=origin[2] if origin else "",
        )

    def debt(self) -> Debt:
        self._only("From", "Asked", "Needed by")
        return Debt(
            line=self.task.line,
            what=self.what,
            is_done=self.task.mark != " ",
            who=self.fields.get("From", ""),
            asked=self._day("Asked"),
            needed_by=self._day("Needed by"),
        )

    def complain(self, expected: str, found: str) -> None:
        self.complaints.append(Complaint(where=f"{FILE}:{self.task.line}", what=f"expected {expected}, found {found[:80]!r}"))

    def _only(self, *labels: str) -> None:
        for label, value in self.fields.items():
            if label not in labels:
                self.complain(f"only {', '.join(labels)} here", f"{label}: {value}")

    def _day(self, label: str) -> date | None:
        text = self.fields.get(label)
        found = day(text) if text is not None else None
        if text is not None and found is None:
            self.complain(f"{label}: and a date like 2026-03-31", text)
        return found

    def _match(self, label: str, pattern: re.Pattern[str], expected: str) -> re.Match[str] | None:
        text = self.fields.get(label)
        found = pattern.fullmatch(text) if text is not None else None
        if text is not None and found is None:
            self.complain(f"{label}: and {expected}", text)
        return found


def add_from(engagement: Engagement, folder: str, record: Mapping[str, Any]) -> int:
    """Add a line for each action of the artefact in *folder*, and return how many were added.

    An action is not added twice, nor where one with the same words is still open: that one keeps the value it started from.
    The caller holds the engagement's lock. Raises CannotWrite, NotText, NotRegular, TooLarge or CannotRead.
    """
    path = engagement.root / FILE
    data = files.read_bytes(path, CAP) if os.path.lexists(path) else b"# Actions\n"
    text = files.as_text(data, FILE)
    lines = list(_new_lines(text, folder, record))
    if lines:
        mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
        files.replace(path, mark + with_lines(text, TO_DO, lines).encode())
    return len(lines)


def _new_lines(text: str, folder: str, record: Mapping[str, Any]) -> Iterator[str]:
    artefact = folder.removeprefix("artefacts/")
    is_open = {_words(action.what) for action in parse(text).actions if not action.is_done}
    for action in record["actions"]:
        # Looked for in the whole text: a line that a person struck out or hid was added, too.
        stands = re.search(rf"From:\s+{re.escape(artefact)}\s+{re.escape(action['id'])}(?![\w-])", text)
        what = _neutral(action["rendered"])
        if not stands and _words(what) not in is_open:
            is_open.add(_words(what))
            yield _line(action, what, artefact, record)


def _line(action: Mapping[str, Any], what: str, artefact: str, record: Mapping[str, Any]) -> str:
    facts = by_id(record["facts"])
    parts = [what if what.endswith((".", "!", "?")) else f"{what}."]
    parts.append(f"Who: {_neutral(fill(action['owner'], facts)).removesuffix('.')}.")
    parts += [f"Due: {action['due']}."] if action["due"] else []
    parts.append(f"Moves: {action['moves']} ({safe(show(facts[action['moves']]))} on {record['created'][:10]}).")
    parts.append(f"From: {artefact} {action['id']}.")
    return f"- [ ] {' '.join(parts)}"


def _neutral(text: str) -> str:
    """Return *text* on one line, shown as it is by Markdown, with none of our labels in it."""
    return _FIELD.sub(r"\1", safe(text))


def _words(what: str) -> str:
    return fold(what).casefold().rstrip(".!?")


def with_lines(text: str, heading: str, lines: list[str]) -> str:
    """Return *text* with *lines* at the end of the section *heading*, which is made if it is not there; no other byte changes."""
    end = "\r\n" if "\r\n" in text else "\n"
    place = _end_of(text, heading)
    if place is None:
        gap = "" if text.endswith("\n") or not text else end
        return f"{text}{gap}{end}## {heading}{end}{end}{end.join(lines)}{end}"
    last = text[:place].rpartition("\n")[2]
    gap = end if _ITEM.match(last) or last[:1] in (" ", "\t") else end * 2
    tail = text[place:] or end
    return f"{text[:place]}{gap}{end.join(lines)}{tail}"


def _end_of(text: str, heading: str) -> int | None:
    """Return the offset behind the last written line of the section *heading*, None if there is no such section."""
    place, inside = None, False
    offset = 0
    for raw, shown in zip(text.split("\n"), _shown(text).split("\n"), strict=True):
        if match := _HEADING.fullmatch(shown.rstrip("\r")):
            if inside:
                break
            inside = _is_named(match, heading)
        if inside and raw.strip():
            place = offset + len(raw.rstrip("\r"))
        offset += len(raw) + 1
    return place


def _is_named(match: re.Match[str], heading: str) -> bool:
    return (match[1] or "").casefold() == heading.casefold()


def _shown(text: str) -> str:
    """Return *text* with what is an example or out of sight, comments and fences, blank: no promise of anybody stands there."""
    shown, place, never_closed = [], 0, set()
    while match := _OPENING.search(text, place):
        sign = match[1] or match[2]
        end = None if sign in never_closed else _CLOSING[sign].search(text, match.end())
        if end:
            shown.append(text[place : match.start()] + re.sub(r"[^\n]", " ", text[match.start() : end.end()]))
        else:
            never_closed.add(sign)
            shown.append(text[place : match.end()])
        place = end.end() if end else match.end()
    return "".join(shown) + text[place:]


def _tasks(text: str) -> Iterator[_Task]:
    """Yield each entry of the list with the lines that run on."""
    heading, task = "", None
    for number, line in enumerate(_shown(text).split("\n"), 1):
        line = line.rstrip("\r")
        if task and line.strip() and line[:1] in (" ", "\t") and not _ITEM.match(line):
            task.text += f" {line.strip()}"
            continue
        if task:
            yield task
        task = None
        if match := _HEADING.fullmatch(line):
            heading = match[1] or ""
        elif match := _TASK.fullmatch(line):
            mark = match[1].strip() or match[1][:1]
            task = _Task(number, mark, match[2].strip(), heading)
    if task:
        yield task
