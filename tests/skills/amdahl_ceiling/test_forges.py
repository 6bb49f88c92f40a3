"""The script that gets changes and pipelines from a forge: it only reads, goes on where it stopped, and keeps no name."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from skills.amdahl_ceiling.measured import SCRIPTS, run

SINCE = ("--since", "2026-02-01", "--until", "2026-02-10")
needs_jq = pytest.mark.skipif(not shutil.which("jq"), reason="jq is not installed")
# Stands for gh and glab: writes down what it is asked, and answers from a file; gh has a jq of its own.
FORGE = """#!/bin/sh
echo "$*" | tr '\\n' ' ' >> "$ASKED"
echo >> "$ASKED"
[ ! -e "$ASKED.refuse" ] || [ "$(wc -l < "$ASKED")" -lt "$(cat "$ASKED.refuse")" ] || exit 1
case "$*" in
  *graphql*) answer=pulls ;;
  */notes*) answer=notes ;;
  *merge_requests*) answer=changes ;;
  *include_retried*) answer=retried ;;
  *jobs*) answer=jobs ;;
  *bridges*) answer=none ;;
  *pipelines/*) answer=pipeline ;;
  *pipelines*) answer=pipelines ;;
  *) answer=runs ;;
esac
for last; do :; done
case "$*" in *--jq*) jq -c "$last" "$ANSWERS/$answer.json" ;; *) cat "$ANSWERS/$answer.json" ;; esac
"""
PERSON, OTHER, BOT = {"login": "jo", "__typename": "User"}, {"login": "kim", "__typename": "User"}, {"login": "robo", "__typename": "Bot"}
AT = "2026-02-03T10:00:00Z"


def many(*nodes: object) -> dict[str, object]:
    return {"totalCount": len(nodes), "nodes": nodes}


PULL = {
    "number": 7, "title": "secret", "createdAt": AT, "mergedAt": AT, "isDraft": False, "author": PERSON, "mergeCommit": {"oid": "c0"},
    "commits": many({"commit": {"oid": "c1", "authoredDate": AT, "committedDate": AT}}),
    "reviews": many(*({"submittedAt": AT, "state": "APPROVED", "author": one} for one in (OTHER, PERSON, BOT, None))),
    "timelineItems": many({"__typename": "ReadyForReviewEvent", "createdAt": AT}),
}  # fmt: skip
OLD = PULL | {"number": 6, "mergedAt": "2026-01-31T10:00:00Z"}
NOTES = (
    (1, False, "secret"), (2, True, "approved this merge request"), (2, True, "requested review from @secret"), (2, True, "mentioned in secret"),
)  # fmt: skip
ANSWERS = {
    "pulls": {"data": {"repository": {"pullRequests": {"nodes": [PULL, OLD, PULL | {"number": 8, "author": None}]}}}},
    "runs": {"workflow_runs": [{"id": 41, "workflow_id": 3, "name": 'a "id":9', "display_title": "secret", "created_at": AT}]},
    "jobs": {"jobs": [{"id": 5, "run_id": 41, "runner_name": "secret", "created_at": AT, "steps": [{"number": 1, "name": "test"}]}]},
    "changes": [{"iid": 3, "title": "secret", "merged_at": AT, "author": {"id": 1, "username": "secret"}}],
    "notes": [{"id": n, "noteable_iid": 3, "system": system, "body": body, "author": {"id": n}} for n, system, body in NOTES],
    "pipelines": [{"id": 41, "ref": "secret"}],
    "pipeline": {"id": 41, "ref": "secret", "duration": 5},
    "retried": [{"id": 5, "name": "test", "ref": "secret", "pipeline": {"id": 41, "ref": "secret"}, "user": {"name": "secret"}}],
    "none": [],
}


@pytest.fixture(name="forge")
def _forge(tmp_path) -> Path:
    """A folder with commands that answer for gh and glab."""
    (tmp_path / "bin").mkdir()
    for name in ("gh", "glab"):
        (tmp_path / "bin" / name).write_text(FORGE)
        (tmp_path / "bin" / name).chmod(0o755)
    for name, answer in ANSWERS.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(answer))
    return tmp_path


def script(*arguments: str) -> str:
    done = run("commands", *arguments, *SINCE, script=SCRIPTS / "collect.py", env={})
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def start(forge: Path, text: str) -> int:
    """Run the script against the stand-in; its exit code."""
    known = {"PATH": f"{forge / 'bin'}:{os.environ['PATH']}", "ASKED": str(forge / "asked"), "ANSWERS": str(forge)}
    return subprocess.run(["/bin/sh", "-c", text, "get.sh", forge / "pack"], env=known, capture_output=True, check=False).returncode


def got(forge: Path, ending: str) -> object:
    (path,) = (forge / "pack").rglob(f"*{ending}")
    return json.loads(path.read_text())


@needs_jq
def test_of_github_it_keeps_times_states_and_roles_and_no_name_of_a_person(forge):
    assert start(forge, script("--repos", "acme/shop")) == 0
    pull, ghosts = got(forge, ".pulls.json")
    assert [review["author"]["login"] for review in ghosts["reviews"]] == ["reviewer-2", "reviewer-1", "reviewer-3", "reviewer-0"]
    assert pull["author"] == {"login": "author", "is_bot": False}
    assert [review["author"]["login"] for review in pull["reviews"]] == ["reviewer-2", "author", "reviewer-3", "reviewer-0"]
    assert [review["author"]["is_bot"] for review in pull["reviews"]] == [False, False, True, False]
    assert pull["timeline"] == [{"event": "ready_for_review", "created_at": AT}]
    assert pull["totals"] == {"commits": 1, "reviews": 4, "timeline": 1}
    assert [run["id"] for run in got(forge, ".runs.json")["workflow_runs"]] == [41, 41]
    assert [job["id"] for job in got(forge, ".jobs.json")["jobs"]] == [5]
    assert "actions/runs/41/jobs?filter=all&per_page=100" in (forge / "asked").read_text()
    assert_no_secret(forge)


def assert_no_secret(forge: Path) -> None:
    everything = "".join(f"{path}{path.read_text()}" for path in (forge / "pack").rglob("*") if path.is_file())
    assert not any(word in everything for word in ("secret", "shop", "kim", '"jo"'))
    asked = (forge / "asked").read_text()
    assert not any(word in asked for word in ("POST", "PUT", "PATCH", "DELETE", "mutation"))


@needs_jq
def test_of_gitlab_it_keeps_times_states_and_what_the_system_noted_and_no_name_of_a_person(forge):
    assert start(forge, script("--forge", "gitlab", "--repos", "acme/apps/shop")) == 0
    assert [change["author"] for change in got(forge, ".merge_requests.json")] == [{"username": "author"}]
    notes = [(note["author"]["username"], note["body"]) for note in got(forge, ".notes.json")]
    assert notes == [
        ("author", "x"), ("reviewer-1", "approved this merge request"), ("reviewer-1", "requested review"), ("reviewer-1", "x")
    ]  # fmt: skip
    assert got(forge, ".pipelines.json")[0]["duration"] == 5
    assert [(job["id"], job["pipeline"]) for job in got(forge, ".jobs.json")] == [(5, {"id": 41})]
    assert "projects/acme%2Fapps%2Fshop/pipelines/41/jobs?include_retried=true" in (forge / "asked").read_text()
    assert_no_secret(forge)


@needs_jq
@pytest.mark.parametrize("last", range(1, 6))
def test_stopped_at_any_request_it_goes_on_there_and_asks_nothing_twice(forge, last):
    text = script("--repos", "acme/shop", "acme/till")
    (forge / "asked.refuse").write_text(str(last))
    assert start(forge, text) == 1
    (forge / "asked.refuse").unlink()
    check = run("check", forge / "pack", script=SCRIPTS / "collect.py", env={})
    assert (check.returncode, b"exports" in check.stdout) == (1, True)
    assert start(forge, text) == 0
    asked = (forge / "asked").read_text().splitlines()
    assert len(asked) - len(set(asked)) == 1
    assert start(forge, text) == 0
    assert (forge / "asked").read_text().splitlines() == asked


def test_a_file_names_repositories_one_a_line(tmp_path):
    (tmp_path / "repos").write_text("# ours\nacme/shop\n\nacme/till\nacme/shop\n")
    calls = [line for line in script("--repos", str(tmp_path / "repos")).splitlines() if line.startswith("repository ")]
    assert [call.split()[1] for call in calls] == ["acme/shop", "acme/till"]


@pytest.mark.parametrize(
    "name", ["acme", "acme/shop;id", "acme/$(id)", "-rf/x", "acme/..", "acme/a b", "acme/a\nb/c", "a/b/c", "acme/'x'", ""]
)
def test_a_name_that_is_no_repositorys_is_refused(name):
    done = run("commands", f"--repos={name}", *SINCE, script=SCRIPTS / "collect.py", env={})
    assert (done.returncode, done.stdout) == (3, b"")


@pytest.mark.skipif(not shutil.which("shellcheck"), reason="shellcheck is not installed")
@pytest.mark.parametrize("forge", ["github", "gitlab"])
def test_shellcheck_finds_nothing_in_the_script(forge):
    done = subprocess.run(
        ["shellcheck", "-"], input=script("--repos", "acme/shop", "--forge", forge), text=True, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")
