"""What a process that was killed has left half done: finished where that is safe, else named for a person to remove.

Nothing is deleted here, and nothing becomes official whose figures and quotes do not agree with its facts and sources.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..errors import FdeError
from ..portable.names import escaped
from . import actions, artefacts, files, runs
from .artefacts import Official
from .engagement import Engagement


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """One folder that no ledger line made official.

    Attributes:
        folder: Relative to the engagement, POSIX.
        adopted: Whether it is official now.
        reason: Why it is not, empty if it is.
    """

    folder: str
    adopted: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Intent:
    """What a run recorded before it wrote: the line to be, and which artefact of its kind was the last then."""

    run: runs.Run
    item: Official
    after: str | None


def repair(engagement: Engagement) -> list[Mended]:
    """Adopt each orphan that is complete and in its place; the others are returned with the reason.

    Raises LedgerBroken, Locked or CannotWrite.
    """
    with files.lock(engagement.root):
        found = [_adopt(engagement, folder) for folder in artefacts.shelf(engagement).orphans]
        finish(engagement)
        return found


def look(engagement: Engagement) -> list[Mended]:
    """Return what `repair` would do now, and do none of it."""
    orphans = artefacts.shelf(engagement).orphans
    return [Mended(folder=folder, adopted=not (why := _against(engagement, folder)), reason=why) for folder in orphans]


def _adopt(engagement: Engagement, folder: str) -> Mended:
    reason = _against(engagement, folder)
    intent = None if reason else _intent(engagement, folder)
    if intent:
        artefacts.adopt(engagement, intent.item)
    return Mended(folder=folder, adopted=not reason, reason=reason)


def _against(engagement: Engagement, folder: str) -> str:
    """Return why *folder* cannot become official, empty if it can."""
    intent = _intent(engagement, folder)
    if intent is None:
        return "no run of this machine wrote it"
    last = artefacts.newest(engagement, intent.item.skill, intent.item.subject)
    if (last.folder if last else None) != intent.after:
        return f"a later run took its place: {last.folder if last else 'none'}"
    found = artefacts.complaints(engagement, folder, intent.item)
    return f"{found[0].where}: {found[0].what}" if found else ""


def _intent(engagement: Engagement, folder: str) -> _Intent | None:
    """Return what the run that wrote *folder* recorded before it wrote."""
    return next((intent for intent in _intents(engagement) if intent.item.folder == folder), None)


def _intents(engagement: Engagement) -> Iterator[_Intent]:
    where = escaped(runs.ledger_path(engagement))
    for run in runs.runs(engagement):
        for event in run.events:
            if event["event"] == "writing":
                yield _Intent(run=run, item=artefacts.official(event.get("official"), where), after=event.get("after"))


def finish(engagement: Engagement) -> None:
    """Do what each run still owes that made its artefact official: its actions in `actions.md`, and the record of its end.

    The caller holds the engagement's lock. Raises LedgerBroken, CannotWrite, or what is wrong with `actions.md`.
    """
    official = {item.folder for item in artefacts.shelf(engagement).official}
    for intent in _intents(engagement):
        if intent.item.folder in official and not _is_done(intent):
            if record := _record(engagement, intent.item.folder):
                actions.add_from(engagement, intent.item.folder, record)
            runs.record(engagement, intent.run, "finished", status=intent.item.status, artefact=intent.item.folder)


def _record(engagement: Engagement, folder: str) -> dict[str, Any] | None:
    """Return the artefact's record, None if it is gone or damaged, which status and verify tell."""
    try:
        return artefacts.load(engagement, folder)
    except FdeError:
        return None


def _is_done(intent: _Intent) -> bool:
    """Say whether the run has recorded its end with this artefact; one that failed behind its artefact has not."""
    return intent.run.state == "finished" and intent.run.last.get("artefact") is not None
