"""Recognises the lines that make up nearly all of a session log by their shape, and takes from them only what carries time.

Everything rests on one property of JSON as programs write it: in a string every quote has a backslash before it, so `{"` is
the start of an object and `,"uuid":"` is a key; neither can be text (at worst it ends one, and then does not fit what must
follow). A line is taken only if its front matches from the first byte, if no object starts where none is expected, and if
its end matches to the last byte: then the depth of every value is proven. Any other line is not understood here and must be
parsed whole. What stands in a text that nobody needs is not looked at.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Protocol

from conversation import SYNTHETIC, Conversation

TEXT = rb'"[^"\\]*+"'
LONG = rb'"(?:[^"\\]++|\\.)*+"'
# Keys with simple values: over these the depth stays what it is.
PAIRS = rb'(?:,"\w++":(?:' + TEXT + rb"|null|true|false|-?\d[\d.eE+-]*+|\[\]|\{\}))*+"
STAMPED = rb'"uuid":"([^"\\]*+)","timestamp":"([^"\\]*+)"'

HEAD = re.compile(
    rb'\{"parentUuid":(?:null|"[-0-9a-f]{36}")(,"isSidechain":(?:true|false)' + PAIRS + rb',"(message|data)":\{)'
)
PAIR = re.compile(rb',"(\w++)":("[^"]*+"|[^,}]++)')
OBJECT = re.compile(rb'\{(?=")')
# A record's start, or an object behind no colon, comma or bracket: two records on one line, or a torn one.
GLUED = re.compile(rb'\{(?="(?:parentUuid":|(?<![:,\[]\{")))')

MESSAGE = re.compile(
    rb'(?:"model":"([^"\\]*+)","id":"([^"\\]*+)","type":"message","role":"assistant"'
    rb'|"id":"([^"\\]*+)","type":"message","role":"assistant","model":"([^"\\]*+)"),"content":\[\{"type":"'
    rb'(?:(text)","text":"|thinking","thinking":"|tool_use","id":"([^"\\]*+)","name":"([^"\\]*+)","input":\{)'
)
CALLER = b'{"type":"direct"}}],"stop_reason":'
STOPPED = re.compile(rb'\}\],"stop_reason":(?:null|' + TEXT + rb")" + PAIRS + rb',"usage":')
USUALLY_STOPPED = b'}],"stop_reason":null,"stop_sequence":null,"usage":'
SPOKEN = re.compile(rb'"type":"assistant",' + STAMPED + PAIRS + rb"\}")
# The same in the layout of most versions, in which its place is known.
USUALLY_SPOKEN = re.compile(rb'"type":"assistant","uuid":"([-0-9a-f]{36})","timestamp":"([-0-9T:.Z]{24})"\}')
USUALLY = len('"type":"assistant","uuid":"') + 36 + len('","timestamp":"') + 24 + len('"}')

PROMPT = b'"role":"user","content":"'
PROMPTED = re.compile(rb'"\}(' + PAIRS + rb")\}")
RESULT = re.compile(
    rb'"role":"user","content":\[\{'
    rb'(?:"tool_use_id":"([^"\\]*+)","type":"tool_result"|"type":"tool_result"(?:,"tool_use_id":"([^"\\]*+)")?),"content":'
    rb'(?:"|(\[)\{"type":"text","text":")'
)
LAST_ID = re.compile(rb'"tool_use_id":"([^"\\]*+)"')
BEFORE_RESULT = re.compile(rb"\}\]\}," + STAMPED + rb',"toolUseResult":\[?')
STAMPS = len('}]},"uuid":"') + 36 + len('","timestamp":"') + 24 + len('","toolUseResult":')
ANSWERED = re.compile(rb"\}\]\}," + STAMPED + rb'(?:,"toolUseResult":' + LONG + rb")?" + PAIRS + rb"\}")

REPORTED = re.compile(
    rb'\},(?:"toolUseID":' + TEXT + rb',"parentToolUseID":"([^"\\]*+)"'
    rb'|"parentToolUseID":"([^"\\]*+)","toolUseID":' + TEXT + rb"),"
    rb"(?:" + STAMPED + rb'|"timestamp":"([^"\\]*+)","uuid":"([^"\\]*+)")' + PAIRS + rb"\}"
)
ELAPSED = re.compile(rb'"elapsedTimeSeconds":(\d+(?:\.\d+)?)[,}]')

# A sub-agent's record that the parent's log repeats, and what stands behind its message.
MIRRORED = re.compile(rb'"message":\{"type":"(?:user|assistant","timestamp":"([^"\\]*+))","message":\{')
MIRROR_ENDS = (
    rb',(?:"normalizedMessages":\[\],)?"type":"agent_progress","prompt":' + LONG + rb',"agentId":"([^"\\]++)"\}'
    rb',"toolUseID":' + TEXT + rb',"parentToolUseID":' + TEXT + rb"," + STAMPED + PAIRS + rb"\}"
)
USAGE = rb"\{[^{}\\]*+(?:\{[^{}\\]*+\}[^{}\\]*+)*+\}"
MIRRORED_MESSAGE = re.compile(
    USAGE + rb'(?:,"context_management":null)?\},"requestId":' + TEXT + rb',"uuid":"([^"\\]*+)"\}' + MIRROR_ENDS
)
MIRRORED_RESULT = re.compile(rb"\}\]\}," + STAMPED + rb"\}" + MIRROR_ENDS)

TIMELESS = b'{"type":"file-history-snapshot",'
REFUSED = b"The user doesn't want to proceed with this tool use"
MADE_UP = SYNTHETIC.encode()
FLAG = re.compile(rb'true|false|null|"[^"]*"')
UNSET = frozenset({b"false", b"null", b'""'})
WORDS = 40  # bytes of a prompt that tell whether it is one
KNOWN = 8  # heads of lines that are remembered; a log has three or four until its branch or its version changes
Side = bytes | None  # the sub-agent that speaks, None for the main agent


class Listener(Protocol):
    """Takes what lines say; ids and times come as the bytes of the log. A time is None if there is none, or the record is not new."""

    def heard(self, uuid: bytes, stamp: bytes) -> float | None:
        """A record of the model's; gives its time."""

    def spoke(self, uuid: bytes, stamp: bytes) -> float | None:
        """Another record of a conversation; gives its time."""

    def passed(self, uuid: bytes, stamp: bytes) -> float | None:
        """Any other record; gives its time."""

    def inside(self, uuid: bytes, stamp: bytes) -> float | None:
        """A record that stands inside another one; gives its time."""

    def talk(self, side: Side) -> Conversation:
        """The conversation of the main agent or of a sub-agent."""

    def mirror(self, agent: bytes) -> Conversation:
        """The conversation of a sub-agent whose records are repeated."""

    def needs_result(self, side: Side, call: bytes) -> bool:
        """Whether what the tool says of itself decides about a call."""

    def said(self, side: Side, words: bytes, time: float, *, is_own: bool, is_summary: bool) -> None:
        """A text that starts with *words*; *is_own* says that it is no note of the agent to itself."""

    def running(self, call: bytes, since: float) -> None:
        """A command runs since then."""


Take = Callable[["Shapes", bytes, int, int, Side], bool]


class Shapes:
    """Recognises lines for one listener."""

    def __init__(self, listener: Listener) -> None:
        """Tell *listener* what is found."""
        self.listener = listener
        # Heads that were met before, behind the parent's id: with their length, what takes the rest, and who speaks.
        self.known: list[tuple[bytes, int, Take, Side]] = []

    def take(self, data: bytes, start: int, end: int) -> bool:
        """Take the line *data*[*start*:*end*] (without its newline); False if it is not understood, and nothing was told."""
        # The id has 36 characters up to the next quote, or there is none.
        at = start + 52 if data.find(b'"', start + 15, end) == start + 51 else start + 18
        for head, size, take, side in self.known:
            if data.startswith(head, at) and data.startswith(b'{"parentUuid":', start):
                return take(self, data, at + size, end, side)
        if data.startswith(TIMELESS, start):
            return data.startswith(b"}", end - 1) and GLUED.search(data, start + 1, end) is None
        return self._learn(data, start, end)

    def _learn(self, data: bytes, start: int, end: int) -> bool:
        """Take a line whose head was not met before; remember its head if it is of a kind that is known here."""
        head = HEAD.match(data, start, end)
        if head is None:
            return False
        pairs = dict(PAIR.findall(head[1]))
        take = TAKERS.get((pairs.get(b"type"), head[2]))
        is_side = pairs[b"isSidechain"] == b"true"
        side = pairs.get(b"agentId", b"")[1:-1] if is_side else None
        if take is None or (is_side and not side):
            return False
        self.known = [(head[1], len(head[1]), take, side), *self.known[: KNOWN - 1]]
        return take(self, data, head.end(), end, side)

    def assistant(self, data: bytes, at: int, end: int, side: Side) -> bool:
        """Take the line of the model's whose message starts *at*; likewise."""
        message = MESSAGE.match(data, at, end)
        usage = _usage(data, message, end) if message else 0
        if message is None or not usage or GLUED.search(data, usage + 1, end):
            return False
        tail = USUALLY_SPOKEN.fullmatch(data, end - USUALLY, end) or SPOKEN.fullmatch(
            data, max(data.rfind(b'"type":"assistant","uuid":"', usage, end), usage), end
        )
        if tail is None:
            return False
        if (time := self.listener.heard(tail[1], tail[2])) is not None:
            _tell(self.listener.talk(side), message, time)
        return True

    def user(self, data: bytes, at: int, end: int, side: Side) -> bool:
        """Take the prompt or the tool result whose message starts *at*; likewise."""
        if data.startswith(PROMPT, at):
            return self._prompt(data, at + len(PROMPT), end, side)
        result = RESULT.match(data, at, end)
        stamps = _stamps(data, result.end(), end) if result else None
        if result is None or stamps is None:
            return False
        call = result[1] or result[2] or _last_id(data, stamps.start())
        if call is None or self.listener.needs_result(side, call):
            return False
        if (time := self.listener.spoke(stamps[1], stamps[2])) is not None:
            self.listener.talk(side).settle(call, time, refused=data.startswith(REFUSED, result.end()))
        return True

    def _prompt(self, data: bytes, at: int, end: int, side: Side) -> bool:
        words = data[at : at + WORDS].partition(b'"')[0]
        if b"\\" in words or OBJECT.search(data, at, end):
            return False
        tail = PROMPTED.fullmatch(data, max(data.rfind(b'"},"', at, end), at), end)
        pairs = dict(PAIR.findall(tail[1])) if tail else {}
        flags = [pairs.get(name, b"false") for name in (b"isMeta", b"sourceToolUseID", b"isCompactSummary")]
        if b"uuid" not in pairs or b"timestamp" not in pairs or not all(map(FLAG.fullmatch, flags)):
            return False
        if (time := self.listener.spoke(pairs[b"uuid"][1:-1], pairs[b"timestamp"][1:-1])) is not None:
            is_meta, is_tools, is_summary = (flag not in UNSET for flag in flags)
            self.listener.said(side, words, time, is_own=not (is_meta or is_tools), is_summary=is_summary)
        return True

    def progress(self, data: bytes, at: int, end: int, _: Side) -> bool:
        """Take the line of progress whose data start *at*; likewise."""
        is_command = data.startswith(b'"type":"bash_progress"', at)
        if not is_command and not data.startswith(b'"type":"hook_progress"', at):
            return self._mirrored(data, at, end)
        if OBJECT.search(data, at, end):
            return False
        tail = REPORTED.fullmatch(data, max(data.rfind(b'},"', at, end), at), end)
        elapsed = (
            ELAPSED.search(data, max(data.rfind(b'"elapsedTimeSeconds":', at, end), at), end) if is_command else None
        )
        if tail is None or (is_command and elapsed is None):
            return False
        parent, other, uuid, stamp, earlier, later = tail.groups()
        if (time := self.listener.passed(uuid or later, stamp or earlier)) is not None and elapsed:
            self.listener.running(parent or other, time - float(elapsed[1]))
        return True

    def _mirrored(self, data: bytes, at: int, end: int) -> bool:
        head = MIRRORED.match(data, at, end)
        if head is None:
            return False
        if head[1] is None:
            return self._mirrored_result(data, head.end(), end)
        message = MESSAGE.match(data, head.end(), end)
        usage = _usage(data, message, end) if message else 0
        tail = MIRRORED_MESSAGE.fullmatch(data, usage, end) if usage else None
        if message is None or tail is None:
            return False
        uuid, agent, outer, stamp = tail.groups()
        if (time := self._inner(outer, stamp, uuid, head[1])) is not None:
            _tell(self.listener.mirror(agent), message, time)
        return True

    def _inner(self, outer: bytes, stamp: bytes, uuid: bytes, inside: bytes) -> float | None:
        """Take the record around a sub-agent's record; gives the time of that, None if either has none or is not new."""
        return self.listener.inside(uuid, inside) if self.listener.passed(outer, stamp) is not None else None

    def _mirrored_result(self, data: bytes, at: int, end: int) -> bool:
        result = RESULT.match(data, at, end)
        call = (result[1] or result[2]) if result else None
        if result is None or call is None or OBJECT.search(data, result.end(), end):
            return False
        tail = MIRRORED_RESULT.fullmatch(data, max(data.find(b'}]},"uuid":"', result.end(), end), at), end)
        if tail is None:
            return False
        uuid, inside, agent, outer, stamp = tail.groups()
        if self.listener.needs_result(agent, call):
            return False
        if (time := self._inner(outer, stamp, uuid, inside)) is not None:
            self.listener.mirror(agent).settle(call, time, refused=data.startswith(REFUSED, result.end()))
        return True


TAKERS: dict[tuple[bytes | None, bytes], Take] = {
    (None, b"message"): Shapes.assistant,
    (b'"user"', b"message"): Shapes.user,
    (b'"progress"', b"data"): Shapes.progress,
}


def _tell(talk: Conversation, message: re.Match[bytes], time: float) -> None:
    """Tell *talk* a line of the model's, as `MESSAGE` found it."""
    newer, name, older, later, text, call, tool = message.groups()
    talk.prolong(name or older, time, made_up=(newer or later) == MADE_UP)
    if call is not None:
        talk.request(call, sys.intern(tool.decode("utf-8", "replace")), time)  # a name is there ten thousand times
    elif text is not None:
        talk.ends_in_text = True


def _usage(data: bytes, message: re.Match[bytes], end: int) -> int:
    """Where the usage starts that follows the only block of a message; 0 if another object comes before it."""
    found = OBJECT.search(data, message.end(), end)
    if found is None:
        return 0
    at, is_call = found.start(), message[6] is not None
    if is_call and data.startswith(CALLER, at) and data.startswith(b'},"caller":', at - 11):
        found = OBJECT.search(data, at + 1, end)
        return found.start() if found and STOPPED.fullmatch(data, at + len('{"type":"direct"}'), found.start()) else 0
    closes = b'}}],"stop' if is_call else b'"}],"stop'
    usual = at - len(USUALLY_STOPPED)
    if data.startswith(USUALLY_STOPPED, usual) and data.startswith(closes, usual - 1):
        return at
    stop = max(data.rfind(b'}],"stop_reason":', at - 160, at), 1)
    return at if data.startswith(closes, stop - 1) and STOPPED.fullmatch(data, stop, at) else 0


def _stamps(data: bytes, at: int, end: int) -> re.Match[bytes] | None:
    """The end of a message with one tool result whose text starts *at*, and the id and the time behind it."""
    found = OBJECT.search(data, at, end)
    if found is None:
        return ANSWERED.fullmatch(data, max(data.find(b'}]},"uuid":"', at, end), at), end)
    other = found.start()
    if not data.startswith(b"}", end - 1) or GLUED.search(data, other + 1, end):
        return None
    return BEFORE_RESULT.fullmatch(data, other - STAMPS - data.startswith(b"[", other - 1), other)


def _last_id(data: bytes, end: int) -> bytes | None:
    """The id of a tool result that names it last."""
    found = LAST_ID.fullmatch(data, max(data.rfind(b'"tool_use_id":"', end - 100, end), 0), end)
    return found[1] if found else None
