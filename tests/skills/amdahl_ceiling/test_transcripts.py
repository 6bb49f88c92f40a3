"""What a session log holds that misleads a naive reader, one trap a test. Times are seconds after the log's noon."""

from __future__ import annotations

import pytest
from skills.amdahl_ceiling.logs import START, Log
from skills.amdahl_ceiling.measured import skill


def read(log, seen=None):
    reader = skill.transcripts.Reader(log.name, set() if seen is None else seen)
    data = "".join(f"{line}\n" for line in log.lines).encode()
    reader.block(data, len(data), 0)
    return reader.session()


def at(spans):
    """Spans as whole seconds after noon, to a thousandth."""
    return [(round(start - START, 3), round(end - START, 3)) for start, end in spans]


def turns(session):
    return [(round(turn.start - START, 3), round(turn.end - START, 3), turn.duration) for turn in session.turns]


def test_the_model_works_from_its_input_to_the_last_line_of_its_message():
    session = read(Log().prompt(0).thinks(5, "m1").says(9, "m1").prompt(60).says(70, "m2"))
    assert at(session.model) == [(0, 9), (60, 70)]
    assert session.counts.messages == 2


def test_a_tool_that_runs_while_its_message_still_streams_does_not_cut_the_message():
    log = (
        Log()
        .prompt(0)
        .asks(3, "m1", "a", "Read")
        .result(3.2, "a")
        .asks(8, "m1", "b", "Read")
        .result(8.1, "b")
        .says(12, "m2")
    )
    assert at(read(log).model) == [(0, 8), (8.1, 12)]


def test_parallel_tools_count_once():
    log = (
        Log()
        .prompt(0)
        .asks(2, "m1", "a", "mcp__x")
        .asks(3, "m1", "b", "mcp__x")
        .result(10, "a")
        .result(12, "b")
        .says(13, "m2")
    )
    session = read(log)
    assert at(session.tool) == [(2, 12)]
    assert sum(end - start for start, end in session.called) == pytest.approx(17)


def test_a_command_starts_to_run_when_its_progress_says_so():
    log = Log().prompt(0).asks(2, "m1", "a", "Bash").progress(50, "a", 2).progress(51, "a", 3).result(60, "a")
    session = read(log)
    assert (at(session.human), at(session.tool)) == ([(2, 48)], [(48, 60)])


def test_a_command_whose_progress_comes_at_once_waited_for_nobody():
    session = read(Log().prompt(0).asks(2, "m1", "a", "Bash").progress(5, "a", 2).result(60, "a"))
    assert (at(session.human), at(session.tool)) == ([], [(2, 60)])


def test_a_command_without_progress_in_a_log_that_reports_it_waited_for_a_person():
    log = (
        Log()
        .prompt(0)
        .asks(1, "m1", "p", "Bash")
        .progress(3, "p", 2)
        .result(4, "p")
        .asks(10, "m2", "a", "Bash")
        .result(100, "a")
    )
    session = read(log)
    assert (at(session.human), at(session.tool)) == ([(10, 99)], [(1, 4), (99, 100)])


def test_a_command_in_a_log_that_never_reports_progress_may_have_run_all_the_time():
    session = read(Log().prompt(0).asks(10, "m1", "a", "Bash").result(100, "a"))
    assert (at(session.human), at(session.tool)) == ([], [(10, 100)])


def test_a_local_tool_that_takes_long_waited_for_a_person():
    log = Log().prompt(0).asks(10, "m1", "a", "Edit").result(100, "a").asks(110, "m2", "b", "Edit").result(110.5, "b")
    session = read(log)
    assert (at(session.human), at(session.tool)) == ([(10, 99.8)], [(99.8, 100), (110, 110.5)])


@pytest.mark.parametrize("tool", ["AskUserQuestion", "ExitPlanMode"])
def test_a_tool_that_only_asks_a_person_is_a_wait_from_end_to_end(tool):
    session = read(Log().prompt(0).asks(10, "m1", "a", tool).result(100, "a"))
    assert (at(session.human), at(session.tool)) == ([(10, 100)], [])


@pytest.mark.parametrize("own", [{"durationMs": 4000}, {"durationSeconds": 4}])
def test_a_web_tool_keeps_its_own_duration_and_the_rest_is_a_wait(own):
    session = read(Log().prompt(0).asks(10, "m1", "a", "WebFetch").result(100, "a", own=own))
    assert (at(session.human), at(session.tool)) == ([(10, 96)], [(96, 100)])


def test_a_web_tool_that_was_only_a_little_slower_than_it_says_waited_for_nobody():
    session = read(Log().prompt(0).asks(10, "m1", "a", "WebFetch").result(14.8, "a", own={"durationMs": 4000}))
    assert (at(session.human), at(session.tool)) == ([], [(10, 14.8)])


def test_a_declined_call_is_known_as_one():
    words = "The user doesn't want to proceed with this tool use. The tool use was rejected"
    session = read(Log().prompt(0).asks(10, "m1", "a", "mcp__x").result(100, "a", words))
    assert at(session.declined) == [(10, 100)]
    assert skill.figures.measure_session(session).declined == pytest.approx(90)


def test_a_call_that_was_never_answered_is_left_out_and_counted():
    log = (
        Log()
        .prompt(0)
        .asks(10, "m1", "a", "Bash")
        .prompt(500, "[Request interrupted by user for tool use]")
        .prompt(600)
        .says(610, "m2")
    )
    session = read(log)
    assert (at(session.tool), at(session.human), at(session.called)) == ([], [], [])
    assert (session.counts.calls, session.counts.unanswered) == (1, 1)


def test_an_interrupt_ends_a_turn_and_the_next_prompt_starts_one():
    log = (
        Log()
        .prompt(0)
        .asks(5, "m1", "a", "Bash")
        .prompt(20, "[Request interrupted by user]")
        .prompt(100)
        .says(140, "m2")
        .took(141, 40)
    )
    assert turns(read(log)) == [(100, 141, 40)]


def test_a_prompt_queued_while_a_tool_runs_starts_no_turn():
    log = Log().prompt(0).asks(5, "m1", "a", "Bash").prompt(10).result(30, "a").says(40, "m2").took(41, 40)
    assert turns(read(log)) == [(0, 41, 40)]


def test_a_prompt_sent_before_the_model_said_anything_starts_no_turn():
    assert turns(read(Log().prompt(0).prompt(10).says(40, "m1").took(41, 40))) == [(0, 41, 40)]


def test_a_prompt_after_a_short_turn_without_a_duration_starts_a_turn():
    log = Log().prompt(0).says(10, "m1").prompt(100).says(140, "m2").took(141, 41)
    assert turns(read(log)) == [(100, 141, 41)]


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ("<local-command-stdout>x</local-command-stdout>", {}),
        ("<command-name>/clear</command-name>", {}),
        ("<task-notification><status>completed</status></task-notification>", {}),
        ("Caveat: x", {"isMeta": True}),
        ("This session is being continued", {"isCompactSummary": True}),
        ("Base directory for this skill", {"sourceToolUseID": "a"}),
    ],
)
def test_what_looks_like_a_prompt_and_is_none_starts_no_turn(words, fields):
    session = read(Log().prompt(0, words, **fields).prompt(50).says(90, "m1").took(91, 40))
    assert turns(session) == [(50, 91, 40)]
    assert session.prompt == START + 50


def test_a_duration_without_a_prompt_is_counted_and_starts_no_turn():
    session = read(Log().says(10, "m1").took(41, 40))
    assert (turns(session), session.counts.durations, session.counts.duration_seconds) == ([], 1, 40)


def test_a_log_without_durations_has_no_turns_but_still_its_labels():
    session = read(Log().prompt(0).says(10, "m1"))
    assert (session.turns, at(session.model)) == ((), [(0, 10)])


def sub_agent_log():
    """The parent waits for its sub-agent from 2 to 60; that works from 5 to 20 and runs a tool, behind a dialog, from 20 to 50."""
    result = {"type": "tool_result", "tool_use_id": "b", "content": "x"}
    call = {"type": "tool_use", "id": "b", "name": "Edit"}
    log = Log().prompt(0).asks(2, "m1", "a", "Task")
    log.mirrored(5, "g", "a", "user", {"content": "task"}).mirrored(
        20, "g", "a", "assistant", {"id": "n1", "content": [call]}
    )
    return log.mirrored(50, "g", "a", "user", {"content": [result]}).mirrored(
        58, "g", "a", "assistant", {"id": "n2", "content": []}
    )


def test_a_mirrored_sub_agent_replaces_the_call_that_waited_for_it():
    session = read(sub_agent_log().result(60, "a", own={"totalDurationMs": 58000}))
    assert at(session.model) == [(0, 2), (5, 20), (50, 58)]
    assert (at(session.human), at(session.tool)) == ([(20, 49.8)], [(49.8, 50)])


def test_a_sub_agent_that_left_nothing_in_the_log_is_not_taken_for_a_tool():
    session = read(Log().prompt(0).asks(2, "m1", "a", "Task").result(60, "a").says(62, "m2"))
    assert (at(session.tool), at(session.model)) == ([], [(0, 2), (60, 62)])


def test_a_sub_agent_in_the_log_itself_has_its_own_inputs():
    log = Log().prompt(0).asks(2, "m1", "a", "Task")
    log.prompt(3, isSidechain=True, agentId="g").record(
        30, "assistant", isSidechain=True, agentId="g", message={"id": "n1", "content": [{"type": "text"}]}
    )
    session = read(log.result(40, "a").says(45, "m2"))
    assert at(session.model) == [(0, 2), (3, 30), (40, 45)]
    assert session.prompt == START


def test_a_background_command_counts_only_until_its_result_comes_back():
    log = Log().prompt(0).asks(2, "m1", "a", "Bash").result(2.5, "a", own={"backgroundTaskId": "t"}).says(5, "m2")
    log.prompt(300, "<task-notification><task-id>t</task-id><status>completed</status></task-notification>").says(
        310, "m3"
    )
    session = read(log)
    assert at(session.tool) == [(2, 2.5)]
    assert at(session.model) == [(0, 2), (2.5, 5), (300, 310)]
    assert session.prompt == START


def test_work_taken_up_again_after_a_notice_of_a_background_task_did_not_wait_for_a_person_until_then():
    notice = "<task-notification><status>completed</status></task-notification>"
    log = Log().prompt(0).says(10, "m1").prompt(5000, notice).says(5040, "m2").took(5041, 41)
    assert turns(read(log)) == [(5000, 5041, 41)]


def test_a_notice_while_the_agent_is_at_work_changes_nothing():
    notice = "<task-notification><status>completed</status></task-notification>"
    log = Log().prompt(0).asks(5, "m1", "a", "Read").prompt(6, notice).result(7, "a").says(40, "m2").took(41, 41)
    assert turns(read(log)) == [(0, 41, 41)]


def test_a_clock_that_goes_back_is_counted_and_breaks_nothing():
    session = read(Log().prompt(100).asks(110, "m1", "a", "Read").result(40, "a").says(120, "m2"))
    assert session.counts.backwards == 1
    assert at([session.wall]) == [(40, 120)]
    assert at(session.tool) == []
    assert at(session.model) == [(40, 120)]


def test_answers_that_the_agent_made_up_itself_count_with_the_model_and_are_told_apart():
    session = read(Log().prompt(0).says(10, "m1").prompt(100).says(130, "m2", model="<synthetic>"))
    assert (at(session.model), at(session.synthetic)) == ([(0, 10), (100, 130)], [(100, 130)])


@pytest.mark.parametrize("line", ["", "{", '{"a": 1}{"b": 2}', "[]", "3", "\ufffd\x00", "[" * 100_000])
def test_a_line_that_is_no_json_object_is_skipped_and_its_number_kept(line):
    session = read(Log().prompt(0).raw(line).says(10, "m1"))
    assert session.counts.malformed == (2,)
    assert session.counts.lines == 3
    assert at(session.model) == [(0, 10)]


def test_a_torn_last_line_costs_that_line_only():
    log = Log().prompt(0).says(10, "m1").says(20, "m2")
    log.lines[-1] = log.lines[-1][:40]
    session = read(log)
    assert (session.counts.malformed, at(session.model)) == ((3,), [(0, 10)])


def test_records_that_another_log_had_first_are_not_counted_again():
    seen: set[str] = set()
    first = read(Log("a").prompt(0).says(10, "m1"), seen)
    fork = Log("b")
    fork.lines = Log("a").prompt(0).says(10, "m1").lines
    second = read(fork.prompt(100).says(130, "m2"), seen)
    assert (first.counts.repeated, second.counts.repeated) == (0, 2)
    assert (at(first.model), at(second.model)) == ([(0, 10)], [(100, 130)])
    assert at([second.wall]) == [(100, 130)]


@pytest.mark.parametrize("value", ["soon", None, -5, True and "1", float("nan"), [1], {}])
def test_a_duration_that_is_no_number_of_seconds_is_not_taken(value):
    log = Log().prompt(0).asks(2, "m1", "a", "WebFetch").result(9, "a", own={"durationMs": value}).says(10, "m2")
    session = read(log.record(41, "system", subtype="turn_duration", durationMs=value))
    assert (session.turns, session.counts.durations, at(session.tool)) == ((), 0, [(2, 9)])


@pytest.mark.parametrize(
    "value", ["yesterday", "2026-01-12T12:00:00", 1768219200, 1768219200000, None, "", [], "[trimmed for fixture]"]
)
def test_a_record_without_a_time_with_offset_carries_no_time(value):
    session = read(
        Log().prompt(0).record(0, "assistant", message={"id": "x", "content": []}, timestamp=value).says(10, "m1")
    )
    assert (at([session.wall]), session.counts.messages) == ([(0, 10)], 1)


@pytest.mark.parametrize(
    "message", [None, 3, [], "x", {"content": 5}, {"content": [5, None]}, {"content": [{"type": "tool_result"}]}]
)
def test_records_of_an_odd_shape_break_nothing(message):
    log = Log().prompt(0).record(1, "assistant", message=message).record(2, "user", message=message)
    log.record(3, "progress", data=message).record(
        4, "progress", data={"type": "agent_progress", "message": message or {}}
    )
    assert at([read(log.says(10, "m1")).wall]) == [(0, 10)]


def test_a_log_without_any_time_gives_no_session():
    assert read(Log().raw('{"type": "summary", "summary": "x"}')) is None


def test_a_wait_before_the_model_is_asked_again_is_told_apart_from_its_work():
    log = Log().prompt(0).record(5, "system", subtype="api_error", retryInMs=2500, retryAttempt=1)
    session = read(log.record(8, "system", subtype="api_error", retryInMs="soon").says(20, "m1"))
    assert (at(session.model), at(session.retries)) == ([(0, 20)], [(5, 7.5)])
    assert skill.figures.measure_session(session).retries == pytest.approx(2.5)


def test_a_wait_after_the_last_answer_is_no_work_of_the_model():
    session = read(
        Log().prompt(0).says(20, "m1").record(25, "system", subtype="api_error", retryInMs=60_000).prompt(30)
    )
    assert skill.figures.measure_session(session).retries == 0


def test_a_clock_that_steps_back_by_a_quarter_of_an_hour_breaks_nothing():
    log = Log().prompt(1000).asks(1010, "m1", "a", "Read").result(1011, "a").says(66, "m2").took(70, 40)
    session = read(log.prompt(100).says(140, "m3").took(141, 41))
    assert session.counts.backwards == 1
    assert at([session.wall]) == [(66, 1011)]
    assert [turn.end > turn.start for turn in session.turns] == [False, True]
    figures = skill.figures.measure_session(session)
    assert (figures.fallen_back, [round(turn.dialog, 3) for turn in figures.turns]) == (1, [0])


def test_the_summary_of_a_compaction_is_no_prompt_but_what_the_model_goes_on_from():
    log = Log().prompt(0).says(10, "m1").prompt(20)
    log.record(100, "system", subtype="compact_boundary", compactMetadata={"trigger": "auto"})
    log.prompt(100.1, "This session is being continued", isCompactSummary=True).says(130, "m2").took(131, 111)
    session = read(log)
    assert turns(session) == [(20, 131, 111)]
    assert at(session.model) == [(0, 10), (100.1, 130)]


@pytest.mark.parametrize("time", [1768219200, 1768219200000, 1768219200000000, 1768219200000000000])
def test_numbers_are_no_times_in_this_format_whatever_their_unit(time):
    log = Log().record(0, "user", message={"role": "user", "content": "x"}, timestamp=time)
    assert read(log.record(0, "assistant", message={"id": "m", "content": []}, timestamp=time)) is None
