"""Intervals by drawing cases."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from skills.amdahl_ceiling.measured import skill

bootstrap = skill.bootstrap
CASES = [(float(model), 10.0 + model) for model in range(12)]


def share(sums):
    return sums[0] / sums[1]


def test_the_same_cases_give_the_same_interval():
    one, other = (bootstrap.interval(bootstrap.drawn_sums(CASES), share) for _ in range(2))
    assert one == other


def test_the_interval_holds_the_value_of_the_cases_themselves():
    low, high = bootstrap.interval(bootstrap.drawn_sums(CASES), share)
    assert low < share([sum(column) for column in zip(*CASES, strict=True)]) < high


def test_cases_that_are_all_alike_leave_no_room():
    assert bootstrap.interval(bootstrap.drawn_sums([(1.0, 4.0)] * 8), share) == (0.25, 0.25)


def test_whole_cases_are_drawn_so_one_large_case_makes_the_interval_wide():
    """Twelve cases of the same total model time: once even, once with nearly all of it in one case."""
    even = bootstrap.interval(bootstrap.drawn_sums([(1.0, 10.0)] * 12), share)
    lumped = bootstrap.interval(bootstrap.drawn_sums([(12.0, 10.0), *[(0.0, 10.0)] * 11]), share)
    assert lumped[1] - lumped[0] > even[1] - even[0] + 0.2


@pytest.mark.parametrize("count", range(5))
def test_too_few_cases_have_no_interval(count):
    assert bootstrap.interval(bootstrap.drawn_sums(CASES[:count]), share) is None


def test_five_cases_have_an_interval():
    assert bootstrap.interval(bootstrap.drawn_sums(CASES[:5]), share) is not None


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=50), st.floats(0, 1))
def test_a_percentile_lies_among_the_values(values, part):
    values.sort()
    assert values[0] <= bootstrap._percentile(values, part) <= values[-1]
