"""Who may run: the user's word, byte for byte, kept where no engagement reaches."""

from __future__ import annotations

import os
import shutil

import pytest
from skillset.folders import built_in, make_skill

from fde.errors import BrokenSettings, BrokenSkill, FdeError, NotTrusted
from fde.settings import config_folder
from fde.skillset.skill import Origin, read
from fde.skillset.trust import FILE, Trust, digest, require, state, trust


@pytest.fixture
def folder(tmp_path):
    return make_skill(tmp_path / "acme" / "skills", script="print()\n")


@pytest.fixture
def skill(folder):
    return read(folder, Origin.ENGAGEMENT)


def test_ours_run_without_a_word(folder):
    require(built_in(folder))


def test_a_strangers_skill_does_not_run_before_it_is_trusted(skill):
    with pytest.raises(NotTrusted) as refused:
        require(skill)
    assert "not trusted yet" in refused.value.message
    assert "`fde skills trust order-count`" in refused.value.hint
    assert refused.value.exit == 3


def test_a_trusted_skill_runs(skill):
    assert trust(skill) == digest(skill.folder)
    require(skill)
    assert state(skill) is Trust.TRUSTED


def test_the_users_own_skills_need_trust_too(folder):
    with pytest.raises(NotTrusted):
        require(read(folder, Origin.USER))


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "scripts" / "measure.py").write_text("print(1)\n"),
        lambda folder: (folder / "SKILL.md").write_text((folder / "SKILL.md").read_text() + "."),
        lambda folder: (folder / "assets" / "new.txt").touch(),
        lambda folder: (folder / "scripts" / "measure.py").chmod(0o755),
        lambda folder: (folder / "assets" / "fde.json").rename(folder / "assets" / "fde2.json"),
        lambda folder: (folder / "scripts" / "__pycache__").mkdir() or (folder / "scripts/__pycache__/x.py").touch(),
    ],
    ids=["a byte", "a byte at the end", "a file more", "executable", "another name", "source among compiled copies"],
)
def test_a_skill_that_changed_after_it_was_trusted_is_refused(folder, skill, change):
    trust(skill)
    change(folder)
    with pytest.raises(NotTrusted, match="changed since you trusted it"):
        require(skill)


def test_compiled_copies_change_nothing(folder, skill):
    trust(skill)
    (folder / "scripts" / "__pycache__").mkdir()
    (folder / "scripts" / "__pycache__" / "measure.cpython-311.pyc").write_bytes(b"x")
    require(skill)


def test_trusting_again_forgets_what_was_there_before(folder, skill):
    trust(skill)
    script = folder / "scripts" / "measure.py"
    before = script.read_bytes()
    script.write_text("print(2)\n")
    trust(skill)
    require(skill)
    script.write_bytes(before)
    with pytest.raises(NotTrusted):
        require(skill)


def test_the_same_bytes_in_another_clone_are_trusted(folder, skill, tmp_path):
    trust(skill)
    shutil.copytree(folder, tmp_path / "clone" / "order-count")
    require(read(tmp_path / "clone" / "order-count", Origin.ENGAGEMENT))


def test_the_word_is_kept_in_the_users_configuration_alone(skill, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    trust(skill)
    record = config_folder() / FILE
    assert record.stat().st_mode & 0o777 == 0o600
    assert record.parent.stat().st_mode & 0o777 == 0o700
    assert sorted(tmp_path.rglob("*")) == before


def test_a_record_in_an_engagement_grants_nothing(skill, folder):
    trust(skill)
    shutil.copy(config_folder() / FILE, folder.parents[1] / FILE)
    (config_folder() / FILE).unlink()
    with pytest.raises(NotTrusted):
        require(skill)


@pytest.mark.parametrize("record", ["", "[]", "{", '{"schema": "fde.trusted/1", "folders": {"a": 1}}', "{}"])
def test_a_record_that_cannot_be_read_is_an_error_and_never_a_yes(skill, record):
    trust(skill)
    (config_folder() / FILE).write_text(record)
    with pytest.raises(FdeError) as refused:
        require(skill)
    assert not isinstance(refused.value, NotTrusted)
    assert refused.value.where.startswith(str(config_folder() / FILE))


def test_a_record_of_another_format_is_refused(skill):
    trust(skill)
    (config_folder() / FILE).write_text('{"schema": "fde.trusted/2", "folders": {}}')
    with pytest.raises(BrokenSettings, match=r"fde\.trusted/1"):
        require(skill)


def test_a_link_in_a_skill_has_no_digest(folder):
    (folder / "assets" / "x").symlink_to("/etc/passwd")
    with pytest.raises(BrokenSkill, match="contains a link"):
        digest(folder)


def test_bytes_cannot_move_from_one_file_to_the_next_unseen(tmp_path):
    one, other = make_skill(tmp_path / "1"), make_skill(tmp_path / "2")
    (one / "assets" / "a").write_bytes(b"xy")
    (one / "assets" / "b").write_bytes(b"z")
    (other / "assets" / "a").write_bytes(b"x")
    (other / "assets" / "b").write_bytes(b"yz")
    assert digest(one) != digest(other)


def test_a_name_that_is_no_utf_8_cannot_be_trusted(folder):
    with open(os.fsencode(folder) + b"/assets/caf\xe9", "wb"):
        pass
    with pytest.raises(BrokenSkill, match="not UTF-8"):
        digest(folder)
