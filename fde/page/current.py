"""The page of an artefact that counts now, under what is cleared now.

A page in an artefact's folder is as official as the folder and never written again; what has changed since is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..engagement import artefacts
from ..engagement.artefacts import Official
from ..engagement.engagement import Engagement
from ..errors import NoArtefact, NotForPages, SeveralArtefacts
from ..portable.clearance import CLEARANCES
from ..portable.sources import Source
from .cleared import Withheld, cleared
from .page import NAME, Audience, render


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page made anew.

    Attributes:
        folder: The artefact's folder, relative to the engagement.
        skill: The artefact's skill.
        html: The page.
        lowered: The sources whose words may be shown less than when the artefact was written.
        withheld: What the client does not see on it.
        withheld_then: What the client does not see on the page that was written with the artefact.
    """

    folder: str
    skill: str
    html: str
    lowered: tuple[str, ...]
    withheld: tuple[Withheld, ...]
    withheld_then: tuple[Withheld, ...]

    @property
    def shows_less(self) -> bool:
        """Say whether more is cleared now than the page shows that was written with the artefact."""
        return not self.lowered and self.withheld != self.withheld_then

    @property
    def official(self) -> str:
        """The page that was written with the artefact, relative to the engagement."""
        return f"{self.folder}/{NAME}"


def current(engagement: Engagement, skill: str | None, subject: str | None, audience: Audience) -> Page:
    """Render the page of the current artefact; a *skill* or *subject* that is None need not be told if there is only one.

    Raises NoArtefact, SeveralArtefacts, and what reading the record raises.
    """
    item = _choose(engagement, skill, subject)
    record = artefacts.load(engagement, item.folder)
    texts = artefacts.texts_now(engagement, (source["id"] for source in _words(record)))
    # Words that are gone were taken back, for all we know.
    now = {source["id"]: texts[source["id"]].clearance if source["id"] in texts else "internal" for source in _words(record)}
    uncleared = {source.id: source.text for source in texts.values() if now[source.id] != "quote"}
    html = render(
        record, client=engagement.client, audience=audience, clearance=now, uncleared=uncleared, people=engagement.people
    )
    return Page(
        folder=item.folder,
        skill=item.skill,
        html=html,
        lowered=tuple(_lowered(record, now)),
        withheld=cleared(record, clearance=now, uncleared=uncleared).withheld,
        withheld_then=withheld_then(record, texts.values()),
    )


def withheld_then(record: Mapping[str, Any], words: Iterable[Source]) -> tuple[Withheld, ...]:
    """Return what the page written with the artefact does not show, by the clearance that the artefact recorded of its *words*."""
    then = _then(record)
    uncleared = {source.id: source.text for source in words if then.get(source.id, "internal") != "quote"}
    return cleared(record, uncleared=uncleared).withheld


def require_fit(engagement: Engagement, target: Path) -> None:
    """Refuse a *target* (absolute) that is no page, or lies where fde writes nothing twice. Raises NotForPages."""
    if target.suffix.lower() not in (".html", ".htm"):
        raise NotForPages(target, "its name does not end in .html")
    for folder in (engagement.artefacts, engagement.evidence, engagement.state):
        if target.resolve().is_relative_to(folder.resolve()):
            raise NotForPages(target, f"in {folder.name}/ nothing is written over")


def _choose(engagement: Engagement, skill: str | None, subject: str | None) -> Official:
    shelf = artefacts.shelf(engagement)
    found = [
        item
        for item in shelf.current().values()
        if item.folder not in shelf.missing and skill in (None, item.skill) and subject in (None, item.subject)
    ]
    # A skill's artefact about the client itself is meant where nobody names a subject.
    plain = [item for item in found if skill and item.subject is None]
    if not found:
        raise NoArtefact(" of ".join(["", *([skill] if skill else [])]))
    if len(found) > 1 and len(plain) != 1:
        raise SeveralArtefacts(", ".join(f"{item.skill}{f' --subject {item.subject}' if item.subject else ''}" for item in found))
    return plain[0] if plain else found[0]


def _words(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [source for source in record["sources"] if "kind" in source and source["locator"].startswith("file:evidence/")]


def _then(record: Mapping[str, Any]) -> dict[str, str]:
    return {source["id"]: source.get("clearance", "internal") for source in _words(record)}


def _lowered(record: Mapping[str, Any], now: Mapping[str, str]) -> list[str]:
    then = _then(record)
    return [name for name, level in then.items() if CLEARANCES.index(now[name]) < CLEARANCES.index(level)]
