"""CircleCI, Buildkite, Jenkins, Azure Pipelines and Bitbucket Pipelines, from their APIs or from tables of their answers."""

from __future__ import annotations

from collections.abc import Iterator

from exports import Export, Part, Unfinished, Unusable, inner, items, key, keys, needed, time
from jobs import WHOLE, interval, job, lasting
from reading import instant
from records import Found

NOT_RUN = frozenset({"not_run", "not_running", "skipped", "blocked", "broken", "waiting", "waiting_failed"})
MILLISECONDS = 1000


def _circle_job(found: Found) -> Iterator[Part]:
    record = found.record
    case = f"circleci:{found.scope.get('id') or record.get('workflow_id') or inner(record, 'latest_workflow').get('id') or found.place.partition('#')[0]}"
    if record.get("status") in NOT_RUN:
        raise Unfinished("as they were skipped")
    created = time(record, "queued_at", "created_at")
    is_approval = record.get("type") == "approval"
    yield from job(case, needed(record, "name"), created=created, started=time(record, "started_at"), ended=time(record, "stopped_at"), is_approval=is_approval)


def _circle_workflow(found: Found) -> Iterator[Part]:
    record = found.record
    started, ended = time(record, "created_at"), time(record, "stopped_at")
    if started is None or ended is None:
        raise Unfinished("as they had not ended")
    yield interval(f"circleci:{needed(record, 'id')}", "run", started, ended, WHOLE, "C")


def _circle_pipeline(found: Found) -> Iterator[Part]:
    needed(found.record, "created_at")
    yield from ()


def _buildkite(found: Found) -> Iterator[Part]:
    record = found.record
    case = f"buildkite:{needed(record, 'id')}"
    for one in items(record, "jobs"):
        name, ended = str(one.get("name") or one.get("label") or one.get("type") or ""), time(one, "finished_at")
        if one.get("type") == "manual":
            unblocked = time(one, "unblocked_at")
            if unblocked is not None:
                yield from job(case, name, created=time(one, "runnable_at", "created_at"), started=None, ended=unblocked, is_approval=True)
        elif ended is not None and one.get("state") not in NOT_RUN:
            created = time(one, "runnable_at", "scheduled_at", "created_at")
            yield from job(case, name, created=created, started=time(one, "started_at"), ended=ended)


def _jenkins(found: Found) -> Iterator[Part]:
    record, seconds = found.record, found.record.get("duration")
    if record.get("building") or record.get("result") is None:
        raise Unfinished("as they had not ended")
    if not isinstance(seconds, int | float):
        raise Unusable("it has no duration")
    scope = found.scope.get("FullName") or record.get("url") or record.get("fullDisplayName") or ""
    yield lasting(f"jenkins:{scope}#{needed(record, 'number')}", "build", instant(record.get("timestamp")), seconds / MILLISECONDS)


def _azure(found: Found) -> Iterator[Part]:
    record = found.record
    name = str(inner(record, "definition").get("name") or "build")
    queued, started, ended = (time(record, word) for word in ("queueTime", "startTime", "finishTime"))
    yield from job(f"azure:{inner(record, 'project').get('id', '')}:{needed(record, 'id')}", name, created=queued, started=started, ended=ended)


def _bitbucket(found: Found) -> Iterator[Part]:
    record = found.record
    case = f"bitbucket:{needed(inner(record, 'pipeline'), 'uuid')}"
    started, ended = time(record, "started_on"), time(record, "completed_on")
    if started is None or ended is None or str(inner(record, "state").get("name")).lower() in NOT_RUN:
        raise Unfinished("as they never started or had not ended")
    yield from job(case, str(record.get("name") or "step"), created=None, started=started, ended=ended)


READERS = (
    Export(
        FORMAT="CircleCI jobs",
        marks=(key("project_slug"), key("started_at"), f"{key('job_number')}|{key('dependencies')}"),
        parts=_circle_job,
        lists=("items",),
    ),
    Export(
        FORMAT="CircleCI workflows",
        marks=keys("pipeline_id", "project_slug", "stopped_at"),
        without=keys("started_at"),
        parts=_circle_workflow,
        lists=("items",),
        remarks=("A workflow of which no job is known is taken to run from beginning to end.",),
    ),
    Export(
        FORMAT="CircleCI pipelines",
        marks=keys("project_slug", "trigger", "state", "updated_at"),
        without=keys("pipeline_id"),
        parts=_circle_pipeline,
        lists=("items",),
        remarks=("A pipeline of CircleCI has no end; ask for its workflows and jobs.",),
    ),
    Export(FORMAT="Buildkite builds", marks=keys("jobs", "runnable_at", "scheduled_at"), parts=_buildkite),
    Export(
        FORMAT="Jenkins builds",
        marks=(r'"_class"\s*:\s*"[^"]*(?:[Bb]uild|WorkflowRun)', key("timestamp"), key("duration")),
        parts=_jenkins,
        lists=("allBuilds", "builds"),
        remarks=("Jenkins does not say how long a build waited for a machine.",),
    ),
    Export(FORMAT="Azure Pipelines builds", marks=keys("queueTime", "buildNumber"), parts=_azure, lists=("value",)),
    Export(
        FORMAT="Bitbucket Pipelines steps",
        marks=(r'"type"\s*:\s*"pipeline_step"',),
        parts=_bitbucket,
        lists=("values",),
        remarks=("Bitbucket does not say when a step could have begun, so waiting for a machine is not known.",),
    ),
)
