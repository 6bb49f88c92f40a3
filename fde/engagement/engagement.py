"""The engagement: a folder for one client, and what its `engagement.md` says.

Plain text is the database. Everything here reads; only `create` and `migrate` write.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from .. import frontmatter
from ..errors import BadHead, LinkedFolder, NewerFormat, NoEngagement, NotEmpty
from ..portable.days import day
from ..portable.names import escaped
from ..text import is_slug
from . import files

FORMAT = 1
HEAD_FILE = "engagement.md"
HEAD_CAP = 256_000
FOLDERS = ("evidence", "private", "answers", "decisions", "artefacts")
OWN = (*FOLDERS, "replay", ".fde", ".fde/runs", ".fde/text")
_DAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d"
_SHIFT = rf"{_DAY}(?:-{_DAY})? {_CLOCK}-(?:{_CLOCK}|24:00)"
WORKING_HOURS = re.compile(rf"{_SHIFT}(?:, {_SHIFT})*", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}")
_AMOUNT = re.compile(r"\d{1,9}(?:\.\d{1,4})?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """One client's folder.

    Attributes:
        root: The folder, absolute.
        name: The engagement's slug.
        client: The client's name; of all that is written for the client only the page shows it.
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
        migrated_from: The older format that the file has, None if it is current.
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

    def settings(self, names: Iterable[str]) -> str:
        """Return the zone and the values *names* in one line, as a ledger keeps what a measurement was made with."""
        values = {"timezone": self.timezone, **self.context()}
        return "; ".join(f"{name}={values[name]}" for name in ("timezone", *names))

    def changed(self, settings: str) -> list[str]:
        """Return the names of those values in *settings* that are other ones now."""
        then = dict(part.partition("=")[::2] for part in settings.split("; "))
        values = {"timezone": self.timezone, **self.context()}
        return [name for name, value in then.items() if value != values.get(name)]

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
    """Read the engagement at *root*; an older format is taken as `migrate` would write it. Nothing is written.

    Raises:
        LinkedFolder: one of its folders is a link.
        BadHead: `engagement.md` is not as expected; `where` has the line.
        NewerFormat: a newer fde made it.
    """
    _require_own(root)
    return _read(root, files.read_text(root / HEAD_FILE, HEAD_CAP))[0]


def _require_own(root: Path) -> None:
    """Raise LinkedFolder if one of the folders that every command trusts is a link.

    What lies below them is looked at entry by entry, and a link there is not followed; these are where the look begins.
    """
    for name in OWN:
        if (root / name).is_symlink():
            raise LinkedFolder(f"{name}/", where=escaped(root / name))


def migrate(engagement: Engagement) -> None:
    """Write an older `engagement.md` in today's format, after keeping the old file beside it, byte for byte.

    The caller holds the engagement's lock. Raises what `read` raises, and CannotWrite.
    """
    if engagement.migrated_from is None:
        return
    path = engagement.root / HEAD_FILE
    data = files.read_bytes(path, HEAD_CAP)
    # Read again under the lock: another process may have been here since.
    found, text = _read(engagement.root, files.as_text(data, HEAD_FILE))
    if found.migrated_from is not None:
        files.replace(_backup(path, found.migrated_from, data), data)
        files.replace(path, text)


def check_new(root: Path, fields: Mapping[str, Any], notes: str) -> str:
    """Return the `engagement.md` that `create` would write. Raises NotEmpty where files are in the way, BadHead for a wrong field."""
    text = frontmatter.render({"fde": str(FORMAT), **fields}, notes)
    if root.exists() and (not root.is_dir() or _holds_others(root, _contents(text))):
        raise NotEmpty(root)
    _read(root, text)
    return text


def create(root: Path, fields: Mapping[str, Any], notes: str) -> Engagement:
    """Make a new engagement folder at *root* with the head *fields*; one that was cut off is completed.

    Raises what `check_new` raises, and CannotWrite.
    """
    contents = _contents(check_new(root, fields, notes))
    for name in FOLDERS:
        files.make_folder(root / name)
    files.make_folder(root / ".fde", mode=0o700)
    for name, text in contents.items():
        files.replace(root / name, text)
    return read(root)


def _contents(head: str) -> dict[str, str]:
    """Return the files of a new engagement, in the order in which they are written."""
    return {
        **{f"{name}/.gitkeep": "" for name in FOLDERS},
        ".gitattributes": "* text=auto eol=lf\nevidence/** -text\nartefacts/ledger.ndjson merge=union\n",
        ".gitignore": ".fde/\n",
        "actions.md": "# Actions\n",
        # Last, because it is what makes the folder an engagement: a half-made one is not found by the next command.
        HEAD_FILE: head,
    }


def _holds_others(root: Path, contents: Mapping[str, str]) -> bool:
    """Say whether *root* holds anything but what a `create` that was cut off has left."""
    return (root / HEAD_FILE).exists() or any(
        not _is_ours(path, path.relative_to(root).as_posix(), contents) for path in root.rglob("*")
    )


def _is_ours(path: Path, name: str, contents: Mapping[str, str]) -> bool:
    if path.is_dir():
        return not path.is_symlink() and name in (*FOLDERS, ".fde")
    return name in contents and files.read_bytes(path, HEAD_CAP) == contents[name].encode()


def _read(root: Path, text: str) -> tuple[Engagement, str]:
    """Return the engagement that *text* describes, and *text* in today's format."""
    head = frontmatter.parse(text, HEAD_FILE)
    found = _format(head, text)
    if found == FORMAT:
        return _engagement(root, head, head.fields, text, None), text
    fields = dict(head.fields)
    for number in range(found, FORMAT):
        fields = MIGRATIONS[number](fields)
    # Checked before anybody writes it: a head that the new format refuses stays as it is.
    engagement = _engagement(root, head, fields, text, found)
    return engagement, frontmatter.render({"fde": str(FORMAT), **fields}, head.body)


def _format(head: frontmatter.Head, text: str) -> int:
    given = head.fields.get("fde", "0")
    if not isinstance(given, str) or not re.fullmatch(r"[0-9]{1,9}", given):
        raise BadHead(f"`fde` is the format's number, found {given!r:.80}", where=_where(head, text, "fde"))
    if int(given) > FORMAT:
        raise NewerFormat(HEAD_FILE, given, FORMAT, where=_where(head, text, "fde"))
    return int(given)


_OLD_NAMES = {"timezone": "tz", "working_hours": "hours", "rate_per_hour": "rate"}


def _from_0(fields: dict[str, Any]) -> dict[str, Any]:
    """Format 0 (drafts before 0.1) had shorter names and no number."""
    renamed = {old: new for new, old in _OLD_NAMES.items() if new not in fields}
    return {renamed.get(name, name): value for name, value in fields.items() if name != "fde"}


MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {0: _from_0}


def _backup(path: Path, found: int, data: bytes) -> Path:
    """Return where the file of format *found* is kept: a name that is free, or that holds the same bytes."""
    for number in count(1):
        backup = path.with_name(f"{HEAD_FILE}.format-{found}{f'-{number}' if number > 1 else ''}.bak")
        if not backup.exists() or files.read_bytes(backup, HEAD_CAP) == data:
            break
    return backup


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


def _engagement(
    root: Path, head: frontmatter.Head, fields: Mapping[str, Any], text: str, migrated_from: int | None
) -> Engagement:
    for name in fields:
        if name not in _FIELDS:
            raise BadHead(f"{name!r} is not known here; known are {', '.join(_FIELDS)}", where=_where(head, text, name), hint="")
    lists: dict[str, tuple[str, ...]] = {}
    values: dict[str, str] = {}
    for name, default in _FIELDS.items():
        try:
            if name in _LISTS:
                lists[name] = _strings(fields.get(name, ""), name)
            else:
                values[name] = _string(fields.get(name, ""), name) or default
        except ValueError as error:
            raise BadHead(error, where=_where(head, text, name), hint="") from error
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


def _string(value: object, name: str) -> str:
    """Return the one value of a field, trimmed. Raises ValueError with what was expected."""
    text = value.strip() if isinstance(value, str) else None
    if text is None:
        raise ValueError(f"{name}: expected one value, found {value!r:.80}")
    if name == "name" and not text:
        raise ValueError("`name` is missing; it is the engagement's short name, like acme-orders")
    _check(text, name)
    return text


def _strings(value: object, name: str) -> tuple[str, ...]:
    if value == "":
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"{name}: expected a list like [a, b], found {value!r:.80}")
    items = tuple(item.strip() for item in value if item.strip())
    for item in items:
        _check(item, name)
    return items


def _check(value: str, name: str) -> None:
    accepts, expected = _RULES.get(name, (str.strip, ""))
    if value and not accepts(value):
        raise ValueError(f"{name}: expected {expected}, found {value!r:.80}")


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError only for names of the right shape
        return False
    except KeyError:
        return False
    return True


def _is_working_time(text: str) -> bool:
    # An end before its start is on the next day; an end at its start is no time at all.
    return bool(WORKING_HOURS.fullmatch(text)) and not re.search(r"(\d\d:\d\d)-\1", text)


_RULES: dict[str, tuple[Callable[[str], object], str]] = {
    "name": (is_slug, "lower-case words joined by single hyphens, at most 64 characters"),
    "currency": (_CURRENCY.fullmatch, "an ISO 4217 code like EUR"),
    "rate_per_hour": (_AMOUNT.fullmatch, "an amount like 95 or 95.50"),
    "timezone": (_is_zone, "a zone like Europe/Berlin"),
    "working_hours": (_is_working_time, "days and times like Mon-Fri 09:00-17:00"),
    "holidays": (day, "dates like [2026-01-01, 2026-12-25]"),
}


def _where(head: frontmatter.Head, text: str, name: str) -> str:
    """Return the line of the field *name*, as the file has it, which may be by its older name."""
    field = re.compile(rf"""["']?(?:{re.escape(name)}|{_OLD_NAMES.get(name, name)})["']?[ \t]*:""")
    for number, line in enumerate(text.splitlines()[: head.body_line - 1], 1):
        if field.match(line):
            return f"{HEAD_FILE}:{number}"
    return f"{HEAD_FILE}:1"
