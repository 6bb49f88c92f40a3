"""The artefacts of an engagement: which are official, which is current, and how a new one is stored.

An artefact's folder appears by one rename and is official by its line in `artefacts/ledger.ndjson`, which travels with
the folder to every clone. Nothing official is ever rewritten.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from ..errors import BrokenArtefact, CannotRead, FdeError, LedgerBroken
from ..portable.artefact import RECORD, Complaint, audit, digest
from ..portable.names import escaped
from ..portable.schema import validate
from ..portable.sources import Source
from . import files, ledger
from .engagement import Engagement
from .twins import Reader, otherwise

LEDGER = "ledger.ndjson"
CAP = 64_000_000
_FOLDER = re.compile(r"artefacts/[^/]+/[^/]+")


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
        record: Digest of `artefact.json` as it was written.
        settings: What `engagement.md` gave the measurement, as `Engagement.settings` writes it.
    """

    folder: str
    skill: str
    subject: str | None
    run: str
    at: str
    status: str
    key: str
    facts: str
    record: str
    settings: str

    def line(self) -> dict[str, Any]:
        """Return it as the ledger has it."""
        return asdict(self)

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
    """Read what is in `artefacts/`. Raises LedgerBroken for a line that names no artefact, unless it is an unfinished last one."""
    path = engagement.artefacts / LEDGER
    book = ledger.read(path)
    items = tuple(official(record, f"{escaped(path)}:{number}") for number, record in enumerate(book.records, 1))
    named = {item.folder for item in items}
    found = folders(engagement)
    return Shelf(
        official=items,
        orphans=tuple(folder for folder in found if folder not in named),
        missing=tuple(item.folder for item in items if item.folder not in found),
        torn=book.torn,
    )


def official(record: object, where: str) -> Official:
    """Return the artefact that a ledger line names. Raises LedgerBroken with *where* if it is none."""
    fields = record if isinstance(record, dict) else {}
    if set(fields) != set(Official.__slots__):
        raise LedgerBroken(f"expected the fields {', '.join(Official.__slots__)}", where=where)
    texts = [value for name, value in fields.items() if name != "subject" or value is not None]
    if not all(isinstance(value, str) for value in texts):
        raise LedgerBroken("expected texts", where=where)
    item = Official(**fields)
    if not _FOLDER.fullmatch(item.folder) or not _is_moment(item.at):
        raise LedgerBroken("expected an artefact's folder, and a time with its offset", where=where)
    return item


def newest(engagement: Engagement, skill: str, subject: str | None) -> Official | None:
    """Return the last official artefact of a skill and subject, current or not."""
    return next((item for item in reversed(shelf(engagement).official) if (item.skill, item.subject) == (skill, subject)), None)


def folders(engagement: Engagement) -> tuple[str, ...]:
    """Return every folder that holds an artefact's record, official or not, but none that is being written."""
    found = (path.parent.relative_to(engagement.root).as_posix() for path in engagement.artefacts.glob(f"*/*/{RECORD}"))
    return tuple(sorted(folder for folder in found if ".tmp-" not in folder))


def next_folder(engagement: Engagement, skill: str, day: date, subject: str | None) -> str:
    """Return the folder for a new artefact: `artefacts/<skill>/<YYYY-MM-DD>-<nn>[-<subject>]`, the number not used before."""
    parent = engagement.artefacts / skill
    # An official folder that somebody removed keeps its number: the ledger knows it by its name.
    names = [PurePosixPath(item.folder).name for item in shelf(engagement).official if item.skill == skill]
    names += [path.name for path in parent.iterdir()] if parent.is_dir() else []
    taken = [int(match[1]) for name in names if (match := re.match(rf"{day.isoformat()}-([0-9]+)", name))]
    number = max(taken, default=0) + 1
    return PurePosixPath("artefacts", skill, f"{day.isoformat()}-{number:02d}{f'-{subject}' if subject else ''}").as_posix()


def store(engagement: Engagement, item: Official, contents: Mapping[str, bytes]) -> None:
    """Write an artefact's folder, then the ledger line that makes it official."""
    files.make_folder((engagement.root / item.folder).parent)
    files.publish(engagement.root / item.folder, contents)
    adopt(engagement, item)


def adopt(engagement: Engagement, item: Official) -> None:
    """Make a folder that is there already official."""
    ledger.append(engagement.artefacts / LEDGER, item.line())


def load(engagement: Engagement, folder: str) -> dict[str, Any]:
    """Return the record of the artefact in *folder*. Raises NotJson or BrokenArtefact with the place."""
    document = files.read_json(_record_path(engagement, folder), CAP)
    if problems := validate(document, "artefact"):
        raise BrokenArtefact("; ".join(problems[:3]), where=f"{folder}/{RECORD}")
    checked: dict[str, Any] = document
    return checked


def is_as_written(engagement: Engagement, item: Official) -> bool:
    """Say whether the record is the one that the ledger knows."""
    return digest(files.read_text(_record_path(engagement, item.folder), CAP)) == item.record


def views(engagement: Engagement, folder: str, record: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the text of each view of an artefact as it is on disk, None where the file is gone."""
    names = [view["path"] for view in record["views"]]
    return {name: _view(files.inside(engagement.root, f"{folder}/{name}")) for name in names}


def texts_now(engagement: Engagement, names: Iterable[str], recorded: Mapping[str, str] | None = None) -> dict[str, Source]:
    """Return the text sources *names* (ids below `evidence/`) as they are now; one that is gone is left out.

    With the notes that a record has of them, the text of a document is the one that was recorded, if it is there, or made anew;
    without, nothing is converted: whether a file has changed its digest tells.
    """
    wanted = set(names)
    reader = Reader(engagement=engagement, convert=recorded is not None, made_by=recorded or {})
    # A name that holds a * or a ? is a pattern too, of itself and of others.
    return {source.id: source for source in reader.words(wanted) if source.id in wanted}


def require_readable(sources: Iterable[Source]) -> None:
    """Raise CannotRead for a source that is there and cannot be opened: of its words nothing can be said, neither good nor bad."""
    for source in sources:
        if source.health == "failed" and source.note.startswith("it cannot be opened"):
            raise CannotRead(source.note.removeprefix("it cannot be opened: "), where=f"evidence/{source.id}")


def complaints(engagement: Engagement, folder: str, item: Official | None) -> list[Complaint]:
    """Return what is wrong with the artefact in *folder*, each with its place relative to the engagement.

    *item* is its line of the ledger, None if it has none. Raises CannotRead: then nothing can be said.
    """
    try:
        record = load(engagement, folder)
        quoted = {quote["source"] for part in (*record["findings"], *record["actions"]) for quote in part["quotes"]}
        notes = {source["id"]: source.get("note", "") for source in record["sources"]}
        quotable = texts_now(engagement, quoted, notes)
        require_readable(quotable.values())
        texts = views(engagement, folder, record)
        found = audit(record, texts, {name: source for name, source in quotable.items() if source.health == "ok"})
        found += _document_complaints(found, quotable, notes)
        if item and is_as_written(engagement, item):
            # An older fde may have laid the page out otherwise; what it wrote then is not an edit.
            untouched = _untouched(record, texts)
            found = [complaint for complaint in found if complaint.where.partition(":")[0] not in untouched]
        elif item:
            found.append(Complaint(where=RECORD, what="this is not the record that was written; the ledger has its digest"))
    except CannotRead:
        raise
    except FdeError as error:
        where = error.where.removeprefix(f"{engagement.root}/")
        return [Complaint(where=where or folder, what=error.message)]
    return [Complaint(where=f"{folder}/{complaint.where}", what=complaint.what) for complaint in found]


def _document_complaints(found: Sequence[Complaint], sources: Mapping[str, Source], notes: Mapping[str, str]) -> list[Complaint]:
    """Return why quotes from a document were not found, where that is no fault of the words: its text is gone or cannot be made."""
    reasons = {name: otherwise(source, notes.get(name, "")) for name, source in sources.items()}
    missed = [name for name, reason in reasons.items() if reason and any(name in item.what for item in found)]
    return [Complaint(where=RECORD, what=f"evidence/{name}: {reasons[name]}") for name in missed]


def _untouched(record: Mapping[str, Any], texts: Mapping[str, str | None]) -> set[str]:
    """Return the views that are as they were written."""
    return {view["path"] for view in record["views"] if (text := texts[view["path"]]) is not None and digest(text) == view["digest"]}


def _record_path(engagement: Engagement, folder: str) -> Path:
    return files.inside(engagement.root, f"{folder}/{RECORD}")


def _view(path: Path) -> str | None:
    return files.read_bytes(path, CAP).decode("utf-8", "replace") if os.path.lexists(path) else None


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
