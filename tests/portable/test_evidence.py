from __future__ import annotations

import hashlib
import os
import socket
import sys

import pytest

from fde.portable.evidence import CAP, Unreadable, digest_now, file_digest, files, matching, read, set_digest, words


@pytest.fixture(name="evidence")
def _evidence(tmp_path):
    folder = tmp_path / "evidence"
    for name, data in {"a/2.md": b"two", "a/10.md": b"ten", "a/deep/er/x.csv": b"x", "b.txt": b"b", ".hidden/y.md": b"y", "a/.z.md": b"z"}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def ids(entries):
    return [entry.id for entry in entries]


def test_every_file_is_listed_in_the_order_of_ids_and_no_hidden_one(evidence):
    assert ids(files(evidence)) == ["a/10.md", "a/2.md", "a/deep/er/x.csv", "b.txt"]


def test_a_folder_that_is_not_there_has_no_files(tmp_path):
    assert ids(files(tmp_path / "evidence")) == []


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("**/*.md", ["a/10.md", "a/2.md"]),
        ("a/*.md", ["a/10.md", "a/2.md"]),
        ("a/?.md", ["a/2.md"]),
        ("a/**", ["a/10.md", "a/2.md", "a/deep/er/x.csv"]),
        ("**/x.csv", ["a/deep/er/x.csv"]),
        ("*.txt", ["b.txt"]),
        ("b.txt", ["b.txt"]),
        ("b?txt", ["b.txt"]),
        ("b.tx", []),
        ("[ab]*.txt", []),
        ("../**", []),
    ],
)
def test_a_pattern_finds_what_it_describes_and_no_more(evidence, pattern, found):
    assert ids(matching(evidence, [pattern])) == found


def test_two_patterns_list_a_file_once(evidence):
    assert ids(matching(evidence, ["b.txt", "*.txt"])) == ["b.txt"]


def test_a_link_is_named_and_not_read_wherever_it_points(evidence, tmp_path):
    (tmp_path / "secret.md").write_text("secret")
    os.symlink(tmp_path / "secret.md", evidence / "link.md")
    os.symlink(evidence, evidence / "loop")
    os.symlink("nowhere", evidence / "dangling.md")
    skipped = {entry.id: str(entry.skipped) for entry in files(evidence) if entry.skipped}
    assert skipped == {
        "link.md": "a link that leads outside",
        "loop": "a link that leads back to itself",
        "dangling.md": "a link that leads nowhere",
    }
    (source,) = (source for source in words(evidence, ["link.md"]) if source.id == "link.md")
    assert (source.health, source.text, source.note) == ("skipped", "", "a link that leads outside")


def test_a_link_to_a_folder_that_a_pattern_means_is_listed_for_it_may_hide_what_is_meant(evidence):
    os.symlink("a", evidence / "c")
    assert ids(matching(evidence, ["c/*.md"])) == ["c"]
    assert ids(matching(evidence, ["b/*.md"])) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs FIFOs")
def test_what_is_no_regular_file_is_named_and_never_waited_for(evidence):
    os.mkfifo(evidence / "pipe.md")
    with socket.socket(socket.AF_UNIX) as door:
        place = os.getcwd()
        os.chdir(evidence)  # a socket's path must be short
        try:
            door.bind("door.md")
        finally:
            os.chdir(place)
        found = {source.id: (source.health, source.note) for source in words(evidence, ["*.md"])}
    assert found == {"pipe.md": ("skipped", "a FIFO"), "door.md": ("skipped", "a socket")}
    with pytest.raises(Unreadable, match="not a regular file"):
        read(evidence / "pipe.md")


def test_a_folder_is_no_file(evidence):
    with pytest.raises(Unreadable, match="not a regular file"):
        read(evidence / "a")


def test_a_link_is_not_read_even_if_it_came_after_the_listing(evidence):
    os.symlink(evidence / "b.txt", evidence / "late.md")
    with pytest.raises(Unreadable, match="it cannot be opened"):
        read(evidence / "late.md")


@pytest.mark.parametrize(
    ("data", "note"),
    [
        (b"caf\xe9", "it is not UTF-8: byte 0xe9 at offset 3"),
        (b"ab\0c", "it is binary: a zero byte at offset 2"),
        (b"x" * (CAP + 1), "it has 8,000,001 bytes; at most 8,000,000 are read"),
    ],
)
def test_a_text_that_cannot_be_read_is_a_failed_source_with_the_reason(evidence, data, note):
    (evidence / "bad.md").write_bytes(data)
    (source,) = words(evidence, ["bad.md"])
    assert (source.health, source.note, source.text) == ("failed", note, "")


def test_an_empty_text_is_empty_and_not_failed(evidence):
    (evidence / "empty.md").write_bytes(b"\n")
    assert [source.health for source in words(evidence, ["empty.md"])] == ["empty"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_and_a_folder_without_permission_are_named(evidence):
    (evidence / "b.txt").chmod(0)
    (evidence / "a").chmod(0)
    try:
        assert {entry.id: str(entry.skipped) for entry in files(evidence)}["a"] == "permission denied"
        assert words(evidence, ["b.txt"])[0].note == "it cannot be opened: Permission denied"
    finally:
        (evidence / "a").chmod(0o700)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse the name")
def test_a_name_that_is_no_text_has_an_id_that_can_be_written(evidence):
    with open(os.path.join(os.fsencode(evidence), b"caf\xe9\n\x1b.md"), "wb") as file:
        file.write(b"words")
    (source,) = words(evidence, ["caf*"])
    assert source.id == r"caf\xe9\n\x1b.md"
    assert source.health == "skipped"
    assert source.note.startswith("a name with")


def sha(data):
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def test_the_digest_of_a_file_is_that_of_its_bytes(evidence):
    assert file_digest(evidence / "b.txt") == sha(b"b") == digest_now(evidence, "file:evidence/b.txt")


@pytest.mark.parametrize("locator", ["file:evidence/a/**", "file:evidence/a/"])
def test_the_digest_of_a_folder_or_a_pattern_is_that_of_its_files_in_any_order(evidence, locator):
    files = [("a/deep/er/x.csv", sha(b"x")), ("a/2.md", sha(b"two")), ("a/10.md", sha(b"ten"))]
    assert digest_now(evidence, locator) == set_digest(files) == set_digest(reversed(files))
    (evidence / "a" / "2.md").write_bytes(b"three")
    assert digest_now(evidence, locator) != set_digest(files)


@pytest.mark.parametrize("locator", ["file:evidence/gone.md", "file:evidence/gone/", "file:evidence/*.pdf"])
def test_what_is_not_there_has_no_digest(evidence, locator):
    assert digest_now(evidence, locator) is None


def test_a_link_has_no_digest(evidence):
    os.symlink(evidence / "b.txt", evidence / "link.txt")
    assert digest_now(evidence, "file:evidence/link.txt") is None
