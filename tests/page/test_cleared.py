"""What the client may see: only cleared words, nobody by name, no list that sets people in order."""

from __future__ import annotations

import json

import pytest
from page.records import MAIL, OFFICE, OWNER, action, chart, finding, question, quote, record, table

from fde.page.cleared import cleared

WORDS = "The price sheet lies on my desk until I have a quiet hour."


def shown(document, **given):
    """Return what the client may see, as one text."""
    return json.dumps(cleared(document, **given).record, ensure_ascii=False)


@pytest.mark.parametrize(
    ("level", "stays", "quoted"), [("internal", False, False), ("paraphrase", True, False), ("quote", True, True)]
)
def test_a_finding_stays_or_goes_with_its_words_as_their_clearance_says(level, stays, quoted):
    document = record(findings=[finding("Prices wait", "One person sets every price.", quote(OWNER, WORDS))], clearance={OWNER: level})
    text = shown(document)
    assert ("One person sets every price." in text) is stays
    assert (WORDS in text) is quoted


def test_words_of_a_source_that_nobody_cleared_are_for_us_alone():
    document = record(findings=[finding("Prices wait", "One person sets every price.", quote(OWNER, WORDS))])
    assert "One person sets" not in shown(document)


def test_one_internal_quote_takes_the_whole_item_with_it_because_its_sentences_may_retell_it():
    both = [quote(MAIL, "Where does my order stay this time?", kind="document"), quote(OWNER, WORDS)]
    document = record(findings=[finding("Prices wait", "One person sets every price.", *both)], clearance={OWNER: "internal", MAIL: "quote"})
    result = cleared(document)
    assert [(item.id, item.is_whole, item.reason) for item in result.withheld] == [("j1", True, f"it quotes {OWNER}, which is internal")]
    assert "One person sets" not in json.dumps(result.record)


def test_an_action_on_internal_words_goes_too():
    document = record(actions=[action("Take the sheet off the desk.", quote(OWNER, WORDS))], clearance={OWNER: "internal"})
    result = cleared(document)
    assert ([item.id for item in result.withheld], result.record["actions"]) == (["a1"], [])


@pytest.mark.parametrize("said", [f'It was said: "{WORDS}"', "The price sheet lies on my desk, it was said.", "THE PRICE-SHEET LIES ON MY DESK."])
def test_a_sentence_that_repeats_words_which_may_only_be_retold_goes_and_the_others_stay(said):
    statement = f"One person sets every price. {said}"
    document = record(findings=[finding("Prices wait", statement, quote(OWNER, WORDS))], clearance={OWNER: "paraphrase"})
    item = next(item for item in cleared(document).record["findings"] if item["id"] == "j1")
    assert (item["statement"], item["rendered"]) == ("One person sets every price.", "One person sets every price.")


def test_an_item_of_which_no_sentence_is_left_is_withheld():
    document = record(questions=[question("Why does the price sheet lie on my desk?", why="It decides."), question(WORDS)])
    result = cleared(document, uncleared={OWNER: f"Notes.\n\n{WORDS}\n"})
    assert [item["id"] for item in result.record["questions"]] == ["q1"]
    (item,) = result.withheld
    assert (item.id, item.what, item.is_whole) == ("q2", WORDS, True)
    assert item.reason == f"what it says repeats words of {OWNER}, which is internal"


def test_a_title_that_repeats_words_goes_alone_and_the_reason_is_told():
    document = record(findings=[finding(WORDS, "One person sets every price.", quote(OWNER, WORDS))], clearance={OWNER: "paraphrase"})
    result = cleared(document)
    item = next(item for item in result.record["findings"] if item["id"] == "j1")
    assert (item["title"], item["rendered"]) == ("", "One person sets every price.")
    (told,) = result.withheld
    assert (told.id, told.is_whole) == ("j1", False)
    assert told.reason == f"its title repeats words of {OWNER}, cleared for paraphrase only"


def test_a_sentence_that_names_an_internal_source_is_told_as_such():
    document = record(findings=[finding("Prices wait", f"It waits. See {OWNER}.")], clearance={OWNER: "internal"})
    (told,) = cleared(document).withheld
    assert (told.is_whole, told.reason) == (False, f"a sentence of it names {OWNER}, which is internal")


def test_of_an_item_that_the_client_sees_whole_nothing_is_told():
    document = record(findings=[finding("Prices wait", "One person sets every price.", quote(OWNER, WORDS))], clearance={OWNER: "paraphrase"})
    assert cleared(document).withheld == ()


def test_a_text_that_no_item_quotes_is_not_repeated_either():
    document = record(questions=[question("What decides?", why="He keeps an eye on the youngest driver all day long.")])
    (item,) = cleared(document, uncleared={OWNER: "he keeps an eye on the youngest driver all day long"}).record["questions"]
    assert item["why"] == ""


def test_what_holds_now_decides_and_not_what_held_when_the_artefact_was_written():
    document = record(findings=[finding("Prices wait", "One person sets every price.", quote(OWNER, WORDS))], clearance={OWNER: "quote"})
    assert WORDS not in shown(document, clearance={OWNER: "paraphrase"})
    assert "One person sets" not in shown(document, clearance={OWNER: "internal"})


def test_an_internal_source_is_not_even_named():
    document = record(clearance={OWNER: "internal", OFFICE: "paraphrase"}, limits=["In interviews/owner.md nothing is said of mails.", "Few mails."])
    text = shown(document)
    assert "owner.md" not in text
    assert OFFICE in text
    assert "Few mails." in text


def test_a_speaker_is_nobody_and_a_name_is_a_role():
    said = quote(OWNER, "Anna Berg types every order herself.", kind="recording", speaker="Jonas Weil")
    statement = "Anna Berg types every order. Berg is asked daily, Anna says, and Jonas Weil waits."
    document = record(findings=[finding("Anna types", statement, said)], clearance={OWNER: "quote"})
    text = shown(document, people=["Anna Berg, office lead", "warehouse lead: Milan Horvat"])
    assert "Anna" not in text
    assert "Berg" not in text
    assert "Jonas" not in text
    assert "the office lead types every order. the office lead is asked daily" in text


def test_a_speaker_that_is_a_role_already_takes_no_word_away():
    said = quote(OWNER, "Prices are set on Fridays by nobody else.", kind="recording", speaker="Owner")
    document = record(findings=[finding("Prices wait", "Owner and office wait.", said)], clearance={OWNER: "quote"})
    assert "Owner and office wait." in shown(document)


def test_whoever_speaks_in_a_quote_is_not_named_whatever_the_name_looks_like():
    said = quote(OWNER, "Prices are set on Fridays by nobody else.", kind="recording", speaker="jonas w.")
    document = record(findings=[finding("Prices wait", "Office waits.", said)], clearance={OWNER: "quote"})
    assert "jonas" not in shown(document)


@pytest.mark.parametrize("head", ["Employee", "Who", "Name", "Author of the change"])
def test_a_table_or_a_chart_that_sets_people_in_order_is_not_shown(head):
    people = table("ranks", "Orders typed", [head, "Orders"], [["A.", 50], ["B.", 20]])
    bars = chart("ranks", "Orders typed", x={"label": head})
    result = cleared(record(tables=[people], charts=[bars])).record
    assert (result["tables"], result["charts"]) == ([], [])


def test_a_table_of_steps_stays_also_if_it_says_who_does_them():
    steps = table("steps", "Steps", ["Step", "Who"], [["price", "owner"]])
    assert cleared(record(tables=[steps])).record["tables"] == [steps]


def test_what_the_check_refused_is_no_business_of_the_client():
    document = record() | {"dropped": [{"kind": "finding", "what": "The boss is slow.", "reasons": ["no quote"]}]}
    assert cleared(document).record["dropped"] == []


def test_a_warning_says_of_which_source_it_is_by_its_place_and_a_method_does_not():
    document = record(warnings=["set:orders: nothing that could be used (empty)."], limits=["set:orders: returns are left out."])
    seen = cleared(document).record
    assert seen["warnings"] == ["orders/*.csv: nothing that could be used (empty)."]
    assert seen["limits"] == ["Returns are left out."]
