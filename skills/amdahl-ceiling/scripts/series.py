"""Stages one after the other: what each further speed-up is worth, from where one stands.

The speed-up itself and the next bottleneck are in `ceilings.py`; stages that run side by side are in `network.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

import given
from ceilings import series


def changed(times: Mapping[str, float], factors: Mapping[str, float]) -> dict[str, float]:
    """The stage times after each stage in *factors* became that many times as fast; *times* in any one unit.

    >>> changed({"model": 20, "ci": 30}, {"ci": 3})
    {'model': 20.0, 'ci': 10.0}

    Raises:
        ValueError: a time is negative, a speed-up not above zero or of an unknown stage.
    """
    given.times(times)
    given.factors(factors, times)
    return {stage: time / factors.get(stage, 1.0) for stage, time in times.items()}


def elasticities(times: Mapping[str, float], factors: Mapping[str, float]) -> dict[str, float]:
    """By how many per cent the whole speeds up for one per cent on each stage: its share of what is left.

    d ln S / d ln s_i = (T_i / s_i) / sum (T_j / s_j), the derivative of Amdahl's law (Amdahl 1967, AFIPS 30:483).

    >>> T = {"model": 20, "tools": 15, "ci": 30, "wait": 60, "touch": 10, "deploy": 5}
    >>> {stage: round(value, 6) for stage, value in elasticities(T, {}).items() if stage in ("model", "ci", "wait")}
    {'model': 0.142857, 'ci': 0.214286, 'wait': 0.428571}
    >>> after = elasticities(T, {"model": 50, "ci": 3})
    >>> round(after["model"], 7), round(after["wait"], 7)
    (0.0039841, 0.5976096)

    Raises:
        ValueError: as `changed`, or nothing is left of the stages.
    """
    left = changed(times, factors)
    total = sum(left.values())
    given.positive(what_is_left_of_the_stages=total)
    return {stage: time / total for stage, time in left.items()}


def each_alone(times: Mapping[str, float], factor: float = 2.0) -> dict[str, float]:
    """How many times shorter the whole becomes if one stage alone becomes *factor* times as fast, largest first.

    Each is Amdahl's law for that stage's share (Amdahl 1967); these values must not be multiplied with each other.

    >>> T = {"model": 20, "tools": 15, "ci": 30, "wait": 60, "touch": 10, "deploy": 5}
    >>> {stage: round(value, 4) for stage, value in each_alone(T).items()}
    {'wait': 1.2727, 'ci': 1.12, 'model': 1.0769, 'tools': 1.0566, 'touch': 1.037, 'deploy': 1.0182}

    Raises:
        ValueError: a time is negative, all are zero, or *factor* is not above zero.
    """
    given.times(times)
    given.positive(what_is_left_of_the_stages=sum(times.values()))
    # The longer the stage, the larger its gain: so the times say the order, in which two nearly equal gains may be rounded alike.
    order = sorted(times, key=lambda stage: times[stage], reverse=factor > 1)
    return {stage: series(times, {stage: factor}) for stage in order}


def flow_efficiency(touch: float, wait: float) -> float:
    """The share of a case's time in which somebody works on it; its ceiling is `ceilings.ceiling` of that share.

    touch / (touch + wait); Hopp and Spearman, Factory Physics, 1996, as process cycle efficiency.

    >>> flow_efficiency(2, 6)
    0.25

    Raises:
        ValueError: a time is negative, or both are zero.
    """
    given.not_negative(touch=touch, wait=wait)
    given.positive(the_sum_of_touch_and_wait=touch + wait)
    return touch / (touch + wait)
