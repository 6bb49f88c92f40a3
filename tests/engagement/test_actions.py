"""`actions.md`: what fde reads in it, and that it only ever adds lines."""

from __future__ import annotations

import errno
import os
from datetime import date
from shutil import rmtree

import pytest
import small
from failing import every_failure
from hypothesis import given
from hypothesis import strategies as st
from small import write

from fde.engagement import actions, repair, runs
from fde.engagement.actions import Action, Debt, add_from, parse, with_lines
from fde.engagement.engagement import read
from fde.errors import NotRegular
from fde.portable.artefact import UNJUDGED
from fde.runner import run
from fde.runner.ask import judge, parse_and_check
from fde.runner.material import gather
from fde.skillset.find import find

FOLDER = "artefacts/order-count/2026-03-02-01"
FACT = {"id": "entry.mean", "label": "Mean time", "type": "duration", "value": 6.0, "unit": "min", "grade": "A", "sources": []}
FULL = (
    "- [ ] Send a list each morning. Who: engineering lead. Due: 2026-03-31. "
    "Moves: work.lead.hours (60.6 h on 2026-03-02). From: amdahl-ceiling/2026-03-02-01 a1."
)


def record(*whats, **other):
    """Return as much of an artefact as its actions need, one action for each text."""
    action = {"owner": "head of sales", "due": None, "moves": "entry.mean"}
    listed = [{**action, "id": f"a{number}", "rendered": what, **other} for number, what in enumerate(whats, 1)]
    return {"created": "2026-03-02T09:30:00+01:00", "facts": [FACT], "actions": listed}


@pytest.fixture(name="acme")
def _acme(tmp_path):
    write(tmp_path, "engagement.md", "---\nfde: 1\nname: acme\n---\n")
    return read(tmp_path)


def listed(acme):
    return (acme.root / "actions.md").read_bytes().decode()


def test_a_line_is_read_field_by_field():
    """input: FULL"""
    assert parse(f"# Actions\n\n## To do\n\n{FULL}\n").actions == (
        Action(
            line=5, what="Send a list each morning.", is_done=False, who="engineering lead", due=date(2026, 3, 31),
            moves="work.lead.hours", value="60.6 h on 2026-03-02", artefact="amdahl-ceiling/2026-03-02-01", action="a1",
        ),
    )  # fmt: skip


def test_what_the_client_owes_has_its_own_fields():
    text = "## What the client owes us\n- [x] Export of the order list. From: office manager. Asked: 2026-03-02. Needed by: 2026-03-09.\n"
    (debt,) = parse(text).debts
    expected = {"who": "office manager", "asked": date(2026, 3, 2), "needed_by": date(2026, 3, 9)}
    assert debt == Debt(line=2, what="Export of the order list.", is_done=True, **expected)


@pytest.mark.parametrize(
    ("line", "what", "is_done"),
    [
        ("- [ ] call the bank", "call the bank", False),
        ("* [x] call the bank", "call the bank", True),
        ("  + [X] call the bank", "call the bank", True),
        ("3. [ ] call the bank", "call the bank", False),
        ("-[ ] call the bank", "call the bank", False),
        ("- [ x] call\n      the bank", "call the bank", True),
        ("- [ ] Whose: bank? Ask about due: dates", "Whose: bank? Ask about due: dates", False),
    ],
)
def test_a_persons_own_line_needs_no_field(line, what, is_done):
    (action,) = parse(f"{line}\n").actions
    assert (action.what, action.is_done, action.who, action.due, action.moves) == (what, is_done, "", None, "")


@pytest.mark.parametrize("text", ["", "# Actions\n", "free words\n- a list\n- [a link](x)\n", "```\n- [ ] an example\n```\n", "<!--\n- [ ] hidden\n-->\n"])
def test_what_is_no_task_is_nobodys_promise_and_no_mistake(text):
    assert parse(text) == actions.Promises()


def test_a_fence_and_a_comment_that_never_close_hide_nothing():
    assert [action.what for action in parse("```\n- [ ] one\n<!--\n- [ ] other\n").actions] == ["one", "other"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("- [-] dropped", "expected [ ] or [x], found '[-]'"),
        ("- [] empty", "expected [ ] or [x], found '[]'"),
        ("- [ ]", "expected what is to be done, found 'nothing'"),
        ("- [ ] x. Due: soon.", "expected Due: and a date like 2026-03-31, found 'soon'"),
        ("- [ ] x. Due: 2026-02-30.", "expected Due: and a date like 2026-03-31, found '2026-02-30'"),
        ("- [ ] x. Who: a. Who: b.", "expected Who once, found 'Who: b.'"),
        ("- [ ] x. Moves: The mean.", "expected Moves: and a fact's id, like orders.per-week, found 'The mean'"),
        ("- [ ] x. From: ../../etc a1.", "expected From: and an artefact and its action, like amdahl-ceiling/2026-03-02-01 a1, found '../../etc a1'"),
        ("- [ ] x. Asked: 2026-03-02. Due: 2026-03-09.", "expected only From, Asked, Needed by here, found 'Due: 2026-03-09'"),
    ],
)
def test_a_line_that_cannot_be_understood_is_told_with_its_place(line, told):
    found = parse(f"## To do\n\n{line}\n")
    assert [(item.where, item.what) for item in found.complaints] == [("actions.md:3", told)]


def test_a_wrong_date_does_not_lose_the_promise():
    (action,) = parse("- [ ] Call. Who: owner. Due: soon.\n").actions
    assert (action.what, action.who, action.due) == ("Call.", "owner", None)


def test_an_action_of_an_artefact_is_one_line_that_is_read_back(acme):
    assert add_from(acme, FOLDER, record("Let customers send a table", due="2026-03-31")) == 1
    assert listed(acme) == (
        "# Actions\n\n## To do\n\n- [ ] Let customers send a table. Who: head of sales. Due: 2026-03-31. "
        "Moves: entry.mean (6.00 min on 2026-03-02). From: order-count/2026-03-02-01 a1.\n"
    )
    (action,) = actions.read(acme).actions
    assert (action.what, action.who, action.due, action.moves) == ("Let customers send a table.", "head of sales", date(2026, 3, 31), "entry.mean")
    assert (action.artefact, action.action, action.value) == ("order-count/2026-03-02-01", "a1", "6.00 min on 2026-03-02")


def test_the_same_action_is_never_added_twice_not_even_if_it_is_ticked_or_struck_out(acme):
    add_from(acme, FOLDER, record("One", "Other"))
    for change in (lambda text: text, lambda text: text.replace("[ ] One", "[x] One"), lambda text: f"<!--{text}-->"):
        write(acme.root, "actions.md", before := change(listed(acme)))
        assert add_from(acme, FOLDER, record("One", "Other")) == 0
        assert listed(acme) == before


def test_an_action_that_is_open_already_keeps_the_value_it_started_from(acme):
    add_from(acme, FOLDER, record("Let customers send a table"))
    assert add_from(acme, "artefacts/order-count/2026-04-01-01", record("Let customers send a table.", "Call the bank")) == 1
    assert [(a.what, a.artefact) for a in actions.read(acme).actions] == [
        ("Let customers send a table.", "order-count/2026-03-02-01"),
        ("Call the bank.", "order-count/2026-04-01-01"),
    ]


def test_an_action_that_was_done_may_be_proposed_anew(acme):
    add_from(acme, FOLDER, record("Call the bank"))
    write(acme.root, "actions.md", listed(acme).replace("[ ]", "[x]"))
    assert add_from(acme, "artefacts/order-count/2026-04-01-01", record("Call the bank")) == 1


@pytest.mark.parametrize(
    "hostile",
    ["Stop. Who: me. Due: 2020-01-01", "# Heading", "[x] done", "a\nb", "<!-- gone", "![](http://x/y.png)", "From: order-count/2026-03-02-01 a9"],
)
def test_the_words_of_a_model_are_words_and_no_field_of_ours(acme, hostile):
    add_from(acme, FOLDER, record(hostile, owner=f"owner. Due: 2020-01-01 {hostile}"))
    found = actions.read(acme)
    (action,) = found.actions
    assert (found.complaints, action.is_done, action.due, action.action) == ((), False, None, "a1")
    assert "![" not in listed(acme)


PERSONS = {
    "nothing": "",
    "a title": "# Actions\n",
    "no line end": "# Actions\n\n## To do",
    "an order of their own": "## To do\n\n- [x] b\n- [ ] a\n\nremarks\n\n## What the client owes us\n\n- [ ] list\n",
    "white space": "## to do  \n\n\n   - [ ] a  \n\t\n\n# End\n",
    "CRLF": "# Actions\r\n\r\n## To do\r\n\r\n- [ ] a\r\n\r\n## More\r\n",
    "a mark of byte order": "\ufeff# Actions\n\n## To do\n- [ ] a\n",
    "a heading in a fence": "```\n## To do\n```\n\n## To do ##\n\n- [ ] a\n# x\n",
    "an open fence": "## To do\n\n```\n",
}


def is_added_in_one_place(before, after):
    """Say whether *after* is *before* with something put in at one place."""
    start = next((place for place, letter in enumerate(before) if after[place : place + 1] != letter), len(before))
    return after.endswith(before[start:]) and len(after) > len(before)


@pytest.mark.parametrize("text", PERSONS.values(), ids=PERSONS)
def test_every_byte_of_the_person_stays_and_the_new_line_stands_at_the_end_of_the_list(acme, text):
    path = write(acme.root, "actions.md", text)
    before = len(parse(text).actions)
    add_from(acme, FOLDER, record("NEW"))
    data = path.read_bytes().decode()
    assert data.count("\r\n") == (data.count("\n") if "\r\n" in text else 0)
    assert is_added_in_one_place(text, data)
    found = actions.read(acme).actions
    assert len(found) == before + 1
    assert found[-1].what == "NEW."


@given(st.text(alphabet="#- []xaT o\r\n\t`<!->.\u2028\ufeff", max_size=60), st.sampled_from(["To do", "Other"]))
def test_whatever_a_person_wrote_a_line_added_takes_nothing_away(text, heading):
    result = with_lines(text, heading, ["- [ ] NEW"])
    assert is_added_in_one_place(text, result)
    assert [action.what for action in parse(result).actions].count("NEW") == 1


def test_a_file_that_is_a_link_is_refused_and_left(acme, tmp_path):
    target = write(tmp_path, "elsewhere.md", "x")
    os.symlink(target, acme.root / "actions.md")
    with pytest.raises(NotRegular):
        add_from(acme, FOLDER, record("One"))
    assert target.read_text() == "x"


def test_whatever_call_fails_the_list_is_its_old_or_its_new_self(acme):
    old = "# Actions\n\n## To do\n\n- [x] mine\n"
    path = acme.root / "actions.md"

    def check():
        text = path.read_text()
        assert text == old or (text.startswith(old) and text.count("NEW") == 1)
        assert sorted(os.listdir(acme.root)) == ["actions.md", "engagement.md"]

    every_failure(lambda: add_from(acme, FOLDER, record("NEW")), check=check, reset=lambda: write(acme.root, "actions.md", old))


def test_a_run_whose_list_cannot_be_written_has_its_artefact_and_the_next_one_adds_its_actions(fde, tmp_path):
    root = small.engagement(tmp_path)
    (root / "actions.md").mkdir()
    ended = fde("run", small.SKILL, "--model", "replay/good.json", "--json", cwd=root, env={"FDE_NOW": small.NOW})
    assert (ended.code, ended.json["errors"][0]["where"]) == (3, str(root / "actions.md"))
    assert len(small.lines(root / "artefacts/ledger.ndjson")) == 1
    (root / "actions.md").rmdir()
    again = fde("run", small.SKILL, "--model", "replay/good.json", "--json", cwd=root, env={"FDE_NOW": small.NOW})
    assert (again.code, again.json["data"]["unchanged"]) == (0, True)
    assert (root / "actions.md").read_text().count("From: order-count/2026-03-02-01 a1.") == 1
    assert fde("status", "--json", cwd=root).json["data"]["failed"] == []


def test_whatever_call_fails_behind_the_measuring_a_repair_leaves_each_action_of_an_official_artefact_in_the_list_once(tmp_path):
    root = small.engagement(tmp_path)
    acme, now = read(root), small.moment()
    material = gather(acme, find(small.SKILL, root), now=now)
    judged = judge(parse_and_check(small.GOOD, material), {**UNJUDGED, "by": "a chat"})
    started = []

    def reset():
        for name in (".fde", "artefacts"):
            rmtree(root / name, ignore_errors=True)
        (root / "actions.md").unlink(missing_ok=True)
        (root / "artefacts").mkdir()
        started[:] = [runs.start(acme, skill=small.SKILL, subject=None, at=small.NOW)]

    def attempt():
        with runs.recorded(acme, started[0]):
            run.write(acme, started[0], material, judged, now=now, key="k")

    def check():
        repair.repair(acme)
        official = small.lines(root / "artefacts/ledger.ndjson")
        text = (root / "actions.md").read_text() if (root / "actions.md").exists() else ""
        assert text.count("From: order-count/2026-03-02-01 a1.") == len(official)
        assert [item.outcome for item in runs.runs(acme)] == ["ok"] or not official

    every_failure(attempt, check=check, reset=reset, errnos=(errno.ENOSPC,))
