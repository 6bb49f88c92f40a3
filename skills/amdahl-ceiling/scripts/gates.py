"""Gates that open by the calendar: a board that meets every week, a release train, a monthly payment run.

What waits for a gate does not get faster by any work: it is a stage with the speed-up one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import given


def gate_wait(gaps: Sequence[float]) -> float:
    """Mean wait of what arrives at random for the next of gates with these *gaps* between them: E[C^2] / (2 E[C]).

    Uneven gaps make it longer than half the mean gap (the inspection paradox; Feller 1971, vol. II, as waiting-time paradox).

    >>> gate_wait([168]), gate_wait([168, 168, 336])
    (84.0, 126.0)

    Raises:
        ValueError: there is no gap, or one is not above zero.
    """
    if not gaps:
        raise ValueError("expected at least one gap between gates, found none")
    given.positive(**{f"gap {place}": gap for place, gap in enumerate(gaps, 1)})
    return math.fsum(gap * gap for gap in gaps) / (2 * math.fsum(gaps))
