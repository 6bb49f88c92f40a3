"""On what terms a request is made: to whom, as whom, and how long the answer may be."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What an adapter needs beside the request.

    Attributes:
        who: The provider and host, as a person reads it.
        model: The model's id.
        base_url: Where requests go.
        key: The secret that opens it; shown nowhere.
        max_output: How many tokens the answer may have.
        effort: How much effort to ask for, None for the model's own.
        structured: How a local endpoint is held to the schema: "json_schema", "json_object" or "prompt".
        proxy: The URL of the proxy on the way, None for the straight way; shown by its host alone, for it may hold a password.
    """

    who: str
    model: str
    base_url: str
    key: str = field(repr=False)
    max_output: int
    effort: str | None = None
    structured: str = "json_schema"
    proxy: str | None = field(default=None, repr=False)
