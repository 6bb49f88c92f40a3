"""Facts and a table of the other agents whose logs or traces there are, tool by tool; nothing where there are none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from boundaries import Boundary
from exportfiles import origin
from factlist import HOUR, Facts
from reading import Read
from stagewords import REST
from traced import AGENT, agent_cases, traced_boundary

# By the format's first word: what its logs are of.
TOOLS = {
    "Codex": "Codex",
    "Copilot": "Copilot CLI",
    "Gemini": "Gemini CLI",
    "OpenCode": "OpenCode",
    "Claude": "Claude Code, by its telemetry",
    "OpenTelemetry": "traces of OpenTelemetry",
    "Jaeger": "traces of Jaeger",
}
# No agent works without its model, and hardly one without asking a person: where a log has none of it, it does not write it down.
NEEDED = ("model", "human")
UNTOLD = "its log does not write it down"
COLUMNS = {"model": "Model", "tool": "Tools", "human": "Waits for a person", "other": "Other"}


def agent_tables(facts: Facts, reads: Sequence[Read]) -> list[dict[str, Any]]:
    """Add the facts of each agent in *reads*, and return their table, none if no agent has time."""
    rows = []
    for word, label in TOOLS.items():
        own = [read for read in reads if read.format.partition(" ")[0] == word]
        found = traced_boundary("agent", agent_cases(own, [one for read in own for one in read.moments]), AGENT)
        if found.cases:
            rows.append(_row(facts, word.lower(), label, found, sorted({origin(read.name) for read in own})))
    heads = {"agent": "Agent", "sessions": "Sessions"} | COLUMNS | {"grade": "Grade"}
    columns = [{"key": key, "label": head} for key, head in heads.items()]
    title = "Other agents, by their own logs and traces, hours"
    return [{"id": "agents", "title": title, "columns": columns, "rows": rows}] if rows else []


def _row(facts: Facts, key: str, label: str, found: Boundary, sources: list[str]) -> list[str]:
    grade = max(found.grade(stage) for stage in found.stages)
    count = len(found.cases)
    common: dict[str, Any] = {"grade": grade, "sources": sources}
    facts.add(f"agents.{key}.sessions", f"Sessions of {label} with time", "count", count, "", **common)
    sums = {"other": found.sums.get("provider", 0.0) + found.sums.get(REST, 0.0)} | found.sums
    for kind, head in COLUMNS.items():
        hours = sums.get(kind, 0.0) / HOUR
        is_told = hours > 0 or kind not in NEEDED
        name = f"agents.{key}.{kind}.hours"
        facts.add(name, f"{label}: {head.lower()}", "duration", hours if is_told else None, "h", n=count, unknown="" if is_told else UNTOLD, **common)
    cells = [f"{{f:agents.{key}.{kind}.hours}}" for kind in COLUMNS]
    return [label, f"{{f:agents.{key}.sessions}}", *cells, grade]
