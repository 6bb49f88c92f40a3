"""Three-point estimates and the Beta distribution behind them, against values from elsewhere."""

from __future__ import annotations

import math
import random

import pytest
from skills.amdahl_ceiling.measured import skill

Estimate, added, draws, middle = (
    skill.threepoint.Estimate,
    skill.threepoint.added,
    skill.threepoint.draws,
    skill.threepoint.middle,
)
quantiles = skill.beta.quantiles


def test_usual_five_best_two_worst_fourteen_is_the_worked_case_of_the_books():
    """PERT(2, 5, 14) is 2 + 12 Beta(2, 4); quantiles by scipy 1.17. The rule (b - a)²/36 would give a variance of 4."""
    estimate = Estimate(usual=5, low=2, high=14)
    assert estimate.mean == 6
    assert round(estimate.variance, 4) == 4.5714
    assert [round(value, 6) for value in estimate.quantiles([0.05, 0.5, 0.95])] == [2.917285, 5.765722, 9.8889]


@pytest.mark.parametrize(
    ("a", "b", "inverse"),
    [
        (1, 1, lambda p: p),
        (1, 5, lambda p: 1 - (1 - p) ** (1 / 5)),
        (5, 1, lambda p: p ** (1 / 5)),
        (2, 1, math.sqrt),
    ],
)
def test_quantiles_are_those_that_have_a_formula(a, b, inverse):
    shares = [0.001, 0.05, 0.25, 0.5, 0.75, 0.95, 0.999]
    assert quantiles(a, b, shares) == pytest.approx([inverse(p) for p in shares], abs=2e-6)


def test_quantiles_of_a_narrow_distribution_are_those_of_the_normal_one():
    low, high = quantiles(50_000, 50_001, [0.05, 0.95])
    spread = 0.5 / math.sqrt(100_002)
    assert (low, high) == pytest.approx((0.5 - 1.644854 * spread, 0.5 + 1.644854 * spread), abs=6e-6)


@pytest.mark.parametrize("usual", [2, 8, 14])
def test_draws_have_the_mean_and_the_variance_of_the_estimate(usual):
    estimate = Estimate(usual=usual, low=2, high=14)
    values = draws(estimate, random.Random(1))
    mean = sum(values) / len(values)
    assert mean == pytest.approx(estimate.mean, abs=0.01)
    assert sum((value - mean) ** 2 for value in values) / len(values) == pytest.approx(estimate.variance, rel=0.01)


def test_a_sum_of_many_independent_parts_is_nearly_normal_and_narrower_than_the_sum_of_its_ends():
    """Sixteen times PERT(2, 5, 14): mean 96, standard deviation 4 x 2.1381; the ends of the parts would add to 46.7 and 158.2."""
    estimate = Estimate(usual=5, low=2, high=14)
    rows = [draws(estimate, random.Random(number)) for number in range(16)]
    low, high = middle(added(rows))
    assert low == pytest.approx(96 - 1.645 * 4 * math.sqrt(32 / 7), abs=0.9)
    assert high == pytest.approx(96 + 1.645 * 4 * math.sqrt(32 / 7), abs=0.9)


def test_one_value_alone_has_no_spread():
    estimate = Estimate(usual=7, low=7, high=7)
    assert (estimate.is_point, estimate.mean, estimate.variance) == (True, 7, 0)
    assert set(draws(estimate, random.Random(1))) == {7}


def test_the_same_dice_give_the_same_draws():
    estimate = Estimate(usual=5, low=2, high=14)
    assert draws(estimate, random.Random(3)) == draws(estimate, random.Random(3))
    assert draws(estimate, random.Random(3)) != draws(estimate, random.Random(4))
    assert sorted(draws(estimate, random.Random(3))) == sorted(draws(estimate, random.Random(4)))
