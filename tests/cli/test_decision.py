"""`fde decision`, through the door."""

from __future__ import annotations

import pytest
from small import NOW, tree

ASKED = ("Who types the orders?", "--decider", "owner", "--needed-by", "2026-03-09", "--option", "The office", "--option", "Sales")
FILE = "decisions/2026-03-02-who-types-the-orders.md"


@pytest.fixture(name="acme")
def _acme(fde, tmp_path):
    assert fde("init", tmp_path / "acme").code == 0
    return tmp_path / "acme"


@pytest.fixture(name="decision")
def _decision(fde, acme):
    def call(*args, code=0):
        ended = fde("decision", "--json", *args, cwd=acme, env={"FDE_NOW": NOW})
        assert ended.code == code, ended.out
        return ended.json

    return call


def test_a_decision_is_opened_told_by_status_closed_and_told_no_more(fde, acme, decision):
    assert decision(*ASKED)["data"]["file"] == FILE
    now = {"FDE_NOW": "2026-03-12T09:00:00+01:00"}
    line = f"to decide   {FILE}  Who types the orders?  (owner; open 10 days; needed by 2026-03-09, 3 days overdue)"
    assert line in fde("status", cwd=acme, env=now).out.splitlines()
    ended = fde("decision", "--close", "who-types-the-orders", "--chosen", "sales", cwd=acme, env=now)
    assert (ended.code, ended.out, ended.err) == (0, f"closed  {FILE}: sales\n", "")
    assert "decided: 2026-03-12\nchosen: sales\n" in (acme / FILE).read_text()
    assert fde("status", "--json", cwd=acme, env=now).json["data"]["decisions"] == []


@pytest.mark.parametrize(
    ("args", "code", "error", "told"),
    [
        ((*ASKED[:2], "the board", *ASKED[3:]), 3, "several-decide", "'the board' are several"),
        (ASKED[:1], 2, "usage-error", "needs its --decider"),
        (ASKED[:3], 2, "usage-error", "needs its --needed-by"),
        ((), 2, "usage-error", "needs its QUESTION"),
        ((" ", *ASKED[1:]), 2, "usage-error", "needs its question"),
        ((*ASKED[:4], "soon"), 2, "usage-error", "expected a date like 2026-03-31, found 'soon'"),
        ((*ASKED, "--chosen", "x"), 2, "usage-error", "--chosen goes with --close"),
        ((*ASKED, "--close", "x"), 2, "usage-error", "With --close goes --chosen"),
        (("--close", "x", "--chosen", "y"), 3, "no-such-decision", "there is no x"),
    ],
)
def test_what_is_no_decision_is_refused_and_nothing_is_written(acme, decision, args, code, error, told):
    before = {name: data for name, data in tree(acme).items() if name != ".fde/lock"}
    (found,) = decision(*args, code=code)["errors"]
    assert (found["code"], told in found["message"]) == (error, True)
    assert {name: data for name, data in tree(acme).items() if name != ".fde/lock"} == before


def test_a_dry_run_writes_nothing(acme, decision):
    before = tree(acme)
    assert decision(*ASKED, "--dry-run")["data"]["file"] == FILE
    assert tree(acme) == before
