"""The one path: measure, ask, check, write.

If measuring succeeds, an artefact is written; if anything after it fails, the artefact, the ledger and the exit code say so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..engagement import actions, artefacts, corrections, files, repair, runs
from ..engagement.artefacts import Official
from ..engagement.engagement import Engagement, migrate
from ..errors import FdeError, UnfitArtefact
from ..models.model import Sending
from ..page import page
from ..page.cleared import Withheld
from ..page.current import withheld_then
from ..portable.artefact import RECORD, UNJUDGED, Correction, compose
from ..portable.artefact import digest as text_digest
from ..portable.artefact import files as artefact_files
from ..portable.check import Problem
from ..portable.facts import by_id, fill
from ..portable.schema import validate
from ..portable.sources import Source
from ..skillset.skill import Skill
from ..text import digest
from . import question
from .ask import Asking, Judged, ask, failed, first_request, require_free
from .material import Material, gather
from .measure import script_of
from .words import for_model, keep_masks


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a run left.

    Attributes:
        run: The run's id.
        folder: The artefact's folder, relative to the engagement.
        answer: Its first sentences, filled in.
        status: `ok`, `none`, `rejected`, `failed: ...`.
        unchanged: Whether nothing had to be written.
        error: The failure that the exit code tells of.
        messages: What the skill's script said.
        actions: How many actions were added to `actions.md`.
        unread: The sources that could not be read, each with the reason.
        left_out: The ids of those for which the question had no room.
        withheld: What the client's page does not show, and why.
        dropped: What the check refused for good of a reply that was used.
    """

    run: str
    folder: str
    answer: tuple[str, ...]
    status: str
    unchanged: bool = False
    error: FdeError | None = None
    messages: str = ""
    actions: int = 0
    unread: tuple[tuple[str, str], ...] = ()
    left_out: tuple[str, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    dropped: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a run would do now.

    Attributes:
        folder: What it would write, or the artefact that it would find unchanged.
        unchanged: Whether nothing would have to be written.
        question: What would be asked; None if nobody would be.
        sources: The ids of the text sources in it.
        left_out: The ids of those for which it has no room.
        sending: What would leave this machine; None if nothing would.
        error: What stands in the way of asking now.
    """

    folder: str
    unchanged: bool
    question: str | None
    sources: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    sending: Sending | None = None
    error: FdeError | None = None


def run(
    engagement: Engagement,
    skill: Skill,
    *,
    now: datetime,
    asking: Asking | None = None,
    subject: str | None = None,
    args: Sequence[str] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> Written:
    """Take *skill* down the whole path once and return what it left.

    Raises FdeError only before an artefact can be written; a failure after that is in `Written.error`.
    """
    _require_purpose(skill, asking)
    with files.lock(engagement.root):
        ready(engagement, skill.name)
        if asking:
            require_free(engagement, asking)
        started = runs.start(engagement, skill=skill.name, subject=subject, at=now.isoformat())
        with runs.recorded(engagement, started):
            progress(f"measuring with {skill.name} ...")
            material = gather(engagement, skill, now=now, subject=subject, args=args)
            asked, material, judged = _question(engagement, started, skill, material, asking)
            key = _key(material, asked, asking)
            same = _unchanged(engagement, skill.name, subject, key, material)
            if same:
                runs.record(engagement, started, "finished", status="unchanged", artefact=same.folder)
                kept_off = _kept_off(engagement, same.folder, material)
                return _written(started.id, same.folder, material, status=same.status, unchanged=True, withheld=kept_off)
            if asking and asked:
                progress(f"asking {asking.model.name} ...")
                judged = ask(engagement, started, asking, asked, material, progress)
            return write(engagement, started, material, judged, now=now, key=key)


def preview(
    engagement: Engagement,
    skill: Skill,
    *,
    now: datetime,
    asking: Asking | None = None,
    subject: str | None = None,
    args: Sequence[str] = (),
) -> Preview:
    """Measure and say what `run` would write and send, doing neither. Raises what a run raises before it writes."""
    _require_purpose(skill, asking)
    measured = gather(engagement, skill, now=now, subject=subject, args=args, keep=False)
    made = for_model(skill, measured, redact=asking.redact, window=asking.model.window) if asking else None
    material, asked = (made.material, made.question) if made else (measured, None)
    same = _unchanged(engagement, skill.name, subject, _key(material, asked, asking), material)
    day = now.astimezone(engagement.zone).date()
    folder = same.folder if same else artefacts.next_folder(engagement, skill.name, day, subject)
    if asking is None or asked is None or same:
        return Preview(folder=folder, unchanged=same is not None, question=None)
    sending, error = _sending(asking, asked)
    return Preview(
        folder=folder,
        unchanged=False,
        question=asked.text,
        sources=tuple(source.id for source in material.usable),
        left_out=tuple(source.id for source in material.left_out),
        sending=sending,
        error=error,
    )


def _require_purpose(skill: Skill, asking: Asking | None) -> None:
    """Raise NoScript for a skill that is instructions only where nobody is asked to follow them."""
    if skill.driver is None and asking is None:
        script_of(skill)


def _sending(asking: Asking, asked: question.Question) -> tuple[Sending | None, FdeError | None]:
    """Return what would be sent, and what stands in the way of it now."""
    sending = asking.model.preview(first_request(asked))
    try:
        asking.model.prepare()
        if sending:
            asking.budget.require(sending)
    except FdeError as error:
        return sending, error
    return sending, None


def _question(
    engagement: Engagement, started: runs.Run, skill: Skill, material: Material, asking: Asking | None
) -> tuple[question.Question | None, Material, Judged]:
    """Return the question, None if there is none, the material as it is asked about, and what is written if nobody is asked."""
    if asking is None:
        return None, material, Judged(record=UNJUDGED)
    try:
        made = for_model(skill, material, redact=asking.redact, window=asking.model.window)
    except FdeError as error:
        # What was measured is worth an artefact, also where the template is broken or a secret stands in the evidence.
        return None, material, failed({**UNJUDGED, "by": asking.model.name}, error)
    keep_masks(engagement, started, made)
    return made.question, made.material, Judged(record=UNJUDGED)


def ready(engagement: Engagement, skill: str) -> None:
    """Sweep what a killed run left, and make sure that *skill*'s artefact can be written before anything is measured or paid."""
    migrate(engagement)
    repair.finish(engagement)
    files.sweep(engagement.artefacts, deep=True)
    files.sweep(engagement.state, deep=True)
    files.make_folder(engagement.artefacts)
    for folder in (engagement.state, engagement.artefacts, files.inside(engagement.root, f"artefacts/{skill}")):
        if folder.is_dir():
            files.writable(folder)


def write(
    engagement: Engagement, started: runs.Run, material: Material, judged: Judged, *, now: datetime, key: str
) -> Written:
    """Put the artefact together, store it, and record the end of the run."""
    local = now.astimezone(engagement.zone)
    folder = artefacts.next_folder(engagement, started.skill, local.date(), started.subject)
    document = compose(
        material.facts,
        created=local.isoformat(timespec="seconds"),
        zone=engagement.timezone,
        subject=started.subject,
        words=material.words,
        verdict=judged.verdict,
        dropped=judged.dropped,
        judged=judged.record,
        supersedes=_supersedes(engagement, started, judged, material.facts_digest),
        corrections=material.corrections,
    )
    if problems := validate(document, "artefact"):
        # Else it would be official, and every later command would refuse it.
        raise UnfitArtefact("; ".join(problems[:3]))
    contents = artefact_files(document, {page.NAME: _page(engagement, document, material.words)})
    item = Official(
        folder=folder,
        skill=started.skill,
        subject=started.subject,
        run=started.id,
        at=document["created"],
        status=judged.record["status"],
        key=key,
        facts=material.facts_digest,
        record=text_digest(contents[RECORD].decode()),
        settings=material.settings,
    )
    last = artefacts.newest(engagement, item.skill, item.subject)
    # What a repair goes by, if this process is killed before the folder has become official.
    runs.record(engagement, started, "writing", official=item.line(), after=last.folder if last else None)
    artefacts.store(engagement, item, contents)
    # Official by now: if the list cannot be written, the run is not finished, and the next one or a repair adds to it.
    added = actions.add_from(engagement, folder, document)
    runs.record(engagement, started, "finished", status=item.status, artefact=folder, **_usage(judged.record))
    kept_off = withheld_then(document, material.words)
    return _written(
        started.id, folder, material, status=item.status, error=judged.error, actions=added, withheld=kept_off, dropped=judged.dropped
    )


def _page(engagement: Engagement, document: Mapping[str, Any], words: Iterable[Source]) -> str:
    uncleared = {source.id: source.text for source in words if source.clearance != "quote"}
    return page.render(document, client=engagement.client, uncleared=uncleared, people=engagement.people)


def _key(material: Material, asked: question.Question | None, asking: Asking | None) -> str:
    # What may be shown of the same words may have changed, and an artefact says so.
    words = ",".join(f"{source.digest} {source.kind} {source.clearance}" for source in material.words)
    parts = [material.facts_digest, material.settings, words, asked.digest if asked else "", asking.model.name if asking else "none"]
    parts += [asking.model.manner] if asking and asking.model.manner else []
    parts += [digest(repr(item).encode()) for item in material.corrections]
    return digest("\n".join(parts).encode())


def _unchanged(engagement: Engagement, skill: str, subject: str | None, key: str, material: Material) -> Official | None:
    """Return the artefact that this run would only repeat: same facts, corrections, question and model, nothing else in between."""
    for item in reversed(artefacts.shelf(engagement).official):
        if (item.skill, item.subject) != (skill, subject):
            continue
        if item.facts != material.facts_digest:
            return None
        if item.key == key and item.status in ("ok", "none") and (engagement.root / item.folder / RECORD).is_file():
            return item
        if _corrected(engagement, item) != material.corrections:
            return None
    return None


def _corrected(engagement: Engagement, item: Official) -> tuple[Correction, ...] | None:
    """Return the corrections in an artefact, None if it is gone or damaged."""
    with suppress(FdeError):
        return corrections.carried(artefacts.load(engagement, item.folder))
    return None


def _supersedes(engagement: Engagement, started: runs.Run, judged: Judged, facts: str) -> str | None:
    before = artefacts.shelf(engagement).current().get((started.skill, started.subject))
    if before is None or (before.is_judged and judged.record["status"] != "ok" and before.facts == facts):
        return None
    return before.folder


def _usage(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: record[name] for name in ("by", "tokens", "cost")}


def _kept_off(engagement: Engagement, folder: str, material: Material) -> tuple[Withheld, ...]:
    """Return what the page in *folder* does not show; nothing if its record is damaged, of which `verify` tells."""
    with suppress(FdeError):
        return withheld_then(artefacts.load(engagement, folder), material.words)
    return ()


def _written(run: str, folder: str, material: Material, *, status: str, **rest: Any) -> Written:
    index = by_id(material.facts["facts"])
    answer = tuple(fill(sentence, index) for sentence in material.facts["answer"])
    return Written(
        run=run,
        folder=folder,
        answer=answer,
        status=status,
        messages=material.messages,
        unread=material.unread,
        left_out=tuple(source.id for source in material.left_out),
        **rest,
    )
