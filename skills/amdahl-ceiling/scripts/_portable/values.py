# Generated from fde/portable by make skills. Do not edit.
"""One value that a person gave: read from text as its question wants it, and written so that reading gives it again."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from .days import day
from .fold import lf
from .questions import BadAnswer, Field, Question, name_key, one_line

ROLE = "a role in small letters, like owner or office lead, and no name"
NOTHING = "-"
_AMOUNT = r"\d{1,9}(?:\.\d{1,6})?"
_NUMBER = re.compile(_AMOUNT, re.ASCII)
_RANGE = re.compile(rf"({_AMOUNT}) *\( *({_AMOUNT}) *(?:to|-|–) *({_AMOUNT}) *\)", re.ASCII)
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_WORD = re.compile(r"[^\W\d_]+")


def role(text: str) -> str:
    """Return *text* as a role. Raises BadAnswer for what looks like a person's name, an address or nothing."""
    found = one_line(text)
    words = re.split(r"[ -]", found)
    if len(found) > 60 or not all(_WORD.fullmatch(word) and (word.islower() or (word.isupper() and len(word) <= 4)) for word in words):
        raise BadAnswer(ROLE, text)
    return found


def about(text: str) -> str:
    """Return *text* as a subject. Raises BadAnswer if it is no slug."""
    if not _SLUG.fullmatch(text) or len(text) > 64:
        raise BadAnswer("a subject of small letters, digits and single hyphens", text)
    return text


def value_of(field: Field, text: str) -> Any:
    """Return what *text* says as *field*'s value, None for no answer (nothing, or a lone hyphen); not for tables.

    Raises:
        BadAnswer: it is not what the field wants.
    """
    text = paragraphs(text)
    return None if text in ("", NOTHING) else _READERS[field.type](field, text)


def paragraphs(text: str) -> str:
    """Return *text* without white space at ends of lines, and with one empty line where there are several.

    Raises BadAnswer for control characters.
    """
    unfit = next((character for character in text if unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\r\t"), "")
    if unfit:
        raise BadAnswer("text without control characters", f"U+{ord(unfit):04X}")
    lines = [line.rstrip() for line in lf(text).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _amount(field: Field, text: str) -> str:
    bare = _without_unit(field, text)
    if not _NUMBER.fullmatch(bare):
        raise BadAnswer(field.expected, text)
    return bare


def _without_unit(field: Field, text: str) -> str:
    return text[: -len(field.unit)].rstrip() if field.unit and text.endswith(field.unit) else text


def _number(field: Field, text: str) -> float:
    return float(_amount(field, text))


def _money(field: Field, text: str) -> str:
    whole, _, cents = _plain(Decimal(_amount(field, text))).partition(".")
    return f"{whole}.{cents:0<2}" if cents else whole


def _plain(number: Decimal) -> str:
    """Return *number* without an exponent and without zeros that say nothing."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _range(field: Field, text: str) -> dict[str, float | None]:
    bare = _without_unit(field, text)
    if _NUMBER.fullmatch(bare):
        return {"usual": float(bare), "best": None, "worst": None}
    found = _RANGE.fullmatch(bare)
    if not found:
        raise BadAnswer(field.expected, text)
    usual, best, worst = map(float, found.groups())
    # Whether more is better is the question's affair; that the usual lies between the two is not.
    if not min(best, worst) <= usual <= max(best, worst):
        raise BadAnswer("a usual value that lies between the best and the worst, like 20 (10 to 45)", text)
    return {"usual": usual, "best": best, "worst": worst}


def _choice(field: Field, text: str) -> str:
    wanted = name_key(text)
    for choice in field.choices:
        if wanted in (choice.value, choice.key, name_key(choice.label)):
            return choice.value
    raise BadAnswer(field.expected, text)


def _date(field: Field, text: str) -> str:
    found = day(text)
    if found is None:
        raise BadAnswer(field.expected, text)
    return found.isoformat()


_READERS: dict[str, Callable[[Field, str], Any]] = {
    "text": lambda _, text: text,
    "number": _number,
    "money": _money,
    "range": _range,
    "choice": _choice,
    "date": _date,
}


def written(field: Field, value: Any) -> str:
    """Return *value* as the file has it, whose `value_of` is *value* again; empty for None."""
    if value is None:
        return ""
    match field.type:
        case "number":
            return _plain(Decimal(repr(value)))
        case "range":
            return _written_range(value)
        case _:
            return str(value)


def _written_range(value: Mapping[str, float | None]) -> str:
    usual, best, worst = (None if value.get(name) is None else _plain(Decimal(repr(value[name]))) for name in ("usual", "best", "worst"))
    return f"{usual} ({best} to {worst})" if best is not None else str(usual)


def row_of(question: Question, cells: Sequence[str], columns: Sequence[Field] | None = None) -> dict[str, Any] | None:
    """Return the row that *cells* say in the order of *columns* (default: the question's), None if all are empty.

    Raises:
        BadAnswer: a cell is wrong, there are too many, or one that is required or needed is empty; names the column. The first such.
    """
    row, faults = read_row(question, cells, columns)
    if faults:
        raise faults[0]
    return row


def read_row(question: Question, cells: Sequence[str], columns: Sequence[Field] | None) -> tuple[dict[str, Any] | None, list[BadAnswer]]:
    """Return the row and all that is wrong with it."""
    order = question.columns if columns is None else columns
    if len(cells) > len(order) and any(cell.strip() for cell in cells[len(order) :]):
        return None, [BadAnswer(f"{len(order)} cells ({' | '.join(column.heading for column in order)})", " | ".join(cells))]
    row: dict[str, Any] = {column.id: None for column in question.columns}
    faults: list[BadAnswer] = []
    wrong: set[str] = set()
    for column, cell in zip(order, cells, strict=False):
        try:
            row[column.id] = value_of(column, one_line(cell))
        except BadAnswer as error:
            faults.append(BadAnswer(error.expected, error.found, column.heading))
            wrong.add(column.id)
    if not wrong and all(value is None for value in row.values()):
        return None, []
    faults += [_nothing(question, column, row) for column in question.columns if column.id not in wrong and is_needed(question, column, row)]
    return row, faults


def is_needed(question: Question, column: Field, row: Mapping[str, Any]) -> bool:
    """Return whether *row* has nothing in *column* and must: it is required, or a filled column needs it."""
    return row.get(column.id) is None and (column.required or bool(_needing(question, column, row)))


def _needing(question: Question, column: Field, row: Mapping[str, Any]) -> list[str]:
    """Return the headings of the filled columns that need *column*."""
    return [other.heading for other in question.columns if other.needs == column.id and row.get(other.id) is not None]


def _nothing(question: Question, column: Field, row: Mapping[str, Any]) -> BadAnswer:
    because = "".join(f", because {heading!r} is filled in" for heading in _needing(question, column, row))
    return BadAnswer(f"{column.expected}{because}", "nothing", column.heading)
