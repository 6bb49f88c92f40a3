"""Spreadsheets for scripts: the evidence as a folder in which each sheet of `orders.xlsx` is a file `orders.xlsx.d/SHEET.csv`.

A script knows only the folder that it is given. So where a pattern of its driver would find sheets, it is given a copy for the time of
one call: hard links to the originals, which cost no room, and the CSV beside them. What it then says about a sheet is put down to
the spreadsheet in `evidence/`, so that every locator and digest in an artefact is one of a file that is really there.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ..errors import CannotWrite, NoText
from ..portable import evidence
from .engagement import Engagement
from .twins import Reader, health_of, suffix_of, told

BESIDE = ".d"  # behind the name of a spreadsheet: the folder of its sheets
LOCATOR = "file:evidence/"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The evidence as a script sees it.

    Attributes:
        folder: What to give it.
        sheets: For each sheet's id in that folder the spreadsheet's id.
        notes: For each spreadsheet that was read, who read it.
        unread: A source for each spreadsheet that could not be read.
    """

    folder: Path
    sheets: Mapping[str, str]
    notes: Mapping[str, str]
    unread: tuple[Mapping[str, Any], ...] = ()

    def originals(self, facts: Mapping[str, Any], root: Path) -> dict[str, Any]:
        """Return the document of facts with its sources in the evidence folder *root*: no sheet, but the spreadsheet it is of.

        A digest that the script left out is put in.
        """
        sources = [self._original(source, root) for source in facts["sources"]]
        known = {source["id"] for source in sources}
        return {**facts, "sources": [*sources, *(source for source in self.unread if source["id"] not in known)]}

    def _original(self, source: Mapping[str, Any], root: Path) -> dict[str, Any]:
        if not source["locator"].startswith(LOCATOR):
            return dict(source)
        # Without a digest nobody would notice that it has changed; a script need not know how it is made.
        source = source if source["digest"] else {**source, "digest": evidence.digest_now(root, source["locator"]) or ""}
        pattern = source["locator"].removeprefix(LOCATOR)
        pattern = f"{pattern}**" if pattern.endswith("/") else pattern
        books = sorted({book for sheet, book in self.sheets.items() if evidence.describes(pattern, sheet)})
        if not books:
            return dict(source)
        read = [entry.id for entry in evidence.matching(root, [pattern]) if not entry.skipped and entry.id not in books]
        # One spreadsheet is that file; several, or other files beside them, are what the pattern's folder holds.
        is_one = len(books) == 1 and not read
        above = evidence.folder_of(pattern)
        place = books[0] if is_one else f"{above}/" if above else "**"
        note = "; ".join([*filter(None, [source.get("note", "")]), *(f"{book}: {self.notes[book]}" for book in books)])
        size = {"count": 1, "bytes": (root / place).stat().st_size} if is_one else {}
        return {**source, **size, "locator": LOCATOR + place, "digest": evidence.digest_now(root, LOCATOR + place), "note": note}


@contextmanager
def view(reader: Reader, patterns: Iterable[str]) -> Iterator[View]:
    """Give the evidence as a script with these *patterns* is to see it; without sheets among it, it is the folder itself.

    Raises CannotWrite where a twin must be kept and cannot be.
    """
    engagement = reader.engagement
    wanted = tuple(patterns)
    books = [entry for entry in evidence.files(engagement.evidence) if has_sheets(entry.id, wanted) and not entry.skipped]
    sheets: dict[str, tuple[str, bytes]] = {}
    notes: dict[str, str] = {}
    unread: list[Mapping[str, Any]] = []
    for entry in books:
        try:
            data = evidence.read(entry.path, reader.limits.size)
            twin = reader.twin(suffix_of(entry.id), data)
        except (NoText, evidence.Unreadable) as error:
            unread.append(_unread(engagement, entry.id, error))
            continue
        notes[entry.id] = twin.note
        sheets |= {f"{entry.id}{BESIDE}/{title}.csv": (entry.id, sheet) for title, sheet in twin.sheets.items()}
    seen = {name: book for name, (book, _) in sheets.items()}
    if not sheets:
        yield View(folder=engagement.evidence, sheets={}, notes={}, unread=tuple(unread))
        return
    with _scratch(engagement) as folder:
        try:
            _fill(folder, engagement.evidence, {name: data for name, (_, data) in sheets.items()})
        except OSError as error:
            raise CannotWrite(error.strerror or error, where=str(folder)) from error
        yield View(folder=folder, sheets=seen, notes=notes, unread=tuple(unread))


def has_sheets(name: str, patterns: Iterable[str]) -> bool:
    """Say whether *name* is a spreadsheet of which *patterns* describe the sheets."""
    return suffix_of(name) == ".xlsx" and any(evidence.describes(pattern, f"{name}{BESIDE}/sheet.csv") for pattern in patterns)


def _unread(engagement: Engagement, name: str, error: NoText | evidence.Unreadable) -> dict[str, Any]:
    """Return the source for a spreadsheet of which no sheet can be given: a script does not know that it is one."""
    locator = f"{LOCATOR}{name}"
    digest = ""
    with suppress(OSError):
        digest = evidence.digest_now(engagement.evidence, locator) or ""
    health, note = (health_of(error), told(error)) if isinstance(error, NoText) else ("failed", str(error))
    return {"id": name, "locator": locator, "count": 1, "bytes": 0, "digest": digest, "health": health, "read": 0, "skipped": 0, "note": note}


@contextmanager
def _scratch(engagement: Engagement) -> Iterator[Path]:
    """Give an empty folder, on the disk of the engagement if that can be written: only there are links possible."""
    folder = engagement.state / f"view.tmp-{secrets.token_hex(4)}"
    try:
        folder.mkdir(mode=0o700)
    except OSError:
        with tempfile.TemporaryDirectory(prefix="fde-") as elsewhere:
            yield Path(elsewhere)
        return
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fill(folder: Path, root: Path, sheets: Mapping[str, bytes]) -> None:
    """Make *folder* look like the evidence folder *root*, with the *sheets* in it."""
    for entry in evidence.files(root):
        target = folder / entry.path.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        ways: tuple[Callable[[Path, Path], object], ...] = (os.link, shutil.copyfile, _stand_in)
        # What is no regular file must stay one that is not opened, and be seen.
        for way in ways[2:] if entry.skipped else ways:
            with suppress(OSError):
                way(entry.path, target)
                break
        else:
            raise CannotWrite("the disk takes no copy of the evidence", where=str(target))
    for name, data in sheets.items():
        target = folder / PurePosixPath(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        target.chmod(0o444)


def _stand_in(original: Path, target: Path) -> None:
    """Put a link in the place of what cannot be read; no script of ours follows one."""
    target.symlink_to(original)
