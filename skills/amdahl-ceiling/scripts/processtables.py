"""Tables and charts of a process: its steps, what to remove first, where one case's time goes.

Words that a client typed stand in cells as placeholders of text facts.
"""

from __future__ import annotations

from typing import Any

from factlist import Facts
from toldfacts import FEWEST_DAYS, MINUTES_IN_HOUR, Told, spell

COULD = {"yes": "yes", "part": "part of it", "no": "no", "": "not told"}
LISTED = 6  # parts that the table of what to remove first shows


def tables(facts: Facts, told: Told) -> list[dict[str, Any]]:
    """Every table about what was told."""
    if not told.time.steps:
        return []
    return [_steps(facts, told), _next(facts)]


def charts(told: Told) -> list[dict[str, Any]]:
    """The bars of waits and work."""
    if told.time.now.mean <= 0:
        return []
    is_long = told.time.now.mean >= FEWEST_DAYS * told.day
    unit, minutes = ("working days", told.day) if is_long else ("h", MINUTES_IN_HOUR)
    points = [
        [f"{words}{part.step.name}", round(amount.mean / minutes, 6)]
        for part in told.time.steps
        for words, amount in (("wait: ", part.wait), ("", part.work))
        if amount.mean > 0
    ]
    return [
        {
            "id": "steps",
            "kind": "bar",
            "title": "Where the time of one case goes, as told",
            "x": {"label": "step"},
            "y": {"label": "working time on average", "unit": unit},
            "series": [{"label": "as told", "points": points}],
        }
    ]


def table(name: str, title: str, columns: dict[str, str], rows: list[list[str]]) -> dict[str, Any]:
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
        cells = [f"{{f:{name}.name}}", f"{{f:{spell(facts, f'{name}.wait')}|range}}", f"{{f:{name}.work.minutes|range}}"]
        rows.append([*cells, COULD[part.step.software], person])
    total = ["all steps", f"{{f:{spell(facts, 'case.wait')}|range}}", f"{{f:{spell(facts, 'case.work')}|range}}", "", ""]
    return table("steps", "The steps as they were told, for one case on average", columns, [*rows, total])


def _next(facts: Facts) -> dict[str, Any]:
    columns = {"what": "Taken out, with all above it", "left": "What one case would still take", "speedup": "As fast as today"}
    places = [place for place in range(1, LISTED + 1) if f"next{place}.what" in facts]
    rows = [[f"{{f:next{p}.what}}", f"{{f:{spell(facts, f'next{p}.left')}}}", f"{{f:next{p}.speedup}}"] for p in places]
    return table("first", "What to take out first, and what holds after that", columns, rows)
