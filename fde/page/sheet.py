"""Page one: what fits on one sheet of A4, chosen by rule and never by overflow.

At most three sentences, actions and questions, each as many whole sentences as its room holds; what is left out is in the appendix.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..portable.artefact import is_correction
from ..portable.facts import Fact, by_id, is_known, named, show
from . import fit
from .wording import BASIS, Passage, day, passage, sureness

MOST = 3
CORRECTED = "What was corrected by a person"
# Room in ordinary small letters.
HEADLINE, SENTENCE, COST, ACTION, QUESTION, FINDING, ROLE, LABEL = 220, 260, 220, 220, 190, 260, 60, 110
# Tried in this order until the sheet holds it all: how much of that room, and whether there is a chart.
_LAYOUTS = ((1.0, True), (0.85, True), (0.7, True), (0.8, False), (0.65, False), (0.5, False), (0.35, False))
_COSTS = (re.compile(r"\bcosts?\b", re.IGNORECASE), re.compile(r"\bweek(?:ly)?\b", re.IGNORECASE))
_WAITS = re.compile(r"\bwait(?:s|ed|ing)?\b|\bqueues?\b|\bidle\b", re.IGNORECASE)
_HOURS = {"s": 1 / 3600, "min": 1 / 60, "h": 1.0, "d": 24.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One point of a list on page one: its title, what it says, and below it in small type the rest."""

    says: Passage
    title: str = ""
    below: str = ""
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One list of page one.

    Attributes:
        points: At most three.
        rest: How many more there are.
    """

    points: tuple[Point, ...] = ()
    rest: int = 0

    @property
    def is_cut(self) -> bool:
        """Say whether the appendix has more of it."""
        return self.rest > 0 or any(point.says.is_cut for point in self.points)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What stands on page one.

    Attributes:
        answer: One to three passages, the first in large type.
        cost: What it costs to leave it; empty where nothing says so.
        actions: What to do first.
        findings: What stands out; only where there is no action.
        questions: What we do not know.
        chart: The one chart, None if there is none.
        sure: How sure all this is, in a sentence.
        corrected: How many of its figures somebody has corrected since they were computed.
    """

    answer: tuple[Passage, ...]
    cost: tuple[Passage, ...]
    actions: Part
    findings: Part
    questions: Part
    chart: Mapping[str, Any] | None
    sure: str
    corrected: int

    @property
    def is_cut(self) -> bool:
        """Say whether anything of it is longer than it stands here."""
        shortened = any(part.is_cut for part in (*self.answer, *self.cost))
        return shortened or any(part.is_cut for part in (self.actions, self.findings, self.questions))


def sheet(record: Mapping[str, Any]) -> Sheet:
    """Choose what of an artefact (`fde.artefact/1`), cleared or whole, stands on page one, so that it holds it."""
    tried = (_sheet(record, share, has_chart=has_chart) for share, has_chart in _LAYOUTS)
    return next((front for front in tried if height(front) <= fit.SHEET), _sheet(record, _LAYOUTS[-1][0], has_chart=False))


def height(front: Sheet) -> float:
    """Return how high *front* is at most, in mm."""
    first, *others = (part.text for part in front.answer)
    high = fit.HEADER + 10 + fit.HEADLINE.height(first) + fit.ANSWER.heights(others, 1.6)
    if front.cost:
        high += fit.SECTION + fit.HEADING + fit.COST.heights(part.text for part in front.cost)
    high += fit.CHART if front.chart else 0
    high += sum(_part_height(part) for part in (front.actions, front.findings, front.questions))
    return high + 4 + fit.FOOTER.height(front.sure) + 2 * fit.FOOTER.height("one line")


def _part_height(part: Part) -> float:
    if not part.points:
        return 0.0
    high = fit.SECTION + fit.HEADING + (fit.BELOW.height("one line") + 1 if part.rest else 0)
    high += fit.POINT.heights((f"{point.title} {point.says.text}" for point in part.points), 1.7)
    return high + fit.BELOW.heights(point.below for point in part.points)


def _sheet(record: Mapping[str, Any], share: float, *, has_chart: bool) -> Sheet:
    index = by_id(record["facts"])
    rooms = (HEADLINE * share, SENTENCE * share, SENTENCE * share)
    answer = tuple(passage(text, index, room) for text, room in zip(record["answer"], rooms, strict=False))
    cost = tuple(passage(text, index, COST * share) for text in costs(record)[:2])
    actions = _part(_action(action, index, share) for action in record["actions"])
    findings = Part() if actions.points else _part(_finding(finding, index, share) for finding in _weighty(record["findings"]))
    questions = _part(_question(question, index, share) for question in record["questions"])
    points = [point for part in (actions, findings, questions) for point in part.points]
    used = [name for text in (*answer, *cost) for name in text.facts]
    used += [name for point in points for name in (*point.says.facts, *point.facts)]
    return Sheet(
        answer=answer,
        cost=cost,
        actions=actions,
        findings=findings,
        questions=questions,
        chart=chart(record) if has_chart else None,
        sure=sureness((index[name] for name in dict.fromkeys(used)), _kinds(record, actions)),
        corrected=len({name for finding in record["findings"] if is_correction(finding) for name in finding["facts"]} & set(used)),
    )


def costs(record: Mapping[str, Any]) -> list[str]:
    """Return the sentences (with placeholders) that say what it costs to leave everything as it is; none if nothing fits.

    The skill's own (`cost`) if it has any. Else one made of a fact: an amount of money whose label or id speaks of cost, else of
    a week; else the longest wait that the answer names.
    """
    if record.get("cost"):
        return list(record["cost"])
    index = by_id(record["facts"])
    known = [fact for fact in record["facts"] if is_known(fact)]
    money = [fact for fact in known if fact["type"] == "money"]
    named_ids = {name for text in record["answer"] for name in named(text)}
    waits = [index[name] for name in sorted(named_ids) if index[name]["type"] == "duration" and _WAITS.search(index[name]["label"])]
    chosen = [fact for pattern in _COSTS for fact in money if pattern.search(fact["label"]) or pattern.search(fact["id"])]
    chosen += sorted((fact for fact in waits if is_known(fact)), key=_hours, reverse=True)
    return [f"{chosen[0]['label']}: {{f:{chosen[0]['id']}|range}}."] if chosen else []


def chart(record: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the chart for page one: the first of bars, for they need no explanation, else the first."""
    return next((c for c in record["charts"] if c["kind"] == "bar" and c["series"][0]["points"]), next(iter(record["charts"]), None))


def _hours(fact: Fact) -> float:
    return float(fact["value"]) * _HOURS.get(fact["unit"], 0.0)


def _part(points: Iterable[Point]) -> Part:
    every = list(points)
    return Part(points=tuple(every[:MOST]), rest=max(0, len(every) - MOST))


def _action(action: Mapping[str, Any], index: Mapping[str, Fact], share: float) -> Point:
    owner = passage(action["owner"], index, ROLE * share)
    return Point(
        says=passage(action["what"], index, ACTION * share),
        below=f"{_who(owner.text)}{_moves(action, index, share)}",
        facts=(*owner.facts, action["moves"]),
    )


def _who(owner: str) -> str:
    return f"Who: {owner.rstrip('.')}. " if owner else ""


def _moves(action: Mapping[str, Any], index: Mapping[str, Fact], share: float) -> str:
    fact, proposed = index[action["moves"]], action["proposed"]
    target = f", proposed {proposed['value']} {proposed['unit']}".rstrip() if proposed else ""
    due = f" by {day(action['due'])} (proposed)" if action["due"] else ""
    label = passage(fact["label"], index, LABEL * share).text
    return f"Should move: {label}, now {show(fact)}{target}{due}."


def _finding(finding: Mapping[str, Any], index: Mapping[str, Fact], share: float) -> Point:
    title = passage(finding["title"], index, LABEL * share)
    says = passage(finding["statement"], index, FINDING * share)
    return Point(title=f"{title.text.rstrip('.')}.", says=says, below=f"{BASIS[finding['basis']].capitalize()}.", facts=title.facts)


def _weighty(findings: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    order = ("high", "medium", "low")
    found = [finding for finding in findings if not is_correction(finding)]
    return sorted(found, key=lambda finding: order.index(finding["severity"]))


def _question(question: Mapping[str, Any], index: Mapping[str, Fact], share: float) -> Point:
    whom = passage(question["whom"], index, ROLE * share)
    ask = f"Ask: {whom.text.rstrip('.')}." if whom.text else ""
    return Point(says=passage(question["question"], index, QUESTION * share), below=ask, facts=whom.facts)


def _kinds(record: Mapping[str, Any], actions: Part) -> list[str]:
    """Return of what kind the words are that the shown actions rest on."""
    shown = record["actions"][: len(actions.points)]
    return [kind for action in shown for kind in action.get("kinds", [quote["kind"] for quote in action["quotes"]])]
