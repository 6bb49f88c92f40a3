"""Reads many logs at once: when they are large, a second process (this file, run as a script) reads the later half of them.

The two share nothing: that one gets its list on stdin and gives back what it found on stdout.
"""

from __future__ import annotations

import gc
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent))

from logfiles import Log, LogRead, read_log
from pulls import BadInput

LARGE = 64_000_000  # bytes from which a second process is worth its start
OWN_SHARE = 0.48  # of the bytes, read by the process that also puts everything together


def read_logs(logs: Sequence[Log]) -> Iterator[LogRead]:
    """Read *logs*, in their order.

    Raises:
        BadInput: a file cannot be read.
    """
    sizes = list(accumulate(log.size for log in logs))
    if not sizes or sizes[-1] < LARGE:
        yield from map(read_log, logs)
        return
    own = sum(size <= OWN_SHARE * sizes[-1] for size in sizes)
    # Files, as a pipe would be full long before anybody reads it.
    with tempfile.TemporaryFile() as jobs, tempfile.TemporaryFile() as results:
        pickle.dump(logs[own:], jobs)
        jobs.seek(0)
        with subprocess.Popen([sys.executable, "-I", __file__], stdin=jobs, stdout=results) as other:
            yield from map(read_log, logs[:own])
        if other.returncode:
            raise BadInput(
                expected="a second process that reads logs",
                found=f"its end with code {other.returncode}",
                where=__file__,
            )
        results.seek(0)
        yield from (_found(pickle.load(results)) for _ in logs[own:])  # noqa: S301 - written by our own process


def _found(found: LogRead | dict[str, str]) -> LogRead:
    """What the other process found; the error that ended it is raised here."""
    if isinstance(found, LogRead):
        return found
    raise BadInput(**found)


def main() -> None:
    """Read the logs listed on stdin and write what each gave, or the error that ended it, to stdout."""
    gc.disable()  # nothing here makes a cycle, and it ends soon
    try:
        for log in pickle.load(sys.stdin.buffer):  # noqa: S301 - written by the process that started this one
            pickle.dump(read_log(log), sys.stdout.buffer, pickle.HIGHEST_PROTOCOL)
    except BadInput as error:
        parts = {"expected": error.expected, "found": error.found, "where": error.where}
        pickle.dump(parts, sys.stdout.buffer)


if __name__ == "__main__":
    main()
