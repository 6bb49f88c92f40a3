"""How one tool call is divided into time of the tool and time of the person who was asked about it.

A log gives request and result only, and a permission dialog may stay open for hours between the two: these rules find
the part that the tool cannot have used. They are rules, not records (evidence grade C).
"""

from __future__ import annotations

from intervals import Span
from sessions import Call

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


def divide(call: Call, *, reports_progress: bool) -> tuple[Span | None, Span | None]:
    """Return the (human, tool) spans of *call*; *reports_progress* says that this log reports the progress of commands."""
    start, end = call.span
    running = _starts_to_run(call, reports_progress=reports_progress)
    human = (start, running) if running > start else None
    tool = (running, end) if running < end else None
    return human, tool


def _starts_to_run(call: Call, *, reports_progress: bool) -> float:
    """When the tool started to run, epoch seconds: the call's start if nobody was asked, its end if it never ran."""
    start, end = call.span
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
