"""A day is written in one way."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from fde.portable.days import day


@given(some.dates())
def test_a_day_is_read_as_it_is_written(one):
    assert day(one.isoformat()) == one


@pytest.mark.parametrize("text", ["", "2026-3-31", "20260331", "2026-02-30", "2026-W14-2", "2026-03-31T00:00", " 2026-03-31", "2026-03-31\n", "٢٠٢٦-٠٣-٣١"])
def test_anything_else_is_no_day(text):
    assert day(text) is None


def test_a_leap_day_is_a_day():
    assert day("2028-02-29") == date(2028, 2, 29)
