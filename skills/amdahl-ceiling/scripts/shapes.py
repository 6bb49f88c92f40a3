"""Recognises the lines that make up nearly all of a session log by their shape, and takes from them only what carries time.

Everything rests on one property of JSON as programs write it: in a string every quote has a backslash before it, so that
`{"` is the start of an object, `,"uuid":"` is a key, and neither can be text (at worst the end of one, which then does
not fit what must follow). A line is taken only if its front matches from its first byte, if no object starts where none is
expected, and if its end matches to its last byte: then the depth of every value is proven. Any other line is not understood
here and must be parsed whole. What a text in between holds is not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

TEXT = rb'"[^"\\]*+"'
# Pairs of keys and simple values: while there are only such pairs, the depth stays what it is.
PAIRS = rb'(?:,"\w++":(?:' + TEXT + rb"|null|true|false|-?\d[\d.eE+-]*+|\[\]|\{\}))*+"
STAMPED = rb'"uuid":"([^"\\]*+)","timestamp":"([^"\\]*+)"'

HEAD = re.compile(
    rb'\{"parentUuid":(?:null|"[-0-9a-f]{36}")(,"isSidechain":(?:true|false)' + PAIRS + rb',"(message|data)":\{)'
)
PAIR = re.compile(rb',"(\w+)":(?:"([^"]*)"|(true))')
MESSAGE = re.compile(
    rb'(?:"model":"([^"\\]*+)","id":"([^"\\]*+)","type":"message","role":"assistant"'
    rb'|"id":"([^"\\]*+)","type":"message","role":"assistant","model":"([^"\\]*+)"),"content":\[\{"type":"'
    rb'(?:(text)","text":"|thinking","thinking":"|tool_use","id":"([^"\\]*+)","name":"([^"\\]*+)","input":\{)'
)
RESULT = re.compile(
    rb'"role":"user","content":\[\{'
    rb'(?:"tool_use_id":"([^"\\]*+)","type":"tool_result"|"type":"tool_result"(?:,"tool_use_id":"([^"\\]*+)")?),"content":"'
)
OBJECT = re.compile(rb'\{(?=")')
# An object that starts after no colon, comma or bracket, or the start of a record: two records on one line, or a torn one.
GLUED = re.compile(rb'\{(?="(?:parentUuid":|(?<![:,\[]\{")))')
CALLER = b'{"type":"direct"}}],"stop_reason":'
STOPPED = re.compile(rb'\],"stop_reason":(?:null|' + TEXT + rb')(?:,"stop_\w+":(?:null|' + TEXT + rb'))*+,"usage":')
USUALLY_STOPPED = b'}],"stop_reason":null,"stop_sequence":null,"usage":'
HEARD = re.compile(rb'"type":"assistant",' + STAMPED + PAIRS + rb"\}")
BEFORE_RESULT = re.compile(rb'\}\]\},"uuid":"([^"\\]*+)","timestamp":"([^"\\]*+)","toolUseResult":\[?')
ID_LAST = re.compile(rb'"tool_use_id":"([^"\\]*+)"')
ANSWERED = re.compile(rb"\}\]\}," + STAMPED + PAIRS + rb'(?:,"toolUseResult":"(?:[^"\\]++|\\.)*+")?' + PAIRS + rb"\}")
REPORTED = re.compile(
    rb'\},(?:"toolUseID":'
    + TEXT
    + rb',"parentToolUseID":"([^"\\]*+)"|"parentToolUseID":"([^"\\]*+)","toolUseID":'
    + TEXT
    + rb")"
    rb"," + rb"(?:" + STAMPED + rb'|"timestamp":"([^"\\]*+)","uuid":"([^"\\]*+)")' + PAIRS + rb"\}"
)
ELAPSED = re.compile(rb'"elapsedTimeSeconds":(\d++(?:\.\d++)?)[,}]')
LENGTH_OF_STAMPS = len('}]},"uuid":"') + 36 + len('","timestamp":"') + 24 + len('","toolUseResult":')
NO_TIME = b'{"type":"file-history-snapshot",'
REFUSED = b"The user doesn't want to proceed with this tool use"
SYNTHETIC = b"<synthetic>"
KNOWN = 8  # heads of lines that are remembered; a session has three or four, until the branch or the version changes


class Listener(Protocol):
    """Takes what a line says; ids and times come as the bytes of the log. *side* is the sub-agent that speaks, None for the main agent."""

    def heard(self, side: bytes | None, message: bytes, *, made_up: bool, uuid: bytes, stamp: bytes) -> float | None:
        """A line of the model's; gives its time, None if it has none or is not new."""

    def wrote(self, side: bytes | None) -> None:
        """The block of that line was a text."""

    def asked(self, side: bytes | None, call: bytes, tool: bytes, time: float) -> None:
        """The block of that line asks for a tool."""

    def answered(self, side: bytes | None, call: bytes, *, refused: bool, uuid: bytes, stamp: bytes) -> None:
        """One tool result."""

    def reported(self, call: bytes, elapsed: float, uuid: bytes, stamp: bytes) -> None:
        """A command runs since *elapsed* seconds."""

    def passed(self, uuid: bytes, stamp: bytes) -> None:
        """A record that says nothing but when it was."""

    def needs_result(self, side: bytes | None, call: bytes) -> bool:
        """Whether the tool's own words on this call are needed, so that its result must be parsed."""


# A head that was met before: its bytes behind the parent's id, what takes the rest of the line, and who speaks.
Take = Callable[[bytes, int, int, "bytes | None"], bool]
Known = tuple[bytes, int, Take, "bytes | None"]


class Shapes:
    """Recognises lines for one listener."""

    def __init__(self, listener: Listener) -> None:
        """Tell *listener* what is found."""
        self.listener = listener
        self.known: list[Known] = []

    def take(self, data: bytes, start: int, end: int) -> bool:
        """Take the line *data*[*start*:*end*] (without its newline); False if it is not understood, and nothing was told."""
        # The id before the next quote has 36 characters, or there is none.
        at = start + 52 if data.find(b'"', start + 15, end) == start + 51 else start + 18
        for head, size, take, side in self.known:
            if data.startswith(head, at) and data.startswith(b'{"parentUuid":', start):
                return take(data, at + size, end, side)
        if data.startswith(NO_TIME, start):
            return data.startswith(b"}", end - 1) and GLUED.search(data, start + 1, end) is None
        return self._learn(data, start, end)

    def _learn(self, data: bytes, start: int, end: int) -> bool:
        """Take a line whose head was not met before; remember its head if it is one of those known here."""
        head = HEAD.match(data, start, end)
        if head is None:
            return False
        pairs = {key: text or flag for key, text, flag in PAIR.findall(head[1])}
        take = self._taker(pairs.get(b"type"), head[2])
        side = pairs.get(b"agentId") if pairs.get(b"isSidechain") == b"true" else None
        if take is None or (not side and pairs.get(b"isSidechain") == b"true"):
            return False
        self.known = [(head[1], len(head[1]), take, side), *self.known[: KNOWN - 1]]
        return take(data, head.end(), end, side)

    def _taker(self, kind: bytes | None, body: bytes) -> Take | None:
        if body == b"data":
            return self._progress if kind == b"progress" else None
        return {None: self._assistant, b"user": self._user}.get(kind)

    def _assistant(self, data: bytes, at: int, end: int, side: bytes | None) -> bool:
        message = MESSAGE.match(data, at, end)
        if message is None:
            return False
        newer, name, older, later, text, call, tool = message.groups()
        closed = self._usage(data, message.end(), end, is_call=call is not None)
        tail = HEARD.fullmatch(data, data.rfind(b'"type":"assistant","uuid":"', closed, end), end) if closed else None
        if tail is None:
            return False
        if GLUED.search(data, closed + 1, end):
            return False
        uuid, stamp = tail.groups()
        made_up = (newer or later) == SYNTHETIC
        time = self.listener.heard(side, name or older, made_up=made_up, uuid=uuid, stamp=stamp)
        if time is not None:
            if call is not None:
                self.listener.asked(side, call, tool, time)
            elif text is not None:
                self.listener.wrote(side)
        return True

    def _usage(self, data: bytes, at: int, end: int, *, is_call: bool) -> int:
        """Where the usage starts that follows the only block of a message; 0 if something else comes first."""
        found = OBJECT.search(data, at, end)
        if found is None:
            return 0
        at = found.start()
        if is_call and data.startswith(CALLER, at) and data.startswith(b'},"caller":', at - 11):
            return at
        stop = data.rfind(b'}],"stop_reason":', max(at - 160, 0), at)
        closes = b'}}],"stop' if is_call else b'"}],"stop'
        if stop < 0 or not data.startswith(closes, stop - 1):
            return 0
        usual = at - stop == len(USUALLY_STOPPED) and data.startswith(USUALLY_STOPPED, stop)
        return at if usual or STOPPED.fullmatch(data, stop + 1, at) else 0

    def _user(self, data: bytes, at: int, end: int, side: bytes | None) -> bool:
        result = RESULT.match(data, at, end)
        if result is None:
            return False
        text = result.end()
        found = self._stamps(data, text, end)
        if found is None:
            return False
        call = result[1] or result[2] or self._last_id(data, found.start())
        if call is None or self.listener.needs_result(side, call):
            return False
        self.listener.answered(side, call, refused=data.startswith(REFUSED, text), uuid=found[1], stamp=found[2])
        return True

    def _stamps(self, data: bytes, at: int, end: int) -> re.Match[bytes] | None:
        """The end of a message with one tool result, and the id and time behind it."""
        found = OBJECT.search(data, at, end)
        if found is None:
            closed = data.find(b'}]},"uuid":"', at, end)
            return ANSWERED.fullmatch(data, closed, end) if closed >= 0 else None
        other = found.start()
        if GLUED.search(data, other + 1, end) or not data.startswith(b"}", end - 1):
            return None
        return BEFORE_RESULT.fullmatch(data, other - LENGTH_OF_STAMPS - data.startswith(b"[", other - 1), other)

    @staticmethod
    def _last_id(data: bytes, end: int) -> bytes | None:
        found = ID_LAST.fullmatch(data, data.rfind(b'"tool_use_id":"', max(end - 100, 0), end), end)
        return found[1] if found else None

    def _progress(self, data: bytes, at: int, end: int, _: bytes | None) -> bool:
        is_command = data.startswith(b'"type":"bash_progress"', at)
        if not is_command and not data.startswith(b'"type":"hook_progress"', at):
            return False
        closed = data.rfind(b'},"', at, end)
        tail = REPORTED.fullmatch(data, closed, end) if closed >= 0 and OBJECT.search(data, at, end) is None else None
        if tail is None:
            return False
        parent, other, uuid, stamp, earlier, later = tail.groups()
        if not is_command:
            self.listener.passed(uuid or later, stamp or earlier)
            return True
        elapsed = ELAPSED.match(data, max(data.rfind(b'"elapsedTimeSeconds":', at, closed), at), end)
        if elapsed is None:
            return False
        self.listener.reported(parent or other, float(elapsed[1]), uuid or later, stamp or earlier)
        return True
