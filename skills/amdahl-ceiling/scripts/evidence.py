"""Finds and reads the evidence: session logs below `sessions/`, tables of merged pull requests below `pull-requests/`.

Only regular files inside the folder are opened; a link, a pipe or a file that holds nothing usable is named, never passed over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from _portable.evidence import matching, set_digest
from formats import is_known
from logfiles import File, Log, LogRead, read_log, unreadable
from pulls import Pull, read_pulls
from readlogs import read_logs
from sessions import Session
from transcripts import epoch, parse

SESSIONS, PULLS = "sessions/**/*.jsonl", "pull-requests/**/*.csv"
SUB_AGENTS = "subagents"
PEEKED = 50  # lines in which a log must show a time, to be put in order
LISTED = 10  # items that a note spells out before it only counts


@dataclass(slots=True, kw_only=True)
class Source:
    """One group of files as a source of facts.

    Attributes:
        id: The source's id.
        locator: Where it is, below the evidence folder.
        count: Files read.
        bytes: Their size together.
        health: ok, empty, failed or skipped.
        read: Records (lines, rows) read.
        skipped: Records that could not be read.
        remarks: Sentences for the source's note.
        digests: One per file: its id and "sha256:<hex>".
        digest: The digest of the one file that it is, empty for a set of files.
    """

    id: str
    locator: str
    count: int = 0
    bytes: int = 0
    health: str = "ok"
    read: int = 0
    skipped: int = 0
    remarks: list[str] = field(default_factory=list)
    digests: list[tuple[str, str]] = field(default_factory=list)
    digest: str = ""

    def record(self) -> dict[str, Any]:
        """The source as `fde.facts/1` wants it; its digest is that of the set, so that anybody can compute it again from the locator."""
        return {
            "id": self.id,
            "locator": self.locator,
            "count": self.count,
            "bytes": self.bytes,
            "digest": self.digest or set_digest(self.digests),
            "health": self.health,
            "read": self.read,
            "skipped": self.skipped,
            "note": " ".join(self.remarks),
        }


def read_sessions(root: Path) -> tuple[Source, list[Session]]:
    """Read every session log below *root*/sessions, in an order that gives repeated records to the log that had them first."""
    source = Source(id="set:sessions", locator=f"file:evidence/{SESSIONS}")
    logs, orphans, odd = _logs(root)
    sessions: list[Session] = []
    malformed: list[str] = []
    silent: list[str] = []
    for log, found in zip(logs, each_record_once(logs, read_logs(logs)), strict=True):
        malformed += found.malformed
        source.read += found.lines
        source.count += len(found.digests)
        source.bytes += sum(size for _, size, _ in found.digests)
        source.digests += [(name, digest) for name, _, digest in found.digests]
        if found.session is None:
            silent.append(log.main.name)
        else:
            sessions.append(found.session)
    source.skipped = len(malformed)
    remark(source, "malformed lines were skipped", malformed)
    remark(source, "files hold no record with a time of its own", silent)
    remark(
        source,
        "logs of sub-agents have no session here and were left out",
        [p.relative_to(root).as_posix() for p in orphans],
    )
    remark(
        source, "entries are not regular files and were not opened", [path.relative_to(root).as_posix() for path in odd]
    )
    repeated = sum(session.counts.repeated for session in sessions)
    if repeated:
        source.remarks.append(f"{repeated} records stand in more than one log and were counted once.")
    if not sessions:
        source.health = "failed" if source.bytes else "skipped" if odd else "empty"
    return source, sessions


def each_record_once(logs: Sequence[Log], found: Iterable[LogRead]) -> Iterator[LogRead]:
    """What was read of *logs*; one that repeats records of an earlier one (a fork, a resumed session) is read again without them."""
    seen: set[int] = set()
    for log, one in zip(logs, found, strict=True):
        ids = one.ids.split(b"\n") if one.ids else []
        keys = set(map(hash, ids))  # a tenth of the ids' memory
        if keys.isdisjoint(seen):
            yield one
        else:
            yield read_log(log, frozenset(name for name in ids if hash(name) in seen))
        seen |= keys


def read_all_pulls(root: Path) -> tuple[Source, list[Pull]]:
    """Read every table of merged pull requests below *root*/pull-requests; a number that stands twice keeps its first row.

    Raises:
        BadInput: a file is not such a table.
    """
    source = Source(id="set:pull-requests", locator=f"file:evidence/{PULLS}")
    files, odd = regular_files(root, PULLS)
    pulls: dict[str, Pull] = {}
    for path in files:
        name = path.relative_to(root).as_posix()
        for _ in hashed_lines(path, name, source):
            pass
        if is_known(path):
            continue  # answers of an API: `exportfiles.py` reads them
        rows = read_pulls(path, name)
        source.read += len(rows)
        for pull in rows:
            pulls.setdefault(pull.number, pull)
    if source.read > len(pulls):
        source.remarks.append(f"{source.read - len(pulls)} rows repeat the number of an earlier row and were left out.")
    remark(
        source, "entries are not regular files and were not opened", [path.relative_to(root).as_posix() for path in odd]
    )
    if not pulls:
        source.health = "skipped" if odd else "empty"
    return source, list(pulls.values())


def remark(source: Source, what: str, items: list[str]) -> None:
    """Say in the source's note that *what* holds for *items*, if there are any."""
    if items:
        more = f" and {len(items) - LISTED} more" if len(items) > LISTED else ""
        source.remarks.append(f"{len(items)} {what}: {', '.join(items[:LISTED])}{more}.")


def hashed_lines(path: Path, name: str, source: Source) -> Iterator[bytes]:
    """The lines of a file, while its size and digest are taken into *source*."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as lines:
            for line in lines:
                digest.update(line)
                source.bytes += len(line)
                yield line
    except OSError as error:
        raise unreadable(name, error) from error
    source.count += 1
    source.digests.append((name, f"sha256:{digest.hexdigest()}"))


def regular_files(root: Path, pattern: str) -> tuple[list[Path], list[Path]]:
    """The regular files below *root* that *pattern* describes, in order, and what lies there and is not opened."""
    entries = list(matching(root, [pattern]))
    return [entry.path for entry in entries if not entry.skipped], [entry.path for entry in entries if entry.skipped]


def _logs(root: Path) -> tuple[list[Log], list[Path], list[Path]]:
    """The session logs below *root* in reading order, the sub-agents' logs without a session, and what is no regular file."""
    files, odd = regular_files(root, SESSIONS)
    sizes = {path: path.stat().st_size for path in files}
    agents = {path for path in files if path.name.startswith("agent-") or path.parent.name == SUB_AGENTS}
    owned: dict[Path, list[Path]] = {path: [] for path in files if path not in agents}
    orphans: list[Path] = []
    for path in (path for path in files if path in agents):
        main = _main_log(path)
        # An empty log cannot say when its session was, so its sub-agents cannot be placed in it.
        if main in owned and sizes[main]:
            owned[main].append(path)
        else:
            orphans.append(path)
    order = sorted(owned, key=lambda path: (_first_time(path), sizes[path], path.as_posix()))

    def file(path: Path) -> File:
        return File(path=path, name=path.relative_to(root).as_posix(), size=sizes[path])

    logs = [Log(id=path.stem, main=file(path), agents=tuple(map(file, owned[path]))) for path in order]
    return logs, orphans, odd


def _main_log(path: Path) -> Path:
    """Where the log of a sub-agent's session must be."""
    if path.parent.name == SUB_AGENTS:
        return path.parent.parent.with_suffix(".jsonl")
    names = [str(record.get("sessionId")) for record in _peek(path) if record.get("sessionId")]
    return path.with_name(f"{names[0]}.jsonl") if names else path


def _first_time(path: Path) -> float:
    times = (epoch(record.get("timestamp")) for record in _peek(path))
    return next((time for time in times if time is not None), 0.0)


def _peek(path: Path) -> Iterator[dict[str, Any]]:
    """The first records of a log, as far as they can be read."""
    try:
        with path.open("rb") as lines:
            yield from filter(None, map(parse, islice(lines, PEEKED)))
    except OSError as error:
        raise unreadable(path.name, error) from error
