"""A typed note: what somebody said, written down by us, as a file of evidence with a head that says so.

The words are kept letter for letter; a note never takes the place of another.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path

from ..errors import CannotWrite, EmptyNote, WrongAnswer
from ..text import is_slug
from . import files
from .engagement import Engagement
from .intake import target


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One note, not yet written: the name it wants below `evidence/`, without suffix, and the file's bytes."""

    name: str
    data: bytes


def make(engagement: Engagement, words: bytes, *, who: str, to: str, day: date) -> Note:
    """Return the note of what the role *who* said on *day*, to be kept in the folder *to* below `evidence/`.

    Raises:
        EmptyNote: there are no words.
        NotText: they are no UTF-8.
        NotInside: *to* leaves `evidence/` or is hidden.
        WrongAnswer: the role gives no file name.
    """
    if not files.as_text(words, "standard input").strip():
        raise EmptyNote
    folder = target(engagement, to)
    head = f"---\nkind: typed note\nclearance: internal\nwho: {who}\ndate: {day}\n---\n\n"
    return Note(name=f"{folder}{folder and '/'}{day}-{_slug(who)}", data=head.encode() + words)


def _slug(who: str) -> str:
    plain = unicodedata.normalize("NFKD", who).encode("ascii", "ignore").decode().lower()
    slug = "-".join(plain.replace("-", " ").split())
    if not is_slug(slug):
        raise WrongAnswer("--who", f"expected a role whose letters can stand in a file's name, found {who!r}")
    return slug


def write(engagement: Engagement, note: Note) -> str:
    """Write *note* under the first name that is free and return it, below `evidence/`. Raises CannotWrite."""
    files.make_folder(files.inside(engagement.evidence, note.name).parent)
    names = (f"{note.name}{f'-{number}' if number > 1 else ''}.md" for number in count(1))
    name = next(name for name in names if _takes(files.inside(engagement.evidence, name)))
    files.replace(files.inside(engagement.evidence, name), note.data)
    return name


def _takes(path: Path) -> bool:
    """Take the name *path*, unless it is another's. A lock instead could make a person lose what they typed."""
    if files.taken(path.parent, path.name) is not None:
        return False
    try:
        path.open("xb").close()
    except FileExistsError:
        return False
    except OSError as error:
        raise CannotWrite(error.strerror or error, where=str(path)) from error
    return True
