"""Event logs as CSV: known by their repeated case ids, used once a person has said what the columns mean."""

from __future__ import annotations

import csv
import io
import json

import pytest
from skills.amdahl_ceiling.measured import SCRIPTS, run, values

from fde.portable.answers import render
from fde.portable.artefact import facts_problems, typed_figures
from fde.portable.questions import questions

QUESTIONS = questions(json.loads((SCRIPTS.parent / "assets" / "questions.json").read_text()), "amdahl-ceiling")
OPTIONS = ("--tz", "Europe/Berlin", "--working-hours", "Mon-Fri 08:00-16:00", "--now", "2026-06-01T08:00:00+02:00")
ONE_TIME = {"order": "the case", "activity": "the activity", "at": "the time"}
HEAD = "order,activity,at\n"
LIVES = ONE_TIME | {"lifecycle": "the step of its life"}
SPANS = {"case:concept:name": "the case", "concept:name": "the activity", "start_timestamp": "the start", "time:timestamp": "the time"}
SPANS_HEAD = "case:concept:name,concept:name,start_timestamp,time:timestamp\n"


def put(folder, text, name="log.csv"):
    path = folder / "evidence" / "cases" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture(name="measured")
def _measured(tmp_path):
    """Measure a log with its columns as told; returns the process."""

    def measure(text, meant, **answers):
        put(tmp_path, text)
        rows = [{"column": column, "event": event, "step": None, "right": "yes"} for column, event in meant.items()]
        file = tmp_path / "answers" / "amdahl-ceiling.md"
        file.parent.mkdir(exist_ok=True)
        file.write_text(render(QUESTIONS, {"case": "order", "list": rows} | answers, "owner"), encoding="utf-8")
        return run("facts", "--evidence", tmp_path / "evidence", "--answers", file, *OPTIONS)

    return measure


@pytest.fixture(name="shown")
def _shown(measured):
    """The document that a log gives."""

    def measure(text, meant, **answers):
        done = measured(text, meant, **answers)
        assert done.returncode == 0, done.stderr.decode()
        document = json.loads(done.stdout)
        assert facts_problems(document) == []
        assert typed_figures(document) == []
        return document

    return measure


@pytest.fixture(name="proposed")
def _proposed(tmp_path):
    """The rows of the table that a file's columns give: column and meaning."""

    def propose(text):
        put(tmp_path, text)
        done = run("columns", "--evidence", tmp_path / "evidence")
        assert done.returncode == 0, done.stderr.decode()
        rows = [line.strip("| ").split(" | ") for line in done.stdout.decode().splitlines()[2:]]
        return {row[0].strip(): row[1].strip() for row in rows}

    return propose


def test_a_log_is_known_by_the_case_ids_that_repeat(proposed):
    text = "1,check,2026-03-02 08:00:00\n1,pay,2026-03-02 09:00:00\n2,check,2026-03-03 08:00:00\n2,pay,2026-03-03 09:00:00\n"
    assert proposed(HEAD + text) == ONE_TIME


def test_a_list_with_one_row_a_case_stays_a_list(proposed):
    text = "order,activity,received,sent\n1,check,2026-03-02,2026-03-03\n2,check,2026-03-02,2026-03-03\n3,pay,2026-03-02,2026-03-04\n"
    assert proposed(text) == {"received": "received", "sent": "sent"}


def test_a_list_whose_cases_have_kinds_and_actions_stays_a_list(proposed):
    text = "case no,case type,action,received,sent\n1,x,a,2026-03-02,2026-03-03\n2,x,a,2026-03-02,2026-03-03\n3,y,b,2026-03-02,2026-03-04\n4,y,b,2026-03-02,2026-03-04\n"
    assert proposed(text) == {"received": "received", "sent": "sent"}


def test_the_case_is_the_column_of_its_ids_and_not_of_its_kinds(proposed):
    text = "case:kind,concept:name,time:timestamp,case:concept:name\nx,a,2026-03-02T08:00:00Z,1\nx,b,2026-03-02T09:00:00Z,1\ny,a,2026-03-02T08:00:00Z,2\ny,b,2026-03-02T09:00:00Z,2\n"
    assert proposed(text) == {"case:concept:name": "the case", "concept:name": "the activity", "time:timestamp": "the time"}


def test_starts_and_steps_of_a_life_are_proposed_too(proposed):
    rows = "a,check,2026-03-02T08:00:00Z,2026-03-02T08:10:00Z\na,pay,2026-03-02T09:00:00Z,2026-03-02T09:01:00Z\nb,pay,2026-03-02T09:00:00Z,2026-03-02T09:01:00Z\n"
    assert proposed(SPANS_HEAD + rows) == SPANS
    lives = "order,activity,at,lifecycle\n1,a,1772438400,start\n1,a,1772438460,complete\n2,a,1772438400,START\n2,a,1772438460,COMPLETE\n"
    assert proposed(lives) == LIVES


def test_nothing_is_computed_until_the_columns_are_confirmed(tmp_path):
    put(tmp_path, f"{HEAD}1,a,2026-03-02 08:00\n1,b,2026-03-02 09:00\n2,a,2026-03-02 08:00\n2,b,2026-03-02 09:00\n")
    done = run("facts", "--evidence", tmp_path / "evidence", *OPTIONS)
    document = json.loads(done.stdout)
    assert not [fact for fact in document["facts"] if fact["id"].startswith("events.")]
    assert any("seems to be: the case. Confirm it" in warning for warning in document["warnings"])


def test_a_row_with_start_and_end_is_its_own_pair(shown):
    """Two visits of one activity that overlap, 10 and 50 minutes, then a wait of an hour and 30 minutes of work."""
    rows = (
        ("1", "check", "2026-03-02T08:00:00+01:00", "2026-03-02T08:50:00+01:00"),
        ("1", "check", "2026-03-02T08:10:00+01:00", "2026-03-02T08:20:00+01:00"),
        ("1", "pay", "2026-03-02T09:50:00+01:00", "2026-03-02T10:20:00+01:00"),
    )
    found = values(shown(SPANS_HEAD + "".join(f"{','.join(row)}\n" for row in rows), SPANS))
    assert found["events.work.hours"] == pytest.approx(80 / 60, abs=1e-6)
    assert found["events.activity.check.work.hours"] == 0.5
    assert found["events.activity.pay.wait.hours"] == 1
    assert found["events.activity.check.rework.share"] == 100


def test_an_end_without_a_start_takes_no_other_rows_start(shown):
    rows = "1,check,2026-03-02T08:00:00+01:00,2026-03-02T08:50:00+01:00\n1,check,,2026-03-02T08:30:00+01:00\n"
    found = values(shown(SPANS_HEAD + rows, SPANS))
    assert found["events.work.hours"] == pytest.approx(50 / 60, abs=1e-6)
    assert found["events.timed.share"] == 50


def test_starts_and_completes_find_each_other_by_the_step_of_their_life(shown):
    rows = "1,a,2026-03-02 09:00:15,complete\n1,a,2026-03-02 09:00:00,Start\n1,b,2026-03-02 09:01:00,start\n1,b,2026-03-02 09:02:00,complete\n"
    found = values(shown(f"order,activity,at,lifecycle\n{rows}", LIVES))
    assert found["events.work.hours"] == pytest.approx(75 / 3600, abs=1e-6)
    assert found["events.activity.b.wait.hours"] == pytest.approx(45 / 3600, abs=1e-6)


def test_a_log_of_one_time_a_row_gives_no_work(shown):
    found = values(shown(f"{HEAD}1,a,2026-03-02 08:00\n1,b,2026-03-02 10:00\n", ONE_TIME))
    assert (found["events.case.hours"], found["events.work.hours"], found["events.share"]) == (2, None, None)


WRITTEN = {
    "ISO": ("2026-03-02 08:00:00", "2026-03-02 08:00:30"),
    "ISO with offset": ("2026-03-02T08:00:00+01:00", "2026-03-02T07:00:30Z"),
    "dots": ("02.03.2026 08:00:00", "2.3.2026 8:00:30"),
    "slashes": ("3/2/2026 8:00:00 AM", "3/2/2026 8:00:30 AM"),
    "seconds": ("1772434800", "1772434830"),
    "milliseconds": ("1772434800000", "1772434830000"),
    "nanoseconds": ("1772434800000000000", "1772434830000000000"),
}


@pytest.mark.parametrize("how", WRITTEN)
def test_times_are_read_to_the_second(shown, how):
    start, end = WRITTEN[how]
    found = values(shown(f"{HEAD}1,a,{start}\n1,b,{end}\n", ONE_TIME, dates="month"))
    assert found["events.case.hours"] == pytest.approx(30 / 3600, abs=1e-6)


def test_slashes_that_say_nothing_of_the_month_are_refused(measured):
    done = measured(f"{HEAD}1,a,3/4/2026 8:00\n1,b,3/5/2026 8:00\n", ONE_TIME)
    assert done.returncode == 3
    assert b"whether the day or the month comes first" in done.stderr


def test_slashes_are_read_as_the_whole_log_shows_them(shown):
    found = values(shown(f"{HEAD}1,a,3/4/2026 8:00\n1,b,3/4/2026 9:00\n2,a,13/4/2026 9:00\n", ONE_TIME))
    assert found["events.cases.count"] == 2
    assert found["events.activity.a.visits"] == 2


def test_what_cannot_be_used_is_counted_with_its_line(shown):
    rows = (
        "1,a,2026-03-02T08:00:00Z,2026-03-02T08:30:00Z\n"  # line 2, good
        "1,a,2026-03-02T08:00:00Z,2026-03-02T08:30:00Z\n"  # the same again
        "1,b,2026-03-02T09:30:00Z,2026-03-02T09:00:00Z\n"  # backwards
        "1,c,2026-03-02T09:30:00Z,soon\n"  # no time
        ",c,,2026-03-02T09:30:00Z\n"  # no case
    )
    document = shown(SPANS_HEAD + rows, SPANS)
    note = next(source["note"] for source in document["sources"] if source["id"] == "set:cases")
    assert "2 events have no time that can be read, no activity or no case and were left out: cases/log.csv:5, cases/log.csv:6." in note
    assert "1 rows have a start after their end, and only the end was taken: cases/log.csv:4." in note
    assert "letter for letter, counted once: 1." in note
    found = values(document)
    assert (found["events.visits.count"], found["events.timed.share"], found["events.work.hours"]) == (2, 50, 0.5)


def test_the_rows_of_a_case_may_stand_in_two_files(shown, tmp_path):
    put(tmp_path, f"{HEAD}1,b,2026-03-02 10:00\n", "more.csv")
    found = values(shown(f"{HEAD}1,a,2026-03-02 08:00\n", ONE_TIME))
    assert (found["events.cases.count"], found["events.case.hours"]) == (1, 2)


def test_a_column_that_was_confirmed_and_is_not_there_is_refused(measured):
    done = measured("order,activity,when\n1,a,2026-03-02 08:00\n", ONE_TIME)
    assert done.returncode == 3
    assert b"one column called 'at', as the answers say" in done.stderr


def test_a_case_with_and_without_offsets_is_left_out(shown):
    rows = "1,a,2026-03-02 08:00:00\n1,b,2026-03-02T09:00:00Z\n2,a,2026-03-02 08:00:00\n2,b,2026-03-02 09:00:00\n"
    document = shown(HEAD + rows, ONE_TIME)
    assert values(document)["events.cases.count"] == 1
    assert any("with and without an offset" in warning for warning in document["warnings"])


def test_names_with_commas_quotes_and_braces_stay_what_they_are(shown):
    name = 'a, "b" {f:events.count}'
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows([["order", "activity", "at"], ["1", name, "2026-03-02 08:00"]])
    document = shown(file.getvalue(), ONE_TIME)
    assert name in [fact["value"] for fact in document["facts"]]
