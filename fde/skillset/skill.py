"""A skill: a folder with SKILL.md in the Agent Skills format and, if the runner can drive it, `assets/fde.json`.

Reading one runs nothing of it. Links are refused anywhere in the folder, so whatever is read or run really lies in it.
"""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from ..engagement.files import read_json, read_text
from ..errors import BrokenSkill
from ..frontmatter import parse
from ..portable.tree import Entry, walk
from ..text import is_slug

HEAD_KEYS = ("name", "description", "license", "metadata", "allowed-tools", "compatibility")
DRIVER_KEYS = ("measure", "evidence", "words", "context", "commands", "questions", "details_schema")
CONTEXT = ("working_hours", "holidays", "rate_per_hour", "currency")

LONGEST_DESCRIPTION = 1024
CAP = 1_000_000  # bytes of SKILL.md, and of fde.json
MOST_FILES = 5_000
MOST_BYTES = 64_000_000


class Origin(StrEnum):
    """Where a skill was found."""

    BUILT_IN = "built-in"
    USER = "user"
    ENGAGEMENT = "engagement"


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """How the runner drives a skill: its `assets/fde.json`.

    Attributes:
        measure: The script that prints facts, relative to the skill's folder.
        evidence: Globs below `evidence/` of the data that the script reads.
        words: Globs below `evidence/` of the texts that a model reads.
        context: Which values of the engagement the script's `facts` takes as flags: those of `CONTEXT`.
        commands: The same for the script's other commands, by their names; each of these takes `--tz` as well.
        questions: The file of questions for a person, relative to the skill's folder.
        details_schema: The schema of the facts' `details`, likewise.
    """

    measure: str
    evidence: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    commands: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    questions: str | None = None
    details_schema: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """One skill, as its folder says.

    Attributes:
        name: Its name, which is also its folder's.
        description: What it does and when to use it, at most 1024 characters.
        version: `metadata.version`, empty if it gives none.
        folder: Where it is, absolute.
        origin: Whose it is.
        license: The licence's name, empty if it gives none.
        body: The method, Markdown.
        driver: How the runner drives it; None if it is instructions only.
    """

    name: str
    description: str
    version: str
    folder: Path
    origin: Origin
    license: str
    body: str
    driver: Driver | None

    @property
    def script(self) -> Path | None:
        """The script that prints facts, None if the skill is instructions only."""
        return self.folder / self.driver.measure if self.driver else None

    @property
    def reads(self) -> tuple[str, ...]:
        """Globs below `evidence/` of all that it reads, data and texts."""
        return (*(self.driver.evidence if self.driver else ()), *self.words)

    @property
    def words(self) -> tuple[str, ...]:
        """Globs below `evidence/` of the texts that a model reads; where nothing says which, every text."""
        if self.driver:
            return self.driver.words
        from ..engagement.twins import TEXTS

        return TEXTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file of a skill.

    Attributes:
        name: Its path relative to the skill's folder, POSIX.
        path: Where it is.
        executable: Whether its owner may execute it.
        size: In bytes.
    """

    name: str
    path: Path
    executable: bool
    size: int


def read(folder: Path, origin: Origin) -> Skill:
    """Read the skill in *folder*. Raises BrokenSkill with the file and what is wrong, or what reading its files raises."""
    folder = folder.absolute()
    names = {member.name for member in members(folder)}
    if "SKILL.md" not in names:
        raise BrokenSkill("it has no SKILL.md", where=str(folder))
    path = folder / "SKILL.md"
    head = parse(read_text(path, CAP), str(path))
    fields = _Fields(head.fields, str(path))
    fields.check_keys(HEAD_KEYS)
    metadata = fields.texts("metadata")
    fields.optional_text("allowed-tools")
    fields.optional_text("compatibility")
    return Skill(
        name=_name(fields, folder),
        description=_description(fields),
        version=metadata.get("version", ""),
        folder=folder,
        origin=origin,
        license=fields.optional_text("license") or "",
        body=head.body,
        driver=read_driver(folder, names) if "assets/fde.json" in names else None,
    )


def read_driver(folder: Path, names: set[str]) -> Driver:
    """Read `assets/fde.json` of the skill in *folder*, whose files are *names*. Raises BrokenSkill naming the key."""
    path = folder / "assets" / "fde.json"
    document = read_json(path, CAP)
    if not isinstance(document, dict):
        raise BrokenSkill("expected one JSON object", where=str(path))
    fields = _Fields(document, str(path))
    fields.check_keys(DRIVER_KEYS)
    measure = fields.member("measure", names)
    if measure is None:
        raise BrokenSkill("the key 'measure' is missing", where=str(path))
    return Driver(
        measure=measure,
        evidence=fields.globs("evidence"),
        words=fields.globs("words"),
        context=fields.context(document.get("context", []), "context"),
        commands={name: fields.context(names, f"commands.{name}") for name, names in fields.table("commands").items()},
        questions=fields.member("questions", names),
        details_schema=fields.member("details_schema", names),
    )


def members(folder: Path) -> list[Member]:
    """Return every file of the skill in *folder*, by name; Python's compiled copies are left out, since they never run.

    Raises BrokenSkill for a link, for what is neither file nor folder, and above 5,000 files or 64 MB.
    """
    if folder.is_symlink():
        raise BrokenSkill("its folder is a link, and a link may lead anywhere; copy the folder", where=str(folder))
    found: list[Member] = []
    total = 0
    for member in (_member(entry) for entry in walk(folder) if not _is_compiled(entry.id)):
        found.append(member)
        total += member.size
        if len(found) > MOST_FILES or total > MOST_BYTES:
            raise BrokenSkill(f"it has more than {MOST_FILES:,} files or {MOST_BYTES:,} bytes", where=str(folder))
    return sorted(found, key=lambda member: member.name)


def _member(entry: Entry) -> Member:
    if entry.skipped:
        raise BrokenSkill(f"it contains {entry.skipped}; only files of its own belong in a skill", where=str(entry.path))
    executable = bool(entry.path.stat(follow_symlinks=False).st_mode & stat.S_IXUSR)
    return Member(name=entry.id, path=entry.path, executable=executable, size=entry.size)


def _is_compiled(name: str) -> bool:
    """Say whether *name* is a compiled copy. Scripts run with another cache folder, so these are never loaded."""
    return name.endswith(".pyc") and name.split("/")[-2:-1] == ["__pycache__"]


def _name(fields: _Fields, folder: Path) -> str:
    name = fields.text("name")
    if not is_slug(name):
        raise fields.wrong("name", "lower-case words joined by single hyphens, at most 64 characters", name)
    if name != folder.name:
        raise fields.wrong("name", f"the folder's name, {folder.name!r}", name)
    return name


def _description(fields: _Fields) -> str:
    description = fields.text("description").strip()
    if not 1 <= len(description) <= LONGEST_DESCRIPTION:
        raise BrokenSkill(
            f"its description has {len(description)} characters, 1 to 1024 are allowed", where=fields.where
        )
    if "<" in description or ">" in description:
        raise BrokenSkill("its description contains < or >, which several hosts refuse", where=fields.where)
    return description


@dataclass(frozen=True, slots=True)
class _Fields:
    """The fields of a document that people write, each checked as it is taken."""

    given: Mapping[str, object]
    where: str

    def wrong(self, key: str, expected: str, found: object) -> BrokenSkill:
        return BrokenSkill(f"{key}: expected {expected}, found {found!r:.80}", where=self.where)

    def check_keys(self, known: tuple[str, ...]) -> None:
        for key in self.given:
            if key not in known:
                raise BrokenSkill(f"the key {key!r} is not known; known are {', '.join(known)}", where=self.where)

    def optional_text(self, key: str) -> str | None:
        value = self.given.get(key)
        if value is not None and not isinstance(value, str):
            raise self.wrong(key, "text", value)
        return value

    def text(self, key: str) -> str:
        value = self.optional_text(key)
        if value is None:
            raise BrokenSkill(f"the key {key!r} is missing", where=self.where)
        return value

    def texts(self, key: str) -> dict[str, str]:
        value = self.given.get(key, {})
        if not isinstance(value, dict):
            raise self.wrong(key, "a map of texts", value)
        for inner, text in value.items():
            if not isinstance(text, str):
                raise self.wrong(f"{key}.{inner}", "text", text)
        return value

    def sequence(self, key: str) -> tuple[str, ...]:
        value = self.given.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.wrong(key, "a list of texts", value)
        return tuple(value)

    def table(self, key: str) -> Mapping[str, object]:
        value = self.given.get(key, {})
        if not isinstance(value, dict):
            raise self.wrong(key, "a map", value)
        return value

    def context(self, value: object, key: str) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise self.wrong(key, "a list of texts", value)
        for name in value:
            if name not in CONTEXT:
                raise self.wrong(key, f"names of {', '.join(CONTEXT)}", name)
        return tuple(value)

    def globs(self, key: str) -> tuple[str, ...]:
        patterns = self.sequence(key)
        for pattern in patterns:
            if not pattern or pattern.startswith(("/", "evidence/")) or "\\" in pattern or ".." in pattern.split("/"):
                raise self.wrong(key, "patterns below evidence/, like orders/*.csv", pattern)
        return patterns

    def member(self, key: str, names: set[str]) -> str | None:
        name = self.optional_text(key)
        if name is not None and name not in names:
            raise self.wrong(key, "a file of this folder, like 'scripts/measure.py'", name)
        return name
