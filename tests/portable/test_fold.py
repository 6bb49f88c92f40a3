from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fde.portable.fold import bare, fold, folded, legible, lf

# What folding has opinions about, and pieces that come together only after it.
ODD = "ab Zé e\u0301 n\u0303\u00ad\u0301ﬁﬃﬅ“”’‚–—−-.!?:;,'\"()#*>|12²½١\u00a0\u2009\t\u2028　「」A:"
texts = st.text(st.one_of(st.sampled_from(ODD), st.characters(exclude_categories=["Cs"])), max_size=60)
sources = st.text(st.one_of(st.sampled_from(ODD + "\n\n\r"), st.characters(exclude_categories=["Cs"])), max_size=120)


@given(texts)
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(texts)
def test_the_composed_and_the_decomposed_form_fold_alike(text):
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a\r\nb", "a b"),
        ("a\u00a0 \t\u2009b ", "a b"),
        ("Auf\u00adtrag", "Auftrag"),
        ("o\u00ad\u0308rtlich", "örtlich"),
        ("ﬁt oﬃce ﬂow Poﬅ", "fit office flow Post"),
        ("“never” „nie“ «jamais» 「x」", '"never" "nie" "jamais" "x"'),
        ("‘it’s’ ‹so› ʼ ′", "'it's' 'so' ' '"),
        ("5–6 — a‑b −1", "5-6 - a-b -1"),
    ],
)
def test_what_a_copy_changes_folds_away(one, other):
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("10²", "102"), ("１２", "12"), ("1,5", "1.5"), ("½", "1/2"), ("①", "1"), ("٣", "3"), ("㎡", "m2"), ("Yes", "yes"), ("5 %", "5%")],
)
def test_what_changes_the_meaning_never_folds_away(one, other):
    assert fold(one) != fold(other)


@given(sources)
def test_the_line_of_every_character_is_that_of_a_naive_search(text):
    source = folded(text)
    naive = [
        number
        for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1)
        for _ in (f"{fold(line)} " if fold(line) else "")
    ][:-1]
    assert len(naive) == len(source.text)
    assert [source.line_at(offset) for offset in range(len(source.text))] == naive


@given(sources, st.data())
def test_a_sentence_holds_the_words_it_is_asked_for(text, data):
    source = folded(text)
    if not source.text:
        return
    start = data.draw(st.integers(0, len(source.text) - 1))
    end = data.draw(st.integers(start + 1, len(source.text)))
    first, last = source.sentence_at(start, end)
    assert 0 <= first <= last <= len(source.text)
    # Outside it stand at most a list's marker and white space.
    left, right = source.text[start:first], source.text[last:end]
    assert bare(left) == ""
    assert not right.strip()


@given(sources)
def test_the_lines_joined_are_the_text(text):
    source = folded(text)
    assert source.text == " ".join(piece for line in source.lines if (piece := fold(line))) == fold("\n".join(source.lines))


def sentence(text, words):
    source = folded(text)
    start = source.text.index(words)
    first, last = source.sentence_at(start, start + len(words))
    return source.text[first:last]


@pytest.mark.parametrize(
    ("text", "words", "whole"),
    [
        ("It is late. It is dear. Stop.", "dear", "It is dear."),
        ("We buy parts, e.g. Taps are dear. Stop.", "Taps", "We buy parts, e.g. Taps are dear."),
        ("See order No. 5 of May. Stop.", "May", "See order No. 5 of May."),
        ("He said no. Then we left.", "we left", "Then we left."),
        ("Ask Dr. Xu now. Stop.", "now", "Ask Dr. Xu now."),
        ("Ask Mr. P. Smith now. Stop.", "Ask", "Ask Mr. P. Smith now."),
        ("It takes 1.5 hours. Stop.", "hours", "It takes 1.5 hours."),
        ('He said: "Never." Then he left.', "left", "Then he left."),
        ('He said: "Never." Then he left.', "Never", 'He said: "Never."'),
        ("Really?! Yes (truly.) No.", "truly", "Yes (truly.)"),
        ("It is late.\nIt is\ndear. Stop.", "dear", "It is dear."),
        ("- It is late\n- It is dear because\n  nobody looks\n- Stop", "dear", "It is dear because nobody looks"),
        ("1. Type it\n2. Check it", "Check", "Check it"),
        ("# The waits\nIt is late", "late", "It is late"),
        ("# The waits\nIt is late", "waits", "The waits"),
        ("---\nkind: document\n---\nIt is late", "late", "It is late"),
        ("It is late\n\nIt is dear", "dear", "It is dear"),
        ("> It is late\n\nNo", "late", "It is late"),
        ("00:01.000 --> 00:02.000\nIt is late\n\n00:03.000 --> 00:04.000\nNo", "late", "It is late"),
        ("Anna: It is late.\nBen: It is dear.", "late", "Anna: It is late."),
        ("Anna: It is late.\nBen: It is dear.", "dear", "Ben: It is dear."),
        ("The reasons are\nMonday: nobody looks.", "nobody", "The reasons are Monday: nobody looks."),
        ("It is late. It is dear. Stop.", "late. It", "It is late. It is dear."),
    ],
)
def test_a_sentence_is_whole_and_nothing_more(text, words, whole):
    assert sentence(text, words) == whole


@pytest.mark.parametrize(
    ("text", "words"),
    [("# Nobody\nlikes it", "Nobody likes"), ("We are late\n\nwith nothing", "late with"), ("A\n\nB\n\nC", "A B C")],
)
def test_words_on_both_sides_of_a_heading_or_an_open_paragraph_are_joined_only_by_the_reader(text, words):
    source = folded(text)
    start = source.text.index(words)
    assert source.joins(start, start + len(words))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It is late.\n\nIt is dear.", "late. It"),
        ("It is\nlate", "is late"),
        ("The reasons:\n\n- nobody looks", "reasons: - nobody"),
        ("- late\n- dear", "late - dear"),
        ("It is late", "It is late"),
    ],
)
def test_words_over_line_ends_and_closed_sentences_belong_together(text, words):
    source = folded(text)
    start = source.text.index(words)
    assert not source.joins(start, start + len(words))


@pytest.mark.parametrize(("line", "words"), [("  - Yes ", "Yes"), ("3) Yes", "Yes"), ("## Yes", "Yes"), ("> Yes", "Yes"), ("Yes - no", "Yes - no")])
def test_a_bare_line_has_lost_its_marker(line, words):
    assert bare(line) == words


def test_what_a_terminal_would_obey_is_shown_as_a_replacement():
    assert legible("a\x1b[2J\x9b\u202eb\n\tc\x00") == "a\ufffd[2J\ufffd\ufffdb\n\tc\ufffd"


def test_line_ends_of_every_system_become_one():
    assert lf("a\r\nb\rc\n\r\nd") == "a\nb\nc\n\nd"
