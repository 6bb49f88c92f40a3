"""The one path: measure, ask, check, write.

If measuring succeeds, an artefact is written; if anything after it fails, the artefact, the ledger and the exit code say so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from ..engagement import actions, answers, artefacts, clearance, corrections, files, repair, runs, sheets, twins
from ..engagement.artefacts import Official
from ..engagement.engagement import Engagement, migrate
from ..engagement.twins import Keep
from ..errors import FdeError, NoUsableReply, RejectedJudgement
from ..models.model import Message, Model, Reply, Usage
from ..page import page
from ..page.cleared import Withheld
from ..page.current import withheld_then
from ..portable.artefact import RECORD, UNJUDGED, Correction, compose, dump
from ..portable.artefact import digest as text_digest
from ..portable.artefact import files as artefact_files
from ..portable.check import Problem, Verdict, check
from ..portable.facts import by_id, fill
from ..portable.sources import Source
from ..settings import state_folder
from ..skillset.skill import Skill
from ..text import digest
from . import question, reply
from .measure import measure

MODEL_SECONDS = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a question and an artefact are made of.

    Attributes:
        facts: The checked document of facts (`fde.facts/1`).
        words: The text sources, those that could not be read among them.
        messages: What the skill's script said on stderr.
        corrections: What a person corrected in the artefact that is current now.
        settings: What `engagement.md` gave the measurement, in one line.
    """

    facts: dict[str, Any]
    words: tuple[Source, ...]
    messages: str = ""
    corrections: tuple[Correction, ...] = ()
    settings: str = ""

    @property
    def facts_digest(self) -> str:
        """The digest by which "the same facts" is known."""
        return digest(dump(self.facts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What came of asking.

    Attributes:
        record: The artefact's `judged`.
        verdict: What stood.
        dropped: What the check refused for good.
        error: Why there is no judgement, where that is a failure.
    """

    record: Mapping[str, Any]
    verdict: Verdict = field(default_factory=Verdict)
    dropped: tuple[Problem, ...] = ()
    error: FdeError | None = None


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
        withheld: What the client's page does not show, and why.
    """

    run: str
    folder: str
    answer: tuple[str, ...]
    status: str
    unchanged: bool = False
    error: FdeError | None = None
    messages: str = ""
    actions: int = 0
    withheld: tuple[Withheld, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a run would do now.

    Attributes:
        folder: What it would write, or the artefact that it would find unchanged.
        unchanged: Whether nothing would have to be written.
        question: What would be sent; None if nobody would be asked.
        sources: The ids of the text sources in it.
    """

    folder: str
    unchanged: bool
    question: str | None
    sources: tuple[str, ...]


def gather(
    engagement: Engagement, skill: Skill, *, now: datetime, subject: str | None = None, args: Sequence[str] = (), keep: bool = True
) -> Material:
    """Measure, and read the text sources and corrections. Raises what the skill's script or one of these give reason for.

    What a document says is kept (a record may rest on it), but for a look (*keep* is false).
    """
    # First, for a correction that cannot be read was meant to count, and measuring may take minutes.
    corrected = corrections.for_run(engagement, artefacts.shelf(engagement), skill.name, subject)
    reader = twins.Reader(engagement=engagement, keep=Keep.MUST if keep else Keep.NEVER)
    words = reader.words(skill.driver.words if skill.driver else ())
    clearance.require_clear(words)
    context = {name: value for name, value in engagement.context().items() if value}
    given = answers.path_of(engagement, skill.name, subject)
    with sheets.view(reader, skill.driver.evidence if skill.driver else ()) as seen:
        measured = measure(skill, evidence=seen.folder, now=now, tz=engagement.timezone, context=context, answers=given, args=args)
        facts = seen.originals(measured.facts, engagement.evidence)
    return Material(
        facts=facts,
        words=words,
        messages=measured.messages,
        corrections=corrected,
        settings=engagement.settings(skill.driver.context if skill.driver else ()),
    )


def run(
    engagement: Engagement,
    skill: Skill,
    *,
    now: datetime,
    model: Model | None = None,
    subject: str | None = None,
    args: Sequence[str] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> Written:
    """Take *skill* down the whole path once and return what it left.

    Raises FdeError only before an artefact can be written; a failure after that is in `Written.error`.
    """
    with files.lock(engagement.root):
        ready(engagement, skill.name)
        started = runs.start(engagement, skill=skill.name, subject=subject, at=now.isoformat())
        with runs.recorded(engagement, started):
            progress(f"measuring with {skill.name} ...")
            material = gather(engagement, skill, now=now, subject=subject, args=args)
            asked, judged = _question(skill, material, model)
            key = _key(material, asked, model)
            same = _unchanged(engagement, skill.name, subject, key, material)
            if same:
                runs.record(engagement, started, "finished", status="unchanged", artefact=same.folder)
                kept_off = _kept_off(engagement, same.folder, material)
                return _written(started.id, same.folder, material, status=same.status, unchanged=True, withheld=kept_off)
            if model and asked:
                progress(f"asking {model.name} ...")
                judged = _ask(engagement, started, model, asked, material)
            return write(engagement, started, material, judged, now=now, key=key)


def preview(
    engagement: Engagement,
    skill: Skill,
    *,
    now: datetime,
    model: Model | None = None,
    subject: str | None = None,
    args: Sequence[str] = (),
) -> Preview:
    """Measure and say what `run` would write and send, doing neither. Raises what a run raises before it writes."""
    material = gather(engagement, skill, now=now, subject=subject, args=args, keep=False)
    asked, judged = _question(skill, material, model)
    if judged.error:
        raise judged.error
    same = _unchanged(engagement, skill.name, subject, _key(material, asked, model), material)
    day = now.astimezone(engagement.zone).date()
    return Preview(
        folder=same.folder if same else artefacts.next_folder(engagement, skill.name, day, subject),
        unchanged=same is not None,
        question=asked.text if asked else None,
        sources=tuple(source.id for source in usable(material.words)) if asked else (),
    )


def _question(skill: Skill, material: Material, model: Model | None) -> tuple[question.Question | None, Judged]:
    """Return the question, None if there is none, and what is to be written if it is not asked."""
    if model is None:
        return None, Judged(record=UNJUDGED)
    try:
        return question.ask(skill, material.facts, material.words, material.corrections), Judged(record=UNJUDGED)
    except FdeError as error:
        # What was measured is worth an artefact, also where the template is broken.
        return None, _failed({**UNJUDGED, "by": model.name}, error)


def ready(engagement: Engagement, skill: str) -> None:
    """Sweep what a killed run left, and make sure that *skill*'s artefact can be written before anything is measured or paid."""
    migrate(engagement)
    repair.finish(engagement)
    files.sweep(engagement.artefacts, deep=True)
    files.sweep(engagement.state, deep=True)
    files.make_folder(engagement.artefacts)
    for folder in (engagement.state, engagement.artefacts, engagement.artefacts / skill):
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
    return _written(started.id, folder, material, status=item.status, error=judged.error, actions=added, withheld=kept_off)


def _page(engagement: Engagement, document: Mapping[str, Any], words: Iterable[Source]) -> str:
    uncleared = {source.id: source.text for source in words if source.clearance != "quote"}
    return page.render(document, client=engagement.client, uncleared=uncleared, people=engagement.people)


def judge(verdict: Verdict, by: Mapping[str, Any]) -> Judged:
    """Return what a last check means: what stood, what is dropped, `rejected` if no finding stood."""
    whole = next((problem for problem in verdict.problems if problem.kind == "reply"), None)
    if whole:
        return _failed(by, NoUsableReply("; ".join(whole.reasons)))
    if verdict.is_empty:
        return Judged(record={**by, "status": "rejected"}, dropped=verdict.problems, error=RejectedJudgement())
    return Judged(record={**by, "status": "ok"}, verdict=verdict, dropped=verdict.problems)


def problem_records(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Return problems as a repair prompt and JSON output list them."""
    return [asdict(problem) | {"reasons": list(problem.reasons)} for problem in problems]


def _ask(
    engagement: Engagement, started: runs.Run, model: Model, asked: question.Question, material: Material
) -> Judged:
    """Ask, check, send back once what was refused, check again. A failure of the model is a result, not an exception."""
    runs.keep(engagement, started, "question.md", asked.text)
    by: dict[str, Any] = {
        **UNJUDGED,
        "by": model.name,
        "prompt": asked.digest,
        "replayed": model.origin is not None,
        "origin": model.origin,
    }
    conversation = [Message(role=part.role, text=part.text) for part in asked.parts]
    try:
        answer = model.reply(conversation, seconds=MODEL_SECONDS)
    except FdeError as error:
        return _failed(by, error)
    verdict, by = _take(engagement, started, 1, answer, material, by)
    if not verdict.problems:
        return judge(verdict, by)
    again = question.repair(problem_records(verdict.problems))
    conversation += [Message(role="assistant", text=answer.text), Message(role="user", text=again)]
    try:
        answer = model.reply(conversation, seconds=MODEL_SECONDS)
    except FdeError as error:
        runs.record(engagement, started, "repair", status=f"failed: {error.code}")
        return judge(verdict, by)
    second, by = _take(engagement, started, 2, answer, material, by)
    # A second reply that is worth nothing takes nothing from the first one.
    return judge(verdict if second.is_empty and not verdict.is_empty else second, by)


def _failed(by: Mapping[str, Any], error: FdeError) -> Judged:
    return Judged(record={**by, "status": f"failed: {error.code}"}, error=error)


def _take(
    engagement: Engagement, started: runs.Run, number: int, answer: Reply, material: Material, by: Mapping[str, Any]
) -> tuple[Verdict, dict[str, Any]]:
    """Put a reply on disk, then look at it."""
    try:
        runs.keep(engagement, started, f"reply-{number}.txt", answer.text)
    except FdeError as error:
        error.hint = _rescue(started, number, answer.text) or error.hint
        raise
    return parse_and_check(answer.text, material), _add(by, answer.usage)


def _rescue(started: runs.Run, number: int, text: str) -> str:
    """Keep a reply that was paid for outside of an engagement that cannot be written; say where, or nothing if that fails too."""
    with suppress(FdeError, OSError):
        path = state_folder() / "replies" / f"{started.skill}-{started.id}-{digest(text.encode())[-8:]}-{number}.txt"
        files.make_folder(path.parent, mode=0o700)
        files.replace(path, text, mode=0o600)
        return f"The model's reply is kept in {path}."
    return ""


def usable(words: Iterable[Source]) -> list[Source]:
    """Return the sources that may be quoted: those that were sent."""
    return [source for source in words if source.health == "ok"]


def _add(by: Mapping[str, Any], usage: Usage | None) -> dict[str, Any]:
    if usage is None:
        return dict(by)
    before = by["tokens"] or {"input": 0, "output": 0}
    tokens = {"input": before["input"] + usage.input, "output": before["output"] + usage.output}
    return {**by, "tokens": tokens, "cost": _sum(by, usage)}


def _sum(by: Mapping[str, Any], usage: Usage) -> dict[str, str] | None:
    """Return the cost so far; a sum of which a part is not known is not known."""
    if usage.cost is None or (by["tokens"] and by["cost"] is None):
        return None
    before = Decimal(by["cost"]["value"]) if by["cost"] else Decimal(0)
    return {"value": str(before + usage.cost), "unit": usage.currency}


def _key(material: Material, asked: question.Question | None, model: Model | None) -> str:
    # What may be shown of the same words may have changed, and an artefact says so.
    words = ",".join(f"{source.digest} {source.kind} {source.clearance}" for source in material.words)
    parts = [material.facts_digest, material.settings, words, asked.digest if asked else "", model.name if model else "none"]
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
    return Written(run=run, folder=folder, answer=answer, status=status, messages=material.messages, **rest)


def parse_and_check(text: str, material: Material) -> Verdict:
    """Take a reply apart and check it; a reply that cannot be taken apart is one problem of kind "reply"."""
    try:
        judgement = reply.parse(text)
    except reply.Unusable as error:
        return Verdict(problems=(Problem(kind="reply", index=0, what="the whole reply", reasons=(str(error),)),))
    return check(judgement, material.facts["facts"], usable(material.words))
