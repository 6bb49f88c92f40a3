"""The sentences about a process: the answer, what it costs to leave it, findings, method and limits.

In the client's own words for cases and steps, which stand only behind placeholders, so that nothing typed by anybody is taken for ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from factlist import Facts
from said import LONGER, Compared
from sentences import finding
from toldfacts import pair, spell

MOSTLY = 20.0  # per cent of a case's time from which one wait is a finding
LITTLE = 50.0  # per cent of work below which the waiting is one
FAR = 2.0  # times that the longer of told and recorded is the shorter from which a gap is severe
APART = 2.0  # the same for open cases, from which the list is doubted
ASK = "the answers have no steps and no list with confirmed columns yet"


def answer(facts: Facts) -> list[str]:
    """At most three sentences: how long a case takes and how much of it is work, where it waits, what would go."""
    made = [_how_long(facts), _where(facts), _what_goes(facts)]
    return [sentence for sentence in made if sentence] or [f"How long one {{f:case.name}} takes is not known: {ASK}."]


def _how_long(facts: Facts) -> str:
    start = "From {f:case.start} to {f:case.end} one {f:case.name} takes"
    work = f", and {{f:{spell(facts, 'case.work')}}} of that is work" if "case.work.hours" in facts else ""
    if "list.case.hours" in facts:
        told = f"; as told it is {{f:{spell(facts, 'case.now')}}}" if "case.now.hours" in facts else ""
        return f"{start} {{f:{spell(facts, 'list.case')}|range}} by the median of the list{told}{work}."
    if "case.now.hours" not in facts:
        return ""
    share = " ({f:case.work.share})" if "case.work.share" in facts else ""
    unknown = facts.all["list.case.hours"]["unknown"] if "list.case.hours" in facts.all else ""
    unread = f" What the list of cases says of it is not known: {unknown}." if unknown else ""
    return f"{start} {{f:{spell(facts, 'case.now')}|range}} on average, as it was told{work}{share}.{unread}"


def _where(facts: Facts) -> str:
    if "list.top.from" in facts:
        share = " ({f:list.top.share} of all)" if "list.top.share" in facts else ""
        told = ""
        if "list.top.said.hours" in facts:
            shown, said = pair(facts, "list.top", "list.top.said")
            told = f"; as told it takes {{f:{said}|range}}"
        else:
            shown = spell(facts, "list.top")
        return f"By the list, the longest stretch is from {{f:list.top.from}} to {{f:list.top.to}}: {{f:{shown}}} on average{share}{told}."
    if "wait.top.step" in facts:
        return _waits_most(facts)
    return ""


def _waits_most(facts: Facts) -> str:
    return f"It waits longest before this step: {{f:wait.top.step}}, {{f:{spell(facts, 'wait.top')}|range}} on average, as it was told."


def _what_goes(facts: Facts) -> str:
    """What would go if software did what it can: the careful reading first, then the other by its name."""
    if "going.work.minutes" not in facts:
        return ""
    work, both = "going.work.minutes", spell(facts, "going.both")
    less = f", which leaves {{f:{spell(facts, 'case.less-work')}}} of the time that was told" if "list.case.hours" not in facts else ""
    return (
        f"If software did every step that it could and that no person need do, one {{f:case.name}} would be shorter by {{f:{work}|range}} "
        f"while the waits stay{less}; if nothing waited for those steps either, by {{f:{both}|range}}."
    )


def cost(facts: Facts) -> list[str]:
    """What it costs to leave it: hours of work as money; waiting as money only if somebody said what a day of it costs."""
    made = []
    if "week.work.money" in facts:
        made.append("The work of one week takes {f:week.work.hours}, which is {f:week.work.money|range}.")
    elif "week.work.hours" in facts:
        made.append("The work of one week takes {f:week.work.hours|range}.")
    if "week.going.money" in facts:
        made.append("Of that, {f:week.going.hours} a week are in steps that software could do: {f:week.going.money|range}.")
    waiting = "list.week.wait.hours" if "list.week.wait.hours" in facts else "week.wait.hours"
    if "week.wait.money" in facts:
        made.append("The waiting costs {f:week.wait.money|range} a week, by what was said that a day of it costs.")
    elif waiting in facts:
        made.append(
            f"All that starts in a week waits {{f:{waiting}}} of working time, added up; that is the time of those who wait for it, "
            "and nobody has said what it costs in money."
        )
    return made


def process_findings(facts: Facts, rows: Sequence[Compared]) -> list[dict[str, Any]]:
    """What the code itself finds: where told and recorded part, largest first, where they agree, and where the time goes."""
    gaps = sorted((row for row in rows if row.is_gap), key=lambda row: -row.distance)
    made = [_gap(facts, row, number) for number, row in enumerate(gaps, 1)]
    if agreed := [row for row in rows if row.verdict == "agrees"]:
        made.append(_agreement(facts, agreed))
    if "list.top.from" not in facts and "wait.top.share" in facts and facts.value("wait.top.share") >= MOSTLY:
        statement = f"{_waits_most(facts)} That is {{f:wait.top.share|range}} of all its time."
        made.append(finding("longest-wait", "The longest wait", statement, "high", basis="reported"))
    if "case.ceiling" in facts and facts.value("case.work.share") < LITTLE:
        statement = (
            "Of the time of one {f:case.name} that was told, {f:case.work.share|range} is work. If all work on it took no time and every "
            "wait stayed, it would be at most {f:case.ceiling|range} as fast as today: the time is in the waiting."
        )
        made.append(finding("little-work", "Most of the time is waiting, not work", statement, "medium", basis="reported"))
    return made


def _gap(facts: Facts, row: Compared, number: int) -> dict[str, Any]:
    told, shown = pair(facts, row.between.said_id, row.between.list_id)
    more = "longer" if row.verdict == LONGER else "shorter"
    statement = (
        f"It was told that it takes {{f:{told}|range}} {_stretch(row)}; the median of the list is {{f:{shown}|range}}. That is {more} than anybody said, "
        "or the list does not mean what it seems to: ask those who do it."
    )
    ratio = row.between.working.median / row.mean if row.mean > 0 else FAR
    is_far = ratio >= FAR or ratio <= 1 / FAR
    title = "The largest gap between what was told and what the list shows"
    if number > 1:
        title = "A further gap between what was told and what the list shows"
    return finding(f"gap-{number}", title, statement, "high" if is_far else "medium", basis="disputed")


def _agreement(facts: Facts, rows: Sequence[Compared]) -> dict[str, Any]:
    parts = []
    for row in rows:
        told, shown = pair(facts, row.between.said_id, row.between.list_id)
        parts.append(f"{_stretch(row)} {{f:{told}}} as told and {{f:{shown}}} by the list")
    statement = f"{'; '.join(parts)}."
    return finding("agreement", "What was told and what the list shows agree here", statement[0].upper() + statement[1:], "low")


def _stretch(row: Compared) -> str:
    return f"from {{f:list.date.{row.between.start.id}.name}} to {{f:list.date.{row.between.end.id}.name}}"


def told_method() -> list[str]:
    """How what was told became figures, one sentence an item."""
    return [
        "Each step's work and wait is what was told as usual, best and worst; its mean weighs the usual more than the ends (a PERT estimate).",
        "Ranges behind a told figure leave out the rarest cases at both ends; the steps are taken as independent of each other.",
        "A step that does not come in every case counts with the part of the cases in which it comes.",
        (
            "A step goes if software could do it and no person should do it anyway; the first reading takes away only its work, the other "
            "the wait before it as well."
        ),
        "A working day has {f:day.hours}; waits are counted in working time.",
        "Money is hours of work at what an hour costs; hours of waiting are no money, unless somebody said what a day of it costs.",
    ]


def list_method(*, by_day: bool) -> list[str]:
    """How the list of cases was read, one sentence an item."""
    made = [
        (
            "From the list, each stretch runs from one date to the next, in working time of the agreed hours and holidays; "
            "rows without one of the dates, or with the later date first, are left out and counted."
        ),
        "The range of a median comes from drawing whole cases again and again; weeks count only if the list holds all of their days.",
        (
            "A gap is where even the best or the worst that was told does not reach the range of the recorded median; of a single told figure "
            "a little is allowed on both sides."
        ),
    ]
    if by_day:
        made.append("Where a date has no time of day, only whole working days are counted, and a gap must be more than one of them.")
    return made


def told_limits(facts: Facts, *, points: bool) -> list[str]:
    """What told figures cannot say, one sentence an item."""
    made = ["What was told is what people remember; it is not measured."]
    if points:
        made.append("Where only the usual value was told, a range is narrower than it should be.")
    if "week.going.money" in facts:
        made.append("Hours that software takes over become money only if they are then used for something else, or not paid.")
    return made


def list_limits(facts: Facts) -> list[str]:
    """What a list of cases cannot say, one sentence an item."""
    made = ["Between its dates the list does not show what is work and what is waiting, nor who or what is waited for."]
    if "list.case.missing" in facts and facts.value("list.case.missing"):
        made.append(
            "Rows with a first and no last date are {f:list.case.missing} of {f:list.rows}: they may be still open, lost or forgotten, "
            "and the time of the others may be shorter than theirs."
        )
    if "list.open.expected" in facts and facts.value("list.open"):
        is_doubtful = not 1 / APART <= facts.value("list.open") / max(facts.value("list.open.expected"), 1e-9) <= APART
        sense = "so some rows are probably not open but were never finished in the list" if is_doubtful else "so the list fits together"
        made.append(f"From arrivals and case time one would expect {{f:list.open.expected}} open cases; the list has {{f:list.open}}, {sense}.")
    return made
