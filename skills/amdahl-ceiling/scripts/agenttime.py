"""The time of an agent of which the log has prompts, tools' times and when something was done: what is left is the model's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from intervals import Spans, both, union, without
from reading import Interval


@dataclass(slots=True)
class Answers:
    """From each prompt to the last thing that was done before the next prompt.

    Attributes:
        spans: The answers, in the order of the log; epoch seconds.
        last: When something was done last, also without a prompt; 0 if nothing was.
    """

    spans: Spans = field(default_factory=list)
    last: float = 0.0

    def asked(self, at: float) -> None:
        """Somebody sent a prompt."""
        self.spans.append((at, at))

    def works(self, at: float) -> None:
        """The agent did something: the answer to the last prompt lasted at least until then."""
        self.last = max(self.last, at)
        if self.spans:
            start, end = self.spans[-1]
            self.spans[-1] = (start, max(end, at))


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One tool's time, or a wait within an answer, as the log has it.

    Attributes:
        tool: The tool's name.
        start: Epoch seconds.
        end: Epoch seconds.
        grade: Of its evidence.
        kind: Of reading.KINDS.
    """

    tool: str
    start: float
    end: float
    grade: str
    kind: str = "tool"


def split(case: str, windows: Spans, done: Iterable[Done], *, model: str, idle: str) -> Iterator[Interval]:
    """Yield what was done within *windows*, what is left of them as the model's, and what lies between them as idle.

    What outlives its window keeps nobody waiting. *windows* are tidy; *model* and *idle* are the grades of what is left.
    """
    found = list(_within(case, windows, done))
    yield from found
    left = without(windows, union((one.start, one.end) for one in found))
    yield from (Interval(case=case, kind="model", start=start, end=end, grade=model) for start, end in left)
    between = [(one[1], other[0]) for one, other in pairwise(windows)]
    yield from (Interval(case=case, kind="idle", start=start, end=end, grade=idle) for start, end in between)


def _within(case: str, windows: Sequence[tuple[float, float]], done: Iterable[Done]) -> Iterator[Interval]:
    tidy = list(windows)
    for one in done:
        for start, end in both(union([(one.start, one.end)]), tidy):
            yield Interval(case=case, kind=one.kind, start=start, end=end, grade=one.grade, what=one.tool)
