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
from functools import lru_cache
from typing import Any

from .facts import PLACEHOLDER, Fact, is_known
from .fold import Folded, bare, fold
from .schema import problems as schema_problems
from .schema import schema, validate
from .sources import Source

SHORTEST_QUOTE = 12
# What stands for a secret in the words as they were sent; the file has other words there.
_MASK = re.compile(r"\[(?i:redacted):|REDACTED:")
BASES = ("measured", "observed", "documented", "reported", "estimated", "assumed")
_GRADE_BASIS = {"A": "measured", "B": "measured", "C": "estimated", "D": "reported"}
_KIND_BASIS = {
    "recording": "observed",
    "export": "measured",
    "document": "documented",
    "typed note": "reported",
    "answer": "reported",
}

_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
NUMBER_WORD = re.compile(
    r"\b(?:\w+-)*(?:(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)s?|(?:thir|four|fif|six|seven|eigh|nine)teens?"
    rf"|(?:{_TENS})(?:one|two|three|four|five|six|seven|eight|nine)?|(?:twen|thir|for|fif|six|seven|eigh|nine)ties"
    r"|hundreds?|thousands?|millions?|billions?|trillions?|dozens?"
    r"|hal(?:f|ves|ved?|ving)|thirds?(?![ -]part(?:y|ies))|quarters?(?= of\b)"
    r"|(?:(?<=\ba )|(?<=\ban )|(?<=\bone[ -]))(?:fourth|fifth|sixth|seventh|eighth|ninth|tenth|twentieth|hundredth|thousandth)(?= of\b)"
    r"|(?:doubl|trebl|tripl|quadrupl|quintupl)(?:e[ds]?|ing|y)|twice|thrice|per[ -]?cent|percent|per[ -]?mille|pct"
    r"|\w+fold(?<!manifold)(?<!scaffold)(?<!unfold))(?:-\w+)*\b",
    re.IGNORECASE,
)
UNIT_WORD = re.compile(
    r"[ (*_~`\[-]*(?:%|‰|€|\$|£|¥|°|(?:(?:working|business|calendar|person|man)[ -])?(?:s|sec|secs|seconds?|min|mins|minutes?|h|hr|hrs|hours?"
    r"|d|days?|weeks?|months?|quarters?|years?|x|times|fold|per[ -]?cent|percent|pct|percentage|basis points?|bps|k|m|bn|mio"
    r"|thousands?|millions?|billions?|eur|euros?|usd|dollars?|gbp|pounds?|chf)(?![^\W_]))",
    re.IGNORECASE,
)
FILLER = re.compile(
    r"\b(?:(?i:tb[acd]|todo|fixme|lorem ipsum|to be (?:determined|confirmed|decided|defined|done))|XXX+|N/A|n/a)\b"
    r"|\?{2,}|\[(?:insert|your|name|fact|number|x|\.\.\.)[^\]]*\]|_{3,}",
)
_QUOTATION = re.compile(r'"([^"]*)"|(?<!\w)\'(?!n\')((?:[^\']|(?<=\w)\'(?=\w))+)\'(?!\w)')
_OPEN_QUOTATION = re.compile(r"""(?<![^\s(\[])'(?=\w)(?!(?:tis|twas|em|til|n|cause)\b)""", re.IGNORECASE)
_ALMOST_PLACEHOLDER = re.compile(r"\{+\s*f\s*:?[^{}]*\}*|[{}]")
# What holds a placeholder's place while the words around it are read: no letter, no digit, nothing that is trimmed.
_STAND_IN = "\ufffc"
_GLUED_BEFORE = re.compile(r"(?:[^\W_]|[-+±∓~≈<>≤≥=€$£¥#^/×·√}]|[\w}][.,:']|\b(?:minus|negative) )$", re.IGNORECASE)
_GLUED_BEHIND = re.compile(r"[^\W_]|[{/^×·°=]|[-.,:'](?:[^\W_]|\{)")
# An em dash between words is punctuation and no minus, and a fact may own something.
_LOOSE = re.compile(r"(?<=[^\W\d_])—$|^—(?=[^\W\d_])|^(?:'|’)s\b")
# Marks that no reader sees although Unicode counts them as letters or accents.
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | {
    chr(code) for first, last in ((0x180B, 0x180F), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF)) for code in range(first, last + 1)
}
# Letters of other scripts that look like those of number words.
_LOOKALIKE = str.maketrans("аеорсухіјѕԁһԝѵոսցνοτυιερАЕОРСУХІЅТВНКМΑΕΟΡΤΥΙΝΒΗΚΜΧΖ", "aeopcyxijsdhwvnugvotuiepAEOPCYXISTBHKMAEOPTYINBHKMXZ")
_NUMBER_SIGNS = frozenset("%‰‱٪🔟💯")
_PART_OF_FIGURE = frozenset("%‰°€$£+-±<>≤≥~²³")
# Thousands set apart by a space, which folding makes an ordinary one.
_GROUPED = re.compile(r"(?<![\w.,])\d{1,3}(?: \d{3})+(?![\w])")
_PROPOSED_VALUE = re.compile(r"[+-]?[0-9]{1,12}(?:\.[0-9]{1,6})?")
_PROPOSED_UNIT = re.compile(r"(?:[^\W\d_]|[ %‰€$£¥°/.-]){0,12}")


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

    def read_prose(self, name: str, text: str) -> None:
        if not any(character.isalnum() for character in text):
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

    Items that stand are returned with their quotes found and their basis capped; each other item is a `Problem`, one whose own
    form is wrong too. What does not fit the schema outside of the items is one problem of kind "reply", and then no item is returned.
    """
    lists = {kind: _list(reply, f"{kind}s") for kind in _CHECKERS}
    shape = _outer_problems(reply)
    fact_index = {fact["id"]: fact for fact in facts}
    source_index = {source.id: source for source in sources}
    kept: dict[str, list[dict[str, Any]]] = {"finding": [], "action": [], "question": []}
    problems = [Problem(kind="reply", index=0, what="the reply", reasons=tuple(shape))] if shape else []
    root = schema("judgement")
    for kind, items in lists.items():
        for index, given in enumerate(items):
            # What has the wrong form is not read further, so that no checker meets it.
            reasons = list(schema_problems(given, root["$defs"][kind], root, f"judgement.{kind}s[{index}]"))
            item = _Item(fact_index, source_index)
            result = None if reasons else _CHECKERS[kind](given, item)
            reasons += item.reasons
            if result is None or reasons:
                problems.append(Problem(kind=kind, index=index, what=_named_as(given, kind), reasons=tuple(reasons)))
            else:
                kept[kind].append(result)
    # A document that is no judgement as a whole is mended before any of it is used.
    return Verdict(problems=tuple(problems)) if shape else Verdict(
        findings=tuple(kept["finding"]),
        actions=tuple(kept["action"]),
        questions=tuple(kept["question"]),
        problems=tuple(problems),
    )


def _list(reply: object, name: str) -> list[Any]:
    items = reply.get(name) if isinstance(reply, dict) else None
    return items if isinstance(items, list) else []


def _outer_problems(reply: object) -> list[str]:
    """Return what does not fit the schema outside of the items."""
    if not isinstance(reply, dict):
        return validate(reply, "judgement")
    empty: dict[str, list[Any]] = {f"{kind}s": [] for kind in _CHECKERS if isinstance(reply.get(f"{kind}s"), list)}
    return validate({**reply, **empty}, "judgement")


def _named_as(given: object, kind: str) -> str:
    """Return an item in a few words, whatever form it has."""
    what = given.get({"finding": "title", "action": "what"}.get(kind, kind)) if isinstance(given, dict) else None
    return _short(what) if isinstance(what, str) and what.strip() else "one without a name"


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
    if len(wanted) < SHORTEST_QUOTE:
        place = _whole_line(wanted, source.folded)
        if place is None:
            return f"quote: {text!r} is shorter than {SHORTEST_QUOTE} characters and not a whole line of {source_id}"
    if source.folded.joins(*place):
        return f"quote: {_short(text)!r} runs over a heading or the end of a paragraph in {source_id}; quote the parts"
    first, last = source.folded.sentence_at(*place)
    if _is_masked(source.folded, first, last):
        return f"quote: {_short(text)!r} stands in a sentence of {source_id} with a mask ([REDACTED:...]) in it or beside it; quote another one"
    return _quoted(source, text, place, (first, last))


def _quoted(source: Source, text: str, place: tuple[int, int], around: tuple[int, int]) -> Quoted:
    (start, end), (first, last) = place, around
    whole = source.folded
    speaker, sentence = source.attributed(whole.line_at(first), whole.line_at(last - 1), whole.text[first:last])
    return Quoted(
        source=source.id,
        text=text,
        lines=(whole.line_at(start), whole.line_at(end - 1)),
        sentence=sentence,
        kind=source.kind,
        speaker=speaker,
        notice=source.notice,
    )


def _is_masked(whole: Folded, first: int, last: int) -> bool:
    """Say whether a mask stands in the sentence from *first* to *last* or next to it.

    Next to it counts, for where a sentence ends depends on the letters beside it, and in the file those are others. Behind an empty
    line it does not.
    """
    start = _word_before(whole.text, first)
    if not any(character.isalpha() for character in whole.text[start:first]):  # a list's marker
        start = _word_before(whole.text, start)
    end = whole.text.find(" ", last + 1)
    lines = range(whole.line_at(first) - 1, whole.line_at(last - 1) + 2)
    masks = _MASK.finditer(whole.text, start, end if end >= 0 else len(whole.text))
    return any(whole.line_at(mask.start()) in lines for mask in masks)


def _word_before(text: str, place: int) -> int:
    return text.rfind(" ", 0, max(0, place - 1)) + 1


def locate(wanted: str, source: Folded) -> tuple[int, int] | None:
    """Return where the folded words *wanted* stand in *source* as whole words, or None."""
    return next(_places(wanted, source), None)


def _places(wanted: str, source: Folded) -> Iterator[tuple[int, int]]:
    start = source.text.find(wanted) if wanted else -1
    while start >= 0:
        end = start + len(wanted)
        if _is_edge(source.text, start, -1) and _is_edge(source.text, end - 1, 1):
            yield start, end
        start = source.text.find(wanted, start + 1)


def _whole_line(wanted: str, source: Folded) -> tuple[int, int] | None:
    """Return where *wanted* is a whole line, but for a list's marker."""
    return next((place for place in _places(wanted, source) if bare(source.lines[source.line_at(place[0]) - 1]) == wanted), None)


def _is_edge(text: str, inside: int, step: int) -> bool:
    """Say whether a match may end at *inside*: never within a word or a figure (the 5 of 1.5, of -5, of 5%, of 1 500)."""
    here = text[inside]
    if not here.isalnum() and here not in ".,-/:" and here not in _PART_OF_FIGURE:
        return True
    place = inside + step
    while 0 <= place < len(text) and text[place] != " ":
        near = text[place]
        if near.isalnum() or unicodedata.category(near)[0] == "M" or (here.isdigit() and near in _PART_OF_FIGURE):
            return False
        if near not in ".,'-/:":
            return True
        place += step
    return not (here.isdigit() and _is_within_group(text, min(inside, inside + step)))


def _is_within_group(text: str, left: int) -> bool:
    """Say whether the cut behind *left* divides a figure like 1 500."""
    near = text[max(0, left - 20) : left + 20]
    cut = left - max(0, left - 20)
    return any(match.start() <= cut < match.end() - 1 for match in _GROUPED.finditer(near))


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
    if hidden := sorted({f"U+{ord(character):04X}" for character in text if _is_hidden(character)}):
        reasons.append(f"has characters that cannot be seen ({', '.join(hidden)})")
    if _MASK.search(fold(text)):
        reasons.append("names a mask ([REDACTED:...]), which stands for words that were not sent; say it without")
    if match := FILLER.search(fold(text)):
        reasons.append(f"{match[0]!r} stands where words are missing; leave the item out, or ask a question")
    prose = _ALMOST_PLACEHOLDER.sub(_STAND_IN, PLACEHOLDER.sub(_STAND_IN, text))
    rest, quotation_reasons = _take_quotations(fold(prose), quotes)
    reasons += quotation_reasons
    found = figures(rest)
    known = {token for line in cited for token in _stated(line)} if found else set()
    reasons += [
        f"the figure {figure!r} is typed; point at a fact with {{f:ID}}, or leave it out"
        for figure in found
        if figure not in known and figure.lower() not in known
    ]
    return reasons


@lru_cache(maxsize=32)  # the items of a reply cite the same lines, and a line can be a whole file
def _stated(line: str) -> frozenset[str]:
    text = bare(line)
    return frozenset(_tokens(text)) | {word.lower() for word in _number_words(text)}


def figures(text: str) -> list[str]:
    """Return each token of *text* that states a number: with a digit of any script, a per cent sign, or a number word."""
    return [token for token in _tokens(text) if any(_is_number_sign(character) for character in token)] + _number_words(text)


def _tokens(text: str) -> list[str]:
    grouped = _GROUPED.sub(lambda match: match[0].replace(" ", _STAND_IN), text)
    tokens = (raw.strip(".,;:!?\"'()[]*_`").replace(_STAND_IN, " ").strip() for raw in grouped.split())
    return [token for token in tokens if token]


def _number_words(text: str) -> list[str]:
    """Return the number words of *text*, also of letters that only look like those of one (bold, accented, Cyrillic)."""
    if not text.isascii():
        letters = unicodedata.normalize("NFKD", text)
        text = "".join(c for c in letters if unicodedata.category(c)[0] != "M").translate(_LOOKALIKE)
    return [match[0] for match in NUMBER_WORD.finditer(text)]


def _is_number_sign(character: str) -> bool:
    # Decomposed, because ㍙ and ㎡ hold digits that have no value of their own.
    return character in _NUMBER_SIGNS or any(
        c in _NUMBER_SIGNS or _is_digit(c) for c in (character, *unicodedata.normalize("NFKC", character))
    )


def _is_digit(character: str) -> bool:
    return unicodedata.numeric(character, None) is not None


def _is_hidden(character: str) -> bool:
    return (unicodedata.category(character) in ("Cf", "Cc", "Co") and character not in "\n\t\u00ad") or character in _UNSEEN


def _placeholder_problems(text: str, facts: Mapping[str, Fact]) -> Iterator[str]:
    for match in PLACEHOLDER.finditer(text):
        before, after = (_LOOSE.sub(" ", part) for part in (text[: match.start()], text[match.end() :]))
        if match[1] not in facts:
            yield f"there is no fact {match[1]!r}"
        if unit := UNIT_WORD.match(fold(text[match.end() :])):
            yield f"{unit[0].strip(' -(*_~`[')!r} stands behind {match[0]}, which already gives its unit"
        elif _GLUED_BEFORE.search(_edge(before)) or _GLUED_BEHIND.match(_edge(after)):
            yield f"{match[0]} must stand alone, nothing glued to it"
    for almost in _ALMOST_PLACEHOLDER.finditer(PLACEHOLDER.sub("", text)):
        yield f"{almost[0]!r} is not a placeholder; write {{f:ID}} or {{f:ID|range}}"


def _edge(text: str) -> str:
    """Return *text* folded, its white space at the ends kept as one space."""
    return f"{text[:1].isspace() * ' '}{fold(text)}{text[-1:].isspace() * ' '}"


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

    rest = _QUOTATION.sub(judge, text.replace("``", '"').replace("''", '"'))
    if '"' in rest or _OPEN_QUOTATION.search(rest):
        reasons.append("a quotation mark stands alone")
    return rest, reasons


def _proposed_problems(proposed: Mapping[str, str]) -> Iterator[str]:
    value, unit = proposed["value"], proposed["unit"]
    if not _PROPOSED_VALUE.fullmatch(value):
        yield f"proposed.value: expected a number as text, like \"4\", found {_short(value)!r}"
    words = [word for word in _number_words(unit) if not word.lower().startswith("per")]
    if words or any(_is_digit(character) for character in unit) or not _PROPOSED_UNIT.fullmatch(unit):
        yield f"proposed.unit: expected a short unit without a figure, found {_short(unit)!r}"


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _named(text: str) -> list[str]:
    return [match[1] for match in PLACEHOLDER.finditer(text)]


def _plain(words: str) -> str:
    """Return *words* folded, without the marks around them that a sentence's end or its place in another brings.

    A question mark stays, because it turns a statement into a question; so do the dots of an ellipsis.
    """
    text = fold(words).strip(" \"'")
    if text.endswith((".", ",", ";", ":")) and not text.endswith(".."):
        text = text[:-1]
    return text.strip(" \"'")


def _short(text: str, length: int = 80) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 3]}..."
