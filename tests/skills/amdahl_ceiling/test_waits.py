"""A merged change of a team with agents, reviews and pipelines: what it waits for while no agent is at work, and what of that is worth."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from skills.amdahl_ceiling.logs import Log, stamp
from skills.amdahl_ceiling.measured import facts, run, skill, values

HOUR = 3600
figures, sets = skill.figures, skill.intervals
pieces = st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), max_size=6).map(sets.union)


@pytest.fixture(name="team")
def _team(tmp_path):
    """Seven changes alike, a day each, all on a calendar of hours after noon.

    0 the prompt, 0 to 1 the model; 2 opened and committed; 2 to 2.5 a run of the pipeline; 4 changes asked for; 5 the next
    commit, 5 to 7 its run; 6 approved; 8 merged.
    """
    for name in ("sessions", "pull-requests"):
        (tmp_path / name).mkdir()
    (tmp_path / "pull-requests/list.json").write_text(json.dumps([change(day) for day in range(7)]))
    for day in range(7):
        log = Log(f"s{day}").prompt(24 * HOUR * day).says(24 * HOUR * day + HOUR, "m")
        log.record(24 * HOUR * day + HOUR, "pr-link", prNumber=day, prRepository="o/r", prUrl="x").write(tmp_path / "sessions")
    return tmp_path


def at(day, hours):
    return stamp(HOUR * (24 * day + hours))


def change(day):
    ann, bob = {"login": "ann"}, {"login": "bob"}
    return {
        "number": day,
        "url": f"https://github.com/o/r/pull/{day}",
        "author": ann,
        "isDraft": False,
        "createdAt": at(day, 2),
        "mergedAt": at(day, 8),
        "commits": [{"oid": "a", "committedDate": at(day, 2), "authoredDate": at(day, 2)}, {"oid": "b", "committedDate": at(day, 5), "authoredDate": at(day, 5)}],
        "reviews": [{"state": "CHANGES_REQUESTED", "submittedAt": at(day, 4), "author": bob}, {"state": "APPROVED", "submittedAt": at(day, 6), "author": bob}],
        "statusCheckRollup": [check(day, 1, 2, 2.5), check(day, 2, 5, 7)],
    }


def check(day, number, start, end):
    where = f"https://github.com/o/r/actions/runs/{10 * day + number}/job/1"
    return {"name": "test", "startedAt": at(day, start), "completedAt": at(day, end), "conclusion": "SUCCESS", "detailsUrl": where}


def test_the_time_without_an_agent_goes_to_reviewer_author_pipeline_and_merge_and_the_rest_is_not_known(team):
    found = values(facts(team))
    stages = ("model", "review-wait", "rework", "ci", "approved", "before")
    shown = {stage: round(found[f"lead.stage.{stage}.hours"] / 7, 6) for stage in stages}
    # The second run goes on for an hour beside the reviewer, who comes first, and for one beside the wait for the merge.
    assert shown == {"model": 1, "review-wait": 3, "rework": 1, "ci": 1, "approved": 1, "before": 1}
    assert sum(shown.values()) == 8
    assert "lead.stage.merge.hours" not in found


def test_each_part_has_its_grade_and_the_sentences_name_them(team):
    found = facts(team)
    grades = {fact["id"]: fact["grade"] for fact in found["facts"]}
    shown = [grades[f"lead.stage.{stage}.share"] for stage in ("ci", "approved", "rework", "review-wait")]
    assert shown == ["B", "B", "C", "C"]  # what comes after a push rests on the committer's date
    statement = next(one["statement"] for one in found["findings"] if one["id"] == "waits")
    assert "{f:work.lead.stage.review-wait.share|range} is the wait for a reviewer" in statement
    assert any(sentence.startswith("Where exports tell of reviews and pipelines") for sentence in found["method"])


def test_a_pipeline_that_waits_for_a_person_is_no_pipeline_at_work_and_a_run_that_may_have_ended_earlier_has_the_lower_grade(team):
    (team / "ci").mkdir()
    run_of = {"run_attempt": 1, "workflow_id": 3, "conclusion": "success", "head_sha": None, "repository": {"full_name": "o/r"}}
    runs = [run_of | {"id": day, "created_at": at(day, 6), "run_started_at": at(day, 6), "updated_at": at(day, 7.5), "pull_requests": [{"number": day}]} for day in range(7)]
    (team / "ci/runs.json").write_text(json.dumps({"workflow_runs": runs}))
    found = {fact["id"]: fact for fact in facts(team)["facts"]}
    assert [found[f"{whole}.stage.ci.share"]["grade"] for whole in ("lead", "change.checked")] == ["C", "C"]
    jobs = [{"run_id": day, "run_attempt": 1, "name": "deploy", "steps": [], "created_at": at(day, 6), "started_at": at(day, 7)} for day in range(7)]
    waiting = [job | {"status": "waiting", "started_at": job["created_at"]} for job in jobs]
    ended = [job | {"status": "completed", "conclusion": "success", "completed_at": at(day, 7.5)} for day, job in enumerate(jobs)]
    (team / "ci/jobs.json").write_text(json.dumps({"jobs": [*waiting, *ended]}))
    found = values(facts(team))
    shown = {stage: round(found[f"lead.stage.{stage}.hours"] / 7, 6) for stage in ("ci", "gate", "approved")}
    assert shown == {"ci": 0.5, "gate": 1, "approved": 0.5}


def test_what_if_takes_the_pipeline_the_reviewer_and_more_changes_in_one_line(team, tmp_path):
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(facts(team, "--working-hours", "Mon-Sun 00:00-24:00")))
    line = ("--set", "ci=3x", "--set", "review_wait=0.5x", "--arrivals", "2x")
    done = run("what-if", "--facts", path, *line, "--json")
    found = json.loads(done.stdout)
    times = {stage["stage"]: stage["hours"] for stage in found["stages"]}
    assert (found["whole"]["id"], round(times["ci"], 6), times["review-wait"]) == ("work.lead", round(1 / 3, 6), 6)
    assert found["speed_up"] == pytest.approx(8 / (8 - 2 / 3 + 3))
    loads = {one["load"]: one["wait_times"] for one in found["queue_by_load"]}
    assert (found["queue"], loads[0.4], loads[0.5]) == (None, pytest.approx(6), None)
    text = run("what-if", "--facts", path, *line).stdout.decode()
    assert "ci: the pipeline's runs while nobody was waited for" in text
    assert "With 2x as many cases, the wait for a reviewer (review-wait) becomes longer." in text
    assert "As fast as today, not counting what the other number of cases does to the wait: 0.77x (0.77x to 0.77x)" in text


def test_a_table_of_merged_changes_takes_its_waits_from_the_exports_beside_it(team):
    head = "pr,merged_at,session_ids,last_commit_at,fully_covered"
    rows = [f"{day},{at(day, 8)},s{day},{at(day, 5)},1" for day in range(7)]
    (team / "pull-requests/merged.csv").write_text("\n".join([head, *rows]) + "\n")
    found = values(facts(team))
    assert round(found["lead.stage.review-wait.hours"] / 7, 6) == 3


@pytest.mark.parametrize("whole", ["change", "work.change", "change.checked"])
def test_the_exports_wholes_can_be_asked_too_with_their_interval(team, tmp_path, whole):
    path, hours = tmp_path / "facts.json", ("--working-hours", "Mon-Sun 00:00-24:00")
    path.write_text(json.dumps(facts(team, *hours)))
    stage = "ci" if whole == "change.checked" else "pickup"
    found = json.loads(run("what-if", "--facts", path, "--whole", whole, "--set", f"{stage}=inf", "--json").stdout)
    ceiling = values(facts(team, *hours))[f"{whole}.stage.{stage}.ceiling"]
    assert (found["whole"]["id"], found["whole"]["cases"], found["speed_up"]) == (whole, 7, pytest.approx(ceiling, abs=1e-5))
    assert found["interval"]["low"] == pytest.approx(ceiling, abs=1e-5)


@given(rest=pieces, waits=st.lists(pieces, min_size=4, max_size=4), last=st.none() | st.integers(0, 100), is_reviewed=st.booleans())
def test_every_instant_without_an_agent_counts_once(rest, waits, last, is_reviewed):
    known = figures.Waits(spans=dict(zip("abcd", waits, strict=True)), sure={}, is_reviewed=is_reviewed, merged=0.0)
    found = figures.Rest(last, known).stages(rest)
    assert sum(found.values()) == pytest.approx(sets.total(rest))
    assert all(seconds >= 0 for seconds in found.values())
    assert found["a"] == pytest.approx(sets.total(sets.both(rest, waits[0])))
