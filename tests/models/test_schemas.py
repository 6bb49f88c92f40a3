"""What goes over the wire as a schema, both vendors take as it is: their SDKs' own transforms change nothing in it."""

from __future__ import annotations

import json
from copy import deepcopy

import pytest

from fde.models.schema import wire_schema
from fde.portable.schema import schema

JUDGED = ["judgement"]
OBJECT = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}


def transformed(document):
    """Return *document* as Anthropic's and as OpenAI's SDK would send it; None where one breaks on it."""
    import anthropic
    from openai.lib._pydantic import _ensure_strict_json_schema

    found = []
    for transform in (anthropic.transform_schema, lambda one: _ensure_strict_json_schema(one, path=(), root=one)):
        try:
            found.append(transform(deepcopy(document)))
        except (AssertionError, TypeError, ValueError):
            found.append(None)
    return found


def is_fixpoint(document):
    return transformed(document) == [document, document]


@pytest.mark.parametrize("name", JUDGED)
def test_both_sdks_send_our_schema_unchanged(name):
    assert is_fixpoint(wire_schema(name))


def test_a_plain_object_is_a_fixpoint():
    assert is_fixpoint(OBJECT)


CHANGED = {
    "an optional field": {**OBJECT, "required": []},
    "a length": {**OBJECT, "properties": {"a": {"type": "string", "maxLength": 9}}},
    "a pattern": {**OBJECT, "properties": {"a": {"type": "string", "pattern": "x"}}},
    "a bound": {**OBJECT, "properties": {"a": {"type": "integer", "minimum": 1}}},
    "several types": {**OBJECT, "properties": {"a": {"type": ["string", "null"]}}},
    "a map": {"type": "object", "additionalProperties": {"type": "string"}},
    "a description beside a reference": {**OBJECT, "properties": {"a": {"$ref": "#/$defs/b", "description": "x"}}, "$defs": {"b": OBJECT}},
    "oneOf": {**OBJECT, "properties": {"a": {"oneOf": [{"type": "string"}, {"type": "null"}]}}},
    "a type beside an enumeration": {**OBJECT, "properties": {"a": {"type": "string", "enum": ["x"]}}},
    "a default": {**OBJECT, "properties": {"a": {"type": "string", "default": "x"}}},
    "the name of its language": {"$schema": "https://json-schema.org/draft/2020-12/schema", **OBJECT},
}


@pytest.mark.parametrize("document", CHANGED.values(), ids=CHANGED)
def test_what_a_vendor_would_change_is_no_fixpoint(document):
    assert not is_fixpoint(document)


def rules(rule, root, depth=1, within=()):
    """Yield each rule of a schema with how deep it lies, references followed."""
    if "$ref" in rule:
        name = rule["$ref"].rpartition("/")[2]
        assert name not in within, f"{name} holds itself"
        yield from rules(root["$defs"][name], root, depth, (*within, name))
        return
    yield rule, depth
    for inner in rule.get("properties", {}).values():
        yield from rules(inner, root, depth + 1, within)
    for inner in rule.get("anyOf", ()):
        yield from rules(inner, root, depth, within)
    if "items" in rule:
        yield from rules(rule["items"], root, depth, within)


KNOWN = {"type", "properties", "required", "additionalProperties", "items", "anyOf", "enum", "$defs"}


def require_flat(document):
    """Say what of *document* a vendor's server refuses, though its SDK passes it."""
    for rule, depth in rules(document, document):
        assert depth <= 4, "more than four levels"
        assert set(rule) <= KNOWN, f"not for the wire: {sorted(set(rule) - KNOWN)}"
        if rule.get("type") == "object":
            assert rule["additionalProperties"] is False, "a map"
            assert sorted(rule["required"]) == sorted(rule["properties"]), "an optional field"


@pytest.mark.parametrize("name", JUDGED)
def test_it_is_flat_without_maps_and_all_of_it_is_required(name):
    require_flat(wire_schema(name))


def holding(rule, **more):
    """Return an object whose one field keeps *rule*."""
    return {"type": "object", "properties": {"a": rule}, "required": ["a"], "additionalProperties": False, **more}


REFUSED = {
    "a rule that holds itself": (holding({"$ref": "#/$defs/b"}, **{"$defs": {"b": holding({"$ref": "#/$defs/b"})}}), "b holds itself"),
    "five levels": (holding(holding(holding(holding({"type": "string"})))), "more than four levels"),
    "a map": ({"type": "object", "properties": {}, "required": [], "additionalProperties": {"type": "string"}}, "a map"),
    "an optional field": (holding({"type": "string"}, required=[]), "an optional field"),
    "a bound": (holding({"type": "array", "items": {"type": "string"}, "maxItems": 3}), "not for the wire"),
}


@pytest.mark.parametrize(("document", "told"), REFUSED.values(), ids=REFUSED)
def test_what_a_vendors_server_refuses_is_not_flat(document, told):
    with pytest.raises(AssertionError, match=told):
        require_flat(document)


@pytest.mark.parametrize("name", JUDGED)
def test_nothing_but_words_about_it_is_left_out_of_the_schema_that_we_check_by(name):
    sent = json.dumps(wire_schema(name), sort_keys=True)
    whole = schema(name)
    del whole["$schema"], whole["title"]
    del whole["properties"]["schema"]["type"]
    assert sent == json.dumps(whole, sort_keys=True)
