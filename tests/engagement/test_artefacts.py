"""The shelf of artefacts: which is current, what number is next, what an orphan is."""

from __future__ import annotations

from datetime import date

import pytest
import small
from small import NOW, SKILL, write

from fde.engagement import artefacts
from fde.engagement.artefacts import Official, Shelf
from fde.engagement.engagement import create
from fde.errors import AlreadyThere, LedgerBroken

DAY = date(2026, 3, 2)


@pytest.fixture(name="acme")
def _acme(tmp_path):
    return create(tmp_path / "acme", {"name": "acme"}, "")


def line(folder="2026-03-02-01", subject=None, status="ok", facts="F", **other):
    values = {"run": "r0001", "at": NOW, "key": "k", "record": "x", "skill": SKILL, "settings": "timezone=UTC", **other}
    return Official(folder=f"artefacts/{SKILL}/{folder}", subject=subject, status=status, facts=facts, **values)


def current(*items):
    shelf = Shelf(official=items, orphans=(), missing=(), torn=False)
    return {(skill, subject): item.folder[-2:] for (skill, subject), item in shelf.current().items()}


CURRENT = {
    "the newest": ([("01", "none", "F"), ("02", "none", "F")], "02"),
    "a judged one after a keyless": ([("01", "none", "F"), ("02", "ok", "F")], "02"),
    "a keyless one never over the same facts": ([("01", "ok", "F"), ("02", "none", "F")], "01"),
    "nor a failed one": ([("01", "ok", "F"), ("02", "failed: x", "F"), ("03", "rejected", "F")], "01"),
    "but over other facts": ([("01", "ok", "F"), ("02", "none", "G")], "02"),
    "and then the judged one of old facts is past": ([("01", "ok", "F"), ("02", "none", "G"), ("03", "none", "F")], "03"),
    "judged again": ([("01", "ok", "F"), ("02", "none", "F"), ("03", "ok", "F")], "03"),
}


@pytest.mark.parametrize(("made", "wanted"), CURRENT.values(), ids=CURRENT)
def test_current_is(made, wanted):
    items = [line(f"2026-03-02-{number}", status=status, facts=facts) for number, status, facts in made]
    assert current(*items) == {(SKILL, None): wanted}


def test_each_skill_and_subject_has_its_own_current_one():
    items = [line("2026-03-02-01"), line("2026-03-02-02", "sales"), line("2026-03-02-03", "sales"), line("2026-03-02-04", skill="x")]
    assert current(*items) == {(SKILL, None): "01", (SKILL, "sales"): "03", ("x", None): "04"}


def test_the_first_folder_of_a_day_has_number_one(acme):
    assert artefacts.next_folder(acme, SKILL, DAY, None) == f"artefacts/{SKILL}/2026-03-02-01"
    assert artefacts.next_folder(acme, SKILL, DAY, "sales") == f"artefacts/{SKILL}/2026-03-02-01-sales"


@pytest.mark.parametrize(
    ("there", "wanted"),
    [("2026-03-02-01", "02"), ("2026-03-02-07-sales", "08"), ("2026-03-02-99", "100"), ("2026-03-02-100-x", "101"), ("2026-03-01-09", "01"), ("2026-03-02-x", "01")],
)
def test_a_number_that_was_used_is_not_used_again(acme, there, wanted):
    (acme.artefacts / SKILL / there).mkdir(parents=True)
    assert artefacts.next_folder(acme, SKILL, DAY, None) == f"artefacts/{SKILL}/2026-03-02-{wanted}"


def test_nor_is_one_whose_folder_is_gone(acme):
    artefacts.adopt(acme, line("2026-03-02-04"))
    assert artefacts.next_folder(acme, SKILL, DAY, None) == f"artefacts/{SKILL}/2026-03-02-05"


def test_what_is_stored_is_official_and_cannot_be_stored_again(acme):
    item = line()
    artefacts.store(acme, item, {"artefact.json": b"{}", "artefact.md": b"#\n"})
    shelf = artefacts.shelf(acme)
    assert (shelf.official, shelf.orphans, shelf.missing) == ((item,), (), ())
    with pytest.raises(AlreadyThere):
        artefacts.store(acme, item, {"artefact.json": b"other"})
    assert (acme.root / item.folder / "artefact.json").read_bytes() == b"{}"
    assert artefacts.shelf(acme).official == (item,)


def test_what_is_being_written_or_holds_no_record_is_no_orphan(acme):
    for name in ("2026-03-02-01.tmp-0123abcd/artefact.json", "2026-03-02-02/notes.md", "artefact.json"):
        write(acme.artefacts, f"{SKILL}/{name}", "{}")
    assert artefacts.shelf(acme).orphans == ()


BROKEN = {
    "a field more": {"extra": "x"},
    "a folder elsewhere": {"folder": "evidence/x/y"},
    "a folder too deep": {"folder": "artefacts/x/y/z"},
    "a number": {"key": 5},
    "null": {"skill": None},
    "a list": {"skill": ["x"]},
    "no time": {"at": "yesterday"},
    "a time without its offset": {"at": "2026-03-02T09:30:00"},
}


@pytest.mark.parametrize("fault", BROKEN.values(), ids=BROKEN)
def test_a_line_that_names_no_artefact_is_refused_with_its_place(fault):
    with pytest.raises(LedgerBroken) as refused:
        artefacts.official(line().line() | fault, "ledger:7")
    assert refused.value.where == "ledger:7"


def test_a_line_read_back_is_the_same():
    assert artefacts.official(line(subject="sales").line(), "") == line(subject="sales")


@pytest.mark.parametrize("name", ["what now?.md", "all*.md", "a[1].md", "**.md", "Müller & Söhne.md"])
def test_a_text_is_found_by_its_exact_name_and_no_other(acme, name):
    write(acme.evidence, f"letters/{name}", small.LETTER)
    write(acme.evidence, "letters/what now!.md", "other")
    assert list(artefacts.texts_now(acme, [f"letters/{name}"])) == [f"letters/{name}"]
    assert artefacts.texts_now(acme, ["letters/nowhere.md"]) == {}
