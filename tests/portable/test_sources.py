from __future__ import annotations

import pytest
from portable.made import TALK, source

from fde.portable.sources import Source, text_source


def made(text, path="papers/x.md"):
    return text_source(path, text.encode(), text)


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("papers/x.md", "words", "document"),
        ("interviews/lead.md", "words", "typed note"),
        ("notes/lead.md", "words", "typed note"),
        ("talks/a.VTT", "words", "recording"),
        ("interviews/a.srt", "words", "recording"),
        ("interviews/a.md", "---\nkind: recording\n---\nwords", "recording"),
        ("papers/x.md", "---\nkind: answer\nclearance: quote\n---\nwords", "answer"),
        ("papers/x.md", "---\nkind: gospel\n---\nwords", "document"),
        ("papers/x.md", "words\n---\nkind: recording\n---\n", "document"),
        ("papers/x.md", "\ufeff---\r\nkind: export\r\n---\r\nwords", "export"),
        ("interviews", "words", "typed note"),
    ],
)
def test_the_head_says_the_kind_else_the_place_and_the_suffix(path, text, kind):
    assert made(text, path).kind == kind


@pytest.mark.parametrize(
    ("head", "clearance"), [("clearance: quote", "quote"), ("clearance: paraphrase", "paraphrase"), ("clearance: public", "internal"), ("x: y", "internal")]
)
def test_words_are_internal_until_the_head_clears_them(head, clearance):
    assert made(f"---\n{head}\n---\nwords").clearance == clearance
    assert made("words").clearance == "internal"


def test_what_is_invented_says_so_at_each_quote():
    assert made("---\nkind: document\n---\n\nInvented for this example.\n\nWords.").notice == "Invented for this example"
    assert made("Words.\nInvented for this example.").notice is None


@pytest.mark.parametrize(("text", "health"), [("words", "ok"), ("", "empty"), (" \n\t\n", "empty")])
def test_a_file_without_words_is_empty_not_failed(text, health):
    assert made(text).health == health


def test_line_ends_and_a_byte_order_mark_are_no_part_of_the_words_but_of_the_digest():
    one, other = made("\ufeffa\r\nb\rc"), made("a\nb\nc")
    assert one.text == other.text == "a\nb\nc"
    assert one.digest != other.digest
    assert one.size == 9


def test_a_recording_names_who_speaks_there_or_above():
    talk = source(TALK, "recording")
    assert [talk.speaker_at(line) for line in range(1, 9)] == [None, None, None, "Anna", "Ben Lead", "Anna", "Anna", None]


@pytest.mark.parametrize("kind", ["typed note", "document", "export", "answer"])
def test_nobody_is_named_where_no_recording_says_who_speaks(kind):
    assert source(TALK, kind).speaker_at(4) is None


def test_a_blank_line_ends_a_turn():
    assert source("Anna: Yes.\n\nNobody looks.", "recording").speaker_at(6) is None


@pytest.mark.parametrize("line", ["<v Anna>We wait.</v>", "<v.loud Anna>We wait.", "[00:12] Anna: We wait.", "Anna: We wait.", "  Anna: We wait."])
def test_a_speaker_is_read_from_a_transcript_or_a_subtitle(line):
    assert source(line, "recording").speaker_at(4).endswith("Anna")


@pytest.mark.parametrize("line", ["We wait: nobody looks", "anna: We wait.", "https://example.org: no", "At 10:30 we wait."])
def test_a_colon_alone_makes_no_speaker(line):
    talk = source(line, "recording")
    assert talk.speaker_at(4) in (None, "We wait")


def test_a_turn_s_sentence_is_attributed_without_the_name_before_it():
    talk = source(TALK, "recording")
    assert talk.attributed(4, 4, "Anna: We type every order in twice.") == ("Anna", "We type every order in twice.")
    assert talk.attributed(6, 7, "Nobody looks before Thursday") == ("Anna", "Nobody looks before Thursday")


def test_a_sentence_of_several_turns_is_nobody_s():
    assert source(TALK, "recording").attributed(4, 5, "Anna: We. Ben Lead: Is it?") == (None, "Anna: We. Ben Lead: Is it?")


def test_another_word_with_a_colon_stays_in_the_sentence():
    talk = source("Anna: Hm. Myth: we are never late.", "recording")
    assert talk.attributed(4, 4, "Myth: we are never late.") == ("Anna", "Myth: we are never late.")


def test_a_document_keeps_every_word_before_a_colon():
    assert source("Myth: we are never late.").attributed(4, 4, "Myth: we are never late.") == (None, "Myth: we are never late.")


def test_a_record_lists_where_the_source_is_and_how_it_was_found():
    record = Source(id="a/b.md", text="", health="failed", note="it is binary").record()
    assert record == {
        "id": "a/b.md",
        "locator": "file:evidence/a/b.md",
        "count": 1,
        "bytes": 0,
        "digest": "",
        "health": "failed",
        "kind": "document",
        "clearance": "internal",
        "note": "it is binary",
    }
