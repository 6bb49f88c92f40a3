"""The state of an engagement: which artefacts count, how old they are, what has changed under them, which runs did not end well.

Everything is read anew from the folder; nothing is remembered, so that a clone elsewhere says the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..errors import FdeError
from ..portable.artefact import RECORD, digest
from ..portable.evidence import digest_now
from ..portable.sources import Source
from . import artefacts, ledger, runs
from .artefacts import Official
from .engagement import Engagement


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One current artefact.

    Attributes:
        item: Its ledger line.
        days: Its age in days of the engagement's calendar; negative if it is of a later day than now.
        changed: Sources that are no longer as they were, each with what became of it.
        edited: Files of its folder that a person changed.
        error: Why its folder cannot be read, None if it can.
    """

    item: Official
    days: int
    changed: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    error: FdeError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What `fde status` shows.

    Attributes:
        artefacts: The current ones, by skill and subject.
        failed: Runs that ended badly and were not followed by one that ended well.
        open: Runs that were started and never ended.
        asked: Runs that wait for a reply.
        orphans: Artefact folders without a ledger line.
        missing: Official artefacts whose folder is gone.
        torn: Ledgers whose last line was cut off.
    """

    artefacts: tuple[State, ...]
    failed: tuple[runs.Run, ...]
    open: tuple[runs.Run, ...]
    asked: tuple[runs.Run, ...]
    orphans: tuple[str, ...]
    missing: tuple[str, ...]
    torn: tuple[str, ...]


def status(engagement: Engagement, now: datetime) -> Status:
    """Return the state of *engagement* at *now* (aware)."""
    shelf = artefacts.shelf(engagement)
    every = runs.runs(engagement)
    torn = [name for name, is_torn in (("artefacts/ledger.ndjson", shelf.torn), (".fde/runs.ndjson", _is_torn(engagement))) if is_torn]
    current = [item for item in shelf.current().values() if item.folder not in shelf.missing]
    return Status(
        artefacts=tuple(_state(engagement, item, now) for item in sorted(current, key=lambda i: (i.skill, i.subject or ""))),
        failed=tuple(run for place, run in enumerate(every) if _is_bad(run) and not _mended(run, every[place + 1 :])),
        open=tuple(run for run in every if run.state == "started"),
        asked=tuple(run for run in every if run.waits),
        orphans=shelf.orphans,
        missing=shelf.missing,
        torn=tuple(torn),
    )


def _is_torn(engagement: Engagement) -> bool:
    return ledger.read(runs.ledger_path(engagement)).torn


def _state(engagement: Engagement, item: Official, now: datetime) -> State:
    day = datetime.fromisoformat(item.at).astimezone(engagement.zone).date()
    days = (now.astimezone(engagement.zone).date() - day).days
    try:
        record = artefacts.load(engagement, item.folder)
        changed, edited = tuple(_changes(engagement, record)), tuple(_edited(engagement, item, record))
    except FdeError as error:
        return State(item=item, days=days, error=error)
    return State(item=item, days=days, changed=changed, edited=edited)


def _changes(engagement: Engagement, record: dict[str, Any]) -> Iterator[str]:
    texts = artefacts.texts_now(engagement, (source["id"] for source in record["sources"] if "kind" in source))
    for source in record["sources"]:
        if not source["locator"].startswith("file:evidence/"):
            continue
        try:
            now = _digest_now(engagement, source, texts)
        except (FdeError, OSError):
            yield f"{source['id']} cannot be read"
            continue
        if now is None and source["health"] not in ("empty", "failed", "skipped"):
            yield f"{source['id']} is gone"
        elif now is not None and source["digest"] and now != source["digest"]:
            yield f"{source['id']} changed"


def _digest_now(engagement: Engagement, source: Mapping[str, Any], texts: Mapping[str, Source]) -> str | None:
    if "kind" not in source:
        return digest_now(engagement.evidence, source["locator"])
    found = texts.get(source["id"])
    artefacts.require_readable([found] if found else [])
    return found.digest if found else None


def _edited(engagement: Engagement, item: Official, record: dict[str, Any]) -> Iterator[str]:
    if not artefacts.is_as_written(engagement, item):
        yield RECORD
    texts = artefacts.views(engagement, item.folder, record)
    recorded = {view["path"]: view["digest"] for view in record["views"]}
    yield from (name for name, text in texts.items() if text is None or digest(text) != recorded[name])


def _is_bad(run: runs.Run) -> bool:
    return run.state == "finished" and (run.outcome == "rejected" or run.outcome.startswith("failed"))


def _mended(run: runs.Run, later: tuple[runs.Run, ...]) -> bool:
    same = [other.outcome for other in later if (other.skill, other.subject) == (run.skill, run.subject)]
    return any(outcome in ("ok", "none", "unchanged") for outcome in same)
