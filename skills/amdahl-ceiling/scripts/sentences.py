"""The sentences of the report: the answer, what the code itself finds, how it was measured and what it cannot say.

Written for the owner of the work; every figure is a placeholder for a fact.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from boundaries import WAITS
from factlist import Facts
from figures import BEFORE, MERGE
from measurement import Measurement
from stagewords import STAGE_NAMES

HIGH, MEDIUM = 50.0, 20.0  # share of a turn or of a lead time, in per cent, from which a finding is that severe
OTHER_HOURS = 25.0  # per cent of the model's time outside working hours, from which those cannot be the hours people work
WAITS_METHOD = (
    "Where exports tell of reviews and pipelines, the time of a change without an agent is divided once: first what waited for a person "
    "(a reviewer, or the author after changes were asked for), then the pipeline's runs while nobody was waited for, then the time from the "
    "last approval to the merge; what is left is in no record."
)
TELEMETRY_METHOD = (
    "Of {f:session.telemetry.count} of the sessions there is telemetry: where that recorded a request, a tool or a wait for a person, it "
    "decides, and no session counts twice."
)
FELT, HARDLY = 1.5, 1.1  # a ceiling from which a faster model is felt, and one below which it hardly is


def answer(found: Measurement, facts: Facts) -> list[str]:
    """At most three sentences: how long it takes now, how short it could become, what holds it."""
    if not found.boundaries:
        return [
            "Nothing could be measured: the evidence holds no session log (sessions/**/*.jsonl) and no merged pull request with a start "
            "and an end (pull-requests/**/*.csv)."
        ]
    if "lead" not in found.boundaries:
        return _answer_without_changes(found, facts)
    if not found.boundaries["lead"].is_split:
        return _answer_without_sessions(facts)
    if "work.lead" not in found.boundaries:
        return [
            "A typical merged change (the median) takes {f:lead.median} on the calendar from the first prompt to the merge, and no working time.",
            (
                "If the model took no time at all, it could become at most {f:lead.ceiling|range} as fast as today; "
                "this is what is still to gain, not what the model has given already."
            ),
            "What holds a change most is {f:lead.top.stage}, with {f:lead.top.share} of the calendar time.",
        ]
    return [
        (
            "A typical merged change (the median) takes {f:work.lead.median} of working time ({f:lead.median} on the calendar) from the "
            f"first prompt to the merge; {_fit(facts)}."
        ),
        (
            "If the model took no time at all, {f:work.lead.stage.model.share|range} of the working time would be saved "
            "({f:lead.stage.model.share} on the calendar), which makes a change at most {f:work.lead.ceiling} as fast as today: that is "
            "what is still to gain, not what the model has given already."
        ),
        _what_holds(found),
    ]


def _fit(facts: Facts) -> str:
    """How far the working hours can be those that people work."""
    if is_unfit(facts):
        return "the given working hours do not fit these logs, so the calendar is the better guide"
    return "{f:work.lead.none} of the {f:lead.count} changes fall wholly outside working hours"


def is_unfit(facts: Facts) -> bool:
    """Whether too much of the model's time lies outside the given working hours."""
    return _at_least(facts, "lead.model-outside.share", OTHER_HOURS)


def _what_holds(found: Measurement) -> str:
    if found.boundaries["lead"].top == found.boundaries["work.lead"].top:
        return (
            "What holds a change most is {f:work.lead.top.stage}: {f:work.lead.top.share|range} of the working time "
            "({f:lead.top.share} on the calendar)."
        )
    return (
        "What holds a change most is {f:work.lead.top.stage}, with {f:work.lead.top.share|range} of the working time; "
        "on the calendar it is {f:lead.top.stage}, with {f:lead.top.share}."
    )


def _answer_without_changes(found: Measurement, facts: Facts) -> list[str]:
    if "change" in found.traced.boundaries:
        return _answer_not_joined(facts)
    first = (
        "The sessions that were read ({f:session.count}) last {f:session.hours} from their first to their last record."
    )
    if "active.ceiling" in facts:
        second = (
            "In the turns whose duration was recorded the agent itself was at work for {f:active.hours}; if the model took no time at all, "
            "that work could become at most {f:active.ceiling|range} as fast as today."
        )
    else:
        second = (
            "If the model took no time at all, they could become at most {f:session.ceiling|range} as fast as today, "
            "as far as rules can tell."
        )
    return [
        first,
        second,
        f"How long a change takes from the first prompt to the merge is not known: {facts.all['lead.hours']['unknown']}.",
    ]


def _answer_not_joined(facts: Facts) -> list[str]:
    """Changes and sessions are both here, and nothing says which belong together."""
    working = "{f:work.change.median} of working time ({f:change.median} on the calendar)"
    takes = working if "work.change.median" in facts else "{f:change.median} on the calendar"
    return [
        f"A typical merged change (the median of {{f:change.count}}) takes {takes} from its opening to its merge.",
        (
            "What the model takes of it, and so how much faster it could become, is not known: no record joins these changes to the sessions; "
            "a table with the sessions of each change does."
        ),
        "What holds a change most is {f:change.top.stage}, with {f:change.top.share|range} of the calendar time.",
    ]


def _answer_without_sessions(facts: Facts) -> list[str]:
    working = "{f:work.lead.median} of working time ({f:lead.median} on the calendar)"
    takes = working if "work.lead.median" in facts else "{f:lead.median} on the calendar"
    return [
        f"A typical merged change (the median) takes {takes} from its first commit, or its opening if that is earlier, to the merge.",
        "What the model takes of it, and so how much faster it could become, is not known: there are no session logs.",
        "What holds a change most is {f:lead.top.stage}, with {f:lead.top.share} of the calendar time.",
    ]


def findings(facts: Facts) -> list[dict[str, Any]]:
    """What the code itself finds; each only where its title holds."""
    made = []
    if _at_least(facts, "turn.dialog.share", MEDIUM) and "turn.naive-tool.factor" in facts:
        made.append(_dialogs(facts))
    shares = [f"{name}.stage.{stage}.share" for name in ("work.lead", "lead") for stage in (BEFORE, MERGE)]
    if all(share in facts for share in shares) and facts.value(shares[0]) + facts.value(shares[1]) >= HIGH:
        made.append(_waiting(facts))
    if waits := [stage for stage in WAITS if f"work.lead.stage.{stage}.share" in facts]:
        made.append(_waits(facts, waits))
    if (
        _at_least(facts, "active.ceiling", FELT)
        and "work.lead.ceiling" in facts
        and facts.value("work.lead.ceiling") < HARDLY
    ):
        made.append(_two_views())
    if _at_least(facts, "work.lead.none", 1):
        statement = (
            "Of {f:lead.count} merged changes, {f:work.lead.none} had no working time at all between start and merge; "
            "they are counted, with no working hours."
        )
        made.append(finding("outside-hours", "Some changes are made wholly outside working time", statement, "low"))
    return made


def _at_least(facts: Facts, name: str, least: float) -> bool:
    return name in facts and facts.value(name) >= least


def _dialogs(facts: Facts) -> dict[str, Any]:
    statement = (
        "While a turn ran, the agent waited {f:turn.dialog.hours} of {f:turn.hours} ({f:turn.dialog.share}) for a person to answer a "
        "dialog, {f:turn.dialog.longest.hours} of it in a single turn; the tools themselves took {f:turn.tool.hours}. Whoever takes the time from call to result for tool time gets "
        "{f:turn.naive-tool.hours}, too much by a factor of {f:turn.naive-tool.factor}."
    )
    return finding("dialogs", "Open dialogs hold the agent", statement, _severity(facts.value("turn.dialog.share")))


def _waiting(facts: Facts) -> dict[str, Any]:
    statement = (
        "Of the working time of a merged change, {f:work.lead.stage.before.share} pass before the last commit with no agent at work, and "
        "{f:work.lead.stage.merge.share} between the last commit and the merge; on the calendar {f:lead.stage.before.share} and "
        "{f:lead.stage.merge.share}. What people and machines do in that time is not in this evidence."
    )
    share = facts.value("work.lead.stage.before.share") + facts.value("work.lead.stage.merge.share")
    return finding("waiting", "Most of the waiting is outside the agent's work", statement, _severity(share))


def _waits(facts: Facts, stages: Sequence[str]) -> dict[str, Any]:
    names = [f"work.lead.stage.{stage}.share" for stage in stages]
    parts = [f"{{f:{name}|range}} is {STAGE_NAMES[stage]}" for name, stage in zip(names, stages, strict=True)]
    listed = ", ".join(parts[:-1]) + (" and " if len(parts) > 1 else "") + parts[-1]
    statement = f"Of the working time of a merged change {listed}."
    return finding("waits", "What a merged change waits for while no agent is at work", statement, _severity(sum(map(facts.value, names))))


def _two_views() -> dict[str, Any]:
    statement = (
        "Of the agent's own work the model takes {f:active.model.share}, which leaves room for {f:active.ceiling|range}; of a merged "
        "change's working time it takes {f:work.lead.stage.model.share}, which leaves room for {f:work.lead.ceiling|range}."
    )
    return finding(
        "where-one-looks", "A faster model is felt at the keyboard, hardly at the merge", statement, "medium"
    )


def finding(name: str, title: str, statement: str, severity: str, *, basis: str = "measured") -> dict[str, Any]:
    """A finding by code; the facts that it rests on are those that its statement names."""
    from_placeholders = [part.split("}")[0].split("|")[0] for part in statement.split("{f:")[1:]]
    return {
        "id": name,
        "by": "code",
        "title": title,
        "statement": statement,
        "basis": basis,
        "severity": severity,
        "facts": list(dict.fromkeys(from_placeholders)),
        "quotes": [],
    }


def _severity(share: float) -> str:
    return "high" if share >= HIGH else "medium" if share >= MEDIUM else "low"


def method(found: Measurement) -> list[str]:
    """How it was measured, one sentence an item."""
    made = []
    if found.sessions:
        made += [
            (
                "The model's time runs from the prompt or tool result that made an answer possible to the answer's last line; "
                "it includes the network, the queue at the provider and repeated requests."
            ),
            (
                "Where the log records how long a turn kept the agent busy, that record decides: the rest of the turn is a dialog that waited "
                "for a person, the model takes its own part of the record, and the tools take what is left of it."
            ),
            *([TELEMETRY_METHOD] if found.told else []),
            "Where there is no such record, rules divide a call between tool and person, by the kind of tool and its signs of life.",
            (
                "Every instant has one label: a waiting person comes before the model, the model before a tool; a sub-agent's own work "
                "replaces the call that started it."
            ),
            (
                "A grade is that of the weakest evidence that carries a noticeable part of the value: recorded durations are the best, times "
                "between records come next, rules last."
            ),
        ]
    if found.headline:
        made += [
            *_starts(found),
            *([WAITS_METHOD] if found.traced.waits else []),
            "Working time is that of the agreed working hours and holidays in the agreed time zone; a night or a weekend adds nothing to it.",
        ]
    if found.boundaries:
        made.append(
            "A ceiling is one divided by what is left of the time without the model; its range comes from drawing whole sessions or whole "
            "pull requests again and again, never single events."
        )
    return made


def _starts(found: Measurement) -> list[str]:
    """From when a merged change is measured, and how many of those that are listed."""
    if not found.sessions:
        return [
            "A merged change runs from its first commit, by its author's date, or from its opening if that is earlier, to its merge.",
            "Of {f:lead.listed} merged pull requests listed, {f:lead.count} have such a start; only those carry the figures.",
        ]
    return [
        "A merged change runs from the first prompt of its sessions to its merge; sessions that run at the same time are laid over each other.",
        (
            "Of {f:lead.listed} merged pull requests listed, {f:lead.measured} have such a start and {f:lead.count} have all their sessions "
            "here; only those carry the figures."
        ),
    ]


def limits(found: Measurement, facts: Facts) -> list[str]:
    """What it cannot say, one sentence an item."""
    made = [
        "Each ceiling is headroom from today, for the same work done in the same way; it says nothing of what the model saved before."
    ]
    if found.sessions:
        made += [
            (
                "Recorded durations exist for {f:turn.count} turns of {f:session.with-durations.count} of {f:session.count} sessions, and only for "
                "turns that were not short; all else rests on rules."
            ),
            (
                "Answers that the agent made up itself after an error or an exit count with the model, {f:session.synthetic.hours} in all; "
                "calls that a person declined leave {f:session.declined-tool.hours} with the tools."
            ),
            "A tool call that never got a result is left out, {f:log.unanswered} in all: nobody knows whether the tool ran or a person was asked.",
            "Time without a prompt or an answer is not named: it may be reading, review, other work, a night or a weekend.",
        ]
    else:
        made.append("Without session logs nothing is known of the model, the tools or the dialogs.")
    if not found.pulls and "change" not in found.traced.boundaries:
        made.append("Without merged pull requests nothing is known beyond the end of a session.")
    elif found.headline and found.sessions:
        made += [
            "A session may serve several pull requests and then counts in each; the sums over changes are no sums of anybody's hours.",
            "Sessions that were never recorded are missing, so the model's part of a change is a lower bound.",
            (
                "The median is the time of the change in the middle (of an even number, of the shorter one there); the ceiling is that of "
                "their sum, in which long changes weigh more."
            ),
        ]
        if "lead.model-outside.share" in facts:
            made.append(
                "Outside the agreed working hours lie {f:lead.outside.share} of the calendar time and {f:lead.model-outside.share} of the "
                "model's time in it; people who work at other hours make the working-time figures too small."
            )
    return made


def _no_start(found: Measurement) -> str:
    """Why merged pull requests have no start here."""
    return "no session that is here and began before the merge is joined to them" if found.sessions else "no commit before the merge is known of them"


def warnings(found: Measurement, facts: Facts) -> list[str]:
    """What went wrong on the way, in plain words; first what decides which figures to go by."""
    made = []
    if is_unfit(facts):
        made.append(
            "The given working hours do not fit these logs: {f:lead.model-outside.share} of the model's time lies outside them, so the figures "
            "on the calendar are the better guide until the hours are asked for."
        )
    made += [f"{source.id}: {remark}" for source in found.sources for remark in source.remarks]
    made += [
        f"{source.id}: nothing that could be used ({source.health})."
        for source in found.sources
        if source.health != "ok"
    ]
    fallen = sum(session.fallen_back for session in found.sessions)
    if fallen:
        made.append(f"set:sessions: {fallen} recorded durations are longer than their turn and were not used.")
    loose = sum(session.counts.durations for session in found.sessions) - len(found.turns) - fallen
    if loose:
        made.append(f"set:sessions: {loose} recorded durations belong to no prompt that is here and were not used.")
    sessions, changed = found.ends("set:sessions"), found.traced.periods.get("change")
    if sessions and changed and "lead" not in found.boundaries and (sessions[1] < changed[0] or changed[1] < sessions[0]):
        made.append("The sessions and the merged changes are of different times and do not belong together: the table of wholes has their days.")
    unlinked = len(found.pulls) - len(found.measured)
    if unlinked:
        made.append(
            f"{found.pull_sources[0]}: left out of the merged pull requests: {unlinked}, as {_no_start(found)}."
        )
    return made
