"""What a run may take: money and tokens, looked at before each request."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from ..errors import OverBudget, UsageError
from .model import Sending, Usage

ATTEMPTS = 3  # of one request
# How much more than the question the one that sends a reply back may be: for each token that was asked for, and for our words around.
GROWTH, AROUND = 4, 1_000


def goes_back(first: Usage) -> Usage:
    """Return the most that a request may take that sends back what came of one that takes *first* at most."""
    return replace(first, input=first.input + GROWTH * first.output + AROUND)


def in_all(*requests: Usage) -> Usage:
    """Return what *requests* take at most, each of them repeated as often as it may be; a sum of unknown costs is unknown."""
    costs = [usage.cost for usage in requests if usage.cost is not None]
    return Usage(
        input=ATTEMPTS * sum(usage.input for usage in requests),
        output=ATTEMPTS * sum(usage.output for usage in requests),
        cost=ATTEMPTS * sum(costs, Decimal(0)) if len(costs) == len(requests) else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Two limits and what is spent of them.

    Attributes:
        max_cost: US dollars, None for no limit.
        max_tokens: Tokens in and out together, None for no limit.
        cost: Spent so far; None if the price of something was not known.
        tokens: Spent so far.
    """

    max_cost: Decimal | None = None
    max_tokens: int | None = None
    cost: Decimal | None = Decimal(0)
    tokens: int = 0

    def require(self, sending: Sending) -> None:
        """Raise OverBudget if *sending* could pass a limit; a limit of money that cannot be kept is not ignored."""
        after = self.tokens + sending.tokens.input + sending.tokens.output
        if self.max_tokens is not None and after > self.max_tokens:
            raise OverBudget(
                f"with the next request it could be {after:,} tokens, and --max-tokens is {self.max_tokens:,}",
                hint=f"{self.tokens:,} are spent; the request has about {sending.tokens.input:,}, its answer at most {sending.tokens.output:,}.",
            )
        if self.max_cost is None:
            return
        if sending.tokens.cost is None or self.cost is None:
            raise OverBudget("no price is known for this model, and --max-cost cannot be kept", hint="Give --max-tokens instead.")
        if self.cost + sending.tokens.cost > self.max_cost:
            most = self.cost + sending.tokens.cost
            raise OverBudget(
                f"with the next request it could be {most:.4f} USD, and --max-cost is {self.max_cost} USD",
                hint=f"{self.cost:.4f} USD are spent; the longest answer is counted in full.",
            )

    def spent(self, usage: Usage | None, sent: Sending | None = None) -> Budget:
        """Return the budget after a reply that took *usage*; where the provider did not say, *sent* is counted at its most.

        Without either it was a recorded reply, which takes nothing.
        """
        if usage is None and sent is not None:
            usage = sent.tokens
        if usage is None:
            return self
        cost = None if usage.cost is None or self.cost is None else self.cost + usage.cost
        return replace(self, cost=cost, tokens=self.tokens + usage.input + usage.output)


def budget(*, max_cost: str | None, max_tokens: str | None) -> Budget:
    """Return the budget of the flags `--max-cost` (US dollars, like 0.50) and `--max-tokens` (a whole number). Raises UsageError."""
    return Budget(max_cost=_amount(max_cost), max_tokens=_count(max_tokens))


def _amount(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0:
        raise UsageError(f"--max-cost: expected US dollars like 0.50, found {text!r:.40}.")
    return amount


def _count(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 12:
        raise UsageError(f"--max-tokens: expected a whole number like 200000, found {text!r:.40}.")
    return int(text)
