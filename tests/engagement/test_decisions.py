"""Decisions: one file, one decider, and what a person wrote stays."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from failing import every_failure
from hypothesis import given
from hypothesis import strategies as st
from small import write

from fde.engagement import decisions
from fde.engagement.decisions import against, close, draft, parse
from fde.engagement.engagement import read
from fde.errors import BadHead, BrokenDecision, NoSuchDecision, SameQuestion, SeveralDecide, UsageError

OPENED, NEEDED = date(2026, 3, 2), date(2026, 3, 9)
NAME = "2026-03-02-who-types-the-orders.md"
HEAD = {
    "question": "Who types the orders?", "decider": "owner", "opened": "2026-03-02", "needed_by": "2026-03-09", "decided": "", "chosen": "",
}  # fmt: skip
BODY = "\n## Options\n\n- The office\n- The **sales** desk: from May\n\n## Criteria\n\n- No customer waits\n"


def text(body=BODY, **other):
    lines = [f"{name}: {value}".rstrip() for name, value in {**HEAD, **other}.items() if value is not None]
    return "\n".join(["---", *lines, "---", body])


@pytest.fixture(name="acme")
def _acme(tmp_path):
    write(tmp_path, "engagement.md", "---\nfde: 1\nname: acme\n---\n")
    return read(tmp_path)


def opened(acme, question="Who types the orders?", **other):
    plan = draft(acme, question, **{"decider": "owner", "opened": OPENED, "needed_by": NEEDED, **other})
    return decisions.write(acme, plan)


def test_a_new_decision_is_a_file_that_a_person_can_read_and_we_can(acme):
    path = opened(acme, options=["The office", "The sales desk"], criteria=["No customer waits"])
    assert path.name == NAME
    assert path.read_text() == (
        "---\nquestion: Who types the orders?\ndecider: owner\nopened: 2026-03-02\nneeded_by: 2026-03-09\ndecided:\nchosen:\n---\n"
        "\n## Options\n\n- The office\n- The sales desk\n\n## Criteria\n\n- No customer waits\n"
    )
    ((found,), broken) = decisions.read(acme)
    assert (found.file, found.question, found.decider, found.is_open, broken) == (NAME, "Who types the orders?", "owner", True, ())
    assert (found.opened, found.needed_by, found.options) == (OPENED, NEEDED, ("The office", "The sales desk"))


@pytest.mark.parametrize(
    "role",
    ["owner", "head of sales", "chair of the board", "head of sales and marketing", "team lead", "VP of sales, Europe", "office manager", "Geschäftsführerin"],
)
def test_one_role_decides(role):
    assert against(role) == ""


@pytest.mark.parametrize(
    "several",
    ["", "  ", "the board", "steering committee", "committee of owners", "owner and office manager", "owner, office manager", "owner/CEO",
     "head of sales and head of IT", "everyone", "the sales team", "we", "owner or his son", "Vertrieb und Lager", "a & b", "management"],
)  # fmt: skip
def test_several_or_nobody_decide_nothing(several):
    assert against(several)


def test_a_committee_is_refused_with_the_reason_and_nothing_is_written(acme):
    with pytest.raises(SeveralDecide, match="'the board' are several"):
        opened(acme, decider="the board")
    assert not (acme.root / "decisions").exists()


def test_a_question_that_is_open_is_not_asked_again(acme):
    opened(acme)
    with pytest.raises(SameQuestion) as refused:
        opened(acme, "who types  the orders")
    assert refused.value.where == f"decisions/{NAME}"


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Größe?", "2026-03-02-grosse.md"),
        ("¿Qué?", "2026-03-02-que.md"),
        ("何?", "2026-03-02-decision.md"),
        ("../../etc/passwd", "2026-03-02-etc-passwd.md"),
        ("a b c d e f g h i j", "2026-03-02-a-b-c-d-e-f-g.md"),
        ("x" * 300, f"2026-03-02-{'x' * 64}.md"),
    ],
)
def test_a_files_name_comes_from_the_question_and_fits_every_disk(acme, question, name):
    assert opened(acme, question).name == name


def test_fault_56_a_name_that_some_disk_takes_for_another_gets_a_number(acme):
    write(acme.root, f"decisions/{NAME.upper()}", "no decision")
    assert opened(acme).name == "2026-03-02-who-types-the-orders-2.md"


@given(st.text(min_size=1, max_size=80).filter(lambda text: text.strip()), st.lists(st.text(max_size=30), max_size=3))
def test_whatever_is_asked_is_read_back_or_refused_in_words(question, options):
    acme = SimpleNamespace(root=Path("/nonexistent"))
    try:
        plan = draft(acme, question, decider="owner", opened=OPENED, needed_by=NEEDED, options=options)
    except (BadHead, UsageError):
        pass
    else:
        assert parse(plan.text, plan.decision.file) == plan.decision
        assert plan.decision.question == " ".join(question.split())


BROKEN = {
    "no head": ("words\n", 1, "expected --- on the first line"),
    "no question": (text(question=""), 2, "expected question: and what is to be decided, found 'nothing'"),
    "no decider": (text(decider=""), 3, "nobody is named"),
    "a committee": (text(decider="the board"), 3, "'the board' are several (board)"),
    "no day": (text(opened=None), 1, "expected opened: and a date like 2026-03-02, found 'nothing'"),
    "a wrong day": (text(needed_by="soon"), 5, "expected needed_by: and a date like 2026-03-09, found 'soon'"),
    "chosen, not decided": (text(chosen="The office"), 7, "expected chosen and decided together, or neither, found 'The office'"),
    "a field of nobody": (text(needed="x"), 8, "expected only question, decider, opened, needed_by, decided, chosen, found 'needed'"),
    "a list": (text(decider="[a, b]"), 3, "expected decider: and one value"),
}


@pytest.mark.parametrize(("content", "line", "told"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_told_with_its_line_and_hides_no_other(acme, content, line, told):
    write(acme.root, "decisions/2026-01-01-broken.md", content)
    opened(acme)
    found, (error,) = decisions.read(acme)
    assert [decision.file for decision in found] == [NAME]
    assert error.where == f"decisions/2026-01-01-broken.md:{line}"
    assert told in error.message


def test_a_file_that_cannot_be_read_is_told_by_its_name(acme):
    write(acme.root, "decisions/x.md", b"\xff")
    assert [error.where for error in decisions.read(acme)[1]] == ["decisions/x.md"]


def closed(acme, content, chosen="The office", name=NAME):
    path = write(acme.root, f"decisions/{NAME}", content)
    decisions.write(acme, close(acme, name, chosen=chosen, decided=date(2026, 3, 8)))
    return path.read_bytes().decode()


@pytest.mark.parametrize("name", [NAME, NAME.removesuffix(".md"), "who-types-the-orders", f"decisions/{NAME}"])
def test_closing_fills_in_two_lines_and_leaves_every_other_byte(acme, name):
    result = closed(acme, text(), name=name)
    assert result == text(decided="2026-03-08", chosen="The office")


@pytest.mark.parametrize(
    "content",
    [
        text().replace("\n", "\r\n"),
        "\ufeff" + text(),
        text().replace("decider: owner", "decider: owner  # who else").replace("chosen:", "chosen: ''"),
        text(decided=None, chosen=None),
        text(decided=None, chosen=None).replace("\n", "\r\n"),
        text().replace("---\n\n## Options", "---\nchosen: not this line\n\n## Options"),
    ],
    ids=["CRLF", "byte order mark", "comments", "fields left out", "fields left out, CRLF", "the same word in the body"],
)
def test_closing_keeps_what_a_person_wrote_as_they_wrote_it(acme, content):
    result = closed(acme, content)
    ((decision,), _) = decisions.read(acme)
    assert (decision.decided, decision.chosen) == (date(2026, 3, 8), "The office")
    drop = ("decided:", "chosen: The", "chosen:\r", "chosen:\n", "chosen: ''")
    assert result.count("\r\n") == (result.count("\n") if "\r\n" in content else 0)
    kept = [line for line in content.splitlines(keepends=True) if not line.startswith(drop)]
    assert [line for line in result.splitlines(keepends=True) if not line.startswith(drop)] == kept


@pytest.mark.parametrize(("chosen", "is_option"), [("the sales desk", True), ("The sales", True), ("The sal", False), ("The moon", False), ("", False)])
def test_only_one_of_its_options_can_be_chosen(acme, chosen, is_option):
    if is_option:
        assert f"chosen: {chosen}\n" in closed(acme, text(), chosen)
    else:
        with pytest.raises(UsageError, match="Expected one of its options"):
            closed(acme, text(), chosen)
        assert (acme.root / "decisions" / NAME).read_text() == text()


def test_a_decision_without_options_takes_any_words(acme):
    assert "chosen: 'Nobody: we stop'\n" in closed(acme, text(body=""), "Nobody: we stop")


def test_what_is_decided_stays_decided(acme):
    closed(acme, text())
    with pytest.raises(UsageError, match="It was decided on 2026-03-08: The office"):
        close(acme, NAME, chosen="The sales desk", decided=NEEDED)


def test_a_broken_file_is_not_closed_and_says_where_it_is_broken(acme):
    with pytest.raises(BrokenDecision) as refused:
        closed(acme, text(needed_by="soon"))
    assert refused.value.where == f"decisions/{NAME}:5"


def test_a_question_that_was_decided_may_be_asked_again(acme):
    closed(acme, text())
    assert opened(acme).name == "2026-03-02-who-types-the-orders-2.md"


def test_a_name_must_mean_one_decision(acme):
    write(acme.root, "decisions/2026-01-01-x.md", text())
    write(acme.root, "decisions/2026-02-01-x.md", text(question="Other?"))
    with pytest.raises(NoSuchDecision, match="2026-01-01-x.md, 2026-02-01-x.md"):
        close(acme, "x", chosen="The office", decided=NEEDED)
    with pytest.raises(NoSuchDecision, match="there is no y"):
        close(acme, "y", chosen="The office", decided=NEEDED)


def test_a_head_in_a_form_that_cannot_be_filled_in_is_refused_not_spoilt(acme):
    content = "---\n{question: 'Who?', decider: owner, opened: 2026-03-02, decided: '', chosen: ''}\n---\n"
    with pytest.raises((BrokenDecision, BadHead)):
        closed(acme, content)
    assert (acme.root / "decisions" / NAME).read_text() == content


def test_whatever_call_fails_a_decision_is_its_old_or_its_new_self(acme):
    path = write(acme.root, f"decisions/{NAME}", text())
    new = text(decided="2026-03-08", chosen="The office")

    def check():
        assert path.read_text() in (text(), new)
        assert os.listdir(path.parent) == [NAME]

    every_failure(
        lambda: decisions.write(acme, close(acme, NAME, chosen="The office", decided=date(2026, 3, 8))),
        check=check,
        reset=lambda: path.write_text(text()),
    )


def test_whatever_call_fails_a_new_decision_is_whole_or_not_there(acme):
    folder = acme.root / "decisions"
    folder.mkdir()

    def check():
        assert os.listdir(folder) in ([], [NAME])
        assert decisions.read(acme)[1] == ()

    def reset():
        for path in folder.iterdir():
            path.unlink()

    every_failure(lambda: opened(acme), check=check, reset=reset)
