"""Amdahl's law: the worked values of its sources, and what must hold for any times."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from skills.amdahl_ceiling.measured import skill

law = skill.ceilings
STAGES = {"model": 20, "tools": 15, "ci": 30, "review_wait": 60, "review_touch": 10, "deploy": 5}
shares = st.floats(0, 0.999)
factors = st.floats(1, 1e6)
times = st.dictionaries(st.sampled_from("abcdefg"), st.floats(0.001, 1e6), min_size=2)


@pytest.mark.parametrize(
    ("share", "factor", "wanted"),
    [
        (0.5, 50, 1.9607843137),
        (0.6, 50, 2.4271844660),
        (2 / 3, 50, 2.8846153846),
        (0.6, math.inf, 2.5),
        (0.95, 20, 10.2564102564),
    ],
)
def test_a_share_and_a_factor_give_the_speed_up_of_amdahl(share, factor, wanted):
    assert law.speed_up(share, factor) == pytest.approx(wanted, abs=1e-10)


@pytest.mark.parametrize(
    ("whole", "factor", "wanted"),
    [
        (2, 50, 0.5102040816),
        (2.5, 50, 0.6122448980),
        (3, 50, 0.6802721088),
        (5, 50, 0.8163265306),
        (2, math.inf, 0.5),
        (2.5, math.inf, 0.6),
        (3, math.inf, 2 / 3),
        (5, math.inf, 0.8),
    ],
)
def test_a_measured_speed_up_tells_the_share_behind_it(whole, factor, wanted):
    assert law.share_behind(whole, factor) == pytest.approx(wanted, abs=1e-10)


def test_fifty_times_the_model_for_three_times_the_work_means_a_ceiling_just_above_three():
    assert law.ceiling(law.share_behind(3, 50)) == pytest.approx(3.1277, abs=5e-5)


def test_the_serial_share_of_karp_and_flatt():
    assert law.serial_share(3, 50) == pytest.approx(0.3197278912, abs=1e-10)


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [({"model": 50}, 1.1627906977), ({"model": math.inf}, 1.1666666667), ({"model": 50, "ci": 3}, 1.3944223108)],
)
def test_stages_in_series(changed, wanted):
    assert law.series(STAGES, changed) == pytest.approx(wanted, abs=1e-10)


def test_the_next_bottleneck_is_always_the_largest_stage_that_is_left():
    found = [(stage, round(value, 4)) for stage, value in law.bottlenecks(STAGES)]
    assert found == [("review_wait", 1.75), ("ci", 2.8), ("model", 4.6667), ("tools", 9.3333), ("review_touch", 28.0)]


@given(shares, factors)
def test_a_speed_up_lies_between_one_and_its_ceiling(share, factor):
    assert 1 - 1e-9 <= law.speed_up(share, factor) <= law.ceiling(share) * (1 + 1e-9)


@given(shares, factors, factors)
def test_a_faster_model_never_makes_the_whole_slower(share, one, other):
    slow, fast = sorted((one, other))
    assert law.speed_up(share, slow) <= law.speed_up(share, fast) * (1 + 1e-9)


@given(shares, st.floats(1.1, 1e6))
def test_the_share_is_found_again_in_the_speed_up(share, factor):
    assert law.share_behind(law.speed_up(share, factor), factor) == pytest.approx(share, abs=1e-6)


@given(times, st.floats(0.001, 1000), factors)
def test_the_unit_of_time_does_not_matter(stages, scale, factor):
    first = min(stages)
    scaled = {stage: time * scale for stage, time in stages.items()}
    assert law.series(scaled, {first: factor}) == pytest.approx(law.series(stages, {first: factor}))


@given(times, factors)
def test_stages_in_series_agree_with_the_share_of_the_one_that_changes(stages, factor):
    first = min(stages)
    share = stages[first] / sum(stages.values())
    assume(share < 0.999)
    assert law.series(stages, {first: factor}) == pytest.approx(law.speed_up(share, factor), rel=1e-6)


@given(times)
def test_bottlenecks_come_from_the_largest_down_and_help_more_and_more(stages):
    found = list(law.bottlenecks(stages))
    sizes = [stages[stage] for stage, _ in found]
    gains = [value for _, value in found]
    assert sizes == sorted(sizes, reverse=True)
    assert gains == sorted(gains)
    assert all(math.isfinite(value) for value in gains)
