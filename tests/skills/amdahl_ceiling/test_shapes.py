"""Lines that are recognised by their shape give what a full parse gives; lines that only look like one are parsed whole."""

from __future__ import annotations

import json
import re
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skills.amdahl_ceiling.measured import EXAMPLE, skill

HERE = Path(__file__).parent
SHARED = HERE.parents[2].parent / "shared" / "cases" / "amdahl" / "claude-code"
LOGS = sorted(EXAMPLE.glob("evidence/sessions/**/*.jsonl")) + sorted(SHARED.glob("**/*.jsonl"))
ID = "11111111-2222-4333-8444-{:012x}"


class Slow(skill.transcripts.Reader):  # type: ignore[misc, name-defined]
    """The same reader, which parses every line whole."""

    def block(self, data: bytes, stop: int, place: int) -> int:
        lines = data[:stop].removesuffix(b"\n").split(b"\n") if stop else []
        for at, line in enumerate(lines, place + 1):
            self.whole(line, at)
        self.lines += len(lines)
        return place + len(lines)


class Watched(skill.transcripts.Reader):  # type: ignore[misc, name-defined]
    """A reader that remembers which lines it parsed whole."""

    def __init__(self) -> None:
        super().__init__("s", set())
        self.parsed: list[int] = []

    def whole(self, line: bytes, place: int) -> None:
        self.parsed.append(place)
        super().whole(line, place)


def both(data: bytes, *, is_parsed: bool | None = None):
    """The session of *data*, which both ways of reading must give; *is_parsed* says whether the last line must be parsed whole."""
    fast, slow = Watched(), Slow("s", set())
    count = fast.block(data, len(data), 0)
    assert slow.block(data, len(data), 0) == count
    assert fast.session() == slow.session()
    assert fast.seen == slow.seen
    if is_parsed is not None:
        assert (count in fast.parsed) == is_parsed
    return fast.session()


@pytest.mark.parametrize("path", LOGS, ids=lambda path: path.stem[:12])
def test_real_logs_read_the_same_both_ways(path):
    both(path.read_bytes())


def test_nearly_all_lines_of_the_example_are_recognised():
    parsed = lines = 0
    for path in EXAMPLE.glob("evidence/sessions/*.jsonl"):
        reader, data = Watched(), path.read_bytes()
        lines += reader.block(data, len(data), 0)
        parsed += len(reader.parsed)
    assert parsed < 0.08 * lines


def line(document: dict[str, object]) -> bytes:
    """A record as a program writes it."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def head(number: int, *, side: str | None = None) -> dict[str, object]:
    start = {
        "parentUuid": ID.format(number - 1) if number else None,
        "isSidechain": side is not None,
        "version": "2.1.37",
    }
    return start | ({"agentId": side} if side else {})


def stamped(number: int) -> dict[str, object]:
    return {"uuid": ID.format(number), "timestamp": f"2026-01-12T12:{number // 60:02}:{number % 60:02}.123Z"}


def model(number: int, block: dict[str, object], **more: object) -> dict[str, object]:
    message = {"model": "m", "id": f"msg_{number}", "type": "message", "role": "assistant", "content": [block]}
    usage = {"stop_reason": None, "stop_sequence": None, "usage": {"input_tokens": 1, "cache_creation": {"a": 2}}}
    return head(number) | {"message": message | usage, "requestId": "r", "type": "assistant"} | stamped(number) | more


def call(number: int, name: str = "Bash", **values: object) -> dict[str, object]:
    return model(number, {"type": "tool_use", "id": f"t{number}", "name": name, "input": values or {"command": "ls"}})


def result(number: int, to: int, words: object = "done", **more: object) -> dict[str, object]:
    block = {"tool_use_id": f"t{to}", "type": "tool_result", "content": words}
    message = {"role": "user", "content": [block]}
    return head(number) | {"type": "user", "message": message} | stamped(number) | more


def prompt(number: int, words: object = "do it", **more: object) -> dict[str, object]:
    return head(number) | {"type": "user", "message": {"role": "user", "content": words}} | stamped(number) | more


def marked(number: int, words: object, **marks: bool) -> dict[str, object]:
    """A text that is no prompt: what says so stands before its id."""
    return head(number) | {"type": "user", "message": {"role": "user", "content": words}} | marks | stamped(number)


def progress(number: int, data: dict[str, object]) -> dict[str, object]:
    more = {"type": "progress", "data": data, "toolUseID": "b", "parentToolUseID": "t1"}
    return head(number) | more | stamped(number)


def repeated(number: int, record: dict[str, object]) -> dict[str, object]:
    """The record of a sub-agent as its parent's log repeats it: without the head, and a model's time comes first."""
    kept = {key: record[key] for key in ("type", "timestamp", "message", "requestId", "uuid") if key in record}
    if kept["type"] == "user":
        kept["timestamp"] = kept.pop("timestamp")
    return progress(number, {"message": kept, "type": "agent_progress", "prompt": 'say "x"', "agentId": "g"})


def log(*documents: dict[str, object]) -> bytes:
    return b"".join(line(document) + b"\n" for document in documents)


SHAPES = {
    "a text": model(9, {"type": "text", "text": "x"}),
    "a thought": model(9, {"type": "thinking", "thinking": "x", "signature": "y"}),
    "a call": call(9),
    "a call without input": call(9) | {"message": model(9, {"type": "text", "text": ""})["message"]},
    "a result": result(9, 1, toolUseResult={"stdout": "x"}),
    "a result that failed": result(9, 1, toolUseResult='Error: "x"'),
    "a sub-agent's result": result(9, 1),
    "a result in a list": result(9, 1, [{"type": "text", "text": "x"}], toolUseResult={"status": "completed"}),
    "a result in a list, and no more": result(9, 1, [{"type": "text", "text": "x"}]),
    "newer pairs at the end": result(9, 1, toolUseResult=[], entrypoint="cli", cwd="/"),
    "progress of a command": progress(
        9, {"type": "bash_progress", "output": "x", "elapsedTimeSeconds": 2, "totalLines": 0}
    ),
    "a hook": progress(9, {"type": "hook_progress", "hookEvent": "Stop"}),
    "a sub-agent's repeated call": repeated(9, call(8)),
    "a sub-agent's repeated result": repeated(9, result(8, 7)),
    "a result that names its call last": result(9, 1)
    | {"message": {"role": "user", "content": [{"type": "tool_result", "content": "x", "tool_use_id": "t1"}]}},
    "a result in several texts": result(9, 1, [{"type": "text", "text": "x"}] * 3, toolUseResult={"status": "completed"}),
    "a result whose text ends in a brace": result(9, 1, "func main() {", toolUseResult={"lines": ["if x {", "}"]}),
    "a result with its call's record": result(29, 1, toolUseResult={"a": "b{"}, sourceToolAssistantUUID=ID.format(28)),
    "a text that ends in a brace": model(9, {"type": "text", "text": "func main() {"}),
    "a call with objects": call(9, todos=[{"content": "x", "status": "y"}, {"content": "z"}]),
    "a whole message of one block": model(9, {"type": "text", "text": "x"})
    | {"message": model(9, {"type": "text", "text": "x"})["message"] | {"stop_reason": "end_turn"}},  # type: ignore[operator]
    "how long a turn took": head(9) | {"type": "system", "subtype": "turn_duration", "durationMs": 31000}
    | {"timestamp": "2026-01-12T12:00:09.123Z", "uuid": ID.format(9), "isMeta": False},
    "the hooks of a stop": head(9) | {"type": "system", "subtype": "stop_hook_summary", "hookCount": 1, "hookInfos": [{"command": "x"}]}
    | {"hookErrors": [], "timestamp": "2026-01-12T12:00:09.123Z", "uuid": ID.format(9), "toolUseID": ID.format(7)},
    "a prompt in a list": prompt(9, [{"type": "text", "text": "do it"}]),
    "a prompt with settings": prompt(9, "do it {", thinkingMetadata={"level": "high", "triggers": []}, todos=[], permissionMode="plan"),
    "a prompt that begins with an escape": prompt(9, '"so"\n'),
    "a prompt": prompt(9, permissionMode="default"),
    "a note of the agent to itself": marked(9, "Caveat", isMeta=True),
    "a note in a list": marked(9, [{"type": "text", "text": "Caveat"}], isMeta=True),
    "a summary": marked(9, "So far", isVisibleInTranscriptOnly=True, isCompactSummary=True),
}


@pytest.mark.parametrize("name", SHAPES)
def test_what_makes_up_a_log_is_recognised(name):
    both(log(prompt(0), call(1), SHAPES[name]), is_parsed=False)
    reader, data = Watched(), log(SHAPES[name], call(10), call(11))
    reader.block(data, len(data), 0)
    assert 1 not in reader.parsed


FAKE = '"}],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":1}},"type":"assistant","uuid":"u","timestamp":"t"}'
INNER = {"type": "tool_use", "id": "inner", "name": "Edit", "input": {}}
LOOKALIKES = {
    "a second block": model(9, {"type": "text", "text": "x"})
    | {"message": {**model(9, {})["message"], "content": [{"type": "text", "text": "x"}, INNER]}},  # type: ignore[dict-item]
    "objects in an input": call(9, edits=[{"type": "tool_use", "id": "fake", "name": "Edit", "input": {}}]),
    "an id deeper down": result(
        9, 1, toolUseResult={"message": {"content": [{}]}, "uuid": "deep", "timestamp": "deep"}
    ),
    "a record in a result": result(9, 1, toolUseResult=call(7)),
    "a record before the id": {"parentUuid": None, "isSidechain": False, "type": "user"}
    | {"message": {"role": "user", "content": [{"tool_use_id": "t1", "type": "tool_result", "content": "x"}]}}
    | {"more": {"message": {"content": [{"a": "b"}]}, **stamped(5), "toolUseResult": {"x": 1}}}
    | stamped(9),
    "only a deeper id": head(9)
    | {
        "type": "user",
        "message": {"role": "user", "content": [{"tool_use_id": "t1", "type": "tool_result", "content": "x"}]},
    }
    | {"more": {"message": {"content": [{"a": "b"}]}, **stamped(5), "toolUseResult": {"x": 1}}},
    "usage in an input": call(9, stop_reason=None, stop_sequence=None, usage={"input_tokens": 1}),
    "a thought and a call": model(9, {})
    | {"message": {**model(9, {})["message"], "content": [{"type": "thinking", "thinking": "x"}, INNER]}},  # type: ignore[dict-item]
    "a text with a mark that is escaped": prompt(9),
    "a time of another form": call(9) | {"timestamp": "2026-01-12T13:00:09+01:00"},
    "a prompt with objects in its settings": prompt(9, "do it {", thinkingMetadata={"level": "high", "triggers": [{"a": 1}]}, todos=[]),
    "settings that end in a text": prompt(9, thinkingMetadata={"level": '},"isMeta":true,"a":{"b":"', "triggers": []}),
    "a note that is marked at its end": prompt(9, "Caveat", isMeta=True),
    "a summary that is marked at its end": prompt(9, "So far", isCompactSummary=True),
    "lines of a skill": prompt(9, [{"type": "text", "text": "Base"}], sourceToolUseID="t1"),
    "a text that is marked as none": marked(9, "do it", isMeta=False),
    "a second block that begins with its id": model(9, {})
    | {"message": {**model(9, {})["message"], "content": [{"type": "text", "text": "x"}, {"id": "t9", "type": "tool_use", "name": "Edit"}]}},  # type: ignore[dict-item]
    "a text and a result": prompt(9, [{"type": "text", "text": "x"}, {"tool_use_id": "t1", "type": "tool_result", "content": "y"}]),
    "a result that does not say so": prompt(9, [{"tool_use_id": "t1", "content": "y"}]),
    "a result of another kind": prompt(9, [{"tool_use_id": "t1", "content": "y", "type": "mcp_tool_result"}]),
    "a note that is marked at its front": head(9) | {"isMeta": True} | prompt(9, "Caveat"),
    "a summary that is marked at its front": head(9) | {"isCompactSummary": True} | prompt(9, "So far"),
    "a sub-agent that is named last": call(9) | {"isSidechain": True, "agentId": "g"},
    "a result for a sub-agent that is named last": result(9, 1) | {"isSidechain": True, "agentId": "g"},
    "a prompt for a sub-agent that is named last": prompt(9) | {"isSidechain": True, "agentId": "g"},
    "a time that nobody worked at": call(9) | {"timestamp": "0001-01-01T00:00:00.000Z"},
    "two results": result(9, 1)
    | {
        "message": {
            "role": "user",
            "content": [{"tool_use_id": f"t{n}", "type": "tool_result", "content": "x"} for n in (1, 2)],
        }
    },
}


@pytest.mark.parametrize("name", LOOKALIKES)
def test_what_only_looks_like_it_is_parsed_whole_or_read_rightly(name):
    both(log(prompt(0), call(1), call(2), LOOKALIKES[name], call(20)))


@pytest.mark.parametrize("kind", [call, result])
def test_a_sub_agent_that_is_named_behind_its_message_is_the_one_that_is_named_before_it(kind):
    asks, answers = (record | {"isSidechain": True} for record in (call(9), result(12, 9)))
    named = [record | {"agentId": "g"} if make is kind else head(1, side="g") | record for make, record in ((call, asks), (result, answers))]
    assert [end - start for start, end in both(log(prompt(0), *named)).tool] == [3]


AFTER_CALL = result(29, 1, toolUseResult={"a": "b", "c": "d"}, sourceToolAssistantUUID=ID.format(28))
BESIDE = result(30, 2, toolUseResult={"a": "b"}, sourceToolAssistantUUID=ID.format(28)) | {"parentUuid": ID.format(28)}
ESCAPES = {
    "a refusal": (result(9, 1, "The user doesn't want to proceed with this tool use. no"), b"'", b"\\u0027"),
    "an answer that the agent made up": (model(9, {"type": "text", "text": "x"}), b'"model":"m"', b'"model":"\\u003csynthetic\\u003e"'),
    "a notice": (prompt(9, "<task-notification>"), b"<", b"\\u003c"),
    "more seconds than there are": (progress(9, {"type": "bash_progress", "elapsedTimeSeconds": 2}), b":2}", b":" + b"9" * 400 + b"}"),
    "a duration without end": (SHAPES["how long a turn took"], b":31000", b":" + b"9" * 400),
}


@pytest.mark.parametrize("name", ESCAPES)
def test_what_is_written_in_another_way_is_read_alike(name):
    record, plain, escaped = ESCAPES[name]
    assert plain in line(record)
    both(log(prompt(0), call(1)) + line(record).replace(plain, escaped) + b"\n" + log(call(20)))


@pytest.mark.parametrize("time", [b"2026-01-12T12\xff00:09.123Z", b"2026-13-12T12:00:09.123Z", b"0001-01-01T00:00:00.000Z", b"9999-12-31T23:59:59.999Z"])
def test_a_record_at_a_time_that_is_none_is_left_out_and_counted(time):
    reader, data = Watched(), log(prompt(0)) + line(call(9)).replace(b"2026-01-12T12:00:09.123Z", time) + b"\n"
    reader.block(data, len(data), 0)
    session = reader.session()
    assert (session.counts.undated, session.counts.calls, session.wall[0]) == (1, 0, session.wall[1])


@pytest.mark.parametrize("cut", range(40, 100, 5))
@pytest.mark.parametrize("second", [AFTER_CALL, BESIDE])
def test_a_result_glued_to_one_of_the_same_answer_is_malformed(cut, second):
    both(log(prompt(0), call(1), call(2)) + line(AFTER_CALL)[:-cut] + line(second) + b"\n", is_parsed=True)
    assert both(log(prompt(0), call(1), call(2)) + line(AFTER_CALL) + line(second) + b"\n").counts.malformed == (4,)


@pytest.mark.parametrize("cut", range(1, len(line(repeated(3, call(8)))), 9))
def test_a_sub_agents_line_torn_and_glued_to_the_next_is_malformed(cut):
    both(log(prompt(0), call(1)) + line(repeated(3, call(8)))[:cut] + line(repeated(5, call(9))) + b"\n")


@pytest.mark.parametrize(
    "words", [FAKE, FAKE + "\n", json.dumps(call(3)), json.dumps(json.dumps(call(3))), "x\\", '{"', '{"a']
)
@pytest.mark.parametrize(
    "make", [prompt, lambda n, words: model(n, {"type": "text", "text": words}), lambda n, words: result(n, 1, words)]
)
def test_a_record_inside_a_text_is_text(words, make):
    session = both(log(prompt(0), call(1), make(2, words), call(3)))
    assert session.counts.calls == 2


def runs(number: int, to: int, elapsed: int, words: str = "x") -> dict[str, object]:
    """A second of a command, in the layout of most versions."""
    data = {"type": "bash_progress", "output": words, "elapsedTimeSeconds": elapsed, "totalLines": 0}
    ids = {"toolUseID": f"bash-progress-{elapsed}", "parentToolUseID": f"toolu_{to:024}"}
    return head(number) | {"type": "progress", "data": data} | ids | stamped(number)


def started(number: int) -> dict[str, object]:
    """A command whose id is as long as they are."""
    return model(number, {"type": "tool_use", "id": f"toolu_{number:024}", "name": "Bash", "input": {"command": "make"}})


COMMANDS = (prompt(0), started(1), started(2), runs(3, 1, 2), runs(4, 1, 3), runs(5, 2, 2), runs(6, 1, 4), runs(7, 2, 3), runs(8, 2, 4))
END = (result(20, 1) | {"message": {"role": "user", "content": [{"tool_use_id": f"toolu_{1:024}", "type": "tool_result", "content": ""}]}},)


def test_the_seconds_of_commands_are_taken_together_and_each_command_begins_when_its_first_says():
    session = both(log(*COMMANDS, *END), is_parsed=False)
    assert [round(end - start, 3) for start, end in session.tool] == [19.0]
    assert round(session.wall[1] - session.wall[0], 3) == 20


@pytest.mark.parametrize("at", range(3, len(COMMANDS)))
@pytest.mark.parametrize(
    "odd",
    [b"torn", b'x","uuid":"y","timestamp":"z"}', line(runs(8, 2, 4))[-60:], line(runs(40, 1, 9))[:-30], line(runs(3, 1, 2)), line(runs(40, 1, 9, "{"))],
    ids=["torn", "a tail", "the end of one", "the start of one", "one again", "a brace"],
)
def test_among_the_seconds_of_a_command_each_odd_line_is_seen(at, odd):
    lines = [line(one) for one in (*COMMANDS, *END)]
    lines.insert(at, odd)
    both(b"".join(one + b"\n" for one in lines))


@pytest.mark.parametrize("at", range(1, len(line(runs(5, 1, 4))), 9))
def test_the_tail_of_a_second_of_a_command_is_malformed(at):
    tail = line(runs(5, 1, 4))[-at:]
    both(log(*COMMANDS[:5]) + tail + b"\n" + log(runs(6, 1, 5)))


@pytest.mark.parametrize("glue", [b"", b"}", b"\n{"])
def test_the_seconds_of_a_command_that_lost_a_line_end_are_malformed(glue):
    lines = [line(one) for one in COMMANDS]
    both(b"\n".join(lines[:5]) + b"\n" + lines[5] + glue + lines[6] + b"\n" + lines[7] + b"\n")


@pytest.mark.parametrize("letter", ["{", '{"', "\\", '"', "}", "[", ",\n"])
@pytest.mark.parametrize("make", [lambda n, words: runs(n, 1, 2, words), prompt, lambda n, words: result(n, 1, words, toolUseResult={"a": words})])
def test_no_line_is_too_odd_to_be_read_in_little_memory(make, letter):
    data = log(prompt(0), started(1), make(2, letter * 200_000), prompt(3))
    tracemalloc.start()
    try:
        both(data)
        assert tracemalloc.get_traced_memory()[1] < 30 * len(data)
    finally:
        tracemalloc.stop()


def test_no_pattern_repeats_a_group_without_giving_back():
    """Python before 3.11.5, which Debian 12 has, gets those wrong: then every line would be parsed whole."""
    patterns = [value.pattern for value in vars(skill.linepatterns).values() if isinstance(value, re.Pattern)]
    assert patterns
    assert not [pattern for pattern in patterns if re.search(r"\)(?:[*+?]|\{[^}]*\})\+", str(pattern))]


WHOLE = log(prompt(0), call(1)) + line(result(2, 1, toolUseResult={"stdout": "x" * 50})) + b"\n"
LAST = WHOLE.splitlines()[-1]


@pytest.mark.parametrize("cut", range(1, len(LAST), 7))
def test_a_line_that_is_torn_anywhere_is_malformed_also_when_the_next_record_follows_on_it(cut):
    both(WHOLE + LAST[:cut], is_parsed=True)
    both(WHOLE + LAST[:cut] + line(prompt(8)) + b"\n", is_parsed=True)


@pytest.mark.parametrize("first", SHAPES)
@pytest.mark.parametrize("second", SHAPES)
def test_two_records_on_one_line_are_malformed(first, second):
    session = both(log(prompt(0)) + line(SHAPES[first]) + line(SHAPES[second]) + b"\n", is_parsed=True)
    assert session.counts.malformed == (2,)


TEXTS = st.text(
    st.sampled_from('ab"\\{}[],:\n\u00e9 \ud83d') | st.characters(exclude_categories=["Cs"]), max_size=12
) | st.sampled_from(
    [
        FAKE,
        json.dumps(INNER),
        '{"uuid":"',
        '"}]},"uuid":"',
        "The user doesn't want to proceed with this tool use",
        "<task-notification",
    ]
)
VALUES = st.recursive(
    TEXTS | st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(TEXTS | st.sampled_from(["uuid", "timestamp", "message", "type"]), inner, max_size=3)
    ),
    max_leaves=6,
)
RECORDS = st.one_of(
    st.builds(
        lambda words, more: lambda n: prompt(n, words) | more,
        TEXTS,
        st.dictionaries(
            st.sampled_from(["isMeta", "sourceToolUseID", "isCompactSummary", "todos"]), VALUES, max_size=2
        ),
    ),
    st.builds(
        lambda key, words: lambda n: model(n, {"type": key, key: words}), st.sampled_from(["text", "thinking"]), TEXTS
    ),
    st.builds(
        lambda name, values: lambda n: call(n, name, **values),
        st.sampled_from(["Bash", "Edit", "Task", "WebFetch"]),
        st.dictionaries(st.sampled_from(["command", "id", "todos"]), VALUES, max_size=3),
    ),
    st.builds(
        lambda words, back, own: lambda n: result(n, n - back, words, toolUseResult=own),
        TEXTS | VALUES,
        st.integers(1, 3),
        VALUES,
    ),
    st.builds(lambda value: lambda n: head(n) | {"type": "progress", "data": value} | stamped(n), VALUES),
    st.builds(
        lambda said: (
            lambda n: (
                head(n)
                | {
                    "type": "progress",
                    "data": {"type": "bash_progress", "output": said, "elapsedTimeSeconds": 2},
                    "toolUseID": "b",
                    "parentToolUseID": f"t{n - 1}",
                }
                | stamped(n)
            )
        ),
        TEXTS,
    ),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(RECORDS, max_size=8), st.data())
def test_any_log_reads_the_same_both_ways(makers, data):
    documents = [make(number) for number, make in enumerate(makers, 1)]
    lines = [line(document) for document in documents]
    if lines:
        place = data.draw(st.integers(0, len(lines) - 1))
        lines[place] = lines[place][: data.draw(st.none() | st.integers(0, len(lines[place])))]
    both(b"".join(one + b"\n" for one in lines))
