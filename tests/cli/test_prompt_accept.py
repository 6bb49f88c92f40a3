"""`fde prompt` and `fde accept`, through the door: a question carried to any chat, and its reply brought back."""

from __future__ import annotations

import json

import pytest
import small
from small import NOW, OWNER, SKILL, lines, record, tree, write


@pytest.fixture(name="acme")
def _acme(tmp_path):
    return small.engagement(tmp_path)


@pytest.fixture(name="ask")
def _ask(fde, acme):
    """Ask, and return the run's id and the question."""

    def call(*args):
        ended = fde("prompt", SKILL, "--json", *args, cwd=acme, env={"FDE_NOW": NOW})
        assert ended.code == 0, ended.out
        return ended.json["data"]["run"], ended.json["data"]["question"]

    return call


@pytest.fixture(name="accept")
def _accept(fde, acme, tmp_path):
    """Bring a reply back, as JSON."""

    def call(reply, *args, code=0):
        path = write(tmp_path, "reply.md", reply)
        ended = fde("accept", path, "--json", *args, cwd=acme, env={"FDE_NOW": NOW})
        assert ended.code == code, ended.out
        return ended.json

    return call


def official(acme):
    return lines(acme / "artefacts/ledger.ndjson")


def test_the_question_is_what_is_printed_what_is_kept_and_what_is_recorded(fde, acme):
    ended = fde("prompt", SKILL, cwd=acme / "evidence", env={"FDE_NOW": NOW})
    assert (ended.code, ended.err) == (0, "")
    folder = acme / ".fde/runs/r0001"
    assert (folder / "question.md").read_text() == ended.out
    snapshot = json.loads((folder / "snapshot.json").read_text())
    started, asked = lines(acme / ".fde/runs.ndjson")
    assert (started["event"], asked["event"], asked["question"]) == ("started", "asked", snapshot["question"])
    assert [fact["value"] for fact in snapshot["facts"]["facts"]] == [4, 6.0]
    assert snapshot["words"][0]["text"] == OWNER
    assert official(acme) == []


def test_the_run_that_waits_is_named_by_status_with_what_to_do(fde, acme, ask):
    run, _ = ask()
    status = fde("status", cwd=acme)
    assert f"waits       {run}  {SKILL}  2026-03-02T09:30  for `fde accept REPLY --run {run}`" in status.out


def test_a_good_reply_becomes_the_artefact(acme, ask, accept):
    run, _ = ask("--subject", "sales")
    data = accept(small.GOOD)["data"]
    assert (data["run"], data["status"], data["artefact"]) == (run, "ok", f"artefacts/{SKILL}/2026-03-02-01-sales")
    document = record(acme, data["artefact"])
    assert (document["judged"]["by"], document["judged"]["replayed"]) == ("a chat", False)
    assert document["judged"]["prompt"] == json.loads((acme / ".fde/runs" / run / "snapshot.json").read_text())["question"]
    assert lines(acme / ".fde/runs.ndjson")[-1]["status"] == "ok"
    assert (acme / ".fde/runs" / run / "reply-1.txt").read_text() == small.GOOD


def test_the_facts_of_the_question_count_and_not_those_of_today(acme, ask, accept):
    ask()
    write(acme, "evidence/orders/march.csv", "order,minutes\nA1,100\n")
    data = accept(small.GOOD)["data"]
    assert data["answer"] == ["4 orders were typed by hand, 6.00 min each."]


REPLIES = {
    "fenced": f"Here you are:\n\n```json\n{small.GOOD}\n```\n\nI hope that helps {{really}}.",
    "in prose": f"Sure. {small.GOOD} Anything else?",
    "with a byte order mark": "\ufeff" + small.GOOD,
    "with the line ends of Windows": "Of course:\r\n```json\r\n" + json.dumps(json.loads(small.GOOD), indent=1).replace("\n", "\r\n") + "\r\n```\r\n",
    "twice the same": f"```json\n{small.GOOD}\n```\nOnce more:\n```json\n{small.GOOD}\n```",
    "with tildes": f"~~~\n{small.GOOD}\n~~~",
    "beside other code": f"```python\nprint('{{}}')\n```\n```json\n{small.GOOD}\n```",
}


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
def test_prose_fences_marks_and_line_ends_around_the_reply_do_not_matter(ask, accept, reply):
    ask()
    assert accept(reply)["data"]["status"] == "ok"


def test_a_reply_comes_from_standard_input_too(fde, acme, ask):
    ask()
    ended = fde("accept", "-", "--json", cwd=acme, input=small.GOOD, env={"FDE_NOW": NOW})
    assert ended.json["data"]["status"] == "ok"


def test_standard_input_that_is_not_text_is_told_in_words(fde_process, acme, ask, tmp_path):
    run, _ = ask()
    ended = fde_process("accept", "-", cwd=acme, input="\0")
    assert ended.code == 3
    assert "standard input: It is not text in UTF-8: the byte at offset 0 is 0x00." in ended.err
    assert lines(acme / ".fde/runs.ndjson")[-1]["run"] == run
    assert lines(acme / ".fde/runs.ndjson")[-1]["event"] == "asked"


def test_a_reply_file_that_is_not_utf8_is_told_with_the_byte(fde, acme, ask, tmp_path):
    ask()
    ended = fde("accept", write(tmp_path, "reply.md", b"caf\xe9"), cwd=acme)
    assert ended.code == 3
    assert "the byte at offset 3 is 0xe9" in ended.err


def test_the_first_reply_that_breaks_a_rule_gives_the_repair_prompt_and_1(fde, acme, ask, tmp_path):
    run, _ = ask()
    ended = fde("accept", write(tmp_path, "reply.md", small.BAD), cwd=acme)
    assert ended.code == 1
    assert "- finding 1: Typing takes 6 minutes" in ended.out
    assert "the figure '6' is typed" in ended.out
    assert official(acme) == []
    assert lines(acme / ".fde/runs.ndjson")[-1] == {"run": run, "event": "refused", "problems": 1}
    assert f"`fde accept REPLY --run {run}`" in fde("status", cwd=acme).out


def test_of_the_second_reply_what_breaks_a_rule_is_dropped_and_named(acme, ask, accept):
    ask()
    refused = accept(small.BAD, code=1)
    assert refused["status"] == "findings"
    assert [problem["what"] for problem in refused["data"]["problems"]] == ["Typing takes 6 minutes"]
    data = accept(small.BAD)["data"]
    assert data["status"] == "ok"
    assert [item["what"] for item in data["dropped"]] == ["Typing takes 6 minutes"]
    assert [item["what"] for item in record(acme, data["artefact"])["dropped"]] == ["Typing takes 6 minutes"]
    folder = acme / ".fde/runs" / data["run"]
    assert (folder / "reply-1.txt").read_text() == (folder / "reply-2.txt").read_text() == small.BAD


def test_with_final_nothing_goes_back(acme, ask, accept):
    ask()
    data = accept(small.BAD, "--final")["data"]
    assert len(record(acme, data["artefact"])["dropped"]) == 1


LOST = {
    "prose": small.GARBAGE,
    "empty": "",
    "cut": small.GOOD[:-40],
    "another document": '{"a": 1}',
    "another version": small.GOOD.replace("fde.judgement/1", "fde.judgement/2"),
    "without questions": json.dumps({key: value for key, value in json.loads(small.GOOD).items() if key != "questions"}),
}


@pytest.mark.parametrize("reply", LOST.values(), ids=LOST)
def test_a_reply_that_is_no_judgement_ends_nothing_however_often_it_comes(fde, acme, ask, accept, tmp_path, reply):
    run, _ = ask()
    path = write(tmp_path, "reply.md", reply)
    for args in ([], [], ["--final"]):
        ended = fde("accept", path, *args, cwd=acme, env={"FDE_NOW": NOW})
        assert (ended.code, ended.err) == (1, f"there is no judgement in {path}; the question of {run} still waits\n")
    assert official(acme) == []
    assert f"waits       {run}" in fde("status", cwd=acme).out
    assert [(acme / ".fde/runs" / run / f"reply-{number}.txt").read_text() for number in (1, 2, 3)] == [reply] * 3
    # None of them was the one try that a reply has.
    accept(small.BAD, code=1)
    assert accept(small.GOOD)["data"]["status"] == "ok"


def without(item, field):
    return {key: value for key, value in item.items() if key != field}


MIXED = small.judgement(
    small.STANDS, small.TYPED, {**small.TYPED, "basis": "sure", "by": "code"}, without(small.STANDS, "severity"), "a sentence",
    actions=[without(small.ACTION, "owner"), {**small.ACTION, "moves": "nothing"}], questions=[{**small.QUESTION, "whom": None}],
)  # fmt: skip


def test_every_mistake_is_told_at_once_those_of_form_beside_those_of_content(fde, acme, ask, tmp_path):
    ask()
    ended = fde("accept", write(tmp_path, "reply.md", f"Here you are:\n```json\n{MIXED}\n```\n"), cwd=acme)
    assert ended.code == 1
    for mistake in (
        "- finding 1: Typing takes 6 minutes\n  - title: the figure '6' is typed",
        "- finding 2: Typing takes 6 minutes\n  - judgement.findings[2].basis: expected one of",
        "  - judgement.findings[2]: the field 'by' is not known",
        "- finding 3: The fax decides the week\n  - judgement.findings[3]: the field 'severity' is missing",
        "- finding 4: one without a name\n  - judgement.findings[4]: expected object, found",
        "- action 0: Let customers send orders as a table\n  - judgement.actions[0]: the field 'owner' is missing",
        "- action 1: Let customers send orders as a table\n  - moves: there is no fact 'nothing'",
        "- question 0: How many orders are wrong?\n  - judgement.questions[0].whom: expected string, found null",
    ):
        assert mistake in ended.out
    assert "finding 0" not in ended.out


def test_what_was_dropped_is_named_on_the_terminal_and_in_json(fde, acme, ask, accept, tmp_path):
    ask()
    accept(MIXED, code=1)
    ended = fde("accept", write(tmp_path, "reply.md", MIXED), cwd=acme, env={"FDE_NOW": NOW})
    assert ended.code == 0
    told = ended.err.splitlines()
    assert len(told) == 7
    assert told[0].startswith("refused  finding: Typing takes 6 minutes: title: the figure '6' is typed")
    assert told[-1] == "refused  question: How many orders are wrong?: judgement.questions[0].whom: expected string, found null"
    assert "refused" not in ended.out


def test_a_run_that_drops_something_names_it_too(fde, acme):
    ended = fde("run", SKILL, "--model", "replay/half.json", cwd=acme, env={"FDE_NOW": NOW})
    assert (ended.code, ended.err.count("refused  finding: Typing takes 6 minutes: ")) == (0, 1)
    shown = fde("run", SKILL, "--model", "replay/stubborn.json", "--json", cwd=acme, env={"FDE_NOW": NOW}).json["data"]["dropped"]
    assert [(item["kind"], item["what"]) for item in shown] == [("finding", "Typing takes 6 minutes")]


def test_if_no_finding_stands_at_last_it_is_rejected(ask, accept):
    ask()
    assert accept(small.REFUSED, "--final", code=3)["data"]["status"] == "rejected"


def test_without_an_open_question_there_is_nothing_to_accept(fde, acme, ask, accept, tmp_path):
    assert accept(small.GOOD, code=3)["errors"][0]["code"] == "no-open-question"
    run, _ = ask()
    accept(small.GOOD)
    assert accept(small.GOOD, code=3)["errors"][0]["code"] == "no-open-question"
    again = accept(small.GOOD, "--run", run, code=2)["errors"][0]
    assert again["message"] == f"The run {run} does not wait for a reply; it is ok."
    assert accept(small.GOOD, "--run", "r0099", code=3)["errors"][0]["code"] == "no-run"


def test_of_several_open_questions_one_must_be_named(acme, ask, accept):
    first, second = ask()[0], ask("--subject", "sales")[0]
    before = tree(acme)
    message = accept(small.GOOD, code=2)["errors"][0]["message"]
    assert f"{first} ({SKILL}, 2026-03-02T09:30)" in message
    assert f"{second} ({SKILL}, 2026-03-02T09:30)" in message
    assert tree(acme) == before
    assert accept(small.GOOD, "--run", first)["data"]["run"] == first
    assert accept(small.GOOD)["data"]["run"] == second


@pytest.mark.parametrize("how", ["changed", "removed", "not text any more"])
def test_a_quoted_source_that_changed_meanwhile_refuses_the_reply_and_writes_no_artefact(acme, ask, accept, how):
    ask()
    owner = acme / "evidence/interviews/owner.md"
    if how == "removed":
        owner.unlink()
    else:
        owner.write_bytes(OWNER.encode() + (b"one more line\n" if how == "changed" else b"\xff"))
    error = accept(small.GOOD, code=3)["errors"][0]
    assert (error["code"], error["where"]) == ("source-changed", "evidence/interviews/owner.md")
    assert official(acme) == []
    assert not (acme / "artefacts" / SKILL).exists()
    assert lines(acme / ".fde/runs.ndjson")[-1]["event"] == "asked"


def test_a_changed_source_that_the_reply_does_not_quote_does_no_harm(acme, ask, accept):
    ask()
    write(acme, "evidence/letters/customer.md", "something else")
    assert accept(small.GOOD)["data"]["status"] == "ok"


def test_a_source_with_a_sign_of_a_pattern_in_its_name_is_its_own_and_no_other(acme, ask, accept):
    write(acme, "evidence/letters/what now?.md", small.LETTER)
    write(acme, "evidence/letters/what now!.md", "Something else stands in this one.\n")
    ask()
    quotes = small.quoting("letters/what now?.md", small.LETTER_QUOTE)
    reply = small.judgement(small.finding("Customers wait", "They ask for an answer.", quotes=quotes, basis="documented"))
    assert accept(reply)["data"]["status"] == "ok"


def test_a_dry_run_of_prompt_prints_the_question_and_writes_nothing(fde, acme, ask):
    before = tree(acme)
    ended = fde("prompt", SKILL, "--dry-run", cwd=acme, env={"FDE_NOW": NOW})
    assert ended.code == 0
    assert tree(acme) == before
    assert ask()[1] == ended.out


def test_a_dry_run_of_accept_says_what_would_stand_and_writes_nothing(acme, ask, accept):
    run, _ = ask()
    before = tree(acme)
    data = accept(small.BAD, "--dry-run", code=1)["data"]
    assert (data["run"], data["findings"], [item["what"] for item in data["problems"]]) == (run, 1, ["Typing takes 6 minutes"])
    assert accept(small.GOOD, "--dry-run")["data"]["problems"] == []
    assert tree(acme) == before


SNAPSHOTS = {
    "gone": None,
    "empty": "",
    "cut": '{"schema": "fde.snapshot/1", "quest',
    "a list": "[]",
    "another schema": '{"schema": "fde.facts/1"}',
    "without facts": '{"schema": "fde.snapshot/1", "question": "x", "facts": {}, "words": []}',
}


@pytest.mark.parametrize("text", SNAPSHOTS.values(), ids=SNAPSHOTS)
def test_a_damaged_snapshot_is_told_with_its_path(acme, ask, accept, text):
    run, _ = ask()
    path = acme / ".fde/runs" / run / "snapshot.json"
    path.unlink() if text is None else path.write_text(text)
    error = accept(small.GOOD, code=3)["errors"][0]
    assert error["where"].startswith(str(path))


def test_a_script_that_fails_leaves_no_open_question(fde, acme):
    small.make_skill(small.script_that("sys.exit('no orders today')\n"))
    ended = fde("prompt", SKILL, cwd=acme)
    assert ended.code == 3
    assert "no orders today" in ended.err
    assert lines(acme / ".fde/runs.ndjson")[-1]["status"] == "failed: script-failed"
    assert "waits" not in fde("status", cwd=acme).out
