"""`fde demo`: the example engagement, from evidence to a checked artefact."""

from __future__ import annotations

from pathlib import Path

import click

from .options import dry_run_option
from .show import Outcome, progress

EXAMPLE = "software-team"
SKILL = "amdahl-ceiling"
REPLAY = "replay/amdahl-ceiling.json"
MARK = ".fde-demo"


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default="fde-demo", metavar="[DIR]")
@dry_run_option
def command(folder: Path, dry_run: bool) -> Outcome:
    """Try it all on the example engagement, without a key.

    Copies the example to DIR (default ./fde-demo), runs a skill on it from measurement alone, then once more with a recorded reply
    of a model, and prints the conclusion and where to read it. An earlier demo in DIR is replaced; anything else is left alone.

    \b
    Example:
        fde demo
    """
    from ..assets import assets

    source = assets("examples") / EXAMPLE
    if dry_run:
        return Outcome(data={"would_copy": str(source), "to": str(folder)}, text=f"would copy {source} to {folder} and run {SKILL} twice")
    _copy(source, folder)
    return _demonstrate(folder.absolute(), folder)


def _copy(source: Path, target: Path) -> None:
    import shutil

    from ..engagement import files
    from ..errors import DemoThere
    from ..portable.tree import walk

    if target.exists():
        if not (target / MARK).is_file():
            raise DemoThere(target)
        shutil.rmtree(target)
    files.make_folder(target)
    # First, so that a demo that was cut off can be replaced by the next.
    files.replace(target / MARK, "made by `fde demo`; the next one replaces this folder\n")
    for entry in walk(source):
        place = target / entry.id
        files.make_folder(place.parent)
        files.replace(place, entry.path.read_bytes())


def _demonstrate(root: Path, shown: Path) -> Outcome:
    from ..engagement import engagement
    from ..models.choose import choose
    from ..runner.run import run
    from ..runner.verify import verify
    from ..skillset.find import find
    from .clock import now

    found, skill = engagement.read(root), find(SKILL, root)
    measured = run(found, skill, now=now(), progress=progress)
    judged = run(found, skill, now=now(), model=choose(REPLAY, root), progress=progress)
    complaints = verify(found)
    count = len(list((root / "evidence").rglob("*.*")))
    lines = [
        f"The example: a software team ({count} files of evidence, origin in {shown}/SOURCES.md).",
        "",
        *judged.answer,
        "",
        f"measured, no model:    {shown / measured.folder}/artefact.md",
        f"with a recorded reply: {shown / judged.folder}/artefact.md",
        "verified: every figure and quote agrees with its source" if not complaints else f"verify found {len(complaints)} complaints",
    ]
    data = {
        "folder": str(root),
        "answer": list(judged.answer),
        "measured": measured.folder,
        "judged": judged.folder,
        "status": judged.status,
        "complaints": len(complaints),
    }
    errors = tuple(written.error for written in (measured, judged) if written.error)
    return Outcome(data=data, text="\n".join(lines), errors=errors, next=f"cd {shown}; `fde status`; `fde verify`")
