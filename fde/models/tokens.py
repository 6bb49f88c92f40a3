"""How many tokens a text may have: an estimate on the safe side, for windows and budgets; what is paid is what the provider counts."""

from __future__ import annotations

BYTES_A_TOKEN = 3


def tokens(text: str) -> int:
    """Return the tokens that *text* may have at most, as a rule: one for every three bytes of UTF-8.

    Prose in English has more than four bytes a token, JSON with numbers and line marks a little over three, and a letter of Chinese
    or Japanese has three bytes and about one token. Only strings of random letters have fewer.
    """
    return -(-len(text.encode("utf-8", "replace")) // BYTES_A_TOKEN)
