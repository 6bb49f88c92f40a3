"""Every exit code and every error that a user can meet, in one list to read.

An error's class docstring is its message, with one `{}` slot per argument; its remedy is `hint`, its exit code is on the class.
A *finding* (of `verify`, of `lint`) is never an error: it is a value in a list.
"""

from __future__ import annotations

import re
from enum import IntEnum
from inspect import cleandoc


class Exit(IntEnum):
    """How a command ends. `docs/exit-codes.md` says the same in words."""

    OK = 0
    FINDINGS = 1
    USAGE = 2
    INPUT = 3
    NOT_NOW = 4
    BUG = 70
    INTERRUPTED = 130
    READER_GONE = 141


class FdeError(Exception):
    """{}"""

    exit: Exit = Exit.INPUT
    hint: str = ""

    def __init__(self, *slots: object, where: str = "", hint: str | None = None) -> None:
        """Fill the message's slots; *where* is the place (file, or file:line), *hint* replaces the class's remedy."""
        # For engineers: the message is built at once, so that the slots need not outlive what they describe.
        self.message = cleandoc(type(self).__doc__ or "{}").replace("\n", " ").format(*slots)
        self.where = where
        if hint is not None:
            self.hint = hint
        super().__init__(self.message)

    @property
    def code(self) -> str:
        """The error's stable name in JSON: its class name in kebab case."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", type(self).__name__).lower()


class UsageError(FdeError):
    """{}"""

    exit = Exit.USAGE
