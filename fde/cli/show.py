"""What a command returns, and how it is shown: as text, or with `--json` as one envelope.

stdout carries the answer and stderr the rest; colour, progress and the next step appear only where a person looks on.
"""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO

from ..errors import Exit, FdeError
from ..text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

NEWLINE = "\n"
INDENT = "     "
CLEARED = "\r\x1b[2K"
_SHOWN: list[str] = []  # lines of progress that stand on the terminal, each in the place of the one before
STATUS: dict[int, str] = {Exit.OK: "ok", Exit.FINDINGS: "findings"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a command did.

    Attributes:
        data: The answer for programs; goes into the envelope's `data`.
        text: The answer for people, without colour.
        exit: How the command ends; where it is OK but there are *errors*, the first error's code is taken.
        next: What to do now, in one line; shown only on a terminal.
        errors: Failures which did not stop the command from giving an answer.
        notes: What a person must know beside the answer, a line each; shown on stderr. For programs it stands in *data*.
    """

    data: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    exit: int = Exit.OK
    next: str = ""
    errors: tuple[FdeError, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def code(self) -> int:
        """The exit code."""
        return self.errors[0].exit if self.errors and self.exit == Exit.OK else self.exit

    @property
    def status(self) -> str:
        """`ok`, `findings` or `error`, as the exit code says."""
        return STATUS.get(self.code, "error")


class Answer(NamedTuple):
    """What is written to stdout and to stderr, and the exit code."""

    out: str
    err: str
    code: int


def render(outcome: Outcome, asked: Mapping[str, Any]) -> Answer:
    """Put *outcome* into the words that were asked for. Raises TypeError or ValueError if `data` is no JSON."""
    if asked.get("json"):
        return Answer(envelope(outcome, asked.get("command", "")), "", outcome.code)
    lines = [explain(error) for error in outcome.errors] + [printable(note) for note in outcome.notes]
    if outcome.next and is_terminal(sys.stderr):
        lines.append(f"next: {printable(outcome.next)}")
    text = printable(outcome.text) if is_terminal(sys.stdout) else outcome.text
    return Answer(text, "\n".join(lines), outcome.code)


def envelope(outcome: Outcome, command: str) -> str:
    """Return the JSON that every command gives: `{"fde": 1, "command", "status", "data", "errors"}`."""
    import json

    errors = [
        {"code": error.code, "message": error.message, "hint": error.hint, "where": error.where} for error in outcome.errors
    ]
    whole = {"fde": 1, "command": command, "status": outcome.status, "data": outcome.data, "errors": errors}
    return json.dumps(whole, ensure_ascii=False, indent=1, allow_nan=False, default=_plain)


def explain(error: FdeError) -> str:
    """Return *error* for a person: where and what in one line, the remedy indented below."""
    place = f"{error.where}: " if error.where and error.where not in error.message else ""
    lines = [f"{paint('fde:', '31', sys.stderr)} {printable(place + error.message).replace(NEWLINE, NEWLINE + INDENT)}"]
    lines += [INDENT + line for line in printable(error.hint).splitlines()]
    return "\n".join(lines)


def deliver(answer: Answer) -> int:
    """Write *answer* and return the exit code, which a full or a broken stdout changes. A closed stream is no failure."""
    _end_progress()
    try:
        _write(sys.stdout, answer.out)
    except BrokenPipeError:
        _silence(sys.stdout)
        return Exit.READER_GONE
    except OSError as error:
        _silence(sys.stdout)
        answer = Answer("", f"fde: standard output: {error.strerror}", Exit.INPUT)
    try:
        _write(sys.stderr, answer.err)
    except OSError:
        _silence(sys.stderr)
    return answer.code


def progress(text: str) -> None:
    """Tell a person who waits what is happening, on one line that the next call replaces; nothing where nobody looks on."""
    if is_terminal(sys.stderr):
        from shutil import get_terminal_size

        width = get_terminal_size().columns - 1
        print(f"{CLEARED}{printable(text)[:width]}", end="", file=sys.stderr, flush=True)
        _SHOWN.append(text)


def _end_progress() -> None:
    """Take the line of progress off the terminal, if there is one: the answer begins on a line of its own."""
    if _SHOWN:
        _SHOWN.clear()
        with suppress(OSError):
            print(CLEARED, end="", file=sys.stderr, flush=True)


def is_terminal(stream: TextIO | None) -> bool:
    """Say whether a person looks at *stream*."""
    return stream is not None and not stream.closed and stream.isatty()


def paint(text: str, colour: str, stream: TextIO | None) -> str:
    """Return *text* in the SGR *colour* if *stream* is a terminal that takes it, as NO_COLOR and FORCE_COLOR say."""
    fit = is_terminal(stream) and os.environ.get("TERM") != "dumb"
    wanted = not os.environ.get("NO_COLOR") and (fit or os.environ.get("FORCE_COLOR"))
    return f"\x1b[{colour}m{text}\x1b[0m" if wanted else text


def prepare_streams() -> None:
    """Make stdout and stderr take any text, the same in every locale; what is no character at all stands as its escape."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _write(stream: TextIO | None, text: str) -> None:
    if stream is None:
        return
    if text:
        stream.write(text if text.endswith("\n") else text + "\n")
    stream.flush()


def _silence(stream: TextIO | None) -> None:
    """Send what is left in *stream* nowhere: the interpreter flushes once more at exit, and would complain."""
    if stream is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _plain(value: object) -> object:
    """Give JSON a path, a date or an amount of money as text."""
    from datetime import date
    from decimal import Decimal
    from pathlib import PurePath

    if isinstance(value, PurePath):
        return value.as_posix()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    message = f"{type(value).__name__} has no place in the data of an Outcome"
    raise TypeError(message)
