"""The queue that faster writing makes in front of the same reviewers."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from skills.amdahl_ceiling.measured import skill

Induced = skill.induced.Induced
REVIEW = Induced(writing=8, review=1, load=0.6)
works = st.builds(Induced, writing=st.floats(0.1, 100), review=st.floats(0.1, 10), load=st.floats(0.05, 0.95), cs2=st.floats(0, 5))


@given(works)
def test_the_best_multiple_has_the_shortest_lead(work):
    best = work.best()
    lead = work.lead(best, best)
    for other in (best * 0.99, best + 0.01 * (work.saturation - best)):
        assert work.lead(other, other) >= lead * (1 - 1e-12)


@given(works)
def test_at_the_break_even_the_lead_is_that_of_today(work):
    even = work.break_even()
    assert 0 < even < work.saturation
    assert work.lead(even, even) == pytest.approx(work.lead(1, 1))


@given(works)
def test_the_best_lies_between_today_and_the_break_even(work):
    low, high = sorted((1.0, work.break_even()))
    assume(high - low > 1e-6)
    assert low <= work.best() <= high


@given(works, st.floats(1, 50))
def test_speed_without_more_arrivals_is_never_a_loss(work, speed):
    assert work.speed_up(1, speed) >= 1


@given(works, st.floats(0.01, 0.99))
def test_more_arrivals_never_shorten_the_wait(work, part):
    more = 1 + part * (work.saturation - 1)
    assert work.wait(more) >= work.wait(1)


def test_reviewers_who_vary_more_let_others_wait_longer():
    assert Induced(writing=8, review=1, load=0.6, cs2=2.25).wait(1.5) == pytest.approx(14.625)
    assert REVIEW.wait(1.5) == pytest.approx(9)


def test_two_reviewers_at_the_same_load_let_others_wait_less():
    assert Induced(writing=8, review=1, load=0.6, servers=2).wait(1.5) < REVIEW.wait(1.5)


def test_beyond_saturation_the_answer_is_a_refusal_and_no_number():
    with pytest.raises(ValueError) as refused:
        REVIEW.lead(2, 2)
    assert str(refused.value) == "expected arrivals below 1.667 times today's, found 2: the queue would never end"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"load": 1}, "load: expected a share between zero and one, found 1"),
        ({"load": 0}, "load: expected a share between zero and one, found 0"),
        ({"review": 0}, "review: expected a number above zero, found 0"),
        ({"writing": -8}, "writing: expected a number of zero or more, found -8"),
        ({"servers": 0}, "servers: expected a whole number of one or more, found 0"),
    ],
)
def test_what_has_no_meaning_is_refused_in_a_sentence(changed, said):
    with pytest.raises(ValueError) as refused:
        Induced(**({"writing": 8, "review": 1, "load": 0.6} | changed))
    assert str(refused.value) == said


def test_for_several_reviewers_there_is_no_formula_for_the_best():
    with pytest.raises(ValueError, match="expected one reviewer, for whom there is a formula, found 2"):
        Induced(writing=8, review=1, load=0.6, servers=2).best()
