"""A table of the other agents: a row for each, and none where no log of theirs is there."""

from __future__ import annotations

import shutil

from skills.amdahl_ceiling.measured import example_facts, facts, values
from skills.amdahl_ceiling.torn import SAMPLES


def test_each_agent_has_a_row_with_its_own_sessions_and_hours(tmp_path):
    shutil.copytree(SAMPLES / "copilot", tmp_path / "agents/copilot")
    shutil.copytree(SAMPLES / "gemini", tmp_path / "agents/gemini")
    document = facts(tmp_path)
    [table] = [table for table in document["tables"] if table["id"] == "agents"]
    assert [row[0] for row in table["rows"]] == ["Copilot CLI", "Gemini CLI"]
    found = values(document)
    assert (found["agents.copilot.sessions"], found["agents.copilot.model.hours"]) == (
        3,
        round((4.28 + 5 + 2) / 3600, 6),
    )


def test_what_a_log_does_not_write_down_is_not_known_and_no_zero(tmp_path):
    shutil.copytree(SAMPLES / "gemini", tmp_path / "agents/gemini")
    human = next(fact for fact in facts(tmp_path)["facts"] if fact["id"] == "agents.gemini.human.hours")
    assert (human["value"], human["unknown"]) == (None, "its log does not write it down")


def test_without_such_logs_there_is_no_table():
    document = example_facts()
    assert not [table for table in document["tables"] if table["id"] == "agents"]
    assert not [name for name in values(document) if name.startswith("agents.")]
