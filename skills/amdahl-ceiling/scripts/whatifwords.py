"""The answer to a what-if, as plain text for a person and as one JSON object for a program.

Every row says of which whole it is; figures are written as everywhere else.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from _portable.facts import show, show_range
from bootstrap import FEWEST
from whatif import AtLoad, Queue, WhatIf, Worth
from wholes import LIST, TOLD, Whole

NEVER = "never ends"


def text(found: WhatIf) -> str:
    """The answer in lines."""
    return "\n".join([*_head(found), "", *lines(*stages(found)), "", *_verdict(found), *_arrivals(found), *_worth(found)])


def document(found: WhatIf) -> dict[str, Any]:
    """The answer as an object: hours a case, speed-ups as multiples; null for what is not known or has no finite value.

    In `set` null is a stage that takes no time.
    """
    whole = found.whole
    return {
        "whole": {"id": whole.id, "name": whole.name, "cases": whole.cases, "week": whole.week},
        "set": {stage: _finite(factor) for stage, factor in found.change.factors.items()},
        "stages": [
            {"stage": stage.key, "name": stage.name, "today_hours": stage.hours, "hours": _finite(found.times[stage.key])} for stage in whole.stages
        ],
        "today_hours": math.fsum(whole.times.values()),
        "hours": _finite(math.fsum(found.times.values())),
        "speed_up": _finite(found.speed_up) or None,
        "interval": _interval(found),
        "holds": found.holds,
        "queue": None if found.queue is None else _queue(found.queue, found.change.servers),
        "queue_by_load": [_at_load(one) for one in found.loads],
        "each_twice_as_fast": [_fix(one, whole.prices.currency) for one in found.worth],
    }


def _interval(found: WhatIf) -> dict[str, Any] | None:
    if found.ends is None:
        return None
    return {"low": found.ends[0], "high": found.ends[1], "level": found.whole.level, "method": found.whole.method}


def _queue(queue: Queue, servers: int) -> dict[str, Any]:
    return {
        "stage": queue.stage,
        "load": queue.load,
        "load_then": queue.after,
        "servers": servers,
        "wait_times": _finite(queue.longer),
        "limit": queue.limit,
        "break_even": queue.break_even,
    }


def _at_load(one: AtLoad) -> dict[str, Any]:
    return {"load": one.load, "wait_times": _finite(one.longer), "hours": _finite(one.hours), "speed_up": _finite(one.speed_up) or None}


def _fix(one: Worth, currency: str) -> dict[str, Any]:
    money = None if one.money is None else {"value": f"{one.money:.2f}", "currency": currency}
    return {
        "stage": one.stage,
        "speed_up": _finite(one.speed_up),
        "hours": one.hours,
        "week_hours": one.week_hours,
        "week_money": money,
        "holds": one.holds,
    }


def _head(found: WhatIf) -> list[str]:
    whole = found.whole
    cases = "" if whole.cases is None else f", the mean of {whole.cases}"
    return [f"Of {whole.name}{cases}, with this changed: {'; '.join(changes(found)) or 'nothing'}."]


def changes(found: WhatIf) -> Iterator[str]:
    """What is changed, each in words."""
    for stage, factor in found.change.factors.items():
        yield f"{stage} {_pace(factor)}"
    if found.change.arrivals != 1:
        yield f"{found.change.arrivals:g}x as many cases"


def _pace(factor: float) -> str:
    if math.isinf(factor):
        return "takes no time"
    slower = f" ({1 / factor:g}x as long)" if factor < 1 else ""
    return f"{factor:g}x as fast{slower}"


def stages(found: WhatIf) -> tuple[list[str], list[list[str]]]:
    """The heads and the rows of a table of the stages, today and with the change."""
    # The key of a told step is made of its words already.
    is_named = found.whole.id not in (TOLD, LIST)
    rows = [[f"{stage.key}: {stage.name}" if is_named else stage.key, _hours(stage.hours), _hours(found.times[stage.key])] for stage in found.whole.stages]
    sums = [math.fsum(times.values()) for times in (found.whole.times, found.times)]
    return ["part", "today", "with it"], [*rows, ["all", *map(_hours, sums)]]


def _verdict(found: WhatIf) -> Iterator[str]:
    whole = found.whole
    if found.speed_up == 0:
        yield f"It never ends: what waits grows for as long as that many arrive ({whole.stage(found.holds).name})."
        return
    if math.isinf(found.speed_up):
        yield "Nothing is left of it."
        return
    if not found.change.factors and found.change.arrivals == 1:
        yield f"What holds it: {found.holds}, {whole.stage(found.holds).name}, {_share(found)} of it."
        return
    if found.loads and all(one.speed_up == 0 for one in found.loads):
        yield f"It never ends, even if those who are waited for are busy for only {100 * found.loads[0].load:g} % of their time today."
        return
    ends = None if found.ends is None else {"low": found.ends[0], "high": found.ends[1], "level": whole.level, "method": whole.method}
    fact = {"type": "ratio", "unit": "x", "value": found.speed_up, "interval": ends}
    without = ", not counting what the other number of cases does to the wait" if found.loads else ""
    yield f"As fast as today{without}: {show_range(fact)}{_sureness(found)}."
    if not found.loads:
        yield f"What holds it then: {found.holds}, {whole.stage(found.holds).name}, {_share(found)} of what is left."


def _share(found: WhatIf) -> str:
    return show({"type": "ratio", "unit": "%", "value": 100 * found.times[found.holds] / math.fsum(found.times.values())})


def _sureness(found: WhatIf) -> str:
    if found.ends is None and (found.whole.cases or FEWEST) < FEWEST:
        return f"; no interval, since fewer than {FEWEST} cases say little"
    if found.ends is None:
        return "; no interval, since it is not known which parts belong to one case"
    return f", {100 * found.whole.level:g} % interval, {found.whole.method}"


def _arrivals(found: WhatIf) -> Iterator[str]:
    queue = found.queue
    if found.loads:
        yield from _loads(found)
    if queue is None:
        return
    yield ""
    yield (
        f"With {found.change.arrivals:g}x as many cases, at {queue.stage}: busy {100 * queue.load:.3g} % of the time today, "
        f"{100 * queue.after:.3g} % then; the wait {NEVER if math.isinf(queue.longer) else f'becomes {queue.longer:.3g}x as long'}."
    )
    yield f"It bears less than {queue.limit:.3g}x as many cases as today; from there on the queue never ends."
    if found.change.servers > 1:
        yield "Where several take from one queue, little waits as long as they have time, and the wait grows the faster when they have none."
    if queue.break_even is not None:
        yield f"With what else is changed, one case takes as long as today at {queue.break_even:.4g}x as many."
    yield "All of that stage is taken for waiting in one queue with random arrivals; the other stages stay as they are."


def _loads(found: WhatIf) -> Iterator[str]:
    """What more arrivals do, by how busy those are who are waited for."""
    stage = found.whole.stage(found.change.queue)
    yield ""
    becomes = "longer" if found.change.arrivals > 1 else "shorter"
    yield f"With {found.change.arrivals:g}x as many cases, {stage.name} ({stage.key}) becomes {becomes}. By how much hangs on how busy those are who are"
    yield "waited for, which is in no record (--load 0.6 if you know it, --servers 2 if two take from one queue):"
    yield ""
    yield from lines(*by_load(found))


def by_load(found: WhatIf) -> tuple[list[str], list[list[str]]]:
    """The heads and the rows of a table of what more arrivals do, by load."""
    rows = [[f"{100 * one.load:g} %", _multiple(one.longer), _hours(one.hours), NEVER if one.speed_up == 0 else _fast(one.speed_up)] for one in found.loads]
    return ["busy today", "that wait", "one case", "as fast as today"], rows


def _multiple(value: float) -> str:
    return NEVER if math.isinf(value) else f"{value:.3g}x as long"


def _fast(value: float) -> str:
    return show({"type": "ratio", "unit": "x", "value": value})


def _worth(found: WhatIf) -> Iterator[str]:
    if not found.worth or (found.loads and all(one.speed_up == 0 for one in found.loads)):
        return
    whole = found.whole
    yield ""
    yield "From there on, each of these alone twice as fast (such figures are never multiplied or added):"
    yield ""
    keys = ["stage", "as fast", "less a case", "less a week", "worth a week", "then it is held by"]
    rows = [_row(one, whole) for one in found.worth]
    kept = [place for place in range(len(keys)) if any(row[place] for row in rows)]
    yield from lines([keys[place] for place in kept], [[row[place] for place in kept] for row in rows])
    if whole.week is None:
        yield ""
        yield "A week is not known: how many cases there are in one is in no record and was not told."
    elif not any(one.money for one in found.worth):
        yield ""
        yield "No money: these are hours for which a case takes longer, and nobody has said what they cost."


def _row(one: Worth, whole: Whole) -> list[str]:
    week = "" if one.week_hours is None else _hours(one.week_hours)
    money = "" if one.money is None else show({"type": "money", "unit": whole.prices.currency, "value": Decimal(f"{one.money:.2f}")})
    return [one.stage, _fast(one.speed_up), _hours(one.hours), week, money, one.holds]


def lines(heads: list[str], rows: list[list[str]]) -> list[str]:
    """A table as lines: the first column to the left, the others to the right."""
    widths = [max(len(row[place]) for row in (heads, *rows)) for place in range(len(heads))]
    return [
        "  ".join(cell.ljust(width) if place == 0 else cell.rjust(width) for place, (cell, width) in enumerate(zip(row, widths, strict=True))).rstrip()
        for row in (heads, *rows)
    ]


def _hours(value: float) -> str:
    return NEVER if math.isinf(value) else show({"type": "duration", "unit": "h", "value": value})


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
