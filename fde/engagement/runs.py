"""Runs: every attempt, with what was asked and what came back, in `.fde/runs.ndjson` and `.fde/runs/<id>/`.

A run that has a start and no end is the record of a crash; nothing else needs to be written for that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import NoRun
from . import files, ledger
from .engagement import Engagement

CAP = 256_000_000


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
        """`started` (never finished), `asked` (waits for a reply) or `finished`."""
        return str(self.last["event"])

    @property
    def outcome(self) -> str:
        """How it finished (`ok`, `none`, `unchanged`, `rejected`, `failed: ...`), or its state."""
        return str(self.last.get("status", self.state))


def ledger_path(engagement: Engagement) -> Path:
    """Return where this machine's runs are recorded."""
    return engagement.state / "runs.ndjson"


def folder(engagement: Engagement, run: str) -> Path:
    """Return the folder with what was sent and what came back."""
    return engagement.state / "runs" / run


def runs(engagement: Engagement) -> tuple[Run, ...]:
    """Return every run of this machine, oldest first."""
    gathered: dict[str, list[Mapping[str, Any]]] = {}
    for record in ledger.read(ledger_path(engagement)).records:
        gathered.setdefault(str(record["run"]), []).append(record)
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
    files.make_folder(folder(engagement, event["run"] or ""))
    ledger.append(ledger_path(engagement), event)
    return _run(f"r{number:04d}", [event])


def record(engagement: Engagement, run: Run, event: str, **values: object) -> None:
    """Append what happened to *run*."""
    ledger.append(ledger_path(engagement), {"run": run.id, "event": event, **values})


def keep(engagement: Engagement, run: Run, name: str, content: str | bytes) -> None:
    """Put a file into the run's folder, before anybody parses it."""
    files.replace(folder(engagement, run.id) / name, content)


def recall(engagement: Engagement, run: Run, name: str) -> Any:
    """Return a JSON file of the run's folder. Raises CannotRead or NotJson."""
    return files.read_json(folder(engagement, run.id) / name, CAP)


def _run(name: str, events: list[Mapping[str, Any]]) -> Run:
    first = events[0]
    return Run(id=name, skill=first["skill"], subject=first.get("subject"), at=first["at"], events=tuple(events))
