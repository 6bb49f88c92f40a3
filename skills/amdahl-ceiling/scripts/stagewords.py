"""What stages and wholes are called in words; facts, tables and answers all take them from here."""

from __future__ import annotations

from figures import BEFORE, DIALOG, IDLE, MERGE, MODEL, OTHER, TOOL

STAGE_NAMES = {
    MODEL: "the model at work",
    TOOL: "the tools and tests at work",
    DIALOG: "the agent's wait for a person's answer",
    IDLE: "the time with no prompt and no answer under way",
    BEFORE: "the time before the last commit in which no agent was at work",
    MERGE: "the wait from the last commit to the merge",
    OTHER: "the time in which no agent was at work",
}
WHOLES = {
    "active": "the agent at work",
    "turn": "a turn with its dialogs",
    "session": "a whole session",
    "lead": "a merged change on the calendar",
    "work.lead": "a merged change in working time",
}


def stage_id(whole: str, stage: str) -> str:
    """First part of the ids of a stage's facts."""
    return f"{whole}.stage.{stage}" if whole.endswith("lead") else f"{whole}.{stage}"
