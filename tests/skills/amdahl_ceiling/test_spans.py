"""Traces as an agent's time, from OpenTelemetry's JSON and from Jaeger's: no span counts together with what stands in it."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from skills.amdahl_ceiling.logs import START
from skills.amdahl_ceiling.measured import skill
from skills.amdahl_ceiling.torn import SAMPLES, damaged, seconds

BadInput, read_any = skill.badinput.BadInput, skill.formats.read_any
TRACE = (SAMPLES / "otlp/benchflow_protobuf_json.json").read_bytes()
# A tool that hands its work to an agent, which asks a model; beside it the same model is asked twice at once.
TREE = [
    ("a", "", "invoke_agent", 0, 60),
    ("b", "a", "chat", 0, 10),
    ("c", "a", "chat", 5, 15),
    ("d", "a", "execute_tool", 20, 50),
    ("e", "d", "http", 21, 49),
    ("f", "e", "invoke_agent", 22, 42),
    ("g", "f", "chat", 25, 40),
]
EXPECTED = {("model", "A"): 30, ("tool", "A"): 10, ("idle", "A"): 20}


def hexadecimal(name):
    return f"{ord(name):016x}" if name else ""


def encoded(name):
    return base64.b64encode(bytes(7) + name.encode()).decode() if name else ""


def otlp(span, number=str, id_of=hexadecimal):
    """One span as a line of OTLP JSON."""
    name, parent, operation, start, end = span
    times = {"startTimeUnixNano": int((START + start) * 10**9), "endTimeUnixNano": int((START + end) * 10**9)}
    made = {
        "traceId": "ab" * 16,
        "spanId": id_of(name),
        "parentSpanId": id_of(parent),
        "name": operation,
        "attributes": [{"key": "gen_ai.operation.name", "value": {"stringValue": operation}}],
    } | {key: number(value) for key, value in times.items()}
    return {"resourceSpans": [{"resource": {}, "scopeSpans": [{"spans": [made]}]}]}


def jaeger(span):
    name, parent, operation, start, end = span
    return {
        "traceID": "ab",
        "spanID": name,
        "operationName": operation,
        "references": [{"refType": "CHILD_OF", "traceID": "ab", "spanID": parent}] if parent else [],
        "startTime": int((START + start) * 10**6),
        "duration": (end - start) * 10**6,
        "tags": [{"key": "gen_ai.operation.name", "type": "string", "value": operation}],
    }


def lines(documents):
    return "\n".join(json.dumps(document) for document in documents)


@pytest.fixture(name="read")
def _read(tmp_path):
    def read(text):
        path = tmp_path / "trace.json"
        path.write_text(text)
        return read_any(path, path.name)

    return read


@pytest.mark.parametrize(
    ("name", "form", "records", "grade"),
    [
        ("benchflow_protobuf_json", "OpenTelemetry traces", 5, "A"),
        ("langwatch_dogfood_claude_code", "OpenTelemetry traces", 1, "A"),
        ("langwatch_dogfood_claude_cowork", "OpenTelemetry traces", 1, "A"),
        ("langwatch_dogfood_cursor", "OpenTelemetry traces", 1, "A"),
        ("opentelemetry-proto_trace", "OpenTelemetry traces", 1, ""),
        ("jaeger_genaiTestTrace", "Jaeger traces", 57, "A"),
    ],
)
def test_a_sample_is_read_by_one_reader(name, form, records, grade):
    path = SAMPLES / f"otlp/{name}.json"
    found = read_any(path, path.name)
    assert (found.format, found.records, found.skipped, found.grade) == (form, records, (), grade)


@pytest.mark.parametrize("name", ["codex-B.session_task_turn", "gemini-B.llm_call", "opencode-B.doStream"])
def test_attributes_without_times_are_refused(name):
    with pytest.raises(BadInput, match="nothing that one of these has"):
        read_any(SAMPLES / f"otlp/langwatch_{name}.json", name)


def test_a_real_trace_is_model_tools_and_the_agents_own_time():
    path = SAMPLES / "otlp/benchflow_protobuf_json.json"
    assert seconds(read_any(path, path.name)) == {("model", "A"): 1.89, ("tool", "A"): 0.21, ("idle", "A"): 2.1}


@pytest.mark.parametrize("number", [str, int])
@pytest.mark.parametrize("id_of", [hexadecimal, encoded])
def test_numbers_and_ids_are_read_in_either_dialect(read, number, id_of):
    assert seconds(read(lines(otlp(span, number, id_of) for span in TREE))) == EXPECTED


@given(order=st.permutations(TREE), again=st.lists(st.sampled_from(TREE), max_size=3))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
def test_neither_the_order_of_lines_nor_a_repeated_export_changes_anything(read, order, again):
    assert seconds(read(lines(otlp(span) for span in [*order, *again]))) == EXPECTED


@pytest.mark.parametrize("wrapped", [True, False])
def test_jaeger_says_the_same_as_opentelemetry(read, wrapped):
    trace = {"traceID": "ab", "spans": [jaeger(span) for span in TREE], "processes": {}}
    assert seconds(read(json.dumps({"data": [trace]} if wrapped else trace))) == EXPECTED


def test_claude_codes_wait_for_a_person_is_exact(read):
    names = [
        ("a", "", "claude_code.interaction", 0, 100),
        ("b", "a", "claude_code.llm_request", 0, 10),
        ("c", "a", "claude_code.tool", 10, 80),
        ("d", "c", "claude_code.tool.blocked_on_user", 10, 70),
        ("e", "c", "claude_code.tool.execution", 70, 79),
        ("f", "a", "claude_code.hook", 80, 82),
    ]
    found = read(lines(otlp(span) for span in names))
    assert seconds(found) == {("model", "A"): 10, ("human", "A"): 60, ("tool", "A"): 12, ("idle", "A"): 18}
    assert found.remarks == ()


def test_spans_without_ids_all_count_and_a_conversation_joins_traces(read):
    first, second = otlp(("", "", "chat", 0, 10)), otlp(("", "", "chat", 20, 30))
    for document, trace in ((first, "0" * 32), (second, "cd" * 16)):
        span = document["resourceSpans"][0]["scopeSpans"][0]["spans"][0]
        span["traceId"] = trace
        span["attributes"].append({"key": "gen_ai.conversation.id", "value": {"stringValue": "k"}})
    found = read(lines([first, second]))
    assert (seconds(found), {one.case for one in found.intervals}) == ({("model", "A"): 20}, {"conversation:k"})


def test_parents_in_a_circle_do_not_hang(read):
    spans = [("a", "b", "execute_tool", 0, 10), ("b", "a", "invoke_agent", 2, 8), ("c", "b", "chat", 3, 5)]
    assert seconds(read(lines(otlp(span) for span in spans))) == {("model", "A"): 2, ("tool", "A"): 4, ("idle", "A"): 4}


def test_a_span_without_an_end_is_named(read):
    broken = otlp(("z", "", "chat", 0, 1))
    broken["resourceSpans"][0]["scopeSpans"][0]["spans"][0].pop("endTimeUnixNano")
    found = read(lines([otlp(TREE[0]), broken, {"resourceMetrics": []}]))
    assert (found.records, len(found.skipped), found.skipped[0]) == (
        1,
        2,
        "trace.json:2: span 1: it has no start or no end",
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80, deadline=None)
@given(body=damaged(TRACE))
def test_a_damaged_trace_is_refused_or_what_is_lost_is_named(tmp_path, body):
    path = tmp_path / "trace.json"
    path.write_bytes(body)
    try:
        found = skill.oteltrace.read(path, path.name)
    except BadInput:
        return
    assert found.records == 5 or found.skipped
