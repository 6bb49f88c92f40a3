"""`fde status`: what is there, what is missing, what is out of date, what was promised and what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .options import dir_option
from .show import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from ..engagement.overview import Line
    from ..engagement.promises import Owed, Pending, Progress
    from ..engagement.runs import Run
    from ..engagement.status import State, Status


@click.command()
@click.option(
    "--all",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="One line for each engagement in DIR, at most three folders deep.",
)
@dir_option
def command(start: Path, folder: Path | None) -> Outcome:
    """Tell what is there, what is out of date, what was promised and what is next.

    Writes nothing. Names each current artefact with its age, sources that changed, are gone or new, views that a person edited and
    corrections that wait; then failed, open and waiting runs; then the open lines of actions.md and the open decisions. Exits 3 if a
    file cannot be read.

    \b
    A line of actions.md, under "To do" and under "What the client owes us":
        - [ ] Send the list. Who: office manager. Due: 2026-03-31. Moves: FACT. From: SKILL/ARTEFACT ACTION.
        - [ ] Export of the orders. From: office manager. Asked: 2026-03-02. Needed by: 2026-03-09.
    A fact has moved if its intervals then and now part.

    \b
    What should count in the next run goes into corrections.md beside the artefact:
        - FACT-OR-FINDING: what is wrong and what is right

    \b
    "next" is the first of these that holds:
        a file or line that cannot be read
        an artefact folder that is unofficial or missing
        a run that waits for a reply
        a failed run
        an overdue decision, then debt, then action
        corrections that wait, or sources that changed

    \b
    Example:
        fde status
        fde status --all ~/engagements
    """
    from .clock import now

    if folder:
        from ..engagement.overview import overview

        return _overview(overview(folder.absolute(), now()))

    from ..engagement import engagement
    from ..engagement.status import Patterns, status
    from ..skillset.find import skills

    found = engagement.find(start)
    there = skills(found.root).skills
    state = status(found, now(), {skill.name: Patterns(words=skill.words, data=skill.driver.evidence if skill.driver else ()) for skill in there})
    pressing = next(_pressing(state), "")
    lines = [f"engagement  {found.name}", *_lines(state), *([f"next        {pressing}"] if pressing else [])]
    data = {"engagement": found.name, "migrated_from": found.migrated_from, **_data(state), "next": pressing}
    errors = (*(item.error for item in state.artefacts if item.error), *state.broken)
    return Outcome(data=data, text="\n".join(lines), next="" if state.artefacts else "`fde add FILE...`, then `fde run SKILL`", errors=errors)


def _data(state: Status) -> dict[str, Any]:
    return {
        "artefacts": [_artefact(item) for item in state.artefacts],
        "failed": [_run(run) for run in state.failed],
        "open": [_run(run) for run in state.open],
        "asked": [_run(run) for run in state.asked],
        "orphans": list(state.orphans),
        "missing": list(state.missing),
        "torn": list(state.torn),
        "actions": [_action(item) for item in state.actions],
        "owed": [_owed(item) for item in state.debts],
        "decisions": [_decision(item) for item in state.decisions],
        "unclear": [{"where": item.where, "what": item.what} for item in state.unclear],
        "broken": [{"where": error.where, "what": error.message} for error in state.broken],
        "overdue": state.overdue,
    }


def _lines(state: Status) -> list[str]:
    lines = [line for item in state.artefacts for line in _artefact_lines(item)] or ["no artefact yet"]
    lines += [f"failed      {run.id}  {run.skill}  {run.at[:16]}  {run.outcome}" for run in state.failed]
    lines += [f"never ended {run.id}  {run.skill}  {run.at[:16]}  killed, or still running" for run in state.open]
    lines += [f"waits       {run.id}  {run.skill}  {run.at[:16]}  for `fde accept REPLY --run {run.id}`" for run in state.asked]
    lines += [f"unofficial  {folder}  (no line in the ledger; `fde doctor --repair` adopts it)" for folder in state.orphans]
    lines += [f"missing     {folder}  (the ledger names it, its record is gone)" for folder in state.missing]
    lines += [f"torn        {name}  (its last line was cut off; the next run mends it)" for name in state.torn]
    lines += [line for item in state.actions for line in _action_lines(item)]
    lines += [_owed_line(item) for item in state.debts]
    lines += [_decision_line(item) for item in state.decisions]
    return lines + [f"unclear     {item.where}  {item.what}" for item in state.unclear]


def _artefact_lines(state: State) -> Iterator[str]:
    notes = [f"cannot be read: {state.error.message}"] if state.error else []
    notes += [f"out of date: {', '.join(state.changed)}"] if state.changed else []
    notes += [f"edited by hand: {', '.join(state.edited)}"] if state.edited else []
    notes += [f"{_count(state.corrections, 'correction waits', 'corrections wait')} for the next run"] if state.corrections else []
    judged = "judged" if state.item.is_judged else "not judged" if state.item.status == "none" else state.item.status
    yield f"artefact    {state.item.folder}  {_age(state.days)}, {judged}{''.join(f'; {note}' for note in notes)}"
    if state.edited and not state.corrections:
        yield f"            what should count goes into {state.item.folder}/corrections.md, like `- NAME: what is wrong and what is right`"


def _action_lines(item: Progress) -> Iterator[str]:
    action = item.action
    notes = [action.who, _by("due", action.due, item.overdue)]
    yield f"to do       actions.md:{action.line}  {action.what}{_brackets(notes)}"
    if item.verdict:
        values = f"{item.then or 'not there'} then, {item.now or 'not there'} now; " if item.then or item.now else ""
        yield f"            {action.moves}: {values}{item.verdict}"


def _owed_line(item: Owed) -> str:
    debt = item.debt
    asked = "" if item.days is None else f"asked {_days(item.days)} ago" if item.days else "asked today"
    notes = [debt.who, asked, _by("needed by", debt.needed_by, item.overdue)]
    return f"owed        actions.md:{debt.line}  {debt.what}{_brackets(notes)}"


def _decision_line(item: Pending) -> str:
    decision = item.decision
    needed = _by("needed by", decision.needed_by, item.overdue)
    opened = f"open {_days(item.days)}" if item.days else "opened today"
    return f"to decide   decisions/{decision.file}  {decision.question}{_brackets([decision.decider, opened, needed])}"


def _by(word: str, day: date | None, overdue: int) -> str:
    late = f", {_days(overdue)} overdue" if overdue else ""
    return f"{word} {day}{late}" if day else ""


def _brackets(notes: list[str]) -> str:
    kept = [note for note in notes if note]
    return f"  ({'; '.join(kept)})" if kept else ""


def _age(days: int) -> str:
    if days < 0:
        return f"dated {_days(-days)} ahead of today's date"
    return f"{_days(days)} old" if days else "today"


def _days(days: int) -> str:
    return _count(days, "day", "days")


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _artefact(state: State) -> dict[str, Any]:
    return {
        "folder": state.item.folder,
        "skill": state.item.skill,
        "subject": state.item.subject,
        "status": state.item.status,
        "days": state.days,
        "changed": list(state.changed),
        "gone": list(state.gone),
        "edited": list(state.edited),
        "corrections": state.corrections,
        "error": state.error.message if state.error else None,
    }


def _run(run: Run) -> dict[str, Any]:
    return {"run": run.id, "skill": run.skill, "subject": run.subject, "at": run.at, "outcome": run.outcome}


def _action(item: Progress) -> dict[str, Any]:
    action = item.action
    return {
        "line": action.line,
        "what": action.what,
        "who": action.who,
        "due": action.due,
        "overdue": item.overdue,
        "from": f"{action.artefact} {action.action}".strip(),
        "moves": action.moves,
        "then": item.then,
        "now": item.now,
        "verdict": item.verdict,
    }


def _owed(item: Owed) -> dict[str, Any]:
    debt = item.debt
    named = {"line": debt.line, "what": debt.what, "from": debt.who, "asked": debt.asked, "needed_by": debt.needed_by}
    return named | {"days": item.days, "overdue": item.overdue}


def _decision(item: Pending) -> dict[str, Any]:
    decision = item.decision
    named = {"file": decision.file, "question": decision.question, "decider": decision.decider, "opened": decision.opened}
    return named | {"needed_by": decision.needed_by, "days": item.days, "overdue": item.overdue, "options": list(decision.options)}


def _pressing(state: Status) -> Iterator[str]:
    """Yield what is to be done, the most pressing first, in the order that the command's help gives."""
    yield from (f"mend {item.item.folder}: {item.error.message}" for item in state.artefacts if item.error)
    yield from (f"mend {error.where}: {error.message}" for error in state.broken)
    yield from (f"mend {item.where}: {item.what}" for item in state.unclear)
    yield from (f"`fde doctor --repair`, for {folder}" for folder in state.orphans)
    yield from (f"bring back {folder}, from the folder's history or a copy" for folder in state.missing)
    yield from (f"`fde accept REPLY --run {run.id}` with the reply" for run in state.asked)
    yield from (f"`{_run_again(run.skill, run.subject)}`, for {run.id} ended with {run.outcome}" for run in state.failed)
    yield from _overdue(state)
    yield from (f"`{_run_again(item.item.skill, item.item.subject)}`" for item in state.artefacts if item.corrections or item.changed)


def _overdue(state: Status) -> Iterator[str]:
    for pending in sorted(state.decisions, key=lambda item: -item.overdue):
        if pending.overdue:
            yield f"ask {pending.decision.decider} to decide: {pending.decision.question}"
    for owed in sorted(state.debts, key=lambda item: -item.overdue):
        if owed.overdue:
            yield f"ask {owed.debt.who or 'the client'} for what is owed: {owed.debt.what}"
    for item in sorted(state.actions, key=lambda item: -item.overdue):
        if item.overdue:
            yield f"ask {item.action.who or 'who is to do it'} about: {item.action.what}"


def _run_again(skill: str, subject: str | None) -> str:
    return f"fde run {skill}{f' --subject {subject}' if subject else ''}"


def _overview(lines: tuple[Line, ...]) -> Outcome:
    shown = [_overview_line(line) for line in lines]
    data = {"engagements": [_overview_data(line) for line in lines]}
    return Outcome(data=data, text="\n".join(shown) or "no engagement here, at most three folders deep")


def _overview_line(line: Line) -> str:
    if line.error:
        return f"{line.name}  cannot be read: {f'{line.error.where}: ' if line.error.where else ''}{line.error.message}"
    parts = [f"last contact {line.contact}" if line.contact else "no contact yet", "baseline" if line.has_baseline else "no baseline"]
    parts += [f"oldest open decision {line.decision} ({_days(line.decision_days)})"] if line.decision else ["no open decision"]
    parts += [f"{_count(line.failed, 'failed run', 'failed runs')}", f"{line.overdue} overdue"]
    return f"{line.name}  {'; '.join(parts)}"


def _overview_data(line: Line) -> dict[str, Any]:
    return {
        "folder": line.folder,
        "name": line.name,
        "contact": line.contact,
        "baseline": line.has_baseline,
        "decision": line.decision,
        "decision_days": line.decision_days,
        "failed": line.failed,
        "overdue": line.overdue,
        "error": {"where": line.error.where, "message": line.error.message} if line.error else None,
    }
