"""OpenCode's tree of files and its database: whose a part is, what has no end, and databases that are damaged or still written to."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from skills.amdahl_ceiling.logs import START
from skills.amdahl_ceiling.measured import skill
from skills.amdahl_ceiling.torn import SAMPLES, seconds

BadInput, read_any = skill.badinput.BadInput, skill.formats.read_any
TREE = sorted(path for path in (SAMPLES / "opencode").rglob("*.json"))


def ms(seconds):
    return int((START + seconds) * 1000)


def message(role, start, end=None):
    return {"role": role, "time": {"created": ms(start)} | ({} if end is None else {"completed": ms(end)})}


def tool(name, start, end):
    return {
        "type": "tool",
        "tool": name,
        "state": {"status": "completed", "time": {"start": ms(start), "end": ms(end)}},
    }


MESSAGES = [("m1", message("user", 0)), ("m2", message("assistant", 1, 31)), ("m3", message("assistant", 40))]
PARTS = [
    ("p1", "m2", tool("bash", 5, 15)),
    ("p2", "m2", tool("question", 20, 25)),
    ("p3", "m2", {"type": "text", "text": "x"}),
]


def fill(database):
    database.execute("CREATE TABLE session (id TEXT PRIMARY KEY, project_id TEXT, time_created INTEGER)")
    database.execute("CREATE TABLE message (id TEXT PRIMARY KEY, session_id TEXT, time_created INTEGER, data TEXT)")
    database.execute("CREATE TABLE part (id TEXT PRIMARY KEY, message_id TEXT, session_id TEXT, data TEXT)")
    database.execute("INSERT INTO session VALUES ('s', 'p', 0)")
    for key, data in MESSAGES:
        database.execute("INSERT INTO message VALUES (?, 's', 0, ?)", (key, json.dumps(data)))
    for key, owner, data in PARTS:
        database.execute("INSERT INTO part VALUES (?, ?, 's', ?)", (key, owner, json.dumps(data)))
    database.commit()


@pytest.fixture(name="path", scope="module")
def _path(tmp_path_factory):
    path = tmp_path_factory.mktemp("opencode") / "opencode.db"
    with closing(sqlite3.connect(path)) as database:
        fill(database)
    return path


@pytest.mark.parametrize("path", TREE, ids=lambda path: path.relative_to(SAMPLES).as_posix())
def test_each_file_of_a_tree_is_read_by_this_reader_alone(path):
    found = read_any(path, path.relative_to(SAMPLES).as_posix())
    assert (found.format, found.records, found.skipped) == ("OpenCode file", 1, ())


def test_the_mark_of_a_trees_version_is_refused():
    with pytest.raises(BadInput, match="nothing that one of these has"):
        read_any(SAMPLES / "opencode/storage_v2/migration", "storage_v2/migration")


def test_a_part_of_the_old_layout_names_its_message_and_the_message_its_session():
    root = SAMPLES / "opencode/storage_legacy"
    [part] = read_any(root / "part/prt_0001.json", "part/prt_0001.json").intervals
    answer = read_any(root / "message/s_stage0_drift/msg_0002.json", "message/x/msg_0002.json").moments[0]
    assert (part.case, part.end - part.start, part.grade) == (f"opencode-message:{answer.what}", 0.5, "A")
    assert answer.case == "opencode:s_stage0_drift"


@pytest.mark.parametrize("size", [1, 60, 200])
def test_a_torn_file_of_a_tree_is_refused(tmp_path, size):
    path = tmp_path / "001.json"
    path.write_bytes((SAMPLES / "opencode/storage_v2/part/m_assistant_small/001.json").read_bytes()[:size])
    with pytest.raises(BadInput):
        read_any(path, "storage/part/m/001.json")


def test_a_database_gives_messages_tools_and_questions_with_their_recorded_times(path):
    found = read_any(path, "opencode.db")
    assert (found.format, found.records, found.skipped, found.grade) == ("OpenCode database", 7, (), "B")
    assert seconds(found) == {("model", "A"): 30, ("tool", "A"): 10, ("human", "A"): 5}
    assert {one.case for one in found.intervals} == {"opencode:s"}
    assert "Without a recorded end: 1 of the model's messages or tools." in found.remarks


def test_a_task_is_left_to_the_session_that_it_starts(tmp_path):
    path = tmp_path / "opencode.db"
    with closing(sqlite3.connect(path)) as database:
        fill(database)
        database.execute("UPDATE part SET data = ? WHERE id = 'p1'", (json.dumps(tool("task", 5, 15)),))
        database.commit()
    assert ("tool", "A") not in seconds(read_any(path, "opencode.db"))


def test_what_the_log_beside_a_database_holds_counts_and_nothing_is_left_behind(tmp_path):
    path = tmp_path / "opencode.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        fill(database)
        before = {file.name: file.read_bytes() for file in tmp_path.iterdir() if not file.name.endswith("-shm")}
        assert read_any(path, "opencode.db").records == 7
        assert {file.name: file.read_bytes() for file in tmp_path.iterdir() if not file.name.endswith("-shm")} == before


def agent(path):
    """Stages of the sessions that one database or tree tells of, and their seconds case by case."""
    files = [path] if path.is_file() else sorted(path.rglob("*.json"))
    reads = [read_any(file, file.relative_to(path.parent).as_posix()) for file in files]
    found = skill.traced.trace(reads, None).boundaries["agent"]
    return found.stages, [tuple(round(seconds, 3) for seconds in row) for row in found.cases]


def test_a_message_is_the_models_without_the_tools_that_stand_in_it(path):
    assert agent(path) == (("human", "tool", "model"), [(5, 10, 15)])


def test_a_session_that_another_one_started_is_a_part_of_it_and_counts_once(tmp_path):
    root = tmp_path / "storage"
    files = {
        "session/p/s.json": {"id": "s", "projectID": "p", "time": {"created": ms(0)}},
        "session/p/t.json": {"id": "t", "projectID": "p", "parentID": "s", "time": {"created": ms(5)}},
        "message/s/m.json": {"id": "m", "sessionID": "s", **message("assistant", 0, 60)},
        "message/t/n.json": {"id": "n", "sessionID": "t", **message("assistant", 10, 50)},
        "part/1.json": {"id": "p1", "messageID": "m", **tool("task", 5, 55)},
        "part/2.json": {"id": "p2", "messageID": "n", **tool("bash", 20, 30)},
    }
    for name, record in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(json.dumps(record))
    assert agent(root) == (("tool", "model"), [(10, 50)])


def test_a_row_that_cannot_be_read_is_named(tmp_path):
    path = tmp_path / "opencode.db"
    with closing(sqlite3.connect(path)) as database:
        fill(database)
        database.execute("UPDATE part SET data = '{\"torn' WHERE id = 'p1'")
        database.commit()
    found = read_any(path, "opencode.db")
    assert (found.records, found.skipped[0].partition(": ")[0]) == (6, "opencode.db#part:1")


def test_another_programs_database_is_refused(tmp_path):
    path = tmp_path / "x.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE other (id)")
    with pytest.raises(BadInput, match="found no table session"):
        read_any(path, "x.db")


def test_a_database_that_lost_a_row_is_refused(path, tmp_path):
    """Byte 4 of a leaf page, of type 13, counts its cells."""
    body, copy = path.read_bytes(), tmp_path / "copy.db"
    leaves = [at for at in range(4096, len(body), 4096) if body[at] == 13 and body[at + 4]]
    assert leaves
    for at in leaves:
        copy.write_bytes(body[: at + 4] + bytes([body[at + 4] - 1]) + body[at + 5 :])
        with pytest.raises(BadInput, match="expected a database that is whole"):
            read_any(copy, "copy.db")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(data=st.data())
def test_a_damaged_database_is_refused_or_accounted_for_row_by_row(path, tmp_path, data):
    body = path.read_bytes()
    at = data.draw(st.integers(0, len(body) - 1))
    torn = body[:at] if data.draw(st.booleans()) else body[:at] + bytes([body[at] ^ 0x55]) + body[at + 1 :]
    copy = tmp_path / "copy.db"
    copy.write_bytes(torn)
    try:
        found = skill.opencodelog.READERS[1].read(copy, "copy.db")
    except BadInput:
        return
    assert found.records + len(found.skipped) == 7


def test_what_lies_beside_a_database_is_read_with_it_and_is_no_file_that_could_not_be_used(tmp_path):
    folder = tmp_path / "agents"
    folder.mkdir()
    path = folder / "opencode.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE session (id TEXT, time_created INTEGER, data TEXT)")
        database.execute("CREATE TABLE message (id TEXT, session_id TEXT, time_created INTEGER, data TEXT)")
        database.execute("CREATE TABLE part (id TEXT, message_id TEXT, session_id TEXT, time_created INTEGER, data TEXT)")
        data = json.dumps({"time": {"created": 1767225600000}})
        database.execute("INSERT INTO session VALUES ('s', 1767225600000, ?)", (data,))
        database.commit()
        before = {one.name: one.read_bytes() for one in folder.iterdir()}
        assert f"{path.name}-wal" in before
        (source,), _ = skill.exportfiles.read_exports(tmp_path, skill.evidence.Source(id="x", locator="x"))
        assert {one.name: one.read_bytes() for one in folder.iterdir()} == before
    assert "could not be used" not in source.record()["note"]
    assert source.count == len(before)
