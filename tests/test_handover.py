"""An engagement handed over: a clone elsewhere, under another user, says the same but for this machine's own runs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import small
from small import NOW, SKILL, tree, write

import fde as package

SEARCHED = str(Path(package.__file__).parents[1])
LATER = "2026-03-12T09:00:00+01:00"
FIRST = f"artefacts/{SKILL}/2026-03-02-01"
OWN_RUNS = ("failed", "open", "asked")

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


def git(folder, *args):
    ours = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main", "-c", "safe.directory=*"]
    subprocess.run(["git", *ours, *args], cwd=folder, check=True, capture_output=True)


@pytest.fixture(name="acme")
def _acme(fde, tmp_path):
    """An engagement in which everything that status tells has happened, and its history in git."""
    root = small.engagement(tmp_path)
    made = tmp_path / "made"
    assert fde("init", made).code == 0
    for name in (".gitignore", ".gitattributes"):
        shutil.copy(made / name, root / name)
    run = ("run", SKILL, "--model", "replay/good.json")
    assert fde(*run, cwd=root, env={"FDE_NOW": NOW}).code == 0
    assert fde("run", SKILL, "--subject", "sales", cwd=root, env={"FDE_NOW": NOW}).code == 0
    write(root, "evidence/orders/april.csv", b"order,minutes\r\nB1,7\r\n")
    assert fde(*run, cwd=root, env={"FDE_NOW": LATER}).code == 0
    assert fde("run", SKILL, "--model", "replay/garbage.json", "--subject", "desk", cwd=root).code == 4
    write(root, f"artefacts/{SKILL}/2026-03-12-01/corrections.md", "- orders: The list of May is missing.\n")
    with (root / "actions.md").open("a") as file:
        file.write("\n## What the client owes us\n\n- [ ] List of May. From: owner. Asked: 2026-03-02. Needed by: 2026-03-09.\n- [?] odd\n")
    decision = ("decision", "Who types?", "--decider", "owner", "--needed-by", "2026-03-05")
    assert fde(*decision, cwd=root, env={"FDE_NOW": NOW}).code == 0
    git(root, "init")
    git(root, "add", "-A")
    git(root, "commit", "-m", "handed over")
    return root


def said(fde, root):
    """Return what status and verify say of the engagement in *root*, without this machine's own runs."""
    status = fde("status", "--json", cwd=root, env={"FDE_NOW": LATER})
    verify = fde("verify", "--json", cwd=root, env={"FDE_NOW": LATER})
    return without_runs(status.json), verify.json


def without_runs(envelope):
    own = dict.fromkeys(OWN_RUNS)
    return {**envelope, "data": {**envelope["data"], **own, "next": None}}


def clone(root, *options):
    there = root.parent / "elsewhere" / "deep" / "acme"
    there.parent.mkdir(parents=True)
    git(there.parent, *options, "clone", str(root), str(there))
    return there


def test_what_is_handed_over_has_something_of_everything(fde, acme):
    status, verify = said(fde, acme)
    data = status["data"]
    assert len(data["artefacts"]) == 3
    assert [item["changed"] for item in data["artefacts"]].count(["set:orders changed"]) == 1
    assert [item["verdict"] for item in data["actions"]] == ["cannot tell: it has no interval"]
    assert (len(data["owed"]), len(data["decisions"]), len(data["unclear"]), data["overdue"]) == (1, 1, 1, 2)
    assert verify["data"]["complaints"] == []


def test_a_clone_elsewhere_says_the_same_and_is_not_written_to(fde, acme):
    there = clone(acme)
    before = tree(there)
    assert said(fde, there) == said(fde, acme)
    assert tree(there) == before
    assert not (there / ".fde").exists()
    overview = fde("status", "--all", there.parent, "--json", env={"FDE_NOW": LATER}).json["data"]["engagements"]
    ours = fde("status", "--all", acme, "--json", env={"FDE_NOW": LATER}).json["data"]["engagements"]
    assert [{**line, "folder": "", "failed": 0} for line in overview] == [{**line, "folder": "", "failed": 0} for line in ours]


def test_a_clone_says_the_same_whenever_its_files_were_written(fde, acme):
    there = clone(acme)
    for path in there.rglob("*"):
        os.utime(path, (1, 1))
    assert said(fde, there) == said(fde, acme)


def test_a_checkout_with_other_line_ends_says_the_same(fde, acme):
    (acme / ".gitattributes").write_text("evidence/** -text\n* text=auto eol=crlf\nevidence/** -text\n")
    git(acme, "add", ".gitattributes")
    git(acme, "commit", "-m", "CRLF")
    there = clone(acme, "-c", "core.autocrlf=true")
    for name in ("actions.md", f"{FIRST}/artefact.json", f"{FIRST}/artefact.md", "artefacts/ledger.ndjson", "engagement.md"):
        assert b"\r\n" in (there / name).read_bytes()
    assert said(fde, there) == said(fde, acme)


def test_fde_init_keeps_line_ends_whatever_the_second_person_has_configured(fde, acme):
    there = clone(acme, "-c", "core.autocrlf=true", "-c", "core.eol=crlf")
    assert {name: data for name, data in tree(there).items() if not name.startswith((".git/", ".fde"))} == {
        name: data for name, data in tree(acme).items() if not name.startswith((".git/", ".fde"))
    }


# Python itself may lie where only root can read it: what is needed is imported by the same commands on the first engagement.
AS_NOBODY = """
import contextlib, io, json, os, sys
from fde.cli import perform

def said(*args):
    with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO(), encoding="utf-8")) as out:
        code = perform(list(args))
        out.seek(0)
        return [code, out.read()]

ours, theirs, home = sys.argv[1:]
ask = ["decision", "Who pays?", "--decider", "owner", "--needed-by", "2026-03-31", "--json"]
os.chdir(ours)
said("status", "--json"), said("verify", "--json"), said(*ask, "--dry-run")
os.setgroups([]), os.setgid(65534), os.setuid(65534)
os.umask(0o077)
os.environ["HOME"] = home
os.chdir(theirs)
print(json.dumps([said("status", "--json"), said("verify", "--json"), said(*ask)]))
"""


def is_open_to_all(folder):
    """Say whether any user may pass to *folder*: what is installed below a private one cannot be imported as somebody else."""
    return all(place.stat().st_mode & 0o001 for place in (folder.resolve(), *folder.resolve().parents))


@needs_root
def test_another_user_with_another_home_and_umask_is_told_the_same(fde, acme, tmp_path):
    if closed := [place for place in (SEARCHED, sys.prefix) if not is_open_to_all(Path(place))]:
        pytest.skip(f"another user cannot reach {closed[0]}")
    there = clone(acme)
    for path in (there, *there.rglob("*")):
        os.chown(path, 65534, 65534)
        path.chmod(0o700 if path.is_dir() else 0o600)
    # pytest keeps its folders to itself; the other user must be able to pass.
    for path in there.parents:
        if path.stat().st_uid == 0 and path.is_relative_to(tmp_path.parents[2]):
            path.chmod(path.stat().st_mode | 0o011)
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, str(acme), str(there), str(tmp_path / "nobody")],
        env={**os.environ, "PYTHONPATH": SEARCHED, "FDE_NOW": LATER},
        capture_output=True,
        check=True,
        text=True,
    )
    status, verify, opened = json.loads(done.stdout)
    assert (without_runs(json.loads(status[1])), json.loads(verify[1])) == said(fde, acme)
    assert opened[0] == 0, opened[1]
    (made,) = there.glob("decisions/*-who-pays.md")
    assert (made.stat().st_uid, made.stat().st_mode & 0o777) == (65534, 0o600)


def test_the_second_person_goes_on_and_the_first_one_sees_it(fde, acme):
    there = clone(acme)
    done = fde("run", SKILL, "--model", "replay/good.json", "--json", cwd=there, env={"FDE_NOW": LATER}).json["data"]
    assert done["artefact"] == f"artefacts/{SKILL}/2026-03-12-02"
    git(there, "add", "-A")
    git(there, "commit", "-m", "went on")
    git(acme, "pull", str(there), "main")
    assert said(fde, acme) == said(fde, there)
    (current,) = [item for item in said(fde, acme)[0]["data"]["artefacts"] if item["subject"] is None]
    assert (current["folder"], current["corrections"]) == (done["artefact"], 0)


def test_two_people_who_went_on_at_once_keep_both_artefacts(fde, acme):
    there = clone(acme)
    for root, subject in ((acme, "east"), (there, "west")):
        assert fde("run", SKILL, "--subject", subject, cwd=root, env={"FDE_NOW": LATER}).code == 0
        git(root, "add", "-A")
        git(root, "commit", "-m", subject)
    git(acme, "pull", "--no-rebase", "--no-edit", str(there), "main")
    data = said(fde, acme)[0]["data"]
    assert {item["subject"] for item in data["artefacts"]} >= {"east", "west"}
    assert said(fde, acme)[1]["data"]["complaints"] == []


def current(fde, root):
    data = said(fde, root)[0]["data"]
    return next(item for item in data["artefacts"] if item["subject"] is None)


def test_fault_14_a_view_that_a_person_edited_during_or_after_a_run_stays_and_is_named_with_the_way_to_make_it_count(fde, acme):
    folder = f"artefacts/{SKILL}/2026-03-12-01"
    view = acme / folder / "artefact.md"
    view.write_text(edited := view.read_text().replace("typed by hand", "typed in"))
    (acme / folder / "corrections.md").unlink()
    assert current(fde, acme)["edited"] == ["artefact.md"]
    text = fde("status", cwd=acme, env={"FDE_NOW": LATER}).out
    assert f"what should count goes into {folder}/corrections.md, like `- NAME: what is wrong and what is right`" in text
    assert fde("run", SKILL, "--model", "replay/good.json", cwd=acme, env={"FDE_NOW": LATER}).code == 0
    assert view.read_text() == edited
    complaints = said(fde, acme)[1]["data"]["complaints"]
    assert [complaint["where"].partition(":")[0] for complaint in complaints] == [f"{folder}/artefact.md"] * len(complaints)
    assert complaints


def test_a_correction_is_no_edit_and_no_complaint(fde, acme):
    found = current(fde, acme)
    assert (found["corrections"], found["edited"], found["changed"]) == (1, [], [])
    assert said(fde, acme)[1]["data"]["complaints"] == []


def test_a_source_that_changed_and_one_that_is_gone_are_told_apart(fde, acme):
    write(acme, "evidence/letters/customer.md", "other")
    (acme / "evidence/interviews/owner.md").unlink()
    found = current(fde, acme)
    assert found["changed"] == ["interviews/owner.md is gone", "letters/customer.md changed"]
    assert (found["gone"], found["edited"]) == (["interviews/owner.md"], [])
