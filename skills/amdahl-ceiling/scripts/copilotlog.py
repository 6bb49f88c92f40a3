"""Sessions of GitHub's Copilot CLI (`events.jsonl`): every tool has a record of its start and one of its end.

What is left of an answer is the model, or somebody whose permission was awaited where the log has no record of that.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from agenttime import Answers, Done, split
from intervals import union
from loglines import Json, LogLines, inner, items, number, times, word
from reading import Interval, Read

FORMAT = "Copilot CLI events"
EVENT = re.compile(
    rb'"type"\s*:\s*"(?:session\.(?:start|resume)|assistant\.turn_start|tool\.execution_start)"\s*,\s*"data"\s*:\s*\{'
)
WORK = ("assistant.", "tool.", "subagent.", "abort")
HOOK = "hook"
# Pairs of records, and by which id they belong together.
PAIRS = {"tool.execution_": ("start", "complete", "toolCallId"), "hook.": ("start", "end", "hookInvocationId")}
DIALOGS = frozenset({"permission", "user_input", "elicitation", "exit_plan_mode"})


@dataclass(slots=True)
class _Session:
    id: str = ""
    answers: Answers = field(default_factory=Answers)
    requested: dict[str, tuple[float, str]] = field(default_factory=dict)
    open: dict[str, tuple[float, str]] = field(default_factory=dict)
    done: list[tuple[str, Done]] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    model: float = 0.0


def recognises(head: bytes, name: str) -> bool:
    """Say whether *head* holds a session's start or another event that only this agent writes."""
    return bool(EVENT.search(head))


def read(path: Path, name: str) -> Read:
    """Read one session. Raises BadInput if no line of it can be used."""
    lines, session = LogLines(path, name), _Session()
    for at, record in lines.timed():
        kind, data = word(record, "type"), inner(record, "data")
        if not kind:
            lines.skip("it has no type")
            continue
        _event(session, kind, data, at)
    session.id = session.id or name
    return lines.told(FORMAT, _intervals(session), _remarks(session))


def _event(session: _Session, kind: str, data: Json, at: float) -> None:
    if kind in {"session.start", "session.resume"}:
        session.id = session.id or word(data, "sessionId")
    elif kind == "session.shutdown":
        session.model += (number(data.get("totalApiDurationMs")) or 0.0) / 1000
    elif kind == "user.message":
        session.answers.asked(at)
    elif kind.startswith(WORK):
        session.answers.works(at)
    if kind == "assistant.message":
        for asked in items(data, "toolRequests"):
            session.requested[word(asked, "toolCallId")] = (at, word(asked, "name"))
    elif kind == "subagent.started":
        session.agents.add(word(data, "toolCallId"))
    _paired(session, kind, data, at)


def _paired(session: _Session, kind: str, data: Json, at: float) -> None:
    """The start or the end of a tool, a hook or a dialog."""
    first, _, last = kind.rpartition(".")
    if first in DIALOGS:
        _dialog(session, last, word(data, "requestId"), at)
        return
    for prefix, (start, end, key) in PAIRS.items():
        call = word(data, key)
        if kind == prefix + start:
            session.open[call] = (at, word(data, "toolName") or HOOK)
        elif kind == prefix + end:
            _ended(session, call, at)


def _ended(session: _Session, call: str, at: float) -> None:
    """A call's end; where its start is not recorded, it is taken to be when the model asked for it."""
    start = session.open.pop(call, None)
    grade, begun = ("B", start) if start else ("C", session.requested.get(call))
    if begun:
        session.done.append((call, Done(tool=begun[1], start=begun[0], end=at, grade=grade)))


def _dialog(session: _Session, event: str, request: str, at: float) -> None:
    if event == "requested":
        session.open[request] = (at, "dialog")
    elif event == "completed" and request in session.open:
        start, tool = session.open.pop(request)
        session.done.append((request, Done(tool=tool, start=start, end=at, grade="B", kind="human")))


def _intervals(session: _Session) -> Iterator[Interval]:
    # The call of a sub-agent is no tool's time: what that agent does stands in the same log.
    done = [one for call, one in session.done if call not in session.agents]
    windows = union(session.answers.spans)
    return split(f"copilot:{session.id}", windows, done, model="C", idle="C")


def _remarks(session: _Session) -> Iterator[str]:
    if not union(session.answers.spans):
        yield "It tells of no prompt that was answered, so it gives no time."
        return
    if not any(one.kind == "human" for _, one in session.done):
        yield "It has no record of a dialog: waiting for a permission counts as the model's or the tool's time here."
    if session.model:
        yield f"By its own count the model was asked for {session.model:g} seconds in all."
    if session.open:
        yield f"Calls without an end: {times(Counter(tool for _, tool in session.open.values()))}."
