"""The disk: replace, append, publish, sweep, lock, read and walk, where nothing goes wrong, and what they refuse."""

from __future__ import annotations

import errno
import os
import stat
import time

import pytest
from failing import every_failure

from fde.engagement import files
from fde.engagement.files import (
    append_line,
    as_text,
    inside,
    lock,
    make_folder,
    publish,
    read_bytes,
    read_json,
    read_text,
    replace,
    sweep,
    taken,
    writable,
)
from fde.errors import (
    AlreadyThere,
    CannotRead,
    CannotWrite,
    Exit,
    Locked,
    NotInside,
    NotJson,
    NotRegular,
    TooLarge,
)
from fde.portable.tree import Entry, Skip, walk

HEX = "0123abcd"


@pytest.fixture(name="path")
def _path(tmp_path):
    return tmp_path / "actions.md"


def names(folder):
    return sorted(os.listdir(folder))


@pytest.mark.parametrize("data", [b"new\xff", "néw\r\n", b"", ""])
def test_replacing_makes_or_changes_a_file_and_leaves_nothing_else(path, data):
    for _ in range(2):
        replace(path, data)
        assert path.read_bytes() == (data if isinstance(data, bytes) else data.encode())
        assert names(path.parent) == ["actions.md"]


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o666, 0o755, 0o444])
def test_replacing_keeps_the_mode_of_the_file(path, mode):
    path.write_text("old")
    path.chmod(mode)
    replace(path, "new")
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert path.read_text() == "new"


def test_a_new_file_has_the_mode_that_was_asked_for_within_the_umask(path):
    before = os.umask(0o027)
    try:
        replace(path, "new")
        replace(path.with_name("key"), "secret", mode=0o600)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert stat.S_IMODE(path.with_name("key").stat().st_mode) == 0o600


def test_a_link_is_neither_replaced_nor_followed(path, tmp_path):
    (tmp_path / "real").write_text("real")
    path.symlink_to("real")
    for write in (lambda: replace(path, "new"), lambda: append_line(path, "new")):
        with pytest.raises(NotRegular, match="found a link"):
            write()
    assert path.is_symlink()
    assert (tmp_path / "real").read_text() == "real"


def test_half_a_character_is_refused_before_anything_is_touched(path):
    path.write_text("old")
    for write in (replace, append_line):
        with pytest.raises(CannotWrite, match="half a character"):
            write(path, "a\ud800")
    assert path.read_text() == "old"
    assert names(path.parent) == ["actions.md"]


def test_a_folder_that_is_not_there_is_told_in_the_systems_words(tmp_path):
    for write in (
        lambda path: replace(path, ""),
        lambda path: append_line(path, ""),
        lambda path: writable(path.parent),
    ):
        with pytest.raises(CannotWrite, match="No such file or directory") as refused:
            write(tmp_path / "gone" / "x")
        assert refused.value.exit is Exit.INPUT
        assert str(tmp_path / "gone") in refused.value.where


@pytest.mark.parametrize(
    ("before", "after"),
    [(None, b"line\n"), (b"", b"line\n"), (b"a\n", b"a\nline\n"), (b"a", b"a\nline\n"), (b"a\n\n", b"a\n\nline\n")],
)
def test_an_appended_line_stands_on_a_line_of_its_own(path, before, after):
    if before is not None:
        path.write_bytes(before)
    append_line(path, "line")
    assert path.read_bytes() == after


def test_an_unfinished_last_line_is_cut_off_if_it_is_not_to_be_kept(path):
    long = b"x" * 3_000_000
    path.write_bytes(b"a\n" + long)
    asked = []
    append_line(path, "b", keep=lambda tail: bool(asked.append(tail)))
    assert asked == [long]
    assert path.read_bytes() == b"a\nb\n"


@pytest.mark.parametrize("line", ["a\nb", "a\r", "\n"])
def test_a_line_holds_no_line_break(path, line):
    with pytest.raises(ValueError, match="line break"):
        append_line(path, line)
    assert not path.exists()


def test_an_appended_line_is_one_write(path, monkeypatch):
    path.write_bytes(b"unfinished")
    sizes, write = [], os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: (sizes.append(len(data)), write(descriptor, data))[1])
    append_line(path, "x" * 20_000)
    assert sizes == [20_002]


def test_a_folder_is_published_with_all_its_files_and_the_folders_above(tmp_path):
    final = tmp_path / "artefacts" / "amdahl-ceiling" / "2026-02-17-01"
    publish(final, {"artefact.json": b"{}", "charts/a/b.svg": b"<svg/>", "charts/c.svg": b""})
    found = {entry.id: entry.path.read_bytes() for entry in walk(final)}
    assert found == {"artefact.json": b"{}", "charts/a/b.svg": b"<svg/>", "charts/c.svg": b""}
    assert names(final.parent) == ["2026-02-17-01"]


def test_a_published_folder_may_be_empty(tmp_path):
    publish(tmp_path / "a", {})
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("kind", ["file", "empty folder", "folder", "dangling link"])
def test_nothing_that_is_there_is_published_over(tmp_path, kind):
    final = tmp_path / "a"
    if kind == "file":
        final.write_text("old")
    elif kind == "dangling link":
        final.symlink_to("nowhere")
    else:
        final.mkdir()
        if kind == "folder":
            (final / "x").touch()
    with pytest.raises(AlreadyThere):
        publish(final, {"new": b""})
    assert names(tmp_path) == ["a"]
    assert not (final / "new").exists()


@pytest.mark.parametrize("name", ["../x", "/x", "a/../x", "a//b", "", ".", "a/", "a\\b", "a\0b", "a\nb", "x" * 300])
def test_a_published_file_never_leaves_its_folder(tmp_path, name):
    with pytest.raises(NotInside):
        publish(tmp_path / "final", {name: b""})
    assert names(tmp_path) == []


def test_a_folder_is_made_with_those_above_it_and_may_be_there_already(tmp_path):
    for _ in range(2):
        make_folder(tmp_path / "a" / "b", mode=0o700)
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700


@pytest.mark.parametrize("below", ["file", "file/b", "dangling", "dangling/b"])
def test_no_folder_is_made_where_something_else_is(tmp_path, below):
    (tmp_path / "file").touch()
    (tmp_path / "dangling").symlink_to("nowhere")
    with pytest.raises(CannotWrite):
        make_folder(tmp_path / below)


def test_a_name_is_taken_by_what_some_file_system_would_take_for_it(tmp_path):
    (tmp_path / "Café.md").touch()
    assert taken(tmp_path, "cafe\u0301.MD") == "Café.md"
    assert taken(tmp_path, "cafe.md") is None


def left_overs(folder):
    """Put what interrupted runs leave, and what only looks like it, into *folder*; return the names of both."""
    (folder / f".a.md.{HEX}.tmp").touch()
    (folder / f"2026-02-17-01.tmp-{HEX}" / "charts").mkdir(parents=True)
    (folder / f"2026-02-17-01.tmp-{HEX}" / "charts" / "x").touch()
    theirs = [f"a.{HEX}.tmp", ".a.tmp", ".a.0123ABCD.tmp", f"b.tmp-{HEX}", "notes.tmp", f"x.tmp-{HEX}1"]
    for name in theirs:
        (folder / name).touch()
    (folder / f".folder.{HEX}.tmp").mkdir()
    (folder / f"link.tmp-{HEX}").symlink_to(folder.parent)
    (folder / f".link.{HEX}.tmp").symlink_to("notes.tmp")
    return [f".a.md.{HEX}.tmp", f"2026-02-17-01.tmp-{HEX}"], sorted(
        [*theirs, f".folder.{HEX}.tmp", f"link.tmp-{HEX}", f".link.{HEX}.tmp"]
    )


def test_sweeping_removes_only_what_an_interrupted_write_of_ours_left(tmp_path):
    ours, theirs = left_overs(tmp_path)
    assert sorted(path.name for path in sweep(tmp_path, now=time.time() + 3601)) == sorted(ours)
    assert names(tmp_path) == theirs


def test_sweeping_leaves_what_another_process_may_be_writing(tmp_path):
    left_overs(tmp_path)
    before = names(tmp_path)
    assert sweep(tmp_path, now=time.time() + 3500) == []
    assert sweep(tmp_path) == []
    assert names(tmp_path) == before


def test_sweeping_goes_below_only_if_asked(tmp_path):
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    left = below / f".x.{HEX}.tmp"
    left.touch()
    later = time.time() + 3601
    assert sweep(tmp_path, now=later) == []
    assert sweep(tmp_path, now=later, deep=True) == [left]


def test_sweeping_a_folder_that_is_not_there_finds_nothing(tmp_path):
    assert sweep(tmp_path / "gone") == []


def test_the_lock_is_held_by_one_at_a_time_and_says_by_whom(tmp_path):
    with lock(tmp_path):
        with pytest.raises(Locked) as refused, lock(tmp_path):
            pass
        assert refused.value.exit is Exit.NOT_NOW
        assert f"process {os.getpid()} since 20" in refused.value.message
    with lock(tmp_path):
        pass
    assert names(tmp_path / ".fde") == ["lock"]
    assert stat.S_IMODE((tmp_path / ".fde").stat().st_mode) == 0o700


def test_the_lock_is_free_again_after_an_error_inside(tmp_path):
    with pytest.raises(KeyboardInterrupt), lock(tmp_path):
        raise KeyboardInterrupt
    with lock(tmp_path):
        pass


def test_an_error_inside_the_lock_is_not_taken_for_one_of_the_lock(tmp_path):
    with pytest.raises(OSError, match="ours"), lock(tmp_path):
        raise OSError(errno.EIO, "ours")


def test_an_engagement_that_is_not_there_is_not_made_by_locking_it(tmp_path):
    with pytest.raises(CannotWrite), lock(tmp_path / "gone"):
        pass
    assert names(tmp_path) == []


def test_a_writable_folder_is_left_as_it_was(tmp_path):
    writable(tmp_path)
    assert names(tmp_path) == []


def test_a_file_is_read_up_to_its_cap(path):
    path.write_bytes(b"12345")
    assert read_bytes(path, 5) == b"12345"
    with pytest.raises(TooLarge) as refused:
        read_bytes(path, 4, cap_name="the limit for a note")
    assert refused.value.message == "It has 5 bytes or more; the limit for a note is 4 bytes."


def test_text_is_read_as_it_is_without_its_byte_order_mark(path):
    path.write_bytes("\ufeffé\r\n".encode())
    assert read_text(path, 100) == "é\r\n"
    assert as_text(b"a", "x") == "a"


def test_json_is_read_strictly_and_refused_with_the_line(path):
    path.write_text('{"a": [1, 2.5, null]}')
    assert read_json(path, 100) == {"a": [1, 2.5, None]}
    path.write_text('{"a": 1,\n "b" 2}')
    with pytest.raises(NotJson) as refused:
        read_json(path, 100)
    assert refused.value.where == f"{path}:2"


def test_what_is_not_there_cannot_be_read(path):
    with pytest.raises(CannotRead, match="No such file or directory") as refused:
        read_bytes(path, 1)
    assert refused.value.where == str(path)


@pytest.mark.parametrize("relative", ["a", "a/b.md", "sessions/", "-rf", "CON", ".hidden", "a b", "é", "x" * 255])
def test_a_plain_relative_path_is_inside(tmp_path, relative):
    assert inside(tmp_path, relative) == tmp_path / relative


def test_a_link_that_stays_inside_is_inside(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    assert inside(tmp_path, "link/x") == tmp_path / "link" / "x"


def test_the_root_may_itself_be_reached_by_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a").touch()
    root = tmp_path / "link"
    root.symlink_to("real")
    assert inside(root, "a") == root / "a"
    assert [entry.id for entry in walk(root)] == ["a"]


def test_a_neighbour_whose_name_begins_like_the_root_is_outside(tmp_path):
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme-2").mkdir()
    (tmp_path / "acme" / "link").symlink_to("../acme-2")
    with pytest.raises(NotInside, match="a link leads out"):
        inside(tmp_path / "acme", "link/x")
    assert [entry.skipped for entry in walk(tmp_path / "acme")] == [Skip.OUTSIDE]


def test_a_walk_lists_files_folder_by_folder_in_the_order_of_names(tmp_path):
    for name in ("b/2", "b/10", "a.txt", "a/z", "a/y/x", "B"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "empty").mkdir()
    assert list(walk(tmp_path)) == [
        Entry(id=name, path=tmp_path / name, size=len(name)) for name in ("B", "a/y/x", "a/z", "a.txt", "b/10", "b/2")
    ]


def test_what_an_interrupted_write_left_is_not_taken_for_a_file(tmp_path):
    (tmp_path / f".a.md.{HEX}.tmp").touch()
    (tmp_path / f"a.tmp-{HEX}").mkdir()
    assert [(entry.id, entry.skipped) for entry in walk(tmp_path)] == [
        (f".a.md.{HEX}.tmp", Skip.LEFT_OVER),
        (f"a.tmp-{HEX}", Skip.LEFT_OVER),
    ]


def test_a_folder_that_cannot_be_listed_is_named_and_the_others_are_read(tmp_path, monkeypatch):
    for name in ("a", "closed", "z"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x").touch()
    scandir = os.scandir

    def refuse(folder):
        if os.fspath(folder).endswith("closed"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return scandir(folder)

    # As root every folder can be listed.
    monkeypatch.setattr(os, "scandir", refuse)
    assert [(entry.id, entry.skipped) for entry in walk(tmp_path)] == [
        ("a/x", None),
        ("closed", Skip.DENIED),
        ("z/x", None),
    ]


def test_a_walk_through_what_is_not_there_is_an_error_and_not_an_empty_list(tmp_path):
    with pytest.raises(FileNotFoundError):
        list(walk(tmp_path / "gone"))


def test_a_very_deep_folder_is_walked_to_its_end_or_skipped_with_a_reason(tmp_path):
    depth, here = 1500, os.open(tmp_path, os.O_RDONLY)
    try:
        for _ in range(depth):
            os.mkdir("deep", dir_fd=here)
            below = os.open("deep", os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = below
    finally:
        os.close(here)
    try:
        assert [entry.skipped for entry in walk(tmp_path)] == [Skip.UNREADABLE]
    finally:
        # pytest's own clean-up is recursive.
        os.system(f"rm -rf {tmp_path}/deep")


def test_the_tool_that_breaks_the_disk_finds_a_careless_writer(path):
    def careless():
        with open(path, "wb", buffering=0) as file:
            os.write(file.fileno(), b"new")

    def check():
        assert path.read_text() in ("old", "new")

    with pytest.raises(AssertionError) as found:
        every_failure(careless, check=check, reset=lambda: path.write_text("old"), expected=OSError)
    assert "ENOSPC at call 2 and all after it; refused: write" in found.value.__notes__[0]


def test_the_tool_that_breaks_the_disk_must_have_something_to_break():
    with pytest.raises(AssertionError, match="none of the calls"):
        every_failure(lambda: None, check=lambda: None)


def test_an_error_in_other_words_than_ours_is_a_failure_of_the_test(path):
    with pytest.raises(OSError):
        every_failure(lambda: os.mkdir(path), check=lambda: None)


def test_every_call_that_a_write_makes_can_be_broken(path):
    calls = []
    for name in ("open", "write", "fsync", "replace"):
        real = getattr(files.os, name)
        calls.append((name, real))
    count = every_failure(
        lambda: replace(path, "new"), check=lambda: None, reset=lambda: path.write_text("old"), errnos=(errno.EIO,)
    )
    # open, write, fsync, replace, and open and fsync of the folder; each with a disk that stays broken and one that does not.
    assert count == 12
    assert all(getattr(os, name) is real for name, real in calls)


@pytest.fixture(name="synced")
def _synced(monkeypatch):
    """What was made to last, and what was renamed, in order: inodes, for a temporary name is gone afterwards."""
    seen, fsync, rename, move = [], os.fsync, os.rename, os.replace
    monkeypatch.setattr(os, "fsync", lambda descriptor: (fsync(descriptor), seen.append(os.fstat(descriptor).st_ino)))
    monkeypatch.setattr(os, "rename", lambda *args: (rename(*args), seen.append("rename")))
    monkeypatch.setattr(os, "replace", lambda *args: (move(*args), seen.append("rename")))
    return seen


def test_a_published_folder_lasts_with_all_below_it_before_it_has_its_name(tmp_path, synced):
    final = tmp_path / "final"
    publish(final, {"a": b"a", "charts/b": b"b"})
    before, after = synced[: synced.index("rename")], synced[synced.index("rename") + 1 :]
    assert set(before) >= {(final / name).stat().st_ino for name in (".", "a", "charts", "charts/b")}
    assert after == [tmp_path.stat().st_ino]


def test_a_replaced_file_lasts_before_it_has_its_name_and_its_folder_after(path, synced):
    replace(path, "new")
    assert synced == [path.stat().st_ino, "rename", path.parent.stat().st_ino]


def test_the_name_of_a_ledgers_file_lasts_before_its_first_line(path, synced):
    append_line(path, "a")
    append_line(path, "b")
    file, folder = path.stat().st_ino, path.parent.stat().st_ino
    assert synced == [folder, file, file]


def test_sweeping_does_not_look_into_a_folder_that_is_being_published(tmp_path):
    inner = tmp_path / f"a.tmp-{HEX}" / f".x.{HEX}.tmp"
    inner.parent.mkdir()
    inner.touch()
    os.utime(inner, (0, 0))
    assert sweep(tmp_path, deep=True) == []
    assert inner.exists()


def test_the_lock_names_only_its_present_holder(tmp_path):
    (tmp_path / ".fde").mkdir()
    (tmp_path / ".fde" / "lock").write_text("process 4194304 since 1999-01-01T00:00:00Z\n" * 3)
    with lock(tmp_path), pytest.raises(Locked) as refused, lock(tmp_path):
        pass
    assert "1999" not in refused.value.message
