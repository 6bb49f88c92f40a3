"""The boundaries that a ceiling is computed for: from the agent's own activity out to the time a merged change takes.

A boundary is a list of cases (sessions or pull requests), each with its seconds per stage; the first stage is the model.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median_low

from bootstrap import Sums, drawn_sums, interval
from ceilings import speed_up
from figures import (
    AFTER,
    APPROVED,
    BEFORE,
    CI,
    DIALOG,
    GATE,
    IDLE,
    MERGE,
    MODEL,
    OTHER,
    REVIEW_WAIT,
    REWORK,
    TOOL,
    PullFigures,
    SessionFigures,
    Stages,
)
from intervals import total
from labels import Labels

HEADROOM = {"ceiling": math.inf, "at10x": 10.0, "at50x": 50.0}
CARRIES = 0.05  # a grade counts if it carries this share of a value
WAITS = (REVIEW_WAIT, REWORK, GATE, APPROVED, CI)
LEFT = (BEFORE, MERGE, AFTER, OTHER)
PULL_STAGES = (MODEL, TOOL, DIALOG, *WAITS, *LEFT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary:
    """Where a measurement starts and ends, and what was found there.

    Attributes:
        id: First part of its facts' ids.
        name: What it is called in a table.
        source: The source its facts rest on first.
        stages: Names of the stages, the model first if its part is known.
        cases: Seconds per stage, one row a case.
        exact: Seconds per stage, over all cases, that rest on a recorded duration.
        remainder: Stages that no record fills: what is left.
    """

    id: str
    name: str
    source: str
    stages: tuple[str, ...]
    cases: tuple[tuple[float, ...], ...]
    exact: Stages
    remainder: tuple[str, ...] = ()

    @property
    def sums(self) -> Stages:
        """Seconds per stage over all cases."""
        return {stage: math.fsum(row[place] for row in self.cases) for place, stage in enumerate(self.stages)}

    @property
    def total(self) -> float:
        """Seconds over all cases and stages."""
        return math.fsum(math.fsum(row) for row in self.cases)

    @property
    def median(self) -> float:
        """Seconds of the middle case; with an even number of cases of the shorter one in the middle, so that it is a real one."""
        return median_low(math.fsum(row) for row in self.cases)

    @property
    def is_split(self) -> bool:
        """Whether the model's part is known."""
        return MODEL in self.stages

    @property
    def top(self) -> str:
        """The stage with most seconds."""
        return max(self.stages, key=lambda stage: self.sums[stage])

    def share(self, stage: str) -> float:
        """The stage's share of the total, 0 to 1."""
        return self.sums[stage] / self.total

    def headroom(self, factor: float) -> float:
        """How many times shorter all of it becomes with a model *factor* times as fast."""
        return speed_up(self.share(MODEL), factor)

    def draws(self) -> list[Sums]:
        """Sums per stage over drawn cases, without draws whose total is nothing."""
        return [sums for sums in drawn_sums(self.cases) if sum(sums) > 0]

    def grade(self, stage: str) -> str:
        """The weakest evidence that carries a stage's seconds: recorded durations, gaps between records, or rules."""
        seconds = self.sums[stage]
        by_rules = seconds - min(self.exact.get(stage, 0.0), seconds)
        # Never A: even a stage that a recorded duration decides is a difference of records.
        is_recorded = by_rules < CARRIES * seconds or seconds == 0
        return "B" if is_recorded or stage in self.remainder else "C"


def share_interval(draws: list[Sums], place: int) -> tuple[float, float] | None:
    """The interval of one stage's share."""
    return interval(draws, lambda sums: sums[place] / sum(sums))


def headroom_interval(draws: list[Sums], factor: float) -> tuple[float, float] | None:
    """The interval of a speed-up; None also if it has no finite end."""
    ends = interval(draws, lambda sums: speed_up(sums[0] / sum(sums), factor))
    return ends if ends is None or math.isfinite(ends[1]) else None


def session_boundaries(sessions: Sequence[SessionFigures]) -> list[Boundary]:
    """The boundaries that sessions alone give: active, in turn, whole session. One without time is left out."""
    turned = [session for session in sessions if session.turns]
    active = [(sum(t.model for t in s.turns), sum(t.tool for t in s.turns)) for s in turned]
    dialogs = [max(sum(t.dialog for t in s.turns), 0.0) for s in turned]
    walls = [_session_stages(session.calibrated, session.seconds) for session in sessions]
    exact = [_session_stages(session.calibrated.within(session.exact), 0.0) for session in sessions]
    whole = {stage: math.fsum(row[place] for row in exact) for place, stage in enumerate((MODEL, TOOL, DIALOG))}
    boundaries = [
        _recorded("active", "the agent at work", (MODEL, TOOL), active),
        _recorded(
            "turn",
            "from a prompt to the end of the answer",
            (MODEL, TOOL, DIALOG),
            [(*row, dialog) for row, dialog in zip(active, dialogs, strict=True)],
        ),
        Boundary(
            id="session",
            name="from the first to the last record of a session",
            source="set:sessions",
            stages=(MODEL, TOOL, DIALOG, IDLE),
            cases=tuple(walls),
            exact=whole,
            remainder=(IDLE,),
        ),
    ]
    return [boundary for boundary in boundaries if boundary.cases and boundary.total > 0]


def _recorded(name: str, words: str, stages: tuple[str, ...], cases: Sequence[tuple[float, ...]]) -> Boundary:
    """A boundary all of whose seconds come from recorded durations."""
    made = Boundary(id=name, name=words, source="set:sessions", stages=stages, cases=tuple(cases), exact={})
    return Boundary(id=name, name=words, source="set:sessions", stages=stages, cases=tuple(cases), exact=made.sums)


def _session_stages(labels: Labels, seconds: float) -> tuple[float, ...]:
    split = (total(labels.model), total(labels.tool), total(labels.human))
    return (*split, max(seconds - sum(split), 0.0))


def pull_boundaries(pulls: Sequence[PullFigures], *, is_split: bool) -> list[Boundary]:
    """The time of merged pull requests, on the calendar and in working time. One without time is left out.

    *is_split* says that there are sessions, so that model, tools and dialogs are known.
    """
    recorded = (MODEL, TOOL, DIALOG) if is_split else ()
    kinds: list[tuple[str, str, Callable[[PullFigures], Stages], Callable[[PullFigures], Stages]]] = [
        ("lead", "a merged change, calendar hours", lambda pull: pull.stages, lambda pull: pull.exact),
        ("work.lead", "a merged change, working hours", lambda pull: pull.working, lambda pull: pull.exact_working),
    ]
    boundaries = []
    for name, words, stages_of, exact_of in kinds:
        cases = [stages_of(pull) for pull in pulls]
        stages = tuple(s for s in PULL_STAGES if s in recorded or any(case.get(s, 0.0) > 0 for case in cases))
        exact = {stage: math.fsum(exact_of(pull).get(stage, 0.0) for pull in pulls) for stage in (*recorded, *WAITS)}
        boundaries.append(
            Boundary(
                id=name,
                name=words,
                source="set:pull-requests",
                stages=stages,
                cases=tuple(tuple(case.get(stage, 0.0) for stage in stages) for case in cases),
                exact=exact,
                remainder=LEFT,
            )
        )
    return [boundary for boundary in boundaries if boundary.cases and boundary.total > 0]
