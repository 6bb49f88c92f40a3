"""Reads every session log below `sessions/`, each record of them once: what a fork or a resumed session repeats counts in the first."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

from _portable.evidence import matching
from badinput import unreadable
from conversation import parse
from evidence import UNOPENED, Source, remark, unopened
from logfiles import File, Log, LogRead, read_log
from readlogs import read_logs
from sessions import Session
from transcripts import epoch

SESSIONS = "sessions/**/*.jsonl"
SUB_AGENTS = "subagents"
PEEKED = 50  # lines in which the log of a sub-agent must name its session
COMPARED = 300_000  # ids that are compared at the same time, in about 25 MB


def read_sessions(root: Path) -> tuple[Source, list[Session]]:
    """Read every session log below *root*/sessions, the earliest first.

    Raises:
        BadInput: a file cannot be read.
    """
    source = Source(id="set:sessions", locator=f"file:evidence/{SESSIONS}")
    logs, orphans, odd = session_logs(root)
    sessions: list[Session] = []
    malformed: list[str] = []
    silent: list[str] = []
    mute: list[str] = []
    for log, found in each_record_once(logs, read_logs(logs)):
        malformed += found.malformed
        source.read += found.lines
        source.count += len(found.digests)
        source.bytes += sum(size for _, size, _ in found.digests)
        source.digests += [(name, digest) for name, _, digest in found.digests]
        if found.session is None:
            silent.append(log.main.name)
        else:
            sessions.append(found.session)
            if found.session.prompt is None and not found.session.counts.assistant_lines:
                mute.append(log.main.name)
    source.skipped = len(malformed)
    remark(source, "malformed lines were skipped", malformed)
    remark(source, "files hold no record with a time of its own", silent)
    remark(source, "logs hold no prompt and no answer of Claude Code (logs of other agents belong into agents/)", mute)
    remark(source, "logs have the name of an earlier one and were read as the same session", [file.name for log in logs for file in log.further])
    remark(source, "logs of sub-agents have no session here and were left out", orphans)
    remark(source, UNOPENED, odd)
    repeated = sum(session.counts.repeated for session in sessions)
    if repeated:
        source.remarks.append(f"{repeated} records stand more than once, in one log or in several, and were counted once.")
    undated = sum(session.counts.undated for session in sessions)
    if undated:
        source.remarks.append(f"{undated} records have a time that is none, or one before 2005 or after 2100, and were left out.")
    if not sessions:
        source.health = "failed" if source.bytes else "skipped" if odd else "empty"
    return source, sessions


def each_record_once(logs: Iterable[Log], found: Iterable[LogRead]) -> Iterator[tuple[Log, LogRead]]:
    """Each log with what was read of it, the earliest first; one that repeats records of an earlier one is read again without them.

    Of two that begin together, a session and its fork, the smaller is taken for the earlier.
    """
    order = sorted(zip(logs, found, strict=True), key=lambda pair: (pair[1].begins, pair[0].main.size, pair[0].main.name))
    several = in_several([one.keys for _, one in order])
    seen: set[int] = set()
    for log, one in order:
        own = several.intersection(one.keys) if several else several
        yield log, read_log(log, frozenset(own & seen)) if own & seen else one
        seen |= own


def in_several(lists: Sequence[Sequence[int]]) -> set[int]:
    """The numbers that stand in more than one of *lists*, none of which holds a number twice."""
    found: set[int] = set()
    parts = sum(map(len, lists)) // COMPARED + 1
    for part in range(parts):
        own = [[number for number in one if number % parts == part] for one in lists] if parts > 1 else lists
        if len(set().union(*own)) < sum(map(len, own)):
            found.update(number for number, count in Counter(chain.from_iterable(own)).items() if count > 1)
    return found


def session_logs(root: Path) -> tuple[list[Log], list[str], list[str]]:
    """The session logs below *root*, the names of sub-agents' logs without a session, and of what is no regular file."""
    entries = list(matching(root, [SESSIONS]))
    files = [File(path=entry.path, name=entry.id, size=entry.size) for entry in entries if not entry.skipped]
    agents = [file for file in files if file.path.name.startswith("agent-") or file.path.parent.name == SUB_AGENTS]
    main = {file.path: file for file in files}
    for file in agents:
        del main[file.path]
    owned: dict[Path, list[File]] = {path: [] for path in main}
    orphans: list[str] = []
    for file in agents:
        session = _main_log(file.path)
        # An empty log cannot say when its session was, so its sub-agents cannot be placed in it.
        if session in owned and main[session].size:
            owned[session].append(file)
        else:
            orphans.append(file.name)
    of_name: dict[str, list[Path]] = {}
    for path in owned:
        of_name.setdefault(path.stem, []).append(path)
    logs = [_log(name, paths, main, owned) for name, paths in of_name.items()]
    return logs, orphans, unopened(entries)


def _log(name: str, paths: list[Path], main: Mapping[Path, File], owned: Mapping[Path, Sequence[File]]) -> Log:
    """The log of one session; if it went on in another folder, the one that begins first comes first."""
    if len(paths) > 1:
        paths = sorted(paths, key=lambda path: (_begins(path), path))
    first, *others = (main[path] for path in paths)
    return Log(id=name, main=first, further=tuple(others), agents=tuple(file for path in paths for file in owned[path]))


def _begins(path: Path) -> float:
    """The earliest time in the first records of a log."""
    return min(filter(None, (epoch(record.get("timestamp")) for record in _peek(path))), default=math.inf)


def named_otherwise(root: Path, ids: Collection[str]) -> dict[str, str]:
    """Which of the session *ids* the records of a log name whose file is called after none of them; the file's id by theirs."""
    found: dict[str, str] = {}
    for log in session_logs(root)[0] if ids else ():
        names = [str(record["sessionId"]) for record in _peek(log.main.path) if record.get("sessionId")]
        if log.id not in ids and names and names[0] in ids:
            found.setdefault(names[0], log.id)
    return found


def _main_log(path: Path) -> Path:
    """Where the log of a sub-agent's session must be."""
    if path.parent.name == SUB_AGENTS:
        return path.parent.parent.with_suffix(".jsonl")
    names = [str(record.get("sessionId")) for record in _peek(path) if record.get("sessionId")]
    return path.with_name(f"{names[0]}.jsonl") if names else path


def _peek(path: Path) -> Iterator[dict[str, Any]]:
    """The first records of a log, as far as they can be read."""
    try:
        with path.open("rb") as lines:
            yield from filter(None, map(parse, islice(lines, PEEKED)))
    except OSError as error:
        raise unreadable(path.name, error) from error
