"""A process as it is told: from a file of answers to facts, by figures that can be worked out by hand."""

from __future__ import annotations

import json
from functools import cache

import pytest
from skills.amdahl_ceiling.measured import OPTIONS, SCRIPTS, run, values

from fde.assets import assets
from fde.portable.answers import parse, render
from fde.portable.artefact import facts_problems, typed_figures
from fde.portable.facts import by_id, fill
from fde.portable.questions import questions
from fde.portable.svg import draw

WHOLESALER = assets("examples") / "wholesaler"
QUESTIONS = questions(json.loads((SCRIPTS.parent / "assets" / "questions.json").read_text()), "amdahl-ceiling")
HOURS = ("--working-hours", "Mon-Fri 08:00-16:00", "--rate-per-hour", "60", "--currency", "EUR")


def exactly(value):
    return {"usual": value, "best": None, "worst": None}


def between(usual, best, worst):
    return {"usual": usual, "best": best, "worst": worst}


TEN = exactly(10.0)


def step(name, work=TEN, wait=None, **fields):
    empty = dict.fromkeys(("who", "system", "times", "per", "software", "person", "seen")) | {"wait-in": wait and "h"}
    return {"step": name, "work": work, "wait": wait, **empty, **{key.replace("_", "-"): value for key, value in fields.items()}}


@pytest.fixture(name="told")
def _told(tmp_path):
    """Measure a folder without evidence by the answers given as values; returns the document."""

    def measure(*options, **answers):
        path = tmp_path / "answers" / "amdahl-ceiling.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(render(QUESTIONS, {"case": "An order", **answers}, "owner"), encoding="utf-8")
        (tmp_path / "evidence").mkdir(exist_ok=True)
        done = run("facts", "--evidence", tmp_path / "evidence", *OPTIONS, *HOURS, "--answers", path, *options)
        assert (done.returncode, done.stderr) == (0, b"")
        document = json.loads(done.stdout)
        assert facts_problems(document) == []
        assert typed_figures(document) == []
        return document

    return measure


def said(document, key="answer"):
    return [fill(sentence, by_id(document["facts"])) for sentence in document[key]]


def test_a_wait_without_its_unit_is_refused_with_its_line_and_never_taken_as_hours(tmp_path):
    path = tmp_path / "amdahl-ceiling.md"
    steps = [step("Read", wait=between(30.0, 0.0, 120.0), wait_in="min"), step("Write", wait=exactly(2.0), wait_in=None)]
    path.write_text(render(QUESTIONS, {"case": "order", "steps": steps}, "owner"), encoding="utf-8")
    (tmp_path / "evidence").mkdir()
    done = run("facts", "--evidence", tmp_path / "evidence", *OPTIONS, *HOURS, "--answers", path)
    line = next(number for number, text in enumerate(path.read_text().splitlines(), 1) if text.startswith("| Write |"))
    assert done.returncode == 3
    assert f"answers/amdahl-ceiling.md:{line}: steps: Counted in: expected one of min (minutes)".encode() in done.stderr
    assert done.stderr.count(b"Counted in") == 1


def test_the_form_says_which_answers_stand_in_the_middle_of_a_sentence():
    form = render(QUESTIONS, {})
    assert form.count("This stands in the middle of a sentence: write it in small letters, like: the") == 2


def test_case_time_is_work_and_waiting_and_a_day_is_a_working_day(told):
    """Ten minutes and two hours, then thirty minutes and one day of eight hours: 40 min of work, 10 h of waiting."""
    document = told(
        steps=[
            step("Read", exactly(10.0), exactly(2.0), wait_in="h"),
            step("Write", exactly(30.0), exactly(1.0), wait_in="d"),
        ]
    )
    found = values(document)
    assert found["case.work.hours"] == pytest.approx(40 / 60, abs=1e-6)
    assert found["case.wait.hours"] == 10
    assert found["case.now.hours"] == pytest.approx(10 + 40 / 60, abs=1e-6)
    assert found["case.now.days"] == pytest.approx((10 + 40 / 60) / 8, abs=1e-6)
    assert found["case.work.share"] == pytest.approx(100 * 40 / 640, abs=1e-6)
    assert found["case.ceiling"] == pytest.approx(640 / 600, abs=1e-6)
    assert found["wait.top.step"] == "Write"


def test_a_case_without_what_software_could_do_is_told_in_both_readings(told):
    """Work 10 + 20 + 30 min, waits 1 + 2 + 3 h. Only the middle step goes: a person should do the last one anyway."""
    found = values(
        told(
            steps=[
                step("Read", exactly(10.0), exactly(1.0), software="no"),
                step("Type", exactly(20.0), exactly(2.0), software="yes", person="no"),
                step("Call", exactly(30.0), exactly(3.0), software="yes", person="yes"),
            ]
        )
    )
    assert found["going.count"] == 1
    assert found["case.now.hours"] == 7
    assert found["case.less-work.hours"] == pytest.approx(7 - 20 / 60, abs=1e-6)
    assert found["case.less-steps.hours"] == pytest.approx(7 - 2 - 20 / 60, abs=1e-6)
    assert found["case.less-work.speedup"] == pytest.approx(420 / 400, abs=1e-6)
    assert found["case.less-steps.speedup"] == pytest.approx(420 / 280, abs=1e-6)


def test_a_step_of_which_software_could_do_a_part_does_not_go(told):
    document = told(steps=[step("Type", exactly(20.0), exactly(2.0), software="part")])
    assert "case.less-work.hours" not in values(document)
    assert values(document)["going.count"] == 0


def test_a_weeks_work_is_money_at_the_hourly_rate_and_its_waiting_is_not(told):
    """Twenty cases a week of 30 minutes are 10 hours, at 60 an hour 600; three hours of waiting each are 60 hours."""
    document = told(arrivals=exactly(20.0), steps=[step("Type", exactly(30.0), exactly(3.0), software="yes")])
    facts = by_id(document["facts"])
    assert (facts["week.work.hours"]["value"], facts["week.work.money"]["value"]) == (10, "600.00")
    assert (facts["week.going.money"]["value"], facts["week.going.money"]["unit"]) == ("600.00", "EUR")
    assert facts["week.wait.hours"]["value"] == 60
    assert [name for name, fact in facts.items() if fact["type"] == "money"] == [
        "rate.hour",
        "week.work.money",
        "week.going.money",
        "half2.week.money",
    ]
    assert "nobody has said what it costs in money" in " ".join(said(document, "cost"))


def test_a_days_delay_that_has_a_price_makes_waiting_money(told):
    """Twenty cases a week that wait half a working day each, at 15 a day: 20 x 0.5 x 15."""
    document = told(arrivals=exactly(20.0), delay="15", steps=[step("Type", exactly(30.0), exactly(4.0))])
    assert values(document)["week.wait.money"] == "150.00"
    assert "The waiting costs EUR 150 a week" in " ".join(said(document, "cost"))


def test_a_rate_that_was_answered_comes_before_that_of_the_engagement(told):
    document = told(arrivals=exactly(20.0), rate="30", steps=[step("Type", exactly(30.0))])
    assert values(document)["week.work.money"] == "300.00"


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({}, "nobody said how many start in a usual week"),
        ({"arrivals": exactly(5.0)}, "nobody said what an hour costs"),
    ],
)
def test_money_that_cannot_be_computed_is_unknown_with_its_reason(tmp_path, answers, reason):
    path = tmp_path / "a.md"
    path.write_text(render(QUESTIONS, {"case": "order", "steps": [step("Type")], **answers}), encoding="utf-8")
    done = run("facts", "--evidence", tmp_path, "--answers", path, "--currency", "EUR")
    fact = by_id(json.loads(done.stdout)["facts"])["week.work.money"]
    assert (fact["value"], fact["unknown"]) == (None, reason)


def test_the_worked_three_point_case_gives_its_mean_and_its_middle_nine_tenths(told):
    facts = by_id(told(steps=[step("Type", between(5.0, 2.0, 14.0))])["facts"])
    fact = facts["step.type.work.minutes"]
    assert fact["value"] == 6
    assert (fact["interval"]["low"], fact["interval"]["high"]) == pytest.approx((2.917285, 9.8889), abs=0.01)
    assert (fact["interval"]["level"], fact["grade"]) == (0.9, "D")


@pytest.mark.parametrize(
    ("fields", "minutes"),
    [
        ({}, 10),
        ({"times": 0.3}, 3),
        ({"times": 2.0, "per": "case"}, 20),
        ({"times": 5.0, "per": "week"}, 2.5),
    ],
)
def test_a_step_counts_as_often_as_it_comes_in_one_case(told, fields, minutes):
    document = told(arrivals=exactly(20.0), steps=[step("Type", exactly(10.0), **fields)])
    assert values(document)["case.work.hours"] == pytest.approx(minutes / 60, abs=1e-6)


def test_a_step_counted_by_the_week_needs_the_number_of_cases(tmp_path):
    path = tmp_path / "amdahl-ceiling.md"
    path.write_text(render(QUESTIONS, {"case": "order", "steps": [step("Type", times=5.0, per="week")]}), encoding="utf-8")
    done = run("facts", "--evidence", tmp_path, "--answers", path)
    assert (done.returncode, done.stdout) == (3, b"")
    assert b"answers/amdahl-ceiling.md:37: expected how many cases start in a usual week" in done.stderr


def test_a_wrong_value_is_refused_with_its_line_and_what_is_allowed(tmp_path):
    path = tmp_path / "amdahl-ceiling.md"
    text = render(QUESTIONS, {"case": "order", "steps": [step("Type", software="yes")]}).replace("| yes |", "| perhaps |")
    path.write_text(text, encoding="utf-8")
    line = next(number for number, words in enumerate(text.splitlines(), 1) if "perhaps" in words)
    done = run("facts", "--evidence", tmp_path, "--answers", path)
    assert (done.returncode, done.stdout) == (3, b"")
    words = done.stderr.decode()
    assert f"answers/amdahl-ceiling.md:{line}: " in words
    assert "one of yes, part" in words
    assert "perhaps" in words


def test_an_answer_file_that_is_not_utf_8_is_refused_with_a_sentence(tmp_path):
    path = tmp_path / "amdahl-ceiling.md"
    path.write_bytes("---\nfde: answers/1\n---\n\n## x {#case}\n\nAuftr\xe4ge\n".encode("latin-1"))
    done = run("facts", "--evidence", tmp_path, "--answers", path)
    assert done.returncode == 3
    assert b"expected UTF-8 text" in done.stderr
    assert b"Traceback" not in done.stderr


def test_where_no_agent_is_in_use_nothing_is_said_of_models_agents_or_changes(told):
    document = told(arrivals=between(20.0, 10.0, 40.0), steps=[step("Type", between(30.0, 10.0, 60.0), exactly(3.0), software="yes")])
    words = json.dumps(document).lower()
    for unwanted in ("model", "agent", "merge", "prompt", "session", '"lead', '"id": "active'):
        assert unwanted not in words, unwanted


def test_the_clients_words_stand_in_sentences_as_they_were_typed_also_with_figures_and_braces(told):
    document = told(
        **{"from": "The mail of 3 lines.", "to": "A {f:nothing} | page"},
        steps=[step("Check 2 {f:case.now.hours} forms", exactly(5.0), exactly(4.0))],
    )
    words = " ".join(said(document))
    assert "From the mail of 3 lines to a {f:nothing} | page one order takes" in words
    assert "before this step: Check 2 {f:case.now.hours} forms" in words


def test_steps_of_the_same_name_or_without_latin_letters_keep_facts_of_their_own(told):
    found = values(told(steps=[step("Check", exactly(1.0)), step("Check", exactly(2.0)), step("確認", exactly(3.0))]))
    assert [found[f"step.{name}.work.minutes"] for name in ("check", "check-2", "step3")] == [1, 2, 3]
    assert found["next1.speedup"] == 2
    assert found["next2.speedup"] == 6


def test_what_to_take_out_first_is_the_largest_wait_or_work_and_what_is_left_is_said(told):
    """Waits of 6 and 1 h, work of 2 and 1 h: without the first wait 4 of 10 h are left, without the first work 2 more go."""
    found = values(
        told(steps=[step("Type", exactly(120.0), exactly(6.0)), step("Send", exactly(60.0), exactly(1.0))])
    )
    assert (found["next1.what"], found["next1.left.hours"], found["next1.speedup"]) == ("the wait before this step: Type", 4, 2.5)
    assert (found["next2.what"], found["next2.left.hours"], found["next2.speedup"]) == ("the work of this step: Type", 2, 5)


def test_a_process_without_any_time_is_told_without_a_share(told):
    document = told(steps=[step("Nod", exactly(0.0))])
    assert "case.work.share" not in values(document)
    assert said(document)[0] == "From its start to its end one order takes 0 h on average, as it was told, and 0 h of that is work."


def test_answers_without_steps_say_what_is_missing(told):
    document = told()
    assert said(document) == [
        "How long one order takes is not known: the answers have no steps and no list with confirmed columns yet."
    ]
    assert by_id(document["facts"])["case.now.hours"]["unknown"] == "no steps are told"


def test_the_file_of_answers_is_a_source_with_the_digest_of_its_bytes(told, tmp_path):
    from fde.portable.evidence import file_digest

    [source] = told(steps=[step("Type")])["sources"]
    assert (source["id"], source["locator"]) == ("answers/amdahl-ceiling.md", "file:answers/amdahl-ceiling.md")
    assert source["digest"] == file_digest(tmp_path / "answers" / "amdahl-ceiling.md")


def test_logs_of_agents_stand_behind_the_process(tmp_path):
    from skills.amdahl_ceiling.logs import Log

    Log("a").prompt(0).says(40, "m").took(60, 60).write(tmp_path / "sessions")
    path = tmp_path / "a.md"
    path.write_text(render(QUESTIONS, {"case": "order", "steps": [step("Type", exactly(9.0), exactly(4.0))]}), encoding="utf-8")
    done = run("facts", "--evidence", tmp_path, "--answers", path)
    document = json.loads(done.stdout)
    assert facts_problems(document) == []
    assert typed_figures(document) == []
    assert "one order takes" in said(document)[0]
    assert {"case.now.hours", "active.hours"} <= set(values(document))
    assert [finding["id"] for finding in document["findings"] if finding["id"] == "agent-logs"]
    assert document["details"]["sessions"]


@cache
def wholesaler(*options):
    answers = WHOLESALER / "answers" / "amdahl-ceiling.md"
    holidays = ("--holidays", "2026-01-01,2026-01-06", "--rate-per-hour", "42", "--currency", "EUR")
    hours = ("--working-hours", "Mon-Fri 08:00-16:00")
    now = ("--now", "2026-03-16T08:00:00+01:00", "--tz", "Europe/Berlin")
    return run("facts", "--evidence", WHOLESALER / "evidence", "--answers", answers, *now, *hours, *holidays, *options).stdout


def test_the_wholesaler_gives_facts_in_the_right_form_and_the_same_bytes_again():
    document = json.loads(wholesaler())
    assert facts_problems(document) == []
    assert typed_figures(document) == []
    assert all(draw(chart).startswith("<svg") for chart in document["charts"])
    wholesaler.cache_clear()
    assert json.loads(wholesaler()) == document


def test_the_wholesaler_hears_first_what_the_list_shows_and_where_it_disagrees_with_the_answers():
    document = json.loads(wholesaler())
    first, second, third = said(document)
    assert first.startswith("From the customer's request to the invoice one order takes 6.9")
    assert "as told it is 3.79 working days" in first
    assert "the longest stretch is from the request to the quote" in second
    assert "while the waits stay" in third
    gaps = [finding for finding in document["findings"] if finding["id"].startswith("gap-")]
    index = by_id(document["facts"])
    assert ["from the request to the quote" in fill(gap["statement"], index) for gap in gaps] == [True, False]
    assert "from the carrier to the invoice" in fill(gaps[1]["statement"], index)
    assert {gap["basis"] for gap in gaps} == {"disputed"}


def test_the_wholesalers_answers_are_complete_and_written_as_the_engine_writes_them():
    text = (WHOLESALER / "answers" / "amdahl-ceiling.md").read_text()
    answered = parse(text, QUESTIONS)
    assert (answered.problems, answered.missing, answered.who) == ((), (), "owner")
    assert "Invented for this example" in text


def test_the_list_of_the_wholesaler_can_be_made_again():
    import subprocess
    import sys

    made = subprocess.run([sys.executable, "-I", "-X", "utf8", WHOLESALER / "make_orders.py"], capture_output=True, check=True).stdout
    assert made == (WHOLESALER / "evidence" / "cases" / "orders-2026.csv").read_bytes()
