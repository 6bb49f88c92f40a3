"""Every skill there is: ours, the user's, the engagement's, in that order.

A skill that cannot be read is listed with the reason and hides no other; a name that is taken cannot be taken again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..assets import assets
from ..errors import BrokenSkill, FdeError, NoSuchSkill
from ..settings import config_folder
from .skill import Origin, Skill, read

# The same as fde.engagement.engagement.HEAD_FILE, which a test holds; importing it would cost a listing 12 ms.
ENGAGEMENT = "engagement.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A folder that should be a skill and is not.

    Attributes:
        name: The folder's name.
        folder: Where it is.
        origin: Whose it is.
        error: What is wrong with it, and where.
    """

    name: str
    folder: Path
    origin: Origin
    error: FdeError


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What was found: the skills by origin and name, and what could not be read."""

    skills: tuple[Skill, ...]
    broken: tuple[Broken, ...]


def skills(engagement: Path | None) -> Listing:
    """Return every skill: built-in, the user's, and those of the engagement in the folder *engagement* if one is given."""
    found: list[Skill] = []
    broken: list[Broken] = []
    taken: dict[str, Origin] = {}
    for item in _everything(engagement):
        if isinstance(item, Skill) and item.name not in taken:
            found.append(item)
        else:
            broken.append(item if isinstance(item, Broken) else _shadow(item, taken[item.name]))
        # A broken skill of ours keeps its name: damage to it must not open the door for another.
        if isinstance(item, Skill) or item.origin is Origin.BUILT_IN:
            taken.setdefault(item.name, item.origin)
    return Listing(skills=tuple(found), broken=tuple(broken))


def find(name: str, engagement: Path | None) -> Skill:
    """Return the skill *name*. Raises NoSuchSkill with the nearest names, or the reason why that skill is broken."""
    listing = skills(engagement)
    for skill in listing.skills:
        if skill.name == name:
            return skill
    for broken in listing.broken:
        if broken.name == name:
            raise broken.error
    raise NoSuchSkill(name, hint=_nearest(name, listing))


def engagement_of(start: Path) -> Path | None:
    """Return the folder of the engagement that *start* lies in, None outside of one; a broken head hides no skill."""
    return next((folder for folder in (start, *start.parents) if (folder / ENGAGEMENT).is_file()), None)


def _everything(engagement: Path | None) -> Iterator[Skill | Broken]:
    yield from _in(assets("skills"), Origin.BUILT_IN)
    try:
        own = config_folder() / "skills"
    except FdeError as error:
        yield Broken(name="skills", folder=Path("skills"), origin=Origin.USER, error=error)
    else:
        yield from _in(own, Origin.USER)
    if engagement is not None:
        yield from _in(engagement / "skills", Origin.ENGAGEMENT)


def _in(folder: Path, origin: Origin) -> Iterator[Skill | Broken]:
    try:
        entries = sorted(folder.iterdir())
    except FileNotFoundError:
        return
    except OSError as error:
        yield _broken(folder, origin, error)
        return
    for entry in entries:
        # A file beside the skills is nobody's skill; a link, wherever it leads, is an attempt at one.
        if (entry.is_symlink() or entry.is_dir()) and not entry.name.startswith((".", "_")):
            yield _read(entry, origin)


def _read(folder: Path, origin: Origin) -> Skill | Broken:
    try:
        return read(folder, origin)
    except (FdeError, OSError) as error:
        return _broken(folder, origin, error)


def _broken(folder: Path, origin: Origin, error: FdeError | OSError) -> Broken:
    if isinstance(error, OSError):
        error = BrokenSkill(error.strerror or type(error).__name__, where=str(error.filename or folder))
    return Broken(name=folder.name, folder=folder, origin=origin, error=error)


def _shadow(skill: Skill, first: Origin) -> Broken:
    reason = f"its name is taken by the {first} skill {skill.name}"
    error = BrokenSkill(reason, where=str(skill.folder), hint="Give the folder and its SKILL.md another name.")
    return Broken(name=skill.name, folder=skill.folder, origin=skill.origin, error=error)


def _nearest(name: str, listing: Listing) -> str:
    from difflib import get_close_matches

    names = [skill.name for skill in listing.skills]
    near = get_close_matches(name, names, n=3, cutoff=0.5)
    return f"Did you mean {' or '.join(near)}?" if near else f"There are {', '.join(names) or 'none'}."
