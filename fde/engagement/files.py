"""The disk: every file that lasts is written here, and is afterwards its old or its new self, whatever happens midway.

Reading is bounded and opens regular files only, so that a link, a FIFO or a file of two gigabytes in a client's folder
can neither lead out of it nor stop a run.
"""

# os, not pathlib: the fault tests make each call of the system fail in turn, and find the calls by these names.
# ruff: noqa: PTH101, PTH102, PTH104, PTH105, PTH106, PTH108, PTH208

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import shutil
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

from ..errors import (
    AlreadyThere,
    CannotRead,
    CannotWrite,
    Locked,
    NotInside,
    NotJson,
    NotRegular,
    NotText,
    TooLarge,
)
from ..portable.names import escaped, is_plain_name, same_name
from ..portable.strictjson import BadJson, strict_json
from ..portable.tree import TEMP_FILE, TEMP_FOLDER, is_below, special

CAP_NAME = "the limit for one file"

_CHUNK = 1 << 20
_NAME_LENGTH = 255
_SHOWN = 80


def replace(path: Path, data: bytes | str, *, mode: int = 0o666) -> None:
    """Make *data* (text as UTF-8) the content of *path*, at once and for good; an existing file keeps its mode.

    Raises:
        CannotWrite: the system's words; no temporary file is left, and *path* is as it was (if only the last call failed,
            which makes the rename last, it is new).
        NotRegular: *path* is a link, a folder or anything else than a file.
    """
    content = _encoded(data, path)
    with _words(CannotWrite, path):
        kept = _mode(path)
        temporary = path.with_name(f".{path.name}.{_random()}.tmp")
        try:
            _write_new(temporary, content, mode, kept)
            os.replace(temporary, path)
        finally:
            with suppress(OSError):
                os.unlink(temporary)
        _sync_folder(path.parent)


def append_line(path: Path, line: str, *, keep: Callable[[bytes], bool] = lambda _: True, mode: int = 0o666) -> None:
    r"""Add *line* (without its \n) to *path* by one write, on a line of its own, also while others append.

    *keep* is asked about a last line that has no \n: it is ended if it is to be kept, else cut off. *mode* is that of a new file.

    Raises:
        CannotWrite: the system's words; the file is as it was (on a disk that will not even shorten a file, it may end in
            the line or a part of it).
        NotRegular: *path* is a link, a folder or anything else than a file.
        ValueError: *line* holds a line break.
    """
    if "\n" in line or "\r" in line:
        raise ValueError("a line holds no line break")
    content = _encoded(f"{line}\n", path)
    with _words(CannotWrite, path):
        is_new = _mode(path) is None
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
        try:
            if is_new:
                _sync_folder(path.parent)
            # Between the look at the last byte and the write nobody else may write.
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            _append(descriptor, content, keep)
        finally:
            os.close(descriptor)


def publish(final: Path, files: Mapping[str, bytes]) -> None:
    """Make the folder *final* with *files* (relative POSIX name to content) appear whole, by one rename.

    Folders above it are made as needed.

    Raises:
        AlreadyThere: *final*, or a name that differs only by case or normalisation, exists.
        NotInside: a file's name leaves the folder, or two names are one on some file system.
        CannotWrite: the system's words; there is no *final*, and no temporary folder is left.
    """
    _check_names(files)
    with _words(CannotWrite, final):
        make_folder(final.parent)
        found = taken(final.parent, final.name)
        if found is not None:
            raise AlreadyThere(escaped(found), where=escaped(final))
        temporary = final.with_name(f"{final.name}.tmp-{_random()}")
        made: list[Path] = []
        try:
            _fill(temporary, files, made)
            os.rename(temporary, final)
        finally:
            _unmake(made)
        _sync_folder(final.parent)


def make_folder(path: Path, mode: int = 0o777) -> None:
    """Make the folder *path* and those above it, unless they are there.

    Raises:
        CannotWrite: the system's words.
    """
    with _words(CannotWrite, path):
        missing = [folder for folder in (path, *path.parents) if not folder.is_dir()]
        for folder in reversed(missing):
            _mkdir(folder, mode)
            _sync_folder(folder.parent)


def taken(folder: Path, name: str) -> str | None:
    """Return the name in *folder* that some file system would take for *name*, or None.

    Raises:
        CannotRead: *folder* cannot be listed.
    """
    with _words(CannotRead, folder):
        return next((found for found in sorted(os.listdir(folder)) if same_name(found, name)), None)


def sweep(
    folder: Path, older_than_seconds: float = 3600, *, now: float | None = None, deep: bool = False
) -> list[Path]:
    """Remove what an interrupted `replace` or `publish` left in *folder* (*deep*: and below), and return the paths.

    *now* is in seconds since 1970. What is younger, and what is not named by us, stays; what cannot be removed, too:
    a start must not fail for it.
    """
    before = (time.time() if now is None else now) - older_than_seconds
    return [path for path in _left_overs(folder, deep=deep) if _remove(path, before)]


@contextmanager
def lock(engagement_root: Path, *, wait: float = 0.0) -> Iterator[None]:
    """Hold the engagement for this process, waiting at most *wait* seconds; a killed holder holds it no longer.

    `.fde/`, in which it lies, is made, or closed to others if it was open to them: what was asked and answered is kept there.

    Raises:
        Locked: another process has it; the message says which and since when.
        CannotWrite: `.fde/lock` cannot be made.
    """
    path = engagement_root / ".fde" / "lock"
    with _words(CannotWrite, path):
        _mkdir(path.parent, 0o700)
        _close_to_others(path.parent)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    # The file stays when the lock goes: who deletes it takes it from under one who is opening it.
    try:
        with _words(CannotWrite, path):
            _take(descriptor, path, time.monotonic() + wait)
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"process {os.getpid()} since {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}\n".encode())
        yield
    finally:
        os.close(descriptor)


def writable(folder: Path) -> None:
    """Make sure that *folder* can be written, by writing: permissions alone do not tell.

    Raises:
        CannotWrite: the system's words.
    """
    with _words(CannotWrite, folder):
        probe = folder / f".writable.{_random()}.tmp"
        try:
            _write_new(probe, b"\n", 0o600, None)
        finally:
            with suppress(OSError):
                os.unlink(probe)


def read_bytes(path: Path, cap: int, *, cap_name: str = CAP_NAME) -> bytes:
    """Return what is in *path* now, *cap* bytes at most; nothing but a regular file is opened, and no link is followed.

    Raises:
        NotRegular: a link, a folder, a FIFO, a socket or a device.
        TooLarge: more than *cap* bytes, which is found before reading where the file has a size.
        CannotRead: the system's words.
    """
    with _words(CannotRead, path):
        _require_regular(path.lstat().st_mode, path)
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            found = os.fstat(descriptor)
            _require_regular(found.st_mode, path)
            if found.st_size > cap:
                raise TooLarge(found.st_size, cap_name, cap, where=escaped(path))
            # What is appended from now on is not ours; /proc gives sizes of 0, and there the cap decides.
            data = _read_up_to(descriptor, found.st_size or cap + 1)
        finally:
            os.close(descriptor)
    if len(data) > cap:
        raise TooLarge(len(data), cap_name, cap, where=escaped(path))
    return data


def read_text(path: Path, cap: int, *, cap_name: str = CAP_NAME) -> str:
    """Return the UTF-8 text in *path*, line ends as they are, without a byte order mark.

    Raises:
        NotText: it is not UTF-8 or holds NUL; names the byte's offset.
        NotRegular, TooLarge, CannotRead: as `read_bytes`.
    """
    return as_text(read_bytes(path, cap, cap_name=cap_name), escaped(path))


def read_json(path: Path, cap: int, *, cap_name: str = CAP_NAME) -> Any:
    """Return the value of the JSON in *path*, read strictly.

    Raises:
        NotJson: it is refused, see `fde.portable.strictjson`.
        NotText, NotRegular, TooLarge, CannotRead: as `read_text`.
    """
    try:
        return strict_json(read_text(path, cap, cap_name=cap_name), escaped(path))
    except BadJson as error:
        raise NotJson(error.sentence, where=error.where) from error


def as_text(data: bytes, where: str) -> str:
    """Return *data* as UTF-8 text without a byte order mark.

    Raises:
        NotText: it is not UTF-8 or holds NUL; names the byte's offset.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotText(error.start, f"0x{data[error.start]:02x}", where=where) from error
    if "\0" in text:
        raise NotText(data.index(b"\0"), "0x00", where=where)
    return text.removeprefix("\ufeff")


def inside(root: Path, relative: str) -> Path:
    """Return the path of *relative* (POSIX) under *root*; it need not exist.

    Raises:
        NotInside: it climbs, is absolute, holds NUL, another control character or a backslash, or a link leads out.
    """
    path = root.joinpath(*_parts(relative.removesuffix("/")))
    if not is_below(os.path.realpath(path), root):
        raise NotInside(_shown(relative), "a link leads out of the folder")
    return path


@contextmanager
def _words(error: type[CannotRead | CannotWrite], path: Path) -> Iterator[None]:
    """Turn the system's error into ours."""
    try:
        yield
    except OSError as fault:
        raise error(fault.strerror or fault, where=escaped(path)) from fault


def _random() -> str:
    return secrets.token_hex(4)


def _encoded(data: bytes | str, path: Path) -> bytes:
    try:
        return data if isinstance(data, bytes) else data.encode("utf-8")
    except UnicodeEncodeError as error:
        fault = f"character {error.start} is half a character (a lone surrogate)"
        raise CannotWrite(fault, where=escaped(path)) from error


def _mode(path: Path) -> int | None:
    """Return the permissions of the file at *path*, None if there is nothing."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return None
    _require_regular(mode, path)
    return stat.S_IMODE(mode)


def _require_regular(mode: int, path: Path) -> None:
    if not stat.S_ISREG(mode):
        raise NotRegular(_kind(mode), where=escaped(path))


def _kind(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "a link"
    return "a folder" if stat.S_ISDIR(mode) else str(special(mode))


def _write_new(path: Path, data: bytes, mode: int, kept: int | None) -> None:
    """Write a file that is not there yet, to the platter; *kept* are permissions that the umask must not narrow."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode if kept is None else kept)
    try:
        if kept is not None:
            os.fchmod(descriptor, kept)
        _write_all(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _mkdir(path: Path, mode: int) -> None:
    try:
        os.mkdir(path, mode)
    except FileExistsError:
        if not path.is_dir():
            raise


def _close_to_others(folder: Path) -> None:
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o077:
        # A folder of somebody else's is theirs to close; a disk without permissions has none to give.
        with suppress(PermissionError):
            os.chmod(folder, mode & 0o700)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some network file systems cannot sync a folder; there a rename is as durable as it gets.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def _append(descriptor: int, content: bytes, keep: Callable[[bytes], bool]) -> None:
    size = os.fstat(descriptor).st_size
    tail = _unfinished(descriptor, size)
    if tail and keep(tail):
        content = b"\n" + content
    elif tail:
        size -= len(tail)
        os.ftruncate(descriptor, size)
    try:
        written = os.write(descriptor, content)
        if written < len(content):
            # What the first write left over, the second is refused, with the reason; under our lock nobody comes between.
            _write_all(descriptor, content[written:])
        os.fsync(descriptor)
    except OSError:
        with suppress(OSError):
            os.ftruncate(descriptor, size)
        raise


def _unfinished(descriptor: int, size: int) -> bytes:
    """Return what stands behind the last line break."""
    tail, start = b"", size
    while start and b"\n" not in tail:
        step = min(start, _CHUNK)
        start -= step
        tail = os.pread(descriptor, step, start) + tail
    return tail.rpartition(b"\n")[2]


def _parts(relative: str) -> list[str]:
    parts = relative.split("/")
    if not is_plain_name(relative) or any(part in ("", ".", "..") for part in parts):
        raise NotInside(_shown(relative), "it must be relative, without . or .. and backslashes")
    if any(len(part.encode("utf-8")) > _NAME_LENGTH for part in parts):
        raise NotInside(_shown(relative), f"no name may be longer than {_NAME_LENGTH} bytes")
    return parts


def _shown(name: str) -> str:
    return ascii(name if len(name) <= _SHOWN else f"{name[:_SHOWN]}...")


def _check_names(files: Mapping[str, bytes]) -> None:
    for name in files:
        _parts(name)
    for one, other in combinations(files, 2):
        if same_name(one, other):
            raise NotInside(ascii(other), f"it is the same as {one!a} on some file systems")


def _fill(folder: Path, files: Mapping[str, bytes], made: list[Path]) -> None:
    """Make *folder* with *files*, noting in *made* each path before it is made."""
    folders = {folder} | {folder / parent for name in files for parent in Path(name).parents}
    for path in sorted(folders):
        made.append(path)
        os.mkdir(path)
    for name, data in files.items():
        made.append(folder / name)
        _write_new(folder / name, data, 0o666, None)
    for path in sorted(folders, reverse=True):
        _sync_folder(path)


def _unmake(made: list[Path]) -> None:
    # One by one and by name: after the rename none of them is there, and a broken disk may refuse to list.
    for path in reversed(made):
        with suppress(OSError):
            os.unlink(path)
        with suppress(OSError):
            os.rmdir(path)


def _left_overs(folder: Path, *, deep: bool) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        for name in sorted(folders):
            if TEMP_FOLDER.fullmatch(name):
                folders.remove(name)
                yield Path(parent, name)
        yield from (Path(parent, name) for name in sorted(names) if TEMP_FILE.fullmatch(name))
        if not deep:
            return


def _remove(path: Path, before: float) -> bool:
    """Remove a left-over that was last written at *before* or earlier, and say whether it is gone."""
    with suppress(OSError):
        found = path.lstat()
        if found.st_mtime > before or not stat.S_ISREG(found.st_mode) | stat.S_ISDIR(found.st_mode):
            return False
        shutil.rmtree(path) if stat.S_ISDIR(found.st_mode) else os.unlink(path)
        return True
    return False


def _take(descriptor: int, path: Path, until: float) -> None:
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() >= until:
                holder = os.pread(descriptor, 200, 0).decode("ascii", "replace").strip()
                raise Locked(holder or "it started just now", where=escaped(path)) from error
        time.sleep(0.05)


def _read_up_to(descriptor: int, limit: int) -> bytes:
    parts, size = [], 0
    while size < limit and (part := os.read(descriptor, min(_CHUNK, limit - size))):
        parts.append(part)
        size += len(part)
    return b"".join(parts)


