"""GitLab: jobs, pipelines, merge requests and their notes, from its API or from a table of its answers.

A pipeline's `duration` is the time in which something ran; the rest of its wall is a wait, and nobody wrote down for whom.
"""

from __future__ import annotations

from collections.abc import Iterator

from exports import Export, Part, Unfinished, Unusable, inner, keys, needed, packed, time
from jobs import WHOLE, interval, job, of_commit
from people import is_bot
from reading import Moment
from records import Found, Json

OVER = frozenset({"success", "failed", "canceled"})
SAID = {
    "approved this merge request": "approved",
    "requested changes": "changes",
    "unapproved this merge request": "commented",
    "marked this merge request as ready": "ready",
    "marked this merge request as **ready**": "ready",
    "marked this merge request as draft": "draft",
    "marked this merge request as **draft**": "draft",
}


def _job(found: Found) -> Iterator[Part]:
    record = found.record
    case, name = f"gitlab:{needed(inner(record, 'pipeline'), 'id')}", needed(record, "name")
    if record.get("status") not in OVER:
        raise Unfinished("as they were skipped, never started or had not ended")
    created, started, ended = time(record, "created_at"), time(record, "started_at"), time(record, "finished_at")
    if started is None:
        raise Unfinished("as they failed or were cancelled before they started")
    queued = record.get("queued_duration")
    # Created is when its pipeline was; it may have waited for other jobs, which the recorded queue leaves out.
    if isinstance(queued, int | float) and not isinstance(queued, bool) and queued >= 0:
        yield interval(case, "queue", started - queued, started, name, "A")
        created = None
    elif created is not None:
        yield interval(case, "queue", created, started, name, "C")
    yield from job(case, name, created=None, started=started, ended=ended)


def _pipeline(found: Found) -> Iterator[Part]:
    record = found.record
    case = f"gitlab:{needed(record, 'id')}"
    if record.get("status") not in OVER:
        raise Unfinished("as they were skipped, never started or had not ended")
    created, started, ended = time(record, "created_at"), time(record, "started_at"), time(record, "finished_at")
    if started is None or ended is None:
        raise Unfinished("as only the answer about a single pipeline has its start and end")
    if created is not None:
        yield interval(case, "queue", created, started, WHOLE)
    ran = record.get("duration")
    if isinstance(ran, bool) or not isinstance(ran, int | float) or ran < 0:
        raise Unusable("it has no duration")
    ran = min(float(ran), max(ended - started, 0.0))
    yield from of_commit(case, record.get("sha"), started)
    yield interval(case, "run", started, started + ran, WHOLE, "A")
    yield interval(case, "wait", started + ran, ended, WHOLE, "C")


def _request(found: Found) -> Iterator[Part]:
    record = found.record
    case = f"gitlab!{packed(found) or needed(record, 'project_id')}!{needed(record, 'iid')}"
    author = inner(record, "author")
    who = str(author.get("username") or "")
    opened = time(record, "created_at")
    if opened is None:
        raise Unusable("it has no created_at")
    yield Moment(case=case, event="opened", at=opened, who=who, what="bot" if is_bot(author) else "")
    if (ready := time(record, "prepared_at")) is not None and ready >= opened and not record.get("draft"):
        yield Moment(case=case, event="prepared", at=ready)
    for event, name in (("merged", "merged_at"), ("closed", "closed_at")):
        if (at := time(record, name)) is not None:
            yield Moment(case=case, event=event, at=at)
    if sha := record.get("merge_commit_sha") or record.get("squash_commit_sha"):
        yield Moment(case=case, event="commit-of", at=opened, what=str(sha))
    if tip := record.get("sha"):
        yield Moment(case=case, event="tip", at=opened, what=str(tip))
    if branch := record.get("source_branch"):
        yield Moment(case=case, event="branch", at=opened, what=str(branch))


def _note(found: Found) -> Iterator[Part]:
    record = found.record
    if record.get("noteable_type", "MergeRequest") != "MergeRequest":
        raise Unfinished("as they are not about a merge request")
    project = packed(found) or record.get("project_id") or found.scope.get("ProjectId")
    if not project:
        raise Unusable("it has no project_id")
    case, author, at = f"gitlab!{project}!{needed(record, 'noteable_iid')}", inner(record, "author"), time(record, "created_at")
    if at is None:
        raise Unusable("it has no created_at")
    event = _event(record)
    if event is None or is_bot(author):
        return
    yield Moment(case=case, event=event, at=at, who=str(author.get("username") or ""))


def _event(record: Json) -> str | None:
    """What a note tells: the system's own ones by their words, a person's is a comment."""
    if not record.get("system"):
        return "commented"
    body = str(record.get("body") or "").lower()
    if body.startswith("added ") and " commit" in body[:40]:
        return "push"
    return next((event for words, event in SAID.items() if body.startswith(words)), None)


JOBS = Export(FORMAT="GitLab jobs", marks=keys("stage", "pipeline", "finished_at", "allow_failure"), parts=_job)
PIPELINES = Export(
    FORMAT="GitLab pipelines",
    marks=keys("iid", "sha", "source", "project_id", "updated_at"),
    without=keys("stage", "merged_at", "noteable_iid"),
    parts=_pipeline,
    remarks=("GitLab says how long something ran in a pipeline and not when; for the rest a manual job, a person or a machine was waited for.",),
)
REQUESTS = Export(FORMAT="GitLab merge requests", marks=keys("iid", "project_id", "created_at", "merged_at"), parts=_request)
NOTES = Export(FORMAT="GitLab notes", marks=keys("system", "noteable_iid"), parts=_note)
READERS = (JOBS, PIPELINES, REQUESTS, NOTES)
