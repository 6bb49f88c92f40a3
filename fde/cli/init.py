"""`fde init`: a new engagement folder."""

from __future__ import annotations

from pathlib import Path

import click

from ..text import require_slug
from .options import dry_run_option
from .show import Outcome

NOTES = """
What the client asked for, in their words:

What decides whether it was worth it:
"""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--name", help="Short name, a to z, 0 to 9 and hyphens.  [default: the folder's name]")
@click.option("--client", default="", help="The client's name; only the client's page shows it.")
@click.option("--currency", default="EUR", show_default=True, help="ISO 4217 code.")
@click.option("--rate", default="", metavar="AMOUNT", help="What one hour costs the client.")
@click.option("--timezone", default="UTC", show_default=True, help="Like Europe/Berlin.")
@click.option("--working-hours", default="Mon-Fri 09:00-17:00", show_default=True, help="Days and times of work.")
@dry_run_option
def command(folder: Path, name: str | None, dry_run: bool, **given: str) -> Outcome:
    """Start an engagement folder.

    Writes DIR with engagement.md and folders for evidence, answers, decisions and artefacts; DIR must be new or empty.
    Correct engagement.md in any editor.

    \b
    Example:
        fde init acme --client "Acme Plumbing" --timezone Europe/Berlin --rate 85
    """
    from ..engagement import engagement

    root = folder.absolute()
    slug = require_slug(name or root.name.lower().replace("_", "-").replace(" ", "-"), "engagement")
    fields = {
        "name": slug,
        "client": given["client"],
        "currency": given["currency"],
        "rate_per_hour": given["rate"],
        "timezone": given["timezone"],
        "working_hours": given["working_hours"],
        "holidays": [],
        "people": [],
        "systems": [],
        "models": [],
        "model": "",
    }
    if dry_run:
        text = engagement.check_new(root, fields, NOTES)
        return Outcome(data={"folder": str(root), "head": text}, text=f"would make {root} with engagement.md:\n\n{text}")
    made = engagement.create(root, fields, NOTES)
    return Outcome(
        data={"folder": str(made.root), "name": made.name},
        text=f"made {folder}",
        next=f"cd {folder}; correct the working hours ({made.working_hours}) in engagement.md if they are others; then `fde answer amdahl-ceiling --form`, `fde add`, `fde run`",
    )
