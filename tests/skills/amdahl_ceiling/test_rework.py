"""Work that comes back."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from skills.amdahl_ceiling.measured import skill

rework = skill.rework
TIMES = {"dev": 4, "ci": 0.5, "review": 6}
chains = st.lists(st.tuples(st.floats(0, 100), st.floats(0, 0.9)), min_size=1, max_size=6)


def line(chances):
    """Stages one after the other, each sent back to the first with its chance."""
    names = [f"stage{place}" for place in range(len(chances))]
    moves = {name: ({names[0]: back} if back else {}) for name, back in zip(names, chances, strict=True)}
    for first, second in pairwise(names):
        moves[first][second] = moves[first].get(second, 0) + 1 - moves[first].get(names[0], 0)
    return names, moves


def test_worse_quality_eats_a_good_part_of_the_speed():
    good = {"dev": {"ci": 1}, "ci": {"dev": 0.25, "review": 0.75}, "review": {"dev": 0.3}}
    worse = {"dev": {"ci": 1}, "ci": {"dev": 0.4, "review": 0.6}, "review": {"dev": 0.45}}
    fast, today = TIMES | {"dev": 4 / 50}, rework.expected_time(TIMES, "dev", good)
    assert today / rework.expected_time(fast, "dev", good) == pytest.approx(1.7716535, abs=1e-7)
    assert today / rework.expected_time(fast, "dev", worse) == pytest.approx(1.3533835, abs=1e-7)
    assert [round(value, 4) for value in rework.expected_visits("dev", worse).values()] == [3.0303, 3.0303, 1.8182]


@given(chains)
def test_without_rework_it_is_the_plain_sum(stages):
    names, moves = line([0.0] * len(stages))
    times = {name: time for name, (time, _) in zip(names, stages, strict=True)}
    assert rework.expected_time(times, names[0], moves) == pytest.approx(math.fsum(times.values()))


@given(chains)
def test_visits_in_a_line_are_what_the_chances_of_passing_give(stages):
    """Until stage i is passed, all before it must pass at once: the visits of the first are one over the rolled yield."""
    names, moves = line([back for _, back in stages])
    found = rework.expected_visits(names[0], moves)
    passed = [1 - back for _, back in stages]
    assert found[names[0]] == pytest.approx(1 / rework.rolled_yield(passed))
    assert found[names[-1]] == pytest.approx(1 / passed[-1])


@given(st.floats(0, 0.99))
def test_a_stage_that_sends_back_to_itself_is_visited_geometrically(back):
    assert rework.expected_visits("one", {"one": {"one": back}})["one"] == pytest.approx(rework.visits(back))


@pytest.mark.parametrize(
    ("start", "moves", "said"),
    [
        ("dev", {"dev": {"dev": 1}}, "expected a way from every stage to be done, found stages that nothing ever leaves"),
        ("dev", {"dev": {"ci": 1}}, "expected one of the stages dev, found 'ci'"),
        ("prod", {"dev": {}}, "expected one of the stages dev, found 'prod'"),
        ("dev", {"dev": {"ci": 0.7, "dev": 0.6}, "ci": {}}, "expected chances from dev that add to at most one, found 1.3"),
        ("dev", {"dev": {"ci": -0.1}, "ci": {}}, "the chance from dev to ci: expected a share from zero to one, found -0.1"),
    ],
)
def test_what_has_no_meaning_is_refused_in_a_sentence(start, moves, said):
    with pytest.raises(ValueError) as refused:
        rework.expected_visits(start, moves)
    assert str(refused.value) == said


def test_a_stage_without_a_time_and_a_sure_return_are_refused():
    with pytest.raises(ValueError, match="expected one of the stages dev, found 'ci'"):
        rework.expected_time({"dev": 1}, "dev", {"dev": {"ci": 1}, "ci": {}})
    with pytest.raises(ValueError, match="chance to come back: expected a number from zero up to, but not, one, found 1"):
        rework.visits(1)
