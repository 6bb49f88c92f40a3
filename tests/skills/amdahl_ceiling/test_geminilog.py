"""Gemini CLI's sessions: tools with one time only, answers that cannot be split, and the two forms of the file."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from skills.amdahl_ceiling.logs import stamp
from skills.amdahl_ceiling.measured import skill
from skills.amdahl_ceiling.torn import SAMPLES, damaged, is_accounted, seconds

BadInput, read_any = skill.badinput.BadInput, skill.formats.read_any
HEAD = {"sessionId": "s", "projectHash": "x", "startTime": stamp(0)}
LINES = (SAMPLES / "gemini/schema-v040.jsonl").read_bytes()
DOCUMENT = (SAMPLES / "gemini/entire-full.json").read_bytes()


def message(at, kind="gemini", *tools, **fields):
    calls = [{"id": f"t{end}", "name": "shell", "timestamp": stamp(end)} for end in tools]
    return (
        {"id": f"m{at}", "timestamp": stamp(at), "type": kind, "content": ""}
        | ({"toolCalls": calls} if calls else {})
        | fields
    )


@pytest.fixture(name="read", params=["document", "lines"])
def _read(request, tmp_path):
    def read(*messages):
        path = tmp_path / "session.json"
        document = json.dumps(HEAD | {"messages": messages}, indent=1)
        lines = "\n".join(json.dumps(record) for record in (HEAD, {"$set": {"lastUpdated": stamp(9)}}, *messages))
        path.write_text(document if request.param == "document" else lines)
        return read_any(path, path.name)

    return read


@pytest.mark.parametrize(
    ("name", "records", "grade"),
    [
        ("entire-full.json", 13, "C"),
        ("logs.json", 3, "B"),
        ("schema-v040.jsonl", 5, "C"),
        ("session-2025-12-01T21-45-5b959dae.json", 14, "C"),
        ("session-2026-01-16T11-01-file-ops-37b7abef.json", 14, "C"),
    ],
)
def test_a_sample_is_read_by_this_reader_alone(name, records, grade):
    found = read_any(SAMPLES / "gemini" / name, name)
    assert (found.format, found.records, found.skipped, found.grade) == ("Gemini CLI session", records, (), grade)


def test_a_tool_lasts_from_its_message_to_its_end_and_the_model_follows(read):
    found = read(message(0, "user"), message(10, "gemini", 14, 30), message(35))
    assert seconds(found) == {("model", "C"): 15, ("tool", "C"): 20}
    assert "A tool has one time only: what it waited for a permission counts as its own." in found.remarks


def test_where_a_tools_time_is_its_messages_own_nothing_around_it_is_split(read):
    found = read(message(0, "user"), message(10), message(20, "gemini", 20), message(60), message(70))
    assert seconds(found) == {("model", "C"): 20}
    assert found.remarks[0].startswith("For 1 of its messages")


def test_between_an_answer_and_the_next_prompt_nothing_is_done(read):
    assert seconds(read(message(0, "user"), message(10), message(70, "user"), message(75))) == {
        ("model", "C"): 15,
        ("idle", "C"): 60,
    }


def test_a_message_that_is_written_again_counts_once(read):
    assert seconds(read(message(0, "user"), message(10), message(10, "gemini", 25))) == {
        ("model", "C"): 10,
        ("tool", "C"): 15,
    }


def test_a_message_without_a_time_is_named(read):
    found = read(message(0, "user"), message(10), message(20, timestamp="later"))
    assert (len(found.skipped), "no time with an offset" in found.skipped[0]) == (1, True)


def test_what_was_rewound_was_still_done(tmp_path):
    path = tmp_path / "session.jsonl"
    path.write_text("\n".join(json.dumps(one) for one in (HEAD, message(0, "user"), message(10), {"$rewindTo": "m0"})))
    assert seconds(read_any(path, path.name)) == {("model", "C"): 10}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(body=damaged(LINES))
def test_a_damaged_log_is_accounted_for_line_by_line(tmp_path, body):
    assert is_accounted(skill.geminilog, tmp_path / "session.jsonl", body)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(body=damaged(DOCUMENT))
def test_a_damaged_document_is_refused_or_accounted_for_message_by_message(tmp_path, body):
    path = tmp_path / "session.json"
    path.write_bytes(body)
    try:
        found = skill.geminilog.read(path, path.name)
    except BadInput:
        return
    assert found.records + len(found.skipped) == 13
