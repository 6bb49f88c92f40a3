"""A reply taken apart: one judgement, whatever stands around it, and a sentence for anything else."""

from __future__ import annotations

import json

import pytest
import small
from hypothesis import given
from hypothesis import strategies as st

from fde.runner.reply import LONGEST, Unusable, parse

GOOD = json.loads(small.GOOD)
OTHER = small.judgement(small.STANDS)


@pytest.mark.parametrize(
    "text",
    [
        small.GOOD,
        f"\n\n  {small.GOOD}  \n",
        f"\ufeff{small.GOOD}",
        f"```json\n{small.GOOD}\n```",
        f"```\n{small.GOOD}\n```   \n",
        f"~~~json\n{small.GOOD}\n~~~",
        f"Here it is:\n```json\n{small.GOOD}\n```\nDone.",
        f"Here it is:\r\n```json\r\n{small.GOOD}\r\n```\r\nDone.\r\n",
        f"Before {small.GOOD} behind.",
        f"A set {{a, b}} and then {small.GOOD} and {{}}.",
        f"```json\n{small.GOOD}\n```\n```json\n{small.GOOD}\n```",
        f"```json\n{{\"an\": \"example\"}}\n```\n```json\n{small.GOOD}\n```",
        f"```json\n{json.dumps(GOOD, indent=4)}\n```",
    ],
)
def test_the_one_judgement_is_found_whatever_stands_around_it(text):
    assert parse(text) == GOOD


REFUSED = {
    "empty": ("", "it is empty"),
    "white space": (" \r\n\t", "it is empty"),
    "prose": (small.GARBAGE, "there is no JSON object in it"),
    "cut": (small.GOOD[:-30], "no judgement as asked for"),
    "cut in its fence": (f"```json\n{small.GOOD[:-30]}", "no judgement as asked for"),
    "two": (f"```json\n{small.GOOD}\n```\n```json\n{OTHER}\n```", "2 different judgements"),
    "two in prose": (f"{small.GOOD} or {OTHER}.", "2 different judgements"),
    "a field too many": (small.GOOD.replace('"schema"', '"note": "x", "schema"'), "'note' is not known"),
    "a field too few": (small.GOOD.replace('"severity": "high", ', ""), "'severity' is missing"),
    "another type": (small.GOOD.replace('"owner": "head of sales"', '"owner": 5'), "expected string, found 5"),
    "another severity": (small.GOOD.replace('"high"', '"dreadful"'), "one of high, medium, low"),
    "a key twice": (small.GOOD.replace('"title"', '"title": "x", "title"', 1), "given twice"),
    "NaN": (small.GOOD.replace('"head of sales"', "NaN"), "NaN is not a number"),
    "half a character": (small.GOOD.replace("head of sales", "\\ud800"), "half a character"),
    "too deep": ('{"a":' * 100_000, "no judgement"),
    "too long": ("x" * (LONGEST + 1), "4,000,001 characters"),
}


@pytest.mark.parametrize(("text", "told"), REFUSED.values(), ids=REFUSED)
def test_anything_else_is_one_sentence_of_what_was_found(text, told):
    with pytest.raises(Unusable) as refused:
        parse(text)
    assert told in str(refused.value)
    assert len(str(refused.value)) < 1000


def test_many_braces_take_no_longer_than_a_reply_may():
    with pytest.raises(Unusable):
        parse('{"a": ' * 500_000 + "x")


@pytest.mark.parametrize("line", ["```x\n", "~~~\n", "```\n{}\n", "```\n{\n", "``` \n\n"])
def test_many_fences_take_no_longer_than_a_reply_may(line):
    with pytest.raises(Unusable):
        parse(line * (1_000_000 // len(line)))


@given(st.text(alphabet='{}[]":,`~\n\\a1 ', max_size=200))
def test_whatever_comes_is_a_judgement_or_unusable(text):
    with pytest.raises(Unusable):
        parse(text)
