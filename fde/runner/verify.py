"""Verify: every artefact again against its facts and sources, and any text against all of them.

Nothing here writes. What is found is a list of complaints or of placements; whether that is good news is the caller's business.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..engagement import artefacts, ledger, runs
from ..engagement.engagement import Engagement
from ..engagement.twins import TEXTS, Reader
from ..errors import FdeError, LedgerBroken
from ..portable.artefact import Complaint
from ..portable.check import SHORTEST_QUOTE, UNIT_WORD, Quoted, figures, find_quote
from ..portable.facts import Fact, is_known, show, show_range, shown_ends
from ..portable.fold import fold
from ..portable.sources import Source

_QUOTATION = re.compile(r'"([^"]{2,})"|(?<!\w)\'([^\']{2,})\'(?!\w)')
_LIST_NUMBER = re.compile(r"^\s*(?:#{1,6}\s+)?\d+[.)]\s")
# A link's address, a name in code and a tag hold no figure of the text; anything else between such signs may.
_MARKUP = re.compile(r"\]\([^)]*\)|`[A-Za-z][\w./:-]*`|</?[A-Za-z!][^<>]*>|[|*_#>\\`]")
_ORPHAN = "the folder has no line in the ledger: the run that wrote it did not end; `fde doctor --repair` adopts it"
_TORN = "the last line was cut off while it was written"
_PER_CENT = re.compile(r"(?<=\d) (?=[%‰])")  # one figure, although a space stands in it
_UNIT_WORDS = {
    "h": r"(?:h|hrs?|hours?)",
    "min": r"(?:min|mins|minutes?)",
    "s": r"(?:s|secs?|seconds?)",
    "d": r"(?:d|days?)",
    "%": r"(?:%|per ?cent)",
    "x": r"(?:x|times)",
}
# A figure without a unit is none of a fact's where one stands beside it: "3 days" is no count of anything.
_NO_MONEY = r"(?<![€$£¥])(?<![€$£¥] )(?<!EUR )(?<!USD )(?<!GBP )(?<!CHF )"
_NO_UNIT = rf"(?!{UNIT_WORD.pattern})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """A figure or a quotation of a text, and where it comes from.

    Attributes:
        line: The line in the text, from 1.
        kind: "figure" or "quotation".
        text: As it stands there.
        belongs: The facts or the source it belongs to; empty if it could not be placed.
        label: What those facts say of themselves, for a person to compare.
        reason: Why it could not be placed, where more is known than that it is nowhere.
    """

    line: int
    kind: str
    text: str
    belongs: tuple[str, ...]
    label: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a text may rest on: the facts of the current artefacts, by artefact and id, and the text sources."""

    facts: Mapping[str, Fact]
    sources: Mapping[str, Source]


def sources_now(engagement: Engagement) -> dict[str, Source]:
    """Return every readable text in `evidence/` by id, what documents say among them."""
    texts = Reader(engagement=engagement).words(TEXTS)
    return {source.id: source for source in texts if source.health == "ok"}


def verify(engagement: Engagement) -> list[Complaint]:
    """Return what is wrong with the engagement's artefacts and ledgers; an empty list if nothing is."""
    complaints = list(_ledger_complaints(engagement))
    try:
        shelf = artefacts.shelf(engagement)
    except LedgerBroken as error:
        # Which artefact is official cannot be told, but whether each agrees with itself can.
        complaints.append(_told(engagement, error))
        return complaints + [found for folder in artefacts.folders(engagement) for found in verify_folder(engagement, folder)]
    complaints += [Complaint(where=folder, what=_ORPHAN) for folder in shelf.orphans]
    complaints += [Complaint(where=folder, what="the ledger names it, but its record is gone") for folder in shelf.missing]
    if shelf.torn:
        complaints.append(Complaint(where=f"artefacts/{artefacts.LEDGER}", what=_TORN))
    present = [item for item in shelf.official if item.folder not in shelf.missing]
    return complaints + [found for item in present for found in artefacts.complaints(engagement, item.folder, item)]


def _ledger_complaints(engagement: Engagement) -> Iterator[Complaint]:
    try:
        runs.runs(engagement)
        if ledger.read(runs.ledger_path(engagement)).torn:
            yield Complaint(where=".fde/runs.ndjson", what=_TORN)
    except LedgerBroken as error:
        yield _told(engagement, error)


def _told(engagement: Engagement, error: FdeError) -> Complaint:
    return Complaint(where=error.where.removeprefix(f"{engagement.root}/"), what=error.message)


def verify_folder(engagement: Engagement, folder: str) -> list[Complaint]:
    """Return what is wrong with the artefact in *folder*, each with its place relative to the engagement."""
    try:
        official = next((item for item in artefacts.shelf(engagement).official if item.folder == folder), None)
    except LedgerBroken:
        official = None
    return artefacts.complaints(engagement, folder, official)


def known(engagement: Engagement) -> Known:
    """Return what a text about this engagement may rest on."""
    facts: dict[str, Fact] = {}
    shelf = artefacts.shelf(engagement)
    current = [item for item in shelf.current().values() if item.folder not in shelf.missing]
    for item in current:
        record = artefacts.load(engagement, item.folder)
        prefix = "" if len(current) == 1 else f"{item.skill}{f'/{item.subject}' if item.subject else ''}:"
        facts |= {f"{prefix}{fact['id']}": fact for fact in record["facts"]}
    return Known(facts=facts, sources=sources_now(engagement))


def place(text: str, base: Known) -> list[Placement]:
    """Return each figure and quotation of *text* with the facts or source it belongs to, in the order of lines."""
    shown = list(_shown(base.facts))
    placements: list[Placement] = []
    for first, paragraph in _paragraphs(_unescaped(text)):
        quotations = list(_quotations(paragraph, first, base))
        cited = [line for placement, quote in quotations if quote for line in _cited(quote, base)]
        placements += [placement for placement, _ in quotations]
        words = [placement.text for placement, quote in quotations if quote]
        for number, line in enumerate(paragraph.split("\n"), first):
            placements += _figures(line, number, shown, words, cited)
    return sorted(placements, key=lambda placement: placement.line)


def _unescaped(text: str) -> str:
    """Take Markdown's escapes out, so that a quotation copied from a page of ours is found again."""
    return re.sub(r"\\([^\w\s])", r"\1", text).replace("&lt;", "<").replace("&amp;", "&")


def _paragraphs(text: str) -> Iterator[tuple[int, str]]:
    number = 1
    for block in re.split(r"(\n[ \t]*\n)", text.replace("\r\n", "\n")):
        if block.strip():
            yield number, block
        number += block.count("\n")


def _quotations(paragraph: str, first: int, base: Known) -> Iterator[tuple[Placement, Quoted | None]]:
    folded_lines = [fold(line) for line in paragraph.split("\n")]
    whole = " ".join(folded_lines)
    for match in _QUOTATION.finditer(whole):
        words = (match[1] or match[2]).strip(" ")
        line = first + _line_at(folded_lines, match.start())
        found = [quote for name in base.sources if isinstance(quote := _find(name, words, base), Quoted)]
        spoken = next((quote for quote in found if quote.kind != "typed note"), None)
        if spoken:
            yield Placement(line=line, kind="quotation", text=words, belongs=(f"{spoken.source}:{spoken.lines[0]}",)), spoken
        else:
            yield Placement(line=line, kind="quotation", text=words, belongs=(), reason=_why_not(words, found)), None


def _why_not(words: str, found: Sequence[Quoted]) -> str:
    """Return why *words* are nobody's direct speech, although they were *found* in typed notes or could not be looked for."""
    if found:
        return f"{found[0].source}:{found[0].lines[0]} is a typed note, and its words are nobody's direct speech"
    return f"shorter than {SHORTEST_QUOTE} characters and no whole line of a source" if len(words) < SHORTEST_QUOTE else ""


def _find(name: str, words: str, base: Known) -> Quoted | str:
    found = find_quote(name, words, base.sources)
    return found if isinstance(found, Quoted) else find_quote(name, words.rstrip(".,;:!?"), base.sources)


def _line_at(lines: list[str], offset: int) -> int:
    for index, line in enumerate(lines):
        if offset <= len(line):
            return index
        offset -= len(line) + 1
    return len(lines) - 1


def _cited(quote: Quoted, base: Known) -> list[str]:
    return [fold(line) for line in base.sources[quote.source].folded.lines[quote.lines[0] - 1 : quote.lines[1]]]


def _shown(facts: Mapping[str, Fact]) -> Iterator[tuple[re.Pattern[str], str, str]]:
    """Yield, longest first, how each fact can stand in a text, with names and labels: its unit as a sign or a word, an interval's ends too."""
    ways: dict[str, tuple[re.Pattern[str], list[str]]] = {}
    for name, fact in facts.items():
        # A fact that is words states no figure; its words would be found everywhere.
        if not is_known(fact) or not figures(show(fact)):
            continue
        ends = shown_ends(fact)
        if ends:
            ways.setdefault(show_range(fact), (re.compile(re.escape(show_range(fact))), []))[1].append(name)
        for text in {show(fact), *(ends or ())}:
            ways.setdefault(text, (_pattern(text, fact["unit"]), []))[1].append(name)
    for text in sorted(ways, key=len, reverse=True):
        pattern, names = ways[text]
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        yield pattern, ", ".join(names[:3]) + more, "; ".join(dict.fromkeys(facts[name]["label"] for name in names[:3]))


def _pattern(text: str, unit: str) -> re.Pattern[str]:
    if not unit:
        return re.compile(rf"(?<![\w.,%-]){_NO_MONEY}{re.escape(text)}{_NO_UNIT}(?![\w%]|[.,]\d)", re.IGNORECASE)
    number = text.removesuffix(unit).rstrip() if unit in _UNIT_WORDS else text
    if unit not in _UNIT_WORDS:
        return re.compile(rf"(?<![\w.,%-]){re.escape(text)}(?![\w%]|[.,]\d)", re.IGNORECASE)
    return re.compile(rf"(?<![\w.,%-]){re.escape(number)} ?-?{_UNIT_WORDS[unit]}(?![\w%])", re.IGNORECASE)


def _figures(
    line: str, number: int, shown: Iterable[tuple[re.Pattern[str], str, str]], quoted: Iterable[str], cited: Iterable[str]
) -> Iterator[Placement]:
    rest = fold(_MARKUP.sub(" ", _LIST_NUMBER.sub(" ", line)))
    for words in quoted:
        rest = rest.replace(words, " ")
    for pattern, names, label in shown:
        for match in pattern.finditer(rest):
            yield Placement(line=number, kind="figure", text=match[0], belongs=(names,), label=label)
        rest = pattern.sub(" ", rest)
    tokens = {token for text in cited for token in figures(_PER_CENT.sub("", text))}
    for figure in figures(_PER_CENT.sub("", rest)):
        source = ("the line that is quoted beside it",) if figure in tokens else ()
        yield Placement(line=number, kind="figure", text=figure, belongs=source)


def complaint_records(complaints: Iterable[Complaint]) -> list[dict[str, Any]]:
    """Return complaints as JSON output has them."""
    return [{"where": complaint.where, "what": complaint.what} for complaint in complaints]
