"""Finding and reading the files of an evidence folder."""

from __future__ import annotations

import os

import pytest
from skills.amdahl_ceiling.logs import Log
from skills.amdahl_ceiling.measured import facts, skill

read_sessions, read_all_pulls = skill.sessionlogs.read_sessions, skill.pulltables.read_all_pulls
TABLE = "pr,merged_at,session_ids\n1,2026-01-12T14:00:00Z,a\n"


@pytest.fixture(name="root")
def _root(tmp_path):
    (tmp_path / "sessions").mkdir()
    (tmp_path / "pull-requests").mkdir()
    return tmp_path


def simple(name, start=0):
    return Log(name).prompt(start).says(start + 10, f"{name}-m1")


def test_logs_are_found_at_any_depth(root):
    simple("a").write(root / "sessions")
    simple("b").write(root / "sessions" / "team" / "deep")
    source, sessions = read_sessions(root)
    assert [session.id for session in sessions] == ["a", "b"]
    assert (source.count, source.read, source.health) == (2, 4, "ok")


def test_a_resumed_session_leaves_its_records_to_the_log_that_had_them_first(root):
    """The copy's name sorts first, but it is longer: it continued what the other began."""
    simple("z").write(root / "sessions")
    copy = simple("z").prompt(100).says(130, "m2")
    copy.write(root / "sessions", "a")
    source, sessions = read_sessions(root)
    assert [(session.id, session.counts.repeated, session.counts.messages) for session in sessions] == [
        ("z", 0, 1),
        ("a", 2, 1),
    ]
    assert "2 records stand more than once, in one log or in several, and were counted once." in source.remarks


@pytest.mark.parametrize("place", ["s/subagents/agent-1.jsonl", "agent-1.jsonl"])
def test_a_sub_agents_own_file_belongs_to_its_session(root, place):
    Log("s").prompt(0).asks(2, "m1", "a", "Task").result(60, "a").write(root / "sessions")
    agent = Log("s", isSidechain=True, agentId="1").prompt(3).says(50, "n1")
    agent.lines = [line.replace('"s-', '"agent-') for line in agent.lines]
    path = root / "sessions" / place
    agent.write(path.parent, path.stem)
    source, [session] = read_sessions(root)
    assert [round(end - start, 3) for start, end in session.model] == [2, 47]
    assert (source.count, list(session.tool), source.remarks) == (2, [], [])


def test_a_sub_agents_file_whose_session_is_gone_or_empty_is_named_and_left_out(root):
    simple("s").write(root / "sessions")
    (root / "sessions" / "empty.jsonl").write_text("")
    Log("gone", isSidechain=True, agentId="1").prompt(3).says(50, "n1").write(root / "sessions", "agent-1")
    Log("empty", isSidechain=True, agentId="2").prompt(3).says(50, "n2").write(root / "sessions", "agent-2")
    source, sessions = read_sessions(root)
    assert [session.id for session in sessions] == ["s"]
    assert (
        "2 logs of sub-agents have no session here and were left out: sessions/agent-1.jsonl, sessions/agent-2.jsonl."
        in source.remarks
    )
    assert "1 files hold no record with a time of its own: sessions/empty.jsonl." in source.remarks


def test_malformed_lines_are_named_with_their_file_and_number(root):
    simple("a").raw("{torn").write(root / "sessions")
    source, _ = read_sessions(root)
    assert (source.skipped, source.remarks) == (1, ["1 malformed lines were skipped: sessions/a.jsonl:3."])


def test_links_pipes_and_what_lies_outside_are_not_opened_but_named(root, tmp_path_factory):
    outside = simple("secret").write(tmp_path_factory.mktemp("outside"))
    simple("a").write(root / "sessions")
    (root / "sessions" / "link.jsonl").symlink_to(outside)
    (root / "sessions" / "gone.jsonl").symlink_to(root / "nowhere")
    (root / "sessions" / "folder").symlink_to(outside.parent)
    os.mkfifo(root / "sessions" / "pipe.jsonl")
    source, sessions = read_sessions(root)
    assert [session.id for session in sessions] == ["a"]
    assert source.remarks == [
        "4 entries were not opened: sessions/folder (a link that leads outside), sessions/gone.jsonl (a link that leads nowhere), "
        "sessions/link.jsonl (a link that leads outside), sessions/pipe.jsonl (a FIFO)."
    ]


@pytest.mark.parametrize(
    ("content", "health"),
    [
        (None, "empty"),
        (b"", "empty"),
        (b"caf\xe9\n", "failed"),
        ("{}\n".encode("utf-16"), "failed"),
        (b'{"type": "summary"}\n', "failed"),
    ],
)
def test_an_empty_source_and_one_that_cannot_be_read_are_told_apart(root, content, health):
    if content is not None:
        (root / "sessions" / "a.jsonl").write_bytes(content)
    source, sessions = read_sessions(root)
    assert (sessions, source.health) == ([], health)


def test_a_folder_of_logs_that_is_itself_a_link_is_skipped(root, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    simple("a").write(outside)
    (root / "sessions").rmdir()
    (root / "sessions").symlink_to(outside)
    source, sessions = read_sessions(root)
    assert (sessions, source.health) == ([], "skipped")


def test_the_digest_tells_every_change_and_no_move_of_the_folder(root, tmp_path_factory):
    simple("a").write(root / "sessions")
    other = tmp_path_factory.mktemp("other")
    path = simple("a").write(other / "sessions")
    one, two = (read_sessions(place)[0].record()["digest"] for place in (root, other))
    path.write_text(path.read_text() + "\n")
    assert one == two != read_sessions(other)[0].record()["digest"]


def test_tables_of_several_files_are_one_and_a_number_that_stands_twice_counts_once(root):
    (root / "pull-requests" / "one.csv").write_text(TABLE)
    (root / "pull-requests" / "two.csv").write_text(TABLE + "2,2026-01-13T14:00:00Z,b\n")
    source, pulls = read_all_pulls(root)
    assert [pull.number for pull in pulls] == ["1", "2"]
    assert (source.count, source.read, source.remarks) == (
        2,
        3,
        ["1 rows repeat the number of an earlier row and were left out."],
    )


def test_no_table_and_a_table_without_rows_are_empty(root):
    assert read_all_pulls(root)[0].health == "empty"
    (root / "pull-requests" / "one.csv").write_text("pr,merged_at,session_ids\n")
    assert read_all_pulls(root)[0].health == "empty"


def test_folders_of_logs_that_nothing_reads_are_named(tmp_path):
    for name in ("claude-code/a.jsonl", "exports/deep/er/b.json", "interviews/lead.md", "sessions/c.jsonl"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}")
    warnings = skill.exportfiles.unread(tmp_path)
    assert warnings == ["claude-code/", "exports/"]
    assert any("claude-code/, exports/" in one for one in facts(tmp_path)["warnings"])
