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
    assert done.out.count("artefact.md") == 2
    assert "verified: every figure and quote agrees" in done.out


def test_the_second_artefact_is_judged_by_the_recorded_reply_and_says_so(fde, tmp_path):
    data = fde("demo", "--json", cwd=tmp_path).json["data"]
    record = json.loads((tmp_path / "fde-demo" / data["judged"] / "artefact.json").read_text())
    assert (record["judged"]["status"], record["judged"]["replayed"], record["dropped"]) == ("ok", True, [])
    assert "recorded reply" in (tmp_path / "fde-demo" / data["judged"] / "artefact.md").read_text()
    assert record["supersedes"] == data["measured"]


def test_every_quote_of_an_invented_note_repeats_that_it_is_invented(fde, tmp_path):
    data = fde("demo", "--json", cwd=tmp_path).json["data"]
    record = json.loads((tmp_path / "fde-demo" / data["judged"] / "artefact.json").read_text())
    quotes = [quote for finding in record["findings"] for quote in finding["quotes"]]
    assert quotes
    assert {quote["notice"] for quote in quotes} == {"Invented for this example"}
    page = (tmp_path / "fde-demo" / data["judged"] / "artefact.md").read_text()
    assert page.count("*Invented for this example.*") == len(quotes)


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
    answer = fde("demo", "--json", cwd=tmp_path).json["data"]["answer"]
    shown = ANSWER.search((ROOT / "README.md").read_text())
    assert shown
    assert " ".join(shown[1].replace(">", "").split()) == " ".join(answer)
