"""Every engagement below a folder, one line each; a broken one is a line with its error and hides no other.

Everything is taken from what the files say, never from when they were written, so that a clone gives the same line.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from ..errors import FdeError, SystemRefused
from ..portable import evidence
from ..portable.days import day
from ..portable.facts import is_known
from ..portable.names import escaped
from . import actions, artefacts, decisions
from .days import today
from .engagement import HEAD_FILE, Engagement, read
from .status import Status, status

DEPTH = 3
BASELINE = ("A", "B", "C")
_HEAD = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*$", re.DOTALL | re.MULTILINE)
_DATE = re.compile(r"^date:[ \t]*([0-9-]{10})[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One engagement.

    Attributes:
        folder: Relative to where the search began, POSIX.
        name: The engagement's name; its folder where that cannot be read.
        contact: The newest day not after today that a note, an artefact, a decision or a line of `actions.md` names.
        has_baseline: Whether a current artefact has a known fact that was not only told.
        decision: The oldest open decision's question, empty if none is open.
        decision_days: How long it is open.
        failed: How many runs of this machine failed and were not mended.
        overdue: How many actions, debts and decisions are overdue.
        error: Why it cannot be read, None if it can.
    """

    folder: str
    name: str
    contact: date | None = None
    has_baseline: bool = False
    decision: str = ""
    decision_days: int = 0
    failed: int = 0
    overdue: int = 0
    error: FdeError | None = None


def overview(root: Path, now: datetime) -> tuple[Line, ...]:
    """Return a line for each engagement in *root* and at most three folders below it, by folder."""
    return tuple(sorted((_line(root, folder, now) for folder in _engagements(root, DEPTH)), key=lambda line: line.folder))


def _engagements(folder: Path, depth: int) -> Iterator[Path]:
    """Yield the folders with a head; what lies within an engagement is its own, and links lead elsewhere."""
    if os.path.lexists(folder / HEAD_FILE):
        yield folder
    elif depth:
        for below in _folders(folder):
            yield from _engagements(below, depth - 1)


def _folders(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False) and not entry.name.startswith(".")]
    except OSError:  # a folder of somebody else's is no engagement of ours
        return []


def _line(root: Path, folder: Path, now: datetime) -> Line:
    name = escaped(folder.relative_to(root).as_posix())
    try:
        engagement = read(folder)
        return _told(engagement, name, status(engagement, now), now)
    except FdeError as error:
        error.where = error.where.removeprefix(f"{escaped(folder)}/")
        return Line(folder=name, name=name if name != "." else escaped(folder.name), error=error)
    except OSError as error:
        return Line(folder=name, name=name, error=SystemRefused(error.strerror or error))


def _told(engagement: Engagement, folder: str, state: Status, now: datetime) -> Line:
    oldest = max(state.decisions, key=lambda item: item.days, default=None)
    faults = [item.error for item in state.artefacts if item.error]
    return Line(
        folder=folder,
        name=engagement.name,
        contact=max((found for found in _contacts(engagement) if found <= today(engagement, now)), default=None),
        has_baseline=any(_has_baseline(engagement, item.item.folder) for item in state.artefacts if not item.error),
        decision=oldest.decision.question if oldest else "",
        decision_days=oldest.days if oldest else 0,
        failed=len(state.failed),
        overdue=state.overdue,
        error=next(iter([*faults, *state.broken]), None),
    )


def _has_baseline(engagement: Engagement, folder: str) -> bool:
    facts = artefacts.load(engagement, folder)["facts"]
    return any(is_known(fact) and fact["grade"] in BASELINE for fact in facts)


def _contacts(engagement: Engagement) -> Iterator[date]:
    """Yield each day on which something of the client came in, was written for them or was decided."""
    for item in artefacts.shelf(engagement).official:
        yield today(engagement, datetime.fromisoformat(item.at))
    for decision in decisions.read(engagement)[0]:
        yield from (found for found in (decision.opened, decision.decided) if found)
    yield from (debt.asked for debt in actions.read(engagement).debts if debt.asked)
    for source in evidence.words(engagement.evidence, ["**/*.md"]):
        head = _HEAD.match(source.text)
        dated = _DATE.search(head[1]) if head else None
        if dated and (found := day(dated[1])):
            yield found
