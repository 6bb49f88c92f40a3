"""The question: who speaks in which part, and that nobody's words can leave theirs."""

from __future__ import annotations

import json
import re
from datetime import datetime

import pytest
import small
from small import write

from fde.engagement.engagement import read
from fde.runner import question
from fde.runner.chat import preview
from fde.runner.run import gather
from fde.skillset.find import find

NOW = datetime.fromisoformat(small.NOW)


@pytest.fixture(name="acme")
def _acme(tmp_path):
    return small.engagement(tmp_path)


def asked(acme):
    skill = find(small.SKILL, acme)
    material = gather(read(acme), skill, now=NOW)
    return question.ask(skill, material.facts, material.words)


def sources(part):
    """Return the records of the evidence part, each parsed."""
    body = re.fullmatch(r"<evidence>\n(.*)\n</evidence>\n", part.text, re.DOTALL)
    return [json.loads(line) for line in body[1].split("\n")]


def test_the_parts_stand_in_their_order_and_roles(acme):
    parts = asked(acme).parts
    assert [(part.role, part.name) for part in parts] == [
        ("system", "rules"), ("system", "skill"), ("user", "evidence"), ("user", "task"),
    ]  # fmt: skip
    assert "Count the orders, then say what to do first." in parts[1].text
    assert "- entry.mean = 6.00 min: Mean time to type an order; 4 cases; grade A" in parts[3].text
    assert "4 orders were typed by hand, 6.00 min each." in parts[3].text


def test_evidence_comes_with_numbered_lines_its_kind_and_nothing_left_out(acme):
    owner, letter = sources(asked(acme).parts[2])
    assert (owner["source"], owner["kind"]) == ("interviews/owner.md", "typed note")
    assert owner["lines"][2] == [3, small.QUOTE]
    assert "\n".join(text for _, text in letter["lines"]) == small.LETTER


def test_no_word_of_the_evidence_stands_in_the_system_part(acme):
    parts = asked(acme).parts
    for part in parts:
        if part.role == "system":
            assert small.QUOTE not in part.text
            assert small.LETTER_QUOTE not in part.text


def test_the_same_evidence_asks_the_same_question_and_one_changed_letter_another(acme):
    first = asked(acme)
    assert asked(acme).digest == first.digest
    write(acme, "evidence/interviews/owner.md", small.OWNER.replace("fax", "Fax"))
    assert asked(acme).digest != first.digest


def test_a_source_that_cannot_be_read_or_is_empty_is_not_sent(acme):
    write(acme, "evidence/interviews/latin.md", b"caf\xe9")
    write(acme, "evidence/interviews/empty.md", "")
    assert [source["source"] for source in sources(asked(acme).parts[2])] == ["interviews/owner.md", "letters/customer.md"]


def test_without_any_text_the_evidence_part_says_so(acme):
    (acme / "evidence/interviews/owner.md").unlink()
    (acme / "evidence/letters/customer.md").unlink()
    assert asked(acme).parts[2].text == "<evidence>\n(no text source)\n</evidence>\n"


def test_what_is_private_or_matches_no_pattern_is_not_sent(acme):
    write(acme, "private/salaries.md", "SECRET ONE")
    write(acme, "evidence/other/board.md", "SECRET TWO")
    write(acme, "evidence/interviews/.hidden.md", "SECRET THREE")
    assert "SECRET" not in preview(read(acme), find(small.SKILL, acme), now=NOW)


def test_a_fact_that_is_not_known_is_listed_with_the_reason(acme):
    write(acme, "evidence/orders/march.csv", "order,minutes\n")
    assert "- entry.mean = not known (there is no order)" in asked(acme).parts[3].text


def test_the_repair_prompt_names_each_item_and_each_reason():
    problems = [{"kind": "finding", "index": 3, "what": "Too slow", "reasons": ["first reason", "second reason"]}]
    text = question.repair(problems)
    assert "- finding 3: Too slow\n  - first reason\n  - second reason\n" in text
