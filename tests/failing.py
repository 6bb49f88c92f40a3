"""SQLite's way to test what a broken disk does: fail the N-th call of the system, for every N, and look at what is left."""

from __future__ import annotations

import builtins
import errno
import io
import os
import stat
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from fde.errors import FdeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST_CALLS = 10_000
# For what makes many calls: on the wheel, whose bytes are those of the sources, each fifth must do, as with generated examples.
STEP = max(100 // int(os.environ.get("FDE_EXAMPLES", "100")), 1)


def every_failure(
    action: Callable[[], object],
    *,
    check: Callable[[], None],
    reset: Callable[[], object] = lambda: None,
    errnos: tuple[int, ...] = (errno.ENOSPC, errno.EIO, errno.EACCES),
    expected: type[Exception] | tuple[type[Exception], ...] = FdeError,
    step: int = 1,
) -> int:
    """Run *action* again and again, with a disk that breaks at its first call, its second, ... until none is left.

    Each N is tried with a disk that stays broken and with one that fails once, and with each of *errnos*. Before each
    attempt *reset* is called, after each that met a failure *check*, both on a sound disk. *action* may end with
    *expected*; anything else it raises is the test's failure, with N in a note. Of all N every *step*-th is tried.

    Counted are os.open, write, fsync, replace, rename, mkdir and ftruncate on files and folders, and open() and
    pathlib for writing. What an open file object of Python writes later is not seen: our code must not use one.

    Returns how many attempts met a failure; it is an error if none did, for then *action* never came by here.
    """
    failed = 0
    for number in errnos:
        for stays in (True, False):
            for nth in count(1, step):
                assert nth < MOST_CALLS, "the action never came to an end"
                if not _attempt(action, _Disk(nth, number, stays=stays), check=check, reset=reset, expected=expected):
                    break
                failed += 1
    assert failed, "the action made none of the calls that can fail"
    return failed


def _attempt(
    action: Callable[[], object],
    disk: _Disk,
    *,
    check: Callable[[], None],
    reset: Callable[[], object],
    expected: type[Exception] | tuple[type[Exception], ...],
) -> bool:
    """Say whether the disk refused a call; an action that failed on a sound disk fails the test."""
    reset()
    try:
        with disk.in_use():
            try:
                action()
            except expected:
                if not disk.refused:
                    raise
        if disk.refused:
            check()
    except BaseException as error:
        error.add_note(f"with {disk}")
        raise
    return bool(disk.refused)


class _Disk:
    """Counts the calls that reach a disk, and refuses the N-th, or all from the N-th on."""

    def __init__(self, nth: int, number: int, *, stays: bool) -> None:
        self.nth, self.number, self.stays = nth, number, stays
        self.calls = 0
        self.refused: list[str] = []

    def __str__(self) -> str:
        seen = ", ".join(self.refused) or "none"
        until = "and all after it" if self.stays else "alone"
        return f"{errno.errorcode[self.number]} at call {self.nth} {until}; refused: {seen}"

    @contextmanager
    def in_use(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            for name in ("replace", "rename", "mkdir", "fsync", "ftruncate"):
                patch.setattr(os, name, self._counted(name, getattr(os, name), lambda *_: True))
            patch.setattr(os, "write", self._counted("write", os.write, _is_file))
            patch.setattr(os, "open", self._counted("open", os.open, _is_on_disk))
            for module in (builtins, io):
                patch.setattr(module, "open", self._counted("open", io.open, _is_to_write))
            yield

    def _counted(self, name: str, call: Callable[..., Any], counts: Callable[..., bool]) -> Callable[..., Any]:
        def counted(*args: Any, **kwargs: Any) -> Any:
            if counts(*args, **{key: value for key, value in kwargs.items() if key == "mode"}):
                self.calls += 1
                if self.calls == self.nth or (self.stays and self.calls > self.nth):
                    self.refused.append(name)
                    raise OSError(self.number, os.strerror(self.number), *args[:1])
            return call(*args, **kwargs)

        return counted


def _is_file(descriptor: int, *_: object) -> bool:
    # A pipe to a child or a terminal is no disk.
    return stat.S_ISREG(os.fstat(descriptor).st_mode)


def _is_on_disk(path: Any, *_: object, **__: object) -> bool:
    return os.path.isfile(path) or os.path.isdir(path) or not os.path.lexists(path)


def _is_to_write(file: Any, mode: str = "r", *_: object) -> bool:
    return not isinstance(file, int) and not set(mode).isdisjoint("wax+") and _is_on_disk(file)
