"""What each instant of a session is called: human, model, tool, or nothing (idle).

An instant has one label; where spans overlap, a person who is waited for comes before the model, and the model before a tool.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from intervals import Span, Spans, both, last_seconds, total, union, without
from sessions import Session, Turn

SLACK = 1.0  # seconds by which a recorded duration may exceed the turn's wall before it is not believed


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Three tidy sets of instants without an instant in common."""

    human: Spans
    model: Spans
    tool: Spans

    def within(self, spans: Spans) -> Labels:
        """These labels, inside *spans* only."""
        return Labels(human=both(self.human, spans), model=both(self.model, spans), tool=both(self.tool, spans))

    def outside(self, spans: Spans) -> Labels:
        """These labels, outside *spans* only."""
        return Labels(
            human=without(self.human, spans), model=without(self.model, spans), tool=without(self.tool, spans)
        )

    def rest_of(self, spans: Spans) -> Spans:
        """The instants of *spans* that have no label."""
        return without(spans, union([*self.human, *self.model, *self.tool]))


def label(*, human: Spans, model: Spans, tool: Spans) -> Labels:
    """Give each instant one label: human before model before tool."""
    return Labels(human=human, model=without(model, human), tool=without(without(tool, human), model))


def merged(several: Iterable[Labels]) -> Labels:
    """The labels of several sessions that may run at the same time, one label an instant."""
    several = list(several)
    return label(
        human=union(span for labels in several for span in labels.human),
        model=union(span for labels in several for span in labels.model),
        tool=union(span for labels in several for span in labels.tool),
    )


def by_rules(session: Session) -> Labels:
    """Label the session's wall by the rules for calls alone."""
    wall = [session.wall]
    return label(
        human=both(list(session.human), wall), model=both(list(session.model), wall), tool=both(list(session.tool), wall)
    )


def is_believable(turn: Turn) -> bool:
    """Whether the turn's recorded duration fits into its wall; a turn where it does not falls back to the rules."""
    return turn.wall - turn.duration >= -SLACK


def calibrated(session: Session) -> Labels:
    """Label the session's wall; inside each turn with a believable duration that duration decides, outside the rules do."""
    rules = by_rules(session)
    turns, model = [turn for turn in session.turns if is_believable(turn)], list(session.model)
    inside = [_allocate(turn, model, rules) for turn in turns]
    return merged([rules.outside(exact_windows(session)), *inside])


def exact_windows(session: Session) -> Spans:
    """The instants of the session that lie in a turn with a believable duration."""
    return union((turn.start, turn.end) for turn in session.turns if is_believable(turn))


def model_seconds(turn: Turn, model: Spans) -> float:
    """Seconds of the turn's duration that the model took: the union of its spans, but never more than the duration."""
    return min(total(both(model, [(turn.start, turn.end)])), turn.duration)


def _allocate(turn: Turn, model: Spans, rules: Labels) -> Labels:
    """Give the turn's instants their labels so that their lengths are exactly those of the recorded duration.

    The model keeps its own instants (those with an open dialog give way first, if there are too many). The tools get
    what is left of the duration: first from the instants that the rules call tool, then from those without a label,
    then from those that the rules call human. All the rest of the turn is a wait for a person.
    """
    window: Spans = [(turn.start, turn.end)]
    rules = rules.within(window)
    busy = min(turn.duration, turn.wall)
    answering = both(model, window)
    model_part = _take([without(answering, rules.human), both(answering, rules.human)], busy)
    rest = without(window, model_part)
    ranks = [both(rest, rules.tool), rules.rest_of(rest), both(rest, union([*rules.human, *rules.model]))]
    tool_part = _take(ranks, busy - total(model_part))
    return Labels(model=model_part, tool=tool_part, human=without(rest, tool_part))


def _take(ranks: list[Spans], seconds: float) -> Spans:
    """Take *seconds* out of the first rank, and what is missing out of the next ones."""
    taken: list[Span] = []
    for rank in ranks:
        part = last_seconds(rank, max(seconds, 0.0))
        seconds -= total(part)
        taken += part
    return union(taken)
