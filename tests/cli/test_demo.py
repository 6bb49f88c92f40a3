"""`fde demo`: what a new user sees first, and what the README shows of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ANSWER = re.compile(r"<!-- answer: begin -->\n(.*?)<!-- answer: end -->", re.DOTALL)


def test_it_ends_with_the_conclusion_in_words_and_numbers_and_the_paths(fde, tmp_path):
    done = fde("demo", cwd=tmp_path)
    assert done.code == 0, done.err
    assert re.search(r"merged change .*takes [\d.]+ h of working time", done.out)
    for line in done.out.splitlines():
        if line.endswith("artefact.md"):
            assert (tmp_path / line.rpartition(" ")[2]).read_text().startswith("# ")
    assert done.out.count("artefact.md") == 4
    assert done.out.count("verified: every figure and quote agrees") == 2


def examples(fde, folder):
    """The demo's examples: where each lies and what came out."""
    return [(Path(data["folder"]), data) for data in fde("demo", "--json", cwd=folder).json["data"]["examples"]]


def test_the_second_artefact_is_judged_by_the_recorded_reply_and_says_so(fde, tmp_path):
    for folder, data in examples(fde, tmp_path):
        record = json.loads((folder / data["judged"] / "artefact.json").read_text())
        assert (record["judged"]["status"], record["judged"]["replayed"], record["dropped"]) == ("ok", True, [])
        assert "recorded reply" in (folder / data["judged"] / "artefact.md").read_text()
        assert (record["supersedes"], data["complaints"]) == (data["measured"], 0)


def test_every_quote_of_an_invented_note_repeats_that_it_is_invented(fde, tmp_path):
    for folder, data in examples(fde, tmp_path):
        record = json.loads((folder / data["judged"] / "artefact.json").read_text())
        quotes = [quote for kind in ("findings", "actions") for item in record[kind] for quote in item["quotes"]]
        assert quotes
        assert {quote["notice"] for quote in quotes} == {"Invented for this example"}
        shown = sum(len(finding["quotes"]) for finding in record["findings"])
        assert (folder / data["judged"] / "artefact.md").read_text().count("*Invented for this example.*") == shown


def test_a_demo_is_replaced_and_anything_else_is_left_alone(fde, tmp_path):
    assert fde("demo", cwd=tmp_path).code == 0
    assert fde("demo", cwd=tmp_path).code == 0
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("mine")
    refused = fde("demo", "mine", cwd=tmp_path)
    assert refused.code == 3
    assert "mine" in refused.err
    assert [path.name for path in mine.iterdir()] == ["letter.txt"]


def test_a_dry_run_writes_nothing(fde, tmp_path):
    assert fde("demo", "--dry-run", cwd=tmp_path).code == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.checkout
def test_the_readme_shows_the_demo_s_answer(fde, tmp_path):
    (_, team), _ = examples(fde, tmp_path)
    shown = ANSWER.search((ROOT / "README.md").read_text())
    assert shown
    assert " ".join(shown[1].replace(">", "").split()) == " ".join(team["answer"])
