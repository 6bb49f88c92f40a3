"""`corrections.md` beside an artefact: what a person says is wrong in it, for the next run of that skill and subject.

A correction is shown in the next artefact and given to the model; it never changes a computed fact.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import BrokenCorrection, FdeError
from ..portable.artefact import RECORD, Complaint, Correction, is_correction
from ..portable.facts import PLACEHOLDER, by_id, fill
from . import artefacts, files
from .artefacts import Official, Shelf
from .engagement import Engagement

FILE = "corrections.md"
CAP = 1_000_000
FORM = "- NAME: what is wrong and what is right"
WITHDRAWN = "withdrawn"
_LINE = re.compile(r"(?P<item>[-*+][ \t]+)?`?(?P<id>[a-z0-9]+(?:[._-][a-z0-9]+)*)`?[ \t]*:(?:[ \t]+(?P<text>.*))?")
_ITEM = re.compile(r"[ \t]*[-*+][ \t]")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One correction as it was written.

    Attributes:
        number: Where it stands, from 1.
        id: The fact or the finding that it corrects.
        text: What is wrong and what is right.
    """

    number: int
    id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one `corrections.md` says, and what of it could not be understood (expected and found, by line number)."""

    lines: tuple[Line, ...] = ()
    faults: tuple[tuple[int, str, str], ...] = ()


def parse(text: str, known: Mapping[str, str]) -> Found:
    """Return the corrections in *text*; *known* are the facts and findings that can be corrected, id to words."""
    lines: list[Line] = []
    faults: list[tuple[int, str, str]] = []
    for number, entry in _entries(text):
        match = _LINE.fullmatch(entry)
        if not _ITEM.match(entry) and not (match and match["id"] in known):
            continue  # a heading, a remark
        said = (match["text"] or "").strip() if match else ""
        if not match:
            faults.append((number, FORM, entry))
        elif match["id"] not in known:
            faults.append((number, _expected(match["id"], known), match["id"]))
        elif not said:
            faults.append((number, "what is wrong and what is right behind the name", "nothing"))
        elif PLACEHOLDER.search(said):
            faults.append((number, "words and figures of your own", said))
        else:
            lines.append(Line(number=number, id=match["id"], text=said))
    return Found(lines=tuple(lines), faults=tuple(faults))


def read(engagement: Engagement, folder: str, record: Mapping[str, Any]) -> Found:
    """Return what stands in `corrections.md` beside the artefact *record* in *folder*; nothing without that file.

    Raises NotText, NotRegular, TooLarge or CannotRead.
    """
    path = files.inside(engagement.root, f"{folder}/{FILE}")
    return parse(files.read_text(path, CAP), _known(record)) if os.path.lexists(path) else Found()


def complaints(folder: str, found: Found) -> list[Complaint]:
    """Return what could not be understood, each with its place relative to the engagement."""
    return [
        Complaint(where=f"{folder}/{FILE}:{number}", what=f"expected {expected}, found {given[:80]!r}")
        for number, expected, given in found.faults
    ]


def carried(record: Mapping[str, Any]) -> tuple[Correction, ...]:
    """Return the corrections that stand in an artefact."""
    return tuple(_carried(record).values())


def for_run(engagement: Engagement, shelf: Shelf, skill: str, subject: str | None) -> tuple[Correction, ...]:
    """Return what the next artefact of *skill* and *subject* has to show: what stands in the current one, and what was written since.

    A line that names a carried correction (c1) replaces it; the one word "withdrawn" ends it.

    Raises:
        BrokenCorrection: a line cannot be understood; it is told before anything is measured, for it was meant to count.
        BrokenArtefact, NotJson, NotText and the like: the current artefact holds corrections and cannot be read.
    """
    item = shelf.current().get((skill, subject))
    if item is None or item.folder in shelf.missing or not _may_hold(engagement, item):
        return ()
    record = artefacts.load(engagement, item.folder)
    found = read(engagement, item.folder, record)
    for number, expected, given in found.faults:
        raise BrokenCorrection(expected, f"{given[:80]!r}", where=f"{item.folder}/{FILE}:{number}")
    standing: dict[str, Correction] = dict(_carried(record))
    facts, titles = by_id(record["facts"]), _known(record)
    for line in found.lines:
        before = standing.pop(line.id, None)
        if line.text.casefold().rstrip(".!") != WITHDRAWN:
            about, title = (before.about, before.title) if before else (line.id if line.id in facts else "", titles[line.id])
            # Under a key of its own: two lines may correct one fact.
            standing[f"{line.id} {line.number}"] = Correction(about=about, title=title, text=line.text)
    return tuple(standing.values())


def late(engagement: Engagement, shelf: Shelf) -> Iterator[Complaint]:
    """Yield each artefact that is no longer current and has corrections beside it which entered no later one."""
    current = shelf.current()
    for place, item in enumerate(shelf.official):
        heir = current[item.skill, item.subject]
        if item == heir or item.folder in shelf.missing or not (engagement.root / item.folder / FILE).is_file():
            continue
        later = [other for other in shelf.official[place + 1 :] if (other.skill, other.subject) == (item.skill, item.subject)]
        if _missed(engagement, item, [other for other in later if other.folder not in shelf.missing]):
            what = f"entered no run, for this artefact is no longer the current one; move it to {heir.folder}/{FILE}"
            yield Complaint(where=f"{item.folder}/{FILE}", what=what)


def _missed(engagement: Engagement, item: Official, later: list[Official]) -> bool:
    try:
        found = read(engagement, item.folder, artefacts.load(engagement, item.folder))
        entered = {correction.text for other in later for correction in carried(artefacts.load(engagement, other.folder))}
    except FdeError:
        return True
    return any(line.text not in entered and line.text.casefold().rstrip(".!") != WITHDRAWN for line in found.lines) or bool(found.faults)


def _may_hold(engagement: Engagement, item: Official) -> bool:
    """Say whether corrections can stand in the artefact or beside it; a damaged one without them does not stop a run."""
    if os.path.lexists(engagement.root / item.folder / FILE):
        return True
    try:
        artefacts.load(engagement, item.folder)
    except FdeError:
        data = files.read_bytes(engagement.root / item.folder / RECORD, artefacts.CAP)
        return b'"by": "person"' in data
    return True


def _carried(record: Mapping[str, Any]) -> dict[str, Correction]:
    return {
        finding["id"]: Correction(about="".join(finding["facts"][:1]), title=finding["title"], text=finding["statement"])
        for finding in record["findings"]
        if is_correction(finding)
    }


def _known(record: Mapping[str, Any]) -> dict[str, str]:
    facts = by_id(record["facts"])
    findings = {item["id"]: item["title"] if is_correction(item) else fill(item["title"], facts) for item in record["findings"]}
    return findings | {name: fact["label"] for name, fact in facts.items()}


def _expected(name: str, known: Mapping[str, str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"the name of a figure or finding of this artefact{f', like {near[0]}' if near else ''}"


def _entries(text: str) -> Iterator[tuple[int, str]]:
    """Yield each line with those that run on (indented below it), and its number; comments are left out."""
    entry, first = "", 0
    visible = _COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    for number, line in enumerate(visible.split("\n"), 1):
        line = line.rstrip()
        if entry and line.startswith((" ", "\t")) and line.strip() and not _ITEM.match(line):
            entry += f" {line.strip()}"
            continue
        if entry:
            yield first, entry
        entry, first = line.strip(), number
    if entry:
        yield first, entry
