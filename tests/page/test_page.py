"""The page as HTML: whole, self-contained, the same every time, and harmless whatever stands in the evidence."""

from __future__ import annotations

import copy
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from page.records import ACTIONS, CLIENT, MAIL, OFFICE, OWNER, action, fact, finding, question, quote, record

from fde.page.page import Audience, render

GOLDEN = Path(__file__).parents[1] / "golden" / "page" / "page.html"
VOID = {"meta", "br", "hr", "img", "link", "input", "rect", "line"}
INTERNAL = "The owner's nephew forgets the price sheet in his car."
HOSTILE = [
    "<script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "\u202egnp.exe\u202c",
    "&lt;b&gt;&#60;b>",
    "<!-- --><![CDATA[",
    "\x1b[31mred\x00",
]


def everything():
    """Return an artefact with something in every place that a page has."""
    return record(
        findings=[
            finding("Prices wait for one person", "One person sets every price.", quote(OFFICE, "Only the owner sets a price here.")),
            finding("Fitters do not know", "Fitters ask where it is.", quote(MAIL, "Where is my order for the Miller house?", kind="document")),
            finding("The sheet is lost", "The sheet gets lost.", quote(OWNER, INTERNAL)),
        ],
        clearance={OWNER: "internal", OFFICE: "paraphrase", MAIL: "quote"},
    )


class Reader(HTMLParser):
    """Reads a page and notes its tags, whether they are balanced, and what a reader sees."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert tag == self.open.pop()

    def handle_data(self, data):
        if "style" not in self.open:
            self.text += data


def read(html):
    """Return the page as it was read; every tag is closed in its order."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


def page(document=None, **given):
    return render(document or everything(), client=CLIENT, **given)


def test_the_page_of_the_small_artefact_is_the_one_that_was_looked_at():
    assert page() == GOLDEN.read_text(encoding="utf-8")


def test_the_same_artefact_gives_the_same_bytes_and_is_not_changed():
    document = everything()
    before = copy.deepcopy(document)
    assert page(document) == page(copy.deepcopy(document))
    assert document == before


@pytest.mark.parametrize("audience", list(Audience))
def test_it_is_one_file_that_loads_nothing(audience):
    html = page(audience=audience)
    assert "http" not in html.replace("http-equiv", "")
    assert not re.search(r"\bsrc=|@import|url\(|<link|<script|<iframe|<object|<base", html)
    csp = next(attrs for tag, attrs in read(html).tags if tag == "meta" and "http-equiv" in attrs)
    assert csp["content"] == "default-src 'none'; style-src 'unsafe-inline'"


def test_it_is_a_whole_document_with_language_and_title():
    reader = read(page())
    assert dict(reader.tags)["html"] == {"lang": "en"}
    assert page().startswith("<!DOCTYPE html>\n")
    assert f"<title>{CLIENT}, 2 March 2026</title>" in page()
    assert [tag for tag, _ in reader.tags].count("h1") == 1


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("audience", list(Audience))
def test_hostile_text_is_text_wherever_it_comes_in(text, audience):
    said = quote(MAIL, text, kind="document", speaker=text)
    document = record(
        findings=[finding(text, text, said)],
        actions=[action(text, said, owner=text, due=text, proposed={"value": text, "unit": text})],
        questions=[question(text, whom=text, why=text)],
        clearance={MAIL: "quote"},
        answer=[text, text],
        cost=[text],
        facts=[fact("case.wait", text, "text", text)],
        tables=[{"id": "t", "title": text, "columns": [{"key": "k", "label": text, "unit": text}], "rows": [[text]]}],
        charts=[{"id": "c", "kind": "bar", "title": text, "x": {"label": text}, "y": {"label": text}, "series": [{"label": text, "points": [[text, 1]]}]}],
        method=[text],
        limits=[text],
        warnings=[text],
    )
    reader = read(render(document, client=text, audience=audience))
    assert not {tag for tag, _ in reader.tags} & {"script", "img", "iframe", "a"}
    assert not [name for _, attrs in reader.tags for name in attrs if name.startswith("on") or name in ("href", "src", "style")]
    assert not set(reader.text) & set("\u202e\u202c\x1b\x00")
    assert {tag for tag, _ in reader.tags} <= {tag for tag, _ in read(page()).tags} | {"rect"}


@pytest.mark.parametrize(
    "canary",
    [INTERNAL, "nephew", "The sheet gets lost", "owner.md", "set:orders", "case.wait", "wait.cost", "Only the owner sets a price here", "j1"],
)
def test_what_is_not_for_the_client_is_nowhere_on_their_page(canary):
    assert canary not in page()


def test_no_grade_letter_stands_in_a_cell_of_the_clients_page_and_on_ours_they_do():
    assert re.findall(r"<td[^>]*>[A-D]</td>", page()) == []
    assert len(re.findall(r"<td[^>]*>[A-D]</td>", page(audience=Audience.INTERNAL))) == 4


def test_ours_says_first_that_it_is_ours_and_holds_everything():
    text = read(page(audience=Audience.INTERNAL)).text
    assert text.index("Internal: not for the client.") < text.index(CLIENT, text.index("2 March 2026"))
    for part in (INTERNAL, "case.wait", "interviews/owner.md, line 3", "set:orders", "paraphrase"):
        assert part in text
    assert "Not on the client's page" in text
    assert "j3, The sheet is lost: it quotes interviews/owner.md, which is internal." in text


def test_a_finding_whose_title_may_not_be_shown_stands_without_it_and_without_a_word_of_that():
    words = "Prices wait until the owner has a quiet hour"
    document = record(findings=[finding(words, "One person sets every price.", quote(OFFICE, words))], clearance={OFFICE: "paraphrase"})
    html = page(document)
    assert '<p class="untitled">One person sets every price.</p>' in html
    assert not re.search(r"<h3>\s*</h3>|quiet hour|paraphrase|client's page", html)
    assert "its title repeats words of interviews/office.md, cleared for paraphrase only" in page(document, audience=Audience.INTERNAL)


def test_words_that_may_be_quoted_are_and_those_that_may_be_retold_are_not():
    text = read(page()).text
    assert "Written: “Where is my order for the Miller house?”" in text
    assert "One person sets every price." in text


def test_a_typed_note_is_nobodys_direct_speech():
    text = read(page(clearance={OFFICE: "quote"})).text
    assert "From notes of a talk, in the words of whoever took them: Only the owner sets a price here." in text


@pytest.mark.parametrize("status", ["none", "failed: not-reachable", "rejected"])
def test_without_a_judgement_it_reads_well_and_has_no_empty_heading(status):
    document = record(status=status)
    html = page(document)
    assert "What to do first</h2>" not in html
    assert "What we do not know" not in html
    assert "What to do first is still to be agreed." in html
    assert "What stands out" in html
    assert not re.search(r"</h2>\s*</section>", html)
    assert status == "none" or status not in html
    assert ("Not judged" in page(document, audience=Audience.INTERNAL)) is (status != "none")


def test_an_artefact_of_an_answer_alone_has_a_page():
    empty: dict[str, list[str]] = {key: [] for key in ("facts", "tables", "charts", "method", "limits", "sources", "computed")}
    document = record(status="none", answer=["Nothing was measured."], cost=["It is so."], **empty)
    del document["cost"]
    html = page(document)
    assert read(html).text.count("Nothing was measured.") == 1
    assert not re.search(r"</h2>\s*</section>|<section>\s*</section>|<ul>\s*</ul>", html)


def test_a_correction_is_shown_with_its_braces_as_they_were_typed():
    document = record(actions=ACTIONS)
    correction = {"id": "c1", "by": "person", "title": "The wait {f:nothing}", "statement": "It is {f:less}.", "rendered": "It is {f:less}."}
    document["findings"].append(correction | {"basis": "reported", "severity": "high", "facts": ["case.wait"], "quotes": []})
    text = read(page(document)).text
    assert "What was corrected by a person" in text
    assert "It is {f:less}." in text
    assert "Somebody corrected 1 of them" in text


def test_the_subject_stands_beside_the_clients_name():
    assert f"{CLIENT}, shop-two" in read(page(record(subject="shop-two"))).text
