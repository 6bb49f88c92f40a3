"""The sentences, the table and the bars about event logs.

Working time leads; where the agreed hours do not fit the log, the calendar does.
"""

from __future__ import annotations

from typing import Any

from eventfacts import EVENTS, LISTED
from factlist import Facts
from flows import Flows
from processtables import table
from sentences import OTHER_HOURS, finding

ALL = 100.0
LITTLE = 50.0  # per cent of work below which the waiting is most of it
APART = 2.0  # times by which the open cases may differ from those to expect
OFTEN = 20.0  # per cent of cases that come again, from which that is a finding
_NAME = ".name"


def answer(facts: Facts) -> list[str]:
    """At most three sentences: how long a case takes, what of it is work, and the most that quicker work could give."""
    if f"{EVENTS}.case.hours" not in facts:
        return ["How long one {f:case.name} takes is not known: the event log has no case that could be used."]
    time = f"{EVENTS}.case.calendar.days" if _is_other(facts) else f"{EVENTS}.case.hours"
    on = "on the calendar" if _is_other(facts) else "of working time"
    made = [f"By the event log one {{f:case.name}} takes {{f:{time}|range}} {on} from its first event to its last, by the median."]
    share, ceiling = (f"{EVENTS}.{name}{_view(facts)}" for name in ("share", "ceiling"))
    if share not in facts:
        return [*made, f"What of that is work is not known: {facts.all[share]['unknown']}."]
    least = "at least " if _is_partial(facts) else ""
    made.append(f"Of the time of all cases {least}{{f:{share}|range}} is recorded work.")
    if ceiling in facts:
        more = ""
        if _is_partial(facts):
            more = ", counting only the work whose start is recorded"
        made.append(f"If all that work took no time and every wait stayed, one {{f:case.name}} would be at most {{f:{ceiling}|range}} as fast as today{more}.")
    return made


def _is_other(facts: Facts) -> bool:
    """Whether the agreed hours do not fit the log."""
    name = f"{EVENTS}.outside.share"
    return not facts.value(f"{EVENTS}.case.mean.hours") or (name in facts and facts.value(name) >= OTHER_HOURS)


def _view(facts: Facts) -> str:
    return ".calendar" if _is_other(facts) else ""


def _is_partial(facts: Facts) -> bool:
    """Whether some visits have no recorded start, or some starts no end."""
    return bool(facts.value(f"{EVENTS}.timed.share") < ALL or facts.value(f"{EVENTS}.unfinished"))


def _prefixes(facts: Facts) -> list[str]:
    """First parts of the ids of the activities that are listed."""
    start = f"{EVENTS}.activity."
    found = [name.removesuffix(_NAME) for name in facts.all if name.startswith(start) and name.endswith(_NAME)]
    return found[:LISTED]


def tables(facts: Facts) -> list[dict[str, Any]]:
    """What each activity takes; none without any."""
    columns = {
        "activity": "Activity",
        "visits": "Visits",
        "again": "Cases that come again",
        "wait": "Wait before it, working hours",
        "work": "Work, working hours",
        "wait-calendar": "Wait before it, on the calendar",
        "work-calendar": "Work, on the calendar",
    }
    keys = ("name", "visits", "rework.share", "wait.hours", "work.hours", "wait.calendar.hours", "work.calendar.hours")
    rows = [[_cell(facts, f"{prefix}.{key}") for key in keys] for prefix in _prefixes(facts)]
    return [table("activities", "What each activity of the event log takes, on average of its visits", columns, rows)] if rows else []


def _cell(facts: Facts, name: str) -> str:
    return f"{{f:{name}}}" if name in facts else "not recorded"


def charts(facts: Facts) -> list[dict[str, Any]]:
    """Bars of the wait and the work of one visit; none if no start is recorded."""
    view = _view(facts)
    points = [
        [f"{words}{facts.value(f'{prefix}.name')}", facts.value(f"{prefix}.{key}{view}.hours")]
        for prefix in _prefixes(facts)
        for words, key in (("wait: ", "wait"), ("", "work"))
        if f"{prefix}.{key}{view}.hours" in facts
    ]
    label = "time on the calendar" if view else "working time"
    chart = {
        "id": "activities",
        "kind": "bar",
        "title": "What one visit of each activity takes, by the event log",
        "x": {"label": "activity"},
        "y": {"label": f"{label} on average", "unit": "h"},
        "series": [{"label": "by the event log", "points": points}],
    }
    return [chart] if points else []


def findings(facts: Facts) -> list[dict[str, Any]]:
    """Where most of the time is no work, and where cases come again."""
    made = []
    share, ceiling = (f"{EVENTS}.{name}{_view(facts)}" for name in ("share", "ceiling"))
    if share in facts and ceiling in facts and facts.value(share) < LITTLE and not _is_partial(facts):
        statement = (
            f"Of the time of all cases {{f:{share}|range}} is work; without it they would be at most {{f:{ceiling}|range}} as fast as today, "
            "so the waits are what is to be shortened."
        )
        made.append(finding("events-little-work", "By the event log most of the time is no work", statement, "high"))
    again = max(_prefixes(facts), key=lambda prefix: facts.value(f"{prefix}.rework.share"), default=None)
    if again is not None and facts.value(f"{again}.rework.share") >= OFTEN:
        statement = f"To this activity {{f:{again}.rework.share}} of the cases that reach it come more than once: {{f:{again}.name}}."
        made.append(finding("events-again", "Cases come again to the same activity", statement, "medium"))
    return made


def method() -> list[str]:
    """How the log was read, one sentence an item."""
    return [
        "A case of an event log lasts from its first event to its last; what was before and after is not in it.",
        (
            "Work runs from an activity's start to its end, found for each other within the case by name and instance, first in first out, "
            "without the time for which it was suspended; what overlaps within a case is counted once."
        ),
        "A wait runs from the schedule of an activity to its start or, where nothing was scheduled, from the completion before in the same case.",
        "The share of work is the work of all cases by their time, so long cases weigh more.",
    ]


def limits(facts: Facts) -> list[str]:
    """What the log cannot say, one sentence an item."""
    made = ["Between a start and an end the log cannot show a person who turned to something else."]
    if f"{EVENTS}.work.hours" in facts and _is_partial(facts):
        made.append(
            "A start is recorded for {f:events.timed.share} of the visits; the work of the others is not known, so the share of work, and what "
            "quicker work could give, are at least what is shown."
        )
    if f"{EVENTS}.unfinished" in facts and facts.value(f"{EVENTS}.unfinished"):
        made.append("Starts without an end are {f:events.unfinished}: their work is not counted.")
    if f"{EVENTS}.open.expected" in facts:
        made.append(_little(facts))
    return made


def _little(facts: Facts) -> str:
    seen, expected = facts.value(f"{EVENTS}.open"), facts.value(f"{EVENTS}.open.expected")
    fits = 1 / APART <= seen / max(expected, 1e-9) <= APART
    sense = "so the log fits together" if fits else "so cases that were open at one of its ends are probably not in it"
    return f"From arrivals and case time one would expect {{f:events.open.expected}} open cases; the log has {{f:events.open}} on average, {sense}."


def warnings(facts: Facts, flows: Flows) -> list[str]:
    """What a reader of the figures must know first."""
    made = []
    if f"{EVENTS}.outside.share" in facts and _is_other(facts):
        made.append(
            "The given working hours do not fit the event log: {f:events.outside.share} of its work lies outside them, so the figures on the "
            "calendar are shown until the hours are asked for."
        )
    if flows.future:
        made.append(f"{', '.join(flows.ids)}: events after the day of this run, not counted: {flows.future}.")
    return made
