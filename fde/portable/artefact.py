"""An artefact: facts and a checked judgement put together, the files that show it, and the test that they still agree.

JSON is the record; Markdown and SVG are views of it. The runner and a skill's folder on its own write the same bytes.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from .check import Problem, Quoted, Verdict, capped, find_quote, prose_problems
from .days import day
from .facts import by_id, fill, is_known, named
from .markdown import markdown
from .schema import validate
from .sources import Source
from .svg import draw

RECORD, VIEW = "artefact.json", "artefact.md"
# Where a judgement's prose stands: by list, the text that is rendered first.
PROSE = {"findings": ("statement", "title"), "actions": ("what", "owner"), "questions": ("question", "whom", "why")}
_MONEY = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_LOCATOR = re.compile(r"(?:file:(?:evidence|answers)/|(?:git|mail|row):)[^\n]*")
_PLACES = "expected a place like file:evidence/orders/*.csv or file:answers/orders.md"
UNJUDGED: dict[str, Any] = {
    "status": "none",
    "by": "none",
    "prompt": None,
    "replayed": False,
    "origin": None,
    "tokens": None,
    "cost": None,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """Something in an artefact on disk that is not as it was computed.

    Attributes:
        where: File and line, or file and field.
        what: One sentence.
    """

    where: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a person says is wrong, and what is right; it stands beside the computed figure and never changes it.

    Attributes:
        about: The id of the fact that it corrects, empty if it corrects a finding.
        title: What it corrects, in words.
        text: The person's words; a brace in them is a brace.
    """

    about: str
    title: str
    text: str


def facts_problems(facts: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a document of facts (`fde.facts/1`): its schema, its ids, what its sentences name."""
    shape = validate(facts, "facts")
    if shape:
        return shape
    lists = ("facts", "tables", "charts", "findings", "sources")
    reasons = [f"{name}: the id {twice!r} stands twice" for name in lists for twice in _twice(item["id"] for item in facts[name])]
    reasons += [f"facts: {fact['id']} {reason}" for fact in facts["facts"] if (reason := _value_problem(fact))]
    listed = {source["id"] for source in facts["sources"]}
    reasons += [f"sources: {source['id']} is at {source['locator']!r}; {_PLACES}" for source in facts["sources"] if not _LOCATOR.match(source["locator"])]
    rests = [(fact["id"], name) for fact in facts["facts"] for name in fact["sources"] if name not in listed]
    reasons += [f"facts: {fact} rests on {name!r}, which is not among the sources" for fact, name in rests]
    index = by_id(facts["facts"])
    for place, sentence in _sentences(facts):
        reasons += [] if sentence.strip() or place.startswith("tables") else [f"{place}: it is empty"]
        reasons += [f"{place}: there is no fact {name!r}" for name in named(sentence) if name not in index]
    for finding in facts["findings"]:
        reasons += [f"{finding['id']}: there is no fact {name!r}" for name in finding["facts"] if name not in index]
    for table in facts["tables"]:
        width = len(table["columns"])
        reasons += [f"{table['id']}: a row has {len(row)} cells, expected {width}" for row in table["rows"] if len(row) != width]
    reasons += [f"charts: {chart['id']} {reason}" for chart in facts["charts"] if (reason := _chart_problem(chart))]
    return reasons


def typed_figures(facts: Mapping[str, Any]) -> list[str]:
    """Return each figure that a script typed into its own sentences, where a placeholder should stand."""
    index = by_id(facts["facts"])
    prose = [(place, sentence) for place, sentence in _sentences(facts) if not place.startswith(("tables", "warnings"))]
    return [f"{place}: {reason}" for place, sentence in prose for reason in prose_problems(sentence, index)]


def compose(
    facts: Mapping[str, Any],
    *,
    created: str,
    zone: str,
    subject: str | None = None,
    words: Iterable[Source] = (),
    verdict: Verdict | None = None,
    dropped: Iterable[Problem] = (),
    judged: Mapping[str, Any] = UNJUDGED,
    by: str = "model",
    supersedes: str | None = None,
    corrections: Iterable[Correction] = (),
) -> dict[str, Any]:
    """Put an artefact (`fde.artefact/1`) together; `views` is filled in by `files`.

    Args:
        facts: A document of facts without problems.
        created: ISO 8601 with offset, in the engagement's zone.
        zone: That zone's name.
        subject: A slug, None for the client itself.
        words: The text sources of the skill, listed behind the script's own sources.
        verdict: What stood of a judgement; None if none was asked or came.
        dropped: What the check refused for good.
        judged: Who judged and how it went.
        by: "model" or "person", the origin of what stood.
        supersedes: The folder of the artefact that this one follows.
        corrections: What a person corrected in that one.
    """
    verdict = verdict or Verdict()
    index = by_id(facts["facts"])
    listed = {source["id"] for source in facts["sources"]}
    document: dict[str, Any] = {
        "schema": "fde.artefact/1",
        "skill": facts["skill"],
        "version": facts["version"],
        "subject": subject,
        "created": created,
        "zone": zone,
        "answer": facts["answer"],
        **({"cost": facts["cost"]} if "cost" in facts else {}),
        "facts": facts["facts"],
        "tables": facts["tables"],
        "charts": facts["charts"],
        "findings": [_code_finding(finding, index) for finding in facts["findings"]],
        "actions": [_judged("a", n, by, action, "what", index) for n, action in enumerate(verdict.actions, 1)],
        "questions": [_judged("q", n, by, question, "question", index) for n, question in enumerate(verdict.questions, 1)],
        "sources": [*facts["sources"], *(source.record() for source in words if source.id not in listed)],
        "method": facts["method"],
        "limits": facts["limits"],
        "warnings": facts["warnings"],
        "judged": dict(judged),
        "dropped": [{"kind": p.kind, "what": p.what, "reasons": list(p.reasons)} for p in dropped if p.kind != "reply"],
        "supersedes": supersedes,
        "views": [],
    }
    document["findings"] += [_corrected(n, correction, index) for n, correction in enumerate(corrections, 1)]
    document["findings"] += [_judged("j", n, by, finding, "statement", index) for n, finding in enumerate(verdict.findings, 1)]
    if "details" in facts:
        document["details"] = facts["details"]
    return document


def files(artefact: Mapping[str, Any], further: Mapping[str, str] = MappingProxyType({})) -> dict[str, bytes]:
    """Return the files of an artefact's folder by name, the record among them with the digest of each view.

    *further* are views that somebody else drew from the same artefact, by name.
    """
    views = {VIEW: markdown(artefact)} | {f"{chart['id']}.svg": draw(chart) for chart in artefact["charts"]} | dict(further)
    digests = [{"path": name, "digest": digest(text)} for name, text in views.items()]
    return {RECORD: dump(dict(artefact) | {"views": digests})} | {name: text.encode() for name, text in views.items()}


def dump(document: Mapping[str, Any]) -> bytes:
    """Return *document* as the one JSON text that we write for it."""
    return (json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def digest(text: str) -> str:
    """Return the digest of a view, the same whatever a checkout made of its line ends."""
    return f"sha256:{hashlib.sha256(text.replace(chr(13) + chr(10), chr(10)).encode()).hexdigest()}"


def audit(artefact: Mapping[str, Any], views: Mapping[str, str | None], sources: Mapping[str, Source]) -> list[Complaint]:
    """Compare an artefact with what its facts and sources give now.

    Args:
        artefact: The parsed `artefact.json`.
        views: The text of each view on disk, None where the file is gone.
        sources: The text sources as they are now, by id.
    """
    shape = validate(artefact, "artefact")
    if shape:
        return [Complaint(where=RECORD, what=reason) for reason in shape]
    broken = [*_record_problems(artefact), *_unknown_facts(artefact)]
    if broken:
        return broken
    return [*_item_complaints(artefact), *_quote_complaints(artefact, sources), *_view_complaints(artefact, views)]


def is_correction(item: Mapping[str, Any]) -> bool:
    """Say whether an item of an artefact is a correction: a person's own words, which the rules for a model's prose do not bind."""
    return bool(item["by"] == "person" and "statement" in item)


def _record_problems(artefact: Mapping[str, Any]) -> Iterator[Complaint]:
    names = ["answer", "facts", "tables", "charts", "sources", "method", "limits", "warnings", "skill", "version"]
    findings = [
        {key: value for key, value in finding.items() if key not in ("rendered", "quotes")}
        for finding in artefact["findings"]
        if finding["by"] == "code"
    ]
    names += ["cost"] if "cost" in artefact else []
    document = {name: artefact[name] for name in names} | {"schema": "fde.facts/1", "findings": findings}
    yield from (Complaint(where=RECORD, what=reason) for reason in facts_problems(document))


def _unknown_facts(artefact: Mapping[str, Any]) -> Iterator[Complaint]:
    """Yield each name of a fact that there is not: without it the views cannot be drawn again."""
    index = by_id(artefact["facts"])
    for where, kind, item in _items(artefact):
        if item["by"] == "code":  # the document of facts was looked at already
            continue
        listed = item["facts"] if kind == "findings" else [item["moves"]] if kind == "actions" else []
        prose = [] if is_correction(item) else [item[key] for key in PROSE[kind]]
        names = dict.fromkeys([*listed, *(name for text in prose for name in named(text))])
        yield from (Complaint(where=where, what=f"there is no fact {name!r}") for name in names if name not in index)


def _items(artefact: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for kind in PROSE:
        yield from ((f"{RECORD} {kind} {item['id']}", kind, item) for item in artefact[kind])


def _item_complaints(artefact: Mapping[str, Any]) -> Iterator[Complaint]:
    """Yield where a rendered text is not what its statement and the facts give."""
    index = by_id(artefact["facts"])
    for where, kind, item in _items(artefact):
        statement = item[PROSE[kind][0]]
        wanted = statement if is_correction(item) else fill(statement, index)
        if item["rendered"] != wanted:
            yield Complaint(where=where, what=f"the text is {item['rendered']!r}, the facts give {wanted!r}")


def _quote_complaints(artefact: Mapping[str, Any], sources: Mapping[str, Source]) -> Iterator[Complaint]:
    """Yield each quote that is not in its source, or not as it is recorded, and what the prose around it breaks."""
    for where, kind, item in _items(artefact):
        found = [(quote, find_quote(quote["source"], quote["text"], sources)) for quote in item.get("quotes", ())]
        for quote, now in found:
            if isinstance(now, str):
                yield Complaint(where=where, what=now)
            elif quote != now.record():
                yield Complaint(where=where, what=f"the quote {quote['text']!r} is recorded otherwise than its source gives it")
        good = [now for _, now in found if isinstance(now, Quoted)]
        if is_correction(item):
            if item["basis"] != "reported" or found:
                yield Complaint(where=where, what="a correction is told by a person: its basis is 'reported', and it quotes nothing")
        elif item["by"] != "code" and len(good) == len(found):
            reasons = _judged_problems(kind, item, by_id(artefact["facts"]), good, sources)
            yield from (Complaint(where=where, what=reason) for reason in reasons)


def _judged_problems(
    kind: str, item: Mapping[str, Any], index: Mapping[str, Any], quotes: Sequence[Quoted], sources: Mapping[str, Source]
) -> Iterator[str]:
    """Yield what the check would refuse now in an item that once passed it."""
    cited = [line for q in quotes for line in sources[q.source].folded.lines[q.lines[0] - 1 : q.lines[1]]]
    for name in PROSE[kind]:
        yield from (f"{name}: {reason}" for reason in prose_problems(item[name], index, quotes, cited))
    if kind == "findings":
        basis = capped(item["basis"], [index[name] for name in item["facts"] if is_known(index[name])], quotes)
        if basis != item["basis"]:
            yield f"basis: {item['basis']!r} is more than its facts and quotes support; they support {basis!r}"


def _view_complaints(artefact: Mapping[str, Any], views: Mapping[str, str | None]) -> Iterator[Complaint]:
    recorded = {view["path"]: view["digest"] for view in artefact["views"]}
    expected = {VIEW: markdown(artefact)} | {f"{chart['id']}.svg": draw(chart) for chart in artefact["charts"]}
    for name, wanted in expected.items():
        text = views.get(name)
        if text is None:
            yield Complaint(where=name, what="the file is gone")
        elif digest(text) != digest(wanted):
            yield from _changes(name, wanted, text.replace("\r\n", "\n"))
        elif recorded.get(name) != digest(text):
            yield Complaint(where=name, what="the record has another digest for this view")
    for name in (name for name in recorded if name not in expected):
        text = views.get(name)
        if text is None:
            yield Complaint(where=name, what="the file is gone")
        elif digest(text) != recorded[name]:
            yield Complaint(where=name, what="edited: it is not the file that was written")


def _changes(name: str, wanted: str, text: str) -> Iterator[Complaint]:
    """Yield each changed, added or missing line of an edited view."""
    ours, theirs = wanted.split("\n"), text.split("\n")
    for tag, a, b, c, d in difflib.SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        for offset, line in enumerate(theirs[c:d]):
            was = f"; it was {ours[a + offset]!r}" if a + offset < b else "; it was added"
            yield Complaint(where=f"{name}:{c + offset + 1}", what=f"edited: {line!r}{was}")
        for line in ours[a + (d - c) : b]:
            yield Complaint(where=f"{name}:{d + 1}", what=f"edited: the line {line!r} was taken out")


def _code_finding(finding: Mapping[str, Any], index: Mapping[str, Any]) -> dict[str, Any]:
    facts = list(dict.fromkeys([*finding["facts"], *named(finding["statement"])]))
    return {
        "id": finding["id"],
        "by": "code",
        "title": finding["title"],
        "statement": finding["statement"],
        "rendered": fill(finding["statement"], index),
        "basis": finding["basis"],
        "severity": finding["severity"],
        "facts": facts,
        "quotes": [],
    }


def _corrected(number: int, correction: Correction, index: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": f"c{number}",
        "by": "person",
        "title": correction.title,
        "statement": correction.text,
        "rendered": correction.text,
        "basis": "reported",
        "severity": "high",
        "facts": [correction.about] if correction.about in index else [],
        "quotes": [],
    }


def _judged(letter: str, number: int, by: str, item: Mapping[str, Any], key: str, index: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": f"{letter}{number}", "by": by, **item, "rendered": fill(item[key], index)}


def _sentences(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key in ("answer", "cost", "method", "limits", "warnings"):
        yield from ((f"{key}[{index}]", sentence) for index, sentence in enumerate(facts.get(key, ())))
    for finding in facts["findings"]:
        yield f"findings.{finding['id']}.title", finding["title"]
        yield f"findings.{finding['id']}.statement", finding["statement"]
    for table in facts["tables"]:
        for row in table["rows"]:
            yield from ((f"tables.{table['id']}", value) for value in row if isinstance(value, str))


def _value_problem(fact: Mapping[str, Any]) -> str:
    value, kind = fact["value"], fact["type"]
    if value is None:
        return "" if fact.get("unknown") else "has no value and no reason"
    if kind == "money":
        if not _CURRENCY.fullmatch(fact["unit"]):
            return f"is money: expected the currency's code as its unit, like EUR, found {fact['unit']!r}"
        is_fit = isinstance(value, str) and bool(_MONEY.fullmatch(value))
        return "" if is_fit else f'is money: expected a decimal number as text, like "1250.00", found {value!r}'
    if kind == "date":
        is_fit = isinstance(value, str) and day(value) is not None
        return "" if is_fit else f"is of type date: expected a day like 2026-03-31, found {value!r}"
    wants_text = kind == "text"
    if isinstance(value, str) != wants_text:
        return f"is of type {kind}: expected {'text' if wants_text else 'a number'}, found {value!r}"
    return ""


def _chart_problem(chart: Mapping[str, Any]) -> str:
    """Return why a chart cannot be drawn, or nothing."""
    points = [point for series in chart["series"] for point in series["points"]]
    if any(isinstance(y, str) for _, y in points):
        return "has a point whose height is no number"
    if chart["kind"] == "bar":
        return "" if len(chart["series"]) == 1 else f"is a bar chart with {len(chart['series'])} series, expected one"
    if not all(series["points"] for series in chart["series"]):
        return "has a series without points"
    if any(isinstance(x, str) for x, _ in points):
        return "is a line chart with a point whose place is no number"
    return "has a logarithmic axis and a place that is not above zero" if _is_below_log(chart, points) else ""


def _is_below_log(chart: Mapping[str, Any], points: Iterable[Sequence[float]]) -> bool:
    return chart["x"].get("scale") == "log" and any(x <= 0 for x, _ in points)


def _twice(names: Iterable[str]) -> list[str]:
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
    return [name for name, count in seen.items() if count > 1]
