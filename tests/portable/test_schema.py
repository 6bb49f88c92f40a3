"""Our small validator against the library `jsonschema`, which is a reference only here: a skill's folder has no such package."""

from __future__ import annotations

import copy
import functools
import json
import random
import subprocess
import sys

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from portable.made import artefact, changed, facts, finding, good_reply, reply

from fde.assets import assets
from fde.portable.schema import problems, schema, validate

NAMES = ("facts", "judgement", "artefact")
MADE = {"facts": facts, "judgement": good_reply, "artefact": lambda: artefact(good_reply())}
REPLACEMENTS = [None, True, False, 0, 1, -1, 2.5, 10**30, "", "x", "A B", "fde.facts/2", "measured", [], [1, 2], ["a", "b"], [[1, 2]], {}, {"value": "1"}]


@functools.cache
def example_facts():
    """What the skill measures on the example."""
    script, evidence = assets("skills") / "amdahl-ceiling/scripts/amdahl.py", assets("examples") / "software-team/evidence"
    command = [sys.executable, "-I", str(script), "facts", "--evidence", str(evidence), "--now", "2026-03-02T08:00:00+01:00", "--tz", "Europe/Berlin"]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


@functools.cache
def library(name):
    return jsonschema.Draft202012Validator(schema(name))


def places(document, path=()):
    """Every place in *document*, as a path."""
    yield path
    steps = document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    for key, value in steps:
        yield from places(value, (*path, key))


def at(document, path):
    return functools.reduce(lambda value, step: value[step], path, document)


def without(document, path):
    whole = copy.deepcopy(document)
    del at(whole, path[:-1])[path[-1]]
    return whole


def both(document, name):
    """Whether ours and the library find *document* valid."""
    return validate(document, name) == [], library(name).is_valid(document)


@pytest.mark.parametrize("name", NAMES)
def test_the_schemas_are_schemas(name):
    jsonschema.Draft202012Validator.check_schema(schema(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_whole_document_is_valid_to_both(name):
    assert both(MADE[name](), name) == (True, True)


def test_the_facts_of_the_example_are_valid_to_both():
    assert both(example_facts(), "facts") == (True, True)


@pytest.mark.parametrize("name", NAMES)
def test_ours_uses_no_keyword_that_it_does_not_know(name):
    """A keyword of the standard that ours passed over in silence would make it laxer than the schema says."""
    known = set(problems.__doc__.partition("Keywords: ")[2].partition(" (false)")[0].replace("(into $defs)", "").replace(",", " ").split())
    rules = [at(schema(name), path) for path in places(schema(name)) if path[-1:] not in (("properties",), ("$defs",))]
    used = {key for rule in rules if isinstance(rule, dict) for key in rule}
    assert used - known <= {"$schema", "$defs", "title"}


@pytest.mark.parametrize("name", NAMES)
def test_each_place_with_another_value_is_judged_alike_by_both(name):
    document, rng = MADE[name](), random.Random(20261121)
    refused = 0
    for path in list(places(document))[1:]:
        for value in rng.sample(REPLACEMENTS, 5):
            ours, theirs = both(changed(document, *path, to=value), name)
            # Ours alone refuses an integer that no float holds; 10**30 is none of those.
            assert ours == theirs, (path, value)
            refused += not ours
    assert refused > 200


@pytest.mark.parametrize("name", NAMES)
def test_each_missing_and_each_unknown_field_is_judged_alike_by_both(name):
    document = MADE[name]()
    for path in list(places(document))[1:]:
        ours, theirs = both(without(document, path), name)
        assert ours == theirs, path
        if isinstance(at(document, path), dict):
            ours, theirs = both(changed(document, *path, "a surprise", to=1), name)
            assert ours == theirs, path


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_several_changes_at_once_are_judged_alike_by_both(name, data):
    document = MADE[name]()
    scalars = st.one_of(st.sampled_from(REPLACEMENTS), st.text(max_size=5), st.floats(allow_nan=False, allow_infinity=False), st.booleans())
    values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "value", "x"]), inner), max_leaves=4)
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(list(places(document))[1:]))
        value = data.draw(values)
        if isinstance(value, float) and value.is_integer():
            continue  # 5.0 is an integer to the standard; see below
        document = changed(document, *path, to=value)
    ours, theirs = both(document, name)
    assert ours == theirs


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 10**400])
def test_a_number_that_cannot_be_shown_is_refused_though_the_library_takes_it(value):
    assert validate(changed(facts(), "facts", 0, "value", to=value), "facts") != []


def test_a_whole_number_with_a_decimal_point_is_no_count_though_the_standard_takes_it():
    """It would be shown as 5.0 cases."""
    assert both(changed(facts(), "facts", 0, "n", to=5.0), "facts") == (False, True)


def test_an_id_with_a_line_end_behind_it_is_refused_though_python_s_dollar_takes_it():
    assert validate(changed(facts(), "facts", 0, "id", to="orders\n"), "facts") != []


@pytest.mark.parametrize(
    ("document", "name", "reason"),
    [
        ([], "judgement", "judgement: expected object, found []"),
        (without(good_reply(), ("findings", 1, "basis")), "judgement", "judgement.findings[1]: the field 'basis' is missing"),
        (changed(good_reply(), "findings", 0, "basis", to="sure"), "judgement", "judgement.findings[0].basis: expected one of measured, observed, "),
        (changed(good_reply(), "actions", 0, "due", to=5), "judgement", "judgement.actions[0].due: expected "),
        (changed(good_reply(), "actions", 0, "proposed", "value", to=5), "judgement", "judgement.actions[0].proposed.value: expected string, found 5"),
        (changed(good_reply(), "extra", to=5), "judgement", "judgement: the field 'extra' is not known; known are schema, findings, actions, questions"),
        (changed(good_reply(), "schema", to="fde.judgement/2"), "judgement", 'judgement.schema: expected one of fde.judgement/1, found "fde.judgement/2"'),
        (changed(facts(), "facts", 2, "id", to="Late Share"), "facts", "facts.facts[2].id: expected text like ^[a-z0-9]+"),
        (changed(facts(), "facts", 2, "label", to=""), "facts", "facts.facts[2].label: expected at least 1 characters"),
        (changed(facts(), "facts", 0, "n", to=-1), "facts", "facts.facts[0].n: expected at least 0, found -1"),
        (changed(facts(), "facts", 0, "value", to=True), "facts", "facts.facts[0].value: expected number or string or null, found true"),
        (changed(facts(), "answer", to=[]), "facts", "facts.answer: expected at least 1 items, found 0"),
        (changed(facts(), "answer", to=["a"] * 4), "facts", "facts.answer: expected at most 3 items, found 4"),
        (changed(facts(), "schema", to="fde.facts/2"), "facts", "facts.schema: expected 'fde.facts/1', found \"fde.facts/2\""),
        (changed(facts(), "facts", 1, "interval", "low", to="1"), "facts", 'facts.facts[1].interval.low: expected number, found "1"'),
    ],
)
def test_a_complaint_names_the_place_what_was_expected_and_what_was_found(document, name, reason):
    (found,) = validate(document, name)
    assert found.startswith(reason)


def test_each_fault_has_its_complaint_and_a_long_value_is_cut():
    document = reply(findings=[finding("x", basis="b" * 500, severity="worst", facts="entry")])
    reasons = validate(document, "judgement")
    assert len(reasons) == 3
    assert all(len(reason) < 250 for reason in reasons)
