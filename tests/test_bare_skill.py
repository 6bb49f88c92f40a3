"""A skill's folder copied away on its own: it measures, checks and writes as the runner does, with nothing else around it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys

import pytest

from fde.assets import assets

NOW = "2026-03-02T08:00:00+01:00"
TIME = re.compile(rb'("created": ")[^"]*"')


@pytest.fixture(name="copied")
def _copied(tmp_path):
    """`skills/amdahl-ceiling` alone in an empty place, and a function that runs one of its scripts with an empty environment."""
    skill = tmp_path / "alone" / "amdahl-ceiling"
    shutil.copytree(assets("skills") / "amdahl-ceiling", skill, ignore=shutil.ignore_patterns("__pycache__"))

    def script(name, *args):
        command = [sys.executable, "-I", str(skill / "scripts" / name), *map(str, args)]
        return subprocess.run(command, env={}, cwd="/", capture_output=True, check=False)

    return script


@pytest.fixture(name="example")
def _example(tmp_path):
    engagement = tmp_path / "engagement"
    shutil.copytree(assets("examples") / "software-team", engagement)
    return engagement


def measured(copied, example):
    flags = ["--tz", "Europe/Berlin", "--working-hours", "Mon-Fri 09:00-17:00", "--holidays", "2026-01-01,2026-01-06"]
    return copied("amdahl.py", "facts", "--evidence", example / "evidence", "--now", NOW, *flags)


def test_it_computes_the_facts_and_writes_the_artefact_of_the_runner_byte_for_byte(copied, example, fde, tmp_path):
    done = fde("run", "amdahl-ceiling", "--json", cwd=example, env={"FDE_NOW": NOW})
    assert done.code == 0
    folder = example / done.json["data"]["artefact"]

    facts = measured(copied, example)
    assert (facts.returncode, facts.stderr) == (0, b"")
    (tmp_path / "facts.json").write_bytes(facts.stdout)
    place = ["--facts", tmp_path / "facts.json", "--evidence", example / "evidence"]
    wrote = copied("artefact.py", *place, "--out", tmp_path / "out", "--tz", "Europe/Berlin", "--now", "2026-03-05T10:00:00+01:00")
    assert (wrote.returncode, wrote.stderr) == (0, b"")

    # The client's page needs the client's name, which a skill does not know.
    ours = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "page.html"}
    theirs = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert sorted(ours) == sorted(theirs)
    for name, data in ours.items():
        assert without_times(data) == without_times(theirs[name]), name


def without_times(data):
    """Take the time of writing out, the digest of the view that shows it, and the view that only the runner draws."""
    data = re.sub(rb"2026-03-0[25]", b"DAY", TIME.sub(rb'\1TIME"', data))
    data = re.sub(rb',\s+\{\s+"path": "page.html",[^}]*\}', b"", data)
    return re.sub(rb'("path": "artefact.md",\s+"digest": ")[^"]*"', rb'\1DIGEST"', data)


def test_it_takes_the_judgement_that_the_runner_takes(copied, example, tmp_path):
    replay = json.loads((example / "replay" / "amdahl-ceiling.json").read_text())
    (tmp_path / "judgement.json").write_text(replay["replies"][0])
    (tmp_path / "facts.json").write_bytes(measured(copied, example).stdout)
    place = ["--facts", tmp_path / "facts.json", "--judgement", tmp_path / "judgement.json", "--evidence", example / "evidence"]
    done = copied("artefact.py", *place, "--out", tmp_path / "out")
    assert (done.returncode, done.stderr) == (0, b"")
    record = json.loads((tmp_path / "out" / "artefact.json").read_text())
    assert (record["judged"]["status"], record["dropped"]) == ("ok", [])


def test_it_refuses_a_figure_that_somebody_typed(copied, example, tmp_path):
    replay = json.loads((example / "replay" / "amdahl-ceiling.json").read_text())
    judgement = json.loads(replay["replies"][0])
    judgement["findings"][0]["statement"] += " That is 12 % of all."
    (tmp_path / "judgement.json").write_text(json.dumps(judgement))
    (tmp_path / "facts.json").write_bytes(measured(copied, example).stdout)
    place = ["--facts", tmp_path / "facts.json", "--judgement", tmp_path / "judgement.json", "--evidence", example / "evidence"]
    done = copied("artefact.py", *place, "--out", tmp_path / "out")
    assert done.returncode == 1
    assert b"the figure '12' is typed" in done.stderr or b"'12" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.checkout
def test_the_reference_validator_of_the_format_takes_every_skill():
    for skill in sorted(path.parent for path in assets("skills").glob("*/SKILL.md")):
        done = subprocess.run([sys.executable, "-m", "skills_ref.cli", "validate", str(skill)], capture_output=True, check=False, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
