"""The Markdown of an artefact against golden files; FDE_UPDATE_GOLDEN=1 writes them anew, for reading in the diff."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from portable.made import artefact, changed, facts, finding, good_reply, reply, sources

from fde.portable.artefact import UNJUDGED
from fde.portable.check import check
from fde.portable.markdown import markdown, safe
from fde.portable.svg import draw

GOLDEN = Path(__file__).parents[1] / "golden"
UPDATE = os.environ.get("FDE_UPDATE_GOLDEN") == "1"  # read here, for a test's own world has no settings
BAD = reply(findings=[finding("It takes 5 h.", title="Typing <b>takes</b> long"), finding(quotes=[{"source": "gone.md", "text": "nobody ever looks"}])])
DROPPED = check(BAD, facts()["facts"], sources()).problems

HOSTILE = '<script>alert("x")</script> ![x](http://example.org/?q=1) a|b \\| `x` **b** _i_ ~~no~~ &quot;q&quot;\n\n# H\n\x1b[2J\u202e'

EXAMPLES = {
    "measured.md": lambda: markdown(artefact()),
    "judged.md": lambda: markdown(artefact(good_reply())),
    "subject-and-dropped.md": lambda: markdown(artefact(good_reply(), subject="berlin", dropped=DROPPED[:1])),
    "replayed.md": lambda: markdown(
        artefact(good_reply(), judged={**UNJUDGED, "status": "ok", "by": "replay/x.json", "replayed": True, "origin": "some-model, 2026"})
    ),
    "rejected.md": lambda: markdown(artefact(dropped=DROPPED, judged={**UNJUDGED, "status": "rejected", "by": "some-model"})),
    "failed.md": lambda: markdown(artefact(judged={**UNJUDGED, "status": "failed: no-key", "by": "some-model"})),
    "hostile.md": lambda: markdown(hostile()),
    "curve.svg": lambda: draw(facts()["charts"][0]),
    "bars.svg": lambda: draw(facts()["charts"][1]),
    "hostile.svg": lambda: draw(changed(facts()["charts"][1], "title", to=HOSTILE)),
}


def hostile():
    """An artefact with the same hostile words in every field that text can stand in."""
    document = artefact(good_reply(), subject=HOSTILE, dropped=DROPPED)
    for path in [
        *[("answer", 0), ("answer", 1), ("method", 0), ("limits", 0), ("warnings",), ("facts", 0, "label"), ("facts", 5, "value")],
        *[("facts", 7, "unknown"), ("tables", 0, "title"), ("tables", 0, "columns", 0, "label"), ("tables", 0, "columns", 1, "unit")],
        *[("tables", 0, "rows", 1, 0), ("charts", 0, "title"), ("findings", 0, "title"), ("findings", 1, "rendered")],
        *[("findings", 1, "quotes", 0, "sentence"), ("findings", 1, "quotes", 0, "source"), ("findings", 1, "quotes", 0, "speaker")],
        *[("findings", 1, "quotes", 1, "notice"), ("actions", 0, "rendered"), ("actions", 0, "owner"), ("actions", 0, "due")],
        *[("actions", 0, "proposed", "unit"), ("questions", 0, "rendered"), ("questions", 0, "whom"), ("questions", 0, "why")],
        *[("dropped", 0, "what"), ("dropped", 0, "reasons", 0), ("sources", 0, "locator"), ("sources", 0, "note"), ("judged", "by")],
        *[("skill",), ("version",)],
    ]:
        document = changed(document, *path, to=[HOSTILE] if path == ("warnings",) else HOSTILE)
    return document


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_view_is_its_golden_file(name):
    text = EXAMPLES[name]()
    if UPDATE:
        (GOLDEN / name).write_bytes(text.encode())
    assert text.encode() == (GOLDEN / name).read_bytes()


def test_no_golden_file_is_unused():
    # Other rooms keep theirs in folders of their own.
    assert sorted(path.name for path in GOLDEN.iterdir() if path.is_file()) == sorted(EXAMPLES)


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name.endswith(".md")])
def test_a_page_ends_in_one_line_end_and_has_no_trailing_space(name):
    text = EXAMPLES[name]()
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert not re.search(r"[ \t]$", text, re.MULTILINE)


# Hostile text.


def test_hostile_text_makes_no_element_link_image_cell_or_heading():
    clean = markdown(changed(artefact(good_reply(), subject="x", dropped=DROPPED), "warnings", to=["x"]))
    text = markdown(hostile())
    assert "<script" not in text
    assert "<" not in text.replace("&lt;", "")
    assert not re.search(r"(?<!\\)`x", text)
    assert not re.search(r"(?<!\\)\]\(http", text)
    assert not re.search(r"(?<!\\)\*\*b", text)
    assert not re.search(r"(?<!\\)~", text)
    assert "&quot;" not in text
    assert not set(text) & set("\x1b\u202e\r")
    headings = [line for line in text.split("\n") if line.startswith("#")]
    assert len(headings) == sum(line.startswith("#") for line in clean.split("\n"))


def test_hostile_text_moves_no_cell_to_another_column():
    rows = [line for line in markdown(hostile()).split("\n") if line.startswith("|")]
    widths = {len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) for row in rows}
    assert widths <= {2, 3, 6, 7}  # the widths of the five tables, each with a border more than columns


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a|b", "a\\|b"),
        ("a\\|b", "a\\\\\\|b"),
        ("a\n\nb\tc", "a b c"),
        ("[x](y)", "\\[x\\](y)"),
        ("![x](y)", "!\\[x\\](y)"),
        ("<b>", "&lt;b>"),
        ("&lt;b&gt;", "&amp;lt;b&amp;gt;"),
        ("&#60; &#x3c; &half;", "&amp;#60; &amp;#x3c; &amp;half;"),
        ("R&D & more", "R&D & more"),
        ("`x`", "\\`x\\`"),
        ("*a* **b**", "\\*a\\* \\*\\*b\\*\\*"),
        ("_a_ b_c d_", "\\_a\\_ b_c d\\_"),
        ("__init__", "\\_\\_init\\_\\_"),
        ("~5 h to ~6 h", "\\~5 h to \\~6 h"),
        ("~~~ fence", "\\~\\~\\~ fence"),
        ("# heading", "\\# heading"),
        ("#1 is first", "#1 is first"),
        ("> never late", "\\> never late"),
        ("- item", "\\- item"),
        ("+ item", "\\+ item"),
        ("-5 h", "-5 h"),
        ("--- rule", "\\--- rule"),
        ("===", "\\==="),
        ("1. item", "1\\. item"),
        ("12) item", "12\\) item"),
        ("1.5 h", "1.5 h"),
        ("", ""),
        ("\x1b[2J\u202eabc\x07", "\ufffd\\[2J\ufffdabc\ufffd"),
        ("“quoted” – it’s", "“quoted” – it’s"),
    ],
)
def test_what_markdown_would_obey_is_escaped_and_other_text_left_alone(text, shown):
    assert safe(text) == shown


@given(st.text(st.one_of(st.sampled_from("|\\`*_~[]()<>&#;-+=.1a \n\t"), st.characters(exclude_categories=["Cs"])), max_size=40))
def test_safe_text_is_one_line_in_which_every_mark_is_escaped(text):
    shown = safe(text)
    assert len(shown.splitlines()) <= 1
    bare = re.sub(r"\\[\\`*|\[\]_~>#+\-=.)]", "", shown)
    assert not set(bare) & set("`*|[]~<")
    assert not re.search(r"(?<![^\W_])_|_(?![^\W_])", bare)
    assert not re.match(r"(?:>|#{1,6}(?: |$)|[-+](?: |$)|-{2}|={2}|\d{1,9}[.)](?: |$))", shown)


# What stands where.


def test_the_first_line_says_that_judging_failed_and_why():
    first = EXAMPLES["failed.md"]().split("\n")[0]
    assert first.startswith("> **Not judged (failed: no-key).**")
    assert EXAMPLES["rejected.md"]().startswith("> **Not judged (rejected).**")


def test_without_a_failure_the_first_line_is_the_answer():
    assert EXAMPLES["measured.md"]().split("\n")[0] == "# An order takes 1.54 h (1.20 to 1.90 h)."


def test_what_could_not_be_read_is_named_below_the_answer():
    below = EXAMPLES["measured.md"]().partition("\n## ")[0]
    assert below.endswith("> **Not read (1):** notes/broken.md; the reasons stand under Sources.\n")


def test_the_answer_comes_first_and_the_sources_last():
    headings = [line for line in EXAMPLES["subject-and-dropped.md"]().split("\n") if line.startswith("#")]
    kept = [heading.lstrip("# ") for heading in headings if heading.startswith("## ")]
    assert kept == [
        "Where the time goes",
        "What stands out",
        "What to do",
        "What we do not know",
        "How it was measured",
        "What it cannot say",
        "What the figures show",
        "More",
        "What the check refused (1 item)",
        "Every figure, and what it rests on",
        "Sources",
    ]


def test_every_quote_is_shown_in_its_sentence_with_its_place():
    text = EXAMPLES["judged.md"]()
    assert "Anna: “We type every order in twice.” (talks/anna.txt, line 4)" in text
    assert "“Orders are late because nobody looks.” (mails/owner.md, lines 8-9)" in text


def test_a_typed_note_is_never_shown_as_direct_speech():
    text = EXAMPLES["judged.md"]()
    assert "From a typed note (notes/warehouse.md, line 7), not direct speech: The warehouse waits for the paper. *Invented for this example.*" in text
    assert "“The warehouse" not in text


def test_an_unknown_fact_is_not_known_with_its_reason_and_never_zero():
    text = EXAMPLES["judged.md"]()
    assert "| The scrap | not known: nobody weighs it |" in text
    assert "It is not known." in text


def test_a_proposed_target_stands_in_its_own_column():
    text = EXAMPLES["judged.md"]()
    assert "| What | Who | By when | Should move | From | Proposed |" in text
    assert "| Take the second typing out | the lead | 2026-04-01 | The entry | 1.54 h | 1 h |" in text
    assert "| Ask the owner | whoever has typing in | not set | The entry | 1.54 h |  |" in text


def test_every_fact_and_every_source_is_listed():
    text = EXAMPLES["measured.md"]()
    assert all(f"`{fact['id']}`" in text for fact in facts()["facts"])
    assert "| file:evidence/orders/\\*.csv | ok | 3 | 1250 | 2 | 2 lines were cut off |" in text
    assert "| file:evidence/notes/broken.md | failed | 1 |  |  | it is not UTF-8: byte 0xe9 at offset 3 |" in text
