"""The skill's own `artefact.py`, copied away and run with nothing around it: no package, no environment, no terminal."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from portable.made import MAIL, NOTE, TALK, action, changed, facts, finding, good_reply, question, reply

from fde.assets import assets

NOW = "2026-03-02T07:30:00+01:00"
OLDER = [path for version in ("3.8", "3.9", "3.10") for path in sorted((Path.home() / ".pyenv/versions").glob(f"{version}.*/bin/python"))]


@pytest.fixture(name="skill", scope="module")
def _skill(tmp_path_factory):
    folder = tmp_path_factory.mktemp("alone") / "some-skill"
    shutil.copytree(assets("skills") / "amdahl-ceiling", folder, ignore=shutil.ignore_patterns("__pycache__", "evals", "references"))
    driver = json.loads((folder / "assets/fde.json").read_text())
    (folder / "assets/fde.json").write_text(json.dumps(driver | {"words": ["talks/**", "mails/**", "notes/**"]}))
    return folder


@pytest.fixture(name="place")
def _place(tmp_path):
    """Facts, a good judgement and the evidence."""
    texts = {"talks/anna.txt": f"---\nkind: recording\n---\n{TALK}", "mails/owner.md": MAIL, "notes/warehouse.md": NOTE}
    for name, text in texts.items():
        (tmp_path / "evidence" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "evidence" / name).write_text(text)
    (tmp_path / "evidence/notes/broken.md").write_bytes(b"caf\xe9")
    write(tmp_path, facts=facts(), judgement=good_reply())
    return tmp_path


def write(place, **documents):
    for name, document in documents.items():
        (place / f"{name}.json").write_text(document if isinstance(document, str) else json.dumps(document))


def run(skill, place, *args, env=None, python=sys.executable, flags=(), judged=True, out="out"):
    given = ["--facts", "facts.json", "--evidence", "evidence", "--now", NOW, "--tz", "Europe/Berlin"]
    given += ["--judgement", "judgement.json"] if judged else []
    given += ["--out", out] if out else []
    command = [str(python), "-I", *flags, str(skill / "scripts/artefact.py"), *given, *map(str, args)]
    return subprocess.run(command, cwd=place, env=env or {}, capture_output=True, encoding="utf-8", errors="strict", check=False)


def listing(place):
    return sorted(path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file() and "evidence" not in path.parts)


BEFORE = ["facts.json", "judgement.json"]
WRITTEN = [f"out/{name}" for name in ("artefact.json", "artefact.md", "bars.svg", "curve.svg")]


def record(place):
    return json.loads((place / "out/artefact.json").read_text())


def test_without_a_judgement_the_facts_alone_make_an_artefact(skill, place):
    done = run(skill, place, judged=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "out/artefact.md\n", "")
    assert listing(place) == sorted([*BEFORE, *WRITTEN])
    assert record(place)["judged"]["status"] == "none"
    assert (place / "out/artefact.md").read_text().startswith("# An order takes 1.54 h (1.20 to 1.90 h).\n")


def test_a_good_judgement_is_checked_and_written(skill, place):
    done = run(skill, place, "--by", "some-agent", "--subject", "berlin")
    assert (done.returncode, done.stdout, done.stderr) == (0, "out/artefact.md\n", "")
    whole = record(place)
    assert (whole["judged"]["status"], whole["judged"]["by"], whole["subject"], whole["dropped"]) == ("ok", "some-agent", "berlin", [])
    assert [item["id"] for item in whole["findings"]] == ["typed", "j1", "j2"]
    assert whole["findings"][1]["quotes"][0]["speaker"] == "Anna"
    assert (whole["created"], whole["zone"]) == (NOW, "Europe/Berlin")


def test_the_same_input_gives_the_same_bytes(skill, place):
    run(skill, place)
    run(skill, place, out="again")
    for name in ("artefact.json", "artefact.md", "curve.svg", "bars.svg"):
        assert (place / "out" / name).read_bytes() == (place / "again" / name).read_bytes()


def test_without_a_folder_the_page_goes_to_stdout_and_nothing_is_written(skill, place):
    done = run(skill, place, out=None)
    assert (done.returncode, done.stderr) == (0, "")
    assert "“We type every order in twice.”" in done.stdout
    assert listing(place) == BEFORE
    run(skill, place)
    assert done.stdout == (place / "out/artefact.md").read_text()


@pytest.mark.parametrize("flags", [[], ["-X", "utf8=0"]])
def test_the_page_on_stdout_is_utf_8_in_any_locale(skill, place, flags):
    # Without its UTF-8 mode, Python takes the locale's word for the encoding: ASCII here.
    done = run(skill, place, out=None, env={"LC_ALL": "C"}, flags=flags)
    assert done.returncode == 0
    assert "“We type every order in twice.”" in done.stdout


def test_a_figure_and_a_false_quote_are_refused_with_reasons_and_nothing_is_written(skill, place):
    lie = finding("It takes 5 h.", title="Typing \x1b[2J takes long")
    false = finding(quotes=[{"source": "mails/owner.md", "text": "nobody ever looks at it"}])
    write(place, judgement=reply(findings=[finding(), lie, false], actions=[action(moves="gone")], questions=[question("5?")]))
    done = run(skill, place)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        "The check refused these items; mend them or leave them out, then run this again (or --final to drop them):",
        "- finding 1: Typing \ufffd[2J takes long",
        "  - title: has characters that cannot be seen (U+001B)",
        "  - title: the figure '\\x1b[2J' is typed; point at a fact with {f:ID}, or leave it out",
        "  - statement: the figure '5' is typed; point at a fact with {f:ID}, or leave it out",
        "- finding 2: A finding",
        "  - quote: these words are not in mails/owner.md: 'nobody ever looks at it'",
        "- action 0: Take the second typing out",
        "  - moves: there is no fact 'gone'; name the fact that this action should move",
        "- question 0: 5?",
        "  - question: the figure '5' is typed; point at a fact with {f:ID}, or leave it out",
    ]
    assert listing(place) == BEFORE


def test_a_wrong_form_is_refused_beside_a_wrong_figure_and_final_drops_both(skill, place):
    write(place, judgement=reply(findings=[finding(), finding("It takes 5 h."), {**finding(), "basis": "sure"}]))
    done = run(skill, place)
    assert (done.returncode, done.stdout) == (1, "")
    assert "- finding 1: A finding\n  - statement: the figure '5' is typed" in done.stderr
    assert "- finding 2: A finding\n  - judgement.findings[2].basis: expected one of" in done.stderr
    assert run(skill, place, "--final").returncode == 0
    assert len(record(place)["dropped"]) == 2


def test_final_drops_what_is_refused_and_names_it(skill, place):
    write(place, judgement=reply(findings=[finding(), finding("It takes 5 h.", title="Typing takes long")]))
    done = run(skill, place, "--final")
    assert (done.returncode, done.stderr) == (0, "")
    assert [item["title"] for item in record(place)["findings"]] == ["Orders are typed by hand", "A finding"]
    assert [item["what"] for item in record(place)["dropped"]] == ["Typing takes long"]
    assert "## What the check refused (1 item)" in (place / "out/artefact.md").read_text()


@pytest.mark.parametrize("given", [reply(), reply(actions=[action()], questions=[question()]), reply(findings=[finding("5")], actions=[action()])])
def test_where_no_finding_stands_the_artefact_is_rejected_and_nothing_of_the_model_is_in_it(skill, place, given):
    write(place, judgement=given)
    done = run(skill, place, "--final")
    assert (done.returncode, done.stdout) == (3, "out/artefact.md\n")
    whole = record(place)
    assert (whole["judged"]["status"], whole["actions"], whole["questions"]) == ("rejected", [], [])
    assert (place / "out/artefact.md").read_text().startswith("> **Not judged (rejected).**")


@pytest.mark.parametrize(
    ("name", "document", "message"),
    [
        ("facts", "{", "facts.json:1: Expecting property name enclosed in double quotes, column 2"),
        ("facts", '{"a": NaN}', "facts.json: NaN is not a number in JSON"),
        ("facts", '{"a": 1, "a": 2}', "facts.json: the key 'a' is given twice"),
        ("facts", "[]", "facts.json: expected an object, found []"),
        ("facts", "[" * 5000, "facts.json: it is nested deeper than 200"),
        ("facts", "{}", "facts.json: facts: the field 'schema' is missing"),
        ("facts", changed(facts(), "facts", 0, "value", to=None), "facts.json: facts: orders has no value and no reason"),
        ("facts", changed(facts(), "facts", 4, "value", to="much"), "facts.json: facts: cost is money: expected a decimal number as text"),
        ("facts", changed(facts(), "answer", 0, to="{f:gone}"), "facts.json: answer[0]: there is no fact 'gone'"),
        ("facts", changed(facts(), "charts", 0, "series", 0, "points", to=[]), "facts.json: charts: curve has a series without points"),
        ("facts", json.dumps(facts()).replace("1250,", "9" * 400 + ","), "facts.json: facts.facts[0].value: expected number or string or null"),
        ("judgement", "", "judgement.json:1: Expecting value, column 1"),
        ("judgement", "Here it is: {}", "judgement.json:1: Expecting value, column 1"),
        ("judgement", '"text"', 'judgement.json: expected an object, found "text"'),
        ("judgement", '{"schema": "fde.judgement/1"}', "judgement.json: judgement: the field 'findings' is missing"),
        (
            "judgement",
            changed(changed(good_reply(), "findings", 0, "basis", to="sure"), "questions", to=None),
            "judgement.json: judgement.questions: expected array, found null; judgement.findings[0].basis: expected one of",
        ),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_refused_with_its_place(skill, place, name, document, message):
    write(place, **{name: document})
    done = run(skill, place)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith(f"artefact.py: {message}")
    assert done.stderr.count("\n") == 1
    assert listing(place) == BEFORE


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--subject", "../Berlin"], "--subject: expected a subject of small letters, digits and single hyphens, found '../Berlin'"),
        (["--facts", "gone.json"], "gone.json: it cannot be opened: No such file or directory"),
        (["--facts", "evidence"], "evidence: it is not a regular file"),
        (["--judgement", "gone.json"], "gone.json: it cannot be opened: No such file or directory"),
        (["--judgement", "evidence/notes/broken.md"], "evidence/notes/broken.md: it is not UTF-8 at offset 3"),
        (["--evidence", "gone"], "gone: expected the folder of the evidence, found none"),
        (["--evidence", "facts.json"], "facts.json: expected the folder of the evidence, found none"),
        (["--tz", "Mars/Base"], "--tz: expected a zone like Europe/Berlin, found 'Mars/Base'"),
        (["--tz", "../etc"], "--tz: expected a zone like Europe/Berlin, found '../etc'"),
        (["--tz", ""], "--tz: expected a zone like Europe/Berlin, found ''"),
        (["--now", "today"], "--now: expected a time like 2026-03-02T07:30:00+01:00, found 'today'"),
        (["--now", "2026-03-02T07:30:00"], "--now: '2026-03-02T07:30:00' has no offset from UTC"),
        (["--now", "0001-01-01T00:00:00+14:00"], "--now: '0001-01-01T00:00:00+14:00' is outside the calendar"),
        (["--out", "evidence"], "evidence: it is there already; name a new folder"),
        (["--out", "facts.json"], "facts.json: it is there already; name a new folder"),
        (["--out", "facts.json/deep/er"], "facts.json/deep/er.tmp: Not a directory"),
    ],
)
def test_a_bad_argument_is_refused_in_one_sentence_and_nothing_is_written(skill, place, args, message):
    done = run(skill, place, *args)
    assert (done.returncode, done.stdout, done.stderr) == (3, "", f"artefact.py: {message}\n")
    assert listing(place) == BEFORE


@pytest.mark.parametrize("args", [[], ["--facts", "facts.json"], ["--nonsense"]])
def test_a_wrong_command_line_is_a_matter_of_usage(skill, place, args):
    command = [sys.executable, "-I", str(skill / "scripts/artefact.py"), *args]
    done = subprocess.run(command, cwd=place, env={}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("usage: artefact.py")


def test_help_shows_an_example_that_runs(skill, place):
    done = subprocess.run([sys.executable, "-I", str(skill / "scripts/artefact.py"), "--help"], cwd=place, env={"COLUMNS": "300"}, capture_output=True, text=True, check=False)
    example = next(line for line in done.stdout.splitlines() if line.startswith("Example: ")).removeprefix("Example: artefact.py ")
    done = subprocess.run([sys.executable, "-I", str(skill / "scripts/artefact.py"), *example.split()], cwd=place, env={}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "result/artefact.md\n")


def test_a_folder_in_folders_that_are_not_there_is_made(skill, place):
    assert run(skill, place, out="new/folders/out").returncode == 0
    assert (place / "new/folders/out/artefact.md").is_file()


def test_a_skill_without_its_driver_says_what_is_missing(skill, place, tmp_path):
    bare = tmp_path / "bare"
    shutil.copytree(skill, bare, ignore=shutil.ignore_patterns("assets"))
    done = run(bare, place)
    assert done.returncode == 3
    assert done.stderr == f"artefact.py: {bare}/assets/fde.json: it cannot be opened: No such file or directory\n"


@pytest.mark.skipif(not OLDER, reason="no older Python is installed")
@pytest.mark.parametrize("python", OLDER, ids=lambda path: path.parts[-3])
def test_an_older_python_is_told_in_one_sentence(skill, place, python):
    done = run(skill, place, python=python)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"artefact.py needs Python 3.11 or newer; this is {python.parts[-3]}\n"
    assert listing(place) == BEFORE
