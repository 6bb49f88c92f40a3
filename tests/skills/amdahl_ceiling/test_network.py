"""The critical path of stages that run side by side."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from skills.amdahl_ceiling.measured import skill

net = skill.network
TIMES, AFTER = net.WORKED
FAST = TIMES | {"agent": 40 / 50}


@st.composite
def networks(draw):
    """Up to eight stages; each may wait for any before it, so there is no circle."""
    names = "abcdefgh"[: draw(st.integers(1, 8))]
    times = {name: draw(st.floats(0, 1000)) for name in names}
    after = {name: draw(st.sets(st.sampled_from(names[:place]))) for place, name in enumerate(names) if place}
    return times, after


def test_a_fast_agent_and_a_fast_review_move_the_path_and_the_rest_of_review_is_worth_nothing():
    whole = net.critical_path(TIMES, AFTER).length
    fast, both = net.critical_path(FAST, AFTER), net.critical_path(FAST | {"review": 15}, AFTER)
    assert whole / fast.length == pytest.approx(1.4516129032, abs=1e-10)
    assert whole / both.length == pytest.approx(1.6622691293, abs=1e-10)
    assert both.stages == ("spec", "agent", "unit", "e2e", "deploy")
    assert net.critical_path(FAST | {"review": 0}, AFTER).length == both.length


def test_the_path_leaves_a_stage_just_where_the_switch_says():
    switch = net.switch(FAST, AFTER, "review")
    before, behind = (net.critical_path(FAST | {"review": 45 / (switch * part)}, AFTER) for part in (0.999, 1.001))
    assert "review" in before.stages
    assert "review" not in behind.stages


def test_a_stage_beside_the_path_switches_at_nothing_and_one_that_everything_needs_never():
    assert net.switch(TIMES, AFTER, "security") == 0
    assert net.switch(TIMES, AFTER, "spec") == math.inf
    assert net.switch({"only": 5}, {}, "only") == math.inf


@given(networks())
def test_a_network_is_never_above_the_sum_of_its_stages_and_never_below_the_longest(network):
    times, after = network
    length = net.critical_path(times, after).length
    assert max(times.values()) <= length <= math.fsum(times.values()) * (1 + 1e-9)


@given(networks())
def test_a_path_is_a_chain_of_stages_that_wait_for_each_other(network):
    times, after = network
    path = net.critical_path(times, after)
    assert all(first in after[second] for first, second in pairwise(path.stages))
    assert path.length == pytest.approx(sum(times[stage] for stage in path.stages))


@given(networks(), st.floats(1, 100))
def test_a_faster_stage_never_makes_the_whole_longer_and_beyond_the_switch_nothing_shorter(network, factor):
    times, after = network
    switch = net.switch(times, after, "a")
    length = net.critical_path(times | {"a": times["a"] / factor}, after).length
    assert length <= net.critical_path(times, after).length
    if switch <= factor:
        assert length == pytest.approx(net.critical_path(times | {"a": 0}, after).length)


@given(networks())
def test_stages_in_one_line_are_their_sum(network):
    times, _ = network
    line = {second: [first] for first, second in pairwise(times)}
    assert net.critical_path(times, line).length == pytest.approx(math.fsum(times.values()))


@given(networks(), st.integers(1, 20))
def test_few_workers_take_between_the_path_and_the_sum(network, workers):
    times, after = network
    low, high = net.limited(times, after, workers)
    path = net.critical_path(times, after).length
    assert path <= low <= high * (1 + 1e-9)
    assert high <= (math.fsum(times.values()) + path) * (1 + 1e-9)


def test_one_worker_takes_the_sum():
    assert net.limited(TIMES, AFTER, 1) == (183, 183)


@pytest.mark.parametrize(
    ("times", "after", "said"),
    [
        ({"a": 1, "b": 1}, {"a": ["b"], "b": ["a"]}, "expected stages without a circle, found "),
        ({"a": 1}, {"b": ["a"]}, "expected one of the stages a, found 'b'"),
        ({"a": 1}, {"a": ["b"]}, "expected one of the stages a, found 'b'"),
        ({"a": -1}, {}, "the time of a: expected a number of zero or more, found -1"),
    ],
)
def test_what_has_no_meaning_is_refused_in_a_sentence(times, after, said):
    with pytest.raises(ValueError) as refused:
        net.critical_path(times, after)
    assert str(refused.value).startswith(said)


def test_an_unknown_stage_and_no_worker_are_refused():
    with pytest.raises(ValueError, match="expected one of the stages spec, .*, found 'reveiw'"):
        net.switch(TIMES, AFTER, "reveiw")
    with pytest.raises(ValueError, match="workers: expected a whole number of one or more, found 0"):
        net.limited(TIMES, AFTER, 0)
