"""What went wrong, as an `FdeError`: the user's mistake, the system's refusal, or a bug of ours.

Loaded only after a failure. A bug leaves its traceback in a file, so that the person sees one line.
"""

from __future__ import annotations

import click

from ..errors import Bug, FdeError, Interrupted, NotReachable, SystemRefused, UsageError


def in_words(error: BaseException) -> FdeError:
    """Return what a person is told of *error*."""
    if isinstance(error, FdeError):
        return error
    if isinstance(error, click.ClickException):
        return _usage(error)
    if isinstance(error, (KeyboardInterrupt, click.Abort)):
        return Interrupted()
    if isinstance(error, (ConnectionError, TimeoutError)):
        return NotReachable(error)
    if isinstance(error, OSError) and error.strerror:
        return SystemRefused(error.strerror, where=_text(error.filename2 or error.filename))
    return _bug(error)


def _usage(error: click.ClickException) -> FdeError:
    ctx = error.ctx if isinstance(error, click.UsageError) else None
    if isinstance(error, click.exceptions.NoArgsIsHelpError) and ctx:
        return UsageError("Which command?", hint=error.format_message())
    return UsageError(error.format_message(), hint=f"`{ctx.command_path} --help` shows how." if ctx else "")


def _bug(error: BaseException) -> FdeError:
    from .crash import report

    path = report(error)
    return Bug(type(error).__name__, path, where=str(path))


def _text(path: object) -> str:
    return path.decode(errors="backslashreplace") if isinstance(path, bytes) else "" if path is None else str(path)
