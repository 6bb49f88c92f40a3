"""`fde status`, through the door: what counts, what is old, what did not end well."""

from __future__ import annotations

import json
import re
import shutil

import pytest
import small
from small import NOW, SKILL, lines, tree, write

from fde.skillset.skill import Origin
from fde.skillset.skill import read as read_skill
from fde.skillset.trust import trust


@pytest.fixture(name="acme")
def _acme(tmp_path):
    return small.engagement(tmp_path)


@pytest.fixture(name="run")
def _run(fde, acme):
    def call(model="", *args, now=NOW):
        chosen = ["--model", f"replay/{model}.json"] if model else []
        return fde("run", SKILL, "--json", *chosen, *args, cwd=acme, env={"FDE_NOW": now}).json["data"]

    return call


@pytest.fixture(name="status")
def _status(fde, acme):
    def call(now=NOW, code=0):
        before = tree(acme)
        ended = fde("status", "--json", cwd=acme, env={"FDE_NOW": now})
        assert ended.code == code, ended.out
        assert tree(acme) == before
        return ended.json["data"]

    return call


def text(fde, acme, now=NOW):
    return fde("status", cwd=acme, env={"FDE_NOW": now}).out


def test_of_a_new_engagement_there_is_nothing_to_tell(fde, acme):
    assert text(fde, acme) == "engagement  acme\nno artefact yet\n"


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (NOW, "today"),
        ("2026-03-02T23:30:00+00:00", "1 day old"),
        ("2026-04-02T09:00:00+02:00", "31 days old"),
        ("2026-03-01T09:00:00+01:00", "dated 1 day ahead of today's date"),
    ],
)
def test_an_artefact_has_its_age_in_days_of_the_engagements_calendar(fde, acme, run, now, told):
    run()
    assert text(fde, acme, now) == f"engagement  acme\nartefact    artefacts/{SKILL}/2026-03-02-01  {told}, not judged\n"


CHANGES = {
    "a text": (lambda root: write(root, "interviews/owner.md", "other"), "interviews/owner.md changed"),
    "a text is new": (lambda root: write(root, "interviews/clerk.md", "Faxes come."), "interviews/clerk.md is new"),
    "a text is gone": (lambda root: (root / "interviews/owner.md").unlink(), "interviews/owner.md is gone"),
    "a text is no text": (lambda root: write(root, "letters/customer.md", b"\xff"), "letters/customer.md changed"),
    "a table": (lambda root: write(root, "orders/march.csv", small.ORDERS + "A5,1\n"), "set:orders changed"),
    "one more table": (lambda root: write(root, "orders/april.csv", small.ORDERS), "set:orders changed"),
    "no table": (lambda root: shutil.rmtree(root / "orders"), "set:orders is gone"),
    "a table is a link": (lambda root: (root / "orders/march.csv").rename(root / "x") and (root / "orders/march.csv").symlink_to(root / "x"), "set:orders is gone"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "told"), CHANGES.values(), ids=CHANGES)
def test_a_source_that_changed_makes_an_artefact_out_of_date(fde, acme, run, status, change, told):
    run("good")
    assert status()["artefacts"][0]["changed"] == []
    change(acme / "evidence")
    assert status()["artefacts"][0]["changed"] == [told]
    assert f"today, judged; out of date: {told}" in text(fde, acme)


DRIVER = {**small.DRIVER, "evidence": ["orders/*.csv", "ci/**", "git/*.txt", "orders/*.json"]}


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["ci/a.json"], ["evidence/ci is new (1 file)"]),
        (["ci/a.json", "ci/x/b.json", "git/log.txt"], ["evidence/ci is new (2 files)", "evidence/git is new (1 file)"]),
        (["orders/april.json"], ["evidence/orders is new (1 file)"]),
        (["orders/april.csv"], ["set:orders changed"]),
        (["git/log.md", "elsewhere/a.json", "ci/.hidden"], []),
    ],
)
def test_data_that_came_for_the_first_time_make_an_artefact_out_of_date(acme, run, status, names, told):
    folder = small.make_skill()
    write(folder, "assets/fde.json", json.dumps(DRIVER))
    trust(read_skill(folder, Origin.USER))
    run()
    assert status()["artefacts"][0]["changed"] == []
    for name in names:
        write(acme, f"evidence/{name}", "x")
    assert status()["artefacts"][0]["changed"] == told


def test_other_settings_make_an_artefact_out_of_date_until_the_next_run(acme, run, status):
    run()
    head = (acme / "engagement.md").read_text()
    write(acme, "engagement.md", re.sub(r"^timezone: .*$", "timezone: Asia/Tokyo", head, flags=re.MULTILINE))
    assert status()["artefacts"][0]["changed"] == ["engagement.md changed (timezone)"]
    assert not run()["unchanged"]
    assert status()["artefacts"][0]["changed"] == []


def test_the_next_run_brings_an_artefact_up_to_date_also_without_a_model(acme, run, status):
    first = run()["artefact"]
    write(acme, "evidence/interviews/owner.md", "other")
    assert status()["artefacts"][0]["changed"]
    later = run()
    assert (later["unchanged"], later["artefact"] == first) == (False, False)
    assert status()["artefacts"][0]["changed"] == []


def test_what_no_artefact_rests_on_may_change(acme, run, status):
    run()
    write(acme, "evidence/other/new.md", "new")
    write(acme, "private/x.md", "new")
    assert status()["artefacts"][0]["changed"] == []


def test_a_name_with_the_sign_of_a_pattern_is_no_change(acme, run, status):
    write(acme, "evidence/letters/what now?.md", small.LETTER)
    write(acme, "evidence/letters/all*.md", small.LETTER)
    run()
    assert status()["artefacts"][0]["changed"] == []


@pytest.mark.parametrize("name", ["artefact.md", "artefact.json"])
def test_an_artefact_that_a_person_edited_is_named_and_stays(acme, run, status, name):
    path = acme / run()["artefact"] / name
    path.write_text(path.read_text().replace("typed by hand", "typed in"))
    assert name in status()["artefacts"][0]["edited"]
    assert "typed in" in path.read_text()


def test_other_line_ends_are_no_edit(acme, run, status):
    for path in (acme / run()["artefact"]).iterdir():
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert status()["artefacts"][0]["edited"] == []


def test_a_view_that_is_gone_is_named(acme, run, status):
    (acme / run()["artefact"] / "artefact.md").unlink()
    assert status()["artefacts"][0]["edited"] == ["artefact.md"]


def test_a_run_that_failed_is_told_until_one_of_its_kind_ends_well(run, status):
    run()
    failed = run("garbage")["run"]
    assert [(item["run"], item["outcome"]) for item in status()["failed"]] == [(failed, "failed: no-usable-reply")]
    run("good", "--subject", "sales")
    assert len(status()["failed"]) == 1
    run("good")
    assert status()["failed"] == []


def test_a_run_that_finds_everything_unchanged_has_ended_well(run, status):
    run("good")
    run("stubborn")
    assert [item["outcome"] for item in status()["failed"]] == ["rejected"]
    assert run("good")["unchanged"]
    assert status()["failed"] == []


def test_a_script_that_fails_is_a_failed_run(fde, acme, status):
    small.make_skill(small.script_that("raise ValueError('no')\n"))
    assert fde("run", SKILL, cwd=acme).code == 3
    assert [item["outcome"] for item in status()["failed"]] == ["failed: script-failed"]


@pytest.mark.parametrize("event", ["started", "repair", "writing"])
def test_a_run_without_an_end_is_told_whatever_it_did_last(fde, acme, run, status, event):
    run("repaired")
    book = acme / ".fde/runs.ndjson"
    kept = [line for line in book.read_text().splitlines() if '"finished"' not in line]
    extra = ['{"run":"r0001","event":"repair","status":"failed: x"}'] if event == "repair" else []
    book.write_text("\n".join([*(kept[:1] if event != "writing" else kept), *extra, ""]))
    assert [item["run"] for item in status()["open"]] == ["r0001"]
    assert "never ended r0001" in text(fde, acme)
    run()
    assert status()["open"] == []


def test_a_folder_without_a_line_a_line_without_a_folder_and_a_torn_line_are_told(fde, acme, run, status):
    first, second = run()["artefact"], run("", "--subject", "sales")["artefact"]
    shutil.rmtree(acme / second)
    write(acme, f"artefacts/{SKILL}/2026-03-01-01/artefact.json", "{}")
    with (acme / "artefacts/ledger.ndjson").open("a") as file:
        file.write('{"folder":"art')
    state = status()
    assert [item["folder"] for item in state["artefacts"]] == [first]
    assert state["orphans"] == [f"artefacts/{SKILL}/2026-03-01-01"]
    assert state["missing"] == [second]
    assert state["torn"] == ["artefacts/ledger.ndjson"]
    shown = text(fde, acme)
    for line in (f"unofficial  artefacts/{SKILL}/2026-03-01-01", f"missing     {second}", "torn        artefacts/ledger.ndjson"):
        assert line in shown


@pytest.mark.parametrize("damage", ["", "{", "[]", "{}", '{"schema": "fde.artefact/1"}'])
def test_a_record_that_cannot_be_read_is_told_beside_the_others_and_ends_with_3(fde, acme, run, status, damage):
    broken, whole = run()["artefact"], run("", "--subject", "sales")["artefact"]
    (acme / broken / "artefact.json").write_text(damage)
    state = status(code=3)
    assert [item["folder"] for item in state["artefacts"]] == [broken, whole]
    assert state["artefacts"][0]["error"]
    assert state["artefacts"][1]["error"] is None
    assert "cannot be read:" in text(fde, acme)


def test_an_older_format_is_told_and_left_as_it_is(acme, status):
    write(acme, "engagement.md", "---\nname: acme\ntz: Europe/Berlin\n---\n")
    assert status()["migrated_from"] == 0


def test_the_ledger_says_what_every_file_of_an_artefact_was(acme, run):
    folder = run()["artefact"]
    (line,) = lines(acme / "artefacts/ledger.ndjson")
    assert set(line) == {"folder", "skill", "subject", "run", "at", "status", "key", "facts", "record", "settings"}
    assert (acme / folder / "artefact.json").exists()
