"""Documents through the door: added or dropped in, quoted, verified, and verified again when their converter is a newer one."""

from __future__ import annotations

import shutil
from importlib.metadata import PackageNotFoundError

import papers
import pytest
import small
from failing import every_failure
from papers import KINDS, SENTENCE
from small import tree, write

from fde.engagement import intake, twins
from fde.engagement.engagement import find
from fde.errors import FdeError

needs_extra = pytest.mark.skipif(any(map(twins.missing, KINDS)), reason="the extra `documents` is not installed")


@pytest.fixture(name="acme")
def _acme(tmp_path):
    return small.engagement(tmp_path)


@pytest.fixture(name="upgrade")
def _upgrade(tmp_path, monkeypatch):
    """Install what claims to be a newer version of a library, before the real one on the path."""

    def upgrade(name):
        write(tmp_path, f"newer/{name.replace('-', '_')}-99.0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 99.0\n")
        monkeypatch.syspath_prepend(tmp_path / "newer")

    return upgrade


def _not_found(name):
    raise PackageNotFoundError(name)


def reply(name, words=SENTENCE):
    return small.judgement(small.finding("The van decides", "An order takes {f:entry.mean}.", quotes=small.quoting(name, words)))


def run_quoting(fde, acme, name, words=SENTENCE):
    """Run the skill with a reply that quotes *name*, and return the artefact's record."""
    write(acme, "replay/letter.json", small.replay(reply(name, words)))
    ended = fde("run", small.SKILL, "--model", "replay/letter.json", "--json", cwd=acme)
    assert (ended.code, ended.json["data"]["status"]) == (0, "ok"), ended.out
    return small.record(acme, ended.json["data"]["artefact"])


def source(record, name):
    return next(item for item in record["sources"] if item["id"] == name)


@needs_extra
@pytest.mark.parametrize("suffix", KINDS)
def test_each_kind_is_added_quoted_verified_and_verified_after_an_upgrade(fde, acme, tmp_path, upgrade, suffix):
    name, data = f"letters/van{suffix}", papers.paper(suffix)
    added = fde("add", write(tmp_path, f"in/van{suffix}", data), "--to", "letters", cwd=acme)
    assert (added.code, f"read  evidence/{name}: text by " in added.out) == (0, True)
    record = run_quoting(fde, acme, name)
    listed = source(record, name)
    assert (listed["locator"], listed["digest"], listed["health"]) == (f"file:evidence/{name}", small.sha256(data), "ok")
    assert listed["note"].startswith("text by ")
    (quote,) = next(finding for finding in record["findings"] if finding["by"] != "code")["quotes"]
    assert (quote["source"], SENTENCE in quote["sentence"]) == (name, True)
    assert fde("verify", cwd=acme).code == 0
    upgrade((twins.CONVERTERS[suffix] or ("email",))[0])
    assert fde("verify", cwd=acme).code == 0
    # The old text served: nothing was converted by the new version.
    assert list((acme / ".fde/text").glob("*99.0*")) == []
    assert "changed" not in fde("status", cwd=acme).out


def old_twin(acme, name, text):
    """Put another text in the place of the kept one, as an older version of its converter might have made it."""
    (path,) = (acme / ".fde/text").glob("*.md")
    path.write_text(text)


@needs_extra
def test_a_text_that_is_gone_and_reads_otherwise_now_is_told_for_what_it_is(fde, acme, upgrade):
    write(acme, "evidence/letters/van.docx", papers.paper(".docx"))
    assert fde("run", small.SKILL, "--model", "none", cwd=acme).code == 0
    old_twin(acme, "van", "Each order waits one full day for the van.\n")
    run_quoting(fde, acme, "letters/van.docx", "Each order waits one full day for the van.")
    upgrade("mammoth")
    assert fde("verify", cwd=acme).code == 0
    shutil.rmtree(acme / ".fde/text")
    ended = fde("verify", cwd=acme)
    assert ended.code == 1
    assert "evidence/letters/van.docx: the quotes are from the text by mammoth " in ended.out
    assert "which is gone from .fde/text; the text by mammoth 99.0+fde1 reads otherwise" in ended.out


@needs_extra
def test_a_text_that_is_gone_and_reads_as_before_is_no_complaint(fde, acme, upgrade):
    write(acme, "evidence/letters/van.docx", papers.paper(".docx"))
    run_quoting(fde, acme, "letters/van.docx")
    upgrade("mammoth")
    shutil.rmtree(acme / ".fde/text")
    assert fde("verify", cwd=acme).code == 0


@needs_extra
def test_a_clone_without_the_extra_is_told_what_it_takes_to_verify(fde, acme, monkeypatch):
    write(acme, "evidence/letters/van.docx", papers.paper(".docx"))
    run_quoting(fde, acme, "letters/van.docx")
    shutil.rmtree(acme / ".fde/text")
    monkeypatch.setattr(twins, "version", _not_found)
    ended = fde("verify", cwd=acme)
    assert ended.code == 1
    assert "evidence/letters/van.docx: what reads .docx is not installed" in ended.out
    assert "pip install 'fde-toolkit[documents]'" in ended.out


@needs_extra
def test_what_was_dropped_in_by_hand_is_read_when_it_is_needed(fde, acme):
    write(acme, "evidence/letters/van.pdf", papers.paper(".pdf"))
    text = acme / "letter.md"
    text.write_text(f'"{SENTENCE}"\n')
    assert "letters/van.pdf:1" in fde("verify", text, cwd=acme).out
    shutil.rmtree(acme / ".fde/text")
    asked = fde("prompt", small.SKILL, cwd=acme)
    assert (asked.code, SENTENCE in asked.out) == (0, True)
    taken = fde("accept", "-", cwd=acme, input=reply("letters/van.pdf"))
    assert (taken.code, fde("verify", cwd=acme).code) == (0, 0)


@needs_extra
def test_a_reply_to_a_document_that_has_changed_meanwhile_is_refused(fde, acme):
    path = write(acme, "evidence/letters/van.pdf", papers.paper(".pdf"))
    assert fde("prompt", small.SKILL, cwd=acme).code == 0
    path.write_bytes(papers.paper(".pdf", SENTENCE, "And one more."))
    assert fde("accept", "-", cwd=acme, input=reply("letters/van.pdf")).code == 3


@needs_extra
def test_status_says_of_a_document_that_it_changed_or_is_gone_and_converts_nothing(fde, acme):
    path = write(acme, "evidence/letters/van.docx", papers.paper(".docx"))
    run_quoting(fde, acme, "letters/van.docx")
    shutil.rmtree(acme / ".fde/text")
    assert "letters/van.docx" not in fde("status", cwd=acme).out
    path.write_bytes(papers.paper(".docx", "Something else."))
    assert "letters/van.docx changed" in fde("status", cwd=acme).out
    path.unlink()
    assert "letters/van.docx" in fde("status", cwd=acme).out
    assert not (acme / ".fde/text").exists()


def test_without_the_extra_the_original_is_kept_and_the_one_command_printed(fde, acme, tmp_path, monkeypatch):
    monkeypatch.setattr(twins, "version", _not_found)
    data = papers.docx((SENTENCE,))
    ended = fde("add", write(tmp_path, "van.docx", data), "--to", "letters", cwd=acme)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        f"created  evidence/letters/van.docx  ({len(data):,} bytes)",
        "skipped  evidence/letters/van.docx: what reads .docx is not installed (mammoth, markdownify, lxml): pip install 'fde-toolkit[documents]'",
    ]
    assert (acme / "evidence/letters/van.docx").read_bytes() == data
    run = fde("run", small.SKILL, "--model", "none", "--json", cwd=acme)
    assert run.code == 0
    listed = source(small.record(acme, run.json["data"]["artefact"]), "letters/van.docx")
    assert (listed["health"], listed["digest"], "pip install" in listed["note"]) == ("skipped", small.sha256(data), True)


def test_a_document_that_cannot_be_read_is_kept_and_the_others_are_read(fde, acme, tmp_path):
    write(tmp_path, "in/a.docx", "no document")
    write(tmp_path, "in/b.eml", papers.paper(".eml"))
    ended = fde("add", tmp_path / "in", "--json", cwd=acme)
    assert ended.code == 0
    first, second = ended.json["data"]["added"]
    assert first["health"] == ("skipped" if twins.missing(".docx") else "failed")
    assert (second["health"], second["note"].startswith("text by email ")) == ("ok", True)
    assert (acme / "evidence/in/a.docx").read_text() == "no document"


def test_captions_are_text_already(fde, acme, tmp_path):
    ended = fde("add", write(tmp_path, "talk.vtt", "WEBVTT\n\n<v Owner>The van is full.</v>\n"), "--to", "letters", cwd=acme)
    assert ended.out == "created  evidence/letters/talk.vtt  (38 bytes)\n"
    asked = fde("prompt", small.SKILL, cwd=acme)
    assert '"source": "letters/talk.vtt", "kind": "recording"' in asked.out


def test_a_dry_run_converts_and_writes_nothing(fde, acme, tmp_path):
    write(acme, "evidence/letters/van.eml", papers.paper(".eml"))
    before = tree(acme)
    assert fde("add", write(tmp_path, "other.eml", papers.paper(".eml")), "--dry-run", cwd=acme).code == 0
    assert fde("run", small.SKILL, "--model", "none", "--dry-run", cwd=acme).code == 0
    assert SENTENCE in fde("prompt", small.SKILL, "--dry-run", cwd=acme).out
    assert tree(acme) == before


@needs_extra
def test_a_spreadsheet_is_measured_as_a_list_of_cases_and_status_knows_it_again(fde, tmp_path):
    assert fde("init", tmp_path / "shop").code == 0
    shop = tmp_path / "shop"
    book = papers.xlsx()
    assert fde("add", write(tmp_path, "orders.xlsx", book), "--to", "cases", cwd=shop).code == 0
    ended = fde("run", "amdahl-ceiling", "--model", "none", "--json", cwd=shop)
    assert ended.code == 0
    record = small.record(shop, ended.json["data"]["artefact"])
    (listed,) = [item for item in record["sources"] if item["locator"] == "file:evidence/cases/orders.xlsx"]
    assert (listed["digest"], listed["bytes"], listed["health"], listed["read"]) == (small.sha256(book), len(book), "ok", 2)
    assert not any("cases/orders.xlsx.d" in item["locator"] for item in record["sources"])
    assert "changed" not in fde("status", cwd=shop).out
    assert (shop / "evidence/cases/orders.xlsx").read_bytes() == book
    assert fde("verify", cwd=shop).code == 0


@pytest.mark.slow
def test_a_disk_that_breaks_while_a_document_is_added_leaves_it_whole_or_not_there(acme, tmp_path):
    data = papers.paper(".eml")
    path = write(tmp_path, "in/van.eml", data)
    found = find(acme)
    target = acme / "evidence/van.eml"

    def action():
        intake.take_in(found, intake.plan(found, [path], ""))
        twins.Reader(engagement=found, keep=twins.Keep.MUST).documents(["van.eml"])

    def check():
        assert not target.exists() or target.read_bytes() == data
        (read,) = twins.Reader(engagement=found).documents(["van.eml"]) or (None,)
        assert read is None or (read.health, SENTENCE in read.text) == ("ok", True)

    def reset():
        target.unlink(missing_ok=True)
        shutil.rmtree(acme / ".fde/text", ignore_errors=True)

    assert every_failure(action, check=check, reset=reset, errnos=(28,), expected=FdeError) > 10
