"""An artefact as Markdown: the answer first, then the table, then how it was measured and what it cannot say.

A view of the JSON and nothing more: the same JSON gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from .facts import by_id, cell, fill, show, show_range
from .fold import legible
from .sources import was_left_out

Artefact = Mapping[str, Any]

MOST_UNREAD = 5  # sources that are named below the answer; all of them are in the last table

_BASIS_WORDS = {
    "measured": "measured",
    "observed": "seen",
    "documented": "written",
    "reported": "told",
    "estimated": "worked out by a rule",
    "assumed": "assumed",
    "disputed": "disputed",
}
_GRADE_WORDS = {
    "A": "A: exact durations or values, as recorded",
    "B": "B: paired or derived from records",
    "C": "C: inferred by a rule",
    "D": "D: typed or told by a person",
}


def markdown(artefact: Artefact) -> str:
    """Return the artefact (`fde.artefact/1`) as Markdown, ending in one newline."""
    blocks = [block for section in _SECTIONS for block in section(artefact)]
    return "\n\n".join(blocks) + "\n"


def safe(text: str) -> str:
    """Return *text* on one line, with nothing in it that Markdown would turn into anything but these characters.

    An address stays as it is: some readers make it a link, but to nothing else than what it says.
    """
    line = " ".join(legible(text).split())
    # An underscore within a word (a file's name) is left alone: Markdown does the same.
    line = re.sub(r"([\\`*|\[\]~]|(?<![^\W_])_|_(?![^\W_]))", r"\\\1", line)
    line = re.sub(r"&(?=#?\w+;)", "&amp;", line).replace("<", "&lt;")
    # At its beginning: a quotation, heading, rule or list.
    return re.sub(r"^(>|#{1,6}(?= |$)|[+-](?= |$)|[-=]{2,}|\d{1,9}(?=[.)](?: |$)))", _escaped_start, line)


def _escaped_start(match: re.Match[str]) -> str:
    return f"{match[0]}\\" if match[0].isdigit() else f"\\{match[0]}"


def _failure(artefact: Artefact) -> Iterator[str]:
    status = artefact["judged"]["status"]
    if status.startswith("failed"):
        yield f"> **Not judged ({status}).** The model gave no usable answer; what follows is measured and complete without it."
    if status == "rejected":
        yield "> **Not judged (rejected).** No finding of the model survived the check; what follows is measured and complete without it."


def _answer(artefact: Artefact) -> Iterator[str]:
    facts = by_id(artefact["facts"])
    first, *rest = (safe(fill(sentence, facts)) for sentence in artefact["answer"])
    yield f"# {first}"
    yield from rest[:1] if len(rest) == 1 else ["\n".join(rest)] if rest else []
    day = artefact["created"][:10]
    subject = f", {artefact['subject']}" if artefact["subject"] else ""
    of = safe(f"{artefact['skill']} {artefact['version']}{subject}, {day}.")
    yield f"*{of} {_judged_by(artefact)}*"
    yield from _unread(artefact)


def _unread(artefact: Artefact) -> Iterator[str]:
    unread = [source for source in artefact["sources"] if source["health"] in ("failed", "skipped")]
    left_out = [source["id"] for source in unread if was_left_out(source["health"], source["note"])]
    yield from _named("Not read", [source["id"] for source in unread if source["id"] not in left_out], "the reasons stand under Sources")
    yield from _named("Left out of the question", left_out, "the model's window had no room for more")


def _named(what: str, ids: list[str], why: str) -> Iterator[str]:
    if ids:
        more = f" and {len(ids) - MOST_UNREAD} more" if len(ids) > MOST_UNREAD else ""
        yield f"> **{what} ({len(ids)}):** {', '.join(map(safe, ids[:MOST_UNREAD]))}{more}; {why}."


def _judged_by(artefact: Artefact) -> str:
    judged = artefact["judged"]
    if judged["status"] == "none":
        return "Measured and computed; no model was asked."
    if judged["replayed"]:
        origin = f" ({safe(judged['origin'])})" if judged["origin"] else ""
        return f"Measured and computed; judged by a recorded reply that was played back{origin}; code checked its figures and quotes, its reasoning is its own."
    if judged["status"] == "ok":
        return f"Measured and computed; judged by {safe(judged['by'])}; code checked its figures and quotes, its reasoning is its own."
    return f"Measured and computed; {safe(judged['by'])} was asked."


def _first_table(artefact: Artefact) -> Iterator[str]:
    for table in artefact["tables"][:1]:
        yield from _table(table, artefact)
    yield from (f"![{safe(chart['title'])}]({chart['id']}.svg)" for chart in artefact["charts"])


def _other_tables(artefact: Artefact) -> Iterator[str]:
    for table in artefact["tables"][1:]:
        yield from _table(table, artefact)


def _table(table: Mapping[str, Any], artefact: Artefact) -> Iterator[str]:
    facts = by_id(artefact["facts"])
    columns = table["columns"]
    heads = [safe(f"{c['label']} ({c['unit']})" if c.get("unit") else c["label"]) for c in columns]
    rows = [[safe(cell(value, "", facts)) for value in row] for row in table["rows"]]
    yield f"## {safe(table['title'])}"
    yield grid(heads, rows)


def grid(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table from cells that are safe already."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _judged_part(artefact: Artefact) -> Iterator[str]:
    judged = [finding for finding in artefact["findings"] if finding["by"] == "model"]
    if judged:
        yield "## What stands out"
        yield from (block for finding in judged for block in _finding(finding, artefact))
    if artefact["actions"]:
        yield "## What to do"
        yield grid(["What", "Who", "By when", "Should move", "From", "Proposed"], list(_actions(artefact)))
    if artefact["questions"]:
        yield "## What we do not know"
        yield "\n".join(_questions(artefact))


def _corrections(artefact: Artefact) -> Iterator[str]:
    facts = by_id(artefact["facts"])
    corrected = [finding for finding in artefact["findings"] if finding["by"] == "person"]
    if corrected:
        yield "## What a person corrected"
        yield "Told, not measured: the figures in this document stay as they were computed."
        yield "\n".join(_correction(finding, facts) for finding in corrected)


def _correction(finding: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    figures = "".join(f" ({safe(show_range(facts[name]))})" for name in finding["facts"])
    return f"- {safe(finding['title'])}{figures}: {safe(finding['rendered'])} `{finding['id']}`"


def _questions(artefact: Artefact) -> Iterator[str]:
    facts = by_id(artefact["facts"])
    for question in artefact["questions"]:
        whom, why = (safe(fill(question[name], facts)) for name in ("whom", "why"))
        yield f"- {safe(question['rendered'])} {why} Ask: {whom.rstrip('.')}."


def _finding(finding: Mapping[str, Any], artefact: Artefact) -> Iterator[str]:
    facts = by_id(artefact["facts"])
    yield f"### {safe(fill(finding['title'], facts))}"
    yield safe(finding["rendered"])
    supports = [f"- {_BASIS_WORDS[finding['basis']].capitalize()}; weight {finding['severity']}; {finding['by']}. `{finding['id']}`"]
    supports += [f"- {safe(facts[name]['label'])}: {safe(show_range(facts[name]))}" for name in finding["facts"]]
    supports += [f"- {_quote(quote)}" for quote in finding["quotes"]]
    yield "\n".join(supports)


def _quote(quote: Mapping[str, Any]) -> str:
    first, last = quote["lines"]
    place = f"{safe(quote['source'])}, line {first}" if first == last else f"{safe(quote['source'])}, lines {first}-{last}"
    notice = f" *{safe(quote['notice'])}.*" if quote["notice"] else ""
    if quote["kind"] == "typed note":
        return f"From a typed note ({place}), not direct speech: {safe(quote['sentence'])}{notice}"
    speaker = f"{safe(quote['speaker'])}: " if quote["speaker"] else ""
    return f"{speaker}“{safe(quote['sentence'])}” ({place}){notice}"


def _actions(artefact: Artefact) -> Iterator[list[str]]:
    facts = by_id(artefact["facts"])
    for action in artefact["actions"]:
        fact, proposed = facts[action["moves"]], action["proposed"]
        target = f"{proposed['value']} {proposed['unit']}".strip() if proposed else ""
        row = [action["rendered"], fill(action["owner"], facts), action["due"] or "not set", fact["label"], show(fact), target]
        yield [safe(text) for text in row]


def _code_findings(artefact: Artefact) -> Iterator[str]:
    by_code = [finding for finding in artefact["findings"] if finding["by"] == "code"]
    if by_code:
        yield "## What the figures show"
        yield from (block for finding in by_code for block in _finding(finding, artefact))


def _sentences(title: str, key: str) -> Callable[[Artefact], Iterator[str]]:
    def section(artefact: Artefact) -> Iterator[str]:
        if artefact.get(key):
            facts = by_id(artefact["facts"])
            yield f"## {title}"
            yield "\n".join(f"- {safe(fill(sentence, facts))}" for sentence in artefact[key])

    return section


def _dropped(artefact: Artefact) -> Iterator[str]:
    if artefact["dropped"]:
        count = len(artefact["dropped"])
        yield f"## What the check refused ({count} {'item' if count == 1 else 'items'})"
        yield "\n".join(f"- {d['kind']}: {safe(d['what'])} Refused: {safe('; '.join(d['reasons']))}" for d in artefact["dropped"])


def _facts(artefact: Artefact) -> Iterator[str]:
    if not artefact["facts"]:
        return
    yield "## Every figure, and what it rests on"
    yield grid(["Figure", "Value", "Cases", "Grade", "Name"], [_fact(fact) for fact in artefact["facts"]])
    grades = sorted({fact["grade"] for fact in artefact["facts"] if fact["grade"]})
    if grades:
        yield f"Grades. {'; '.join(_GRADE_WORDS[grade] for grade in grades)}."


def _fact(fact: Mapping[str, Any]) -> list[str]:
    value = show_range(fact) if fact["value"] is not None else f"not known: {fact.get('unknown', '')}"
    cases = "" if fact.get("n") is None else str(fact["n"])
    return [safe(fact["label"]), safe(value), cases, fact["grade"] or "", f"`{fact['id']}`"]


def _sources(artefact: Artefact) -> Iterator[str]:
    yield "## Sources"
    rows = [
        [
            safe(source["locator"]),
            source["health"],
            str(source.get("count", 1)),
            str(source.get("read", "")),
            str(source.get("skipped", "")),
            safe(source.get("note", "")),
        ]
        for source in artefact["sources"]
    ]
    yield grid(["Source", "State", "Files", "Read", "Skipped", "Note"], rows)


_SECTIONS: tuple[Callable[[Artefact], Iterator[str]], ...] = (
    _failure,
    _answer,
    _sentences("What it costs to leave it", "cost"),
    _corrections,
    _first_table,
    _judged_part,
    _sentences("How it was measured", "method"),
    _sentences("What it cannot say", "limits"),
    _code_findings,
    _other_tables,
    _sentences("Warnings", "warnings"),
    _dropped,
    _facts,
    _sources,
)
