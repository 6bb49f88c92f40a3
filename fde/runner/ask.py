"""Asking: what goes to a model and what comes back, checked, sent back once, and checked again.

A failure of the model is a result, never an exception: what was measured is written in any case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from typing import Any

from ..engagement import files, runs
from ..engagement.engagement import Engagement
from ..errors import AlreadyThere, FdeError, NoUsableReply, RejectedJudgement
from ..models.budget import Budget
from ..models.model import Message, Model, Reply, Request, Sending, Usage
from ..models.prices import version
from ..models.schema import wire_schema
from ..models.watch import Watch
from ..portable.artefact import UNJUDGED, dump
from ..portable.check import Problem, Verdict, check
from ..settings import state_folder
from ..text import digest
from . import question, reply
from .material import Material

SECONDS = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How a model is asked.

    Attributes:
        model: Whom.
        seconds: How long all its replies together may take.
        budget: What they may take and cost.
        redact: Whether secrets in the evidence are masked; else they stop the run.
        record: The name, below `replay/`, under which the replies are kept to be played back; None to keep none.
    """

    model: Model
    seconds: float = SECONDS
    budget: Budget = field(default_factory=Budget)
    redact: bool = False
    record: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What came of asking.

    Attributes:
        record: The artefact's `judged`.
        verdict: What stood.
        dropped: What the check refused for good.
        error: Why there is no judgement; or, beside one, what else went wrong: a repair that was not made, a recording not kept.
    """

    record: Mapping[str, Any]
    verdict: Verdict = field(default_factory=Verdict)
    dropped: tuple[Problem, ...] = ()
    error: FdeError | None = None


def judge(verdict: Verdict, by: Mapping[str, Any]) -> Judged:
    """Return what a last check means: what stood, what is dropped, `rejected` if no finding stood."""
    whole = next((problem for problem in verdict.problems if problem.kind == "reply"), None)
    if whole:
        return failed(by, NoUsableReply("; ".join(whole.reasons)))
    if verdict.is_empty:
        return Judged(record={**by, "status": "rejected"}, dropped=verdict.problems, error=RejectedJudgement())
    return Judged(record={**by, "status": "ok"}, verdict=verdict, dropped=verdict.problems)


def problem_records(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Return problems as a repair prompt and JSON output list them."""
    return [asdict(problem) | {"reasons": list(problem.reasons)} for problem in problems]


@dataclass(slots=True)
class _Talk:
    """One conversation of a run with a model: its turns, the budget that is left, and the record of it."""

    engagement: Engagement
    run: runs.Run
    asking: Asking
    watch: Watch
    turns: list[Message]
    budget: Budget
    replies: list[str] = field(default_factory=list)

    def reply(self) -> Reply:
        """Return the next reply; what is sent is on record before, what came of it behind. Raises an FdeError with exit NOT_NOW."""
        model, number, request = self.asking.model, len(self.replies) + 1, _request(self.turns)
        model.prepare()
        sending = model.preview(request)
        if sending:
            self.budget.require(sending)
            body = dump(sending.body)
            runs.keep(self.engagement, self.run, f"request-{number}.json", body)
            runs.record(self.engagement, self.run, "sending", url=sending.url, proxy=sending.proxy, bytes=sending.size, digest=digest(body))
        before = len(self.watch.attempts)
        try:
            answer = model.reply(request, self.watch)
        finally:
            self._note(number, before)
        self.budget = self._spent(answer, sending, before)
        self.replies.append(answer.text)
        return answer

    def _spent(self, answer: Reply, sending: Sending | None, before: int) -> Budget:
        """Return the budget behind *answer*; an attempt that broke off in mid-answer may be billed too, and counts at its most."""
        left = self.budget.spent(answer.usage, sending)
        for attempt in self.watch.attempts[before:]:
            if attempt.outcome != "ok" and attempt.status == 200:
                left = left.spent(None, sending)
        return left

    def _note(self, number: int, before: int) -> None:
        """Record each attempt and the tokens known so far; keep the words of an answer that did not end."""
        attempts = [asdict(attempt) for attempt in self.watch.attempts[before:]]
        if not attempts:
            return
        self.tell("attempts", attempts=attempts, usage=_plain(self.watch.usage) if self.watch.usage else None)
        if attempts[-1]["outcome"] != "ok" and self.watch.text:
            with suppress(FdeError):
                runs.keep(self.engagement, self.run, f"reply-{number}.partial.txt", self.watch.text)

    def tell(self, event: str, **values: object) -> None:
        """Record what came of asking. A ledger that cannot be written costs no reply that is paid for: the run's end tells of it."""
        with suppress(FdeError):
            runs.record(self.engagement, self.run, event, **values)


def first_request(asked: question.Question) -> Request:
    """Return what a model is asked first."""
    return _request(asked.messages)


def _request(turns: Iterable[Message]) -> Request:
    return Request(messages=tuple(turns), schema=wire_schema("judgement"))


def ask(
    engagement: Engagement,
    started: runs.Run,
    asking: Asking,
    asked: question.Question,
    material: Material,
    progress: Callable[[str], None],
) -> Judged:
    """Ask, check, send back once what was refused, check again. A failure of the model is a result, not an exception."""
    runs.keep(engagement, started, "question.md", asked.text)
    by = {
        **UNJUDGED,
        "by": asking.model.name,
        "prompt": asked.digest,
        "replayed": asking.model.origin is not None,
        "origin": asking.model.origin,
    }
    talk = _Talk(
        engagement=engagement,
        run=started,
        asking=asking,
        watch=Watch(seconds=asking.seconds, say=progress),
        turns=list(asked.messages),
        budget=asking.budget,
    )
    try:
        answer = talk.reply()
    except FdeError as error:
        return failed(by, error)
    judged = _judged(talk, answer, material, by)
    try:
        _record(talk)
    except FdeError as error:
        return replace(judged, error=judged.error or error)
    return judged


def _judged(talk: _Talk, answer: Reply, material: Material, by: Mapping[str, Any]) -> Judged:
    """Return what came of the first reply, and of the second if the first goes back."""
    verdict, by = _take(talk, answer, material, by)
    if not verdict.problems:
        return judge(verdict, by)
    again = question.repair(problem_records(verdict.problems))
    talk.turns += [Message(role="assistant", text=answer.text), Message(role="user", text=again)]
    try:
        answer = talk.reply()
    except FdeError as error:
        talk.tell("repair", status=f"failed: {error.code}")
        judged = judge(verdict, by)
        return replace(judged, error=judged.error or error)
    second, by = _take(talk, answer, material, by)
    # A second reply that is worth nothing takes nothing from the first one.
    return judge(verdict if second.is_empty and not verdict.is_empty else second, by)


def require_free(engagement: Engagement, asking: Asking) -> None:
    """Raise NotInside or AlreadyThere if the replies cannot be kept where `record` says; nobody is asked then."""
    if asking.record is not None:
        path = _recording(engagement, asking.record)
        if path.exists():
            raise AlreadyThere(f"replay/{asking.record}", where=str(path))


def _recording(engagement: Engagement, name: str) -> Any:
    return files.inside(engagement.root / "replay", name)


def _record(talk: _Talk) -> None:
    if talk.asking.record is None:
        return
    path = _recording(talk.engagement, talk.asking.record)
    origin = f"{talk.asking.model.name}, asked on {talk.run.at[:10]} in run {talk.run.id}, unedited"
    files.make_folder(path.parent)
    files.replace(path, dump({"schema": "fde.replay/1", "origin": origin, "replies": talk.replies}))


def failed(by: Mapping[str, Any], error: FdeError) -> Judged:
    """Return that there is no judgement because of *error*."""
    return Judged(record={**by, "status": f"failed: {error.code}"}, error=error)


def _take(talk: _Talk, answer: Reply, material: Material, by: Mapping[str, Any]) -> tuple[Verdict, dict[str, Any]]:
    """Put a reply on disk, then look at it."""
    number = len(talk.replies)
    try:
        runs.keep(talk.engagement, talk.run, f"reply-{number}.txt", answer.text)
    except FdeError as error:
        error.hint = _rescue(talk.run, number, answer.text) or error.hint
        raise
    if answer.model:
        # It may be another than the one that was asked.
        talk.tell("answered", model=answer.model, prices=version() if answer.usage and answer.usage.cost is not None else None)
    return parse_and_check(answer.text, material), _add(by, answer.usage)


def _rescue(started: runs.Run, number: int, text: str) -> str:
    """Keep a reply that was paid for outside of an engagement that cannot be written; say where, or nothing if that fails too."""
    with suppress(FdeError, OSError):
        path = state_folder() / "replies" / f"{started.skill}-{started.id}-{digest(text.encode())[-8:]}-{number}.txt"
        files.make_folder(path.parent, mode=0o700)
        files.replace(path, text, mode=0o600)
        return f"The model's reply is kept in {path}."
    return ""


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


def _plain(usage: Usage) -> dict[str, Any]:
    return {name: getattr(usage, name) for name in ("input", "output", "cache_read", "cache_write")}


def parse_and_check(text: str, material: Material) -> Verdict:
    """Take a reply apart and check it; a reply that cannot be taken apart is one problem of kind "reply"."""
    try:
        judgement = reply.parse(text)
    except reply.Unusable as error:
        return Verdict(problems=(Problem(kind="reply", index=0, what="the whole reply", reasons=(str(error),)),))
    return check(judgement, material.facts["facts"], material.usable)
