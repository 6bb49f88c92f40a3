"""`fde allow`: to which models an engagement's words may go, and this user's own word for it."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import NotConfirmed, UsageError
from .options import dir_option, dry_run_option
from .show import Outcome

if TYPE_CHECKING:
    from ..engagement.engagement import Engagement

SENT = (
    "What is sent there, when `fde run` asks a model: the skill's method, the measured facts, and the words of the evidence\n"
    "that are not private. Another host, a change of the list or another copy of this folder needs `fde allow` again."
)
NOTHING = "Nothing may be sent: the list `models` in engagement.md is empty."


@click.command()
@click.argument("entries", metavar="[ENTRY]...", nargs=-1)
@click.option("--remove", is_flag=True, help="Take the entries off the list.")
@dir_option
@dry_run_option
def command(entries: tuple[str, ...], remove: bool, start: Path, dry_run: bool) -> Outcome:
    """Say which models this engagement's words may go to.

    An ENTRY is a provider and a host, like anthropic@api.anthropic.com; a provider alone means the address in force for it. It is
    added to the list `models` in engagement.md, where no other byte changes, and the list is confirmed for this folder on this
    machine, in your own configuration. Without ENTRY the list is shown as it is, and confirmed. --dry-run shows it and confirms
    nothing.

    \b
    Example:
        fde allow anthropic
        fde allow --remove openai@api.openai.com
        fde allow --dry-run
    """
    from ..engagement import engagement, files
    from ..models import allowed
    from ..settings import config_folder

    if remove and not entries:
        raise UsageError("--remove needs an ENTRY.", hint="`fde allow --dry-run` shows the list.")
    folder = config_folder()
    named = tuple(_entry(given, folder) for given in entries)
    root = engagement.find(start).root
    # Read, changed and confirmed under one lock: what is confirmed is what was looked at.
    with nullcontext() if dry_run else files.lock(root):
        plan = _plan(engagement.read(root), named, folder, remove=remove)
        if not dry_run:
            if plan.text is not None:
                files.replace(root / engagement.HEAD_FILE, plan.text)
            if plan.confirms:
                allowed.confirm(engagement.read(root), folder)
    return _shown(root, plan, dry_run=dry_run)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the command is about to do: the list afterwards, what changes in it, and whether it is confirmed."""

    entries: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    text: bytes | None
    confirms: bool


def _plan(found: Engagement, named: tuple[str, ...], folder: Path, *, remove: bool) -> Plan:
    from ..models import allowed

    listed = allowed.listed(found)
    unseen = allowed.unseen(found, named, folder)
    if named and not remove and unseen:
        # Naming one entry is no word for another that came with the folder.
        raise NotConfirmed(", ".join(f"{entry} is new too" for entry in unseen), where="engagement.md")
    added = tuple(entry for entry in dict.fromkeys(named) if entry not in listed and not remove)
    removed = tuple(entry for entry in listed if remove and entry in named)
    if remove and len(removed) < len(set(named)):
        raise UsageError(f"Not on the list: {', '.join(sorted(set(named) - set(removed)))}.", hint="`fde allow --dry-run` shows it.")
    return Plan(
        entries=tuple(sorted({*listed, *added} - set(removed))),
        added=added,
        removed=removed,
        text=allowed.rewritten(found, add=added, remove=removed) if added or removed else None,
        confirms=not (remove and unseen),
    )


def _entry(given: str, folder: Path) -> str:
    from ..models.allowed import is_entry
    from ..models.endpoints import LOCAL, VENDORS, in_force

    if given in (*VENDORS, LOCAL):
        return in_force(given, folder).entry
    if not is_entry(given):
        raise UsageError(f"Expected a provider and a host like anthropic@api.anthropic.com, found {given!r:.80}.")
    return given


def _shown(root: Path, plan: Plan, *, dry_run: bool) -> Outcome:
    would = "would be " if dry_run else ""
    lines = [f"{would}added    {entry}" for entry in plan.added] + [f"{would}removed  {entry}" for entry in plan.removed]
    lines += [f"allowed  {entry}" for entry in plan.entries] + [SENT if plan.entries else NOTHING]
    confirmed = plan.confirms and not dry_run
    if confirmed:
        lines.append(f"confirmed on this machine for {root}")
    else:
        lines.append(f"{'would be confirmed' if plan.confirms else 'not confirmed'} on this machine for {root}")
    data = {"entries": list(plan.entries), "added": list(plan.added), "removed": list(plan.removed), "confirmed": confirmed}
    return Outcome(data=data, text="\n".join(lines), next="" if confirmed else "`fde allow` confirms the list as it is")
