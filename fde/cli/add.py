"""`fde add`: files become evidence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import dir_option, dry_run_option
from .show import Outcome

if TYPE_CHECKING:
    from ..portable.sources import Source


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--to", "to", default="", metavar="FOLDER", help="Folder below evidence/, like interviews.")
@dir_option
@dry_run_option
def command(files: tuple[Path, ...], to: str, start: Path, dry_run: bool) -> Outcome:
    """Take files in as evidence.

    Copies each FILE (a folder: everything in it) into evidence/ as it is, letter for letter. Nothing there is overwritten: the
    same content again is "identical", another content under the same name is refused before anything is copied.

    \b
    Example:
        fde add notes.md interview.txt --to interviews
    """
    from ..engagement import engagement, intake, twins

    found = engagement.find(start)
    plan = intake.plan(found, files, to)
    if not dry_run:
        intake.take_in(found, plan)
    verbs = {"create": "would create" if dry_run else "created", "identical": "identical"}
    documents = {} if dry_run else {source.id: source for source in twins.Reader(engagement=found).documents(item.id for item in plan.items)}
    lines = []
    for item in plan.items:
        lines.append(f"{verbs[item.action]}  evidence/{item.id}  ({item.size:,} bytes)")
        if item.id in documents:
            lines.append(_read(documents[item.id]))
    lines += [f"skipped  {name}: {reason}" for name, reason in plan.skipped]
    data = {
        "added": [{"id": item.id, "bytes": item.size, "action": item.action, **_text(documents.get(item.id))} for item in plan.items],
        "skipped": [{"name": name, "reason": reason} for name, reason in plan.skipped],
    }
    return Outcome(data=data, text="\n".join(lines) or "nothing to add", next="`fde status`, or `fde run SKILL`")


def _read(document: Source) -> str:
    return f"{'read' if document.health == 'ok' else document.health}  evidence/{document.id}: {document.note}"


def _text(document: Source | None) -> dict[str, str]:
    return {"health": document.health, "note": document.note} if document else {}
