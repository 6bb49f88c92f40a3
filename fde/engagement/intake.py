"""Files on their way into `evidence/`: everything is looked at before anything is copied.

A file's bytes are taken as they are, a document's too, of which a text twin is made afterwards; what could not be kept apart on another computer's disk is refused by name.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..errors import CannotRead, FdeError, NotInside, NotRegular, TakenName, UsageError
from ..portable.names import escaped, folded_name, is_plain_name
from ..portable.tree import Entry, Skip, walk
from ..text import digest
from . import files
from .engagement import Engagement
from .twins import CONVERTERS, suffix_of

CAP = 1 << 29  # bytes; each file is in memory once, whole
CAP_NAME = "the limit for one file of evidence"
TEXT_SUFFIXES = (".md", ".txt", ".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".xml", ".yaml", ".yml", ".log", ".vtt", ".srt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One file to take in.

    Attributes:
        path: Where it is now.
        id: Where it goes, below `evidence/`.
        size: Its bytes.
        digest: Of them.
        action: "create" or "identical".
    """

    path: Path
    id: str
    size: int
    digest: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What `take_in` will do, and what it will not, with the reasons."""

    items: tuple[Item, ...]
    skipped: tuple[tuple[str, str], ...]


def plan(engagement: Engagement, paths: Sequence[Path], to: str) -> Plan:
    """Look at every file and say what becomes of it.

    Raises NotRegular, NotText, TooLarge, CannotRead, NotInside, TakenName or UsageError for a file that was named; what lies in a
    named folder and cannot be taken is skipped with its reason, unless its name is taken.
    """
    to = target(engagement, to)
    items: list[Item] = []
    skipped: list[tuple[str, str]] = []
    for path in paths:
        _refuse_our_own(engagement, path)
        for entry in _entries(path):
            try:
                items.append(_item(engagement, entry, to))
            except TakenName:
                raise
            except FdeError as error:
                if entry.path == path:
                    raise
                skipped.append((escaped(entry.path), error.message))
    _refuse_twins(items)
    return Plan(items=tuple(items), skipped=tuple(skipped))


def take_in(engagement: Engagement, planned: Plan) -> None:
    """Copy what was planned, of a file that has grown since as much as was looked at.

    Raises CannotWrite, or CannotRead for a file that has changed since; what was copied before that stays, whole.
    """
    for item in planned.items:
        if item.action == "create":
            data = files.read_bytes(item.path, CAP, cap_name=CAP_NAME)[: item.size]
            if digest(data) != item.digest:
                raise CannotRead("it changed while it was taken in", where=escaped(item.path))
            place = files.inside(engagement.evidence, item.id)
            files.make_folder(place.parent)
            files.replace(place, data)


def target(engagement: Engagement, to: str) -> str:
    """Return the folder *to* below `evidence/` without its last slash, empty for `evidence/` itself. Raises NotInside."""
    if not to:
        return ""
    files.inside(engagement.evidence, to)
    if any(part.startswith(".") for part in to.split("/")):
        raise NotInside(ascii(to), "what is hidden is no evidence")
    return to.removesuffix("/")


def _refuse_our_own(engagement: Engagement, path: Path) -> None:
    """Nothing of `private/` may become evidence, and no folder may be copied into itself."""
    real, root = Path(os.path.realpath(path)), Path(os.path.realpath(engagement.root))
    if root.is_relative_to(real) or real.is_relative_to(root / "private"):
        raise UsageError(f"{path}: the engagement itself, and what is private in it, is not taken in as evidence.")


def _entries(path: Path) -> Iterator[Entry]:
    if path.is_symlink():
        raise NotRegular("a link", where=escaped(path), hint="Name the file that it leads to.")
    if not path.is_dir():
        yield Entry(id=path.name, path=path)
        return
    # Of `.` and `..` too.
    name = Path(os.path.realpath(path)).name
    for entry in walk(path):
        yield Entry(id=f"{name}/{entry.id}", path=entry.path, skipped=entry.skipped)


def _item(engagement: Engagement, entry: Entry, to: str) -> Item:
    if entry.skipped in (Skip.DENIED, Skip.UNREADABLE):
        raise CannotRead(entry.skipped, where=escaped(entry.path))
    if entry.skipped:
        raise NotRegular(entry.skipped, where=escaped(entry.path))
    # Asked first: a name that cannot be kept is not worth reading.
    name = PurePosixPath(to, _name(entry)).as_posix()
    place = files.inside(engagement.evidence, name)
    data = files.read_bytes(entry.path, CAP, cap_name=CAP_NAME)
    if suffix_of(entry.path.name) not in CONVERTERS:
        files.as_text(data, escaped(entry.path))
    clash = _clash(engagement.evidence, name)
    if clash is None:
        return Item(path=entry.path, id=name, size=len(data), digest=digest(data), action="create")
    if clash != name or place.is_dir() or files.read_bytes(place, CAP, cap_name=CAP_NAME) != data:
        raise TakenName(f"evidence/{clash}", where=escaped(entry.path))
    return Item(path=entry.path, id=name, size=len(data), digest=digest(data), action="identical")


def _name(entry: Entry) -> str:
    name = entry.path.name
    if not is_plain_name(name) or name.startswith("."):
        raise NotInside(ascii(name), "it is hidden, or not UTF-8, or has a backslash or a control character", hint="Rename the file.")
    if suffix_of(name) not in (*TEXT_SUFFIXES, *CONVERTERS):
        raise UsageError(
            f"{name}: expected text or data ({', '.join(TEXT_SUFFIXES)}) or a document ({', '.join(CONVERTERS)}), found {entry.path.suffix or 'no suffix'!r}.",
            hint="Save it as text, or copy the original into evidence/ by hand; it is kept, but not read.",
        )
    return entry.id


def _clash(evidence: Path, name: str) -> str | None:
    """Return what is in the way of *name* below *evidence*, itself included: what some file system would take for it or a part of it."""
    parts = name.split("/")
    found: list[str] = []
    for part in parts:
        folder = evidence.joinpath(*found)
        if found and not folder.is_dir():
            return "/".join(found)
        clash = part if (folder / part).exists() else files.taken(folder, part) if folder.is_dir() else None
        if clash is None:
            return "/".join(found) if found != parts[: len(found)] else None
        found.append(clash)
    return "/".join(found)


def _refuse_twins(items: Iterable[Item]) -> None:
    """Two files of one call may not land under one name, nor under two that are one on some file system."""
    seen: dict[str, Item] = {}
    for item in items:
        other = seen.setdefault(folded_name(item.id), item)
        if other is not item:
            raise TakenName(f"evidence/{other.id}", where=escaped(item.path))
