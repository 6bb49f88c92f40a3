"""What a person asks of a what-if, made ready: which whole, which stages, and how busy those are who are waited for.

Whatever cannot be answered is refused with what there is, or with the number that is missing and how to give it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence

from stagewords import REST
from whatif import Change
from wholes import WAIT, WORK, Whole

_SETTING = re.compile(r"\s*([^=]+?)\s*=\s*(\S+?)\s*[xX×]?\s*")
_TIMES = re.compile(r"\s*(\S+?)\s*[xX×]?\s*")
KINDS = (WAIT, WORK)
NARROWEST, WIDEST = 40, 1000  # columns
SMALLEST = 1e-6  # multiple, and its inverse the largest but no time at all
IDLEST, MOST = 0.01, 1000  # of those who are waited for: the least share of time, and how many
OTHER_NAMES = {"ci": {"ci": "run"}}  # of a whole: a stage's name elsewhere, and what it is there


def times(text: str) -> float:
    """Read a multiple: "3x" or "3", "0.5x", "inf".

    Raises:
        ValueError: it is none, or not above zero.
    """
    return _multiple(text, "a multiple above zero like 3x (three times as fast) or 0.5x (twice as long)", lambda value: SMALLEST <= value <= 1 / SMALLEST or value == math.inf)


def more(text: str) -> float:
    """Read a multiple of arrivals, which is finite.

    Raises:
        ValueError: it is none, or not above zero.
    """
    return _multiple(text, "a multiple of today's cases above zero like 2x", lambda value: SMALLEST <= value <= 1 / SMALLEST)


def _multiple(text: str, expected: str, is_fine: Callable[[float], bool]) -> float:
    match = _TIMES.fullmatch(text)
    try:
        value = float(match[1]) if match else math.nan
    except ValueError:
        value = math.nan
    if not is_fine(value):
        raise ValueError(f"expected {expected}, found {text!r}")
    return value


def setting(text: str) -> tuple[str, float]:
    """Read "ci=3x" as a stage and how many times as fast it becomes.

    Raises:
        ValueError: it is not of that form.
    """
    match = _SETTING.fullmatch(text)
    if match is None:
        raise ValueError(f"expected a stage and its speed like ci=3x, found {text!r}")
    return match[1].lower().replace("_", "-"), times(match[2])


def load(text: str) -> float:
    """Read a share of time between zero and one.

    Raises:
        ValueError: it is none.
    """
    return _within(text, "a share of time from 0.01 up to, but not, 1, like 0.6", lambda value: IDLEST <= value < 1)


def servers(text: str) -> int:
    """Read how many people there are.

    Raises:
        ValueError: it is no whole number, or there are more than take from one queue anywhere.
    """
    return int(_within(text, f"a whole number from 1 to {MOST}", lambda value: 1 <= value <= MOST and value == int(value)))


def width(text: str) -> int:
    """Read how many columns a terminal has.

    Raises:
        ValueError: there are too few to draw in, or it is no number of columns.
    """
    return int(_within(text, f"a whole number from {NARROWEST} to {WIDEST}", lambda value: NARROWEST <= value <= WIDEST and value == int(value)))


def _within(text: str, expected: str, is_fine: Callable[[float], bool]) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or not is_fine(value):
        raise ValueError(f"expected {expected}, found {text!r}")
    return value


def whole_for(found: Mapping[str, Whole], name: str | None, stages: Collection[str]) -> Whole:
    """The whole called *name*; without a name the first that has all *stages*.

    Raises:
        ValueError: there is none; says which there are, with their stages.
    """
    if not found:
        raise ValueError("expected something that is measured or told in stages, found none")
    if name is not None and name not in found:
        raise ValueError(f"expected as the whole one of {', '.join(found)}, found {name!r}")
    wanted = [found[name]] if name is not None else [*found.values()]
    for keys in (_own_keys, _keys):
        for whole in wanted:
            if all(keys(whole, stage) for stage in stages):
                return whole
    unknown = [stage for stage in stages if not any(_keys(whole, stage) for whole in wanted)]
    known = "; ".join(f"of {whole.id}: {', '.join(whole.times)}" for whole in wanted)
    if not unknown:
        raise ValueError(f"expected stages of one whole ({known}), found {' and '.join(stages)}, which no whole has together")
    strange = unknown[0]
    by_itself = f"; {strange} is a whole by itself, which no record joins to a change: --whole {strange}" if strange in found else ""
    raise ValueError(f"expected stages of one whole ({known}), found {strange!r}{by_itself}")


def change(whole: Whole, settings: Sequence[tuple[str, float]], *, arrivals: float, load: float | None, servers: int | None, queue: str) -> Change:
    """What is to change on *whole*; how busy the queue's people are is taken from what was told if *servers* says how many there are.

    Raises:
        ValueError: a stage is set twice or not known, more arrive and the load that was told needs the number of people, or as many
            arrive as today and something is said of a queue.
    """
    factors = _factors(whole, settings)
    if arrivals == 1:
        if load is not None or servers is not None or queue:
            raise ValueError("expected --arrivals like 2x with --load, --servers or --queue: with as many cases as today no queue changes")
        return Change(factors=factors)
    stage = _queue(whole, queue)
    known = load if load is not None else _estimated(whole, stage, servers)
    return Change(factors=factors, arrivals=arrivals, load=known, servers=servers or 1, queue=stage)


def _factors(whole: Whole, settings: Sequence[tuple[str, float]]) -> dict[str, float]:
    factors: dict[str, float] = {}
    for name, factor in settings:
        if name == REST:
            raise ValueError("expected a stage of which something is known, found 'rest': nobody can speed up what nobody knows")
        for key in _keys(whole, name):
            if key in factors:
                raise ValueError(f"expected each stage once, found {key!r} twice")
            factors[key] = factor
    return factors


def _queue(whole: Whole, name: str) -> str:
    if not name and whole.queue:
        return whole.queue
    keys = _keys(whole, name.lower().replace("_", "-"))
    if len(keys) == 1:
        return keys[0]
    raise ValueError(f"expected with --queue the stage of {whole.id} in which more cases would wait: {', '.join(whole.times)}; found {name!r}")


def _estimated(whole: Whole, stage: str, servers: int | None) -> float | None:
    """The load by what was told: the working weeks that the work needs, over the people who do it; None if nothing was."""
    people = whole.stage(stage).people
    if people is None:
        return None
    if servers is None:
        raise ValueError(
            f"expected how many do the work for which cases wait in {stage}: it takes {people:.3g} full working weeks in a week; give "
            "--servers 2 for two, or --load 0.6 if they are busy for 60 % of their time"
        )
    if people >= servers:
        raise ValueError(f"expected more people than the {people:.3g} whose full weeks that work takes today, found {servers}; give --load 0.9 if it is known")
    return people / servers


def _keys(whole: Whole, name: str) -> list[str]:
    """The stages that *name* stands for: that one, or a step's wait and work."""
    return _own_keys(whole, name) or _own_keys(whole, OTHER_NAMES.get(whole.id, {}).get(name, name))


def _own_keys(whole: Whole, name: str) -> list[str]:
    return [key for key in whole.times if key == name or key in [f"{name}.{kind}" for kind in KINDS]]
