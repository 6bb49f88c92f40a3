"""The queue that faster work makes: more arrives at a reviewer whose hands are as many as before.

Writing gets shorter and the wait for review longer, so beyond a point more speed makes everything slower.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import given
from queueing import kingman_wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Induced:
    """Work that is written and then reviewed by somebody who reviews nothing else.

    Arrivals are random (M/G/1, Pollaczek 1930 and Khinchine 1932; with several reviewers Sakasegawa's approximation of 1977).

    Attributes:
        writing: Mean time to write one piece today.
        review: Mean time to review it, in the same unit.
        load: Utilisation of the reviewers today, from zero up to one.
        cs2: Squared coefficient of variation of the review times; 1 for exponential ones.
        servers: Reviewers that take from one queue.
    """

    writing: float
    review: float
    load: float
    cs2: float = 1.0
    servers: int = 1

    def __post_init__(self) -> None:
        """Refuse what has no meaning.

        Raises:
            ValueError: a value is out of its range.
        """
        given.not_negative(writing=self.writing, cs2=self.cs2)
        given.positive(review=self.review)
        given.inner_share(load=self.load)
        given.at_least_one(servers=self.servers)

    @property
    def saturation(self) -> float:
        """The multiple of today's arrivals at which the queue never ends, 1 / rho.

        >>> round(Induced(writing=8, review=1, load=0.6).saturation, 4)
        1.6667
        """
        return 1 / self.load

    def wait(self, arrivals: float) -> float:
        """Mean wait for review if *arrivals* times as much arrives.

        >>> round(Induced(writing=8, review=1, load=0.6, cs2=2.25).wait(1.5), 6)
        14.625

        Raises:
            ValueError: *arrivals* is not above zero, or the queue would never end.
        """
        given.positive(arrivals=arrivals)
        if arrivals >= self.saturation:
            raise ValueError(f"expected arrivals below {self.saturation:.4g} times today's, found {arrivals:g}: the queue would never end")
        return kingman_wait(self.load * arrivals, self.review, ca2=1, cs2=self.cs2, servers=self.servers)

    def lead(self, arrivals: float, speed: float) -> float:
        """Mean time of one piece if *arrivals* times as much arrives and writing is *speed* times as fast: two different things.

        lead = A / speed + tau + wait; for one reviewer and both k: A/k + tau + rho k tau / (1 - rho k).

        >>> work = Induced(writing=8, review=1, load=0.6)
        >>> [round(work.lead(k, k), 4) for k in (1, 1.5, 1.6)]
        [10.5, 15.3333, 30.0]

        Raises:
            ValueError: as `wait`, or *speed* is not above zero.
        """
        given.factors({"writing": speed}, ("writing",))
        return self.writing / speed + self.review + self.wait(arrivals)

    def speed_up(self, arrivals: float, speed: float) -> float:
        """How many times shorter the lead becomes; below one it becomes longer.

        >>> work = Induced(writing=8, review=1, load=0.6)
        >>> [round(work.speed_up(k, k), 7) for k in (1.5, 1.6)]
        [0.6847826, 0.35]

        Raises:
            ValueError: as `lead`.
        """
        return self.lead(1, 1) / self.lead(arrivals, speed)

    def best(self) -> float:
        """The multiple k of writing speed and arrivals at once that gives the shortest lead; below one, slower is better.

        k = 1 / (rho + sqrt(v rho tau / A)), v = (1 + cs2) / 2: where the derivative of the lead is zero; one reviewer only.

        >>> work = Induced(writing=8, review=1, load=0.6)
        >>> k = work.best()
        >>> [round(value, 10) for value in (k, work.lead(k, k), work.speed_up(k, k))]
        [1.1443463903, 10.18178046, 1.0312538206]

        Raises:
            ValueError: there are several reviewers, or writing takes no time.
        """
        self._needs_one()
        return 1 / (self.load + math.sqrt(self._spread * self.load * self.review / self.writing))

    def break_even(self) -> float:
        """The multiple k, other than 1, of writing speed and arrivals at which the lead is that of today.

        k = A (1 - rho) / (rho (v tau + A (1 - rho))): between it and 1 the lead is shorter than today; one reviewer only.

        >>> round(Induced(writing=8, review=1, load=0.6).break_even(), 10)
        1.2698412698

        Raises:
            ValueError: as `best`.
        """
        self._needs_one()
        free = self.writing * (1 - self.load)
        return free / (self.load * (self._spread * self.review + free))

    @property
    def _spread(self) -> float:
        return (1 + self.cs2) / 2

    def _needs_one(self) -> None:
        given.positive(writing=self.writing)
        if self.servers != 1:
            raise ValueError(f"expected one reviewer, for whom there is a formula, found {self.servers}")
