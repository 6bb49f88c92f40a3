"""Facts from pipelines and changes: each instant counts once, each ceiling has its own whole, and nothing is there without evidence."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from skills.amdahl_ceiling.logs import Log, stamp
from skills.amdahl_ceiling.measured import example_facts, facts, values

SAMPLES = Path(__file__).with_name("samples")


@pytest.fixture(name="root")
def _root(tmp_path):
    for name in ("ci", "pull-requests", "git"):
        (tmp_path / name).mkdir()
    return tmp_path


def job(run, name, created, started, ended, **fields):
    """A job of GitHub Actions; times in seconds after noon."""
    times = {"created_at": stamp(created), "started_at": stamp(started), "completed_at": stamp(ended)}
    return {"run_id": run, "run_attempt": 1, "name": name, "steps": [], "status": "completed", "conclusion": "success"} | times | fields


def change(number, merged, reviews=(), **fields):
    """A change as gh lists it; times in hours after noon of the first day."""
    given = [{"state": state, "submittedAt": stamp(3600 * at), "author": {"login": who}} for at, state, who in reviews]
    dates = {"createdAt": stamp(0), "mergedAt": stamp(3600 * merged), "url": f"https://github.com/o/r/pull/{number}"}
    return {"number": number, "author": {"login": "ann"}, "isDraft": False, "reviews": given, "commits": []} | dates | fields


def ci(root, *jobs):
    (root / "ci/jobs.json").write_text(json.dumps({"jobs": jobs}))


def listed(root, *changes):
    (root / "pull-requests/list.json").write_text(json.dumps(changes))


def test_a_run_of_the_pipeline_is_cut_into_running_and_waiting(root):
    ci(root, job(1, "a", 0, 60, 360), job(1, "b", 0, 120, 240), job(1, "c", 300, 480, 540))
    found = values(facts(root))
    shown = {stage: round(found[f"ci.stage.{stage}.hours"] * 3600) for stage in ("run", "queue")}
    assert (shown, found["ci.median"]) == ({"run": 360, "queue": 180}, 9)
    assert found["ci.stage.run.ceiling"] == pytest.approx(540 / 180)


def test_a_job_that_was_seen_waiting_had_an_approval_in_its_queue(root):
    (root / "ci/waiting.json").write_text(json.dumps({"action": "waiting", "workflow_job": job(1, "deploy", 0, 0, 0, status="waiting", conclusion=None)}))
    ci(root, job(1, "deploy", 0, 600, 660))
    found = values(facts(root))
    assert (found["ci.stage.approval.median"], "ci.stage.queue.hours" in found) == (10, False)


def test_a_runs_own_span_counts_only_where_no_job_of_it_is_known(root):
    run = {"id": 1, "run_number": 7, "workflow_id": 2, "run_attempt": 1, "status": "completed", "conclusion": "success"}
    run |= {"created_at": stamp(0), "run_started_at": stamp(0), "updated_at": stamp(86400)}
    (root / "ci/runs.json").write_text(json.dumps([run, run | {"id": 2, "updated_at": stamp(120)}]))
    ci(root, job(1, "a", 0, 0, 60))
    found = facts(root)
    assert values(found)["ci.hours"] == pytest.approx(180 / 3600)
    assert next(fact for fact in found["facts"] if fact["id"] == "ci.stage.run.hours")["grade"] == "C"


def test_a_changes_time_goes_to_reviewer_author_and_merge_and_the_rest_is_not_known(root):
    listed(root, *(change(n, 10, [(2, "CHANGES_REQUESTED", "bob"), (8, "APPROVED", "bob")], commits=[{"oid": "c", "committedDate": stamp(3 * 3600)}]) for n in range(6)))
    found = facts(root)
    shown = {stage: values(found)[f"change.stage.{stage}.share"] for stage in ("pickup", "rework", "review", "merge")}
    assert shown == pytest.approx({"pickup": 20, "rework": 10, "review": 50, "merge": 20})
    assert values(found)["change.stage.review.ceiling"] == pytest.approx(2)
    assert next(fact for fact in found["facts"] if fact["id"] == "change.stage.review.share")["grade"] == "C"


@pytest.mark.parametrize("reviews", [(), [(2, "APPROVED", "bob")]])
def test_changes_without_a_known_review_are_a_limit_where_there_are_any(root, reviews):
    listed(root, change(1, 10, reviews))
    found = facts(root)
    is_said = any(one.startswith("Of {f:change.unreviewed} of {f:change.count} merged changes no person's review is known") for one in found["limits"])
    assert (is_said, values(found)["change.unreviewed"]) == (not reviews, int(not reviews))


def test_timelines_of_two_repositories_stay_apart_where_their_folders_do(root):
    def of(repository, number, merged, ready):
        base = {"ref": "main", "repo": {"full_name": repository}}
        dates = {"created_at": stamp(0), "merged_at": stamp(3600 * merged), "closed_at": stamp(3600 * merged)}
        head = {"number": number, "user": {"login": "ann"}, "head": {"ref": "b"}, "base": base, "draft": False, "merge_commit_sha": repository}
        events = [{"event": "ready_for_review", "created_at": stamp(3600 * ready)}, {"event": "merged", "created_at": stamp(3600 * merged)}]
        return head | dates, events

    told = {"shop": of("o/shop", 5, 20, 2), "web": of("o/web", 5, 28, 10)}
    for name, (pull, events) in told.items():
        (root / "pull-requests" / name).mkdir()
        (root / f"pull-requests/{name}/list.json").write_text(json.dumps([pull]))
        (root / f"pull-requests/{name}/timeline-5.json").write_text(json.dumps(events))
    found = values(facts(root))
    assert (found["change.count"], found["change.hours"], found["change.draft.hours"]) == (2, 18 + 18, 12)


def test_what_is_not_known_has_no_ceiling(root):
    listed(root, change(1, 10))
    rest = next(fact for fact in facts(root)["facts"] if fact["id"] == "change.stage.rest.ceiling")
    assert (rest["value"], rest["unknown"]) == (None, "nobody can take away what nobody knows")


def test_a_faster_pipeline_is_worth_to_a_change_what_its_checks_take_of_it(root):
    check = {"name": "test", "startedAt": stamp(0), "completedAt": stamp(3600), "conclusion": "SUCCESS"}
    check |= {"detailsUrl": "https://github.com/o/r/actions/runs/5/job/6"}
    listed(root, change(1, 4, statusCheckRollup=[check]), change(2, 400))
    found = facts(root)
    shown = values(found)
    assert (shown["change.checked.stage.ci.share"], shown["change.checked.stage.ci.ceiling"]) == (25, pytest.approx(4 / 3, abs=1e-6))
    assert "pipeline-in-change" in [one["id"] for one in found["findings"]]


@pytest.mark.parametrize("head", ["c", "m"])
def test_a_run_belongs_to_the_change_whose_commit_it_was_of_and_not_to_that_whose_merge_it_tested(root, head):
    commits = [{"oid": "c", "authoredDate": stamp(0), "committedDate": stamp(0)}]
    listed(root, change(1, 4, commits=commits, mergeCommit={"oid": "m"}), change(2, 400))
    squash = f"sha\tparents\tauthor_date\tcommit_date\tsubject\nm\tb\t{stamp(0)}\t{stamp(4 * 3600)}\tDo it (#1)\n"
    (root / "git/log.tsv").write_text(squash)
    run = {"id": 5, "workflow_id": 2, "run_attempt": 1, "status": "completed", "conclusion": "success", "head_sha": head, "pull_requests": []}
    run |= {"created_at": stamp(0), "run_started_at": stamp(0), "updated_at": stamp(3600)}
    (root / "ci/runs.json").write_text(json.dumps([run]))
    ci(root, job(5, "a", 0, 0, 3600))
    found = values(facts(root))
    assert found.get("change.checked.stage.ci.share") == (25 if head == "c" else None)


def test_a_change_wholly_outside_working_hours_counts_with_nothing_and_is_not_left_out(root):
    night = {"createdAt": stamp(9 * 3600), "mergedAt": stamp(10 * 3600)}
    listed(root, change(1, 2), change(2, 2, **night), change(3, 2, **night))
    found = {fact["id"]: fact for fact in facts(root)["facts"]}
    assert [(found[name]["value"], found[name]["n"]) for name in ("change.median", "work.change.median")] == [(1, 3), (0, 3)]


def test_machines_drafts_and_a_list_of_reviews_that_was_cut_off_are_counted(root):
    many = [(1 + n / 100, "COMMENTED", "bob") for n in range(100)]
    listed(root, change(1, 10, many), change(2, 5, author={"login": "app/renovate", "is_bot": True}))
    found = values(facts(root))
    assert [found[f"change.{name}"] for name in ("count", "machines", "capped", "unreviewed")] == [1, 1, 1, 0]


def test_every_whole_stands_in_one_table_and_the_largest_cases_have_no_names(root):
    ci(root, *(job(run, "a", 0, 60, 120 * (run + 1)) for run in range(7)))
    listed(root, change(31337, 10))
    found = facts(root)
    tables = {table["id"]: table["rows"] for table in found["tables"]}
    assert [row[0] for row in tables["wholes"]] == [
        "a run of the pipeline",
        "a merged change from its opening, on the calendar",
        "a merged change from its opening, in working time",
    ]
    assert tables["wholes"][0][1:3] == ["{f:ci.cases}", "2026-01-12 to 2026-01-12"]
    assert values(found)["ci.cases"] == 7
    assert [row[0] for row in tables["ci-largest"]] == [f"case {place}" for place in range(1, 6)]
    assert values(found)["ci.case1.hours"] == pytest.approx(840 / 3600, abs=1e-6)
    assert "31337" not in json.dumps([found[part] for part in ("answer", "facts", "tables", "findings")])
    assert found["answer"][-1].startswith("Of a merged change from its opening, on the calendar, {f:change.top.share|range} of the time")


@pytest.mark.parametrize(("day", "is_said"), [(0, False), (40, True)])
def test_sessions_and_changes_of_different_times_are_said_not_to_belong_together(root, day, is_said):
    (root / "sessions").mkdir()
    Log("s").prompt(0).says(600, "m").write(root / "sessions")
    hours = 24 * day
    listed(root, change(1, hours + 2, createdAt=stamp(3600 * hours)))
    found = facts(root)
    assert any("are of different times and do not belong together" in one for one in found["warnings"]) is is_said
    assert found["answer"][0].startswith("A typical merged change (the median of {f:change.count})")


def test_a_file_that_no_reader_knows_is_named_and_its_folders_health_says_so(root):
    (root / "ci/notes.txt").write_text("hello")
    found = facts(root)
    assert any("ci/notes.txt (expected a format of references/formats.md" in one for one in found["warnings"])
    assert next(source["health"] for source in found["sources"] if source["id"] == "set:ci") == "failed"
    ci(root, job(1, "a", 0, 60, 120))
    source = next(source for source in facts(root)["sources"] if source["id"] == "set:ci")
    assert (source["health"], source["count"], source["skipped"], "ci/notes.txt" in source["note"]) == ("ok", 2, 1, True)


def test_tables_of_raw_answers_may_lie_among_those_of_merged_pull_requests(root):
    for path in (SAMPLES / "pull-requests").glob("ants*.csv"):
        shutil.copyfile(path, root / "pull-requests" / path.name)
    found = values(facts(root))
    assert (found["change.count"], found["change.stage.pickup.hours"] > 0, found["lead.listed"]) == (6, True, 6)


def test_times_of_tests_are_weights_and_no_boundary(root):
    shutil.copyfile(SAMPLES / "junit/pytest-junit.fail.xml", root / "ci/junit.xml")
    found = facts(root)
    assert values(found)["test.count"] == 5
    assert "wholes" not in [table["id"] for table in found["tables"]]


def test_without_such_evidence_nothing_of_it_is_there():
    found = example_facts()
    assert not [name for name in values(found) if name.startswith(("ci.", "change.", "work.change.", "test.", "agent."))]
    assert "wholes" not in [table["id"] for table in found["tables"]]
    assert [source["id"] for source in found["sources"]] == ["set:sessions", "set:pull-requests"]
