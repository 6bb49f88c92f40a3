"""Stages in series: what each further speed-up is worth."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from skills.amdahl_ceiling.measured import skill

law, ceilings = skill.series, skill.ceilings
times = st.dictionaries(st.sampled_from("abcdefg"), st.floats(0.001, 1e6), min_size=1)
factors = st.floats(1, 1e6)


@given(times, factors)
def test_elasticities_are_shares_of_what_is_left(stages, factor):
    found = law.elasticities(stages, {min(stages): factor})
    assert math.fsum(found.values()) == pytest.approx(1)
    assert all(0 <= value <= 1 for value in found.values())


@given(times)
def test_an_elasticity_is_what_one_per_cent_does(stages):
    """Checked by a small step: (S(1 + h) - S(1)) / h, of which the elasticity is the limit."""
    step, first = 1e-6, min(stages)
    gained = (ceilings.series(stages, {first: 1 + step}) - 1) / step
    assert gained == pytest.approx(law.elasticities(stages, {})[first], abs=1e-4)


@given(times, factors)
def test_no_stage_alone_does_more_than_its_own_ceiling(stages, factor):
    whole = math.fsum(stages.values())
    for stage, gain in law.each_alone(stages, factor).items():
        assert 1 - 1e-9 <= gain <= ceilings.ceiling(stages[stage] / whole) * (1 + 1e-9)


@given(times, st.floats(0.001, 1000))
def test_the_unit_of_time_does_not_matter(stages, scale):
    scaled = law.each_alone({stage: scale * time for stage, time in stages.items()})
    assert scaled == pytest.approx(law.each_alone(stages))


@given(times)
@example({"a": 999999.9999999999, "b": 1e6})  # whose gains are the same number
def test_the_largest_stage_is_worth_most(stages):
    assert stages[next(iter(law.each_alone(stages)))] == max(stages.values())


def test_a_slower_stage_makes_the_whole_slower():
    assert law.changed({"ci": 30, "wait": 60}, {"wait": 0.5}) == {"ci": 30, "wait": 120}
    assert ceilings.series({"ci": 30, "wait": 60}, {"wait": 0.5}) == pytest.approx(90 / 150)


@pytest.mark.parametrize(
    ("times", "factors", "said"),
    [
        ({"ci": -1, "wait": 2}, {}, "the time of ci: expected a number of zero or more, found -1"),
        ({"ci": math.nan}, {}, "the time of ci: expected a number of zero or more, found nan"),
        ({"ci": 1, "wait": 2}, {"deploy": 2}, "expected one of the stages ci, wait, found 'deploy'"),
        ({"ci": 1}, {"ci": 0}, "the speed-up of ci: expected a number above zero, found 0"),
        ({}, {}, "expected at least one stage, found none"),
    ],
)
def test_what_has_no_meaning_is_refused_in_a_sentence(times, factors, said):
    for formula in (law.changed, ceilings.series, law.elasticities):
        with pytest.raises(ValueError) as refused:
            formula(times, factors)
        assert str(refused.value) == said


def test_stages_that_take_no_time_at_all_have_no_shares():
    with pytest.raises(ValueError, match="what is left of the stages: expected a number above zero"):
        law.elasticities({"ci": 5}, {"ci": math.inf})


def test_flow_efficiency_has_the_ceiling_of_its_share():
    """The loan applications of BPI Challenge 2012: 0.53 % of the time is work, so work without end gives 1.0053."""
    share = law.flow_efficiency(0.53, 99.47)
    assert ceilings.ceiling(share) == pytest.approx(1.0053, abs=5e-5)
    with pytest.raises(ValueError, match="the sum of touch and wait: expected a number above zero"):
        law.flow_efficiency(0, 0)
