"""The engagement: a folder for one client, and what its `engagement.md` says.

Plain text is the database. Everything here reads; only `create` and a migration write.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from .. import frontmatter
from ..errors import BadHead, NewerFormat, NoEngagement, NotEmpty
from . import files

FORMAT = 1
HEAD_FILE = "engagement.md"
HEAD_CAP = 256_000
FOLDERS = ("evidence", "private", "answers", "decisions", "artefacts")
WORKING_HOURS = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?:-(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun))? \d\d:\d\d-\d\d:\d\d)"
    r"(?:, (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?:-(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun))? \d\d:\d\d-\d\d:\d\d)*"
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """One client's folder.

    Attributes:
        root: The folder, absolute.
        name: The engagement's slug.
        client: The client's name; stands in no artefact.
        currency: ISO 4217 code.
        rate_per_hour: What an hour costs, None if not known.
        timezone: IANA name; dates of artefacts are in it.
        working_hours: Like "Mon-Fri 09:00-17:00".
        holidays: ISO dates without working hours.
        people: Roles and names, as written.
        systems: The client's systems, as written.
        models: Allowed providers and hosts.
        model: The default model; None means that nothing is sent.
        notes: The body of `engagement.md`.
        migrated_from: The older format that the file had, None if it was current.
    """

    root: Path
    name: str
    client: str
    currency: str
    rate_per_hour: Decimal | None
    timezone: str
    working_hours: str
    holidays: tuple[str, ...]
    people: tuple[str, ...]
    systems: tuple[str, ...]
    models: tuple[str, ...]
    model: str | None
    notes: str
    migrated_from: int | None = None

    @property
    def evidence(self) -> Path:
        """What the client gave or we saw."""
        return self.root / "evidence"

    @property
    def artefacts(self) -> Path:
        """The artefacts, by skill."""
        return self.root / "artefacts"

    @property
    def state(self) -> Path:
        """This machine's own record: runs, locks, twins."""
        return self.root / ".fde"

    @property
    def zone(self) -> ZoneInfo:
        """The engagement's time zone."""
        return ZoneInfo(self.timezone)

    def context(self) -> dict[str, str]:
        """Return the values that a skill's script may ask for, by name, as the script's flags take them."""
        return {
            "working_hours": self.working_hours,
            "holidays": ",".join(self.holidays),
            "rate_per_hour": "" if self.rate_per_hour is None else str(self.rate_per_hour),
            "currency": self.currency,
        }


def find(start: Path) -> Engagement:
    """Return the engagement that *start* lies in, searching upwards. Raises NoEngagement."""
    for folder in (start, *start.parents):
        if (folder / HEAD_FILE).is_file():
            return read(folder)
    raise NoEngagement(start)


def read(root: Path) -> Engagement:
    """Read the engagement at *root*; an older format is migrated, its file kept beside as a backup.

    Raises:
        BadHead: `engagement.md` is not as expected; `where` has the line.
        NewerFormat: a newer fde made it.
    """
    path = root / HEAD_FILE
    text = files.read_text(path, HEAD_CAP)
    head = frontmatter.parse(text, HEAD_FILE)
    found = _format(head.fields, text)
    if found < FORMAT:
        text = _migrate(path, text, head, found)
        head = frontmatter.parse(text, HEAD_FILE)
    return _engagement(root, head, text, found if found < FORMAT else None)


def check_new(root: Path, fields: Mapping[str, Any], notes: str) -> str:
    """Return the `engagement.md` that `create` would write. Raises NotEmpty where files are in the way, BadHead for a wrong field."""
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise NotEmpty(root)
    text = frontmatter.render({"fde": str(FORMAT), **fields}, notes)
    _engagement(root, frontmatter.parse(text, HEAD_FILE), text, None)
    return text


def create(root: Path, fields: Mapping[str, Any], notes: str) -> Engagement:
    """Make a new engagement folder at *root* with the head *fields*. Raises what `check_new` raises, and CannotWrite."""
    text = check_new(root, fields, notes)
    files.make_folder(root)
    for name in FOLDERS:
        files.make_folder(root / name)
        files.replace(root / name / ".gitkeep", "")
    files.make_folder(root / ".fde", mode=0o700)
    files.replace(root / ".gitattributes", "* text=auto eol=lf\nevidence/** -text\nartefacts/ledger.ndjson merge=union\n")
    files.replace(root / ".gitignore", ".fde/\n")
    files.replace(root / "actions.md", "# Actions\n")
    # Last, because it is what makes the folder an engagement: a half-made one is not found by the next command.
    files.replace(root / HEAD_FILE, text)
    return read(root)


def _format(fields: Mapping[str, Any], text: str) -> int:
    given = fields.get("fde", "0")
    if not isinstance(given, str) or not given.isascii() or not given.isdecimal():
        raise BadHead(f"`fde` is the format's number, found {given!r}", where=_where(text, "fde"))
    if int(given) > FORMAT:
        raise NewerFormat(HEAD_FILE, given, FORMAT, where=_where(text, "fde"))
    return int(given)


def _from_0(fields: dict[str, Any]) -> dict[str, Any]:
    """Format 0 (drafts before 0.1) had shorter names and no number."""
    renamed = {"tz": "timezone", "hours": "working_hours", "rate": "rate_per_hour"}
    return {renamed.get(name, name): value for name, value in fields.items() if name != "fde"}


MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {0: _from_0}


def _migrate(path: Path, text: str, head: frontmatter.Head, found: int) -> str:
    fields = dict(head.fields)
    for number in range(found, FORMAT):
        fields = MIGRATIONS[number](fields)
    new = frontmatter.render({"fde": str(FORMAT), **fields}, head.body)
    # Checked before anything is written: a head that the new format refuses stays as it is.
    _engagement(path.parent, frontmatter.parse(new, HEAD_FILE), new, found)
    files.replace(path.with_name(f"{HEAD_FILE}.format-{found}.bak"), text)
    files.replace(path, new)
    return new


_FIELDS: dict[str, str] = {
    "fde": "",
    "name": "",
    "client": "",
    "currency": "EUR",
    "rate_per_hour": "",
    "timezone": "UTC",
    "working_hours": "Mon-Fri 09:00-17:00",
    "holidays": "",
    "people": "",
    "systems": "",
    "models": "",
    "model": "",
}
_LISTS = ("holidays", "people", "systems", "models")


def _engagement(root: Path, head: frontmatter.Head, text: str, migrated_from: int | None) -> Engagement:
    fields = {**_FIELDS, **head.fields}
    for name in fields:
        if name not in _FIELDS:
            raise BadHead(f"{name!r} is not known here; known are {', '.join(_FIELDS)}", where=_where(text, name))
    lists = {name: _strings(fields[name], name, text) for name in _LISTS}
    values = {name: _string(fields[name], name, text) for name in _FIELDS if name not in _LISTS}
    for name, (accepts, expected) in _RULES.items():
        given = lists[name] if name in lists else (values[name],)
        if not all(accepts(item) for item in given if item):
            raise BadHead(f"{name}: expected {expected}, found {fields[name]!r}", where=_where(text, name))
    if not values["name"]:
        raise BadHead("`name` is missing; it is the engagement's short name, like acme-orders", where=_where(text, "name"))
    return Engagement(
        root=root,
        name=values["name"],
        client=values["client"] or values["name"],
        currency=values["currency"],
        rate_per_hour=Decimal(values["rate_per_hour"]) if values["rate_per_hour"] else None,
        timezone=values["timezone"],
        working_hours=values["working_hours"],
        holidays=lists["holidays"],
        people=lists["people"],
        systems=lists["systems"],
        models=lists["models"],
        model=values["model"] or None,
        notes=head.body,
        migrated_from=migrated_from,
    )


def _string(value: object, name: str, text: str) -> str:
    if isinstance(value, str):
        return value.strip()
    raise BadHead(f"{name}: expected one value, found {value!r}", where=_where(text, name))


def _strings(value: object, name: str, text: str) -> tuple[str, ...]:
    if value == "":
        return ()
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise BadHead(f"{name}: expected a list like [a, b], found {value!r}", where=_where(text, name))


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError only for names of the right shape
        return False
    except KeyError:
        return False
    return True


def _is_amount(text: str) -> bool:
    try:
        return Decimal(text).is_finite() and Decimal(text) >= 0
    except InvalidOperation:
        return False


def _is_day(text: str) -> bool:
    from datetime import date

    try:
        return bool(_DATE.fullmatch(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False


_RULES: dict[str, tuple[Callable[[str], bool], str]] = {
    "currency": (lambda text: bool(_CURRENCY.fullmatch(text)), "an ISO 4217 code like EUR"),
    "rate_per_hour": (_is_amount, "an amount like 95 or 95.50"),
    "timezone": (_is_zone, "a zone like Europe/Berlin"),
    "working_hours": (lambda text: bool(WORKING_HOURS.fullmatch(text)), "days and times like Mon-Fri 09:00-17:00"),
    "holidays": (_is_day, "dates like [2026-01-01, 2026-12-25]"),
}


def _where(text: str, name: str) -> str:
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith(f"{name}:"):
            return f"{HEAD_FILE}:{number}"
    return f"{HEAD_FILE}:1"
