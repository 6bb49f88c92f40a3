"""`fde prompt`: a skill's question, for any chat."""

from __future__ import annotations

from pathlib import Path

import click

from .options import dir_option, dry_run_option
from .show import Outcome


@click.command()
@click.argument("skill")
@click.argument("args", nargs=-1, metavar="[-- ARGS...]")
@click.option("--subject", metavar="NAME", help="Repository, team or person that the artefact is about.")
@click.option("--redact", is_flag=True, help="Mask secrets in the question; without it they stop the command.")
@dir_option
@dry_run_option
def command(skill: str, args: tuple[str, ...], subject: str | None, redact: bool, start: Path, dry_run: bool) -> Outcome:
    """Print the question of a skill, to paste into any chat.

    Measures first, keeps a snapshot of what is asked, and records the run as waiting for `fde accept`. Read what it prints before
    you paste it: it holds the client's words.

    \b
    Example:
        fde prompt amdahl-ceiling > question.md
    """
    from ..engagement import engagement
    from ..runner.chat import preview, prompt
    from ..skillset.find import find
    from ..text import require_slug
    from .clock import now

    found = engagement.find(start)
    about = require_slug(subject, "subject") if subject else None
    chosen = find(skill, found.root)
    if dry_run:
        text = preview(found, chosen, now=now(), subject=about, args=args, redact=redact)
        return Outcome(data={"run": None, "question": text}, text=text, next="nothing was recorded: its reply cannot be accepted")
    asked = prompt(found, chosen, now=now(), subject=about, args=args, redact=redact)
    return Outcome(
        data={"run": asked.run, "question": asked.text},
        text=asked.text,
        next=f"paste it into a chat, save the reply, then `fde accept REPLY --run {asked.run}`",
    )
