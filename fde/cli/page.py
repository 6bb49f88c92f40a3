"""`fde page`: the client's page of an artefact."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .options import dir_option, dry_run_option
from .show import Outcome
from .withheld import withheld_lines, withheld_records

if TYPE_CHECKING:
    from ..engagement.engagement import Engagement
    from ..page.current import Page


@click.command()
@click.argument("skill", required=False)
@click.option("--subject", metavar="NAME", help="Repository, team or person that the artefact is about.")
@click.option("--audience", type=click.Choice(["client", "internal"]), default="client", help="Whom it is for.  [default: client]")
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path), help="Write the page there, under what is cleared now.")
@dir_option
@dry_run_option
def command(skill: str | None, subject: str | None, audience: str, out: Path | None, start: Path, dry_run: bool) -> Outcome:
    """Show where the client's page is, or write one.

    Each artefact has a page for the client: one sheet of A4, then an appendix. Without --out tells its path. --audience internal
    writes everything, with ids and what the client does not see, to SKILL-internal.html here, or to FILE. Exits 3 if the page in
    the artefact's folder shows words whose clearance was taken back since: do not send it, write it anew with --out.

    \b
    Example:
        fde page amdahl-ceiling --out for-the-owner.html
    """
    from ..engagement import engagement
    from ..page.current import current
    from ..page.page import Audience

    found = engagement.find(start)
    page = current(found, skill, subject, Audience(audience))
    target = out or (Path(f"{page.skill}-internal.html") if audience == "internal" else None)
    return _official(found, page) if target is None else _write(found, page, target.absolute(), dry_run=dry_run)


def _official(found: Engagement, page: Page) -> Outcome:
    from ..errors import NoPage, PageOutdated

    path = found.root / page.official
    if not path.is_file():
        raise NoPage(page.folder)
    outdated = (PageOutdated(", ".join(page.lowered), where=page.official),) if page.lowered else ()
    data = {
        "page": page.official,
        "artefact": page.folder,
        "written": None,
        "no_longer_cleared": list(page.lowered),
        "more_is_cleared": page.shows_less,
        "withheld": withheld_records(page.withheld_then),
    }
    more = ["more is cleared now than this page shows: `fde page --out FILE` writes it anew"] if page.shows_less else []
    notes = (*withheld_lines(page.withheld_then), *more)
    return Outcome(data=data, text=str(path), notes=notes, errors=outdated, next="open it in a browser and print it: page one is one sheet of A4")


def _write(found: Engagement, page: Page, target: Path, *, dry_run: bool) -> Outcome:
    from ..engagement import files
    from ..page.current import require_fit

    require_fit(found, target)
    data: dict[str, Any] = {
        "page": None,
        "artefact": page.folder,
        "written": None,
        "no_longer_cleared": list(page.lowered),
        "withheld": withheld_records(page.withheld),
    }
    notes = tuple(withheld_lines(page.withheld))
    if dry_run:
        return Outcome(data=data | {"would_write": str(target)}, text=f"would write  {target}", notes=notes)
    # It may hold what nobody else should read; who sends it decides.
    files.replace(target, page.html, mode=0o600)
    return Outcome(data=data | {"written": str(target)}, text=f"wrote  {target}", notes=notes)
