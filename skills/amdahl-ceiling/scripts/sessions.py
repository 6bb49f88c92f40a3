"""What any agent log is turned into before mathematics starts: sessions with turns, calls and spans of model work.

Nothing in here knows a file format; a reader of a new format gives a `Session` and everything else stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from intervals import Span, Spans


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
class Call:
    """One tool call, as far as the log tells it.

    Attributes:
        name: The tool's name.
        span: From the request for the tool to its result (or to the interrupt that ended it), epoch seconds.
        running: When the tool is known to have started to run, epoch seconds, or None.
        own: Seconds the tool itself says it took, or None.
        refused: A person declined the call, so the span is a wait for a person.
        replaced: The call only waited for a sub-agent, whose own work counts instead.
    """

    name: str
    span: Span
    running: float | None = None
    own: float | None = None
    refused: bool = False
    replaced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Exact properties of one log, to be compared with a count by hand.

    Attributes:
        lines: Physical lines.
        malformed: Numbers of the lines that are not one JSON object.
        repeated: Records left out because an earlier file holds the same one.
        messages: Distinct messages of the model.
        assistant_lines: Records of kind assistant.
        calls: Tool calls asked for.
        unanswered: Tool calls that never got a result.
        backwards: Neighbouring records whose clock goes back.
        durations: Recorded durations of turns.
        duration_seconds: Their sum.
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
        calls: Every tool call with its whole span, for the naive figure.
        turns: Turns with a recorded duration, in order.
        counts: Exact properties.
        retries: Spans in which the agent waited before it asked the model again after an error, tidy; they lie in `model`.
    """

    id: str
    wall: Span
    prompt: float | None
    model: Spans
    synthetic: Spans
    tool: Spans
    human: Spans
    calls: tuple[Call, ...]
    turns: tuple[Turn, ...]
    counts: Counts
    retries: Spans = field(default_factory=list)
