"""Writes a shell script that gets merged changes and pipelines of many repositories from GitHub (gh) or GitLab (glab).

The script only reads, can be stopped and started again, and writes one file for each repository and kind. What it keeps
is chosen by name: times, states, numbers and the names of jobs; a person is "author" or "reviewer-2" of a change.
"""

from __future__ import annotations

import hashlib
import json
import re
import shlex
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import quote

NAME = r"[A-Za-z0-9_.][A-Za-z0-9_.-]*"
REPOSITORY = re.compile(rf"{NAME}(?:/{NAME})+", re.ASCII)
LONGEST = 255
KINDS = {
    "github": ("pull-requests/{}.pulls.json", "ci/{}.runs.json", "ci/{}.jobs.json"),
    "gitlab": (
        "pull-requests/{}.merge_requests.json",
        "pull-requests/{}.notes.json",
        "ci/{}.pipelines.json",
        "ci/{}.jobs.json",
    ),
}


class BadRepository(Exception):
    """A name that is no repository's; the message is one sentence."""


def repositories(asked: Sequence[str]) -> list[str]:
    """The repositories that are named, or stand in a file that is named, one a line; each once, in order."""
    found: dict[str, None] = {}
    for name in asked:
        lines = Path(name).read_text(encoding="utf-8").splitlines() if Path(name).is_file() else [name]
        found |= {line.strip(): None for line in lines if line.strip() and not line.startswith("#")}
    for name in found:
        parts = name.split("/")
        if not REPOSITORY.fullmatch(name) or len(name) > LONGEST or any(set(part) == {"."} for part in parts):
            raise BadRepository(f"expected a repository like OWNER/NAME, found {name!r}.")
    if not found:
        raise BadRepository("expected at least one repository, found none.")
    return list(found)


def code(repository: str) -> str:
    """What a repository's files are called; its name is the same in capitals."""
    return hashlib.sha256(repository.casefold().encode()).hexdigest()[:12]


def script(forge: str, repos: Sequence[str], *, since: date, until: date) -> str:
    """The script for *repos* and the days from *since* to *until*."""
    if forge == "github" and any(name.count("/") != 1 for name in repos):
        raise BadRepository("on GitHub a repository is OWNER/NAME, with one slash.")
    files = [kind.format(code(name)) for name in repos for kind in KINDS[forge]]
    wanted = json.dumps({"schema": "fde.requests/1", "forge": forge, "since": since.isoformat(), "files": files})
    head = HEAD.format(since=since.isoformat(), wanted=wanted, forge=forge)
    body = BODIES[forge].replace("WEEKS", " ".join(weeks(since, until)))
    calls = [f"repository {shlex.quote(name)} {code(name)} {quote(name, safe='')}" for name in repos]
    return "\n".join([head, body, *calls, TAIL])


def weeks(since: date, until: date) -> list[str]:
    """The days from *since* to *until* in windows of seven, as GitHub asks for them: of each it gives 1,000 runs at most."""
    starts = [since + timedelta(days=7 * number) for number in range((until - since).days // 7 + 1)]
    return [f"{start}..{start + timedelta(days=6)}" for start in starts]


HEAD = """#!/bin/sh
# Reads merged changes and pipelines; changes nothing. Read it, then: sh get.sh PACK
# Stopped half-way (a limit of requests, the network)? Start it again: what is there is not asked for again.
set -eu
umask 077
pack=${{1:?name the folder of the pack}}
since={since}
mkdir -p "$pack/pull-requests" "$pack/ci" "$pack/.parts"

# keep FILE COMMAND...: write what a command prints, under its name only when all of it is there
keep() {{
  file=$1
  shift
  [ -e "$file" ] && return 0
  "$@" < /dev/null > "$file.part"
  mv "$file.part" "$file"
}}

# list FILE START END PART...: one JSON document of files with one object a line
list() {{
  file=$1 start=$2 end=$3
  shift 3
  printf '%s\\n' "$start" > "$file.part"
  for part; do [ ! -e "$part" ] || cat "$part"; done | sed '$!s/$/,/' >> "$file.part"
  printf '%s\\n' "$end" >> "$file.part"
  mv "$file.part" "$file"
}}

printf '%s\\n' '{wanted}' > "$pack/manifest-{forge}.json"
"""

TAIL = """
rm -r "$pack/.parts"
echo "done: $pack" >&2
"""

GITHUB = r"""weeks='WEEKS'
if ! command -v gh > /dev/null; then
  echo "gh is needed: https://cli.github.com" >&2
  exit 1
fi

# Merged changes, newest change first. At most 100 commits, reviews and events of each are given; the totals tell where there were more.
# shellcheck disable=SC2016
query='query($owner: String!, $name: String!, $endCursor: String) {
  repository(owner: $owner, name: $name) {
    pullRequests(first: 50, after: $endCursor, states: MERGED, orderBy: {field: CREATED_AT, direction: DESC}) {
      pageInfo { hasNextPage endCursor }
      nodes {
        number createdAt isDraft mergedAt closedAt additions deletions changedFiles
        author { login __typename }
        mergeCommit { oid }
        commits(first: 100) { totalCount nodes { commit { oid authoredDate committedDate } } }
        reviews(first: 100) { totalCount nodes { submittedAt state author { login __typename } } }
        timelineItems(first: 100, itemTypes: [READY_FOR_REVIEW_EVENT, CONVERT_TO_DRAFT_EVENT, REVIEW_REQUESTED_EVENT, HEAD_REF_FORCE_PUSHED_EVENT]) {
          totalCount
          nodes {
            __typename
            ... on ReadyForReviewEvent { createdAt }
            ... on ConvertToDraftEvent { createdAt }
            ... on ReviewRequestedEvent { createdAt }
            ... on HeadRefForcePushedEvent { createdAt }
          }
        }
      }
    }
  }
}'
# shellcheck disable=SC2016
pulls='.data.repository.pullRequests.nodes[] | select(.mergedAt >= $since)
  | .author.login as $author | ([.reviews.nodes[].author.login] | unique) as $people
  | {number, createdAt, isDraft, mergedAt, closedAt, additions, deletions, changedFiles, mergeCommit,
     author: {login: "author", is_bot: (.author.__typename == "Bot")},
     commits: [.commits.nodes[].commit | {oid, authoredDate, committedDate}],
     reviews: [.reviews.nodes[] | .author.login as $one | {submittedAt, state,
       author: {login: (if $one != null and $one == $author then "author" else "reviewer-\([$people[] == $one] | index(true))" end), is_bot: (.author.__typename == "Bot")}}],
     timeline: [.timelineItems.nodes[] | {event: ({ReadyForReviewEvent: "ready_for_review", ConvertToDraftEvent: "convert_to_draft",
       ReviewRequestedEvent: "review_requested", HeadRefForcePushedEvent: "head_ref_force_pushed"}[.__typename]), created_at: .createdAt}],
     totals: {commits: .commits.totalCount, reviews: .reviews.totalCount, timeline: .timelineItems.totalCount}}'
runs='.workflow_runs[] | {id, run_attempt, name, event, status, conclusion, created_at, run_started_at, updated_at, head_sha, workflow_id}'
jobs='.jobs[] | {id, run_id, run_attempt, name, status, conclusion, created_at, started_at, completed_at, labels,
  steps: [.steps[]? | {number, name, status, conclusion, started_at, completed_at}]}'

# repository OWNER/NAME CODE OWNER%2FNAME
repository() {
  parts=$pack/.parts/$2
  mkdir -p "$parts"
  echo "$1" >&2
  if [ ! -e "$pack/pull-requests/$2.pulls.json" ]; then
    # The day goes into the expression, as gh takes no variables for it; it has no quotes in it.
    keep "$parts/pulls" gh api graphql --paginate -f owner="${1%%/*}" -f name="${1#*/}" -f query="$query" --jq "\"$since\" as \$since | $pulls"
    list "$pack/pull-requests/$2.pulls.json" '[' ']' "$parts/pulls"
  fi
  if [ ! -e "$pack/ci/$2.runs.json" ]; then
    for days in $weeks; do
      keep "$parts/runs-$days" gh api --method GET --paginate "repos/$1/actions/runs?per_page=100&created=$days" --jq "$runs"
      [ "$(wc -l < "$parts/runs-$days")" -lt 1000 ] || echo "$1, $days: 1,000 runs, as many as GitHub gives; there may have been more" >&2
    done
    list "$pack/ci/$2.runs.json" '{"workflow_runs": [' ']}' "$parts"/runs-*
  fi
  [ ! -e "$pack/ci/$2.jobs.json" ] || return 0
  sed -n 's/.*"id":\([0-9]*\).*/\1/p' "$pack/ci/$2.runs.json" > "$parts/ids"
  while read -r run; do
    keep "$parts/jobs-$run" gh api --method GET --paginate "repos/$1/actions/runs/$run/jobs?filter=all&per_page=100" --jq "$jobs"
  done < "$parts/ids"
  list "$pack/ci/$2.jobs.json" '{"jobs": [' ']}' "$parts"/jobs-*
}
"""

GITLAB = r"""if ! command -v glab > /dev/null || ! command -v jq > /dev/null; then
  echo "glab and jq are needed" >&2
  exit 1
fi

# picked EXPRESSION COMMAND...: of what a command prints, only what the expression names
picked() {
  expression=$1
  shift
  "$@" > "$pack/.parts/whole"
  jq -rcs --arg since "$since" "$expression" "$pack/.parts/whole"
  rm "$pack/.parts/whole"
}

# shellcheck disable=SC2016
changes='(add // [])[] | select(.merged_at >= $since)
  | {id, iid, project_id, state, draft, created_at, prepared_at, merged_at, closed_at, sha, merge_commit_sha, squash_commit_sha, author: {username: "author"}}'
# shellcheck disable=SC2016
authors='(add // [])[] | select(.merged_at >= $since) | "\(.iid) \(.author.id)"'
# Of a note of the system its first words stay, which tell what was done; of a person's note nothing but when it was written.
# shellcheck disable=SC2016
notes='(add // []) | ([.[].author.id] | unique) as $people | .[] | .author.id as $one
  | {id, noteable_iid, system, created_at,
     author: {username: (if "\($one)" == "AUTHOR" then "author" else "reviewer-\([$people[] == $one] | index(true))" end)},
     body: ((if .system then [.body | match("^(approved|unapproved|marked) this merge request( as (draft|ready))?|^requested review|^added [0-9]+ commits?").string][0] else null end) // "x")}'
ids='(add // [])[] | .id'
pipelines='.[] | {id, iid, project_id, status, source, sha, created_at, updated_at, started_at, finished_at, duration, queued_duration}'
jobs='(add // [])[] | {id, name, stage, status, created_at, started_at, finished_at, duration, queued_duration, allow_failure, pipeline: {id: .pipeline.id}}'

# repository OWNER/NAME CODE OWNER%2FNAME
repository() {
  parts=$pack/.parts/$2 project=projects/$3
  mkdir -p "$parts"
  echo "$1" >&2
  merged="$project/merge_requests?state=merged&updated_after=${since}T00:00:00Z&per_page=100"
  if [ ! -e "$pack/pull-requests/$2.merge_requests.json" ]; then
    keep "$parts/changes" picked "$changes" glab api --paginate "$merged"
    list "$pack/pull-requests/$2.merge_requests.json" '[' ']' "$parts/changes"
  fi
  if [ ! -e "$pack/pull-requests/$2.notes.json" ]; then
    keep "$parts/authors" picked "$authors" glab api --paginate "$merged"
    while read -r change author; do
      keep "$parts/notes-$change" picked "$(printf '%s' "$notes" | sed "s/AUTHOR/$author/")" glab api --paginate "$project/merge_requests/$change/notes?per_page=100&sort=asc"
    done < "$parts/authors"
    list "$pack/pull-requests/$2.notes.json" '[' ']' "$parts"/notes-*
  fi
  if [ -e "$pack/ci/$2.pipelines.json" ] && [ -e "$pack/ci/$2.jobs.json" ]; then
    return 0
  fi
  keep "$parts/ids" picked "$ids" glab api --paginate "$project/pipelines?updated_after=${since}T00:00:00Z&per_page=100"
  if [ ! -e "$pack/ci/$2.pipelines.json" ]; then
    while read -r pipeline; do
      keep "$parts/pipeline-$pipeline" picked "$pipelines" glab api "$project/pipelines/$pipeline"
    done < "$parts/ids"
    list "$pack/ci/$2.pipelines.json" '[' ']' "$parts"/pipeline-*
  fi
  if [ ! -e "$pack/ci/$2.jobs.json" ]; then
    while read -r pipeline; do
      keep "$parts/jobs-$pipeline" picked "$jobs" glab api --paginate "$project/pipelines/$pipeline/jobs?include_retried=true&per_page=100"
      keep "$parts/jobs-$pipeline-bridges" picked "$jobs" glab api --paginate "$project/pipelines/$pipeline/bridges?per_page=100"
    done < "$parts/ids"
    list "$pack/ci/$2.jobs.json" '[' ']' "$parts"/jobs-*
  fi
}
"""

BODIES = {"github": GITHUB, "gitlab": GITLAB}
