"""The page's own words: how sure something is, a date, and text that is shortened to the room there is.

No grade letter, no id and none of our words; the reader has never seen this toolkit.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..portable.facts import Fact, fill, has_range, is_known, named

# By an artefact's basis of a finding.
BASIS = {
    "measured": "measured",
    "observed": "seen",
    "documented": "written",
    "reported": "told",
    "estimated": "worked out by a rule",
    "assumed": "guessed",
    "disputed": "disputed: what was told and what was measured differ",
}
# By a fact's grade; without one nothing is known of where a value comes from.
GRADE = {
    "A": "measured directly",
    "B": "measured from records",
    "C": "worked out by a rule",
    "D": "told by a person",
    None: "guessed",
}
# By a source's kind: what its words are.
WORDS = {
    "recording": "said",
    "document": "written",
    "export": "recorded",
    "typed note": "told",
    "answer": "told",
}
HEALTH = {"ok": "read", "empty": "empty", "old": "out of date", "failed": "could not be read", "skipped": "left out"}
_MONTHS = ("January February March April May June July August September October November December").split()
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’')\]]*\s+(?=[^\W_a-z]|[\"“„‘'(\[{])")
_UNIT = re.compile(r"(?<=\d) (?=(?:s|min|h|d|%)(?!\w))|(?<=\b[A-Z]{3}) (?=-?\d)")
_ABBREVIATION = re.compile(r"\b(?:approx|ca|cf|dr|e\.g|etc|fig|i\.e|inc|ltd|mr|mrs|ms|no|nr|prof|st|vs|(?-i:[A-Z]))\.$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A piece of prose as page one shows it.

    Attributes:
        text: Filled in, at most as long as the room for it.
        facts: The ids of the facts that it names.
        is_cut: Whether something of it was left out.
        has_range: Whether it shows a figure with its interval.
    """

    text: str
    facts: tuple[str, ...] = ()
    is_cut: bool = False
    has_range: bool = False


def passage(raw: str, index: Mapping[str, Fact], room: float, further: float | None = None) -> Passage:
    """Return as many whole sentences of *raw* (with placeholders) as fit into *room*, in ordinary letters.

    Sentences behind the first one must fit into *further*, as long as all together, if it is given. A first sentence that is too long on its own ends at a semicolon; if it has none, between words, with an ellipsis.
    """
    every = sentences(raw)
    kept = _fitting(every, index, room if further is None else further) or _fitting(every[:1], index, room)
    if not kept and (clauses := _fitting(every[0].split("; "), index, room, "; ")):
        kept = [f"{'; '.join(clauses).rstrip('.')}."]
    said = " ".join(kept or every[:1])
    return Passage(
        text=shorten(fill(said, index), room), facts=tuple(named(said)), is_cut=kept != every, has_range=has_range(said, index)
    )


def _fitting(parts: list[str], index: Mapping[str, Fact], room: float, between: str = " ") -> list[str]:
    """Return as many of the first *parts* as fit."""
    fits = (count for count in range(len(parts), 0, -1) if size(fill(between.join(parts[:count]), index)) <= room)
    return parts[: next(fits, 0)]


def sentences(text: str) -> list[str]:
    """Return the sentences of *text*, each with its mark, white space around them gone."""
    parts: list[str] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if not _ABBREVIATION.search(text[start : match.start()]):
            parts.append(" ".join(text[start : match.end()].split()))
            start = match.end()
    return [*parts, " ".join(text[start:].split())]


def size(text: str) -> float:
    """Return how long *text* is, in ordinary small letters."""
    return sum(_width(character) for character in text)


def shorten(text: str, room: float) -> str:
    """Return *text*, cut between words and ended with an ellipsis if it does not fit into *room*."""
    if size(text) <= room:
        return text
    left, end = room - 1, 0
    for end, character in enumerate(text):  # noqa: B007 - where the room ends is the result
        left -= _width(character)
        if left < 0:
            break
    start = text[:end]
    whole = start[: start.rfind(" ")] if " " in start[end // 2 :] else start
    return f"{whole.rstrip(' ,;:(-')}…"


def _width(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF":
        return 2.0
    return 1.35 if character.isupper() or character in "%@mwMW" else 1.0


def together(text: str) -> str:
    """Return *text* with a figure and its unit kept on one line."""
    return _UNIT.sub("\u00a0", text)


def day(moment: str) -> str:
    """Return the day of an ISO 8601 date or time as "21 November 2026"; what is none as it is."""
    try:
        found = date.fromisoformat(moment[:10])
    except ValueError:
        return moment
    return f"{found.day} {_MONTHS[found.month - 1]} {found.year}"


def listed(words: Iterable[str]) -> str:
    """Return "a", "a and b", "a, b and c"."""
    every = list(words)
    return " and ".join(part for part in (", ".join(every[:-1]), *every[-1:]) if part)


def how(finding: Mapping[str, Any], index: Mapping[str, Fact]) -> str:
    """Return in a sentence how a finding is known; one is not measured as a whole where its figures are worked out or told."""
    figures = [index[name] for name in finding["facts"] if is_known(index[name]) and index[name]["type"] not in ("text", "date")]
    others = listed(dict.fromkeys(GRADE[fact["grade"] or None] for fact in figures if fact["grade"] not in ("A", "B")))
    words = BASIS[finding["basis"]]
    if finding["basis"] == "measured" and others:
        is_mixed = any(fact["grade"] in ("A", "B") for fact in figures)
        words = f"{words}, in part {others}" if is_mixed else others
    return f"{words[0].upper()}{words[1:]}."


def sureness(facts: Iterable[Fact], kinds: Iterable[str] = ()) -> str:
    """Return in one sentence or two how sure the page is.

    Args:
        facts: The facts that stand on it; only known figures count, no names and no dates.
        kinds: The kinds of the sources whose words its advice rests on.
    """
    figures = [fact for fact in facts if is_known(fact) and fact["type"] not in ("text", "date")]
    measured = sum(fact["grade"] in ("A", "B") for fact in figures)
    others = [
        (sum(fact["grade"] == grade for fact in figures), words)
        for grade, words in (("C", "worked out by a rule"), ("D", "told and not measured"), (None, "guessed"))
    ]
    said = listed(dict.fromkeys(WORDS.get(kind, "written") for kind in kinds))
    advice = f" What to do also rests on what was {said}." if said else ""
    if not figures:
        return advice.strip()
    if measured == len(figures):
        first = "The one figure on this page is measured." if measured == 1 else f"All {measured} figures on this page are measured."
        return first + advice
    rest = listed(f"{count} {words}" for count, words in others if count)
    if not measured:
        return f"None of the figures on this page is measured: {rest}.{advice}"
    return f"{measured} of {len(figures)} figures on this page {'is' if measured == 1 else 'are'} measured, {rest}.{advice}"
