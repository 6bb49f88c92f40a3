"""What every reader of logs gives: intervals of one kind, of one case, each with the grade of its evidence.

A reader is a module with `FORMAT` (its name, as in the support table), `recognises(head, name)` and `read(path, name)`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from pulls import EARLIEST, LATEST

# Of an agent: the model answers, a tool runs, a person is asked, the provider makes wait, nobody does anything.
# Of a pipeline: a job waits for a machine, runs, or waits for a person's approval.
# Of a change: it waits for its first review, is reviewed, is worked on again, waits for its merge.
# Of any case: somebody works on it, or it waits.
KINDS = (
    "model", "tool", "human", "provider", "idle",
    "queue", "run", "approval",
    "author", "pickup", "review", "rework", "merge",
    "service", "wait",
)  # fmt: skip
GRADES = ("A", "B", "C", "D")


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A stretch of one case's time.

    Attributes:
        case: Whose: an id that is the same in every file that tells of this case.
        kind: What was done or waited for, one of KINDS.
        start: Epoch seconds.
        end: Epoch seconds, not before *start*.
        grade: A recorded as a duration, B between two recorded times, C inferred by a rule, D told.
        what: The part it belongs to (a job's, a tool's name), "" if it has none.
    """

    case: str
    kind: str
    start: float
    end: float
    grade: str
    what: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Something that happened to a case at one time; what passed between two may stand in different files.

    Attributes:
        case: As for an interval.
        event: What happened, one word of the reader's own.
        at: Epoch seconds.
        who: Who did it, only to be compared; "" if it is not known.
        what: What it belongs to (a job's name, a commit), "" if nothing.
    """

    case: str
    event: str
    at: float
    who: str = ""
    what: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What was read of one file.

    Attributes:
        format: The reader's FORMAT.
        name: The file, below the evidence folder.
        records: How many records it holds that were understood.
        skipped: Where (line or place) those stand that were not, and why.
        intervals: In the order of the file; they may overlap.
        moments: What happened when, to be put together with what other files say of the same cases.
        weights: Names of parts of a step, and their seconds: without a start, they are no stretch of anybody's time.
        remarks: Sentences on what the log cannot say: where it cannot split work from waiting, it gives no such intervals.
    """

    format: str
    name: str
    records: int
    skipped: tuple[str, ...] = ()
    intervals: tuple[Interval, ...] = ()
    moments: tuple[Moment, ...] = ()
    weights: tuple[tuple[str, float], ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def grade(self) -> str:
        """The weakest grade that carries time, "" if nothing does; between two moments it is that of recorded times."""
        grades = [interval.grade for interval in self.intervals if interval.end > interval.start]
        return max([*grades, *(["B"] if self.moments else [])], default="")


class Reader(Protocol):
    """A module that reads one format."""

    FORMAT: str

    def recognises(self, head: bytes, name: str) -> bool:
        """Say whether a file that begins with *head* (at most 64 kB) is of this format; its *name* alone decides nothing."""
        ...

    def read(self, path: Path, name: str) -> Read:
        """Read the file *path*, called *name* in messages. Raises BadInput where nothing of it can be used."""
        ...


def instant(value: object) -> float | None:
    """Return epoch seconds of an ISO 8601 time with offset, or of a number of seconds, milli-, micro- or nanoseconds.

    A number's unit is known by its size: between 2005 and 2100 the four ranges do not meet. None for anything else, a time without
    an offset among it: whose clock it is, nobody can know.
    """
    if isinstance(value, str):
        return iso(value) if not value.isascii() or not value.isdigit() else instant(int(value))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    for unit in (1, 1_000, 1_000_000, 1_000_000_000):
        if EARLIEST <= value / unit <= LATEST:
            return value / unit
    return None


def iso(text: str) -> float | None:
    """Return epoch seconds of an ISO 8601 time with offset between 2005 and 2100; None for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    seconds = moment.timestamp()
    return seconds if EARLIEST <= seconds <= LATEST else None


def stretch(
    case: str, kind: str, start: float | None, end: float | None, grade: str, what: str = ""
) -> Iterable[Interval]:
    """Yield the one interval from *start* to *end*, none if one of them is not known or the end comes first."""
    if start is not None and end is not None and end >= start:
        yield Interval(case=case, kind=kind, start=start, end=end, grade=grade, what=what)
