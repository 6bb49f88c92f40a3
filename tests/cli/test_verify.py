"""`fde verify`, through the door: artefacts against their facts and sources, and any text against all of them."""

from __future__ import annotations

import json
import os
import shutil

import pytest
import small
from small import NOW, SKILL, tree, write

from fde.engagement.engagement import read
from fde.portable.artefact import digest, dump
from fde.runner.verify import verify as verify_all


@pytest.fixture(name="acme")
def _acme(fde, tmp_path):
    root = small.engagement(tmp_path)
    assert fde("run", SKILL, "--model", "replay/good.json", cwd=root, env={"FDE_NOW": NOW}).code == 0
    return root


FOLDER = f"artefacts/{SKILL}/2026-03-02-01"


@pytest.fixture(name="verify")
def _verify(fde, acme):
    """Verify and return the envelope's data; nothing may be written."""

    def call(*args, code=1, cwd=acme):
        before = tree(acme)
        ended = fde("verify", "--json", *args, cwd=cwd)
        assert ended.code == code, ended.out
        assert ended.json["status"] == ("findings" if code == 1 else "ok")
        assert tree(acme) == before
        return ended.json["data"]

    return call


def edit(acme, name, old, new):
    path = acme / FOLDER / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_an_artefact_as_it_was_written_agrees(fde, acme, verify):
    assert verify(code=0) == {"complaints": []}
    assert fde("verify", cwd=acme).out == "every artefact agrees with its facts and sources\n"


EDITS = {
    "a figure": ("Each order waits and then takes 6.00 min.", "Each order waits and then takes 5.00 min."),
    "a figure in a table": ("| Mean time to type an order | 6.00 min |", "| Mean time to type an order | 5.00 min |"),
    "a quote": ("Orders arrive by fax on Monday mornings.", "Orders arrive by fax every morning."),
    "a line more": ("## What to do\n", "All is well: 100 %.\n## What to do\n"),
    "a line less": ("Each order waits and then takes 6.00 min.\n", ""),
}


@pytest.mark.parametrize(("old", "new"), EDITS.values(), ids=EDITS)
def test_an_edited_view_is_told_with_its_line(acme, verify, old, new):
    number = (acme / FOLDER / "artefact.md").read_text().split(old)[0].count("\n") + 1
    edit(acme, "artefact.md", old, new)
    complaints = verify()["complaints"]
    assert complaints[0]["where"] == f"{FOLDER}/artefact.md:{number}"
    assert "edited:" in complaints[0]["what"]


RECORDS = {
    "a fact's value": ('"value": 6.0', '"value": 5.0', "the facts give 'Each order waits and then takes 5.00 min.'"),
    "a rendered text": ("takes 6.00 min.", "takes 5.00 min.", "the text is 'An order takes 5.00 min.'"),
    "a quote": (small.QUOTE, "Orders arrive by post on Monday mornings.", "these words are not in interviews/owner.md"),
    "a quote's source": ('"source": "interviews/owner.md"', '"source": "interviews/nobody.md"', "there is no text source"),
    "a quote's line": ('"lines": [\n      3', '"lines": [\n      4', "recorded otherwise"),
    "a typed figure": ("Each order waits and then takes {f:entry.mean}", "Each order waits and then takes 5 minutes", "the figure '5' is typed"),
    "a placeholder": ("waits and then takes {f:entry.mean}", "waits and then takes {f:entry.max}", "there is no fact 'entry.max'"),
    "the day": ("2026-03-02T09:30:00", "2026-03-01T09:30:00", "edited"),
    "the origin": ("written for a test", "written by a model", "edited"),
    "what no view shows": ('"prompt": "sha256:', '"prompt": "sha256:0', "not the record that was written"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "told"), RECORDS.values(), ids=RECORDS)
def test_a_changed_record_is_told_with_what_its_facts_give(acme, verify, old, new, told):
    edit(acme, "artefact.json", old, new)
    complaints = verify()["complaints"]
    assert any(told in complaint["what"] for complaint in complaints), complaints
    assert any("not the record that was written" in complaint["what"] for complaint in complaints)
    assert all(complaint["where"].startswith(f"{FOLDER}/artefact.") for complaint in complaints)


def test_record_and_view_changed_alike_are_still_told(acme, verify):
    for name in ("artefact.json", "artefact.md"):
        path = acme / FOLDER / name
        path.write_text(path.read_text().replace("6.0,", "5.0,").replace("6.00", "5.00"))
    document = json.loads((acme / FOLDER / "artefact.json").read_text())
    document["views"][0]["digest"] = digest((acme / FOLDER / "artefact.md").read_text())
    (acme / FOLDER / "artefact.json").write_bytes(dump(document))
    assert [complaint["what"] for complaint in verify()["complaints"]] == [
        "this is not the record that was written; the ledger has its digest"
    ]


def test_a_page_that_an_older_fde_laid_out_otherwise_is_no_edit_but_a_change_to_it_is(acme, verify):
    edit(acme, "artefact.md", "## What to do", "## What one could do")
    document = json.loads((acme / FOLDER / "artefact.json").read_text())
    document["views"][0]["digest"] = digest((acme / FOLDER / "artefact.md").read_text())
    (acme / FOLDER / "artefact.json").write_bytes(dump(document))
    book = acme / "artefacts/ledger.ndjson"
    line = json.loads(book.read_text()) | {"record": digest(dump(document).decode())}
    book.write_text(json.dumps(line) + "\n")
    assert verify(code=0) == {"complaints": []}
    edit(acme, "artefact.md", "6.00 min", "5.00 min")
    assert verify()["complaints"]


@pytest.mark.parametrize("how", ["gone", "changed", "not text"])
def test_a_source_that_no_longer_holds_the_quote_is_told(acme, verify, how):
    owner = acme / "evidence/interviews/owner.md"
    owner.unlink() if how == "gone" else owner.write_bytes(b"\xff" if how == "not text" else b"Nothing of that.\n")
    complaints = verify()["complaints"]
    assert [complaint["where"] for complaint in complaints] == [f"{FOLDER}/artefact.json findings j1"]


def test_a_quote_from_a_text_of_any_suffix_is_found_again(fde, acme, verify):
    write(acme, "evidence/letters/calls.log", "09:10 the customer asked where the order is\n")
    quotes = small.quoting("letters/calls.log", "09:10 the customer asked where the order is")
    write(acme, "replay/log.json", small.replay(small.judgement(small.finding("Customers ask", "They ask by telephone.", quotes=quotes))))
    assert fde("run", SKILL, "--model", "replay/log.json", cwd=acme, env={"FDE_NOW": NOW}).code == 0
    assert verify(code=0) == {"complaints": []}


DAMAGES = {
    "gone": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "cut in half": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "a flipped byte": lambda path: path.write_bytes(path.read_bytes().replace(b"e", b"\xe9", 1)),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
    "a link": lambda path: (path.rename(path.with_suffix(".old")), path.symlink_to(path.with_suffix(".old"))),
    "a FIFO": lambda path: (path.unlink(), os.mkfifo(path)),
}


@pytest.mark.parametrize("name", ["artefact.json", "artefact.md"])
@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_every_damage_to_a_file_of_an_artefact_is_named(fde, acme, verify, name, damage):
    damage(acme / FOLDER / name)
    complaints = verify()["complaints"]
    assert any(complaint["where"].startswith(FOLDER) for complaint in complaints)
    status = fde("status", cwd=acme, env={"FDE_NOW": NOW})
    assert status.code in (0, 3)
    assert FOLDER in status.out


@pytest.mark.parametrize("book", ["artefacts/ledger.ndjson", ".fde/runs.ndjson", "engagement.md"])
@pytest.mark.parametrize("damage", [key for key in DAMAGES if key not in ("gone", "empty")])
def test_damage_to_a_ledger_or_the_head_ends_in_words(fde, acme, book, damage):
    DAMAGES[damage](acme / book)
    for command in ("verify", "status"):
        ended = fde(command, cwd=acme, env={"FDE_NOW": NOW})
        assert ended.code in (0, 1, 3)
        assert "Traceback" not in ended.err
    assert fde("verify", cwd=acme).code != 0


def leaves(value, path=()):
    """Yield the path of everything in a JSON value."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield from leaves(item, (*path, key))


def test_whatever_is_changed_in_a_record_is_told_and_nothing_crashes(acme):
    path = acme / FOLDER / "artefact.json"
    original = json.loads(path.read_text())
    found = read(acme)
    assert verify_all(found) == []
    for place in [place for place in leaves(original) if place]:
        for value in (None, "", "{f:nothing}", "x" * 50, -1, 1e300, True, [], {}, ["x"]):
            document = json.loads(json.dumps(original))
            holder = document
            for key in place[:-1]:
                holder = holder[key]
            if holder[place[-1]] == value and type(holder[place[-1]]) is type(value):
                continue
            holder[place[-1]] = value
            path.write_text(json.dumps(document))
            assert verify_all(found), (place, value)


def test_an_orphan_a_missing_folder_and_torn_ledgers_are_told(acme, verify):
    shutil.copytree(acme / FOLDER, acme / "artefacts" / SKILL / "2026-03-02-09")
    shutil.rmtree(acme / FOLDER)
    for book in ("artefacts/ledger.ndjson", ".fde/runs.ndjson"):
        with (acme / book).open("a") as file:
            file.write('{"cut')
    told = {complaint["where"]: complaint["what"] for complaint in verify()["complaints"]}
    assert "no line in the ledger" in told[f"artefacts/{SKILL}/2026-03-02-09"]
    assert "its record is gone" in told[FOLDER]
    assert "cut off" in told["artefacts/ledger.ndjson"]
    assert "cut off" in told[".fde/runs.ndjson"]


TEXT = """\
# Readout for Acme, 3. March

1. We counted 4 orders; typing takes 6.00 minutes (6.00 min).
2. The owner says "Orders arrive by fax on Monday mornings."

A figure of mine: 17 %. And "words that nobody ever said to us".
A customer: "we ask you to confirm each order within 2 hours." That is 2 hours, not 3.
"""


def test_each_figure_and_quotation_of_a_text_is_placed_or_listed(fde, acme, verify, tmp_path):
    path = write(tmp_path, "readout.md", TEXT)
    data = verify(path)
    rows = [(item["line"], item["kind"], item["text"], bool(item["belongs"])) for item in data["placements"]]
    assert rows == [
        (1, "figure", "3", False),
        (3, "figure", "6.00 minutes", True),
        (3, "figure", "6.00 min", True),
        (3, "figure", "4", True),
        (4, "quotation", "Orders arrive by fax on Monday mornings.", False),
        (6, "quotation", "words that nobody ever said to us", False),
        (6, "figure", "17%", False),
        (7, "quotation", "we ask you to confirm each order within 2 hours.", True),
        (7, "figure", "2", True),
        (7, "figure", "3", False),
    ]
    belongs = {item["text"]: item["belongs"] for item in data["placements"]}
    assert belongs["we ask you to confirm each order within 2 hours."] == ["letters/customer.md:3"]
    assert belongs["6.00 minutes"] == ["entry.mean"]
    shown = fde("verify", path, cwd=acme).out
    assert "figure  '4'  orders  (Orders typed in by hand)\n" in shown
    assert "NOT PLACED: interviews/owner.md:3 is a typed note, and its words are nobody's direct speech\n" in shown


def test_what_could_not_be_placed_is_told_with_file_and_line(fde, acme, tmp_path):
    path = write(tmp_path, "readout.md", "We save 17 hours.\n")
    ended = fde("verify", path, cwd=acme)
    assert ended.code == 1
    assert ended.out == f"{path}:1  figure  '17'  NOT PLACED\n0 of 1 placed\n"


@pytest.mark.parametrize("words", ["6.00 min", "6.00 minutes", "6.00-minute", "6.00 MIN"])
def test_a_duration_may_have_its_unit_as_a_word(acme, verify, tmp_path, words):
    data = verify(write(tmp_path, "x.md", f"It takes {words} each.\n"), code=0)
    assert data["placements"][0]["belongs"] == ["entry.mean"]


@pytest.mark.parametrize("words", ["16.00 min", "6.00 h", "6.001 min", "-6.00 min", "6.00", "6 min", "`17`", "< 17 and >"])
def test_a_figure_that_only_looks_like_a_fact_is_not_placed(verify, tmp_path, words):
    assert any(not item["belongs"] for item in verify(write(tmp_path, "x.md", f"It takes {words} each.\n"))["placements"])


@pytest.mark.parametrize(
    "text", ["1. first\n2. second\n", "## 3. Title\n", "no figure at all\n", "[a page](https://x.org/2026/17)\n", "see `entry.p90`\n", ""]
)
def test_what_is_no_figure_of_the_text_is_not_counted(verify, tmp_path, text):
    assert verify(write(tmp_path, "x.md", text), code=0)["placements"] == []


def test_a_text_of_windows_has_the_same_lines(verify, tmp_path):
    rows = verify(write(tmp_path, "x.md", TEXT.replace("\n", "\r\n")))["placements"]
    assert [item["line"] for item in rows] == [1, 3, 3, 3, 4, 6, 6, 7, 7, 7]


def test_with_several_artefacts_a_fact_is_named_with_its_own(fde, acme, verify, tmp_path):
    assert fde("run", SKILL, "--subject", "sales", cwd=acme, env={"FDE_NOW": NOW}).code == 0
    data = verify(write(tmp_path, "x.md", "It takes 6.00 min.\n"), code=0)
    assert data["placements"][0]["belongs"] == [f"{SKILL}:entry.mean, {SKILL}/sales:entry.mean"]


def test_an_artefact_that_is_missing_does_not_stop_the_others(fde, acme, verify, tmp_path):
    assert fde("run", SKILL, "--subject", "sales", cwd=acme, env={"FDE_NOW": NOW}).code == 0
    shutil.rmtree(acme / FOLDER)
    assert verify(write(tmp_path, "x.md", "It takes 6.00 min.\n"), code=0)["placements"][0]["belongs"] == ["entry.mean"]


@pytest.mark.parametrize("name", ["", "artefact.md", "artefact.json"])
def test_a_file_of_an_artefacts_folder_is_that_artefact(acme, verify, tmp_path, name):
    assert verify(acme / FOLDER / name, code=0) == {"complaints": [], "placements": []}
    (tmp_path / "link").symlink_to(acme)
    edit(acme, "artefact.md", "6.00 min", "5.00 min")
    for start in (acme, tmp_path / "link"):
        complaints = verify(start / FOLDER / name)["complaints"]
        assert complaints[0]["where"].startswith(f"{FOLDER}/artefact.md:")


@pytest.mark.parametrize(("data", "told"), [(b"caf\xe9", "offset 3"), (None, "No such file")])
def test_a_text_that_cannot_be_read_is_an_error_and_no_finding(fde, acme, tmp_path, data, told):
    path = tmp_path / "x.md"
    if data is not None:
        path.write_bytes(data)
    ended = fde("verify", path, cwd=acme)
    assert ended.code == 3
    assert told in ended.err
