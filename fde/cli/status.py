"""`fde status`: what is there, what is missing, what is out of date."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .options import dir_option
from .show import Outcome

if TYPE_CHECKING:
    from ..engagement.runs import Run
    from ..engagement.status import State, Status


@click.command()
@dir_option
def command(start: Path) -> Outcome:
    """Tell what is there, what is missing and what is out of date.

    Writes nothing. Names each current artefact with its age, sources that changed under it and views that a person edited; then
    runs that failed, never ended, or wait for a reply. Exits 3 if an artefact cannot be read.

    \b
    Example:
        fde status
    """
    from ..engagement import engagement
    from ..engagement.status import status
    from .clock import now

    found = engagement.find(start)
    state = status(found, now())
    data = {
        "engagement": found.name,
        "migrated_from": found.migrated_from,
        "artefacts": [_artefact(item) for item in state.artefacts],
        "failed": [_run(run) for run in state.failed],
        "open": [_run(run) for run in state.open],
        "asked": [_run(run) for run in state.asked],
        "orphans": list(state.orphans),
        "missing": list(state.missing),
        "torn": list(state.torn),
    }
    errors = tuple(item.error for item in state.artefacts if item.error)
    return Outcome(data=data, text="\n".join([f"engagement  {found.name}", *_lines(state)]), next=_next(state), errors=errors)


def _lines(state: Status) -> list[str]:
    lines = [_artefact_line(item) for item in state.artefacts] or ["no artefact yet"]
    lines += [f"failed      {run.id}  {run.skill}  {run.at[:16]}  {run.outcome}" for run in state.failed]
    lines += [f"never ended {run.id}  {run.skill}  {run.at[:16]}  killed, or still running" for run in state.open]
    lines += [f"waits       {run.id}  {run.skill}  {run.at[:16]}  for `fde accept REPLY --run {run.id}`" for run in state.asked]
    lines += [f"unofficial  {folder}  (no line in the ledger; `fde doctor --repair` adopts it)" for folder in state.orphans]
    lines += [f"missing     {folder}  (the ledger names it, its record is gone)" for folder in state.missing]
    return lines + [f"torn        {name}  (its last line was cut off; the next run mends it)" for name in state.torn]


def _artefact_line(state: State) -> str:
    notes = [f"cannot be read: {state.error.message}"] if state.error else []
    notes += [f"out of date: {', '.join(state.changed)}"] if state.changed else []
    notes += [f"edited by hand: {', '.join(state.edited)}"] if state.edited else []
    judged = "judged" if state.item.is_judged else "not judged" if state.item.status == "none" else state.item.status
    return f"artefact    {state.item.folder}  {_age(state.days)}, {judged}{''.join(f'; {note}' for note in notes)}"


def _age(days: int) -> str:
    if days < 0:
        return f"dated {-days} {'day' if days == -1 else 'days'} ahead of today's date"
    return "today" if days == 0 else f"{days} {'day' if days == 1 else 'days'} old"


def _artefact(state: State) -> dict[str, Any]:
    return {
        "folder": state.item.folder,
        "skill": state.item.skill,
        "subject": state.item.subject,
        "status": state.item.status,
        "days": state.days,
        "changed": list(state.changed),
        "edited": list(state.edited),
        "error": state.error.message if state.error else None,
    }


def _run(run: Run) -> dict[str, Any]:
    return {"run": run.id, "skill": run.skill, "subject": run.subject, "at": run.at, "outcome": run.outcome}


def _next(state: Status) -> str:
    if state.asked:
        return "`fde accept REPLY` with the reply"
    stale = [item for item in state.artefacts if item.changed]
    return f"`fde run {stale[0].item.skill}`" if stale else ""
