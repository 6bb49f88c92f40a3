"""A job of any pipeline as time: it waits for a machine, then it runs; or it waits for a person."""

from __future__ import annotations

from collections.abc import Iterator

from exports import Unfinished, Unusable
from reading import Interval, Moment

WHOLE = ""  # the name of what is a run as a whole, and stands only where none of its jobs is known


def job(case: str, name: str, *, created: float | None, started: float | None, ended: float | None, is_approval: bool = False) -> Iterator[Interval]:
    """The time of one job that came to an end, epoch seconds; what ends before it begins took no time.

    Clocks of machines differ by a second, and a job that was skipped ends before it began.
    """
    if ended is None:
        raise Unfinished("as they had not ended")
    if is_approval:
        if created is not None:
            yield interval(case, "approval", created, ended, name)
        return
    if created is not None:
        yield interval(case, "queue", created, ended if started is None else min(started, max(ended, created)), name)
    if started is not None:
        yield interval(case, "run", started, ended, name)


def interval(case: str, kind: str, start: float, end: float, name: str, grade: str = "B") -> Interval:
    """One stretch, without length where its end comes first."""
    return Interval(case=case, kind=kind, start=start, end=max(start, end), grade=grade, what=name)


def lasting(case: str, name: str, start: float | None, seconds: object) -> Interval:
    """A run of which the log has the duration, in seconds."""
    if start is None or isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
        raise Unusable("it has no start or no duration")
    return interval(case, "run", start, start + seconds, name, "A")


def of_commit(case: str, sha: object, started: float | None) -> Iterator[Moment]:
    """A run tells of which commit it was: nothing else joins it to its change once that is merged."""
    if sha and started is not None:
        yield Moment(case=case, event="head", at=started, what=str(sha))
