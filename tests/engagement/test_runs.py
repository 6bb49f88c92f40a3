"""The runs of a machine: a counter, events, and what a run's state is."""

from __future__ import annotations

import json

import pytest
from small import NOW, SKILL, lines

from fde.engagement import runs
from fde.engagement.engagement import create
from fde.errors import CannotRead, LedgerBroken, NoRun, NotJson, ScriptFailed


@pytest.fixture(name="acme")
def _acme(tmp_path):
    return create(tmp_path / "acme", {"name": "acme"}, "")


def start(acme, at=NOW):
    return runs.start(acme, skill=SKILL, subject=None, at=at)


def test_runs_are_counted_whatever_the_clock_says(acme):
    assert [start(acme, at).id for at in (NOW, "1999-01-01T00:00:00+00:00", NOW)] == ["r0001", "r0002", "r0003"]
    assert [run.id for run in runs.runs(acme)] == ["r0001", "r0002", "r0003"]


def test_the_counter_goes_on_above_9999(acme):
    runs.ledger_path(acme).write_text(json.dumps({"run": "r9999", "event": "started", "skill": SKILL, "at": NOW}) + "\n")
    assert start(acme).id == "r10000"
    assert start(acme).id == "r10001"


STATES = {
    "started": ([], "started", "started", False),
    "asked": ([("asked", {})], "asked", "asked", True),
    "refused": ([("asked", {}), ("refused", {"problems": 2})], "refused", "refused", True),
    "finished": ([("finished", {"status": "ok"})], "finished", "ok", False),
    "in repair": ([("repair", {"status": "failed: x"})], "started", "started", False),
    "writing": ([("writing", {})], "started", "started", False),
    "writing an answer to a question": ([("asked", {}), ("writing", {})], "asked", "asked", True),
    "adopted after it had failed": ([("finished", {"status": "failed: x"}), ("finished", {"status": "ok"})], "finished", "ok", False),
}


@pytest.mark.parametrize(("events", "state", "outcome", "waits"), STATES.values(), ids=STATES)
def test_a_run_is(acme, events, state, outcome, waits):
    run = start(acme)
    for event, values in events:
        runs.record(acme, run, event, **values)
    found = runs.find(acme, run.id)
    assert (found.state, found.outcome, found.waits) == (state, outcome, waits)


def test_a_run_that_is_not_there_is_told(acme):
    start(acme)
    with pytest.raises(NoRun, match="There is no run r0002 on this machine"):
        runs.find(acme, "r0002")


def test_what_is_kept_can_be_recalled_and_what_is_not_json_is_told(acme):
    run = start(acme)
    runs.keep(acme, run, "snapshot.json", '{"a": 1}')
    assert runs.recall(acme, run, "snapshot.json") == {"a": 1}
    runs.keep(acme, run, "snapshot.json", "{")
    with pytest.raises(NotJson):
        runs.recall(acme, run, "snapshot.json")
    with pytest.raises(CannotRead):
        runs.recall(acme, run, "nothing.json")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ScriptFailed("x", "y"), "failed: script-failed"),
        (PermissionError(13, "Permission denied"), "failed: system-refused"),
        (KeyboardInterrupt(), "failed: interrupted"),
    ],
)
def test_what_ends_a_run_is_recorded_and_told_on(acme, error, status):
    run = start(acme)
    with pytest.raises(type(error)), runs.recorded(acme, run):
        raise error
    assert lines(runs.ledger_path(acme))[-1] == {"run": "r0001", "event": "finished", "status": status}


def test_what_ends_a_run_is_told_also_where_it_cannot_be_recorded(acme):
    run = start(acme)
    runs.ledger_path(acme).unlink()
    runs.ledger_path(acme).mkdir()
    with pytest.raises(ScriptFailed), runs.recorded(acme, run):
        raise ScriptFailed("x", "y")


@pytest.mark.parametrize(
    "line", [{}, {"run": "r0001"}, {"run": 1, "event": "started"}, {"run": "../x", "event": "started", "skill": "s", "at": NOW},
             {"run": "r0002", "event": "finished"}, {"run": "r0002", "event": "started", "skill": "s"}]
)  # fmt: skip
def test_a_line_that_is_no_event_of_a_run_is_refused_with_its_number(acme, line):
    start(acme)
    with runs.ledger_path(acme).open("a") as file:
        file.write(json.dumps(line) + "\n")
    with pytest.raises(LedgerBroken) as refused:
        runs.runs(acme)
    assert refused.value.where == f"{runs.ledger_path(acme)}:2"
