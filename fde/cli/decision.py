"""`fde decision`: a decision with its one decider, and its end."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import UsageError
from .options import dir_option, dry_run_option
from .show import Outcome

if TYPE_CHECKING:
    from datetime import date

    from ..engagement.decisions import Plan
    from ..engagement.engagement import Engagement


@click.command()
@click.argument("question", required=False)
@click.option("--decider", metavar="ROLE", help="The one role that decides, like head of sales.")
@click.option("--needed-by", metavar="DATE", help="The day by which it is needed, like 2026-03-31.")
@click.option("--option", "options", multiple=True, metavar="TEXT", help="Something that can be chosen; may be given again.")
@click.option("--criteria", multiple=True, metavar="TEXT", help="What it is decided by; may be given again.")
@click.option("--close", "closes", metavar="NAME", help="Record how an open decision ended: its file, with or without the date.")
@click.option("--chosen", metavar="OPTION", help="What was chosen; with --close.")
@dir_option
@dry_run_option
def command(
    question: str | None,
    decider: str | None,
    needed_by: str | None,
    options: tuple[str, ...],
    criteria: tuple[str, ...],
    closes: str | None,
    chosen: str | None,
    start: Path,
    dry_run: bool,
) -> Outcome:
    """Open a decision, or record how it ended.

    Writes decisions/DATE-NAME.md with the question, the one who decides, the options and the criteria; add to it in any editor.
    Several deciders, or none, are refused. With --close, fills in what was chosen and today's date and leaves every other line.

    \b
    Example:
        fde decision "Which orders are typed first?" --decider "head of sales" --needed-by 2026-03-31
        fde decision --close which-orders-are-typed-first --chosen "Those of the day"
    """
    from ..engagement import engagement, files
    from ..engagement.days import today
    from ..engagement.decisions import write
    from .clock import now

    found = engagement.find(start)
    day = today(found, now())
    if closes is not None:
        _only_close(question, decider, needed_by, options, criteria)
    # Looked at and written under one lock: two who ask at once must not take one name.
    with nullcontext() if dry_run else files.lock(found.root):
        if closes is not None:
            plan, verb = _close(found, closes, chosen, day), "closed"
        else:
            plan, verb = _open(found, question, decider, needed_by, options, criteria, chosen, day), "opened"
        if not dry_run:
            write(found, plan)
    return _shown(plan, f"would have {verb}" if dry_run else verb)


def _only_close(question: str | None, *given: object) -> None:
    if question is not None or any(given):
        raise UsageError("With --close goes --chosen, and nothing else of a decision.")


def _close(found: Engagement, name: str, chosen: str | None, day: date) -> Plan:
    from ..engagement.decisions import close

    return close(found, name, chosen=chosen or "", decided=day)


def _open(
    found: Engagement,
    question: str | None,
    decider: str | None,
    needed_by: str | None,
    options: tuple[str, ...],
    criteria: tuple[str, ...],
    chosen: str | None,
    opened: date,
) -> Plan:
    from ..engagement.decisions import draft
    from ..portable.days import day

    if chosen is not None:
        raise UsageError("--chosen goes with --close, which names the decision.")
    for value, what in ((question, "QUESTION"), (decider, "--decider"), (needed_by, "--needed-by")):
        if value is None:
            raise UsageError(f"A decision needs its {what}.", hint="`fde decision --help` shows how.")
    needed = day(needed_by or "")
    if needed is None:
        raise UsageError(f"--needed-by: expected a date like 2026-03-31, found {needed_by!r}.")
    return draft(
        found, question or "", decider=decider or "", opened=opened, needed_by=needed, options=options, criteria=criteria
    )


def _shown(plan: Plan, verb: str) -> Outcome:
    decision = plan.decision
    data = {
        "file": f"decisions/{decision.file}",
        "question": decision.question,
        "decider": decision.decider,
        "opened": decision.opened,
        "needed_by": decision.needed_by,
        "decided": decision.decided,
        "chosen": decision.chosen,
        "options": list(decision.options),
    }
    ended = f": {decision.chosen}" if decision.chosen else ""
    return Outcome(data=data, text=f"{verb}  decisions/{decision.file}{ended}", next="`fde status` tells how long it is open")
