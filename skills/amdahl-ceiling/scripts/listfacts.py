"""Facts from a list of cases, and from laying what was told beside it.

Times between two dates are of grade B: they are taken from two records, and what happened between them is not in the list.
"""

from __future__ import annotations

from typing import Any

from bootstrap import LEVEL
from caselog import SOURCE, CaseLog
from factlist import Facts
from process import Process
from recorded import Between, Recorded
from said import Compared
from sentences import OTHER_HOURS
from threepoint import METHOD
from toldfacts import DAYS, MINUTES_IN_HOUR, Told, next_facts, units
from workclock import DAY

OVER_DRAWN = "percentile of the median over drawn cases, computed from the Beta distribution of its place"
OVER_WEEKS = "bootstrap over whole weeks, mean, percentile"
WIDEST = "from the sum of every best to the sum of every worst that was told"
CASE = "list.case"
NOT_CONFIRMED = "nobody has confirmed what the columns of the list mean"


def unconfirmed_facts(facts: Facts, process: Process, log: CaseLog) -> None:
    """Say of a list whose columns have no confirmed meaning what is not known yet."""
    facts.add("list.rows", "Rows in the list of cases", "count", log.rows, "", grade="A", sources=[SOURCE])
    for name, label, kind, unit in (
        ("list.case.hours", f"Time of one {process.case} by the list, in working hours, median", "duration", "h"),
        ("list.case.days", f"Time of one {process.case} by the list, in working days, median", "number", DAYS),
        ("list.week", "Cases that start in a week, by the list", "number", "a week"),
    ):
        facts.add(name, label, kind, None, unit, grade="B", sources=[SOURCE], unknown=NOT_CONFIRMED)


def list_facts(facts: Facts, told: Told, found: Recorded) -> None:
    """Add every fact that a list with confirmed columns gives."""
    process, day = told.process, told.day
    common: dict[str, Any] = {"sources": [SOURCE], "period": found.period}
    facts.add("list.rows", "Rows in the list of cases", "count", found.log.rows, "", grade="A", **common)
    for place, event in enumerate(found.events):
        facts.add(f"list.date.{event.id}.name", "What a column of the list stands for", "text", event.name, "", grade="D", sources=[SOURCE])
        label = f"Rows without a date that can be read: {event.name}"
        facts.add(f"list.date.{event.id}.gaps", label, "count", found.gaps(place), "", grade="A", **common)
    if found.case is None:
        for suffix, kind, unit in (("hours", "duration", "h"), ("days", "number", DAYS)):
            label = f"Time of one {process.case} by the list, in working {suffix}, median"
            unknown = "no row has the first and the last date in that order"
            facts.add(f"list.case.{suffix}", label, kind, None, unit, grade="B", sources=[SOURCE], unknown=unknown)
    else:
        _between_facts(facts, CASE, f"Time of one {process.case} by the list", found.case, day, common)
    for between in found.steps:
        label = f"From {between.start.name} to {between.end.name}"
        _between_facts(facts, between.list_id, label, between, day, common)
    parts = [(f"from {between.start.name} to {between.end.name}", between.working.mean) for between in found.steps]
    next_facts(facts, told, parts, {**common, "grade": "B"})
    _largest_facts(facts, process, found, day, common)
    _week_facts(facts, process, found, day, common)
    outside, timed = found.outside
    # A few are overtime; a fact is only what casts doubt on the hours.
    if timed and 100 * outside >= OTHER_HOURS * timed:
        label = "Share of the list's dates with a time of day that lie outside working time"
        facts.add("list.outside.share", label, "ratio", 100 * outside / timed, "%", grade="A", n=timed, **common)


def _between_facts(facts: Facts, name: str, label: str, between: Between, day: float, common: dict[str, Any]) -> None:
    counted: dict[str, Any] = {**common, "grade": "B", "n": len(between.working.values)}
    ends = between.working.median_ends()
    for suffix, kind, unit, minutes in units(day) if name == CASE else units(day)[:1]:
        scaled = None if ends is None else (ends[0] / minutes, ends[1] / minutes)
        words = f"{label}, in working {suffix}"
        median = between.working.median / minutes
        facts.add(f"{name}.{suffix}", f"{words}, median", kind, median, unit, ends=scaled, level=LEVEL, how=OVER_DRAWN, **counted)
    mean, ninth = between.working.mean / MINUTES_IN_HOUR, between.working.ninth / MINUTES_IN_HOUR
    facts.add(f"{name}.mean.hours", f"{label}, in working hours, mean", "duration", mean, "h", **counted)
    words = f"{label}, in working hours: what nine in ten do not exceed"
    facts.add(f"{name}.p90.hours", words, "duration", ninth, "h", **counted)
    calendar = between.calendar.median / DAY
    facts.add(f"{name}.calendar.days", f"{label}, in days on the calendar, median", "duration", calendar, "d", **counted)
    facts.add(f"{name}.missing", f"{label}: rows with the first date and not the second", "count", between.missing, "", grade="A", **common)
    words = f"{label}: rows whose second date is before the first, left out"
    facts.add(f"{name}.backwards", words, "count", between.backwards, "", grade="A", **common)


def _largest_facts(facts: Facts, process: Process, found: Recorded, day: float, common: dict[str, Any]) -> None:
    """The stretch in which most of the recorded time passes."""
    top = found.largest
    if top is None:
        return
    for name, label, event in (("from", "begins", top.start), ("to", "ends", top.end)):
        facts.add(f"list.top.{name}", f"Where the longest stretch {label}", "text", event.name, "", grade="D", sources=[SOURCE])
    for suffix, kind, unit, minutes in units(day):
        label = f"Longest stretch of one {process.case}, in working {suffix}, mean"
        value, n = top.working.mean / minutes, len(top.working.values)
        facts.add(f"list.top.{suffix}", label, kind, value, unit, grade="B", n=n, **common)
    whole = sum(between.working.mean for between in found.steps)
    if whole > 0:
        label = "Share of the longest stretch in all stretches of the list, by their means"
        facts.add("list.top.share", label, "ratio", 100 * top.working.mean / whole, "%", grade="B", **common)


def _week_facts(facts: Facts, process: Process, found: Recorded, day: float, common: dict[str, Any]) -> None:
    label = "Cases that start in a week, by the list, mean of its whole weeks"
    weeks = found.weeks
    if weeks:
        facts.add(
            "list.week", label, "number", sum(weeks) / len(weeks), "a week", grade="B", n=len(weeks), ends=found.week_ends(), how=OVER_WEEKS, **common
        )
    else:
        unknown = "the list holds no whole week"
        facts.add("list.week", label, "number", None, "a week", grade="B", sources=[SOURCE], unknown=unknown)
    facts.add("list.open", "Rows with a first date and no last one", "count", found.open, "", grade="A", **common)
    expected = found.expected_open
    if expected is not None:
        label = "Open cases to expect from the arrivals and the time of finished ones (Little's law)"
        facts.add("list.open.expected", label, "number", expected, "", grade="B", **common)


def compared_facts(
    facts: Facts, rows: list[Compared], case: Compared | None, found: Recorded, day: float, sources: list[str]
) -> None:
    """Add what was told of each stretch that the list shows too, and how many times longer the list shows it."""
    common: dict[str, Any] = {"sources": [SOURCE], "period": found.period}
    for row in rows:
        # A stretch over a date that ends no step is none of those from one date to the next.
        if f"{row.between.list_id}.hours" not in facts:
            label = f"From {row.between.start.name} to {row.between.end.name}"
            _between_facts(facts, row.between.list_id, label, row.between, day, common)
    for row in [*rows, *([case] if case else [])]:
        name = "said.case" if row is case else row.between.said_id
        label = "The whole case" if row is case else f"From {row.between.start.name} to {row.between.end.name}"
        how = METHOD if row is case else WIDEST
        ends = None if row.said.is_point else (row.said.low, row.said.high)
        for suffix, kind, unit, minutes in units(day) if row is case else units(day)[:1]:
            scaled = None if ends is None else (ends[0] / minutes, ends[1] / minutes)
            level = 0.9 if row is case else 1.0
            words = f"{label}, work and waiting as told, in working {suffix}, mean"
            facts.add(
                f"{name}.{suffix}", words, kind, row.mean / minutes, unit, grade="D", sources=sources, ends=scaled, level=level, how=how
            )
        if row.mean > 0:
            ratio = row.between.working.median / row.mean
            words = f"{label}: recorded median as a multiple of what was told"
            facts.add(f"{name}.factor", words, "ratio", ratio, "x", grade="D", sources=[*sources, SOURCE], n=len(row.between.working.values))


def top_said_facts(facts: Facts, rows: list[Compared], found: Recorded) -> None:
    """Name what was told of the longest stretch a second time, so that a sentence can say it."""
    top = found.largest
    for row in rows:
        if top is not None and row.between.list_id == top.list_id:
            facts.all["list.top.said.hours"] = facts.all[f"{top.said_id}.hours"] | {"id": "list.top.said.hours"}


def waiting_fact(facts: Facts, process: Process, found: Recorded, work: float, sources: list[str]) -> None:
    """Add what all cases of a week wait: their recorded time less the *work* on one of them that was told, in minutes."""
    if found.case is None or not found.weeks or work <= 0:
        return
    each = max(found.case.working.mean - work, 0.0) / MINUTES_IN_HOUR
    label = f"Waiting of every {process.case} of a week, added up: recorded time less the work that was told"
    value = each * sum(found.weeks) / len(found.weeks)
    facts.add("list.week.wait.hours", label, "duration", value, "h", grade="D", sources=[*sources, SOURCE])
