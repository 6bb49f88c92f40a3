# Generated from fde/portable by make skills. Do not edit.
"""A folder as it is on the disk: its files in a stable order, and what is not opened, with the reason.

No link is followed and nothing but a regular file is offered, so that a client's folder can neither lead elsewhere nor stop a run.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from .names import escaped, is_plain_name

TEMP_FILE = re.compile(r"\..+\.[0-9a-f]{8}\.tmp", re.DOTALL)
TEMP_FOLDER = re.compile(r".+\.tmp-[0-9a-f]{8}", re.DOTALL)


class Skip(StrEnum):
    """Why an entry of a folder is not read, in the words that a person sees."""

    OUTSIDE = "a link that leads outside"
    LINK = "a link to what is listed under its own name"
    LOOP = "a link that leads back to itself"
    DANGLING = "a link that leads nowhere"
    FIFO = "a FIFO"
    SOCKET = "a socket"
    DEVICE = "a device"
    BAD_NAME = "a name with a backslash, control characters or bytes that are not UTF-8"
    LEFT_OVER = "an unfinished file of ours"
    DENIED = "permission denied"
    UNREADABLE = "cannot be read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file in a folder, or something there that is not read.

    Attributes:
        id: The path relative to the folder, POSIX, escaped if it must be.
        path: The path to open.
        size: In bytes, when it was listed; 0 if it is not read.
        skipped: Why it is not read, or None.
    """

    id: str
    path: Path
    size: int = 0
    skipped: Skip | None = None


def walk(root: Path) -> Iterator[Entry]:
    """Yield what is below *root*, folder by folder in the order of names: files to read, and what is skipped with the reason.

    Links are never followed: what they lead to is listed under its own name, or lies outside.

    Raises:
        OSError: *root* itself cannot be listed.
    """
    top = Path(root)
    pending = [(entry, "") for entry in _listed(top)]
    while pending:
        found, above = pending.pop()
        name = f"{above}{found.name}"
        skipped, size, is_folder = _look(found, top)
        below: list[os.DirEntry[str]] = []
        if is_folder:
            try:
                below = _listed(found.path)
            except OSError as error:
                skipped, is_folder = _unreadable(error), False
        pending.extend((entry, f"{name}/") for entry in below)
        if not is_folder:
            yield Entry(id=escaped(name), path=Path(found.path), size=size, skipped=skipped)


def special(mode: int) -> Skip:
    """Say what a file that is neither regular nor a folder is, from its mode."""
    return Skip.FIFO if stat.S_ISFIFO(mode) else Skip.SOCKET if stat.S_ISSOCK(mode) else Skip.DEVICE


def is_below(real: str, root: str | Path) -> bool:
    """Say whether the real path *real* is *root*, or lies in it, when every link in *root* is followed."""
    real_root = os.path.realpath(root)
    return os.path.commonpath((real_root, real)) == real_root


def _listed(folder: str | Path) -> list[os.DirEntry[str]]:
    """Return what is in *folder*, last name first, as a stack wants it."""
    with os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: entry.name, reverse=True)


def _look(found: os.DirEntry[str], root: Path) -> tuple[Skip | None, int, bool]:
    """Return why *found* is not read, its size, and whether it is a folder to go into."""
    if not is_plain_name(found.name):
        return Skip.BAD_NAME, 0, False
    try:
        status = found.stat(follow_symlinks=False)
    except OSError as error:
        return _unreadable(error), 0, False
    if stat.S_ISLNK(status.st_mode):
        return _link(found.path, root), 0, False
    if TEMP_FILE.fullmatch(found.name) or TEMP_FOLDER.fullmatch(found.name):
        return Skip.LEFT_OVER, 0, False
    if stat.S_ISDIR(status.st_mode):
        return None, 0, True
    return (None, status.st_size, False) if stat.S_ISREG(status.st_mode) else (special(status.st_mode), 0, False)


def _unreadable(error: OSError) -> Skip:
    return Skip.DENIED if isinstance(error, PermissionError) else Skip.UNREADABLE


def _link(path: str, root: Path) -> Skip:
    try:
        target = os.path.realpath(path, strict=True)
    except OSError as error:
        return Skip.LOOP if error.errno == errno.ELOOP else Skip.DANGLING
    if not is_below(target, root):
        return Skip.OUTSIDE
    return Skip.LOOP if is_below(os.path.realpath(Path(path).parent), target) else Skip.LINK
