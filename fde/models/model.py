"""What a model is to the runner: a name, and a reply to a request.

Every kind of model answers to this protocol; the runner knows nothing else of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from .watch import Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One text source on its own, for a provider that takes documents as blocks.

    Attributes:
        source: The source's id.
        text: The source as it stands in the evidence, one line of JSON.
    """

    source: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One turn of the conversation.

    Attributes:
        role: "system", "user" or "assistant".
        text: The words.
        documents: The same words as one document a source, where the turn is nothing but sources.
    """

    role: str
    text: str
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked for: the conversation, and the schema that the reply has to keep.

    Attributes:
        messages: In order; those with the role "system" come first.
        schema: JSON Schema of the reply, in the part that every provider takes as it is.
        name: The schema's name.
    """

    messages: tuple[Message, ...]
    schema: Mapping[str, Any]
    name: str = "judgement"


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a reply took.

    Attributes:
        input: Tokens in, all of them.
        output: Tokens out, those of reasoning among them.
        cache_read: How many of *input* were read from the provider's cache.
        cache_write: How many of *input* were written to it.
        cost: In *currency*, None where the price is not known; never 0 for that.
        currency: ISO 4217 code.
    """

    input: int
    output: int
    cache_read: int = 0
    cache_write: int = 0
    cost: Decimal | None = None
    currency: str = "USD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A whole reply, as it came; an incomplete one is an error and never gets here.

    Attributes:
        text: The words, letter for letter.
        usage: What it took, None if the provider did not say.
        model: The model that says it answered, which may be another than the one asked.
    """

    text: str
    usage: Usage | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What would leave this machine for a request, and where to.

    Attributes:
        url: Where it would go.
        body: The request's body, as the provider gets it.
        size: Its bytes.
        tokens: How many tokens go in and may come out at most, and what they cost; those going in are estimated.
        run: What the whole run may take and cost at most: this request and the one that sends the reply back, both repeated.
        proxy: The host through which it would go, None for the straight way.
    """

    url: str
    body: Mapping[str, Any]
    size: int
    tokens: Usage
    run: Usage
    proxy: str | None = None


class Model(Protocol):
    """Something that answers."""

    @property
    def name(self) -> str:
        """As on the command line, `provider/model`."""
        ...

    @property
    def origin(self) -> str | None:
        """For a recorded reply: where it came from; else None."""
        ...

    @property
    def window(self) -> int | None:
        """How many tokens a question may have; None where nothing limits it."""
        ...

    @property
    def manner(self) -> str:
        """How it is asked beyond its name: what may change an answer to the same question; "" if nothing does."""
        ...

    @property
    def notice(self) -> str:
        """What a person should know of it today, as one sentence; "" if nothing."""
        ...

    def prepare(self) -> None:
        """Raise an FdeError if it may not be asked now: no key, not allowed, not confirmed. Loads no SDK, sends nothing."""
        ...

    def preview(self, request: Request) -> Sending | None:
        """Return what `reply` would send, None if nothing leaves this machine. Loads no SDK, sends nothing."""
        ...

    def reply(self, request: Request, watch: Watch) -> Reply:
        """Return the whole reply to *request*, or raise an FdeError with exit NOT_NOW; *watch* sees what happens meanwhile."""
        ...
