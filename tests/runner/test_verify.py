"""Placing the figures and quotations of any text: what belongs to which fact, and what to none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fde.portable.sources import text_source
from fde.runner.verify import Known, place

LETTER = "Dear sirs,\nwe wait 14 days for each order, and 3 of 10 are wrong.\nYours, the customer\n"


def fact(value, unit="", kind="number", **other):
    return {"id": "x", "label": "X", "type": kind, "value": value, "unit": unit, "grade": "A", "sources": [], **other}


FACTS = {
    "turn.hours": fact(60.1, "h", "duration"),
    "wait.share": fact(73.5, "%", "ratio"),
    "ceiling": fact(4.67, "x", "ratio", interval={"low": 4.22, "high": 5.15, "level": 0.95, "method": "m"}),
    "orders": fact(117, "", "count"),
    "saved": fact("1250.40", "EUR", "money"),
    "other.orders": fact(117, "", "count"),
    "nothing": {**fact(None, "h", "duration"), "unknown": "no record"},
    "day": fact("2026-03-02", "", "date"),
}
BASE = Known(facts=FACTS, sources={"letters/a.md": text_source("letters/a.md", LETTER.encode(), LETTER)})


def placed(text):
    return [(item.line, item.text, ", ".join(item.belongs)) for item in place(text, BASE)]


@pytest.mark.parametrize(
    ("text", "figure", "name"),
    [
        ("It took 60.1 h.", "60.1 h", "turn.hours"),
        ("It took 60.1 hours.", "60.1 hours", "turn.hours"),
        ("a 60.1-hour turn", "60.1-hour", "turn.hours"),
        ("**60.1 h**", "60.1 h", "turn.hours"),
        ("| 60.1 h | and more |", "60.1 h", "turn.hours"),
        ("A share of 73.5 %.", "73.5 %", "wait.share"),
        ("A share of 73.5%.", "73.5%", "wait.share"),
        ("73.5 per cent of it", "73.5 per cent", "wait.share"),
        ("at most 4.67x as fast", "4.67x", "ceiling"),
        ("4.67 times", "4.67 times", "ceiling"),
        ("from 4.22x on", "4.22x", "ceiling"),
        ("up to 5.15x", "5.15x", "ceiling"),
        ("117 orders", "117", "orders, other.orders"),
        ("EUR 1,250 a month", "EUR 1,250", "saved"),
        ("on 2026-03-02", "2026-03-02", "day"),
    ],
)
def test_a_figure_belongs_to_the_fact_that_is_shown_so(text, figure, name):
    assert placed(text) == [(1, figure, name)]


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("It took 60.2 h.", ["60.2"]),
        ("It took 160.1 h.", ["160.1"]),
        ("It took 60.1 min.", ["60.1"]),
        ("-60.1 h", ["-60.1"]),
        ("1117 or 11.7 or 117.5", ["1117", "11.7", "117.5"]),
        ("twice as fast, half the time", ["twice", "half"]),
        ("seventeen and ٣", ["٣", "seventeen"]),
        ("version `17` of it", ["17"]),
        ("1. 17 first", ["17"]),
    ],
)
def test_any_other_figure_belongs_to_nothing(text, figures):
    assert placed(text) == [(1, figure, "") for figure in figures]


def test_a_quotation_belongs_to_its_source_and_line_also_over_a_line_s_end():
    text = "They write:\n“we wait 14 days for\neach order, and 3 of 10 are wrong.”\n"
    quotations = [(item.line, item.text, item.belongs) for item in place(text, BASE) if item.kind == "quotation"]
    assert quotations == [(2, "we wait 14 days for each order, and 3 of 10 are wrong.", ("letters/a.md:2",))]
    assert all(item.belongs for item in place(text, BASE))


def test_beside_a_quotation_the_figures_of_its_line_belong_to_it_and_no_others():
    text = 'They say "we wait 14 days for each order": 14 is long, 3 of 10 is bad, 15 is too much.\n\nAnd 14 alone.\n'
    found = {(line, figure): name for line, figure, name in placed(text)}
    beside = "the line that is quoted beside it"
    assert (found[1, "14"], found[1, "3"], found[1, "10"], found[1, "15"], found[3, "14"]) == (beside, beside, beside, "", "")


@pytest.mark.parametrize(
    "text",
    ["117 days", "117-day", "117 hours", "117 h", "117 %", "117 per cent", "117 times", "EUR 117", "€ 117", "€117", "117 €", "117 (h)", "117 weeks", "117 million"],
)
def test_a_count_is_no_figure_with_a_unit(text):
    found = [belongs for _, _, belongs in placed(f"We think it could be {text} faster.")]
    assert found
    assert not any(found)


@pytest.mark.parametrize("text", ["117 orders", "117", "117, hours of them", "Of 117 handled on a day", "117 of them"])
def test_a_bare_count_is_a_fact_that_counts_and_says_what(text):
    (item,) = place(text, BASE)
    assert (item.belongs, item.label) == (("orders, other.orders",), "X")


NOTE = "# Talk\n\nOrders arrive by fax on Mondays.\n"


@pytest.mark.parametrize("words", ["Orders arrive by fax on Mondays.", "Orders arrive by fax"])
def test_the_words_of_a_typed_note_are_nobody_s_direct_speech(words):
    note = text_source("notes/a.md", NOTE.encode(), NOTE)
    (item,) = place(f'She says "{words}"', Known(facts={}, sources={"notes/a.md": note}))
    assert (item.belongs, item.reason) == ((), "notes/a.md:3 is a typed note, and its words are nobody's direct speech")
    # Where they stand in a letter too, they are quoted from there.
    (item,) = place(f'She says "{words}"', Known(facts={}, sources={"notes/a.md": note, "b.md": text_source("b.md", NOTE.encode(), NOTE)}))
    assert item.belongs == ("b.md:3",)


@pytest.mark.parametrize("text", ['the "fast lane" of it', "the 'fast lane' of it"])
def test_short_words_in_quotation_marks_are_listed_unless_they_are_a_whole_line(text):
    (item,) = place(text, BASE)
    assert (item.text, item.belongs, item.reason) == ("fast lane", (), "shorter than 12 characters and no whole line of a source")
    assert placed('they end with "Yours, the customer"') == [(1, "Yours, the customer", "letters/a.md:3")]


def test_words_that_nobody_wrote_belong_to_nothing():
    assert placed('They say "we never wait for anything".') == [(1, "we never wait for anything", "")]


@given(st.text(alphabet="117 60.1hx%\"'\n\r|*`<>[]()#-EUR,{}", max_size=120))
def test_whatever_the_text_each_placement_has_a_line_of_it(text):
    count = text.replace("\r\n", "\n").count("\n") + 1
    assert all(1 <= item.line <= count for item in place(text, BASE))


def test_a_fact_that_is_words_is_no_figure_and_a_per_cent_is_one():
    fact = {"id": "event", "label": "What a column stands for", "type": "text", "value": "the order", "unit": "", "grade": "D", "sources": []}
    found = place("The order takes 60 % of it.\n", Known(facts={"event": fact}, sources={}))
    assert [(item.kind, item.text, item.belongs) for item in found] == [("figure", "60%", ())]
