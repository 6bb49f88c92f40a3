"""A model's reply, taken apart: the one JSON object in it, whatever prose and fences stand around.

Strict: two different judgements, or none, are an error with a sentence; nothing of an incomplete reply is used.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from ..portable.schema import validate
from ..portable.strictjson import BadJson, strict_json

LONGEST = 4_000_000  # characters; no honest judgement comes near
MOST_CANDIDATES = 200
FENCES = ("```", "~~~")


class Unusable(ValueError):
    """A reply that holds no judgement; the message is one sentence without its full stop."""


def parse(text: str) -> dict[str, Any]:
    """Return the judgement (`fde.judgement/1`) in *text*; its items are not checked yet, only its shape.

    Raises Unusable with what was found instead.
    """
    if not text.strip():
        raise Unusable("it is empty")
    if len(text) > LONGEST:
        raise Unusable(f"it has {len(text):,} characters, at most {LONGEST:,} are read")
    found: list[dict[str, Any]] = []
    reasons: list[str] = []
    for candidate in _candidates(text):
        try:
            value = strict_json(candidate)
        except BadJson as error:
            reasons.append(error.sentence)
            continue
        if isinstance(value, dict) and not (shape := validate(value, "judgement")):
            found += [] if value in found else [value]
        elif isinstance(value, dict):
            reasons += shape[:3]
    if len(found) > 1:
        raise Unusable(f"it holds {len(found)} different judgements, expected one")
    if not found:
        raise Unusable(f"it holds no judgement as asked for; {'; '.join(reasons[:3]) or 'there is no JSON object in it'}")
    return found[0]


def _candidates(text: str) -> Iterator[str]:
    """Yield what may be the judgement: the whole text, what stands in fences, else each outermost object."""
    stripped = text.strip().removeprefix("\ufeff")
    if stripped.startswith("{") and stripped.endswith("}"):
        yield stripped
        return
    objects = [*islice((block for block in _fenced(text) if block.startswith("{")), MOST_CANDIDATES)]
    yield from objects or _objects(text)


def _fenced(text: str) -> Iterator[str]:
    """Yield what stands between two fences; line by line, for a pattern would try each fence with each."""
    inside: list[str] | None = None
    for line in text.split("\n"):
        if inside is None:
            inside = [] if line.startswith(FENCES) else None
        elif line.rstrip(" \t") in FENCES:
            yield "\n".join(inside).strip()
            inside = None
        else:
            inside.append(line)


def _objects(text: str) -> Iterator[str]:
    decoder, place = json.JSONDecoder(), text.find("{")
    for _ in range(MOST_CANDIDATES):
        if place < 0:
            return
        try:
            _, end = decoder.raw_decode(text, place)
            yield text[place:end]
        except (ValueError, RecursionError):
            end = place + 1
        place = text.find("{", end)
