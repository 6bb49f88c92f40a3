"""Reads many logs at once: when they are large, a second process reads half of them.

It is a copy of this one, made where a system can make such copies, so that nothing need be loaded again; what it found comes
back in a file.
"""

from __future__ import annotations

import gc
import os
import pickle
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate
from typing import IO, Any

from badinput import BadInput
from logfiles import Log, LogRead, read_log

LARGE = 64_000_000  # bytes from which a second process is worth its start
OWN_SHARE = 0.5  # of the bytes, read by the process that also puts everything together


def read_logs(logs: Sequence[Log]) -> list[LogRead]:
    """Read *logs*, in their order.

    Raises:
        BadInput: a file cannot be read.
    """
    sizes = list(accumulate(log.size for log in logs))
    with _no_cycles():
        if not sizes or sizes[-1] < LARGE or not hasattr(os, "fork"):
            return list(map(read_log, logs))
        own = sum(size <= OWN_SHARE * sizes[-1] for size in sizes)
        return _shared(logs[:own], logs[own:])


def _shared(own: Sequence[Log], others: Sequence[Log]) -> list[LogRead]:
    """Read *own* here and *others* in a second process, at the same time."""
    import tempfile

    # A file, as a pipe would be full long before anybody reads it.
    with tempfile.TemporaryFile() as results:
        sys.stdout.flush()
        sys.stderr.flush()
        other = os.fork()
        if other == 0:
            _tell(others, results)
        found = list(map(read_log, own))
        status = os.waitstatus_to_exitcode(os.waitpid(other, 0)[1])
        if status:
            raise BadInput(expected="a second process that reads logs", found=f"its end with code {status}", where=__file__)
        results.seek(0)
        return found + [_found(pickle.load(results)) for _ in others]  # noqa: S301 - written by our own process


def _tell(logs: Sequence[Log], results: IO[bytes]) -> None:
    """Write what each of *logs* gave, or the error that ended it, to *results*; and end this process, come what may."""
    code = 1
    try:
        for log in logs:
            pickle.dump(_read_or_refused(log), results, pickle.HIGHEST_PROTOCOL)
        results.flush()
        code = 0
    finally:
        os._exit(code)


def _read_or_refused(log: Log) -> LogRead | dict[str, Any]:
    try:
        return read_log(log)
    except BadInput as error:
        return {"expected": error.expected, "found": error.found, "where": error.where}


def _found(found: LogRead | dict[str, Any]) -> LogRead:
    """What the other process found; the error that it met is raised here."""
    if isinstance(found, LogRead):
        return found
    raise BadInput(**found)


@contextmanager
def _no_cycles() -> Iterator[None]:
    """Look for no cycles of objects meanwhile: reading makes none, and looking takes a twentieth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
