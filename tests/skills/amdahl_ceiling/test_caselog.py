"""A list of cases: what is read of it, what is counted, what is refused, and what it shows beside the answers."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from skills.amdahl_ceiling.measured import SCRIPTS, run, skill, values

from fde.portable.answers import render
from fde.portable.artefact import facts_problems, typed_figures
from fde.portable.facts import by_id, fill
from fde.portable.questions import questions

QUESTIONS = questions(json.loads((SCRIPTS.parent / "assets" / "questions.json").read_text()), "amdahl-ceiling")
ZONE = ("--tz", "Europe/Berlin", "--working-hours", "Mon-Fri 08:00-16:00")
NOW = ("--now", "2026-06-01T08:00:00+02:00")
BERLIN = ZoneInfo("Europe/Berlin")
HEAD = "order,received,sent\n"


def exactly(value):
    return {"usual": value, "best": None, "worst": None}


def column(name, event=None, step=None, right="yes"):
    return {"column": name, "event": event, "step": step, "right": right}


def told_step(name, work, wait):
    empty = dict.fromkeys(("who", "system", "times", "per", "software", "person", "seen")) | {"wait-in": wait and "h"}
    return {"step": name, "work": work, "wait": wait, **empty}


BOTH = [column("received", "the request"), column("sent", "the answer")]


@pytest.fixture(name="listed")
def _listed(tmp_path):
    """Measure a list of cases (text or bytes) with its columns as told; returns the process."""

    def measure(text, *options, **answers):
        path = tmp_path / "evidence" / "cases" / "orders.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        file = tmp_path / "answers" / "amdahl-ceiling.md"
        file.parent.mkdir(exist_ok=True)
        file.write_text(render(QUESTIONS, {"case": "order", "list": BOTH} | answers, "owner"), encoding="utf-8")
        return run("facts", "--evidence", tmp_path / "evidence", "--answers", file, *ZONE, *(options or NOW))

    return measure


@pytest.fixture(name="shown")
def _shown(listed):
    """The document that a list gives."""

    def measure(text, *options, **answers):
        done = listed(text, *options, **answers)
        assert done.returncode == 0, done.stderr.decode()
        document = json.loads(done.stdout)
        assert facts_problems(document) == []
        assert typed_figures(document) == []
        return document

    return measure


def remarks(document):
    return " ".join(document["warnings"])


DATES = {
    "ISO": ("2026-03-06 15:00", "2026-03-09 09:30"),
    "ISO with T, seconds and a decimal comma": ("2026-03-06T15:00:00,250", "2026-03-09T09:30:59.999"),
    "ISO with an offset": ("2026-03-06T14:00:00Z", "2026-03-09T09:30:00+01:00"),
    "ISO with another offset": ("2026-03-06T23:00:00+0900", "2026-03-09T00:30:00-08:00"),
    "ISO with halves of the day": ("2026-03-06 3:00 PM", "2026-03-09 09:30 am"),
    "dots": ("06.03.2026 15:00", "9.3.2026 9:30"),
    "dots and a short year": ("06.03.26 15:00", "09.03.26 09:30"),
}


@pytest.mark.parametrize("written", DATES)
def test_the_wait_over_a_weekend_is_counted_in_working_time(shown, written):
    """Friday 15:00 to Monday 09:30, open from 8 to 16: one hour and one and a half; on the calendar 66.5 hours."""
    start, end = DATES[written]
    found = values(shown(f'{HEAD}1,"{start}","{end}"\n'))
    assert found["list.case.hours"] == 2.5
    assert found["list.case.calendar.days"] == pytest.approx(66.5 / 24, abs=1e-6)


@pytest.mark.parametrize(("text", "minute"), [("12:00 AM", 0), ("12:30 pm", 750), ("11:59 PM", 1439), ("0:05", 5), ("13:00 PM", None), ("24:00", None)])
def test_noon_and_midnight_are_what_they_are_called(text, minute):
    clock = skill.dates.read_clock(text)
    assert (clock and clock.minute) == minute


def test_a_holiday_is_no_working_time(shown):
    text = f"{HEAD}1,2026-03-06 15:00,2026-03-10 09:00\n"
    assert values(shown(text))["list.case.hours"] == 10
    assert values(shown(text, *NOW, "--holidays", "2026-03-09"))["list.case.hours"] == 2


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("opening", ["", "\ufeff"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_any_delimiter_is_read_with_and_without_a_byte_order_mark(shown, delimiter, opening, ending):
    rows = [["order", "received", "sent"], ["1", "2026-03-06 10:00", "2026-03-06 12:00"]]
    text = opening + ending.join(delimiter.join(row) for row in rows) + ending
    assert values(shown(text))["list.case.hours"] == 2


def test_a_delimiter_that_the_file_declares_is_taken(shown):
    text = "sep=;\norder;received;sent\n1;2026-03-06 10:00;2026-03-06 12:00\n"
    assert values(shown(text))["list.case.hours"] == 2


def test_decimal_commas_between_semicolons_are_no_cells_of_their_own(shown):
    text = "order;value, net;received;sent\n1;1.234,50;06.03.2026 10:00;06.03.2026 12:00\n"
    assert values(shown(text))["list.case.hours"] == 2


def test_a_row_with_more_cells_than_the_head_is_left_out_and_counted(shown):
    """A decimal comma between commas moves every cell behind it."""
    text = f"{HEAD}1,2026-03-06 10:00,2026-03-06 12:00\n2,12,50,2026-03-06 10:00\n"
    document = shown(text)
    assert values(document)["list.rows"] == 1
    assert "Rows with more cells than the head, left out: 1." in remarks(document)


def test_gaps_words_and_dates_in_the_wrong_order_are_counted_and_left_out(shown):
    rows = [
        "1,2026-03-06 10:00,2026-03-06 12:00",
        "2,2026-03-06 10:00,",
        "3,,2026-03-06 12:00",
        "4,2026-03-06 12:00,2026-03-06 10:00",
        "5,by telephone,2026-03-06 12:00",
        "6,2026-03-06 10:00",
        "",
        "1,2026-03-06 10:00,2026-03-06 12:00",
        "7,2026-02-30 10:00,2026-03-06 12:00",
    ]
    document = shown(HEAD + "\n".join(rows))
    found = values(document)
    assert (found["list.rows"], found["list.case.hours"]) == (7, 2)
    assert (found["list.case.missing"], found["list.case.backwards"], found["list.open"]) == (2, 1, 2)
    assert found["list.date.the-request.gaps"] == 3
    assert "Rows that stand there twice, letter for letter, counted once: 1." in remarks(document)
    assert "cells that hold no date: received 2 (cases/orders.csv:6, cases/orders.csv:10)." in remarks(document)


def test_of_many_cells_without_a_date_the_first_three_are_named_also_below_a_line_that_names_the_delimiter(shown):
    rows = [f'{number},"soon\nor later",2026-03-06' for number in range(4)] + [f"{number},2026-03-05,2026-03-06" for number in range(5, 10)]
    document = shown("sep=,\n" + HEAD + "\n".join(rows))
    assert "received 4 (cases/orders.csv:4, cases/orders.csv:6, cases/orders.csv:8, ...)." in remarks(document)


@pytest.mark.parametrize(("late", "share"), [(2, None), (3, 25.0), (6, 50.0)])
def test_working_hours_that_a_quarter_of_the_times_lie_outside_are_warned_of(shown, late, share):
    """Six cases have twelve times; opening and closing time (08:00, 16:00) and dates without a time of day are no sign."""
    rows = [f"{number},2026-03-05 08:00,2026-03-06 {'19:30' if number < late else '16:00'}" for number in range(6)]
    document = shown(HEAD + "\n".join([*rows, "7,2026-03-07,2026-03-08"]))
    assert values(document).get("list.outside.share") == share
    assert ("working hours do not fit this list: {f:list.outside.share} of its times" in remarks(document)) == (share is not None)


def test_times_on_a_day_off_lie_outside_the_working_hours(shown):
    document = shown(HEAD + "\n".join(f"{number},2026-03-07 10:00,2026-03-09 10:00" for number in range(4)))
    assert values(document)["list.outside.share"] == 50


def test_dates_after_the_day_of_the_run_have_not_happened(shown):
    text = f"{HEAD}1,2026-03-06 10:00,2026-03-06 12:00\n2,2026-03-06 10:00,2062-03-06 12:00\n"
    document = shown(text, "--now", "2026-03-07T08:00:00+01:00")
    assert (values(document)["list.case.hours"], values(document)["list.open"]) == (2, 1)
    assert "dates after the day of this run, not counted: 1." in remarks(document)


@pytest.mark.parametrize(
    ("start", "end"), [("2026-03-06", "2026-03-10"), ("2026-03-06 00:00", "2026-03-10 00:00:00"), ("2026-03-06 15:00", "2026-03-10")]
)
def test_without_times_of_day_whole_working_days_are_counted_and_it_is_said(shown, start, end):
    """Friday to Tuesday are two working days."""
    document = shown(f"{HEAD}1,{start},{end}\n")
    assert (values(document)["list.case.hours"], values(document)["list.case.days"]) == (16, 2)
    assert any("no time of day" in sentence for sentence in document["method"])


@pytest.mark.parametrize(
    ("other", "answer", "month_leads"),
    [
        ("13/03/2026 10:00", {}, False),
        ("03/13/2026 10:00", {}, True),
        ("", {"dates": "day"}, False),
        ("", {"dates": "month"}, True),
    ],
)
def test_dates_with_slashes_are_read_as_the_list_or_a_person_shows(shown, other, answer, month_leads):
    """3/4 15:00 to 3/5 9:00 is one night in March, or a month from the third of April to the third of May."""
    rows = f"1,3/4/2026 15:00,3/5/2026 9:00 AM\n2,{other},\n"
    start, end = ((3, 4), (3, 5)) if month_leads else ((4, 3), (5, 3))
    expected = slow_hours(wall(*start, 15), wall(*end, 9))
    assert values(shown(HEAD + rows, **answer))["list.case.hours"] == expected


def wall(month, day, hour=0):
    """A time in 2026 on the clock of the client's wall."""
    return datetime(2026, month, day, hour)  # noqa: DTZ001


def slow_hours(start, end):
    """Working hours counted minute by minute."""
    minutes = (start + timedelta(minutes=n) for n in range(int((end - start).total_seconds() // 60)))
    return sum(moment.weekday() < 5 and 8 <= moment.hour < 16 for moment in minutes) / 60


def test_dates_with_slashes_that_show_no_order_are_refused_until_somebody_says_it(listed):
    done = listed(f"{HEAD}1,3/4/2026,3/5/2026\n")
    assert done.returncode == 3
    assert b"expected dates that show whether the day or the month comes first" in done.stderr
    assert b"found 3/4/2026 in received, sent" in done.stderr


@pytest.mark.parametrize(
    ("text", "expected", "found"),
    [
        ("order,received,sent\nM\xfcller,2026-03-06,2026-03-07\n".encode("latin-1"), "UTF-8 text (save the sheet as CSV UTF-8)", "0xfc"),
        (HEAD.encode("utf-16"), "UTF-8 text", "0xff"),
        (b"order,received\n1,2026-03-06\n", "one column called 'sent'", "the columns order, received"),
        (b"order,sent,received,sent\n", "one column called 'sent'", "it 2 times"),
        (b"order,received,sent\n1,x,y\n2,x,2026-03-06\n", "dates in the column 'received'", "none in 2 of 2 cells"),
    ],
)
def test_what_is_no_such_list_is_refused_with_a_sentence(listed, text, expected, found):
    done = listed(text)
    words = done.stderr.decode()
    assert (done.returncode, done.stdout) == (3, b"")
    assert expected in words
    assert found in words
    assert "Traceback" not in words


@pytest.mark.parametrize("text", ["", "\n", HEAD, "\ufeff"])
def test_an_empty_list_gives_an_unknown_time_and_no_crash(shown, text):
    document = shown(text)
    assert values(document)["list.case.hours"] is None
    assert values(document)["list.rows"] == 0
    assert document["sources"][-1]["health"] in ("empty", "failed")


def test_a_list_without_confirmed_columns_is_not_used_and_its_meaning_is_proposed(listed):
    rows = "".join(f"{n},2026-03-0{n} 12:00,2026-03-0{n} 09:00,12.50\n" for n in range(2, 7))
    steps = [told_step("Read the mail", exactly(5.0), None), told_step("Ship the goods", exactly(5.0), None)]
    done = listed(f"order,shipped_at,received,price\n{rows}", list=None, steps=steps)
    document = json.loads(done.stdout)
    fact = by_id(document["facts"])["list.case.hours"]
    assert (fact["value"], fact["unknown"]) == (None, "nobody has confirmed what the columns of the list mean")
    assert b"| received | received |  |  |\n| shipped_at | shipped | Ship the goods |  |\n" in done.stderr
    assert "the column shipped_at seems to be: shipped, when this step is finished: Ship the goods" in remarks(document)
    assert "What the list of cases says of it is not known" in fill(document["answer"][0], by_id(document["facts"]))


def test_a_column_that_is_answered_with_no_or_not_at_all_is_not_used(shown):
    text = "order,received,read,sent\n1,2026-03-06 10:00,2026-03-06 11:00,2026-03-06 12:00\n"
    document = shown(text, list=[BOTH[0], column("read", right="no"), BOTH[1]])
    assert [fact["id"] for fact in document["facts"] if fact["id"].endswith(".name") and "date" in fact["id"]] == [
        "list.date.the-request.name",
        "list.date.the-answer.name",
    ]
    document = shown(text, list=[BOTH[0], column("read", right=None), BOTH[1]])
    assert "list.date.read.name" not in values(document)
    assert "the column read has an answer that is neither yes nor no" in remarks(document)


def test_the_proposed_table_can_be_pasted_into_the_answers(tmp_path, shown):
    text = f"{HEAD}1,2026-03-06 10:00,2026-03-06 12:00\n"
    shown(text)
    done = run("columns", "--evidence", tmp_path / "evidence")
    assert done.returncode == 0
    table = done.stdout.decode().replace("|  |\n", "| yes |\n")
    file = tmp_path / "answers" / "amdahl-ceiling.md"
    form = render(QUESTIONS, {"case": "order"}, "owner")
    empty = "".join(table.splitlines(keepends=True)[:2])
    assert empty in form
    file.write_text(form.replace(empty, table))
    found = run("facts", "--evidence", tmp_path / "evidence", "--answers", file, *ZONE)
    assert values(json.loads(found.stdout))["list.case.hours"] == 2


def test_columns_without_a_list_are_refused_with_a_sentence(tmp_path):
    done = run("columns", "--evidence", tmp_path)
    assert (done.returncode, done.stdout) == (3, b"")
    assert b"expected a list of cases as CSV in cases/, found none" in done.stderr


def test_a_head_that_would_steer_the_terminal_does_not(tmp_path):
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "a.csv").write_bytes(b"a\x1b[2J\x07|b\n2026-03-06\n")
    done = run("columns", "--evidence", tmp_path)
    assert b"\x1b" not in done.stdout + done.stderr
    assert b"| a[2J\\|b |" in done.stdout


def test_a_step_that_the_answers_do_not_have_is_refused_with_its_line_and_those_they_have(listed, tmp_path):
    steps = [told_step("Read", exactly(5.0), None)]
    done = listed(f"{HEAD}1,2026-03-06,2026-03-07\n", steps=steps, list=[BOTH[0], column("sent", "it", "Send")])
    assert done.returncode == 3
    file = (tmp_path / "answers" / "amdahl-ceiling.md").read_text().splitlines()
    line = next(number for number, text in enumerate(file, 1) if text.startswith("| sent | it |"))
    assert f"answers/amdahl-ceiling.md:{line}: list: Which step is then finished: expected one of".encode() in done.stderr
    assert b"(Read), found 'Send'" in done.stderr


def test_columns_against_the_order_of_the_steps_are_refused(listed):
    steps = [told_step("Read", exactly(5.0), None), told_step("Send", exactly(5.0), None)]
    mapping = [column("sent", "it", "Send"), column("received", "the request", "Read")]
    done = listed(f"{HEAD}1,2026-03-06,2026-03-07\n", steps=steps, list=mapping)
    assert done.returncode == 3
    assert re.search(rb"answers/amdahl-ceiling\.md:\d+: expected the columns in the order of the steps", done.stderr)


def sheet(hours):
    """Orders of one Monday, each *hours* (below eight) from request to answer."""
    rows = (f"{n},2026-03-02 08:00,{wall(3, 2, 8) + timedelta(hours=each):%Y-%m-%d %H:%M}" for n, each in enumerate(hours))
    return HEAD + "\n".join(rows)


def verdict(shown, hours, wait):
    mapping = [BOTH[0], column("sent", "the answer", "Send")]
    document = shown(sheet(hours), list=mapping, steps=[told_step("Send", exactly(0.0), wait)])
    return document, [finding["id"] for finding in document["findings"]]


def range_of(usual, best, worst):
    return {"usual": usual, "best": best, "worst": worst}


@pytest.mark.parametrize(
    ("wait", "expected"),
    [
        (range_of(1.0, 0.5, 3.1), "gap-1"),
        (range_of(1.0, 0.5, 3.3), "agreement"),
        (range_of(5.0, 3.7, 6.0), "gap-1"),
        (range_of(5.0, 3.5, 6.0), "agreement"),
        (exactly(2.6), "gap-1"),
        (exactly(2.8), "agreement"),
    ],
)
def test_a_gap_is_where_the_ranges_of_told_and_recorded_have_nothing_in_common(shown, wait, expected):
    """Recorded are 3.0 to 3.8 hours; the median of these 41 has the interval from 3.2 to 3.6."""
    hours = [3 + n / 50 for n in range(41)]
    document, found = verdict(shown, hours, wait)
    assert by_id(document["facts"])["list.case.hours"]["value"] == pytest.approx(3.4, abs=0.02)
    assert expected in found


def test_a_stretch_over_a_date_that_ends_no_step_is_compared_from_step_to_step(shown):
    rows = "".join(f"{n},2026-03-02 08:00,2026-03-02 09:00,2026-03-02 12:0{n}\n" for n in range(6))
    mapping = [BOTH[0], column("seen", "the look"), column("sent", "the answer", "Send")]
    steps = [told_step("Send", exactly(0.0), range_of(4.0, 3.0, 5.0))]
    document = shown(f"order,received,seen,sent\n{rows}", list=mapping, steps=steps)
    found = values(document)
    assert (found["list.stretch.the-request.the-look.hours"], found["said.stretch.the-request.the-answer.hours"]) == (1, 4)
    assert "agreement" in [finding["id"] for finding in document["findings"]]


@pytest.mark.parametrize(("days", "expected"), [(2, "agreement"), (3, "gap-1")])
def test_without_times_of_day_a_gap_must_be_more_than_a_working_day(shown, days, expected):
    """Told is at most one working day of eight hours."""
    rows = "".join(f"{n},2026-03-02,2026-03-0{2 + days}\n" for n in range(9))
    mapping = [BOTH[0], column("sent", "the answer", "Send")]
    document = shown(HEAD + rows, list=mapping, steps=[told_step("Send", exactly(0.0), range_of(5.0, 4.0, 8.0))])
    assert expected in [finding["id"] for finding in document["findings"]]


def test_too_few_cases_are_no_gap(shown):
    document, found = verdict(shown, [5.0, 5.1, 5.2], range_of(1.0, 0.5, 2.0))
    assert not [name for name in found if name.startswith("gap")]
    assert any("too few cases to say" in row for table in document["tables"] for row in table["rows"])


def test_the_largest_gap_comes_first(shown):
    rows = "".join(f"{n},2026-03-02 08:00,2026-03-02 10:0{n % 10},2026-03-02 15:0{n % 10}\n" for n in range(20))
    steps = [told_step("Read", exactly(0.0), range_of(0.5, 0.1, 1.0)), told_step("Send", exactly(0.0), range_of(0.5, 0.1, 1.0))]
    mapping = [column("received", "the request"), column("read", "the look", "Read"), column("sent", "the answer", "Send")]
    document = shown(f"order,received,read,sent\n{rows}", list=mapping, steps=steps)
    gaps = [fill(one["statement"], by_id(document["facts"])) for one in document["findings"] if one["id"].startswith("gap")]
    assert ["from the look to the answer" in gaps[0], "from the request to the look" in gaps[1]] == [True, True]


def test_two_dates_of_the_same_words_keep_facts_of_their_own(shown):
    text = "order,a,b,c\n1,2026-03-06 08:00,2026-03-06 09:00,2026-03-06 12:00\n"
    document = shown(text, list=[column("a", "mail"), column("b", "mail"), column("c", "mail")])
    found = values(document)
    assert (found["list.stretch.mail.mail-2.hours"], found["list.stretch.mail-2.mail-3.hours"]) == (1, 3)
    assert found["next1.speedup"] == 4


def test_cases_a_week_come_from_whole_weeks_and_a_mistyped_year_decides_nothing(shown):
    """Four whole weeks of ten, twelve, eight and ten cases, between two broken ones."""
    days = [date(2026, 2, 27)] * 3 + [date(2026, 3, 2) + timedelta(weeks=week) for week, many in enumerate((10, 12, 8, 10)) for _ in range(many)]
    days += [date(2026, 3, 30)] * 60
    rows = "".join(f"{n},{day} 08:00,{day} 09:00\n" for n, day in enumerate(days)) + "x,2006-03-02 08:00,2006-03-02 09:00\n"
    fact = by_id(shown(HEAD + rows)["facts"])["list.week"]
    assert (fact["value"], fact["n"]) == (10, 4)


def test_open_cases_are_held_against_what_arrivals_and_case_time_make_one_expect(shown):
    """Ten cases a week that take half a week on the calendar keep five open (Little's law)."""
    starts = [date(2026, 3, 2) + timedelta(weeks=week) for week in range(6) for _ in range(10)]
    rows = "".join(f"{n},{day} 08:00,{day + timedelta(days=3)} 20:00\n" for n, day in enumerate(starts))
    document = shown(HEAD + rows + "".join(f"o{n},2026-04-06 08:00,\n" for n in range(30)))
    found = values(document)
    assert (found["list.week"], found["list.open"], found["list.open.expected"]) == (10, 30, 5)
    assert any("never finished in the list" in sentence for sentence in document["limits"])


def test_the_median_has_the_interval_of_drawing_cases_again_and_again():
    """Against real drawing: 4,000 medians of 101 cases drawn from 101."""
    import random

    cases = sorted(round(1000 * random.Random(5).gammavariate(2, 1)) + n for n in range(101))
    spread = skill.recorded.Spread(values=cases)
    dice = random.Random(7)
    medians = sorted(sorted(dice.choices(cases, k=101))[50] for _ in range(4000))
    drawn = medians[int(0.025 * 4000)], medians[int(0.975 * 4000)]
    ranks = [cases.index(end) for end in spread.median_ends()]
    assert [abs(rank - cases.index(end)) <= 1 for rank, end in zip(ranks, drawn, strict=True)] == [True, True]


@pytest.mark.parametrize("hours", ["Mon-Fri 08:00-16:00", "Mon-Thu 07:30-12:00, Mon-Thu 13:00-17:00, Fri 07:30-13:00", "Mon-Sun 22:00-06:00"])
def test_the_fast_clock_counts_as_the_calendar_does(hours):
    """Every pair of some forty times in a fortnight without a change of the clocks, with a holiday."""
    calendar = skill.worktime.Calendar(zone=BERLIN, hours=skill.worktime.read_hours(hours), holidays=frozenset({date(2026, 3, 4)}))
    clock = skill.workclock.WorkClock(calendar)
    moments = [wall(3, 1) + timedelta(minutes=437 * n) for n in range(40)]
    clock.cover(moments[0].toordinal(), moments[-1].toordinal())
    minutes = [moment.toordinal() * 1440 + moment.hour * 60 + moment.minute for moment in moments]
    worked = dict(zip(moments, clock.worked(minutes), strict=True))
    for start, end in product(moments[::3], moments[::2]):
        if start <= end:
            spans = calendar.working(start.replace(tzinfo=BERLIN).timestamp(), end.replace(tzinfo=BERLIN).timestamp())
            assert worked[end] - worked[start] == sum(b - a for a, b in spans) / 60


def test_a_working_day_is_the_mean_of_the_days_that_have_working_time():
    hours = skill.worktime.read_hours("Mon-Thu 08:00-17:00, Fri 08:00-14:00")
    assert skill.workclock.WorkClock(skill.worktime.Calendar(zone=BERLIN, hours=hours)).day == (4 * 540 + 360) / 5


def test_no_file_of_cases_is_opened_outside_the_folder(listed, tmp_path):
    (tmp_path / "elsewhere.csv").write_text(f"{HEAD}1,2026-03-06 10:00,2026-03-06 12:00\n")
    (tmp_path / "evidence" / "cases").mkdir(parents=True)
    (tmp_path / "evidence" / "cases" / "link.csv").symlink_to(tmp_path / "elsewhere.csv")
    document = json.loads(listed(HEAD).stdout)
    assert values(document)["list.rows"] == 0
    assert "entries were not opened" in remarks(document)
