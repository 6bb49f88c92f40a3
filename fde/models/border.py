"""What a provider says of its answer, taken only if it can be so; anything else counts as not said.

The SDKs hand on whatever came, and a proxy between here and there may say anything.
"""

from __future__ import annotations

from typing import TypeGuard

from ..text import printable
from .model import Usage

MOST_TOKENS = 100_000_000  # of one answer; no honest one comes near
LONGEST_NAME = 200


def usage(tokens_in: object, tokens_out: object, *, cache_read: object, cache_write: object = None) -> Usage | None:
    """Return the counts that a provider gave, None if one of them is none; what it says nothing of was not cached."""
    read, written = (0 if count is None else count for count in (cache_read, cache_write))
    if _is_count(tokens_in) and _is_count(tokens_out) and _is_count(read) and _is_count(written):
        return Usage(input=tokens_in, output=tokens_out, cache_read=read, cache_write=written)
    return None


def name(said: object) -> str | None:
    """Return a model's name or a request's id if it is one that can be shown and written down, else None."""
    return said if isinstance(said, str) and 0 < len(said) <= LONGEST_NAME and said == printable(said) else None


def _is_count(said: object) -> TypeGuard[int]:
    # Not isinstance: true is a whole number to it.
    return type(said) is int and 0 <= said <= MOST_TOKENS
