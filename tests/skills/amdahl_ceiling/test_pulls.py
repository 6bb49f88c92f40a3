"""Reading tables of merged pull requests, and refusing what would give a figure that only looks right."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from skills.amdahl_ceiling.measured import skill

BadInput = skill.badinput.BadInput
NOON = datetime(2026, 1, 12, 12, tzinfo=UTC).timestamp()


@pytest.fixture(name="read")
def _read(tmp_path):
    def read(content):
        path = tmp_path / "merged.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return skill.pulls.read_pulls(path, "pull-requests/merged.csv")

    return read


@pytest.mark.parametrize(
    "content",
    [
        f"pr,merge_epoch,session_ids\n7,{NOON},a b\n",
        "number,merged_at,sessions\n7,2026-01-12T12:00:00Z,a b\n",
        "number;merged_at;sessions\r\n7;2026-01-12T13:00:00+01:00;a,b\r\n",
        "\ufeffnumber,merged_at,session_ids,colour\n7,2026-01-12T12:00:00+00:00,a b a,red\n",
        'pr,merge_at,session_ids\n7,2026-01-12T12:00:00.000Z,"a\nb"\n',
    ],
)
def test_the_same_pull_request_in_several_dialects(read, content):
    [pull] = read(content)
    assert (pull.number, pull.merged, pull.sessions, pull.covered, pull.last_commit) == (
        "7",
        NOON,
        ("a", "b"),
        None,
        None,
    )


def test_optional_columns_are_read(read):
    [pull] = read(
        "pr,merge_epoch,session_ids,last_commit_at,first_author_epoch,fully_covered\n"
        f"7,{NOON},a,2026-01-12T11:00:00Z,{NOON - 7200},1\n"
    )
    assert (pull.last_commit, pull.first_commit, pull.covered) == (NOON - 3600, NOON - 7200, True)


def test_an_empty_optional_time_is_not_known(read):
    [pull] = read(f"pr,merge_epoch,session_ids,last_commit_epoch\n7,{NOON},a,\n")
    assert pull.last_commit is None


@pytest.mark.parametrize(
    ("content", "expected", "found"),
    [
        ("", "a column pr or number", "no header line"),
        ("pr,session_ids\n7,a\n", "a column merge_epoch or merged_epoch or merge_at or merged_at", "pr, session_ids"),
        (f"pr,merge_epoch\n7,{NOON}\n", "a column session_ids or sessions", "pr, merge_epoch"),
        (
            "pr,merge_epoch,session_ids\n7,1768219200000,a\n",
            "epoch seconds in column merge_epoch",
            "1768219200000 (milliseconds, it seems)",
        ),
        ("pr,merge_epoch,session_ids\n7,12,a\n", "epoch seconds in column merge_epoch", "12"),
        ("pr,merge_epoch,session_ids\n7,nan,a\n", "epoch seconds in column merge_epoch", "nan"),
        ("pr,merge_epoch,session_ids\n7,yesterday,a\n", "epoch seconds in column merge_epoch", "'yesterday'"),
        ("pr,merge_epoch,session_ids\n7,,a\n", "a time in column merge_epoch", "nothing"),
        (f"pr,merge_epoch,session_ids\n,{NOON},a\n", "a number in column pr", "nothing"),
        ("pr,merge_epoch,session_ids\n7\n", "a time in column merge_epoch", "nothing"),
        (
            "pr,merged_at,session_ids\n7,2026-01-12T12:00:00,a\n",
            "an ISO 8601 time with offset in column merged_at",
            "'2026-01-12T12:00:00'",
        ),
        (
            "pr,merged_at,session_ids\n7,1768219200,a\n",
            "an ISO 8601 time with offset in column merged_at",
            "'1768219200'",
        ),
        (f"pr,merge_epoch,session_ids,fully_covered\n7,{NOON},a,maybe\n", "1 or 0 in column fully_covered", "'maybe'"),
        (b"pr,merge_epoch,session_ids\n7,caf\xe9,a\n", "UTF-8 text", "a byte that is not, at offset 32"),
    ],
)
def test_a_table_that_cannot_be_right_is_refused_with_what_was_expected_and_found(read, content, expected, found):
    with pytest.raises(BadInput) as refused:
        read(content)
    assert (refused.value.expected, refused.value.found) == (expected, found)
    assert refused.value.where.startswith("pull-requests/merged.csv")


def test_a_bad_row_is_refused_with_its_line(read):
    with pytest.raises(
        BadInput, match=r"^pull-requests/merged.csv:3: expected epoch seconds in column merge_epoch, found 'x'\.$"
    ):
        read(f"pr,merge_epoch,session_ids\n7,{NOON},a\n8,x,b\n")
