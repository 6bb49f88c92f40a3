"""One measurement of an evidence folder: what was read, what was found per session and per pull request, and the boundaries.

Everything that the report says is computed from this value.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from boundaries import Boundary, pull_boundaries, session_boundaries
from changes import APART, number
from evidence import Source, remark
from exportfiles import origin, read_exports, unread
from factlist import HOUR
from figures import PullFigures, SessionFigures, TurnFigures, Waits, measure_pull, measure_session
from intervals import Span
from joins import joined, read_links
from pulls import Pull
from pulltables import read_all_pulls
from reading import Read
from sessionlogs import named_otherwise, read_sessions
from sessions import Session
from telemetry import Told, conversations, of_others, told_of
from traced import Traced, trace
from worktime import Calendar

PULL_REQUESTS = "set:pull-requests"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """What an evidence folder gave.

    Attributes:
        calendar: The working time it was measured with.
        hours: That working time as it was given.
        sources: Session logs and pull requests, then the exports of other systems that are there, as sources.
        sessions: Every session.
        pulls: Every merged pull request that was listed.
        pull_sources: Ids of the sources that list them.
        measured: Those with a first prompt before their merge (without sessions: with a first commit before it).
        headline: Those of them that carry the headline: all their sessions are here.
        boundaries: By id.
        traced: What the exports of other systems gave.
        reads: Those exports, as they were read, without the telemetry of these sessions.
        told: How many of the sessions have telemetry.
    """

    calendar: Calendar
    hours: str
    sources: tuple[Source, ...]
    sessions: tuple[SessionFigures, ...]
    pulls: tuple[Pull, ...]
    pull_sources: tuple[str, ...]
    measured: tuple[PullFigures, ...]
    headline: tuple[PullFigures, ...]
    boundaries: dict[str, Boundary]
    traced: Traced
    reads: tuple[Read, ...]
    told: int

    @property
    def turns(self) -> list[TurnFigures]:
        """Every turn with a believable recorded duration."""
        return [turn for session in self.sessions for turn in session.turns]

    @property
    def middle(self) -> date | None:
        """The day in the middle between the first and the last end of a change, or else of a session or of what exports tell; None within a day."""
        kinds = [[pull.pull.merged for pull in self.headline], [session.wall[1] for session in self.sessions], *self.traced.periods.values()]
        for ended in filter(None, kinds):
            first, last = (datetime.fromtimestamp(end, self.calendar.zone).date() for end in (min(ended), max(ended)))
            if first < last:
                return first + (last - first + timedelta(days=1)) / 2
        return None

    def ends(self, name: str) -> Span | None:
        """First and last instant of the sessions or of the headline's pull requests, epoch seconds."""
        spans = (
            [s.wall for s in self.sessions]
            if name == "set:sessions"
            else [(p.start, p.pull.merged) for p in self.headline]
        )
        return (min(start for start, _ in spans), max(end for _, end in spans)) if spans else None

    def period(self, name: str) -> list[str] | None:
        """First and last day of the same, in the calendar's zone."""
        ends = self.ends(name)
        return None if ends is None else [datetime.fromtimestamp(end, self.calendar.zone).date().isoformat() for end in ends]


def measure(evidence: Path, calendar: Calendar, hours: str) -> Measurement:
    """Read and measure the folder *evidence*.

    Raises:
        BadInput: a file is not what it should be.
    """
    session_source, read = read_sessions(evidence)
    pull_source, pulls = read_all_pulls(evidence)
    exports, reads = read_exports(evidence, pull_source)
    remark(session_source, "folders hold files of which nothing is read here (references/formats.md names those that are)", unread(evidence))
    listed_by: tuple[str, ...] = (pull_source.id,)
    if not pulls and reads:
        pulls, listed_by = _joined(evidence, reads, exports)
    ids = _ids_in(reads, read, evidence)
    told = told_of(ids, reads)
    _say_of_telemetry(session_source, told, conversations(reads) - ids.keys())
    reads = of_others(ids, reads)
    traced = trace(reads, calendar)
    sessions = {session.id: measure_session(session, told.get(session.id)) for session in read}
    named = sessions | {name: sessions[log] for name, log in _renamed(evidence, pulls, sessions).items()}
    measured = [measure_pull(pull, named, calendar, waits_of(pull, traced.waits)) for pull in pulls]
    found = [figures for figures in measured if figures is not None]
    headline = [figures for figures in found if figures.covered or not sessions]
    return Measurement(
        calendar=calendar,
        hours=hours,
        sources=(session_source, pull_source, *exports),
        sessions=tuple(sessions.values()),
        pulls=tuple(pulls),
        pull_sources=listed_by,
        measured=tuple(found),
        headline=tuple(headline),
        boundaries=_by_id(
            [*session_boundaries([*sessions.values()]), *pull_boundaries(headline, is_split=bool(sessions))]
        ),
        traced=traced,
        reads=tuple(reads),
        told=len(told),
    )


def _renamed(evidence: Path, pulls: Sequence[Pull], sessions: Mapping[str, SessionFigures]) -> dict[str, str]:
    """The sessions of *pulls* whose log is here under another name, which its records do not have."""
    wanted = {session for pull in pulls for session in pull.sessions} - sessions.keys()
    return {name: log for name, log in named_otherwise(evidence, wanted).items() if log in sessions} if sessions else {}


def _ids_in(reads: Sequence[Read], sessions: Sequence[Session], evidence: Path) -> dict[str, Session]:
    """The *sessions* by the ids that telemetry can have of them: a log may have been renamed, and its records not."""
    found = {session.id: session for session in sessions}
    others = named_otherwise(evidence, conversations(reads) - found.keys()) if sessions else {}
    return found | {name: found[log] for name, log in others.items() if log in found}


def _say_of_telemetry(source: Source, told: Mapping[str, Told], others: Collection[str]) -> None:
    """Say what telemetry tells that is in none of the logs."""
    outside = math.fsum(one.outside for one in told.values())
    if outside > 1:
        source.remarks.append(f"{outside / HOUR:.3g} hours of telemetry lie before or after the log of their session, and are left out.")
    if source.count and others:
        source.remarks.append(
            f"{len(others)} sessions by telemetry or traces have no log here by their id and count beside the logs; in a pack the logs have other "
            "ids, so with a pack leave their telemetry out."
        )


def waits_of(pull: Pull, waits: Mapping[str, Waits]) -> Waits | None:
    """What exports tell of *pull*: by its id, or by its number if one change alone of that number was merged when it was."""
    if pull.number in waits:
        return waits[pull.number]
    named = [found for case, found in waits.items() if number(case) == number(pull.number) and abs(found.merged - pull.merged) <= APART]
    return named[0] if len(named) == 1 else None


def _joined(evidence: Path, reads: Sequence[Read], exports: Sequence[Source]) -> tuple[list[Pull], tuple[str, ...]]:
    """The merged changes that exports tell of, joined to sessions; and the sources that they are in."""
    pulls, ways = joined([one for read in reads for one in read.moments], read_links(evidence))
    origins = tuple(dict.fromkeys(origin(read.name) for read in reads if any(one.event == "merged" for one in read.moments)))
    for source in exports:
        if source.id in origins[:1] and ways:
            told = ", ".join(f"{count} by {way}" for way, count in ways.items())
            source.remarks.append(f"Sessions joined to merged changes: {told}.")
    return pulls, origins or (PULL_REQUESTS,)


def boundaries_within(found: Measurement, within: Callable[[float], bool]) -> dict[str, Boundary]:
    """Every boundary of those cases alone that ended when *within* says, epoch seconds."""
    sessions = [session for session in found.sessions if within(session.wall[1])]
    pulls = [pull for pull in found.headline if within(pull.pull.merged)]
    own = [*session_boundaries(sessions), *pull_boundaries(pulls, is_split=bool(found.sessions))]
    return _by_id(own) | dict(trace(found.reads, found.calendar, within).boundaries)


def _by_id(boundaries: Sequence[Boundary]) -> dict[str, Boundary]:
    return {boundary.id: boundary for boundary in boundaries}
