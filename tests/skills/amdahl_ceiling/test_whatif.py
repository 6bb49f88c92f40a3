"""`what-if`: a change of some stages laid against what was measured or told, through the door that a person uses."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from skills.amdahl_ceiling.logs import stamp
from skills.amdahl_ceiling.measured import EXAMPLE, example_facts, run, skill, values
from skills.amdahl_ceiling.measured import facts as measured

from fde.assets import assets

WHOLESALER = assets("examples") / "wholesaler"
TOLD = ("--answers", WHOLESALER / "answers" / "amdahl-ceiling.md", "--working-hours", "Mon-Fri 08:00-16:00")
Whole, Stage, Change = skill.wholes.Whole, skill.wholes.Stage, skill.whatif.Change
hours = st.dictionaries(st.sampled_from("abcde"), st.floats(0.001, 1e4), min_size=1)


def whole(times, **given):
    """A whole of plain stages."""
    return Whole(id="it", name="it", stages=tuple(Stage(key=key, name=key, hours=time, fact="") for key, time in times.items()), **given)


@pytest.fixture(name="facts")
def _facts(tmp_path):
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(example_facts()), encoding="utf-8")
    return path


@pytest.fixture(name="ask")
def _ask(facts):
    """Ask a what-if of the example's facts; returns the answer as an object."""

    def ask(*flags):
        done = run("what-if", "--facts", facts, *flags, "--json")
        assert (done.returncode, done.stderr) == (0, b"")
        return json.loads(done.stdout)

    return ask


def refusal(facts, *flags):
    """The sentence with which a what-if is refused as wrong usage."""
    done = run("what-if", "--facts", facts, *flags)
    assert (done.returncode, done.stdout) == (2, b"")
    return done.stderr.decode()


def test_a_model_without_time_gives_the_ceiling_of_the_facts_with_its_interval(ask):
    found, ceiling = ask("--set", "model=inf"), next(f for f in example_facts()["facts"] if f["id"] == "work.lead.ceiling")
    assert found["speed_up"] == pytest.approx(ceiling["value"], abs=1e-6)
    assert found["interval"]["low"] == pytest.approx(ceiling["interval"]["low"], abs=1e-5)
    assert found["interval"]["high"] == pytest.approx(ceiling["interval"]["high"], abs=1e-5)


def test_two_changes_are_one_sum_and_no_product_of_ceilings(ask):
    facts = values(example_facts())
    times = {stage: facts[f"work.lead.stage.{stage}.hours"] for stage in ("model", "tool", "dialog", "before", "merge")}
    wanted = sum(times.values()) / (sum(times.values()) - times["before"] / 2 - 2 * times["merge"] / 3)
    both, one, other = ask("--set", "before=2x", "--set", "merge=3x"), ask("--set", "before=2"), ask("--set", "merge=3X")
    assert both["speed_up"] == pytest.approx(wanted, abs=1e-5)
    assert abs(both["speed_up"] - one["speed_up"] * other["speed_up"]) > 0.1


def test_half_as_fast_takes_twice_as_long_and_the_answer_says_so(ask, facts):
    found = {stage["stage"]: stage for stage in ask("--set", "merge=0.5x")["stages"]}
    assert found["merge"]["hours"] == pytest.approx(2 * found["merge"]["today_hours"])
    assert b"merge 0.5x as fast (2x as long)" in run("what-if", "--facts", facts, "--set", "merge=0.5x").stdout


def test_the_answer_names_the_whole_what_holds_then_and_what_each_further_fix_is_worth(facts):
    text = run("what-if", "--facts", facts, "--set", "merge=3x").stdout.decode()
    assert text.startswith("Of a merged change in working time, the mean of 29, with this changed: merge 3x as fast.\n")
    assert "As fast as today: 1.42x (1.20x to 1.82x), 95 % interval, cluster bootstrap over cases" in text
    assert "What holds it then: before, the time before the last commit in which no agent was at work" in text
    assert "such figures are never multiplied or added" in text
    assert "No money: these are hours for which a case takes longer" in text


def test_an_unknown_stage_is_refused_with_those_that_there_are(facts):
    assert "of work.lead: model, tool, dialog, before, merge;" in refusal(facts, "--set", "ci=3x")
    assert refusal(facts, "--set", "ci=3x").endswith("found 'ci'.\n")
    assert refusal(facts, "--set", "idle=3x", "--whole", "lead") == (
        "amdahl.py: expected stages of one whole (of lead: model, tool, dialog, before, merge), found 'idle'.\n"
    )
    assert "expected as the whole one of work.lead, lead, session, turn, active, found 'week'" in refusal(facts, "--whole", "week")


def test_a_stage_that_only_another_whole_has_is_asked_of_that_one(ask):
    assert ask("--set", "idle=2x")["whole"]["id"] == "session"


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--set", "merge"], "expected a stage and its speed like ci=3x, found 'merge'"),
        (["--set", "merge=0"], "expected a multiple above zero like 3x (three times as fast) or 0.5x (twice as long), found '0'"),
        (["--set", "merge=1e-308x"], "expected a multiple above zero"),
        (["--set", "merge=fast"], "expected a multiple above zero"),
        (["--set", "merge=nan"], "expected a multiple above zero"),
        (["--set", "merge=2x", "--set", "merge=3x"], "expected each stage once, found 'merge' twice"),
        (["--arrivals", "2x", "--load", "1.2"], "expected a share of time from 0.01 up to, but not, 1, like 0.6, found '1.2'"),
        (["--arrivals", "2x", "--servers", "0"], "expected a whole number from 1 to 1000, found '0'"),
        (["--arrivals", "inf", "--load", "0.5"], "expected a multiple of today's cases above zero like 2x, found 'inf'"),
        (["--arrivals", "0x"], "expected a multiple of today's cases above zero like 2x, found '0x'"),
        (["--load", "0.5"], "expected --arrivals like 2x with --load, --servers or --queue"),
        (["--set", "rest=2x"], "found 'rest'"),
        (["--rate-per-hour", "50", "--currency", "EUR"], "expected --facts, or flags with which to measure anew, found both"),
        (["--arrivals", "2x", "--load", "0.5", "--queue", "ci"], "expected with --queue the stage of work.lead"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(facts, flags, said):
    assert said in refusal(facts, *flags)


def test_without_a_load_more_arrivals_are_shown_for_several(ask, facts):
    found = ask("--set", "merge=2x", "--arrivals", "2x")
    known = {one["load"]: one for one in found["queue_by_load"]}
    for load in (0.2, 0.4):
        one = ask("--set", "merge=2x", "--arrivals", "2x", "--load", str(load))
        shown = known[load]
        assert (shown["wait_times"], shown["speed_up"]) == (pytest.approx(one["queue"]["wait_times"]), pytest.approx(one["speed_up"]))
    assert (known[0.5]["wait_times"], known[0.5]["hours"], known[0.5]["speed_up"]) == (None, None, None)
    text = run("what-if", "--facts", facts, "--set", "merge=2x", "--arrivals", "2x").stdout.decode()
    assert "which is in no record (--load 0.6 if you know it, --servers 2 if two take from one queue):" in text
    assert "50 %           never ends  never ends        never ends" in text


def test_more_arrivals_lengthen_only_the_queue(ask):
    """At 40 % twice as much makes it 80 %: the wait grows by 2 (1 - .4) / (1 - .8) = 6 times."""
    found = ask("--set", "model=inf", "--arrivals", "2x", "--load", "0.4")
    stages = {stage["stage"]: stage for stage in found["stages"]}
    assert stages["merge"]["hours"] == pytest.approx(6 * stages["merge"]["today_hours"])
    assert stages["before"]["hours"] == stages["before"]["today_hours"]
    assert (found["queue"]["load_then"], found["queue"]["limit"]) == (0.8, 2.5)
    assert found["speed_up"] < 1


def test_a_queue_that_never_ends_is_said_and_is_no_number(ask, facts):
    found = ask("--arrivals", "2x", "--load", "0.6")
    assert (found["speed_up"], found["hours"], found["interval"], found["each_twice_as_fast"]) == (None, None, None, [])
    text = run("what-if", "--facts", facts, "--arrivals", "2x", "--load", "0.6").stdout.decode()
    assert "It never ends" in text
    assert "It bears less than 1.67x as many cases as today" in text


def test_a_queue_that_takes_no_time_takes_none_however_many_arrive(ask):
    for more in ("3x", "1.5x"):
        found = ask("--set", "merge=inf", "--arrivals", more, "--load", "0.5")
        stages = {stage["stage"]: stage["hours"] for stage in found["stages"]}
        assert (stages["merge"], found["speed_up"]) == (0, pytest.approx(ask("--set", "merge=inf")["speed_up"]))
        assert found["interval"]["low"] <= found["speed_up"] <= found["interval"]["high"]


def test_so_many_arrivals_that_no_load_bears_them_are_said_first_and_nothing_is_worth_anything(facts):
    text = run("what-if", "--facts", facts, "--arrivals", "100x").stdout.decode()
    assert "It never ends, even if those who are waited for are busy for only 20 % of their time today." in text
    assert "As fast as today" not in text.replace("as fast as today", "")
    assert "twice as fast" not in text


def test_fewer_arrivals_make_the_wait_shorter_and_are_called_so(facts):
    assert "becomes shorter" in run("what-if", "--facts", facts, "--arrivals", "0.5x").stdout.decode()


def test_without_a_change_it_says_what_holds_today_and_no_multiple(facts):
    text = run("what-if", "--facts", facts).stdout.decode()
    assert "What holds it: before, the time before the last commit" in text
    assert "As fast as today:" not in text


@pytest.mark.parametrize("whole", ["session", "turn", "active"])
def test_the_sessions_too_have_the_interval_of_their_facts(ask, whole):
    found, ceiling = ask("--whole", whole, "--set", "model=inf"), next(f for f in example_facts()["facts"] if f["id"] == f"{whole}.ceiling")
    assert found["interval"]["low"] == pytest.approx(ceiling["interval"]["low"], rel=1e-4)
    assert found["interval"]["high"] == pytest.approx(ceiling["interval"]["high"], rel=1e-4)


def test_the_pipeline_can_be_asked_by_its_name_where_it_is_a_whole_by_itself_and_not_with_what_it_is_not_joined_to(tmp_path):
    (tmp_path / "ci").mkdir()
    times = {"created_at": stamp(0), "started_at": stamp(60), "completed_at": stamp(360)}
    job = {"run_id": 1, "run_attempt": 1, "name": "a", "steps": [], "status": "completed", "conclusion": "success"} | times
    (tmp_path / "ci/jobs.json").write_text(json.dumps({"jobs": [job]}))
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(measured(tmp_path)))
    found = json.loads(run("what-if", "--facts", path, "--set", "ci=3x", "--json").stdout)
    assert (found["whole"]["id"], found["set"], found["speed_up"]) == ("ci", {"run": 3.0}, pytest.approx(360 / 160, abs=1e-4))
    assert "no interval, since fewer than 5 cases say little" in run("what-if", "--facts", path, "--set", "ci=3x").stdout.decode()


def test_a_whole_that_has_the_stage_itself_comes_before_one_that_only_is_called_so():
    wholes = {"ci": whole({"run": 1.0}), "change.checked": whole({"ci": 1.0, "no-run": 1.0})}
    assert skill.asked.whole_for(wholes, None, ["ci"]) is wholes["change.checked"]
    with pytest.raises(ValueError, match="found ci and run, which no whole has together"):
        skill.asked.whole_for(wholes, None, ["ci", "run"])


def test_nobody_is_told_what_it_is_worth_to_speed_up_what_nobody_knows():
    assert [one.stage for one in skill.whatif.worth(whole({"ci": 1.0, "rest": 9.0}), {"ci": 1.0, "rest": 9.0})] == ["ci"]


def test_a_stage_that_is_a_whole_by_itself_is_said_to_be_one():
    wholes = {"work.lead": whole({"model": 1.0, "merge": 1.0}), "ci": whole({"run": 1.0})}
    with pytest.raises(ValueError, match="found 'ci'; ci is a whole by itself, which no record joins to a change: --whole ci"):
        skill.asked.whole_for(wholes, None, ["ci", "merge"])


def test_at_the_break_even_a_case_takes_as_long_as_today(ask):
    even = ask("--set", "before=2x", "--arrivals", "1.1x", "--load", "0.6")["queue"]["break_even"]
    assert ask("--set", "before=2x", "--arrivals", f"{even:.9f}x", "--load", "0.6")["speed_up"] == pytest.approx(1, abs=1e-6)


def test_a_told_process_is_asked_by_its_steps_and_has_money_and_an_interval():
    asked = ("--set", "enter_the_order.work=3x", "--rate-per-hour", "42", "--currency", "EUR", "--json")
    done = run("what-if", "--evidence", EXAMPLE / "evidence" / "interviews", *TOLD, *asked)
    assert done.returncode == 0, done.stderr.decode()
    assert b"measured from" in done.stderr
    found = json.loads(done.stdout)
    assert (found["whole"]["id"], found["interval"]["level"]) == ("told", 0.9)
    assert found["interval"]["low"] <= found["speed_up"] <= found["interval"]["high"]
    fixes = {fix["stage"]: fix for fix in found["each_twice_as_fast"]}
    quote = fixes["write-the-quote.work"]
    assert float(quote["week_money"]["value"]) == pytest.approx(42 * quote["week_hours"], abs=0.01)
    assert fixes["write-the-quote.wait"]["week_money"] is None


def test_a_step_stands_for_its_wait_and_its_work():
    done = run("what-if", "--evidence", EXAMPLE / "evidence" / "interviews", *TOLD, "--set", "enter-the-order=inf", "--json")
    assert set(json.loads(done.stdout)["set"]) == {"enter-the-order.wait", "enter-the-order.work"}


def test_the_load_of_a_told_step_comes_from_the_work_of_its_role_and_the_people_who_do_it():
    """The office works 10.83, 5.25, 13.5 and 8.67 minutes on each of 38.67 orders a week, 24.6 of 40 hours."""
    asked = ("--evidence", EXAMPLE / "evidence" / "interviews", *TOLD, "--arrivals", "1.2x", "--queue", "enter-the-order.wait")
    missing = run("what-if", *asked)
    assert missing.returncode == 2
    assert b"it takes 0.616 full working weeks in a week; give --servers 2 for two, or --load 0.6" in missing.stderr
    one, two = (json.loads(run("what-if", *asked, "--servers", count, "--json").stdout)["queue"]["load"] for count in ("1", "2"))
    assert (one, two) == pytest.approx((0.616, 0.308), abs=5e-4)


def test_a_file_that_holds_no_such_facts_is_refused(facts, tmp_path):
    other = tmp_path / "other.json"
    other.write_text('{"schema": "fde.facts/1", "skill": "order-count"}', encoding="utf-8")
    done = run("what-if", "--facts", other, "--set", "merge=2x")
    assert (done.returncode, done.stdout) == (3, b"")
    assert b"expected the facts of this skill as JSON" in done.stderr
    assert run("what-if", "--facts", tmp_path / "nothing.json").returncode == 3
    document = json.loads(facts.read_text())
    document["details"]["pull_requests"] = [{"number": "1"}]
    facts.write_text(json.dumps(document))
    torn = run("what-if", "--facts", facts, "--set", "merge=2x")
    assert (torn.returncode, torn.stdout) == (3, b"")


def test_without_facts_and_without_evidence_it_says_what_to_give(tmp_path):
    done = run("what-if", "--set", "merge=2x", cwd=tmp_path)
    assert done.returncode == 2
    assert b"expected --facts FILE or --evidence DIR, found neither, and no folder evidence/ here" in done.stderr


def test_the_newest_artefact_of_where_one_stands_goes_before_its_evidence(tmp_path):
    shelf = tmp_path / "artefacts/amdahl-ceiling"
    facts = run("facts", "--evidence", EXAMPLE / "evidence").stdout
    for name, text in {"2026-03-02-09": b"{}", "2026-03-02-10": facts, "2026-03-03-01-team-b": b"{}", "2026-03-04-01": None}.items():
        (shelf / name).mkdir(parents=True)
        if text is not None:
            (shelf / name / "artefact.json").write_bytes(text)
    (tmp_path / "evidence").mkdir()
    done = run("what-if", "--set", "merge=2x", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    assert b"from artefacts/amdahl-ceiling/2026-03-02-10/artefact.json" in done.stderr


def test_the_folder_evidence_of_where_one_stands_is_found():
    done = run("what-if", "--set", "merge=2x", "--json", cwd=EXAMPLE)
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(done.stdout)["whole"]["id"] == "work.lead"


@given(hours, st.floats(1, 1e6))
def test_a_faster_stage_is_never_a_loss_and_never_above_its_own_ceiling(times, factor):
    found = skill.whatif.what_if(whole(times), Change(factors={min(times): factor}))
    share = times[min(times)] / math.fsum(times.values())
    assert 1 - 1e-9 <= found.speed_up <= skill.ceilings.ceiling(share) * (1 + 1e-9)


@given(hours, st.floats(0.001, 1000))
def test_the_unit_of_time_does_not_matter(times, scale):
    change = Change(factors={min(times): 3})
    scaled = skill.whatif.what_if(whole({key: scale * time for key, time in times.items()}), change)
    assert scaled.speed_up == pytest.approx(skill.whatif.what_if(whole(times), change).speed_up)


@given(st.floats(0.05, 0.95), st.floats(0.1, 50), st.floats(0.1, 50))
def test_the_break_even_of_one_queue_is_that_of_the_induced_queue(load, writing, review):
    """Writing has a speed of its own here, and arrivals alone vary."""
    work = skill.induced.Induced(writing=writing, review=review, load=load)
    times = {"writing": writing, "wait": work.wait(1), "review": review}
    change = Change(factors={"writing": 2}, arrivals=1 + (work.saturation - 1) / 2, load=load, queue="wait")
    found = skill.whatif.what_if(whole(times), change)
    assert found.speed_up == pytest.approx(work.speed_up(change.arrivals, 2))
    assert work.lead(found.queue.break_even, 2) == pytest.approx(work.lead(1, 1), rel=1e-6)
