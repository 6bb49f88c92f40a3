"""Answers: whichever way they came, the file is the same; what a person wrote otherwise is read or refused with its line."""

from __future__ import annotations

import copy
import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fde.portable.answers import parse, put, render
from fde.portable.cells import cells_of
from fde.portable.questions import BadAnswer, BadQuestions, questions
from fde.portable.values import role

CHOICES = [{"value": "yes", "key": "y", "label": "Yes, always"}, {"value": "no", "key": "n", "label": "No"}]
DOCUMENT = {
    "schema": "fde.questions/1",
    "title": "From an order to its delivery",
    "intro": "Ten minutes; leave out what you do not know.",
    "questions": [
        {"id": "case", "ask": "What do you call one case?", "help": "An order, a claim", "type": "text", "required": True},
        {"id": "arrivals", "ask": "How many start in a usual week?", "type": "range", "unit": "a week"},
        {"id": "people", "ask": "How many people work on it?", "type": "number"},
        {"id": "cost", "ask": "What does one mistake cost?", "type": "money", "unit": "EUR"},
        {"id": "paper", "ask": "Is anything on paper?", "type": "choice", "choices": CHOICES},
        {"id": "since", "ask": "Since when is it so?", "type": "date"},
        {
            "id": "steps",
            "ask": "Which steps does it take?",
            "type": "table",
            "minimum": 1,
            "columns": [
                {"id": "step", "label": "Step", "type": "text", "required": True},
                {"id": "work", "label": "Work", "type": "range", "unit": "min"},
                {"id": "by-hand", "label": "By hand", "type": "choice", "choices": CHOICES},
            ],
        },
    ],
}
ASKED = questions(DOCUMENT, "order-flow")

VALUES = {
    "case": "An order\n\nfrom a tradesman, mostly",
    "arrivals": {"usual": 20.0, "best": 10.0, "worst": 45.0},
    "people": 12.5,
    "cost": "120.50",
    "paper": "yes",
    "since": "2024-02-29",
    "steps": [
        {"step": "Type it in", "work": {"usual": 5.0, "best": 3.0, "worst": 15.0}, "by-hand": "yes"},
        {"step": "Either | or", "work": {"usual": 2.0, "best": None, "worst": None}, "by-hand": None},
    ],
}
FILE = r"""---
fde: answers/1
skill: order-flow
who: owner
---

# From an order to its delivery

## What do you call one case? {#case}

An order

from a tradesman, mostly

## How many start in a usual week? {#arrivals}

20 (10 to 45)

## How many people work on it? {#people}

12.5

## What does one mistake cost? {#cost}

120.50

## Is anything on paper? {#paper}

yes

## Since when is it so? {#since}

2024-02-29

## Which steps does it take? {#steps}

| Step | Work (min) | By hand |
| --- | --- | --- |
| Type it in | 5 (3 to 15) | yes |
| Either \| or | 2 |  |
"""
HEAD = FILE.partition("# From")[0]


def section(name, body, head=HEAD):
    """A file with one answer; its first line of *body* is line 9."""
    ask = ASKED.question(name).label
    return f"{head}## {ask} {{#{name}}}\n\n{body}\n"


def problems_of(text):
    return [(problem.line, problem.what) for problem in parse(text, ASKED).problems]


def test_there_is_one_way_to_write_the_answers():
    assert render(ASKED, VALUES, "owner") == FILE


def test_what_is_written_is_read_back():
    found = parse(FILE, ASKED)
    assert (found.values, found.who, found.subject, found.skill) == (VALUES, "owner", None, "order-flow")
    assert (found.problems, found.missing) == ((), ())


def test_an_empty_form_says_what_is_wanted_and_answers_nothing():
    form = render(ASKED, {}, "", "orders")
    assert "subject: orders\nwho:\n" in form
    assert "<!-- One of yes (Yes, always), no. -->" in form
    assert "| Step | Work (min) | By hand |\n| --- | --- | --- |\n" in form
    found = parse(form, ASKED)
    assert (found.values, found.problems, found.subject, found.missing) == ({}, (), "orders", ("case", "steps"))


def test_a_form_filled_in_with_an_editor_becomes_the_same_file():
    form = render(ASKED, {}, "owner")
    for question in ASKED.questions:
        body = FILE.partition(f"{{#{question.id}}}\n\n")[2].partition("\n\n## ")[0].rstrip("\n")
        form = re.sub(rf"(\{{#{question.id}\}}\n\n<!-- [^\n]* -->\n).*?(?=\n## |\Z)", lambda found, body=body: f"{found[1]}\n{body}\n", form, flags=re.DOTALL)
    assert form != FILE
    assert render(ASKED, parse(form, ASKED).values, "owner") == FILE


def test_answers_set_one_by_one_in_any_order_become_the_same_file():
    values: dict[str, object] = {}
    for name, texts in {
        "steps": ["Type it in | 5 (3 to 15) | y", r"Either \| or | 2 min"],
        "since": ["2024-02-29"],
        "paper": ["Yes, always"],
        "cost": ["120.5 EUR"],
        "people": ["12.50"],
        "arrivals": ["20(10-45) a week"],
        "case": ["An order  \r\n\r\n\r\nfrom a tradesman, mostly\n"],
    }.items():
        values = put(ASKED, values, name, texts)
    assert render(ASKED, values, "owner") == FILE


@pytest.mark.parametrize(
    "changed",
    [
        FILE.replace("\n", "\r\n"),
        "\ufeff" + FILE,
        FILE.replace("\n", "  \n"),
        FILE.replace("\n\n", "\n\n\n\n").rstrip("\n"),
        FILE.replace("| --- | --- | --- |", "|:---|:---:|---:|").replace("| 5 (3 to 15) |", "|   5 (3 to 15)    |"),
        FILE.replace("| Step | Work (min) | By hand |", "Step | Work | by-hand"),
        FILE.replace("## Is anything on paper? {#paper}", "##   Is anything on paper?   {#paper} ##"),
        FILE.replace("## Is anything on paper? {#paper}", "## Is anything on  paper?"),
        FILE.replace("## Is anything on paper? {#paper}", "## Is it paper? {#paper}"),
        FILE.replace("\nyes\n", "\n<!-- I asked twice -->\nyes\n"),
        FILE.replace("who: owner", 'who: "owner"'),
        FILE.replace("| yes |", "| Y |"),
    ],
    ids=["CRLF", "BOM", "white space", "empty lines", "aligned", "bare table", "closed heading", "no id", "other words", "comment", "quotes", "key"],
)
def test_what_editors_do_to_a_file_changes_no_answer(changed):
    found = parse(changed, ASKED)
    assert (found.values, found.who, found.problems) == (VALUES, "owner", ())
    assert render(ASKED, found.values, found.who) == FILE


def test_questions_and_columns_in_another_order_are_read():
    first, *sections = re.split(r"(?=^## )", FILE, flags=re.MULTILINE)
    swapped = first + "\n".join(reversed(sections))
    swapped = swapped.replace("| Step | Work (min) | By hand |", "| By hand | Step | Work (min) |")
    swapped = swapped.replace("| Type it in | 5 (3 to 15) | yes |", "| yes | Type it in | 5 (3 to 15) |").replace(
        r"| Either \| or | 2 |  |", r"|  | Either \| or | 2 |"
    )
    assert render(ASKED, parse(swapped, ASKED).values, "owner") == FILE


@pytest.mark.parametrize(
    ("name", "body", "line", "what"),
    [
        ("paper", "maybe", 9, "paper: expected one of yes (Yes, always), no, found 'maybe'"),
        ("since", "2026-02-30", 9, "since: expected a date like 2026-03-02, found '2026-02-30'"),
        ("people", "\n1,5", 10, "people: expected a number of zero or more like 12 or 12.5, found '1,5'"),
        ("people", "-3", 9, "people: expected a number of zero or more like 12 or 12.5, found '-3'"),
        ("people", "many", 9, "people: expected a number of zero or more like 12 or 12.5, found 'many'"),
        ("arrivals", "50 (10 to 45)", 9, "lies between the best and the worst"),
        ("arrivals", "20 (10 to )", 9, "expected the usual value (a week), like 20, or with the best and the worst like 20 (10 to 45)"),
        ("steps", "| Step |\n| --- |\n| a |\n| b | c |", 12, "steps: expected 1 cells (Step), found 'b | c'"),
        ("steps", "| Step | Work |\n| --- | --- |\n| a | long |", 11, "steps: Work (min): expected the usual value (min), like 20"),
        ("steps", "| Step | Work |\n| --- | --- |\n|  | 5 |", 11, "steps: Step: expected text, found 'nothing'"),
        ("steps", "| Step | Colour |\n| --- | --- |", 9, "expected a table with the columns Step | Work (min) | By hand"),
        ("steps", "| Step | step |\n| --- | --- |", 9, "expected a table with the columns"),
        ("case", "\x1b[31mred", 9, "case: expected text without control characters, found 'U+001B'"),
        ("case", "a\n<!-- not\nclosed -->", 10, "expected a comment that ends on its own line"),
        ("case", "a\n\n## Mine\n\nb", 11, "in an answer write \\##"),
        ("case", "a\n\n## More {#more}", 11, "the id of a question (case, arrivals, people, cost, paper, since, steps)"),
        ("case", "a\n\n## Again {#case}", 11, "each question once (case stands on line 7)"),
    ],
)
def test_what_cannot_be_taken_is_named_with_its_line_and_what_was_expected(name, body, line, what):
    found = problems_of(section(name, body))
    assert [number for number, _ in found] == [line]
    assert what in found[0][1]


@pytest.mark.parametrize(
    ("head", "line", "what"),
    [
        ("", 1, "expected a head"),
        ("---\nfde: answers/1\n", 1, "expected a head"),
        ("---\nskill: order-flow\n---\n", 1, "expected fde: answers/1"),
        ("---\nfde: answers/2\n---\n", 2, "expected fde: answers/1, found 'answers/2'"),
        ("---\nfde: answers/1\nskill: amdahl\n---\n", 3, "expected answers to order-flow, found 'amdahl'"),
        ("---\nfde: answers/1\nwho: Anna Schmidt\n---\n", 3, "no name, found 'Anna Schmidt'"),
        ("---\nfde: answers/1\nname: x\n---\n", 3, "expected one line each for fde, skill, subject, who"),
        ("---\nfde: answers/1\nsubject: ../x\n---\n", 3, "expected a subject"),
    ],
)
def test_a_head_that_is_not_what_it_should_be_is_named_with_its_line(head, line, what):
    number, text = problems_of(head)[0]
    assert number == line
    assert what in text


def test_words_above_the_first_question_are_not_dropped_in_silence():
    assert "an answer stands below its question" in problems_of(HEAD + "I forgot to say\n")[0][1]


def test_what_looks_like_markup_in_an_answer_stays_an_answer():
    value = "## Not a heading\n\\## nor this\n<!-- nor a comment -->\n### fine\n| a | b |"
    text = render(ASKED, {"case": value})
    assert parse(text, ASKED).values == {"case": value}


def test_a_lone_hyphen_is_no_answer():
    assert parse(section("case", "-"), ASKED).values == {}
    assert put(ASKED, VALUES, "cost", ["-"]) == {key: value for key, value in VALUES.items() if key != "cost"}


def test_a_wrong_row_is_never_left_out_of_a_table_that_is_read():
    found = parse(section("steps", "| Step | Work |\n| --- | --- |\n| a | 5 |\n| b | long |"), ASKED)
    assert found.values == {}
    assert found.problems


TWO_TABLES = {
    "schema": "fde.questions/1",
    "title": "Two tables",
    "questions": [
        {
            "id": "steps",
            "ask": "Which steps?",
            "type": "table",
            "minimum": 1,
            "columns": [
                {"id": "step", "label": "Step", "type": "text", "required": True},
                {"id": "wait", "label": "Wait", "type": "range", "needs": "unit"},
                {"id": "unit", "label": "Unit", "type": "text"},
                {"id": "work", "label": "Work", "type": "number"},
            ],
        },
        {
            "id": "list",
            "ask": "What is each column?",
            "type": "table",
            "columns": [
                {"id": "column", "label": "Column", "type": "text", "required": True},
                {"id": "ends", "label": "Ends", "type": "text", "one_of": "steps.step"},
            ],
        },
    ],
}
STEPS = "## Which steps? {#steps}\n\n| Step | Wait | Unit | Work |\n| --- | --- | --- | --- |\n"
LIST = "\n## What is each column? {#list}\n\n| Column | Ends |\n| --- | --- |\n"


def two_tables(body):
    return parse("---\nfde: answers/1\n---\n" + body, questions(TWO_TABLES))


def test_a_filled_cell_that_needs_another_is_refused_where_that_is_empty():
    found = two_tables(STEPS + "| a | 30 (0 to 120) |  | 5 |\n| b |  |  | 5 |\n| c | 2 | h | 5 |\n")
    problem = (8, "steps: Unit: expected text, because 'Wait' is filled in, found 'nothing'")
    assert [(each.line, each.what) for each in found.faults] == [problem]
    with pytest.raises(BadAnswer, match="because 'Wait' is filled in"):
        put(questions(TWO_TABLES), {}, "steps", ["a | 30"])


def test_all_that_is_wrong_in_a_row_is_told_and_a_wrong_answer_is_not_called_missing():
    found = two_tables(STEPS + "|  | long |  | many |\n| b | 3 |  | few |\n")
    assert [(each.line, each.what.split(": ")[1]) for each in found.problems] == [
        (8, "Wait"), (8, "Work"), (8, "Step"), (9, "Work"), (9, "Unit")
    ]  # fmt: skip
    assert found.missing == ()
    assert two_tables(STEPS).missing == ("steps",)


def test_a_cell_that_must_repeat_one_of_another_table_and_does_not_is_named_with_its_line():
    found = two_tables(STEPS + "| Write the quote |  |  |  |\n" + LIST + "| x | write the  Quote. |\n| y | Send |\n| z |  |\n")
    what = "list: Ends: expected one of those in 'Which steps?' (Write the quote), found 'Send'"
    assert [(each.line, each.what) for each in found.astray] == [(15, what)]
    assert (found.problems, found.faults) == ((), found.astray)
    assert "there are none yet" in two_tables(LIST + "| y | Send |\n").astray[0].what


def test_of_a_table_that_is_wrong_itself_no_cell_can_be_said_to_be_missing():
    assert two_tables(STEPS + "| Send | soon |  |  |\n" + LIST + "| y | Send |\n").astray == ()


@pytest.mark.parametrize(("column", "rule"), [(1, {"needs": "gone"}), (1, {"one_of": "steps.gone"}), (1, {"one_of": "steps"})])
def test_a_rule_about_a_column_that_is_not_there_is_refused(column, rule):
    changed = copy.deepcopy(TWO_TABLES)
    changed["questions"][0]["columns"][column] |= rule
    with pytest.raises(BadQuestions):
        questions(changed)


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ("| a | b |", ["a", "b"]),
        ("a | b", ["a", "b"]),
        ("| a |  |", ["a", ""]),
        ("|  | b", ["", "b"]),
        (r"| a \| b | c\d |", ["a | b", r"c\d"]),
        (r"| a \\| b |", ["a \\", "b"]),
        ("a", ["a"]),
        ("|  |", [""]),
    ],
)
def test_cells_are_found_between_the_pipes(line, cells):
    assert cells_of(line) == cells


@pytest.mark.parametrize("text", ["owner", "office lead", "CFO", "IT lead", "geschäftsführer"])
def test_a_role_is_taken(text):
    assert role(f" {text} ") == text


@pytest.mark.parametrize("text", ["", "Anna", "Anna Schmidt", "a@b.example", "owner: all", "x\ny: z" * 40])
def test_what_looks_like_a_name_is_no_role(text):
    with pytest.raises(BadAnswer, match="a role in small letters"):
        role(text)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"schema": "fde.questions/2"}, "questions.schema: expected one of fde.questions/1"),
        ({"questions": [{"id": "a", "ask": "?", "type": "colour"}]}, "expected one of text, number"),
        ({"questions": [{"id": "a", "ask": "?", "type": "text"}] * 2}, "'a' is given twice"),
        ({"questions": [{"id": "a", "ask": "?", "type": "table"}]}, "a table has columns"),
        ({"questions": [{"id": "a", "ask": "?", "type": "choice"}]}, "a choice has choices"),
        ({"questions": [{"id": "a", "ask": "?", "type": "choice", "choices": [*CHOICES, CHOICES[0]]}]}, "is given twice"),
        ({"questions": [{"id": "a", "ask": "two\nlines", "type": "text"}]}, "expected text like"),
    ],
)
def test_questions_that_cannot_be_asked_are_refused(change, what):
    with pytest.raises(BadQuestions, match=re.escape(what)):
        questions({**DOCUMENT, **change})


def canonical(text):
    lines = [line.rstrip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


CHARACTERS = st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n")
MARKUP = st.sampled_from(["#", "##", "## ", "\n", "\\", "|", "<!--", "-->", "{#case}", "---", "-", " ", "a"])
TEXT = st.one_of(st.text(CHARACTERS), st.lists(MARKUP).map("".join)).map(canonical).filter(lambda text: text not in ("", "-"))
CELL = TEXT.map(lambda text: " ".join(text.split())).filter(lambda text: text not in ("", "-"))
NUMBER = st.decimals(0, 999_999_999, places=6).map(float)
MONEY = st.decimals(Decimal(0), Decimal(999_999), places=2).map(lambda amount: str(amount).removesuffix(".00"))
RANGE = st.one_of(
    NUMBER.map(lambda usual: {"usual": usual, "best": None, "worst": None}),
    st.tuples(st.lists(NUMBER, min_size=3, max_size=3).map(sorted), st.booleans()).map(
        lambda found: dict(zip(("usual", "best", "worst"), (found[0][1], *found[0][:: 2 if found[1] else -2]), strict=True))
    ),
)
PICK = st.sampled_from(["yes", "no"])
ROW = st.fixed_dictionaries({"step": CELL, "work": st.none() | RANGE, "by-hand": st.none() | PICK})
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "case": TEXT,
        "arrivals": RANGE,
        "people": NUMBER,
        "cost": MONEY,
        "paper": PICK,
        "since": st.dates(date(1000, 1, 1)).map(date.isoformat),
        "steps": st.lists(ROW, min_size=1, max_size=4),
    },
)


@given(ANSWERS)
def test_any_answers_come_back_as_they_were_written(values):
    text = render(ASKED, values, "office lead", "orders")
    found = parse(text, ASKED)
    assert (found.values, found.problems) == (values, ())
    assert render(ASKED, found.values, found.who, found.subject) == text


@given(st.one_of(st.text(), st.lists(MARKUP).map(lambda parts: HEAD + "".join(parts))))
def test_a_file_of_any_content_is_taken_apart(text):
    found = parse(text, ASKED)
    assert found.problems or parse(render(ASKED, found.values, found.who, found.subject), ASKED).values == found.values
