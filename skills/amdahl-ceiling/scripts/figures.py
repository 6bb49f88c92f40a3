"""What is measured on sessions and on merged pull requests, in seconds, before anything is summed up or put into words.

Every figure stands per case (one session, one pull request), so that intervals can be drawn over cases.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass

from intervals import Span, Spans, both, total, union, without
from labels import Labels, by_rules, calibrated, exact_windows, is_believable, merged, model_seconds
from pulls import Pull
from sessions import Counts, Session, Turn
from telemetry import Told, with_told
from worktime import Calendar

MODEL, TOOL, DIALOG, IDLE = "model", "tool", "dialog", "idle"
# What is waited for where exports tell of reviews and pipelines; and what is left, before and after the last commit or as one.
REVIEW_WAIT, REWORK, GATE, APPROVED, CI = "review-wait", "rework", "gate", "approved", "ci"
BEFORE, MERGE, AFTER, OTHER = "before", "merge", "after", "other"
Stages = dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """What a merged change waited for, as exports of other systems tell it.

    Attributes:
        spans: By stage, each tidy; an instant of two counts for the first of them.
        sure: Of some of them the part that rests on recorded times, tidy; elsewhere a rule decides.
        is_reviewed: Whether a person's review is known, so that what is left after the last commit is in no record.
        merged: When it was merged, by those exports; epoch seconds.
    """

    spans: Mapping[str, Spans]
    sure: Mapping[str, Spans]
    is_reviewed: bool
    merged: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnFigures:
    """One turn with a recorded duration, in seconds.

    Attributes:
        turn: The turn.
        model: What the model took of the duration.
        exceeded: The model's spans were longer than the duration.
        naive: Call to result summed over its calls, at most the turn's wall: "tool time" to a method that knows no better.
        asked: Wait for a person that the rules for calls find without the duration.
    """

    turn: Turn
    model: float
    exceeded: bool
    naive: float
    asked: float

    @property
    def tool(self) -> float:
        """The duration without the model."""
        return self.turn.duration - self.model

    @property
    def dialog(self) -> float:
        """The turn's wall without its duration: a person was asked and had not answered."""
        return self.turn.wall - self.turn.duration


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFigures:
    """One session, split by the rules alone and by the recorded durations.

    Attributes:
        id: The session's id as the log has it; `key` is what is shown.
        wall: First to last record, epoch seconds.
        prompt: First prompt, epoch seconds, or None.
        rules: Labels by the rules alone.
        calibrated: Labels after the recorded durations.
        exact: Where a recorded duration decided.
        overlap: Seconds in which model and tool, tool and human, model and human overlap by the rules.
        synthetic: Seconds of answers that the agent made up itself after an error or an exit.
        retries: Seconds that the model's part was only a wait to ask it again, after an error of its provider.
        declined: Seconds of calls that a person declined, which the rules nevertheless leave with the tools.
        turns: Its turns with a believable recorded duration.
        fallen_back: How many turns' durations were not believed.
        counts: Exact properties.
    """

    id: str
    wall: Span
    prompt: float | None
    rules: Labels
    calibrated: Labels
    exact: Spans
    overlap: tuple[float, float, float]
    synthetic: float
    retries: float
    declined: float
    turns: tuple[TurnFigures, ...]
    fallen_back: int
    counts: Counts

    @property
    def key(self) -> str:
        """A name that tells nothing about its origin."""
        return hashlib.sha256(self.id.encode()).hexdigest()[:12]

    @property
    def seconds(self) -> float:
        """The length of the wall."""
        return self.wall[1] - self.wall[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class PullFigures:
    """One merged pull request with at least one session here, in seconds.

    Attributes:
        pull: The pull request.
        start: First prompt of its sessions, epoch seconds.
        covered: All its sessions are here.
        rules: Stages by the rules alone: model, tool, dialog, idle.
        stages: Stages after the recorded durations, on the calendar.
        working: The same stages, inside working time.
        exact: Stages' seconds that rest on a recorded duration, on the calendar.
        exact_working: The same, inside working time.
    """

    pull: Pull
    start: float
    covered: bool
    rules: Stages
    stages: Stages
    working: Stages
    exact: Stages
    exact_working: Stages

    @property
    def lead(self) -> float:
        """First prompt to merge, on the calendar."""
        return self.pull.merged - self.start


def measure_session(session: Session, told: Told | None = None) -> SessionFigures:
    """Split one session by the rules and by its recorded durations; what its telemetry has *told* comes before the rules."""
    session = session if told is None else with_told(session, told.labels)
    rules, known = by_rules(session), calibrated(session)
    model, tool, human = list(session.model), list(session.tool), list(session.human)
    called = list(session.called)
    return SessionFigures(
        id=session.id,
        wall=session.wall,
        prompt=session.prompt,
        rules=rules,
        calibrated=known,
        exact=union([*exact_windows(session), *(told.sure if told else [])]),
        overlap=(total(both(model, tool)), total(both(tool, human)), total(both(model, human))),
        synthetic=total(both(rules.model, list(session.synthetic))),
        retries=total(both(rules.model, list(session.retries))),
        declined=total(both(known.tool, list(session.declined))),
        turns=tuple(_measure_turn(turn, model, called, rules) for turn in session.turns if is_believable(turn)),
        fallen_back=sum(not is_believable(turn) for turn in session.turns),
        counts=session.counts,
    )


def _measure_turn(turn: Turn, model: Spans, called: Spans, rules: Labels) -> TurnFigures:
    window: Spans = [(turn.start, turn.end)]
    calls = math.fsum(
        min(end, turn.end) - max(start, turn.start) for start, end in called if start < turn.end and end > turn.start and start < end
    )
    inside = total(both(model, window))
    return TurnFigures(
        turn=turn,
        model=model_seconds(turn, model),
        exceeded=inside > turn.duration,
        naive=min(calls, turn.wall),
        asked=total(both(rules.human, window)),
    )


def measure_pull(
    pull: Pull, sessions: Mapping[str, SessionFigures], calendar: Calendar, waits: Waits | None = None
) -> PullFigures | None:
    """Split the time from the first prompt of the pull request's sessions to its merge; None without such a prompt.

    Where there are no sessions at all, the time starts with the first commit. *waits* are those of this change, if exports tell.
    """
    mine = [sessions[name] for name in pull.sessions if name in sessions]
    start = min((one.prompt for one in mine if one.prompt is not None), default=None) if sessions else pull.first_commit
    if start is None or start >= pull.merged:
        return None
    window: Spans = [(start, pull.merged)]
    rules = merged(one.rules for one in mine).within(window)
    known = merged(one.calibrated for one in mine).within(window)
    exact = union(span for one in mine for span in one.exact)
    working = calendar.working(start, pull.merged)
    rest = Rest(pull.last_commit, waits)
    return PullFigures(
        pull=pull,
        start=start,
        covered=len(mine) == len(pull.sessions) and pull.covered is not False,
        rules=_labelled(rules) | {IDLE: total(rules.rest_of(window))},
        stages=_labelled(known) | rest.stages(known.rest_of(window)),
        working=_labelled(known.within(working)) | rest.stages(known.within(working).rest_of(working)),
        exact=_labelled(known.within(exact)) | rest.sure(known.rest_of(window)),
        exact_working=_labelled(known.within(both(working, exact))) | rest.sure(known.within(working).rest_of(working)),
    )


def _labelled(labels: Labels) -> Stages:
    return {MODEL: total(labels.model), TOOL: total(labels.tool), DIALOG: total(labels.human)}


@dataclass(frozen=True, slots=True)
class Rest:
    """Divides the time of a change in which no agent was at work.

    Attributes:
        last_commit: Epoch seconds, None if it is not known.
        known: What the change waited for, None where no export tells.
    """

    last_commit: float | None
    known: Waits | None

    def stages(self, rest: Spans) -> Stages:
        """Seconds of each stage in *rest*, which is tidy: what was waited for, and what is left."""
        waits = self._waits(rest)
        left = without(rest, union(span for spans in waits.values() for span in spans))
        found = {stage: total(spans) for stage, spans in waits.items()}
        if self.last_commit is None:
            return found | {OTHER: total(left)}
        later = total(both(left, [(self.last_commit, math.inf)]))
        after = AFTER if self.known and self.known.is_reviewed else MERGE
        return found | {BEFORE: total(left) - later, after: later}

    def sure(self, rest: Spans) -> Stages:
        """Seconds of *rest* by what was waited for, as far as recorded times say so."""
        sure = self.known.sure if self.known else {}
        return {stage: total(both(spans, sure[stage])) for stage, spans in self._waits(rest).items() if stage in sure}

    def _waits(self, rest: Spans) -> dict[str, Spans]:
        found: dict[str, Spans] = {}
        for stage, spans in (self.known.spans if self.known else {}).items():
            found[stage] = both(rest, spans)
            rest = without(rest, spans)
        return found
