# Generated from fde/portable by make skills. Do not edit.
"""JSON Schema, the small part of draft 2020-12 that our documents use.

A skill's folder must check a reply without any installed package, so this is our own; a test holds it against the library `jsonschema`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent

TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool) and _is_finite(value),
}


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer that no float holds cannot be shown either
        return False


def schema(name: str) -> dict[str, Any]:
    """Return our schema *name* ("facts", "judgement", "artefact").

    A skill's copy of this module has the schemas beside it; in the package they are the neighbour room.
    """
    copied = HERE / "schemas"
    folder = copied if copied.is_dir() else HERE.parent / "schemas"
    document: dict[str, Any] = json.loads((folder / f"{name}.json").read_text("utf-8"))
    return document


def validate(document: object, name: str) -> list[str]:
    """Return what is wrong with *document* under our schema *name*, one sentence each; an empty list if nothing is."""
    root = schema(name)
    return list(problems(document, root, root, name))


def problems(value: object, rule: dict[str, Any], root: dict[str, Any], place: str) -> Iterator[str]:
    """Yield "PLACE: expected ..., found ..." for each rule that *value* breaks.

    Keywords: $ref (into $defs), anyOf, type, enum, const, pattern, minLength, minimum, minItems, maxItems, items,
    properties, required, additionalProperties (false). https://json-schema.org/draft/2020-12
    """
    if "$ref" in rule:
        rule = root["$defs"][rule["$ref"].rpartition("/")[2]]
    if "anyOf" in rule:
        yield from _any_of(value, rule["anyOf"], root, place)
        return
    wanted = rule.get("type")
    if wanted is not None and not any(TYPES[kind](value) for kind in ([wanted] if isinstance(wanted, str) else wanted)):
        yield f"{place}: expected {_either(wanted)}, found {_found(value)}"
        return
    yield from _scalar(value, rule, place)
    if isinstance(value, list):
        yield from _array(value, rule, root, place)
    if isinstance(value, dict):
        yield from _object(value, rule, root, place)


def _any_of(value: object, rules: list[dict[str, Any]], root: dict[str, Any], place: str) -> Iterator[str]:
    attempts = [list(problems(value, rule, root, place)) for rule in rules]
    if not all(attempts):
        return
    wanted = [match[1] for found in attempts for line in found if (match := re.match(rf"{re.escape(place)}: expected (.*), found ", line))]
    if len(wanted) == len(attempts):
        yield f"{place}: expected {' or '.join(wanted)}, found {_found(value)}"
        return
    # The branch with a complaint from inside is the one that was meant.
    deepest = max(attempts, key=lambda found: max(len(line.partition(": ")[0]) for line in found))
    yield from deepest


def _scalar(value: object, rule: dict[str, Any], place: str) -> Iterator[str]:
    if "const" in rule and value != rule["const"]:
        yield f"{place}: expected {rule['const']!r}, found {_found(value)}"
    if "enum" in rule and value not in rule["enum"]:
        yield f"{place}: expected one of {', '.join(map(str, rule['enum']))}, found {_found(value)}"
    if isinstance(value, str):
        # Python's $ also matches before a last newline, the standard's does not.
        if "pattern" in rule and not re.search(rule["pattern"].replace("$", r"\Z"), value):
            yield f"{place}: expected text like {rule['pattern']}, found {_found(value)}"
        if len(value) < rule.get("minLength", 0):
            yield f"{place}: expected at least {rule['minLength']} characters, found {_found(value)}"
    if TYPES["number"](value) and value < rule.get("minimum", -math.inf):
        yield f"{place}: expected at least {rule['minimum']}, found {_found(value)}"


def _array(value: list[Any], rule: dict[str, Any], root: dict[str, Any], place: str) -> Iterator[str]:
    if len(value) < rule.get("minItems", 0):
        yield f"{place}: expected at least {rule['minItems']} items, found {len(value)}"
    if len(value) > rule.get("maxItems", math.inf):
        yield f"{place}: expected at most {rule['maxItems']} items, found {len(value)}"
    if "items" in rule:
        for index, item in enumerate(value):
            yield from problems(item, rule["items"], root, f"{place}[{index}]")


def _object(value: dict[str, Any], rule: dict[str, Any], root: dict[str, Any], place: str) -> Iterator[str]:
    known = rule.get("properties", {})
    for key in rule.get("required", ()):
        if key not in value:
            yield f"{place}: the field {key!r} is missing"
    for key, item in value.items():
        if key in known:
            yield from problems(item, known[key], root, f"{place}.{key}")
        elif rule.get("additionalProperties") is False:
            yield f"{place}: the field {key!r} is not known; known are {', '.join(known)}"


def _either(wanted: str | list[str]) -> str:
    return wanted if isinstance(wanted, str) else " or ".join(wanted)


def _found(value: object) -> str:
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."
