"""Sets of instants as sorted lists of disjoint (start, end) pairs in epoch seconds, and what can be done with them.

A list made by `union` is *tidy*: sorted, disjoint, without empty pairs; every other function expects tidy lists and gives
tidy lists back.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import chain

Span = tuple[float, float]
Spans = list[Span]


class Packed:
    """Spans that are kept and not worked on, in a seventh of the memory that a list of them takes; `list(packed)` gives them back."""

    __slots__ = ("_ends",)

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        """Keep *spans* in their order."""
        self._ends = array("d", chain.from_iterable(spans))

    def __iter__(self) -> Iterator[Span]:
        """Give each span."""
        return zip(self._ends[::2], self._ends[1::2], strict=True)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._ends) // 2

    def __eq__(self, other: object) -> bool:
        """Whether *other* keeps the same spans in the same order."""
        return isinstance(other, Packed) and self._ends == other._ends

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """Show the spans."""
        return f"Packed({list(self)})"


def union(spans: Iterable[Span]) -> Spans:
    """Every instant that lies in at least one of *spans* (any order, overlapping or empty); touching spans are joined."""
    tidy: Spans = []
    first, last = math.inf, -math.inf
    for start, end in sorted(spans):
        if end <= start:
            continue
        if start > last:
            tidy.append((start, end))
            first, last = start, end
        elif end > last:
            tidy[-1] = (first, end)
            last = end
    return tidy


def total(spans: Iterable[Span]) -> float:
    """Length in seconds; of a tidy list this is the time covered."""
    return sum(end - start for start, end in spans)


def both(left: Spans, right: Spans) -> Spans:
    """The instants that lie in *left* and in *right*."""
    found: Spans = []
    if not left or not right:
        return found
    i, j = _before(left, right[0][0]), _before(right, left[0][0])
    while i < len(left) and j < len(right):
        start, end = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if start < end:
            found.append((start, end))
        if left[i][1] <= right[j][1]:
            i += 1
        else:
            j += 1
    return found


def without(spans: Spans, taken: Spans) -> Spans:
    """The instants of *spans* that do not lie in *taken*."""
    left: Spans = []
    first = _before(taken, spans[0][0]) if spans else 0
    for start, end in spans:
        while first < len(taken) and taken[first][1] <= start:
            first += 1
        free, at = start, first
        while at < len(taken) and taken[at][0] < end:
            if taken[at][0] > free:
                left.append((free, taken[at][0]))
            free = max(free, taken[at][1])
            at += 1
        if free < end:
            left.append((free, end))
    return left


def _before(spans: Spans, at: float) -> int:
    """A place in *spans* before which all end before *at*, as a session is asked for many short stretches of it."""
    return max(bisect_left(spans, (at, at)) - 1, 0)


def last_seconds(spans: Spans, seconds: float) -> Spans:
    """*seconds* of time out of *spans*: each span gives its last part, up to one common cap.

    Short spans stay whole and the longest lose their beginning, because a dialog opens before what it asks about
    runs, and because the longest span is the one most likely to hide a dialog. Returns *spans* if they are not
    longer than *seconds*.
    """
    if total(spans) <= seconds:
        return list(spans)
    left, cap = seconds, 0.0
    lengths = sorted(end - start for start, end in spans)
    for done, length in enumerate(lengths):
        cap = left / (len(lengths) - done)
        if length > cap:
            break
        left -= length
    return [(max(start, end - cap), end) for start, end in spans if cap > 0]
