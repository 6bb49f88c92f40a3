"""`fde accept`: a chat's reply, checked."""

from __future__ import annotations

from pathlib import Path

import click

from ..errors import Exit
from .options import dir_option
from .run import show_written
from .show import Outcome

CAP = 16_000_000


@click.command()
@click.argument("reply", metavar="REPLY")
@click.option("--run", "run", metavar="RUN", help="Which question it answers.  [default: the one that waits]")
@click.option("--final", is_flag=True, help="Do not send it back: drop what breaks a rule, and name it in the artefact.")
@dir_option
def command(reply: str, run: str | None, final: bool, start: Path) -> Outcome:
    """Check a chat's reply and write its artefact.

    REPLY is a file, or - for standard input; prose and fences around the JSON do not matter. If a figure, a quote or the form
    breaks a rule, prints once what to paste back into the chat and exits 1. Exits 3 if a source that the reply quotes has changed
    since it was asked, or if no finding stood.

    \b
    Example:
        fde accept reply.md
    """
    import sys

    from ..engagement import engagement, files
    from ..runner.chat import Refused, accept, refused_record
    from .clock import now

    found = engagement.find(start)
    text = sys.stdin.read() if reply == "-" else files.read_text(Path(reply), CAP)
    result = accept(found, text, now=now(), name=run, final=final)
    if isinstance(result, Refused):
        return Outcome(
            data=refused_record(result),
            text=result.repair,
            exit=Exit.FINDINGS,
            next=f"paste this into the same chat, then `fde accept REPLY --run {result.run}`",
        )
    return show_written(found.root, result)
