"""A small artefact with something of everything, made by the same function as a real one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fde.portable.artefact import UNJUDGED, compose
from fde.portable.check import Verdict
from fde.portable.sources import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

CLIENT = "Halden Sanitary Wholesale"
OWNER, OFFICE, MAIL = "interviews/owner.md", "interviews/office.md", "mails/fitter.md"

SOURCES = [
    {
        "id": "set:orders",
        "locator": "file:evidence/orders/*.csv",
        "count": 1,
        "bytes": 4096,
        "digest": "sha256:00",
        "health": "ok",
        "read": 120,
        "skipped": 2,
        "note": "",
    }
]


def fact(name: str, label: str, kind: str, value: Any, unit: str = "", *, grade: str | None = "B", **other: Any) -> dict[str, Any]:
    """Return one fact that rests on the orders."""
    return {"id": name, "label": label, "type": kind, "value": value, "unit": unit, "grade": grade, "sources": ["set:orders"], **other}


def interval(low: float, high: float) -> dict[str, Any]:
    """Return an interval of 95 %."""
    return {"low": low, "high": high, "level": 0.95, "method": "bootstrap"}


FACTS = [
    fact("case.time", "An order, from the fitter's mail to the invoice", "duration", 61.5, "h", n=120, interval=interval(55.0, 70.25)),
    fact("case.wait", "Wait of an order for its price", "duration", 40.2, "h", grade="D"),
    fact("work.share", "Part of that time in which somebody works on it", "ratio", 8.4, "%", grade="C"),
    fact("wait.cost", "Cost of the waiting, a week", "money", "1310.50", "EUR", grade="D", interval=interval(900.0, 1800.0)),
    fact("error.rate", "Orders typed wrong", "ratio", None, "%", grade=None, unknown="nobody counts them"),
]


def facts(**other: Any) -> dict[str, Any]:
    """Return a document of facts; *other* replaces parts of it, `computed` its findings."""
    found = [code_finding("waits", "Orders wait for a price", "An order waits {f:case.wait} for its price.")]
    return {
        "schema": "fde.facts/1",
        "skill": "order-count",
        "version": "1.0.0",
        "answer": [
            "An order takes {f:case.time} from the mail to the invoice.",
            "Somebody works on it for {f:work.share} of that.",
            "It waits for its price most of the rest.",
        ],
        "cost": ["The waiting costs {f:wait.cost|range} a week."],
        "facts": FACTS,
        "tables": [table("steps", "Where an order waits", ["Step", "Hours"], [["price", "{f:case.wait}"], ["packing", 3.5]])],
        "charts": [chart("time", "Where the time of an order goes")],
        "findings": other.pop("computed", found),
        "sources": SOURCES,
        "method": ["set:orders: each line of the list is one order."],
        "limits": ["Orders by telephone are not in the list."],
        "warnings": [],
        **other,
    }


def table(name: str, title: str, heads: Sequence[str], rows: list[list[Any]]) -> dict[str, Any]:
    """Return one table."""
    return {"id": name, "title": title, "columns": [{"key": f"c{n}", "label": head} for n, head in enumerate(heads)], "rows": rows}


def chart(name: str, title: str, **other: Any) -> dict[str, Any]:
    """Return one bar chart."""
    points = [["waits for a price", 40.2], ["is packed", 3.5]]
    axes = {"x": {"label": "step"}, "y": {"label": "hours", "unit": "h"}}
    return {"id": name, "kind": "bar", "title": title, **axes, "series": [{"label": "time", "points": points}], **other}


def code_finding(name: str, title: str, statement: str) -> dict[str, Any]:
    """Return one finding of a script."""
    support = {"basis": "measured", "severity": "high", "facts": ["case.wait"], "quotes": []}
    return {"id": name, "by": "code", "title": title, "statement": statement, **support}


def quote(source: str, text: str, *, kind: str = "typed note", speaker: str | None = None) -> dict[str, Any]:
    """Return a quote as the check leaves it."""
    return {"source": source, "text": text, "lines": [3, 3], "sentence": text, "kind": kind, "speaker": speaker, "notice": None}


def finding(title: str, statement: str, *quotes: dict[str, Any]) -> dict[str, Any]:
    """Return one finding of a model."""
    return {"title": title, "statement": statement, "severity": "high", "basis": "measured", "facts": ["case.wait"], "quotes": list(quotes)}


def action(what: str, *quotes: dict[str, Any], owner: str = "Office lead", **other: Any) -> dict[str, Any]:
    """Return one action of a model."""
    return {"what": what, "owner": owner, "due": None, "moves": "case.wait", "proposed": None, "quotes": list(quotes), **other}


def question(text: str, *, whom: str = "the owner", why: str = "It decides what comes first.") -> dict[str, Any]:
    """Return one question of a model."""
    return {"question": text, "whom": whom, "why": why}


ACTIONS = [
    action("Send the price sheet to the office each morning.", due="2026-04-01", proposed={"value": "8", "unit": "h"}),
    action("Let the office confirm small orders without asking."),
]
QUESTIONS = [question("How many orders come by telephone?")]


def record(
    *,
    findings: Sequence[dict[str, Any]] = (),
    actions: Sequence[dict[str, Any]] = ACTIONS,
    questions: Sequence[dict[str, Any]] = QUESTIONS,
    clearance: dict[str, str] | None = None,
    status: str = "ok",
    subject: str | None = None,
    **other: Any,
) -> dict[str, Any]:
    """Return an artefact; *clearance* by source for its notes, *other* for its facts."""
    words = [Source(id=name, text="", kind="typed note", clearance=level) for name, level in (clearance or {}).items()]
    return compose(
        facts(**other),
        created="2026-03-02T09:30:00+01:00",
        zone="Europe/Berlin",
        subject=subject,
        words=words,
        verdict=Verdict(findings=tuple(findings), actions=tuple(actions), questions=tuple(questions)) if status == "ok" else None,
        judged={**UNJUDGED, "by": "replay/x", "status": status},
    )
