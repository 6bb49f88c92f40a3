"""The artefacts of an engagement: which are official, which is current, and how a new one is stored.

An artefact's folder appears by one rename and is official by its line in `artefacts/ledger.ndjson`, which travels with
the folder to every clone. Nothing official is ever rewritten.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from ..errors import BrokenArtefact
from ..portable.artefact import RECORD
from . import files, ledger
from .engagement import Engagement

LEDGER = "ledger.ndjson"
CAP = 64_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Official:
    """One line of the artefacts' ledger.

    Attributes:
        folder: Relative to the engagement, POSIX.
        skill: The skill's name.
        subject: The subject's slug, None for the client.
        run: The run that made it, on the machine that made it.
        at: When, ISO 8601.
        status: The artefact's `judged.status`.
        key: Digest of facts, question and model: the same key means that nothing changed.
        facts: Digest of the facts alone.
    """

    folder: str
    skill: str
    subject: str | None
    run: str
    at: str
    status: str
    key: str
    facts: str

    @property
    def is_judged(self) -> bool:
        """Say whether a judgement stands in it."""
        return self.status == "ok"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Everything in `artefacts/`.

    Attributes:
        official: In the order they were made.
        orphans: Folders that hold a record but have no ledger line.
        missing: Official folders whose record is gone.
        torn: Whether the ledger's last line was cut off.
    """

    official: tuple[Official, ...]
    orphans: tuple[str, ...]
    missing: tuple[str, ...]
    torn: bool

    def current(self) -> dict[tuple[str, str | None], Official]:
        """Return the artefact that counts, for each skill and subject.

        The newest, but a later one without judgement never takes the place of a judged one over the same facts.
        """
        chosen: dict[tuple[str, str | None], Official] = {}
        for item in self.official:
            before = chosen.get((item.skill, item.subject))
            if before and before.is_judged and not item.is_judged and before.facts == item.facts:
                continue
            chosen[item.skill, item.subject] = item
        return chosen


def shelf(engagement: Engagement) -> Shelf:
    """Read what is in `artefacts/`. Raises LedgerBroken for a ledger that is damaged before its last line."""
    book = ledger.read(engagement.artefacts / LEDGER)
    official = tuple(_official(record, number) for number, record in enumerate(book.records, 1))
    named = {item.folder for item in official}
    found = {path.parent.relative_to(engagement.root).as_posix() for path in engagement.artefacts.glob(f"*/*/{RECORD}")}
    return Shelf(
        official=official,
        orphans=tuple(sorted(folder for folder in found - named if ".tmp-" not in folder)),
        missing=tuple(item.folder for item in official if item.folder not in found),
        torn=book.torn,
    )


def next_folder(engagement: Engagement, skill: str, day: date, subject: str | None) -> str:
    """Return the folder for a new artefact: `artefacts/<skill>/<YYYY-MM-DD>-<nn>[-<subject>]`, the number not used before."""
    parent = engagement.artefacts / skill
    prefix = f"{day.isoformat()}-"
    taken = [path.name.removeprefix(prefix)[:2] for path in parent.glob(f"{prefix}*")] if parent.is_dir() else []
    number = max((int(text) for text in taken if text.isdecimal()), default=0) + 1
    return PurePosixPath("artefacts", skill, f"{prefix}{number:02d}{f'-{subject}' if subject else ''}").as_posix()


def store(engagement: Engagement, item: Official, contents: Mapping[str, bytes]) -> None:
    """Write an artefact's folder, then the ledger line that makes it official."""
    files.make_folder((engagement.root / item.folder).parent)
    files.publish(engagement.root / item.folder, contents)
    adopt(engagement, item)


def adopt(engagement: Engagement, item: Official) -> None:
    """Make a folder that is there already official."""
    ledger.append(engagement.artefacts / LEDGER, {name: getattr(item, name) for name in Official.__slots__})


def load(engagement: Engagement, folder: str) -> dict[str, Any]:
    """Return the record of the artefact in *folder*. Raises NotJson or BrokenArtefact with the place."""
    document = files.read_json(files.inside(engagement.root, f"{folder}/{RECORD}"), CAP)
    if not isinstance(document, dict):
        raise BrokenArtefact(f"expected an object, found {json.dumps(document)[:40]}", where=f"{folder}/{RECORD}")
    return document


def views(engagement: Engagement, folder: str, record: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the text of each view of an artefact as it is on disk, None where the file is gone."""
    names = [view["path"] for view in record.get("views", [])]
    return {name: _view(files.inside(engagement.root, f"{folder}/{name}")) for name in names}


def _view(path: Path) -> str | None:
    return files.read_bytes(path, CAP).decode("utf-8", "replace") if path.exists() else None


def _official(record: Mapping[str, Any], number: int) -> Official:
    try:
        return Official(**record)
    except TypeError as error:
        raise BrokenArtefact(f"a ledger line has other fields than expected: {error}", where=f"artefacts/{LEDGER}:{number}") from error
