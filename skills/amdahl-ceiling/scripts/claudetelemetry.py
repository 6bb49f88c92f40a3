"""Claude Code's telemetry as events: requests, tools and decisions, flattened to a line each or as OpenTelemetry's log records.

An event stands at the end of what it tells of, and its duration says since when. Its spans are read with the other traces.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from badinput import BadInput
from loglines import Json, LogLines, below, inner, number, times, word
from oteltrace import attributes
from reading import Interval, Read, instant, stretch
from records import records
from spans import CONVERSATION

FORMAT = "Claude Code telemetry"
NAMES = rb'"(?:claude_code\.)?(?:user_prompt|api_request|api_error|tool_result|tool_decision)"'
FLAT = re.compile(rb'"_type"\s*:\s*"(?:log|metric)"')
LOGS = re.compile(rb'"(?:resourceLogs|resource_logs)"\s*:\s*\[')
NAMED = re.compile(NAMES)
LASTING = {"api_request": "model", "api_error": "provider", "tool_result": "tool"}
BY_A_PERSON = "user"  # how the source of a decision begins that a person took
BODY = re.compile(r"(?:claude_code\.)?(\w+)")


@dataclass(slots=True)
class _Told:
    intervals: list[Interval] = field(default_factory=list)
    without: Counter[str] = field(default_factory=Counter)
    asked: dict[str, float] = field(default_factory=dict)
    waits: int = 0

    def remarks(self) -> Iterator[str]:
        if self.without:
            yield f"Without a duration, so without time: {times(self.without)}."
        if self.waits:
            yield f"{self.waits} waits for a person's decision are taken to begin where the request before them ended."


def recognises(head: bytes, name: str) -> bool:
    """Say whether *head* holds events that Claude Code sends, in either form."""
    return bool(NAMED.search(head) and (FLAT.search(head) or LOGS.search(head)))


def read(path: Path, name: str) -> Read:
    """Read the events of one file. Raises BadInput if none can be used."""
    with path.open("rb") as file:
        is_flat = FLAT.search(file.read(65_536)) is not None
    return _flat(path, name) if is_flat else _logs(path, name)


def _flat(path: Path, name: str) -> Read:
    lines, told = LogLines(path, name), _Told()
    events = []
    for at, record in lines.timed("ts"):
        if "attrs" in record and word(record, "name"):
            events.append((at, word(record, "name"), inner(record, "attrs")))
        else:
            lines.skip("it has no name or no attrs")
    _take(told, events)
    return lines.told(FORMAT, told.intervals, told.remarks())


def _logs(path: Path, name: str) -> Read:
    told = _Told()
    events, skipped = [], []
    for line in records(path, name):
        if line.fault:
            skipped.append(f"{line.place}: {line.fault}")
            continue
        for record in _log_records(line.record):
            at = instant(record.get("timeUnixNano", record.get("observedTimeUnixNano")))
            if at is None:
                skipped.append(f"{line.place}: a log record without a time")
            else:
                events.append((at, *_event(record)))
    if not events:
        raise BadInput(expected=f"records of {FORMAT}", found=(skipped or ["nothing"])[0], where=name)
    _take(told, events)
    return Read(
        format=FORMAT,
        name=name,
        records=len(events),
        skipped=tuple(skipped),
        intervals=tuple(told.intervals),
        remarks=tuple(told.remarks()),
    )


def _log_records(export: Json) -> Iterator[Json]:
    for resource in below(export, "resourceLogs", "resource_logs"):
        for scope in below(resource, "scopeLogs", "scope_logs"):
            yield from below(scope, "logRecords", "log_records")


def _event(record: Json) -> tuple[str, dict[str, Any]]:
    """The name and the attributes of a log record; older versions write the name as the body."""
    found = attributes(record)
    name = word(record, "eventName") or str(found.get("event.name", "")) or word(inner(record, "body"), "stringValue")
    return name, found


def _take(told: _Told, events: list[tuple[float, str, Json]]) -> None:
    """Take the time of *events*; exporters send them in any order, so the clock gives it."""
    for at, full, said in sorted(events, key=lambda event: event[0]):
        match = BODY.fullmatch(full)
        name, case = match[1] if match else "", f"{CONVERSATION}{said.get('session.id') or said.get('session_id') or ''}"
        if name in LASTING:
            _lasting(told, name, case, said, at)
        elif name == "tool_decision" and str(said.get("source", "")).startswith(BY_A_PERSON) and case in told.asked:
            told.waits += 1
            told.intervals += stretch(case, "human", told.asked[case], at, "C", str(said.get("tool_name", "")))
        if name in {"api_request", "tool_result"}:
            told.asked[case] = at


def _lasting(told: _Told, name: str, case: str, said: Json, at: float) -> None:
    lasted = number(said.get("duration_ms"))
    if lasted is None:
        told.without[name] += 1
    else:
        told.intervals += stretch(case, LASTING[name], at - lasted / 1000, at, "A", str(said.get("tool_name", "")))
