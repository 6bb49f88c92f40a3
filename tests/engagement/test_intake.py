"""What becomes evidence: everything is looked at before anything is copied."""

from __future__ import annotations

import pytest
from small import tree, write

from fde.engagement import files
from fde.engagement.engagement import create
from fde.engagement.intake import plan, take_in
from fde.errors import CannotRead, NotInside, TakenName, UsageError


@pytest.fixture(name="acme")
def _acme(tmp_path):
    return create(tmp_path / "acme", {"name": "acme"}, "")


def taken(acme, *paths, to=""):
    take_in(acme, plan(acme, paths, to))
    return {name: data for name, data in tree(acme.evidence).items() if data is not None and name != ".gitkeep"}


def test_bytes_arrive_as_they_are_line_ends_marks_and_all(acme, tmp_path):
    data = "\ufeffa\r\nb\rc\u2028d\n".encode()
    assert taken(acme, write(tmp_path, "in/x.md", data)) == {"x.md": data}


def test_a_folder_keeps_its_name_and_its_inner_folders(acme, tmp_path):
    write(tmp_path, "in/a.csv", "1")
    write(tmp_path, "in/deep/b.csv", "2")
    assert taken(acme, tmp_path / "in", to="exports/june") == {"exports/june/in/a.csv": b"1", "exports/june/in/deep/b.csv": b"2"}


def test_a_plan_alone_writes_nothing(acme, tmp_path):
    before = tree(acme.root)
    planned = plan(acme, [write(tmp_path, "x.md", "a")], "")
    assert [(item.id, item.action) for item in planned.items] == [("x.md", "create")]
    assert tree(acme.root) == before


def test_what_a_folder_holds_and_cannot_be_taken_is_skipped_with_its_reason(acme, tmp_path):
    write(tmp_path, "in/ok.md", "yes")
    write(tmp_path, "in/latin.md", b"caf\xe9")
    write(tmp_path, "in/photo.png", b"\x89PNG")
    (tmp_path / "in/link.md").symlink_to("/etc/passwd")
    planned = plan(acme, [tmp_path / "in"], "")
    assert [item.id for item in planned.items] == ["in/ok.md"]
    skipped = {name.rpartition("/")[2]: reason for name, reason in planned.skipped}
    assert "byte at offset 3 is 0xe9" in skipped["latin.md"]
    assert "found '.png'" in skipped["photo.png"]
    assert "a link" in skipped["link.md"]


def test_one_name_taken_anywhere_in_a_folder_refuses_the_whole(acme, tmp_path):
    write(acme.evidence, "in/b.md", "theirs")
    write(tmp_path, "in/a.md", "new")
    write(tmp_path, "in/b.md", "mine")
    with pytest.raises(TakenName, match=r"evidence/in/b\.md is there already, with another content"):
        taken(acme, tmp_path / "in")
    assert not (acme.evidence / "in/a.md").exists()


def test_a_folder_that_differs_only_by_case_is_the_same_folder_elsewhere(acme, tmp_path):
    write(acme.evidence, "Interviews/a.md", "old")
    with pytest.raises(TakenName, match="evidence/Interviews"):
        taken(acme, write(tmp_path, "b.md", "new"), to="interviews")
    assert sorted(tree(acme.evidence)) == [".gitkeep", "Interviews", "Interviews/a.md"]


def test_where_both_spellings_are_there_already_the_exact_one_counts(acme, tmp_path):
    write(acme.evidence, "Interviews/a.md", "old")
    write(acme.evidence, "interviews/a.md", "new")
    assert plan(acme, [write(tmp_path, "a.md", "new")], "interviews").items[0].action == "identical"


@pytest.mark.parametrize("there", ["orders", "orders/a.csv/x.csv"])
def test_a_file_and_a_folder_cannot_share_a_name(acme, tmp_path, there):
    write(acme.evidence, there, "x")
    with pytest.raises(TakenName):
        taken(acme, write(tmp_path, "a.csv", "1"), to="orders")


def test_two_files_of_one_call_may_not_land_under_one_name(acme, tmp_path):
    one, other = write(tmp_path, "one/a.md", "1"), write(tmp_path, "other/a.md", "2")
    with pytest.raises(TakenName):
        taken(acme, one, other)
    assert list(tree(acme.evidence)) == [".gitkeep"]


@pytest.mark.parametrize("to", ["../out", "/etc", "a/../../x", "a//b", "a\\b", ".hidden", "a/.b", ".", "x" * 300, "a\nb"])
def test_a_target_that_leaves_the_evidence_or_hides_in_it_is_refused(acme, tmp_path, to):
    with pytest.raises(NotInside):
        plan(acme, [write(tmp_path, "x.md", "a")], to)


def test_a_target_that_is_a_link_out_of_the_evidence_is_refused(acme, tmp_path):
    (tmp_path / "away").mkdir()
    (acme.evidence / "away").symlink_to(tmp_path / "away")
    with pytest.raises(NotInside, match="a link leads out"):
        plan(acme, [write(tmp_path, "x.md", "a")], "away")


@pytest.mark.parametrize("path", [".", "..", "private", "private/salaries.md"])
def test_neither_the_engagement_itself_nor_what_is_private_becomes_evidence(acme, path):
    write(acme.root, "private/salaries.md", "secret")
    before = tree(acme.root)
    with pytest.raises(UsageError, match="private"):
        taken(acme, acme.root / path)
    assert tree(acme.root) == before


def test_of_a_file_that_grows_what_was_looked_at_is_copied(acme, tmp_path):
    path = write(tmp_path, "growing.log", "one\n")
    planned = plan(acme, [path], "")
    with path.open("a") as file:
        file.write("two\n")
    take_in(acme, planned)
    assert (acme.evidence / "growing.log").read_text() == "one\n"


def test_a_file_that_changed_since_it_was_looked_at_is_refused(acme, tmp_path):
    path = write(tmp_path, "x.md", "text")
    planned = plan(acme, [path], "")
    path.write_bytes(b"\xff\xfe\xfd\xfc")
    with pytest.raises(CannotRead, match="changed while"):
        take_in(acme, planned)
    assert not (acme.evidence / "x.md").exists()


def test_a_copy_that_fails_midway_can_be_made_again(acme, tmp_path, monkeypatch):
    paths = [write(tmp_path, f"{name}.md", name) for name in "abc"]
    real = files.replace

    def full(path, data, **mode):
        if path.name == "b.md":
            raise files.CannotWrite("No space left on device", where=str(path))
        real(path, data, **mode)

    with monkeypatch.context() as patch:
        patch.setattr(files, "replace", full)
        with pytest.raises(files.CannotWrite):
            taken(acme, *paths)
    assert [item.action for item in plan(acme, paths, "").items] == ["identical", "create", "create"]
    assert len(taken(acme, *paths)) == 3
