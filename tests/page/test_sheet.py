"""Page one: what is chosen for it, how it is shortened, and what it says of the rest."""

from __future__ import annotations

import pytest
from page.records import FACTS, OWNER, action, chart, code_finding, fact, finding, question, quote, record

from fde.page.page import render
from fde.page.sheet import costs, sheet

LONG = "Send the price sheet to the office each morning before the first van leaves. " * 9


def test_at_most_three_of_a_kind_stand_on_it_and_the_others_are_counted():
    front = sheet(record(actions=[action(f"Do this, {name}.") for name in "abcde"], questions=[question("Why?")] * 4))
    assert [point.says.text for point in front.actions.points] == ["Do this, a.", "Do this, b.", "Do this, c."]
    assert (front.actions.rest, front.questions.rest, front.is_cut) == (2, 1, True)


def test_a_long_text_ends_with_a_sentence_and_is_called_shortened():
    (point,) = sheet(record(actions=[action(LONG)])).actions.points
    assert point.says.text == " ".join(["Send the price sheet to the office each morning before the first van leaves."] * 2)
    assert point.says.is_cut


def test_what_fits_is_not_called_shortened():
    assert not sheet(record()).is_cut


def test_an_action_says_who_what_it_should_move_from_where_and_what_is_only_proposed():
    front = sheet(record())
    assert front.actions.points[0].below == (
        "Who: Office lead. By 1 April 2026 (proposed). The number to watch: Wait of an order for its price, now 40.2 h, proposed 8 h."
    )
    assert front.actions.points[1].below == "Who: Office lead. The number to watch: Wait of an order for its price, now 40.2 h."


def test_a_day_without_a_target_is_no_target():
    front = sheet(record(actions=[action("Send the price sheet.", due="2026-12-18")]))
    (point,) = front.actions.points
    assert point.below == "Who: Office lead. By 18 December 2026 (proposed). The number to watch: Wait of an order for its price, now 40.2 h."


def test_the_skills_own_words_say_what_it_costs():
    (text,) = sheet(record()).cost
    assert text.text == "The waiting costs EUR 1,310 (900 to 1,800) a week."


def test_it_says_what_brackets_mean_where_a_figure_stands_with_its_interval_and_nowhere_else():
    assert "range in brackets" in render(record(), client="A client")
    document = record(cost=["The waiting costs {f:wait.cost} a week."])
    assert sheet(record()).has_range
    assert not sheet(document).has_range
    assert "range in brackets" not in render(document, client="A client")


def without_cost(**other):
    document = record(**other)
    del document["cost"]
    return document


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([fact("a", "Saved each week", "money", "5", "EUR"), fact("b", "Cost of an error", "money", "7", "EUR")], "Cost of an error: {f:b|range}."),
        ([fact("a", "Turnover", "money", "5", "EUR"), fact("b", "Late orders, weekly", "money", "7", "EUR")], "Late orders, weekly: {f:b|range}."),
        ([fact("a", "Cost of an error", "money", None, "EUR", unknown="nobody knows")], None),
        ([fact("a", "Turnover", "money", "5", "EUR")], None),
    ],
    ids=["a cost before a week", "a week", "not known", "no cost at all"],
)
def test_without_them_an_amount_that_speaks_of_cost_or_of_a_week_does(given, expected):
    document = without_cost(facts=[fact("case.wait", "Time of an order", "duration", 3, "h"), *given], answer=["It takes {f:case.wait}."], tables=[])
    assert costs(document) == ([expected] if expected else [])


def test_without_any_amount_the_longest_wait_that_the_answer_names_does():
    waits = [
        fact("case.wait", "Wait for the price", "duration", 40, "h"),
        fact("van", "Wait for the van", "duration", 2, "d"),
        fact("long", "Wait for the money", "duration", 30, "d"),
        fact("work", "Work on it", "duration", 99, "d"),
    ]
    document = without_cost(facts=waits, answer=["It waits {f:case.wait} and {f:van}, and {f:work} are work."], tables=[])
    assert costs(document) == ["Wait for the van: {f:van|range}."]


def test_bars_are_shown_before_a_curve():
    curve = chart("curve", "A curve", kind="line", series=[{"label": "a", "points": [[1, 1.0], [2, 3.0]]}])
    assert sheet(record(charts=[curve, chart("bars", "Bars")])).chart["id"] == "bars"
    assert sheet(record(charts=[curve])).chart["id"] == "curve"
    assert sheet(record(charts=[])).chart is None


def test_without_an_action_it_shows_what_stands_out_the_weightiest_first():
    light = {**finding("Small", "A small thing."), "severity": "low"}
    front = sheet(record(actions=[], findings=[light, finding("Prices wait", "One person sets them.")]))
    assert [point.title for point in front.findings.points] == ["Orders wait for a price.", "Prices wait.", "Small."]
    assert sheet(record(findings=[light])).findings.points == ()


def test_what_stands_out_ends_with_a_sentence_and_is_at_most_three():
    long = "An order waits {f:case.wait} for its price, as everybody in the office knows. " * 9
    front = sheet(record(status="none", computed=[code_finding(f"gap-{number}", "Gap", long) for number in range(5)]))
    assert (len(front.findings.points), front.findings.rest) == (3, 2)
    assert all(point.says.text.endswith("knows.") and point.says.is_cut for point in front.findings.points)


def gap(*facts):
    return code_finding("gap", "Told and recorded differ", f"It is {{f:{facts[0]}}}.") | {"facts": list(facts)}


UNSEEN = fact("gap", "What was told as a part of the list", "ratio", 3.1, "x")


def test_a_weighty_gap_that_nothing_else_shows_stands_above_the_actions():
    document = record(facts=[*FACTS, UNSEEN], computed=[gap("gap")], findings=[finding("Judged", "It waits.")])
    front = sheet(document)
    assert [point.title for point in front.findings.points] == ["Told and recorded differ."]
    assert "gap" in front.used
    assert len(front.actions.points) == 2
    html = render(document, client="A")
    assert html.index("What stands out</h2>") < html.index("Told and recorded differ.</b>") < html.index("What to do first</h2>")


@pytest.mark.parametrize("severity", ["medium", "low"])
def test_a_light_one_does_not(severity):
    assert sheet(record(facts=[*FACTS, UNSEEN], computed=[gap("gap") | {"severity": severity}])).findings.points == ()


def test_one_whose_figure_an_action_moves_or_the_answer_names_does_not_stand_there_twice():
    assert sheet(record(facts=[*FACTS, UNSEEN], computed=[gap("gap", "case.wait")])).findings.points == ()
    assert sheet(record(facts=[*FACTS, UNSEEN], computed=[gap("case.time", "gap")])).findings.points == ()


def test_where_there_is_no_room_for_it_nothing_else_gives_way_to_it():
    full = {"actions": [action(LONG, owner="Office lead")] * 3, "questions": [question(LONG)] * 3, "answer": [LONG] * 3}
    document = record(facts=[*FACTS, UNSEEN], computed=[gap("gap")], **full)
    without = sheet(record(facts=[*FACTS, UNSEEN], computed=[], **full))
    front = sheet(document)
    assert front.findings.points == ()
    assert (front.actions, front.questions, front.chart is None) == (without.actions, without.questions, without.chart is None)


def test_a_question_gives_way_before_the_chart_does():
    long = "Follow a handful of orders from the desk to the van and write down at each stop what they waited for, and who knew of it, day by day for a week."
    fuller = {"actions": [action(long, due="2026-04-01")] * 3, "answer": [f"{long} {long}"] * 3, "cost": [long, long, long]}
    front = sheet(record(questions=[question(long)] * 3, **fuller))
    assert front.chart is not None
    assert (len(front.actions.points), len(front.questions.points), front.questions.rest) == (3, 2, 1)


def test_it_counts_the_figures_that_stand_on_it_by_how_they_are_known():
    assert sheet(record()).sure == "1 of 4 figures on this page is measured, 1 worked out by a rule and 2 told and not measured."
    plain = {"cost": ["It is so."], "actions": [], "findings": []}
    measured = record(answer=["It takes {f:case.time}."], **plain) | {"findings": []}
    assert sheet(measured).sure == "The one figure on this page is measured."
    told = record(answer=["It waits {f:case.wait}."], **plain) | {"findings": []}
    assert sheet(told).sure == "None of the figures on this page is measured: 1 told and not measured."
    assert sheet(record(answer=["It is so."], **plain) | {"findings": []}).sure == ""


def test_it_says_that_its_advice_rests_on_words_too():
    advised = [action("Ask less.", quote(OWNER, "Everybody asks me for every price."))]
    assert sheet(record(actions=advised)).sure.endswith(" What to do also rests on what was told.")


def test_a_corrected_figure_is_counted_on_it():
    document = record()
    correction = {"id": "c1", "by": "person", "title": "the wait", "statement": "It is {less}.", "rendered": "It is {less}."}
    correction |= {"basis": "reported", "severity": "high", "facts": ["case.wait"], "quotes": []}
    document["findings"].append(correction)
    assert sheet(document).corrected == 1
    assert sheet(record()).corrected == 0
