"""The document that the measurement prints: facts, tables, charts and sentences, made from the measured values.

Sentences name facts and never carry a figure of their own, so that what is read is what was computed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from agentfacts import agent_tables
from bootstrap import Sums, interval
from boundaries import HEADROOM, Boundary, headroom_interval, share_interval
from ceilings import bottlenecks
from charts import charts
from details import details
from evidence import Source
from factlist import HOUR, Facts
from figures import MODEL
from measurement import Measurement
from processreport import Parts, process_parts
from sentences import answer, findings, limits, method, warnings
from stagewords import STAGE_NAMES, WHOLES, stage_id
from toldfacts import Told
from tracedfacts import traced_answer, traced_parts
from wholes import Whole, wholes
from worthfacts import METHOD, QUEUE_METHOD, queue_chart, queue_facts, queue_table, worth_facts, worth_table

SKILL = "amdahl-ceiling"
LOGS, PULLS = "set:sessions", "set:pull-requests"
CHANGES = ("lead", "work.lead")
WEEK = 7 * 86400.0
HEADROOM_LABELS = {
    "ceiling": "Most that {} could become faster from today on, if the model took no time",
    "at10x": "How much faster {} would become with a model 10x as fast",
    "at50x": "How much faster {} would become with a model 50x as fast",
}


def report(found: Measurement, version: str, told: Told | None = None) -> dict[str, Any]:
    """The measurement as one `fde.facts/1` object; what is known of a process (*told*) comes first.

    Where nothing else was found, the document is about the process alone.
    """
    facts = Facts()
    if told is None:
        return _document(facts, _logs(facts, found), version, found.sources, details=details(found))
    process = process_parts(facts, told)
    if not found.sessions and not found.pulls and len(found.sources) == len((LOGS, PULLS)):
        return _document(facts, process, version, told.records)
    parts = process.before(_logs(facts, found))
    return _document(facts, parts, version, [*told.records, *found.sources], details=details(found))


def _logs(facts: Facts, found: Measurement) -> Parts:
    """Add the facts of session logs and merged pull requests to *facts* and say what they mean."""
    _count_facts(facts, found)
    for name in WHOLES:
        if name in found.boundaries:
            _boundary_facts(facts, found, found.boundaries[name])
        else:
            _missing_facts(facts, found, name)
    _turn_facts(facts, found)
    _pull_facts(facts, found)
    whole = _change(facts, found)
    traced = traced_parts(facts, found)
    return Parts(
        answer=answer(found, facts) if found.boundaries else traced_answer(found) or answer(found, facts),
        tables=[*_tables(found, facts), *_worth_tables(facts, whole), *traced.tables, *agent_tables(facts, found.reads)],
        charts=[*charts(found), *([queue_chart(whole)] if whole and whole.queue else [])],
        findings=[*findings(facts), *traced.findings],
        method=[*method(found), *([METHOD] if whole else []), *([QUEUE_METHOD] if whole and whole.queue else []), *traced.method],
        limits=[*limits(found, facts), *traced.limits],
        warnings=warnings(found, facts),
    )


def _change(facts: Facts, found: Measurement) -> Whole | None:
    """A merged change, in working time if there is any, else on the calendar."""
    name = next((name for name in ("work.lead", "lead") if name in found.boundaries), None)
    if name is None:
        return None
    draws = [[seconds / HOUR for seconds in sums] for sums in found.boundaries[name].draws()]
    return wholes(facts.all, {name: draws}).get(name)


def _worth_tables(facts: Facts, whole: Whole | None) -> list[dict[str, Any]]:
    """Add what each fix of a merged change is worth, and what more changes do to the wait for the merge."""
    if whole is None:
        return []
    worth_facts(facts, whole, f"{whole.id}.")
    if whole.queue:
        queue_facts(facts, whole)
    return [*worth_table(facts, f"{whole.id}."), *queue_table(facts, whole)]


def _document(
    facts: Facts, parts: Parts, version: str, sources: Iterable[Source], *, details: dict[str, Any] | None = None
) -> dict[str, Any]:
    return {
        "schema": "fde.facts/1",
        "skill": SKILL,
        "version": version,
        "answer": parts.answer,
        **({"cost": parts.cost} if parts.cost else {}),
        "facts": list(facts.all.values()),
        "tables": parts.tables,
        "charts": parts.charts,
        "findings": parts.findings,
        "sources": [source.record() for source in sources],
        "method": parts.method,
        "limits": parts.limits,
        "warnings": parts.warnings,
        **({} if details is None else {"details": details}),
    }


def _boundary_facts(facts: Facts, found: Measurement, boundary: Boundary) -> None:
    name, words = boundary.id, WHOLES[boundary.id]
    sources = [LOGS] if boundary.source == LOGS else [*found.pull_sources, *([LOGS] if found.sessions else [])]
    common: dict[str, Any] = {"sources": sources, "n": len(boundary.cases), "period": found.period(boundary.source)}
    grade = "A" if name == "active" else "B"
    median = f"median of {'sessions' if boundary.source == LOGS else 'changes'}"
    for key, seconds, how in (("hours", boundary.total, "summed"), ("median", boundary.median, median)):
        facts.add(f"{name}.{key}", f"Time of {words}, {how}", "duration", seconds / HOUR, "h", grade=grade, **common)
    draws = boundary.draws()
    for place, stage in enumerate(boundary.stages):
        _stage_facts(facts, boundary, stage, share_interval(draws, place), common)
        if name in CHANGES:
            _mean_fact(facts, boundary, place, draws, common)
    for key in HEADROOM:
        _headroom_fact(
            facts, boundary, key, headroom_interval(draws, HEADROOM[key]) if boundary.is_split else None, common
        )
    if boundary.is_split:
        left, label = boundary.total - boundary.sums[MODEL], f"Time of {words} without the model's part, summed"
        facts.add(
            f"{name}.without-model.hours", label, "duration", left / HOUR, "h", grade=boundary.grade(MODEL), **common
        )


def _stage_facts(
    facts: Facts, boundary: Boundary, stage: str, ends: tuple[float, float] | None, common: dict[str, Any]
) -> None:
    """Hours and share of one stage; *ends* are those of the share's interval, 0 to 1."""
    name, grade = stage_id(boundary.id, stage), boundary.grade(stage)
    words = WHOLES[boundary.id]
    label = f"{words[0].upper()}{words[1:]}: {STAGE_NAMES[stage]}"
    # Without it a reader takes the sum for what one case takes.
    together = f"{label}, all {len(boundary.cases)} together"
    facts.add(f"{name}.hours", together, "duration", boundary.sums[stage] / HOUR, "h", grade=grade, **common)
    per_cent = None if ends is None else (100 * ends[0], 100 * ends[1])
    share = 100 * boundary.share(stage)
    facts.add(f"{name}.share", f"{label}, share", "ratio", share, "%", grade=grade, ends=per_cent, **common)


def _mean_fact(facts: Facts, boundary: Boundary, place: int, draws: list[Sums], common: dict[str, Any]) -> None:
    """A stage's hours of a change on average, with an interval, so that a later measurement can tell whether it has moved."""
    stage, cases = boundary.stages[place], len(boundary.cases)
    label = f"{WHOLES[boundary.id][0].upper()}{WHOLES[boundary.id][1:]}: {STAGE_NAMES[stage]}, mean of a change"
    ends = interval(draws, lambda sums: sums[place] / cases / HOUR)
    mean = boundary.sums[stage] / cases / HOUR
    facts.add(f"{stage_id(boundary.id, stage)}.mean", label, "duration", mean, "h", grade=boundary.grade(stage), ends=ends, **common)


def _headroom_fact(
    facts: Facts, boundary: Boundary, key: str, ends: tuple[float, float] | None, common: dict[str, Any]
) -> None:
    """One speed-up that a faster model would give; not known without the model's part, or if nothing is left without it."""
    label, value, reason, grade = HEADROOM_LABELS[key].format(WHOLES[boundary.id]), None, "", "C"
    if not boundary.is_split:
        reason = "no session logs, so the model's part is not known"
    elif not math.isfinite(value := boundary.headroom(HEADROOM[key])):
        value, reason = None, "the model is all of it, so nothing would be left"
    else:
        grade = boundary.grade(MODEL)
    facts.add(f"{boundary.id}.{key}", label, "ratio", value, "x", grade=grade, ends=ends, unknown=reason, **common)


def _missing_facts(facts: Facts, found: Measurement, name: str) -> None:
    words, reason = WHOLES[name], _why_missing(found, name)
    sources = [LOGS] if name in ("active", "turn", "session") else [*found.pull_sources]
    facts.add(
        f"{name}.hours", f"Time of {words}, summed", "duration", None, "h", grade="B", sources=sources, unknown=reason
    )
    facts.add(
        f"{name}.median", f"Time of {words}, median", "duration", None, "h", grade="B", sources=sources, unknown=reason
    )
    for key, label in HEADROOM_LABELS.items():
        facts.add(f"{name}.{key}", label.format(words), "ratio", None, "x", grade="C", sources=sources, unknown=reason)


def _why_missing(found: Measurement, name: str) -> str:
    if name in ("active", "turn", "session"):
        return "no turn has a recorded duration" if found.sessions else "no session log could be read"
    if not found.pulls:
        return "no table of merged pull requests"
    if not found.measured and found.sessions:
        return "nothing joins a session that is here to a merged pull request that was merged after it began"
    if not found.measured:
        return "of no merged pull request a commit before its merge is known"
    return (
        "no working time between start and merge"
        if found.headline
        else "no merged pull request has all its sessions here"
    )


def _count_facts(facts: Facts, found: Measurement) -> None:
    logs: dict[str, Any] = {"sources": [LOGS], "period": found.period(LOGS)}
    sessions = found.sessions
    rows = [
        ("session.count", "Sessions read", len(sessions)),
        (
            "session.with-durations.count",
            "Sessions with a recorded duration of a turn",
            sum(bool(s.turns) for s in sessions),
        ),
        *([("session.telemetry.count", "Sessions whose telemetry is there", found.told)] if found.told else []),
        ("turn.count", "Turns with a recorded duration", len(found.turns)),
        ("turn.fallback.count", "Turns whose recorded duration was not believed", sum(s.fallen_back for s in sessions)),
        ("log.lines", "Lines of session logs", found.sources[0].read),
        ("log.malformed", "Lines of session logs that could not be read", found.sources[0].skipped),
        (
            "log.repeated",
            "Records that stand more than once, counted once",
            sum(s.counts.repeated for s in sessions),
        ),
        ("log.unanswered", "Tool calls that never got a result, left out", sum(s.counts.unanswered for s in sessions)),
    ]
    for name, label, value in rows:
        facts.add(name, label, "count", value, "", grade="A", **logs)
    synthetic = sum(session.synthetic for session in sessions) / HOUR
    label = "Time before answers that the agent made up itself after an error or an exit, counted with the model"
    facts.add("session.synthetic.hours", label, "duration", synthetic, "h", grade="C", **logs)
    retries = sum(session.retries for session in sessions) / HOUR
    label = "Time that agents waited before they asked the model again after an error, counted with the model"
    facts.add("session.retries.hours", label, "duration", retries, "h", grade="B", **logs)
    declined = sum(session.declined for session in sessions) / HOUR
    label = "Time of declined calls that stays with the tools"
    facts.add("session.declined-tool.hours", label, "duration", declined, "h", grade="C", **logs)
    pulls: dict[str, Any] = {"sources": [*found.pull_sources]}
    for name, label, value in [
        ("lead.listed", "Merged pull requests listed", len(found.pulls)),
        ("lead.measured", "Merged pull requests with a start before their merge", len(found.measured)),
        ("lead.count", "Merged pull requests that carry the figures: all their sessions are here", len(found.headline)),
    ]:
        facts.add(name, label, "count", value, "", grade="A", **pulls)


def _turn_facts(facts: Facts, found: Measurement) -> None:
    """What a method that only pairs calls with results would have said of the same turns."""
    turns = found.turns
    if not turns:
        return
    common: dict[str, Any] = {"sources": [LOGS], "n": len(turns), "period": found.period(LOGS)}
    naive, tool = sum(turn.naive for turn in turns), sum(turn.tool for turn in turns)
    facts.add(
        "turn.naive-tool.hours",
        "Call to result, summed over the same turns",
        "duration",
        naive / HOUR,
        "h",
        grade="B",
        **common,
    )
    if tool > 0:
        label = "How many times too long call to result makes the tools' time"
        facts.add("turn.naive-tool.factor", label, "ratio", naive / tool, "x", grade="B", **common)
    longest = max(turn.dialog for turn in turns)
    facts.add(
        "turn.dialog.longest.hours",
        "Longest wait for a person's answer in a single turn",
        "duration",
        longest / HOUR,
        "h",
        grade="B",
        **common,
    )
    asked = sum(turn.asked for turn in turns)
    label = "Wait for a person's answer that rules alone find in the same turns"
    facts.add("turn.dialog-by-rules.hours", label, "duration", asked / HOUR, "h", grade="C", **common)


def _pull_facts(facts: Facts, found: Measurement) -> None:
    if not found.headline:
        return
    common: dict[str, Any] = {"sources": [*found.pull_sources, LOGS], "n": len(found.headline), "period": found.period(PULLS)}
    without = sum(not any(pull.working.values()) for pull in found.headline)
    facts.add(
        "work.lead.none",
        "Merged changes without any working time between start and merge",
        "count",
        without,
        "",
        grade="B",
        **common,
    )
    _week_fact(facts, found, common)
    for name in ("lead", "work.lead"):
        if (boundary := found.boundaries.get(name)) is None:
            continue
        words = WHOLES[name]
        top = stage_id(name, boundary.top)
        grade = boundary.grade(boundary.top)
        facts.add(
            f"{name}.top.stage",
            f"Largest stage of {words}",
            "text",
            STAGE_NAMES[boundary.top],
            "",
            grade=grade,
            **common,
        )
        share = facts.all[f"{top}.share"]
        facts.all[f"{name}.top.share"] = share | {
            "id": f"{name}.top.share",
            "label": f"Share of the largest stage of {words}",
        }
        for place, (stage, value) in enumerate(bottlenecks(boundary.sums), start=1):
            label = f"Largest stage of {words}, number {place}"
            facts.add(f"{name}.next{place}.stage", label, "text", STAGE_NAMES[stage], "", grade=grade, **common)
            stages = "its largest stage" if place == 1 else f"its {place} largest stages"
            label = f"How much faster {words} would be without {stages}"
            facts.add(f"{name}.next{place}.speedup", label, "ratio", value, "x", grade=grade, **common)
    _outside_facts(facts, found, common)


def _week_fact(facts: Facts, found: Measurement, common: dict[str, Any]) -> None:
    """How many changes are merged in a week; not known if they span less than one."""
    weeks = (max(p.pull.merged for p in found.headline) - min(p.start for p in found.headline)) / WEEK
    value, unknown = (len(found.headline) / weeks, "") if weeks >= 1 else (None, "the changes span less than a week")
    facts.add("lead.week", "Merged changes in a week", "number", value, "a week", grade="B", unknown=unknown, **common)


def _outside_facts(facts: Facts, found: Measurement, common: dict[str, Any]) -> None:
    """How much of the calendar, and of the model's part, lies outside working time."""
    lead, work = found.boundaries.get("lead"), found.boundaries.get("work.lead")
    if lead is None:
        return
    inside = work.total if work else 0.0
    label = "Share of the calendar time that lies outside working time"
    facts.add("lead.outside.share", label, "ratio", 100 * (1 - inside / lead.total), "%", grade="B", **common)
    if lead.is_split and lead.sums[MODEL] > 0:
        within = work.sums[MODEL] if work else 0.0
        label = "Share of the model's time that lies outside working time"
        grade = lead.grade(MODEL)
        facts.add(
            "lead.model-outside.share",
            label,
            "ratio",
            100 * (1 - within / lead.sums[MODEL]),
            "%",
            grade=grade,
            **common,
        )


def _tables(found: Measurement, facts: Facts) -> list[dict[str, Any]]:
    tables = [_boundary_table(found)] if found.boundaries else []
    if "lead" in found.boundaries:
        tables += [_stage_table(found), _next_table(facts)]
    return tables


def _boundary_table(found: Measurement) -> dict[str, Any]:
    columns = [
        "What is measured",
        "All of it today",
        "The model's share",
        "Model 10x as fast",
        "Model 50x as fast",
        "Model takes no time",
    ]
    keys = ["what", "hours", "share", "at10x", "at50x", "ceiling"]
    rows = []
    for name, boundary in sorted(
        found.boundaries.items(), key=lambda item: list(WHOLES).index(item[0]), reverse=True
    ):
        share = f"{{f:{stage_id(name, MODEL)}.share}}" if boundary.is_split else "not known"
        ids = [
            f"{{f:{name}.hours}}",
            share,
            f"{{f:{name}.at10x}}",
            f"{{f:{name}.at50x}}",
            f"{{f:{name}.ceiling|range}}",
        ]
        rows.append([boundary.name, *ids])
    return _table(
        "ceilings", "How much faster it could become from today on, by where one measures", keys, columns, rows
    )


def _stage_table(found: Measurement) -> dict[str, Any]:
    keys, columns = ["stage"], ["Stage"]
    present = [name for name in ("work.lead", "lead") if name in found.boundaries]
    for name in present:
        words = "working" if name == "work.lead" else "calendar"
        keys += [f"{words}-mean", f"{words}-share"]
        columns += [f"{words.capitalize()} hours of a change", f"Share of {words} hours"]
    stages = [stage for stage in STAGE_NAMES if any(stage in found.boundaries[name].stages for name in present)]
    rows = []
    for stage in stages:
        cells = [
            f"{{f:{stage_id(name, stage)}.{part}}}" if stage in found.boundaries[name].stages else ""
            for name in present
            for part in ("mean|range", "share")
        ]
        rows.append([STAGE_NAMES[stage], *cells])
    title = f"Where the time of a merged change goes, mean of {len(found.headline)}"
    return _table("stages", title, keys, columns, rows)


def _next_table(facts: Facts) -> dict[str, Any]:
    rows = []
    for name, words in (("work.lead", "working hours"), ("lead", "calendar hours")):
        places = range(1, len(STAGE_NAMES) + 1)
        rows += [
            [words, f"{{f:{name}.next{place}.stage}}", f"{{f:{name}.next{place}.speedup}}"]
            for place in places
            if f"{name}.next{place}.stage" in facts
        ]
    title = "What to remove first, and what holds after that"
    return _table(
        "next",
        title,
        ["basis", "stage", "speedup"],
        ["Counted in", "Removed, with all above it", "As fast as today"],
        rows,
    )


def _table(name: str, title: str, keys: list[str], columns: list[str], rows: list[list[str]]) -> dict[str, Any]:
    heads = [{"key": key, "label": label} for key, label in zip(keys, columns, strict=True)]
    return {"id": name, "title": title, "columns": heads, "rows": rows}
