# Generated from fde/portable by make skills. Do not edit.
"""JSON read strictly: what two readers could take differently, or what could bring a reader down, is refused with a sentence.

Refused are NaN and Infinity (also as 1e999), a key given twice, half a character (a lone surrogate), an integer with
more than 4300 digits, and nesting deeper than 200.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

MAX_DEPTH = 200
MAX_DIGITS = 4300

_TOO_DEEP = f"it is nested deeper than {MAX_DEPTH}"
_HALF = re.compile("[\ud800-\udfff]")
_ESCAPED_HALF = re.compile(r"\\u[dD][89a-fA-F]")


class BadJson(ValueError):
    """Not JSON as we read it.

    Attributes:
        sentence: What is wrong, without full stop.
        where: The file, or file:line, or empty.
    """

    def __init__(self, sentence: str, where: str = "") -> None:
        """Keep both; as text it is "WHERE: SENTENCE"."""
        self.sentence = sentence
        self.where = where
        super().__init__(f"{where}: {sentence}" if where else sentence)


def strict_json(text: str, where: str = "") -> Any:
    """Return the value of the JSON *text*; a byte order mark is passed over.

    Raises:
        BadJson: it is refused; *where* (a file's name) is part of it, with the line where that is known.
    """
    try:
        value = _DECODER.decode(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        raise BadJson(f"{error.msg}, column {error.colno}", f"{where}:{error.lineno}" if where else "") from error
    except RecursionError as error:
        raise BadJson(_TOO_DEEP, where) from error
    except BadJson as error:
        raise BadJson(error.sentence, where) from error
    fault = _fault(text, value)
    if fault:
        raise BadJson(fault, where)
    return value


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise BadJson(f"the key {twice!a} is given twice")
    return fields


def _constant(name: str) -> float:
    raise BadJson(f"{name} is not a number in JSON")


def _integer(digits: str) -> int:
    if len(digits.lstrip("-")) > MAX_DIGITS:
        raise BadJson(f"an integer has {len(digits.lstrip('-'))} digits, at most {MAX_DIGITS} are read")
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise BadJson(f"the number {digits[:20]} is too large")
    return number


_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_constant, parse_int=_integer, parse_float=_float)


def _fault(text: str, value: Any) -> str:
    """Return what only shows once *value* is read; the walk is spared a text that cannot hold it."""
    may_be_deep = text.count("[") + text.count("{") > MAX_DEPTH
    may_be_half = bool(_HALF.search(text) or _ESCAPED_HALF.search(text))
    if not (may_be_deep or may_be_half):
        return ""
    level, depth = [value], 0
    while level:
        if any(isinstance(item, str) and _HALF.search(item) for item in level):
            return "a text holds half a character (a lone surrogate)"
        depth += any(isinstance(item, list | dict) for item in level)
        if depth > MAX_DEPTH:
            return _TOO_DEEP
        level = [inner for item in level for inner in _inner(item)]
    return ""


def _inner(item: Any) -> list[Any]:
    if isinstance(item, dict):
        return [*item, *item.values()]
    return item if isinstance(item, list) else []
