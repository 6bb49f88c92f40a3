"""A run's budget: looked at before each request, and kept."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fde.errors import Exit, OverBudget, UsageError
from fde.models.budget import Budget, budget, goes_back, in_all
from fde.models.model import Sending, Usage


def sending(tokens_in=100, tokens_out=10, cost="0.10"):
    most = Usage(input=tokens_in, output=tokens_out, cost=None if cost is None else Decimal(cost))
    return Sending(url="https://x", body={}, size=1, tokens=most, run=most)


def test_without_limits_everything_may_be_sent():
    Budget().require(sending(10**9, 10**9, None))


def test_tokens_count_in_both_directions_and_with_what_is_spent():
    limited = Budget(max_tokens=220).spent(Usage(input=100, output=10))
    limited.require(sending())
    with pytest.raises(OverBudget, match="221 tokens, and --max-tokens is 220") as refused:
        limited.require(sending(101))
    assert refused.value.exit is Exit.NOT_NOW
    assert refused.value.hint.startswith("110 are spent")


def test_money_counts_with_the_longest_answer():
    limited = Budget(max_cost=Decimal("0.15")).spent(Usage(input=1, output=1, cost=Decimal("0.05")))
    limited.require(sending(cost="0.10"))
    with pytest.raises(OverBudget, match=r"0\.1600 USD, and --max-cost is 0\.15 USD"):
        limited.require(sending(cost="0.11"))


def test_a_limit_of_money_that_cannot_be_kept_is_not_ignored():
    with pytest.raises(OverBudget, match="no price is known"):
        Budget(max_cost=Decimal(100)).require(sending(cost=None))
    spent = Budget(max_cost=Decimal(100)).spent(Usage(input=1, output=1))
    with pytest.raises(OverBudget, match="no price is known"):
        spent.require(sending())


def test_a_recorded_reply_spends_nothing():
    assert Budget().spent(None) == Budget()


def test_a_reply_whose_tokens_nobody_said_is_counted_at_its_most():
    spent = Budget(max_tokens=200, max_cost=Decimal(1)).spent(None, sending(cost="0.10"))
    assert (spent.tokens, spent.cost) == (110, Decimal("0.10"))
    with pytest.raises(OverBudget, match="220 tokens"):
        spent.require(sending())


@given(st.lists(st.tuples(st.integers(0, 999), st.integers(0, 999), st.decimals(0, 1, places=4))), st.integers(0, 3000), st.decimals(0, 2, places=4))
def test_however_many_requests_there_are_no_limit_is_passed(requests, most_tokens, most_cost):
    left = Budget(max_cost=most_cost, max_tokens=most_tokens)
    for tokens_in, tokens_out, cost in requests:
        try:
            left.require(sending(tokens_in, tokens_out, cost))
        except OverBudget:
            continue
        left = left.spent(Usage(input=tokens_in, output=tokens_out, cost=cost))
    assert left.tokens <= most_tokens
    assert left.cost <= most_cost


def test_the_most_that_a_run_may_take_is_each_request_three_times_and_of_unknown_costs_unknown():
    first = Usage(input=100, output=10, cost=Decimal("0.10"))
    back = replace(goes_back(first), cost=Decimal("0.30"))
    assert back.input == 100 + 4 * 10 + 1000
    assert in_all(first, back) == Usage(input=3 * 1240, output=60, cost=Decimal("1.20"))
    assert in_all(first, goes_back(replace(first, cost=None))).cost is None


def test_the_flags_are_read_as_they_are_written():
    assert budget(max_cost="0.50", max_tokens="200000") == Budget(max_cost=Decimal("0.50"), max_tokens=200_000)
    assert budget(max_cost=None, max_tokens=None) == Budget()


@pytest.mark.parametrize("text", ["", "x", "-1", "NaN", "Infinity", "1 EUR", "0,50", "$1"])
def test_what_is_no_amount_is_a_usage_error(text):
    with pytest.raises(UsageError, match="--max-cost: expected US dollars like"):
        budget(max_cost=text, max_tokens=None)


@pytest.mark.parametrize("text", ["", "x", "-1", "1.5", "200k", "2_000", "\u0663", "9" * 13])
def test_what_is_no_count_is_a_usage_error(text):
    with pytest.raises(UsageError, match="--max-tokens: expected a whole number"):
        budget(max_cost=None, max_tokens=text)
