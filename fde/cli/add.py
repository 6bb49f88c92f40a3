"""`fde add`: files become evidence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import dir_option, dry_run_option
from .show import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..portable.sources import Source
    from ..skillset.skill import Skill

SHOWN = 3  # files that no skill reads; all of them are in the JSON


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--to", "to", default="", metavar="FOLDER", help="Folder below evidence/, like interviews.")
@dir_option
@dry_run_option
def command(files: tuple[Path, ...], to: str, start: Path, dry_run: bool) -> Outcome:
    """Take files in as evidence.

    Copies each FILE (a folder: everything in it) into evidence/ as it is, letter for letter. Nothing there is overwritten: the
    same content again is "identical", another content under the same name is refused before anything is copied. Tells on stderr what no
    installed skill reads where it lies, and where they do.

    \b
    Example:
        fde add notes.md interview.txt --to interviews
    """
    from ..engagement import engagement, intake, twins
    from ..portable.clearance import TABLE
    from ..skillset.find import skills

    found = engagement.find(start)
    plan = intake.plan(found, files, to)
    if not dry_run:
        intake.take_in(found, plan)
    verbs = {"create": "would create" if dry_run else "created", "identical": "identical"}
    documents = {} if dry_run else {source.id: source for source in twins.Reader(engagement=found).documents(item.id for item in plan.items)}
    there = skills(found.root).skills
    unread = [item.id for item in plan.items if item.id != TABLE and not any(_is_read(item.id, skill) for skill in there)]
    lines = []
    for item in plan.items:
        lines.append(f"{verbs[item.action]}  evidence/{item.id}  ({item.size:,} bytes)")
        if item.id in documents:
            lines.append(_read(documents[item.id]))
    lines += [f"skipped  {name}: {reason}" for name, reason in plan.skipped]
    data = {
        "added": [{"id": item.id, "bytes": item.size, "action": item.action, **_text(documents.get(item.id))} for item in plan.items],
        "skipped": [{"name": name, "reason": reason} for name, reason in plan.skipped],
        "read_by_none": unread,
    }
    text = "\n".join(lines) or "nothing to add"
    return Outcome(data=data, text=text, notes=_notes(unread, there), next="`fde status`, or `fde run SKILL`")


def _is_read(name: str, skill: Skill) -> bool:
    """Say whether *skill* reads the file *name*, or the sheets of it."""
    from ..engagement.sheets import has_sheets
    from ..portable.evidence import describes

    return has_sheets(name, skill.reads) or any(describes(pattern, name) for pattern in skill.reads)


def _notes(unread: list[str], there: Iterable[Skill]) -> tuple[str, ...]:
    """Return what a person is told of files that no skill reads where they lie: which, and where each skill looks."""
    if not unread:
        return ()
    more = f" and {len(unread) - SHOWN} more" if len(unread) > SHOWN else ""
    named = ", ".join(f"evidence/{name}" for name in unread[:SHOWN])
    return (f"note  no skill reads {named}{more}", *(f"note  {skill.name} reads {', '.join(skill.reads)}" for skill in there if skill.reads))


def _read(document: Source) -> str:
    return f"{'read' if document.health == 'ok' else document.health}  evidence/{document.id}: {document.note}"


def _text(document: Source | None) -> dict[str, str]:
    return {"health": document.health, "note": document.note} if document else {}
