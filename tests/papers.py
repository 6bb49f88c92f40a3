"""Small real documents, one of each kind that `fde add` takes in, with the same sentence in each."""

from __future__ import annotations

import io
import struct
import zipfile
from datetime import datetime
from email.message import EmailMessage
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SENTENCE = "Each order waits a whole day for the van."
OTHER = "Nobody has counted what that costs."
KINDS = (".docx", ".pdf", ".pptx", ".xlsx", ".html", ".eml", ".msg")

_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def paper(suffix: str, *sentences: str) -> bytes:
    """Return a document of this kind that says *sentences*, by default `SENTENCE` and `OTHER`."""
    return {".docx": docx, ".pdf": pdf, ".pptx": pptx, ".xlsx": xlsx, ".html": html, ".eml": eml, ".msg": msg}[suffix](sentences or (SENTENCE, OTHER))


def docx(sentences: Iterable[str], *, body: str = "", relations: str = "", parts: Mapping[str, bytes] = {}) -> bytes:
    """Return a .docx; *body*, *relations* and *parts* are further XML and files in it."""
    paragraphs = "".join(f"<w:p><w:r><w:t>{sentence}</w:t></w:r></w:p>" for sentence in sentences)
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    files = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_RELATIONS}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}</Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{_WORD}" xmlns:r="{_RELATIONS}"><w:body>{paragraphs}{body}</w:body></w:document>',
        **parts,
    }
    return zipped(files)


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """Return a zip with *files*."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            # Of no particular day: the bytes are a test's name, and two workers must give it the same one.
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def pdf(*pages: Iterable[str], locked: bool = False) -> bytes:
    """Return a PDF with these lines on its pages; *locked*: no password that we know opens it."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{' '.join(f'{4 + 2 * n} 0 R' for n in range(len(pages)))}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, lines in enumerate(pages):
        drawn = " ".join(f"({line}) Tj T*" for line in lines)
        content = f"BT /F1 12 Tf 72 720 Td 14 TL {drawn} ET"
        resources = "<< /Font << /F1 3 0 R >> >>"
        objects.append(f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources {resources} /Contents {5 + 2 * number} 0 R >>")
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    lock = ""
    if locked:
        objects.append(f"<< /Filter /Standard /V 1 /R 2 /O <{'41' * 32}> /U <{'42' * 32}> /P -4 >>")
        lock = f" /Encrypt {len(objects)} 0 R /ID [<00><00>]"
    out, places = b"%PDF-1.4\n", []
    for number, item in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{item}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    count = len(objects) + 1
    tail = f"xref\n0 {count}\n0000000000 65535 f \n{table}trailer << /Size {count} /Root 1 0 R{lock} >>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + tail.encode()


def pptx(sentences: Iterable[str]) -> bytes:
    """Return a presentation of one slide."""
    from pptx import Presentation

    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "The order desk"
    slide.placeholders[1].text = "\n".join(sentences)
    slide.notes_slide.notes_text_frame.text = "Said slowly, for the owner."
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


# A spreadsheet knows no time zone.
# ruff: noqa: DTZ001
ORDERS = (
    ("Order", "Received", "Packed", "Pieces", "Remark"),
    ("A1", datetime(2026, 1, 5, 9, 30), datetime(2026, 1, 6, 11, 0), 12, SENTENCE),
    ("A2", datetime(2026, 1, 5, 10, 0), datetime(2026, 1, 8, 16, 15), 2.5, OTHER),
)


def xlsx(sentences: Iterable[str] = (), *, rows: Iterable[Iterable[object]] = ORDERS, more: Mapping[str, Iterable[Iterable[object]]] = {}) -> bytes:
    """Return a workbook with the sheet Orders, which holds *rows* and *sentences*, and *more* sheets."""
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "Orders"
    for row in (*rows, *((sentence,) for sentence in sentences if sentence not in (SENTENCE, OTHER))):
        book.active.append(list(row))
    for title, lines in more.items():
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(list(line))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def html(sentences: Iterable[str]) -> bytes:
    """Return a page with a script, a style and a picture that must not be fetched."""
    first, *rest = sentences
    marked = first.replace("whole", "<b>whole</b>", 1)
    words = "".join(f"<p>{sentence}</p>" for sentence in (marked, *rest))
    return f"<html><head><title>Orders</title><script>let key = 'hunter2'</script><style>p {{}}</style></head><body>{words}<!-- aside --></body></html>".encode()


def eml(sentences: Iterable[str]) -> bytes:
    """Return a mail with an umlaut in its head and its words in quoted-printable."""
    message = EmailMessage()
    message["From"] = "Jörg Müller <joerg@meridian.example>"
    message["Subject"] = "Größe der Aufträge"
    message["Date"] = "Mon, 02 Mar 2026 09:00:00 +0100"
    message.set_content("\n\n".join(("Grüße aus dem Lager.", *sentences)), cte="quoted-printable")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="plan.pdf")
    return message.as_bytes()


def msg(sentences: Iterable[str]) -> bytes:
    """Return a mail as Outlook saves one: a compound file with a stream for each property."""
    values = {0x001A: "IPM.Note", 0x0037: "The van", 0x0C1A: "Jörg Müller", 0x0C1F: "joerg@meridian.example", 0x1000: "\r\n\r\n".join(sentences)}
    streams = {f"__substg1.0_{tag:04X}001F": text.encode("utf-16-le") for tag, text in values.items()}
    entries = b"".join(struct.pack("<HHIQ", 0x001F, tag, 6, len(text.encode("utf-16-le")) + 2) for tag, text in values.items())
    return compound({**streams, "__properties_version1.0": bytes(32) + entries})


def compound(streams: Mapping[str, bytes]) -> bytes:
    """Return an OLE compound file with these small *streams* in its root."""
    none, end, fat = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    mini, minifat, entries = b"", [], []
    for name, data in streams.items():
        start, count = len(mini) // 64, -(-len(data) // 64)
        minifat += [*range(start + 1, start + count), end]
        mini += data.ljust(count * 64, b"\0")
        entries.append((name, 2, start, len(data)))
    entries.insert(0, ("Root Entry", 5, 0, len(mini)))
    folder = b""
    for number, (name, kind, start, size) in enumerate(entries):
        coded = (name + "\0").encode("utf-16-le")
        right = number + 1 if 0 < number < len(entries) - 1 else none
        folder += coded.ljust(64, b"\0") + struct.pack("<HBBIII", len(coded), kind, 1, none, right, 1 if number == 0 else none)
        folder += bytes(36) + struct.pack("<IQ", start, size)
    folder, mini = _sectors(folder), _sectors(mini)
    small = _sectors(struct.pack(f"<{len(minifat)}I", *minifat), b"\xff")
    counts = [len(mini) // 512, len(folder) // 512, len(small) // 512]
    chains, begins = [], []
    for count in counts:
        begins.append(len(chains))
        chains += [*range(len(chains) + 1, len(chains) + count), end]
    # The root's stream begins at the first sector, the folder behind it; the table of sectors is the last one.
    chains.append(fat)
    table = _sectors(struct.pack(f"<{len(chains)}I", *chains), b"\xff")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, 1, begins[1], 0, 4096, begins[2], counts[2], end, 0)
    head += struct.pack("<I", len(chains) - 1) + b"\xff" * 4 * 108
    return head + mini + folder + small + table


def _sectors(data: bytes, filler: bytes = b"\0") -> bytes:
    return data.ljust(-(-len(data) // 512) * 512, filler)
