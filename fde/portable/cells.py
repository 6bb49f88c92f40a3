"""A row of a Markdown table, as people write it in any editor and as we write it."""

from __future__ import annotations

import re


def cells_of(line: str) -> list[str]:
    r"""Return the cells of a row of a Markdown table; `\|` is a pipe in a cell. The outer pipes may be left out."""
    parts = re.split(r"(\\*\|)", line.strip())
    cells = [""]
    for text, end in zip(parts[::2], [*parts[1::2], ""], strict=True):
        slashes = max(len(end) - 1, 0)
        cells[-1] += text + "\\" * (slashes // 2)
        if slashes % 2:
            cells[-1] += "|"
        elif end:
            cells.append("")
    cells = [cell.strip() for cell in cells]
    first = 1 if line.strip().startswith("|") else 0
    last = -1 if len(cells) > first + 1 and not cells[-1] and line.rstrip().endswith("|") else None
    return cells[first:last]


def written_cell(text: str) -> str:
    """Return *text*, which has no line break, as a cell whose `cells_of` is *text* again."""
    return re.sub(r"(\\*)\|", r"\1\1\\|", text)
