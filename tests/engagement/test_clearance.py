"""Who may see words: the head of a file and the table `clearance.md`, the stricter of the two, and nothing where it is not clear."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys

import pytest
import small
from small import write

from fde.assets import assets
from fde.engagement.clearance import require_clear
from fde.errors import BadClearance
from fde.portable.clearance import BadMark, rows_of
from fde.portable.evidence import words

HEADS = "| path or glob | kind | clearance | who | given by | on |\n| --- | --- | --- | --- | --- | --- |\n"
GIVEN = "| owner | owner | 2026-03-02 |"
OWNER = "interviews/owner.md"


def table(*rows):
    """The table, with the owner's word for each of *rows*, given as `path | kind | clearance`."""
    return HEADS + "".join(f"| {row} {GIVEN}\n" for row in rows)


def seen(folder, text="Words.", rows=None, name=OWNER):
    """The one source that *name* with *text* is under the table *rows*; None if it is none."""
    write(folder, name, text)
    if rows is not None:
        write(folder, "clearance.md", rows)
    return next((source for source in words(folder, ["**"]) if source.id == name), None)


def head(**fields):
    return "---\n" + "".join(f"{key}: {value}\n" for key, value in fields.items()) + "---\nWords.\n"


@pytest.mark.parametrize(
    ("said", "row", "holds"),
    [
        (None, None, "internal"),
        (None, "quote", "quote"),
        (None, "paraphrase", "paraphrase"),
        ("quote", None, "quote"),
        ("quote", "internal", "internal"),
        ("internal", "quote", "internal"),
        ("quote", "paraphrase", "paraphrase"),
        ("paraphrase", "quote", "paraphrase"),
        ("quote", "", "quote"),
        ("Quote # the owner, by telephone", None, "quote"),
        ('"quote"', None, "quote"),
        ("", "quote", "quote"),
    ],
)
def test_the_stricter_of_head_and_table_counts(tmp_path, said, row, holds):
    text = "Words." if said is None else head(clearance=said)
    source = seen(tmp_path, text, None if row is None else table(f"{OWNER} | | {row}"))
    assert (source.clearance, source.health, source.fault) == (holds, "ok", "")


@pytest.mark.parametrize(
    ("said", "row", "holds"),
    [
        (None, None, "typed note"),
        (None, "recording", "recording"),
        (None, "document", "document"),
        ("recording", None, "recording"),
        ("recording", "document", "recording"),
        ("document", "recording", "document"),
        ("recording", "typed note", "typed note"),
        ("typed note", "recording", "typed note"),
        ("export", "answer", "answer"),
    ],
)
def test_the_kind_of_the_head_goes_first_but_what_is_told_is_told(tmp_path, said, row, holds):
    text = "Words." if said is None else head(kind=said)
    assert seen(tmp_path, text, None if row is None else table(f"{OWNER} | {row} | internal")).kind == holds


@pytest.mark.parametrize(
    ("pattern", "cleared"),
    [
        ("interviews/owner.md", True),
        ("evidence/interviews/owner.md", True),
        ("./interviews/owner.md", True),
        ("`interviews/*.md`", True),
        ("interviews/", True),
        ("**", True),
        ("interviews/o*", True),
        ("*.md", False),
        ("interviews", True),
        ("Interviews/OWNER.md", True),
        ("interview", False),
        ("inter*", False),
        ("letters/**", False),
    ],
)
def test_a_line_is_about_a_path_a_glob_or_a_folder(tmp_path, pattern, cleared):
    assert seen(tmp_path, rows=table(f"{pattern} | | quote")).clearance == ("quote" if cleared else "internal")


def test_of_several_lines_the_strictest_counts_in_any_order(tmp_path):
    rows = ["interviews/** | | quote", f"{OWNER} | | internal"]
    assert seen(tmp_path, rows=table(*rows)).clearance == "internal"
    assert seen(tmp_path, rows=table(*reversed(rows))).clearance == "internal"


def test_the_table_itself_is_no_source_of_words(tmp_path):
    write(tmp_path, "clearance.md", table("** | | quote"))
    write(tmp_path, "papers/clearance.md", "A paper of that name elsewhere is one.")
    assert [source.id for source in words(tmp_path, ["**"])] == ["papers/clearance.md"]


@pytest.mark.parametrize(
    ("name", "text", "rows"),
    [
        ("private/plan.md", "Words.", None),
        ("interviews/private/owner.md", head(clearance="quote"), table("** | | quote")),
        (OWNER, head(clearance="private"), None),
        (OWNER, head(clearance="quote"), table(f"{OWNER} | | private")),
        (OWNER, head(clearance="private"), table(f"{OWNER} | | quote")),
    ],
)
def test_what_is_private_is_no_source_at_all(tmp_path, name, text, rows):
    assert seen(tmp_path, text, rows, name) is None


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("interviews/partner.md", "interviews"),
        ("interviews/partner.md", "Interviews/Partner.md"),
        ("interviews/Partner.md", "evidence/interviews/partner.md"),
        ("interviews/M\u00fcller.md", "interviews/Mu\u0308ller.md"),
        ("interviews/Mu\u0308ller.md", "interviews/M\u00fcller.md"),
        ("interviews/board/partner.md", "interviews/*"),
        ("interviews/board/partner.md", "inter*"),
    ],
)
def test_a_line_that_keeps_back_fits_however_a_hand_or_a_disk_writes_the_name(tmp_path, name, row):
    write(tmp_path, OWNER, "Words.")
    assert seen(tmp_path, rows=table(f"{row} | | private"), name=name) is None


@pytest.mark.parametrize("folder", ["Private", "PRIVATE", "private ", "_private"])
def test_a_private_folder_is_private_however_it_is_spelled(tmp_path, folder):
    assert seen(tmp_path, name=f"interviews/{folder}/plan.md") is None


@pytest.mark.parametrize("name", ["interviews/private letters/x.md", "privateers/x.md", "interviews/private.md"])
def test_another_name_with_the_word_in_it_is_not_private(tmp_path, name):
    assert seen(tmp_path, name=name).health == "ok"


@pytest.mark.parametrize("before", ["\n", "\n \n", "\ufeff\n"])
def test_an_empty_line_before_a_head_takes_nothing_from_it(tmp_path, before):
    assert seen(tmp_path, before + head(clearance="private")) is None
    assert seen(tmp_path, before + head(clearance="quote")).clearance == "quote"
    assert seen(tmp_path, f"{before}---\nclearance: loud\n---\n").fault.startswith(f"{OWNER}:{before.count(chr(10)) + 2}: ")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Clearance: private\n\nWords.", 1),
        ("---\nclearance: private\n\nWords, and the head has no end.", 2),
        ("---\n  clearance: private\n---\nWords.", 2),
        ("---\n- clearance: private\n---\nWords.", 2),
        ("---\nkind: document\n---\n# Talk\n\n**Clearance:** private\n", 6),
        ("----\nclearance: private\n----\nWords.", 2),
        ("---\nclearance = private # the owner\n---\nWords.", 2),
    ],
)
def test_private_that_is_said_where_no_head_is_read_stops_the_run(tmp_path, text, line):
    source = seen(tmp_path, text)
    assert (source.health, source.fault.split(": ")[0]) == ("failed", f"{OWNER}:{line}")


@pytest.mark.parametrize("text", ["The clearance is private.\n", "Clearance: private, they said, and left.\n", "\n" * 40 + "Clearance: private\n"])
def test_words_about_a_clearance_are_no_mark(tmp_path, text):
    assert seen(tmp_path, f"# Talk\n\n{text}").health == "ok"


@pytest.mark.parametrize("clearance", ["private", "internal"])
@pytest.mark.parametrize("path", ["interviews/partner.md", "interviewz", "interviewz/**", "clearance.md"])
def test_a_line_that_keeps_back_what_is_not_there_stops_the_run(tmp_path, path, clearance):
    source = seen(tmp_path, rows=table("** | | quote", f"{path} | | {clearance}"))
    assert source.fault == f"clearance.md:4: path: expected what is there, found nothing that {path!r} fits"


@pytest.mark.parametrize("path", ["interviews/board", "interviews/board/", "interviews/board/**"])
def test_a_folder_that_is_still_empty_may_be_kept_back(tmp_path, path):
    (tmp_path / "interviews/board").mkdir(parents=True)
    assert seen(tmp_path, rows=table(f"{path} | | private")).fault == ""


def test_a_line_that_clears_what_is_not_there_yet_may_wait(tmp_path):
    assert seen(tmp_path, rows=table("letters/** | | quote", "letters/** | | paraphrase")).fault == ""


@pytest.mark.parametrize("name", ["Clearance.md", "CLEARANCE.MD", "clearance.txt", "clearance.md.txt", "clearances.md", "clearance .md", "clearance (1).md"])
def test_a_table_by_nearly_its_name_stops_the_run(tmp_path, name):
    write(tmp_path, name, table(f"{OWNER} | | private"))
    assert seen(tmp_path).fault == f"{name}:1: the table is read from clearance.md alone; rename the file"


def test_a_paper_about_a_clearance_is_a_paper(tmp_path):
    assert seen(tmp_path, name="clearance-of-customs.md").health == "ok"


def test_a_file_may_be_named_private(tmp_path):
    assert seen(tmp_path, name="interviews/private").health == "ok"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (head(kind="typed note", clearance="publc"), 3, "clearance: expected one of private, internal, paraphrase, quote, found 'publc'"),
        (head(kind="tape"), 2, "kind: expected one of recording, document, export, typed note, answer, found 'tape'"),
        (head(clearance="quote, later internal"), 2, "expected one of"),
        ("---\nclearance: quote\nClearance: internal\n---\nWords.", 3, "clearance is given twice"),
    ],
)
def test_a_head_that_is_not_understood_is_never_taken_for_internal_in_silence(tmp_path, text, line, said):
    source = seen(tmp_path, text, table("** | | quote"))
    assert (source.health, source.clearance) == ("failed", "internal")
    with pytest.raises(BadClearance) as caught:
        require_clear([source])
    assert caught.value.where == f"evidence/{OWNER}:{line}"
    assert said in caught.value.message


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (table(f"{OWNER} | | public"), 3, "clearance: expected one of private, internal, paraphrase, quote, found 'public'"),
        (table(f"{OWNER} | tape | quote"), 3, "kind: expected one of"),
        (table(f"{OWNER} | | quote", "../x | | quote"), 4, "path: expected a path or glob below evidence/"),
        (table("/etc/passwd | | quote"), 3, "path: expected a path or glob"),
        (table(" | | quote"), 3, "path: expected a path or glob"),
        (f"{HEADS}| {OWNER} | | quote | owner | | 2026-03-02 |\n", 3, "must be given by somebody on a day"),
        (f"{HEADS}| {OWNER} | | paraphrase | owner | owner |\n", 3, "must be given by somebody on a day"),
        (f"{HEADS}| {OWNER} | | quote | owner | owner | yesterday |\n", 3, "on: expected a date like 2026-03-02, found 'yesterday'"),
        (f"{HEADS}| {OWNER} | | quote | owner | owner | 2026-02-30 |\n", 3, "on: expected a date"),
        (f"{HEADS}| {OWNER} | | quote | owner | owner | 2026-03-02 | more |\n", 3, "expected 6 cells, found 7"),
        ("# Cleared\n\n| path | level |\n| --- | --- |\n", 3, "expected the columns path | kind | clearance"),
        ("| path | clearance | path |\n", 1, "expected the columns"),
        ("The owner said yes to everything.\n", 1, "expected a table with the columns"),
    ],
)
def test_a_table_that_is_not_understood_clears_nothing(tmp_path, text, line, said):
    source = seen(tmp_path, head(clearance="quote"), text)
    assert (source.health, source.clearance) == ("failed", "internal")
    with pytest.raises(BadClearance) as caught:
        require_clear([source])
    assert caught.value.where == f"evidence/clearance.md:{line}"
    assert said in caught.value.message


def test_a_table_that_cannot_be_read_clears_nothing(tmp_path):
    assert "it is binary" in seen(tmp_path, rows=b"\0").fault
    (tmp_path / "clearance.md").unlink()
    (tmp_path / "clearance.md").symlink_to(tmp_path / "nowhere.md")
    assert seen(tmp_path).fault.startswith("clearance.md:1: ")


def test_columns_in_another_order_and_words_around_the_table_are_read():
    text = "# Cleared\r\n\r\nAsked by telephone.\r\n\r\n| Clearance | Path | On | Given by |\r\n|:--|---|---|--:|\r\n| quote | a.md | 2026-03-02 | owner |\r\n"
    (row,) = rows_of(text.replace("\r\n", "\n"))
    assert (row.pattern, row.clearance, row.kind) == ("a.md", "quote", "")


@pytest.mark.parametrize("text", ["", "\n \n", HEADS])
def test_a_table_without_lines_says_nothing(text):
    assert rows_of(text) == ()


def test_a_mark_that_is_not_understood_says_its_line():
    with pytest.raises(BadMark, match="line 3: clearance"):
        rows_of(table("a | | loud"))


def test_no_run_starts_while_it_is_not_clear_who_may_see_what(fde, tmp_path):
    root = small.engagement(tmp_path)
    write(root, "evidence/interviews/owner.md", "---\nkind: recording\nclearance: publc\n---\n" + small.OWNER)
    for command in (["run", small.SKILL], ["run", small.SKILL, "--dry-run"], ["prompt", small.SKILL]):
        ended = fde(*command, cwd=root)
        assert ended.code == 3
        assert "evidence/interviews/owner.md:3: Who may see these words is not clear: clearance: expected one of private" in ended.err
    assert not list((root / "artefacts").rglob("artefact.json"))


def test_what_is_private_enters_no_question_and_no_artefact(fde, tmp_path):
    root = small.engagement(tmp_path)
    secret = "CANARY-7 the partner leaves in June"
    write(root, "private/plan.md", secret)
    write(root, "evidence/interviews/private/partner.md", secret)
    write(root, "evidence/interviews/partner.md", f"---\nclearance: private\n---\n{secret}\n")
    write(root, "evidence/letters/partner.md", secret)
    write(root, "evidence/letters/board/partner.md", secret)
    write(root, "evidence/letters/PRIVATE/partner.md", secret)
    write(root, "evidence/clearance.md", HEADS + "| letters/Partner.md | | private |\n| letters/board | | private |\n")
    asked = fde("prompt", small.SKILL, cwd=root)
    assert asked.code == 0
    assert "Orders arrive by fax" in asked.out
    assert fde("run", small.SKILL, "--model", "replay/good.json", cwd=root).code == 0
    assert "CANARY" not in asked.out
    for path in (path for folder in ("artefacts", ".fde") for path in (root / folder).rglob("*") if path.is_file()):
        assert b"CANARY" not in path.read_bytes(), path
        assert b"partner" not in path.read_bytes(), path


def test_a_clearance_that_was_given_makes_a_new_artefact_of_the_same_words(fde, tmp_path):
    root = small.engagement(tmp_path)
    env = {"FDE_NOW": small.NOW}
    first = fde("run", small.SKILL, "--json", cwd=root, env=env).json["data"]
    assert fde("run", small.SKILL, "--json", cwd=root, env=env).json["data"]["unchanged"]
    write(root, "evidence/clearance.md", table("interviews/owner.md | recording | quote"))
    second = fde("run", small.SKILL, "--json", cwd=root, env=env).json["data"]
    assert second["artefact"] != first["artefact"]
    sources = {source["id"]: source for source in small.record(root, second["artefact"])["sources"]}
    assert (sources["interviews/owner.md"]["clearance"], sources["interviews/owner.md"]["kind"]) == ("quote", "recording")
    assert sources["letters/customer.md"]["clearance"] == "internal"


def test_the_script_gets_the_answers_about_its_subject(fde, tmp_path):
    body = 'import sys\nprint("answers:", *[a.rsplit("/", 1)[1] for a in sys.argv if "/answers/" in a], file=sys.stderr)\n'
    root = small.engagement(tmp_path, script=small.script_that(body))
    write(root, f"answers/{small.SKILL}.md", "x")
    write(root, f"answers/{small.SKILL}-returns.md", "x")

    def said(*args):
        return re.search(r"answers: ?(.*)", fde("run", small.SKILL, *args, "--json", cwd=root).json["data"]["messages"])[1]

    assert said() == f"{small.SKILL}.md"
    assert said("--subject", "returns") == f"{small.SKILL}-returns.md"
    assert said("--subject", "other") == ""
    (root / f"answers/{small.SKILL}.md").unlink()
    (root / f"answers/{small.SKILL}.md").symlink_to(tmp_path / "elsewhere.md")
    assert fde("run", small.SKILL, cwd=root).code == 3


def test_a_bare_skill_keeps_the_same_rules(tmp_path):
    skill = tmp_path / "amdahl-ceiling"
    shutil.copytree(assets("skills") / "amdahl-ceiling", skill, ignore=shutil.ignore_patterns("__pycache__"))
    evidence = tmp_path / "evidence"
    write(evidence, OWNER, "Words of the owner, for us.")
    write(evidence, "interviews/partner.md", head(clearance="private"))
    facts = {
        "schema": "fde.facts/1", "skill": "amdahl-ceiling", "version": "1.0.0", "answer": ["Nothing was measured."],
        "facts": [], "tables": [], "charts": [], "findings": [], "sources": [], "method": [], "limits": [], "warnings": [],
    }  # fmt: skip
    write(tmp_path, "facts.json", json.dumps(facts))

    def artefact(out):
        command = [sys.executable, "-I", str(skill / "scripts" / "artefact.py"), "--facts", "facts.json", "--evidence", "evidence", "--out", out]
        return subprocess.run(command, env={}, cwd=tmp_path, capture_output=True, check=False, text=True)

    write(evidence, "clearance.md", table(f"{OWNER} | | loud"))
    refused = artefact("one")
    assert refused.returncode == 3
    assert "evidence/clearance.md:3: clearance: expected one of private, internal, paraphrase, quote, found 'loud'" in refused.stderr
    write(evidence, "clearance.md", table(f"{OWNER} | | paraphrase"))
    assert artefact("two").returncode == 0
    sources = json.loads((tmp_path / "two/artefact.json").read_text())["sources"]
    assert [(source["id"], source["clearance"]) for source in sources] == [(OWNER, "paraphrase")]
