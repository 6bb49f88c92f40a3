"""The `facts` command as the runner and a bare folder call it, and what it says about evidence made by hand."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from skills.amdahl_ceiling.logs import START, Log
from skills.amdahl_ceiling.measured import EXAMPLE, OPTIONS, SCRIPTS, example_facts, facts, run, values

from fde.portable.artefact import facts_problems, typed_figures
from fde.portable.facts import by_id, fill
from fde.portable.svg import draw

HEAD = "pr,last_commit_epoch,merge_epoch,session_ids,fully_covered\n"
HOUR = 3600


@pytest.fixture(name="team")
def _team(tmp_path):
    """A folder of evidence, written by a call: logs, and rows of the table of merged pull requests."""

    def write(logs=(), rows=(), head=HEAD):
        for log in logs:
            log.write(tmp_path / "sessions")
        if rows:
            (tmp_path / "pull-requests").mkdir()
            (tmp_path / "pull-requests" / "merged.csv").write_text(
                head + "".join(f"{','.join(map(str, row))}\n" for row in rows)
            )
        return tmp_path

    return write


def one_turn(name, start=0.0):
    """A turn of 100 s: the model takes 30, a tool 10, and a dialog holds it for 60."""
    log = Log(name).prompt(start).asks(start + 20, f"{name}1", f"{name}c", "mcp__x").result(start + 90, f"{name}c")
    return log.says(start + 100, f"{name}2").took(start + 100, 40)


def answer(document):
    return [fill(sentence, by_id(document["facts"])) for sentence in document["answer"]]


def all_words(document):
    index = by_id(document["facts"])
    keys = ("answer", "method", "limits", "warnings")
    return [fill(sentence, index) for key in keys for sentence in document[key]] + [
        fill(f["statement"], index) for f in document["findings"]
    ]


EVIDENCE = {
    "both": lambda: (
        [one_turn(f"s{n}", 600 * n) for n in range(6)],
        [(n, START + 5000, START + 9000, f"s{n}", 1) for n in range(6)],
    ),
    "sessions only": lambda: ([one_turn("a")], []),
    "sessions without durations": lambda: ([Log("a").prompt(0).says(10, "m")], []),
    "pull requests only": lambda: ([], [(1, START, START + 9000, "a", 1)]),
    "pull requests, none covered": lambda: ([one_turn("a")], [(1, START + 500, START + 9000, "a", 0)]),
    "pull requests, none linked": lambda: ([one_turn("a")], [(1, START + 500, START + 9000, "b", 1)]),
    "a weekend only": lambda: (
        [one_turn("a", 5 * 86400)],
        [(1, START + 5 * 86400 + 500, START + 5 * 86400 + 9000, "a", 1)],
    ),
    "the model is all": lambda: ([Log("a").prompt(0).says(40, "m").took(40, 40)], []),
    "no last commit": lambda: ([one_turn("a")], [(1, "", START + 9000, "a", 1)]),
    "nothing": lambda: ([], []),
}


@pytest.mark.parametrize("kind", EVIDENCE)
def test_every_kind_of_evidence_gives_facts_in_the_right_form_and_without_a_typed_figure(team, kind):
    document = facts(team(*EVIDENCE[kind]()))
    assert facts_problems(document) == []
    assert typed_figures(document) == []
    assert 1 <= len(document["answer"]) <= 3
    assert all(draw(chart).startswith("<svg") for chart in document["charts"])
    assert not [words for words in all_words(document) if "not known" in words and "{" in words]


def test_the_example_gives_facts_in_the_right_form_and_without_a_typed_figure():
    document = example_facts()
    assert facts_problems(document) == []
    assert typed_figures(document) == []
    assert [finding["id"] for finding in document["findings"]] == [
        "dialogs",
        "waiting",
        "where-one-looks",
        "outside-hours",
    ]
    assert all(source["health"] == "ok" for source in document["sources"])


def test_a_recorded_duration_without_its_prompt_is_told(team):
    log = Log("a").prompt(0).says(50, "m1").took(51, 40).says(99, "m2").took(100, 30)
    document = facts(team([log], []))
    assert values(document)["turn.count"] == 1
    assert "set:sessions: 1 recorded durations belong to no prompt that is here and were not used." in document["warnings"]


def test_each_stage_of_a_change_has_a_mean_with_an_interval_by_which_a_later_measurement_can_tell_whether_it_moved():
    found = {fact["id"]: fact for fact in example_facts()["facts"]}
    means = [name for name in found if name.endswith(".mean")]
    assert len(means) == 10
    for name in means:
        mean, total = found[name], found[name.replace(".mean", ".hours")]
        assert mean["value"] == pytest.approx(total["value"] / 29, abs=1e-6)
        assert mean["interval"]["low"] <= mean["value"] <= mean["interval"]["high"]


def test_where_the_working_hours_fit_the_answer_says_how_many_changes_lie_outside_of_them(team):
    log = Log("a").prompt(0).says(3000, "m1")
    first, *_ = answer(facts(team([log], [(1, START + 3000, START + 7200, "a", 1)]), "--working-hours", "Mon-Sun 00:00-24:00"))
    assert first.endswith("from the first prompt to the merge; 0 of the 1 changes fall wholly outside working hours.")


def test_a_finding_is_made_only_where_its_title_holds(team):
    """One change, wholly made by agents: no dialog, and nothing but the model from the prompt to the merge."""
    log = Log("a").prompt(0).asks(990, "m1", "c", "mcp__x").result(1000, "c").says(1990, "m2").took(2000, 2000)
    document = facts(team([log], [(1, START + 1990, START + 2000, "a", 1)]))
    assert values(document)["work.lead.ceiling"] > 50
    assert document["findings"] == []


def test_the_answer_tells_how_long_it_takes_how_short_it_could_be_and_what_holds_it_working_hours_first():
    first, second, third = answer(example_facts())
    assert re.fullmatch(
        r"A typical merged change \(the median\) takes \S+ h of working time \(\S+ h on the calendar\) from the first prompt to the merge; "
        r"the given working hours do not fit these logs, so the calendar is the better guide\.",
        first,
    )
    assert re.search(
        r"0\.\d+ % \(.* to .*\) of the working time would be saved \(0\.\d+ % on the calendar\), which makes a change at most 1\.00\d+x as fast "
        r"as today: .*still to gain",
        second,
    )
    assert re.fullmatch(
        r"What holds a change most is the time before the last commit .*: \S+ % \(\S+ to \S+ %\) of the working time \(\S+ % on the calendar\)\.",
        third,
    )


def test_turns_made_by_hand_give_the_figures_worked_out_by_hand(team):
    """Three turns of 100 s with 40 s recorded, of which the model took 30."""
    found = values(facts(team([one_turn(name) for name in "abc"])))
    assert found["active.hours"] == pytest.approx(120 / HOUR, abs=1e-6)
    assert found["active.model.share"] == pytest.approx(75)
    assert found["active.ceiling"] == pytest.approx(4)
    assert found["active.at10x"] == pytest.approx(1 / (0.25 + 0.075), abs=1e-6)
    assert found["active.at50x"] == pytest.approx(1 / (0.25 + 0.015), abs=1e-6)
    assert found["turn.dialog.hours"] == pytest.approx(180 / HOUR, abs=1e-6)
    assert found["turn.ceiling"] == pytest.approx(100 / 70, abs=1e-6)
    assert found["turn.naive-tool.factor"] == pytest.approx(70 / 10)


def test_a_weekend_counts_on_the_calendar_and_not_at_work(team):
    """Prompt on Friday 15:00 in Berlin, last commit at 16:00, merge on Monday 10:00: 67 hours, of which 3 are working time."""
    friday = 4 * 86400 + 2 * HOUR
    log = one_turn("a", friday)
    row = (1, START + friday + HOUR, START + friday + 67 * HOUR, "a", 1)
    found = values(facts(team([log], [row])))
    assert found["lead.hours"] == pytest.approx(67)
    assert found["work.lead.hours"] == pytest.approx(3)
    assert found["work.lead.stage.model.hours"] == pytest.approx(30 / HOUR, abs=1e-6)
    assert found["work.lead.stage.dialog.hours"] == pytest.approx(60 / HOUR, abs=1e-6)
    assert found["lead.stage.before.hours"] == pytest.approx(1 - 100 / HOUR, abs=1e-6)
    assert found["lead.stage.merge.hours"] == pytest.approx(66)
    assert found["work.lead.stage.merge.hours"] == pytest.approx(2)
    assert found["work.lead.ceiling"] == pytest.approx(3 * HOUR / (3 * HOUR - 30), abs=1e-6)
    assert (found["lead.top.stage"], found["work.lead.none"]) == ("the wait from the last commit to the merge", 0)
    assert found["lead.next1.speedup"] == pytest.approx(67)
    assert found["lead.outside.share"] == pytest.approx(100 * 64 / 67)
    assert found["lead.model-outside.share"] == pytest.approx(0, abs=1e-5)


def test_working_hours_and_holidays_of_the_client_decide(team):
    friday = 4 * 86400 + 2 * HOUR
    folder = team([one_turn("a", friday)], [(1, START + friday + HOUR, START + friday + 67 * HOUR, "a", 1)])
    assert values(facts(folder, "--working-hours", "Mon-Sun 00:00-24:00"))["work.lead.hours"] == pytest.approx(67)
    assert values(facts(folder, "--holidays", "2026-01-19"))["work.lead.hours"] == pytest.approx(2)


def test_a_change_made_on_a_weekend_is_counted_and_has_no_working_time(team):
    document = facts(team(*EVIDENCE["a weekend only"]()))
    found = values(document)
    assert (found["work.lead.none"], found["lead.count"], found["work.lead.hours"]) == (1, 1, None)
    assert found["lead.hours"] == pytest.approx(2.5)
    assert by_id(document["facts"])["work.lead.ceiling"]["unknown"] == "no working time between start and merge"
    assert answer(document)[0] == (
        "A typical merged change (the median) takes 2.50 h on the calendar from the first prompt to the merge, and no working time."
    )


def test_sessions_of_one_change_that_run_at_the_same_time_count_once(team):
    rows = [(1, START + 200, START + HOUR, "a b", 1)]
    found = values(facts(team([one_turn("a"), one_turn("b")], rows)))
    assert found["lead.stage.model.hours"] * HOUR + found["lead.stage.dialog.hours"] * HOUR == pytest.approx(
        90, abs=0.01
    )
    assert found["lead.hours"] == pytest.approx(1)


def test_without_a_table_the_answer_speaks_of_sessions_and_says_what_is_missing(team):
    document = facts(team(*EVIDENCE["sessions only"]()))
    assert values(document)["lead.ceiling"] is None
    assert answer(document) == [
        "The sessions that were read (1) last 0.028 h from their first to their last record.",
        "In the turns whose duration was recorded the agent itself was at work for 0.011 h; if the model took no time at all, "
        "that work could become at most 4.00x as fast as today.",
        "How long a change takes from the first prompt to the merge is not known: no table of merged pull requests.",
    ]


def test_without_sessions_the_time_runs_from_the_first_commit_and_no_ceiling_is_given(team):
    head = "pr,first_commit_epoch,last_commit_epoch,merge_epoch,session_ids\n"
    document = facts(team([], [(1, START, START + HOUR, START + 3 * HOUR, "a")], head=head))
    found = values(document)
    assert (found["lead.hours"], found["lead.ceiling"], found["work.lead.ceiling"]) == (pytest.approx(3), None, None)
    assert answer(document)[:2] == [
        "A typical merged change (the median) takes 3.00 h of working time (3.00 h on the calendar) from its first commit, or its opening if that is earlier, to the merge.",
        "What the model takes of it, and so how much faster it could become, is not known: there are no session logs.",
    ]
    assert by_id(document["facts"])["lead.ceiling"]["unknown"] == "no session logs, so the model's part is not known"


def test_an_empty_folder_says_that_nothing_was_measured(team):
    document = facts(team())
    assert document["answer"] == [
        "Nothing could be measured: the evidence holds no session log (sessions/**/*.jsonl) and no merged pull request with a start "
        "and an end (pull-requests/**/*.csv)."
    ]
    assert [source["health"] for source in document["sources"]] == ["empty", "empty"]
    assert all(fact["value"] in (None, 0) for fact in document["facts"])


def test_only_changes_whose_sessions_are_all_here_carry_the_figures(team):
    rows = [
        (1, START + 500, START + HOUR, "a", 1),
        (2, START + 500, START + 9 * HOUR, "a", 0),
        (3, START + 500, START + 9 * HOUR, "a lost", 1),
    ]
    document = facts(team([one_turn("a")], rows))
    found = values(document)
    assert (found["lead.listed"], found["lead.measured"], found["lead.count"]) == (3, 3, 1)
    assert found["lead.hours"] == pytest.approx(1)
    assert any(
        "Of 3 merged pull requests listed, 3 have such a start and 1 have all their sessions here" in words
        for words in all_words(document)
    )


def test_a_change_merged_before_its_first_prompt_is_left_out_and_said(team):
    rows = [(1, START - 500, START - 100, "a", 1), (2, START + 500, START + HOUR, "a", 1)]
    document = facts(team([one_turn("a")], rows))
    assert values(document)["lead.count"] == 1
    assert document["details"]["pull_requests_without_start"] == ["1"]
    assert (
        "set:pull-requests: left out of the merged pull requests: 1, as no session that is here and began before the merge is joined to them."
        in document["warnings"]
    )


def test_a_duration_that_is_not_believed_is_counted_and_said(team):
    document = facts(team([Log("a").prompt(0).says(30, "m").took(30, 35)]))
    assert values(document)["turn.fallback.count"] == 1
    assert "set:sessions: 1 recorded durations are longer than their turn and were not used." in document["warnings"]


def test_a_grade_falls_as_soon_as_rules_carry_a_noticeable_part(team):
    recorded = facts(team([one_turn("a").prompt(200).says(201, "x")]))
    assert by_id(recorded["facts"])["session.model.hours"]["grade"] == "B"
    by_rule = facts(team([one_turn("a").prompt(200).says(202, "x")]))
    assert by_id(by_rule["facts"])["session.model.hours"]["grade"] == "C"


def test_no_session_is_named_and_no_path_of_this_machine_stands_in_the_facts():
    text = json.dumps(example_facts()["details"]) + json.dumps(example_facts()["facts"])
    assert not [path.stem for path in (EXAMPLE / "evidence" / "sessions").iterdir() if path.stem in text]
    assert str(EXAMPLE.parent) not in json.dumps(example_facts())


def test_the_same_evidence_gives_the_same_bytes():
    one, two = (run("facts", "--evidence", EXAMPLE / "evidence", *OPTIONS) for _ in range(2))
    assert one.returncode == two.returncode == 0
    assert one.stdout == two.stdout
    assert one.stderr == b""


def test_a_folder_copied_away_works_without_an_environment_and_gives_the_same_bytes(tmp_path):
    copied = shutil.copytree(SCRIPTS, tmp_path / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    here = run("facts", "--evidence", EXAMPLE / "evidence", *OPTIONS)
    away = run("facts", "--evidence", EXAMPLE / "evidence", *OPTIONS, script=copied / "amdahl.py", env={}, cwd="/")
    assert (away.returncode, away.stderr) == (0, b"")
    assert away.stdout == here.stdout


def test_the_example_s_files_are_those_that_are_listed():
    listed = [line.split() for line in (EXAMPLE / "example.txt").read_text().splitlines() if not line.startswith("#")]
    for digest, size, name in listed:
        content = (EXAMPLE / name).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (digest, int(size)), name
    measured = [
        path
        for kind in ("sessions", "pull-requests")
        for path in (EXAMPLE / "evidence" / kind).rglob("*")
        if path.is_file()
    ]
    assert len(listed) == len(measured) >= 21
    assert sum(int(size) for _, size, _ in listed) < 3_000_000


def test_the_example_names_no_person_and_no_host():
    text = b"".join(
        path.read_bytes() for path in (EXAMPLE / "evidence").rglob("*") if path.suffix in {".jsonl", ".csv"}
    ).decode()
    assert re.findall(r"[\w.+-]+@[\w-]+\.\w+", text) == []
    assert set(re.findall(r"https?://[^\"\s]*", text)) == {"https://github.com/example/app/pull/255"}
    assert set(re.findall(r'"cwd":"([^"]*)"', text)) == {"/repo"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "the following arguments are required"),
        (["facts"], "--evidence"),
        (
            ["facts", "--evidence", ".", "--tz", "Europe/Nowhere"],
            "expected a time zone like Europe/Berlin, found 'Europe/Nowhere'",
        ),
        (["facts", "--evidence", ".", "--tz", "../../etc/passwd"], "expected a time zone"),
        (["facts", "--evidence", ".", "--now", "today"], "expected an ISO 8601 time, found 'today'"),
        (["facts", "--evidence", ".", "--working-hours", "nine to five"], "found 'nine to five'"),
        (["facts", "--evidence", ".", "--holidays", "Christmas"], "found 'Christmas'"),
        (["facts", "--evidence", ".", "--colour"], "unrecognized arguments"),
    ],
)
def test_a_wrong_command_line_ends_with_2_and_a_sentence(arguments, sentence):
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert sentence in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


def test_bad_input_ends_with_3_and_says_what_was_expected_and_found_and_where(team):
    folder = team([one_turn("a")], [(1, START, 1768219200000, "a", 1)])
    done = run("facts", "--evidence", folder)
    assert (done.returncode, done.stdout) == (3, b"")
    assert done.stderr.decode() == (
        "amdahl.py: pull-requests/merged.csv:2: expected epoch seconds in column merge_epoch, found 1768219200000 (milliseconds, it seems).\n"
    )


def test_a_folder_that_is_not_there_ends_with_3(tmp_path):
    done = run("facts", "--evidence", tmp_path / "nowhere")
    assert done.returncode == 3
    assert "expected the evidence folder, found no folder there" in done.stderr.decode()


def test_help_names_every_flag_and_ends_with_0():
    done = run("facts", "--help")
    assert done.returncode == 0
    for flag in ("--evidence", "--now", "--tz", "--working-hours", "--holidays", "--answers", "--facts"):
        assert flag in done.stdout.decode()


def test_an_old_python_is_told_so_in_one_sentence(tmp_path):
    """The version is changed for the entry only, before its first line runs."""
    program = f"import sys, runpy; sys.version_info = (3, 10, 4); runpy.run_path({str(SCRIPTS / 'amdahl.py')!r}, run_name='__main__')"
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().startswith("amdahl.py: Python 3.11 or newer is needed")
    assert len(done.stderr.decode().splitlines()) == 1


def test_the_version_is_that_of_the_skill():
    head = (SCRIPTS.parent / "SKILL.md").read_text()
    assert f'version: "{example_facts()["version"]}"' in head


def test_no_script_is_too_long_to_read_and_none_hides_a_module_of_the_standard_library():
    scripts = list(Path(SCRIPTS).glob("*.py"))
    # The collector is handed over alone, so all of what decides what leaves a machine stands in its one file.
    assert all(path.stat().st_size < (27_000 if path.name == "collect.py" else 24_000) for path in scripts)
    assert not {path.stem for path in scripts} & set(sys.stdlib_module_names)
