"""Tables and charts of a process: its steps, what to remove first, where one case's time goes.

Words that a client typed stand in cells as placeholders of text facts.
"""

from __future__ import annotations

from typing import Any

from factlist import Facts
from recorded import Recorded
from said import AGREES, LONGER, SHORTER, TOO_FEW, Compared
from toldfacts import FEWEST_DAYS, LISTED, MINUTES_IN_HOUR, Told, pair, spell

COULD = {"yes": "yes", "part": "part of it", "no": "no", "": "not told"}
VERDICTS = {
    LONGER: "the list shows more than was told",
    SHORTER: "the list shows less than was told",
    AGREES: "both agree",
    TOO_FEW: "too few cases to say",
}


def tables(facts: Facts, told: Told) -> list[dict[str, Any]]:
    """Every table about what was told."""
    steps = [_steps(facts, told)] if told.time.steps else []
    return [_next(facts), *steps] if "next1.what" in facts else steps


def charts(told: Told) -> list[dict[str, Any]]:
    """The bars of waits and work."""
    if told.time.now.mean <= 0:
        return []
    unit, minutes = _unit(told.time.now.mean, told.day)
    points: list[list[str | float]] = [
        [f"{words}{part.step.name}", round(amount.mean / minutes, 6)]
        for part in told.time.steps
        for words, amount in (("wait: ", part.wait), ("", part.work))
        if amount.mean > 0
    ]
    return [_bars("steps", "Where the time of one case goes, as told", unit, "as told", points)]


def list_tables(facts: Facts, told: Told, rows: list[Compared], case: Compared | None) -> list[dict[str, Any]]:
    """What the list shows, and told and recorded beside each other."""
    if told.found is None or not told.found.steps:
        return []
    made = [_stretches(facts, told.found)]
    if rows:
        made.insert(0, _compared(facts, rows, case))
    return made


def list_charts(told: Told) -> list[dict[str, Any]]:
    """The bars of the recorded stretches."""
    if told.found is None or not told.found.steps:
        return []
    means = [between.working.mean for between in told.found.steps]
    unit, minutes = _unit(sum(means), told.day)
    points: list[list[str | float]] = [
        [f"{between.start.name} – {between.end.name}", round(mean / minutes, 6)]
        for between, mean in zip(told.found.steps, means, strict=True)
    ]
    return [_bars("stretches", "Where the time of one case goes, by the list", unit, "by the list", points)]


def _compared(facts: Facts, rows: list[Compared], case: Compared | None) -> dict[str, Any]:
    columns = {"from": "From", "to": "To", "told": "As told", "list": "By the list (median)", "verdict": "What it says"}
    cells = []
    for row in [*rows, *([case] if case else [])]:
        told, shown = ("said.case", "list.case") if row is case else (row.between.said_id, row.between.list_id)
        names = [f"{{f:list.date.{event.id}.name}}" for event in (row.between.start, row.between.end)]
        times = [f"{{f:{name}|range}}" for name in pair(facts, told, shown)]
        cells.append([*names, *times, VERDICTS[row.verdict]])
    return table("said-recorded", "What was told, and what the list shows", columns, cells)


def _stretches(facts: Facts, found: Recorded) -> dict[str, Any]:
    columns = {
        "from": "From",
        "to": "To",
        "median": "In the middle (median)",
        "mean": "On average",
        "ninth": "Nine in ten take at most",
        "calendar": "On the calendar (median)",
        "cases": "Cases",
        "missing": "Without the second date",
    }
    rows = []
    for between in [*found.steps, *([found.case] if found.case and len(found.events) > 2 else [])]:
        name = "list.case" if between is found.case else between.list_id
        cells = [f"{{f:list.date.{between.start.id}.name}}", f"{{f:list.date.{between.end.id}.name}}"]
        cells += [f"{{f:{part}.hours}}" for part in (name, f"{name}.mean", f"{name}.p90")]
        rows.append([*cells, f"{{f:{name}.calendar.days}}", len(between.working.values), f"{{f:{name}.missing}}"])
    return table("stretches", "What the list shows between its dates", columns, rows)


def _unit(minutes: float, day: float) -> tuple[str, float]:
    return ("working days", day) if minutes >= FEWEST_DAYS * day else ("h", MINUTES_IN_HOUR)


def _bars(name: str, title: str, unit: str, label: str, points: list[list[str | float]]) -> dict[str, Any]:
    return {
        "id": name,
        "kind": "bar",
        "title": title,
        "x": {"label": "step"},
        "y": {"label": "working time on average", "unit": unit},
        "series": [{"label": label, "points": points}],
    }


def table(name: str, title: str, columns: dict[str, str], rows: list[list[Any]]) -> dict[str, Any]:
    """A table; *columns* are labels by key."""
    return {"id": name, "title": title, "columns": [{"key": key, "label": label} for key, label in columns.items()], "rows": rows}


def _steps(facts: Facts, told: Told) -> dict[str, Any]:
    columns = {
        "step": "Step",
        "wait": "Waits before it",
        "work": "Work",
        "software": "Could software do it",
        "person": "Should a person do it anyway",
    }
    rows = []
    for part in told.time.steps:
        name = f"step.{part.step.id}"
        person = part.step.person or "not told"
        cells = [f"{{f:{name}.name}}", f"{{f:{name}.wait.hours|range}}", f"{{f:{name}.work.minutes|range}}"]
        rows.append([*cells, COULD[part.step.software], person])
    total = ["all steps", f"{{f:{spell(facts, 'case.wait')}|range}}", f"{{f:{spell(facts, 'case.work')}|range}}", "", ""]
    return table("steps", "The steps as they were told, for one case on average", columns, [*rows, total])


def _next(facts: Facts) -> dict[str, Any]:
    columns = {"what": "Taken out, with all above it", "left": "What one case would still take", "speedup": "As fast as today"}
    places = [place for place in range(1, LISTED + 1) if f"next{place}.what" in facts]
    rows = [[f"{{f:next{p}.what}}", f"{{f:{spell(facts, f'next{p}.left')}}}", f"{{f:next{p}.speedup}}"] for p in places]
    return table("first", "What to take out first, and what holds after that", columns, rows)
