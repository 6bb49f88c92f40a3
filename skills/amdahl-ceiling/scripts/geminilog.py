"""Sessions of the Gemini CLI: one JSON document, or in newer versions a line for each message; and its log of prompts.

A message's time is when it was complete. A tool has one time only: of its end in some versions; in others it is the message's own,
and then what lies around that message is the model's, the tool's or a wait, and nobody can split it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from _portable.strictjson import BadJson, strict_json
from agenttime import Answers, Done
from badinput import BadInput
from intervals import union
from loglines import Json, LogLines, items, word
from reading import Interval, Moment, Read, instant
from records import text_of

FORMAT = "Gemini CLI session"
HEAD = re.compile(rb'\A\s*\{\s*"sessionId"\s*:\s*"[^"]*"\s*,\s*"projectHash"\s*:')
PROMPTS = re.compile(rb'\A\s*\[\s*\{\s*"sessionId"\s*:\s*"[^"]*"\s*,\s*"messageId"\s*:\s*\d')
CANNOT = "For {} of its messages the tools' times are the message's own: up to the next one, model, tools and waiting cannot be split."
ONE_TIME = "A tool has one time only: what it waited for a permission counts as its own."


@dataclass(slots=True)
class _Session:
    """Messages by id: one that is written again takes the place of the first."""

    id: str = ""
    messages: dict[str, Json] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    records: int = 0

    def take(self, message: Json, place: str) -> None:
        if instant(message.get("timestamp")) is None or not word(message, "type"):
            self.skipped.append(f"{place}: it has no time with an offset, or no type")
            return
        self.records += 1
        self.messages[word(message, "id") or place] = message


def recognises(head: bytes, name: str) -> bool:
    """Say whether *head* is that of a session or of the log of prompts."""
    return bool(HEAD.match(head) or PROMPTS.match(head))


def read(path: Path, name: str) -> Read:
    """Read one session, or the prompts of several. Raises BadInput if it is torn, or nothing of it can be used."""
    with path.open("rb") as file:
        first = file.readline()
    if _object(first) is not None and PROMPTS.match(first) is None:
        return _lines(path, name)
    try:
        document = strict_json(text_of(path, name), name)
    except BadJson as error:
        raise BadInput(expected="JSON", found=error.sentence, where=error.where or name) from error
    return _prompts(document, name) if isinstance(document, list) else _document(document, name)


def _object(line: bytes) -> Json | None:
    try:
        found = strict_json(line.decode())
    except (BadJson, UnicodeDecodeError):
        return None
    return found if isinstance(found, dict) and "messages" not in found else None


def _prompts(entries: list[Any], name: str) -> Read:
    moments, skipped = [], []
    for place, entry in enumerate(entries, start=1):
        at = instant(entry.get("timestamp")) if isinstance(entry, dict) else None
        if at is None:
            skipped.append(f"{name}#{place}: it has no time with an offset")
        else:
            moments.append(Moment(case=f"gemini:{word(entry, 'sessionId')}", event="prompt", at=at))
    if not moments:
        raise BadInput(expected="prompts with times", found=(skipped or ["none"])[0], where=name)
    return Read(format=FORMAT, name=name, records=len(moments), skipped=tuple(skipped), moments=tuple(moments))


def _document(document: Any, name: str) -> Read:
    session = _Session(id=word(document, "sessionId") or name)
    messages = document.get("messages")
    for place, message in enumerate(messages if isinstance(messages, list) else [], start=1):
        session.take(message if isinstance(message, dict) else {}, f"{name}#{place}")
    if not session.records:
        raise BadInput(expected="messages", found=(session.skipped or ["none"])[0], where=name)
    intervals, remarks = _time(session)
    return Read(
        format=FORMAT,
        name=name,
        records=session.records,
        skipped=tuple(session.skipped),
        intervals=intervals,
        remarks=remarks,
    )


def _lines(path: Path, name: str) -> Read:
    """The newer form; `$set` and `$rewindTo` change what is shown, not what was done."""
    lines, session = LogLines(path, name), _Session()
    for record in lines:
        session.id = session.id or word(record, "sessionId")
        before = len(session.skipped)
        if "type" in record or "id" in record:
            session.take(record, f"{name}:{lines.number}")
        elif not {"$set", "$rewindTo", "sessionId"} & set(record):
            lines.skip("it is no message")
        if len(session.skipped) > before:
            lines.skip("it has no time with an offset, or no type")
    session.id = session.id or name
    return lines.told(FORMAT, *_time(session))


def _time(session: _Session) -> tuple[tuple[Interval, ...], tuple[str, ...]]:
    """The intervals of a session, and what it cannot say."""
    answers, unsplit = Answers(), 0
    found: list[Done] = []
    since: float | None = None
    for message in session.messages.values():
        at = instant(message["timestamp"]) or 0.0
        if message["type"] == "user":
            answers.asked(at)
            since = at
        elif message["type"] == "gemini" and answers.spans:
            since, is_unsplit = _answer(found, message, since, at)
            unsplit += is_unsplit
            answers.works(max(at, since or at))
    remarks = [CANNOT.format(unsplit)] if unsplit else []
    if any(one.kind == "tool" for one in found):
        remarks.append(ONE_TIME)
    return tuple(_intervals(session, found, answers)), tuple(remarks)


def _answer(found: list[Done], message: Json, since: float | None, at: float) -> tuple[float | None, bool]:
    """Take one message of the model; return from when on the next one is the model's, None if it cannot be known."""
    calls = items(message, "toolCalls")
    ends = [(instant(call.get("timestamp")), word(call, "name")) for call in calls]
    known = [(end, tool) for end, tool in ends if end is not None and end > at]
    if calls and not known:
        return None, True
    if since is not None:
        found.append(Done(tool="", start=since, end=at, grade="C", kind="model"))
    found.extend(Done(tool=tool, start=at, end=end, grade="C") for end, tool in known)
    return max((end for end, _ in known), default=at), False


def _intervals(session: _Session, found: list[Done], answers: Answers) -> Iterator[Interval]:
    case = f"gemini:{session.id}"
    for one in found:
        if one.end >= one.start:
            yield Interval(case=case, kind=one.kind, start=one.start, end=one.end, grade="C", what=one.tool)
    windows = union(answers.spans)
    for (_, end), (start, _) in pairwise(windows):
        yield Interval(case=case, kind="idle", start=end, end=start, grade="C")
