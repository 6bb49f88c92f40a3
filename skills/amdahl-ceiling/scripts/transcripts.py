"""Reads Claude Code's session logs (JSON lines), one line at a time, into sessions.

Memory is bounded by the longest line and by what is kept of each record, never by the size of a file; a line that is not
one JSON object is skipped as a whole and its number kept.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from calls import divide
from conversation import (
    INTERRUPT,
    NOT_PROMPTS,
    NOTICE,
    Conversation,
    Part,
    Record,
    blocks,
    ident,
    number,
    parse,
    text_of,
)
from intervals import Packed, Span, union
from reading import iso
from sessions import Counts, Session
from shapes import SIDECHAIN, Shapes
from turns import TurnFinder

TIMELESS = frozenset({"file-history-snapshot"})  # its inner times are those of other records
BACKWARDS = 0.0005  # seconds; the log's clock has milliseconds
MINUTES = 4096  # that are remembered, with their epoch seconds
_MINUTES: dict[bytes, float] = {}


class Reader:
    """Reads the lines of one session's files; `session` gives the value."""

    def __init__(self, name: str, seen: set[bytes]) -> None:
        """*name* is the session's id; *seen* holds the ids of all records read so far, over all sessions."""
        self.name, self.seen = name, seen
        self.main = Conversation()
        self.agents: dict[bytes, Conversation] = {}
        self.turns = TurnFinder()
        self.first, self.last = math.inf, -math.inf
        self.previous = -math.inf
        self.prompt: float | None = None
        self.lines = self.repeated = self.assistant = self.backwards = self.undated = 0
        self.malformed: list[int] = []
        self.retries: list[Span] = []
        self.reports_progress = False

    def block(self, data: bytes, stop: int, place: int) -> int:
        """Take the whole lines in *data*[:*stop*], *place* lines after their file's start; return the place of the last of them."""
        last = Shapes(self).lines(data, stop, place)
        self.lines += last - place
        return last

    def whole(self, line: bytes, place: int) -> None:
        """Take a line that must be parsed."""
        record = parse(line)
        if record is None:
            self.malformed.append(place)
        elif record.get("type") not in TIMELESS and self._is_new(record.get("uuid")):
            self._take(record)

    def _is_new(self, uuid: object) -> bool:
        if not isinstance(uuid, str):
            return True
        name = ident(uuid)
        is_new = name not in self.seen
        self.repeated += not is_new
        self.seen.add(name)
        return is_new

    def _take(self, record: Record) -> None:
        time = epoch(record.get("timestamp"))
        if time is None:
            self.undated += record.get("timestamp") is not None
            return
        self.first, self.last = min(self.first, time), max(self.last, time)
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

    def _watch_clock(self, time: float) -> None:
        if time < self.previous - BACKWARDS:
            self.backwards += 1
        self.previous = time

    def inside(self, uuid: bytes, stamp: bytes) -> float | None:
        """Take a record that stands inside another one; gives its time, None if it has none or is not new."""
        if uuid in self.seen:
            self.repeated += 1
            return None
        self.seen.add(uuid)
        time = moment(stamp)
        self.undated += time is None
        return time

    def passed(self, uuid: bytes, stamp: bytes) -> float | None:
        """Take any record; likewise."""
        time = self.inside(uuid, stamp)
        if time is not None:
            # Comparisons, since `max` takes four times as long.
            if time > self.last:  # noqa: PLR1730
                self.last = time
            if time < self.first:  # noqa: PLR1730
                self.first = time
        return time

    def _spoke(self, uuid: bytes, stamp: bytes) -> float | None:
        """Take a record of a conversation, whose clock is watched; likewise. In one piece, as most lines come here."""
        seen = self.seen
        if uuid in seen:
            self.repeated += 1
            return None
        seen.add(uuid)
        time = moment(stamp)
        if time is not None:
            if time > self.last:  # noqa: PLR1730
                self.last = time
            if time < self.first:  # noqa: PLR1730
                self.first = time
            if time < self.previous - BACKWARDS:
                self.backwards += 1
            self.previous = time
        else:
            self.undated += 1
        return time

    def said(self, side: bytes | None, uuid: bytes, stamp: bytes, part: Part) -> None:
        """Take a part of a message of the model's."""
        time = self._spoke(uuid, stamp)
        if time is not None:
            self.assistant += 1
            (self.main if side is None else self.talk(side)).hear_part(part, time)

    def answered(self, side: bytes | None, uuid: bytes, stamp: bytes, call: bytes, *, refused: bool) -> bool:
        """Take the result of a call, unless what the tool says of itself decides about it."""
        talk = self.main if side is None else self.talk(side)
        if talk.needs_result(call):
            return False
        time = self._spoke(uuid, stamp)
        if time is not None:
            talk.settle(call, time, refused=refused)
        return True

    def asked(self, side: bytes | None, uuid: bytes, stamp: bytes, words: bytes, *, is_own: bool, is_summary: bool) -> None:
        """Take a text that starts with *words*; *is_own* says that it is no note of the agent to itself."""
        time = self._spoke(uuid, stamp)
        if time is not None:
            self._said(self.talk(side), words.decode("utf-8", "replace"), time, is_own=is_own, is_summary=is_summary)

    def ended(self, uuid: bytes, stamp: bytes, milliseconds: int) -> None:
        """Take the duration of a turn."""
        time = self.passed(uuid, stamp)
        if time is not None:
            self.turns.end(time, milliseconds / 1000)

    def is_silent(self, call: bytes) -> bool:
        """Whether nothing is known yet of when a command began to run."""
        known = self.main.calls.get(call)
        if known is not None and known.running is not None and not self.agents:
            return False
        return not self.reports_progress or any(
            (known := talk.calls.get(call)) is not None and known.running is None for talk in (self.main, *self.agents.values())
        )

    def running(self, call: bytes, since: float) -> None:
        """Take the progress of a command."""
        self.reports_progress = True
        for talk in (self.main, *self.agents.values()):
            if (known := talk.calls.get(call)) is not None and known.running is None:
                known.running = since

    def ran(self, lines: Sequence[tuple[bytes, bytes, bytes]]) -> bool:
        """Take lines with the progress of commands, unless one of these has not begun to run or a record is not new."""
        calls, ids, stamps = zip(*lines, strict=True)
        names = set(ids)
        first, last = moment(min(stamps)), moment(max(stamps))
        if len(names) < len(ids) or first is None or last is None or any(map(self.is_silent, set(calls))) or not self.seen.isdisjoint(names):
            return False
        self.seen |= names
        self.first, self.last = min(self.first, first), max(self.last, last)
        return True

    def needs_result(self, agent: bytes, call: bytes) -> bool:
        """Whether what the tool says of itself decides about a sub-agent's call."""
        talk = self.agents.get(agent)
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

    def _talk(self, record: Record) -> Conversation:
        """The conversation that a record belongs to: the main one, or a sub-agent's."""
        return self.talk(ident(record.get("agentId") or SIDECHAIN.decode()) if record.get("isSidechain") else None)

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
        if not self._is_new(inner.get("uuid")):
            return
        if (time := epoch(inner.get("timestamp"))) is None:
            self.undated += inner.get("timestamp") is not None
            return
        talk = self.mirror(ident(data.get("agentId")))
        if inner.get("type") == "assistant":
            talk.hear(_message(inner), time)
        elif not talk.answer(_message(inner), inner.get("toolUseResult"), time):
            talk.last_input = time

    def session(self) -> Session | None:
        """What was read, as a value; None if no record carried a time."""
        if self.first > self.last:
            return None
        talks = (self.main, *self.agents.values())
        calls = [call for talk in talks for call in talk.calls.values()]
        human, tool = divide(calls, reports_progress=self.reports_progress)
        called = [(call.start, call.end) for call in calls if call.end is not None]
        return Session(
            id=self.name,
            wall=(self.first, self.last),
            prompt=self.prompt,
            model=Packed(union(span for talk in talks for span in talk.spans())),
            synthetic=Packed(union(span for talk in talks for span in talk.synthetic_spans())),
            human=Packed(union(human)),
            tool=Packed(union(tool)),
            called=Packed(called),
            declined=Packed(union((call.start, call.end) for call in calls if call.end is not None and call.refused)),
            turns=tuple(self.turns.turns),
            counts=self._counts(),
            retries=Packed(union(self.retries)),
        )

    def _counts(self) -> Counts:
        calls = self.main.calls
        return Counts(
            lines=self.lines,
            malformed=tuple(self.malformed),
            repeated=self.repeated,
            messages=len(self.main.messages),
            assistant_lines=self.assistant,
            calls=len(calls),
            unanswered=sum(call.end is None for call in calls.values()),
            backwards=self.backwards,
            undated=self.undated,
            durations=self.turns.durations,
            duration_seconds=self.turns.duration_seconds,
        )


def epoch(value: object) -> float | None:
    """Epoch seconds of a record's time; None if it is no such thing."""
    return iso(value) if isinstance(value, str) else None


def moment(stamp: bytes) -> float | None:
    """`epoch` of the bytes of a time as `shapes.TIME` describes them."""
    minute = stamp[:17]
    start = _MINUTES.get(minute)
    if start is None:
        start = epoch(minute.decode("ascii", "replace") + "00Z")
        if start is None:
            return None
        if len(_MINUTES) == MINUTES:
            _MINUTES.clear()
        _MINUTES[minute] = start
    return start + float(stamp[17:23])


def _message(record: Record) -> Record:
    message = record.get("message")
    return message if isinstance(message, dict) else {}
