"""Facts from event logs: how long a case takes, what of it is recorded work, what each activity adds, whether the log fits together.

Work is paired from a start and a complete, so its grade is B. Where starts are missing, the share of work is at least what is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eventlog import SECOND
from eventtotals import METHOD, Activity, Totals
from factlist import Facts
from flows import Flows
from listfacts import OVER_DRAWN
from process import slug
from recorded import Spread

HOUR, DAY, WEEK = 3600 * SECOND, 86400 * SECOND, 7 * 86400 * SECOND
LISTED = 12  # activities that are listed, those with most work and waiting first
EVENTS = "events"
NO_STARTS = "the log has no start of any activity, only ends: what of the time between is work and what is waiting, it does not say"
NO_ENDS = "no event of the log ends an activity, or its steps of a life have other names than start and complete"
NO_TIME = "no time passes in any case"
NO_CASES = "no case could be read"
VIEWS = (("", "in working time", True), (".calendar", "on the calendar", False))


def event_facts(facts: Facts, flows: Flows, case: str) -> None:
    """Add every fact that *flows* gives; *case* is what one case is called."""
    totals, common = flows.totals, _common(flows)
    for name, label, count in (
        ("cases.count", "Cases in the event log", len(totals.starts)),
        ("count", "Events in the log that could be used", totals.events),
        ("visits.count", "Visits of an activity that have ended", totals.visits),
        ("unfinished", "Starts in the event log without an end, whose work is not known", totals.unfinished),
        ("disordered", "Events that stand behind a later one of their case", totals.disordered),
        ("odd", "Suspensions and resumptions that fit no visit, and steps of a life that are not known", totals.odd),
    ):
        facts.add(f"{EVENTS}.{name}", label, "count", count, "", grade="A", **common)
    _case_facts(facts, totals, case, common)
    _work_facts(facts, totals, case, common)
    _activity_facts(facts, totals, common)
    _open_facts(facts, totals, common)


def _common(flows: Flows) -> dict[str, Any]:
    period = flows.period
    return {"sources": flows.ids} | ({} if period is None else {"period": period})


def _case_facts(facts: Facts, totals: Totals, case: str, common: dict[str, Any]) -> None:
    """The time of a case from its first event to its last."""
    label, n = f"Time of one {case} from its first event to its last", len(totals.starts)
    for name, words, values, unit, scale in (
        ("case.hours", "in working hours", totals.cycle, "h", HOUR),
        ("case.calendar.days", "in days on the calendar", totals.calendar, "d", DAY),
    ):
        spread = Spread(values=sorted(values))
        median, mean = (spread.median / scale, spread.mean / scale) if n else (None, None)
        ends = spread.median_ends()
        scaled = None if ends is None else (ends[0] / scale, ends[1] / scale)
        counted: dict[str, Any] = {**common, "grade": "B", "n": n, "unknown": NO_CASES}
        facts.add(f"{EVENTS}.{name}", f"{label}, {words}, median", "duration", median, unit, ends=scaled, how=OVER_DRAWN, **counted)
        facts.add(f"{EVENTS}.{name.replace('case', 'case.mean')}", f"{label}, {words}, mean", "duration", mean, unit, **counted)


def _work_facts(facts: Facts, totals: Totals, case: str, common: dict[str, Any]) -> None:
    """Work, its share in the time of all cases, and the ceiling that this share sets."""
    counted: dict[str, Any] = {**common, "grade": "B", "n": len(totals.starts)}
    if totals.visits:
        label = "Visits with a recorded start, of all that have ended"
        facts.add(f"{EVENTS}.timed.share", label, "ratio", 100 * totals.timed / totals.visits, "%", grade="A", **common)
    for suffix, words, is_working in VIEWS:
        work = sum(totals.work if is_working else totals.service) / HOUR if totals.timed else None
        label = f"Recorded work of all cases {words}, overlaps within a case counted once"
        facts.add(f"{EVENTS}.work{suffix}.hours", label, "duration", work, "h", unknown=_why(totals), **counted)
        whole = sum(totals.cycle if is_working else totals.calendar) / HOUR
        facts.add(f"{EVENTS}.time{suffix}.hours", f"Time of all cases {words}, from first event to last, added up", "duration", whole, "h", **counted)
        _share_facts(facts, totals, case, suffix, words, counted, is_working=is_working)
    outside = sum(totals.service) - sum(totals.work)
    if totals.timed and sum(totals.service):
        label = "Share of the recorded work that lies outside working time"
        facts.add(f"{EVENTS}.outside.share", label, "ratio", 100 * outside / sum(totals.service), "%", **counted)


def _share_facts(
    facts: Facts, totals: Totals, case: str, suffix: str, words: str, counted: dict[str, Any], *, is_working: bool
) -> None:
    share = totals.share(is_working=is_working) if totals.timed else None
    label = f"Share of recorded work in the time of one {case} {words}, from its first event to its last (flow efficiency)"
    ends = None if share is None or share.ends is None else (100 * share.ends[0], 100 * share.ends[1])
    value, why = None if share is None else 100 * share.value, _why(totals)
    facts.add(f"{EVENTS}.share{suffix}", label, "ratio", value, "%", ends=ends, how=METHOD, unknown=why, **counted)
    label = f"Most that one {case} could become faster {words}, from its first event to its last, if all recorded work took no time"
    ceiling, ends = (None, None) if share is None else (share.ceiling, share.ceiling_ends)
    why = why if share is None else "all of it is work, so nothing would be left"
    facts.add(f"{EVENTS}.ceiling{suffix}", label, "ratio", ceiling, "x", ends=ends, how=METHOD, unknown=why, **counted)


def _why(totals: Totals) -> str:
    """Why there is no figure of work."""
    if totals.timed:
        return NO_TIME
    if not totals.visits:
        return NO_ENDS if totals.starts else NO_CASES
    return NO_STARTS


def largest(totals: Totals) -> list[tuple[str, Activity]]:
    """The activities that are listed: most working time of work and waiting first, then most visits."""
    order = sorted(totals.activities.items(), key=lambda item: (-item[1].service.working - item[1].wait.working, -item[1].visits))
    return order[:LISTED]


def _activity_facts(facts: Facts, totals: Totals, common: dict[str, Any]) -> None:
    named: list[str] = []
    for number, (name, one) in enumerate(largest(totals), 1):
        named.append(slug(name, named, f"activity{number}"))
        _activity(facts, f"{EVENTS}.activity.{named[-1]}", name, one, common)


def _activity(facts: Facts, prefix: str, name: str, one: Activity, common: dict[str, Any]) -> None:
    facts.add(f"{prefix}.name", "An activity of the event log", "text", name, "", grade="A", **common)
    facts.add(f"{prefix}.visits", "Visits of this activity that have ended", "count", one.visits, "", grade="A", **common)
    label = "Cases that come to this activity more than once, of those that come to it at all"
    facts.add(f"{prefix}.rework.share", label, "ratio", 100 * one.again / one.cases, "%", grade="A", n=one.cases, **common)
    for key, words, both, n, unknown in (
        ("work", "Work of one visit", one.service, one.timed, "no start is recorded"),
        ("wait", "Wait before one visit", one.wait, one.waited, "no schedule or completion before a start is recorded"),
    ):
        for suffix, view, time in ((".hours", "in working hours", both.working), (".calendar.hours", "in hours on the calendar", both.calendar)):
            mean = time / n / HOUR if n else None
            facts.add(f"{prefix}.{key}{suffix}", f"{words}, {view}, mean", "duration", mean, "h", grade="B", n=n, unknown=unknown, **common)


def _open_facts(facts: Facts, totals: Totals, common: dict[str, Any]) -> None:
    """Whether arrivals, time and open cases fit together (Little's law), over the whole weeks of the log."""
    weeks = whole_weeks(totals.starts)
    if weeks is None:
        return
    low, high = weeks
    arrived = sum(low <= start < high for start in totals.starts)
    facts.add(f"{EVENTS}.week", "Cases that start in a week, mean of the log's whole weeks", "number", arrived * WEEK / (high - low), "a week", grade="B", **common)
    inside = sum(max(min(end, high) - max(start, low), 0) for start, end in zip(totals.starts, totals.ends, strict=True))
    facts.add(f"{EVENTS}.open", "Open cases in those weeks, mean over time", "number", inside / (high - low), "", grade="B", **common)
    expected = arrived / (high - low) * sum(totals.calendar) / len(totals.starts)
    label = "Open cases to expect from the arrivals in those weeks and the mean time of a case (Little's law)"
    facts.add(f"{EVENTS}.open.expected", label, "number", expected, "", grade="B", **common)


def whole_weeks(starts: Sequence[int]) -> tuple[int, int] | None:
    """The longest stretch of whole weeks between the first start of a case and the last; None if there is none."""
    if not starts:
        return None
    low = min(starts)
    count = (max(starts) - low) // WEEK
    return (low, low + count * WEEK) if count else None
