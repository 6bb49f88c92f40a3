"""Before and after: a difference is told from noise, and what cannot be compared is said."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from skills.amdahl_ceiling.measured import EXAMPLE, facts, run, skill

compare = skill.comparing.compare
EVIDENCE = EXAMPLE / "evidence"
NOTHING = {"facts": [], "tables": [], "method": []}


def cases(mean, count=40, seed=1):
    """Hours of two stages that vary around a mean."""
    dice = random.Random(seed)
    return [{"run": mean * dice.uniform(0.5, 1.5), "queue": dice.uniform(0.5, 1.5)} for _ in range(count)]


def verdicts(before, after):
    [found] = compare({"ci": before}, {"ci": after})
    return {line.stage: line.verdict for line in found.lines}


def test_a_stage_that_takes_half_the_time_is_told_from_one_that_stayed():
    assert verdicts(cases(10), cases(5, seed=2)) == {"whole": "shorter", "run": "shorter", "queue": "noise"}
    assert verdicts(cases(5), cases(10, seed=2))["run"] == "longer"


def test_the_same_cases_on_both_sides_differ_by_noise_with_an_interval_of_some_width():
    [found] = compare({"ci": cases(10)}, {"ci": cases(10)})
    low, high = found.lines[0].ends
    assert (found.lines[0].difference, found.lines[0].verdict) == (0, "noise")
    assert low < 0 < high


def test_fewer_cases_than_five_on_a_side_say_nothing():
    assert set(verdicts(cases(10), cases(1, count=4)).values()) == {"few"}


def test_chance_alone_seldom_looks_like_a_difference():
    """Of a hundred pairs of samples from one distribution about five may; fifteen would be too many."""
    seeming = sum(verdicts(cases(10, 20, seed), cases(10, 20, 1000 + seed))["whole"] != "noise" for seed in range(100))
    assert seeming <= 15


@pytest.mark.parametrize(("whole", "told", "stages"), [("lead", "review-wait", ["whole", "model", "other"]), ("change", "pickup", ["whole"])])
def test_what_exports_tell_of_on_one_side_only_is_no_difference(whole, told, stages):
    rest = {"lead": "merge", "change": "rest"}[whole]
    own = {"model": 1.0} if whole == "lead" else {}
    untold, known = [own | {rest: 8.0}] * 8, [own | {told: 6.0, rest: 2.0}] * 8
    [found] = compare({whole: untold}, {whole: known})
    assert (found.is_cut_alike, [line.stage for line in found.lines], {line.difference for line in found.lines}) == (False, stages, {0})
    [alike] = compare({whole: known}, {whole: known})
    assert (alike.is_cut_alike, told in [line.stage for line in alike.lines]) == (True, True)
    assert "not compared by part" in skill.comparewords.text([found], ("", ""))


def test_a_pipeline_that_is_on_record_on_one_side_only_is_no_longer_pipeline():
    before = [{"model": 1.0, "review-wait": 2.0, "approved": 5.0}] * 8
    after = [{"model": 1.0, "review-wait": 2.0, "ci": 2.0, "approved": 3.0}] * 8
    [found] = compare({"lead": before}, {"lead": after})
    assert [(line.stage, line.difference) for line in found.lines] == [("whole", 0), ("model", 0), ("other", 0)]
    [table] = skill.answerfacts.with_compared(NOTHING, [found], ("", ""))["tables"]
    assert table["title"].endswith(skill.comparewords.CUT)


def test_what_differs_by_rounding_is_noise():
    dust = [{"run": 12.1 + 1e-9}] * 7
    assert verdicts([{"run": 12.1}] * 6, dust) == {"whole": "noise", "run": "noise"}


def test_facts_of_other_working_hours_are_no_before_and_after(tmp_path):
    paths = []
    for name, hours in (("before", "Mon-Fri 09:00-17:00"), ("after", "Mon-Sat 06:00-22:00")):
        paths.append(tmp_path / f"{name}.json")
        paths[-1].write_text(json.dumps(facts(EVIDENCE, "--working-hours", hours)))
    done = run("compare", "--before", paths[0], "--after", paths[1])
    assert (done.returncode, b"expected facts of the same working hours" in done.stderr) == (2, True)
    assert run("compare", "--before", paths[0], "--after", paths[0], "--evidence", EVIDENCE).returncode == 2
    torn = json.loads(paths[0].read_text())
    torn["details"]["sessions"][0]["turns"] = [{}]
    paths[1].write_text(json.dumps(torn))
    done = run("compare", "--before", paths[0], "--after", paths[1])
    assert (done.returncode, b"expected facts as this skill writes them" in done.stderr) == (3, True)


@given(st.lists(st.floats(0, 1e4), min_size=5, max_size=12), st.lists(st.floats(0, 1e4), min_size=5, max_size=12))
def test_the_difference_lies_in_its_interval_and_the_stages_add_up(early, late):
    [found] = compare({"ci": [{"run": one, "queue": 1.0} for one in early]}, {"ci": [{"run": one, "queue": 1.0} for one in late]})
    whole, *stages = found.lines
    assert whole.difference == pytest.approx(sum(line.difference for line in stages), abs=1e-6)
    assert all(line.ends[0] <= line.ends[1] for line in found.lines)


def test_the_command_compares_what_ended_before_a_day_with_what_ended_later():
    done = run("compare", "--evidence", EVIDENCE, "--split", "2026-02-01", "--tz", "Europe/Berlin", "--json")
    found = {one["whole"]: one for one in json.loads(done.stdout)["wholes"]}
    assert found["lead"]["cases"] == [20, 9]
    assert found["lead"]["lines"][0]["verdict"] == "shorter"
    words = run("compare", "--evidence", EVIDENCE, "--split", "2026-02-01", "--tz", "Europe/Berlin").stdout.decode()
    assert "noise: chance alone can explain it" in words
    assert "about one in twenty of such would seem to be more than chance" in words


def test_two_documents_of_facts_are_compared_like_two_sides_of_a_day(tmp_path):
    paths = []
    for name, hours in (("before", 4), ("after", 2)):
        folder = tmp_path / name
        (folder / "ci").mkdir(parents=True)
        jobs = [_job(number, 600 * hours + 7 * number) for number in range(8)]
        (folder / "ci/jobs.json").write_text(json.dumps(jobs))
        paths.append(tmp_path / f"{name}.json")
        paths[-1].write_text(json.dumps(facts(folder)))
    done = run("compare", "--before", paths[0], "--after", paths[1], "--json")
    [found] = json.loads(done.stdout)["wholes"]
    assert (found["whole"], found["cases"], {line["verdict"] for line in found["lines"]}) == ("ci", [8, 8], {"shorter"})


def _job(number, seconds):
    started, ended = 1768219200, 1768219200 + seconds
    times = {"created_at": started, "started_at": started, "completed_at": ended}
    return {"run_id": number + 1, "name": "a", "steps": [], "status": "completed", "conclusion": "success"} | times


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--evidence", EVIDENCE], "expected --evidence DIR with --split DATE, or --before FILE with --after FILE."),
        (["--split", "2026-02-01"], "expected --evidence DIR with --split DATE, found no --evidence."),
        (["--before", "a.json"], "expected --evidence DIR with --split DATE, or --before FILE with --after FILE."),
        (["--evidence", EVIDENCE, "--split", "soon"], "expected a day like 2026-03-01, or half, found 'soon'"),
    ],
)
def test_what_is_asked_for_in_part_is_refused(given, said):
    done = run("compare", *given)
    assert (done.returncode, said in done.stderr.decode()) == (2, True)


def test_a_day_with_nothing_on_one_side_leaves_nothing_to_compare():
    done = run("compare", "--evidence", EVIDENCE, "--split", "2030-01-01")
    assert (done.returncode, done.stdout.decode()) == (0, "Nothing has cases on both sides, so nothing can be compared.\n")
