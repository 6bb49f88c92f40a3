"""Skills dropped in by somebody who has read docs/writing-a-skill.md and nothing else: the skills are taken from that page."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from small import NOW, write

from fde.settings import config_folder

pytestmark = pytest.mark.checkout

PAGE = Path(__file__).resolve().parents[2] / "docs" / "writing-a-skill.md"
FILES = dict(re.findall(r"^<!-- file: (\S+) -->\n```\w+\n(.*?)^```$", PAGE.read_text() if PAGE.exists() else "", re.DOTALL | re.MULTILINE))
ORDERS = "order,promised,left\nA,2026-02-02,2026-02-02\nB,2026-02-03,2026-02-05\nC,2026-02-04,2026-02-09\n"
MAIL = "Our taps came on Monday, and nobody had told us that they would be late.\n"
QUOTE = {"source": "mails/builder.txt", "text": MAIL.strip()}


@pytest.fixture
def acme(fde, tmp_path):
    """An engagement with a list and a mail; `acme(...)` is `fde ...` in it."""
    root = tmp_path / "acme"
    fde("init", root, "--timezone", "Europe/Berlin")
    write(root, "evidence/orders/february.csv", ORDERS)
    write(root, "evidence/mails/builder.txt", MAIL)

    def call(*args, input="", code=0):
        ended = fde(*args, cwd=root, env={"FDE_NOW": NOW}, input=input)
        assert ended.code == code, ended.out + ended.err
        return ended

    call.root = root
    return call


def drop(parent, name, *, without=()):
    """Write the skill *name* of the page below *parent*."""
    for file, text in FILES.items():
        if file.startswith(f"{name}/") and file not in without:
            write(parent, file, text)


def reply(*, facts=(), actions=()):
    finding = {"title": "Nobody tells the customers", "statement": "What is late is late in silence.", "basis": "documented"}
    finding |= {"severity": "high", "facts": list(facts), "quotes": [QUOTE]}
    questions = [{"question": "Who could tell them?", "whom": "the dispatcher", "why": "A call costs little."}]
    return json.dumps({"schema": "fde.judgement/1", "findings": [finding], "actions": list(actions), "questions": questions})


def status(acme):
    return acme("status", "--json").json["data"]


@pytest.mark.parametrize("place", ["user", "engagement"])
def test_a_skill_with_a_script_goes_all_the_way(acme, place):
    drop(config_folder() / "skills" if place == "user" else acme.root / "skills", "late-orders")
    assert f"late-orders     1.0.0  {place}" in acme("skills", "list").out
    assert "fde skills trust late-orders" in acme("run", "late-orders", code=3).err
    acme("skills", "trust", "late-orders")
    assert acme("run", "late-orders").out.startswith("2 of 3 orders left late.\n")
    question = acme("prompt", "late-orders").out
    assert "- late = 2: Orders that left after the promised day" in question
    assert "What should the dispatcher change first?" in question
    action = {"what": "Call the day before", "owner": "dispatcher", "due": None, "moves": "late", "proposed": None, "quotes": []}
    written = acme("accept", "-", "--json", input=reply(facts=["late"], actions=[action])).json["data"]
    assert (written["status"], written["actions"]) == ("ok", 1)
    assert "every artefact agrees" in acme("verify").out
    assert "2 of 3 orders left late." in Path(acme("page", "late-orders").out.splitlines()[0]).read_text()
    assert status(acme)["artefacts"][0]["changed"] == []


def test_the_list_that_changed_is_seen_although_the_script_gave_no_digest(acme):
    drop(acme.root / "skills", "late-orders")
    acme("skills", "trust", "late-orders")
    acme("run", "late-orders")
    write(acme.root, "evidence/orders/march.csv", ORDERS)
    assert status(acme)["artefacts"][0]["changed"] == ["set:orders changed"]
    assert acme("run", "late-orders").out.startswith("4 of 6 orders left late.\n")


def test_the_script_answers_by_hand_and_says_which_line_is_wrong(acme):
    drop(acme.root / "skills", "late-orders")
    acme("skills", "trust", "late-orders")
    asked = ("tool", "--json", "late-orders", "facts", "--evidence", acme.root / "evidence", "--now", NOW, "--tz", "UTC")
    assert json.loads(acme(*asked).json["data"]["stdout"])["facts"][1]["value"] == 2
    write(acme.root, "evidence/orders/march.csv", "order,promised,left\nD,,2026-03-01\n")
    assert "orders/march.csv:2: expected the days promised and left" in acme("run", "late-orders", code=3).err


def test_without_a_question_of_its_own_the_general_one_is_asked(acme):
    drop(acme.root / "skills", "late-orders", without=["late-orders/assets/prompt.md.j2"])
    acme("skills", "trust", "late-orders")
    question = acme("prompt", "late-orders").out
    assert "the actions to take first" in question
    assert "- late = 2: Orders that left after the promised day; 3 cases; grade A" in question


def test_a_byte_that_changes_is_asked_about_again(acme):
    drop(acme.root / "skills", "late-orders")
    acme("skills", "trust", "late-orders")
    write(acme.root, "skills/late-orders/SKILL.md", FILES["late-orders/SKILL.md"] + "\n")
    assert "changed since you trusted it" in acme("run", "late-orders", code=3).err


def test_instructions_alone_give_a_judgement_that_rests_on_words(acme):
    drop(acme.root / "skills", "complaints")
    assert "fde skills trust complaints" in acme("prompt", "complaints", code=3).err
    acme("skills", "trust", "complaints")
    question = acme("prompt", "complaints").out
    assert MAIL.strip() in question
    assert "Read what customers wrote." in question
    assert "there are no actions" in question
    assert acme("accept", "-", "--json", input=reply()).json["data"]["status"] == "ok"
    report = next(acme.root.glob("artefacts/complaints/*/artefact.md")).read_text()
    assert report.startswith("# This rests on what was said and written; nothing was measured.\n")
    assert MAIL.strip() in report
    assert "Every figure" not in report
    assert "every artefact agrees" in acme("verify").out
    acme("page", "complaints")


def test_instructions_alone_are_not_run_without_anybody_to_follow_them(acme):
    drop(acme.root / "skills", "complaints")
    acme("skills", "trust", "complaints")
    ended = acme("run", "complaints", code=3)
    assert "`fde prompt complaints` asks a chat by its method." in ended.err
    assert not list(acme.root.glob("artefacts/complaints/*"))
    assert status(acme)["failed"] == []


def test_instructions_alone_are_no_tool(acme):
    drop(acme.root / "skills", "complaints")
    assert "has no script" in acme("tool", "complaints", "facts", code=3).err
