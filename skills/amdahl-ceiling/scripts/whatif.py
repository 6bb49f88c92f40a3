"""What a change of some stages is worth to the whole: how much faster, what holds it then, and what the next one would bring.

More arrivals make a queue longer; how much hangs on how busy those are who are waited for, and that must be known.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import given
from induced import Induced
from series import changed, each_alone
from stagewords import REST
from threepoint import at_share
from wholes import WORK, Whole

TWICE = 2.0
HALVINGS = 100
LOADS = (0.2, 0.3, 0.4, 0.45, 0.5, 0.6, 0.8)  # nobody logs how busy those are who are waited for, so several are shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to change.

    Attributes:
        factors: How many times as fast each stage becomes.
        arrivals: How many times as many cases arrive.
        load: Share of their time for which those before the queue are busy today; None if not known.
        servers: How many of them take from one queue.
        queue: The stage that is the wait for them, empty for none.
    """

    factors: Mapping[str, float] = field(default_factory=dict)
    arrivals: float = 1.0
    load: float | None = None
    servers: int = 1
    queue: str = ""

    def longer(self, arrivals: float, load: float) -> float:
        """How many times as long the queue's wait becomes with *arrivals* times as many cases; infinite if it never ends.

        Of the wait only the utilisation changes, so its length and how much times vary fall out of the ratio (Sakasegawa
        1977; exact for one server and random arrivals).
        """
        work = Induced(writing=0, review=1, load=load, servers=self.servers)
        return work.wait(arrivals) / work.wait(1) if arrivals < work.saturation else math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What one stage alone, twice as fast, is worth.

    Attributes:
        stage: Its key.
        speed_up: How many times shorter the whole becomes.
        hours: What one case is shorter by.
        week_hours: The same for all cases of a week, None if their number is not known.
        money: What that is worth, None where no price is known for such hours.
        holds: The largest stage then.
    """

    stage: str
    speed_up: float
    hours: float
    week_hours: float | None
    money: Decimal | None
    holds: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What more arrivals do to the queue.

    Attributes:
        stage: The stage that is the wait.
        load: Utilisation today, and `after` with the change.
        longer: How many times as long the wait becomes, infinite if the queue never ends.
        limit: The multiple of today's arrivals from which on it never ends.
        break_even: The multiple at which one case takes as long as today; None if no multiple does.
    """

    stage: str
    load: float
    after: float
    longer: float
    limit: float
    break_even: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLoad:
    """What more arrivals do if those who are waited for are as busy as that today.

    Attributes:
        load: Utilisation today.
        longer: How many times as long the wait becomes, infinite if the queue never ends.
        hours: One case with the change, infinite likewise.
        speed_up: How many times shorter it becomes, zero if it never ends.
    """

    load: float
    longer: float
    hours: float
    speed_up: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """A whole today and with a change.

    Attributes:
        whole: Today.
        change: What changes.
        times: Hours by stage with the change; infinite before a queue that never ends, and without what more arrivals do if the load is
            not known.
        speed_up: How many times shorter the whole becomes, zero if it never ends, infinite if nothing is left.
        ends: Its interval, None if there is none.
        worth: What each stage alone, twice as fast, is worth from there on, the best first; empty if nothing is left.
        queue: What more arrivals do, None without them or without the load.
        loads: What they do for several loads, where the load is not known.
    """

    whole: Whole
    change: Change
    times: Mapping[str, float]
    speed_up: float
    ends: tuple[float, float] | None
    worth: Sequence[Worth]
    queue: Queue | None
    loads: Sequence[AtLoad] = ()

    @property
    def holds(self) -> str:
        """The largest stage with the change."""
        return max(self.times, key=lambda stage: self.times[stage])


def what_if(whole: Whole, change: Change) -> WhatIf:
    """Lay *change* against *whole*.

    Raises:
        ValueError: a stage is not known, or a number has no meaning.
    """
    longer = _longer(whole, change)
    times = {stage: _stretched(time, longer.get(stage, 1.0)) for stage, time in changed(whole.times, change.factors).items()}
    left = math.fsum(times.values())
    is_finite = 0 < left < math.inf
    return WhatIf(
        whole=whole,
        change=change,
        times=times,
        speed_up=math.fsum(whole.times.values()) / left if left > 0 else math.inf,
        ends=_ends(whole, change, longer) if is_finite else None,
        worth=worth(whole, times, change.arrivals) if is_finite else (),
        queue=None if change.arrivals == 1 or change.load is None else _queue(whole, change, change.load, times),
        loads=_at_loads(whole, change, times) if change.arrivals != 1 and change.load is None else (),
    )


def _stretched(hours: float, longer: float) -> float:
    """*hours* so many times as long; no time stays none, however long its queue would become."""
    return hours * longer if hours else 0.0


def worth(whole: Whole, times: Mapping[str, float], arrivals: float = 1.0) -> tuple[Worth, ...]:
    """What each stage of *whole* alone, twice as fast, is worth from *times* on, with *arrivals* times as many cases; best first."""
    return tuple(_worth(whole, times, stage, gain, arrivals) for stage, gain in each_alone(times, TWICE).items() if stage != REST)


def _worth(whole: Whole, times: Mapping[str, float], stage: str, gain: float, arrivals: float) -> Worth:
    hours = times[stage] * (1 - 1 / TWICE)
    week = None if whole.week is None else hours * whole.week * arrivals
    price = whole.prices.work if whole.stage(stage).kind == WORK else whole.prices.delay
    then = {**times, stage: times[stage] / TWICE}
    return Worth(
        stage=stage,
        speed_up=gain,
        hours=hours,
        week_hours=week,
        money=None if week is None or price is None else Decimal(repr(week)) * price,
        holds=max(then, key=lambda name: then[name]),
    )


def _longer(whole: Whole, change: Change) -> dict[str, float]:
    """How many times as long the queue's stage becomes by more arrivals, as far as the load is known."""
    if change.arrivals == 1:
        return {}
    given.known([change.queue], whole.times)
    return {} if change.load is None else {change.queue: change.longer(change.arrivals, change.load)}


def _at_loads(whole: Whole, change: Change, times: Mapping[str, float]) -> tuple[AtLoad, ...]:
    today, others = math.fsum(whole.times.values()), math.fsum(time for stage, time in times.items() if stage != change.queue)
    found = []
    for load in LOADS:
        longer = change.longer(change.arrivals, load)
        hours = others + _stretched(times[change.queue], longer)
        found.append(AtLoad(load=load, longer=longer, hours=hours, speed_up=today / hours if hours > 0 else math.inf))
    return tuple(found)


def _ends(whole: Whole, change: Change, longer: Mapping[str, float]) -> tuple[float, float] | None:
    """The interval of the speed-up, None if it has none or no finite end."""
    parts = [(change.factors.get(stage, 1.0), longer.get(stage, 1.0)) for stage in whole.times]

    def speed_up(sums: Sequence[float]) -> float:
        left = math.fsum(_stretched(hours / factor, times) for (factor, times), hours in zip(parts, sums, strict=True))
        return math.fsum(sums) / left if left > 0 else math.inf

    values = sorted(speed_up(sums) for sums in whole.draws if math.fsum(sums) > 0)
    if not values or not math.isfinite(values[-1]):
        return None
    tail = (1 - whole.level) / 2
    return at_share(values, tail), at_share(values, 1 - tail)


def _queue(whole: Whole, change: Change, load: float, times: Mapping[str, float]) -> Queue:
    return Queue(
        stage=change.queue,
        load=load,
        after=load * change.arrivals,
        longer=change.longer(change.arrivals, load),
        limit=1 / load,
        break_even=_break_even(whole, change, load, times),
    )


def _break_even(whole: Whole, change: Change, load: float, times: Mapping[str, float]) -> float | None:
    """The multiple of arrivals at which a case takes as long as today, by halving: more arrivals never shorten the wait."""
    wait = whole.times[change.queue] / change.factors.get(change.queue, 1.0)
    allowed = math.fsum(whole.times.values()) - math.fsum(time for stage, time in times.items() if stage != change.queue)
    if wait <= 0 or allowed <= 0:
        return None
    low, high = 0.0, 1 / load
    for _ in range(HALVINGS):
        between = (low + high) / 2
        low, high = (between, high) if wait * change.longer(between, load) <= allowed else (low, between)
    return low
