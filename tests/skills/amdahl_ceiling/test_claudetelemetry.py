"""Claude Code's events: what lasted until them, decisions of persons, and what has no duration."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from skills.amdahl_ceiling.logs import START, stamp
from skills.amdahl_ceiling.measured import skill
from skills.amdahl_ceiling.torn import SAMPLES, damaged, is_accounted, seconds

telemetry, read_any = skill.claudetelemetry, skill.formats.read_any
EVENTS = (SAMPLES / "otlp/codemie_claude_otel_events.jsonl").read_bytes()
SESSION = [
    (0, "user_prompt", {}),
    (10, "api_request", {"duration_ms": "9000"}),
    (70, "tool_decision", {"source": "user_temporary", "decision": "accept", "tool_name": "Bash"}),
    (75, "tool_result", {"duration_ms": 4500, "tool_name": "Bash"}),
    (76, "tool_decision", {"source": "config", "tool_name": "Read"}),
    (90, "api_error", {"duration_ms": 6000, "attempt": 1}),
    (99, "api_request", {"duration_ms": 8000}),
]
EXPECTED = {("human", "C"): 60, ("model", "A"): 17, ("provider", "A"): 6, ("tool", "A"): 4.5}


def flat(at, name, said):
    return {"_type": "log", "ts": stamp(at), "name": name, "attrs": {"session.id": "s", **said}}


def logged(at, name, said):
    pairs = {"session.id": "s", "event.name": name, **said}
    values = [
        {"key": key, "value": {"stringValue" if isinstance(value, str) else "intValue": value}}
        for key, value in pairs.items()
    ]
    record = {
        "timeUnixNano": str(int((START + at) * 10**9)),
        "body": {"stringValue": f"claude_code.{name}"},
        "attributes": values,
    }
    return {"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}


@pytest.mark.parametrize("form", [flat, logged])
def test_events_in_any_order_last_until_their_time(tmp_path, form):
    path = tmp_path / "events.jsonl"
    path.write_text("\n".join(json.dumps(form(*event)) for event in reversed(SESSION)))
    found = read_any(path, path.name)
    assert (found.format, found.records, found.skipped) == ("Claude Code telemetry", 7, ())
    assert seconds(found) == EXPECTED
    assert {one.case for one in found.intervals} == {"conversation:s"}


def test_the_sample_is_read_by_this_reader_alone_and_says_what_has_no_duration():
    path = SAMPLES / "otlp/codemie_claude_otel_events.jsonl"
    found = read_any(path, path.name)
    assert (found.format, found.records, found.skipped) == ("Claude Code telemetry", 18, ())
    assert seconds(found) == {("tool", "A"): 0.422}
    assert "Without a duration, so without time: api_request (5)." in found.remarks


def test_a_record_without_a_time_is_named(tmp_path):
    path = tmp_path / "events.jsonl"
    torn = {"resourceLogs": [{"scopeLogs": [{"logRecords": [{}]}]}, {}]}
    path.write_text("\n".join(json.dumps(one) for one in (logged(*SESSION[1]), torn)))
    found = read_any(path, path.name)
    assert (found.records, len(found.skipped)) == (1, 2)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(body=damaged(EVENTS))
def test_damaged_events_are_accounted_for_line_by_line(tmp_path, body):
    assert is_accounted(telemetry, tmp_path / "events.jsonl", body)
