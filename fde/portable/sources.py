"""Text sources: the words that a model may read and quote, each a snapshot of a file in `evidence/`.

Data (logs, tables) are the business of a skill's script; they never come through here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from .fold import Folded, folded

KINDS = ("recording", "document", "export", "typed note", "answer")
CLEARANCES = ("internal", "paraphrase", "quote")
INVENTED = "Invented for this example"
_HEAD = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*$", re.DOTALL | re.MULTILINE)
_SCALAR = re.compile(r"^([A-Za-z_]+):[ \t]+(.+?)[ \t]*$", re.MULTILINE)
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
        note: Why, where it is not ok.
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
            "note": self.notice or self.note,
        }


def _name(match: re.Match[str]) -> str:
    return (match["voice"] or match["name"]).strip()


def text_source(path: str, data: bytes, text: str) -> Source:
    """Return the source for the file *path* (below `evidence/`) with the content *data*, decoded as *text*.

    A head (`kind`, `clearance`) decides; else the place and the suffix do.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    head = _HEAD.match(text)
    fields = dict(_SCALAR.findall(head[1])) if head else {}
    body = text[head.end() :] if head else text
    first = next((line.strip() for line in body.split("\n") if line.strip()), "")
    return Source(
        id=path,
        text=text,
        kind=_kind(PurePosixPath(path), fields),
        clearance=fields["clearance"] if fields.get("clearance") in CLEARANCES else "internal",
        notice=first.rstrip(".") if first.startswith(INVENTED) else None,
        digest=f"sha256:{hashlib.sha256(data).hexdigest()}",
        size=len(data),
        health="ok" if text.strip() else "empty",
    )


def _kind(path: PurePosixPath, fields: Mapping[str, str]) -> str:
    if fields.get("kind") in KINDS:
        return fields["kind"]
    if path.suffix.lower() in (".vtt", ".srt"):
        return "recording"
    # What somebody typed after a talk is told, not recorded, until its head says otherwise.
    if path.parts[0] in ("interviews", "notes"):
        return "typed note"
    return "document"
