"""Page one: what fits on one sheet of A4, chosen by rule and never by overflow.

At most three sentences, actions and questions, each as many whole sentences as its room holds; what is left out is in the appendix.
A weighty finding of the measurement that nothing else shows stands above the actions, if there is room for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..portable.artefact import is_correction
from ..portable.facts import Fact, by_id, is_known, named, show
from . import fit
from .wording import Passage, day, how, passage, sureness

MOST = 3
CLOSING = "What is shortened here stands in full on the pages that follow."
RANGES = "A range in brackets tells how far a figure is known: the true one may lie anywhere in it."
CORRECTED = "What was corrected by a person"
# Room in ordinary small letters.
HEADLINE, SENTENCE, COST, ACTION, QUESTION, FINDING, ROLE, LABEL = 230, 300, 230, 230, 200, 280, 60, 110
_COSTS = (re.compile(r"\bcosts?\b", re.IGNORECASE), re.compile(r"\bweek(?:ly)?\b", re.IGNORECASE))
_WAITS = re.compile(r"\bwait(?:s|ed|ing)?\b|\bqueues?\b|\bidle\b", re.IGNORECASE)
_HOURS = {"s": 1 / 3600, "min": 1 / 60, "h": 1.0, "d": 24.0}


@dataclass(frozen=True, slots=True)
class Layout:
    """How full page one is made.

    Attributes:
        first: How much of its room the first sentence of a text gets.
        further: How much of the same room may be full with the sentences that follow it.
        has_chart: Whether there is a chart.
        questions: How many of them there are.
    """

    first: float
    further: float
    has_chart: bool = True
    questions: int = MOST

    def passage(self, raw: str, index: Mapping[str, Fact], room: float) -> Passage:
        """Return what of *raw* stands there."""
        return passage(raw, index, room * self.first, room * self.further)


# Tried in this order until the sheet holds it all: a second sentence goes before a first one is cut, and further
# questions before more of it, and all that before the chart.
_LAYOUTS = (
    *(Layout(1.0, further) for further in (1.0, 0.85, 0.7, 0.5)),
    *(Layout(share, share, questions=count) for share in (0.85, 0.8, 0.6) for count in (3, 2, 1)),
    *(Layout(share, share, has_chart=False) for share in (0.65, 0.5, 0.35)),
)


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
        is_set_on: Whether what stands below a point is set on in its last line.
    """

    points: tuple[Point, ...] = ()
    rest: int = 0
    is_set_on: bool = True

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
        findings: What stands out; where there are actions at most one, which nothing else on the sheet shows.
        questions: What we do not know.
        chart: The one chart, None if there is none.
        sure: How sure all this is, in a sentence.
        corrected: How many of its figures somebody has corrected since they were computed.
        used: The ids of the facts that stand on it.
    """

    answer: tuple[Passage, ...]
    cost: tuple[Passage, ...]
    actions: Part
    findings: Part
    questions: Part
    chart: Mapping[str, Any] | None
    sure: str
    corrected: int
    used: frozenset[str]

    @property
    def is_cut(self) -> bool:
        """Say whether anything of it is longer than it stands here."""
        shortened = any(part.is_cut for part in (*self.answer, *self.cost))
        return shortened or any(part.is_cut for part in (self.actions, self.findings, self.questions))

    @property
    def has_range(self) -> bool:
        """Say whether a figure stands on it with its interval."""
        said = [point.says for part in (self.actions, self.findings, self.questions) for point in part.points]
        return any(passage.has_range for passage in (*self.answer, *self.cost, *said))


def sheet(record: Mapping[str, Any]) -> Sheet:
    """Choose what of an artefact (`fde.artefact/1`), cleared or whole, stands on page one, so that it holds it."""
    tried = ((layout, _sheet(record, layout)) for layout in _LAYOUTS)
    layout, front = next(((layout, front) for layout, front in tried if _fits(front)), (_LAYOUTS[-1], _sheet(record, _LAYOUTS[-1])))
    if front.actions.points and (unseen := _unseen(record, front)):
        fuller = _sheet(record, layout, unseen)
        return fuller if _fits(fuller) else front
    return front


def _fits(front: Sheet) -> bool:
    return height(front) <= fit.SHEET


def _unseen(record: Mapping[str, Any], front: Sheet) -> Mapping[str, Any] | None:
    """Return the first weighty finding of the measurement of which no figure stands on *front*."""
    index = by_id(record["facts"])
    weighty = [finding for finding in record["findings"] if finding["by"] == "code" and finding["severity"] == "high"]
    figures = [{name for name in finding["facts"] if index[name]["type"] not in ("text", "date")} for finding in weighty]
    return next((finding for finding, names in zip(weighty, figures, strict=True) if names and not names & front.used), None)


def height(front: Sheet) -> float:
    """Return about how high *front* is with Helvetica or Arial, in mm, with some reserve for others."""
    first, *others = (part.text for part in front.answer)
    high = fit.HEADER + 10 + fit.HEADLINE.height(first) + fit.ANSWER.heights(others, 1.6)
    if front.cost:
        high += fit.SECTION + fit.HEADING + fit.COST.heights(part.text for part in front.cost)
    high += fit.CHART if front.chart else fit.RESERVE
    high += sum(_part_height(part) for part in (front.actions, front.findings, front.questions))
    return high + 4 + fit.FOOTER.height(f"{front.sure} {RANGES if front.has_range else ''} {CLOSING}")


def _part_height(part: Part) -> float:
    if not part.points:
        return 0.0
    high = fit.SECTION + fit.HEADING + (fit.BELOW.height("one line") + 1 if part.rest else 0)
    if part.is_set_on:
        return high + fit.POINT.heights((f"{point.title} {point.says.text} {point.below}" for point in part.points), 1.7)
    return high + fit.POINT.heights((point.says.text for point in part.points), 1.7) + fit.BELOW.heights(p.below for p in part.points)


def _sheet(record: Mapping[str, Any], layout: Layout, unseen: Mapping[str, Any] | None = None) -> Sheet:
    index = by_id(record["facts"])
    rooms = (HEADLINE, SENTENCE, SENTENCE)
    answer = tuple(layout.passage(text, index, room) for text, room in zip(record["answer"], rooms, strict=False))
    cost = tuple(layout.passage(text, index, COST) for text in costs(record)[:MOST])
    actions = _part((_action(action, index, layout) for action in record["actions"]), is_set_on=False)
    weighty = ([unseen] if unseen else []) if actions.points else _weighty(record["findings"])
    findings = _part(_finding(finding, index, layout) for finding in weighty)
    questions = _part((_question(question, index, layout) for question in record["questions"]), layout.questions)
    points = [point for part in (actions, findings, questions) for point in part.points]
    used = [name for text in (*answer, *cost) for name in text.facts]
    used += [name for point in points for name in (*point.says.facts, *point.facts)]
    return Sheet(
        answer=answer,
        cost=cost,
        actions=actions,
        findings=findings,
        questions=questions,
        chart=chart(record) if layout.has_chart else None,
        sure=sureness((index[name] for name in dict.fromkeys(used)), _kinds(record, actions)),
        used=frozenset(used),
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


def _part(points: Iterable[Point], most: int = MOST, *, is_set_on: bool = True) -> Part:
    every = list(points)
    return Part(points=tuple(every[:most]), rest=max(0, len(every) - most), is_set_on=is_set_on)


def _action(action: Mapping[str, Any], index: Mapping[str, Fact], layout: Layout) -> Point:
    owner = layout.passage(action["owner"], index, ROLE)
    return Point(
        says=layout.passage(action["what"], index, ACTION),
        below=f"{_who(owner.text)}{_by(action['due'])}{_moves(action, index, layout)}",
        facts=(*owner.facts, action["moves"]),
    )


def _who(owner: str) -> str:
    return f"Who: {_ended(owner)} " if owner else ""


def _by(due: str | None) -> str:
    # A day beside the figure of now would read as if that figure were to be reached by then.
    return f"By {day(due)} (proposed). " if due else ""


def _moves(action: Mapping[str, Any], index: Mapping[str, Fact], layout: Layout) -> str:
    fact, proposed = index[action["moves"]], action["proposed"]
    target = f", proposed {proposed['value']} {proposed['unit']}".rstrip() if proposed else ""
    label = layout.passage(fact["label"], index, LABEL).text
    return f"The number to watch: {label}, now {show(fact)}{target}."


def _ended(text: str) -> str:
    return text if not text or text.endswith(("…", ".", "!", "?")) else f"{text}."


def _finding(finding: Mapping[str, Any], index: Mapping[str, Fact], layout: Layout) -> Point:
    title = layout.passage(finding["title"], index, LABEL)
    says = layout.passage(finding["statement"], index, FINDING)
    return Point(title=_ended(title.text), says=says, below=how(finding, index), facts=title.facts)


def _weighty(findings: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    order = ("high", "medium", "low")
    found = [finding for finding in findings if not is_correction(finding)]
    return sorted(found, key=lambda finding: order.index(finding["severity"]))


def _question(question: Mapping[str, Any], index: Mapping[str, Fact], layout: Layout) -> Point:
    whom = layout.passage(question["whom"], index, ROLE)
    ask = f"Ask: {_ended(whom.text)}" if whom.text else ""
    return Point(says=layout.passage(question["question"], index, QUESTION), below=ask, facts=whom.facts)


def _kinds(record: Mapping[str, Any], actions: Part) -> list[str]:
    """Return of what kind the words are that the shown actions rest on."""
    shown = record["actions"][: len(actions.points)]
    return [kind for action in shown for kind in action.get("kinds", [quote["kind"] for quote in action["quotes"]])]
