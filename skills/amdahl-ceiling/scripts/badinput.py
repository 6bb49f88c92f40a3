"""What cannot be measured, as an error that says what was expected, what was found, and where."""

from __future__ import annotations

from collections.abc import Iterable


class BadInput(Exception):
    """Something in the evidence or the arguments that cannot be measured: what was expected, what was found, and where."""

    def __init__(self, *, expected: str, found: str, where: str) -> None:
        """Keep the three parts, and one sentence made of them."""
        self.expected, self.found, self.where = expected, found, where
        super().__init__(f"{where}: expected {expected}, found {found}.")


class BadLines(BadInput):
    """Several lines of one file that cannot be taken as they are, each with its place and what was expected."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Keep *lines* as the message."""
        Exception.__init__(self, "\n".join(lines))


def unreadable(name: str, error: OSError) -> BadInput:
    """The error of a file that cannot be read."""
    return BadInput(expected="a readable file", found=error.strerror or type(error).__name__, where=name)
