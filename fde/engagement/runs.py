"""Runs: every attempt, with what was asked and what came back, in `.fde/runs.ndjson` and `.fde/runs/<id>/`.

A run that has a start and no end is the record of a crash; nothing else needs to be written for that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import FdeError, LedgerBroken, NoRun
from ..portable.names import escaped
from . import files, ledger
from .engagement import Engagement

CAP = 256_000_000
OWN = 0o600  # what was asked and answered holds a client's words
_STATES = ("started", "asked", "refused", "finished")
_NAME = re.compile(r"r[0-9]{4,9}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One attempt at a skill.

    Attributes:
        id: `r0001` and on; a counter, so that a clock that steps back cannot reorder runs.
        skill: The skill's name.
        subject: The subject's slug, None for the client.
        at: When it started, ISO 8601.
        events: What was recorded of it, in order; the first has `event: started`.
    """

    id: str
    skill: str
    subject: str | None
    at: str
    events: tuple[Mapping[str, Any], ...] = field(default=())

    @property
    def last(self) -> Mapping[str, Any]:
        """The newest event."""
        return self.events[-1]

    @property
    def state(self) -> str:
        """`started` (never ended), `asked` or `refused` (waits for a reply), or `finished`."""
        return next(str(event["event"]) for event in reversed(self.events) if event["event"] in _STATES)

    @property
    def outcome(self) -> str:
        """How it finished (`ok`, `none`, `unchanged`, `rejected`, `failed: ...`), or its state."""
        return str(self.last.get("status")) if self.state == "finished" else self.state

    @property
    def waits(self) -> bool:
        """Say whether it waits for a reply."""
        return self.state in ("asked", "refused")


def ledger_path(engagement: Engagement) -> Path:
    """Return where this machine's runs are recorded."""
    return engagement.state / "runs.ndjson"


def folder(engagement: Engagement, run: str) -> Path:
    """Return the folder with what was sent and what came back."""
    return engagement.state / "runs" / run


def runs(engagement: Engagement) -> tuple[Run, ...]:
    """Return every run of this machine, oldest first. Raises LedgerBroken for a line that is no event of a run."""
    gathered: dict[str, list[Mapping[str, Any]]] = {}
    path = ledger_path(engagement)
    for number, record in enumerate(ledger.read(path).records, 1):
        if fault := _fault(record, gathered):
            raise LedgerBroken(fault, where=f"{escaped(path)}:{number}")
        gathered.setdefault(record["run"], []).append(record)
    return tuple(_run(name, events) for name, events in gathered.items())


def find(engagement: Engagement, name: str) -> Run:
    """Return the run *name*. Raises NoRun."""
    for run in runs(engagement):
        if run.id == name:
            return run
    raise NoRun(name)


def start(engagement: Engagement, *, skill: str, subject: str | None, at: str) -> Run:
    """Record that a run begins. The caller holds the engagement's lock, which keeps the counter."""
    number = max((int(run.id[1:]) for run in runs(engagement)), default=0) + 1
    event = {"run": f"r{number:04d}", "event": "started", "skill": skill, "subject": subject, "at": at}
    files.make_folder(folder(engagement, event["run"] or ""), mode=0o700)
    ledger.append(ledger_path(engagement), event, mode=OWN)
    return _run(f"r{number:04d}", [event])


def record(engagement: Engagement, run: Run, event: str, **values: object) -> None:
    """Append what happened to *run*."""
    ledger.append(ledger_path(engagement), {"run": run.id, "event": event, **values}, mode=OWN)


@contextmanager
def recorded(engagement: Engagement, run: Run) -> Iterator[None]:
    """Record that *run* failed if what is done here raises; that is told, not that it could not be recorded."""
    try:
        yield
    except (FdeError, OSError, KeyboardInterrupt) as error:
        with suppress(FdeError):
            record(engagement, run, "finished", status=f"failed: {_code(error)}")
        raise


def keep(engagement: Engagement, run: Run, name: str, content: str | bytes) -> None:
    """Put a file into the run's folder, before anybody parses it; nobody else may read it."""
    files.replace(folder(engagement, run.id) / name, content, mode=OWN)


def recall(engagement: Engagement, run: Run, name: str) -> Any:
    """Return a JSON file of the run's folder. Raises CannotRead or NotJson."""
    return files.read_json(folder(engagement, run.id) / name, CAP)


def _code(error: BaseException) -> str:
    return error.code if isinstance(error, FdeError) else "system-refused" if isinstance(error, OSError) else "interrupted"


def _fault(event: Mapping[str, Any], before: Mapping[str, object]) -> str:
    """Return what is wrong with a line of the ledger that follows the runs *before*."""
    if not _is_text(event, "run", "event") or not _NAME.fullmatch(event["run"]):
        return "expected an event of a run like r0001"
    if event["run"] not in before and not (event["event"] == "started" and _is_text(event, "skill", "at")):
        return f"the run {event['run']} has no start"
    return ""


def _is_text(event: Mapping[str, Any], *names: str) -> bool:
    return all(isinstance(event.get(name), str) for name in names)


def _run(name: str, events: list[Mapping[str, Any]]) -> Run:
    first = events[0]
    return Run(id=name, skill=first["skill"], subject=first.get("subject"), at=first["at"], events=tuple(events))
