"""Which skills may run: ours, and those that this machine's user has trusted byte for byte.

What was trusted is kept in the user's configuration, so that no engagement, and nobody who shares one, can grant it.
"""

from __future__ import annotations

import json
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from ..engagement.files import make_folder, read_json, replace
from ..errors import BrokenSettings, NotTrusted
from ..settings import config_folder
from .skill import Member, Origin, Skill, members

FILE = "trusted.json"
SCHEMA = "fde.trusted/1"
CAP = 4_000_000


class Trust(StrEnum):
    """How a skill stands with this machine's user."""

    BUILT_IN = "built-in"
    TRUSTED = "trusted"
    CHANGED = "changed since you trusted it"
    NOT = "not trusted yet"

    @property
    def runs(self) -> bool:
        """Whether scripts and templates of such a skill may run."""
        return self in (Trust.BUILT_IN, Trust.TRUSTED)


def digest(folder: Path) -> str:
    """Return "sha256:..." over every file of the skill in *folder*: name, whether it is executable, and bytes.

    Raises BrokenSkill for a link or what is neither file nor folder.
    """
    whole = sha256()
    for member in members(folder):
        whole.update(_member_digest(member))
    return f"sha256:{whole.hexdigest()}"


def state(skill: Skill) -> Trust:
    """Return how *skill* stands. Raises BrokenSettings if the record cannot be read, BrokenSkill as `digest` does."""
    if skill.origin is Origin.BUILT_IN:
        return Trust.BUILT_IN
    trusted = _read(config_folder() / FILE)
    if not trusted:
        return Trust.NOT
    # By content and not by place: a clone of the engagement elsewhere brings the same bytes.
    if digest(skill.folder) in trusted.values():
        return Trust.TRUSTED
    return Trust.CHANGED if _place(skill) in trusted else Trust.NOT


def require(skill: Skill) -> None:
    """Return if *skill* may run. Raises NotTrusted if nobody trusted it, or if a byte of it has changed since."""
    standing = state(skill)
    if not standing.runs:
        hint = f"Read what is in it, then allow it with `fde skills trust {skill.name}`."
        raise NotTrusted(skill.name, standing.value, where=str(skill.folder), hint=hint)


def trust(skill: Skill) -> str:
    """Remember *skill* as it is now and return its digest; what was trusted in that folder before is forgotten."""
    folder = config_folder()
    make_folder(folder, mode=0o700)
    trusted = _read(folder / FILE)
    trusted[_place(skill)] = digest(skill.folder)
    text = json.dumps({"schema": SCHEMA, "folders": dict(sorted(trusted.items()))}, indent=1) + "\n"
    replace(folder / FILE, text, mode=0o600)
    return trusted[_place(skill)]


def _member_digest(member: Member) -> bytes:
    """Return a digest of fixed length, so that no name can be read as the end of another file's bytes."""
    name = sha256(member.name.encode("utf-8", "surrogateescape")).digest()
    content = sha256(member.path.read_bytes()).digest()
    return name + (b"x" if member.executable else b"-") + content


def _place(skill: Skill) -> str:
    return ascii(skill.folder.resolve().as_posix())[1:-1]


def _read(path: Path) -> dict[str, str]:
    """Return digests by folder; {} if nothing was ever trusted. A record that cannot be read is an error, never a yes."""
    if not path.exists():
        return {}
    document = read_json(path, CAP)
    folders = document.get("folders") if isinstance(document, dict) and document.get("schema") == SCHEMA else None
    if not isinstance(folders, dict) or not all(isinstance(value, str) for value in folders.values()):
        raise BrokenSettings(f"expected {SCHEMA} with digests by folder", where=str(path))
    return folders
