"""One agent's conversation, record by record: which input led to which message of the model, and which tools are open.

A conversation is the main one of a session or that of a sub-agent; records come in file order, which is trusted for
pairing even where their clocks go back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from calls import WEB, Call
from intervals import Span

INTERRUPT = "[Request interrupted by user"
REFUSAL = "The user doesn't want to proceed with this tool use"
SYNTHETIC = "<synthetic>"
NOTICE = "<task-notification"
MOST = 1e15  # of whatever unit; what is more is no duration
NOT_PROMPTS = ("<local-command", "<command-name", NOTICE)

Record = dict[str, Any]
Key = bytes | tuple[bytes, float | None]
# Of one line of the model's, as bytes or None: its message, whether it is text, and the call and the tool that it asks for.
Part = tuple[Any, ...]


@dataclass(slots=True, kw_only=True)
class Conversation:
    """What one agent was asked and did.

    Attributes:
        last_input: Time of the last prompt or tool result, epoch seconds.
        mirrored: Its records are those that the parent's log repeats.
        messages: Message id -> [input that made it possible, last line of it], epoch seconds; of a mirrored one with that input,
            since its log may lack the lines between.
        made_up: Ids of the messages that the agent wrote itself, after an error or an exit.
        calls: Tool call id -> call, in order of request.
        open: Ids of the calls without a result, in order.
        ends_in_text: The model's last block was text, so it may have finished.
    """

    last_input: float | None = None
    mirrored: bool = False
    messages: dict[Key, list[float]] = field(default_factory=dict)
    made_up: set[Key] = field(default_factory=set)
    calls: dict[bytes, Call] = field(default_factory=dict)
    open: dict[bytes, None] = field(default_factory=dict)
    ends_in_text: bool = False

    def hear(self, message: Record, time: float) -> None:
        """Take a line of the model's."""
        name = ident(message.get("id"))
        parts = [_part(name, block) for block in blocks(message)] or [(name, None, None, None)]
        for part in parts:
            self.hear_part(part, time)
        if message.get("model") == SYNTHETIC:
            self.made_up.add(self._key(name))

    def hear_part(self, part: Part, time: float) -> None:
        """Take a part of a message: it prolongs that, and may ask for a tool."""
        name, text, call, tool = part
        key = self._key(name) if self.mirrored else name
        span = self.messages.get(key)
        if span is None:
            self.messages[key] = [time if self.last_input is None else self.last_input, time]
        elif time > span[1]:
            span[1] = time
        if call is not None and tool is not None:
            self.calls[call] = Call(tool.decode("utf-8", "replace"), time)
            self.open[call] = None
            self.ends_in_text = False
        elif text is not None:
            self.ends_in_text = True

    def _key(self, name: bytes) -> Key:
        return (name, self.last_input) if self.mirrored else name

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
        return cast("Iterator[Span]", map(tuple, self.messages.values()))

    def synthetic_spans(self) -> Iterator[Span]:
        """Those of messages that the agent wrote itself, after an error or an exit."""
        return ((start, end) for start, end in map(self.messages.__getitem__, self.made_up))


def parse(line: bytes) -> Record | None:
    """The JSON object on one line, or None if there is none (a torn line, another encoding, brackets without end)."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def ident(value: object) -> bytes:
    """An id as the bytes of the log."""
    return str(value).encode("utf-8", "surrogatepass")


def _part(message: bytes, block: Record) -> Part:
    kind = block.get("type")
    if kind == "tool_use":
        return message, None, ident(block.get("id")), ident(block.get("name"))
    return message, b"text" if kind == "text" else None, None, None


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
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < MOST else None
