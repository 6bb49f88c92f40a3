"""Where turns start and end in a log that records only how long some of them were.

A prompt starts a turn if the one before has ended, or seems to have: the model's last block was text and no tool is open.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sessions import Turn


@dataclass(slots=True)
class TurnFinder:
    """Follows one log in file order.

    Attributes:
        turns: The turns with a recorded duration that have a start, in order.
        started: When the running turn started, epoch seconds, or None.
        durations: How many durations were recorded.
        duration_seconds: Their sum.
    """

    turns: list[Turn] = field(default_factory=list)
    started: float | None = None
    durations: int = 0
    duration_seconds: float = 0.0

    def prompt(self, time: float, *, seems_over: bool) -> bool:
        """Take a prompt; tell whether it starts a turn, and was not queued while the agent was at work."""
        if self.started is not None and not seems_over:
            return False
        self.started = time
        return True

    def resume(self, time: float, *, seems_over: bool) -> bool:
        """Take the notice of a background task; tell whether the agent took up work again that had seemed over.

        The duration that follows counts from here, so the time until now is no wait of that turn's.
        """
        if self.started is None or not seems_over:
            return False
        self.started = time
        return True

    def interrupt(self) -> None:
        """The person stopped the turn: it has no duration."""
        self.started = None

    def end(self, time: float, duration: float) -> None:
        """Take a recorded duration, in seconds, which ends the turn."""
        self.durations += 1
        self.duration_seconds += duration
        if self.started is not None:
            self.turns.append(Turn(start=self.started, end=time, duration=duration))
        self.started = None
