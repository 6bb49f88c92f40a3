"""A question by hand and its reply, as values; what a user sees of it is tested at the door."""

from __future__ import annotations

import pytest
import small
from small import SKILL, lines, record, write

from fde.engagement.engagement import read
from fde.errors import SourceChanged
from fde.runner.chat import Refused, accept, look, preview, prompt
from fde.skillset.find import find


@pytest.fixture(name="acme")
def _acme(tmp_path):
    return small.engagement(tmp_path)


def ask(acme, **given):
    return prompt(read(acme), find(SKILL, acme), now=small.moment(), **given)


def bring(acme, text, **given):
    return accept(read(acme), text, now=small.moment(), **given)


def test_the_preview_is_the_question_and_the_reply_is_looked_at_as_it_is_accepted(acme):
    assert preview(read(acme), find(SKILL, acme), now=small.moment()) == ask(acme).text
    run, verdict = look(read(acme), small.BAD)
    assert (run, len(verdict.findings), len(verdict.problems)) == ("r0001", 1, 1)
    refused = bring(acme, small.BAD)
    assert isinstance(refused, Refused)
    assert (refused.run, refused.verdict) == (run, verdict)


def test_a_reply_is_on_disk_before_anybody_looks_at_it(acme):
    run = ask(acme).run
    text = "no judgement at all \x00 caf\u00e9\r\n"
    assert isinstance(bring(acme, text), Refused)
    assert (acme / ".fde/runs" / run / "reply-1.txt").read_bytes() == text.encode()


def test_a_source_that_changed_after_the_first_reply_refuses_the_second(acme):
    ask(acme)
    bring(acme, small.BAD)
    write(acme, "evidence/interviews/owner.md", "other words")
    with pytest.raises(SourceChanged):
        bring(acme, small.GOOD)
    write(acme, "evidence/interviews/owner.md", small.OWNER)
    assert bring(acme, small.GOOD).status == "ok"


def test_a_quote_of_an_item_that_is_dropped_needs_no_source(acme):
    ask(acme)
    write(acme, "evidence/letters/customer.md", "other words")
    typed = small.finding("Typing takes 6 minutes", "It takes long.", quotes=small.quoting("letters/customer.md", small.LETTER_QUOTE))
    written = bring(acme, small.judgement(small.STANDS, typed), final=True)
    assert written.status == "ok"
    assert len(record(acme, written.folder)["dropped"]) == 1


def test_what_was_told_of_a_run_is_its_whole_story(acme):
    ask(acme, subject="sales")
    bring(acme, small.BAD)
    bring(acme, small.GOOD)
    events = [event["event"] for event in lines(acme / ".fde/runs.ndjson")]
    assert events == ["started", "asked", "refused", "writing", "finished"]


def test_a_keyless_run_between_question_and_reply_does_no_harm(acme, fde):
    ask(acme)
    keyless = fde("run", SKILL, "--json", cwd=acme, env={"FDE_NOW": small.NOW}).json["data"]["artefact"]
    written = bring(acme, small.GOOD)
    assert record(acme, written.folder)["supersedes"] == keyless
