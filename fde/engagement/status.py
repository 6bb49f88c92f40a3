"""The state of an engagement: which artefacts count, what has changed under them, what was promised, which runs did not end well.

Everything is read anew from the folder; nothing is remembered, so that a clone elsewhere says the same.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from ..errors import FdeError
from ..portable.artefact import RECORD, Complaint, digest
from ..portable.evidence import describes, digest_now, matching, pattern_of
from ..portable.sources import Source
from ..text import digest as digest_of
from . import actions, artefacts, corrections, decisions, files, ledger, runs
from .artefacts import Official
from .days import today
from .engagement import Engagement
from .promises import Follower, Owed, Pending, Progress, owed, pending
from .twins import Reader

_GONE = "is gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One current artefact.

    Attributes:
        item: Its ledger line.
        days: Its age in days of the engagement's calendar; negative if it is of a later day than now.
        changed: Sources that are no longer as they were, or new, each with what became of it.
        gone: The ids of those that are no longer there.
        edited: Files of its folder that a person changed.
        corrections: How many corrections beside it wait for the next run.
        unclear: Lines of its corrections that cannot be understood.
        error: Why its folder cannot be read, None if it can.
    """

    item: Official
    days: int
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    corrections: int = 0
    unclear: tuple[Complaint, ...] = ()
    error: FdeError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What `fde status` shows.

    Attributes:
        artefacts: The current ones, by skill and subject.
        failed: Runs that ended badly and were not followed by one that ended well.
        open: Runs that were started and never ended, and were not followed by one that ended well.
        asked: Runs that wait for a reply.
        orphans: Artefact folders without a ledger line.
        missing: Official artefacts whose folder is gone.
        torn: Ledgers whose last line was cut off.
        actions: The open ones, in the order of the list.
        debts: What the client still owes us, likewise.
        decisions: The open ones, by file.
        unclear: Lines that a person wrote and that cannot be understood.
        broken: Files that cannot be read: `actions.md`, decisions.
    """

    artefacts: tuple[State, ...]
    failed: tuple[runs.Run, ...]
    open: tuple[runs.Run, ...]
    asked: tuple[runs.Run, ...]
    orphans: tuple[str, ...]
    missing: tuple[str, ...]
    torn: tuple[str, ...]
    actions: tuple[Progress, ...] = ()
    debts: tuple[Owed, ...] = ()
    decisions: tuple[Pending, ...] = ()
    unclear: tuple[Complaint, ...] = ()
    broken: tuple[FdeError, ...] = ()

    @property
    def overdue(self) -> int:
        """How many actions, debts and decisions are overdue."""
        days = [item.overdue for item in self.actions] + [item.overdue for item in self.debts] + [item.overdue for item in self.decisions]
        return sum(day > 0 for day in days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patterns:
    """What a skill reads, as globs below `evidence/`: what came since its artefact is seen by them.

    Attributes:
        words: Of the texts.
        data: Of what its script reads.
    """

    words: Sequence[str] = ()
    data: Sequence[str] = ()


def status(engagement: Engagement, now: datetime, reads: Mapping[str, Patterns] = MappingProxyType({})) -> Status:
    """Return the state of *engagement* at *now* (aware); *reads* has what each skill reads, by its name."""
    shelf = artefacts.shelf(engagement)
    every = runs.runs(engagement)
    unmended = [run for place, run in enumerate(every) if not _mended(run, every[place + 1 :])]
    torn = [name for name, is_torn in (("artefacts/ledger.ndjson", shelf.torn), (".fde/runs.ndjson", _is_torn(engagement))) if is_torn]
    current = [item for item in shelf.current().values() if item.folder not in shelf.missing]
    ordered = sorted(current, key=lambda item: (item.skill, item.subject or ""))
    states = tuple(_state(engagement, item, now, reads.get(item.skill, Patterns())) for item in ordered)
    day = today(engagement, now)
    listed, broken = _listed(engagement)
    decided, undecidable = decisions.read(engagement)
    follower = Follower(engagement, shelf)
    return Status(
        artefacts=states,
        actions=tuple(follower.progress(action, day) for action in listed.actions if not action.is_done),
        debts=tuple(owed(debt, day) for debt in listed.debts if not debt.is_done),
        decisions=tuple(pending(decision, day) for decision in decided if decision.is_open),
        unclear=(*listed.complaints, *(line for state in states for line in state.unclear), *corrections.late(engagement, shelf)),
        broken=(*broken, *undecidable),
        failed=tuple(run for run in unmended if _is_bad(run)),
        open=tuple(run for run in unmended if run.state == "started"),
        asked=tuple(run for run in every if run.waits),
        orphans=shelf.orphans,
        missing=shelf.missing,
        torn=tuple(torn),
    )


def _listed(engagement: Engagement) -> tuple[actions.Promises, tuple[FdeError, ...]]:
    try:
        return actions.read(engagement), ()
    except FdeError as error:
        error.where = actions.FILE
        return actions.Promises(), (error,)


def _is_torn(engagement: Engagement) -> bool:
    return ledger.read(runs.ledger_path(engagement)).torn


def _state(engagement: Engagement, item: Official, now: datetime, reads: Patterns) -> State:
    days = (today(engagement, now) - today(engagement, datetime.fromisoformat(item.at))).days
    try:
        record = artefacts.load(engagement, item.folder)
        changes = (*_settings(engagement, item), *_changes(engagement, record), *_new(engagement, record, reads))
        corrected = corrections.read(engagement, item.folder, record)
        return State(
            item=item,
            days=days,
            changed=tuple(f"{name} {what}" for name, what in changes),
            gone=tuple(name for name, what in changes if what == _GONE),
            edited=tuple(_edited(engagement, item, record)),
            corrections=len(corrected.lines),
            unclear=tuple(corrections.complaints(item.folder, corrected)),
        )
    except FdeError as error:
        return State(item=item, days=days, error=error)


def _settings(engagement: Engagement, item: Official) -> Iterator[tuple[str, str]]:
    """Yield what `engagement.md` says otherwise now than when the artefact was measured."""
    if changed := engagement.changed(item.settings):
        yield "engagement.md", f"changed ({', '.join(changed)})"


def _changes(engagement: Engagement, record: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each source that is no longer as it was, with what became of it."""
    texts = artefacts.texts_now(engagement, (source["id"] for source in record["sources"] if "kind" in source))
    for source in record["sources"]:
        if not source["locator"].startswith(("file:evidence/", "file:answers/")):
            continue
        try:
            now = _digest_now(engagement, source, texts)
        except (FdeError, OSError):
            yield source["id"], "cannot be read"
            continue
        if now is None and source["health"] not in ("empty", "failed", "skipped"):
            yield source["id"], _GONE
        elif now is not None and source["digest"] and now != source["digest"]:
            yield source["id"], "changed"


def _new(engagement: Engagement, record: Mapping[str, Any], reads: Patterns) -> Iterator[tuple[str, str]]:
    """Yield each text and each folder with data that the skill reads and the artefact does not know."""
    known = {source["id"] for source in record["sources"]}
    found = Reader(engagement=engagement, convert=False).words(reads.words) if reads.words else ()
    texts = [source.id for source in found if source.id not in known]
    yield from ((name, "is new") for name in texts)
    came = Counter(name.partition("/")[0] for name in _data_since(engagement, record, reads.data) if name not in texts)
    for place, count in sorted(came.items()):
        yield f"evidence/{place}", f"is new ({count} {'file' if count == 1 else 'files'})"


def _data_since(engagement: Engagement, record: Mapping[str, Any], data: Sequence[str]) -> Iterator[str]:
    """Yield each file that *data* describe and no source of the artefact does; nothing where it names no data at all."""
    locators = [source["locator"] for source in record["sources"] if source["locator"].startswith("file:evidence/")]
    patterns = [pattern_of(locator) for locator in locators]
    if any("kind" not in source for source in record["sources"]):
        found = (entry.id for entry in matching(engagement.evidence, data) if not entry.skipped)
        yield from (name for name in found if not any(describes(pattern, name) for pattern in patterns))


def _digest_now(engagement: Engagement, source: Mapping[str, Any], texts: Mapping[str, Source]) -> str | None:
    if source["locator"].startswith("file:answers/"):
        return _answers_now(engagement, source)
    if "kind" not in source:
        return digest_now(engagement.evidence, source["locator"])
    found = texts.get(source["id"])
    artefacts.require_readable([found] if found else [])
    return found.digest if found else None


def _answers_now(engagement: Engagement, source: Mapping[str, Any]) -> str | None:
    """Return the digest of answers; unlike evidence they are text to git, whose checkout may have other line ends."""
    path = files.inside(engagement.root, source["locator"].removeprefix("file:"))
    if not os.path.lexists(path):
        return None
    data = files.read_bytes(path, artefacts.CAP)
    plain = digest_of(data.replace(b"\r\n", b"\n"))
    return plain if plain == source["digest"] else digest_of(data)


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
