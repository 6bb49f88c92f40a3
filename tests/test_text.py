"""Text from elsewhere, and names."""

from __future__ import annotations

import json
import os
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fde.errors import BadName, Exit
from fde.portable.names import escaped, is_plain_name, same_name, unescaped
from fde.text import digest, is_slug, printable, require_slug

steady = settings(deadline=None, database=None)

ANY_TEXT = st.text(st.characters())  # lone surrogates included
STEERING = {"Cc", "Cf", "Cs", "Zl", "Zp"}


@steady
@given(ANY_TEXT)
def test_what_is_printable_steers_no_terminal_and_is_otherwise_what_it_was(text):
    shown = printable(text)
    assert len(shown) == len(text)
    for before, after in zip(text, shown, strict=True):
        assert after in "\n\t" or unicodedata.category(after) not in STEERING
        assert after == before or (after == "\ufffd" and unicodedata.category(before) in STEERING)


def test_printable_keeps_line_breaks_and_tabs_and_replaces_a_carriage_return():
    assert printable("a\tb\nc\rd") == "a\tb\nc\ufffdd"


@pytest.mark.parametrize("name", ["a", "0", "order-entry", "a-b-c", "con-1", "com", "com10", "a" * 64])
def test_a_slug_is_small_letters_digits_and_single_hyphens(name):
    assert is_slug(name)
    assert require_slug(name, "subject") == name


@pytest.mark.parametrize("name", ["", "-a", "a-", "a--b", "A", "a_b", "a.b", "a b", "a\n", "é", "٣", "a" * 65])
def test_anything_else_is_no_slug(name):
    assert not is_slug(name)


def test_a_refused_name_is_told_with_what_it_names_and_cannot_steer_a_terminal():
    with pytest.raises(BadName) as refused:
        require_slug("\x1b[2J" + "x" * 300, "subject")
    assert refused.value.message.startswith("The subject '\\x1b[2Jxxx")
    assert len(refused.value.message) < 250
    assert refused.value.exit is Exit.INPUT


@steady
@given(st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)*", fullmatch=True) | ANY_TEXT)
def test_a_slug_never_leaves_its_folder(name):
    if is_slug(name):
        assert os.path.normpath(os.path.join("/root/here", name)) == f"/root/here/{name}"
        assert escaped(name) == name


@steady
@given(st.binary())
def test_an_escaped_name_can_stand_in_json_and_leads_back_to_the_bytes(name):
    stored = escaped(name)
    assert json.loads(json.dumps(stored, ensure_ascii=False).encode()) == stored
    assert unescaped(stored).encode("utf-8", "surrogateescape") == name


@steady
@given(ANY_TEXT)
def test_escaping_a_text_is_undone_by_unescaping_it(text):
    assert unescaped(escaped(text)) == text
    assert is_plain_name(text) == (escaped(text) == text)


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        (b"caf\xe9.txt", r"caf\xe9.txt"),
        ("café.txt", "café.txt"),
        ("a\nb\x1b\x85", r"a\nb\x1b\u0085"),
        ("a\\xe9", r"a\\xe9"),
        ("\u2028\ud800", r"\u2028\ud800"),
        ("می‌خواهم 👩‍🔧", "می‌خواهم 👩‍🔧"),
    ],
)
def test_only_what_cannot_stand_in_a_name_is_escaped(name, stored):
    assert escaped(name) == stored


def test_a_digest_names_its_algorithm():
    assert digest(b"abc") == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@steady
@given(ANY_TEXT)
def test_a_name_is_the_same_in_every_normal_form(name):
    assert same_name(unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name))
    assert same_name(name, name)


@pytest.mark.parametrize(("one", "other"), [("10²", "102"), ("a", "b"), ("a", "a "), ("e", "é"), ("o", "0")])
def test_names_that_every_file_system_keeps_apart_are_not_the_same(one, other):
    assert not same_name(one, other)
