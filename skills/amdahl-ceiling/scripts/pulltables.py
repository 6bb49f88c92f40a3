"""Reads every table of merged pull requests below `pull-requests/`."""

from __future__ import annotations

from pathlib import Path

from evidence import UNOPENED, Source, hashed_lines, regular_files, remark
from formats import is_known
from pulls import Pull, read_pulls

PULLS = "pull-requests/**/*.csv"


def read_all_pulls(root: Path) -> tuple[Source, list[Pull]]:
    """Read every table of merged pull requests below *root*/pull-requests; a number that stands twice keeps its first row.

    Raises:
        BadInput: a file is not such a table.
    """
    source = Source(id="set:pull-requests", locator=f"file:evidence/{PULLS}")
    files, odd = regular_files(root, PULLS)
    pulls: dict[str, Pull] = {}
    for path in files:
        name = path.relative_to(root).as_posix()
        for _ in hashed_lines(path, name, source):
            pass
        if is_known(path):
            continue  # answers of an API: `exportfiles.py` reads them
        rows = read_pulls(path, name)
        source.read += len(rows)
        for pull in rows:
            pulls.setdefault(pull.number, pull)
    if source.read > len(pulls):
        source.remarks.append(f"{source.read - len(pulls)} rows repeat the number of an earlier row and were left out.")
    remark(source, UNOPENED, odd)
    if not pulls:
        source.health = "skipped" if odd else "empty"
    return source, list(pulls.values())
