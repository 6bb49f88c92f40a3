"""`fde run`, through the door: the whole path with no model, and with recorded replies."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import shutil
import sys

import pytest
import small
from small import NOW, SKILL, lines, record, tree, write


@pytest.fixture(name="acme")
def _acme(tmp_path):
    return small.engagement(tmp_path)


@pytest.fixture(name="run")
def _run(fde, acme):
    """Run the skill with the recorded reply of that name, as JSON."""

    def call(model="", *args, now=NOW, code=0):
        chosen = ["--model", f"replay/{model}.json"] if model else []
        ended = fde("run", SKILL, "--json", *chosen, *args, cwd=acme, env={"FDE_NOW": now})
        assert ended.code == code, ended.out
        return ended.json

    return call


def head(acme, folder):
    """Return the first line of an artefact's Markdown."""
    return (acme / folder / "artefact.md").read_text().splitlines()[0]


def test_without_a_model_the_facts_alone_give_a_complete_artefact(fde, acme):
    ended = fde("run", SKILL, cwd=acme / "evidence", env={"FDE_NOW": NOW})
    folder = f"artefacts/{SKILL}/2026-03-02-01"
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == f"4 orders were typed by hand, 6.00 min each.\n\nwrote  {acme / folder / 'artefact.md'}\n"
    document = record(acme, folder)
    assert (document["judged"]["status"], document["created"], document["zone"]) == ("none", "2026-03-02T09:30:00+01:00", "Europe/Berlin")
    assert [source["id"] for source in document["sources"]] == ["set:orders", "interviews/owner.md", "letters/customer.md"]
    assert fde("verify", cwd=acme).code == 0


def test_a_run_has_a_start_and_an_end_and_its_artefact_a_line(run, acme):
    ended = run("good")["data"]
    events = lines(acme / ".fde/runs.ndjson")
    assert [(event["run"], event["event"]) for event in events] == [("r0001", "started"), ("r0001", "writing"), ("r0001", "finished")]
    assert (events[0]["skill"], events[0]["at"]) == (SKILL, NOW)
    assert (events[-1]["status"], events[-1]["artefact"], events[-1]["by"]) == ("ok", ended["artefact"], "replay/good.json")
    (line,) = lines(acme / "artefacts/ledger.ndjson")
    assert (line["folder"], line["run"], line["status"], line["subject"]) == (ended["artefact"], "r0001", "ok", None)


def test_what_was_sent_and_what_came_back_are_on_disk_letter_for_letter(run, acme):
    ended = run("repaired")["data"]
    folder = acme / ".fde/runs" / ended["run"]
    assert (folder / "reply-1.txt").read_text() == small.BAD
    assert (folder / "reply-2.txt").read_text() == small.GOOD
    assert "<evidence>" in (folder / "question.md").read_text()


def test_a_good_reply_stands_whole(run, acme):
    document = record(acme, run("good")["data"]["artefact"])
    judged = [finding for finding in document["findings"] if finding["by"] == "model"]
    assert [finding["rendered"] for finding in judged] == ["Each order waits and then takes 6.00 min."]
    assert judged[0]["quotes"][0]["lines"] == [3, 3]
    assert (len(document["actions"]), len(document["questions"]), document["dropped"]) == (1, 1, [])
    assert document["judged"] == {
        "status": "ok", "by": "replay/good.json", "prompt": document["judged"]["prompt"], "replayed": True,
        "origin": "written for a test", "tokens": None, "cost": None,
    }  # fmt: skip
    assert document["judged"]["prompt"].startswith("sha256:")


def test_what_the_check_refuses_goes_back_once_and_the_second_reply_counts(run, acme):
    document = record(acme, run("repaired")["data"]["artefact"])
    assert document["dropped"] == []
    assert len(document["actions"]) == 1


def test_what_fails_twice_is_dropped_and_named_and_the_rest_stands(run, acme):
    folder = run("half")["data"]["artefact"]
    document = record(acme, folder)
    assert [finding["title"] for finding in document["findings"] if finding["by"] == "model"] == ["The fax decides the week"]
    (dropped,) = document["dropped"]
    assert dropped["what"] == "Typing takes 6 minutes"
    assert "the figure '6' is typed" in " ".join(dropped["reasons"])
    assert "What the check refused (1 item)" in (acme / folder / "artefact.md").read_text()


def test_if_the_second_reply_is_worth_nothing_the_first_one_stands(run, acme):
    write(acme, "replay/first.json", small.replay(small.BAD, small.GARBAGE))
    document = record(acme, run("first")["data"]["artefact"])
    assert document["judged"]["status"] == "ok"
    assert [finding["title"] for finding in document["findings"] if finding["by"] == "model"] == ["The fax decides the week"]


def test_if_no_second_reply_comes_the_first_one_stands_and_that_is_told(run, acme):
    write(acme, "replay/first.json", small.replay(small.BAD))
    ended = run("first", code=4)["data"]
    assert record(acme, ended["artefact"])["judged"]["status"] == "ok"
    assert [event["status"] for event in lines(acme / ".fde/runs.ndjson") if event["event"] == "repair"] == ["failed: replay-ended"]


def test_garbage_twice_ends_with_4_and_the_artefact_says_so_in_its_first_line(run, acme):
    ended = run("garbage", code=4)
    assert ended["status"] == "error"
    assert ended["errors"][0]["message"].startswith("The reply cannot be used: it holds no judgement as asked for")
    data = ended["data"]
    assert data["status"] == "failed: no-usable-reply"
    assert head(acme, data["artefact"]).startswith("> **Not judged (failed: no-usable-reply).**")
    assert lines(acme / ".fde/runs.ndjson")[-1]["status"] == "failed: no-usable-reply"
    document = record(acme, data["artefact"])
    assert [finding["by"] for finding in document["findings"]] == ["code"]
    assert (acme / ".fde/runs" / data["run"] / "reply-1.txt").read_text() == small.GARBAGE


def test_if_nothing_of_the_reply_stands_it_is_rejected_with_3_and_its_first_line_says_so(run, acme):
    ended = run("stubborn", code=3)
    assert (ended["data"]["status"], ended["errors"][0]["code"]) == ("rejected", "rejected-judgement")
    assert head(acme, ended["data"]["artefact"]).startswith("> **Not judged (rejected).**")
    assert [item["what"] for item in record(acme, ended["data"]["artefact"])["dropped"]] == ["Typing takes 6 minutes"]


@pytest.mark.parametrize("model", ["garbage", "stubborn", ""])
def test_without_a_judgement_a_run_never_supersedes_a_judged_one_over_the_same_facts(run, fde, acme, model):
    judged = run("good")["data"]["artefact"]
    later = run(model, code={"garbage": 4, "stubborn": 3, "": 0}[model])["data"]["artefact"]
    assert record(acme, later)["supersedes"] is None
    current = fde("status", "--json", cwd=acme).json["data"]["artefacts"]
    assert [item["folder"] for item in current] == [judged]


def test_a_judged_run_supersedes_a_keyless_one(run, acme):
    first = run()["data"]["artefact"]
    assert record(acme, run("good")["data"]["artefact"])["supersedes"] == first


def test_a_keyless_run_over_other_facts_supersedes_a_judged_one(run, acme):
    judged = run("good")["data"]["artefact"]
    write(acme, "evidence/orders/april.csv", small.ORDERS)
    later = run()["data"]
    assert later["answer"] == ["8 orders were typed by hand, 6.00 min each."]
    assert record(acme, later["artefact"])["supersedes"] == judged


@pytest.mark.parametrize("model", ["", "good"])
def test_the_same_facts_question_and_model_write_nothing_new(run, acme, model):
    first = run(model)["data"]
    before = tree(acme / "artefacts")
    again = run(model)["data"]
    assert (again["unchanged"], again["artefact"], again["status"]) == (True, first["artefact"], first["status"])
    assert tree(acme / "artefacts") == before
    assert lines(acme / ".fde/runs.ndjson")[-1]["status"] == "unchanged"


def test_another_model_another_note_or_a_removed_artefact_is_no_repetition(run, acme):
    first = run("good")["data"]["artefact"]
    assert not run("half")["data"]["unchanged"]
    assert run("good")["data"]["artefact"] == first
    write(acme, "evidence/interviews/owner.md", small.OWNER + "And on Fridays, too.\n")
    second = run("good")["data"]
    assert not second["unchanged"]
    shutil.rmtree(acme / second["artefact"])
    third = run("good")["data"]
    assert not third["unchanged"]
    assert third["artefact"] not in (first, second["artefact"])


def test_facts_that_change_and_change_back_give_a_new_artefact_each_time(run, acme):
    folders = [run()["data"]["artefact"]]
    write(acme, "evidence/orders/april.csv", small.ORDERS)
    folders.append(run()["data"]["artefact"])
    (acme / "evidence/orders/april.csv").unlink()
    back = run()["data"]
    assert not back["unchanged"]
    folders.append(back["artefact"])
    assert len(set(folders)) == 3
    assert [record(acme, folder)["supersedes"] for folder in folders] == [None, *folders[:2]]


def test_after_a_failure_the_same_run_is_tried_again(run):
    run("garbage", code=4)
    assert not run("garbage", code=4)["data"]["unchanged"]


def test_each_subject_has_its_own_line_of_artefacts(run, fde, acme):
    client = run()["data"]["artefact"]
    team = run("", "--subject", "sales-team")["data"]["artefact"]
    assert team == f"artefacts/{SKILL}/2026-03-02-02-sales-team"
    assert record(acme, team)["subject"] == "sales-team"
    assert record(acme, team)["supersedes"] is None
    current = fde("status", "--json", cwd=acme).json["data"]["artefacts"]
    assert [(item["folder"], item["subject"]) for item in current] == [(client, None), (team, "sales-team")]


@pytest.mark.parametrize("subject", ["../up", "Sales Team", "con", "a/b", "-x"])
def test_a_subject_that_is_no_name_is_refused_before_anything_is_done(fde, acme, subject):
    before = tree(acme)
    assert fde("run", SKILL, f"--subject={subject}", cwd=acme).code == 3
    assert fde("prompt", SKILL, f"--subject={subject}", cwd=acme).code == 3
    assert tree(acme) == before


@pytest.mark.parametrize("model", ["", "good"])
@pytest.mark.parametrize("migrated", [True, False])
def test_a_dry_run_writes_nothing_at_all(fde, acme, tmp_path, model, migrated):
    if not migrated:
        write(acme, "engagement.md", "---\nname: acme\ntz: Europe/Berlin\n---\n")
    before = tree(tmp_path)
    chosen = ["--model", f"replay/{model}.json"] if model else []
    ended = fde("run", SKILL, "--subject", "sales", "--dry-run", "--json", *chosen, cwd=acme, env={"FDE_NOW": NOW})
    assert ended.code == 0
    assert ended.json["data"]["would_write"] == f"artefacts/{SKILL}/2026-03-02-01-sales"
    assert ("question" in ended.json["data"]) is bool(model)
    assert tree(tmp_path) == before


def test_a_dry_run_says_that_nothing_would_be_written(run):
    first = run("good")["data"]["artefact"]
    planned = run("good", "--dry-run")["data"]
    assert (planned["would_write"], planned["unchanged"]) == (None, True)
    assert "question" not in planned
    assert run("", "--dry-run")["data"]["would_write"] != first


@pytest.mark.parametrize(
    ("model", "code", "told"),
    [
        ("gpt-9", 2, "The model gpt-9 is not known here"),
        ("gemini/claude", 2, "not known here"),
        ("replay/", 2, "not known here"),
        ("replay/nowhere.json", 3, "No such file or directory"),
    ],
)
def test_a_model_that_cannot_be_had_is_told_before_anything_is_measured(fde, acme, model, code, told):
    before = tree(acme)
    ended = fde("run", SKILL, "--model", model, cwd=acme)
    assert ended.code == code
    assert told in ended.err
    assert tree(acme) == before


def test_the_flag_beats_the_environment_and_that_the_engagement(run, acme):
    write(acme, "engagement.md", "---\nfde: 1\nname: acme\ntimezone: Europe/Berlin\nmodel: replay/good.json\n---\n")
    assert run()["data"]["status"] == "ok"
    assert run("", "--model", "none")["data"]["status"] == "none"


def test_the_engagements_model_is_relative_to_the_engagement(fde, acme, tmp_path):
    write(acme, "engagement.md", "---\nfde: 1\nname: acme\nmodel: replay/good.json\n---\n")
    ended = fde("run", SKILL, "--json", "--dir", acme, cwd=tmp_path)
    assert ended.json["data"]["status"] == "ok"


def test_a_skill_that_is_not_there_is_told_with_the_nearest_name(fde, acme):
    ended = fde("run", "order-cuont", cwd=acme)
    assert ended.code == 3
    assert "Did you mean order-count?" in ended.err


def test_arguments_behind_the_hyphens_reach_the_script(fde, acme):
    small.make_skill(small.script_that("print(extra, file=sys.stderr)\n"))
    ended = fde("run", SKILL, "--json", "--", "--weeks", "3", cwd=acme)
    assert ended.json["data"]["messages"] == "['--weeks', '3']\n"


def test_a_broken_template_costs_the_judgement_and_not_what_was_measured(fde, acme):
    small.make_skill(template="---\nname: x\nversion: '1'\ninputs: [nothing]\n---\n{% block task %}{{ nothing }}{% endblock %}\n")
    ended = fde("run", SKILL, "--model", "replay/good.json", "--json", cwd=acme)
    assert ended.code == 3
    assert ended.json["data"]["status"] == "failed: template-inputs"
    assert head(acme, ended.json["data"]["artefact"]).startswith("> **Not judged (failed: template-inputs).**")
    assert fde("verify", cwd=acme).code == 0


def test_the_number_of_a_folder_goes_on_above_99_and_is_not_used_again(run, acme):
    write(acme, f"artefacts/{SKILL}/2026-03-02-120-sales/artefact.md", "somebody's")
    first = run()["data"]["artefact"]
    assert first == f"artefacts/{SKILL}/2026-03-02-121"
    shutil.rmtree(acme / first)
    assert run()["data"]["artefact"] == f"artefacts/{SKILL}/2026-03-02-122"


@pytest.mark.parametrize("seconds", ["nan", "inf", "-inf", "1e300", "99999999999", "0", "-1", "soon"])
def test_a_deadline_that_no_run_can_have_is_a_wrong_flag(run, acme, seconds):
    told = run("good", f"--deadline={seconds}", code=2)["errors"][0]
    assert "--deadline" in told["message"]
    assert not (acme / ".fde").exists()


def test_a_day_is_the_engagements_day(run):
    assert "2026-03-03-01" in run(now="2026-03-02T23:30:00+00:00")["data"]["artefact"]


@pytest.mark.parametrize("given", ["yesterday", "2026-03-02T09:30:00", "2026-03-02", "9999-12-31T23:00:00-14:00", "0001-01-01T00:00:00+14:00"])
def test_a_time_that_is_none_is_a_usage_error(fde, acme, given):
    ended = fde("run", SKILL, cwd=acme, env={"FDE_NOW": given})
    assert ended.code == 2
    assert "FDE_NOW: expected a time like" in ended.err


def test_the_same_evidence_gives_the_same_bytes_elsewhere(run, fde, acme, tmp_path):
    folder = run("good")["data"]["artefact"]
    shutil.copytree(acme, tmp_path / "clone", ignore=shutil.ignore_patterns("artefacts", ".fde"))
    fde("run", SKILL, "--model", "replay/good.json", cwd=tmp_path / "clone", env={"FDE_NOW": NOW})
    assert tree(tmp_path / "clone" / folder) == tree(acme / folder)
    shutil.copytree(acme / "artefacts", tmp_path / "clone" / "artefacts", dirs_exist_ok=True)
    shutil.rmtree(tmp_path / "clone" / ".fde")
    one, other = (fde("status", cwd=root, env={"FDE_NOW": NOW}).out for root in (acme, tmp_path / "clone"))
    assert one == other


def test_an_empty_source_is_not_an_unreadable_one(run, fde, acme):
    write(acme, "evidence/interviews/empty.md", "\n \n")
    write(acme, "evidence/interviews/latin.md", b"caf\xe9")
    shutil.rmtree(acme / "evidence/orders")
    document = record(acme, run()["data"]["artefact"])
    health = {source["id"]: source["health"] for source in document["sources"]}
    assert (health["set:orders"], health["interviews/empty.md"], health["interviews/latin.md"]) == ("empty", "empty", "failed")
    note = next(source["note"] for source in document["sources"] if source["id"] == "interviews/latin.md")
    assert "byte 0xe9 at offset 3" in note
    assert fde("verify", cwd=acme).code == 0
    assert json.loads(fde("status", "--json", cwd=acme).out)["data"]["artefacts"][0]["changed"] == []


def test_on_a_terminal_the_line_of_progress_is_gone_before_the_answer_stands_there(acme):
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(acme)
        os.execve(sys.executable, [sys.executable, "-m", "fde", "run", SKILL], {**os.environ, "FDE_NOW": NOW})
    shown = b""
    with contextlib.suppress(OSError):  # Linux says so where a terminal's other end is closed
        while piece := os.read(terminal, 65_536):
            shown += piece
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    lines_of_progress, answer = shown.split(b"4 orders were typed by hand")
    assert b"measuring with order-count ..." in lines_of_progress
    assert lines_of_progress.endswith(b"\r\x1b[2K")
    assert b"\x1b[2K" not in answer
