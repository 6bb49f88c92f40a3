"""How long a case takes as it was told, and what of that would go: sums of three-point estimates over the steps.

Everything is in working minutes of one case on average; a step that comes in some cases only counts with that part.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from process import Process, Step
from threepoint import SEED, Estimate, added, draws, middle

Draws = list[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A quantity with what it may be.

    Attributes:
        mean: Its expected value.
        draws: Values that are equally likely, for the interval.
    """

    mean: float
    draws: Draws

    @property
    def ends(self) -> tuple[float, float] | None:
        """The middle nine tenths; None if only one value is possible."""
        low, high = middle(self.draws)
        return (low, high) if low < high else None

    def scaled(self, factor: float) -> Amount:
        """*factor* times the quantity."""
        return Amount(mean=factor * self.mean, draws=[factor * value for value in self.draws])

    def by(self, other: Amount) -> Amount:
        """The product with an independent quantity."""
        return Amount(mean=self.mean * other.mean, draws=[a * b for a, b in zip(self.draws, other.draws, strict=True)])

    def share_of(self, whole: Amount) -> Amount:
        """What share (0 to 1) of *whole*, which it is a part of, it is."""
        values = [a / b if b > 0 else 0.0 for a, b in zip(self.draws, whole.draws, strict=True)]
        return Amount(mean=self.mean / whole.mean if whole.mean > 0 else 0.0, draws=values)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTime:
    """One step's part of a case."""

    step: Step
    work: Amount
    wait: Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTime:
    """A case as it was told, in working minutes.

    Attributes:
        steps: Each step's part, in order.
        arrivals: Cases a week, None if not told.
    """

    steps: tuple[StepTime, ...]
    arrivals: Amount | None

    @property
    def work(self) -> Amount:
        """All work."""
        return total(part.work for part in self.steps)

    @property
    def wait(self) -> Amount:
        """All waiting."""
        return total(part.wait for part in self.steps)

    @property
    def now(self) -> Amount:
        """Work and waiting."""
        return total(amount for part in self.steps for amount in (part.work, part.wait))

    def going(self) -> tuple[StepTime, ...]:
        """The steps that software could do and nobody need do in person."""
        return tuple(part for part in self.steps if part.step.goes)

    def without_work(self) -> Amount:
        """A case if the work of those steps took no time, and every wait stayed."""
        kept = [part.wait if part.step.goes else total((part.work, part.wait)) for part in self.steps]
        return total(kept)

    def without_steps(self) -> Amount:
        """A case if those steps took no time and no case waited for them either."""
        return total(amount for part in self.steps if not part.step.goes for amount in (part.work, part.wait))

    def parts(self) -> dict[tuple[str, str], float]:
        """Mean minutes by ("work" or "wait", id of the step)."""
        return {
            (kind, part.step.id): getattr(part, kind).mean for part in self.steps for kind in ("wait", "work")
        }

    def longest(self, kind: Callable[[StepTime], Amount]) -> StepTime | None:
        """The step with most of *kind*, None if there is none at all."""
        best = max(self.steps, key=lambda part: kind(part).mean, default=None)
        return best if best is not None and kind(best).mean > 0 else None


def case_time(process: Process) -> CaseTime:
    """Draw every estimate of *process* once, each from dice of its own, so that a step's range does not hang on the others."""
    steps = tuple(
        StepTime(
            step=step,
            work=amount(step.work, 2 * place + 1).scaled(step.times),
            wait=amount(step.wait, 2 * place + 2).scaled(step.times),
        )
        for place, step in enumerate(process.steps)
    )
    return CaseTime(steps=steps, arrivals=None if process.arrivals is None else amount(process.arrivals, 0))


def amount(estimate: Estimate, number: int) -> Amount:
    """*estimate* as a quantity; *number* tells its dice from those of others."""
    dice = random.Random(SEED + number)  # noqa: S311 - dice, not a secret
    return Amount(mean=estimate.mean, draws=draws(estimate, dice))


def total(parts: Iterable[Amount]) -> Amount:
    """The sum of independent quantities; nothing without any."""
    rows = list(parts)
    return Amount(mean=sum(part.mean for part in rows), draws=added([part.draws for part in rows]))
