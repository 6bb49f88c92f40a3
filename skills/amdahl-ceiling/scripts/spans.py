"""Spans of traces as an agent's time: what asks a model, what runs a tool, what waits for a person; never a span and its child both.

The words are those of OpenTelemetry's conventions for generative AI (`gen_ai.operation.name`) and of Claude Code (`claude_code.*`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from intervals import Spans, union, without
from reading import Interval

# What a span's operation, or its name, says of its time. Agents hold the others: what none of these covers is their own.
KINDS = {
    "chat": "model", "generate_content": "model", "text_completion": "model", "claude_code.llm_request": "model",
    "execute_tool": "tool", "embeddings": "tool", "retrieval": "tool", "claude_code.tool": "tool",
    "claude_code.tool.execution": "tool", "claude_code.hook": "tool",
    "claude_code.tool.blocked_on_user": "human",
    "invoke_agent": "agent", "invoke_workflow": "agent", "claude_code.interaction": "agent",
}  # fmt: skip
CONVERSATION = "conversation:"  # how the id of a case begins that is a session or a conversation
CONVERSATIONS = ("gen_ai.conversation.id", "session.id", "session_id", "conversation.id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One span.

    Attributes:
        trace: The trace's id, "" if it has none.
        id: Its own id, "" if it has none.
        parent: Its parent's id, "" at the root or if it is not known.
        name: Its name.
        start: Epoch seconds.
        end: Epoch seconds, not before *start*.
        attributes: Keys and simple values.
    """

    trace: str
    id: str
    parent: str
    name: str
    start: float
    end: float
    attributes: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """What its time is, one of the values of KINDS, "" for what is no agent's own."""
        return KINDS.get(str(self.attributes.get("gen_ai.operation.name", "")), KINDS.get(self.name, ""))

    @property
    def conversation(self) -> str:
        """The conversation or session that it says it belongs to, "" if it says none."""
        said = [key for key in self.attributes if key in CONVERSATIONS or key.endswith((".session_id", ".session.id"))]
        return str(self.attributes[min(said, key=_rank)]) if said else ""


def _rank(key: str) -> int:
    return CONVERSATIONS.index(key) if key in CONVERSATIONS else len(CONVERSATIONS)


def intervals(spans: Sequence[Span], name: str) -> Iterator[Interval]:
    """Yield what the agents of *spans* did, case by case; a trace of which no span names a conversation is a case of its own.

    *name* stands for a trace that has no id. A span that was exported twice changes nothing: all time is a union.
    """
    cases: dict[str, list[Span]] = defaultdict(list)
    named = {span.trace: span.conversation for span in reversed(spans) if span.trace and span.conversation}
    for span in spans:
        said = span.conversation or named.get(span.trace, "")
        cases[f"{CONVERSATION}{said}" if said else f"trace:{span.trace or name}"].append(span)
    for case, members in cases.items():
        yield from _case(case, members)


def _case(case: str, spans: Sequence[Span]) -> Iterator[Interval]:
    inside = _descendants(spans)
    model = _union(spans, "model")
    human = _union(spans, "human")
    tool = union(stretch for span in spans if span.kind == "tool" for stretch in _own(span, inside))
    rest = without(_union(spans, "agent"), union([*model, *human, *tool]))
    for kind, found, what in (
        ("model", model, ""),
        ("tool", tool, ""),
        ("human", human, ""),
        ("idle", rest, "orchestration"),
    ):
        yield from (Interval(case=case, kind=kind, start=start, end=end, grade="A", what=what) for start, end in found)


def _union(spans: Iterable[Span], kind: str) -> Spans:
    return union((span.start, span.end) for span in spans if span.kind == kind)


def _own(span: Span, inside: Mapping[tuple[str, str], list[Span]]) -> Spans:
    """A tool's time without what is no tool inside of it: an agent, a model, a person."""
    held = [other for other in inside.get((span.trace, span.id), []) if other.kind in {"agent", "model", "human"}]
    return without(union([(span.start, span.end)]), union((other.start, other.end) for other in held))


def _descendants(spans: Sequence[Span]) -> dict[tuple[str, str], list[Span]]:
    """For each tool's span all that lies below it, however deep; a circle of parents ends where it began."""
    by_id = {(span.trace, span.id): span for span in spans if span.id}
    found: dict[tuple[str, str], list[Span]] = defaultdict(list)
    for span in spans:
        if span.kind not in {"agent", "model", "human"}:
            continue
        seen: set[tuple[str, str]] = set()
        key = span.trace, span.parent
        while key in by_id and key not in seen:
            seen.add(key)
            found[key].append(span)
            key = span.trace, by_id[key].parent
    return found


def remarks(spans: Sequence[Span]) -> Iterator[str]:
    """What *spans* cannot say."""
    kinds = {span.kind for span in spans}
    if not kinds - {""}:
        yield "None of its spans is an agent's, a model's or a tool's."
    elif "human" not in kinds:
        yield "These traces have no span for a wait for a person: it counts as a tool's or as the agent's own time here."
    if any(not span.id for span in spans):
        yield "Spans without an id: what stands in another cannot be known."
