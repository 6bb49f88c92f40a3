"""Reads Claude Code's session logs (JSON lines), one line at a time, into sessions.

Memory is bounded by the longest line and by what is kept of each record, never by the size of a file; a line that is not
one JSON object is skipped as a whole and its number kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime

from calls import divide
from conversation import INTERRUPT, Conversation, Record, blocks, ident, number, text_of
from intervals import Span, union
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
        self.agents: dict[bytes, Conversation] = {}
        self.turns = TurnFinder()
        self.first: float | None = None
        self.last: float | None = None
        self.prompt: float | None = None
        self.previous: float | None = None
        self.lines = self.repeated = self.assistant = self.backwards = 0
        self.malformed: list[int] = []
        self.retries: list[Span] = []
        self.reports_progress = False

    def read(self, lines: Iterable[bytes]) -> None:
        """Take every line of one file."""
        data = b"".join(lines)
        self.block(data, len(data), 0)

    def block(self, data: bytes, stop: int, place: int) -> int:
        """Take the whole lines in *data*[:*stop*], *place* lines after their file's start; return the place of the last of them."""
        start, before = 0, place
        find, take = data.find, Shapes(self).take
        while start < stop:
            end = find(b"\n", start, stop)
            end = stop if end < 0 else end
            place += 1
            if not take(data, start, end):
                self.whole(data[start:end], place)
            start = end + 1
        self.lines += place - before
        return place

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
            case "system" if record.get("subtype") == "api_error":
                if (milliseconds := number(record.get("retryInMs"))) is not None:
                    self.retries.append((time, time + milliseconds / 1000))
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

    def inside(self, uuid: bytes, stamp: bytes) -> float | None:
        """Take a record that stands inside another one; gives its time, None if it has none or is not new."""
        if uuid in self.seen:
            self.repeated += 1
            return None
        self.seen.add(uuid)
        return moment(stamp)

    def passed(self, uuid: bytes, stamp: bytes) -> float | None:
        """Take any record; gives its time, None if it has none or is not new."""
        time = self.inside(uuid, stamp)
        if time is not None:
            self._reach(time)
        return time

    def spoke(self, uuid: bytes, stamp: bytes) -> float | None:
        """Take a record of a conversation; gives its time, None if it has none or is not new."""
        time = self.passed(uuid, stamp)
        if time is not None:
            self._watch_clock(time)
        return time

    def heard(self, uuid: bytes, stamp: bytes) -> float | None:
        """Take a record of the model's; gives its time, None if it has none or is not new."""
        time = self.spoke(uuid, stamp)
        self.assistant += time is not None
        return time

    def said(self, side: bytes | None, words: bytes, time: float, *, is_own: bool, is_summary: bool) -> None:
        """Take a text that starts with *words*; *is_own* says that it is no note of the agent to itself."""
        self._said(self.talk(side), words.decode("utf-8", "replace"), time, is_own=is_own, is_summary=is_summary)

    def running(self, call: bytes, since: float) -> None:
        """Take the progress of a command."""
        self.reports_progress = True
        for talk in (self.main, *self.agents.values()):
            if (known := talk.calls.get(call)) is not None and known.running is None:
                known.running = since

    def needs_result(self, side: bytes | None, call: bytes) -> bool:
        """Whether what the tool says of itself decides about a call."""
        talk = self.main if side is None else self.agents.get(side)
        return talk is not None and talk.needs_result(call)

    def talk(self, side: bytes | None) -> Conversation:
        """The conversation of the main agent or of a sub-agent."""
        return self.main if side is None else self._agent(side, mirrored=False)

    def mirror(self, agent: bytes) -> Conversation:
        """The conversation of a sub-agent whose records the parent's log repeats."""
        return self._agent(agent, mirrored=True)

    def _agent(self, agent: bytes, *, mirrored: bool) -> Conversation:
        talk = self.agents.get(agent)
        if talk is None:
            talk = self.agents[agent] = Conversation(mirrored=mirrored)
        return talk

    def _watch_clock(self, time: float) -> None:
        if self.previous is not None and time < self.previous - BACKWARDS:
            self.backwards += 1
        self.previous = time

    def _talk(self, record: Record) -> Conversation:
        """The conversation that a record belongs to: the main one, or a sub-agent's."""
        return self.talk(ident(record.get("agentId") or "sidechain") if record.get("isSidechain") else None)

    def _user(self, record: Record, time: float) -> None:
        talk, message = self._talk(record), _message(record)
        if talk.answer(message, record.get("toolUseResult"), time):
            return
        words = " ".join(text_of(block) for block in blocks(message) if block.get("type") == "text")
        is_own = not (record.get("isMeta") or record.get("sourceToolUseID"))
        self._said(talk, words, time, is_own=is_own, is_summary=bool(record.get("isCompactSummary")))

    def _said(self, talk: Conversation, words: str, time: float, *, is_own: bool, is_summary: bool) -> None:
        is_interrupt = talk is self.main and words.startswith(INTERRUPT)
        if is_own or is_interrupt or talk is not self.main:
            talk.last_input = time
        if is_interrupt:
            self.turns.interrupt()
        elif is_own and not is_summary and talk is self.main:
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
            self.running(parent, time - (number(data.get("elapsedTimeSeconds")) or 0.0))
        elif data.get("type") == "agent_progress" and isinstance(data.get("message"), dict):
            self._mirrored(data)

    def _mirrored(self, data: Record) -> None:
        """Take a sub-agent's record that the parent's log repeats."""
        inner = data["message"]
        if not self._is_new(inner.get("uuid")) or (time := epoch(inner.get("timestamp"))) is None:
            return
        talk = self.mirror(ident(data.get("agentId")))
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
            retries=union(self.retries),
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
    try:
        time = datetime.fromisoformat(stamp.decode())
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
