"""The one path: measure, ask, check, write.

If measuring succeeds, an artefact is written; if anything after it fails, the artefact, the ledger and the exit code say so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from ..engagement import artefacts, files, runs
from ..engagement.artefacts import Official
from ..engagement.engagement import Engagement
from ..errors import Exit, FdeError, NoUsableReply, RejectedJudgement
from ..models.model import Message, Model, Usage
from ..portable import evidence
from ..portable.artefact import RECORD, UNJUDGED, compose, dump
from ..portable.artefact import files as artefact_files
from ..portable.check import Problem, Verdict, check
from ..portable.facts import by_id, fill
from ..portable.sources import Source
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
    """

    facts: dict[str, Any]
    words: tuple[Source, ...]
    messages: str = ""

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
    """

    run: str
    folder: str
    answer: tuple[str, ...]
    status: str
    unchanged: bool = False
    error: FdeError | None = None
    messages: str = ""


def gather(engagement: Engagement, skill: Skill, *, now: datetime, args: Sequence[str] = ()) -> Material:
    """Measure, and read the text sources. Raises what the skill's script or the evidence give reason for."""
    context = {name: value for name, value in engagement.context().items() if value}
    measured = measure(skill, evidence=engagement.evidence, now=now, tz=engagement.timezone, context=context, args=args)
    patterns = skill.driver.words if skill.driver else ()
    return Material(
        facts=measured.facts, words=evidence.words(engagement.evidence, patterns), messages=measured.messages
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
        ready(engagement)
        started = runs.start(engagement, skill=skill.name, subject=subject, at=now.isoformat())
        try:
            progress(f"measuring with {skill.name} ...")
            material = gather(engagement, skill, now=now, args=args)
            asked = question.ask(skill, material.facts, material.words) if model else None
            key = _key(material, asked, model)
            same = _unchanged(engagement, skill.name, subject, key, material.facts_digest)
            if same:
                runs.record(engagement, started, "finished", status="unchanged", artefact=same.folder)
                return _written(started.id, same.folder, material, status=same.status, unchanged=True)
            judged = Judged(record=UNJUDGED)
            if model and asked:
                progress(f"asking {model.name} ...")
                judged = _ask(engagement, started, model, asked, material)
            return write(engagement, started, material, judged, now=now, key=key)
        except FdeError as error:
            runs.record(engagement, started, "finished", status=f"failed: {error.code}")
            raise


def ready(engagement: Engagement) -> None:
    """Sweep what a killed run left, and make sure that the folder can be written before anything is measured or paid."""
    files.sweep(engagement.artefacts, deep=True)
    files.sweep(engagement.state)
    files.make_folder(engagement.artefacts)
    for folder in (engagement.state, engagement.artefacts):
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
    )
    item = Official(
        folder=folder,
        skill=started.skill,
        subject=started.subject,
        run=started.id,
        at=document["created"],
        status=judged.record["status"],
        key=key,
        facts=material.facts_digest,
    )
    artefacts.store(engagement, item, artefact_files(document))
    runs.record(engagement, started, "finished", status=item.status, artefact=folder, **_usage(judged.record))
    return _written(started.id, folder, material, status=item.status, error=judged.error)


def judge(verdict: Verdict, by: Mapping[str, Any]) -> Judged:
    """Return what a last check means: what stood, what is dropped, `rejected` if no finding stood."""
    whole = next((problem for problem in verdict.problems if problem.kind == "reply"), None)
    if whole:
        error = NoUsableReply("; ".join(whole.reasons))
        return Judged(record={**by, "status": f"failed: {error.code}"}, error=error)
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
        verdict, text, by = _turn(engagement, started, model, conversation, material, by, 1)
    except FdeError as error:
        if error.exit is not Exit.NOT_NOW:
            raise
        return Judged(record={**by, "status": f"failed: {error.code}"}, error=error)
    if verdict.problems:
        again = question.repair(problem_records(verdict.problems))
        conversation += [Message(role="assistant", text=text), Message(role="user", text=again)]
        try:
            second, _, by = _turn(engagement, started, model, conversation, material, by, 2)
        except FdeError as error:
            if error.exit is not Exit.NOT_NOW:
                raise
            # No second answer came; what stood in the first, whole, reply still stands.
            runs.record(engagement, started, "repair", status=f"failed: {error.code}")
        else:
            verdict = second
    return judge(verdict, by)


def _turn(
    engagement: Engagement,
    started: runs.Run,
    model: Model,
    conversation: Sequence[Message],
    material: Material,
    by: Mapping[str, Any],
    number: int,
) -> tuple[Verdict, str, dict[str, Any]]:
    answer = model.reply(conversation, seconds=MODEL_SECONDS)
    runs.keep(engagement, started, f"reply-{number}.txt", answer.text)
    return parse_and_check(answer.text, material), answer.text, _add(by, answer.usage)


def usable(words: Iterable[Source]) -> list[Source]:
    """Return the sources that may be quoted: those that were sent."""
    return [source for source in words if source.health == "ok"]


def _add(by: Mapping[str, Any], usage: Usage | None) -> dict[str, Any]:
    if usage is None:
        return dict(by)
    before = by["tokens"] or {"input": 0, "output": 0}
    tokens = {"input": before["input"] + usage.input, "output": before["output"] + usage.output}
    return {
        **by,
        "tokens": tokens,
        "cost": None if usage.cost is None else {"value": str(usage.cost), "unit": usage.currency},
    }


def _key(material: Material, asked: question.Question | None, model: Model | None) -> str:
    words = ",".join(source.digest for source in material.words)
    return digest(
        "\n".join(
            [material.facts_digest, words, asked.digest if asked else "", model.name if model else "none"]
        ).encode()
    )


def _unchanged(engagement: Engagement, skill: str, subject: str | None, key: str, facts: str) -> Official | None:
    """Return the artefact that this run would only repeat: same facts, question and model, nothing else in between."""
    for item in reversed(artefacts.shelf(engagement).official):
        if (item.skill, item.subject) != (skill, subject):
            continue
        if item.facts != facts:
            return None
        if item.key == key and item.status in ("ok", "none") and (engagement.root / item.folder / RECORD).is_file():
            return item
    return None


def _supersedes(engagement: Engagement, started: runs.Run, judged: Judged, facts: str) -> str | None:
    before = artefacts.shelf(engagement).current().get((started.skill, started.subject))
    if before is None or (before.is_judged and judged.record["status"] != "ok" and before.facts == facts):
        return None
    return before.folder


def _usage(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: record[name] for name in ("by", "tokens", "cost")}


def _written(run: str, folder: str, material: Material, *, status: str, **rest: Any) -> Written:
    index = by_id(material.facts["facts"])
    answer = tuple(fill(sentence, index) for sentence in material.facts["answer"])
    return Written(run=run, folder=folder, answer=answer, status=status, messages=material.messages, **rest)


def parse_and_check(text: str, material: Material) -> Verdict:
    """Take a reply apart and check it; a reply that cannot be taken apart is one problem of kind "reply"."""
    try:
        judgement = reply.parse(text)
    except NoUsableReply as error:
        return Verdict(problems=(Problem(kind="reply", index=0, what="the whole reply", reasons=(error.message,)),))
    return check(judgement, material.facts["facts"], usable(material.words))
