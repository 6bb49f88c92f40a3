"""A question taken to any chat by hand, and its reply brought back: `fde prompt` and `fde accept`.

What was asked is kept as a snapshot in the run's folder; the reply is checked against that, never against what has changed since.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from ..engagement import files, repair, runs
from ..engagement.artefacts import require_readable, texts_now
from ..engagement.engagement import Engagement
from ..errors import NoOpenQuestion, NotJson, SeveralQuestions, SourceChanged, UsageError
from ..portable.artefact import UNJUDGED, Correction, dump
from ..portable.check import Verdict, check
from ..portable.names import escaped
from ..portable.schema import validate
from ..portable.sources import Source
from ..portable.strictjson import strict_json
from ..skillset.skill import Skill
from ..text import digest
from . import question
from .ask import judge, parse_and_check, problem_records
from .material import Material, gather
from .run import Written, ready, write
from .words import for_model, keep_masks

SNAPSHOT, SCHEMA = "snapshot.json", "fde.snapshot/1"
CHAT = "a chat"
_STORED = ("id", "text", "kind", "clearance", "notice", "digest", "size", "health", "note")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question that waits for its reply."""

    run: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A reply that goes back once: what is wrong with it, and the words to paste."""

    run: str
    verdict: Verdict
    repair: str


def prompt(
    engagement: Engagement,
    skill: Skill,
    *,
    now: datetime,
    subject: str | None = None,
    args: Sequence[str] = (),
    redact: bool = False,
) -> Asked:
    """Measure, write the question, and record the run as asked. Raises SecretsFound unless they are to be masked (*redact*)."""
    with files.lock(engagement.root):
        ready(engagement, skill.name)
        run = runs.start(engagement, skill=skill.name, subject=subject, at=now.isoformat())
        with runs.recorded(engagement, run):
            material = gather(engagement, skill, now=now, subject=subject, args=args)
            made = for_model(skill, material, redact=redact)
            asked = made.question
            keep_masks(engagement, run, made)
            runs.keep(engagement, run, "question.md", asked.text)
            runs.keep(engagement, run, SNAPSHOT, dump(_snapshot(asked, made.material)))
            runs.record(engagement, run, "asked", question=asked.digest)
        return Asked(run=run.id, text=asked.text)


def preview(
    engagement: Engagement,
    skill: Skill,
    *,
    now: datetime,
    subject: str | None = None,
    args: Sequence[str] = (),
    redact: bool = False,
) -> str:
    """Return the question that `prompt` would write, and write nothing. Raises what `prompt` raises."""
    material = gather(engagement, skill, now=now, subject=subject, args=args, keep=False)
    return for_model(skill, material, redact=redact).question.text


def look(engagement: Engagement, text: str, *, name: str | None = None) -> tuple[str, Verdict]:
    """Return the run that the reply *text* would answer and what the check says of it. Writes nothing; raises what `accept` raises."""
    run = _open(engagement, name)
    _, material = _recall(engagement, run)
    verdict = _verdict(text, material)
    _require_unchanged(engagement, verdict, material)
    return run.id, verdict


def _verdict(text: str, material: Material) -> Verdict:
    """Return what the check says of a reply: every mistake at once, those of its form beside those of what it says.

    A person carries each one to the chat and back, so that a second journey for the next mistake would be one too many.
    """
    verdict = parse_and_check(text, material)
    if not is_lost(verdict):
        return verdict
    try:
        found = strict_json(text[text.index("{") : text.rindex("}") + 1])
    except ValueError:  # a BadJson too: there is nothing to say more about
        return verdict
    return check(found, material.facts["facts"], material.usable)


def is_lost(verdict: Verdict) -> bool:
    """Say whether nothing of a reply can be used, since it is no judgement as a whole."""
    return any(problem.kind == "reply" for problem in verdict.problems)


def _snapshot(asked: question.Question, material: Material) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "question": asked.digest,
        "settings": material.settings,
        "facts": material.facts,
        "words": [{name: getattr(source, name) for name in _STORED} for source in material.words],
        "corrections": [asdict(correction) for correction in material.corrections],
    }


def _recall(engagement: Engagement, run: runs.Run) -> tuple[str, Material]:
    """Return the digest of what was asked, and what it was made of. Raises CannotRead or NotJson."""
    stored = runs.recall(engagement, run, SNAPSHOT)
    try:
        if stored["schema"] == SCHEMA and not validate(stored["facts"], "facts"):
            words = tuple(Source(**source) for source in stored["words"])
            corrections = tuple(Correction(**item) for item in stored.get("corrections", ()))
            return str(stored["question"]), Material(facts=stored["facts"], words=words, corrections=corrections, settings=str(stored["settings"]))
    except (KeyError, TypeError):
        pass
    raise NotJson(f"expected {SCHEMA}", where=escaped(runs.folder(engagement, run.id) / SNAPSHOT))


def accept(engagement: Engagement, text: str, *, now: datetime, name: str | None = None, final: bool = False) -> Written | Refused:
    """Check the reply *text* to the question of run *name* (default: the one that waits) and write its artefact.

    The first reply that breaks a rule is `Refused`; of the second, or with *final*, what breaks one is dropped and named. One that is
    no judgement at all is always `Refused` and no try: a wrong file must not end the question.

    Raises NoRun, NoOpenQuestion, SeveralQuestions, SourceChanged.
    """
    with files.lock(engagement.root):
        # A run that was killed behind its artefact waits no longer: its reply would be written twice.
        repair.finish(engagement)
        run = _open(engagement, name)
        ready(engagement, run.skill)
        asked, material = _recall(engagement, run)
        events = [event["event"] for event in run.events]
        runs.keep(engagement, run, f"reply-{events.count('refused') + events.count('unusable') + 1}.txt", text)
        verdict = _verdict(text, material)
        lost = is_lost(verdict)
        if lost or (verdict.problems and "refused" not in events and not final):
            runs.record(engagement, run, "unusable" if lost else "refused", problems=len(verdict.problems))
            return Refused(run=run.id, verdict=verdict, repair=question.repair(problem_records(verdict.problems)))
        _require_unchanged(engagement, verdict, material)
        by: dict[str, Any] = {**UNJUDGED, "by": CHAT, "prompt": asked}
        key = digest(f"{material.facts_digest}\n{asked}\n{digest(text.encode())}".encode())
        return write(engagement, run, material, judge(verdict, by), now=now, key=key)


def _open(engagement: Engagement, name: str | None) -> runs.Run:
    if name is not None:
        run = runs.find(engagement, name)
        if not run.waits:
            raise UsageError(f"The run {name} does not wait for a reply; it is {run.outcome}.")
        return run
    waiting = [run for run in runs.runs(engagement) if run.waits]
    if not waiting:
        raise NoOpenQuestion
    if len(waiting) > 1:
        raise SeveralQuestions(", ".join(f"{run.id} ({run.skill}, {run.at[:16]})" for run in waiting))
    return waiting[0]


def _require_unchanged(engagement: Engagement, verdict: Verdict, material: Material) -> None:
    """Refuse where a source that the reply quotes is no longer what was sent."""
    cited = {quote["source"] for item in (*verdict.findings, *verdict.actions) for quote in item["quotes"]}
    now = texts_now(engagement, cited)
    require_readable(now.values())
    for source in material.words:
        if source.id in cited and (source.id not in now or now[source.id].digest != source.digest):
            raise SourceChanged(f"evidence/{source.id}", where=f"evidence/{source.id}")
