"""Turn one document into text, in a process of its own: `python documents.py KIND FILE FOLDER SECONDS BYTES [SITE...]`.

`twins` starts it. It imports nothing of ours, opens no connection and starts no program, and a document that wants all of the memory or
the time gets neither. It writes `text.md`, one CSV a sheet, and `made.json` last. Exit 3: stderr says why in one sentence; 4: a
library is missing; anything else is the library's own failure, in the last line of stderr.
"""

from __future__ import annotations

import csv
import email
import email.policy
import io
import json
import re
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from email.message import EmailMessage
from pathlib import Path
from typing import Any, NoReturn

UNPACKED = 1_000_000_000  # bytes that a zip may say it holds; no honest document of an office comes near
WORDY_ROWS = 1_000  # of a sheet, as text; all of them are in the CSV
REFUSED, NO_LIBRARY = 3, 4
OLE, ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"
# What UTF-16 makes of the name of the stream that an encrypted .docx, .xlsx or .pptx consists of.
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
PARTS = {".docx": "word/document.xml", ".pptx": "ppt/presentation.xml", ".xlsx": "xl/workbook.xml"}
# Marks of emphasis and links stand between words that a person sees side by side, and no quotation would be found across them.
PLAIN = ["a", "b", "code", "del", "em", "font", "i", "img", "ins", "kbd", "mark", "samp", "span", "strong", "tt", "u"]
UNSEEN = ["script", "style", "template", "noscript", "iframe", "object", "svg", "meta", "link"]
FORBIDDEN = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "urllib.", "http.", "ftplib.", "smtplib.")


class Refused(Exception):
    """Why there is no text; one sentence without its full stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a document gave.

    Attributes:
        text: Its words, as Markdown without emphasis and links.
        sheets: The CSV of each sheet by its name.
        remarks: What a reader of the text must know, each without its full stop.
    """

    text: str
    sheets: Mapping[str, str]
    remarks: Sequence[str] = ()


def markdown(html: str | bytes) -> str:
    """Return what a reader of *html* sees, as Markdown."""
    from bs4 import BeautifulSoup
    from markdownify import MarkdownConverter

    soup = BeautifulSoup(html, "lxml")
    for unseen in soup(UNSEEN):
        unseen.decompose()
    # Without a mark, 10 to the power of 2 would read as 102.
    marks: Any = {"sup_symbol": "^", "sub_symbol": "~", "heading_style": "ATX", "bullets": "-", "strip": PLAIN}
    return str(MarkdownConverter(**marks, escape_asterisks=False, escape_underscores=False).convert_soup(soup))


def docx(path: Path) -> Made:
    """Return the words of a Word document; pictures, comments and what was struck out as a change are left out."""
    import mammoth

    names = parts(path, ".docx")
    with path.open("rb") as file:
        # A picture is never opened: one may be a path on this machine.
        html = mammoth.convert_to_html(file, convert_image=lambda _: []).value
    return Made(text=markdown(html), sheets={}, remarks=macros(names))


def pdf(path: Path) -> Made:
    """Return the words of a PDF in the order in which they are drawn, a blank line between the pages."""
    import pypdfium2

    with path.open("rb") as file:
        if b"%PDF-" not in file.read(1024):
            raise Refused("it is no PDF, whatever its name says")
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise Refused("it is locked with a password; ask for a copy without one") from error
        raise
    pages = [page.get_textpage().get_text_range() for page in document]
    silent = sum(not page.strip() for page in pages)
    # U+FFFE is how PDFium gives a hyphen at the end of a line, on which it may already have joined the word.
    text = "\n\n".join(pages).replace("\ufffe", "\u00ad")
    return Made(text=text, sheets={}, remarks=[f"{silent} of its {len(pages)} pages hold no text"] if 0 < silent < len(pages) else [])


def pptx(path: Path) -> Made:
    """Return the words of each slide, its title first, then top to bottom, then its notes."""
    from pptx import Presentation

    names = parts(path, ".pptx")
    slides = []
    for slide in Presentation(str(path)).slides:
        title = slide.shapes.title
        lines = [f"# {' '.join(title.text_frame.text.split())}"] if title is not None and title.text_frame.text.strip() else []
        lines += [line for shape in placed(slide.shapes) if title is None or shape.shape_id != title.shape_id for line in shape_lines(shape)]
        notes = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
        if notes is not None and notes.text.strip():
            lines += ["Notes:", notes.text]
        slides.append("\n\n".join(lines))
    return Made(text="\n\n".join(slides).replace("\v", "\n"), sheets={}, remarks=macros(names))


def placed(shapes: Iterable[Any]) -> list[Any]:
    """Return *shapes* as they are read: from the top, then from the left."""
    return sorted(shapes, key=lambda shape: (shape.top or 0, shape.left or 0))


def shape_lines(shape: Any) -> Iterator[str]:
    """Yield the words of one shape of a slide, and of those that it groups."""
    if hasattr(shape, "shapes"):
        for inner in placed(shape.shapes):
            yield from shape_lines(inner)
    elif getattr(shape, "has_table", False):
        yield table([[cell.text for cell in row.cells] for row in shape.table.rows])
    elif shape.has_text_frame and shape.text_frame.text.strip():
        yield shape.text_frame.text


def xlsx(path: Path) -> Made:
    """Return each sheet as a table and as CSV, with the values that were stored: no formula is computed here."""
    from openpyxl import load_workbook

    names = parts(path, ".xlsx")
    sheets: dict[str, str] = {}
    pieces: list[str] = []
    remarks = macros(names)
    for sheet in load_workbook(path, read_only=True, data_only=True, keep_links=False).worksheets:
        sheet.reset_dimensions()  # some programs write a size that is not the sheet's
        rows = trimmed([shown(cell) for cell in row] for row in sheet.iter_rows())
        if not rows:
            continue
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(rows)
        sheets[sheet.title] = out.getvalue()
        pieces.append(f"## {sheet.title}\n\n{table(rows[:WORDY_ROWS])}")
        if len(rows) > WORDY_ROWS:
            remarks.append(f"of the sheet {sheet.title} the first {WORDY_ROWS:,} of {len(rows):,} rows are text")
        if sheet.sheet_state != "visible":
            remarks.append(f"the sheet {sheet.title} is hidden")
    blank = uncomputed(path, names)
    if blank:
        remarks.append(f"formulas stored without a value: {blank:,}; open it in a spreadsheet and save it there, then add that copy")
    return Made(text="\n\n".join(pieces), sheets=sheets, remarks=remarks)


def trimmed(rows: Iterable[list[str]]) -> list[list[str]]:
    """Return *rows* without the blank ones at the end, each as wide as the widest, without blank columns at the end."""
    kept: list[list[str]] = []
    blank = 0
    for row in rows:
        while row and not row[-1]:
            row.pop()
        if row:
            # A sheet that was formatted to its last row has a million blank ones, of which none is needed.
            kept += [[] for _ in range(blank)]
            kept.append(row)
            blank = 0
        else:
            blank += 1
    width = max(map(len, kept), default=0)
    return [row + [""] * (width - len(row)) for row in kept]


def shown(cell: Any) -> str:
    """Return a cell's value as CSV has it: a date as 2026-03-02, with its hour only where the sheet shows one."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, datetime):
        at_midnight = value.time() == time() and "h" not in (cell.number_format or "").lower()
        return value.date().isoformat() if at_midnight else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bool):
        return str(value).upper()
    return str(value)


def uncomputed(path: Path, names: Iterable[str]) -> int:
    """Return how many cells hold a formula without a value, as those of a file that no spreadsheet has ever opened do."""
    count = 0
    with zipfile.ZipFile(path) as archive:
        for name in names:
            if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name):
                count += len(re.findall(rb"</f>\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>", archive.read(name)))
    return count


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return *rows* as a Markdown table, the first as its head, each cell in one line."""
    if not rows:
        return ""
    lines = ["| " + " | ".join(" ".join(cell.split()) for cell in row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]])


def html(path: Path) -> Made:
    """Return what a reader of a page sees: no tags, no scripts, nothing that is fetched."""
    data = path.read_bytes()
    if data.startswith((OLE, ZIP, b"%PDF-")):
        raise Refused("it is no HTML, whatever its name says")
    return Made(text=markdown(data), sheets={})


def eml(path: Path) -> Made:
    """Return a mail: its head, its words, the names of what is attached."""
    with path.open("rb") as file:
        message = email.message_from_binary_file(file, policy=email.policy.default)
    if not isinstance(message, EmailMessage) or not any(message[name] for name in ("From", "Date", "Subject", "Message-ID")):
        raise Refused("it is no mail, whatever its name says: its head names neither sender nor date nor subject")
    head = {name: str(message[name]) for name in ("From", "To", "Cc", "Date", "Subject") if message[name]}
    body = message.get_body(preferencelist=("plain", "html"))
    words = "" if body is None else decoded(body)
    if body is not None and body.get_content_subtype() == "html":
        words = markdown(words)
    return mail(head, words, [part.get_filename() or "without a name" for part in message.iter_attachments()])


def decoded(part: Any) -> str:
    """Return the words of one part of a mail."""
    charset = part.get_content_charset("utf-8")
    data = part.get_payload(decode=True)
    try:
        return bytes(data).decode(charset, "replace")
    except LookupError as error:
        raise Refused(f"its words are in {charset!r}, which is not known here") from error


def msg(path: Path) -> Made:
    """Return a mail that Outlook saved."""
    from oxmsg import Message

    if not path.read_bytes().startswith(OLE):
        raise Refused("it is no Outlook mail, whatever its name says")
    message = Message.load(str(path))
    head = {
        "From": message.sender,
        "To": ", ".join(f"{person.name} <{person.email_address}>" for person in message.recipients),
        "Date": message.sent_date.isoformat(" ", "seconds") if message.sent_date else "",
        "Subject": message.subject,
    }
    words = message.body or markdown(message.html_body or "")
    return mail(head, words, [attachment.file_name or "without a name" for attachment in message.attachments])


def mail(head: Mapping[str, str | None], words: str, attached: Iterable[str]) -> Made:
    """Return a mail as text, one line for each field of its head."""
    lines = [f"{name}: {' '.join(value.split())}" for name, value in head.items() if value]
    lines += [f"Attached: {' '.join(name.split())}" for name in attached]
    return Made(text="\n".join(lines) + "\n\n" + words if words.strip() else "", sheets={})


def parts(path: Path, suffix: str) -> list[str]:
    """Return the names in the zip that an office document is. Raises Refused for what is none, or unpacks to too much."""
    with path.open("rb") as file:
        start = file.read(8)
    if start == OLE:
        if ENCRYPTED in path.read_bytes():
            raise Refused("it is locked with a password; ask for a copy without one")
        raise Refused(f"it is a file of the old Office (.doc, .xls, .ppt); save it as {suffix}")
    if not start.startswith(ZIP):
        raise Refused(f"it is no {suffix}, whatever its name says")
    try:
        with zipfile.ZipFile(path) as archive:
            found = archive.infolist()
    except zipfile.BadZipFile as error:
        raise Refused(f"it is damaged: {error}") from error
    size = sum(part.file_size for part in found)
    if size > UNPACKED:
        raise Refused(f"it unpacks to {size:,} bytes; at most {UNPACKED:,} are read")
    names = [part.filename for part in found]
    if PARTS[suffix] not in names:
        raise Refused(f"it is no {suffix}, whatever its name says: there is no {PARTS[suffix]} in it")
    return names


def macros(names: Iterable[str]) -> list[str]:
    """Return the remark on a document that brings programs, which nothing here runs."""
    return ["it holds macros, which were neither run nor read"] if any(name.endswith("vbaProject.bin") for name in names) else []


KINDS: Mapping[str, Callable[[Path], Made]] = {
    ".docx": docx, ".pdf": pdf, ".pptx": pptx, ".xlsx": xlsx, ".html": html, ".htm": html, ".eml": eml, ".msg": msg,
}  # fmt: skip


def confine(seconds: int, memory: int) -> None:
    """Give this process at most that much of the machine, and no way out of it."""
    import resource

    limits = {resource.RLIMIT_AS: memory, resource.RLIMIT_CPU: seconds, resource.RLIMIT_FSIZE: memory, resource.RLIMIT_CORE: 0}
    for name, limit in limits.items():
        try:
            resource.setrlimit(name, (limit, limit))
        except (ValueError, OSError):
            continue  # macOS keeps no limit of memory; time is limited by who started us, too
    sys.addaudithook(_watch)


def _watch(event: str, _: object) -> None:
    if event.startswith(FORBIDDEN):
        raise PermissionError(f"a document may neither open a connection nor start a program ({event})")


def main(kind: str, path: Path, folder: Path) -> None:
    """Convert *path* and write what came of it into *folder*."""
    made = KINDS[kind](path)
    folder.joinpath("text.md").write_text(made.text, encoding="utf-8", errors="replace", newline="\n")
    names = {title: f"{number:03}.csv" for number, title in enumerate(made.sheets, 1)}
    for title, name in names.items():
        folder.joinpath(name).write_text(made.sheets[title], encoding="utf-8", errors="replace", newline="")
    folder.joinpath("made.json").write_text(json.dumps({"sheets": names, "remarks": list(made.remarks)}), encoding="utf-8")


def stop(code: int, sentence: object) -> NoReturn:
    """End with *sentence* on stderr."""
    sys.stderr.write(f"{sentence}\n")
    sys.exit(code)


if __name__ == "__main__":
    sys.path += sys.argv[6:]
    confine(int(sys.argv[4]), int(sys.argv[5]))
    try:
        main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
    except Refused as refusal:
        stop(REFUSED, refusal)
    except ImportError as missing:
        stop(NO_LIBRARY, missing)
    except RecursionError:
        stop(REFUSED, "its parts lie too deep in each other")
