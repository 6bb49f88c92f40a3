"""What gets through a closed loop."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from skills.amdahl_ceiling.measured import skill

loop = skill.throughput
demands = st.lists(st.floats(0.01, 10), min_size=1, max_size=6)
pauses, counts = st.floats(0, 20), st.integers(1, 60)


@given(demands, pauses, counts)
def test_the_exact_throughput_lies_between_its_bounds(stations, pause, pieces):
    exact = loop.flow(stations, pause, pieces).throughput
    assert loop.least(stations, pause, pieces) * (1 - 1e-9) <= exact <= loop.most(stations, pause, pieces) * (1 + 1e-9)


@given(demands, pauses, counts)
def test_all_pieces_are_somewhere(stations, pause, pieces):
    found = loop.flow(stations, pause, pieces)
    assert found.throughput * (found.time + pause) == pytest.approx(pieces)


@given(demands, pauses, counts)
def test_one_more_piece_never_lets_less_through(stations, pause, pieces):
    assert loop.flow(stations, pause, pieces + 1).throughput >= loop.flow(stations, pause, pieces).throughput * (1 - 1e-12)


@given(demands, pauses)
def test_both_halves_of_the_bound_meet_at_the_knee(stations, pause):
    assert loop.knee(stations, pause) / (sum(stations) + pause) == pytest.approx(1 / max(stations))


def test_a_station_that_is_not_the_bottleneck_changes_the_time_of_a_piece_and_hardly_what_gets_through():
    today, faster = loop.flow([0.5, 0.2, 0.8], 2, 1000), loop.flow([0.05, 0.2, 0.8], 2, 1000)
    assert faster.throughput == pytest.approx(today.throughput)
    assert loop.flow([0.05, 0.2, 0.8], 2, 1).time < loop.flow([0.5, 0.2, 0.8], 2, 1).time


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: loop.most([], 2, 1), "expected at least one stage, found none"),
        (lambda: loop.flow([0, 0], 2, 1), "the largest demand: expected a number above zero, found 0"),
        (lambda: loop.flow([1, -1], 2, 1), "the time of station 2: expected a number of zero or more, found -1"),
        (lambda: loop.knee([1], -2), "pause: expected a number of zero or more, found -2"),
        (lambda: loop.least([1], 2, 0), "pieces: expected a whole number of one or more, found 0"),
    ],
)
def test_what_has_no_meaning_is_refused_in_a_sentence(call, said):
    with pytest.raises(ValueError) as refused:
        call()
    assert str(refused.value) == said
