"""The stage table of whatever was measured, read back from its facts: what a change of one stage is laid against.

A whole is one case on average (a merged change, a session, an order), cut into stages that add up to it, in hours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

import threepoint
from bootstrap import LEVEL, drawn_sums
from casetime import CaseTime
from changes import PICKUP
from comparing import rows_in
from factlist import OVER_CASES
from figures import MERGE, REVIEW_WAIT
from stagewords import STAGE_NAMES, TRACED, TRACED_STAGES, WHOLES, stage_id

Facts = Mapping[str, Mapping[str, Any]]
Draws = Sequence[Sequence[float]]
WORK, WAIT, TIME = "work", "wait", "time"
TOLD, LIST = "told", "list"
QUEUES = (PICKUP, "queue")  # where more cases wait longer, of what exports of other systems tell
MINUTES = 60.0
_STEP = re.compile(r"step\.(.+)\.work\.minutes")
_DATE = re.compile(r"list\.date\.(.+)\.name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One part of a whole.

    Attributes:
        key: What it is called on a command line.
        name: Its words.
        hours: Its part of one case on average.
        fact: Id of the fact that it is read from.
        kind: WORK of a person, WAIT for one, or TIME that may be both.
        people: For a wait, how many people's full weeks the work of whoever is waited for takes; None if not known.
    """

    key: str
    name: str
    hours: float
    fact: str
    kind: str = TIME
    people: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What an hour is worth, in one currency; None where nobody said so."""

    currency: str = ""
    work: Decimal | None = None
    delay: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """One case on average, cut into stages.

    Attributes:
        id: What it is called on a command line.
        name: Its words.
        stages: In order.
        cases: How many it is the mean of; None if it was told.
        week: Cases in a week; None if not known.
        prices: What an hour of it is worth.
        queue: The stage before which more cases would queue, empty if there is none.
        draws: Hours by stage that are equally likely, for an interval; empty if they are not known.
        level: Of the interval.
        method: How the interval is found.
    """

    id: str
    name: str
    stages: tuple[Stage, ...]
    cases: int | None = None
    week: float | None = None
    prices: Prices = Prices()
    queue: str = ""
    draws: Draws = ()
    level: float = LEVEL
    method: str = OVER_CASES

    @property
    def times(self) -> dict[str, float]:
        """Hours by stage."""
        return {stage.key: stage.hours for stage in self.stages}

    def stage(self, key: str) -> Stage:
        """The stage of that key."""
        return next(stage for stage in self.stages if stage.key == key)


def wholes(facts: Facts, draws: Mapping[str, Draws]) -> dict[str, Whole]:
    """Every whole that *facts* (by id) know the stages of, the best guide first; *draws* are those of some, by their ids.

    A list before what was told, working time before the calendar, a merged change before the sessions it came from.
    """
    found = [_by_list(facts), _told(facts, draws.get(TOLD, ()))]
    found += [_measured(facts, name, draws.get(name, ())) for name in reversed(WHOLES)]
    found += [_traced(facts, name, draws.get(name, ())) for name in TRACED]
    found += [_by_events(facts, suffix) for suffix in ("", ".calendar")]
    return {whole.id: whole for whole in found if whole is not None and sum(whole.times.values()) > 0}


def drawn(document: Mapping[str, Any]) -> dict[str, Draws]:
    """Draw from the cases in *document*, as far as its details have them."""
    facts = {fact["id"]: fact for fact in document["facts"]}
    keys = {name: _stages(facts, name) if name in WHOLES else _parts(facts, name) for name in (*WHOLES, *TRACED)}
    return {name: drawn_sums([[row.get(stage, 0.0) for stage in keys[name]] for row in rows]) for name, rows in rows_in(document).items()}


def told_draws(time: CaseTime) -> Draws:
    """What a case as it was told may take, in hours by stage."""
    amounts = [amount.scaled(1 / MINUTES).draws for part in time.steps for amount in (part.wait, part.work)]
    return [*zip(*amounts, strict=True)]


def _measured(facts: Facts, name: str, draws: Draws) -> Whole | None:
    cases = facts.get(f"{name}.hours", {}).get("n")
    if not cases:
        return None
    stages = tuple(
        Stage(key=stage, name=STAGE_NAMES[stage], hours=facts[fact]["value"] / cases, fact=fact)
        for stage in _stages(facts, name)
        for fact in (f"{stage_id(name, stage)}.hours",)
    )
    is_change = name.endswith("lead")
    week = _value(facts, "lead.week") if is_change else None
    queues = [one for one in stages if is_change and one.key in (REVIEW_WAIT, MERGE)]
    queue = max(queues, key=lambda one: one.hours).key if queues else ""
    return Whole(id=name, name=WHOLES[name], stages=stages, cases=cases, week=week, queue=queue, draws=draws)


def _traced(facts: Facts, name: str, draws: Draws) -> Whole | None:
    """What exports of other systems gave: stages with the rest of which nothing is known."""
    cases = facts.get(f"{name}.hours", {}).get("n")
    if not cases:
        return None
    ids = {stage: f"{name}.stage.{stage}.hours" for stage in _parts(facts, name)}
    stages = tuple(Stage(key=stage, name=TRACED_STAGES[stage], hours=facts[fact]["value"] / cases, fact=fact) for stage, fact in ids.items())
    queue = next((stage.key for stage in stages if stage.key in QUEUES), "")
    return Whole(id=name, name=TRACED[name], stages=stages, cases=cases, queue=queue, draws=draws)


def _by_events(facts: Facts, suffix: str) -> Whole | None:
    """A case of an event log: its recorded work, and all the rest of its time."""
    whole, work = (facts.get(f"events.{part}{suffix}.hours", {}) for part in ("time", "work"))
    cases = whole.get("n")
    if not cases or work.get("value") is None:
        return None
    waits = (whole["value"] - work["value"]) / cases
    stages = (
        Stage(key=WORK, name="the recorded work", hours=work["value"] / cases, fact=work["id"], kind=WORK),
        Stage(key=WAIT, name="the time without recorded work", hours=waits, fact=whole["id"], kind=WAIT),
    )
    words = "on the calendar" if suffix else "in working time"
    name = f"one {facts['case.name']['value']}, by its event log, {words}"
    return Whole(id=f"events{suffix}", name=name, stages=stages, cases=cases, week=_value(facts, "events.week"), prices=_prices(facts), queue=WAIT)


def _stages(facts: Facts, name: str) -> list[str]:
    return [stage for stage in STAGE_NAMES if f"{stage_id(name, stage)}.hours" in facts]


def _parts(facts: Facts, name: str) -> list[str]:
    """The stages of what exports of other systems gave."""
    return [match[1] for fact in facts if (match := re.fullmatch(re.escape(name) + r"\.stage\.([^.]+)\.hours", fact))]


def _told(facts: Facts, draws: Draws) -> Whole | None:
    steps = [match[1] for name in facts if (match := _STEP.fullmatch(name))]
    if not steps:
        return None
    stages = [stage for step in steps for stage in _step(facts, step)]
    waits = [stage for stage in stages if stage.kind == WAIT]
    return Whole(
        id=TOLD,
        name=f"one {facts['case.name']['value']}, as told, in working time",
        stages=tuple(stages),
        week=_value(facts, "week.cases"),
        prices=_prices(facts),
        queue=max(waits, key=lambda stage: stage.hours).key,
        draws=draws,
        level=threepoint.LEVEL,
        method=threepoint.METHOD,
    )


def _step(facts: Facts, step: str) -> tuple[Stage, Stage]:
    """A step's wait and its work."""
    words, people = facts[f"step.{step}.name"]["value"], _value(facts, f"step.{step}.people")
    wait, work = f"step.{step}.wait.hours", f"step.{step}.work.minutes"
    return (
        Stage(key=f"{step}.wait", name=f"the wait before this step: {words}", hours=facts[wait]["value"], fact=wait, kind=WAIT, people=people),
        Stage(key=f"{step}.work", name=f"the work of this step: {words}", hours=facts[work]["value"] / MINUTES, fact=work, kind=WORK),
    )


def _by_list(facts: Facts) -> Whole | None:
    dates = [match[1] for name in facts if (match := _DATE.fullmatch(name))]
    stages = tuple(
        Stage(key=f"{start}.{end}", name=_from_to(facts, start, end), hours=facts[mean]["value"], fact=mean)
        for start, end in pairwise(dates)
        if (mean := f"list.stretch.{start}.{end}.mean.hours") in facts
    )
    if not stages:
        return None
    return Whole(
        id=LIST,
        name=f"one {facts['case.name']['value']}, by the list, in working time",
        stages=stages,
        cases=min(facts[f"list.stretch.{stage.key}.hours"]["n"] for stage in stages),
        week=_value(facts, "list.week"),
        prices=_prices(facts),
        queue=max(stages, key=lambda stage: stage.hours).key,
    )


def _from_to(facts: Facts, start: str, end: str) -> str:
    return f"from {facts[f'list.date.{start}.name']['value']} to {facts[f'list.date.{end}.name']['value']}"


def _prices(facts: Facts) -> Prices:
    rate, delay = (facts.get(name) for name in ("rate.hour", "delay.day"))
    day = facts["day.hours"]["value"]
    return Prices(
        currency=str((rate or delay or {}).get("unit", "")),
        work=None if rate is None else Decimal(rate["value"]),
        delay=None if delay is None else Decimal(delay["value"]) / Decimal(repr(day)),
    )


def _value(facts: Facts, name: str) -> float | None:
    return facts[name]["value"] if name in facts else None
