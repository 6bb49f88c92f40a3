"""What stages and wholes are called in words; facts, tables and answers all take them from here."""

from __future__ import annotations

from changes import MERGE as APPROVED_TO_MERGE
from changes import PICKUP, REVIEW
from figures import AFTER, APPROVED, BEFORE, CI, DIALOG, GATE, IDLE, MERGE, MODEL, OTHER, REVIEW_WAIT, REWORK, TOOL

STAGE_NAMES = {
    MODEL: "the model at work",
    TOOL: "the tools and tests at work",
    DIALOG: "the agent's wait for a person's answer",
    IDLE: "the time with no prompt and no answer under way",
    REVIEW_WAIT: "the wait for a reviewer",
    REWORK: "the author's rework after changes were asked for",
    GATE: "the pipeline's wait for a person's approval",
    APPROVED: "the wait from the last approval to the merge",
    CI: "the pipeline's runs while nobody was waited for",
    BEFORE: "the time before the last commit in which no agent was at work",
    MERGE: "the wait from the last commit to the merge",
    AFTER: "the time after the last commit of which nothing is known",
    OTHER: "the time in which no agent was at work",
}
# Of what exports of other systems tell; the rest of a whole is that of which they tell nothing.
REST, NO_RUN = "rest", "no-run"
TRACED_STAGES = {
    "run": "jobs that run",
    "approval": "the wait for a person's approval",
    "queue": "the wait for a machine",
    "wait": "a wait of which nobody wrote down for whom",
    "human": "the agent's wait for a person's answer",
    "provider": "the wait after an error of the model's provider",
    MODEL: STAGE_NAMES[MODEL],
    TOOL: STAGE_NAMES[TOOL],
    PICKUP: "the wait for the first review",
    REVIEW: "the wait for the next review, after the author's answer",
    REWORK: STAGE_NAMES[REWORK],
    APPROVED_TO_MERGE: STAGE_NAMES[APPROVED],
    CI: "the runs of the pipeline",
    NO_RUN: "the time in which no run was under way",
    REST: "the time of which nothing is known",
}
TRACED = {
    CI: "a run of the pipeline",
    "agent": "a session of an agent, by its own log or trace",
    "change": "a merged change from its opening, on the calendar",
    "work.change": "a merged change from its opening, in working time",
    "change.checked": "a merged change whose pipeline runs are known, calendar hours",
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
