"""Codex rollouts: commands that go on after their call is answered, approvals, forks, and clients that write times only."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from skills.amdahl_ceiling.logs import START, stamp
from skills.amdahl_ceiling.measured import skill
from skills.amdahl_ceiling.torn import SAMPLES, damaged, is_accounted, seconds

codexlog, BadInput = skill.codexlog, skill.badinput.BadInput
SCHEMA = (SAMPLES / "codex/schema.jsonl").read_bytes()


def line(at, kind, **payload):
    return json.dumps({"timestamp": stamp(at), "type": kind, "payload": payload})


def meta(at=0, **fields):
    return line(at, "session_meta", id="t", timestamp=stamp(at), **fields)


def call(at, name="exec_command", call_id="c"):
    return line(at, "response_item", type="function_call", name=name, call_id=call_id)


def answer(at, call_id="c"):
    return line(at, "response_item", type="function_call_output", call_id=call_id, output="x")


def ended(at, lasted, call_id="c"):
    duration = {"secs": int(lasted), "nanos": round(lasted % 1 * 1e9)}
    return line(at, "event_msg", type="exec_command_end", call_id=call_id, duration=duration)


def turn(start, end, *between, policy="never", **fields):
    """The lines of one turn, with the approval policy that it ran under."""
    return [
        line(start, "event_msg", type="task_started", started_at=int(START + start)),
        line(start, "turn_context", approval_policy=policy),
        *between,
        line(end, "event_msg", type="task_complete", **fields),
    ]


@pytest.fixture(name="read")
def _read(tmp_path):
    def read(*lines):
        path = tmp_path / "rollout.jsonl"
        path.write_text("\n".join(lines) + "\n")
        assert codexlog.recognises(path.read_bytes(), "x")
        return codexlog.read(path, path.name)

    return read


@pytest.mark.parametrize(
    ("name", "records", "skipped", "grade"),
    [("tui", 150, 0, "C"), ("desktop", 99, 0, "C"), ("schema", 25, 71, ""), ("fork", 10, 0, "")],
)
def test_a_sample_is_read_by_this_reader_alone(name, records, skipped, grade):
    path = SAMPLES / f"codex/{name}.jsonl"
    found = skill.formats.read_any(path, path.name)
    assert (found.format, found.records, len(found.skipped), found.grade) == ("Codex rollout", records, skipped, grade)


def test_a_command_runs_for_its_duration_and_not_until_its_call_is_answered(read):
    found = read(meta(), *turn(0, 30, call(5), answer(6), ended(25, 19.5)))
    assert seconds(found) == {("tool", "A"): 19.5, ("model", "B"): 10.5}


def test_commands_at_the_same_time_count_once(read):
    found = read(meta(), *turn(0, 30, call(5), call(5, call_id="d"), ended(15, 10), ended(20, 15, "d")))
    assert seconds(found) == {("tool", "A"): 15, ("model", "B"): 15}


def test_a_command_that_outlives_its_turn_keeps_nobody_waiting(read):
    found = read(meta(), *turn(0, 10, call(5), answer(6)), *turn(60, 70), ended(80, 75))
    assert seconds(found) == {("tool", "A"): 15, ("model", "B"): 5, ("idle", "B"): 50}


def test_a_poll_of_a_running_command_is_the_tools(read):
    found = read(meta(), *turn(0, 30, call(5, "write_stdin"), answer(25)))
    assert seconds(found) == {("tool", "B"): 20, ("model", "B"): 10}


@pytest.mark.parametrize(("tool", "kind"), [("request_user_input", "human"), ("wait_agent", "idle")])
def test_a_tool_that_waits_for_somebody_else_is_no_tools_time(read, tool, kind):
    found = read(meta(), *turn(0, 30, call(5, tool), answer(25)))
    assert seconds(found) == {(kind, "B"): 20, ("model", "B"): 10}


def test_where_commands_could_need_an_approval_the_rest_may_be_a_wait(read):
    found = read(meta(), *turn(0, 30, policy="on-request"))
    assert seconds(found) == {("model", "C"): 30}
    assert "approval (on-request)" in found.remarks[0]


def test_an_interrupted_turn_ends_and_one_without_a_start_has_its_duration(read):
    aborted = line(20, "event_msg", type="turn_aborted", reason="interrupted", duration_ms=8_000)
    assert seconds(read(meta(), line(5, "turn_context", approval_policy="never"), aborted)) == {("model", "B"): 8}


def test_a_turn_that_never_ended_lasts_until_its_last_record(read):
    lines = turn(0, 30, call(5), answer(9))[:-1]
    assert seconds(read(meta(), *lines)) == {("tool", "B"): 4, ("model", "C"): 5}


def test_a_client_that_writes_times_only_says_so(read):
    prompt = line(0, "event_msg", type="user_message")
    again = line(60, "response_item", type="message", role="user")
    found = read(meta(), prompt, call(5), answer(15), line(20, "response_item", type="reasoning"), again)
    assert seconds(found) == {("tool", "B"): 10, ("model", "C"): 10}
    assert "times only" in found.remarks[0]


def test_what_a_fork_repeats_counts_where_it_came_from(read):
    copied = turn(-100, -50, call(-90), ended(-60, 30))
    squeezed = turn(0, 0, call(0, call_id="e"), ended(0, 30, "e"), duration_ms=50_000)
    found = read(meta(forked_from_id="p"), meta(-200), *copied, *squeezed, *turn(10, 30))
    assert (seconds(found), found.intervals[0].case) == ({("model", "B"): 20}, "codex:t")
    assert any("fork" in remark for remark in found.remarks)


def test_rollouts_of_before_0_44_have_no_times_and_say_so(read):
    head = json.dumps({"id": "t", "timestamp": stamp(0), "instructions": None})
    item = json.dumps({"type": "message", "role": "user", "content": []})
    found = read(head, json.dumps({"record_type": "state"}), item)
    assert (found.records, found.intervals) == (3, ())
    assert "before version 0.44" in found.remarks[0]


def test_calls_without_an_end_are_told(read):
    assert "Calls without an end: exec_command (1)." in read(meta(), *turn(0, 30, call(5))).remarks


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(body=damaged(SCHEMA))
def test_a_damaged_rollout_is_accounted_for_line_by_line(tmp_path, body):
    assert is_accounted(codexlog, tmp_path / "rollout.jsonl", body)
