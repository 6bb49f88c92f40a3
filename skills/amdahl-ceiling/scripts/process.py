"""A process as a person tells it: its steps with their work and the wait before each, how many cases start, what an hour costs.

All of it is typed by somebody; nothing here is measured.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from badinput import BadInput
from threepoint import NOTHING, Estimate

MINUTES = {"min": 1.0, "h": 60.0}
ARTICLE = re.compile(r"^(?:an?|the|one)\s+(?=\S)", re.IGNORECASE)
LEADING = re.compile(r"^(?:An?|The|Our|My|Their)\b")
LONGEST_ID = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step as it was told.

    Attributes:
        id: Part of its facts' ids, made from its name.
        name: The client's words.
        who: The role that does it, empty if not told.
        system: What it is done with, empty if not told.
        work: Minutes of work each time.
        wait: Working minutes for which a case waits before it, each time.
        times: How often it comes in one case, on average.
        software: Whether software could do it: "yes", "part", "no" or "" for not told.
        person: Whether a person should do it anyway: "yes", "no" or "".
        seen: Who said so or where it was seen.
    """

    id: str
    name: str
    who: str = ""
    system: str = ""
    work: Estimate
    wait: Estimate = NOTHING
    times: float = 1.0
    software: str = ""
    person: str = ""
    seen: str = ""

    @property
    def goes(self) -> bool:
        """Whether software could do it and nobody need do it in person."""
        return self.software == "yes" and self.person != "yes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What a column of dates means, confirmed by a person.

    Attributes:
        id: Part of its facts' ids.
        column: The column's head in the list.
        name: What happened then, in the client's words.
        step: Place of the step that is then finished, from 0; None if it is none of them.
    """

    id: str
    column: str
    name: str
    step: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """What was told about one kind of case.

    Attributes:
        source: Id of the source that it stands in, empty without answers.
        who: The role of who told it, empty if not known.
        case: What one case is called, without its article.
        start: What it starts with.
        end: What it ends with.
        arrivals: How many start in a week, None if not told.
        rate: What an hour costs, None if not known.
        delay: What a working day's wait of one case costs, None if not told.
        steps: In order.
        events: The confirmed columns of the list of cases, in order.
        unconfirmed: Columns that were proposed and have neither a yes nor a no.
        month_first: Whether dates with slashes have the month first; None if not told.
    """

    source: str = ""
    who: str = ""
    case: str = "case"
    start: str = "its start"
    end: str = "its end"
    arrivals: Estimate | None = None
    rate: Decimal | None = None
    delay: Decimal | None = None
    steps: tuple[Step, ...] = ()
    events: tuple[Event, ...] = ()
    unconfirmed: tuple[str, ...] = ()
    month_first: bool | None = None


def process(values: Mapping[str, Any], lines: Mapping[str, Sequence[int]], *, source: str, who: str, day: float) -> Process:
    """The process that the answers *values* (by question id) tell.

    *lines* has the line of each row of a table in the file *source*; *day* is a working day in minutes.

    Raises:
        BadInput: a step's frequency needs the number of cases and there is none, or the columns of the list go back in the steps.
    """
    arrivals = estimate(values.get("arrivals"))
    steps = _steps(values.get("steps") or (), arrivals, day, _places(source, lines, "steps"))
    rows = values.get("list") or ()
    plain = Process()
    return Process(
        source=source,
        who=who,
        case=ARTICLE.sub("", _inside(values.get("case", plain.case))),
        start=_inside(values.get("from", plain.start)),
        end=_inside(values.get("to", plain.end)),
        arrivals=arrivals,
        rate=_amount(values.get("rate")),
        delay=_amount(values.get("delay")),
        steps=steps,
        events=_events(rows, steps, _places(source, lines, "list")),
        unconfirmed=tuple(row["column"] for row in rows if row["right"] is None),
        month_first=None if "dates" not in values else values["dates"] == "month",
    )


def estimate(value: Mapping[str, float | None] | None) -> Estimate | None:
    """The estimate that an answer of the type range gives, best and worst in either order; None for no answer."""
    if value is None:
        return None
    usual = value["usual"] or 0.0
    ends = [end for name in ("best", "worst") if (end := value[name]) is not None] or [usual]
    return Estimate(usual=usual, low=min(ends), high=max(ends))


def slug(text: str, taken: Iterable[str], other: str) -> str:
    """A part of an id made from *text*: small letters and digits joined by hyphens, none of *taken*; *other* if none are left."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain)[:LONGEST_ID].strip("-") or other
    names, number, free = set(taken), 2, name
    while free in names:
        free, number = f"{name}-{number}", number + 1
    return free


def _places(source: str, lines: Mapping[str, Sequence[int]], table: str) -> list[str]:
    """Where each row of a table stands."""
    return [f"{source}:{line}" for line in lines.get(table, ())]


def _inside(text: str) -> str:
    """Words as they stand inside a sentence: on one line, without a full stop, an article at their start in small letters."""
    line = " ".join(text.split()).rstrip(".")
    return LEADING.sub(lambda match: match[0].lower(), line)


def _amount(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _steps(rows: Sequence[Mapping[str, Any]], arrivals: Estimate | None, day: float, places: Sequence[str]) -> tuple[Step, ...]:
    made: list[Step] = []
    for number, (row, where) in enumerate(zip(rows, places, strict=True), 1):
        scale = day if row["wait-in"] == "d" else MINUTES[row["wait-in"] or "h"]
        wait = estimate(row["wait"])
        made.append(
            Step(
                id=slug(row["step"], [step.id for step in made], f"step{number}"),
                name=_inside(row["step"]),
                who=row["who"] or "",
                system=row["system"] or "",
                work=estimate(row["work"]) or NOTHING,
                wait=NOTHING if wait is None else wait.times(scale),
                times=_times(row, arrivals, where),
                software=row["software"] or "",
                person=row["person"] or "",
                seen=row["seen"] or "",
            )
        )
    return tuple(made)


def _times(row: Mapping[str, Any], arrivals: Estimate | None, where: str) -> float:
    """How often a step comes in one case."""
    times: float = 1.0 if row["times"] is None else row["times"]
    if row["per"] != "week" or row["times"] is None:
        return times
    if arrivals is None or arrivals.mean <= 0:
        expected = f"how many cases start in a usual week, because the step {row['step']!r} is counted by the week"
        raise BadInput(expected=expected, found="no answer", where=where)
    return times / arrivals.mean


def _events(rows: Sequence[Mapping[str, Any]], steps: Sequence[Step], lines: Sequence[str]) -> tuple[Event, ...]:
    """The confirmed rows as events, in order; reading the answers has seen to it that each step is one of the steps."""
    confirmed = [(row, line) for row, line in zip(rows, lines, strict=True) if row["right"] == "yes"]
    places = {_key(step.name): place for place, step in enumerate(steps)}
    made: list[Event] = []
    for number, (row, _) in enumerate(confirmed, 1):
        name = _inside(row["event"] or row["column"])
        # Where no step is named but the words are those of one, that step is meant.
        place = places.get(_key(name)) if row["step"] is None else places[_key(_inside(row["step"]))]
        name_id = slug(name, [event.id for event in made], f"date{number}")
        made.append(Event(id=name_id, column=row["column"], name=name, step=place))
    _check_order(made, [line for _, line in confirmed])
    return tuple(made)


def _check_order(events: Sequence[Event], lines: Sequence[str]) -> None:
    """Refuse a list of events that goes back in the steps: said and recorded could not be laid side by side."""
    placed = [(event, line) for event, line in zip(events, lines, strict=True) if event.step is not None]
    for (before, _), (after, line) in pairwise(placed):
        if (after.step or 0) <= (before.step or 0):
            expected = f"the columns in the order of the steps, {after.column!r} before {before.column!r}"
            raise BadInput(expected=expected, found="the other order", where=line)


def _key(text: str) -> str:
    return " ".join(text.split()).casefold()
