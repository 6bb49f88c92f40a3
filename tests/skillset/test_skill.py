"""What may call itself a skill, and what is said of what may not."""

from __future__ import annotations

import os

import pytest
from skillset.folders import DESCRIPTION, make_skill

from fde.assets import assets
from fde.errors import BrokenSkill, FdeError
from fde.skillset.skill import Driver, Origin, members, read


def test_a_skill_is_read_from_its_folder(tmp_path):
    folder = make_skill(tmp_path, script="", driver={"measure": "scripts/measure.py", "context": ["holidays"]})
    skill = read(folder, Origin.USER)
    assert (skill.name, skill.description, skill.version) == ("order-count", DESCRIPTION, "1.0.0")
    assert (skill.folder, skill.origin, skill.license, skill.body) == (folder, Origin.USER, "", "Count them.\n")
    assert skill.driver == Driver(measure="scripts/measure.py", context=("holidays",))
    assert skill.script == folder / "scripts" / "measure.py"


def test_a_skill_without_a_driver_is_instructions_only(tmp_path):
    skill = read(make_skill(tmp_path), Origin.USER)
    assert skill.driver is None
    assert skill.script is None


def test_three_hyphens_inside_a_description_cut_nothing_off(tmp_path):
    head = 'name: order-count\ndescription: "Use this --- when foo"\nlicense: MIT\n'
    skill = read(make_skill(tmp_path, head=head), Origin.USER)
    assert (skill.description, skill.license) == ("Use this --- when foo", "MIT")


def test_a_description_of_1024_characters_is_the_longest(tmp_path):
    head = f"name: order-count\ndescription: {'x' * 1024}\n"
    assert len(read(make_skill(tmp_path, head=head), Origin.USER).description) == 1024


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("description: x\n", "the key 'name' is missing"),
        ("name: order-count\n", "the key 'description' is missing"),
        ("name: order-count\ndescription: ''\n", "0 characters, 1 to 1024 are allowed"),
        (f"name: order-count\ndescription: {'x' * 1025}\n", "1025 characters, 1 to 1024 are allowed"),
        ("name: order-count\ndescription: a <b> c\n", "contains < or >"),
        ("name: orders\ndescription: x\n", "name: expected the folder's name, 'order-count', found 'orders'"),
        ("name: Order-Count\ndescription: x\n", "name: expected lower-case words"),
        ("name: order--count\ndescription: x\n", "name: expected lower-case words"),
        ("name: order-count\ndescription: x\nversion: 1\n", "the key 'version' is not known"),
        ("name: order-count\ndescription: [x]\n", "description: expected text, found ['x']"),
        ("name: order-count\ndescription: x\nallowed-tools: [Read]\n", "allowed-tools: expected text"),
        ("name: order-count\ndescription: x\nmetadata: {a: {b: c}}\n", "metadata.a: expected text"),
        ("name: order-count\ndescription: x\nmetadata: 1\n", "metadata: expected a map of texts"),
    ],
)
def test_a_head_outside_the_format_is_refused_with_its_file(tmp_path, head, said):
    folder = make_skill(tmp_path, head=head)
    with pytest.raises(BrokenSkill) as refused:
        read(folder, Origin.USER)
    assert said in refused.value.message
    assert refused.value.where == str(folder / "SKILL.md")


@pytest.mark.parametrize(
    ("driver", "said"),
    [
        ({"evidence": []}, "the key 'measure' is missing"),
        ({"measure": "scripts/measure.py", "shell": "x"}, "the key 'shell' is not known"),
        ({"measure": ["scripts/measure.py"]}, "measure: expected text"),
        ({"measure": "../../bin/sh"}, "measure: expected a file of this folder"),
        ({"measure": "scripts/../scripts/measure.py"}, "measure: expected a file of this folder"),
        ({"measure": "/bin/sh"}, "measure: expected a file of this folder"),
        ({"measure": "scripts"}, "measure: expected a file of this folder"),
        ({"measure": "scripts/measure.py", "evidence": "*.csv"}, "evidence: expected a list of texts"),
        ({"measure": "scripts/measure.py", "evidence": [1]}, "evidence: expected a list of texts"),
        ({"measure": "scripts/measure.py", "evidence": ["../private/*"]}, "evidence: expected patterns below evidence/"),
        ({"measure": "scripts/measure.py", "words": ["/etc/*"]}, "words: expected patterns below evidence/"),
        ({"measure": "scripts/measure.py", "words": ["evidence/mails/**"]}, "words: expected patterns below evidence/, like orders/*.csv"),
        ({"measure": "scripts/measure.py", "words": ["a\\..\\b"]}, "words: expected patterns below evidence/"),
        (
            {"measure": "scripts/measure.py", "context": ["client"]},
            "context: expected names of working_hours, holidays",
        ),
        (
            {"measure": "scripts/measure.py", "commands": {"compare": ["client"]}},
            "commands.compare: expected names of working_hours, holidays",
        ),
        (
            {"measure": "scripts/measure.py", "commands": ["compare"]},
            "commands: expected a map",
        ),
        ({"measure": "scripts/measure.py", "questions": "assets/none.json"}, "questions: expected a file"),
        ("[]", "expected one JSON object"),
    ],
)
def test_a_driver_is_refused_with_its_file_and_key(tmp_path, driver, said):
    folder = make_skill(tmp_path, script="", driver=driver)
    with pytest.raises(BrokenSkill) as refused:
        read(folder, Origin.USER)
    assert said in refused.value.message
    assert refused.value.where == str(folder / "assets" / "fde.json")


def test_a_driver_that_is_no_json_is_refused_with_its_line(tmp_path):
    folder = make_skill(tmp_path, script="", driver='{"measure": "a",\n "measure": "b"')
    with pytest.raises(FdeError) as refused:
        read(folder, Origin.USER)
    assert refused.value.where.startswith(str(folder / "assets" / "fde.json"))


def test_a_folder_without_skill_md_is_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(BrokenSkill, match=r"no SKILL\.md"):
        read(tmp_path / "empty", Origin.USER)


def test_a_fifo_in_a_skill_is_refused_and_nobody_waits_for_it(tmp_path):
    folder = make_skill(tmp_path)
    os.mkfifo(folder / "assets" / "pipe")
    with pytest.raises(BrokenSkill, match="a FIFO"):
        read(folder, Origin.USER)


def test_a_skill_larger_than_a_skill_can_be_is_refused_before_it_is_read(tmp_path):
    folder = make_skill(tmp_path)
    with (folder / "assets" / "huge").open("wb") as file:
        file.truncate(2 << 30)
    with pytest.raises(BrokenSkill, match="more than 5,000 files or 64,000,000 bytes"):
        read(folder, Origin.USER)


def test_members_are_in_the_order_of_their_names_and_leave_out_compiled_copies_only(tmp_path):
    folder = make_skill(tmp_path, script="")
    cache = folder / "scripts" / "__pycache__"
    cache.mkdir()
    (cache / "measure.cpython-311.pyc").touch()
    (cache / "notes.txt").touch()
    (folder / "scripts" / "loose.pyc").touch()
    assert [member.name for member in members(folder)] == [
        "SKILL.md",
        "assets/fde.json",
        "scripts/__pycache__/notes.txt",
        "scripts/loose.pyc",
        "scripts/measure.py",
    ]


@pytest.mark.parametrize(
    "folder", sorted(path for path in assets("skills").glob("*/SKILL.md")), ids=lambda path: path.parent.name
)
def test_our_own_skills_can_be_read(folder):
    assert read(folder.parent, Origin.BUILT_IN).version
