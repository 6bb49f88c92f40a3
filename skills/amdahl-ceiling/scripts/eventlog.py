"""What the events of one case show: each visit of an activity with its work and the wait before it.

Only a start and a complete that belong together give work; an activity that is only ever completed gives none, and nothing is made up.
Times are whole microseconds of the epoch.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple

from intervals import Spans

SECOND = 1_000_000
SCHEDULE, START, SUSPEND, RESUME, COMPLETE = "schedule", "start", "suspend", "resume", "complete"
ENDS = frozenset({COMPLETE, "ate_abort"})  # work that was broken off was work too
DROPPED = frozenset({"withdraw", "autoskip", "manualskip"})  # nobody waits for it any more
WITHOUT_TIME = frozenset({"assign", "reassign"})  # who does it, not when
Key = tuple[str, str]
_TIME = itemgetter(0)


class Event(NamedTuple):
    """One line of an event log.

    Attributes:
        at: When.
        activity: What was done.
        instance: Which of several visits at once (concept:instance), "" if the log does not say.
        transition: The step of its life (schedule, start, ...), in small letters.
    """

    at: int
    activity: str
    instance: str = ""
    transition: str = COMPLETE


@dataclass(slots=True, kw_only=True)
class Visit:
    """One time that a case went through an activity.

    Attributes:
        activity: Which.
        began: When work on it began, None if no start is recorded.
        ended: When it ended.
        waits_from: Since when it was waited for: its schedule, else the completion before its start; None if there is neither.
        pauses: When the work was suspended, in order.
    """

    activity: str
    ended: int = 0
    began: int | None = None
    waits_from: int | None = None
    pauses: list[tuple[int, int]] = field(default_factory=list)
    paused: int | None = None

    def work(self) -> Spans:
        """The stretches of work: from its start to its end, without its pauses; empty if no start is recorded."""
        if self.began is None:
            return []
        spans: Spans = []
        free = self.began
        for start, end in self.pauses:
            spans.append((free, start))
            free = end
        return [*spans, (free, self.ended)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One case.

    Attributes:
        first: Time of its first event.
        last: Time of its last event.
        visits: Every visit that has ended, in the order of their ends.
        unfinished: Starts without an end.
        disordered: Events that stand behind a later one.
        odd: Suspensions and resumptions that fit no visit, and steps of a life that are not known here.
    """

    first: int
    last: int
    visits: tuple[Visit, ...]
    unfinished: int
    disordered: int
    odd: int

    @property
    def unstarted(self) -> int:
        """Visits without a recorded start."""
        return sum(visit.began is None for visit in self.visits)


def flow(events: Sequence[Event]) -> Flow:
    """The visits in the *events* (at least one) of one case, in the order of their times; where times are equal, as they stand there."""
    ordered = sorted(events, key=_TIME)
    disordered = sum(after[0] < before[0] for before, after in pairwise(events))
    pairing = _Pairing()
    for event in ordered:
        pairing.take(event)
    return Flow(
        first=ordered[0][0],
        last=ordered[-1][0],
        visits=tuple(pairing.visits),
        unfinished=sum(map(len, pairing.open.values())),
        disordered=disordered,
        odd=pairing.odd,
    )


class _Pairing:
    """Starts and completes of one case that find each other by activity and instance, first in, first out."""

    def __init__(self) -> None:
        self.open: dict[Key, deque[Visit]] = {}
        self.scheduled: dict[Key, deque[int]] = {}
        self.visits: list[Visit] = []
        self.odd = 0
        self._completed: int | None = None

    def take(self, event: Event) -> None:
        at, activity, instance, transition = event
        key = activity, instance
        if transition in ENDS:
            self._end(key, at)
        elif transition == START:
            self._start(key, at)
        elif transition == SCHEDULE:
            self.scheduled.setdefault(key, deque()).append(at)
        elif transition in DROPPED:
            self._unscheduled(key)
        elif transition not in WITHOUT_TIME:
            self._pause(key, at, transition)

    def _unscheduled(self, key: Key) -> int | None:
        waiting = self.scheduled.get(key)
        return waiting.popleft() if waiting else None

    def _start(self, key: Key, at: int) -> None:
        since = self._unscheduled(key)
        visit = Visit(activity=key[0], began=at, waits_from=self._completed if since is None else since)
        self.open.setdefault(key, deque()).append(visit)

    def _end(self, key: Key, at: int) -> None:
        begun = self.open.get(key)
        if begun:
            visit = begun.popleft()
            _resume(visit, at)
        else:
            # Without a start nobody knows what of the time since its schedule was work; that schedule is used up.
            self._unscheduled(key)
            visit = Visit(activity=key[0])
        visit.ended = self._completed = at
        self.visits.append(visit)

    def _pause(self, key: Key, at: int, transition: str) -> None:
        wanted = {SUSPEND: False, RESUME: True}.get(transition)
        visit = next((one for one in self.open.get(key, ()) if (one.paused is not None) is wanted), None)
        if visit is None:
            self.odd += 1
        elif transition == SUSPEND:
            visit.paused = at
        else:
            _resume(visit, at)


def _resume(visit: Visit, at: int) -> None:
    if visit.paused is not None:
        visit.pauses.append((visit.paused, at))
        visit.paused = None
