"""What a reply costs, against the vendors' prices multiplied out by hand (US dollars for a million tokens)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fde.models.model import Usage
from fde.models.prices import cost, most, version

AT = datetime(2026, 11, 21, tzinfo=UTC)

BY_HAND = {
    # 4 in, 20 out: 20,000 x 4 + 3,000 x 20
    "opus": ("anthropic", "claude-opus-5-5", Usage(input=20_000, output=3_000), "0.14"),
    # 2 in, 10 out, 0.10 a cached one: 5,000 x 2 + 15,000 x 0.10 + 3,000 x 10
    "sonnet with cache reads": ("anthropic", "claude-sonnet-5-5", Usage(input=20_000, output=3_000, cache_read=15_000), "0.0415"),
    # A cached token is written for a quarter more than it is read at the full price: 5,000 x 4 + 15,000 x 5 + 1,000 x 20
    "opus with cache writes": ("anthropic", "claude-opus-5-5", Usage(input=20_000, output=1_000, cache_write=15_000), "0.115"),
    # 1 in, 5 out
    "terra": ("openai", "gpt-6.1-terra", Usage(input=20_000, output=3_000), "0.035"),
    # 0.10 in, 0.50 out up to 100,000 tokens, five times as much above
    "haiku below its band": ("anthropic", "claude-haiku-5-5", Usage(input=100_000, output=1_000), "0.0105"),
    "haiku above its band": ("anthropic", "claude-haiku-5-5", Usage(input=200_000, output=1_000), "0.1025"),
}


@pytest.mark.parametrize(("provider", "model", "usage", "by_hand"), BY_HAND.values(), ids=BY_HAND)
def test_a_cost_equals_the_hand_calculation(provider, model, usage, by_hand):
    assert cost(provider, model, usage, AT) == Decimal(by_hand)


def test_a_price_is_that_of_the_day():
    """From 13 March 2026 on, this model's long questions cost no more than its short ones."""
    usage = Usage(input=1_000_000, output=0)
    before, after = (cost("anthropic", "claude-opus-4-6", usage, datetime(2026, 3, day, tzinfo=UTC)) for day in (12, 14))
    assert (before, after) == (Decimal(10), Decimal(5))


@pytest.mark.parametrize(("provider", "model"), [("anthropic", "claude-nobody-9"), ("openai", "x"), ("local", "gpt-6.1-terra")])
def test_what_has_no_price_costs_an_unknown_amount_and_never_nothing(provider, model):
    assert cost(provider, model, Usage(input=1, output=1), AT) is None


LIES = {
    "more read from the cache than came in": Usage(input=10, output=1, cache_read=20),
    "more written to it": Usage(input=10, output=1, cache_write=20),
    "fewer than none": Usage(input=-1, output=1),
}


@pytest.mark.parametrize("usage", LIES.values(), ids=LIES)
def test_counts_that_cannot_be_cost_an_unknown_amount_and_end_nothing(usage):
    """The reply is paid for by then: what an endpoint counts wrongly must not lose it."""
    assert cost("openai", "gpt-6.1-terra", usage, AT) is None


MOST = {
    # Written to the cache: 20,000 x 5 + 3,000 x 20
    "opus": ("anthropic", "claude-opus-5-5", "0.16"),
    # 20,000 x 1.25 + 3,000 x 5
    "terra": ("openai", "gpt-6.1-terra", "0.04"),
}


@pytest.mark.parametrize(("provider", "model", "by_hand"), MOST.values(), ids=MOST)
def test_what_a_request_may_cost_at_most_counts_the_writing_of_a_cache(provider, model, by_hand):
    assert most(provider, model, Usage(input=20_000, output=3_000), AT) == Decimal(by_hand)


@pytest.mark.parametrize("model", ["claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"])
@given(total=st.integers(0, 300_000), read=st.integers(0, 300_000), written=st.integers(0, 300_000), out=st.integers(0, 16_000))
def test_no_reply_costs_more_than_its_request_might_at_most(model, total, read, written, out):
    read = min(read, total)
    usage = Usage(input=total, output=out, cache_read=read, cache_write=min(written, total - read))
    limit = most("anthropic", model, Usage(input=total, output=16_000), AT)
    assert cost("anthropic", model, usage, AT) <= limit


def test_where_no_price_is_known_there_is_no_most():
    assert most("local", "tiny", Usage(input=1, output=1), AT) is None


def test_the_price_tables_version_is_known():
    assert version()[0].isdigit()
