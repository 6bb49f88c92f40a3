"""Boundaries from the intervals that readers give: each case's time cut into what was done or waited for, and the rest.

Every instant of a case counts once: of two things at the same time that one which comes first in the boundary's stages.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from boundaries import Boundary
from changes import KINDS as CHANGE_KINDS
from changes import MERGE, PICKUP, REVIEW, REWORK, Change, by_case, changes
from exportfiles import origin
from figures import APPROVED, CI, GATE, REVIEW_WAIT, Waits
from figures import REWORK as REWORKED
from intervals import Span, Spans, both, total, union, without
from jobs import WHOLE
from opencodelog import homes
from reading import Interval, Moment, Read
from stagewords import NO_RUN, REST, TRACED
from worktime import Calendar

# First what makes progress, then what holds it.
PIPELINE = ("run", "approval", "queue", "wait")
MACHINES = frozenset({"run", "queue"})
RECORDED = "AB"  # grades
OF_OTHERS = frozenset({"waiting", "change", "head", "prompt", "answer", "child"})
# A message of the model may hold its tools.
AGENT = ("human", "provider", "tool", "model")


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """What the exports of other systems gave.

    Attributes:
        boundaries: By id, those with time only.
        changes: Merged changes that people opened.
        machines: How many merged changes machines opened.
        weights: Of tests: their seconds.
        periods: First and last instant of each boundary, epoch seconds.
        sources: Ids of the sources of each boundary, of the changes and of the tests.
        waits: What each merged change waited for, by its id.
    """

    boundaries: Mapping[str, Boundary]
    changes: Sequence[Change] = ()
    machines: int = 0
    weights: Sequence[float] = ()
    periods: Mapping[str, Span]
    sources: Mapping[str, list[str]]
    waits: Mapping[str, Waits]


def pipelines(intervals: Iterable[Interval], moments: Iterable[Moment]) -> dict[str, list[Interval]]:
    """The intervals of pipelines by run; a run's own span stands only where none of its jobs is known.

    A job that was once seen waiting for a person had its approval in what looks like a queue.
    """
    asked = {(moment.case, moment.what) for moment in moments if moment.event == "waiting"}
    runs: dict[str, list[Interval]] = defaultdict(list)
    for one in intervals:
        if one.kind in PIPELINE:
            was_asked = one.kind == "queue" and (one.case, one.what) in asked
            runs[one.case].append(replace(one, kind="approval", grade="C") if was_asked else one)
    return {case: [one for one in found if one.what != WHOLE] or found for case, found in runs.items()}


def split(found: Iterable[Interval], kinds: Sequence[str]) -> dict[str, Spans]:
    """The instants of each of *kinds*, an instant of two given to the first of them."""
    spans = {kind: union((one.start, one.end) for one in found if one.kind == kind) for kind in kinds}
    taken: Spans = []
    for kind in kinds:
        spans[kind] = without(spans[kind], taken)
        taken = union([*taken, *spans[kind]])
    return spans


def traced_boundary(name: str, cases: Mapping[str, Sequence[Interval]], kinds: Sequence[str]) -> Boundary:
    """Cut the wall of each case, from its first to its last instant, into *kinds* and the rest."""
    rows, exact = [], dict.fromkeys(kinds, 0.0)
    for found in cases.values():
        wall = max(one.end for one in found) - min(one.start for one in found)
        spans = split(found, kinds)
        sure = union((one.start, one.end) for one in found if one.grade < "C")
        for kind in kinds:
            exact[kind] += total(both(spans[kind], sure))
        seconds = [total(spans[kind]) for kind in kinds]
        if wall > 0:
            rows.append((*seconds, max(wall - math.fsum(seconds), 0.0)))
    return boundary(name, (*kinds, REST), rows, exact)


def boundary(name: str, stages: tuple[str, ...], rows: Sequence[Sequence[float]], exact: Mapping[str, float]) -> Boundary:
    """A boundary of the stages that have time, in seconds by case."""
    used = [place for place in range(len(stages)) if any(row[place] > 0 for row in rows)]
    return Boundary(
        id=name,
        name=TRACED[name],
        source=name,
        stages=tuple(stages[place] for place in used),
        cases=tuple(tuple(row[place] for place in used) for row in rows),
        exact=dict(exact),
        remainder=(REST, NO_RUN),
    )


def change_boundary(name: str, found: Sequence[Change], within: Callable[[Change], Spans]) -> Boundary:
    """Cut what *within* takes of each change's time into what it waited for and the rest."""
    rows = []
    exact = dict.fromkeys(CHANGE_KINDS, 0.0)
    for change in found:
        window = within(change)
        seconds = [total(both(change.spans[kind], window)) for kind in CHANGE_KINDS]
        rows.append((*seconds, total(window) - math.fsum(seconds)))
        for kind in (PICKUP, MERGE):
            exact[kind] += seconds[CHANGE_KINDS.index(kind)]
    return boundary(name, (*CHANGE_KINDS, REST), rows, exact)


def checks(runs: Mapping[str, Sequence[Interval]], moments: Sequence[Moment]) -> dict[str, list[Interval]]:
    """What the runs of each change did and waited for; of those changes only whose runs are known.

    A run belongs to the change that it names, or to those whose commit it was of; a run of the merged commit comes after the change.
    """
    found: dict[str, list[Interval]] = defaultdict(list)
    named = {(one.case, one.what) for one in moments if one.event == "change"}
    of_commit = _by_commit(by_case(moments))
    for run, change in named | {(one.case, change) for one in moments if one.event == "head" for change in of_commit.get(one.what, ())}:
        found[change] += runs.get(run, ())
    return {change: intervals for change, intervals in found.items() if intervals}


def _under_way(runs: Iterable[Interval], grades: str = "ABCD") -> Spans:
    """When a machine of a run ran or was waited for, as far as one of *grades* says so; tidy."""
    return union((one.start, one.end) for one in runs if one.kind in MACHINES and one.grade in grades)


def _by_commit(cases: Mapping[str, Iterable[Moment]]) -> dict[str, set[str]]:
    """The changes that hold each commit."""
    holders: dict[str, set[str]] = defaultdict(set)
    for case, found in cases.items():
        shas = {kind: {one.what for one in found if one.event in kind} for kind in (("commit", "tip"), ("merged", "commit-of"))}
        for sha in shas["commit", "tip"] - shas["merged", "commit-of"] - {""}:
            holders[sha].add(case)
    return holders


def waits(change: Change, runs: Sequence[Interval]) -> Waits:
    """What *change* waited for while no agent was at work: persons first, a pipeline only where nobody was waited for."""
    waited = change.spans
    gates = union((one.start, one.end) for one in runs if one.kind == "approval")
    return Waits(
        spans={
            REVIEW_WAIT: union([*waited[PICKUP], *waited[REVIEW]]),
            REWORKED: waited[REWORK],
            GATE: both(gates, change.window),
            CI: both(_under_way(runs), change.window),
            APPROVED: waited[MERGE],
        },
        sure={REVIEW_WAIT: waited[PICKUP], CI: _under_way(runs, RECORDED), APPROVED: waited[MERGE]},
        is_reviewed=change.is_reviewed,
        merged=change.merged,
    )


def checked_boundary(found: Sequence[Change], checked: Mapping[str, Sequence[Interval]]) -> Boundary:
    """Cut the time of those changes whose runs are known into that in which one of them was under way, and the rest."""
    rows, exact = [], 0.0
    for change in found:
        if change.case in checked:
            seconds = total(both(_under_way(checked[change.case]), change.window))
            exact += total(both(_under_way(checked[change.case], RECORDED), change.window))
            rows.append((seconds, total(change.window) - seconds))
    return boundary("change.checked", (CI, NO_RUN), rows, {CI: exact})


def trace(reads: Sequence[Read], calendar: Calendar, within: Callable[[float], bool] = math.isfinite) -> Traced:
    """Measure what *reads* hold, as far as it ended when *within* says, epoch seconds; all of it without."""
    moments = [one for read in reads for one in read.moments]
    every_run = pipelines([one for read in reads for one in read.intervals], moments)
    runs = _ended(every_run, within)
    sessions = _ended(agent_cases(reads, moments), within)
    every_change, machines = changes(moments)
    made = [change for change in every_change if within(change.merged)]
    checked, checkers = checks(every_run, moments), _origins(reads, PIPELINE)
    of = {"ci": checkers, "agent": _origins(reads, AGENT), "change": _told(reads)}
    found = [
        traced_boundary("ci", runs, PIPELINE),
        traced_boundary("agent", sessions, AGENT),
        change_boundary("change", made, lambda change: change.window),
        change_boundary("work.change", made, lambda change: both(change.window, calendar.working(change.start, change.merged))),
        checked_boundary(made, checked),
    ]
    spans = {
        "ci": [(one.start, one.end) for run in runs.values() for one in run],
        "agent": [(one.start, one.end) for case in sessions.values() for one in case],
        "change": [(change.start, change.merged) for change in made],
    }
    kept = {one.id: one for one in found if one.cases and one.total > 0}
    return Traced(
        boundaries=kept,
        changes=made,
        machines=machines,
        weights=[seconds for read in reads for _, seconds in read.weights],
        periods={name: _ends(spans[family(name)]) for name in kept},
        sources={name: of[family(name)] for name in kept}
        | {"change": of["change"], "change.checked": [*dict.fromkeys([*of["change"], *checkers])], "test": _weighed(reads)},
        waits={change.case: waits(change, checked.get(change.case, [])) for change in every_change},
    )


def agent_cases(reads: Iterable[Read], moments: Iterable[Moment]) -> dict[str, list[Interval]]:
    """What *reads* tell of agents by session; by *moments* a session that another one started is a part of that one."""
    cases: dict[str, list[Interval]] = defaultdict(list)
    home = homes(moments)
    for one in (one for read in reads for one in read.intervals if one.kind in AGENT):
        cases[home.get(one.case, one.case)].append(one)
    return cases


def _ended(cases: Mapping[str, list[Interval]], within: Callable[[float], bool]) -> dict[str, list[Interval]]:
    return {case: found for case, found in cases.items() if within(max(one.end for one in found))}


def family(name: str) -> str:
    """Whose cases a boundary has: those of the pipeline, of agents or of changes."""
    return "change" if "change" in name else name


def _origins(reads: Sequence[Read], kinds: Collection[str]) -> list[str]:
    """The sources of intervals of *kinds*."""
    used = [read for read in reads if any(one.kind in kinds for one in read.intervals)]
    return list(dict.fromkeys(origin(read.name) for read in used))


def _told(reads: Sequence[Read]) -> list[str]:
    """The sources of what happened to changes; moments of pipelines and of agents are none of them."""
    used = [read for read in reads if any(one.event not in OF_OTHERS for one in read.moments)]
    return list(dict.fromkeys(origin(read.name) for read in used))


def _weighed(reads: Sequence[Read]) -> list[str]:
    return list(dict.fromkeys(origin(read.name) for read in reads if read.weights))


def _ends(spans: Sequence[Span]) -> tuple[float, float]:
    return min(start for start, _ in spans), max(end for _, end in spans)
