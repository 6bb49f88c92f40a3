"""The part of the document that is about a process: facts, tables, charts and sentences from what was told and what is recorded.

Where no agent is at work it is the whole document, and says nothing of models.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from factlist import Facts
from processtables import charts, tables
from processwords import cost, process_findings, told_answer, told_limits, told_method
from sentences import finding
from toldfacts import Told, told_facts


@dataclass(slots=True, kw_only=True)
class Parts:
    """What goes into a document, part by part."""

    answer: list[str] = field(default_factory=list)
    cost: list[str] = field(default_factory=list)
    tables: list[dict[str, Any]] = field(default_factory=list)
    charts: list[dict[str, Any]] = field(default_factory=list)
    findings: list[dict[str, Any]] = field(default_factory=list)
    method: list[str] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def before(self, logs: Parts) -> Parts:
        """These parts first and those about an agent's *logs* behind them; what the logs answer becomes a finding."""
        said = finding("agent-logs", "What the logs of the agents add", " ".join(logs.answer), "low")
        return Parts(
            answer=self.answer,
            cost=self.cost,
            tables=self.tables + logs.tables,
            charts=self.charts + logs.charts,
            findings=[*self.findings, said, *logs.findings],
            method=self.method + logs.method,
            limits=self.limits + logs.limits,
            warnings=self.warnings + logs.warnings,
        )


def process_parts(facts: Facts, told: Told) -> Parts:
    """Add the facts of a process to *facts* and say what they mean."""
    told_facts(facts, told)
    points = any(one.is_point and one.usual > 0 for step in told.process.steps for one in (step.work, step.wait))
    return Parts(
        answer=told_answer(facts),
        cost=cost(facts),
        tables=tables(facts, told),
        charts=charts(told),
        findings=process_findings(facts),
        method=told_method(),
        limits=told_limits(facts, points=points, recorded=False),
    )
