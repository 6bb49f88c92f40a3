"""A fact as a reader sees it, and the placeholders that stand for facts in a sentence.

The same fact gives the same figure everywhere: in the answer, in a table, in a judged finding, on the page.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

Fact = Mapping[str, Any]

PLACEHOLDER = re.compile(r"\{f:([a-z0-9]+(?:[._-][a-z0-9]+)*)(\|range)?\}")
UNKNOWN = "not known"
MONEY_WHOLE = 100  # from here on, cents are noise


def by_id(facts: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return *facts* keyed by their id."""
    return {fact["id"]: fact for fact in facts}


def is_known(fact: Fact) -> bool:
    """Say whether the fact has a value."""
    return fact["value"] is not None


def show(fact: Fact) -> str:
    """Return value and unit as one text: "4.67x", "60.1 h", "73.5 %", "EUR 1,250", "117"; "not known" without a value."""
    if not is_known(fact):
        return UNKNOWN
    value = fact["value"]
    if fact["type"] == "money":
        return _with_unit(Decimal(value), fact, _cents(Decimal(value)))
    if isinstance(value, str):
        return value
    return _with_unit(float(value), fact, _decimals(float(value), fact))


def show_range(fact: Fact) -> str:
    """Return value, unit and interval, all to the same place, the unit as seldom as it can be read.

    "4.67x (4.22x to 5.15x)", "60.1 h (38.2 to 81.0 h)", "EUR 2,953 (2,124 to 3,983)"; without an interval as `show`.
    """
    parts = shown_ends(fact)
    if parts is None:
        return show(fact)
    value, low, high = parts
    unit = fact["unit"]
    if fact["type"] == "money":
        return f"{value} ({low.removeprefix(unit).strip()} to {high.removeprefix(unit).strip()})"
    return f"{value} ({low.removesuffix(f' {unit}')} to {high})"


def shown_ends(fact: Fact) -> tuple[str, str, str] | None:
    """Return value, low and high end as texts, each with its unit and to the same place; None without an interval."""
    interval = fact.get("interval")
    is_money = fact["type"] == "money"
    if not interval or not is_known(fact) or (isinstance(fact["value"], str) and not is_money):
        return None
    number: type[Decimal | float] = Decimal if is_money else float
    value, low, high = (number(str(given)) for given in (fact["value"], interval["low"], interval["high"]))
    places = _cents(value) if isinstance(value, Decimal) else _range_decimals(value, float(low), float(high), fact)
    value_text, low_text, high_text = (_with_unit(each, fact, places) for each in (value, low, high))
    return value_text, low_text, high_text


def fill(statement: str, facts: Mapping[str, Fact]) -> str:
    """Return *statement* with each placeholder replaced by its fact.

    Raises:
        KeyError: a placeholder names a fact that is not in *facts*.
    """

    def value(match: re.Match[str]) -> str:
        fact = facts[match[1]]
        return show_range(fact) if match[2] else show(fact)

    return PLACEHOLDER.sub(value, statement)


def named(statement: str) -> list[str]:
    """Return the ids of the facts that *statement* has placeholders for, in order, each once."""
    return list(dict.fromkeys(match[1] for match in PLACEHOLDER.finditer(statement)))


def has_range(statement: str, facts: Mapping[str, Fact]) -> bool:
    """Say whether *statement*, filled in, shows a value with its interval."""
    return any(match[2] and shown_ends(facts[match[1]]) for match in PLACEHOLDER.finditer(statement))


def cell(value: object, unit: str, facts: Mapping[str, Fact]) -> str:
    """Return a table's cell as text: a sentence is filled, a bare number gets the column's unit."""
    if value is None:
        return ""
    if isinstance(value, str):
        return fill(value, facts)
    number = float(value)  # type: ignore[arg-type]
    return _with_unit(number, {"type": "number", "unit": unit}, _significant(number))


def _cents(amount: Decimal) -> int:
    return 0 if abs(amount) >= MONEY_WHOLE else 2


def _range_decimals(value: float, low: float, high: float, fact: Fact) -> int:
    """Return the decimals of a value with its interval.

    An end that rounds onto the value says nothing, so a finer end may add a place, but only one.
    """
    places = _decimals(value, fact)
    return min(places + 1, max(places, _decimals(low, fact), _decimals(high, fact)))


def _decimals(value: float, fact: Fact) -> int:
    """Return how many decimals tell *value* honestly: about three figures, and for a ratio near 1x what differs from 1."""
    if fact["type"] == "count":
        return 0 if value == int(value) else 1
    if fact["type"] == "ratio" and fact["unit"] == "x" and 0 < abs(value - 1) < 1:
        return min(4, max(_significant(value), 1 - math.floor(math.log10(abs(value - 1)))))
    return _significant(value)


def _significant(value: float) -> int:
    size = abs(value)
    if size == 0 or size >= 100:
        return 0
    if size >= 1:
        return 1 if size >= 10 else 2
    return min(6, 1 - math.floor(math.log10(size)))


def _with_unit(value: float | Decimal, fact: Fact, places: int) -> str:
    number = f"{value:,.{places}f}"
    if float(number.replace(",", "")) == 0:
        number = number.lstrip("-")
    unit = fact["unit"]
    if fact["type"] == "money":
        return f"{unit} {number}"
    return f"{number}{'' if unit in ('', 'x') else ' '}{unit}"
