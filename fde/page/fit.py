"""How high page one would be, so that one that is too full is made shorter by rule before anybody prints it.

The measures are those of `page.css`; what a broader typeface takes more comes out of the chart's room or of the reserve.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .wording import size

SHEET = 266.0  # mm between the margins, as `.sheet` has it
_POINT = 0.3528  # mm
# A small letter's mean width as a part of its height: Helvetica and Arial have 0.5, DejaVu Sans 0.58.
_LETTER = 0.53


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How a text is set.

    Attributes:
        size: In points.
        leading: From line to line, in heights of the letters.
        width: Of the column, in mm.
    """

    size: float
    leading: float
    width: float = 174.0

    def height(self, text: str) -> float:
        """Return how high *text* is, in mm."""
        return lines(text, self.width / (self.size * _POINT * _LETTER)) * self.size * _POINT * self.leading

    def heights(self, texts: Iterable[str], gap: float = 0.0) -> float:
        """Return how high *texts* are, each with a *gap* in mm."""
        return sum(self.height(text) + gap for text in texts)


HEADLINE = Setting(size=16.5, leading=1.3)
ANSWER = Setting(size=11, leading=1.42)
COST = Setting(size=13, leading=1.35, width=169)
POINT = Setting(size=10, leading=1.42, width=167)
BELOW = Setting(size=8.5, leading=1.4, width=167)
FOOTER = Setting(size=8.5, leading=1.4)
HEADER, HEADING, SECTION, CHART, RESERVE = 11.0, 5.8, 5.0, 37.0, 16.0


def lines(text: str, room: float) -> int:
    """Return on how many lines of *room* small letters *text* is set; a word longer than a line is broken."""
    count, left = 0, 0.0
    for word in text.split():
        length = size(word) + 0.5  # a space is narrow
        if length <= left:
            left -= length
            continue
        count += 1
        left = room - length
        while left < 0:
            count += 1
            left += room
    return count
