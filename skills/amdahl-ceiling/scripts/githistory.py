"""A history of git as a table: what `git log` prints with the format that references/formats.md gives.

An author's date survives a rebase and a committer's does not; a squash loses both. A merge is as old as its committer's date.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from badinput import BadInput
from pulls import LONGEST_FIELD
from reading import Moment, Read, instant
from records import text_of

FORMAT = "git history"
NEEDED = ("sha", "parents", "author_date", "commit_date", "subject")
SESSIONS = ("session_ids", "sessions")
_NUMBER = re.compile(r"^Merge pull request #(\d+)|\(#(\d+)\)\s*$|^Merge branch .*!(\d+)\s*$")


def recognises(head: bytes, name: str) -> bool:
    """Say whether the first line names the columns of such a table."""
    first = head.decode("utf-8-sig", "replace").partition("\n")[0].strip()
    return set(NEEDED) <= set(first.replace('"', "").split(_delimiter(first)))


def _delimiter(first: str) -> str:
    """Tabs as git can write them (it quotes nothing), or the commas of a spreadsheet."""
    return "\t" if "\t" in first else ","


def read(path: Path, name: str) -> Read:
    """Read the commits of *path*; a merge gives the change it merged, with its commits. Raises BadInput if none can be used."""
    csv.field_size_limit(LONGEST_FIELD)
    text = text_of(path, name)
    delimiter = _delimiter(text.partition("\n")[0])
    lines = io.StringIO(text, newline="")
    reader = csv.DictReader(lines) if delimiter == "," else csv.DictReader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    rows, skipped = {}, []
    try:
        for row in reader:
            times = [instant(row[column] or "") for column in NEEDED[2:4]]
            if None in times or not row["sha"]:
                skipped.append(f"{name}:{reader.line_num}: no commit, or a date without offset")
            else:
                rows[row["sha"]] = row
    except csv.Error as error:
        raise BadInput(expected="a CSV file", found=str(error), where=name) from error
    if not rows:
        raise BadInput(expected=f"commits with the columns {', '.join(NEEDED)}", found=skipped[0] if skipped else "none", where=name)
    return Read(format=FORMAT, name=name, records=len(rows), skipped=tuple(skipped), moments=tuple(_moments(rows, name)))


def _moments(rows: dict[str, dict[str, str]], name: str) -> Iterator[Moment]:
    for row in rows.values():
        match = _NUMBER.search(row["subject"] or "")
        if match is None:
            continue
        case = f"?{name}#{next(filter(None, match.groups()))}"
        yield Moment(case=case, event="merged", at=_time(row, "commit_date"), what=row["sha"])
        for one in _merged(row, rows):
            yield Moment(case=case, event="authored", at=_time(one, "author_date"), what=one["sha"])
            yield Moment(case=case, event="commit", at=_time(one, "commit_date"), what=one["sha"])
            for session in _sessions(one):
                yield Moment(case=case, event="session", at=_time(one, "author_date"), what=session)


def _merged(merge: dict[str, str], rows: dict[str, dict[str, str]]) -> Iterator[dict[str, str]]:
    """The commits that *merge* brought: those of its second parent that its first has not; a squash is its own."""
    parents = (merge["parents"] or "").split()
    if len(parents) < 2:
        yield merge
        return
    known, waiting = _ancestors(parents[0], rows), parents[1:]
    while waiting:
        sha = waiting.pop()
        if sha in rows and sha not in known:
            known.add(sha)
            yield rows[sha]
            waiting += (rows[sha]["parents"] or "").split()


def _ancestors(sha: str, rows: dict[str, dict[str, str]]) -> set[str]:
    found: set[str] = set()
    waiting = [sha]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += (rows[one]["parents"] or "").split() if one in rows else []
    return found


def _sessions(row: dict[str, str]) -> list[str]:
    return [word for column in SESSIONS for word in re.split(r"[\s,;|]+", row.get(column) or "") if word]


def _time(row: dict[str, str], column: str) -> float:
    return instant(row[column]) or 0.0
