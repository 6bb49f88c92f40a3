"""What came of a promise: for an open action the fact it should move, then and now; for a debt and a decision how long it is open.

A fact has moved only if its intervals then and now part. Anything less is told as what it is: not known yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ..errors import FdeError
from ..portable.facts import Fact, by_id, is_known, show_range
from . import artefacts
from .actions import Action, Debt
from .artefacts import Official, Shelf
from .decisions import Decision
from .engagement import Engagement

MOVED = "moved"
OVERLAP = "cannot tell: the intervals overlap"
NOT_AGAIN = "no new measurement"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """An open action, and what became of the fact that it should move.

    Attributes:
        action: The line of `actions.md`.
        overdue: Days since it was due, 0 if it is not overdue.
        then: The fact with its interval in the artefact that the line names, None if there is none.
        now: The same in the current artefact.
        verdict: `moved`, `no new measurement` or `cannot tell: ...`; empty if the action names no fact.
    """

    action: Action
    overdue: int = 0
    then: str | None = None
    now: str | None = None
    verdict: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """Something that the client still owes us.

    Attributes:
        debt: The line of `actions.md`.
        days: Since it was asked for, None if the line does not say when.
        overdue: Days since it was needed, 0 if it is not overdue.
    """

    debt: Debt
    days: int | None
    overdue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """An open decision: days since it was opened, and since it was needed (0 if it is not overdue)."""

    decision: Decision
    days: int
    overdue: int


def owed(debt: Debt, today: date) -> Owed:
    """Return how long *debt* is open on *today*."""
    return Owed(debt=debt, days=(today - debt.asked).days if debt.asked else None, overdue=overdue(debt.needed_by, today))


def pending(decision: Decision, today: date) -> Pending:
    """Return how long *decision* is open on *today*."""
    return Pending(decision=decision, days=(today - decision.opened).days, overdue=overdue(decision.needed_by, today))


def overdue(day: date | None, today: date) -> int:
    """Return the days from *day* to *today*, 0 if it is yet to come or not set."""
    return max(0, (today - day).days) if day else 0


@dataclass(frozen=True, slots=True)
class Follower:
    """Follows actions to their facts; each artefact is read once."""

    engagement: Engagement
    shelf: Shelf
    records: dict[str, dict[str, Any] | None] = field(default_factory=dict)

    def progress(self, action: Action, today: date) -> Progress:
        """Return what became of *action* by *today*."""
        late = overdue(action.due, today)
        if not action.moves:
            return Progress(action=action, overdue=late)
        official = next((item for item in self.shelf.official if item.folder == f"artefacts/{action.artefact}"), None)
        if official is None:
            why = f"there is no artefact {action.artefact}" if action.artefact else "the line names no artefact"
            return Progress(action=action, overdue=late, verdict=f"cannot tell: {why}")
        current = self.shelf.current()[official.skill, official.subject]
        then, now = self._fact(official, action.moves), self._fact(current, action.moves)
        verdict = self._verdict(official, current, action.moves)
        return Progress(action=action, overdue=late, then=_shown(then), now=_shown(now), verdict=verdict)

    def _verdict(self, then: Official, now: Official, name: str) -> str:
        for item in (then, now):
            if self._record(item) is None:
                return f"cannot tell: {item.folder} cannot be read"
            if self._fact(item, name) is None:
                return f"cannot tell: {item.folder} has no {name}"
        if then.facts == now.facts:
            return NOT_AGAIN
        before, after = self._record(then) or {}, self._record(now) or {}
        verdict = compare(by_id(before["facts"])[name], by_id(after["facts"])[name])
        differs = before["version"] != after["version"]
        return f"{verdict} (by version {after['version']} of the skill, then {before['version']})" if differs else verdict

    def _fact(self, item: Official, name: str) -> Fact | None:
        record = self._record(item)
        return by_id(record["facts"]).get(name) if record else None

    def _record(self, item: Official) -> dict[str, Any] | None:
        if item.folder not in self.records:
            try:
                self.records[item.folder] = artefacts.load(self.engagement, item.folder)
            except FdeError:  # told where the artefact itself is
                self.records[item.folder] = None
        return self.records[item.folder]


def compare(then: Fact, now: Fact) -> str:
    """Return whether a fact *moved* between two measurements, or why that cannot be told."""
    if reason := next(_incomparable(then, now), ""):
        return f"cannot tell: {reason}"
    (low, high), (low_now, high_now) = _ends(then["interval"]), _ends(now["interval"])
    return MOVED if high_now < low or high < low_now else OVERLAP


def _incomparable(then: Fact, now: Fact) -> Iterator[str]:
    if not is_known(then):
        yield "it was not known then"
    if not is_known(now):
        yield "it is not known now"
    if (then["type"], then["unit"]) != (now["type"], now["unit"]):
        yield "it is measured in another unit now"
    intervals = [fact.get("interval") for fact in (then, now)]
    if not all(intervals):
        yield "it has no interval"
    elif intervals[0]["level"] != intervals[1]["level"]:  # type: ignore[index]
        yield "its intervals are of different levels"


def _ends(interval: Mapping[str, float]) -> tuple[float, float]:
    return interval["low"], interval["high"]


def _shown(fact: Fact | None) -> str | None:
    return show_range(fact) if fact else None
