"""How many tokens a text may have: never less in parts than as a whole, so that what fits piece by piece fits together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fde.models.tokens import tokens


@pytest.mark.parametrize(("text", "expected"), [("", 0), ("a", 1), ("abc", 1), ("abcd", 2), ("日本語", 3), ("\ud800", 1)])
def test_three_bytes_are_a_token(text, expected):
    assert tokens(text) == expected


@given(st.text(), st.text())
def test_the_parts_have_no_fewer_tokens_than_the_whole(one, other):
    assert tokens(one) + tokens(other) >= tokens(one + other)
