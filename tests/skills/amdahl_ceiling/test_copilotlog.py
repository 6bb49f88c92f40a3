"""Copilot CLI's events: pairs of start and end, dialogs where they are recorded, sub-agents whose work counts instead of their call."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from skills.amdahl_ceiling.logs import stamp
from skills.amdahl_ceiling.measured import skill
from skills.amdahl_ceiling.torn import SAMPLES, damaged, is_accounted, seconds

copilotlog = skill.copilotlog
SMALL = (SAMPLES / "copilot/small.jsonl").read_bytes()


def event(at, kind, **data):
    return json.dumps({"type": kind, "data": data, "id": f"e{at}", "timestamp": stamp(at), "parentId": None})


def tool(start, end, call="c", name="bash"):
    return [
        event(start, "tool.execution_start", toolCallId=call, toolName=name),
        event(end, "tool.execution_complete", toolCallId=call, success=True),
    ]


@pytest.fixture(name="read")
def _read(tmp_path):
    def read(*events):
        path = tmp_path / "events.jsonl"
        path.write_text("\n".join([event(0, "session.start", sessionId="s"), event(0, "user.message"), *events]))
        return copilotlog.read(path, path.name)

    return read


@pytest.mark.parametrize(("name", "records", "skipped"), [("small", 16, 16), ("large", 18, 0), ("events", 8, 0)])
def test_a_sample_is_read_by_this_reader_alone(name, records, skipped):
    path = SAMPLES / f"copilot/{name}.jsonl"
    found = skill.formats.read_any(path, path.name)
    assert (found.format, found.records, len(found.skipped), found.grade) == (
        "Copilot CLI events",
        records,
        skipped,
        "C",
    )


def test_the_models_own_count_agrees_with_what_is_left_for_it():
    path = SAMPLES / "copilot/small.jsonl"
    found = copilotlog.read(path, path.name)
    assert seconds(found)["model", "C"] == 5
    assert "By its own count the model was asked for 5 seconds in all." in found.remarks


def test_tools_at_the_same_time_count_once_and_the_rest_of_the_answer_is_the_models(read):
    found = read(*tool(5, 15), *tool(10, 20, "d"), event(30, "assistant.turn_end"))
    assert seconds(found) == {("tool", "B"): 15, ("model", "C"): 15}


def test_a_tool_without_a_recorded_start_lasts_from_the_request(read):
    asked = event(5, "assistant.message", toolRequests=[{"toolCallId": "c", "name": "bash"}])
    found = read(asked, event(12, "tool.execution_complete", toolCallId="c"))
    assert seconds(found) == {("tool", "C"): 7, ("model", "C"): 5}


def test_a_recorded_dialog_is_a_wait_for_a_person(read):
    dialog = [event(5, "permission.requested", requestId="r"), event(65, "permission.completed", requestId="r")]
    found = read(*dialog, *tool(65, 70), event(80, "assistant.turn_end"))
    assert seconds(found) == {("human", "B"): 60, ("tool", "B"): 5, ("model", "C"): 15}
    assert found.remarks == ()


def test_a_sub_agents_own_tools_count_and_not_its_call(read):
    call, done = tool(5, 65, "task", "task")
    found = read(call, event(6, "subagent.started", toolCallId="task"), *tool(20, 30), done)
    assert seconds(found) == {("tool", "B"): 10, ("model", "C"): 55}


def test_between_an_answer_and_the_next_prompt_nothing_is_done(read):
    found = read(event(10, "assistant.message"), event(70, "user.message"), event(75, "assistant.message"))
    assert seconds(found) == {("model", "C"): 15, ("idle", "C"): 60}


def test_what_has_no_end_is_told(read):
    start, _ = tool(5, 6)
    assert "Calls without an end: bash (1)." in read(start, event(9, "assistant.turn_end")).remarks


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(body=damaged(SMALL))
def test_a_damaged_log_is_accounted_for_line_by_line(tmp_path, body):
    assert is_accounted(copilotlog, tmp_path / "events.jsonl", body)
