"""Two laws that are often taken for Amdahl's and answer other questions.

Gustafson's is about more work in the same time, Gunther's about more workers who get in each other's way.
"""

from __future__ import annotations

import math

import given


def gustafson(share: float, factor: float) -> float:
    """How much more work fits into the same time (not: how much shorter it gets), if the work grows to fill the time.

    S = (1 - p) + p s for fixed time; *share* is that of the faster part in the time after the change. Gustafson 1988, CACM 31(5).
    Say of it only "as much work in the same time", and only where more work is wanted and there.

    >>> round(gustafson(0.6, 50), 10)
    30.4

    Raises:
        ValueError: *share* is not from zero to one, or *factor* not above zero.
    """
    given.share(share=share)
    given.positive(factor=factor)
    return (1 - share) + share * factor


def usl(workers: float, contention: float, coherence: float) -> float:
    """How much more *workers* do than one, C(N) = N / (1 + a (N - 1) + b N (N - 1)): the universal scalability law.

    *contention* a is the queue for what they share, *coherence* b what they spend on each pair's agreement. A fit to data of
    one's own, no law of nature. Gunther 2007, Guerrilla Capacity Planning.

    >>> [round(usl(n, 0.05, 0.002), 7) for n in (4, 8, 16, 32)]
    [3.407155, 5.4719562, 7.1748879, 7.0577856]

    Raises:
        ValueError: *workers* is below one, or a coefficient is negative.
    """
    if not workers >= 1:
        raise ValueError(f"workers: expected one or more, found {workers!r}")
    given.not_negative(contention=contention, coherence=coherence)
    return workers / (1 + contention * (workers - 1) + coherence * workers * (workers - 1))


def usl_best(contention: float, coherence: float) -> float:
    """The number of workers beyond which more of them do less, N* = sqrt((1 - a) / b); infinite without coherence.

    >>> round(usl_best(0.05, 0.002), 7), round(usl(usl_best(0.05, 0.002), 0.05, 0.002), 7)
    (21.7944947, 7.3976546)

    Raises:
        ValueError: *contention* is not from zero to one, or *coherence* negative.
    """
    given.share(contention=contention)
    given.not_negative(coherence=coherence)
    return math.sqrt((1 - contention) / coherence) if coherence > 0 else math.inf
