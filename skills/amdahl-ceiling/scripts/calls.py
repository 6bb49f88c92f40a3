"""How one tool call is divided into time of the tool and time of the person who was asked about it.

A log gives request and result only, and a permission dialog may stay open for hours between the two: these rules find
the part that the tool cannot have used. They are rules, not records (evidence grade C).
"""

from __future__ import annotations

from collections.abc import Iterable

from intervals import Spans

SUB_AGENT_TOOLS = frozenset({"Task", "Agent"})  # they only wait for a sub-agent, whose own work counts instead
ASKS_A_PERSON = frozenset({"AskUserQuestion", "ExitPlanMode"})
WEB = frozenset({"WebFetch", "WebSearch"})
LOCAL = frozenset(
    "Edit MultiEdit Write Read Grep Glob LS NotebookEdit NotebookRead TodoWrite TodoRead Skill LSP KillShell "
    "TaskCreate TaskUpdate TaskList TaskGet TaskStop EnterPlanMode SlashCommand".split()
)

DIALOG = 1.5  # seconds before the first sign of life that are more than the start of a process
QUICK, LOCAL_RUN = 1.0, 0.2  # a local tool that took longer than QUICK waited for somebody; it ran LOCAL_RUN
SILENT, SILENT_RUN = 3.0, 1.0  # a command that ran SILENT seconds would have reported progress; it ran SILENT_RUN
WEB_SPARE = 1.0  # seconds a web tool may take beyond the duration it reports


class Call:
    """One tool call, as far as the log told it so far.

    Attributes:
        name: The tool's name.
        start: When it was asked for, epoch seconds.
        end: When it had its result, or the interrupt that ended it; None as long as it has none.
        running: When the tool is known to have started to run, or None.
        own: Seconds the tool itself says it took, or None.
        refused: A person declined the call, so its whole span is a wait for a person.
    """

    # On the class: a log has hundreds of thousands of calls, and most keep these values.
    end: float | None = None
    running: float | None = None
    own: float | None = None
    refused = False

    def __init__(self, name: str, start: float) -> None:
        """The tool *name* is asked for at *start*."""
        self.name, self.start = name, start


def divide(calls: Iterable[Call], *, reports_progress: bool) -> tuple[Spans, Spans]:
    """Return the spans of the *calls* in which persons were asked, and those in which tools ran, in any order.

    *reports_progress* says that this log reports the progress of commands. Of a call without a result nobody knows whether a
    tool ran or a person was asked.
    """
    human, tool = [], []
    for call in calls:
        end = call.end
        if end is not None and call.name not in SUB_AGENT_TOOLS:
            running = _starts_to_run(call, end, reports_progress=reports_progress)
            if running > call.start:
                human.append((call.start, running))
            if end > running:
                tool.append((running, end))
    return human, tool


def _starts_to_run(call: Call, end: float, *, reports_progress: bool) -> float:
    """When the tool started to run, epoch seconds: the call's start if nobody was asked, its end if it never ran."""
    start = call.start
    took = end - start
    if call.name in ASKS_A_PERSON:
        return end
    if call.running is not None:
        return min(call.running, end) if call.running - start > DIALOG else start
    if call.name in LOCAL:
        return end - LOCAL_RUN if took > QUICK else start
    if call.name in WEB and call.own is not None:
        return end - call.own if took > call.own + WEB_SPARE else start
    if call.name == "Bash" and reports_progress and took > SILENT:
        return end - SILENT_RUN
    return start
