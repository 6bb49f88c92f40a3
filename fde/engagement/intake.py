"""Files on their way into `evidence/`: everything is looked at before anything is copied.

A file's bytes are taken as they are; what could not be kept apart on another computer's disk is refused by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..errors import BadName, NotRegular, TakenName, UsageError
from ..portable.evidence import Entry, walk
from ..text import is_plain_name
from . import files
from .engagement import Engagement

CAP = 1 << 31
CAP_NAME = "the limit for one file of evidence"
TEXT_SUFFIXES = (".md", ".txt", ".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".xml", ".yaml", ".yml", ".log", ".vtt", ".srt", ".eml", ".html")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One file to take in.

    Attributes:
        path: Where it is now.
        id: Where it goes, below `evidence/`.
        size: Its bytes.
        action: "create" or "identical".
    """

    path: Path
    id: str
    size: int
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What `take_in` will do, and what it will not, with the reasons."""

    items: tuple[Item, ...]
    skipped: tuple[tuple[str, str], ...]


def plan(engagement: Engagement, paths: Sequence[Path], to: str) -> Plan:
    """Look at every file and say what becomes of it.

    Raises NotRegular, NotText, TooLarge, CannotRead, BadName or TakenName for a file that was named; what lies in a named folder
    and cannot be taken is skipped with its reason.
    """
    if to:
        files.inside(engagement.evidence, to)
    items: list[Item] = []
    skipped: list[tuple[str, str]] = []
    for path in paths:
        for entry in _entries(path):
            if entry.skipped:
                skipped.append((str(entry.path), entry.skipped))
            else:
                items.append(_item(engagement, entry, to.strip("/")))
    _refuse_twins(items)
    return Plan(items=tuple(items), skipped=tuple(skipped))


def take_in(engagement: Engagement, planned: Plan) -> None:
    """Copy what was planned. Raises CannotWrite; a file that was copied before that stays whole."""
    for item in planned.items:
        if item.action == "create":
            target = files.inside(engagement.evidence, item.id)
            files.make_folder(target.parent)
            files.replace(target, files.read_bytes(item.path, CAP, cap_name=CAP_NAME))


def _entries(path: Path) -> Iterator[Entry]:
    if path.is_symlink():
        raise NotRegular("a link", where=str(path), hint="Name the file that it leads to.")
    if not path.is_dir():
        yield Entry(id=path.name, path=path)
        return
    for entry in walk(path):
        yield Entry(id=f"{path.resolve().name}/{entry.id}", path=entry.path, skipped=entry.skipped)


def _item(engagement: Engagement, entry: Entry, to: str) -> Item:
    if not is_plain_name(entry.path.name) or entry.path.name.startswith("."):
        raise BadName("file", ascii(entry.path.name), hint="Rename it: visible, in UTF-8, without control characters.")
    data = files.read_bytes(entry.path, CAP, cap_name=CAP_NAME)
    if entry.path.suffix.lower() in TEXT_SUFFIXES:
        files.as_text(data, str(entry.path))
    else:
        raise UsageError(
            f"{entry.path.name}: expected text or data ({', '.join(TEXT_SUFFIXES)}), found {entry.path.suffix or 'no suffix'!r}.",
            hint="Save it as text, or copy the original into evidence/ by hand; it is kept, but not read.",
        )
    name = PurePosixPath(to, entry.id).as_posix()
    target = files.inside(engagement.evidence, name)
    clash = files.taken(target.parent, target.name) if target.parent.is_dir() else None
    if clash is None:
        return Item(path=entry.path, id=name, size=len(data), action="create")
    if clash != target.name or files.read_bytes(target, CAP, cap_name=CAP_NAME) != data:
        raise TakenName(f"evidence/{PurePosixPath(name).parent / clash}", where=str(entry.path))
    return Item(path=entry.path, id=name, size=len(data), action="identical")


def _refuse_twins(items: Iterable[Item]) -> None:
    """Two files of one call may not land under one name."""
    seen: dict[str, Item] = {}
    for item in items:
        other = seen.setdefault(item.id.casefold(), item)
        if other is not item:
            raise TakenName(f"evidence/{other.id}", where=str(item.path))
