"""`fde run`: a skill down the whole path."""

from __future__ import annotations

import json
from dataclasses import replace
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..text import printable
from .options import dir_option, dry_run_option
from .show import Outcome, progress
from .withheld import withheld_lines, withheld_records

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..engagement.engagement import Engagement
    from ..models.model import Sending, Usage
    from ..portable.check import Problem
    from ..runner.ask import Asking
    from ..runner.run import Preview, Written

LONGEST = 86_400  # seconds: a day


def _number(_: click.Context, __: click.Parameter, value: float) -> float:
    """Return *value*. Raises BadParameter for "nan", which no range refuses: it is neither below nor above anything."""
    if isnan(value):
        raise click.BadParameter(f"expected a number of seconds from 1 to {LONGEST:,}, found nan.")
    return value


@click.command()
@click.argument("skill")
@click.argument("args", nargs=-1, metavar="[-- ARGS...]")
@click.option("--model", metavar="MODEL", help="none, anthropic/MODEL, openai/MODEL, local/MODEL@URL, replay/FILE, or a role like strong.  [default: engagement.md; FDE_MODEL]")
@click.option("--subject", metavar="NAME", help="Repository, team or person that the artefact is about.")
@click.option("--redact", is_flag=True, help="Mask secrets in what is sent; without it they stop the run.")
@click.option("--max-cost", metavar="USD", help="Send nothing that could take the run's cost beyond this.")
@click.option("--max-tokens", metavar="N", help="Nor beyond so many tokens, in and out.")
@click.option("--deadline", type=click.FloatRange(min=1, max=LONGEST), callback=_number, default=600, show_default=True, metavar="SECONDS", help="How long all of the model's replies may take together.")
@click.option("--effort", metavar="LEVEL", help="How much effort the model is asked for, like low or high.")
@click.option("--record", metavar="FILE", help="Keep the replies as replay/FILE, to be played back with --model replay/FILE.")
@dir_option
@dry_run_option
def command(skill: str, args: tuple[str, ...], subject: str | None, start: Path, dry_run: bool, **given: Any) -> Outcome:
    """Apply a skill to the evidence and write its artefact.

    Measures with the skill's own script, asks the model if there is one, checks its reply, and writes a new folder in artefacts/.
    What stands behind -- goes to the script. Exits 4 if the model failed or may not be asked and 3 if nothing of its reply stood; the
    artefact is written from the measurement in every case.

    \b
    Example:
        fde run amdahl-ceiling
        fde run amdahl-ceiling --model anthropic/claude-opus-5-5 --max-cost 0.50 --dry-run
    """
    progress("fde: reading the engagement ...")
    from ..engagement import engagement
    from ..runner.run import preview, run
    from ..skillset.find import find
    from ..text import require_slug
    from .clock import now

    found = engagement.find(start)
    chosen = find(skill, found.root)
    about = require_slug(subject, "subject") if subject else None
    asking = _asking(found, given)
    if dry_run:
        return _noted(_dry(preview(found, chosen, now=now(), asking=asking, subject=about, args=args), asking), asking)
    written = run(found, chosen, now=now(), asking=asking, subject=about, args=args, progress=progress)
    return _noted(show_written(found.root, written, asking.model.notice if asking else ""), asking)


def _noted(outcome: Outcome, asking: Asking | None) -> Outcome:
    """Return *outcome* with a note of each variable that names another address for the model that is asked."""
    import os

    from ..models.environment import elsewhere

    names = elsewhere(asking.model.name.partition("/")[0], os.environ) if asking and asking.model.origin is None else ()
    notes = tuple(f"note: {name} is set, and it is not followed: where a model is reached your own config.toml says." for name in names)
    return replace(outcome, data={**outcome.data, "ignored": list(names)}, notes=(*outcome.notes, *notes))


def show_written(root: Path, written: Written, notice: str = "") -> Outcome:
    """Return how a run that wrote an artefact is shown, with what is to be known of its model."""
    path = root / written.folder / "artefact.md"
    data: dict[str, Any] = {
        "run": written.run,
        "artefact": written.folder,
        "status": written.status,
        "unchanged": written.unchanged,
        "answer": list(written.answer),
        "messages": written.messages,
        "actions": written.actions,
        "unread": [{"source": name, "note": note} for name, note in written.unread],
        "left_out": list(written.left_out),
        "withheld": withheld_records(written.withheld),
        "dropped": dropped_records(written.dropped),
        "notice": notice,
    }
    verb = "unchanged" if written.unchanged else "wrote"
    added = [f"added  {written.actions} {'action' if written.actions == 1 else 'actions'} to actions.md"] if written.actions else []
    return Outcome(
        data=data,
        text="\n".join([*written.answer, "", f"{verb}  {path}", *added, *_unused(written), *withheld_lines(written.withheld), *_notes(notice)]),
        errors=(written.error,) if written.error else (),
        notes=dropped_lines(written.dropped),
        next=f"read {path}; `fde verify` checks it at any time",
    )


def dropped_lines(problems: Iterable[Problem]) -> tuple[str, ...]:
    """Return a line for each item that the check refused, with the reasons."""
    return tuple(f"refused  {item.kind}: {item.what}: {'; '.join(item.reasons)}" for item in problems)


def dropped_records(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Return the same for programs, whose users see it on a terminal too: the words are a model's."""
    return [
        {"kind": item.kind, "index": item.index, "what": printable(item.what), "reasons": [printable(reason) for reason in item.reasons]}
        for item in problems
    ]


def _notes(notice: str) -> list[str]:
    return [f"note  {notice}"] if notice else []


def _unused(written: Written) -> list[str]:
    """Return a line for each source that nothing was made of, so that no run looks more complete than it is."""
    unread = [f"not read  {name}: {note}" for name, note in written.unread]
    return [*unread, *(f"left out  {name}: the model's window had no room for it" for name in written.left_out)]


def _asking(found: Engagement, given: dict[str, Any]) -> Asking | None:
    """Return how the model is asked that the flags, the environment and the settings name; None if they name none."""
    import os

    from ..models.budget import budget
    from ..models.choose import Machine, choose
    from ..runner.ask import Asking
    from ..settings import config_folder, read_config, resolve
    from .clock import now

    config = config_folder()
    user = {name: value for name, value in read_config(config).items() if isinstance(value, str)}
    named = resolve("model", flag=given["model"], environment=os.environ, engagement={"model": found.model or ""}, user=user)
    model = choose(named, found, Machine(config=config, environment=os.environ, now=now(), effort=given["effort"]))
    if model is None:
        return None
    limits = budget(max_cost=given["max_cost"], max_tokens=given["max_tokens"])
    return Asking(model=model, seconds=given["deadline"], budget=limits, redact=given["redact"], record=given["record"])


def _dry(planned: Preview, asking: Asking | None) -> Outcome:
    data: dict[str, Any] = {
        "would_write": None if planned.unchanged else planned.folder,
        "unchanged": planned.unchanged,
        "model": asking.model.name if asking else "none",
        "sources": list(planned.sources),
        "left_out": list(planned.left_out),
    }
    lines = [f"unchanged    {planned.folder}" if planned.unchanged else f"would write  {planned.folder}"]
    if asking is None or planned.question is None:
        return Outcome(data=data, text="\n".join([*lines, "would ask    nobody"]))
    sent: dict[str, Any] = _sending(planned.sending) if planned.sending else {"question": planned.question}
    lines.append(f"would ask    {asking.model.name}, {len(planned.question):,} characters from {len(planned.sources)} sources")
    lines += [f"left out     {name}, for want of room" for name in planned.left_out]
    if planned.sending:
        lines += _sending_lines(planned.sending)
    lines += _notes(asking.model.notice)
    if planned.error:
        sent["stops"] = {"code": planned.error.code, "message": planned.error.message, "hint": planned.error.hint}
        lines.append(f"but not now  {planned.error.message} {planned.error.hint}".rstrip())
    exact = json.dumps(sent["request"], ensure_ascii=False, indent=1) if planned.sending else planned.question
    return Outcome(data={**data, **sent}, text="\n".join([*lines, "", exact]))


def _sending(sending: Sending) -> dict[str, Any]:
    """Return what would leave this machine, for programs."""
    return {
        "url": sending.url,
        "proxy": sending.proxy,
        "bytes": sending.size,
        "tokens": {"input": sending.tokens.input, "output": sending.tokens.output},
        "cost": _money(sending.tokens),
        "most_tokens": {"input": sending.run.input, "output": sending.run.output},
        "most_cost": _money(sending.run),
        "request": sending.body,
    }


def _money(usage: Usage) -> dict[str, str] | None:
    return None if usage.cost is None else {"value": str(usage.cost), "unit": usage.currency}


def _sending_lines(sending: Sending) -> list[str]:
    first, run = sending.tokens, sending.run
    price = "unknown: no price is known for this model"
    if first.cost is not None and run.cost is not None:
        price = f"at most {first.cost:.4f} {first.currency}, and {run.cost:.4f} {run.currency} for the whole run: an estimate"
    return [
        f"would send   {sending.size:,} bytes to {sending.url}" + (f" through {sending.proxy}" if sending.proxy else ""),
        f"tokens       about {first.input:,} in, at most {first.output:,} out",
        f"cost         {price}",
        f"the whole    at most {run.input:,} tokens in, {run.output:,} out: an answer that breaks off is asked for twice more, and what",
        "             the check refuses goes back once. --max-cost and --max-tokens hold it to less",
    ]
