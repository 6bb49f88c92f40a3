"""`fde run`: a skill down the whole path."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .options import dir_option, dry_run_option
from .show import Outcome, progress
from .withheld import withheld_lines, withheld_records

if TYPE_CHECKING:
    from ..engagement.engagement import Engagement
    from ..models.model import Model
    from ..runner.run import Preview, Written


@click.command()
@click.argument("skill")
@click.argument("args", nargs=-1, metavar="[-- ARGS...]")
@click.option("--model", metavar="MODEL", help="none, or replay/FILE.  [default: engagement.md; FDE_MODEL]")
@click.option("--subject", metavar="NAME", help="Repository, team or person that the artefact is about.")
@dir_option
@dry_run_option
def command(skill: str, args: tuple[str, ...], model: str | None, subject: str | None, start: Path, dry_run: bool) -> Outcome:
    """Apply a skill to the evidence and write its artefact.

    Measures with the skill's own script, asks the model if there is one, checks its reply, and writes a new folder in artefacts/.
    What stands behind -- goes to the script. Exits 4 if the model failed and 3 if nothing of its reply stood; the artefact is
    written from the measurement in both cases.

    \b
    Example:
        fde run amdahl-ceiling
    """
    from ..engagement import engagement
    from ..models.choose import choose
    from ..runner.run import preview, run
    from ..skillset.find import find
    from ..text import require_slug
    from .clock import now

    found = engagement.find(start)
    chosen = find(skill, found.root)
    about = require_slug(subject, "subject") if subject else None
    judge = choose(_model(found, model), found.root)
    if dry_run:
        return _dry(preview(found, chosen, now=now(), model=judge, subject=about, args=args), judge)
    return show_written(found.root, run(found, chosen, now=now(), model=judge, subject=about, args=args, progress=progress))


def show_written(root: Path, written: Written) -> Outcome:
    """Return how a run that wrote an artefact is shown."""
    path = root / written.folder / "artefact.md"
    data: dict[str, Any] = {
        "run": written.run,
        "artefact": written.folder,
        "status": written.status,
        "unchanged": written.unchanged,
        "answer": list(written.answer),
        "messages": written.messages,
        "actions": written.actions,
        "withheld": withheld_records(written.withheld),
    }
    verb = "unchanged" if written.unchanged else "wrote"
    added = [f"added  {written.actions} {'action' if written.actions == 1 else 'actions'} to actions.md"] if written.actions else []
    return Outcome(
        data=data,
        text="\n".join([*written.answer, "", f"{verb}  {path}", *added, *withheld_lines(written.withheld)]),
        errors=(written.error,) if written.error else (),
        next=f"read {path}; `fde verify` checks it at any time",
    )


def _model(found: Engagement, flag: str | None) -> str | None:
    import os

    from ..settings import config_folder, read_config, resolve

    user = {name: value for name, value in read_config(config_folder()).items() if isinstance(value, str)}
    return resolve("model", flag=flag, environment=os.environ, engagement={"model": found.model or ""}, user=user).value


def _dry(planned: Preview, model: Model | None) -> Outcome:
    data: dict[str, Any] = {
        "would_write": None if planned.unchanged else planned.folder,
        "unchanged": planned.unchanged,
        "model": model.name if model else "none",
        "sources": list(planned.sources),
    }
    lines = [f"unchanged    {planned.folder}" if planned.unchanged else f"would write  {planned.folder}"]
    if model and planned.question and not planned.unchanged:
        data["question"] = planned.question
        lines += [f"would ask    {model.name}, {len(planned.question):,} characters:", "", planned.question]
    else:
        lines.append("would ask    nobody")
    return Outcome(data=data, text="\n".join(lines))
