"""The page as HTML: page one, a page break, the appendix; for the client, or whole and marked for ourselves.

Values meet markup only in the template, where everything is escaped; the same input gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..portable.fold import legible
from ..portable.svg import draw
from .appendix import appendix
from .cleared import cleared
from .sheet import CLOSING, RANGES, sheet
from .wording import day, shorten, together

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

NAME = "page.html"
LONGEST_NAME = 80  # ordinary small letters at the head of page one
_HERE = Path(__file__).parent
# Within HTML an SVG needs no namespace, and a page without an address is easily seen to load nothing.
_NAMESPACE = ' xmlns="http://www.w3.org/2000/svg"'


class Audience(StrEnum):
    """Whom a page is for."""

    CLIENT = "client"
    INTERNAL = "internal"


def render(
    record: Mapping[str, Any],
    *,
    client: str,
    audience: Audience = Audience.CLIENT,
    clearance: Mapping[str, str] | None = None,
    uncleared: Mapping[str, str] | None = None,
    people: Sequence[str] = (),
) -> str:
    """Return an artefact (`fde.artefact/1`) as one self-contained HTML file, ending in a newline.

    Args:
        record: The artefact, valid.
        client: The client's name.
        audience: For the client only what is cleared; for ourselves everything, with ids, grades and what is left out for them.
        clearance: By source id, what holds now; elsewhere what the artefact recorded.
        uncleared: By source id, whole texts of which the client's page repeats nothing.
        people: Names with roles, as `engagement.md` has them; the client's page shows the roles.
    """
    for_client = cleared(record, clearance=clearance, uncleared=uncleared, people=people)
    is_internal = audience is Audience.INTERNAL
    shown = record if is_internal else for_client.record
    front = sheet(shown)
    name = f"{client}, {record['subject']}" if record["subject"] else client
    return _template().render(
        name=name,
        short_name=shorten(name, LONGEST_NAME),
        day=day(record["created"]),
        front=front,
        closing=CLOSING,
        ranges=RANGES,
        sections=appendix(shown, front, is_internal=is_internal, withheld=for_client.withheld),
        failure=_failure(record) if is_internal else "",
        is_internal=is_internal,
        style=_style(),
        drawing=_drawing,
    )


def _failure(record: Mapping[str, Any]) -> str:
    status = record["judged"]["status"]
    return "" if status in ("ok", "none") else f"Not judged ({status}): what follows is measured and complete without it."


def _drawing(chart: Mapping[str, Any]) -> Markup:
    from markupsafe import Markup

    return Markup(draw(chart).replace(_NAMESPACE, "", 1))  # noqa: S704 - `draw` escapes every text itself


@lru_cache(maxsize=1)
def _style() -> Markup:
    from markupsafe import Markup

    return Markup((_HERE / "page.css").read_text(encoding="utf-8"))  # noqa: S704 - our own file


@lru_cache(maxsize=1)
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    def visible(value: object) -> object:
        # What a browser would obey and not show stands as U+FFFD, wherever a text comes in.
        return together(legible(value)) if isinstance(value, str) and not isinstance(value, Markup) else value

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, finalize=visible, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    return environment.from_string((_HERE / "page.html.j2").read_text(encoding="utf-8"))
