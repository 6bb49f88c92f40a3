"""From a session to its merge: which sessions a merged change belongs to, where no table says so.

A commit's trailer or a log's record of its pull request names it; else the branch on which a session worked, if only one change had it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path

from _portable.strictjson import BadJson, strict_json
from changes import by_case, is_nameless, number
from forges import code
from pulls import Pull
from reading import Moment
from sessionlogs import session_logs

TRAILER, LINK, BRANCH = "a commit's trailer", "a log's record of its pull request", "the branch alone"
SHARED = frozenset({"main", "master", "develop", "HEAD", ""})  # branches on which everybody works
_LINK = re.compile(rb'[^\n]*"type"\s*:\s*"pr-link"[^\n]*')
_BRANCH = re.compile(rb'"gitBranch"\s*:\s*"([^"\\]*)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """What one session's log says of where its work went.

    Attributes:
        pulls: Pull requests it opened, as "owner/name#number".
        branches: Branches it worked on, without those that everybody works on.
    """

    pulls: frozenset[str]
    branches: frozenset[str]


def read_links(root: Path) -> dict[str, Links]:
    """The links of every session below *root*, by its id, from all of its files."""
    found = {log.id: [_links(file.path) for file in log.files if file.size] for log in session_logs(root)[0]}
    return {
        name: Links(pulls=frozenset().union(*(one.pulls for one in links)), branches=frozenset().union(*(one.branches for one in links)))
        for name, links in found.items()
    }


def _links(path: Path) -> Links:
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as text:
        lines = [match[0] for match in _LINK.finditer(text)]
        branches = {match[1].decode("utf-8", "replace") for match in _BRANCH.finditer(text)}
    return Links(pulls=frozenset(filter(None, map(_pull, lines))), branches=frozenset(branches - SHARED))


def _pull(line: bytes) -> str:
    """The pull request of one record, "" if it names none."""
    try:
        record = strict_json(line.decode("utf-8", "replace"))
    except BadJson:
        return ""
    there = record.get("prNumber") if isinstance(record, dict) else None
    return "" if there is None else f"{record.get('prRepository') or ''}#{there}"


def joined(moments: Iterable[Moment], links: Mapping[str, Links]) -> tuple[list[Pull], Counter[str]]:
    """Every merged change in *moments* with its sessions, and how many of the sessions in *links* were joined by which of the three."""
    cases = {case: found for case, found in by_case(moments).items() if _is_merged_work(found)}
    of_branch = defaultdict(set)
    for case, found in cases.items():
        for one in found:
            if one.event == "branch":
                of_branch[one.what].add(case)
    linked: dict[str, list[str]] = defaultdict(list)
    for session, link in links.items():
        for case in filter(None, (_case_of(pull, cases) for pull in link.pulls)):
            linked[case].append(session)
    ways: Counter[str] = Counter()
    pulls = []
    for case, found in cases.items():
        ways_of = {one.what: TRAILER for one in found if one.event == "session"}
        ways_of = dict.fromkeys(_by_branch(case, links, of_branch), BRANCH) | dict.fromkeys(linked[case], LINK) | ways_of
        ways.update(way for session, way in ways_of.items() if session in links)
        pulls.append(_merged(case, found, tuple(ways_of)))
    return pulls, ways


def _by_branch(case: str, links: Mapping[str, Links], of_branch: Mapping[str, set[str]]) -> list[str]:
    """The sessions that name no pull request and worked on a branch of this change alone."""
    return [name for name, link in links.items() if not link.pulls and any(of_branch.get(branch) == {case} for branch in link.branches)]


def _is_merged_work(found: Sequence[Moment]) -> bool:
    """Whether a change was merged and no machine opened it."""
    return any(one.event == "merged" for one in found) and not any((one.event, one.what) == ("opened", "bot") for one in found)


def _merged(case: str, found: Sequence[Moment], sessions: tuple[str, ...]) -> Pull:
    merged = next(one.at for one in found if one.event == "merged")
    # A history has the squash or the merge itself among the commits: the work was over before.
    merges = {one.what for one in found if one.event in ("merged", "commit-of")} - {""}
    every = [one for one in found if one.event == "commit" and one.at <= merged]
    commits = [one.at for one in every if one.what not in merges] or [one.at for one in every]
    # A rebase or a squash makes commits anew, so the opening may be older than all of them.
    early = ("authored", "commit", "opened") if commits else ("authored",)
    first = [one.at for one in found if one.event in early and one.at <= merged]
    return Pull(
        number=case,
        merged=merged,
        sessions=sessions,
        last_commit=max(commits, default=None),
        first_commit=min(first, default=None),
    )


def _case_of(pull: str, cases: Iterable[str]) -> str | None:
    """The change that a log names, None if none or several can be meant.

    A collected export knows a repository's code alone, and a history of git no repository: then it must be the only one of that number.
    """
    repository, _, there = pull.partition("#")
    alike = [case for case in cases if number(case) == there]
    meant = {pull, f"{code(repository)}#{there}"} if repository else set(alike)
    found = [case for case in alike if case in meant] or [case for case in alike if is_nameless(case)]
    return found[0] if len(found) == 1 else None
