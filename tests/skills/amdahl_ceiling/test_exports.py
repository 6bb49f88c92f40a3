"""Exports of which there is no sample, written as their systems document them."""

from __future__ import annotations

import json

import pytest
from skills.amdahl_ceiling.logs import stamp
from skills.amdahl_ceiling.measured import facts, skill, values

read_any = skill.formats.read_any


def read(folder, document, name="export.json"):
    path = folder / name
    path.write_text(json.dumps(document))
    return read_any(path, name)


def seconds(found, kind):
    return [round(one.end - one.start) for one in found.intervals if one.kind == kind]


def test_a_second_attempt_has_no_queue_as_its_run_keeps_the_time_of_the_first(tmp_path):
    run = {"id": 1, "run_number": 7, "workflow_id": 2, "status": "completed", "conclusion": "success"}
    run |= {"created_at": stamp(0), "run_started_at": stamp(86400), "updated_at": stamp(86460), "run_attempt": 2}
    found = read(tmp_path, {"total_count": 1, "workflow_runs": [run]})
    assert (found.format, seconds(found, "queue"), seconds(found, "run")) == ("GitHub Actions runs", [], [60])


def test_gh_run_view_gives_its_jobs_without_a_queue(tmp_path):
    job = {"name": "test", "conclusion": "success", "startedAt": stamp(5), "completedAt": stamp(65)}
    run = {"databaseId": 1, "attempt": 1, "conclusion": "success", "jobs": [job, job | {"conclusion": "skipped"}]}
    found = read(tmp_path, run)
    assert (found.format, seconds(found, "run"), seconds(found, "queue")) == ("gh run", [60], [])
    assert "waiting for a machine is not known" in found.remarks[0]


def test_gh_run_list_gives_runs_that_last_until_their_last_change(tmp_path):
    run = {"databaseId": 1, "conclusion": "success", "startedAt": stamp(0), "updatedAt": stamp(120), "workflowName": "CI"}
    found = read(tmp_path, [run, run | {"databaseId": 2, "conclusion": ""}])
    assert (seconds(found, "run"), found.grade, found.records) == ([120], "C", 2)


def test_azure_and_bitbucket_answers_are_read_below_their_lists(tmp_path):
    azure = {"id": 1, "buildNumber": "1", "queueTime": stamp(0), "startTime": stamp(9), "finishTime": stamp(69)}
    assert seconds(read(tmp_path, {"count": 1, "value": [azure]}), "queue") == [9]
    step = {"type": "pipeline_step", "pipeline": {"uuid": "p"}, "state": {"name": "COMPLETED"}, "started_on": stamp(0), "completed_on": stamp(7)}
    assert seconds(read(tmp_path, {"values": [step]}), "run") == [7]


def test_a_recorded_queue_of_gitlab_comes_before_the_time_of_its_creation(tmp_path):
    job = {"name": "deploy", "stage": "deploy", "status": "success", "allow_failure": False, "pipeline": {"id": 1}, "queued_duration": 4.0}
    found = read(tmp_path, [job | {"created_at": stamp(0), "started_at": stamp(3600), "finished_at": stamp(3660)}])
    assert (seconds(found, "queue"), seconds(found, "run")) == ([4], [60])


TIMELINE = [
    {"event": "ready_for_review", "created_at": stamp(3600), "actor": {"login": "ann"}},
    {"event": "reviewed", "state": "changes_requested", "submitted_at": stamp(2 * 3600), "user": {"login": "bob", "type": "User"}},
    {"event": "reviewed", "state": "approved", "submitted_at": stamp(2.5 * 3600), "user": {"login": "lint[bot]", "type": "Bot"}},
    {"event": "head_ref_force_pushed", "created_at": stamp(4 * 3600), "actor": {"login": "ann"}},
    {"event": "reviewed", "state": "approved", "submitted_at": stamp(5 * 3600), "user": {"login": "bob", "type": "User"}},
    {"event": "labeled", "created_at": stamp(5 * 3600)},
]


def test_a_timeline_adds_drafts_pushes_and_reviews_to_a_listed_change(tmp_path):
    folder = tmp_path / "pull-requests"
    folder.mkdir()
    change = {"number": 41, "url": "https://github.com/o/r/pull/41", "author": {"login": "ann"}, "isDraft": False}
    (folder / "list.json").write_text(json.dumps([change | {"createdAt": stamp(0), "mergedAt": stamp(6 * 3600)}]))
    (folder / "timeline-41.json").write_text(json.dumps(TIMELINE))
    found = values(facts(tmp_path))
    shown = {name: found[f"change.stage.{name}.hours"] for name in ("pickup", "rework", "review", "merge")}
    assert (shown, found["change.draft.hours"]) == ({"pickup": 1, "rework": 2, "review": 1, "merge": 1}, 1)


def test_a_timeline_of_nobody_knows_which_change_is_refused(tmp_path):
    with pytest.raises(skill.badinput.BadInput, match="call its file after the number, like timeline-41.json"):
        read(tmp_path, TIMELINE, "timeline.json")


def test_merge_requests_and_their_notes_give_the_same_waits(tmp_path):
    folder = tmp_path / "pull-requests"
    folder.mkdir()
    request = {"iid": 3, "project_id": 9, "author": {"username": "ann"}, "source_branch": "b", "target_branch": "main", "state": "merged"}
    (folder / "requests.json").write_text(json.dumps([request | {"created_at": stamp(0), "merged_at": stamp(5 * 3600)}]))
    note = {"noteable_type": "MergeRequest", "noteable_iid": 3, "project_id": 9, "author": {"username": "bob"}}
    told = [("looks odd", False, 1), ("requested changes", True, 2), ("added 1 commit", True, 3), ("approved this merge request", True, 4)]
    notes = [note | {"body": body, "system": is_system, "created_at": stamp(at * 3600)} for body, is_system, at in told]
    (folder / "notes.json").write_text(json.dumps(notes))
    found = values(facts(tmp_path))
    shown = {name: found[f"change.stage.{name}.hours"] for name in ("pickup", "rework", "review", "merge", "rest")}
    assert shown == dict.fromkeys(("pickup", "rework", "review", "merge", "rest"), 1)


def test_a_pack_of_the_collector_from_github_is_read_by_repository(tmp_path):
    """Two repositories have a change of the same number; files are named after a repository's code, and records name none."""
    (tmp_path / "pull-requests").mkdir()
    (tmp_path / "ci").mkdir()
    change = {"number": 1, "createdAt": stamp(0), "isDraft": False, "mergedAt": stamp(6 * 3600), "closedAt": stamp(6 * 3600), "mergeCommit": None}
    change |= {"author": {"login": "author", "is_bot": False}, "commits": [{"oid": "c", "committedDate": stamp(4 * 3600)}]}
    told = [("CHANGES_REQUESTED", 2), ("APPROVED", 5)]
    reviews = [{"submittedAt": stamp(at * 3600), "state": state, "author": {"login": "reviewer-0", "is_bot": False}} for state, at in told]
    extra = {"reviews": reviews, "timeline": [{"event": "ready_for_review", "created_at": stamp(3600)}], "totals": {"commits": 1, "reviews": 120, "timeline": 1}}
    for code in ("d21b2cdf12b7", "0123456789ab"):
        (tmp_path / f"pull-requests/{code}.pulls.json").write_text(json.dumps([change | extra]))
    run = {"id": 5, "run_attempt": 1, "name": "CI", "status": "completed", "conclusion": "success", "workflow_id": 3, "head_sha": "c"}
    run |= {"created_at": stamp(0), "run_started_at": stamp(0), "updated_at": stamp(90)}
    (tmp_path / "ci/d21b2cdf12b7.runs.json").write_text(json.dumps({"workflow_runs": [run]}))
    job = {"id": 6, "run_id": 5, "run_attempt": 1, "name": "a", "status": "completed", "conclusion": "success", "labels": [], "steps": []}
    (tmp_path / "ci/d21b2cdf12b7.jobs.json").write_text(json.dumps({"jobs": [job | {"created_at": stamp(0), "started_at": stamp(30), "completed_at": stamp(90)}]}))
    found = values(facts(tmp_path))
    assert (found["change.count"], found["change.capped"], found["change.draft.hours"]) == (2, 2, 2)
    shown = {name: found[f"change.stage.{name}.hours"] for name in ("pickup", "rework", "review", "merge")}
    assert shown == {"pickup": 2, "rework": 4, "review": 2, "merge": 2}
    assert (found["ci.stage.queue.median"], found["ci.stage.run.median"]) == (0.5, 1)


def test_a_pack_of_the_collector_from_gitlab_joins_notes_to_their_merge_request(tmp_path):
    (tmp_path / "pull-requests").mkdir()
    (tmp_path / "ci").mkdir()
    request = {"id": 1, "iid": 3, "project_id": 9, "state": "merged", "draft": False, "prepared_at": None, "closed_at": None, "sha": "c"}
    request |= {"merge_commit_sha": "m", "squash_commit_sha": None, "author": {"username": "author"}, "created_at": stamp(0), "merged_at": stamp(7200)}
    (tmp_path / "pull-requests/d21b2cdf12b7.merge_requests.json").write_text(json.dumps([request]))
    note = {"id": 2, "noteable_iid": 3, "system": True, "created_at": stamp(3600), "author": {"username": "reviewer-0"}, "body": "approved this merge request"}
    (tmp_path / "pull-requests/d21b2cdf12b7.notes.json").write_text(json.dumps([note]))
    pipeline = {"id": 4, "iid": 1, "project_id": 9, "status": "success", "source": "push", "sha": "c", "created_at": stamp(0), "updated_at": stamp(90)}
    pipeline |= {"started_at": stamp(10), "finished_at": stamp(70), "duration": 60, "queued_duration": 10}
    (tmp_path / "ci/d21b2cdf12b7.pipelines.json").write_text(json.dumps([pipeline]))
    found = values(facts(tmp_path))
    assert (found["change.stage.pickup.hours"], found["change.stage.merge.hours"], found["ci.stage.run.median"]) == (1, 1, 1)
