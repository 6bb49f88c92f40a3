"""The collector: what is measured from its skeletons is what is measured from the logs, and no word of a log is in them."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from skills.amdahl_ceiling.logs import Log, stamp
from skills.amdahl_ceiling.measured import EXAMPLE, SCRIPTS, facts, run, skill, values

SCRIPT = SCRIPTS / "collect.py"
# A folder of evidence with more logs (sessions/, pull-requests/) than a repository can carry.
LARGER = os.environ.get("AMDAHL_EVIDENCE", "")
HOURS = ("--working-hours", "Mon-Fri 09:00-17:00")
collect = skill.collect


def collected(logs: Path, out: Path, *more: object) -> dict[str, Any]:
    """Collect the logs into *out* in a process of its own, with the key beside it; return the manifest."""
    done = run("sessions", "--from", logs, "--out", out, *_key(out), *more, script=SCRIPT, env={})
    assert done.returncode == 0, done.stderr.decode()
    manifest: dict[str, Any] = json.loads((out / "manifest.json").read_text())
    return manifest


def _key(out: Path) -> tuple[str, Path]:
    return ("--key-file", out.parent / "key")


def maker_of(out: Path) -> Any:
    return collect.Skeleton(bytes.fromhex((out.parent / "key").read_text().strip()))


def renamed(document: dict[str, Any], logs: Path, out: Path) -> dict[str, Any]:
    """The facts with the names that the logs have in a pack, and without what a file's bytes decide."""
    text, maker = json.dumps(document), maker_of(out)
    for log in collect.logs_below(logs, maker, collect.Found()):
        text = text.replace(f"sessions/{log.path.relative_to(logs).as_posix()}", log.name)
        old, new = (hashlib.sha256(name.encode()).hexdigest()[:12] for name in (log.path.stem, Path(log.name).stem))
        text = text.replace(old, new)
    made: dict[str, Any] = json.loads(text)
    for source in made["sources"]:
        del source["digest"], source["bytes"]
        source["note"] = in_any_order(source["note"])
    # Logs without a session are listed in the order of their folders, and hashes have another one.
    return made | {"warnings": list(map(in_any_order, made["warnings"]))}


def in_any_order(sentence: str) -> list[str]:
    """The words of a sentence, for comparison; which files it names first when there are many, their names decide."""
    return sorted(re.split(r"[ ,.]+", re.sub(r"sessions/[^ ,:]+", "sessions/", sentence)))


def assert_same_facts(evidence: Path, out: Path) -> None:
    """What is measured from *evidence* is what is measured from a pack made of it."""
    tables = sorted((evidence / "pull-requests").glob("*.csv"))
    collected(evidence / "sessions", out, *(word for path in tables for word in ("--pulls", path)))
    before = renamed(facts(evidence, *HOURS), evidence / "sessions", out)
    assert renamed(facts(out, *HOURS), evidence / "sessions", out) == before


def test_the_facts_of_the_examples_skeletons_are_those_of_its_logs(tmp_path):
    assert_same_facts(EXAMPLE / "evidence", tmp_path / "pack")


@pytest.mark.skipif(not LARGER, reason="AMDAHL_EVIDENCE names no larger set of logs")
def test_the_facts_of_a_larger_sets_skeletons_are_those_of_its_logs(tmp_path):
    assert_same_facts(Path(LARGER), tmp_path / "pack")


# Every key of the format, and words where the format has some: none of them may leave.
KEYS = (
    "uuid parentUuid logicalParentUuid sessionId agentId requestId promptId leafUuid messageId parentToolUseID toolUseID sourceToolUseID "
    "sourceToolAssistantUUID tool_use_id id name model role content text thinking signature input stop_reason stop_sequence usage caller "
    "toolUseResult stdout stderr oldString newString structuredPatch filePath originalFile durationMs durationSeconds retryInMs "
    "retryAttempt elapsedTimeSeconds message data error status cwd gitBranch version slug userType entrypoint permissionMode timestamp "
    "isSidechain isMeta isCompactSummary subtype type summary lastPrompt prUrl prRepository prNumber operation attachment hookInfos "
    "command compactMetadata planContent todos normalizedMessages customTitle origin teamName"
).split()
CANARY = "zanzibar"
OPENINGS = (*collect.MARKERS, collect.REFUSAL, "", "[Request interrupted by", "<command-message>", "/home/")
WORDS = st.sampled_from(OPENINGS).map(lambda start: f"{start}{CANARY}")
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-5, 90_000), st.floats(0, 9, allow_nan=False), WORDS)
IDS = st.sampled_from([f"{CANARY}-{number}" for number in range(6)])
TOOL_NAMES = st.sampled_from(["Bash", "Read", "Task", "WebFetch", "AskUserQuestion", f"mcp__{CANARY}__{CANARY}"])
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS) | WORDS, inner, max_size=4)),
    max_leaves=8,
)
TIMES = st.floats(0, 5000).map(stamp) | st.just(f"{CANARY}T10:00:00Z") | st.just("2026-01-12T14:00:01+01:00")


def having(**fields: Any) -> Any:
    """An object with these keys, and some of all others."""
    odd = st.dictionaries(st.sampled_from(KEYS) | WORDS, ANYTHING, max_size=3)
    return st.builds(lambda more, own: more | own, odd, st.fixed_dictionaries({}, optional=fields))


BLOCKS = st.one_of(
    having(type=st.just("text"), text=WORDS),
    having(type=st.just("thinking"), thinking=WORDS),
    having(type=st.just("tool_use"), id=IDS, name=TOOL_NAMES, input=ANYTHING),
    having(type=st.just("tool_result"), tool_use_id=IDS, content=WORDS | st.lists(having(type=st.just("text"), text=WORDS), max_size=2)),
    having(type=WORDS),
)
MESSAGES = having(id=IDS, model=st.just("<synthetic>") | WORDS, content=WORDS | st.lists(BLOCKS, max_size=4))
OWN = having(durationMs=st.integers(0, 90_000), durationSeconds=st.floats(0, 90))
FLAGS = {name: st.booleans() for name in ("isSidechain", "isMeta", "isCompactSummary")}
SHARED: dict[str, Any] = {"uuid": IDS, "timestamp": TIMES, "message": MESSAGES, "toolUseResult": OWN | ANYTHING}
DATA = having(
    type=st.sampled_from(["bash_progress", "agent_progress", "hook_progress", CANARY]),
    elapsedTimeSeconds=st.integers(0, 90),
    agentId=IDS,
    message=having(type=st.sampled_from(["assistant", "user"]), **SHARED),
)
RECORDS = having(
    type=st.sampled_from(["assistant", "user", "progress", "system", "file-history-snapshot", "summary", CANARY]),
    subtype=st.sampled_from(["turn_duration", "api_error", CANARY]),
    durationMs=st.integers(0, 90_000),
    retryInMs=st.floats(0, 9000),
    parentToolUseID=IDS,
    agentId=IDS,
    sessionId=IDS,
    data=DATA,
    **SHARED,
    **FLAGS,
).map(lambda record: record | {"type": record["type"] if isinstance(record.get("type"), str) else "user"})
LINES = st.lists(RECORDS.map(json.dumps) | st.sampled_from(["", "{", "[1]", f'"{CANARY}"']), max_size=12)
KEY = bytes(range(32))


FIELDS = st.fixed_dictionaries(
    {}, optional={"isMeta": st.booleans(), "isCompactSummary": st.booleans(), "sourceToolUseID": IDS, "cwd": WORDS}
)
TEXTS = st.one_of(WORDS, WORDS.map(lambda words: [{"type": "text", "text": words}, {"type": "text", "text": "x"}]))
CALLED = st.sampled_from(["AskUserQuestion", "Bash", "Read", "Task", "WebSearch", f"mcp__{CANARY}__{CANARY}"])
SINCE = st.integers(0, 3000)
MODELS = st.sampled_from(["<synthetic>", f"{CANARY}-1"])
ANSWERS = st.sampled_from([[{"type": "text", "text": CANARY}], [{"type": "tool_result", "tool_use_id": "a", "content": CANARY}]])
# What happens in a session that makes sense: a method of the log in the making, and what it is given after the time.
STEPS = st.one_of(
    st.tuples(st.just("prompt"), SINCE, st.tuples(WORDS), FIELDS),
    st.tuples(st.just("record"), SINCE, st.just(("user",)), TEXTS.map(lambda text: {"message": {"content": text}})),
    st.tuples(st.just("says"), SINCE, st.tuples(IDS), MODELS.map(lambda model: {"model": model})),
    st.tuples(st.just("thinks"), SINCE, st.tuples(IDS), st.just({})),
    st.tuples(st.just("asks"), SINCE, st.tuples(IDS, st.sampled_from("abc"), CALLED), st.just({})),
    st.tuples(st.just("result"), SINCE, st.tuples(st.sampled_from("abc"), WORDS, OWN), st.just({})),
    st.tuples(st.just("progress"), SINCE, st.tuples(st.sampled_from("abc"), st.integers(0, 60)), st.just({})),
    st.tuples(
        st.just("mirrored"),
        SINCE,
        st.tuples(IDS, IDS, st.sampled_from(["user", "assistant"]), ANSWERS.map(lambda blocks: {"id": "m", "content": blocks})),
        st.just({}),
    ),
    st.tuples(st.just("took"), SINCE, st.tuples(st.integers(0, 600)), st.just({})),
    st.tuples(st.just("record"), SINCE, st.just(("system",)), st.just({"subtype": "api_error", "retryInMs": 900.5})),
)


def log_of(steps: list[tuple[str, float, tuple[Any, ...], dict[str, Any]]]) -> list[str]:
    """The lines of a log in which *steps* happen one after the other."""
    log = Log(CANARY)
    for name, seconds, texts, fields in sorted(steps, key=lambda step: step[1]):
        getattr(log, name)(seconds, *texts, **fields)
    return log.lines


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(lines=st.one_of(st.lists(STEPS, min_size=3, max_size=14).map(log_of), LINES))
def test_a_generated_log_leaves_no_word_and_is_measured_as_it_was(lines):
    maker = collect.Skeleton(KEY)
    made = list(collect.skeletons((line.encode() for line in lines), maker, collect.Found()))
    assert CANARY not in "".join(made)
    before, after = map(read, (lines, made))
    assert after == before


def read(lines: list[str]) -> Any:
    """The session that the measurement reads from *lines*."""
    reader = skill.transcripts.Reader("s", set())
    data = "".join(f"{line}\n" for line in lines).encode()
    reader.block(data, len(data), 0)
    return reader.session()


@pytest.mark.parametrize(
    ("log", "kept"),
    [
        (Log().prompt(0, "[Request interrupted by user for tool use] x"), '"[Request interrupted by user]"'),
        (Log().prompt(0, "<task-notification><task-id>x"), '"<task-notification>"'),
        (Log().prompt(0, "<command-name>/deploy-acme"), '"<command-name>"'),
        (Log().prompt(0, "<local-command-stdout>x"), '"<local-command>"'),
        (Log().result(0, "a", f"{collect.REFUSAL}. It was rejected"), f'"{collect.REFUSAL}"'),
        (Log().prompt(0, "x", isMeta=True), '"isMeta":true'),
        (Log().prompt(0, "x", sourceToolUseID="t"), '"sourceToolUseID":'),
        (Log().prompt(0, "x", isCompactSummary=True), '"isCompactSummary":true'),
        (Log().says(0, "m", model="<synthetic>"), '"model":"<synthetic>"'),
        (Log().asks(0, "m", "a", "WebFetch"), '"name":"WebFetch"'),
        (Log().result(0, "a", "x", {"durationSeconds": 2.5}), '"durationSeconds":2.5'),
        (Log().progress(5, "a", 2), '"elapsedTimeSeconds":2'),
        (Log().took(5, 31), '"durationMs":31000'),
    ],
)
def test_what_decides_about_time_is_kept_as_its_shortest_form(log, kept):
    (line,) = collect.skeletons((line.encode() for line in log.lines), collect.Skeleton(KEY), collect.Found())
    assert kept in line


def test_every_tool_that_the_measurement_treats_in_its_own_way_keeps_its_name():
    calls = skill.calls
    special = calls.ASKS_A_PERSON | calls.WEB | calls.LOCAL | calls.SUB_AGENT_TOOLS | {"Bash"}
    assert special <= collect.TOOLS


def test_the_tool_of_a_strangers_server_has_no_name_and_is_the_same_everywhere():
    maker = collect.Skeleton(KEY)
    assert maker.tool("mcp__acme__orders") == maker.tool("mcp__acme__orders") != maker.tool("mcp__acme__bills")
    assert "acme" not in maker.tool("mcp__acme__orders")


def checked(folder: Path) -> tuple[int, str]:
    """The exit code of `check`, and what it prints."""
    done = run("check", folder, script=SCRIPT, env={})
    return done.returncode, (done.stdout + done.stderr).decode()


@pytest.fixture(name="logs")
def _logs(tmp_path) -> Path:
    """A folder of logs as Claude Code has it: a session with two sub-agents of either kind, and one that goes on from it."""
    folder = tmp_path / "logs" / "-home-jo-acme"
    main = Log("one").prompt(0, "secret plan").asks(1, "m", "a", "Task").result(5, "a")
    main.write(folder)
    Log("two", sessionId="one", isSidechain=True, agentId="f").prompt(2, "look").write(folder, "agent-f00d")
    Log("three", isSidechain=True, agentId="g").prompt(3, "look").write(folder / "one" / "subagents", "agent-1")
    Log("next").raw(main.lines[0]).prompt(86_400 * 20, "go on").write(folder)
    return tmp_path / "logs"


def test_a_pack_holds_its_kinds_counts_period_and_versions_and_no_name(logs, tmp_path):
    manifest = collected(logs, tmp_path / "pack")
    assert manifest["kinds"]["sessions"]["got"] == manifest["kinds"]["sub-agents"]["got"] == 2
    assert manifest["period"] == ["2026-01-12", "2026-02-01"]
    assert manifest["collector"]["digest"] == f"sha256:{hashlib.sha256(SCRIPT.read_bytes()).hexdigest()}"
    everything = "".join(f"{path}{path.read_text()}" for path in (tmp_path / "pack").rglob("*") if path.is_file())
    assert not re.search("secret|acme|home|one|f00d", everything.replace(str(tmp_path), ""))


def test_sub_agents_stay_with_their_session(logs, tmp_path):
    collected(logs, tmp_path / "pack")
    assert [read_sessions(folder) for folder in (logs, tmp_path / "pack" / "sessions")] == [[(2, 0), (5, 1)]] * 2


def read_sessions(folder: Path) -> list[tuple[int, int]]:
    """Lines and repeated records of each session below *folder*, in reading order, without names."""
    root = folder.parent / f"{folder.name}-evidence"
    root.mkdir()
    shutil.copytree(folder, root / "sessions")
    _, found = skill.sessionlogs.read_sessions(root)
    return [(session.counts.lines, session.counts.repeated) for session in found]


def test_logs_that_begin_alike_stay_in_their_order(tmp_path):
    Log("b").prompt(0, "x").says(1, "m").says(2, "m").write(tmp_path / "logs")
    Log("a").prompt(0, "x" * 5000).write(tmp_path / "logs")
    collected(tmp_path / "logs", tmp_path / "pack")
    sizes = {path.stem: path.stat().st_size for path in (tmp_path / "pack" / "sessions").iterdir()}
    maker = maker_of(tmp_path / "pack")
    assert sizes[maker.ident("b")] < sizes[maker.ident("a")]


def test_two_machines_packs_have_no_id_in_common_and_one_key_makes_them_fit(logs, tmp_path):
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
    shutil.copy(key_of(logs, tmp_path / "a" / "pack"), tmp_path / "c" / "key")
    ids = {name: ids_of(logs, tmp_path / name / "pack") for name in ("a", "b", "c")}
    assert not ids["a"] & ids["b"]
    assert ids["a"] == ids["c"]


def key_of(logs: Path, out: Path) -> Path:
    """The key that is made with a pack."""
    collected(logs, out)
    shutil.rmtree(out)
    return out.parent / "key"


def ids_of(logs: Path, out: Path) -> set[str]:
    """Every id and every name in a pack."""
    collected(logs, out)
    names = {part for path in out.rglob("*.jsonl") for part in path.relative_to(out).parts[1:-1]} - {"subagents"}
    return names | set(re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", "".join(p.read_text() for p in out.rglob("*.jsonl"))))


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_the_key_is_its_owners_alone_and_one_that_others_can_read_is_refused(logs, tmp_path):
    collected(logs, tmp_path / "pack")
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    (tmp_path / "key").chmod(0o644)
    done = run("sessions", "--from", logs, "--out", tmp_path / "other", *_key(tmp_path / "other"), script=SCRIPT, env={})
    assert (done.returncode, b"chmod 600" in done.stderr) == (3, True)
    assert not (tmp_path / "other").exists()


def test_show_prints_what_would_leave_and_leaves_nothing_behind(logs, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    done = run("sessions", "--from", logs, "--show", "--key-file", tmp_path / "key", script=SCRIPT, env={})
    assert sorted(tmp_path.rglob("*")) == before
    assert done.stderr.startswith(b"collect.py: Claude Code deletes its session logs after 30 days")
    assert b"cleanupPeriodDays" in done.stderr
    assert done.stdout.count(b'"type":"user"') == 6
    assert b"secret" not in done.stdout


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--out", "pack", "--key-file", "pack/key"], b"must not lie in the pack"),
        (["--out", "logs"], b"is a pack already"),
        (["--out", "new", "--key-file", "bad"], b"64 hexadecimal digits"),
        (["--out", "new", "--key-file", "key", "--pulls", "none.csv"], b"none.csv"),
        (["--out", "new", "--key-file", "key", "--pulls", "odd.csv"], b"odd.csv: row 2, column merged_at: expected a number, or a time"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(more, words, logs, tmp_path):
    (logs / "sessions").mkdir()
    (tmp_path / "bad").write_text("short")
    (tmp_path / "bad").chmod(0o600)
    (tmp_path / "odd.csv").write_text("pr,merged_at,session_ids\n1,2026-01-13T10:00:00Z,s\n2,2026-01-13 10:00,s\n")
    done = run("sessions", "--from", logs, *more, script=SCRIPT, cwd=tmp_path, env={})
    assert (done.returncode, words in done.stderr) == (3, True), done.stderr
    assert not (tmp_path / "new").exists()


def test_a_table_of_pull_requests_keeps_what_joins_it_to_sessions_and_no_other_column(logs, tmp_path):
    (tmp_path / "t.csv").write_text("title;pr;merged_at;session_ids;last_commit_at\nAcme deal;7;2026-01-13T10:00:00Z;one next;\n")
    collected(logs, tmp_path / "pack", "--pulls", tmp_path / "t.csv")
    (table,) = (tmp_path / "pack" / "pull-requests").iterdir()
    maker = maker_of(tmp_path / "pack")
    sessions = f"{maker.ident('one')} {maker.ident('next')}"
    assert table.read_text() == f"pr,merged_at,session_ids,last_commit_at\n7,2026-01-13T10:00:00Z,{sessions},\n"


def test_check_finds_nothing_in_a_whole_pack_and_names_each_gap(logs, tmp_path):
    (tmp_path / "t.csv").write_text("pr,merged_at,session_ids\n7,2026-01-13T10:00:00Z,one\n")
    pack = tmp_path / "pack"
    collected(logs, pack, "--pulls", tmp_path / "t.csv")
    assert checked(pack)[0] == 0, checked(pack)
    (pack / "manifest-2.json").write_text(json.dumps({"schema": "fde.requests/1", "files": ["ci/1.runs.json", "ci/2.runs.json"]}))
    (pack / "ci").mkdir()
    (pack / "ci" / "1.runs.json").write_text("{}")
    assert "Missing: 1 exports, ci/2.runs.json first." in checked(pack)[1]
    log = next(pack.rglob("*.jsonl"))
    log.write_text(log.read_text() + " ")
    assert "Copy the pack again" in checked(pack)[1]
    log.unlink()
    (pack / "manifest.json").write_text((pack / "manifest.json").read_text().replace("2026-02-01", "2026-01-20"))
    assert "the logs reach over 9 days only. Set cleanupPeriodDays" in checked(pack)[1]
    code, said = checked(pack)
    assert (code, "speaks of 4 skeletons" in said) == (1, True)
    shutil.rmtree(pack)
    assert checked(pack)[0] == 3


def test_a_log_that_is_a_link_is_not_read_and_counted(logs, tmp_path):
    (logs / "link.jsonl").symlink_to(next(logs.rglob("one.jsonl")))
    kind = collected(logs, tmp_path / "pack")["kinds"]["sessions"]
    assert (kind["expected"], kind["got"]) == (3, 2)
    assert "1 logs were links" in checked(tmp_path / "pack")[1]


def test_the_collector_alone_in_an_empty_place_makes_a_pack(logs, tmp_path):
    (tmp_path / "alone").mkdir()
    script = shutil.copy(SCRIPT, tmp_path / "alone")
    done = run("sessions", "--from", logs, "--out", tmp_path / "pack", *_key(tmp_path / "pack"), script=script, env={}, cwd="/")
    assert done.returncode == 0, done.stderr.decode()
    assert len(list((tmp_path / "pack").rglob("*.jsonl"))) == 4


def test_a_pack_goes_into_the_folder_in_which_exports_are_already(logs, tmp_path):
    table = tmp_path / "pack" / "pull-requests"
    table.mkdir(parents=True)
    (table / "1.pulls.json").write_text("[]")
    (tmp_path / "t.csv").write_text("pr,merged_at,session_ids\n")
    collected(logs, tmp_path / "pack", "--pulls", tmp_path / "t.csv", "--pulls", tmp_path / "t.csv")
    assert len(list(table.iterdir())) == 3


def test_packs_of_two_machines_in_one_folder_are_measured_together(logs, tmp_path):
    joined = tmp_path / "joined"
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        collected(logs, tmp_path / name / "pack")
        shutil.copytree(tmp_path / name / "pack" / "sessions", joined / "sessions", dirs_exist_ok=True)
        shutil.copy(tmp_path / name / "pack" / "manifest.json", joined / f"manifest-{name}.json")
    _, sessions = skill.sessionlogs.read_sessions(joined)
    assert sorted((session.counts.lines, session.counts.repeated) for session in sessions) == [(2, 0), (2, 0), (5, 1), (5, 1)]
    assert "Copy the pack again" not in checked(joined)[1]


def test_an_older_python_can_read_the_collector_as_far_as_the_sentence_that_refuses_it():
    ast.parse(SCRIPT.read_text(), feature_version=(3, 8))


def test_a_session_is_joined_to_the_export_of_a_repository_that_is_named(tmp_path):
    log = Log("s").prompt(0).says(600, "m")
    log.record(700, "pr-link", prNumber=7, prRepository="acme/shop", prUrl="x").write(tmp_path / "logs")
    for name, more in (("named", ("--repos", "acme/shop", "acme/till")), ("unnamed", ())):
        pack = tmp_path / name / "pack"
        (tmp_path / name).mkdir()
        collected(tmp_path / "logs", pack, *more)
        (pack / "pull-requests").mkdir()
        pulls = [{"number": 7, "createdAt": stamp(3600), "mergedAt": stamp(7200), "isDraft": False, "author": {"login": "author"}}]
        (pack / f"pull-requests/{skill.forges.code('acme/shop')}.pulls.json").write_text(json.dumps(pulls))
        assert values(facts(pack))["lead.count"] == (name == "named")


@pytest.mark.parametrize(("name", "expected"), [("codex", "no line of it is a record of Claude Code"), ("repository", "expected a repository like OWNER/NAME")])
def test_what_cannot_be_collected_is_said_and_nothing_is_written(tmp_path, name, expected):
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs/a.jsonl").write_text('{"timestamp": "2026-01-12T12:00:00Z", "type": "session_meta", "payload": {}}\n')
    more = ("--repos", "shop") if name == "repository" else ()
    done = run("sessions", "--from", tmp_path / "logs", "--out", tmp_path / "pack", "--key-file", tmp_path / "key", *more, script=SCRIPT, env={})
    assert (done.returncode, expected in done.stderr.decode(), (tmp_path / "pack").exists()) == (3, True, False)


@pytest.mark.parametrize("arguments", [("check", "."), ("commands", "--repos", "acme/shop", "--since", "2026-01-01")])
def test_handed_over_alone_it_says_which_commands_need_the_files_beside_it(tmp_path, arguments):
    shutil.copy(SCRIPT, tmp_path)
    done = run(*arguments, script=tmp_path / SCRIPT.name, env={})
    assert (done.returncode, done.stderr.decode().startswith("collect.py: this needs the files")) == (3, True)
