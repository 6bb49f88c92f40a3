"""The sentences about a process: the answer, what it costs to leave it, findings, method and limits.

In the client's own words for cases and steps, which stand only behind placeholders, so that nothing typed by anybody is taken for ours.
"""

from __future__ import annotations

from typing import Any

from factlist import Facts
from sentences import finding
from toldfacts import spell


def told_answer(facts: Facts) -> list[str]:
    """At most three sentences about what was told: how long it takes, where it waits, what would be left."""
    if "case.now.hours" not in facts:
        return []
    now, work = spell(facts, "case.now"), spell(facts, "case.work")
    made = [
        f"From {{f:case.start}} to {{f:case.end}} one {{f:case.name}} takes {{f:{now}|range}} of working time on average, as it was told; "
        f"{{f:{work}}} of that ({{f:case.work.share}}) is work, and the rest is waiting."
    ]
    if "wait.top.step" in facts:
        made.append(waits_most(facts))
    if "case.less-work.hours" in facts:
        made.append(what_would_go(facts))
    return made


def waits_most(facts: Facts) -> str:
    """Where a case waits longest, as told."""
    return f"It waits longest before this step: {{f:wait.top.step}}, {{f:{spell(facts, 'wait.top')}|range}} of working time on average."


def what_would_go(facts: Facts) -> str:
    """What is left if software did what it can, the careful reading first."""
    less, more = spell(facts, "case.less-work"), spell(facts, "case.less-steps")
    return (
        f"If software did every step that it could and that no person need do, one {{f:case.name}} would still take "
        f"{{f:{less}|range}} as long as the waits stay; if nothing waited for those steps either, {{f:{more}|range}}."
    )


def cost(facts: Facts) -> list[str]:
    """What it costs to leave it: hours of work as money; waiting as money only if somebody said what a day of it costs."""
    made = []
    if "week.work.money" in facts:
        made.append("The work takes {f:week.work.hours} a week, which is {f:week.work.money|range}.")
    if "week.going.money" in facts:
        made.append("Of that, {f:week.going.hours} a week ({f:week.going.money|range}) are in steps that software could do.")
    if "week.wait.money" in facts:
        made.append("The waiting costs {f:week.wait.money|range} a week, by what was said that a day of it costs.")
    elif "week.wait.hours" in facts:
        made.append(
            "Everything that starts in a week waits {f:week.wait.hours} of working time in sum; that is the customers' time, "
            "and nobody has said what it costs in money."
        )
    return made


def process_findings(facts: Facts) -> list[dict[str, Any]]:
    """What the code itself finds in what was told."""
    made = []
    if "wait.top.share" in facts and facts.value("wait.top.share") >= MOSTLY:
        statement = f"{waits_most(facts)} That is {{f:wait.top.share|range}} of all its time."
        made.append(finding("longest-wait", "The longest wait", statement, "high", basis="reported"))
    if "case.work.share" in facts and facts.value("case.work.share") < LITTLE:
        statement = (
            "Of the time of one {f:case.name}, {f:case.work.share|range} is work. If all work on it took no time and the waits stayed, "
            "it would be at most {f:case.ceiling|range} as fast as today: the time is in the waiting."
        )
        made.append(finding("little-work", "Most of the time is waiting, not work", statement, "medium", basis="reported"))
    return made


MOSTLY = 20.0  # per cent of a case's time from which one wait is a finding
LITTLE = 50.0  # per cent of work below which the waiting is


def told_method() -> list[str]:
    """How what was told became figures, one sentence an item."""
    return [
        "Each step's work and wait is what was told as usual, best and worst; its mean weighs the usual more than the ends (a PERT estimate).",
        "Ranges behind a told figure leave out the rarest cases at both ends; the steps are taken as independent of each other.",
        "A step that does not come in every case counts with the part of the cases in which it comes.",
        "A step goes if software could do it and no person should do it anyway; the first reading takes away only its work, the other "
        "the wait before it as well.",
        "A working day has {f:day.hours}; a wait is counted in working time.",
        "Money is hours of work at what an hour costs; hours of waiting are no money, unless somebody said what a day of it costs.",
    ]


def told_limits(facts: Facts, *, points: bool, recorded: bool) -> list[str]:
    """What told figures cannot say, one sentence an item."""
    made = ["What was told is what people remember; it is not measured."]
    if not recorded:
        made[0] = "Everything here is what people told; none of it is measured, and a list with dates would show whether it holds."
    if points:
        made.append("Where only the usual value was told, a range is narrower than it should be.")
    if "week.going.money" in facts:
        made.append("Hours that software takes over become money only if they are then used for something else, or not paid.")
    return made
