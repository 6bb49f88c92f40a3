"""A skill's own schema for the `details` of its facts, looked at before anything is judged by it.

Only the part of JSON Schema that `fde.portable.schema` keeps is taken: a rule that is passed over in silence is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from ..engagement.files import read_json
from ..errors import BrokenSkill
from ..portable.schema import TYPES
from .skill import Skill

CAP = 1_000_000


def details_schema(skill: Skill) -> dict[str, Any] | None:
    """Return the schema that *skill* has for its details, None if it has none.

    Raises BrokenSkill with the place in it, or what reading the file raises.
    """
    if not skill.driver or not skill.driver.details_schema:
        return None
    path = skill.folder / skill.driver.details_schema
    rule = read_json(path, CAP)
    fault = next(_faults(rule, rule.get("$defs") if isinstance(rule, dict) else None, "details"), "")
    if fault:
        raise BrokenSkill(fault, where=str(path))
    checked: dict[str, Any] = rule
    return checked


def _faults(rule: object, shared: object, place: str) -> Iterator[str]:
    """Yield what is wrong with one rule and those in it; *shared* are the root's `$defs`."""
    if not isinstance(rule, dict):
        yield f"{place}: expected an object, found {rule!r:.60}"
        return
    for key, value in rule.items():
        if key not in _CHECKS:
            yield f"{place}: the keyword {key!r} is not kept here; kept are {', '.join(_CHECKS)}"
        elif not _CHECKS[key](value):
            yield f"{place}.{key}: it cannot be {value!r:.60}"
        elif key == "$ref" and (not isinstance(shared, dict) or value.removeprefix("#/$defs/") not in shared):
            yield f"{place}.$ref: there is no {value!r}"
        else:
            yield from _inner_faults(key, value, shared, place)


def _inner_faults(key: str, value: Any, shared: object, place: str) -> Iterator[str]:
    if key in ("properties", "$defs"):
        for name, inner in value.items():
            yield from _faults(inner, shared, f"{place}.{name}")
    elif key == "anyOf":
        for inner in value:
            yield from _faults(inner, shared, place)
    elif key == "items":
        yield from _faults(value, shared, f"{place}[]")


def _is_type(value: object) -> bool:
    names = value if isinstance(value, list) and value else [value]
    return all(isinstance(name, str) and name in TYPES for name in names)


def _is_pattern(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(re.compile(value))
    except re.error:
        return False


def _is_count(value: object) -> bool:
    return TYPES["integer"](value) and int(str(value)) >= 0


def _is_list(value: object) -> bool:
    return isinstance(value, list) and bool(value)


def _is_anything(_: object) -> bool:
    return True


_CHECKS: dict[str, Callable[[object], bool]] = {
    "type": _is_type,
    "properties": TYPES["object"],
    "required": lambda value: isinstance(value, list) and all(isinstance(name, str) for name in value),
    "additionalProperties": TYPES["boolean"],
    "items": _is_anything,
    "minItems": _is_count,
    "maxItems": _is_count,
    "enum": _is_list,
    "const": _is_anything,
    "pattern": _is_pattern,
    "minLength": _is_count,
    "minimum": TYPES["number"],
    "anyOf": _is_list,
    "$ref": lambda value: isinstance(value, str) and value.startswith("#/$defs/"),
    "$defs": TYPES["object"],
    **dict.fromkeys(("$schema", "$id", "$comment", "title", "description", "default", "examples"), _is_anything),
}
