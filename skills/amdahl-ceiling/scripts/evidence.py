"""A group of files of the evidence as a source of facts: what was read of it, what was not, and its digest.

Only regular files inside the folder are opened; a link, a pipe or a file that holds nothing usable is named, never passed over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from _portable.evidence import matching, set_digest
from _portable.tree import Entry
from badinput import unreadable

UNOPENED = "entries were not opened"
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


def regular_files(root: Path, pattern: str) -> tuple[list[Path], list[str]]:
    """The regular files below *root* that *pattern* describes, in order, and what lies there and is `unopened`."""
    entries = list(matching(root, [pattern]))
    return [entry.path for entry in entries if not entry.skipped], unopened(entries)


def unopened(entries: Iterable[Entry]) -> list[str]:
    """The names of what is not opened among *entries*, each with the reason."""
    return [f"{entry.id} ({entry.skipped})" for entry in entries if entry.skipped]
