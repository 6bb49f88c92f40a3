"""Text twins: what a document (.docx, .pdf, .xlsx, a mail ...) says, as text that can be quoted and as CSV that a script can read.

The original stays in `evidence/` as it is. Its twin lies in `.fde/text/`, named by the digest of the original and the converter with
its version; it is made once, on first need, by a process of its own, and an old one still serves when the converter is a newer one.
"""

from __future__ import annotations

import json
import os
import re
import signal
import site
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import Enum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePosixPath
from typing import Any

from ..errors import CannotWrite, FdeError, NoExtra, NotConverted, NoText
from ..portable import evidence
from ..portable.clearance import PRIVATE, Mark, Row, combined
from ..portable.fold import legible, lf
from ..portable.sources import INVENTED, Source
from ..portable.tree import Entry
from ..text import digest, printable
from . import files
from .engagement import Engagement

CAP = 200_000_000  # bytes of one document
SECONDS = 120
MEMORY = 2_000_000_000  # bytes of address space, of which a library maps more than it uses
OUT = "out"
LAYOUT = 1  # of what we make of a converter's output; a new one makes new twins

# What makes the text of each kind, first, and what else that takes. A mail needs only what Python brings.
CONVERTERS: Mapping[str, tuple[str, ...]] = {
    ".docx": ("mammoth", "markdownify", "lxml"),
    ".pdf": ("pypdfium2",),
    ".pptx": ("python-pptx",),
    ".xlsx": ("openpyxl",),
    ".html": ("markdownify", "lxml"),
    ".htm": ("markdownify", "lxml"),
    ".msg": ("python-oxmsg", "markdownify", "lxml"),
    ".eml": (),
}
TEXTS = ("**/*.md", "**/*.txt", "**/*.vtt", "**/*.srt", *(f"**/*{suffix}" for suffix in CONVERTERS))
_SCRIPT = Path(__file__).with_name("documents.py")
_MADE_BY = re.compile(r"\btext by ([\w.-]+) ([\w.+!]+)")
_ODD = re.compile(r"[^\w .,()+-]+")
_REFUSED, _NO_LIBRARY = 3, 4


class Keep(Enum):
    """Whether a twin that was made is put on the shelf: else it is made again the next time."""

    MUST = "its failure is an error, for a record will rest on it"
    IF_POSSIBLE = "an engagement that cannot be written can still be verified"
    NEVER = "a dry run writes nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one conversion may take: seconds, bytes of memory, bytes of the document."""

    seconds: float = SECONDS
    memory: int = MEMORY
    size: int = CAP


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """What a document says.

    Attributes:
        converter: Who made it, as name and version: "mammoth 1.11.0+fde1".
        text: Its words.
        sheets: The CSV of each sheet, as bytes by a name that any disk takes; empty for what is no spreadsheet.
        remarks: What a reader must know.
    """

    converter: str
    text: str
    sheets: Mapping[str, bytes]
    remarks: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        """What a source says of its text; `made_by` finds the converter in it again."""
        return "; ".join((f"text by {self.converter}", *self.remarks))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """How documents are read for one purpose.

    Attributes:
        engagement: Whose.
        convert: Whether a missing twin is made; else only one that is there serves.
        keep: What becomes of a twin that is made.
        made_by: For a source's id the note with which it was recorded: the twin of then serves before one of now.
        limits: For each conversion.
    """

    engagement: Engagement
    convert: bool = True
    keep: Keep = Keep.IF_POSSIBLE
    made_by: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = Limits()

    def words(self, patterns: Iterable[str]) -> tuple[Source, ...]:
        """Return the text sources that *patterns* describe, documents among them, as `fde.portable.evidence.words` does."""
        return evidence.words(self.engagement.evidence, patterns, self._source)

    def documents(self, names: Iterable[str]) -> tuple[Source, ...]:
        """Return the sources of those of *names* (ids below `evidence/`) that are documents."""
        wanted = {name for name in names if suffix_of(name) in CONVERTERS}
        # A name may hold a * or a ?, and is then a pattern of others too.
        return tuple(source for source in self.words(wanted) if source.id in wanted) if wanted else ()

    def twin(self, suffix: str, data: bytes, recorded: str = "") -> Twin:
        """Return the twin of the document *data*. Raises NoText with the reason, or CannotWrite."""
        shelf, name = self.engagement.state / "text", digest(data).removeprefix("sha256:")
        wanted = _MADE_BY.search(recorded)
        converter = converter_of(suffix)
        asked = (wanted and " ".join(wanted.groups()), converter)
        kept = next((twin for who in asked if who and (twin := _kept(shelf, name, who))), None)
        if kept or ((not converter or not self.convert) and (kept := _latest(shelf, name))):
            return kept
        if not converter:
            raise NoExtra(suffix, ", ".join(missing(suffix)))
        if not self.convert:
            raise NotConverted
        twin = _converted(suffix, data, converter, self.limits)
        try:
            if self.keep != Keep.NEVER:
                _keep(shelf, name, twin)
        except CannotWrite:
            if self.keep == Keep.MUST:
                raise
        return twin

    def _source(self, entry: Entry, rows: Sequence[Row]) -> Source | None:
        suffix = suffix_of(entry.id)
        if suffix not in CONVERTERS:
            return None
        mark = combined(Mark(), rows, "document")
        plain = Source(id=entry.id, text="", kind=mark.kind, clearance=mark.clearance)
        if mark.clearance == PRIVATE:
            return plain
        data = evidence.read(entry.path, self.limits.size)
        plain = replace(plain, digest=digest(data), size=len(data))
        if not data:
            return replace(plain, health="empty", note="the file is empty")
        try:
            return _told(plain, self.twin(suffix, data, self.made_by.get(entry.id, "")), suffix)
        except NoText as error:
            return replace(plain, health=health_of(error), note=told(error))


def suffix_of(name: str) -> str:
    """Return the suffix of a file's name in small letters."""
    return PurePosixPath(name).suffix.lower()


def told(error: NoText) -> str:
    """Return why there is no text, with the command that helps if there is one."""
    return ": ".join(filter(None, (error.message, error.hint)))


def health_of(error: NoText) -> str:
    """Return the health of a source without text: what could be read elsewhere or later was only skipped."""
    return "skipped" if isinstance(error, NoExtra | NotConverted) else "failed"


def missing(suffix: str) -> tuple[str, ...]:
    """Return the libraries for documents with *suffix* that are not installed."""
    return tuple(name for name in CONVERTERS[suffix] if not _version(name))


def converter_of(suffix: str) -> str | None:
    """Return what makes the text of documents with *suffix* now, as name and version; None if it is not installed."""
    if missing(suffix):
        return None
    name, found = (CONVERTERS[suffix][0], _version(CONVERTERS[suffix][0])) if CONVERTERS[suffix] else ("email", "{}.{}".format(*sys.version_info))
    return f"{name} {found}+fde{LAYOUT}"


def otherwise(source: Source, note: str) -> str | None:
    """Say why quotes may not be found in *source* that a record with this *note* of it gives; None where its text is that of then."""
    was, now = _MADE_BY.search(note), _MADE_BY.search(source.note)
    if not was or (now and now.groups() == was.groups()):
        return None
    if not now:
        return source.note
    then, here = " ".join(was.groups()), " ".join(now.groups())
    return f"the quotes are from the text by {then}, which is gone from .fde/text; the text by {here} reads otherwise"


def _told(source: Source, twin: Twin, suffix: str) -> Source:
    """Return *source* with the words of its twin."""
    text = legible(lf(twin.text))
    size = len(text.encode())
    if not text.strip():
        scan = "; it may be a scan" if suffix == ".pdf" else ""
        return replace(source, health="empty", note=f"there is no text in it{scan} ({twin.note})")
    if size > evidence.CAP:
        return replace(source, health="failed", note=f"its text has {size:,} bytes; at most {evidence.CAP:,} are read ({twin.note})")
    first = next(line.strip() for line in text.split("\n") if line.strip()).lstrip("# ")
    # A head in it is not asked: nobody may clear their own words by what they write in a document.
    return replace(source, text=text, notice=first.rstrip(".") if first.startswith(INVENTED) else None, note=twin.note)


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _stem(name: str, converter: str) -> str:
    return f"{name}-{converter.replace(' ', '-')}"


def _kept(shelf: Path, name: str, converter: str) -> Twin | None:
    """Return the twin that *converter* made of the document with the digest *name*, None if there is none that is whole."""
    stem = _stem(name, converter)
    try:
        made = files.read_json(shelf / f"{stem}.json", evidence.CAP)
        sheets = {title: files.read_bytes(shelf / f"{stem}-{title}.csv", CAP) for title in made["sheets"]}
        text = files.read_text(shelf / f"{stem}.md", CAP)
        return Twin(converter=converter, text=text, sheets=sheets, remarks=tuple(made["remarks"]))
    except (FdeError, KeyError, TypeError):
        # Whatever is wrong with it: it is only a copy, and is made anew.
        return None


def _latest(shelf: Path, name: str) -> Twin | None:
    """Return some twin of the document with the digest *name*: where none can be made, any serves."""
    found = sorted(shelf.glob(f"{name}-*.json")) if shelf.is_dir() else []
    converters = [path.name.removeprefix(f"{name}-").removesuffix(".json").rpartition("-") for path in reversed(found)]
    return next((twin for who, _, which in converters if (twin := _kept(shelf, name, f"{who} {which}"))), None)


def _keep(shelf: Path, name: str, twin: Twin) -> None:
    """Put a twin on the shelf, the file that makes it whole last."""
    stem = _stem(name, twin.converter)
    files.make_folder(shelf, mode=0o700)
    for title, data in twin.sheets.items():
        files.replace(shelf / f"{stem}-{title}.csv", data, mode=0o600)
    files.replace(shelf / f"{stem}.md", twin.text, mode=0o600)
    made = {"sheets": list(twin.sheets), "remarks": twin.remarks}
    files.replace(shelf / f"{stem}.json", json.dumps(made, ensure_ascii=False), mode=0o600)


def _converted(suffix: str, data: bytes, converter: str, limits: Limits) -> Twin:
    """Convert *data* in a process of its own. Raises NoText, or NoExtra where a library is missing after all."""
    try:
        with tempfile.TemporaryDirectory(prefix="fde-", ignore_cleanup_errors=True) as folder:
            code, said = _run(suffix, data, Path(folder), limits)
            if code == _NO_LIBRARY:
                raise NoExtra(suffix, said)
            if code:
                raise NoText(_why(code, said, limits))
            return _collected(Path(folder) / OUT, converter)
    except OSError as error:
        raise NoText(f"the converter cannot be run: {error.strerror or error}") from error


def _command(suffix: str, document: Path, out: Path, limits: Limits) -> list[str]:
    # Isolated, Python leaves the user's own libraries out, and `pip install --user` puts the extra there.
    own = [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
    seconds = max(1, round(limits.seconds))
    return [sys.executable, "-I", "-B", "-X", "utf8", str(_SCRIPT), suffix, str(document), str(out), str(seconds), str(limits.memory), *own]


def _run(suffix: str, data: bytes, folder: Path, limits: Limits) -> tuple[int, str]:
    """Return how the process ended and its last line on stderr; its whole group is gone afterwards."""
    # A copy under a name of ours: the text is surely that of these bytes, and the document's own name reaches no library.
    document, out = folder / f"document{suffix}", folder / OUT
    document.write_bytes(data)
    out.mkdir()
    command = _command(suffix, document, out, limits)
    with (folder / "stderr").open("w+b") as said:
        # No key, no home and no proxy: only where programs are.
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "TMPDIR": str(folder)}
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said, start_new_session=True
        )
        try:
            code = process.wait(limits.seconds)
        except subprocess.TimeoutExpired:
            code = -signal.SIGXCPU
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        said.seek(0)
        lines = printable(said.read(1_000_000).decode("utf-8", "replace")).strip().splitlines()
        return code, lines[-1][:300] if lines else "nothing"


def _why(code: int, said: str, limits: Limits) -> str:
    """Return what the end of the process means."""
    if code == _REFUSED:
        return said
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return f"it took longer than {limits.seconds:g} seconds, or more than it may, to read"
    if "MemoryError" in said or "bad_alloc" in said:
        return f"it needs more than {limits.memory / 1e9:g} GB of memory to read"
    return f"the converter ended with {code} and said: {said}"


def _collected(out: Path, converter: str) -> Twin:
    made: dict[str, Any] = files.read_json(out / "made.json", evidence.CAP)
    text = (out / "text.md").read_text(encoding="utf-8")
    sheets: dict[str, bytes] = {}
    for title, name in made["sheets"].items():
        sheets[_file_name(title, sheets)] = (out / name).read_bytes()
    return Twin(converter=converter, text=text, sheets=sheets, remarks=tuple(printable(remark) for remark in made["remarks"]))


def _file_name(title: str, others: Iterable[str]) -> str:
    """Return the name of a sheet as any disk takes it, unlike *others*."""
    plain = _ODD.sub("_", title)[:60].strip(" .") or "sheet"
    taken = {other.casefold() for other in others}
    return next(name for name in (plain, *(f"{plain}_{number}" for number in range(2, 10_000))) if name.casefold() not in taken)
