"""One agent's conversation, record by record: which input led to which message of the model, and which tools are open.

A conversation is the main one of a session or that of a sub-agent; records come in file order, which is trusted for
pairing even where their clocks go back.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from calls import WEB
from intervals import Span
from sessions import Call

INTERRUPT = "[Request interrupted by user"
REFUSAL = "The user doesn't want to proceed with this tool use"
SUB_AGENT_TOOLS = frozenset({"Task", "Agent"})
SYNTHETIC = "<synthetic>"

Record = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class OpenCall:
    """A tool call while the log is read; `call` gives the finished value."""

    id: bytes
    name: str
    start: float
    end: float | None = None
    running: float | None = None
    own: float | None = None
    refused: bool = False

    def call(self, end: float) -> Call:
        """This call as a value, ended at *end* (epoch seconds)."""
        replaced = self.name in SUB_AGENT_TOOLS
        span = (self.start, end)
        return Call(
            name=self.name, span=span, running=self.running, own=self.own, refused=self.refused, replaced=replaced
        )


@dataclass(slots=True, kw_only=True)
class Conversation:
    """What one agent was asked and did.

    Attributes:
        last_input: Time of the last prompt or tool result, epoch seconds.
        messages: Message id -> [input that made it possible, last line of it], epoch seconds.
        calls: Tool call id -> call, in order of request.
        open: Ids of the calls without a result, in order.
        ends_in_text: The model's last block was text, so it may have finished.
    """

    last_input: float | None = None
    mirrored: bool = False
    ids: dict[bytes, bool] = field(default_factory=dict)
    messages: dict[tuple[bytes, float], list[float]] = field(default_factory=dict)
    calls: dict[bytes, OpenCall] = field(default_factory=dict)
    open: dict[bytes, None] = field(default_factory=dict)
    ends_in_text: bool = False

    def hear(self, message: Record, time: float) -> None:
        """Take a line of the model's: it prolongs its message and may ask for tools."""
        self.prolong(ident(message.get("id")), time, made_up=message.get("model") == SYNTHETIC)
        for block in blocks(message):
            kind = block.get("type")
            if kind == "tool_use":
                self.request(ident(block.get("id")), str(block.get("name")), time)
            elif kind == "text":
                self.ends_in_text = True

    def prolong(self, name: bytes, time: float, *, made_up: bool) -> None:
        """The message *name* reaches to *time*; *made_up* says that the agent wrote it itself."""
        start = time if self.last_input is None else self.last_input
        self.ids[name] = made_up
        span = self.messages.setdefault((name, start if self.mirrored else 0.0), [start, time])
        span[1] = max(span[1], time)

    def request(self, name: bytes, tool: str, time: float) -> None:
        """The model asks for a tool."""
        self.calls[name] = OpenCall(id=name, name=tool, start=time)
        self.open[name] = None
        self.ends_in_text = False

    def answer(self, message: Record, result: object, time: float) -> bool:
        """Take the tool results of a user's line, with what the tool says of itself; tell whether there were any."""
        found = [block for block in blocks(message) if block.get("type") == "tool_result"]
        for block in found:
            self.settle(
                ident(block.get("tool_use_id")),
                time,
                refused=text_of(block).startswith(REFUSAL),
                own=_own_seconds(result),
            )
        return bool(found)

    def needs_result(self, name: bytes) -> bool:
        """Whether what the tool says of itself decides about the call *name*."""
        call = self.calls.get(name)
        return call is not None and call.name in WEB

    def settle(self, name: bytes, time: float, *, refused: bool, own: float | None = None) -> None:
        """The call *name* got its result; what the tool says it took counts for those of the web, whose dialogs it tells."""
        self.last_input = time
        self.open.pop(name, None)
        call = self.calls.get(name)
        if call is not None and call.end is None:
            call.end, call.refused = time, refused
            call.own = own if call.name in WEB else None

    def spans(self) -> Iterator[Span]:
        """The spans of the model's work, one a message."""
        return ((start, end) for start, end in self.messages.values())

    def synthetic_spans(self) -> Iterator[Span]:
        """Those of messages that the agent wrote itself, after an error or an exit."""
        return ((start, end) for (name, _), (start, end) in self.messages.items() if self.ids[name])


def ident(value: object) -> bytes:
    """An id as the bytes of the log."""
    return str(value).encode("utf-8", "surrogatepass")


def blocks(message: Record) -> list[Record]:
    """The content blocks of a message; a plain string counts as one text block."""
    content = message.get("content")
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []


def text_of(block: Record) -> str:
    """The words of a text block or of a tool result."""
    content = block.get("text", block.get("content"))
    if isinstance(content, list):
        return " ".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _own_seconds(result: object) -> float | None:
    """The duration that a tool's result states, in seconds; sub-agents' include dialogs, so they are left alone."""
    if not isinstance(result, dict):
        return None
    for key, unit in (("durationMs", 0.001), ("durationSeconds", 1.0)):
        if (value := number(result.get(key))) is not None:
            return value * unit
    return None


def number(value: object) -> float | None:
    """A number that a duration can be: finite and not negative; None for anything else."""
    if isinstance(value, int | float) and math.isfinite(value) and value >= 0:
        return float(value)
    return None
