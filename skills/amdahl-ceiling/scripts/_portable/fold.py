# Generated from fde/portable by make skills. Do not edit.
"""Text as it is compared: the differences that a copy makes are folded away, a difference in meaning never is.

NFC, white space, soft hyphens, quotation marks, dashes and a short table of ligatures are folded; digits are compared exactly.
NFKC is never used: it turns 10² into 102.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

_SAME = {
    **dict.fromkeys("“”„‟«»″〝〞＂❝❞「」『』", '"'),
    **dict.fromkeys("‘’‚‛‹›′ʼ＇❛❜", "'"),
    **dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"),
    "ﬀ": "ff",
    "ﬁ": "fi",
    "ﬂ": "fl",
    "ﬃ": "ffi",
    "ﬄ": "ffl",
    "ﬅ": "st",
    "ﬆ": "st",
    "\u00ad": "",
}
_TABLE = str.maketrans(_SAME)
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|etc|cf|vs|approx|ca|nr|fig|mr|mrs|ms|dr|prof|st|inc|ltd|[a-z]))\.$", re.IGNORECASE)
_NUMBERED = re.compile(r"\bno\.$", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?]+[\"')\]]*(?= )")
# Control characters, and those that turn the direction of what follows.
_COMMANDS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
_CLOSING = ".!?\"')"
_BLOCK_START = re.compile(r"\s*(?:[-*+•]\s|\d+[.)]\s|#{1,6}\s|\||>|---|\d\d:\d\d)")
_SPEAKER = re.compile(r"[A-Z][\w .'-]{0,40}:\s")
_MARKER = re.compile(r"\s*(?:[-*+•]\s+|\d+[.)]\s+|#{1,6}\s+|>\s*)?")


def lf(text: str) -> str:
    """Return *text* with CRLF and CR as LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def fold(text: str) -> str:
    """Return *text* as it is compared, its white space single and trimmed."""
    return " ".join(_characters(text).split())


def legible(text: str) -> str:
    """Return *text* with what a terminal, a browser or an XML reader would obey, not show, as U+FFFD; line ends and tabs stay."""
    return _COMMANDS.sub("\ufffd", text)


def _characters(text: str) -> str:
    # Normalised again, for what is put in or taken out may leave a letter and its accent side by side.
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).translate(_TABLE))


@dataclass(frozen=True, slots=True)
class Folded:
    """A source's text, folded, which still knows its lines and sentences.

    Attributes:
        text: The whole source, folded to one line.
        lines: The source's lines as they are, without their ends.
        starts: For each line that is not empty, where it begins in *text*.
        numbers: The numbers of those lines, from 1.
        blocks: Where paragraphs, list items, headings and turns of speech begin in *text*.
        ends: Where sentences end in *text*, as far as a mark tells.
    """

    text: str
    lines: tuple[str, ...]
    starts: tuple[int, ...]
    numbers: tuple[int, ...]
    blocks: tuple[int, ...]
    ends: tuple[int, ...]

    def line_at(self, offset: int) -> int:
        """Return the number of the line that holds *offset* of the folded text."""
        return self.numbers[bisect_right(self.starts, offset) - 1]

    def sentence_at(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the whole sentences around the span *start* to *end*."""
        block = self.blocks[bisect_right(self.blocks, start) - 1]
        after = bisect_right(self.blocks, end - 1)
        limit = self.blocks[after] if after < len(self.blocks) else len(self.text)
        before = bisect_right(self.ends, start)
        first = max(block, self.ends[before - 1]) if before else block
        behind = bisect_left(self.ends, end)
        last = min(limit, self.ends[behind]) if behind < len(self.ends) else limit
        return _trim(self.text, first, last)

    def joins(self, start: int, end: int) -> bool:
        """Say whether the span runs over a heading's or a paragraph's end that no mark closes, as if it were one sentence."""
        inside = self.blocks[bisect_right(self.blocks, start) : bisect_left(self.blocks, end)]
        return any(self.text[place - 2] not in f"{_CLOSING}]:" and not _BLOCK_START.match(self.text, place) for place in inside)


def _ends(text: str) -> tuple[int, ...]:
    return tuple(match.end() for match in _SENTENCE_END.finditer(text) if not _runs_on(text, match))


def _runs_on(text: str, match: re.Match[str]) -> bool:
    follows = text[match.end() + 1 : match.end() + 2]
    place = max(0, match.start() - 8), match.start() + 1
    if _NUMBERED.search(text, *place):
        return follows.isdigit() or follows.islower()
    return follows.islower() or bool(_ABBREVIATION.search(text, *place))


def folded(text: str) -> Folded:
    """Fold a source: *text* with any line ends."""
    lines = tuple(lf(text).split("\n"))
    pieces: list[str] = []
    starts: list[int] = []
    numbers: list[int] = []
    blocks: list[int] = []
    length, gap = 0, True
    for number, line in enumerate(lines, 1):
        piece = fold(line)
        if not piece:
            gap = True
            continue
        # A line like "Lead: ..." is a turn of speech only where the line before it has come to an end.
        speaks = bool(_SPEAKER.match(piece)) and pieces[-1:] != [] and pieces[-1][-1] in _CLOSING
        if gap or speaks or _BLOCK_START.match(line):
            blocks.append(length)
        starts.append(length)
        numbers.append(number)
        pieces.append(piece)
        length += len(piece) + 1
        # What follows a heading, a rule or the times of a subtitle begins anew.
        gap = line.lstrip().startswith("#") or piece == "---" or "-->" in piece
    text = " ".join(pieces)
    return Folded(text, lines, tuple(starts), tuple(numbers), tuple(blocks), _ends(text))


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave a list's marker and the white space around a sentence outside it."""
    while start < end and text[start] == " ":
        start += 1
    while end > start and text[end - 1] == " ":
        end -= 1
    marker = _MARKER.match(text, start, end)
    return (marker.end() if marker else start), end


def bare(line: str) -> str:
    """Return a folded line without the marker of a list, heading or quotation before it."""
    piece = fold(line)
    marker = _MARKER.match(piece)
    return piece[marker.end() :] if marker else piece
