"""The charts of the report, as data.

A line over the model's speed-up for each boundary, and bars of what a merged change spends its time on.
"""

from __future__ import annotations

from typing import Any

from boundaries import Boundary
from ceilings import speed_up
from factlist import HOUR
from figures import AFTER, APPROVED, BEFORE, CI, DIALOG, GATE, MERGE, MODEL, OTHER, REVIEW_WAIT, REWORK, TOOL
from measurement import Measurement

FACTORS = tuple(round(10 ** (step / 10), 6) for step in range(21))  # from 1 to 100, evenly on a logarithmic axis
LINES = {
    "work.lead": "change, working h",
    "lead": "change, calendar",
    "turn": "turn with dialogs",
    "active": "agent at work",
}
BARS = {
    MODEL: "model at work",
    TOOL: "tools and tests",
    DIALOG: "agent waits for an answer",
    REVIEW_WAIT: "waits for a reviewer",
    REWORK: "author's rework",
    GATE: "pipeline asks a person",
    APPROVED: "approved, not merged",
    CI: "pipeline alone",
    BEFORE: "no agent, before last commit",
    MERGE: "last commit to merge",
    AFTER: "not known, after that",
    OTHER: "no agent at work",
}


def charts(found: Measurement) -> list[dict[str, Any]]:
    """Every chart that the measurement has values for."""
    drawn = []
    if series := [_line(found, name, label) for name, label in LINES.items() if _is_split(found, name)]:
        drawn.append({
            "id": "ceiling",
            "kind": "line",
            "title": "What a faster model does to the whole",
            "x": {"label": "how many times as fast the model is", "scale": "log"},
            "y": {"label": "time needed, today = 1"},
            "series": series,
        })  # fmt: skip
    for name, words in (("work.lead", "working"), ("lead", "calendar")):
        if name in found.boundaries:
            drawn.append(_bars(found.boundaries[name], f"stages-{words}"))
    return drawn


def _is_split(found: Measurement, name: str) -> bool:
    return name in found.boundaries and found.boundaries[name].is_split


def _line(found: Measurement, name: str, label: str) -> dict[str, Any]:
    share = found.boundaries[name].share(MODEL)
    return {"label": label, "points": [[factor, round(1 / speed_up(share, factor), 6)] for factor in FACTORS]}


def _bars(boundary: Boundary, name: str) -> dict[str, Any]:
    words, cases = f"{name.removeprefix('stages-')} hours", len(boundary.cases)
    # The mean, for its parts add up to the whole; a reader takes a sum over all changes for what one of them takes.
    points = [[BARS[stage], round(boundary.sums[stage] / HOUR / cases, 6)] for stage in boundary.stages]
    return {
        "id": name,
        "kind": "bar",
        "title": f"Where the time of one merged change goes, {words}, mean of {cases}",
        "x": {"label": "stage"},
        "y": {"label": "time", "unit": "h"},
        "series": [{"label": words, "points": points}],
    }
