"""What tokens cost, from the price table of genai-prices that came with this installation; unknown where it knows no price."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from .model import Usage

# A server of one's own has no price list.
PRICED = ("anthropic", "openai")


def cost(provider: str, model: str, usage: Usage, at: datetime) -> Decimal | None:
    """Return what *usage* costs in US dollars by the prices of the day *at*; None where no price is known, never 0 for that.

    Cached tokens have their own prices; a reply is taken as an ordinary one (not a batch, not a priority service). None too for
    counts that cannot be, as more tokens read from a cache than came in: what an endpoint says of itself may be wrong.
    """
    if provider not in PRICED:
        return None
    # 0.4 s and 100 MB: only where something is or may be paid.
    from genai_prices import Usage as Counted
    from genai_prices import calc_price

    try:
        counted = Counted(
            input_tokens=usage.input,
            output_tokens=usage.output,
            cache_read_tokens=usage.cache_read,
            cache_write_tokens=usage.cache_write,
        )
        return calc_price(counted, model, provider_id=provider, genai_request_timestamp=at).total_price
    except (LookupError, ValueError):
        return None


def most(provider: str, model: str, usage: Usage, at: datetime) -> Decimal | None:
    """Return what a request of *usage* may cost at most, as `cost` does: all that goes in may be written to the provider's cache.

    Writing there costs a quarter more than not (both vendors' price lists, and the table's).
    """
    costs = [cost(provider, model, replace(usage, cache_read=0, cache_write=written), at) for written in (0, usage.input)]
    return max((known for known in costs if known is not None), default=None)


def version() -> str:
    """Return the version of the price table."""
    from importlib.metadata import version as installed

    return installed("genai-prices")
