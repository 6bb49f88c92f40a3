"""Text twins: what documents say, of each kind, and what is said of those that cannot be read."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import papers
import pytest
from papers import KINDS, OTHER, SENTENCE
from small import sha256, tree, write

from fde.engagement import documents, sheets, twins
from fde.engagement.engagement import find
from fde.engagement.twins import Keep, Limits, Reader
from fde.portable.check import Quoted, find_quote
from fde.portable.evidence import digest_now


def has_extra(suffix):
    return not twins.missing(suffix)


needs_extra = pytest.mark.skipif(not all(map(has_extra, KINDS)), reason="the extra `documents` is not installed")
SCRIPT = Path(documents.__file__)


@pytest.fixture(name="acme")
def _acme(fde, tmp_path):
    assert fde("init", tmp_path / "acme").code == 0
    return find(tmp_path / "acme")


def source(acme, name, data, **reader):
    """Return what is known of the document *data* when it lies in the evidence as *name*."""
    write(acme.evidence, name, data)
    (found,) = Reader(engagement=acme, **reader).words([name])
    return found


def said(acme, name, data, **reader):
    found = source(acme, name, data, **reader)
    assert found.text == ""
    return found.health, found.note


@needs_extra
@pytest.mark.parametrize("suffix", KINDS)
def test_each_kind_is_read_kept_and_quoted_by_the_original(acme, suffix):
    data = papers.paper(suffix)
    found = source(acme, f"letters/a{suffix}", data)
    assert (found.health, found.kind, found.clearance) == ("ok", "document", "internal")
    assert (found.digest, found.size) == (sha256(data), len(data))
    for sentence in (SENTENCE, OTHER):
        quote = find_quote(f"letters/a{suffix}", sentence, {found.id: found})
        assert isinstance(quote, Quoted)
        assert sentence in found.text.split("\n")[quote.lines[0] - 1]
        assert quote.speaker is None
    assert (acme.evidence / f"letters/a{suffix}").read_bytes() == data
    shelf = acme.state / "text"
    who = found.note.removeprefix("text by ").split(";")[0].replace(" ", "-")
    assert (shelf / f"{sha256(data).removeprefix('sha256:')}-{who}.md").read_text() == found.text
    assert shelf.stat().st_mode & 0o777 == 0o700


@needs_extra
@pytest.mark.parametrize("suffix", KINDS)
def test_a_twin_is_made_once(acme, suffix):
    first = source(acme, f"a{suffix}", papers.paper(suffix))
    # Time for no process at all: what is there must be enough.
    (again,) = Reader(engagement=acme, convert=False).words([f"a{suffix}"])
    assert (again.text, again.note) == (first.text, first.note)


@needs_extra
def test_half_a_twin_is_made_anew(acme):
    first = source(acme, "a.docx", papers.paper(".docx"))
    for path in (acme.state / "text").iterdir():
        before = path.read_bytes()
        path.unlink()
        (again,) = Reader(engagement=acme).words(["a.docx"])
        assert (again.text, path.read_bytes()) == (first.text, before)


@needs_extra
def test_a_power_is_no_longer_number_and_emphasis_no_seam(acme):
    raised = '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>2</w:t></w:r>'
    bold = '<w:r><w:t xml:space="preserve">They waited </w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>a very</w:t></w:r><w:r><w:t xml:space="preserve"> long time_here.</w:t></w:r>'
    body = f"<w:p><w:r><w:t>10</w:t></w:r>{raised}</w:p><w:p>{bold}</w:p>"
    text = source(acme, "a.docx", papers.docx((), body=body)).text
    assert text == "10^2^\n\nThey waited a very long time_here."


@needs_extra
def test_nothing_that_a_reader_of_a_page_does_not_see_is_in_its_text(acme):
    text = source(acme, "a.html", papers.paper(".html")).text
    assert [hidden for hidden in ("hunter2", "<", "aside", "{}", "**") if hidden in text] == []


@needs_extra
def test_a_page_in_an_older_encoding_with_tags_left_open_is_read(acme):
    page = '<meta charset="iso-8859-1"><table><tr><td>Größe<td>Stück</table>'.encode("latin-1")
    assert "| Größe | Stück |" in source(acme, "a.html", page).text


@needs_extra
def test_a_sheet_gives_what_was_typed_and_no_more(acme):
    rows = (("Order list",), (), ("No", "Received", "Pieces", "Open"), (1, date(2026, 1, 5), 12, True), (2, None, 0.1, "a,b\nc"), (None, ""))
    write(acme.evidence, "a.xlsx", data := papers.xlsx(rows=rows, more={"Empty": ()}))
    twin = Reader(engagement=acme).twin(".xlsx", data)
    assert twin.sheets == {"Orders": b'Order list,,,\n,,,\nNo,Received,Pieces,Open\n1,2026-01-05,12,TRUE\n2,,0.1,"a,b\nc"\n'}
    assert "| 2 |  | 0.1 | a,b c |" in twin.text
    assert "NaN" not in twin.text


@needs_extra
def test_formulas_without_values_and_hidden_sheets_are_told(acme):
    from openpyxl import Workbook

    book = Workbook()
    book.active.append([1, 2, "=A1+B1", "x"])
    book.create_sheet("Margins").append(["secret"])
    book["Margins"].sheet_state = "hidden"
    book.save(path := acme.evidence / "a.xlsx")
    note = source(acme, "a.xlsx", path.read_bytes()).note
    assert "formulas stored without a value: 1" in note
    assert "the sheet Margins is hidden" in note


@needs_extra
def test_long_sheets_are_text_in_part_and_whole_for_scripts(acme):
    twin = Reader(engagement=acme).twin(".xlsx", papers.xlsx(rows=[("n",), *((n,) for n in range(1500))]))
    assert "| 999 |" not in twin.text
    assert twin.sheets["Orders"].count(b"\n") == 1501
    assert "of the sheet Orders the first 1,000 of 1,501 rows are text" in twin.note


@needs_extra
def test_sheets_whose_names_differ_only_by_case_or_odd_signs_stay_apart(acme):
    twin = Reader(engagement=acme).twin(".xlsx", papers.xlsx(more={"a<b": [["1"]], "a>b": [["2"]], ".": [["3"]]}))
    assert {name: data for name, data in twin.sheets.items() if name != "Orders"} == {"a_b": b"1\n", "a_b_2": b"2\n", "sheet": b"3\n"}


@needs_extra
def test_macros_are_told_and_left_alone(acme):
    found = source(acme, "a.docx", papers.docx((SENTENCE,), parts={"word/vbaProject.bin": b"Shell"}))
    assert (found.health, "macros, which were neither run nor read" in found.note) == ("ok", True)


def test_a_mail_names_its_sender_as_its_head_does_and_what_is_attached(acme):
    text = source(acme, "a.eml", papers.paper(".eml")).text
    assert text.startswith("From: Jörg Müller <joerg@meridian.example>\nDate: Mon, 02 Mar 2026 09:00:00 +0100\nSubject: Größe der Aufträge\nAttached: plan.pdf\n\n")
    assert "Grüße aus dem Lager." in text


@needs_extra
def test_a_mail_that_has_only_a_page_is_read_too(acme):
    mail = b"From: a@b.example\nContent-Type: text/html; charset=latin-1\n\n<p>Gr\xf6\xdfe der <b>Auftr\xe4ge</b></p>"
    assert "Größe der Aufträge" in source(acme, "a.eml", mail).text


OLE = documents.OLE + bytes(504)
LYING = papers.zipped({"word/document.xml": "x"})
PLACE = LYING.index(b"PK\x01\x02") + 24
BOMB = LYING[:PLACE] + (4_000_000_000).to_bytes(4, "little") + LYING[PLACE + 4 :]


@needs_extra
@pytest.mark.parametrize(
    ("name", "data", "health", "note"),
    [
        ("a.docx", b"", "empty", "the file is empty"),
        ("a.docx", b"hello", "failed", "it is no .docx, whatever its name says"),
        ("a.docx", papers.zipped({"x.txt": "x"}), "failed", "it is no .docx, whatever its name says: there is no word/document.xml in it"),
        ("a.docx", papers.zipped({"x": "x"})[:30], "failed", "it is damaged: File is not a zip file"),
        ("a.docx", OLE, "failed", "it is a file of the old Office (.doc, .xls, .ppt); save it as .docx"),
        ("a.xlsx", OLE + documents.ENCRYPTED, "failed", "it is locked with a password; ask for a copy without one"),
        ("a.docx", BOMB, "failed", "it unpacks to 4,000,000,000 bytes; at most 1,000,000,000 are read"),
        ("a.pdf", b"\x89PNG", "failed", "it is no PDF, whatever its name says"),
        ("a.pdf", papers.pdf(("x",), locked=True), "failed", "it is locked with a password; ask for a copy without one"),
        ("a.msg", b"From: x", "failed", "it is no Outlook mail, whatever its name says"),
        ("a.eml", b"\n\nhello", "failed", "it is no mail, whatever its name says: its head names neither sender nor date nor subject"),
        ("a.eml", b"From: x\nContent-Type: text/plain; charset=klingon\n\nnuqneH", "failed", "its words are in 'klingon', which is not known here"),
        ("a.html", b"%PDF-1.4", "failed", "it is no HTML, whatever its name says"),
    ],
)
def test_what_cannot_be_read_says_why_in_one_sentence(acme, name, data, health, note):
    assert said(acme, name, data) == (health, note)


@needs_extra
def test_a_scan_is_empty_and_told_to_be_one(acme):
    health, note = said(acme, "a.pdf", papers.pdf((), ()))
    assert (health, note.startswith("there is no text in it; it may be a scan")) == ("empty", True)


@needs_extra
def test_what_a_converter_says_of_a_broken_file_is_passed_on(acme):
    health, note = said(acme, "a.docx", papers.zipped({"word/document.xml": "<w:document"}))
    assert health == "failed"
    assert note.startswith("the converter ended with 1 and said: ")


@needs_extra
def test_what_takes_too_long_or_too_much_fails_and_the_others_go_on(acme):
    write(acme.evidence, "b.md", "hello")
    write(acme.evidence, "a.docx", papers.paper(".docx"))
    slow, text = Reader(engagement=acme, limits=Limits(seconds=0.01)).words(["*"])
    assert (slow.health, slow.note) == ("failed", "it took longer than 0.01 seconds, or more than it may, to read")
    assert text.health == "ok"
    (large, _) = Reader(engagement=acme, limits=Limits(size=100)).words(["*"])
    assert (large.health, "at most 100 are read" in large.note) == ("failed", True)


@needs_extra
@pytest.mark.skipif(sys.platform == "darwin", reason="macOS keeps no limit of memory")
def test_a_document_that_swells_in_memory_is_stopped(acme):
    swelling = papers.docx((), body="<w:p/>" * 500_000)
    assert len(swelling) < 50_000
    assert said(acme, "a.docx", swelling, limits=Limits(memory=200_000_000)) == ("failed", "it needs more than 0.2 GB of memory to read")


@needs_extra
def test_nothing_that_a_document_names_is_fetched_or_opened(acme, tmp_path):
    canary = write(tmp_path, "canary.png", "Kanarienvogel")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/x.png"
        picture = '<w:p><w:r><w:drawing><a:blip xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" r:link="{}"/></w:drawing></w:r></w:p>'
        relation = '<Relationship Id="{}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="{}" TargetMode="External"/>'
        word = papers.docx((SENTENCE,), body=picture.format("p1") + picture.format("p2"), relations=relation.format("p1", address) + relation.format("p2", canary.as_uri()))
        assert "Kanarienvogel" not in source(acme, "a.docx", word).text
        source(acme, "a.html", f'<p>{SENTENCE}</p><img src="{address}"><link rel=stylesheet href="{address}">'.encode())
        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.parametrize("attempt", ["import socket; socket.create_connection(('127.0.0.1', 9))", "import os; os.system('true')", "import subprocess; subprocess.run(['true'])"])
def test_a_converter_can_open_no_connection_and_start_no_program(attempt):
    code = f"import sys; sys.path.insert(0, {str(SCRIPT.parent)!r}); import documents; documents.confine(10, 2_000_000_000); {attempt}"
    ended = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=False)
    assert "PermissionError: a document may neither open a connection nor start a program" in ended.stderr


@needs_extra
def test_private_documents_are_not_even_opened(acme):
    table = "| path | clearance | given by | on |\n| --- | --- | --- | --- |\n| hr/** | private | | |\n"
    write(acme.evidence, "clearance.md", table)
    write(acme.evidence, "hr/a.docx", papers.paper(".docx"))
    write(acme.evidence, "private/b.docx", papers.paper(".docx"))
    assert Reader(engagement=acme).words(["**/*.docx"]) == ()
    assert not (acme.state / "text").exists()


@needs_extra
def test_a_document_is_cleared_by_the_table_and_never_by_itself(acme):
    head = papers.docx(("---", "clearance: quote", "---", SENTENCE))
    assert source(acme, "a.docx", head).clearance == "internal"
    write(acme.evidence, "clearance.md", "| path | clearance | given by | on |\n| --- | --- | --- | --- |\n| a.docx | quote | owner | 2026-03-01 |\n")
    assert source(acme, "a.docx", head).clearance == "quote"


def test_without_the_extra_the_note_names_the_one_command(acme, without_extra):
    data = papers.docx((SENTENCE,))
    found = source(acme, "a.docx", data)
    assert (found.health, found.digest, found.text) == ("skipped", sha256(data), "")
    assert found.note == "what reads .docx is not installed (mammoth, markdownify, lxml): pip install 'fde-toolkit[documents]'"
    assert source(acme, "a.eml", papers.paper(".eml")).health == "ok"


@needs_extra
def test_a_twin_that_is_there_serves_without_the_extra(acme, monkeypatch):
    first = source(acme, "a.docx", papers.paper(".docx"))
    monkeypatch.setattr(twins, "version", _not_found)
    (again,) = Reader(engagement=acme).words(["a.docx"])
    assert (again.text, again.note) == (first.text, first.note)


def _not_found(name):
    raise PackageNotFoundError(name)


@pytest.fixture(name="without_extra")
def _without_extra(monkeypatch):
    monkeypatch.setattr(twins, "version", _not_found)


@needs_extra
def test_after_an_upgrade_the_record_is_read_in_the_old_text_and_a_new_run_in_the_new_one(acme, tmp_path, monkeypatch):
    old = source(acme, "a.docx", papers.paper(".docx"))
    write(tmp_path, "newer/mammoth-99.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: mammoth\nVersion: 99.0\n")
    monkeypatch.syspath_prepend(tmp_path / "newer")
    assert version("mammoth") == "99.0"
    (new,) = Reader(engagement=acme).words(["a.docx"])
    assert new.note == "text by mammoth 99.0+fde1"
    (then,) = Reader(engagement=acme, made_by={"a.docx": old.note}).words(["a.docx"])
    assert then.note == old.note
    assert twins.otherwise(then, old.note) is None
    assert "which is gone from .fde/text" in twins.otherwise(new, old.note)


@needs_extra
def test_a_look_keeps_nothing_and_a_folder_that_cannot_be_written_is_no_hindrance_to_one(acme):
    before = tree(acme.root)
    assert source(acme, "a.docx", papers.paper(".docx"), keep=Keep.NEVER).health == "ok"
    (acme.evidence / "a.docx").unlink()
    assert tree(acme.root) == before
    write(acme.root, ".fde/text", "in the way")
    assert source(acme, "a.docx", papers.paper(".docx")).health == "ok"


# Sheets for scripts.

PATTERNS = ("cases/**/*.csv",)


@needs_extra
def test_a_script_finds_the_sheets_beside_their_spreadsheet(acme):
    write(acme.evidence, "cases/orders.xlsx", book := papers.xlsx(more={"Van": [["km"], [3]]}))
    write(acme.evidence, "cases/old.csv", "a\n")
    write(acme.evidence, "other/unasked.xlsx", papers.xlsx())
    with sheets.view(Reader(engagement=acme), PATTERNS) as seen:
        assert tree(seen.folder) == {
            "cases": None, "cases/old.csv": b"a\n", "cases/orders.xlsx": book, "cases/orders.xlsx.d": None,
            "cases/orders.xlsx.d/Orders.csv": seen.folder.joinpath("cases/orders.xlsx.d/Orders.csv").read_bytes(),
            "cases/orders.xlsx.d/Van.csv": b"km\n3\n", "other": None, "other/unasked.xlsx": tree(acme.evidence)["other/unasked.xlsx"],
        }  # fmt: skip
    assert not seen.folder.exists()
    assert list(tree(acme.evidence)) == [".gitkeep", "cases", "cases/old.csv", "cases/orders.xlsx", "other", "other/unasked.xlsx"]


def test_without_a_spreadsheet_that_is_asked_for_a_script_gets_the_evidence_itself(acme):
    write(acme.evidence, "other/unasked.xlsx", b"x")
    with sheets.view(Reader(engagement=acme), PATTERNS) as seen:
        assert (seen.folder, seen.unread) == (acme.evidence, ())


@needs_extra
def test_what_is_no_regular_file_stays_one_that_no_script_opens(acme, tmp_path):
    from fde.portable.tree import walk

    write(acme.evidence, "cases/orders.xlsx", papers.xlsx())
    (acme.evidence / "cases/link.csv").symlink_to(write(tmp_path, "outside.csv", "secret"))
    os.mkfifo(acme.evidence / "cases/pipe.csv")
    with sheets.view(Reader(engagement=acme), PATTERNS) as seen:
        odd = {entry.id: entry.skipped for entry in walk(seen.folder) if entry.skipped}
    assert sorted(odd) == ["cases/link.csv", "cases/pipe.csv"]


FACTS = {"sources": [{"id": "set:cases", "locator": "file:evidence/cases/**/*.csv", "count": 9, "bytes": 9, "digest": "sha256:x", "health": "ok", "note": "n"}]}


@needs_extra
def test_what_is_said_of_sheets_is_put_down_to_the_spreadsheet(acme):
    write(acme.evidence, "cases/orders.xlsx", book := papers.xlsx())
    with sheets.view(Reader(engagement=acme), PATTERNS) as seen:
        (only,) = seen.originals(FACTS, acme.evidence)["sources"]
    assert (only["locator"], only["digest"], only["count"], only["bytes"]) == ("file:evidence/cases/orders.xlsx", sha256(book), 1, len(book))
    assert only["note"].startswith("n; cases/orders.xlsx: text by openpyxl ")
    write(acme.evidence, "cases/old.csv", "a\n")
    with sheets.view(Reader(engagement=acme), PATTERNS) as seen:
        (both,) = seen.originals(FACTS, acme.evidence)["sources"]
    assert (both["locator"], both["digest"]) == ("file:evidence/cases/", digest_now(acme.evidence, "file:evidence/cases/"))


@pytest.mark.parametrize("place", ["cases/", "cases/*.csv", "cases/a.csv"])
def test_a_digest_that_a_script_left_out_is_put_in(acme, place):
    write(acme.evidence, "cases/a.csv", "a\n")
    facts = {"sources": [{**FACTS["sources"][0], "locator": f"file:evidence/{place}", "digest": ""}]}
    with sheets.view(Reader(engagement=acme), PATTERNS) as seen:
        (source,) = seen.originals(facts, acme.evidence)["sources"]
    assert source["digest"] == digest_now(acme.evidence, f"file:evidence/{place}") is not None


@pytest.mark.parametrize("pattern", ["**/*.csv", "cases/**/*.csv"])
@needs_extra
def test_each_locator_leads_to_what_has_its_digest(acme, pattern):
    for name in ("cases/a.xlsx", "cases/b.xlsx"):
        write(acme.evidence, name, papers.xlsx())
    facts = {"sources": [{**FACTS["sources"][0], "locator": f"file:evidence/{pattern}"}]}
    with sheets.view(Reader(engagement=acme), [pattern]) as seen:
        (both,) = seen.originals(facts, acme.evidence)["sources"]
    assert both["digest"] == digest_now(acme.evidence, both["locator"]) is not None


def test_a_spreadsheet_that_cannot_be_read_is_a_source_with_its_reason(acme):
    write(acme.evidence, "cases/orders.xlsx", b"no zip")
    with sheets.view(Reader(engagement=acme), PATTERNS) as seen:
        known, unread = seen.originals(FACTS, acme.evidence)["sources"]
    assert known == FACTS["sources"][0]
    assert (unread["id"], unread["locator"], unread["digest"]) == ("cases/orders.xlsx", "file:evidence/cases/orders.xlsx", sha256(b"no zip"))
    assert unread["health"] == ("failed" if has_extra(".xlsx") else "skipped")
    assert json.dumps(unread)
