"""What a formula may be given: each check refuses a number that has no meaning there, and says what was expected.

All raise ValueError with one sentence, so that a person who typed the number can mend it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping


def positive(**values: float) -> None:
    """Refuse a value that is not a finite number above zero; *values* by their names."""
    _check(values, "a number above zero", lambda value: math.isfinite(value) and value > 0)


def not_negative(**values: float) -> None:
    """Refuse a value that is not a finite number of zero or more."""
    _check(values, "a number of zero or more", lambda value: math.isfinite(value) and value >= 0)


def below_one(**values: float) -> None:
    """Refuse a value that is not zero or more and less than one, like a utilisation or the chance to come back."""
    _check(values, "a number from zero up to, but not, one", lambda value: 0 <= value < 1)


def share(**values: float) -> None:
    """Refuse a value outside of zero to one."""
    _check(values, "a share from zero to one", lambda value: 0 <= value <= 1)


def inner_share(**values: float) -> None:
    """Refuse a value that is not between zero and one, both left out."""
    _check(values, "a share between zero and one", lambda value: 0 < value < 1)


def at_least_one(**values: float) -> None:
    """Refuse a value that is not a whole number of one or more."""
    _check(values, "a whole number of one or more", lambda value: value >= 1 and value == int(value))


def times(values: Mapping[str, float]) -> None:
    """Refuse stage times of which one is negative or no number, or that are none at all."""
    if not values:
        raise ValueError("expected at least one stage, found none")
    not_negative(**{f"the time of {stage}": time for stage, time in values.items()})


def factors(values: Mapping[str, float], stages: Collection[str]) -> None:
    """Refuse speed-ups of stages that are not among *stages*, and those not above zero (infinite ones are fine)."""
    known(values, stages)
    _check({f"the speed-up of {stage}": value for stage, value in values.items()}, "a number above zero", lambda value: value > 0)


def known(names: Collection[str], stages: Collection[str]) -> None:
    """Refuse a name that is none of *stages*."""
    for name in names:
        if name not in stages:
            raise ValueError(f"expected one of the stages {', '.join(stages)}, found {name!r}")


def _check(values: Mapping[str, float], expected: str, is_fine: Callable[[float], bool]) -> None:
    for name, value in values.items():
        if not is_fine(value):
            raise ValueError(f"{name.replace('_', ' ')}: expected {expected}, found {value!r}")
