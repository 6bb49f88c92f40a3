"""Reads many logs at once: when they are large, a second process helps.

It is a copy of this one, made where a system can make such copies, so that nothing need be loaded again. Each of the two takes
the next piece of work when it is done with one, so that both end together; what the copy found comes back in a file. It only
helps: what it did not find, because it could not be made or came to an end, is read here.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import accumulate, groupby
from typing import IO, Any

from badinput import BadInput
from logfiles import Log, LogRead, read_log

LARGE = 64_000_000  # bytes from which a second process is worth its start
PIECES = 256  # at most, into which the logs are divided: a byte is the number of one

Found = tuple[int, LogRead | dict[str, Any]]  # which log, and what reading it gave, or why it cannot be read


def read_logs(logs: Sequence[Log]) -> list[LogRead]:
    """Read *logs*, in their order.

    Raises:
        BadInput: a file cannot be read.
    """
    with _no_cycles():
        if sum(log.size for log in logs) < LARGE or not hasattr(os, "fork"):
            return list(map(read_log, logs))
        return _shared(logs)


def _shared(logs: Sequence[Log]) -> list[LogRead]:
    """Read *logs* here and in a second process, at the same time."""
    import tempfile

    pieces = _pieces(logs)
    found: dict[int, LogRead | dict[str, Any]] = {}
    with suppress(OSError), _turns(len(pieces)) as turns, tempfile.TemporaryFile() as results:
        # What the other finds goes to a file, as a pipe would be full long before anybody reads it.
        with _helper(turns, pieces, logs, results):
            found.update(_taken(turns, pieces, logs))
        results.seek(0)
        found.update(_told(results))
    return [_read(found.get(place) or _read_or_refused(log)) for place, log in enumerate(logs)]


@contextmanager
def _helper(turns: int, pieces: Sequence[Sequence[int]], logs: Sequence[Log], results: IO[bytes]) -> Iterator[None]:
    """A copy of this process that takes pieces of *logs* too, and is gone at the end."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        stream.flush()
    other = os.fork()
    if other == 0:
        _tell(_taken(turns, pieces, logs), results)
    is_done = False
    try:
        yield
        is_done = True
    finally:
        if not is_done:
            os.kill(other, signal.SIGKILL)
        os.waitpid(other, 0)


def _pieces(logs: Sequence[Log]) -> list[list[int]]:
    """The places of logs that are read in one go, in pieces of about equal size: the largest first, so that a small one is the last."""
    sizes = list(accumulate(log.size for log in logs))
    share = sizes[-1] // PIECES + 1
    pieces = [list(places) for _, places in groupby(range(len(logs)), lambda place: (sizes[place] - logs[place].size) // share)]
    return sorted(pieces, key=lambda places: sum(logs[place].size for place in places), reverse=True)


@contextmanager
def _turns(count: int) -> Iterator[int]:
    """A pipe that gives each number below *count* once, to whichever process reads it first."""
    turns, put = os.pipe()
    try:
        os.write(put, bytes(range(count)))
        os.close(put)
        yield turns
    finally:
        os.close(turns)


def _taken(turns: int, pieces: Sequence[Sequence[int]], logs: Sequence[Log]) -> Iterator[Found]:
    """Read the logs of one piece after the other, as long as there is one that nobody took."""
    while turn := os.read(turns, 1):
        for place in pieces[turn[0]]:
            yield place, _read_or_refused(logs[place])


def _tell(found: Iterator[Found], results: IO[bytes]) -> None:
    """Write all that is *found* to *results*; and end this process, come what may."""
    try:
        for one in found:
            pickle.dump(one, results, pickle.HIGHEST_PROTOCOL)
        results.flush()
    finally:
        os._exit(0)


def _told(results: IO[bytes]) -> Iterator[Found]:
    """All that was written to *results*, up to where its writer may have been ended."""
    with suppress(EOFError, pickle.UnpicklingError):
        while True:
            yield pickle.load(results)  # noqa: S301 - written by our own process


def _read_or_refused(log: Log) -> LogRead | dict[str, Any]:
    try:
        return read_log(log)
    except BadInput as error:
        return {"expected": error.expected, "found": error.found, "where": error.where}


def _read(found: LogRead | dict[str, Any]) -> LogRead:
    """What a process found; the error that it met is raised here."""
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
