"""`fde add`, through the door."""

from __future__ import annotations

import errno
import os

import pytest
from small import tree, write


@pytest.fixture(name="acme")
def _acme(fde, tmp_path):
    assert fde("init", tmp_path / "acme").code == 0
    return tmp_path / "acme"


def evidence(root):
    return {name: data for name, data in tree(root / "evidence").items() if data is not None and name != ".gitkeep"}


def test_text_data_and_a_folder_are_taken_in_from_a_folder_below(fde, acme, tmp_path):
    note, table = write(tmp_path, "in/note.md", "hello"), write(tmp_path, "in/orders.csv", "a,b\n")
    write(tmp_path, "in/more/x.txt", "x")
    ended = fde("add", note, table, tmp_path / "in/more", "--to", "client", cwd=acme / "evidence")
    assert ended.code == 0
    assert ended.out.splitlines() == [
        "created  evidence/client/note.md  (5 bytes)",
        "created  evidence/client/orders.csv  (4 bytes)",
        "created  evidence/client/more/x.txt  (1 bytes)",
    ]
    assert evidence(acme) == {"client/note.md": b"hello", "client/orders.csv": b"a,b\n", "client/more/x.txt": b"x"}


def test_the_same_again_is_identical_and_other_content_is_refused(fde, acme, tmp_path):
    note = write(tmp_path, "note.md", "hello")
    assert fde("add", note, cwd=acme).code == 0
    assert fde("add", note, cwd=acme).out == "identical  evidence/note.md  (5 bytes)\n"
    note.write_text("changed")
    ended = fde("add", write(tmp_path, "a.md", "a"), note, "--json", cwd=acme)
    assert ended.code == 3
    assert ended.json["errors"][0]["code"] == "taken-name"
    assert ended.json["errors"][0]["where"] == str(note)
    assert evidence(acme) == {"note.md": b"hello"}


def test_what_is_skipped_in_a_folder_is_told_and_is_no_failure(fde, acme, tmp_path):
    write(tmp_path, "in/ok.md", "ok")
    write(tmp_path, "in/scan.png", b"\x89PNG")
    ended = fde("add", tmp_path / "in", "--json", cwd=acme)
    assert ended.code == 0
    assert [item["id"] for item in ended.json["data"]["added"]] == ["in/ok.md"]
    assert ended.json["data"]["skipped"][0]["name"] == str(tmp_path / "in/scan.png")
    assert "found '.png'" in ended.json["data"]["skipped"][0]["reason"]


def test_a_dry_run_tells_the_same_and_writes_nothing(fde, acme, tmp_path):
    note = write(tmp_path, "note.md", "hello")
    before = tree(acme)
    ended = fde("add", note, "--dry-run", cwd=acme)
    assert (ended.code, ended.out) == (0, "would create  evidence/note.md  (5 bytes)\n")
    assert tree(acme) == before


def test_a_file_that_is_not_there_is_told_in_the_systems_words(fde, acme):
    ended = fde("add", "nowhere.md", cwd=acme)
    assert ended.code == 3
    assert "nowhere.md: It cannot be read: No such file or directory." in ended.err


def test_outside_of_an_engagement_nothing_can_be_added(fde, tmp_path):
    ended = fde("add", write(tmp_path, "note.md", "x"), cwd=tmp_path)
    assert ended.code == 3
    assert "There is no engagement here" in ended.err


def test_a_kind_of_file_that_is_not_read_is_refused_by_name_with_what_to_do(fde, acme, tmp_path):
    ended = fde("add", write(tmp_path, "scan.png", b"\x89PNG"), cwd=acme)
    assert ended.code == 2
    assert "found '.png'" in ended.err
    assert "copy the original into evidence/ by hand" in ended.err
    assert evidence(acme) == {}


@pytest.mark.parametrize(
    ("name", "to", "is_read"),
    [
        ("merged.csv", "pull-requests", True),
        ("merged.csv", "pullrequests", False),
        ("merged.csv", "", False),
        ("log.jsonl", "sessions", True),
        ("log.json", "ci/2026", True),
        ("talk.md", "interviews/june", True),
        ("talk.md", "interview", False),
        ("talk.md", "cases", False),
        ("clearance.md", "", True),
    ],
)
def test_what_no_skill_reads_where_it_lies_is_told_with_where_they_look(fde, acme, tmp_path, name, to, is_read):
    for args in (["--dry-run"], []):
        ended = fde("add", write(tmp_path, name, "x"), "--to", to, *args, cwd=acme)
        assert ended.code == 0
        there = f"evidence/{to}/{name}" if to else f"evidence/{name}"
        assert (f"note  no skill reads {there}\n" in ended.err) is not is_read
        assert ("note  amdahl-ceiling reads sessions/**/*.jsonl, pull-requests/**/*.csv, " in ended.err) is not is_read
        assert "note" not in ended.out
    if not is_read:
        assert fde("add", tmp_path / name, "--to", to, "--json", cwd=acme).json["data"]["read_by_none"] == [there.removeprefix("evidence/")]


def test_of_many_files_that_no_skill_reads_a_few_are_named(fde, acme, tmp_path):
    for number in range(9):
        write(tmp_path, f"in/{number}.csv", "x")
    err = fde("add", tmp_path / "in", cwd=acme).err
    assert err.startswith("note  no skill reads evidence/in/0.csv, evidence/in/1.csv, evidence/in/2.csv and 6 more\n")


def test_a_folder_without_permission_is_said_to_be_just_that(fde, acme, tmp_path, monkeypatch):
    write(tmp_path, "in/closed/note.md", "x")
    scandir = os.scandir

    def refuse(folder):
        if os.fspath(folder).endswith("closed"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return scandir(folder)

    # As root every folder can be listed.
    monkeypatch.setattr(os, "scandir", refuse)
    ended = fde("add", tmp_path / "in", cwd=acme)
    assert (ended.code, ended.out) == (0, f"skipped  {tmp_path / 'in/closed'}: It cannot be read: permission denied.\n")
