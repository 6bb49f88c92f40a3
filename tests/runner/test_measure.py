"""A script is run as the contract says, and what it prints is believed only when it is exactly that."""

from __future__ import annotations

import json
import os
import select
import sys
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from skillset.folders import FACTS, built_in, make_skill, prints

import fde.runner.measure
from fde.errors import BrokenSkill, NoScript, NotTrusted, ScriptFailed, ScriptRefused, ScriptUsage
from fde.portable.artefact import facts_problems
from fde.runner.measure import measure, script_of
from fde.skillset.skill import Origin, read

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=ZoneInfo("Europe/Berlin"))

# Prints the facts and, as their details, what the script saw of the world.
LOOKS = f"""
import json, os, sys
facts = json.loads({json.dumps(json.dumps(FACTS))})
facts["details"] = {{
    "args": sys.argv[1:], "cwd": os.getcwd(), "files": os.listdir(), "environment": dict(os.environ),
    "stdin": sys.stdin.read(), "isolated": sys.flags.isolated, "group": os.getpgid(0), "parent": os.getpgid(os.getppid()),
}}
sys.stderr.write("3 orders read\\n\\x1b[2J")
print(json.dumps(facts))
"""


@pytest.fixture
def evidence(tmp_path):
    (tmp_path / "evidence").mkdir()
    return tmp_path / "evidence"


@pytest.fixture
def typed():
    """What somebody types while the script runs: the test's own standard input is open and holds a line."""
    kept = os.dup(0)
    reader, writer = os.pipe()
    os.write(writer, b"secret\n")
    os.close(writer)
    os.dup2(reader, 0)
    yield
    os.dup2(kept, 0)
    os.close(kept)
    os.close(reader)


@pytest.fixture
def run(tmp_path, evidence):
    """Measure with a skill of ours whose script is the given text."""

    def call(script, *, driver=None, **given):
        folder = make_skill(tmp_path / "skills", script=script, driver=driver)
        return measure(
            built_in(folder), **{"evidence": evidence, "now": NOW, "tz": "Europe/Berlin", "context": {}, **given}
        )

    return call


def test_the_facts_and_the_messages_come_back(run):
    measured = run(LOOKS)
    assert {key: value for key, value in measured.facts.items() if key != "details"} == FACTS
    assert measured.messages == "3 orders read\n\ufffd[2J"


def test_the_script_gets_the_contracts_arguments(run, evidence):
    assert run(LOOKS).facts["details"]["args"] == [
        "facts", "--evidence", str(evidence), "--now", "2026-03-02T08:00:00+01:00", "--tz", "Europe/Berlin",
    ]  # fmt: skip


def test_the_script_gets_what_its_driver_asks_for_and_what_the_run_adds(run, tmp_path):
    driver = {"measure": "scripts/measure.py", "context": ["working_hours", "holidays"]}
    given = run(
        LOOKS,
        driver=driver,
        context={"working_hours": "Mon-Fri 09:00-17:00", "holidays": "", "currency": "EUR"},
        answers=tmp_path / "a.md",
        facts=[tmp_path / "1.json", tmp_path / "2.json"],
        args=["--deep", "x"],
    ).facts["details"]["args"]
    assert given[7:] == [
        "--working-hours", "Mon-Fri 09:00-17:00", "--answers", str(tmp_path / "a.md"),
        "--facts", str(tmp_path / "1.json"), "--facts", str(tmp_path / "2.json"), "--", "--deep", "x",
    ]  # fmt: skip


def test_values_that_the_driver_does_not_ask_for_stay_here(run):
    assert (
        "--working-hours" not in run(LOOKS, context={"working_hours": "Mon-Fri 09:00-17:00"}).facts["details"]["args"]
    )


def test_a_relative_evidence_folder_is_handed_on_as_an_absolute_one(run, evidence, monkeypatch):
    monkeypatch.chdir(evidence.parent)
    assert run(LOOKS, evidence=evidence.relative_to(evidence.parent)).facts["details"]["args"][2] == str(evidence)


def test_the_script_sees_an_empty_folder_no_keys_and_no_input(run, typed, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-secret")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    seen = run(LOOKS).facts["details"]
    assert seen["files"] == []
    assert not Path(seen["cwd"]).exists()
    assert set(seen["environment"]) <= {"PATH", "LANG", "TMPDIR", "LC_CTYPE"}
    assert seen["stdin"] == ""
    assert seen["isolated"] == 1
    assert seen["group"] != seen["parent"]


def test_nothing_is_written_into_the_skill(run, tmp_path):
    script = f"import os, sys\nsys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))\nimport beside\n{prints(FACTS)}"
    folder = make_skill(tmp_path / "skills", script=script)
    (folder / "scripts" / "beside.py").touch()
    before = sorted(folder.rglob("*"))
    measure(built_in(folder), evidence=tmp_path, now=NOW, tz="UTC", context={})
    assert sorted(folder.rglob("*")) == before


def test_a_compiled_copy_beside_the_script_is_never_run(tmp_path):
    """The digest that was trusted leaves compiled copies out, and Python takes an unchecked one without asking the source."""
    import importlib._bootstrap_external as bootstrap

    script = f"import os, sys\nsys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))\nimport beside\n{prints(FACTS)}"
    folder = make_skill(tmp_path / "skills", script=script)
    (folder / "scripts" / "beside.py").write_text("x = 1\n")
    canary = tmp_path / "canary"
    code = bootstrap._code_to_hash_pyc(compile(f"open({str(canary)!r}, 'w')", "beside.py", "exec"), b"x" * 8, False)
    cached = folder / "scripts" / "__pycache__" / f"beside.{sys.implementation.cache_tag}.pyc"
    cached.parent.mkdir()
    cached.write_bytes(code)
    measure(built_in(folder), evidence=tmp_path, now=NOW, tz="UTC", context={})
    assert not canary.exists()


def test_instructions_only_give_no_fact_and_say_so(tmp_path):
    facts = measure(built_in(make_skill(tmp_path)), evidence=tmp_path, now=NOW, tz="UTC", context={}).facts
    assert facts_problems(facts) == []
    assert (facts["skill"], facts["version"], facts["facts"]) == ("order-count", "1.0.0", [])
    assert "nothing was measured" in facts["answer"][0]


def test_instructions_that_nobody_trusted_are_not_followed(tmp_path):
    with pytest.raises(NotTrusted):
        measure(read(make_skill(tmp_path), Origin.ENGAGEMENT), evidence=tmp_path, now=NOW, tz="UTC", context={})


def test_instructions_have_no_script_to_run_by_hand(tmp_path):
    with pytest.raises(NoScript, match="order-count has no script"):
        script_of(built_in(make_skill(tmp_path)))


def test_exit_3_is_the_evidences_fault_in_the_scripts_words(run):
    with pytest.raises(ScriptRefused) as refused:
        run("import sys; sys.exit(sys.stderr.write('orders.csv:4: expected a date, found x\\n') and 3)")
    assert (
        refused.value.message == "order-count cannot measure what it was given: orders.csv:4: expected a date, found x"
    )
    assert refused.value.exit == 3


def test_exit_2_is_a_usage_error(run):
    with pytest.raises(ScriptUsage, match="unknown flag --deep") as refused:
        run("import sys; sys.exit(sys.stderr.write('unknown flag --deep') and 2)", args=["--deep"])
    assert refused.value.exit == 2


def test_facts_that_were_printed_before_a_failure_are_not_believed(run):
    with pytest.raises(ScriptFailed, match="exit code 1"):
        run(f"{prints(FACTS)}raise SystemExit(1)")


INVALID = [
    ("", "stdout is not one JSON object"),
    ("print('Counting ...')", "stdout is not one JSON object"),
    (prints(FACTS) * 2, "Extra data"),
    (prints(FACTS) + "print('done')", "Extra data"),
    ("print('[]')", "expected object"),
    ("print('{\"a\": NaN}')", "NaN is not a number"),
    (prints({**FACTS, "schema": "fde.facts/2"}), "facts.schema: expected 'fde.facts/1'"),
    (prints({**FACTS, "skill": "amdahl-ceiling"}), "facts.skill: expected 'order-count', found 'amdahl-ceiling'"),
    (prints({**FACTS, "facts": [{**FACTS["facts"][0], "grade": "Z"}]}), "facts.facts[0].grade"),
    ("import sys; sys.stdout.buffer.write(b'\\xff')", "not text in UTF-8"),
]


@pytest.mark.parametrize(("script", "said"), INVALID, ids=[said for _, said in INVALID])
def test_output_that_is_not_one_valid_document_is_refused(run, script, said):
    with pytest.raises(ScriptFailed) as refused:
        run(script)
    assert said in refused.value.message
    assert refused.value.where.endswith("scripts/measure.py")


def test_many_problems_are_named_by_the_first_and_counted(run):
    facts = [{**FACTS["facts"][0], "grade": "Z", "unit": 1} for _ in range(10)]
    with pytest.raises(ScriptFailed, match="and 15 more"):
        run(prints({**FACTS, "facts": facts}))


def test_the_last_words_of_a_long_complaint_are_shown_without_what_steers_a_terminal(run):
    with pytest.raises(ScriptFailed) as refused:
        run(
            "import sys\nfor n in range(400_000): sys.stderr.write(f'line {n}\\n')\nsys.stderr.write('\\x1b[31mlast'); sys.exit(9)"
        )
    assert refused.value.message.endswith("line 399999\n\ufffd[31mlast")
    assert len(refused.value.message) < 2_500


def test_a_script_that_writes_both_streams_full_does_not_stall(run):
    wide = {**FACTS, "warnings": ["x" * 3_000_000]}
    measured = run(f"import sys\nsys.stderr.write('y' * 3_000_000)\n{prints(wide)}")
    assert len(measured.facts["warnings"][0]) == 3_000_000
    assert len(measured.messages) == 1_000_000


def test_a_child_that_outlives_the_script_holds_nothing_up_and_is_ended(run, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    stays = f"import os, time; os.open({str(pipe)!r}, os.O_WRONLY); print(flush=True); time.sleep(60)"
    script = "import subprocess, sys\n"
    script += f"subprocess.Popen([sys.executable, '-c', {stays!r}], stdout=subprocess.PIPE).stdout.readline()\n{prints(FACTS)}"
    begun = time.monotonic()
    assert run(script).facts == FACTS
    assert time.monotonic() - begun < 10
    assert is_left(reader)


def test_a_script_that_closes_its_output_is_still_waited_for_and_limited(run):
    begun = time.monotonic()
    with pytest.raises(ScriptFailed, match=r"longer than 0\.5 seconds"):
        run("import os, time\nos.close(1); os.close(2); time.sleep(60)", limit=0.5)
    assert time.monotonic() - begun < 5


def test_a_script_ended_by_a_signal_is_named_so(run):
    with pytest.raises(ScriptFailed, match="ended by signal 9"):
        run("import os; os.kill(os.getpid(), 9)")


def test_more_output_than_the_cap_stops_the_script(run, monkeypatch):
    monkeypatch.setattr(fde.runner.measure, "STDOUT_CAP", 100_000)
    begun = time.monotonic()
    with pytest.raises(ScriptFailed, match="printed more than 100,000 bytes"):
        run("while True: print('x' * 1000)")
    assert time.monotonic() - begun < 5


def is_left(reader):
    """Say whether every process that wrote to the named pipe is gone; the system tells within moments."""
    watch = select.poll()
    watch.register(reader, 0)
    gone = bool(watch.poll(5_000))
    os.close(reader)
    return gone


def test_details_that_break_the_skills_own_schema_are_refused(tmp_path, evidence):
    rule = {"type": "object", "properties": {"cases": {"type": "integer"}}, "required": ["cases"], "additionalProperties": False}
    driver = {"measure": "scripts/measure.py", "details_schema": "assets/details.schema.json"}
    folder = make_skill(tmp_path / "skills", script=prints({**FACTS, "details": {"cases": "three"}}), driver=driver)
    (folder / "assets" / "details.schema.json").write_text(json.dumps(rule))
    with pytest.raises(ScriptFailed, match="details.cases: expected integer"):
        measure(built_in(folder), evidence=evidence, now=NOW, tz="Europe/Berlin", context={})


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ([], "details: expected an object, found []"),
        ({"type": "objekt"}, "details.type: it cannot be 'objekt'"),
        ({"oneOf": [{}]}, "details: the keyword 'oneOf' is not kept here; kept are type, properties"),
        ({"$ref": "#/$defs/x"}, "details.$ref: there is no '#/$defs/x'"),
        ({"$ref": "https://example.com/x"}, "details.$ref: it cannot be 'https://example.com/x'"),
        ({"properties": {"a": {"enum": 3}}}, "details.a.enum: it cannot be 3"),
        ({"items": {"pattern": "("}}, "details[].pattern: it cannot be '('"),
        ({"anyOf": [{"minimum": "1"}]}, "details.minimum: it cannot be '1'"),
        ({"$defs": {"x": {"minLength": -1}}}, "details.x.minLength: it cannot be -1"),
    ],
)
def test_a_schema_for_details_that_nobody_could_keep_is_refused_with_its_place(tmp_path, evidence, rule, said):
    driver = {"measure": "scripts/measure.py", "details_schema": "assets/details.schema.json"}
    folder = make_skill(tmp_path / "skills", script=prints({**FACTS, "details": {"a": 1}}), driver=driver)
    path = folder / "assets" / "details.schema.json"
    path.write_text(json.dumps(rule))
    with pytest.raises(BrokenSkill) as refused:
        measure(built_in(folder), evidence=evidence, now=NOW, tz="Europe/Berlin", context={})
    assert said in refused.value.message
    assert refused.value.where == str(path)


def test_facts_of_another_version_than_the_skills_are_refused(run):
    with pytest.raises(ScriptFailed, match="facts.version: expected '1.0.0', found '2.0.0'"):
        run(prints({**FACTS, "version": "2.0.0"}))


def test_a_script_that_misses_a_module_is_told_what_it_can_find(run):
    with pytest.raises(ScriptFailed) as refused:
        run("import its_neighbour\n")
    assert "its neighbours once it has put its own folder on sys.path" in refused.value.hint
