"""`fde note`: words that somebody said, typed down, become evidence."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ..errors import TooLarge, WrongAnswer
from .options import dir_option, dry_run_option
from .show import Outcome, is_terminal

CAP = 1_000_000


@click.command()
@click.option("--who", required=True, metavar="ROLE", help="Who said it: a role like owner, no name.")
@click.option("--to", "to", default="interviews", show_default=True, metavar="FOLDER", help="Folder below evidence/.")
@dir_option
@dry_run_option
def command(who: str, to: str, start: Path, dry_run: bool) -> Outcome:
    """Write down what somebody said, as evidence.

    Takes the words from standard input, letter for letter, and writes evidence/FOLDER/DATE-ROLE.md, a typed note for internal use. It
    is told, not recorded: no page shows its words as somebody's own. Correct `clearance` in its head once they may be shown.

    \b
    Example:
        fde note --who owner < notes.txt
    """
    from ..engagement import engagement, notes
    from ..portable.questions import BadAnswer
    from ..portable.values import role
    from .clock import now

    found = engagement.find(start)
    try:
        speaker = role(who)
    except BadAnswer as error:
        raise WrongAnswer("--who", error) from error
    note = notes.make(found, _words(), who=speaker, to=to, day=now().astimezone(found.zone).date())
    size = f"({len(note.data):,} bytes)"
    if dry_run:
        return Outcome(data={"would_write": f"evidence/{note.name}.md", "who": speaker}, text=f"would create  evidence/{note.name}.md  {size}")
    name = notes.write(found, note)
    data = {"id": name, "who": speaker, "bytes": len(note.data)}
    return Outcome(data=data, text=f"created  evidence/{name}  {size}", next="`fde run SKILL` lets a model read it")


def _words() -> bytes:
    """Return what stands on standard input. Raises TooLarge."""
    if is_terminal(sys.stdin):
        print("Type the note; Ctrl-D on a line of its own ends it.", file=sys.stderr)
    words = sys.stdin.buffer.read(CAP + 1)
    if len(words) > CAP:
        raise TooLarge(len(words), "the limit for a note", CAP)
    return words
