"""Telemetry and traces of the very sessions whose logs are there: what they recorded takes the place of what rules would say.

A log has no start of a tool and no word of an open dialog; its telemetry has both (`claude_code.tool.blocked_on_user`), exactly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from intervals import Packed, Span, Spans, total, union, without
from labels import Labels, label
from reading import Interval, Read
from sessions import Session
from spans import CONVERSATION

RECORDED = frozenset({"A", "B"})  # grades; what a rule made of an event is more than a log says, and no record


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What telemetry tells of one session.

    Attributes:
        labels: Its instants.
        sure: Those of them that were recorded, tidy.
        outside: Seconds that it tells of before or after the log, where there is no session to take them.
    """

    labels: Labels
    sure: Spans
    outside: float


def conversations(reads: Iterable[Read]) -> set[str]:
    """The sessions that *reads* tell of, by the ids that they have there."""
    return {_session(one) for read in reads for one in read.intervals} - {""}


def told_of(sessions: Mapping[str, Session], reads: Iterable[Read]) -> dict[str, Told]:
    """What *reads* tell of each of the *sessions*, by its log's id; none of those they tell nothing of.

    *sessions* are by the ids that they have in *reads*; what lies outside of a session's log is no part of it.
    """
    found: dict[str, list[Interval]] = defaultdict(list)
    for one in (one for read in reads for one in read.intervals):
        if _session(one) in sessions and one.end > one.start:
            found[_session(one)].append(one)
    return {sessions[name].id: _told(intervals, sessions[name].wall) for name, intervals in found.items()}


def of_others(sessions: Collection[str], reads: Iterable[Read]) -> list[Read]:
    """*reads* without what is of those *sessions*, so that no session counts twice."""
    return [replace(read, intervals=tuple(one for one in read.intervals if _session(one) not in sessions)) for read in reads]


def with_told(session: Session, told: Labels) -> Session:
    """The session with the instants that *told* covers labelled as it says."""
    covered = union([*told.model, *told.tool, *told.human])

    def put(spans: Packed, own: Spans) -> Packed:
        return Packed(union([*without(list(spans), covered), *own]))

    return replace(session, model=put(session.model, told.model), tool=put(session.tool, told.tool), human=put(session.human, told.human))


def _session(one: Interval) -> str:
    """The session that an interval is of, "" if it names none."""
    return one.case.removeprefix(CONVERSATION) if one.case.startswith(CONVERSATION) else ""


def _told(intervals: Sequence[Interval], wall: Span) -> Told:
    kinds = {kind: union((one.start, one.end) for one in intervals if one.kind == kind) for kind in ("human", "model", "tool")}
    sure = union((one.start, one.end) for one in intervals if one.kind in kinds and one.grade in RECORDED)
    every = union((one.start, one.end) for one in intervals)
    return Told(labels=label(**kinds), sure=sure, outside=total(without(every, [wall])))
