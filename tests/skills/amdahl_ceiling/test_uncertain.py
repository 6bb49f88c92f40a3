"""Figures that are not known exactly, in closed form."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from skills.amdahl_ceiling.measured import skill

uncertain, bootstrap = skill.uncertain, skill.bootstrap
counts = st.floats(1.5, 500)
rows = st.lists(st.tuples(st.floats(0.01, 100), st.floats(0.01, 100)), min_size=5, max_size=30)


def test_a_ceiling_that_is_not_known_exactly_has_the_range_of_its_share():
    assert uncertain.ceiling_within(12, 8) == pytest.approx((1.6222651, 4.9377488), abs=2e-5)


def test_the_shares_of_five_stages_have_the_worked_means_and_deviations():
    found = uncertain.shares({"a": 20, "b": 15, "c": 30, "d": 70, "e": 5}).values()
    assert [round(one.mean, 6) for one in found] == [0.142857, 0.107143, 0.214286, 0.5, 0.035714]
    assert [round(one.deviation, 7) for one in found] == [0.0294692, 0.0260473, 0.0345557, 0.0421076, 0.0156284]
    first = next(iter(found))
    assert (first.low, first.high) == pytest.approx((0.0901581, 0.2052032), abs=2e-6)


@given(counts, counts)
def test_the_expected_ceiling_is_above_that_of_the_expected_share(counted, others):
    assert uncertain.expected_ceiling(counted, others) >= 1 / (1 - counted / (counted + others)) * (1 - 1e-12)


@given(counts, counts)
def test_the_range_of_a_ceiling_holds_the_ceiling_of_its_expected_share(counted, others):
    low, high = uncertain.ceiling_within(counted, others)
    assert 1 <= low <= 1 / (1 - counted / (counted + others)) <= high


@given(st.dictionaries(st.sampled_from("abcde"), counts, min_size=2))
def test_shares_add_to_one(seen):
    assert math.fsum(one.mean for one in uncertain.shares(seen).values()) == pytest.approx(1)


@given(rows)
def test_a_resampled_interval_holds_the_value_of_the_cases_themselves(cases):
    ends = bootstrap.interval(bootstrap.drawn_sums(cases), lambda sums: sums[0] / sum(sums))
    share = sum(row[0] for row in cases) / sum(sum(row) for row in cases)
    assert ends is not None
    assert ends[0] - 1e-9 <= share <= ends[1] + 1e-9


@given(st.floats(0, 10), st.floats(0, 10), st.floats(0.01, 10))
def test_a_triangular_quantile_gives_back_its_share(low, rise, fall):
    one = uncertain.Triangular(low=low, usual=low + rise, high=low + rise + fall)
    for share in (0.05, 0.5, 0.95):
        value = one.quantile(share)
        width = rise + fall
        below = (value - low) ** 2 / (width * rise) if value <= one.usual and rise else 1 - (one.high - value) ** 2 / (width * fall)
        assert below == pytest.approx(share, abs=1e-6)


@given(st.integers(2, 30), st.floats(0.8, 0.99))
def test_high_percentiles_of_parts_add_to_more_than_that_of_the_sum(parts, share):
    assert uncertain.sum_within(parts, share) < parts * uncertain.sum_within(1, share)


@given(st.floats(0.01, 0.99), st.floats(0.1, 10))
def test_one_part_alone_is_exponential(share, mean):
    assert uncertain.sum_within(1, share, mean) == pytest.approx(-mean * math.log1p(-share))


@given(st.integers(1, 200))
def test_one_more_approver_never_makes_the_slowest_quicker(people):
    assert uncertain.slowest(people) < uncertain.slowest(people + 1)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: uncertain.expected_ceiling(12, 1), "others above one: expected a number above zero, found 0"),
        (lambda: uncertain.ceiling_within(12, 0.5), "expected counts of one or more on both sides, found 0.5"),
        (lambda: uncertain.ceiling_within(12, 8, 1), "level: expected a share between zero and one, found 1"),
        (lambda: uncertain.shares({"only": 5}), "expected counts of one or more on both sides, found 0"),
        (lambda: uncertain.Triangular(low=5, usual=2, high=14), "expected best, usual and worst in ascending order, found 5, 2, 14"),
        (lambda: uncertain.sum_within(0, 0.9), "parts: expected a whole number of one or more, found 0"),
        (lambda: uncertain.slowest(0), "people: expected a whole number of one or more, found 0"),
    ],
)
def test_what_has_no_meaning_is_refused_in_a_sentence(call, said):
    with pytest.raises(ValueError) as refused:
        call()
    assert str(refused.value) == said
