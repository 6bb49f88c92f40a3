"""Sets of instants, against the same sets counted instant by instant."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from skills.amdahl_ceiling.measured import skill

sets = skill.intervals
spans = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=12)


def instants(pieces):
    """The whole seconds that *pieces* cover."""
    return {second for start, end in pieces for second in range(int(start), int(end))}


def is_tidy(pieces):
    return all(start < end for start, end in pieces) and all(a[1] < b[0] for a, b in pairwise(pieces))


@given(spans)
def test_a_union_covers_what_its_spans_cover_and_is_tidy(given_spans):
    found = sets.union(given_spans)
    assert instants(found) == instants(given_spans)
    assert is_tidy(found)


@given(spans)
def test_a_union_is_never_longer_than_the_sum_of_its_spans(given_spans):
    assert sets.total(sets.union(given_spans)) <= sum(max(end - start, 0) for start, end in given_spans)


@given(spans, spans)
def test_what_lies_in_both_and_what_lies_in_one_only(left, right):
    left, right = sets.union(left), sets.union(right)
    assert instants(sets.both(left, right)) == instants(left) & instants(right)
    assert instants(sets.without(left, right)) == instants(left) - instants(right)
    assert sets.total(sets.both(left, right)) + sets.total(sets.without(left, right)) == sets.total(left)


@given(spans, st.floats(0, 100))
def test_the_last_seconds_are_exactly_as_many_as_asked_for_and_lie_inside(given_spans, seconds):
    whole = sets.union(given_spans)
    found = sets.last_seconds(whole, seconds)
    assert sets.total(found) == pytest.approx(min(seconds, sets.total(whole)))
    assert sets.total(sets.without(sets.union(found), whole)) == 0


def test_the_longest_span_loses_its_beginning_and_short_ones_stay_whole():
    assert sets.last_seconds([(0, 2), (10, 110), (200, 203)], 9) == [(0, 2), (106, 110), (200, 203)]
