"""`fde note`, through the door: the words are kept letter for letter, and no note takes another's place."""

from __future__ import annotations

import io
import sys

import pytest
from small import tree, write

from fde.portable.evidence import words

NOW = {"FDE_NOW": "2026-03-02T23:30:00+00:00"}
HEAD = "---\nkind: typed note\nclearance: internal\nwho: office lead\ndate: 2026-03-03\n---\n\n"
TALK = "\n  He said:\r\n\tit   takes 2 hours — „meistens“.\n\n---\nkind: recording\n---\nno end of line  "


@pytest.fixture(name="acme")
def _acme(fde, tmp_path):
    assert fde("init", tmp_path / "acme", "--timezone", "Europe/Berlin").code == 0
    return tmp_path / "acme"


def test_the_words_are_kept_letter_for_letter_below_a_head_that_says_what_they_are(fde, acme):
    ended = fde("note", "--who", "office lead", input=TALK, cwd=acme, env=NOW)
    name = "evidence/interviews/2026-03-03-office-lead.md"
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == f"created  {name}  ({len((HEAD + TALK).encode())} bytes)\n"
    assert (acme / name).read_bytes() == (HEAD + TALK).encode()
    (source,) = words(acme / "evidence", ["interviews/**"])
    assert (source.kind, source.clearance, source.health) == ("typed note", "internal", "ok")


def test_a_second_note_of_a_day_stands_beside_the_first(fde, acme):
    names = [fde("note", "--who", "owner", "--json", input=text, cwd=acme, env=NOW).json["data"]["id"] for text in ("one", "two", "three")]
    assert names == [f"interviews/2026-03-03-owner{number}.md" for number in ("", "-2", "-3")]
    assert [(acme / "evidence" / name).read_text().rpartition("\n")[2] for name in names] == ["one", "two", "three"]


def test_a_note_that_differs_only_by_case_is_another_too(fde, acme):
    write(acme, "evidence/interviews/2026-03-03-OWNER.md", "theirs")
    assert fde("note", "--who", "owner", "--json", input="x", cwd=acme, env=NOW).json["data"]["id"].endswith("owner-2.md")


@pytest.mark.parametrize("empty", ["", " \n\t\n"])
def test_nothing_is_no_note(fde, acme, empty):
    before = tree(acme)
    ended = fde("note", "--who", "owner", input=empty, cwd=acme, env=NOW)
    assert ended.code == 3
    assert "There are no words to note" in ended.err
    assert tree(acme) == before


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["--who", "Anna Schmidt"], 2, "--who: expected a role in small letters"),
        ([], 2, "--who"),
        (["--who", "社長"], 2, "--who: expected a role"),
        (["--who", "owner", "--to", "../private"], 3, "is refused"),
        (["--who", "owner", "--to", "interviews/.hidden"], 3, "what is hidden is no evidence"),
        (["--who", "owner", "--to", "/etc"], 3, "is refused"),
    ],
)
def test_a_wrong_command_line_is_told_and_nothing_is_written(fde, acme, args, code, said):
    before = tree(acme)
    ended = fde("note", *args, input="words", cwd=acme, env=NOW)
    assert ended.code == code
    assert said in ended.err
    assert tree(acme) == before


def test_a_role_with_other_letters_gives_a_plain_name(fde, acme):
    ended = fde("note", "--who", "geschäftsführer", "--to", "talks/june", "--json", input="x", cwd=acme, env=NOW)
    assert ended.json["data"]["id"] == "talks/june/2026-03-03-geschaftsfuhrer.md"
    assert "who: geschäftsführer\n" in (acme / "evidence/talks/june/2026-03-03-geschaftsfuhrer.md").read_text()


def test_what_is_no_text_is_refused_with_its_offset(acme, monkeypatch, capfd):
    from fde.cli import perform

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"caf\xe9")))
    monkeypatch.chdir(acme)
    assert perform(["note", "--who", "owner"]) == 3
    assert "standard input: It is not text in UTF-8: the byte at offset 3 is 0xe9" in capfd.readouterr().err


def test_a_dry_run_tells_the_name_and_writes_nothing(fde, acme):
    before = tree(acme)
    ended = fde("note", "--who", "owner", "--dry-run", input="x", cwd=acme, env=NOW)
    assert ended.out.startswith("would create  evidence/interviews/2026-03-03-owner.md")
    assert tree(acme) == before


@pytest.mark.parametrize("to", ["", "talks/"])
def test_a_folder_is_named_as_fde_add_takes_it(fde, acme, to):
    ended = fde("note", "--who", "owner", "--to", to, "--json", input="x", cwd=acme, env=NOW)
    assert ended.json["data"]["id"] == f"{to}2026-03-03-owner.md", ended.out
