"""A schema as it goes over the wire: the part of JSON Schema that both vendors take unchanged.

Every field is required, null comes through `anyOf`, there are no maps, no lengths and no bounds; a test holds each schema against
both SDKs' own transforms. What the wire cannot say, our own check says.
"""

from __future__ import annotations

from typing import Any

from ..portable.schema import schema

LEFT_OUT = ("$schema", "title")


def wire_schema(name: str) -> dict[str, Any]:
    """Return our schema *name* ("judgement") for a provider."""
    wired: dict[str, Any] = _plain(schema(name))
    return wired


def _plain(rule: Any) -> Any:
    if isinstance(rule, list):
        return [_plain(item) for item in rule]
    if not isinstance(rule, dict):
        return rule
    kept = {key: _plain(value) for key, value in rule.items() if key not in LEFT_OUT or isinstance(value, dict)}
    if "enum" in kept:
        # One vendor's transform drops the type beside an enumeration.
        kept.pop("type", None)
    return kept
