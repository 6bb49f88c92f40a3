"""Text sources: the words that a model may read and quote, each a snapshot of a file in `evidence/`.

Data (logs, tables) are the business of a skill's script; they never come through here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from .clearance import CLEARANCES, KINDS, BadMark, Mark, combined, head_of
from .fold import Folded, folded, lf

__all__ = ["CLEARANCES", "INVENTED", "KINDS", "LEFT_OUT", "Source", "text_source", "was_left_out"]

INVENTED = "Invented for this example"
# How the note begins of a source for which a question had no room.
LEFT_OUT = "left out of the question"
_SPEAKER = re.compile(r"(?:<v[. ][^>]*?\b(?P<voice>[^>]+)>|(?:\[[\d:.]+\] *)?(?P<name>[A-Z][\w .'-]{0,40}):\s)")


@dataclass(frozen=True, kw_only=True)
class Source:
    """One text file as it was read.

    Attributes:
        id: Its path below `evidence/`, POSIX.
        text: Its words, line ends as LF.
        kind: One of `KINDS`; caps what may be concluded from it.
        clearance: One of `CLEARANCES`; who may see its words.
        notice: What it says of itself in its first line, repeated at each quote.
        digest: "sha256:<hex>" of the file's bytes.
        size: The file's bytes.
        health: "ok", "empty", "failed" or "skipped"; only an "ok" source is sent or quoted.
        note: Why, where it is not ok; of a document, who made its text.
        fault: Where (file:line below `evidence/`) and why it is not clear who may see the words; such a source has failed.
    """

    id: str
    text: str
    kind: str = "document"
    clearance: str = "internal"
    notice: str | None = None
    digest: str = ""
    size: int = 0
    health: str = "ok"
    note: str = ""
    fault: str = ""

    @cached_property
    def folded(self) -> Folded:
        """The text as it is compared."""
        return folded(self.text)

    def speaker_at(self, line: int) -> str | None:
        """Return who speaks on *line*, where the source is a recording that says so there or above it."""
        if self.kind != "recording":
            return None
        for number in range(line, 0, -1):
            text = self.folded.lines[number - 1]
            if match := _SPEAKER.match(text.strip()):
                return _name(match)
            if not text.strip():
                return None
        return None

    def attributed(self, first: int, last: int, sentence: str) -> tuple[str | None, str]:
        """Return who says *sentence*, which stands on the lines *first* to *last*, and its words without name and tags.

        Nobody is named where several speak on those lines.
        """
        speakers = {self.speaker_at(line) for line in range(first, last + 1)}
        speaker = speakers.pop() if len(speakers) == 1 else None
        opening = _SPEAKER.match(sentence)
        if speaker and opening and _name(opening) == speaker:
            sentence = sentence[opening.end() :]
        return speaker, sentence.replace("</v>", "") if speaker else sentence

    def record(self) -> dict[str, Any]:
        """Return the source as an artefact lists it."""
        return {
            "id": self.id,
            "locator": f"file:evidence/{self.id}",
            "count": 1,
            "bytes": self.size,
            "digest": self.digest,
            "health": self.health,
            "kind": self.kind,
            "clearance": self.clearance,
            "note": "; ".join(filter(None, (self.notice, self.note))),
        }


def was_left_out(health: str, note: str) -> bool:
    """Say whether a source with this health and note could be read, but a question had no room for it."""
    return health == "skipped" and any(part.startswith(LEFT_OUT) for part in note.split("; "))


def _name(match: re.Match[str]) -> str:
    return (match["voice"] or match["name"]).strip()


def text_source(path: str, data: bytes, text: str, rows: Iterable[Mark] = ()) -> Source:
    """Return the source for the file *path* (below `evidence/`) with the content *data*, decoded as *text*.

    Its head and the table's *rows* about it say its kind and clearance; else the place and the suffix do. A clearance may also be
    "private" here: then nobody but us may see it, and no model.
    """
    text = lf(text.removeprefix("\ufeff"))
    head, start, fault = Mark(), 0, ""
    try:
        head, start = head_of(text)
    except BadMark as error:
        fault = f"{path}:{error.line}: {error.sentence}"
    first = next((line.strip() for line in text[start:].split("\n") if line.strip()), "")
    mark = combined(head, rows, _kind(PurePosixPath(path)))
    return Source(
        id=path,
        text=text,
        kind=mark.kind,
        clearance="internal" if fault else mark.clearance,
        notice=first.rstrip(".") if first.startswith(INVENTED) else None,
        digest=f"sha256:{hashlib.sha256(data).hexdigest()}",
        size=len(data),
        health="failed" if fault else "ok" if text.strip() else "empty",
        note=fault,
        fault=fault,
    )


def _kind(path: PurePosixPath) -> str:
    if path.suffix.lower() in (".vtt", ".srt"):
        return "recording"
    # What somebody typed after a talk is told, not recorded, until its head says otherwise.
    if path.parts[0] in ("interviews", "notes"):
        return "typed note"
    return "document"
