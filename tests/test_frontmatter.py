"""The head of a Markdown file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fde as package
from fde.errors import BadHead, Exit
from fde.frontmatter import Head, has_head, parse, render

steady = settings(deadline=None, database=None)

LINES = st.characters(exclude_categories=("Cc", "Cs"), include_characters="\n\t")
TEXT = st.text(LINES, max_size=40)
VALUE = st.recursive(
    TEXT, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=8
)
BODY = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r"))

# What YAML itself would take for something else than text, or for its own syntax.
TRICKY = [
    "",
    " ",
    "no",
    "1.10",
    "2026-11-20",
    "012",
    "12:30:45",
    "null",
    "~",
    "<<",
    "=",
    "---",
    "--- x",
    "...",
    "a\n---\nb",
    "- a",
    "? a",
    "a: b",
    "a #b",
    "#",
    "&a",
    "*a",
    "!a",
    "|",
    ">",
    "%a",
    "@a",
    "`a",
    "'",
    '"',
    "{a",
    "[a",
    "a\n",
    "\na",
    " a\nb ",
    "a\n\n\nb",
    "\ta",
    "a\t",
    "\u2028",
    "\ufeff",
    "😀",
]


@steady
@given(st.dictionaries(TEXT, VALUE, max_size=5), BODY)
def test_what_is_rendered_is_what_is_parsed(fields, body):
    head = parse(render(fields, body), "x.md")
    assert (head.fields, head.body) == (fields, body)


@pytest.mark.parametrize("text", TRICKY)
def test_text_that_looks_like_yaml_stays_text(text):
    fields = {"value": text, "list": [text, text], "map": {text: text}}
    lines = render(fields, "").count("\n")
    assert parse(render(fields, text), "x.md") == Head(fields=fields, body=text, body_line=lines + 1)


def test_every_scalar_stays_what_was_written():
    head = parse(
        "---\nfde: 1\nrate: 1.10\nopen: no\nday: 2026-11-20\nmodel:\nlist: [1, 2]\n---\nText\n", "engagement.md"
    )
    assert head.fields == {
        "fde": "1",
        "rate": "1.10",
        "open": "no",
        "day": "2026-11-20",
        "model": "",
        "list": ["1", "2"],
    }


def test_a_head_is_rendered_as_a_person_would_write_it():
    fields = {"fde": "1", "open": "no", "client": "Meridian Freight", "holidays": ["2026-01-01"], "model": ""}
    assert render(fields, "\nNotes.\n") == (
        "---\nfde: 1\nopen: no\nclient: Meridian Freight\nholidays:\n- 2026-01-01\nmodel:\n---\n\nNotes.\n"
    )


def test_the_body_starts_on_the_line_that_an_editor_shows():
    text = "---\na: b\n\n# why\n---   \none\u2028\ntwo\n"
    head = parse(text, "x.md")
    assert head.body == "one\u2028\ntwo\n"
    assert text.split("\n")[head.body_line - 1] == "one\u2028"


@pytest.mark.parametrize("text", ["---\n---", "---\n---\n", "---\n# only a comment\n---\n", "---\n\n---\n"])
def test_a_head_may_be_empty(text):
    assert parse(text, "x.md").fields == {}


@pytest.mark.parametrize("text", ["---\n", "---", "--- \t\nx", "\ufeff---\r\na: b\r\n---\r\n", "---\rx"])
def test_a_first_line_of_three_hyphens_opens_a_head(text):
    assert has_head(text)


@pytest.mark.parametrize("text", ["", "a", "\n---\n", " ---\n", "----\n", "--- a\n", "--\n"])
def test_anything_else_does_not_open_a_head(text):
    assert not has_head(text)
    with pytest.raises(BadHead, match="expected --- on the first line"):
        parse(text, "x.md")


def test_a_head_that_cannot_be_written_is_refused_before_it_is_written():
    for value in ("\x00", "\x1b[2J", "\ud800", "x" * 20_000):
        with pytest.raises(BadHead):
            render({"a": value}, "")


@pytest.mark.parametrize("value", [1, None, True, ("a",), {"a": 1}, {1: "a"}])
def test_a_value_that_is_not_text_is_a_mistake_of_ours(value):
    with pytest.raises(ValueError, match="a head holds text"):
        render({"a": value}, "")


def test_a_refused_head_is_an_input_error_that_names_the_line():
    with pytest.raises(BadHead) as refused:
        parse("---\na: 1\nb: 'x\n---\n", "skills/x/SKILL.md")
    assert refused.value.exit is Exit.INPUT
    assert refused.value.where.startswith("skills/x/SKILL.md:")


def test_the_module_is_imported_without_yaml():
    code = "import sys, fde.frontmatter; sys.exit(bool({'yaml', 'frontmatter', 'json', 'toml'} & set(sys.modules)))"
    searched = {**os.environ, "PYTHONPATH": str(Path(package.__file__).parents[1])}
    assert subprocess.run([sys.executable, "-c", code], env=searched, check=False).returncode == 0
