"""`fde accept`: a chat's reply, checked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import Exit
from .options import dir_option, dry_run_option
from .run import dropped_lines, dropped_records, show_written
from .show import Outcome

if TYPE_CHECKING:
    from ..engagement.engagement import Engagement

CAP = 16_000_000


@click.command()
@click.argument("reply", metavar="REPLY")
@click.option("--run", "run", metavar="RUN", help="Which question it answers.  [default: the one that waits]")
@click.option("--final", is_flag=True, help="Do not send it back: drop what breaks a rule, and name it in the artefact.")
@dir_option
@dry_run_option
def command(reply: str, run: str | None, final: bool, start: Path, dry_run: bool) -> Outcome:
    """Check a chat's reply and write its artefact.

    REPLY is a file, or - for standard input; prose and fences around the JSON do not matter. If a figure, a quote or the form
    breaks a rule, prints once what to paste back into the chat, every mistake in it, and exits 1; of the next reply what breaks one is
    dropped and named. A REPLY that is no judgement at all ends nothing: the question still waits. Exits 3 if a source that the reply
    quotes has changed since it was asked, or if no finding stood.

    \b
    Example:
        fde accept reply.md
    """
    from ..engagement import engagement
    from ..runner.chat import Refused, accept, is_lost
    from .clock import now

    found = engagement.find(start)
    text = _read(reply)
    if dry_run:
        return _dry(found, text, run)
    result = accept(found, text, now=now(), name=run, final=final)
    if isinstance(result, Refused):
        return Outcome(
            data={"run": result.run, "problems": dropped_records(result.verdict.problems), "repair": result.repair},
            text=result.repair,
            exit=Exit.FINDINGS,
            notes=(f"there is no judgement in {reply}; the question of {result.run} still waits",) if is_lost(result.verdict) else (),
            next=f"paste this into the same chat, then `fde accept REPLY --run {result.run}`",
        )
    return show_written(found.root, result)


def _read(reply: str) -> str:
    import sys

    from ..engagement import files
    from ..errors import TooLarge

    if reply != "-":
        return files.read_text(Path(reply), CAP)
    data = sys.stdin.buffer.read(CAP + 1)
    if len(data) > CAP:
        raise TooLarge(len(data), "the limit for a reply", CAP, where="standard input")
    return files.as_text(data, "standard input")


def _dry(found: Engagement, text: str, run: str | None) -> Outcome:
    from ..runner.chat import look

    name, verdict = look(found, text, name=run)
    lines = [f"{name}: {len(verdict.findings)} findings, {len(verdict.actions)} actions, {len(verdict.questions)} questions would stand"]
    lines += dropped_lines(verdict.problems)
    data = {"run": name, "findings": len(verdict.findings), "problems": dropped_records(verdict.problems)}
    return Outcome(data=data, text="\n".join(lines), exit=Exit.FINDINGS if verdict.problems else Exit.OK)
