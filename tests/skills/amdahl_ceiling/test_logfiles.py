"""Files of logs as disks hold them: large, growing, with endless lines, repeated in one another."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from skills.amdahl_ceiling.logs import Log
from skills.amdahl_ceiling.measured import SCRIPTS, skill

read_sessions = skill.sessionlogs.read_sessions
MEGABYTE = 1_000_000


@pytest.fixture(name="root")
def _root(tmp_path):
    (tmp_path / "sessions").mkdir()
    return tmp_path


def read_file(path: Path, size: int | None = None):
    file = skill.logfiles.File(path=path, name=path.name, size=path.stat().st_size if size is None else size)
    return skill.logfiles.read_log(skill.logfiles.Log(id=path.stem, main=file, agents=()))


def simple(name, start=0):
    return Log(name).prompt(start).says(start + 10, f"{name}-m1")


def test_of_a_file_that_grows_while_it_is_read_only_what_was_there_counts(root):
    path = simple("a").write(root)
    before = path.read_bytes()
    simple("a", 500).write(root / "more")
    path.write_bytes(before + (root / "more" / "a.jsonl").read_bytes())
    found = read_file(path, len(before))
    assert (found.lines, found.session.wall[1] - found.session.wall[0]) == (2, 10)
    assert found.digests == ((path.name, len(before), f"sha256:{hashlib.sha256(before).hexdigest()}"),)


def test_a_file_that_became_shorter_is_read_to_its_end(root):
    path = simple("a").write(root)
    torn = path.read_bytes()[:-20]
    path.write_bytes(torn)
    found = read_file(path, 10 * len(torn))
    assert (found.lines, found.malformed) == (2, ("a.jsonl:2",))
    assert found.digests[0][1:] == (len(torn), f"sha256:{hashlib.sha256(torn).hexdigest()}")


@pytest.mark.parametrize("length", [1, 100, 2**18 - 300, 2**18, 2**18 + 1, 2**20, 2**20 + 7])
def test_lines_of_any_length_are_read_whole_wherever_a_block_ends(root, length):
    log = (
        Log("a")
        .prompt(0)
        .asks(1, "m1", "t", "Read")
        .result(2, "t", "x" * length)
        .says(10, "m2")
        .prompt(20, "y" * length)
    )
    path = log.says(30, "m3").write(root)
    found = read_file(path)
    assert (found.lines, found.malformed) == (6, ())
    assert [round(end - start, 3) for start, end in found.session.model] == [1, 8, 10]
    assert found.digests[0][1:] == (path.stat().st_size, f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}")


def in_a_process(code: str, *arguments: object) -> dict[str, Any]:
    """What *code* leaves in `found`, in a process of its own that finds the skill's modules."""
    whole = (
        f"import json, sys\nfrom pathlib import Path\nsys.path.insert(0, sys.argv[1])\n{code}\nprint(json.dumps(found))"
    )
    command = [sys.executable, "-I", "-c", whole, str(SCRIPTS), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, check=True, timeout=120)
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def peak(path: Path) -> float:
    """The most megabytes that reading a log held at once, without its result."""
    tracemalloc.start()
    try:
        read_file(path)
        return tracemalloc.get_traced_memory()[1] / MEGABYTE
    finally:
        tracemalloc.stop()


READ = """
import sessionlogs, readlogs
readlogs.LARGE = int(sys.argv[3])
source, sessions = sessionlogs.read_sessions(Path(sys.argv[2]))
found = {"source": source.record(), "sessions": [repr(session) for session in sessions]}
"""


def test_two_processes_find_what_one_finds(root):
    for number in range(6):
        log = simple(f"s{number}", 1000 * number).raw("{torn")
        log.asks(1000 * number + 11, "m2", "t", "Read").result(1000 * number + 12, "t", "x" * 1000)
        log.write(root / "sessions")
    fork = Log("fork")
    fork.lines = [*simple("s0").lines, *simple("s5", 5000).lines]
    fork.prompt(9000).says(9010, "m").write(root / "sessions")
    alone, together = (in_a_process(READ, root, large) for large in (10**12, 1))
    assert alone["sessions"] == together["sessions"]
    assert alone["source"] == together["source"]
    assert "4 records stand more than once, in one log or in several, and were counted once." in alone["source"]["note"]


def test_an_unreadable_log_is_an_error_also_when_the_other_process_meets_it(root):
    for number in range(4):
        simple(f"s{number}", 1000 * number).write(root / "sessions")
    gone = """
import sessionlogs, readlogs
readlogs.LARGE = 1
logs = sessionlogs.session_logs(Path(sys.argv[2]))[0]
logs[-1].main.path.unlink()
try:
    found = {"read": len(list(readlogs.read_logs(logs)))}
except readlogs.BadInput as error:
    found = {"error": str(error)}
"""
    assert "sessions/s3.jsonl: expected a readable file" in str(in_a_process(gone, root)["error"])


TROUBLES = {
    "no second process": "def fork():\n    raise BlockingIOError(11, 'Resource temporarily unavailable')",
    "no folder for its findings": "fork = os.fork\ntempfile.tempdir = '/nonexistent'",
    "no output": "fork = os.fork\nsys.stdout = None",
    "killed at its start": "def fork(made=os.fork):\n    return made() or os.kill(os.getpid(), 9)",
    "killed while it writes": """
def dump(one, results, protocol):
    results.write(pickle.dumps(one, protocol)[:-9])
    results.flush()
    os.kill(os.getpid(), 9)

def fork(made=os.fork):
    other = made()
    if not other:
        readlogs.pickle.dump = dump
    return other
""",
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_what_a_second_process_does_not_find_is_read_by_the_first(root, trouble):
    for number in range(40):
        simple(f"s{number}", 1000 * number).write(root / "sessions")
    code = f"""
import os, pickle, tempfile
import sessionlogs, readlogs
readlogs.LARGE, out = 1, sys.stdout
{TROUBLES[trouble]}
os.fork = fork
found = len(sessionlogs.read_sessions(Path(sys.argv[2]))[1])
sys.stdout = out
"""
    assert in_a_process(code, root) == 40


def test_memory_is_bounded_by_the_longest_line_and_not_by_the_file(root):
    log = Log("a").prompt(0).asks(1, "m1", "t", "Read").result(2, "t", "x" * 100_000)
    small = log.says(9, "m2").write(root, "small")
    log.lines *= 300
    assert peak(log.write(root, "large")) < peak(small) + 2
    assert (root / "large.jsonl").stat().st_size > 30 * MEGABYTE


def test_a_line_of_thirty_megabytes_is_read_and_held_but_a_few_times(root):
    log = Log("a").prompt(0).asks(1, "m1", "t", "Read").result(2, "t", "x" * 30 * MEGABYTE).says(9, "m2")
    path = log.write(root)
    assert (read_file(path).lines, read_file(path).malformed) == (4, ())
    assert peak(path) < 150


def test_a_log_with_numbers_for_times_is_named_and_not_guessed_at(root):
    simple("a").write(root / "sessions")
    Log("b").record(0, "user", message={"content": "x"}, timestamp=1768219200).write(root / "sessions")
    source, sessions = read_sessions(root)
    assert [session.id for session in sessions] == ["a"]
    assert source.remarks == ["1 files hold no record with a time of its own: sessions/b.jsonl."]


def test_sessions_that_run_at_the_same_time_keep_their_own_time(root):
    simple("a").write(root / "sessions")
    simple("b", 5).write(root / "sessions")
    _, sessions = read_sessions(root)
    assert [round(end - start, 3) for session in sessions for start, end in session.model] == [10, 10]


def test_a_session_that_went_on_in_another_folder_is_one_session(root):
    for folder, at, name in (("b", 0, "first"), ("a", 100, "second")):
        simple(name, at).write(root / "sessions" / folder, "s")
    source, [session] = read_sessions(root)
    assert [round(end - start, 3) for start, end in session.model] == [10, 10]
    assert (session.counts.backwards, source.count) == (0, 2)
    assert source.remarks == ["1 logs have the name of an earlier one and were read as the same session: sessions/a/s.jsonl."]


def test_logs_of_another_agent_among_the_sessions_are_named(root):
    simple("a").write(root / "sessions")
    Log("b").record(0, "session_meta", payload={}).record(9, "response_item", payload={}).write(root / "sessions")
    source, _ = read_sessions(root)
    assert source.remarks == ["1 logs hold no prompt and no answer of Claude Code (logs of other agents belong into agents/): sessions/b.jsonl."]


def test_a_record_that_three_logs_hold_counts_in_the_first_only(root):
    for extra, name in enumerate("cba", 1):
        log = simple("first")
        log.prompt(100 * extra, name, uuid=f"{name}-own").write(root / "sessions", name)
    _, sessions = read_sessions(root)
    assert [session.counts.repeated for session in sessions] == [0, 2, 2]
    assert [session.counts.messages for session in sessions] == [1, 0, 0]


def of_claude(number: int, kind: str, **more: Any) -> dict[str, Any]:
    """A record as the agent writes it, at *number* seconds."""
    end = {"uuid": f"11111111-2222-4333-8444-{number:012x}", "timestamp": f"2026-01-12T12:00:{number:02}.123Z"}
    return {"parentUuid": "0" * 36, "isSidechain": False, "type": kind, **more, **end}


def test_a_fork_that_repeats_the_seconds_of_a_command_counts_none_of_them(root):
    call = {"type": "tool_use", "id": f"toolu_{0:024}", "name": "Bash", "input": {}}
    message = {"model": "m", "id": "m1", "type": "message", "role": "assistant", "content": [call], "usage": {"a": 1}}
    ids = {"toolUseID": "b", "parentToolUseID": call["id"]}
    seconds = [
        of_claude(n, "progress", data={"type": "bash_progress", "output": "x", "elapsedTimeSeconds": n, "n": 0}, **ids)
        for n in range(2, 9)
    ]
    first = [of_claude(0, "user", message={"content": "do it"}), of_claude(1, "assistant", message=message), *seconds]
    own = of_claude(30, "user", message={"role": "user", "content": "more"})
    for name, records in (("a", first), ("b", [*first, own])):
        text = "".join(json.dumps(record, separators=(",", ":")) + "\n" for record in records)
        (root / "sessions" / f"{name}.jsonl").write_text(text)
    source, (before, after) = read_sessions(root)
    assert (before.counts.repeated, after.counts.repeated) == (0, 9)
    assert (round(before.wall[1] - before.wall[0]), after.wall[0]) == (8, after.wall[1])
    assert source.remarks == ["9 records stand more than once, in one log or in several, and were counted once."]


@given(st.lists(st.uuids(version=4).map(lambda one: str(one).encode()) | st.binary(max_size=40), unique=True))
def test_each_id_has_a_number_of_its_own_also_where_hashes_are_short(ids):
    logs = skill.logfiles
    assert len(set(logs.keys_of(ids))) == len(set(map(logs._digest, ids))) == len(ids)
    assert sorted(logs.keys_of(set(ids))) == sorted(map(logs.key_of, ids))


@given(st.lists(st.lists(st.integers(-(2**63), 2**63 - 1), unique=True, max_size=30)), st.integers(1, 40))
def test_what_stands_in_several_lists_is_found_however_many_are_compared_at_once(lists, compared):
    kept, skill.sessionlogs.COMPARED = skill.sessionlogs.COMPARED, compared
    try:
        found = skill.sessionlogs.in_several(lists)
    finally:
        skill.sessionlogs.COMPARED = kept
    assert found == {one for one in {n for own in lists for n in own} if sum(one in own for own in lists) > 1}
