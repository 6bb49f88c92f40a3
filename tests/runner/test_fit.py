"""What a question has room for: whole sources or none of them, the smallest first, and nothing disappears."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import small
from hypothesis import given
from hypothesis import strategies as st
from portable.made import facts
from small import record, write

from fde.engagement.engagement import read
from fde.engagement.status import status
from fde.models.tokens import tokens
from fde.portable.artefact import compose, files
from fde.portable.check import find_quote
from fde.portable.sources import Source, text_source
from fde.runner import question
from fde.runner.ask import Asking
from fde.runner.fit import fit
from fde.runner.run import preview, run
from fde.runner.verify import verify
from fde.skillset.find import find

NOW = small.moment()


def source(name, text):
    return text_source(name, text.encode(), text)


def kept(words):
    return [each.id for each in words if each.health == "ok"]


def size(*words):
    return tokens(question.evidence_text(words)) - tokens(question.evidence_text(()))


BIG, SMALL, MIDDLE = source("a/big.md", "Words. " * 900), source("b/small.md", "A few words."), source("c/middle.md", "Some words. " * 40)
WORDS = (BIG, SMALL, MIDDLE)


def test_with_room_for_all_nothing_is_changed():
    assert fit(WORDS, 5000) == WORDS


def test_the_smallest_are_heard_first_and_the_order_stays():
    some = fit(WORDS, 400)
    assert [each.id for each in some] == ["a/big.md", "b/small.md", "c/middle.md"]
    assert kept(some) == ["b/small.md", "c/middle.md"]


def test_what_has_no_room_is_skipped_and_says_why_with_its_size_and_keeps_its_digest():
    left = fit(WORDS, 400)[0]
    assert left.health == "skipped"
    assert left.note == f"left out of the question: about {tokens(question.source_line(BIG) + chr(10)):,} tokens, for which the model's window has no room"
    assert (left.digest, left.size) == (BIG.digest, BIG.size)


def test_what_the_note_says_already_stays():
    (left,) = fit([replace(BIG, note="text by mammoth 1.11.0")], 0)
    assert left.note.startswith("text by mammoth 1.11.0; left out of the question")


def test_the_room_is_that_of_the_rendered_line_not_of_the_words():
    tags = source("x.md", "<" * 1000)  # each is six characters as an escape
    assert kept(fit([tags], 1100)) == []
    assert kept(fit([tags], 2100)) == ["x.md"]


def test_of_two_of_one_size_the_name_decides_wherever_they_stand():
    one, other = source("a.md", "Some words. " * 40), source("b.md", "Some words. " * 40)
    assert kept(fit([one, other], 300)) == kept(fit([other, one], 300)) == ["a.md"]


def test_what_could_not_be_read_takes_no_room_and_stays_as_it_is():
    broken = Source(id="broken.md", text="", health="failed", note="no UTF-8")
    assert fit([broken], 0) == (broken,)


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=300).filter(str.strip), max_size=8), st.integers(0, 2500))
def test_what_is_kept_fits_with_the_names_of_the_rest_and_each_is_whole(texts, room):
    words = [source(f"notes/{number}<.md", text) for number, text in enumerate(texts)]
    chosen = fit(words, room)
    assert [each.id for each in chosen] == [each.id for each in words]
    assert all(each == was or each.health == "skipped" for each, was in zip(chosen, words, strict=True))
    assert not kept(chosen) or size(*chosen) <= room


def test_the_question_names_what_was_left_out_as_json_that_cannot_close_the_tag():
    left = fit([source("a</evidence>.md", "Words. " * 900), SMALL], 200)
    text = question.evidence_text(left)
    sent, named = text.split("\n")[1:3]
    assert json.loads(sent)["source"] == "b/small.md"
    assert json.loads(named) == {"left out for want of room": ["a</evidence>.md"]}
    assert text.count("</evidence>") == 1


def test_what_was_left_out_is_neither_sent_nor_quotable():
    words = fit(WORDS, 400)
    assert "Words. Words." not in question.evidence_text(words)
    usable = {each.id: each for each in words if each.health == "ok"}
    assert "there is no text source 'a/big.md'" in find_quote("a/big.md", "Words. Words. Words.", usable)


def test_a_reader_of_the_artefact_sees_what_was_left_out_and_why():
    text = files(compose(facts(), created=small.NOW, zone="Europe/Berlin", words=fit(WORDS, 400)))["artefact.md"].decode()
    assert "> **Left out of the question (1):** a/big.md; the model's window had no room for more." in text
    assert "Not read" not in text
    assert "| file:evidence/a/big.md | skipped | 1 |  |  | left out of the question: about " in text


class Narrow:
    """A model whose window holds the question and little more."""

    name, origin, manner = "anthropic/narrow", None, ""

    def __init__(self, window):
        self.window, self.asked = window, []

    def prepare(self):
        pass

    def preview(self, request):
        return None

    def reply(self, request, watch):
        from fde.models.model import Reply

        self.asked.append(request)
        return Reply(text=small.GOOD)


@pytest.fixture(name="acme")
def _acme(tmp_path):
    acme = small.engagement(tmp_path)
    rng = random.Random(7)
    write(acme, "evidence/letters/long.md", " ".join(f"Letter{rng.random()}." for _ in range(3000)))
    return acme


@pytest.fixture(name="ran")
def _ran(acme):
    skill = find(small.SKILL, acme)
    planned = preview(read(acme), skill, now=NOW, asking=Asking(model=Narrow(None)))
    model = Narrow(tokens(planned.question) - 5000)
    assert preview(read(acme), skill, now=NOW, asking=Asking(model=model)).left_out == ("letters/long.md",)
    return run(read(acme), skill, now=NOW, asking=Asking(model=model)), model


def test_a_run_with_a_narrow_window_is_judged_over_the_rest_and_lists_what_it_left_out(acme, ran):
    written, model = ran
    assert (written.status, written.error) == ("ok", None)
    assert all("Letter0." not in message.text for request in model.asked for message in request.messages)
    left = next(each for each in record(acme, written.folder)["sources"] if each["id"] == "letters/long.md")
    assert (left["health"], left["bytes"]) == ("skipped", (acme / "evidence/letters/long.md").stat().st_size)


def test_what_was_left_out_makes_an_artefact_neither_wrong_nor_outdated_until_it_changes(acme, ran):
    later = datetime.fromisoformat(small.NOW) + timedelta(hours=1)
    assert verify(read(acme)) == []
    (state,) = status(read(acme), later).artefacts
    assert (state.changed, state.gone, state.error) == ((), (), None)
    write(acme, "evidence/letters/long.md", "It is short now.")
    (state,) = status(read(acme), later).artefacts
    assert state.changed == ("letters/long.md changed",)


def test_the_same_run_again_finds_nothing_to_do(acme, ran):
    written, model = ran
    again = run(read(acme), find(small.SKILL, acme), now=NOW, asking=Asking(model=model))
    assert (again.unchanged, again.folder, len(model.asked)) == (True, written.folder, 1)
