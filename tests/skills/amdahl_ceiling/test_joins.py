"""From a session to its merge: by a trailer, by the log's own record, by a branch that only one change had."""

from __future__ import annotations

import json

import pytest
from skills.amdahl_ceiling.logs import Log, stamp
from skills.amdahl_ceiling.measured import facts, skill, values

HEAD = "sha\tparents\tauthor_date\tcommit_date\tsessions\tsubject\n"
HOUR = 3600


@pytest.fixture(name="root")
def _root(tmp_path):
    for name in ("sessions", "pull-requests", "git"):
        (tmp_path / name).mkdir()
    return tmp_path


def listed(root, *changes):
    (root / "pull-requests/list.json").write_text(json.dumps(changes))


def change(number, branch, **fields):
    dates = {"createdAt": stamp(2 * HOUR), "mergedAt": stamp(4 * HOUR), "url": f"https://github.com/o/r/pull/{number}"}
    return {"number": number, "headRefName": branch, "author": {"login": "ann"}, "isDraft": False} | dates | fields


def lead(root):
    found = facts(root)
    return {name: values(found)[f"lead.{name}"] for name in ("listed", "count", "hours")}, found


def test_a_trailer_joins_a_commits_session_to_its_merge(root):
    Log("s").prompt(0).says(600, "m").write(root / "sessions")
    rows = [
        f"merge\tbase work\t{stamp(4 * HOUR)}\t{stamp(4 * HOUR)}\t\tMerge pull request #7 from o/b",
        f"work\tbase\t{stamp(HOUR)}\t{stamp(HOUR)}\ts\tDo it",
        f"base\t\t{stamp(-HOUR)}\t{stamp(-HOUR)}\t\tBefore",
    ]
    (root / "git/log.tsv").write_text(HEAD + "\n".join(rows))
    shown, found = lead(root)
    assert shown == {"listed": 1, "count": 1, "hours": 4}
    assert next(fact for fact in found["facts"] if fact["id"] == "lead.hours")["sources"] == ["set:git", "set:sessions"]
    assert any("Sessions joined to merged changes: 1 by a commit's trailer." in one for one in found["warnings"])


def test_a_logs_record_of_its_pull_request_joins_it(root):
    log = Log("s").prompt(0).says(600, "m")
    log.record(700, "pr-link", prNumber=7, prRepository="o/r", prUrl="x").write(root / "sessions")
    listed(root, change(7, "b"), change(8, "c"))
    shown, found = lead(root)
    assert shown == {"listed": 2, "count": 1, "hours": 4}
    assert any("1 by a log's record of its pull request" in one for one in found["warnings"])


@pytest.mark.parametrize(("branches", "count"), [(("work", "other"), 1), (("work", "work"), 0), (("main", "other"), 0)])
def test_a_branch_joins_only_where_one_change_alone_had_it(root, branches, count):
    Log("s", gitBranch=branches[0]).prompt(0).says(600, "m").write(root / "sessions")
    listed(root, *(change(number, branch) for number, branch in enumerate(branches, start=7)))
    assert lead(root)[0]["count"] == count


def test_what_a_machine_opened_is_no_merged_change_of_anybodys(root):
    Log("s", gitBranch="work").prompt(0).says(600, "m").write(root / "sessions")
    listed(root, change(7, "work", author={"login": "app/renovate", "is_bot": True}))
    assert lead(root)[0]["listed"] == 0


def test_a_table_of_merged_pull_requests_comes_before_what_is_joined(root):
    Log("s", gitBranch="work").prompt(0).says(600, "m").write(root / "sessions")
    listed(root, change(7, "work"))
    (root / "pull-requests/merged.csv").write_text(f"pr,merged_at,session_ids\n1,{stamp(8 * HOUR)},s\n")
    shown, _ = lead(root)
    assert shown == {"listed": 1, "count": 1, "hours": 8}


def history(root, *rows, name="log.tsv"):
    (root / f"git/{name}").write_text(HEAD + "\n".join("\t".join(row) for row in rows))


def merge(number, at, sha="merge", sessions=""):
    return [sha, "base", stamp(at), stamp(at), sessions, f"Do it (#{number})"]


def test_a_collected_export_is_joined_by_the_code_of_the_repository_that_the_log_names(root):
    log = Log("s").prompt(0).says(600, "m")
    log.record(700, "pr-link", prNumber=7, prRepository="o/r", prUrl="x").write(root / "sessions")
    dates = {"createdAt": stamp(2 * HOUR), "mergedAt": stamp(4 * HOUR), "isDraft": False, "author": {"login": "author"}}
    for repository in ("o/r", "o/other"):
        path = root / f"pull-requests/{skill.forges.code(repository)}.pulls.json"
        path.write_text(json.dumps([{"number": 7} | dates | ({} if repository == "o/r" else {"mergedAt": stamp(9 * HOUR)})]))
    assert lead(root)[0] == {"listed": 2, "count": 1, "hours": 4}


@pytest.mark.parametrize("closed", [{"mergedAt": None, "closedAt": stamp(3 * HOUR)}, {"mergedAt": stamp(4 * HOUR)}])
def test_a_history_of_another_repository_gives_a_change_of_the_same_number_no_merge(root, closed):
    listed(root, change(7, "b", **closed))
    history(root, merge(7, 10_000 * HOUR))
    found = values(facts(root))
    assert found.get("change.hours") == (None if closed["mergedAt"] is None else 2)


def test_a_history_of_the_same_repository_is_known_by_the_time_of_the_merge_or_by_its_commits(root):
    listed(root, change(7, "b"), change(8, "c", mergeCommit={"oid": "queued"}))
    history(root, merge(7, 4 * HOUR), merge(8, 2 * HOUR, "queued"), merge(9, 4 * HOUR, "other"))
    assert lead(root)[0]["listed"] == 3


def test_two_histories_have_changes_of_their_own_and_one_that_stands_twice_counts_once(root):
    history(root, merge(7, 4 * HOUR, "a"), name="one.tsv")
    history(root, merge(7, 4 * HOUR, "a"), name="one-again.tsv")
    history(root, merge(7, 4 * HOUR, "b"), name="two.tsv")
    assert lead(root)[0]["listed"] == 2


def test_a_table_takes_no_waits_of_a_change_that_was_merged_at_another_time(root):
    Log("s").prompt(0).says(600, "m").write(root / "sessions")
    listed(root, change(7, "b", reviews=[{"state": "APPROVED", "submittedAt": stamp(3 * HOUR), "author": {"login": "bob"}}]))
    for merged, is_theirs in ((4, True), (8, False)):
        (root / "pull-requests/merged.csv").write_text(f"pr,merged_at,session_ids\n7,{stamp(merged * HOUR)},s\n")
        assert ("lead.stage.review-wait.hours" in values(facts(root))) is is_theirs


def test_without_sessions_a_change_starts_with_what_its_author_wrote_or_with_its_opening(root):
    commit = {"oid": "c", "authoredDate": stamp(HOUR), "committedDate": stamp(3 * HOUR)}
    rebased = {"oid": "d", "authoredDate": stamp(3 * HOUR), "committedDate": stamp(3 * HOUR)}
    listed(root, change(7, "b", commits=[commit]), change(8, "b", commits=[rebased]), change(9, "b"))
    assert lead(root)[0] == {"listed": 3, "count": 2, "hours": 3 + 2}


def test_sessions_that_a_trailer_names_and_nobody_has_are_not_said_to_be_joined(root):
    Log("s").prompt(0).says(600, "m").write(root / "sessions")
    history(root, merge(7, 4 * HOUR, sessions="s gone"))
    assert any("Sessions joined to merged changes: 1 by a commit's trailer." in one for one in facts(root)["warnings"])


def linked(root, name="s", folder="sessions"):
    log = Log(name, gitBranch="work").prompt(0).says(600, "m")
    log.record(700, "pr-link", prNumber=7, prRepository="o/r", prUrl="x").write(root / folder)


def test_a_link_is_of_the_repository_that_it_names_and_of_no_history_beside_it(root):
    linked(root)
    listed(root, change(7, "b"))
    history(root, merge(7, 500 * HOUR))
    assert lead(root)[0] == {"listed": 2, "count": 1, "hours": 4}


def test_a_link_that_two_histories_may_mean_joins_none_of_them(root):
    linked(root)
    for name, at in (("one.tsv", 4), ("two.tsv", 500)):
        history(root, merge(7, at * HOUR, name), name=name)
        assert lead(root)[0]["count"] == (name == "one.tsv")


def test_a_sub_agents_log_is_a_part_of_its_session_and_no_session_that_is_missing(root):
    linked(root)
    Log("a", isSidechain=True, agentId="a", gitBranch="work").prompt(60).says(120, "n").write(root / "sessions/s/subagents", "agent-a")
    listed(root, change(7, "work"))
    shown, found = lead(root)
    assert shown == {"listed": 1, "count": 1, "hours": 4}
    assert any("Sessions joined to merged changes: 1 by a log's record of its pull request." in one for one in found["warnings"])


@pytest.mark.parametrize("first", ["a", "b"])
def test_a_session_in_two_folders_is_joined_by_whichever_of_them_names_the_change(root, first):
    linked(root, folder=f"sessions/{first}")
    Log("s2").prompt(900).says(960, "n").write(root / "sessions" / ("b" if first == "a" else "a"), "s")
    listed(root, change(7, "b"))
    assert lead(root)[0]["count"] == 1


def test_a_squash_is_not_the_last_commit_of_the_change_that_it_merged(root):
    linked(root)
    commits = [{"oid": "c", "authoredDate": stamp(HOUR), "committedDate": stamp(HOUR)}]
    listed(root, change(7, "b", commits=commits))
    history(root, merge(7, 4 * HOUR, "squash"))
    assert values(facts(root))["lead.stage.merge.hours"] == 3


def test_a_log_that_was_renamed_belongs_to_the_change_whose_session_its_records_name(root):
    Log("s").prompt(0).says(600, "m").write(root / "sessions", "monday")
    (root / "pull-requests/merged.csv").write_text(f"pr,merged_at,session_ids\n1,{stamp(8 * HOUR)},s\n")
    assert lead(root)[0] == {"listed": 1, "count": 1, "hours": 8}
