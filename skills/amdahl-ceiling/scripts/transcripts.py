"""Reads Claude Code's session logs (JSON lines), one line at a time, into sessions.

Memory is bounded by the longest line and by what is kept of each record, never by the size of a file; a line that is not
one JSON object is skipped as a whole and its number kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime

from calls import divide
from conversation import INTERRUPT, Conversation, Record, blocks, number, text_of
from intervals import union
from sessions import Call, Counts, Session
from turns import TurnFinder

NOTICE = "<task-notification"
NOT_PROMPTS = ("<local-command", "<command-name", NOTICE)
BACKWARDS = 0.0005  # seconds; the log's clock has milliseconds


class Reader:
    """Reads the lines of one session's files; `session` gives the value."""

    def __init__(self, name: str, seen: set[str]) -> None:
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

    def read(self, lines: Iterable[bytes]) -> None:
        """Take every line of one file."""
        for place, line in enumerate(lines, start=1):
            self.lines += 1
            record = parse(line)
            if record is None:
                self.malformed.append(place)
            elif self._is_new(record):
                self._take(record)

    def _is_new(self, record: Record) -> bool:
        uuid = record.get("uuid")
        if not isinstance(uuid, str):
            return True
        if uuid in self.seen:
            self.repeated += 1
            return False
        self.seen.add(uuid)
        return True

    def _take(self, record: Record) -> None:
        time = epoch(record.get("timestamp"))
        if time is None:
            return
        self.first = time if self.first is None else min(self.first, time)
        self.last = time if self.last is None else max(self.last, time)
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
        parent = str(record.get("parentToolUseID"))
        if data.get("type") == "bash_progress":
            self.reports_progress = True
            self._running(parent, time - (number(data.get("elapsedTimeSeconds")) or 0.0))
        elif data.get("type") == "agent_progress" and isinstance(data.get("message"), dict):
            self._mirrored(data)

    def _running(self, parent: str, since: float) -> None:
        for talk in (self.main, *self.agents.values()):
            if (call := talk.calls.get(parent)) is not None and call.running is None:
                call.running = since

    def _mirrored(self, data: Record) -> None:
        """Take a sub-agent's record that the parent's log repeats."""
        inner = data["message"]
        if not self._is_new(inner) or (time := epoch(inner.get("timestamp"))) is None:
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
