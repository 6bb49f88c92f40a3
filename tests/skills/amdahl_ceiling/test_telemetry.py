"""A session's log and its telemetry together: what was recorded decides, and nothing counts twice."""

from __future__ import annotations

import json

import pytest
from skills.amdahl_ceiling.logs import NOON, Log, stamp
from skills.amdahl_ceiling.measured import facts, values

HOUR = 3600


@pytest.fixture(name="root")
def _root(tmp_path):
    """A command whose dialog stood open for an hour, in a log that does not say so."""
    for name in ("sessions", "traces", "agents"):
        (tmp_path / name).mkdir()
    log = Log("s").prompt(0).asks(10, "m1", "a", "Bash").result(HOUR + 20, "a").says(HOUR + 30, "m2")
    log.write(tmp_path / "sessions")
    return tmp_path


def span(name, start, end, session="s"):
    times = {key: str(int((NOON.timestamp() + at) * 1e9)) for key, at in (("startTimeUnixNano", start), ("endTimeUnixNano", end))}
    return {"traceId": "t", "spanId": f"{name}{start}", "name": name, **times, "attributes": [{"key": "session.id", "value": {"stringValue": session}}]}


def traced(root, *spans):
    (root / "traces/export.json").write_text(json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}))


def recorded(session="s"):
    return (
        span("claude_code.llm_request", 2, 10, session),
        span("claude_code.tool.blocked_on_user", 10, HOUR, session),
        span("claude_code.tool.execution", HOUR, HOUR + 20, session),
    )


def split(found):
    return {stage: round(HOUR * values(found)[f"session.{stage}.hours"]) for stage in ("model", "tool", "dialog", "idle")}


def test_without_telemetry_the_dialog_passes_for_the_tool(root):
    assert split(facts(root)) == {"model": 20, "tool": HOUR + 10, "dialog": 0, "idle": 0}


def test_what_telemetry_recorded_of_a_session_comes_before_the_rules(root):
    traced(root, *recorded())
    found = facts(root)
    # The first two seconds and the last ten are in no span: there the rules go on.
    assert split(found) == {"model": 20, "tool": 20, "dialog": HOUR - 10, "idle": 0}
    assert values(found)["session.telemetry.count"] == 1
    assert next(fact["grade"] for fact in found["facts"] if fact["id"] == "session.dialog.hours") == "B"
    assert any(sentence.startswith("Of {f:session.telemetry.count} of the sessions there is telemetry") for sentence in found["method"])


def test_a_session_of_which_there_is_a_log_is_no_other_agent_as_well(root):
    traced(root, *recorded(), *recorded("another"))
    found = facts(root)
    rows = next(table["rows"] for table in found["tables"] if table["id"] == "agents")
    assert [row[0] for row in rows] == ["traces of OpenTelemetry"]
    assert (values(found)["agents.opentelemetry.sessions"], values(found)["session.telemetry.count"]) == (1, 1)


def test_events_join_as_spans_do_and_a_wait_that_a_rule_found_by_them_is_no_record(root):
    attrs = {"session.id": "s", "tool_name": "Bash"}
    events = [
        ("api_request", 10, {"duration_ms": 8000}),
        ("tool_decision", HOUR, {"source": "user_temporary"}),
        ("tool_result", HOUR + 20, {"duration_ms": 20000}),
    ]
    lines = [{"_type": "log", "ts": stamp(at), "name": name, "attrs": attrs | more} for name, at, more in events]
    (root / "agents/events.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    found = facts(root)
    assert split(found) == {"model": 20, "tool": 20, "dialog": HOUR - 10, "idle": 0}
    assert next(fact["grade"] for fact in found["facts"] if fact["id"] == "session.dialog.hours") == "C"


def test_a_log_that_was_renamed_is_known_by_what_its_records_name(root):
    (root / "sessions/s.jsonl").rename(root / "sessions/monday.jsonl")
    traced(root, *recorded())
    found = values(facts(root))
    assert (found["session.telemetry.count"], found["session.dialog.hours"], "agents.opentelemetry.sessions" in found) == (1, pytest.approx(1 - 10 / HOUR, abs=1e-6), False)


def test_telemetry_that_no_log_takes_is_said_to_be_left_out_or_to_count_beside_them(root):
    traced(root, *recorded("gone"), span("claude_code.llm_request", 3 * HOUR, 5 * HOUR))
    warnings = facts(root)["warnings"]
    assert "set:sessions: 2 hours of telemetry lie before or after the log of their session, and are left out." in warnings
    assert any(one.startswith("set:sessions: 1 sessions by telemetry or traces have no log here by their id") for one in warnings)


def test_a_recorded_duration_of_the_turn_stays_what_the_agent_was_busy(root):
    Log("t").prompt(0).asks(10, "m1", "a", "Bash").result(HOUR, "a").says(HOUR + 40, "m2").took(HOUR + 41, 100).write(root / "sessions")
    before = values(facts(root))
    traced(root, span("claude_code.llm_request", 2, 10, "t"), span("claude_code.tool.blocked_on_user", 10, HOUR - 30, "t"))
    after = values(facts(root))
    for name in ("turn.hours", "turn.dialog.hours", "active.hours"):
        assert after[name] == before[name]
