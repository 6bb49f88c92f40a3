"""The copies of `fde/portable` in our skills: always what `make skills` would write."""

from __future__ import annotations

import subprocess
import sys

import pytest

from fde.assets import PACKAGE, assets
from fde.skillset.build import FIRST_LINE, build, copies, drift, main

WANTED = {"check.py": FIRST_LINE + b"x = 1\n", "schemas/facts.json": b"{}"}


@pytest.fixture
def skills(tmp_path):
    """A skill that measures and one that is instructions only."""
    (tmp_path / "a" / "assets").mkdir(parents=True)
    (tmp_path / "a" / "assets" / "fde.json").touch()
    (tmp_path / "b").mkdir()
    return tmp_path


def portable(skills):
    return skills / "a" / "scripts" / "_portable"


def test_the_copies_in_our_skills_are_up_to_date():
    assert drift(assets("skills"), copies(PACKAGE)) == [], "run `make skills`"


def test_a_copy_says_where_it_comes_from_and_holds_every_module_and_schema():
    wanted = copies(PACKAGE)
    assert {"__init__.py", "check.py", "strictjson.py", "schemas/facts.json"} <= set(wanted)
    assert wanted["check.py"] == FIRST_LINE + (PACKAGE / "portable" / "check.py").read_bytes()
    assert wanted["schemas/facts.json"] == (PACKAGE / "schemas" / "facts.json").read_bytes()


def test_only_a_skill_that_measures_gets_the_copies(skills):
    changed = build(skills, WANTED)
    assert changed == [portable(skills) / "check.py", portable(skills) / "schemas" / "facts.json"]
    assert (portable(skills) / "check.py").read_bytes() == WANTED["check.py"]
    assert not (skills / "b" / "scripts").exists()


def test_a_skill_with_its_own_artefact_script_gets_the_copies_too(skills):
    (skills / "b" / "scripts").mkdir()
    (skills / "b" / "scripts" / "artefact.py").touch()
    build(skills, WANTED)
    assert (skills / "b" / "scripts" / "_portable" / "check.py").is_file()


def test_what_is_up_to_date_is_not_written_again(skills):
    build(skills, WANTED)
    assert build(skills, WANTED) == []


def test_each_file_that_differs_is_named_and_mended(skills):
    build(skills, WANTED)
    copy = portable(skills)
    (copy / "check.py").write_bytes(b"x = 2\n")
    (copy / "schemas" / "facts.json").unlink()
    (copy / "old.py").touch()
    different = [copy / "check.py", copy / "schemas" / "facts.json", copy / "old.py"]
    assert drift(skills, WANTED) == different
    assert build(skills, WANTED) == different
    assert drift(skills, WANTED) == []
    assert not (copy / "old.py").exists()


def test_check_writes_nothing_names_the_files_and_exits_1(skills, monkeypatch, capsys):
    monkeypatch.setattr("fde.skillset.build.assets", lambda _kind: skills)
    assert main(["--check"]) == 1
    assert f"{skills.name}/a/scripts/_portable/check.py\n" in capsys.readouterr().out
    assert not portable(skills).exists()
    assert main([]) == 0
    assert main(["--check"]) == 0


def test_an_unknown_argument_is_a_usage_error(capsys):
    assert main(["--chekc"]) == 2
    assert "usage" in capsys.readouterr().err


@pytest.mark.parametrize(
    "folder", sorted(assets("skills").glob("*/scripts/_portable")), ids=lambda path: path.parts[-3]
)
def test_a_copy_works_without_the_package(folder):
    code = f"import sys; sys.path.insert(0, {str(folder.parent)!r}); from _portable import check, schema; schema.schema('facts')"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", code], env={}, cwd="/", capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
