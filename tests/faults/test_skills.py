"""The rows of the fault table that concern skills and their scripts, each with its number."""

from __future__ import annotations

import os
import select
import sys
import time
from datetime import UTC, datetime

import pytest
from skillset.folders import FACTS, built_in, make_skill, prints

from fde.errors import NotTrusted, ScriptFailed
from fde.runner.measure import measure
from fde.runner.template import template_for
from fde.skillset.find import find, skills
from fde.skillset.skill import Origin, read
from fde.skillset.trust import trust

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def engagement(tmp_path):
    (tmp_path / "acme" / "evidence").mkdir(parents=True)
    (tmp_path / "acme" / "engagement.md").write_text("---\nfde: 1\nname: acme\n---\n")
    return tmp_path / "acme"


def measured(skill, tmp_path, **given):
    return measure(skill, evidence=tmp_path, now=NOW, tz="UTC", context={}, **given)


LINKS = {
    "SKILL.md": lambda folder, secret: (folder / "SKILL.md").unlink() or (folder / "SKILL.md").symlink_to(secret),
    "a reference": lambda folder, secret: (folder / "assets" / "notes.md").symlink_to(secret),
    "a folder": lambda folder, secret: (folder / "references").symlink_to(secret.parent),
    "the script": lambda folder, secret: (folder / "scripts" / "measure.py").symlink_to(secret),
    "dangling": lambda folder, secret: (folder / "assets" / "notes.md").symlink_to("/nowhere"),
    "inside": lambda folder, secret: (folder / "assets" / "notes.md").symlink_to("../SKILL.md"),
}


@pytest.mark.parametrize("where", LINKS)
def test_fault_21_a_link_in_a_skill_is_refused_with_its_path(engagement, tmp_path, where):
    (tmp_path / "away").mkdir()
    secret = tmp_path / "away" / "secret"
    secret.write_text("TOP")
    folder = make_skill(engagement / "skills", driver={"measure": "scripts/measure.py"})
    LINKS[where](folder, secret)
    make_skill(engagement / "skills", "whole")
    listing = skills(engagement)
    broken = [item for item in listing.broken if item.name == "order-count"]
    assert "it contains a link" in broken[0].error.message
    assert broken[0].error.where.startswith(f"{folder}/")
    assert "TOP" not in broken[0].error.message
    assert "whole" in [skill.name for skill in listing.skills]


def test_fault_21_a_skill_whose_folder_is_a_link_is_refused_with_its_path(engagement, tmp_path):
    away = make_skill(tmp_path / "away")
    (engagement / "skills").mkdir()
    (engagement / "skills" / "order-count").symlink_to(away)
    broken = skills(engagement).broken[-1]
    assert "its folder is a link" in broken.error.message
    assert broken.error.where == str(engagement / "skills" / "order-count")


CANARY = "open({!r}, 'w').close()\n"


def test_fault_54_the_script_of_a_skill_that_nobody_trusted_never_runs(engagement, tmp_path, fde):
    canary = tmp_path / "canary"
    make_skill(engagement / "skills", script=CANARY.format(str(canary)) + prints(FACTS))
    with pytest.raises(NotTrusted):
        measured(find("order-count", engagement), tmp_path)
    for command in (["tool", "order-count", "facts"], ["skills", "list"], ["skills", "show", "order-count"]):
        ended = fde(*command, cwd=engagement)
        assert ended.code == (3 if command[0] == "tool" else 0)
    assert not canary.exists()


def test_fault_54_a_trusted_script_runs_and_after_one_changed_byte_it_does_not(engagement, tmp_path, fde):
    canary = tmp_path / "canary"
    folder = make_skill(engagement / "skills", script=CANARY.format(str(canary)) + prints(FACTS))
    assert fde("skills", "trust", "order-count", cwd=engagement).code == 0
    assert fde("tool", "order-count", "facts", cwd=engagement).code == 0
    assert canary.exists()
    canary.unlink()
    with (folder / "SKILL.md").open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b" ")
    ended = fde("tool", "order-count", "facts", cwd=engagement)
    assert ended.code == 3
    assert "changed since you trusted it" in ended.err
    assert "fde skills trust order-count" in ended.err
    assert not canary.exists()


def test_fault_54_nor_is_its_template_used(engagement):
    folder = make_skill(engagement / "skills")
    (folder / "assets" / "prompt.md.j2").write_text(
        "---\nname: a\nversion: '1'\ninputs: []\n---\n{% block a %}x{% endblock %}"
    )
    skill = find("order-count", engagement)
    with pytest.raises(NotTrusted):
        template_for(skill)
    trust(skill)
    template_for(skill)
    (folder / "assets" / "prompt.md.j2").open("a").close()
    (folder / "assets" / "prompt.md.j2").chmod(0o755)
    with pytest.raises(NotTrusted):
        template_for(skill)


def test_fault_54_a_skill_cannot_take_the_name_of_one_of_ours(engagement, tmp_path):
    ours = [skill.name for skill in skills(None).skills if skill.origin is Origin.BUILT_IN]
    if not ours:
        pytest.skip("there is no built-in skill yet")
    canary = tmp_path / "canary"
    make_skill(engagement / "skills", ours[0], script=CANARY.format(str(canary)))
    assert find(ours[0], engagement).origin is Origin.BUILT_IN
    assert "taken by the built-in skill" in skills(engagement).broken[-1].error.message


def test_fault_54_a_failing_script_is_shown_with_its_last_words(tmp_path):
    skill = built_in(make_skill(tmp_path, script="import sys\nprint('{}')\nraise ValueError('row 7: no date')\n"))
    with pytest.raises(ScriptFailed, match="row 7: no date") as refused:
        measured(skill, tmp_path)
    assert refused.value.exit == 3
    assert refused.value.where == str(skill.script)


def test_fault_54_a_script_that_loops_is_ended_with_all_that_it_started(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    stays = f"import os, time; os.open({str(pipe)!r}, os.O_WRONLY); print(flush=True); time.sleep(60)"
    script = "import subprocess, sys\n"
    script += f"subprocess.Popen([sys.executable, '-c', {stays!r}], stdout=subprocess.PIPE).stdout.readline()\n"
    skill = built_in(
        make_skill(
            tmp_path, script=script + "sys.stderr.write('still counting'); sys.stderr.flush()\nwhile True: pass\n"
        )
    )
    begun = time.monotonic()
    with pytest.raises(ScriptFailed, match=r"longer than 3 seconds. It said: still counting"):
        measured(skill, tmp_path, limit=3)
    assert time.monotonic() - begun < 10
    watch = select.poll()
    watch.register(reader, 0)
    assert watch.poll(5_000), "a process that the script had started still lives"
    os.close(reader)


@pytest.mark.parametrize(
    "script", ["print('rubbish')", "", prints(FACTS) * 2, "import sys; sys.stdout.buffer.write(bytes(range(256)))"]
)
def test_fault_54_rubbish_is_refused(tmp_path, script):
    skill = built_in(make_skill(tmp_path, script=script))
    with pytest.raises(ScriptFailed):
        measured(skill, tmp_path)


def test_fault_54_a_script_that_asks_gets_no_answer_and_does_not_wait(tmp_path):
    skill = built_in(make_skill(tmp_path, script="input('Which month? ')"))
    with pytest.raises(ScriptFailed, match="EOFError"):
        measured(skill, tmp_path, limit=30)


def test_fault_54_a_module_in_the_engagement_is_not_loaded_in_place_of_the_standard_library(tmp_path, monkeypatch):
    canary = tmp_path / "canary"
    (tmp_path / "json.py").write_text(CANARY.format(str(canary)))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    skill = read(make_skill(tmp_path / "skills", script=f"import json\n{prints(FACTS)}"), Origin.BUILT_IN)
    assert measured(skill, tmp_path).facts == FACTS
    assert not canary.exists()
    assert "json" in sys.modules
