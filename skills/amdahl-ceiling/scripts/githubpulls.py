"""Changes on GitHub: `gh pr list --json`, lists of its REST API, reviews, commits and timelines, each as moments of its change.

What passed between two of them is worked out in `changes.py`, when all files have been read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from actions import checks
from exports import Export, Part, Unusable, inner, items, key, keys, needed, packed, time
from people import is_bot
from reading import Moment
from records import Found, Json

CAP = 100  # reviews and commits of one change that gh asks for
STATES = {"APPROVED": "approved", "CHANGES_REQUESTED": "changes", "COMMENTED": "commented"}
EVENTS = {
    "ready_for_review": "ready",
    "convert_to_draft": "draft",
    "review_requested": "requested",
    "head_ref_force_pushed": "push",
    "merged": "merged",
    "closed": "closed",
}
_PULL = re.compile(r"(?:github\.com/|repos/)([^/]+/[^/]+)/pulls?/(\d+)")
_TIMELINE = rf'"event"\s*:\s*"(?:{"|".join([*EVENTS, "reviewed", "committed"])})"'


def _listed(found: Found) -> Iterator[Part]:
    """A change of the REST list."""
    record = found.record
    case = _case(str(inner(record, "base", "repo").get("full_name") or found.scope.get("Name") or ""), needed(record, "number"))
    yield from _opened(case, record, inner(record, "user"), needed(inner(record, "head"), "ref"), is_draft=bool(record.get("draft")))
    yield from _ends(case, time(record, "merged_at"), time(record, "closed_at"))
    if sha := record.get("merge_commit_sha"):
        yield Moment(case=case, event="commit-of", at=_opening(record), what=str(sha))


def _command(found: Found) -> Iterator[Part]:
    """A change of `gh pr list --json`, with the fields that were asked for."""
    record = found.record
    match = _PULL.search(str(record.get("url") or ""))
    case = _case(match[1] if match else packed(found) or _beside(found), needed(record, "number"))
    yield from _opened(case, record, inner(record, "author"), str(record.get("headRefName") or ""), is_draft=bool(record.get("isDraft")))
    yield from _ends(case, time(record, "mergedAt"), time(record, "closedAt"))
    reviews = items(record, "reviews")
    for review in reviews:
        yield from _reviewed(case, str(review.get("state")), time(review, "submittedAt"), inner(review, "author"))
    if len(reviews) >= CAP or _total(record) > len(reviews):
        yield Moment(case=case, event="capped", at=_opening(record))
    if sha := inner(record, "mergeCommit").get("oid"):
        yield Moment(case=case, event="commit-of", at=_opening(record), what=str(sha))
    for commit in items(record, "commits"):
        if (at := time(commit, "committedDate")) is not None:
            yield from _committed(case, commit.get("oid"), time(commit, "authoredDate"), at)
    for event in items(record, "timeline"):
        if (at := time(event, "created_at")) is not None and event.get("event") in EVENTS:
            yield Moment(case=case, event=EVENTS[str(event["event"])], at=at)
    yield from checks(case, items(record, "statusCheckRollup"))


def _total(record: Json) -> int:
    """How many reviews a change has, as the collector keeps it beside those that it got; 0 if it does not say."""
    total = inner(record, "totals").get("reviews")
    return total if isinstance(total, int) else 0


def _review(found: Found) -> Iterator[Part]:
    record = found.record
    case = _of(found, str(record.get("pull_request_url") or record.get("html_url") or ""))
    yield from _reviewed(case, str(record.get("state")).upper(), time(record, "submitted_at"), inner(record, "user"))


def _commit(found: Found) -> Iterator[Part]:
    record = found.record
    yield from _committed(_of(found, ""), record.get("sha"), *_dates(inner(record, "commit")))


def _timeline(found: Found) -> Iterator[Part]:
    record = found.record
    event = str(record.get("event"))
    case = _of(found, str(record.get("pull_request_url") or ""))
    if event == "reviewed":
        yield from _reviewed(case, str(record.get("state")).upper(), time(record, "submitted_at"), inner(record, "user"))
    elif event == "committed":
        yield from _committed(case, record.get("sha"), *_dates(record))
    elif event in EVENTS:
        at = time(record, "created_at")
        if at is None:
            raise Unusable("it has no created_at")
        yield Moment(case=case, event=EVENTS[event], at=at, who=_login(inner(record, "actor")))


def _dates(commit: Json) -> tuple[float | None, float]:
    """When a commit was written, if that is known, and when it was committed."""
    at = time(inner(commit, "committer"), "date")
    if at is None:
        raise Unusable("it has no date of its committer")
    return time(inner(commit, "author"), "date"), at


def _committed(case: str, sha: object, written: float | None, at: float) -> Iterator[Part]:
    """A commit of a change: its author's date survives a rebase, its committer's says since when it was there to be reviewed."""
    what = str(sha or "")
    if written is not None:
        yield Moment(case=case, event="authored", at=written, what=what)
    yield Moment(case=case, event="commit", at=at, what=what)


def _case(repository: str, number: object) -> str:
    return f"{repository}#{number}"


def _of(found: Found, address: str) -> str:
    """Whose a record is that stands apart from its change: by its address, by its request, or by the file's name."""
    if match := _PULL.search(address):
        return _case(match[1], match[2])
    number = found.scope.get("Number")
    if number is None:
        digits = re.findall(r"\d+", PurePosixPath(re.split(r"[#:]\d+$", found.place)[0]).stem)
        if len(digits) != 1:
            raise Unusable("nothing says of which change it is: call its file after the number, like timeline-41.json")
        number = digits[0]
    return _case(str(found.scope.get("Name") or _beside(found)), number)


def _beside(found: Found) -> str:
    """Stands for the repository that a record does not name: what lies in one folder is of one."""
    return f"?{PurePosixPath(found.place).parent}"


def _opening(record: Json) -> float:
    at = time(record, "created_at", "createdAt")
    if at is None:
        raise Unusable("it has no created_at")
    return at


def _opened(case: str, record: Json, author: Json, branch: str, *, is_draft: bool) -> Iterator[Part]:
    at = _opening(record)
    yield Moment(case=case, event="opened", at=at, who=_login(author), what="bot" if is_bot(author) else "")
    if is_draft:
        yield Moment(case=case, event="still-draft", at=at)
    if branch:
        yield Moment(case=case, event="branch", at=at, what=branch)


def _ends(case: str, merged: float | None, closed: float | None) -> Iterator[Part]:
    if merged is not None:
        yield Moment(case=case, event="merged", at=merged)
    elif closed is not None:
        yield Moment(case=case, event="closed", at=closed)


def _reviewed(case: str, state: str, at: float | None, who: Json) -> Iterator[Part]:
    """A person's review; a machine's is nobody's time, and one not sent yet has none."""
    if at is not None and state in STATES and not is_bot(who):
        yield Moment(case=case, event=STATES[state], at=at, who=_login(who))


def _login(account: Json) -> str:
    return str(account.get("login") or "")


READERS = (
    Export(FORMAT="GitHub pull requests (REST)", marks=keys("merged_at", "merge_commit_sha", "head", "base", "number"), parts=_listed),
    Export(
        FORMAT="gh pr list",
        marks=(key("number"), key("createdAt"), key("mergedAt")),
        without=keys("merge_commit_sha", "run_id"),
        parts=_command,
        remarks=("gh does not say when a draft became ready; the timeline of a change does.",),
    ),
    Export(
        FORMAT="GitHub reviews", marks=keys("submitted_at", "pull_request_url", "state"), without=(_TIMELINE, key("merged_at")), parts=_review
    ),
    Export(
        FORMAT="GitHub commits of a change",
        marks=keys("sha", "commit", "committer", "parents"),
        without=(_TIMELINE, key("merged_at"), key("workflow_id")),
        parts=_commit,
    ),
    Export(FORMAT="GitHub timelines", marks=(_TIMELINE,), without=keys("merged_at", "mergedAt", "workflow_id"), parts=_timeline),
)
