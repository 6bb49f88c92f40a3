"""A skill's folder on its own takes answers: the same bytes as `fde answer`, with an empty environment."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest
from small import write

from fde.assets import assets

STEP = ["Type it in | office | sheet | 5 (3 to 15) | 2 | h | | | part | no |", r"Either \| or | | | 10 |"]
ANSWERS = {"case": ["An order"], "arrivals": ["20(10-45)"], "rate": ["38,5".replace(",", ".")], "steps": STEP, "dates": ["d"]}


@pytest.fixture(name="bare")
def _bare(tmp_path):
    """The skill's folder alone, under another name, and a function that runs its script in an empty environment."""
    skill = tmp_path / "alone" / "my-skill"
    shutil.copytree(assets("skills") / "amdahl-ceiling", skill, ignore=shutil.ignore_patterns("__pycache__"))

    def script(*args):
        command = [sys.executable, "-I", str(skill / "scripts" / "answers.py"), *map(str, args)]
        return subprocess.run(command, env={}, cwd=tmp_path, capture_output=True, check=False)

    return script


@pytest.fixture(name="acme")
def _acme(fde, tmp_path):
    assert fde("init", tmp_path / "acme").code == 0
    return tmp_path / "acme"


def test_the_form_is_the_one_that_the_runner_writes(bare, fde, acme):
    done = bare("form", "--who", "owner")
    assert (done.returncode, done.stderr) == (0, b"")
    assert fde("answer", "amdahl-ceiling", "--who", "owner", "--form", cwd=acme).code == 0
    assert done.stdout == (acme / "answers/amdahl-ceiling.md").read_bytes()


def test_answers_set_one_by_one_are_the_file_that_the_runner_writes(bare, fde, acme, tmp_path):
    for name, values in ANSWERS.items():
        done = bare("set", "mine.md", name, *values, "--who", "owner")
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    given = [part for name, values in ANSWERS.items() for value in values for part in ("--set", f"{name}={value}")]
    assert fde("answer", "amdahl-ceiling", "--who", "owner", *given, cwd=acme).code == 0
    assert (tmp_path / "mine.md").read_bytes() == (acme / "answers/amdahl-ceiling.md").read_bytes()
    assert not list(tmp_path.glob(".*"))


def test_check_tells_what_is_missing_and_what_is_wrong(bare, tmp_path):
    (tmp_path / "mine.md").write_bytes(bare("form").stdout)
    done = bare("check", "mine.md")
    assert done.returncode == 1
    assert b"mine.md: case is not answered: What do you call one case" in done.stdout
    bare("set", "mine.md", "case", "An order")
    bare("set", "mine.md", "steps", *STEP)
    assert (bare("check", "mine.md").returncode, bare("check", "mine.md").stdout) == (0, b"mine.md is complete; open, and optional: from, to, arrivals, rate, delay, list, dates\n")
    text = (tmp_path / "mine.md").read_text().replace("5 (3 to 15)", "a while")
    write(tmp_path, "mine.md", text)
    line = text[: text.index("a while")].count("\n") + 1
    done = bare("check", "mine.md")
    assert done.returncode == 1
    assert f"mine.md:{line}: steps: Work (minutes): expected the usual value".encode() in done.stdout
    done = bare("set", "mine.md", "case", "Another")
    assert done.returncode == 3
    assert f"mine.md:{line}: steps: Work (minutes)".encode() in done.stderr
    assert (tmp_path / "mine.md").read_text() == text


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        ([], 2, "usage"),
        (["set", "mine.md", "colour", "red"], 2, "expected the id of a question (case, "),
        (["set", "mine.md", "dates", "year"], 2, "expected one of day (The day), month (The month), found 'year'"),
        (["set", "mine.md", "case", "x", "--who", "Anna Schmidt"], 2, "expected a role in small letters"),
        (["set", "mine.md", "case", "x", "--subject", "../x"], 2, "expected a subject"),
        (["set", "mine.md", "case", "x", "y"], 2, "expected one value"),
        (["form", "--subject", "A B"], 2, "expected a subject"),
        (["check", "nowhere.md"], 3, "nowhere.md: it cannot be opened"),
        (["check", "binary.md"], 3, "binary.md: it is not UTF-8 at offset 3"),
        (["set", "no/such/folder.md", "case", "x"], 3, "No such file or directory"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_an_exit_code(bare, tmp_path, args, code, said):
    write(tmp_path, "binary.md", b"caf\xe9")
    done = bare(*args)
    assert done.returncode == code
    assert said in done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert not (tmp_path / "mine.md").exists()


def test_answers_by_one_about_one_stay_so(bare, tmp_path):
    assert bare("set", "mine.md", "case", "x", "--who", "owner", "--subject", "returns").returncode == 0
    before = (tmp_path / "mine.md").read_text()
    assert "subject: returns\nwho: owner\n" in before
    assert b"expected answers by the owner" in bare("set", "mine.md", "case", "y", "--who", "office lead").stderr
    assert b"expected answers about returns" in bare("set", "mine.md", "case", "y", "--subject", "orders").stderr
    assert (tmp_path / "mine.md").read_text() == before


def test_questions_that_cannot_be_asked_are_named(bare, tmp_path):
    path = tmp_path / "alone/my-skill/assets/questions.json"
    path.write_text(json.dumps({"schema": "fde.questions/1", "title": "", "questions": []}))
    done = bare("form")
    assert done.returncode == 3
    assert b"questions.json: questions.title: expected text" in done.stderr
