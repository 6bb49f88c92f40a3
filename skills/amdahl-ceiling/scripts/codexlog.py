"""Rollouts of OpenAI's Codex (CLI, TUI, Desktop): one file a thread, one record a line.

A command's call is answered after a second although it goes on, so the call and its answer understate it: its end carries its
duration. What is left of a turn is the model, or somebody whose approval was awaited; the log does not tell them apart.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from agenttime import Answers, Done, split
from intervals import Spans, union
from loglines import Json, LogLines, inner, number, times, word
from reading import Interval, Read, instant

FORMAT = "Codex rollout"
WRAPPED = re.compile(rb'"type"\s*:\s*"(?:session_meta|turn_context|response_item|event_msg)"\s*,')
PAYLOAD = re.compile(rb'"payload"\s*:\s*\{')
# Before 0.44: bare items below a head.
BARE = re.compile(rb'\A\s*\{\s*"id"\s*:\s*"[^"]*"\s*,\s*"timestamp"\s*:\s*"[^"]*"\s*,\s*"instructions"\s*:')

CALLS = frozenset({"function_call", "custom_tool_call", "local_shell_call", "tool_search_call"})
ANSWERS = frozenset({"function_call_output", "custom_tool_call_output", "tool_search_output"})
ENDS = frozenset({"exec_command_end", "mcp_tool_call_end", "dynamic_tool_call_response", "patch_apply_end"})
# What these tools wait for: a person, or another thread that has a log of its own.
WAITS = {"request_user_input": "human", "wait": "idle", "wait_agent": "idle", "wait_for_agents": "idle"}
NOT_WORK = frozenset({"user", "developer", "system"})
NEVER = "never"


@dataclass(slots=True)
class _Thread:
    id: str = ""
    parent: str = ""
    began: float = 0.0
    policies: set[str] = field(default_factory=set)
    answers: Answers = field(default_factory=Answers)
    opened: float | None = None
    turns: Spans = field(default_factory=list)
    calls: dict[str, tuple[float, str]] = field(default_factory=dict)
    pairs: list[tuple[str, str, float, float]] = field(default_factory=list)
    timed: list[tuple[str, str, float, float]] = field(default_factory=list)
    bare: int = 0

    @property
    def case(self) -> str:
        return f"codex:{self.id}"


def recognises(head: bytes, name: str) -> bool:
    """Say whether *head* holds records of a rollout, wrapped or, before 0.44, bare."""
    return bool(BARE.match(head) or (WRAPPED.search(head) and PAYLOAD.search(head)))


def read(path: Path, name: str) -> Read:
    """Read one rollout. Raises BadInput if no line of it can be used."""
    lines, thread = LogLines(path, name), _Thread()
    for record in lines:
        at = instant(record.get("timestamp"))
        if "payload" not in record:
            _bare(lines, thread, record)
        elif at is None:
            lines.skip("its timestamp is no time with an offset")
        else:
            _record(thread, record, inner(record, "payload"), at)
    thread.id = thread.id or name
    windows = _windows(thread)
    return lines.told(FORMAT, _intervals(thread, windows), _remarks(thread, windows))


def _bare(lines: LogLines, thread: _Thread, record: Json) -> None:
    """A line of before 0.44; only the first one has a time."""
    if "instructions" in record:
        thread.id = thread.id or word(record, "id")
    elif not word(record, "type", "record_type"):
        lines.skip("it has no payload")
        return
    thread.bare += 1


def _record(thread: _Thread, record: Json, payload: Json, at: float) -> None:
    kind, what = word(record, "type"), word(payload, "type")
    if kind == "session_meta" and not thread.id:
        # Only the first: a fork repeats the head of the thread that it comes from.
        thread.id, thread.began = word(payload, "id"), instant(payload.get("timestamp")) or at
        thread.parent = word(payload, "forked_from_id", "parent_thread_id")
    elif kind == "turn_context":
        thread.policies.add(word(payload, "approval_policy"))
    elif kind == "event_msg":
        _event(thread, payload, what, at)
    elif kind == "response_item":
        _item(thread, payload, what, at)


def _event(thread: _Thread, payload: Json, what: str, at: float) -> None:
    if what == "user_message":
        thread.answers.asked(at)
    elif what == "task_started":
        thread.opened = at
    elif what in {"task_complete", "turn_aborted"}:
        start = thread.opened if thread.opened is not None else at - (number(payload.get("duration_ms")) or 0.0) / 1000
        thread.turns.append((start, at))
        thread.opened = None
    elif what in ENDS:
        thread.answers.works(at)
        _ended(thread, payload, what, at)


def _ended(thread: _Thread, payload: Json, what: str, at: float) -> None:
    """A call's end that says how long it took."""
    duration = inner(payload, "duration")
    seconds, nanos = number(duration.get("secs")), number(duration.get("nanos"))
    if seconds is not None:
        call = word(payload, "call_id")
        tool = thread.calls.get(call, (at, what))[1]
        thread.timed.append((call, tool, at - seconds - (nanos or 0.0) / 1e9, at))


def _item(thread: _Thread, payload: Json, what: str, at: float) -> None:
    if word(payload, "role") in NOT_WORK:
        return
    thread.answers.works(at)
    call = word(payload, "call_id")
    if what in CALLS and call:
        thread.calls[call] = (at, word(payload, "name") or what)
    elif what in ANSWERS and call in thread.calls:
        start, tool = thread.calls[call]
        thread.pairs.append((call, tool, start, at))


def _windows(thread: _Thread) -> Spans:
    """When the agent was at work: its recorded turns, else from each prompt to the last work before the next prompt."""
    found = thread.answers.spans
    if thread.turns or thread.opened is not None:
        unfinished = [] if thread.opened is None else [(thread.opened, thread.answers.last)]
        found = [*thread.turns, *unfinished]
    return union((max(start, thread.began), end) for start, end in found)


def _intervals(thread: _Thread, windows: Spans) -> Iterator[Interval]:
    """The time of the tools, what is left of the turns, and what lies between them."""
    recorded = {call for call, *_ in thread.timed}
    found = [("A", *one[1:]) for one in thread.timed]
    found += [("B", *pair[1:]) for pair in thread.pairs if pair[0] not in recorded]
    done = [
        Done(tool=tool, start=start, end=end, grade=grade, kind=WAITS.get(tool, "tool"))
        for grade, tool, start, end in found
    ]
    model, idle = _grades(thread)
    return split(thread.case, windows, done, model=model, idle=idle)


def _grades(thread: _Thread) -> tuple[str, str]:
    """Of what is left of the turns, and of what lies between them."""
    if not thread.turns:
        return "C", "C"
    return "B" if thread.policies == {NEVER} else "C", "B"


def _remarks(thread: _Thread, windows: Spans) -> Iterator[str]:
    if thread.bare:
        yield "Rollouts of before version 0.44 have one time, of the whole: they tell nothing of how long anything took."
    elif not windows:
        yield "It tells of no prompt and no turn that lasted, so it gives no time."
    elif not thread.turns:
        yield "This client wrote times only, neither turns nor durations: what is not a tool's is taken to be the model's."
    asked = sorted(policy for policy in thread.policies - {NEVER} if policy)
    if asked and windows:
        yield f"Commands could need an approval ({', '.join(asked)}): waiting for it counts as the model's time here."
    if thread.parent:
        yield "A fork: what it repeats of the thread that it comes from counts there."
    open_calls = set(thread.calls) - {call for call, *_ in [*thread.pairs, *thread.timed]}
    if open_calls:
        yield f"Calls without an end: {times(Counter(thread.calls[call][1] for call in open_calls))}."
