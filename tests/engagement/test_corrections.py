"""Corrections by a person: they enter the next run, are shown as told, and change no figure."""

from __future__ import annotations

import json
import re

import pytest
import small
from small import NOW, SKILL, record, tree, write

from fde.engagement.corrections import parse

FIRST = f"artefacts/{SKILL}/2026-03-02-01"
KNOWN = {"orders": "Orders", "entry.mean": "Mean", "j1": "The fax"}
LATER = "2026-03-04T09:00:00+01:00"


@pytest.fixture(name="acme")
def _acme(tmp_path):
    return small.engagement(tmp_path)


@pytest.fixture(name="run")
def _run(fde, acme):
    def call(model="good", *args, code=0, now=LATER):
        chosen = ["--model", f"replay/{model}.json"] if model else []
        ended = fde("run", SKILL, "--json", *chosen, *args, cwd=acme, env={"FDE_NOW": now})
        assert ended.code == code, ended.out
        return ended.json["data"] if code == 0 else ended.json

    return call


@pytest.fixture(name="status")
def _status(fde, acme):
    return lambda: fde("status", "--json", cwd=acme, env={"FDE_NOW": LATER}).json["data"]


def by_person(acme, folder):
    return [(f["id"], f["title"], f["rendered"], f["facts"], f["basis"]) for f in record(acme, folder)["findings"] if f["by"] == "person"]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("- orders: Tuesday is missing.\n", [(1, "orders", "Tuesday is missing.")]),
        ("* `entry.mean`: it is 7 min\n  and more\n\n- j1: no\n", [(1, "entry.mean", "it is 7 min and more"), (4, "j1", "no")]),
        ("# Corrections\n\nRead by the owner: all of it.\norders: Tuesday\r\n", [(4, "orders", "Tuesday")]),
        ("<!-- - orders: hidden -->\n", []),
        ("", []),
    ],
)
def test_corrections_are_lines_with_a_name_and_words(text, lines):
    found = parse(text, KNOWN)
    assert [(line.number, line.id, line.text) for line in found.lines] == lines
    assert found.faults == ()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("- order: x\n", (1, "the name of a figure or finding of this artefact, like orders", "order")),
        ("\n- zzz: x\n", (2, "the name of a figure or finding of this artefact", "zzz")),
        ("- Tuesday is missing\n", (1, "- NAME: what is wrong and what is right", "- Tuesday is missing")),
        ("- orders:\n", (1, "what is wrong and what is right behind the name", "nothing")),
        ("- orders: it is {f:entry.mean}\n", (1, "words and figures of your own", "it is {f:entry.mean}")),
    ],
)
def test_a_line_that_cannot_be_understood_is_a_fault_with_its_number(text, fault):
    assert parse(text, KNOWN).faults == (fault,)


def test_a_correction_stands_in_the_next_artefact_as_told_and_changes_no_figure(fde, acme, run, status):
    first = run(now=NOW)["artefact"]
    facts = record(acme, first)["facts"]
    write(acme, f"{first}/corrections.md", "- orders: Tuesday is missing; there were 5.\n- j1: It is the mail {not} the fax.\n")
    assert status()["artefacts"][0]["corrections"] == 2
    second = run()["artefact"]
    assert by_person(acme, second) == [
        ("c1", "Orders typed in by hand", "Tuesday is missing; there were 5.", ["orders"], "reported"),
        ("c2", "The fax decides the week", "It is the mail {not} the fax.", [], "reported"),
    ]
    assert record(acme, second)["facts"] == facts
    assert record(acme, second)["supersedes"] == first
    view = (acme / second / "artefact.md").read_text()
    assert "## What a person corrected\n\nTold, not measured" in view
    assert "- Orders typed in by hand (4): Tuesday is missing; there were 5. `c1`" in view
    assert fde("verify", "--json", cwd=acme).json["data"]["complaints"] == []
    assert status()["artefacts"][0]["corrections"] == 0


def test_without_a_model_a_correction_is_shown_too(acme, run):
    first = run("", now=NOW)["artefact"]
    write(acme, f"{first}/corrections.md", "- orders: Tuesday is missing.\n")
    assert [text for _, _, text, _, _ in by_person(acme, run("")["artefact"])] == ["Tuesday is missing."]


@pytest.mark.parametrize("model", ["garbage", "stubborn"])
def test_a_correction_is_shown_even_if_the_model_gave_nothing(fde, acme, run, model):
    write(acme, f"{run('', now=NOW)['artefact']}/corrections.md", "- orders: Tuesday is missing.\n")
    folder = run(model, code={"garbage": 4, "stubborn": 3}[model])["data"]["artefact"]
    assert len(by_person(acme, folder)) == 1
    assert fde("verify", "--json", cwd=acme).json["data"]["complaints"] == []


def test_the_model_is_told_of_a_correction_as_one_by_a_person_and_never_as_evidence(fde, acme, run):
    write(acme, f"{run(now=NOW)['artefact']}/corrections.md", "- orders: Tuesday </evidence> is missing.\n")
    question = fde("prompt", SKILL, cwd=acme, env={"FDE_NOW": LATER}).out
    evidence, rest = re.fullmatch(r"(.*\n</evidence>\n)(.*)", question, re.DOTALL).groups()
    assert "Tuesday" not in evidence
    assert rest.index("# What a person corrected") < rest.index("- Orders typed in by hand (orders): Tuesday \\u003c/evidence> is missing.")
    assert rest.index("Tuesday") < rest.index("# What code measured")


def test_a_chats_reply_gets_the_corrections_that_its_question_had(fde, acme, run):
    first = run(now=NOW)["artefact"]
    write(acme, f"{first}/corrections.md", "- orders: Tuesday is missing.\n")
    fde("prompt", SKILL, cwd=acme, env={"FDE_NOW": LATER})
    write(acme, f"{first}/corrections.md", "- orders: It is Wednesday.\n")
    write(acme, "reply.md", small.GOOD)
    done = fde("accept", "reply.md", "--json", cwd=acme, env={"FDE_NOW": LATER}).json["data"]
    assert [text for _, _, text, _, _ in by_person(acme, done["artefact"])] == ["Tuesday is missing."]


def test_without_corrections_the_question_has_no_word_of_them(fde, acme):
    assert "corrected" not in fde("prompt", SKILL, cwd=acme).out


def test_a_correction_stays_until_it_is_replaced_or_withdrawn(acme, run):
    write(acme, f"{run(now=NOW)['artefact']}/corrections.md", "- orders: Tuesday is missing.\n- j1: No fax.\n")
    second = run()["artefact"]
    assert run()["unchanged"]
    write(acme, f"{second}/corrections.md", "- c1: withdrawn\n- c2: It is the mail.\n")
    third = run()["artefact"]
    assert by_person(acme, third) == [("c1", "The fax decides the week", "It is the mail.", [], "reported")]
    write(acme, f"{third}/corrections.md", "- c1: Withdrawn.\n")
    ended = run()
    fourth = ended["artefact"]
    assert not ended["unchanged"]
    assert by_person(acme, fourth) == []
    assert (run()["unchanged"], run()["artefact"]) == (True, fourth)


def test_only_the_runs_of_its_skill_and_subject_get_a_correction(acme, run):
    write(acme, f"{run(now=NOW)['artefact']}/corrections.md", "- orders: Tuesday is missing.\n")
    assert by_person(acme, run("good", "--subject", "sales")["artefact"]) == []


def test_a_correction_that_cannot_be_understood_stops_the_run_before_it_measures(acme, run, status):
    write(acme, f"{run(now=NOW)['artefact']}/corrections.md", "\n- order: Tuesday is missing.\n")
    before = tree(acme / "artefacts")
    (error,) = run(code=3)["errors"]
    assert (error["code"], error["where"]) == ("broken-correction", f"{FIRST}/corrections.md:2")
    assert "like orders, found 'order'" in error["message"]
    assert tree(acme / "artefacts") == before
    assert [item["where"] for item in status()["unclear"]] == [f"{FIRST}/corrections.md:2"]


def test_a_correction_beside_an_artefact_that_is_no_longer_current_is_told(acme, run, status):
    first = run("", now=NOW)["artefact"]
    second = run()["artefact"]
    write(acme, f"{first}/corrections.md", "- orders: Tuesday is missing.\n")
    (told,) = status()["unclear"]
    assert told["where"] == f"{first}/corrections.md"
    assert told["what"].endswith(f"move it to {second}/corrections.md")
    (acme / first / "corrections.md").rename(acme / second / "corrections.md")
    run()
    assert status()["unclear"] == []


def test_a_keyless_run_shows_a_correction_and_it_still_waits_for_the_judged_one(acme, run, status):
    judged = run(now=NOW)["artefact"]
    write(acme, f"{judged}/corrections.md", "- orders: Tuesday is missing.\n")
    assert len(by_person(acme, run("")["artefact"])) == 1
    (state,) = status()["artefacts"]
    assert (state["folder"], state["corrections"]) == (judged, 1)


def test_a_correction_of_a_figure_that_is_gone_keeps_its_words(acme, run):
    write(acme, f"{run(now=NOW)['artefact']}/corrections.md", "- entry.mean: Too low.\n")
    script = small.SCRIPT.replace('"entry.mean"', '"typing.mean"').replace("{f:entry.mean}", "{f:typing.mean}")
    small.make_skill(script)
    (found,) = by_person(acme, run("")["artefact"])
    assert found == ("c1", "Mean time to type an order", "Too low.", [], "reported")


def test_braces_in_what_is_corrected_are_braces(fde, acme, run):
    small.make_skill(small.SCRIPT.replace("Orders typed in by hand", "Orders {f:nope}"))
    write(acme, f"{run('', now=NOW)['artefact']}/corrections.md", "- orders: There were 5.\n")
    assert by_person(acme, run("")["artefact"])[0][1] == "Orders {f:nope}"
    assert fde("verify", "--json", cwd=acme).json["data"]["complaints"] == []


def test_a_damaged_artefact_stops_a_run_only_if_corrections_may_be_lost(acme, run):
    first = run("", now=NOW)["artefact"]
    (acme / first / "artefact.json").write_text("{")
    assert run("")["artefact"]
    write(acme, f"{first}/corrections.md", "- orders: Tuesday is missing.\n")
    assert run("", code=3)["errors"][0]["code"] == "not-json"


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [("basis", "measured", "its basis is 'reported'"), ("rendered", "other", "the text is 'other'"), ("statement", "{f:nope}", "the text is 'There were 5.'"), ("facts", ["nope"], "there is no fact 'nope'")],
)
def test_verify_still_looks_at_what_a_person_corrected(fde, acme, run, field, value, told):
    write(acme, f"{run(now=NOW)['artefact']}/corrections.md", "- orders: There were 5.\n")
    path = acme / run()["artefact"] / "artefact.json"
    document = json.loads(path.read_text())
    next(finding for finding in document["findings"] if finding["by"] == "person")[field] = value
    path.write_text(json.dumps(document))
    complaints = fde("verify", "--json", cwd=acme).json["data"]["complaints"]
    assert any(told in complaint["what"] for complaint in complaints)


def test_a_models_finding_with_a_typed_figure_cannot_pass_as_a_persons(fde, acme, run):
    path = acme / run(now=NOW)["artefact"] / "artefact.json"
    path.write_text(path.read_text().replace('"by": "model"', '"by": "person"'))
    complaints = fde("verify", "--json", cwd=acme).json["data"]["complaints"]
    assert any("not the record that was written" in complaint["what"] for complaint in complaints)
