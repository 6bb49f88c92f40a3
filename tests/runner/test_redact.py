"""What is done about secrets before anything is sent: the run stops and says where they are, or they are masked alike everywhere."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fde.errors import Exit, SecretsFound
from fde.portable.check import Quoted, find_quote
from fde.portable.sources import Source, text_source
from fde.runner.redact import Masks, redacted, require_none

TOKEN = "gh" + "p_aB3dE5gH7jK9mN1pQ3sT5vX7zA9cE1gI3kM5"
LOGIN = "The password: Harbour-77 is known."
KEY = "-----BEGIN " + f"PRIVATE KEY-----\n{'aB3dE5gH7jK9mN1pQ3sT5vX7zA9c' * 2}\n-----END " + "PRIVATE KEY-----"


def source(name, text):
    return text_source(name, text.encode(), text)


def refused(words, others=()):
    with pytest.raises(SecretsFound) as found:
        require_none(words, dict(others))
    return found.value


def test_without_a_secret_everything_may_go():
    require_none([source("a.md", "Orders arrive by fax.")], {"skill": "Count the orders.", "task": "orders = 4"})


def test_a_secret_is_told_by_kind_and_place_and_never_shown():
    error = refused([source("a.md", "ok"), source("mails/b.md", f"Hello,\n{LOGIN}\n{TOKEN}\n")])
    assert "password in evidence/mails/b.md:2; github-token in evidence/mails/b.md:3." in error.message
    assert "--redact" in error.hint
    assert (error.where, error.exit) == ("evidence/mails/b.md:2", Exit.INPUT)
    assert not any(part in f"{error}{error.hint}" for part in ("Harbour", TOKEN[:8]))


def test_a_secret_in_another_part_of_the_question_stops_it_too():
    assert "password in corrections:2." in refused([], {"skill": "ok", "corrections": f"- orders\n{LOGIN}"}).message


def test_of_many_secrets_ten_are_named_and_the_rest_counted():
    error = refused([source("a.md", "\n".join(f"password: Harbour-{number}x" for number in range(1010)))])
    assert error.message.count("password in") == 10
    assert error.message.endswith("evidence/a.md:10; and 1,000 more.")


def test_what_would_not_be_sent_is_not_looked_at():
    require_none([replace(source("a.md", LOGIN), health="skipped")], {})


@pytest.mark.parametrize("door", [lambda words: require_none(words, {}), redacted])
def test_a_secret_in_a_files_name_stops_the_run_in_any_case_and_is_not_shown(door):
    with pytest.raises(SecretsFound, match=r"github-token in the name evidence/mails/\[REDACTED:github-token:1\]\.md") as found:
        door([source(f"mails/{TOKEN}.md", "ok")])
    assert "Rename the file" in found.value.hint
    assert "--redact" not in found.value.hint


def test_a_masked_source_is_otherwise_as_it_was_and_says_how_many_were_masked():
    plain, login = source("a.md", "Orders arrive by fax."), source("b.md", f"{LOGIN}\n{LOGIN}\n{TOKEN}\n")
    words, _ = redacted([plain, replace(login, note="text by mammoth 1.11.0")])
    assert words[0] is plain
    assert words[1].text == "The password: [REDACTED:password:1] is known.\n" * 2 + "[REDACTED:github-token:2]\n"
    assert words[1].note == "text by mammoth 1.11.0; 2 secrets masked before it was sent"
    assert replace(words[1], text=login.text, note="") == login


def test_one_secret_has_one_mask_in_all_sources_and_parts_whatever_their_order():
    words, masks = redacted([source("a.md", "He types Harbour-77 here."), source("b.md", LOGIN)])
    assert words[0].text == "He types [REDACTED:password:1] here."
    assert masks.hide(f"Harbour-77 and {TOKEN}") == "[REDACTED:password:1] and [REDACTED:github-token:2]"
    assert masks.hide(TOKEN) == "[REDACTED:github-token:2]"


def test_the_masks_lead_back_through_json():
    masks = Masks()
    masks.hide(f"{LOGIN} {TOKEN}")
    assert json.loads(json.dumps(masks.record())) == {"[REDACTED:password:1]": "Harbour-77", "[REDACTED:github-token:2]": TOKEN}


def test_a_source_that_could_not_be_read_stays_as_it_is():
    broken = Source(id="x.md", text="", health="failed", note="no UTF-8")
    assert redacted([broken]) == ((broken,), Masks())


def test_what_is_masked_once_needs_no_mask_again():
    words, _ = redacted([source("a.md", f"{LOGIN}\n{KEY}\n{TOKEN}")])
    require_none(words, {})


PIECES = [
    LOGIN, f"We push with {TOKEN}.", f"{TOKEN}. Then it ships.", KEY, "# Head", "Lead: Orders arrive by fax.", "No. 7 of Mr. Smith waits.", "- an item here",
    "Orders arrive by fax.", "password: Sommer2024! They wait.", "Nobody knows, e.g. the owner, why", "postgres://app:Harbour-77@db Then it stops.", "  ", "",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=8), st.sampled_from(["\n", " ", "\n\n"]), st.data())
@example([KEY, "Orders arrive by fax."], "\n", None)
def test_a_quote_that_stands_over_masked_words_stands_over_the_file_in_the_same_way(pieces, between, data):
    """The check reads what was sent, `verify` reads the file."""
    real = source("talks/a.txt", between.join(pieces))
    (sent,), _ = redacted([real])
    whole = sent.folded.text
    start = data.draw(st.integers(0, max(0, len(whole) - 1))) if data else 0
    end = data.draw(st.integers(start, len(whole))) if data else len(whole)
    for words in {whole[start:end], *PIECES}:
        found = find_quote(sent.id, words, {sent.id: sent})
        assert not isinstance(found, Quoted) or found == find_quote(real.id, words, {real.id: real})
