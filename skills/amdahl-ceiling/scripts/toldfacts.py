"""Facts from what a person told: how long a case takes, what of it is work, what would go, and what that is in a week.

All are of grade D; a case's times are means in working time, with the middle nine tenths of what they may be.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from caselog import CaseLog
from casetime import Amount, CaseTime, StepTime, total
from ceilings import bottlenecks
from evidence import Source
from factlist import Facts
from flows import Flows
from process import Process
from proposal import Proposed
from recorded import Recorded
from threepoint import LEVEL, METHOD

DAYS = "working days"
MINUTES_IN_HOUR = 60.0
LISTED = 6  # parts of a case that are listed from the largest on
FEWEST_DAYS = 1.5  # working days from which a time is told in days


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was told, computed.

    Attributes:
        process: The answers.
        time: The case time that they give.
        day: A working day in minutes.
        week: A working week in minutes.
        rate: What an hour costs, None if nobody said.
        currency: Its ISO code, empty if nobody said.
        records: The file of answers, and the list of cases if there is one.
        log: The list of cases, None if there is none.
        found: What it shows; None until its columns are confirmed.
        proposed: What its columns seem to mean, where nobody has said so.
        flows: What event logs give, None if there are none.
    """

    process: Process
    time: CaseTime
    day: float
    week: float
    rate: Decimal | None
    currency: str
    records: tuple[Source, ...]
    log: CaseLog | None = None
    found: Recorded | None = None
    proposed: tuple[Proposed, ...] = ()
    flows: Flows | None = None

    @property
    def sources(self) -> list[str]:
        """What the facts rest on."""
        return [self.process.source] if self.process.source else []


def told_facts(facts: Facts, told: Told) -> None:
    """Add every fact that the answers give, and why the others are not known."""
    _words(facts, told)
    _case(facts, told)
    _going(facts, told)
    _week(facts, told)
    for part in told.time.steps:
        _step(facts, told, part)
    _tops(facts, told)
    _next(facts, told)


def spell(facts: Facts, name: str) -> str:
    """The placeholder of a time that has a fact in hours and one in working days, in the one that reads better."""
    is_long = f"{name}.days" in facts and facts.value(f"{name}.days") >= FEWEST_DAYS
    return f"{name}.days" if is_long else f"{name}.hours"


def pair(facts: Facts, *names: str) -> list[str]:
    """As `spell`, but all times in the same unit, so that they can stand beside each other."""
    is_long = all(f"{name}.days" in facts and facts.value(f"{name}.days") >= FEWEST_DAYS for name in names)
    return [f"{name}.{'days' if is_long else 'hours'}" for name in names]


def units(day: float) -> tuple[tuple[str, str, str, float], ...]:
    """How a time is told twice: end of the fact's id, its type, its unit, and the minutes of one; *day* has minutes too."""
    return (("hours", "duration", "h", MINUTES_IN_HOUR), ("days", "number", DAYS, day))


def time_facts(facts: Facts, told: Told, name: str, label: str, amount: Amount | None, unknown: str = "") -> None:
    """Add a time in working minutes as hours (`NAME.hours`) and as working days (`NAME.days`)."""
    for suffix, kind, unit, minutes in units(told.day):
        scaled = None if amount is None else amount.scaled(1 / minutes)
        words = f"{label}, in working {suffix}"
        _add(facts, told, f"{name}.{suffix}", words, kind, scaled, unit, unknown)


def _add(facts: Facts, told: Told, name: str, label: str, kind: str, amount: Amount | None, unit: str, unknown: str = "") -> None:
    value, ends = (None, None) if amount is None else (amount.mean, amount.ends)
    facts.add(
        name, label, kind, value, unit, grade="D", sources=told.sources, ends=ends, level=LEVEL, how=METHOD, unknown=unknown
    )


def _words(facts: Facts, told: Told) -> None:
    process = told.process
    for name, label, words in (
        ("case.name", "What one case is called", process.case),
        ("case.start", "What a case starts with", process.start),
        ("case.end", "What a case ends with", process.end),
        ("told.by", "The role of who told it", process.who),
    ):
        if words:
            facts.add(name, label, "text", words, "", grade="D", sources=told.sources)
    facts.add("day.hours", "A working day", "duration", told.day / MINUTES_IN_HOUR, "h", grade="A", sources=[])
    _prices(facts, told)
    steps = told.time.steps
    facts.add("steps.count", "Steps told", "count", len(steps), "", grade="D", sources=told.sources)
    label = "Steps that software could do and that no person need do"
    facts.add("going.count", label, "count", len(told.time.going()), "", grade="D", sources=told.sources)


def _prices(facts: Facts, told: Told) -> None:
    """What was said that an hour of work and a working day of waiting cost, where that and the currency are known."""
    prices = (
        ("rate.hour", "What an hour of work costs", told.rate),
        ("delay.day", f"What a working day of waiting costs for one {told.process.case}", told.process.delay),
    )
    for name, label, price in prices:
        if price is not None and told.currency:
            facts.add(name, label, "money", f"{price:f}", told.currency, grade="D", sources=told.sources)


def _case(facts: Facts, told: Told) -> None:
    time, case = told.time, told.process.case
    if not time.steps:
        for name, label in (("case.now", f"Time of one {case} now"), ("case.work", f"Work on one {case}")):
            time_facts(facts, told, name, f"{label}, as told", None, "no steps are told")
        return
    time_facts(facts, told, "case.now", f"Time of one {case} now, work and waiting, as told", time.now)
    time_facts(facts, told, "case.work", f"Work on one {case}, as told", time.work)
    time_facts(facts, told, "case.wait", f"Waiting of one {case}, as told", time.wait)
    if time.now.mean <= 0:
        return
    share = time.work.share_of(time.now)
    _add(facts, told, "case.work.share", f"Share of work in the time of one {case}", "ratio", share.scaled(100), "%")
    rest = time.wait.share_of(time.now)
    _add(facts, told, "case.wait.share", f"Share of waiting in the time of one {case}", "ratio", rest.scaled(100), "%")
    label = f"Most that one {case} could become faster if all work on it took no time, and every wait stayed"
    _speed_up(facts, told, "case.ceiling", label, time.wait)


def _speed_up(facts: Facts, told: Told, name: str, label: str, left: Amount) -> None:
    """How many times faster a case is if *left* of it is left."""
    now = told.time.now
    if left.mean <= 0 or min(left.draws) <= 0:
        facts.add(
            name, label, "ratio", None, "x", grade="D", sources=told.sources, unknown="nothing would be left of the case's time"
        )
        return
    values = [a / b for a, b in zip(now.draws, left.draws, strict=True)]
    _add(facts, told, name, label, "ratio", Amount(mean=now.mean / left.mean, draws=values), "x")


def _going(facts: Facts, told: Told) -> None:
    time, case = told.time, told.process.case
    if not time.going() or time.now.mean <= 0:
        return
    readings = (
        ("case.less-work", "if the steps that software could do took no time and every wait stayed", time.without_work()),
        ("case.less-steps", "if those steps took no time and nothing waited for them either", time.without_steps()),
    )
    for name, words, left in readings:
        time_facts(facts, told, name, f"Time of one {case} {words}", left)
        _speed_up(facts, told, f"{name}.speedup", f"How many times faster one {case} would be {words}", left)
    work = total(part.work for part in time.going())
    wait = total(part.wait for part in time.going())
    label = f"Work on one {case} in the steps that software could do"
    _add(facts, told, "going.work.minutes", label, "duration", work, "min")
    time_facts(facts, told, "going.both", f"That work of one {case} and the waiting in front of those steps", total((work, wait)))


def _week(facts: Facts, told: Told) -> None:
    """What it comes to in a week; hours of work are money, hours of waiting are only if somebody said what a day costs."""
    time, case = told.time, told.process.case
    no_arrivals = "" if time.arrivals else "nobody said how many start in a usual week"
    _add(facts, told, "week.cases", f"Cases that start in a usual week, each one {case}", "number", time.arrivals, "a week", no_arrivals)
    if not time.steps:
        return
    rows = [
        ("week.work", f"Work on every {case} of a week", time.work),
        ("week.wait", f"Waiting of every {case} of a week, added up", time.wait),
    ]
    if time.going():
        work = total(part.work for part in time.going())
        rows.append(("week.going", f"Work of a week in the steps that software could do, for every {case}", work))
    for name, label, minutes in rows:
        hours = time.arrivals.by(minutes.scaled(1 / MINUTES_IN_HOUR)) if time.arrivals else None
        _add(facts, told, f"{name}.hours", label, "duration", hours, "h", no_arrivals)
        if name != "week.wait":
            _money(facts, told, f"{name}.money", f"{label}, in money", hours, told.rate, no_arrivals or "nobody said what an hour costs")
    if told.process.delay is not None:
        days = time.arrivals.by(time.wait.scaled(1 / told.day)) if time.arrivals else None
        label = f"What the waiting costs in a week, from what was said that a working day of waiting costs for one {case}"
        _money(facts, told, "week.wait.money", label, days, told.process.delay, no_arrivals)


def _money(facts: Facts, told: Told, name: str, label: str, units: Amount | None, price: Decimal | None, unknown: str) -> None:
    reason = unknown if units is None or price is None else "" if told.currency else "the currency is not known"
    value: str | None = None
    ends: tuple[float, float] | None = None
    if not reason and units is not None and price is not None:
        value = f"{Decimal(repr(units.mean)) * price:.2f}"
        if units.ends is not None:
            ends = (round(units.ends[0] * float(price), 2), round(units.ends[1] * float(price), 2))
    facts.add(
        name, label, "money", value, told.currency, grade="D", sources=told.sources, ends=ends, level=LEVEL, how=METHOD, unknown=reason
    )


def _step(facts: Facts, told: Told, part: StepTime) -> None:
    """One step's words, and its work and wait in one case on average."""
    name, step, case = f"step.{part.step.id}", part.step, told.process.case
    facts.add(f"{name}.name", "A step, as it was told", "text", step.name, "", grade="D", sources=told.sources)
    label = f"{step.name}: work in one {case} on average"
    _add(facts, told, f"{name}.work.minutes", label, "duration", part.work, "min")
    if told.time.arrivals is not None:
        people = told.time.arrivals.by(_role(told, part).scaled(1 / told.week))
        label = f"{step.name}: how many people's full working weeks all that its role does in a week takes"
        _add(facts, told, f"{name}.people", label, "number", people, "people")
    label = f"{step.name}: wait before it in one {case} on average, in working hours"
    _add(facts, told, f"{name}.wait.hours", label, "duration", part.wait.scaled(1 / MINUTES_IN_HOUR), "h")


def _role(told: Told, part: StepTime) -> Amount:
    """The work on one case of whoever does *part*, in all their steps; of a step without a role, its own."""
    who = part.step.who
    return total(one.work for one in told.time.steps if one is part or (who and one.step.who == who))


def _tops(facts: Facts, told: Told) -> None:
    case = told.process.case
    if (slow := told.time.longest(lambda part: part.wait)) is not None:
        facts.add("wait.top.step", "Step that is waited for longest", "text", slow.step.name, "", grade="D", sources=told.sources)
        time_facts(facts, told, "wait.top", f"Longest wait before a step of one {case}", slow.wait)
        share = slow.wait.share_of(told.time.now).scaled(100)
        _add(facts, told, "wait.top.share", f"Share of the longest wait in the time of one {case}", "ratio", share, "%")
    if (hard := told.time.longest(lambda part: part.work)) is not None:
        facts.add("work.top.step", "Step with most work", "text", hard.step.name, "", grade="D", sources=told.sources)
        _add(facts, told, "work.top.minutes", f"Most work of a step on one {case}", "duration", hard.work, "min")


def _next(facts: Facts, told: Told) -> None:
    """What to take out first by what was told; where a list shows the times, it says so instead."""
    if told.found is not None and told.found.steps:
        return
    names = {part.step.id: part.step.name for part in told.time.steps}
    words = {"wait": "the wait before this step: ", "work": "the work of this step: "}
    parts = [(f"{words[kind]}{names[step]}", minutes) for (kind, step), minutes in told.time.parts().items()]
    next_facts(facts, told, parts, {"grade": "D", "sources": told.sources})


def next_facts(facts: Facts, told: Told, named: Sequence[tuple[str, float]], common: dict[str, Any]) -> None:
    """Add the parts of a case (what each is called, and its minutes), largest first, and what is left of the case after each."""
    times = {str(place): minutes for place, (_, minutes) in enumerate(named)}
    case, left = told.process.case, math.fsum(times.values())
    for place, (key, speed_up) in enumerate(islice(bottlenecks(times), LISTED), start=1):
        left -= times[key]
        facts.add(f"next{place}.what", f"Largest part of one {case}, number {place}", "text", named[int(key)][0], "", **common)
        parts = "its largest part" if place == 1 else f"its {place} largest parts"
        label = f"Time of one {case} without {parts}"
        for suffix, kind, unit, minutes in units(told.day):
            facts.add(f"next{place}.left.{suffix}", f"{label}, in working {suffix}", kind, left / minutes, unit, **common)
        label = f"How many times faster one {case} would be without {parts}"
        facts.add(f"next{place}.speedup", label, "ratio", speed_up, "x", **common)
