"""What a model is to the runner: a name, and a reply to a conversation.

Every provider's adapter answers to this protocol; the runner knows nothing else of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One turn of the conversation: role "system", "user" or "assistant", and its text."""

    role: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a reply took: tokens in and out, and the cost in *currency*, None where the price is not known."""

    input: int
    output: int
    cost: Decimal | None = None
    currency: str = "USD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A whole reply, as it came; an incomplete one is an error and never gets here."""

    text: str
    usage: Usage | None = None


class Model(Protocol):
    """Something that answers.

    Attributes:
        name: As on the command line, `provider/model`.
        origin: For a recorded reply: where it came from; else None.
    """

    name: str
    origin: str | None

    def reply(self, conversation: Sequence[Message], *, seconds: float) -> Reply:
        """Return the reply to *conversation*, or raise an FdeError with exit NOT_NOW when *seconds* are over or it fails."""
        ...
