"""Shortening, dates and units: what page one does to words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fde.page.wording import day, how, listed, passage, sentences, size, together

TIME = {"t": {"id": "t", "label": "time", "type": "duration", "value": 61.5, "unit": "h", "grade": "A", "sources": []}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two.", ["One.", "Two."]),
        ("It takes {f:a.b} of 4.5 h. Then it waits.", ["It takes {f:a.b} of 4.5 h.", "Then it waits."]),
        ("Ask approx. Ten of them, e.g. Mr. Weil. He knows.", ["Ask approx. Ten of them, e.g. Mr. Weil.", "He knows."]),
        ("Who asks? Nobody! “So it is.” Good", ["Who asks?", "Nobody!", "“So it is.”", "Good"]),
        ("in small letters. so it goes on", ["in small letters. so it goes on"]),
        ("Größe. Änderung. 9 Tage.", ["Größe.", "Änderung.", "9 Tage."]),
    ],
)
def test_a_text_falls_into_its_sentences(text, expected):
    assert sentences(text) == expected


def test_a_sentence_too_long_for_the_room_ends_at_a_semicolon():
    cut = passage("An order takes {f:t}; the fitter hears nothing of it for days.", TIME, 40)
    assert (cut.text, cut.facts, cut.is_cut) == ("An order takes 61.5 h.", ("t",), True)


def test_or_between_words_with_an_ellipsis():
    cut = passage("An order takes a very long time before anybody looks at it.", {}, 30)
    assert (cut.text, cut.is_cut) == ("An order takes a very long…", True)


def test_a_fact_in_a_part_that_is_left_out_is_not_counted():
    assert passage("An order is slow. It takes {f:t} in all and more than that.", TIME, 20).facts == ()


@given(st.text(max_size=400), st.floats(10, 300))
def test_no_text_is_longer_than_its_room(text, room):
    cut = passage(text, {}, room)
    assert size(cut.text) <= room
    assert cut.is_cut or cut.text == " ".join(text.split())


def test_a_figure_and_its_unit_stay_on_one_line():
    assert together("4.5 h, 1,200 min, 8.4 %, EUR 1,310, 5 days") == "4.5\u00a0h, 1,200\u00a0min, 8.4\u00a0%, EUR\u00a01,310, 5 days"


def graded(*grades):
    return {f"f{n}": {"id": f"f{n}", "type": "number", "value": 1, "grade": grade} for n, grade in enumerate(grades)}


@pytest.mark.parametrize(
    ("basis", "grades", "said"),
    [
        ("measured", "A", "Measured."),
        ("measured", "AB", "Measured."),
        ("measured", "C", "Worked out by a rule."),
        ("measured", "CC", "Worked out by a rule."),
        ("measured", "BC", "Measured, in part worked out by a rule."),
        ("measured", "BCD", "Measured, in part worked out by a rule and told by a person."),
        ("measured", "D", "Told by a person."),
        ("measured", [None], "Guessed."),
        ("measured", "", "Measured."),
        ("reported", "AC", "Told."),
        ("disputed", "C", "Disputed: what was told and what was measured differ."),
    ],
)
def test_a_finding_is_measured_only_as_far_as_its_figures_are(basis, grades, said):
    index = graded(*grades)
    assert how({"basis": basis, "facts": list(index)}, index) == said


def test_a_name_or_a_figure_that_is_not_known_makes_nothing_less_measured():
    index = graded("A", "C", "D")
    index["f1"]["value"], index["f2"]["type"] = None, "text"
    assert how({"basis": "measured", "facts": list(index)}, index) == "Measured."


def test_a_day_is_written_out_and_what_is_none_is_left():
    assert (day("2026-03-02T23:30:00+01:00"), day("soon")) == ("2 March 2026", "soon")


@pytest.mark.parametrize(("words", "expected"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")])
def test_words_are_listed_as_people_do(words, expected):
    assert listed(words) == expected
