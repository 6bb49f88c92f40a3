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
from changes import MERGE, PICKUP, REVIEW, REWORK, Change, changes
from exportfiles import origin
from intervals import Span, Spans, both, total, union, without
from jobs import WHOLE
from opencodelog import homes
from reading import Interval, Moment, Read
from worktime import Calendar

CI, REST = "ci", "rest"
# First what makes progress, then what holds it.
PIPELINE = ("run", "approval", "queue", "wait")
OF_OTHERS = frozenset({"waiting", "change", "prompt", "answer", "child"})
# A message of the model may hold its tools.
AGENT = ("human", "provider", "tool", "model")
NAMES = {
    "run": "jobs that run",
    "approval": "the wait for a person's approval",
    "queue": "the wait for a machine",
    "wait": "a wait of which nobody wrote down for whom",
    "human": "the agent's wait for a person's answer",
    "provider": "the wait after an error of the model's provider",
    "model": "the model at work",
    "tool": "the tools and tests at work",
    PICKUP: "the wait for the first review",
    REVIEW: "the wait for the next review, after the author's answer",
    REWORK: "the author's rework after changes were asked for",
    MERGE: "the wait from the last approval to the merge",
    REST: "the time of which nothing is known",
}
WORDS = {
    CI: "a run of the pipeline",
    "agent": "a session of an agent, by its own log or trace",
    "change": "a merged change from its opening, on the calendar",
    "work.change": "a merged change from its opening, in working time",
    "change.checked": "a merged change whose pipeline runs are known, calendar hours",
}



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
    """

    boundaries: Mapping[str, Boundary]
    changes: Sequence[Change] = ()
    machines: int = 0
    weights: Sequence[float] = ()
    periods: Mapping[str, Span]
    sources: Mapping[str, list[str]]


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
        rows.append((*seconds, max(wall - math.fsum(seconds), 0.0)))
    return boundary(name, (*kinds, REST), rows, exact)


def boundary(name: str, stages: tuple[str, ...], rows: Sequence[Sequence[float]], exact: Mapping[str, float]) -> Boundary:
    """A boundary of the stages that have time, in seconds by case; a case without any stays out."""
    rows = [row for row in rows if sum(row) > 0]
    used = [place for place in range(len(stages)) if any(row[place] > 0 for row in rows)]
    return Boundary(
        id=name,
        name=WORDS[name],
        source=name,
        stages=tuple(stages[place] for place in used),
        cases=tuple(tuple(row[place] for place in used) for row in rows),
        exact=dict(exact),
        remainder=(REST,),
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


def checked_boundary(found: Sequence[Change], runs: Mapping[str, Sequence[Interval]], moments: Iterable[Moment]) -> Boundary:
    """Cut the time of those changes whose runs are known into that in which one of them was under way, and the rest."""
    of_change: dict[str, Spans] = defaultdict(list)
    for moment in {(one.case, one.what) for one in moments if one.event == "change"}:
        of_change[moment[1]] += [(one.start, one.end) for one in runs.get(moment[0], ())]
    rows = []
    for change in found:
        if change.case in of_change:
            seconds = total(both(union(of_change[change.case]), change.window))
            rows.append((seconds, total(change.window) - seconds))
    return boundary("change.checked", (CI, REST), rows, {CI: math.fsum(row[0] for row in rows)})


def trace(reads: Sequence[Read], calendar: Calendar, within: Callable[[float], bool] = math.isfinite) -> Traced:
    """Measure what *reads* hold, as far as it ended when *within* says, epoch seconds; all of it without."""
    moments = [one for read in reads for one in read.moments]
    every_run = pipelines([one for read in reads for one in read.intervals], moments)
    runs = _ended(every_run, within)
    sessions = _ended(agent_cases(reads, moments), within)
    every_change, machines = changes(moments)
    made = [change for change in every_change if within(change.merged)]
    checks = _origins(reads, PIPELINE)
    of = {"ci": checks, "agent": _origins(reads, AGENT), "change": _told(reads)}
    found = [
        traced_boundary("ci", runs, PIPELINE),
        traced_boundary("agent", sessions, AGENT),
        change_boundary("change", made, lambda change: change.window),
        change_boundary("work.change", made, lambda change: both(change.window, calendar.working(change.start, change.merged))),
        checked_boundary(made, every_run, moments),
    ]
    spans = {
        "ci": [(one.start, one.end) for run in runs.values() for one in run],
        "agent": [(one.start, one.end) for case in sessions.values() for one in case],
        "change": [(change.start, change.merged) for change in made],
    }
    kept = {one.id: one for one in found if one.cases}
    return Traced(
        boundaries=kept,
        changes=made,
        machines=machines,
        weights=[seconds for read in reads for _, seconds in read.weights],
        periods={name: _ends(spans[family(name)]) for name in kept},
        sources={name: of[family(name)] for name in kept}
        | {"change": of["change"], "change.checked": [*dict.fromkeys([*of["change"], *checks])], "test": _weighed(reads)},
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
