"""The client's page speaks the client's language: on page one none of our words, and nowhere our ids and letters."""

from __future__ import annotations

import json
import re
import shutil

import pytest
from page.records import CLIENT, record

from fde.assets import assets
from fde.page.page import render

EXAMPLES = ("software-team", "wholesaler")
NOW = "2026-05-04T09:00:00+02:00"
# Words that mean something else to a reader, or nothing. "Model" is none: some clients' work is about models.
OURS = re.compile(
    r"\b(?:artefacts?|artifacts?|facts?|findings?|judgements?|judged|evidence grades?|grades?|boundar(?:y|ies)|ceilings?|quote ids?"
    r"|runs?|ledgers?|engagements?|skills?|digests?|locators?|placeholders?|schemas?|supersedes?|clearance|audience|keyless|fde"
    r"|baseline|say-do|sponsor|stakeholders?)\b",
    re.IGNORECASE,
)
TAGS = re.compile(r"<style>.*?</style>|<[^>]+>", re.DOTALL)


def words(html):
    """Return what a reader reads."""
    return " ".join(TAGS.sub(" ", html).split())


def page_one(html):
    """Return what a reader reads on page one."""
    return words(html[html.index("<main") : html.index("</main>")])


@pytest.fixture(name="example", params=EXAMPLES)
def _example(request, tmp_path, fde):
    """The record and the client's page of an example, by measurement alone."""
    engagement = tmp_path / request.param
    shutil.copytree(assets("examples") / request.param, engagement)
    done = fde("run", "amdahl-ceiling", "--model", "none", "--json", cwd=engagement, env={"FDE_NOW": NOW})
    assert done.code == 0
    folder = engagement / done.json["data"]["artefact"]
    return json.loads((folder / "artefact.json").read_text()), (folder / "page.html").read_text()


def test_page_one_of_an_example_has_none_of_our_words(example):
    _, html = example
    assert OURS.findall(page_one(html)) == []


def test_the_page_of_an_example_has_no_id_and_no_grade_letter(example):
    document, html = example
    seen = words(html)
    ids = [item["id"] for key in ("facts", "sources", "findings", "tables", "charts") for item in document[key]]
    # A plain word may be an id and a word of the client's.
    assert [name for name in ids if re.search(r"[._:-]", name) and "/" not in name and name in seen] == []
    assert re.findall(r"<td[^>]*>[A-D]</td>", html) == []


def test_page_one_of_an_example_shows_a_chart_and_keeps_its_sentences_whole(example):
    _, html = example
    assert "<svg" in html[: html.index("</main>")]
    assert "…" not in "".join(re.findall(r"<h1>.*?</h1>", html))


def test_our_own_text_on_the_whole_page_has_none_of_our_words():
    assert OURS.findall(words(render(record(), client=CLIENT))) == []


def test_the_list_would_find_them():
    assert OURS.findall("This run has one finding") == ["run", "finding"]
