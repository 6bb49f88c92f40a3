"""`fde demo`: the example engagements, from evidence to a checked artefact."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .options import dry_run_option
from .show import Outcome, progress

if TYPE_CHECKING:
    from ..runner.run import Written

EXAMPLES = {"software-team": "a software team, its sessions and merged pull requests", "wholesaler": "a wholesaler who talks, and a list of orders"}
SKILL = "amdahl-ceiling"
REPLAY = "replay/amdahl-ceiling.json"
MARK = ".fde-demo"


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default="fde-demo", metavar="[DIR]")
@dry_run_option
def command(folder: Path, dry_run: bool) -> Outcome:
    """Try it all on the example engagements, without a key.

    Copies the examples into DIR (default ./fde-demo), runs a skill on each from measurement alone, then once more with a recorded
    reply of a model, and prints the conclusions and where to read them. An earlier demo in DIR is replaced; anything else is left
    alone.

    \b
    Example:
        fde demo
    """
    from ..assets import assets

    source = assets("examples")
    if dry_run:
        text = f"would copy {', '.join(EXAMPLES)} from {source} into {folder} and run {SKILL} twice on each"
        return Outcome(data={"would_copy": [str(source / name) for name in EXAMPLES], "to": str(folder)}, text=text)
    _clear(folder)
    shown = []
    for name in EXAMPLES:
        _copy(source / name, folder / name)
        shown.append(_demonstrate(folder.absolute() / name, folder / name, name))
    return Outcome(
        data={"folder": str(folder.absolute()), "examples": [data for data, _, _ in shown]},
        text="\n\n".join(text for _, text, _ in shown),
        errors=tuple(written.error for _, _, runs in shown for written in runs if written.error),
        next=f"cd {folder / next(iter(EXAMPLES))}; `fde status`; `fde verify`",
    )


def _clear(folder: Path) -> None:
    """Make an empty *folder* that the next demo may replace. Raises DemoThere for one that no demo made."""
    import shutil

    from ..engagement import files
    from ..errors import DemoThere

    if folder.exists():
        if not (folder / MARK).is_file():
            raise DemoThere(folder)
        shutil.rmtree(folder)
    files.make_folder(folder)
    # First, so that a demo that was cut off can be replaced by the next.
    files.replace(folder / MARK, "made by `fde demo`; the next one replaces this folder\n")


def _copy(source: Path, target: Path) -> None:
    from ..engagement import files
    from ..portable.tree import walk

    for entry in walk(source):
        place = target / entry.id
        files.make_folder(place.parent)
        files.replace(place, entry.path.read_bytes())


def _demonstrate(root: Path, shown: Path, name: str) -> tuple[dict[str, Any], str, tuple[Written, Written]]:
    """Run the skill on the copied example and return what came out: for programs, for people, and the runs."""
    from ..engagement import engagement
    from ..models.replay import read
    from ..runner.ask import Asking
    from ..runner.run import run
    from ..runner.verify import verify
    from ..skillset.find import find
    from .clock import now

    found, skill = engagement.read(root), find(SKILL, root)
    measured = run(found, skill, now=now(), progress=progress)
    judged = run(found, skill, now=now(), asking=Asking(model=read(root / REPLAY, REPLAY)), progress=progress)
    complaints = verify(found)
    lines = [
        f"{name}: {EXAMPLES[name]} (origin in {shown}/SOURCES.md)",
        "",
        *judged.answer,
        "",
        f"measured, no model:    {shown / measured.folder}/artefact.md",
        f"with a recorded reply: {shown / judged.folder}/artefact.md",
        f"the client's page:     {shown / judged.folder}/page.html",
        "verified: every figure and quote agrees with its source" if not complaints else f"verify found {len(complaints)} complaints",
    ]
    data = {
        "name": name,
        "folder": str(root),
        "answer": list(judged.answer),
        "measured": measured.folder,
        "judged": judged.folder,
        "status": judged.status,
        "complaints": len(complaints),
    }
    return data, "\n".join(lines), (measured, judged)
