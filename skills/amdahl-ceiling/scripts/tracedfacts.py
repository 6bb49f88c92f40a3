"""Facts, tables and sentences from the exports of other systems: pipelines, changes with their reviews, tests.

They are added only where such exports are in the evidence. A ceiling of one stage is never multiplied with that of another.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

from boundaries import Boundary, share_interval
from ceilings import speed_up
from factlist import HOUR, Facts
from figures import MODEL
from measurement import Measurement
from processreport import Parts
from sentences import finding
from stagewords import NO_RUN, REST, TRACED, TRACED_STAGES, WHOLES, stage_id
from traced import Traced

LARGEST = 5
MINUTE = 60.0
COUNTS = {"active": "session.with-durations.count", "turn": "session.with-durations.count", "session": "session.count", "lead": "lead.count", "work.lead": "lead.count"}
ASSUMED = "all else stays as it is"


def traced_parts(facts: Facts, found: Measurement) -> Parts:
    """Add the facts of *found*'s exports to *facts* and say what they mean; nothing without any."""
    traced = found.traced
    parts = Parts()
    for name, boundary in traced.boundaries.items():
        _boundary_facts(facts, traced, boundary)
        parts.tables.append(_stage_table(boundary))
        if name in ("ci", "change"):
            parts.tables.append(_largest_table(facts, traced, boundary))
    business = _business_rows(facts)
    if traced.boundaries or (found.boundaries and business):
        parts.tables.insert(0, _whole_table(found, business))
    if traced.boundaries:
        parts.method, parts.limits = _method(traced), _limits(traced)
        parts.findings = _findings(facts, traced)
    _change_facts(facts, traced)
    _test_facts(facts, traced)
    return parts


def _boundary_facts(facts: Facts, traced: Traced, boundary: Boundary) -> None:
    name, words, common = boundary.id, TRACED[boundary.id], _common(traced, boundary)
    grade = max(boundary.grade(stage) for stage in boundary.stages)
    facts.add(f"{name}.cases", f"Cases: {words}", "count", len(boundary.cases), "", grade="A", sources=common["sources"], period=common["period"])
    facts.add(f"{name}.hours", f"Time of {words}, summed", "duration", boundary.total / HOUR, "h", grade=grade, **common)
    facts.add(f"{name}.median", f"Time of {words}, median", "duration", *_shown(name, boundary.median), grade=grade, **common)
    draws = boundary.draws()
    for place, stage in enumerate(boundary.stages):
        _stage_facts(facts, boundary, stage, share_interval(draws, place), common)
    top = boundary.top
    facts.add(f"{name}.top.stage", f"Largest part of {words}", "text", _called(top), "", grade=boundary.grade(top), **common)
    for key in ("share", "ceiling"):
        facts.all[f"{name}.top.{key}"] = facts.all[f"{name}.stage.{top}.{key}"] | {"id": f"{name}.top.{key}"}


def _stage_facts(facts: Facts, boundary: Boundary, stage: str, ends: tuple[float, float] | None, common: dict[str, Any]) -> None:
    """Hours and share of one stage, and how much faster all of it were without that stage alone."""
    name, grade = f"{boundary.id}.stage.{stage}", boundary.grade(stage)
    words = TRACED[boundary.id]
    label = f"{words[0].upper()}{words[1:]}: {_called(stage)}"
    place = boundary.stages.index(stage)
    middle = sorted(row[place] for row in boundary.cases)[(len(boundary.cases) - 1) // 2]
    facts.add(f"{name}.hours", label, "duration", boundary.sums[stage] / HOUR, "h", grade=grade, **common)
    facts.add(f"{name}.median", f"{label}, median", "duration", *_shown(boundary.id, middle), grade=grade, **common)
    per_cent = None if ends is None else (100 * ends[0], 100 * ends[1])
    facts.add(f"{name}.share", f"{label}, share", "ratio", 100 * boundary.share(stage), "%", grade=grade, ends=per_cent, **common)
    label = f"Most that {words} could become faster without {_called(stage)}; {ASSUMED}"
    ceiling, reason = _ceiling(boundary, stage)
    facts.add(f"{name}.ceiling", label, "ratio", ceiling, "x", grade=grade, ends=_ceiling_ends(ends), unknown=reason, **common)


def _ceiling(boundary: Boundary, stage: str) -> tuple[float | None, str]:
    """How much faster all of it were without *stage*, or why that is not known."""
    if stage == REST:
        return None, "nobody can take away what nobody knows"
    if stage == NO_RUN:
        return None, "it is what is left beside the runs, and no one thing"
    value = speed_up(boundary.share(stage), math.inf)
    return (value, "") if math.isfinite(value) else (None, "it is all of it, so nothing would be left")


def _shown(name: str, seconds: float) -> tuple[float, str]:
    """One case's time in the unit that fits: a run of the pipeline takes minutes."""
    return (seconds / MINUTE, "min") if name == "ci" else (seconds / HOUR, "h")


def _ceiling_ends(ends: tuple[float, float] | None) -> tuple[float, float] | None:
    """A ceiling's interval from that of the share; none if it has no finite end."""
    return None if ends is None or ends[1] >= 1 else (speed_up(ends[0], math.inf), speed_up(ends[1], math.inf))


def _called(stage: str) -> str:
    return TRACED_STAGES[stage]


def _common(traced: Traced, boundary: Boundary) -> dict[str, Any]:
    period = [datetime.fromtimestamp(end, UTC).date().isoformat() for end in traced.periods[boundary.id]]
    return {"sources": traced.sources[boundary.id], "n": len(boundary.cases), "period": period}


def _change_facts(facts: Facts, traced: Traced) -> None:
    if not traced.changes and not traced.machines:
        return
    found = traced.changes
    common: dict[str, Any] = {"sources": traced.sources["change"]}
    for name, label, count in (
        ("change.count", "Merged changes that people opened", len(found)),
        ("change.machines", "Merged changes that machines opened, set aside", traced.machines),
        ("change.unreviewed", "Merged changes of which no person's review is known", sum(not one.is_reviewed for one in found)),
        ("change.capped", "Merged changes whose list of reviews ends at the hundredth", sum(one.is_capped for one in found)),
    ):
        facts.add(name, label, "count", count, "", grade="A", **common)
    hours = math.fsum(one.draft for one in found) / HOUR
    facts.add("change.draft.hours", "Time of merged changes as drafts, set aside", "duration", hours, "h", grade="B", **common)


def _test_facts(facts: Facts, traced: Traced) -> None:
    """What tests weigh: no time on a clock, as they may have run side by side."""
    if not traced.weights:
        return
    common: dict[str, Any] = {"sources": traced.sources["test"], "n": len(traced.weights), "grade": "A"}
    whole = math.fsum(traced.weights)
    facts.add("test.count", "Tests with a time", "count", len(traced.weights), "", **common)
    label = "Time of all tests added up, which is no time on a clock: they may run side by side"
    facts.add("test.hours", label, "duration", whole / HOUR, "h", **common)
    if whole > 0:
        share = 100 * math.fsum(sorted(traced.weights)[-LARGEST:]) / whole
        facts.add("test.longest.share", "Share of the five longest tests in the time of all tests", "ratio", share, "%", **common)


def _whole_table(found: Measurement, business: list[list[str]]) -> dict[str, Any]:
    """Every whole that was measured, from the agent at work to the case of the business, each with its own ceiling."""
    rows = [_row(name, TRACED[name], _days(found.traced.periods[name])) for name in found.traced.boundaries]
    for name, boundary in found.boundaries.items():
        head = [WHOLES[name], f"{{f:{COUNTS[name]}}}", _days(found.ends(boundary.source)), f"{{f:{name}.hours}}", f"{{f:{name}.median}}"]
        model = stage_id(name, MODEL)
        known = ["the model at work", f"{{f:{model}.share|range}}", f"{{f:{name}.ceiling|range}}"]
        rows.append([*head, *(known if boundary.is_split else ["the model's part is not known", "", ""])])
    rows += business
    labels = ["What is measured", "Cases", "Days", "All of it", "Median of a case", "Part that is taken away", "Its share", "At most as fast without it"]
    title = "Each whole with a ceiling of its own: none may be multiplied with another"
    return _table("wholes", title, ["what", "cases", "days", "hours", "median", "part", "share", "ceiling"], labels, rows)


def _days(ends: tuple[float, float] | None) -> str:
    """From when to when, in days."""
    return "" if ends is None else " to ".join(datetime.fromtimestamp(end, UTC).date().isoformat() for end in ends)


def _business_rows(facts: Facts) -> list[list[str]]:
    """A case of the business by each record that there is of it."""
    rows = []
    if "list.case.hours" in facts and "list.top.share" in facts:
        rows.append(["a case of the business, by its list", "", "", "", "{f:list.case.hours}", "the longest stretch", "{f:list.top.share}", ""])
    for suffix, words in (("", "working hours"), (".calendar", "calendar hours")):
        if f"events.ceiling{suffix}" in facts:
            median = "{f:events.case.calendar.days}" if suffix else "{f:events.case.hours}"
            shares = [f"{{f:events.{key}{suffix}|range}}" for key in ("share", "ceiling")]
            rows.append([f"a case of the business, by its event log, {words}", "", "", f"{{f:events.time{suffix}.hours}}", median, "the recorded work", *shares])
    return rows


def _row(name: str, words: str, days: str) -> list[str]:
    return [words, f"{{f:{name}.cases}}", days, f"{{f:{name}.hours}}", f"{{f:{name}.median}}", f"{{f:{name}.top.stage}}", f"{{f:{name}.top.share|range}}", f"{{f:{name}.top.ceiling|range}}"]


def _stage_table(boundary: Boundary) -> dict[str, Any]:
    name = boundary.id
    rows = [
        [_called(stage), *(f"{{f:{name}.stage.{stage}.{part}}}" for part in ("hours", "median", "share|range", "ceiling|range"))]
        for stage in boundary.stages
    ]
    labels = ["Part", "All of it", "Median of a case", "Share", "At most as fast without it alone"]
    return _table(f"{name}-stages".replace(".", "-"), f"Where the time goes: {TRACED[name]}", ["part", "hours", "median", "share", "ceiling"], labels, rows)


def _largest_table(facts: Facts, traced: Traced, boundary: Boundary) -> dict[str, Any]:
    """The cases that drive the sums, the largest first, without their names."""
    name, common = boundary.id, _common(traced, boundary) | {"n": 1}
    walls = sorted((math.fsum(row) for row in boundary.cases), reverse=True)[:LARGEST]
    rows = []
    for place, wall in enumerate(walls, start=1):
        label = f"Number {place} of the longest cases: {TRACED[name]}"
        facts.add(f"{name}.case{place}.hours", label, "duration", wall / HOUR, "h", grade="B", **common)
        facts.add(f"{name}.case{place}.share", f"{label}, share of all", "ratio", 100 * wall / boundary.total, "%", grade="B", **common)
        rows.append([f"case {place}", f"{{f:{name}.case{place}.hours}}", f"{{f:{name}.case{place}.share}}"])
    return _table(f"{name}-largest", f"Which cases drive it: {TRACED[name]}", ["case", "hours", "share"], ["Case", "Its time", "Share of all"], rows)


def _table(name: str, title: str, keys: list[str], labels: list[str], rows: list[list[str]]) -> dict[str, Any]:
    heads = [{"key": key, "label": label} for key, label in zip(keys, labels, strict=True)]
    return {"id": name, "title": title, "columns": heads, "rows": rows}


def traced_answer(found: Measurement) -> list[str]:
    """At most three sentences where nothing but exports of other systems was measured."""
    first = {
        "change": "A typical merged change (the median) takes {f:change.median} on the calendar from its opening to its merge.",
        "ci": "A typical run of the pipeline (the median) takes {f:ci.median} from its first job's creation to its last job's end.",
        "agent": "A typical session of an agent (the median) takes {f:agent.median}.",
    }
    names = [name for name in first if name in found.traced.boundaries]
    made = [first[name] for name in names[:2]]
    return [*made, *(_held(found.traced.boundaries[name]) for name in names[:1])]


def _held(boundary: Boundary) -> str:
    name, words = boundary.id, TRACED[boundary.id]
    if boundary.top == REST:
        return f"Of {words}, {{f:{name}.top.share|range}} of the time is in no record: ask for more exports, or watch some cases."
    return f"Of {words}, what holds it most is {{f:{name}.top.stage}}, with {{f:{name}.top.share|range}} of the time."


def _findings(facts: Facts, traced: Traced) -> list[dict[str, Any]]:
    made = [_holds(facts, traced.boundaries[name]) for name in ("ci", "change") if name in traced.boundaries]
    if "change.checked.stage.ci.ceiling" in facts:
        statement = (
            "A pipeline runs in {f:change.checked.stage.ci.share|range} of the time of those merged changes whose runs are known; if it took "
            "no time at all, they could become at most {f:change.checked.stage.ci.ceiling|range} as fast as today."
        )
        made.append(finding("pipeline-in-change", "What a faster pipeline is worth to a change", statement, "medium"))
    return made


def _holds(facts: Facts, boundary: Boundary) -> dict[str, Any]:
    name, words = boundary.id, TRACED[boundary.id]
    is_open = boundary.top == REST
    statement = f"Of the time of {words} {{f:{name}.top.share|range}} is {_called(boundary.top)}"
    if f"{name}.top.ceiling" in facts:
        statement += f"; without it alone it could become at most {{f:{name}.top.ceiling|range}} as fast as today"
    title = {"ci": "What holds the pipeline", "change": "What a merged change waits for"}[name]
    return finding(f"{name}-holds", f"{title}: for the largest part nobody wrote it down" if is_open else title, f"{statement}.", "medium")


def _method(traced: Traced) -> list[str]:
    made = []
    if "ci" in traced.boundaries:
        made.append(
            "A run of the pipeline goes from its first job's creation to its last job's end; where one job runs and another waits, it runs. "
            "Each attempt counts by itself."
        )
    if "change" in traced.boundaries:
        made.append(
            "A merged change goes from its opening, or from when it was ready for review, to its merge, without its time as a draft. Its first review is "
            "that of a person who is not its author; rework goes from a request for changes to the next commit, by the committer's date."
        )
    if traced.weights:
        made.append("Times of tests are weights inside a step and no time on a clock.")
    return made


def _limits(traced: Traced) -> list[str]:
    made = ["Each ceiling belongs to its own whole and takes away one part alone: two of them are never multiplied."]
    if not all(change.is_reviewed for change in traced.changes):
        made.append(
            "Of {f:change.unreviewed} of {f:change.count} merged changes no person's review is known; what they waited for is not known either and "
            "counts with no reviewer."
        )
    return made
