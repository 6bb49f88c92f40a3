"""A small plumbing wholesaler: facts of every type, four sources, a judgement that stands, and the artefact of all that."""

from __future__ import annotations

import copy
import json
from typing import Any

from fde.portable.artefact import UNJUDGED, compose, files
from fde.portable.check import check
from fde.portable.sources import Source, text_source

TALK = """Anna: We type every order in twice.
Ben Lead: Is it ever done on time?
Anna: No. Nobody looks before Thursday, and
then it is 1.5 hours of work.
"""
MAIL = """---
kind: document
---
# Mail of the owner

I want to know when it ships. It takes 12 days, e.g. for taps, and 1 250 orders wait.

- Orders are late because
  nobody looks.
- Yes
"""
NOTE = """---
kind: typed note
clearance: quote
---
Invented for this example.

The warehouse waits for the paper.
"""


def fact(name: str, kind: str, value: Any, unit: str = "", **more: Any) -> dict[str, Any]:
    whole = {"id": name, "label": f"The {name}", "type": kind, "value": value, "unit": unit, "grade": "A", "sources": ["set:orders"]}
    return whole | more


def facts() -> dict[str, Any]:
    """A document of facts with each type, a table, both charts and a finding."""
    return {
        "schema": "fde.facts/1",
        "skill": "order-count",
        "version": "1.0.0",
        "answer": ["An order takes {f:entry|range}.", "It costs {f:cost}.", "Of {f:orders} orders {f:late.share} are late."],
        "facts": [
            fact("orders", "count", 1250, n=1250, period=["2026-01-05", "2026-02-17"]),
            fact("entry", "duration", 1.54321, "h", interval={"low": 1.2, "high": 1.9, "level": 0.95, "method": "bootstrap"}, grade="B"),
            fact("late.share", "ratio", 73.5, "%", grade="C"),
            fact("speed", "ratio", 1.0091, "x"),
            fact("cost", "money", "1250.50", "EUR", grade="D"),
            fact("stage", "text", "typing in"),
            fact("since", "date", "2026-01-05"),
            fact("scrap", "number", None, "kg", unknown="nobody weighs it", grade=None),
        ],
        "tables": [
            {
                "id": "stages",
                "title": "Where the time goes",
                "columns": [{"key": "stage", "label": "Stage"}, {"key": "hours", "label": "Time", "unit": "h"}],
                "rows": [["{f:stage}", "{f:entry}"], ["other", 12.25], ["none", None]],
            },
            {"id": "more", "title": "More", "columns": [{"key": "a", "label": "A"}], "rows": [[0]]},
        ],
        "charts": [
            {
                "id": "curve",
                "kind": "line",
                "title": "Speed",
                "x": {"label": "model", "scale": "log"},
                "y": {"label": "time"},
                "series": [{"label": "all", "points": [[1, 1.0], [10, 0.4], [100, 0.3]]}, {"label": "some", "points": [[1, 1.0], [100, 0.31]]}],
            },
            {
                "id": "bars",
                "kind": "bar",
                "title": "Hours",
                "x": {"label": "stage"},
                "y": {"label": "hours", "unit": "h"},
                "series": [{"label": "hours", "points": [["typing in", 12.5], ["checking", 0], ["shipping", 3.25]]}],
            },
        ],
        "findings": [
            {
                "id": "typed",
                "by": "code",
                "title": "Orders are typed by hand",
                "statement": "An order takes {f:entry}.",
                "basis": "measured",
                "severity": "medium",
                "facts": ["entry"],
                "quotes": [],
            }
        ],
        "sources": [
            {
                "id": "set:orders",
                "locator": "file:evidence/orders/*.csv",
                "count": 3,
                "bytes": 99,
                "digest": "sha256:00",
                "health": "ok",
                "read": 1250,
                "skipped": 2,
                "note": "2 lines were cut off",
            }
        ],
        "method": ["Each line is one order."],
        "limits": ["Breaks are part of {f:entry}."],
        "warnings": [],
    }


def source(text: str, kind: str = "document", name: str = "notes/x.md") -> Source:
    """A text source of *kind*."""
    return text_source(name, text.encode(), text if text.startswith("---\n") else f"---\nkind: {kind}\n---\n{text}")


def sources() -> list[Source]:
    """A recording, a document, a typed note, and one that could not be read."""
    return [
        source(TALK, "recording", "talks/anna.txt"),
        text_source("mails/owner.md", MAIL.encode(), MAIL),
        text_source("notes/warehouse.md", NOTE.encode(), NOTE),
        Source(id="notes/broken.md", text="", health="failed", note="it is not UTF-8: byte 0xe9 at offset 3"),
    ]


def finding(statement: str = "People wait.", **more: Any) -> dict[str, Any]:
    whole = {"title": "A finding", "statement": statement, "basis": "reported", "severity": "low", "facts": ["entry"], "quotes": []}
    return whole | more


def action(what: str = "Take the second typing out", **more: Any) -> dict[str, Any]:
    whole = {"what": what, "owner": "the lead", "due": "2026-04-01", "moves": "entry", "proposed": {"value": "1", "unit": "h"}, "quotes": []}
    return whole | more


def question(text: str = "Who weighs the scrap?", **more: Any) -> dict[str, Any]:
    return {"question": text, "whom": "the owner", "why": "It is {f:scrap}."} | more


def reply(*, findings: Any = (), actions: Any = (), questions: Any = ()) -> dict[str, Any]:
    """A judgement (`fde.judgement/1`)."""
    return {"schema": "fde.judgement/1", "findings": list(findings), "actions": list(actions), "questions": list(questions)}


def good_reply() -> dict[str, Any]:
    """A judgement that stands whole, with quotes from each source."""
    twice = {"source": "talks/anna.txt", "text": "We type every order in twice."}
    late = {"source": "mails/owner.md", "text": "Orders are late because nobody looks."}
    note = {"source": "notes/warehouse.md", "text": "The warehouse waits for the paper."}
    return reply(
        findings=[
            finding('Anna says "We type every order in twice." It takes {f:entry|range}.', title="Typing takes {f:entry}", quotes=[twice, note]),
            finding("It may be told otherwise.", basis="disputed", quotes=[late], severity="high"),
        ],
        actions=[action(quotes=[late]), action("Ask the owner", due=None, proposed=None, owner="whoever has {f:stage}")],
        questions=[question()],
    )


def artefact(given: Any = None, **more: Any) -> dict[str, Any]:
    """The parsed `artefact.json` of facts and a judgement, as it lies on disk; without *given* it is measured only."""
    verdict = check(given, facts()["facts"], [s for s in sources() if s.health == "ok"]) if given else None
    judged = {**UNJUDGED, "status": "ok", "by": "anthropic/some-model", "prompt": "sha256:11"} if given else UNJUDGED
    fields = {"created": "2026-03-02T07:30:00+01:00", "zone": "Europe/Berlin", "words": sources(), "verdict": verdict, "judged": judged}
    document = compose(facts(), **{**fields, **more})
    return json.loads(files(document)["artefact.json"])


def views(document: Any) -> dict[str, str | None]:
    """The text of each view as `files` writes it."""
    return {name: data.decode() for name, data in files(document).items() if name != "artefact.json"}


def changed(document: Any, *path: Any, to: Any) -> Any:
    """A copy of *document* in which the value at *path* is *to*."""
    whole = copy.deepcopy(document)
    place = whole
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return whole
