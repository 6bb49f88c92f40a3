"""Asking: what goes to a model and what comes back, checked, sent back once, and checked again.

A failure of the model is a result, never an exception: what was measured is written in any case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from functools import partial
from typing import Any

from ..engagement import files, runs
from ..engagement.engagement import Engagement
from ..errors import AlreadyThere, FdeError, NotSentBack, NoUsableReply, RejectedJudgement
from ..models.budget import Budget, goes_back
from ..models.model import Message, Model, Reply, Request, Sending, Usage
from ..models.prices import version
from ..models.schema import wire_schema
from ..models.tokens import tokens
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
    """One conversation of a run with a model: its turns, the budget that is left, what its answers took, and the record of it."""

    engagement: Engagement
    run: runs.Run
    asking: Asking
    watch: Watch
    turns: list[Message]
    budget: Budget
    first: Usage | None = None
    replies: list[str] = field(default_factory=list)
    taken: list[Usage | None] = field(default_factory=list)

    def reply(self) -> Reply:
        """Return the next reply; what is sent is on record before, what came of it behind. Raises an FdeError with exit NOT_NOW."""
        model, number, request = self.asking.model, len(self.replies) + 1, _request(self.turns)
        model.prepare()
        sending = model.preview(request)
        if sending:
            self._require_fit(sending)
            body = dump(sending.body)
            runs.keep(self.engagement, self.run, f"request-{number}.json", body)
            runs.record(self.engagement, self.run, "sending", url=sending.url, proxy=sending.proxy, bytes=sending.size, digest=digest(body))
        before = len(self.watch.attempts)
        self.watch.again = partial(self._require_more, before, sending)
        try:
            answer = model.reply(request, self.watch)
        finally:
            self.budget = self._left(before, sending)
            self.taken += self._answers(before)
            self._note(number, before)
        if len(self.watch.attempts) == before:
            self.taken.append(answer.usage)
        self.replies.append(answer.text)
        return answer

    def _require_fit(self, sending: Sending) -> None:
        """Raise OverBudget, or NotSentBack for a reply that has no room in the next question or is longer than was asked for."""
        if self.first is None:
            self.first = sending.tokens
        elif sending.tokens.input > goes_back(self.first).input:
            raise NotSentBack("the reply is longer than could have been asked for")
        else:
            self._require_room()
        self.budget.require(sending)

    def _require_room(self) -> None:
        window, taken = self.asking.model.window, tokens("\n\n".join(turn.text for turn in self.turns))
        if window is not None and taken > window:
            raise NotSentBack(f"the question and the reply have about {taken:,} tokens, and the model's window takes {window:,}")

    def _require_more(self, before: int, sending: Sending | None) -> None:
        if sending:
            self._left(before, sending).require(sending)

    def _left(self, before: int, sending: Sending | None) -> Budget:
        left = self.budget
        for usage in self._answers(before):
            left = left.spent(usage, sending)
        return left

    def _answers(self, before: int) -> list[Usage | None]:
        """Return what each answer since *before* took; one that broke off may be billed too, and nobody says how much."""
        return [attempt.usage for attempt in self.watch.attempts[before:] if attempt.answered]

    def took(self) -> dict[str, Any]:
        """Return what all answers took, as an artefact has it; a sum of which a part is not known is not known."""
        known = [usage for usage in self.taken if usage is not None]
        if not known or len(known) < len(self.taken):
            return {"tokens": None, "cost": None}
        costs = [usage.cost for usage in known if usage.cost is not None]
        cost = {"value": str(sum(costs, Decimal(0))), "unit": known[0].currency} if len(costs) == len(known) else None
        return {"tokens": {"input": sum(usage.input for usage in known), "output": sum(usage.output for usage in known)}, "cost": cost}

    def _note(self, number: int, before: int) -> None:
        """Record each attempt and the tokens known so far; keep the words of an answer that did not end."""
        attempts = [asdict(attempt) | {"usage": _plain(attempt.usage)} for attempt in self.watch.attempts[before:]]
        if not attempts:
            return
        self.tell("attempts", attempts=attempts, usage=_plain(self.watch.usage))
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
        return failed({**by, **talk.took()}, error)
    judged = _judged(talk, answer, material, by)
    try:
        _record(talk)
    except FdeError as error:
        return replace(judged, error=judged.error or error)
    return judged


def _judged(talk: _Talk, answer: Reply, material: Material, by: Mapping[str, Any]) -> Judged:
    """Return what came of the first reply, and of the second if the first goes back."""
    verdict = _take(talk, answer, material)
    if not verdict.problems:
        return judge(verdict, {**by, **talk.took()})
    again = question.repair(problem_records(verdict.problems))
    talk.turns += [Message(role="assistant", text=answer.text), Message(role="user", text=again)]
    try:
        answer = talk.reply()
    except FdeError as error:
        talk.tell("repair", status=f"failed: {error.code}")
        return _without(judge(verdict, {**by, **talk.took()}), error)
    second = _take(talk, answer, material)
    # A second reply that is worth nothing takes nothing from the first one.
    return judge(verdict if second.is_empty and not verdict.is_empty else second, {**by, **talk.took()})


def _without(judged: Judged, error: FdeError) -> Judged:
    """Return what came of a first reply that did not go back because of *error*."""
    if judged.error is None:
        return replace(judged, error=error)
    judged.error.hint = f"{judged.error.hint} {error.message}".strip()
    return judged


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


def _take(talk: _Talk, answer: Reply, material: Material) -> Verdict:
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
    return parse_and_check(answer.text, material)


def _rescue(started: runs.Run, number: int, text: str) -> str:
    """Keep a reply that was paid for outside of an engagement that cannot be written; say where, or nothing if that fails too."""
    with suppress(FdeError, OSError):
        path = state_folder() / "replies" / f"{started.skill}-{started.id}-{digest(text.encode())[-8:]}-{number}.txt"
        files.make_folder(path.parent, mode=0o700)
        files.replace(path, text, mode=0o600)
        return f"The model's reply is kept in {path}."
    return ""


def _plain(usage: Usage | None) -> dict[str, Any] | None:
    return {name: getattr(usage, name) for name in ("input", "output", "cache_read", "cache_write")} if usage else None


def parse_and_check(text: str, material: Material) -> Verdict:
    """Take a reply apart and check it; a reply that cannot be taken apart is one problem of kind "reply"."""
    try:
        judgement = reply.parse(text)
    except reply.Unusable as error:
        return Verdict(problems=(Problem(kind="reply", index=0, what="the whole reply", reasons=(str(error),)),))
    return check(judgement, material.facts["facts"], material.usable)
