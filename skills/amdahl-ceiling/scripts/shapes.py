"""Takes from the lines that make up nearly all of a session log only what carries time.

A line is taken only if its front matches from the first byte, if no block, record or object starts where none is expected, and
if its end matches: then the depth of every value that is taken is proven, for a line that a program wrote in one piece or tore
off. Any other line is not understood here and must be parsed whole. What nobody needs is not looked at: a line with a byte
that is no UTF-8 in a text, or torn behind an inner brace of what a tool says of itself, is taken, where a parser would refuse it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import linepatterns as shape
from conversation import Conversation, Part

NEITHER: tuple[Any, ...] = (None, None)
SIDECHAIN = b"sidechain"  # a sub-agent without a name
Side = bytes | None  # the sub-agent that speaks, None for the main agent


class Listener(Protocol):
    """Takes what lines say; ids and times come as the bytes of the log, times as `shape.TIME`. A record that is not new counts nowhere."""

    def passed(self, uuid: bytes, stamp: bytes) -> float | None:
        """A record that only passes the time; gives its time, None if it has none or is not new."""

    def said(self, side: Side, uuid: bytes, stamp: bytes, part: Part) -> None:
        """A part of a message of the model's."""

    def answered(self, side: Side, uuid: bytes, stamp: bytes, call: bytes, *, refused: bool) -> bool:
        """The result of a call. False if nothing was taken, since what the tool says of itself decides about this call."""

    def asked(self, side: Side, uuid: bytes, stamp: bytes, words: bytes, *, is_own: bool, is_summary: bool) -> None:
        """A text that starts with *words*; *is_own* says that it is no note of the agent to itself."""

    def ended(self, uuid: bytes, stamp: bytes, milliseconds: int) -> None:
        """The duration of a turn."""

    def is_silent(self, call: bytes) -> bool:
        """Whether nothing is known yet of when a command began to run."""

    def running(self, call: bytes, since: float) -> None:
        """A command runs since then."""

    def ran(self, lines: Sequence[tuple[bytes, bytes, bytes]]) -> bool:
        """Lines with the progress of commands: call, id and time of each. False if they must be taken one by one."""

    def whole(self, line: bytes, place: int) -> None:
        """A line that is not understood here, and its number."""

    def needs_result(self, agent: bytes, call: bytes) -> bool:
        """Whether what the tool says of itself decides about a sub-agent's call."""

    def inside(self, uuid: bytes, stamp: bytes) -> float | None:
        """A record that stands inside another one; gives its time, None if it has none or is not new."""

    def mirror(self, agent: bytes) -> Conversation:
        """The conversation of a sub-agent whose records are repeated."""


Take = Callable[["Shapes", bytes, re.Match[bytes], int], bool]


class Shapes:
    """Recognises lines for one listener."""

    def __init__(self, listener: Listener) -> None:
        """Tell *listener* what is found."""
        self.listener = listener

    def lines(self, data: bytes, stop: int, place: int) -> int:
        """Take the whole lines in *data*[:*stop*], of which the first has the number *place* + 1; give the number of the last."""
        find, front_of, takers, whole = data.find, shape.FRONT.match, TAKERS, self.listener.whole
        start = 0
        while start < stop:
            end = find(b"\n", start, stop)
            if end < 0:
                end = stop
            place += 1
            front = front_of(data, start, end)
            if front is None:
                if not self._rare(data, start, end):
                    whole(data[start:end], place)
                start = end + 1
                continue
            kind = front.lastindex
            if not takers[kind](self, data, front, end):
                whole(data[start:end], place)
            elif kind == shape.COMMAND:
                behind, lines = self._run(data, end + 1, stop)
                end, place = behind - 1, place + lines
            start = end + 1
        return place

    def _run(self, data: bytes, start: int, stop: int) -> tuple[int, int]:
        """Take the lines from *start* on that tell how commands go on; give the place behind them, and how many they are."""
        run = shape.RUN.match(data, start, stop)
        lines = shape.RUNS.findall(data, start, run.end()) if run else []
        if run is None or len(lines) != data.count(b"\n", start, run.end()) or len(lines) != data.count(shape.BEGINS, start - 1, run.end()):
            return start, 0
        if not self.listener.ran(lines):
            return start, 0
        return run.end(), len(lines)

    def _rare(self, data: bytes, start: int, end: int) -> bool:
        if data.startswith(shape.TIMELESS, start):
            return data.startswith(b"}", end - 1) and shape.GLUED.search(data, start + 1, end) is None
        if (turn := shape.DURATION.fullmatch(data, start, end)) is None:
            return False
        self.listener.ended(turn[3], turn[2], int(turn[1]))
        return True

    def message(self, data: bytes, front: re.Match[bytes], end: int) -> bool:
        """Take the rest of a line of the model's. False, here as below, if it is not understood, and then nothing was taken of it."""
        tail = shape.USUALLY_SPOKEN.search(data, front.end(), end)
        uuid, stamp = tail.groups() if tail else NEITHER
        if uuid is None:
            tail = _spoken(data, front.end(), end)
            if tail is None:
                return False
            uuid, stamp = tail.groups()
        head, side = front[shape.SIDE], None
        if head is not None and (side := _side(head, data, front.end(), end)) is None:
            return False
        self.listener.said(side, uuid, stamp, front.group(*shape.PART))
        return True

    def result(self, data: bytes, front: re.Match[bytes], end: int) -> bool:
        """Take the rest of a line with a tool's result."""
        stamps = _stamps(data, front, end)
        if stamps is None:
            return False
        head, first, of, refused = front.group(*shape.ANSWER)
        side = None
        if head is not None and (side := _side(head, data, front.end(), end)) is None:
            return False
        call = first or of or _last_id(data, stamps.start(1) - len('}]},"uuid":"'))
        return call is not None and self.listener.answered(side, stamps[1], stamps[2], call, refused=refused is not None)

    def prompt(self, data: bytes, front: re.Match[bytes], end: int) -> bool:
        """Take the rest of a line with a prompt."""
        at = front.end()
        closes = b'"}]},' if data.startswith(shape.IN_LIST, at - len(shape.IN_LIST)) else b'"},'
        words, ends = _plain(data, at), data.find(closes + b'"', at, end)
        if words is None or ends < 0 or shape.BLOCKS.search(data, at, ends) or shape.NO_PROMPT.search(data, front.start(), at):
            return False
        tail = shape.ASKED.fullmatch(data, ends + len(closes), end)
        if tail is None:
            return False
        marks, uuid, stamp = tail.groups()
        head, side = front[shape.SIDE], None
        if head is not None and (side := _side(head, data, at, end)) is None:
            return False
        self.listener.asked(side, uuid, stamp, words, is_own=b"isMeta" not in marks, is_summary=b"isCompactSummary" in marks)
        return True

    def command(self, data: bytes, front: re.Match[bytes], end: int) -> bool:
        """Take a line with the progress of a command."""
        return self._runs(data, front.start(), end, front.group(*shape.RUN_PARTS))

    def hook(self, _: bytes, front: re.Match[bytes], __: int) -> bool:
        """Take a line that tells of a hook."""
        self.listener.passed(front["hook"], front["hook_time"])
        return True

    def summary(self, data: bytes, front: re.Match[bytes], end: int) -> bool:
        """Take a line that sums up the hooks of a stop."""
        tail = shape.SUMMARY.match(data, front.end(), end)
        if tail is not None:
            self.listener.passed(tail[2], tail[1])
        return tail is not None

    def progress(self, data: bytes, front: re.Match[bytes], end: int) -> bool:
        """Take the rest of another line of progress."""
        at = front.end()
        is_command = data.startswith(shape.BASH, at)
        if not is_command and not data.startswith(shape.HOOK, at):
            return False
        tail = None if shape.OBJECT.search(data, at, end) else _reported(data, at, end)
        if tail is None:
            return False
        if is_command:
            return self._runs(data, at, end, tail)
        self.listener.passed(tail[1], tail[2])
        return True

    def _runs(self, data: bytes, at: int, end: int, tail: tuple[Any, ...]) -> bool:
        call, uuid, stamp = tail
        elapsed = None
        if self.listener.is_silent(call):
            elapsed = shape.ELAPSED.search(data, max(data.rfind(b'"elapsedTimeSeconds":', at, end), at), end)
            if elapsed is None:
                return False
        time = self.listener.passed(uuid, stamp)
        if elapsed and time is not None:
            self.listener.running(call, time - float(elapsed[1]))
        return True

    def mirrored_message(self, data: bytes, front: re.Match[bytes], end: int) -> bool:
        """Take a sub-agent's line of the model's that its parent's log repeats."""
        tail = shape.USUALLY_MIRRORED.search(data, front.end(), end)
        outer = _outer(data, front.start(), tail.start() + 1, end) if tail and tail[1] else None
        if tail is None or outer is None:
            return False
        agent, uuid, stamp = outer
        if self.listener.passed(uuid, stamp) is None:
            return True
        if (time := self.listener.inside(tail[1], front["inner_time"])) is not None:
            self.listener.mirror(agent).hear_part(front.group("inner_id", "inner_text", "inner_call", "inner_tool"), time)
        return True

    def mirrored_result(self, data: bytes, front: re.Match[bytes], end: int) -> bool:
        """Take a tool's result for a sub-agent, likewise repeated."""
        at, call = front.end(), front["inner_first"] or front["inner_of"]
        other = shape.OBJECT.search(data, at, end)
        until = other.start() if other else end
        # Where no other object begins, the result's block and its message end but once.
        tail = shape.MIRRORED_RESULT.match(data, max(data.rfind(b'}]},"uuid":"', at, until), 0), end)
        outer = _outer(data, front.start(), until, end) if tail else None
        if call is None or tail is None or outer is None:
            return False
        agent, uuid, stamp = outer
        if self.listener.needs_result(agent, call):
            return False
        if self.listener.passed(uuid, stamp) is None:
            return True
        if (time := self.listener.inside(tail[1], tail[2])) is not None:
            self.listener.mirror(agent).settle(call, time, refused=front["inner_refused"] is not None)
        return True


# By the number of the last group of shape.FRONT.
TAKERS: dict[int | None, Take] = {
    shape.KIND["message"]: Shapes.message,
    shape.KIND["result"]: Shapes.result,
    shape.KIND["prompt"]: Shapes.prompt,
    shape.KIND["command"]: Shapes.command,
    shape.KIND["hook"]: Shapes.hook,
    shape.KIND["inner_message"]: Shapes.mirrored_message,
    shape.KIND["inner_result"]: Shapes.mirrored_result,
    shape.KIND["progress"]: Shapes.progress,
    shape.KIND["summary"]: Shapes.summary,
}


def _side(head: bytes, data: bytes, at: int, end: int) -> bytes | None:
    """The sub-agent that speaks, by how its line begins; None if what stands behind *at* may name it."""
    agent = shape.AGENT.search(head)
    if agent is not None:
        return agent[1]
    return SIDECHAIN if data.find(shape.AGENT_LATER, at, end) < 0 and shape.AGENT_LATER not in head else None


def _outer(data: bytes, start: int, at: int, end: int) -> tuple[bytes, bytes, bytes] | None:
    """In a line from *start* on, of which all was looked at before *at*: whose record it repeats, and the id and the time of its own."""
    prompt = data.rfind(shape.GIVEN, start, end)
    ends = data.find(b'","agentId":"', prompt + len(shape.GIVEN), end) if prompt > 0 else -1
    tail = shape.MIRROR_ENDS.fullmatch(data, ends, end) if ends > 0 else None
    if tail is None or shape.GLUED.search(data, at, ends):
        return None
    return tail[1], tail[2], tail[3]


def _spoken(data: bytes, at: int, end: int) -> re.Match[bytes] | None:
    """The end of a line of the model's in any layout, whose only block starts before *at*, with the id and the time in it."""
    usage = data.rfind(b',"usage":{"', at, end) + len(',"usage":')
    if not shape.STOPPED.fullmatch(data, max(data.rfind(b'}],"stop_reason":', at, usage), 1) - 1, usage) or shape.BLOCKS.search(data, at, end):
        return None
    return shape.SPOKEN.fullmatch(data, max(data.rfind(b'"type":"assistant","uuid":"', usage, end), usage), end)


def _stamps(data: bytes, front: re.Match[bytes], end: int) -> re.Match[bytes] | None:
    """The end of a message with one tool result, and the id and the time behind it."""
    start, at = front.span()
    found = shape.USUALLY_BEFORE.search(data, at, end)
    if found is None:
        return shape.ANSWERED.fullmatch(data, max(data.find(b'}]},"uuid":"', at, end), at), end)
    # A result names at its end the call's record, which is its parent: if nothing names it in between, no other record came in.
    parent, other = data[start + shape.PARENT + 1 : start + shape.PARENT + 37], found.start()
    is_whole = data.startswith(shape.SOURCE, end - shape.SOURCED) and data.find(parent, other) == end - 38
    if not is_whole and (not data.startswith(b"}", end - 1) or shape.GLUED.search(data, other + 1, end)):
        return None
    if found[1] is not None:
        return found
    return shape.BEFORE_RESULT.fullmatch(data, other - shape.BEFORE - data.startswith(b"[", other - 1), other)


def _plain(data: bytes, at: int) -> bytes | None:
    """The first words of a prompt, up to what is escaped; None if that may be a letter of one of the marks that a prompt can begin with."""
    found = shape.PLAIN.match(data, at, at + shape.WORDS)
    words = found[0] if found else b""
    may_hide = data.startswith((b"\\u", b"\\/"), at + len(words))
    return None if may_hide and any(mark.startswith(words) for mark in shape.MARKS) else words


def _reported(data: bytes, at: int, end: int) -> tuple[bytes, bytes, bytes] | None:
    """What stands behind the data of a progress line: the call that it is of, its id and its time."""
    tail = shape.REPORTED.fullmatch(data, max(data.rfind(b'},"', at, end), at), end)
    if tail is None:
        return None
    parent, other, uuid, stamp, earlier, later = tail.groups()
    return parent or other, uuid or later, stamp or earlier


def _last_id(data: bytes, end: int) -> bytes | None:
    """The id of a tool result that names it last."""
    found = shape.LAST_ID.fullmatch(data, max(data.rfind(b'"tool_use_id":"', end - 100, end), 0), end)
    return found[1] if found else None
