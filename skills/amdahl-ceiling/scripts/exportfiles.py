"""Finds the exports of other systems in the evidence and reads each with the reader that knows it.

A file that no reader knows, or of which nothing can be used, is named in its source's note and counted; it ends nothing.
"""

from __future__ import annotations

from pathlib import Path

from _portable.evidence import describes, matching
from badinput import BadInput
from caselog import CASES
from evidence import UNOPENED, Source, hashed_lines, regular_files, remark
from formats import is_known, read_any
from pulltables import PULLS
from reading import Read
from sessionlogs import SESSIONS

# By the source's id; a folder without a file is no source.
FOLDERS = {
    "set:ci": "ci/**",
    "set:changes": "pull-requests/**/*.json*",
    "set:git": "git/**",
    "set:agents": "agents/**",
    "set:traces": "traces/**",
}
MEASURED = tuple(f"*/**/*.{ending}" for ending in ("jsonl", "json", "csv", "xes", "db"))


def unread(root: Path) -> list[str]:
    """The folders below *root* that hold files such as are measured and are none of those that are read."""
    known = {pattern.partition("/")[0] for pattern in (*FOLDERS.values(), PULLS, SESSIONS, CASES)}
    found = {entry.id.partition("/")[0] for entry in matching(root, MEASURED) if not entry.skipped}
    return [f"{name}/" for name in sorted(found - known)]


def read_exports(root: Path, tables: Source) -> tuple[list[Source], list[Read]]:
    """Read every export below *root*; a source for each folder that holds one, and what was read in the order of the files.

    Tables of raw answers among those of merged pull requests are read too: *tables* is their source, and gets what there is to say.
    """
    sources, found = [], []
    for name, pattern in FOLDERS.items():
        files, odd = regular_files(root, pattern)
        if not files and not odd:
            continue
        source = Source(id=name, locator=f"file:evidence/{pattern}")
        for path in files:
            _hash(path, path.relative_to(root).as_posix(), source)
        found += _read(root, source, files)
        remark(source, UNOPENED, odd)
        if not source.read:
            source.health = "failed" if source.bytes else "skipped" if odd else "empty"
        sources.append(source)
    raw = [path for path in regular_files(root, PULLS)[0] if is_known(path)]
    answers = _read(root, tables, raw)
    if answers:
        tables.health = "ok"
    return sources, [*found, *answers]


def _hash(path: Path, name: str, source: Source) -> None:
    for _ in hashed_lines(path, name, source):
        pass


def origin(name: str) -> str:
    """The id of the source that the file *name* belongs to."""
    return next((source for source, pattern in FOLDERS.items() if describes(pattern, name)), "set:pull-requests")


def _read(root: Path, source: Source, files: list[Path]) -> list[Read]:
    found, refused = [], []
    for path in files:
        if _is_read_along(path):
            continue
        name = path.relative_to(root).as_posix()
        try:
            found.append(read_any(path, name))
        except BadInput as error:
            refused.append(f"{name} (expected {_short(error.expected)}, found {error.found})")
    skipped = [line for one in found for line in one.skipped]
    source.read += sum(one.records for one in found)
    source.skipped += len(skipped) + len(refused)
    remark(source, "files could not be used", refused)
    remark(source, "records could not be used", skipped)
    source.remarks += dict.fromkeys(f"{one.format}: {said}" for one in found for said in one.remarks)
    return found


def _is_read_along(path: Path) -> bool:
    """Say whether *path* is what SQLite keeps beside a database, which is read with it."""
    return path.name.endswith(("-wal", "-shm")) and path.with_name(path.name[:-4]).is_file()


def _short(expected: str) -> str:
    """What was expected, without the list of all formats."""
    return "a format of references/formats.md" if expected.startswith("one of ") else expected
