"""What can be wrong with a head: it is refused with the file and the line, and never brings the process down."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fde as package
from fde.errors import BadHead
from fde.frontmatter import CAP, MAX_DEPTH, parse

steady = settings(deadline=None, database=None)

BOMB = "\n".join(
    ["a: &a [x, x, x, x, x, x, x, x, x]"]
    + [
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    ]
)


def refused(head, *, body="Text.\n"):
    """Return the line and the message with which *head*, between its two lines, is refused."""
    with pytest.raises(BadHead) as caught:
        parse(f"---\n{head}\n---\n{body}", "notes/x.md")
    name, _, line = caught.value.where.rpartition(":")
    assert name == "notes/x.md"
    return int(line), caught.value.message


def test_fault_30_an_alias_bomb_is_refused_at_its_first_anchor():
    assert refused(f"name: bomb\n{BOMB}") == (
        3,
        "The head cannot be read: anchors and aliases (& and *) are not read.",
    )


@pytest.mark.parametrize("head", ["a: &x 1", "&x a: 1", "&x\na: 1", "a: *x", "*x : 1", "a: 1\n<<: *x"])
def test_fault_30_an_anchor_or_an_alias_alone_is_refused(head):
    assert "anchors and aliases" in refused(head)[1]


@pytest.mark.parametrize("opening", ["a: " + "[" * 40_000, "a: " + "{" * 40_000, "- " * 40_000, "{a: " * 40_000])
def test_fault_31_a_head_nested_40_000_deep_ends_no_process(opening):
    code = (
        "import sys\nfrom fde.errors import BadHead\nfrom fde.frontmatter import parse\n"
        "try: parse(sys.stdin.read(), 'x.md')\nexcept BadHead as error: print(error.message)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=f"---\n{opening}\n---\n",
        cwd=Path(package.__file__).parents[1],
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert f"it has more than {CAP:,} bytes" in done.stdout


@pytest.mark.parametrize(
    "opening", ["a: " + "[" * 16_000, "a: " + "{" * 16_000, "- " * 8_000, "{a: " * 4_000, "? " * 8_000]
)
def test_fault_31_a_head_within_the_limit_may_be_nested_sixteen_deep(opening):
    line, message = refused(opening)
    assert line == 2
    assert f"nested deeper than {MAX_DEPTH}" in message


@pytest.mark.parametrize("text", ["\ufeff---\na: b\n---\nc\n", "---\r\na: b\r\n---\r\nc\r\n", "---\ra: b\r---\rc\r"])
def test_fault_32_a_byte_order_mark_and_the_line_ends_of_other_systems_are_read(text):
    head = parse(text, "x.md")
    assert (head.fields, head.body, head.body_line) == ({"a": "b"}, "c\n", 4)


@pytest.mark.parametrize("text", ["---\na: b\n", "---\na: b\n --- \nText\n", "---\na: b\n----\n", "---"])
def test_fault_32_a_head_that_is_not_closed_is_refused_at_its_first_line(text):
    with pytest.raises(BadHead, match="the line --- that closes it is missing") as caught:
        parse(text, "x.md")
    assert caught.value.where == "x.md:1"


@pytest.mark.parametrize(
    ("head", "line", "told"),
    [
        ("- a\n- b", 2, "found a list"),
        ("just words", 2, "found plain text"),
        ("a: 1\n\tb: 2", 3, "'\\t'"),
        ("a:\n\tb: 2", 3, "'\\t'"),
        ("a: 1\nb: x\x00y", 3, "U+0000"),
        ("a: 1\nb: x\x1b[2J", 3, "U+001B"),
        ("a: 1\nb: x\x85y", 3, "U+0085"),
        ("a: 1\nb: x\u2028y", 3, "U+2028"),
        ("a: 1\nb: \ud800", 3, "U+D800"),
        ('a: 1\nb: "\\0"', 3, "U+0000"),
        ('a: 1\nb: "\\x1b"', 3, "U+001B"),
        ('a: 1\nb: "\\ud800"', 3, "U+D800"),
        ('a: 1\nb: "\\U00110000"', 3, "too large"),
        ("a: 1\nb: 2\na: 3", 4, "the key a is given twice"),
        ("a: 1\nb:\n  c: 1\n  c: 1", 5, "the key c is given twice"),
        ('a: 1\n"a": 1', 3, "the key a is given twice"),
        ("a: 1\nb: c: d", 3, "mapping values are not allowed here"),
        ("a: !!int 1", 2, "the tag tag:yaml.org,2002:int is not read"),
        ("a: !!python/object/apply:os.system [id]", 2, "the tag tag:yaml.org,2002:python"),
        ("!x\na: 1", 2, "the tag !x is not read"),
        ("? [a, b]\n: 1", 2, "a key must be text"),
        ("a: 1\n...\nb: 2", 4, "<document start>"),
        ("a: 1\n--- b", 3, "another document"),
        ("%YAML " + "9" * 5000 + ".1", 2, "too large"),
        ("a: [1, 2", 3, "<stream end>"),
        ("a: 1\nb: 'c", 4, "end of stream"),
        ("a: 1\nb: @c", 3, "'@'"),
    ],
)
def test_fault_32_a_hostile_head_is_refused_with_its_line(head, line, told):
    found, message = refused(head)
    assert found == line
    assert told in message


@steady
@given(st.text(st.sampled_from("ab:-?[]{}&*!|>'\"%@`#,.~<= \t\n\\x0uU1é\x00\x85\u2028\ud800"), max_size=60))
def test_fault_32_whatever_stands_in_a_head_is_read_as_text_or_refused_with_a_line(head):
    text = f"---\n{head}\n---\n"
    try:
        assert isinstance(parse(text, "x.md").fields, dict)
    except BadHead as error:
        assert 1 <= int(error.where.removeprefix("x.md:")) <= text.count("\n") + 1


@pytest.mark.parametrize(
    ("head", "value"),
    [
        ("description: before --- after", "before --- after"),
        ("description: '---'", "---"),
        ("description: a---", "a---"),
        ("description: |\n  a\n  ---\n  b", "a\n---\nb"),
        ("description: >\n ---", "---"),
        ("description:\n ---", "---"),
    ],
)
def test_fault_33_hyphens_inside_a_value_are_kept_whole(head, value):
    parsed = parse(f"---\n{head}\nlast: z\n---\na\n---\nb\n", "x.md")
    assert {key: text.rstrip("\n") for key, text in parsed.fields.items()} == {"description": value, "last": "z"}
    assert parsed.body == "a\n---\nb\n"
