"""What any agent log is turned into before mathematics starts: sessions with turns and spans of work of the model, of tools, and of waiting for persons.

Nothing in here knows a file format; a reader of a new format gives a `Session` and everything else stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from intervals import Packed, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One prompt and what the agent did about it.

    Attributes:
        start: When the prompt was sent, epoch seconds.
        end: When the log says that the turn was over, epoch seconds.
        duration: Seconds the agent itself was busy, as the log recorded them (dialogs excluded).
    """

    start: float
    end: float
    duration: float

    @property
    def wall(self) -> float:
        """Seconds from the prompt to the end of the turn, dialogs included."""
        return self.end - self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Exact properties of one log, to be compared with a count by hand.

    Attributes:
        lines: Physical lines.
        malformed: Numbers of the lines that were found not to be one JSON object.
        repeated: Records left out because the same one stands earlier, in this log or in another.
        messages: Distinct messages of the model.
        assistant_lines: Records of kind assistant.
        calls: Tool calls asked for.
        unanswered: Tool calls that never got a result.
        backwards: Neighbouring records whose clock goes back.
        durations: Recorded durations of turns.
        duration_seconds: Their sum.
        undated: Records whose time is none, or one in which no agent can have worked.
    """

    lines: int = 0
    malformed: tuple[int, ...] = ()
    repeated: int = 0
    messages: int = 0
    assistant_lines: int = 0
    calls: int = 0
    unanswered: int = 0
    backwards: int = 0
    durations: int = 0
    duration_seconds: float = 0.0
    undated: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One session of an agent.

    Attributes:
        id: The session's id as the log gives it.
        wall: First to last record, epoch seconds.
        prompt: When the first prompt was sent, epoch seconds, or None.
        model: Spans in which the model was asked and answered, tidy.
        synthetic: Those of them that end in an answer which the agent made up itself, tidy.
        tool: Spans in which a tool ran, tidy; may overlap the others.
        human: Spans in which a person was asked and had not answered, tidy; may overlap the others.
        called: From the request to the result of every call, for the naive figure; in any order, may overlap.
        declined: Those of calls that a person declined, tidy.
        turns: Turns with a recorded duration, in order.
        counts: Exact properties.
        retries: Spans in which the agent waited before it asked the model again after an error, tidy; they lie in `model`.
    """

    id: str
    wall: Span
    prompt: float | None
    model: Packed
    synthetic: Packed
    tool: Packed
    human: Packed
    called: Packed
    declined: Packed
    turns: tuple[Turn, ...]
    counts: Counts
    retries: Packed = field(default_factory=Packed)
