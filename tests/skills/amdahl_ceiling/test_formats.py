"""Every sample export is read by exactly one reader, or refused with a reason; and what each reader makes of the odd ones."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from skills.amdahl_ceiling.measured import skill

SAMPLES = Path(__file__).with_name("samples")
read_any, BadInput = skill.formats.read_any, skill.badinput.BadInput

# file: format, records, skipped, grade
TABLE = {
    "git/log.csv": ("git history", 120, 0, "B"),
    "github-actions/actions-timeline_workflow.json": ("GitHub Actions runs", 1, 0, "C"),
    "github-actions/actions-timeline_workflow_job.json": ("GitHub Actions jobs", 1, 0, "B"),
    "github-actions/biome_runs_21458831126.json": ("GitHub Actions runs", 1, 0, "C"),
    "github-actions/biome_runs_21458831126_jobs.json": ("GitHub Actions jobs", 1, 0, "B"),
    "github-actions/biome_runs_21487811823.json": ("GitHub Actions runs", 1, 0, "C"),
    "github-actions/biome_runs_21487811823_jobs.json": ("GitHub Actions jobs", 1, 0, "B"),
    "github-actions/devlake_raw_github_api_jobs.csv": ("GitHub Actions jobs", 18, 0, "B"),
    "github-actions/devlake_raw_github_api_runs.csv": ("GitHub Actions runs", 18, 0, "C"),
    "github-actions/gh-enhance_fetchPROneContext.json": ("GitHub check runs (GraphQL)", 1, 0, "B"),
    "github-actions/skip-duplicate-actions_runs_16620109074.json": ("GitHub Actions runs", 1, 0, "C"),
    "github-actions/skip-duplicate-actions_runs_16620109074_jobs.json": ("GitHub Actions jobs", 5, 0, "B"),
    "github-actions/webhook_workflow_job_completed.failure.with-organization.json": ("GitHub Actions jobs", 1, 0, "B"),
    "github-actions/webhook_workflow_job_completed.success.with-organization.json": ("GitHub Actions jobs", 1, 0, "B"),
    "github-actions/webhook_workflow_job_in_progress.with-queued-steps.json": ("GitHub Actions jobs", 1, 0, ""),
    "github-actions/webhook_workflow_job_queued.json": ("GitHub Actions jobs", 1, 0, ""),
    "github-actions/webhook_workflow_job_waiting.json": ("GitHub Actions jobs", 1, 0, "B"),
    "gitlab/raw_gitlab_api_job.csv": ("GitLab jobs", 16, 0, "C"),
    "gitlab/raw_gitlab_api_merge_request_notes.csv": ("GitLab notes", 26, 0, "B"),
    "gitlab/raw_gitlab_api_merge_requests.csv": ("GitLab merge requests", 18, 0, "B"),
    "gitlab/raw_gitlab_api_pipeline.csv": ("GitLab pipelines", 29, 0, ""),
    "gitlab/raw_gitlab_api_pipeline_details.csv": ("GitLab pipelines", 16, 0, "C"),
    "junit/bazel-suite-logs.xml": ("JUnit XML", 1, 0, ""),
    "junit/mocha-latex-utensils.xml": ("JUnit XML", 109, 0, ""),
    "junit/pytest-junit.fail.xml": ("JUnit XML", 5, 0, ""),
    "junit/pytest-junit.gloo.standalone.xml": ("JUnit XML", 97, 0, ""),
    "junit/scalatest-TEST-uk.co.gresearch.spark.diff.DiffOptionsSuite.xml": ("JUnit XML", 5, 0, ""),
    "junit/testsuite-in-testsuite.xml": ("JUnit XML", 5, 0, ""),
    "junit/tst-disabled.xml": ("JUnit XML", 31, 0, ""),
    "other-ci/raw_azuredevops_go_api_builds.csv": ("Azure Pipelines builds", 7, 0, "B"),
    "other-ci/raw_bitbucket_api_pipeline_steps.csv": ("Bitbucket Pipelines steps", 35, 0, "B"),
    "other-ci/raw_circleci_api_jobs.csv": ("CircleCI jobs", 9, 0, "B"),
    "other-ci/raw_circleci_api_pipelines.csv": ("CircleCI pipelines", 10, 0, ""),
    "other-ci/raw_circleci_api_workflows.csv": ("CircleCI workflows", 10, 0, "C"),
    "other-ci/raw_jenkins_api_builds.csv": ("Jenkins builds", 14, 0, "A"),
    "pull-requests/ants_pull_request_commits.csv": ("GitHub commits of a change", 36, 0, "B"),
    "pull-requests/ants_pull_request_reviews.csv": ("GitHub reviews", 31, 0, "B"),
    "pull-requests/ants_pull_requests.csv": ("GitHub pull requests (REST)", 10, 0, "B"),
    "pull-requests/react_prs.json": ("GitHub pull requests (REST)", 14, 0, "B"),
}


def test_the_table_names_every_sample():
    folders = {name.partition("/")[0] for name in TABLE}
    assert set(TABLE) == {path.relative_to(SAMPLES).as_posix() for folder in folders for path in (SAMPLES / folder).iterdir()}


@pytest.mark.parametrize("name", TABLE)
def test_a_sample_is_read_by_one_reader(name):
    found = read_any(SAMPLES / name, name)
    assert (found.format, found.records, len(found.skipped), found.grade) == TABLE[name]


def seconds(found, kind):
    """Seconds of one kind, interval by interval."""
    return [round(one.end - one.start, 3) for one in found.intervals if one.kind == kind]


def written(folder, document, name="export.json"):
    path = folder / name
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


def job(**fields):
    """A job of GitHub Actions."""
    times = {"created_at": "2026-01-12T12:00:00Z", "started_at": "2026-01-12T12:00:07Z", "completed_at": "2026-01-12T12:01:07Z"}
    return {"run_id": 1, "run_attempt": 1, "name": "test", "steps": [], "status": "completed", "conclusion": "success"} | times | fields


def test_a_jobs_queue_lies_between_its_creation_and_its_start(tmp_path):
    found = read_any(SAMPLES / "github-actions/actions-timeline_workflow_job.json", "jobs.json")
    assert (seconds(found, "queue"), seconds(found, "run")) == ([7], [18])


def test_times_with_another_offset_are_the_same_instants(tmp_path):
    found = read_any(written(tmp_path, {"jobs": [job(started_at="2026-01-12T20:00:07+08:00")]}), "jobs.json")
    assert (seconds(found, "queue"), seconds(found, "run")) == ([7], [60])


@pytest.mark.parametrize(
    ("fields", "queue", "run"),
    [
        ({"conclusion": "skipped", "completed_at": "2026-01-12T11:59:59Z"}, [], []),
        ({"conclusion": "cancelled", "completed_at": "2026-01-12T12:00:06Z"}, [6], [0]),
        ({"conclusion": "cancelled", "completed_at": "2026-01-12T11:59:59Z"}, [0], [0]),
        ({"created_at": "2026-01-12T12:00:08Z"}, [0], [60]),
        ({"status": "in_progress", "conclusion": None, "completed_at": None}, [], []),
    ],
)
def test_what_ends_before_it_begins_took_no_time(tmp_path, fields, queue, run):
    found = read_any(written(tmp_path, [job(**fields)]), "jobs.json")
    assert (seconds(found, "queue"), seconds(found, "run"), found.records) == (queue, run, 1)


def test_each_attempt_of_a_run_is_a_case_of_its_own(tmp_path):
    found = read_any(written(tmp_path, [job(), job(run_attempt=2)]), "jobs.json")
    assert len({one.case for one in found.intervals}) == 2


def test_a_record_that_cannot_be_used_is_named_and_the_others_are_read(tmp_path):
    found = read_any(written(tmp_path, [job(), job(started_at="2026-01-12T12:00:07"), job(run_id=None), 7]), "jobs.json")
    assert found.records == 1
    assert found.skipped == (
        "jobs.json#2: started_at is no time with offset: '2026-01-12T12:00:07'",
        "jobs.json#3: it has no run_id",
        "jobs.json#4: it is no JSON object",
    )


def test_an_export_of_which_nothing_can_be_used_is_refused(tmp_path):
    with pytest.raises(BadInput, match=r"expected records of GitHub Actions jobs, found jobs.json#1: it has no run_id"):
        read_any(written(tmp_path, [job(run_id="")]), "jobs.json")


def test_json_lines_are_read_and_a_torn_one_is_named(tmp_path):
    lines = "\n".join([json.dumps(job()), '{"torn', json.dumps(job(run_id=2))])
    found = read_any(written(tmp_path, lines), "jobs.json")
    assert (found.records, len(found.skipped), found.skipped[0].startswith("jobs.json:2: ")) == (2, 1, True)


def test_a_packed_export_is_read_like_an_open_one(tmp_path):
    path = tmp_path / "jobs.json.gz"
    path.write_bytes(gzip.compress(json.dumps([job()]).encode()))
    assert seconds(read_any(path, path.name), "run") == [60]


def test_what_no_reader_knows_is_refused_with_those_that_there_are(tmp_path):
    with pytest.raises(BadInput, match=r"expected one of GitHub Actions jobs, .*JUnit XML.*, found nothing that one of these has"):
        read_any(written(tmp_path, '{"hello": 1}'), "hello.json")


@given(st.sampled_from([1, 1_000, 1_000_000, 1_000_000_000]), st.integers(1_104_537_600, 4_102_444_799))
def test_the_unit_of_a_time_is_known_by_its_size(unit, second):
    assert skill.reading.instant(second * unit) == pytest.approx(second)
    assert skill.reading.instant(str(second * unit)) == pytest.approx(second)


@pytest.mark.parametrize("value", [0, 17, 10**10, 4 * 10**17, True, None, "", "2026-01-12", "2026-01-12T12:00:00", "soon", [1]])
def test_what_is_no_time_is_none(value):
    assert skill.reading.instant(value) is None


def test_jenkins_milliseconds_are_read_as_such():
    found = read_any(SAMPLES / "other-ci/raw_jenkins_api_builds.csv", "builds.csv")
    assert found.intervals[0].start == pytest.approx(1650024049.161)
    assert seconds(found, "run")[0] == 1.587


def test_a_gitlab_pipeline_runs_for_its_duration_and_waits_for_the_rest():
    """The first pipeline: from 07:17:10 to 01:54:29 on the next day, in which something ran for 1512 seconds."""
    found = read_any(SAMPLES / "gitlab/raw_gitlab_api_pipeline_details.csv", "pipelines.csv")
    assert (seconds(found, "queue")[0], seconds(found, "run")[0], seconds(found, "wait")[0]) == (1.37, 1512, 65527.625)


def test_a_circleci_approval_and_a_buildkite_block_are_waits_for_a_person(tmp_path):
    times = {"created_at": "2026-01-12T12:00:00Z", "started_at": "2026-01-12T12:00:00Z", "stopped_at": "2026-01-12T12:10:00Z"}
    circle = {"items": [{"id": "j", "name": "hold", "project_slug": "p", "type": "approval", "status": "success", "dependencies": []} | times]}
    assert seconds(read_any(written(tmp_path, circle), "jobs.json"), "approval") == [600]
    block = {"type": "manual", "runnable_at": "2026-01-12T12:00:00Z", "unblocked_at": "2026-01-12T12:05:00Z"}
    script = {"type": "script", "runnable_at": "2026-01-12T12:05:00Z", "scheduled_at": "2026-01-12T12:00:00Z"}
    script |= {"started_at": "2026-01-12T12:05:09Z", "finished_at": "2026-01-12T12:06:09Z"}
    found = read_any(written(tmp_path, [{"id": "b", "jobs": [block, script, {"type": "waiter"}]}]), "builds.json")
    assert [seconds(found, kind) for kind in ("approval", "queue", "run")] == [[300], [9], [60]]


def test_tests_are_weights_and_no_time_on_a_clock():
    found = read_any(SAMPLES / "junit/pytest-junit.fail.xml", "junit.xml")
    assert (len(found.weights), found.weights[0][1], found.intervals, found.grade) == (5, 6.435, (), "")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ('<!DOCTYPE t [<!ENTITY a "aaaa">]><testsuite><testcase name="&a;"/></testsuite>', "expected XML without a DOCTYPE, found one"),
        ("<testsuite><testcase></testsuite>", "expected XML, found mismatched tag"),
        ("<testsuite>" * 200 + "</testsuite>" * 200, "nested at most 100 deep, found deeper"),
    ],
)
def test_xml_that_declares_or_hides_something_is_refused(tmp_path, body, reason):
    with pytest.raises(BadInput, match=reason):
        read_any(written(tmp_path, body), "junit.xml")


def test_a_test_without_a_time_is_named_and_thousands_may_have_commas(tmp_path):
    body = '<testsuite><testcase name="a"/><testcase name="b" time="1,234.5"/><testcase name="c" time="nan"/></testsuite>'
    found = read_any(written(tmp_path, body), "junit.xml")
    assert (found.weights, found.skipped) == ((("b", 1234.5),), ("junit.xml#1: no time", "junit.xml#3: no time"))


def test_a_merge_gives_the_commits_that_it_brought():
    found = read_any(SAMPLES / "git/log.csv", "log.csv")
    counts = Counter(one.event for one in found.moments if one.case == "?log.csv#322")
    assert counts == {"merged": 1, "authored": 1, "commit": 1}


def test_a_squash_is_its_own_commit_and_a_column_may_name_its_sessions(tmp_path):
    text = "sha,parents,author_date,commit_date,subject,sessions\na,b,2026-01-12T12:00:00Z,2026-01-12T13:00:00Z,Do it (#7),s1 s2\n"
    found = read_any(written(tmp_path, text, "log.csv"), "log.csv")
    assert [(one.case, one.event, one.what) for one in found.moments] == [
        ("?log.csv#7", "merged", "a"),
        ("?log.csv#7", "authored", "a"),
        ("?log.csv#7", "commit", "a"),
        ("?log.csv#7", "session", "s1"),
        ("?log.csv#7", "session", "s2"),
    ]


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        ({"login": "dependabot[bot]"}, True),
        ({"login": "x", "type": "Bot"}, True),
        ({"login": "app/renovate", "is_bot": True}, True),
        ({"username": "project_12_bot_3f"}, True),
        ({"login": "abbot"}, False),
        ({"login": "botany"}, False),
        ({}, False),
    ],
)
def test_who_is_a_machine(account, expected):
    assert skill.people.is_bot(account) is expected
