"""Reads Claude Code's session logs (JSON lines), one line at a time, into sessions.

Memory is bounded by the longest line and by what is kept of each record, never by the size of a file; a line that is not
one JSON object is skipped as a whole and its number kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime

from calls import WEB, divide
from conversation import INTERRUPT, Conversation, Record, blocks, ident, number, text_of
from intervals import union
from sessions import Call, Counts, Session
from shapes import Shapes
from turns import TurnFinder

NOTICE = "<task-notification"
NOT_PROMPTS = ("<local-command", "<command-name", NOTICE)
TIMELESS = frozenset({"file-history-snapshot"})  # its inner times are those of other records
BACKWARDS = 0.0005  # seconds; the log's clock has milliseconds


class Reader:
    """Reads the lines of one session's files; `session` gives the value."""

    def __init__(self, name: str, seen: set[bytes]) -> None:
        """*name* is the session's id; *seen* holds the ids of all records read so far, over all sessions."""
        self.name, self.seen = name, seen
        self.main = Conversation()
        self.agents: dict[str, Conversation] = {}
        self.turns = TurnFinder()
        self.first: float | None = None
        self.last: float | None = None
        self.prompt: float | None = None
        self.previous: float | None = None
        self.lines = self.repeated = self.assistant = self.backwards = 0
        self.malformed: list[int] = []
        self.reports_progress = False
        self.shapes = Shapes(self)

    def read(self, lines: Iterable[bytes]) -> None:
        """Take every line of one file."""
        for place, line in enumerate(lines, start=1):
            body = line[:-1] if line.endswith(b"\n") else line
            self.line(body, 0, len(body), place)

    def line(self, data: bytes, start: int, end: int, place: int) -> None:
        """Take the line *data*[*start*:*end*], the *place*-th of its file, without its newline."""
        self.lines += 1
        if not self.shapes.take(data, start, end):
            self.whole(data[start:end], place)

    def whole(self, line: bytes, place: int) -> None:
        """Take a line that must be parsed."""
        record = parse(line)
        if record is None:
            self.malformed.append(place)
        elif record.get("type") not in TIMELESS and self._is_new(record.get("uuid")):
            self._take(record)

    def _is_new(self, uuid: object) -> bool:
        return not isinstance(uuid, str) or self._is_first(ident(uuid))

    def _is_first(self, uuid: bytes) -> bool:
        if uuid in self.seen:
            self.repeated += 1
            return False
        self.seen.add(uuid)
        return True

    def _take(self, record: Record) -> None:
        time = epoch(record.get("timestamp"))
        if time is None:
            return
        self._reach(time)
        match record.get("type"):
            case "assistant":
                self._watch_clock(time)
                self.assistant += 1
                self._talk(record).hear(_message(record), time)
            case "user":
                self._watch_clock(time)
                self._user(record, time)
            case "progress":
                self._progress(record, time)
            case "system" if record.get("subtype") == "turn_duration":
                if (milliseconds := number(record.get("durationMs"))) is not None:
                    self.turns.end(time, milliseconds / 1000)

    def _reach(self, time: float) -> None:
        if self.first is None or self.last is None:
            self.first = self.last = time
        elif time > self.last:
            self.last = time
        elif time < self.first:
            self.first = time

    def _moment(self, uuid: bytes, stamp: bytes) -> float | None:
        """When a record was, that is new and has a time."""
        if not self._is_first(uuid) or (time := moment(stamp)) is None:
            return None
        self._reach(time)
        return time

    def heard(self, side: bytes | None, message: bytes, *, made_up: bool, uuid: bytes, stamp: bytes) -> float | None:
        """Take a line of the model's; None if it is not new or has no time."""
        if (time := self._moment(uuid, stamp)) is not None:
            self._watch_clock(time)
            self.assistant += 1
            self._side(side).prolong(message, time, made_up=made_up)
        return time

    def wrote(self, side: bytes | None) -> None:
        """Take the block of that line: a text."""
        self._side(side).ends_in_text = True

    def asked(self, side: bytes | None, call: bytes, tool: bytes, time: float) -> None:
        """Take the block of that line: a call."""
        self._side(side).request(call, tool.decode("utf-8", "replace"), time)

    def answered(self, side: bytes | None, call: bytes, *, refused: bool, uuid: bytes, stamp: bytes) -> None:
        """Take a line with one tool result."""
        if (time := self._moment(uuid, stamp)) is not None:
            self._watch_clock(time)
            self._side(side).settle(call, time, refused=refused)

    def reported(self, call: bytes, elapsed: float, uuid: bytes, stamp: bytes) -> None:
        """Take the progress of a command."""
        if (time := self._moment(uuid, stamp)) is not None:
            self.reports_progress = True
            self._running(call, time - elapsed)

    def passed(self, uuid: bytes, stamp: bytes) -> None:
        """Take a record that says nothing but when it was."""
        self._moment(uuid, stamp)

    def needs_result(self, side: bytes | None, call: bytes) -> bool:
        """Whether the call is one whose own duration counts."""
        known = self._side(side).calls.get(call)
        return known is not None and known.name in WEB

    def _side(self, side: bytes | None) -> Conversation:
        if side is None:
            return self.main
        return self.agents.setdefault(side.decode("utf-8", "replace"), Conversation())

    def _watch_clock(self, time: float) -> None:
        if self.previous is not None and time < self.previous - BACKWARDS:
            self.backwards += 1
        self.previous = time

    def _talk(self, record: Record) -> Conversation:
        """The conversation that a record belongs to: the main one, or a sub-agent's."""
        if record.get("isSidechain"):
            return self.agents.setdefault(str(record.get("agentId") or "sidechain"), Conversation())
        return self.main

    def _user(self, record: Record, time: float) -> None:
        talk, message = self._talk(record), _message(record)
        if talk.answer(message, record.get("toolUseResult"), time):
            return
        words = " ".join(text_of(block) for block in blocks(message) if block.get("type") == "text")
        if talk is not self.main:
            talk.last_input = time
        elif words.startswith(INTERRUPT):
            self.turns.interrupt()
            talk.last_input = time
        elif not (record.get("isMeta") or record.get("sourceToolUseID")):
            talk.last_input = time
            if not record.get("isCompactSummary"):
                self._begin(time, words)

    def _begin(self, time: float, words: str) -> None:
        """Take a prompt, which starts a turn unless it was queued while the agent was at work, or a background task's notice."""
        seems_over = self.main.ends_in_text and not self.main.open
        if words.startswith(NOTICE):
            is_begun = self.turns.resume(time, seems_over=seems_over)
        elif words.startswith(NOT_PROMPTS):
            is_begun = False
        else:
            self.prompt = time if self.prompt is None else self.prompt
            is_begun = self.turns.prompt(time, seems_over=seems_over)
        if is_begun:
            self.main.ends_in_text = False
            self.main.open.clear()

    def _progress(self, record: Record, time: float) -> None:
        data = record.get("data")
        if not isinstance(data, dict):
            return
        parent = ident(record.get("parentToolUseID"))
        if data.get("type") == "bash_progress":
            self.reports_progress = True
            self._running(parent, time - (number(data.get("elapsedTimeSeconds")) or 0.0))
        elif data.get("type") == "agent_progress" and isinstance(data.get("message"), dict):
            self._mirrored(data)

    def _running(self, parent: bytes, since: float) -> None:
        for talk in (self.main, *self.agents.values()):
            if (call := talk.calls.get(parent)) is not None and call.running is None:
                call.running = since

    def _mirrored(self, data: Record) -> None:
        """Take a sub-agent's record that the parent's log repeats."""
        inner = data["message"]
        if not self._is_new(inner.get("uuid")) or (time := epoch(inner.get("timestamp"))) is None:
            return
        talk = self.agents.setdefault(str(data.get("agentId")), Conversation(mirrored=True))
        if inner.get("type") == "assistant":
            talk.hear(_message(inner), time)
        elif not talk.answer(_message(inner), inner.get("toolUseResult"), time):
            talk.last_input = time

    def session(self) -> Session | None:
        """What was read, as a value; None if no record carried a time."""
        if self.first is None or self.last is None:
            return None
        calls = tuple(self._calls())
        divided = [divide(call, reports_progress=self.reports_progress) for call in calls if not call.replaced]
        talks = (self.main, *self.agents.values())
        return Session(
            id=self.name,
            wall=(self.first, self.last),
            prompt=self.prompt,
            model=union(span for talk in talks for span in talk.spans()),
            synthetic=union(span for talk in talks for span in talk.synthetic_spans()),
            human=union(human for human, _ in divided if human),
            tool=union(tool for _, tool in divided if tool),
            calls=calls,
            turns=tuple(self.turns.turns),
            counts=self._counts(),
        )

    def _calls(self) -> Iterator[Call]:
        """The calls that got a result; of the others nobody knows whether a tool ran or a person was asked."""
        for talk in (self.main, *self.agents.values()):
            yield from (call.call(call.end) for call in talk.calls.values() if call.end is not None)

    def _counts(self) -> Counts:
        calls = self.main.calls
        return Counts(
            lines=self.lines,
            malformed=tuple(self.malformed),
            repeated=self.repeated,
            messages=len(self.main.ids),
            assistant_lines=self.assistant,
            calls=len(calls),
            unanswered=sum(call.end is None for call in calls.values()),
            backwards=self.backwards,
            durations=self.turns.durations,
            duration_seconds=self.turns.duration_seconds,
        )


def epoch(text: object) -> float | None:
    """Epoch seconds of an ISO 8601 time with offset, or None if it is no such thing."""
    if not isinstance(text, str):
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time.timestamp() if time.tzinfo is not None else None


def moment(stamp: bytes) -> float | None:
    """`epoch` of the bytes of a time as the log has it."""
    return epoch(stamp.decode("utf-8", "replace"))


def parse(line: bytes) -> Record | None:
    """The JSON object on one line, or None if there is none (a torn line, another encoding, brackets without end)."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def _message(record: Record) -> Record:
    message = record.get("message")
    return message if isinstance(message, dict) else {}
