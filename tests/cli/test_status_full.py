"""`fde status` in full, through the door: promises and what came of them, what is next, and `--all`."""

from __future__ import annotations

import json
import shutil
from datetime import date

import pytest
import small
from small import NOW, SKILL, tree, write

from fde.engagement.promises import compare

INTERVAL = '''
import json
plain = print
def print(text):
    document = json.loads(text)
    fact = document["facts"][1]
    if fact["value"] is not None:
        fact["interval"] = {"low": fact["value"] - 1, "high": fact["value"] + 1, "level": 0.95, "method": "test"}
    plain(json.dumps(document))
'''  # fmt: skip
LATER = "2026-03-12T09:00:00+01:00"
MEAN = "entry.mean: 6.00 min (5.00 to 7.00 min) then"


@pytest.fixture(name="acme")
def _acme(tmp_path):
    return small.engagement(tmp_path, script=small.script_that(INTERVAL))


@pytest.fixture(name="run")
def _run(fde, acme):
    def call(model="good", *args, now=NOW):
        chosen = ["--model", f"replay/{model}.json"] if model else []
        return fde("run", SKILL, "--json", *chosen, *args, cwd=acme, env={"FDE_NOW": now}).json["data"]

    return call


@pytest.fixture(name="status")
def _status(fde, acme):
    """Both forms at once: the JSON's data and the lines; neither may write."""

    def call(now=LATER, code=0):
        before = tree(acme)
        data = fde("status", "--json", cwd=acme, env={"FDE_NOW": now})
        text = fde("status", cwd=acme, env={"FDE_NOW": now})
        assert (data.code, text.code) == (code, code), data.out
        assert tree(acme) == before
        return data.json["data"], text.out.splitlines()

    return call


def orders(acme, *minutes):
    write(acme, "evidence/orders/march.csv", "order,minutes\n" + "".join(f"A{n},{each}\n" for n, each in enumerate(minutes)))


MEASURED = {
    "no new measurement": (None, "6.00 min (5.00 to 7.00 min) now; no new measurement"),
    "apart": ((3, 3, 3, 3), "3.00 min (2.00 to 4.00 min) now; moved"),
    "worse": ((9, 9, 9, 9), "9.00 min (8.00 to 10.00 min) now; moved"),
    "overlapping": ((5, 5, 5, 5), "5.00 min (4.00 to 6.00 min) now; cannot tell: the intervals overlap"),
    "unknown": ((), "not known now; cannot tell: it is not known now"),
}


@pytest.mark.parametrize(("minutes", "told"), MEASURED.values(), ids=MEASURED)
def test_an_open_action_is_followed_to_its_fact(acme, run, status, minutes, told):
    run()
    if minutes is not None:
        orders(acme, *minutes)
        run("", now=LATER)
    data, lines = status()
    assert "to do       actions.md:5  Let customers send orders as a table.  (head of sales)" in lines
    assert f"            {MEAN}, {told}" in lines
    (action,) = data["actions"]
    assert f"{MEAN[12:].removesuffix(' then')}".endswith(action["then"])
    assert told == f"{action['now']} now; {action['verdict']}"


def test_a_later_judgement_over_the_same_facts_is_no_new_measurement(acme, run, status):
    run()
    write(acme, "replay/other.json", small.replay(small.judgement(small.STANDS)))
    run("other", now=LATER)
    assert status()[0]["actions"][0]["verdict"] == "no new measurement"


def test_a_measurement_by_another_version_of_the_skill_says_so(acme, run, status):
    run()
    orders(acme, 3, 3)
    folder = small.make_skill(small.script_that(INTERVAL).replace('"1.0.0"', '"2.0.0"'))
    skill = folder / "SKILL.md"
    skill.write_text(skill.read_text().replace("1.0.0", "2.0.0"))
    small_trust(folder)
    run("", now=LATER)
    assert status()[0]["actions"][0]["verdict"] == "moved (by version 2.0.0 of the skill, then 1.0.0)"


def small_trust(folder):
    from fde.skillset.skill import Origin, read
    from fde.skillset.trust import trust

    trust(read(folder, Origin.USER))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("- [ ] x. Moves: entry.mean.", "cannot tell: the line names no artefact"),
        ("- [ ] x. Moves: entry.mean. From: order-count/2020-01-01-01 a1.", "cannot tell: there is no artefact order-count/2020-01-01-01"),
        (f"- [ ] x. Moves: nope. From: {SKILL}/2026-03-02-01 a1.", f"cannot tell: artefacts/{SKILL}/2026-03-02-01 has no nope"),
        ("- [ ] x.", ""),
    ],
)
def test_where_an_action_cannot_be_followed_the_reason_is_told(acme, run, status, line, told):
    run("")
    write(acme, "actions.md", f"## To do\n\n{line}\n")
    assert [action["verdict"] for action in status()[0]["actions"]] == [told]


def test_a_damaged_artefact_behind_an_action_is_told_and_hides_nothing(acme, run, status):
    (acme / run()["artefact"] / "artefact.json").write_text("{")
    data, _ = status(code=3)
    assert [action["verdict"] for action in data["actions"]] == [f"cannot tell: artefacts/{SKILL}/2026-03-02-01 cannot be read"]


def fact(value=6.0, low=5.0, high=7.0, **other):
    interval = {"low": low, "high": high, "level": 0.95, "method": "x"}
    return {"id": "x", "type": "duration", "unit": "min", "value": value, "interval": interval, **other}


@pytest.mark.parametrize(
    ("then", "now", "verdict"),
    [
        (fact(), fact(8.0, 7.1, 9.0), "moved"),
        (fact(), fact(3.0, 2.0, 4.9), "moved"),
        (fact(), fact(8.0, 7.0, 9.0), "cannot tell: the intervals overlap"),
        (fact(), fact(6.0, 5.5, 6.5), "cannot tell: the intervals overlap"),
        (fact(), fact(interval=None), "cannot tell: it has no interval"),
        (fact(), fact(unit="h"), "cannot tell: it is measured in another unit now"),
        (fact(value=None), fact(), "cannot tell: it was not known then"),
        (fact(), fact(9, interval={"low": 8, "high": 10, "level": 0.9, "method": "x"}), "cannot tell: its intervals are of different levels"),
        (fact("900.00", 800, 999, type="money", unit="EUR"), fact("10.00", 9, 11, type="money", unit="EUR"), "moved"),
    ],
)
def test_a_fact_has_moved_only_if_its_intervals_part(then, now, verdict):
    assert compare(then, now) == verdict


PROMISES = """# Actions

## To do

- [ ] Late. Who: office manager. Due: 2026-03-10.
- [ ] On the day. Due: 2026-03-12.
- [x] Done. Due: 2026-01-01.
- [?] Odd.

## What the client owes us

- [ ] Export of the orders. From: office manager. Asked: 2026-03-02. Needed by: 2026-03-09.
- [ ] Access. From: owner. Asked: 2026-03-12.
- [x] Came. Asked: 2026-01-01. Needed by: 2026-01-02.
"""


def test_what_is_open_overdue_owed_and_odd_is_told_and_what_is_done_is_not(acme, status):
    write(acme, "actions.md", PROMISES)
    data, lines = status()
    assert lines[2:] == [
        "to do       actions.md:5  Late.  (office manager; due 2026-03-10, 2 days overdue)",
        "to do       actions.md:6  On the day.  (due 2026-03-12)",
        "owed        actions.md:12  Export of the orders.  (office manager; asked 10 days ago; needed by 2026-03-09, 3 days overdue)",
        "owed        actions.md:13  Access.  (owner; asked today)",
        "unclear     actions.md:8  expected [ ] or [x], found '[?]'",
        "next        mend actions.md:8: expected [ ] or [x], found '[?]'",
    ]
    assert [(item["what"], item["overdue"]) for item in data["actions"]] == [("Late.", 2), ("On the day.", 0)]
    assert [(item["days"], item["overdue"], item["asked"]) for item in data["owed"]] == [(10, 3, "2026-03-02"), (0, 0, "2026-03-12")]
    assert data["overdue"] == 2


@pytest.mark.parametrize("content", [b"\xff", b"- [ ] \0"], ids=["no UTF-8", "a zero byte"])
def test_a_list_that_cannot_be_read_is_told_with_3_and_hides_nothing(acme, run, status, content):
    run("")
    write(acme, "actions.md", content)
    data, lines = status(code=3)
    assert [item["where"] for item in data["broken"]] == ["actions.md"]
    assert len(data["artefacts"]) == 1
    assert lines[-1].startswith("next        mend actions.md: It is not text")


def test_a_broken_decision_is_told_with_file_and_line_and_hides_no_other(fde, acme, status):
    write(acme, "decisions/2026-03-01-a.md", "---\nquestion: A?\ndecider: the board\nopened: 2026-03-01\n---\n")
    write(acme, "decisions/2026-03-01-b.md", "---\nquestion: B?\ndecider: owner\nopened: 2026-03-01\n---\n")
    data, _ = status(code=3)
    assert [item["question"] for item in data["decisions"]] == ["B?"]
    assert [item["where"] for item in data["broken"]] == ["decisions/2026-03-01-a.md:3"]
    assert "decisions/2026-03-01-a.md:3" in fde("status", cwd=acme).err


def pressing(acme, run):
    """Make everything that presses, the least pressing first, and return a way to settle each, in the order of the help."""
    folder = run()["artefact"]
    write(acme, "evidence/interviews/owner.md", "other")
    write(acme, "decisions/2026-03-01-b.md", "---\nquestion: B?\ndecider: owner\nopened: 2026-03-01\nneeded_by: 2026-03-02\n---\n")
    write(acme, "actions.md", PROMISES)
    run("garbage", "--subject", "sales")
    write(acme, "artefacts/x/y/artefact.json", "{}")
    return folder


def test_next_is_the_most_pressing_by_the_order_that_the_help_gives(fde, acme, run, status):
    pressing(acme, run)
    fde("prompt", SKILL, "--subject", "desk", cwd=acme)
    steps = [
        ("mend actions.md:8: expected [ ] or [x], found '[?]'", lambda: write(acme, "actions.md", PROMISES.replace("- [?] Odd.\n", ""))),
        ("`fde doctor --repair`, for artefacts/x/y", lambda: shutil.rmtree(acme / "artefacts/x")),
        ("`fde accept REPLY --run r0003` with the reply", lambda: accepted(fde, acme)),
        ("`fde run order-count --subject sales`, for r0002 ended with failed: no-usable-reply", lambda: run("", "--subject", "sales")),
        ("ask owner to decide: B?", (acme / "decisions/2026-03-01-b.md").unlink),
        ("ask office manager for what is owed: Export of the orders.", lambda: tick(acme, "Export")),
        ("ask office manager about: Late.", lambda: tick(acme, "Late")),
        (f"`fde run {SKILL}`", lambda: write(acme, "evidence/interviews/owner.md", small.OWNER)),
    ]
    for told, settle in steps:
        data, lines = status()
        assert (data["next"], lines[-1]) == (told, f"next        {told}")
        settle()
    assert status()[0]["next"] == f"`fde run {SKILL} --subject desk`"  # judged over the other words


def accepted(fde, acme):
    write(acme, "reply.md", small.judgement(small.finding("A", "Typing takes {f:entry.mean}.")))
    assert fde("accept", "reply.md", cwd=acme).code == 0


def tick(acme, word):
    path = acme / "actions.md"
    path.write_text(path.read_text().replace(f"- [ ] {word}", f"- [x] {word}"))


def test_of_answers_that_changed_or_are_gone_an_artefact_knows(acme, run, status):
    answers = write(acme, f"answers/{SKILL}.md", "told\n")
    folder = acme / run("")["artefact"]
    record = json.loads((folder / "artefact.json").read_text())
    source = {"id": f"answers/{SKILL}.md", "locator": f"file:answers/{SKILL}.md", "digest": small.sha256(b"told\n"), "health": "ok"}
    (folder / "artefact.json").write_text(json.dumps({**record, "sources": [*record["sources"], source]}))
    assert status()[0]["artefacts"][0]["changed"] == []
    answers.write_bytes(b"told\r\n")
    assert status()[0]["artefacts"][0]["changed"] == []
    answers.write_bytes(b"other\n")
    assert status()[0]["artefacts"][0]["changed"] == [f"answers/{SKILL}.md changed"]
    answers.unlink()
    data = status()[0]["artefacts"][0]
    assert (data["changed"], data["gone"]) == ([f"answers/{SKILL}.md is gone"], [f"answers/{SKILL}.md"])


@pytest.fixture(name="overview")
def _overview(fde, tmp_path):
    def call(now=LATER, folder=tmp_path):
        text = fde("status", "--all", folder, env={"FDE_NOW": now})
        data = fde("status", "--all", folder, "--json", env={"FDE_NOW": now})
        assert (text.code, text.err, data.code) == (0, "", 0)
        return data.json["data"]["engagements"], text.out.splitlines()

    return call


def test_every_engagement_has_one_line_and_a_broken_one_hides_no_other(acme, run, overview, tmp_path):
    run()
    write(acme, "actions.md", PROMISES)
    write(acme, "decisions/2026-03-01-b.md", "---\nquestion: B?\ndecider: owner\nopened: 2026-03-01\n---\n")
    write(acme, "decisions/2026-03-03-c.md", "---\nquestion: C?\ndecider: owner\nopened: 2026-03-03\n---\n")
    write(tmp_path, "b/broken/engagement.md", "---\nname: Not A Slug\n---\n")
    write(tmp_path, "b/torn/engagement.md", "---\nname: torn\n---\n")
    write(tmp_path, "b/torn/artefacts/ledger.ndjson", "x\n{}\n")
    write(tmp_path, "b/c/new/engagement.md", "---\nname: new\n---\n")
    _, lines = overview()
    assert lines[3].startswith("b/torn  cannot be read: artefacts/ledger.ndjson:1: A line of the ledger is broken: ")
    assert lines[:3] == [
        "acme  last contact 2026-03-12; baseline; oldest open decision B? (11 days); 0 failed runs; 2 overdue",
        "b/broken  cannot be read: engagement.md:2: The head cannot be read: name: expected lower-case words joined by single hyphens, "
        "at most 64 characters, found 'Not A Slug'.",
        "new  no contact yet; no baseline; no open decision; 0 failed runs; 0 overdue",
    ]


def test_an_engagement_is_looked_for_three_folders_deep_and_not_in_another_or_behind_a_link(overview, tmp_path):
    for folder in ("a/b/c", "a/b/d/e", "a/b/c/evidence/x", ".hidden/x"):
        write(tmp_path, f"all/{folder}/engagement.md", f"---\nname: x{folder.count('/')}\n---\n")
    (tmp_path / "all/link").symlink_to(tmp_path / "all/a")
    data, _ = overview(folder=tmp_path / "all")
    assert [line["folder"] for line in data] == ["a/b/c"]
    data, _ = overview(folder=tmp_path / "all/a/b/c")
    assert [(line["folder"], line["name"]) for line in data] == [(".", "x2")]


def test_without_an_engagement_it_says_so(overview, tmp_path):
    assert overview() == ([], ["no engagement here, at most three folders deep"])


@pytest.mark.parametrize(
    ("name", "content", "contact"),
    [
        ("evidence/interviews/owner.md", "---\nkind: typed note\ndate: 2026-03-05\n---\nwords", date(2026, 3, 5)),
        ("evidence/interviews/owner.md", "---\ndate: 2027-01-01\n---\nwords", None),
        ("evidence/interviews/owner.md", "date: 2026-03-05\nwords", None),
        ("decisions/x.md", "---\nquestion: B?\ndecider: owner\nopened: 2026-03-01\ndecided: 2026-03-06\nchosen: x\n---\n", date(2026, 3, 6)),
        ("actions.md", "- [x] List. From: owner. Asked: 2026-03-07.\n", date(2026, 3, 7)),
    ],
)
def test_the_last_contact_is_the_newest_day_that_the_files_name(acme, overview, name, content, contact):
    write(acme, name, content)
    assert [line["contact"] for line in overview()[0]] == [contact and contact.isoformat()]


@pytest.mark.parametrize(("grade", "is_baseline"), [("A", True), ("C", True), ("D", False)])
def test_a_baseline_is_a_known_fact_that_was_not_only_told(acme, run, overview, grade, is_baseline):
    small.make_skill(small.SCRIPT.replace('"grade": "A"', f'"grade": "{grade}"'))
    assert overview()[0][0]["baseline"] is False
    run("")
    assert overview()[0][0]["baseline"] is is_baseline


def test_failed_runs_are_counted(run, overview):
    run("garbage")
    assert overview()[0][0]["failed"] == 1
