"""The appendix: everything that the reader's engineers may ask for, section by section.

For the client without ids and letters; for ourselves with both, and with what the client's page leaves out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..portable.artefact import is_correction
from ..portable.facts import by_id, cell, fill, show, show_range
from .cleared import Withheld, place_of
from .sheet import CORRECTED, Sheet, costs
from .wording import GRADE, HEALTH, WORDS, day, how

Record = Mapping[str, Any]

LONGEST_WORD, LONGEST_FIGURE = 18, 14
_FIGURE = re.compile(r"[-+]?\d|[A-Z]{3} -?\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A titled paragraph with lines below it."""

    title: str
    text: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table, its cells as text; `looks` says of each column how it is set: "figure", "long" (may break anywhere) or ""."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    looks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading and what stands below it: lines, entries, a table, charts; never nothing."""

    title: str
    lines: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()
    grid: Grid | None = None
    charts: tuple[Mapping[str, Any], ...] = ()


def appendix(record: Record, front: Sheet, *, is_internal: bool, withheld: Sequence[Withheld] = ()) -> list[Section]:
    """Return the sections of the appendix.

    Args:
        record: The artefact, cleared or whole.
        front: Page one, which says what was shortened there.
        is_internal: Whether ids, grades and what was refused stand in it.
        withheld: What the client's page leaves out, and why; shown to ourselves alone.
    """
    sections = [*_in_full(record, front), *_findings(record, is_internal=is_internal), *_actions(record), *_questions(record)]
    sections += [*_tables(record), *_charts(record, front), *_texts(record)]
    if is_internal:
        sections += [*_refused(record), *_withheld(withheld), _judged(record)]
    return [*sections, *_figures(record, is_internal=is_internal), *_sources(record, is_internal=is_internal)]


def _in_full(record: Record, front: Sheet) -> Iterator[Section]:
    index = by_id(record["facts"])
    if any(part.is_cut for part in front.answer):
        yield Section(title="The answer in full", lines=tuple(fill(text, index) for text in record["answer"]))
    if any(part.is_cut for part in front.cost):
        yield Section(title="What it costs to leave it, in full", lines=tuple(fill(text, index) for text in costs(record)))


def _findings(record: Record, *, is_internal: bool) -> Iterator[Section]:
    corrected = [finding for finding in record["findings"] if is_correction(finding)]
    computed = [finding for finding in record["findings"] if finding["by"] == "code"]
    judged = [finding for finding in record["findings"] if finding["by"] == "model"]
    for title, findings in ((CORRECTED, corrected), ("What stands out", judged), ("What the figures show", computed)):
        if findings:
            yield Section(title=title, entries=tuple(_finding(f, record, is_internal=is_internal) for f in findings))


def _finding(finding: Record, record: Record, *, is_internal: bool) -> Entry:
    index = by_id(record["facts"])
    known = how(finding, index)
    lines = [f"{finding['id']}: {known} Weight {finding['severity']}, by {finding['by']}." if is_internal else known]
    lines += [f"{index[name]['label']}: {show_range(index[name])}" for name in finding["facts"]]
    lines += [_quote(quote, is_internal=is_internal) for quote in finding["quotes"]]
    title = finding["title"] if is_correction(finding) else fill(finding["title"], index)
    return Entry(title=title, text=finding["rendered"], lines=tuple(lines))


def _quote(quote: Record, *, is_internal: bool) -> str:
    first, last = quote["lines"]
    place = f" ({quote['source']}, {f'line {first}' if first == last else f'lines {first}-{last}'})" if is_internal else ""
    notice = f" {quote['notice']}." if quote["notice"] else ""
    if quote["kind"] == "typed note":
        return f"From notes of a talk, in the words of whoever took them: {quote['sentence']}{place}{notice}"
    speaker = f"{quote['speaker']}: " if quote["speaker"] else ""
    return f"{WORDS.get(quote['kind'], 'written').capitalize()}: {speaker}“{quote['sentence']}”{place}{notice}"


def _actions(record: Record) -> Iterator[Section]:
    index = by_id(record["facts"])
    rows = [
        (
            action["rendered"],
            fill(action["owner"], index),
            day(action["due"]) if action["due"] else "",
            index[action["moves"]]["label"],
            show(index[action["moves"]]),
            f"{action['proposed']['value']} {action['proposed']['unit']}".strip() if action["proposed"] else "",
        )
        for action in record["actions"]
    ]
    heads = ("What", "Who", "By when, proposed", "Should move", "Now", "Proposed")
    yield from _with_grid("What to do", heads, rows)


def _questions(record: Record) -> Iterator[Section]:
    index = by_id(record["facts"])
    rows = [(q["rendered"], fill(q["why"], index), fill(q["whom"], index)) for q in record["questions"]]
    yield from _with_grid("What we do not know", ("Question", "Why it matters", "Whom to ask"), rows)


def _tables(record: Record) -> Iterator[Section]:
    index = by_id(record["facts"])
    for table in record["tables"]:
        columns = table["columns"]
        heads = tuple(f"{c['label']} ({c['unit']})" if c.get("unit") else c["label"] for c in columns)
        rows = [tuple(cell(value, "", index) for value in row) for row in table["rows"]]
        yield from _with_grid(table["title"], heads, rows)


def _charts(record: Record, front: Sheet) -> Iterator[Section]:
    others = tuple(chart for chart in record["charts"] if chart is not front.chart)
    if others:
        yield Section(title="Charts", charts=others)


def _texts(record: Record) -> Iterator[Section]:
    index = by_id(record["facts"])
    for title, key in (("How it was measured", "method"), ("What it cannot say", "limits"), ("Warnings", "warnings")):
        if record[key]:
            yield Section(title=title, lines=tuple(fill(text, index) for text in record[key]))


def _refused(record: Record) -> Iterator[Section]:
    rows = [(item["kind"], item["what"], "; ".join(item["reasons"])) for item in record["dropped"]]
    yield from _with_grid("What the check refused", ("Kind", "What", "Why"), rows)


def _withheld(items: Sequence[Withheld]) -> Iterator[Section]:
    for title, is_whole in (("Not on the client's page", True), ("Not whole on the client's page", False)):
        lines = tuple(f"{item.id}, {item.what}: {item.reason}." for item in items if item.is_whole is is_whole)
        if lines:
            yield Section(title=title, lines=lines)


def _judged(record: Record) -> Section:
    judged = record["judged"]
    told = [f"{record['skill']} {record['version']}, {record['created']}.", f"Judgement: {judged['status']}, by {judged['by']}."]
    told += [f"A recorded reply was played back: {judged['origin'] or 'of unknown origin'}."] if judged["replayed"] else []
    return Section(title="Where it comes from", lines=tuple(told))


def _figures(record: Record, *, is_internal: bool) -> Iterator[Section]:
    heads: tuple[str, ...] = ("Figure", "Value (lowest to highest)", "Cases", "How we know")
    rows: list[tuple[str, ...]] = [_figure(fact) for fact in record["facts"]]
    if is_internal:
        heads = (*heads, "Grade", "Id")
        rows = [(*row, fact["grade"] or "", fact["id"]) for row, fact in zip(rows, record["facts"], strict=True)]
    yield from _with_grid("Every figure, and what it rests on", heads, rows)


def _figure(fact: Record) -> tuple[str, ...]:
    value = show_range(fact) if fact["value"] is not None else f"not known: {fact.get('unknown', '')}"
    return fact["label"], value, "" if fact.get("n") is None else f"{fact['n']:,}", GRADE[fact["grade"]]


def _sources(record: Record, *, is_internal: bool) -> Iterator[Section]:
    heads: tuple[str, ...] = ("What", "State", "Files", "Lines or rows", "Left out", "Note")
    rows: list[tuple[str, ...]] = [
        (
            place_of(source),
            HEALTH[source["health"]],
            f"{source.get('count', 1):,}",
            *(f"{source[key]:,}" if key in source else "" for key in ("read", "skipped")),
            source.get("note", ""),
        )
        for source in record["sources"]
    ]
    if is_internal:
        heads = (*heads, "Id", "Clearance")
        rows = [(*row, s["id"], s.get("clearance", "")) for row, s in zip(rows, record["sources"], strict=True)]
    yield from _with_grid("What was looked at", heads, rows)


def _with_grid(title: str, heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[Section]:
    """Yield the section of a table without the columns that are empty in every row, if there is a row."""
    every = list(rows)
    kept = [place for place in range(len(heads)) if any(row[place] for row in every)]
    if kept:
        cells = tuple(tuple(row[place] for place in kept) for row in every)
        looks = tuple(_look([row[column] for row in cells]) for column in range(len(kept)))
        yield Section(title=title, grid=Grid(heads=tuple(heads[place] for place in kept), rows=cells, looks=looks))


def _look(cells: Sequence[str]) -> str:
    if all(not text or _FIGURE.match(text) for text in cells):
        return "figure" if all(len(text) <= LONGEST_FIGURE for text in cells) else ""
    return "long" if any(len(word) > LONGEST_WORD for text in cells for word in text.split()) else ""
