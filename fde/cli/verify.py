"""`fde verify`: every figure and every quote, again."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import Exit
from .options import dir_option
from .show import Outcome

if TYPE_CHECKING:
    from ..engagement.engagement import Engagement
    from ..portable.artefact import Complaint
    from ..runner.verify import Placement

CAP = 64_000_000


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE...]")
@dir_option
def command(files: tuple[Path, ...], start: Path) -> Outcome:
    """Check every figure and every quote of the artefacts.

    Without FILE: renders each artefact again from its record and finds each quote again in its source; names what does not agree,
    with its line. With FILE, any text of yours: lists each figure and quotation with the fact or source it belongs to, and what it
    cannot place. A figure is a fact's if value and unit are; whether your sentence says what that fact is, you alone can see. A FILE of an artefact's folder: that artefact. Writes nothing. Exits 1 if something does not agree.

    \b
    Example:
        fde verify readout.md
    """
    from ..engagement import engagement
    from ..runner.verify import complaint_records, verify

    found = engagement.find(start)
    if files:
        return _files(found, files)
    complaints = verify(found)
    text = _complaints(complaints) or "every artefact agrees with its facts and sources"
    return Outcome(data={"complaints": complaint_records(complaints)}, text=text, exit=Exit.FINDINGS if complaints else Exit.OK)


def _files(found: Engagement, paths: tuple[Path, ...]) -> Outcome:
    from ..engagement import files
    from ..runner.verify import complaint_records, known, place, verify_folder

    complaints: list[Complaint] = []
    placed: list[tuple[str, Placement]] = []
    base = None
    for path in paths:
        folder = _artefact_folder(found, path)
        if folder:
            complaints += verify_folder(found, folder)
        else:
            base = base or known(found)
            placed += [(str(path), item) for item in place(files.read_text(path, CAP), base)]
    lost = [item for _, item in placed if not item.belongs]
    data = {
        "complaints": complaint_records(complaints),
        "placements": [
            {
                "file": name, "line": item.line, "kind": item.kind, "text": item.text,
                "belongs": list(item.belongs), "label": item.label, "reason": item.reason,
            }
            for name, item in placed
        ],
    }
    lines = [_complaints(complaints)] if complaints else []
    lines += [f"{name}:{item.line}  {item.kind}  {item.text!r}  {_belongs(item)}" for name, item in placed]
    if placed:
        lines.append(f"{len(placed) - len(lost)} of {len(placed)} placed")
    text = "\n".join(lines) or "it holds no figure and no quotation" if not complaints else "\n".join(lines)
    return Outcome(data=data, text=text, exit=Exit.FINDINGS if complaints or lost else Exit.OK)


def _belongs(item: Placement) -> str:
    """Return whose a figure or quotation is, for a person who sees whether it is also what the text says."""
    if not item.belongs:
        return f"NOT PLACED: {item.reason}" if item.reason else "NOT PLACED"
    return "; ".join(item.belongs) + (f"  ({item.label})" if item.label else "")


def _artefact_folder(found: Engagement, path: Path) -> str | None:
    """Return the artefact's folder that *path* is, or lies in, relative to the engagement."""
    # realpath: pathlib's own resolve gives up on a link that leads to itself.
    root, place = Path(os.path.realpath(found.root)), Path(os.path.realpath(path))
    for folder in (place, place.parent):
        if (folder / "artefact.json").is_file() and folder.is_relative_to(root / "artefacts"):
            return folder.relative_to(root).as_posix()
    return None


def _complaints(complaints: list[Complaint]) -> str:
    return "\n".join(f"{complaint.where}: {complaint.what}" for complaint in complaints)
