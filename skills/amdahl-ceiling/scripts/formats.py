"""Which reader reads a file: each recognises its format by what stands in it, never by the file's name alone."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path

import actions
import claudetelemetry
import codexlog
import copilotlog
import geminilog
import githistory
import githubpulls
import gitlab
import jaegertrace
import junit
import opencodelog
import oteltrace
import otherci
from badinput import BadInput
from reading import Read, Reader

HEAD = 65_536  # bytes that must show what a file is
GZIP = b"\x1f\x8b"

# In the order of the support table in references/formats.md.
READERS: tuple[Reader, ...] = (
    *actions.READERS,
    *gitlab.READERS,
    *otherci.READERS,
    *githubpulls.READERS,
    githistory,
    junit,
    claudetelemetry,
    codexlog,
    copilotlog,
    geminilog,
    *opencodelog.READERS,
    oteltrace,
    jaegertrace,
)


def read_any(path: Path, name: str, readers: Sequence[Reader] = READERS) -> Read:
    """Read *path* with the one reader that recognises it; *name* stands for it in messages.

    Raises:
        BadInput: no reader knows it, or several do; or its reader can use nothing of it.
    """
    head = head_of(path)
    found = [reader for reader in readers if reader.recognises(head, name)]
    if len(found) != 1:
        known = ", ".join(reader.FORMAT for reader in readers)
        seen = " and ".join(reader.FORMAT for reader in found) if found else "nothing that one of these has"
        raise BadInput(expected=f"one of {known}", found=seen, where=name)
    return found[0].read(path, name)


def is_known(path: Path) -> bool:
    """Whether a reader recognises *path*."""
    head = head_of(path)
    return any(reader.recognises(head, path.name) for reader in READERS)


def head_of(path: Path) -> bytes:
    """The first bytes of *path*, unpacked if it is packed with gzip."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head.startswith(GZIP):
        return head
    with gzip.open(path) as file:
        return file.read(HEAD)
