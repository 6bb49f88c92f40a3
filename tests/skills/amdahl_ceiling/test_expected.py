"""Every known value of the example's logs, and of the larger set beside a checkout, against what is measured."""

from __future__ import annotations

import hashlib
import json
import math
import shutil
from functools import cache
from pathlib import Path
from statistics import median_low
from typing import Any

import pytest
from skills.amdahl_ceiling.measured import example_facts, facts, skill, values

HERE = Path(__file__).parent
SHARED = HERE.parents[2].parent / "shared" / "cases" / "amdahl" / "claude-code"
FOUND = sorted(SHARED.glob("*/EXPECTED.json"))
needs_shared = pytest.mark.skipif(not FOUND, reason="the larger set of logs is not beside this checkout")
SPLIT = {"model": "model", "tool": "tool", "human_dialog": "dialog", "idle": "idle"}
BOTH = pytest.mark.parametrize("kind", ["example", pytest.param("shared", marks=needs_shared)])


def near(wanted: float, absolute: float) -> Any:
    """Within one in a hundred, or *absolute* where the value is so small that rounding shows."""
    return pytest.approx(wanted, rel=0.01, abs=absolute)


@pytest.fixture(scope="module", name="shared_evidence")
def _shared_evidence(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    if not FOUND:
        return None
    root = tmp_path_factory.mktemp("shared")
    shutil.copytree(FOUND[0].parent / "projects", root / "sessions")
    (root / "pull-requests").mkdir()
    shutil.copy(FOUND[0].parent / "pr_merges.csv", root / "pull-requests")
    return root


@cache
def _measured(evidence: Path) -> dict[str, Any]:
    return facts(evidence)


@pytest.fixture(name="case")
def _case(kind: str, shared_evidence: Path | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """The expected values and the measured document."""
    if kind == "example":
        return json.loads((HERE / "expected.json").read_text()), example_facts()
    assert shared_evidence is not None
    return json.loads(FOUND[0].read_text()), _measured(shared_evidence)


def sessions_of(case: tuple[dict[str, Any], dict[str, Any]]) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    expected, document = case
    by_key = {row["id"]: row for row in document["details"]["sessions"]}
    assert len(by_key) == len(expected["sessions"])
    return [
        (name, row, by_key[hashlib.sha256(name.encode()).hexdigest()[:12]])
        for name, row in expected["sessions"].items()
    ]


@BOTH
def test_exact_properties_of_each_session_are_exact(case):
    for name, wanted, row in sessions_of(case):
        assert row["lines"] == wanted["lines"], name
        assert len(row["malformed_lines"]) == wanted["malformed_lines"], name
        assert row["assistant_lines"] == wanted["assistant_lines"], name
        assert row["messages"] == wanted["distinct_message_ids"], name
        assert row["calls"] == wanted["tool_use"], name
        assert row["unanswered_calls"] == wanted["tool_use_without_result"], name
        assert row["turn_durations"] == wanted["turn_duration_records"], name
        assert round(row["turn_duration_seconds"] * 1000) == wanted["turn_duration_ms_sum"], name
        assert row["out_of_order_pairs"] == wanted["out_of_order_pairs"], name
        assert row["first_epoch"] == pytest.approx(wanted["first_timestamp_epoch"], abs=0.001), name
        assert row["last_epoch"] == pytest.approx(wanted["last_timestamp_epoch"], abs=0.001), name
        assert row["wall_seconds"] == pytest.approx(wanted["wall_seconds"], abs=0.001), name


@BOTH
def test_turns_of_each_session_start_and_end_where_they_should(case):
    for name, wanted, row in sessions_of(case):
        found = [
            (turn["prompt_epoch"], turn["end_epoch"], round(turn["duration_seconds"] * 1000)) for turn in row["turns"]
        ]
        assert found == [
            (turn["prompt_epoch"], turn["end_epoch"], turn["duration_ms"]) for turn in wanted.get("turns", [])
        ], name


@BOTH
def test_recorded_durations_divide_each_turn(case):
    for name, wanted, row in sessions_of(case):
        for turn, known in zip(row["turns"], wanted.get("turns", []), strict=True):
            assert turn["dialog_seconds"] == pytest.approx(known["human_dialog_seconds"], abs=0.002), name
            assert turn["model_seconds"] == near(known["model_seconds"], 0.01), name


@BOTH
def test_rules_alone_divide_each_session(case):
    for name, wanted, row in sessions_of(case):
        for theirs, ours in SPLIT.items():
            assert row["rules_seconds"][ours] == near(wanted["wall_split_seconds"][theirs], 0.01), (name, ours)


@BOTH
def test_rules_alone_divide_each_pull_request(case):
    expected, document = case
    by_number = {int(row["number"]): row for row in document["details"]["pull_requests"]}
    assert len(by_number) == len(expected["pull_requests"])
    for wanted in expected["pull_requests"]:
        row = by_number[wanted["pr"]]
        assert row["fully_covered"] == wanted["fully_covered"]
        # A command such as /clear is no prompt to us; there the window starts some seconds later.
        assert row["lead_hours"] == near(wanted["lead_hours"], 0)
        assert row["last_commit_to_merge_hours"] == pytest.approx(wanted["last_commit_to_merge_hours"], abs=2e-6)
        for theirs, ours in SPLIT.items():
            assert row["rules_hours"][ours] == near(wanted[f"{theirs}_hours"], 3e-6), (wanted["pr"], ours)


@BOTH
def test_active_and_in_turn_sums_are_those_of_the_turns(case):
    expected, document = case
    turns = [turn for row in expected["sessions"].values() for turn in row.get("turns", [])]
    duration = sum(turn["duration_ms"] for turn in turns) / 3_600_000
    model = sum(turn["model_seconds"] for turn in turns) / 3600
    wall = sum(turn["end_epoch"] - turn["prompt_epoch"] for turn in turns) / 3600
    found = values(document)
    assert found["turn.count"] == len(turns)
    assert found["active.hours"] == near(duration, 0)
    assert found["active.model.hours"] == near(model, 0)
    assert found["active.ceiling"] == near(duration / (duration - model), 0)
    assert found["turn.hours"] == near(wall, 0)
    assert found["turn.dialog.hours"] == near(wall - duration, 0)
    assert found["turn.ceiling"] == near(wall / (wall - model), 0)


@needs_shared
def test_active_and_in_turn_figures_are_the_known_ones(shared_evidence):
    wanted, document = json.loads(FOUND[0].read_text())["figures"], _measured(shared_evidence)
    found, details = values(document), document["details"]["by_rules"]
    active, turn = wanted["active"], wanted["in-turn"]
    assert found["session.with-durations.count"] == active["sessions"]
    assert found["active.tool.hours"] == near(active["tool_hours"], 0)
    assert found["active.model.share"] == near(100 * active["model_share"], 0)
    assert found["active.at50x"] == near(active["speedup_at_50x_model"], 0)
    assert details["turns_where_model_exceeded_duration"] == active["turns_where_model_union_exceeded_duration"]
    assert found["turn.model.share"] == near(100 * turn["model_share"], 0)
    assert found["turn.tool.hours"] == near(turn["tool_hours"], 0)
    assert found["turn.naive-tool.hours"] == near(turn["naive_tool_hours"], 0)
    assert found["turn.naive-tool.factor"] == near(turn["naive_tool_overstatement_factor"], 0)
    assert found["turn.dialog-by-rules.hours"] == near(turn["heuristic_wait_hours_without_turn_duration"], 0)
    assert details["min_wall_minus_duration_seconds"] == pytest.approx(
        turn["min_wall_minus_duration_seconds"], abs=0.002
    )
    assert details["max_wall_minus_duration_seconds"] == pytest.approx(
        turn["max_wall_minus_duration_seconds"], abs=0.002
    )


@needs_shared
def test_session_figures_are_the_known_ones_before_and_after_the_recorded_durations(shared_evidence):
    wanted, document = json.loads(FOUND[0].read_text())["figures"], _measured(shared_evidence)
    found, details = values(document), document["details"]["by_rules"]
    for theirs, ours in SPLIT.items():
        assert details["session_hours"][ours] == near(wanted["session wall"][f"{theirs}_hours"], 0)
        assert found[f"session.{ours}.hours"] == near(wanted["session wall, calibrated"][f"{theirs}_hours"], 0)
    for name, hours in wanted["session wall"]["overlap_hours"].items():
        assert details["overlap_hours"][name] == near(hours, 0)
    assert found["session.hours"] == near(wanted["session wall"]["total_hours"], 0)
    assert found["session.ceiling"] == pytest.approx(
        wanted["session wall, calibrated"]["infinite_model_ceiling"], rel=0.0005
    )


@needs_shared
@pytest.mark.parametrize(
    ("name", "part"), [("PR lead time", "lead_hours"), ("PR lead time, fully covered PRs only", "lead_covered_hours")]
)
def test_lead_time_figures_by_the_rules_are_the_known_ones(shared_evidence, name, part):
    wanted, document = json.loads(FOUND[0].read_text())["figures"][name], _measured(shared_evidence)
    rows = [row for row in document["details"]["pull_requests"] if part == "lead_hours" or row["fully_covered"]]
    sums = document["details"]["by_rules"][part]
    assert len(rows) == wanted["prs"]
    for theirs, ours in SPLIT.items():
        assert sums[ours] == near(wanted[f"{theirs}_hours"], 0)
    lead = sum(row["lead_hours"] for row in rows)
    assert lead == near(wanted["total_hours"], 0)
    assert lead / (lead - sums["model"]) == pytest.approx(wanted["infinite_model_ceiling"], rel=0.0001)
    assert median_low(row["lead_hours"] for row in rows) == near(wanted["median_lead_hours"], 0)
    assert median_low(row["rules_hours"]["model"] / row["lead_hours"] for row in rows) == near(
        wanted["median_model_share"], 0
    )
    assert sum(row["last_commit_to_merge_hours"] for row in rows) == near(wanted["last_commit_to_merge_hours"], 0)


@needs_shared
def test_the_lead_time_that_is_reported_is_that_of_the_fully_covered(shared_evidence):
    wanted = json.loads(FOUND[0].read_text())["figures"]["PR lead time, fully covered PRs only"]
    found = values(_measured(shared_evidence))
    assert (found["lead.listed"], found["lead.measured"], found["lead.count"]) == (40, 40, wanted["prs"])
    assert found["lead.hours"] == near(wanted["total_hours"], 0)
    assert found["lead.median"] == near(wanted["median_lead_hours"], 0)


@needs_shared
def test_intervals_are_the_known_ones_to_three_in_a_hundred(shared_evidence):
    wanted, document = json.loads(FOUND[0].read_text())["figures"], _measured(shared_evidence)
    by_id = {fact["id"]: fact for fact in document["facts"]}
    for ours, theirs in (("active.ceiling", "active"), ("turn.ceiling", "in-turn")):
        interval = by_id[ours]["interval"]
        assert [interval["low"], interval["high"]] == pytest.approx(wanted[theirs]["ceiling_ci95"], rel=0.03)
    cases = [(row["rules_hours"]["model"], row["lead_hours"]) for row in document["details"]["pull_requests"]]
    ends = skill.bootstrap.interval(skill.bootstrap.drawn_sums(cases), lambda sums: sums[1] / (sums[1] - sums[0]))
    assert list(ends) == pytest.approx(wanted["PR lead time"]["ceiling_ci95"], rel=0.03)


@BOTH
def test_stages_of_a_lead_time_sum_to_it(case):
    for row in case[1]["details"]["pull_requests"]:
        assert math.fsum(row["calibrated_hours"].values()) == pytest.approx(row["lead_hours"], abs=1e-5)
        assert math.fsum(row["rules_hours"].values()) == pytest.approx(row["lead_hours"], abs=1e-5)
        assert math.fsum(row["working_hours"].values()) <= row["lead_hours"] + 1e-5


@BOTH
def test_calibrated_sessions_keep_the_recorded_durations_to_the_second(case):
    """Inside the turns of a session, model and tool together are what the log recorded, and the dialogs are the rest."""
    for name, wanted, row in sessions_of(case):
        duration = sum(turn["duration_seconds"] for turn in row["turns"])
        dialog = sum(turn["dialog_seconds"] for turn in row["turns"])
        split = row["calibrated_seconds"]
        assert split["model"] + split["tool"] >= duration - 0.01, name
        assert split["dialog"] >= dialog - 0.01, name
        assert math.fsum(split.values()) == pytest.approx(wanted["wall_seconds"], abs=0.01), name
