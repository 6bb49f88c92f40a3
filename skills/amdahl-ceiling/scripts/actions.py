"""GitHub Actions: jobs and runs of its API, of its webhooks, of `gh run` and of a change's check runs.

A job's `created_at` is when it could begin, so what lies before its start is the wait for a machine. A run's `updated_at` moves on with
later events, so a run of which no job is known is only as long as that at most.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exports import Export, Part, Unfinished, Unusable, inner, items, key, keys, needed, time
from jobs import WHOLE, interval, job, of_commit
from reading import Moment
from records import Found, Json

RUNS = "Runs of which no job is known are taken to last until their last change, which is too long rather than too short."
NEVER = frozenset({"skipped"})
_ADDRESS = re.compile(r"/actions/runs/(\d+)")


def _case(run: str, record: Json) -> str:
    return f"actions:{run}:{record.get('run_attempt') or record.get('attempt') or 1}"


def _job(found: Found) -> Iterator[Part]:
    record = found.record
    case, name = _case(needed(record, "run_id"), record), needed(record, "name")
    if record.get("status") == "waiting":
        yield Moment(case=case, event="waiting", at=time(record, "created_at", "started_at") or _absent("created_at"), what=name)
        return
    _ended(record)
    yield from job(case, name, created=time(record, "created_at"), started=time(record, "started_at"), ended=time(record, "completed_at"))


def _run(found: Found) -> Iterator[Part]:
    record = found.record
    case, attempt = _case(needed(record, "id"), record), record.get("run_attempt") or 1
    _ended(record)
    # A run keeps the time of its first attempt.
    created = time(record, "created_at") if attempt == 1 else None
    started = time(record, "run_started_at", "created_at") or _absent("created_at")
    if created is not None:
        yield interval(case, "queue", created, started, WHOLE)
    yield interval(case, "run", started, time(record, "updated_at") or _absent("updated_at"), WHOLE, "C")
    yield from of_commit(case, record.get("head_sha"), started)
    for change in items(record, "pull_requests"):
        yield Moment(case=case, event="change", at=started, what=f"{_repository(record)}#{change.get('number')}")


def _command(found: Found) -> Iterator[Part]:
    """A run of `gh run list` or `gh run view`, with or without its jobs."""
    record = found.record
    case = _case(str(record.get("databaseId") or record.get("url") or found.place), record)
    _ended(record)
    yield from of_commit(case, record.get("headSha"), time(record, "startedAt", "createdAt"))
    for one in items(record, "jobs"):
        if one.get("conclusion") not in NEVER:
            yield from job(case, str(one.get("name") or ""), created=None, started=time(one, "startedAt"), ended=time(one, "completedAt"))
    if not record.get("jobs"):
        started = time(record, "startedAt", "createdAt") or _absent("startedAt")
        yield interval(case, "run", started, time(record, "updatedAt") or _absent("updatedAt"), WHOLE, "C")


def _checks(found: Found) -> Iterator[Part]:
    """The check runs of a change's last commit, as GraphQL answers them."""
    change = inner(found.record, "data", "resource")
    case = f"{inner(change, 'repository').get('nameWithOwner', '')}#{needed(change, 'number')}"
    for commit in items(change, "commits"):
        yield from checks(case, items(inner(commit, "commit", "statusCheckRollup"), "contexts"))


def checks(change: str, found: list[Json]) -> Iterator[Part]:
    """The runs of the checks of a *change*; one that never began or has no end gives none."""
    for check in found:
        started, ended = time(check, "startedAt"), time(check, "completedAt")
        if started is not None and ended is not None and str(check.get("conclusion")).lower() not in NEVER:
            case = _run_of(check) or f"checks:{change}"
            yield Moment(case=case, event="change", at=started, what=change)
            yield interval(case, "run", started, ended, str(check.get("name") or ""))


def _run_of(check: Json) -> str:
    """The run that a check belongs to, as its address or its suite names it; "" if none does."""
    match = _ADDRESS.search(str(check.get("detailsUrl") or ""))
    run = match[1] if match else inner(check, "checkSuite", "workflowRun").get("databaseId")
    return f"actions:{run}:1" if run else ""


def _ended(record: Json) -> None:
    if str(record.get("conclusion")).lower() in NEVER:
        raise Unfinished("as they were skipped")
    if not record.get("conclusion"):
        raise Unfinished("as they had not ended")


def _repository(record: Json) -> str:
    return str(inner(record, "repository").get("full_name") or "")


def _absent(name: str) -> float:
    raise Unusable(f"it has no {name}")


JOBS = Export(
    FORMAT="GitHub Actions jobs",
    marks=keys("run_id", "steps", "started_at"),
    without=keys("workflow_id"),
    parts=_job,
    lists=("workflow_job", "jobs"),
)
RUNS_API = Export(
    FORMAT="GitHub Actions runs",
    marks=keys("run_attempt", "workflow_id", "created_at"),
    parts=_run,
    lists=("workflow_run", "workflow_runs"),
    remarks=(RUNS,),
)
COMMAND = Export(
    FORMAT="gh run",
    marks=(key("startedAt"), key("conclusion"), f"{key('jobs')}|{key('updatedAt')}"),
    without=keys("mergedAt", "statusCheckRollup"),
    parts=_command,
    remarks=("gh does not say when a job could have begun, so waiting for a machine is not known.", RUNS),
)
CHECKS = Export(
    FORMAT="GitHub check runs (GraphQL)",
    marks=keys("data", "resource", "statusCheckRollup", "contexts"),
    parts=_checks,
    remarks=("Check runs have no time at which they could have begun, so waiting for a machine is not known.",),
)
READERS = (JOBS, RUNS_API, COMMAND, CHECKS)
