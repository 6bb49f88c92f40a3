"""Facts and tables of what each fix is worth, and of what more work does to the queue in front of those who look at it.

Every fix stands alone; what holds after it stands beside it, and nothing is multiplied.
"""

from __future__ import annotations

import math
from itertools import islice
from typing import Any

from factlist import Facts
from processtables import table
from whatif import LOADS as SHARES
from whatif import TWICE, Change, Worth, what_if, worth
from wholes import Whole

LISTED = 6  # fixes that are listed, the best first
LOADS = tuple(round(100 * share) for share in SHARES)  # per cent
SHOWN = (30, 50, 70)
STEPS = 20
TALLEST = 8.0  # times today's wait, beyond which a line says nothing more
NEVER = "it would never end"
METHOD = "What a fix is worth is computed for that part alone, with all others as they are; such figures are never multiplied or added."
QUEUE_METHOD = (
    "How a wait grows with more changes is a queue's rule (random arrivals, one queue for those who are waited for); how busy they are is "
    "in no log, so the table shows several."
)


def worth_facts(facts: Facts, whole: Whole, prefix: str = "") -> None:
    """Add for the best fixes of *whole* what they are worth; ids begin with *prefix*."""
    for place, one in enumerate(islice(worth(whole, whole.times), LISTED), 1):
        _worth(facts, whole, one, f"{prefix}half{place}")


def _worth(facts: Facts, whole: Whole, one: Worth, name: str) -> None:
    stage = whole.stage(one.stage)
    rests = facts.all[stage.fact]
    common: dict[str, Any] = {key: rests[key] for key in ("grade", "sources", "n", "period") if key in rests}
    words = "if this part alone took half its time"
    facts.add(f"{name}.what", "A part that could take half its time", "text", stage.name, "", **common)
    ends = what_if(whole, Change(factors={one.stage: TWICE})).ends
    how: dict[str, Any] = {"ends": ends, "level": whole.level, "how": whole.method}
    facts.add(f"{name}.speedup", f"How many times faster {whole.name} would be {words}", "ratio", one.speed_up, "x", **how, **common)
    facts.add(f"{name}.then", f"Largest part of {whole.name} {words}", "text", whole.stage(one.holds).name, "", **common)
    if one.week_hours is not None:
        label = f"What all that goes through in a week would be shorter by, added up, {words}"
        facts.add(f"{name}.week.hours", label, "duration", one.week_hours, "h", **common)
    if one.money is not None:
        label = f"What that is worth in a week {words}"
        facts.add(f"{name}.week.money", label, "money", f"{one.money:.2f}", whole.prices.currency, **common)


def worth_table(facts: Facts, prefix: str = "") -> list[dict[str, Any]]:
    """The table of those fixes; none without any."""
    names = [f"{prefix}half{place}" for place in range(1, LISTED + 1) if f"{prefix}half{place}.what" in facts]
    columns = {"what": "This part alone in half its time", "speedup": "As fast as today", "then": "What holds it then"}
    extra = {"week.hours": "Shorter by, all of a week", "week.money": "In money"}
    columns |= {key: label for key, label in extra.items() if any(f"{name}.{key}" in facts for name in names)}
    rows = [[_shown(facts, f"{name}.{key}") for key in columns] for name in names]
    heads = {key.replace(".", "-"): label for key, label in columns.items()}
    return [table(f"{prefix}worth", "What each fix is worth", heads, rows)] if rows else []


def _shown(facts: Facts, name: str) -> str:
    return f"{{f:{name}{'|range' if name.endswith('speedup') else ''}}}" if name in facts else ""


def queue_facts(facts: Facts, whole: Whole) -> None:
    """Add how long the wait in the queue of *whole* would be with twice the arrivals, for loads that bear them."""
    stage = whole.stage(whole.queue)
    rests = facts.all[stage.fact]
    common: dict[str, Any] = {key: rests[key] for key in ("sources", "n", "period") if key in rests}
    label = f"Mean of {stage.name} for {whole.name}"
    facts.add("queue.hours", f"{label}, today", "duration", stage.hours, "h", grade=rests["grade"], **common)
    for load in LOADS:
        if math.isfinite(longer := _longer(load, TWICE)):
            words = f"{label}, with twice the arrivals, if those who are waited for are busy {load} % of their time today"
            facts.add(f"queue.load{load}.twice.hours", words, "duration", longer * stage.hours, "h", grade="C", **common)


def queue_table(facts: Facts, whole: Whole) -> list[dict[str, Any]]:
    """The table of the queue by load; none if there is no queue."""
    if "queue.hours" not in facts:
        return []
    columns = {"load": "Busy today", "limit": "Bears at most, as a multiple of today", "twice": "That wait with twice the changes"}
    rows = [[f"{load} %", f"{100 / load:.2f}x", _twice(facts, load)] for load in LOADS]
    return [table("queue", f"{_title(whole)}, by how busy those are who review", columns, rows)]


def _title(whole: Whole) -> str:
    return f"What more changes do to {whole.stage(whole.queue).name}"


def queue_chart(whole: Whole) -> dict[str, Any]:
    """A line for each of some loads: the wait in the queue of *whole* over the multiple of arrivals."""
    hours = whole.stage(whole.queue).hours
    series = [{"label": _label(load), "points": _points(load, hours)} for load in SHOWN]
    return {
        "id": "queue",
        "kind": "line",
        "title": _title(whole),
        "x": {"label": "times as many changes"},
        "y": {"label": "mean wait", "unit": "h"},
        "series": series,
    }


def _label(load: int) -> str:
    """What a line is of, and where it ends because its queue would not."""
    return f"busy {load} % today" + (f", no end from {100 / load:.2f}x" if 100 / load <= TWICE else "")


def _points(load: int, hours: float) -> list[list[float]]:
    found = [(1 + step / STEPS, _longer(load, 1 + step / STEPS)) for step in range(STEPS + 1)]
    return [[round(arrivals, 6), round(longer * hours, 6)] for arrivals, longer in found if longer <= TALLEST]


def _longer(load: int, arrivals: float) -> float:
    """How many times as long the wait becomes, infinite if the queue would never end."""
    return Change().longer(arrivals, load / 100)


def _twice(facts: Facts, load: int) -> str:
    return f"{{f:queue.load{load}.twice.hours}}" if f"queue.load{load}.twice.hours" in facts else NEVER
