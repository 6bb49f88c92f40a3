"""The folder `evidence/` as code reads it: which files match a pattern, their digests, the text sources among them.

Only regular files inside the folder are opened; what cannot be read is a source with its reason, never left out in silence.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from .clearance import PRIVATE, TABLE, BadMark, Row, is_like_table, is_private, rows_of
from .fold import lf
from .names import folded_name
from .sources import Source, text_source
from .tree import Entry, walk

CAP = 8_000_000  # bytes of one text file; more cannot be read by a person, and fits no model's window
_CHUNK = 1 << 20

# Gives the source of a document (a .docx, say) from the lines of the table about it, None for what is text itself.
Document = Callable[[Entry, Sequence[Row]], Source | None]


class Unreadable(ValueError):
    """A file of evidence that cannot be taken as it is; the message is one sentence."""


def files(evidence: Path) -> Iterator[Entry]:
    """Yield what is in the folder *evidence*, without hidden names, which are no evidence; nothing if there is no such folder."""
    if evidence.is_dir():
        yield from (entry for entry in walk(evidence) if not any(part.startswith(".") for part in entry.id.split("/")))


def matching(evidence: Path, patterns: Iterable[str]) -> Iterator[Entry]:
    """Yield the entries of *evidence* that one of the glob *patterns* (`**` over folders) describes.

    What is skipped in the patterns' own folders, or is such a folder (a link, say), is yielded as well: it may hide what is meant.
    """
    rules = [(re.compile(_expression(pattern)), folder_of(pattern)) for pattern in patterns]
    for entry in files(evidence):
        if any(rule.fullmatch(entry.id) or (entry.skipped and _on_the_way(entry.id, folder)) for rule, folder in rules):
            yield entry


def describes(pattern: str, name: str) -> bool:
    """Say whether the glob *pattern* describes the file *name*."""
    return bool(re.fullmatch(_expression(pattern), name))


def pattern_of(locator: str) -> str:
    """Return the glob below `evidence/` that a source's *locator* stands for; a folder stands for everything in it."""
    return re.sub(r"/$", "/**", locator.removeprefix("file:evidence/"))


def folder_of(pattern: str) -> str:
    """Return the folder that a pattern names before its first wildcard, "" for none."""
    return re.split(r"[*?]", pattern, maxsplit=1)[0].rpartition("/")[0]


def _on_the_way(name: str, folder: str) -> bool:
    return not folder or f"{name}/".startswith(f"{folder}/") or f"{folder}/".startswith(f"{name}/")


@lru_cache(maxsize=1024)
def _expression(pattern: str) -> str:
    pieces = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(pieces.get(piece, re.escape(piece)) for piece in re.split(r"(\*\*/|\*\*|\*|\?)", pattern))


def read(path: Path, cap: int = CAP) -> bytes:
    """Return a regular file's bytes, as many as it has now. Raises Unreadable with the reason."""
    try:
        # Without O_NONBLOCK, opening a FIFO waits for ever.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise Unreadable(f"it cannot be opened: {error.strerror}") from error
    state = os.fstat(handle)
    if not stat.S_ISREG(state.st_mode):
        os.close(handle)  # a folder's would not even become a file object
        raise Unreadable("it is not a regular file")
    with os.fdopen(handle, "rb") as file:
        if state.st_size > cap:
            raise Unreadable(f"it has {state.st_size:,} bytes; at most {cap:,} are read")
        return file.read(cap)


def words(evidence: Path, patterns: Iterable[str], document: Document = lambda *_: None) -> tuple[Source, ...]:
    """Return the text sources that *patterns* describe, in order; one that cannot be read has health "skipped" or "failed".

    *document* is asked first about each, and gives the source of what is no text itself.

    `clearance.md` is no source, and what lies in a folder named `private` or is marked as private is none either. Where that
    table or a file's head is not understood, or keeps back what is not there, the sources that it is about have failed with a `fault`.
    """
    fault, rows = _table(evidence)
    fault = fault or _unfit(evidence, rows)
    entries = (entry for entry in matching(evidence, patterns) if entry.id != TABLE and not is_private(entry.id))
    found = (_source(entry, rows, document) for entry in entries)
    # What the table would have said of a file is not known, so none of them is used.
    return tuple(_doubted(source, fault) if fault else source for source in found if source.clearance != PRIVATE)


def _table(evidence: Path) -> tuple[str, Sequence[Row]]:
    """Return why the table of clearances is not understood, or its rows."""
    path = evidence / TABLE
    if not path.exists() and not path.is_symlink():
        return "", ()
    try:
        return "", rows_of(lf(_utf8(read(path)).removeprefix("\ufeff")))
    except BadMark as error:
        return f"{TABLE}:{error.line}: {error.sentence}", ()
    except Unreadable as error:
        return f"{TABLE}:1: {error}", ()


def _unfit(evidence: Path, rows: Sequence[Row]) -> str:
    """Return which line of the table keeps nothing back, since it fits no file, or which file is no table by its name."""
    # A folder that is there and still empty is no slip of the pen.
    waiting = [row for row in rows if row.restricts and not _is_folder(evidence, row.pattern.removesuffix("/**"))]
    for entry in files(evidence):
        if is_like_table(entry.id):
            return f"{entry.id}:1: the table is read from {TABLE} alone; rename the file"
        # What was not gone into may hold what is meant.
        waiting = [row for row in waiting if entry.id == TABLE or not (_is_about(row, entry.id) or (entry.skipped and _is_about(row, f"{entry.id}/")))]
    return "".join(f"{TABLE}:{row.line}: path: expected what is there, found nothing that {row.pattern[:60]!r} fits" for row in waiting[:1])


def _is_folder(evidence: Path, path: str) -> bool:
    return not re.search(r"[*?]", path) and (evidence / path).is_dir()


def _is_about(row: Row, name: str) -> bool:
    """Say whether a line of the table is about the file *name*, however some file system or hand writes that.

    A folder's name stands for all that is in it; a glob does only where it keeps back.
    """
    pattern, folded = folded_name(row.pattern), folded_name(name)
    is_folder_too = row.restricts or not re.search(r"[*?]", pattern)
    return describes(pattern, folded) or (is_folder_too and describes(f"{pattern}/**", folded))


def _doubted(source: Source, fault: str) -> Source:
    return replace(source, health="failed", note=fault, fault=fault, clearance="internal")


def _source(entry: Entry, rows: Iterable[Row], document: Document) -> Source:
    if entry.skipped:
        return Source(id=entry.id, text="", health="skipped", note=str(entry.skipped))
    said = [row for row in rows if _is_about(row, entry.id)]
    try:
        if made := document(entry, said):
            return made
        data = read(entry.path)
        return text_source(entry.id, data, _utf8(data), said)
    except Unreadable as error:
        return Source(id=entry.id, text="", health="failed", note=str(error))


def _utf8(data: bytes) -> str:
    if b"\0" in data:
        raise Unreadable(f"it is binary: a zero byte at offset {data.index(0)}")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(f"it is not UTF-8: byte {data[error.start]:#04x} at offset {error.start}") from error


def file_digest(path: Path) -> str:
    """Return "sha256:<hex>" of a file's bytes, read in pieces. Raises OSError."""
    state = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            state.update(piece)
    return f"sha256:{state.hexdigest()}"


def set_digest(files: Iterable[tuple[str, str]]) -> str:
    """Return the digest of several files, given as (id, digest) in any order: sha256 over sorted "DIGEST  ID" lines."""
    lines = sorted(f"{digest}  {name}\n" for name, digest in files)
    return f"sha256:{hashlib.sha256(''.join(lines).encode('utf-8', 'surrogateescape')).hexdigest()}"


def digest_now(evidence: Path, locator: str) -> str | None:
    """Return the digest that the source at *locator* has now; None if nothing is there.

    *locator* is `file:evidence/PATH`, a glob, or a folder with a slash at its end. A single file has the digest of its
    bytes, a glob or a folder that of the set of its files.
    """
    pattern = pattern_of(locator)
    found = [entry for entry in matching(evidence, [pattern]) if not entry.skipped]
    if not found:
        return None
    if "*" not in pattern and "?" not in pattern:
        return file_digest(found[0].path)
    return set_digest((entry.id, file_digest(entry.path)) for entry in found)
