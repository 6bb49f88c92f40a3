"""The record of a bug: a file with the traceback, kept for whoever mends it.

It may hold a client's words, so it stays on this machine and is readable by its user alone.
"""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path

from .. import __version__
from ..errors import NoHome
from ..settings import state_folder


def report(error: BaseException) -> Path:
    """Write *error* with its traceback to a new file and return the path; the temporary folder is the last resort."""
    text = "".join([f"fde {__version__}, Python {sys.version}\n{sys.argv}\n", *traceback.format_exception(error)])
    name = f"crash-{datetime.now(UTC):%Y%m%dT%H%M%S.%f}-{os.getpid()}.txt"
    try:
        return _write(state_folder(), name, text)
    except (OSError, NoHome):  # no home, or no room in it
        return _write(Path(tempfile.mkdtemp(prefix="fde-")), name, text)


def _write(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)
    return path
