# Generated from fde/portable by make skills. Do not edit.
"""The check of a judgement: every number is a computed fact, every quotation is in its source.

One implementation for the runner and for a skill's folder on its own. What fails comes back as `Problem`, never as an exception.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from .facts import PLACEHOLDER, Fact, is_known
from .fold import Folded, bare, fold
from .schema import validate
from .sources import Source

SHORTEST_QUOTE = 12
BASES = ("measured", "observed", "documented", "reported", "estimated", "assumed")
_GRADE_BASIS = {"A": "measured", "B": "measured", "C": "estimated", "D": "reported"}
_KIND_BASIS = {
    "recording": "observed",
    "export": "measured",
    "document": "documented",
    "typed note": "reported",
    "answer": "reported",
}

NUMBER_WORD = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen"
    r"|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|millions?|billions?|trillions?"
    r"|hal(?:f|ves|ved?|ving)|thirds?(?![ -]part(?:y|ies))|quarters?(?= of )|doubl(?:e[ds]?|ing)|twice|thrice"
    r"|tripl(?:e[ds]?|ing)|quadrupl(?:e[ds]?|ing)|dozens?|per ?cent|percent|\w+fold(?<!manifold)(?<!scaffold)(?<!unfold))\b",
    re.IGNORECASE,
)
UNIT_WORD = re.compile(
    r"[ -]*(?:%|‰|€|\$|£|°|(?:s|sec|secs|seconds?|min|mins|minutes?|h|hr|hrs|hours?|d|days?|weeks?|months?|quarters?|years?|x|times"
    r"|fold|per ?cent|percent|percentage|k|m|bn|mio|thousands?|millions?|billions?|eur|euros?|usd|dollars?|gbp|pounds?|chf)\b)",
    re.IGNORECASE,
)
FILLER = re.compile(
    r"\b(?:TBD|TBC|TODO|FIXME|XXX+|N/A|n/a|tbd|tbc|todo|[Ll]orem ipsum|[Tt]o be (?:determined|confirmed|decided|defined|done))\b"
    r"|\?{2,}|\[(?:insert|your|name|fact|number|x|\.\.\.)[^\]]*\]|_{3,}",
)
_QUOTATION = re.compile(r'"([^"]*)"|(?<!\w)\'([^\']{2,})\'(?!\w)')
_ALMOST_PLACEHOLDER = re.compile(r"\{+\s*f\s*:?[^{}]*\}*|[{}]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """Words found in a source, as an artefact shows them.

    Attributes:
        source: The source's id.
        text: The words as they were given.
        lines: First and last line in the source, from 1.
        sentence: The whole sentence or sentences around the words, as the source has them (folded).
        kind: The source's kind; a typed note is never shown as direct speech.
        speaker: Who says it, only where code parsed it from the source.
        notice: What the source says of itself (for example that it is invented).
    """

    source: str
    text: str
    lines: tuple[int, int]
    sentence: str
    kind: str
    speaker: str | None = None
    notice: str | None = None

    @property
    def is_whole(self) -> bool:
        """Say whether the words are whole sentences."""
        return _plain(self.text) == _plain(self.sentence)

    def record(self) -> dict[str, Any]:
        """Return the quote as an artefact's JSON has it."""
        return {name: getattr(self, name) for name in ("source", "text")} | {
            "lines": list(self.lines),
            "sentence": self.sentence,
            "kind": self.kind,
            "speaker": self.speaker,
            "notice": self.notice,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What the check refuses in one item of a judgement.

    Attributes:
        kind: "finding", "action", "question", or "reply" for the whole.
        index: The item's place in its list, from 0.
        what: The item in a few words, to recognise it.
        reasons: Why, one sentence each.
    """

    kind: str
    index: int
    what: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came out of a check: the items that stand, with their quotes found, and the problems of the others."""

    findings: tuple[dict[str, Any], ...] = ()
    actions: tuple[dict[str, Any], ...] = ()
    questions: tuple[dict[str, Any], ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Say whether no finding survived."""
        return not self.findings


@dataclass(slots=True)
class _Item:
    """One item under check: the reasons against it gather here."""

    facts: Mapping[str, Fact]
    sources: Mapping[str, Source]
    quotes: list[Quoted] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    def find_quotes(self, given: Sequence[Mapping[str, str]]) -> None:
        for quote in given:
            found = find_quote(quote["source"], quote["text"], self.sources)
            if isinstance(found, Quoted):
                self.quotes.append(found)
            else:
                self.reasons.append(found)

    def read_prose(self, name: str, text: str, *, empty: bool = False) -> None:
        if not text.strip() and not empty:
            self.reasons.append(f"{name}: is empty")
        self.reasons += [f"{name}: {reason}" for reason in prose_problems(text, self.facts, self.quotes, self.cited_lines())]

    def cited_lines(self) -> list[str]:
        return [
            line
            for quote in self.quotes
            for line in self.sources[quote.source].folded.lines[quote.lines[0] - 1 : quote.lines[1]]
        ]


def check(reply: object, facts: Iterable[Fact], sources: Iterable[Source]) -> Verdict:
    """Check a judgement (`fde.judgement/1`) against facts and the text sources that were sent.

    Items that stand are returned with their quotes found and their basis capped; each other item is a `Problem`.
    A reply that does not fit the schema is one problem of kind "reply".
    """
    shape = validate(reply, "judgement")
    if shape or not isinstance(reply, dict):
        return Verdict(problems=(Problem(kind="reply", index=0, what="the reply", reasons=tuple(shape)),))
    fact_index = {fact["id"]: fact for fact in facts}
    source_index = {source.id: source for source in sources}
    kept: dict[str, list[dict[str, Any]]] = {"finding": [], "action": [], "question": []}
    problems: list[Problem] = []
    for kind, checker in _CHECKERS.items():
        for index, given in enumerate(reply[f"{kind}s"]):
            item = _Item(fact_index, source_index)
            result = checker(given, item)
            if item.reasons:
                what = given["title" if kind == "finding" else "what" if kind == "action" else "question"]
                problems.append(Problem(kind=kind, index=index, what=_short(what), reasons=tuple(item.reasons)))
            else:
                kept[kind].append(result)
    return Verdict(
        findings=tuple(kept["finding"]),
        actions=tuple(kept["action"]),
        questions=tuple(kept["question"]),
        problems=tuple(problems),
    )


def _finding(given: Mapping[str, Any], item: _Item) -> dict[str, Any]:
    item.find_quotes(given["quotes"])
    item.read_prose("title", given["title"])
    item.read_prose("statement", given["statement"])
    listed = [*given["facts"], *_named(given["title"]), *_named(given["statement"])]
    facts = list(dict.fromkeys(listed))
    item.reasons += [f"facts: there is no fact {name!r}" for name in given["facts"] if name not in item.facts]
    known = [item.facts[name] for name in facts if name in item.facts and is_known(item.facts[name])]
    if not known and not item.quotes:
        item.reasons.append("no support: it needs a fact that is known, or a quote that is found in its source")
    return {
        "title": given["title"],
        "statement": given["statement"],
        "severity": given["severity"],
        "basis": capped(given["basis"], known, item.quotes),
        "facts": facts,
        "quotes": [quote.record() for quote in item.quotes],
    }


def _action(given: Mapping[str, Any], item: _Item) -> dict[str, Any]:
    item.find_quotes(given["quotes"])
    item.read_prose("what", given["what"])
    item.read_prose("owner", given["owner"])
    if given["moves"] not in item.facts:
        item.reasons.append(f"moves: there is no fact {given['moves']!r}; name the fact that this action should move")
    if given["due"] is not None and not _is_date(given["due"]):
        item.reasons.append(f"due: expected a date like 2026-03-31 or null, found {given['due']!r}")
    if given["proposed"] is not None:
        item.reasons += list(_proposed_problems(given["proposed"]))
    kept = {name: given[name] for name in ("what", "owner", "due", "moves", "proposed")}
    return kept | {"quotes": [quote.record() for quote in item.quotes]}


def _question(given: Mapping[str, Any], item: _Item) -> dict[str, Any]:
    for name in ("question", "whom", "why"):
        item.read_prose(name, given[name])
    return {name: given[name] for name in ("question", "whom", "why")}


_CHECKERS = {"finding": _finding, "action": _action, "question": _question}


def capped(basis: str, facts: Iterable[Fact], quotes: Iterable[Quoted]) -> str:
    """Return *basis*, lowered to the best that its support gives: a fact's grade, a quoted source's kind."""
    supports = [_GRADE_BASIS[fact["grade"] or "D"] for fact in facts] + [_KIND_BASIS[quote.kind] for quote in quotes]
    if basis == "disputed" or not supports:
        return basis
    best = min(BASES.index(support) for support in supports)
    return BASES[max(best, BASES.index(basis))]


def find_quote(source_id: str, text: str, sources: Mapping[str, Source]) -> Quoted | str:
    """Return where *text* stands in the source, or one sentence that says why it cannot be given as a quote."""
    source = sources.get(source_id)
    if source is None:
        return f"quote: there is no text source {source_id!r}; there are {', '.join(sources) or 'none'}"
    wanted = fold(text)
    place = locate(wanted, source.folded)
    if place is None:
        missing = f"quote: these words are not in {source_id}: {_short(text)!r}"
        return f"{missing} (an ellipsis is not allowed)" if "…" in text or "..." in text else missing
    start, end = place
    lines = (source.folded.line_at(start), source.folded.line_at(end - 1))
    if len(wanted) < SHORTEST_QUOTE and not any(bare(line) == wanted for line in source.folded.lines):
        return f"quote: {text!r} is shorter than {SHORTEST_QUOTE} characters and not a whole line of {source_id}"
    first, last = source.folded.sentence_at(start, end)
    return Quoted(
        source=source_id,
        text=text,
        lines=lines,
        sentence=source.folded.text[first:last],
        kind=source.kind,
        speaker=source.speaker_at(lines[0]),
        notice=source.notice,
    )


def locate(wanted: str, source: Folded) -> tuple[int, int] | None:
    """Return where the folded words *wanted* stand in *source* as whole words, or None."""
    start = source.text.find(wanted) if wanted else -1
    while start >= 0:
        end = start + len(wanted)
        if _is_edge(source.text, start, -1) and _is_edge(source.text, end - 1, 1):
            return start, end
        start = source.text.find(wanted, start + 1)
    return None


def _is_edge(text: str, inside: int, step: int) -> bool:
    """Say whether a match may end at *inside*: never within a word or a figure (the 5 of 1.5, of -5, of 5%)."""
    near, far = text[inside + step : inside + step + 1] if inside + step >= 0 else "", ""
    if inside + 2 * step >= 0:
        far = text[inside + 2 * step : inside + 2 * step + 1]
    if not text[inside].isalnum() or not near:
        return True
    if near.isalnum() or (text[inside].isdigit() and near in "%‰°€$£+-±<>≤≥~²³"):
        return False
    return not (near in ".,'-/:" and far.isalnum())


def prose_problems(
    text: str, facts: Mapping[str, Fact], quotes: Sequence[Quoted] = (), cited: Sequence[str] = ()
) -> list[str]:
    """Return what the number rule, the placeholders and the quotation marks of one piece of prose break.

    Args:
        text: The prose, with placeholders.
        facts: Every fact that may be named.
        quotes: The item's quotes, found in their sources.
        cited: The whole lines on which those quotes stand; an identical token on one of them may be repeated.
    """
    reasons = list(_placeholder_problems(text, facts))
    if hidden := sorted({f"U+{ord(c):04X}" for c in text if unicodedata.category(c) in ("Cf", "Cc", "Co") and c not in "\n\t\u00ad"}):
        reasons.append(f"has characters that cannot be seen ({', '.join(hidden)})")
    if match := FILLER.search(text):
        reasons.append(f"{match[0]!r} stands where words are missing; leave the item out, or ask a question")
    prose = _ALMOST_PLACEHOLDER.sub(" ", PLACEHOLDER.sub(" ", text))
    rest, quotation_reasons = _take_quotations(fold(prose), quotes)
    known = {token for line in cited for token in _tokens(fold(line))} | {
        word.group().lower() for line in cited for word in NUMBER_WORD.finditer(fold(line))
    }
    reasons += quotation_reasons
    reasons += [
        f"the figure {figure!r} is typed; point at a fact with {{f:ID}}, or leave it out"
        for figure in figures(rest)
        if figure not in known and figure.lower() not in known
    ]
    return reasons


def figures(text: str) -> list[str]:
    """Return each token of *text* that states a number: with a digit of any script, a per cent sign, or a number word."""
    typed = [token for token in _tokens(text) if any(_is_digit(c) for c in token) or "%" in token or "‰" in token]
    return typed + [match[0] for match in NUMBER_WORD.finditer(text)]


def _tokens(text: str) -> list[str]:
    return [token for raw in text.split() if (token := raw.strip(".,;:!?\"'()[]*_`"))]


def _is_digit(character: str) -> bool:
    return unicodedata.numeric(character, None) is not None


def _placeholder_problems(text: str, facts: Mapping[str, Fact]) -> Iterator[str]:
    for match in PLACEHOLDER.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        if match[1] not in facts:
            yield f"there is no fact {match[1]!r}"
        if unit := UNIT_WORD.match(after):
            yield f"{unit[0].strip(' -')!r} stands behind {match[0]}, which already gives its unit"
        elif after[:1].isalnum() or before[-1:].isalnum() or before[-1:] in tuple("-−+±<>≤≥€$£"):
            yield f"{match[0]} must stand alone, nothing glued to it"
    for almost in _ALMOST_PLACEHOLDER.finditer(PLACEHOLDER.sub("", text)):
        yield f"{almost[0]!r} is not a placeholder; write {{f:ID}} or {{f:ID|range}}"


def _take_quotations(text: str, quotes: Sequence[Quoted]) -> tuple[str, list[str]]:
    """Return the folded prose without its quotations, and what is wrong with those."""
    reasons: list[str] = []

    def judge(match: re.Match[str]) -> str:
        words = match[1] if match[1] is not None else match[2]
        quote = next((quote for quote in quotes if _plain(quote.text) == _plain(words)), None)
        if quote is None:
            reasons.append(f"the quotation {_short(words)!r} is not one of the item's quotes")
        elif quote.kind == "typed note":
            reasons.append(f"{quote.source} is a typed note: its words are nobody's direct speech, so no quotation marks")
        elif not quote.is_whole:
            reasons.append(f"the quotation {_short(words)!r} is part of a sentence; quote the whole: {quote.sentence!r}")
        return " "

    rest = _QUOTATION.sub(judge, text)
    if '"' in rest:
        reasons.append("a quotation mark stands alone")
    return rest, reasons


def _proposed_problems(proposed: Mapping[str, str]) -> Iterator[str]:
    try:
        is_number = Decimal(proposed["value"]).is_finite()
    except InvalidOperation:
        is_number = False
    if not is_number:
        yield f"proposed.value: expected a number as text, like \"4\", found {proposed['value']!r}"
    if any(_is_digit(character) for character in proposed["unit"]) or len(proposed["unit"]) > SHORTEST_QUOTE:
        yield f"proposed.unit: expected a short unit without a figure, found {proposed['unit']!r}"


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _named(text: str) -> list[str]:
    return [match[1] for match in PLACEHOLDER.finditer(text)]


def _plain(words: str) -> str:
    return fold(words).strip(" .,;:!?\"'")


def _short(text: str, length: int = 80) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 3]}..."
