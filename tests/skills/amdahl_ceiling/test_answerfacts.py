"""The answer to a what-if or to a comparison among the facts, so that a report can point at it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from skills.amdahl_ceiling.measured import EXAMPLE, SCRIPTS, example_facts, run

EVIDENCE = EXAMPLE / "evidence"
LATE = ("--evidence", EVIDENCE, "--split", "2026-02-01", "--tz", "Europe/Berlin")


@pytest.fixture(name="facts")
def _facts(tmp_path):
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(example_facts()), encoding="utf-8")
    return path


def answered(command: str, *flags: object) -> dict[str, Any]:
    done = run(command, *flags, "--as-facts")
    assert (done.returncode, done.stderr) == (0, b"")
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def by_id(document: dict[str, Any]) -> dict[str, Any]:
    return {fact["id"]: fact for fact in document["facts"]}


def test_a_what_if_is_a_fact_with_its_interval_and_a_table_of_the_stages(facts):
    document = answered("what-if", "--facts", facts, "--set", "merge=3x")
    found, told = by_id(document), json.loads(run("what-if", "--facts", facts, "--set", "merge=3x", "--json").stdout)
    assert found["whatif1.speedup"]["value"] == pytest.approx(told["speed_up"], abs=1e-6)
    assert found["whatif1.speedup"]["interval"]["low"] == pytest.approx(told["interval"]["low"], abs=1e-6)
    assert (found["whatif1.change"]["value"], found["whatif1.then"]["value"]) == ("merge 3x as fast", pytest.approx(told["hours"], abs=1e-6))
    assert (found["whatif1.speedup"]["grade"], found["whatif1.speedup"]["sources"]) == ("C", ["set:pull-requests", "set:sessions"])
    [table] = [table for table in document["tables"] if table["id"] == "whatif1"]
    assert [row[0].partition(":")[0] for row in table["rows"]] == ["model", "tool", "dialog", "before", "merge", "all"]


def test_what_was_measured_stays_and_a_second_answer_goes_on_top_of_the_first(facts, tmp_path):
    first = answered("what-if", "--facts", facts, "--set", "merge=3x")
    (tmp_path / "more.json").write_text(json.dumps(first))
    second = answered("what-if", "--facts", tmp_path / "more.json", "--set", "model=inf", "--arrivals", "2x")
    measured = example_facts()
    assert second["facts"][: len(measured["facts"])] == measured["facts"]
    found = by_id(second)
    assert (found["whatif1.change"]["value"], found["whatif2.change"]["value"]) == ("merge 3x as fast", "model takes no time; 2x as many cases")
    assert (found["whatif2.then"]["value"], "is not known" in found["whatif2.then"]["unknown"]) == (None, True)
    assert "whatif2-load" in [table["id"] for table in second["tables"]]
    assert len([sentence for sentence in second["method"] if sentence.startswith("A what-if changes the parts")]) == 1


def test_a_comparison_is_facts_whose_differences_have_intervals_and_verdicts(facts):
    document = answered("compare", *LATE)
    found, told = by_id(document), json.loads(run("compare", *LATE, "--json").stdout)
    [line] = [one["lines"][0] for one in told["wholes"] if one["whole"] == "lead"]
    difference = found["compare1.lead.whole.difference"]
    assert (difference["value"], difference["interval"]["high"]) == (pytest.approx(line["difference_hours"]), pytest.approx(line["interval"]["high"]))
    assert difference["n"] == 29
    [table] = [table for table in document["tables"] if table["id"] == "compare1-lead"]
    assert "20 cases before: what ended before 2026-02-01; 9 after: what ended from 2026-02-01 on" in table["title"]
    assert table["rows"][0][-1].startswith("shorter than before")


def test_a_report_takes_the_answers_and_points_at_them(facts, tmp_path):
    path = tmp_path / "answered.json"
    path.write_text(json.dumps(answered("what-if", "--facts", facts, "--set", "merge=3x")))
    finding = {"title": "Merging", "statement": "It would be {f:whatif1.speedup|range} as fast.", "basis": "measured", "severity": "high"}
    judged = {"schema": "fde.judgement/1", "findings": [finding | {"facts": ["whatif1.speedup"], "quotes": []}]}
    (tmp_path / "judgement.json").write_text(json.dumps(judged | {"actions": [], "questions": []}))
    done = run("--facts", path, "--judgement", tmp_path / "judgement.json", "--evidence", EVIDENCE, script=SCRIPTS / "artefact.py")
    assert done.returncode == 0, done.stderr.decode()
    assert "It would be 1.42x (1.20x to 1.82x) as fast." in done.stdout.decode()
    assert "What if: merge 3x as fast" in done.stdout.decode()


def test_the_middle_of_the_period_needs_no_day():
    words = run("compare", "--evidence", EVIDENCE, "--split", "half", "--tz", "Europe/Berlin").stdout.decode()
    assert words.startswith("Before: what ended before 2026-01-")
    refused = run("compare", "--evidence", EVIDENCE, "--split", "halves")
    assert (refused.returncode, b"expected a day like 2026-03-01, or half" in refused.stderr) == (2, True)


def test_an_artefact_is_written_already_and_takes_no_more_answers(facts, tmp_path):
    done = run("--facts", facts, "--evidence", EVIDENCE, "--out", tmp_path / "result", script=SCRIPTS / "artefact.py")
    assert done.returncode == 0, done.stderr.decode()
    record = tmp_path / "result/artefact.json"
    assert run("what-if", "--facts", record, "--set", "merge=2x").returncode == 0
    refused = run("what-if", "--facts", record, "--set", "merge=2x", "--as-facts")
    assert (refused.returncode, b"found an artefact, which is written already" in refused.stderr) == (2, True)
