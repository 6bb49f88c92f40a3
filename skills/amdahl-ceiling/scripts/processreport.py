"""The part of the document that is about a process: facts, tables, charts and sentences from what was told and what is recorded.

Where no agent is at work it is the whole document, and says nothing of models.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import eventwords
from caselog import SOURCE, Column
from eventfacts import event_facts
from factlist import Facts
from flows import Flows
from listfacts import compared_facts, list_facts, top_said_facts, unconfirmed_facts, waiting_fact
from processtables import charts, list_charts, list_tables, tables
from processwords import answer, cost, list_limits, list_method, process_findings, told_limits, told_method
from said import Compared, compared, whole
from sentences import finding
from toldfacts import Told, told_facts
from wholes import TOLD, told_draws, wholes
from worthfacts import METHOD, worth_facts, worth_table


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
    rows, case = _list_facts(facts, told)
    whole = next(iter(wholes(facts.all, {TOLD: told_draws(told.time)}).values()), None)
    if whole is not None:
        worth_facts(facts, whole)
    points = any(one.is_point and one.usual > 0 for step in told.process.steps for one in (step.work, step.wait))
    by_day = told.found is not None and any(between.by_day for between in told.found.steps)
    parts = Parts(
        answer=answer(facts),
        cost=cost(facts),
        tables=[*list_tables(facts, told, rows, case), *tables(facts, told), *worth_table(facts)],
        charts=[*list_charts(told), *charts(told)],
        findings=process_findings(facts, rows),
        method=[
            *(told_method() if told.time.steps else []),
            *(list_method(by_day=by_day) if told.found else []),
            *([METHOD] if whole is not None else []),
        ],
        limits=[*(told_limits(facts, points=points) if told.time.steps else []), *(list_limits(facts) if told.found else [])],
        warnings=warnings(facts, told),
    )
    return parts if told.flows is None else _with_events(parts, facts, told, told.flows)


def _with_events(parts: Parts, facts: Facts, told: Told, flows: Flows) -> Parts:
    """Add what event logs give; it is the answer where nothing was told and there is no list."""
    event_facts(facts, flows, told.process.case)
    said = eventwords.answer(facts)
    is_alone = told.log is None and not told.time.steps
    shown = [] if is_alone else [finding("event-log", "What the event log shows", " ".join(said), "medium")]
    return replace(
        parts,
        answer=said if is_alone else parts.answer,
        tables=[*parts.tables, *eventwords.tables(facts)],
        charts=[*parts.charts, *eventwords.charts(facts)],
        findings=[*parts.findings, *shown, *eventwords.findings(facts)],
        method=[*parts.method, *eventwords.method()],
        limits=[*parts.limits, *eventwords.limits(facts)],
        warnings=[*parts.warnings, *eventwords.warnings(facts, flows)],
    )


def _list_facts(facts: Facts, told: Told) -> tuple[list[Compared], Compared | None]:
    """Add the facts of the list of cases; returns what is both told and recorded, and the whole case if it is."""
    if told.log is None:
        return [], None
    if told.found is None:
        unconfirmed_facts(facts, told.process, told.log)
        return [], None
    list_facts(facts, told, told.found)
    rows, case = compared(told.process, told.found, told.day), whole(told.time, told.found, told.day)
    compared_facts(facts, rows, case, told.found, told.day, told.sources)
    top_said_facts(facts, rows, told.found)
    waiting_fact(facts, told.process, told.found, told.time.work.mean, told.sources)
    return rows, case


def warnings(facts: Facts, told: Told) -> list[str]:
    """What went wrong on the way, and what is to be confirmed, in plain words."""
    made = [f"{source.id}: {remark}" for source in told.records for remark in source.remarks]
    made += [f"{source.id}: nothing that could be used ({source.health})." for source in told.records if source.health != "ok"]
    made += [f"{SOURCE}: the column {plain(one)} has an answer that is neither yes nor no." for one in told.process.unconfirmed]
    made += [
        f"{SOURCE}: the column {plain(one.column)} seems to be: {plain(one.event)}"
        + (f", when this step is finished: {plain(one.step)}" if one.step else "")
        + ". Confirm it in the answers."
        for one in told.proposed
    ]
    if told.log is not None and told.found is not None:
        odd = [f"{plain(column.name)} {column.odd} ({_places(column)})" for column in told.log.columns if column.odd]
        made += [f"{SOURCE}: cells that hold no date: {', '.join(odd)}."] if odd else []
        made += [f"{SOURCE}: dates after the day of this run, not counted: {told.log.future}."] if told.log.future else []
    if "list.outside.share" in facts:
        made.append(
            "The given working hours do not fit this list: {f:list.outside.share} of its times lie outside them, so the figures on the "
            "calendar are the better guide until the hours are asked for."
        )
    if told.log is None and told.process.events and (told.flows is None or SOURCE not in told.flows.ids):
        made.append(f"{SOURCE}: the answers say what the columns of a list mean, and there is no list in evidence/cases.")
    return made


def _places(column: Column) -> str:
    more = ", ..." if column.odd > len(column.odd_lines) else ""
    return ", ".join(map(plain, column.odd_lines)) + more


def plain(text: str) -> str:
    """Text from a client's file, in which nothing can be taken for a placeholder."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text.replace("{", "(").replace("}", ")"))
    return " ".join(shown.split())
