"""The number rule, the placeholders and the quote rule: each with what it refuses and what it lets stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from portable.made import action, changed, facts, finding, good_reply, question, reply, source, sources

from fde.portable.check import BASES, Quoted, capped, check, figures, find_quote, prose_problems
from fde.portable.facts import by_id

INDEX = by_id(facts()["facts"])
SOURCES = {each.id: each for each in sources()}


def refused(text, quotes=(), cited=()):
    return prose_problems(text, INDEX, quotes, cited)


def stands(text, quotes=(), cited=()):
    return refused(text, quotes, cited) == []


def quoted(text, words, kind="document"):
    """The quote *words* as found in *text*, or why it is refused."""
    each = source(text, kind)
    return find_quote(each.id, words, {each.id: each})


def is_found(text, words, kind="document"):
    return isinstance(quoted(text, words, kind), Quoted)


def verdict(*findings, actions=(), questions=()):
    return check(reply(findings=findings, actions=actions, questions=questions), facts()["facts"], sources())


def reasons(item=None, **kinds):
    """The reasons against the one item of a reply."""
    (problem,) = verdict(*([item] if item else []), **kinds).problems
    return problem.reasons


# The number rule.


@pytest.mark.parametrize("figure", ["5", "5%", "1.5", "-5", "3/4", "10k", "Q3", "v2", "10x", "1e3", "#1", "(5)", "**5**", "`5`", "2026-01-05", "12:30", "№5"])
def test_a_typed_figure_is_refused_whatever_stands_around_it(figure):
    assert not stands(f"It takes {figure} in all.")


@pytest.mark.parametrize("figure", "x² ½ ⅔ Ⅷ ⅷ ① ⒌ ➆ ٥ ۵ ५ ๕ ５ 𝟓 五 百 Ⅻ ㈤ 5⃣ 🔟 💯 ㍙ ㎡ ㏠ 〇 ₂ ෩ 𐄡".split())
def test_a_digit_of_any_script_is_a_figure(figure):
    assert not stands(f"It takes {figure} in all.")


@pytest.mark.parametrize("sign", ["%", "‰", "％", "٪", "‱"])
def test_a_per_cent_sign_alone_is_a_figure(sign):
    assert not stands(f"It takes many {sign} of it.")


@pytest.mark.parametrize(
    "word",
    [
        *"two three four five six seven eight nine ten eleven twelve thirteen nineteen twenty ninety hundred thousand million billion".split(),
        *"half halves halved halving third thirds double doubled doubling twice thrice triple quadruple treble quintupled dozen dozens".split(),
        *"Two TWELVE Half Twice twenty-five Twenty-Five twentyfive two-thirds two-day mid-two ninety-nine tens twenties hundreds".split(),
        *["per cent", "per-cent", "percent", "Per Cent", "per\ncent", "pct", "per mille", "a dozen", "a quarter of it", "three quarters"],
        *["tenfold", "fourfold", "a hundredfold", "a tenth of it", "one fifth of it", "one-tenth of it", "one and a half", "half a day", "a third"],
    ],
)
def test_a_number_word_is_a_figure(word):
    assert not stands(f"It takes {word} in all.")


@pytest.mark.parametrize(
    "word",
    [
        *"one One once oneself first second fourth tenth hundredth someone often weight tension canine attention freight sixpence".split(),
        *["third party", "third parties", "third-party", "a second time", "the fifth change", "in the tenth week", "no one", "one of them"],
        *["manifold", "scaffold", "unfold", "percentage", "the last quarter", "headquarters of it", "cost per mile", "behalf", "halfway"],
    ],
)
def test_one_once_ordinals_and_words_that_only_look_like_numbers_stand(word):
    assert stands(f"It takes {word} in all.")


@pytest.mark.parametrize(
    "word", ["tw\u00ado", "tw\u043e", "t\u051do", "𝐭𝐰𝐨", "ｔｗｏ", "twó", "T\u051dO", "d\u043ez\u0435n", "h\u0430lf"]
)
def test_a_number_word_in_letters_that_look_alike_is_a_figure(word):
    assert not stands(f"It takes {word} in all.")


@pytest.mark.parametrize("text", ["Größe und Maß", "naïve façade", "тепло и вода", "Ωmega και άλλα", "日本語の文", "R&D – it’s so"])
def test_letters_of_other_scripts_are_no_figures(text):
    assert stands(text)


@pytest.mark.parametrize("mark", ["\u200b", "\u200d", "\u2060", "\ufeff", "\u034f", "\u115f", "\u3164", "\ufe0f", "\U000e0041", "\u202e", "\x1b", "\x00", "\ue000", "\u180b"])
def test_a_character_that_cannot_be_seen_is_refused_with_its_number(mark):
    (reason, *_) = refused(f"It ta{mark}kes long.")
    assert reason == f"has characters that cannot be seen (U+{ord(mark):04X})"


def test_line_ends_tabs_and_soft_hyphens_are_no_hidden_characters():
    assert stands("It takes\n\tlong in the ware\u00adhouse.")


@given(st.text(max_size=30), st.sampled_from("0123456789٣५５²½Ⅷ"), st.text(max_size=30))
def test_no_text_around_it_hides_a_digit(before, digit, behind):
    quotation = set("\"'`“”„‟«»″〝〞＂❝❞「」『』‘’‚‛‹›′ʼ＇❛❜{}")
    text = f"{before}{digit}{behind}"
    assert not stands("".join(character for character in text if character not in quotation))


def test_the_identical_token_on_a_cited_line_may_be_repeated():
    line = "- It takes 1.5 hours, and twelve orders of 1 250 wait (twenty-five are ours)."
    assert stands("It takes 1.5 of them; twelve wait, twenty-five there, 1 250 here.", cited=[line])


@pytest.mark.parametrize("token", ["1,5", "15", "1.50", "5", "-1.5", "1.5%", "250", "five", "twenty", "Twenty-six", "1.5-hour", "2026"])
def test_any_other_token_than_that_of_the_cited_line_is_refused(token):
    line = "- It takes 1.5 hours, and twelve orders of 1 250 wait (twenty-five are ours)."
    assert not stands(f"It takes {token} of them.", cited=[line])


def test_the_number_of_a_list_item_is_no_figure_of_its_line():
    assert not stands("There are 3 of them.", cited=["3. Orders wait."])


def test_a_token_counts_only_from_a_line_that_the_same_item_cites():
    days = {"source": "mails/owner.md", "text": "It takes 12 days, e.g. for taps, and 1 250 orders wait."}
    assert verdict(finding("The owner has 12 in mind.", quotes=[days])).problems == ()
    elsewhere = {"source": "mails/owner.md", "text": "Orders are late because nobody looks."}
    assert "the figure '12' is typed" in reasons(finding("The owner has 12 in mind.", quotes=[elsewhere]))[0]
    both = verdict(finding("The owner has 12 in mind.", quotes=[days]), finding("The owner has 12 in mind."))
    assert [problem.index for problem in both.problems] == [1]


def test_a_figure_inside_a_whole_quotation_stands():
    words = "It takes 12 days, e.g. for taps, and 1 250 orders wait."
    quote = {"source": "mails/owner.md", "text": words}
    assert verdict(finding(f'The owner writes "{words}"', quotes=[quote])).problems == ()


@pytest.mark.parametrize("figure", ["5", "two", "½"])
@pytest.mark.parametrize("field", ["title", "statement"])
def test_every_text_of_a_finding_is_read(field, figure):
    assert reasons(finding(**{field: f"It takes {figure}"}))[0].startswith(f"{field}: the figure {figure!r}")


@pytest.mark.parametrize("field", ["what", "owner"])
def test_every_text_of_an_action_is_read(field):
    assert reasons(actions=[action(**{field: "a team of 5"})])[0].startswith(f"{field}: the figure '5'")


@pytest.mark.parametrize("field", ["question", "whom", "why"])
def test_every_text_of_a_question_is_read(field):
    field_of = {"question": "text"}.get(field, field)
    assert reasons(questions=[question(**{field_of: "a team of 5"})])[0].startswith(f"{field}: the figure '5'")


# Placeholders.


@pytest.mark.parametrize("text", ["It takes {f:entry}.", "({f:entry|range})", "{f:entry}, {f:orders}; {f:cost}: so", "Of {f:orders} orders", "the wait: {f:entry}"])
def test_a_placeholder_stands(text):
    assert stands(text)


@pytest.mark.parametrize("text", ["it—{f:entry}—is long", "in {f:stage}'s place", "{f:stage}’s end", "**{f:entry}**", "{f:orders} shares", "{f:orders} dayworkers"])
def test_grammar_around_a_placeholder_stands(text):
    assert stands(text)


def test_an_unknown_fact_is_refused_by_its_name():
    assert refused("It takes {f:entry.mean}.") == ["there is no fact 'entry.mean'"]


@pytest.mark.parametrize(
    "text",
    ["{f:Entry}", "{f: entry}", "{f:entry }", "{f:entry|rng}", "{f:", "{{f:entry}}", "{entry}", "{ f:entry}", "{0.__class__}", "{{7*7}}", "{f:a\u00adb}", "{f:entry|range", "}", "{f:entr–y}"],
)
def test_what_is_almost_a_placeholder_is_refused(text):
    assert any("is not a placeholder" in reason for reason in refused(f"It takes {text} in all."))


@pytest.mark.parametrize(
    "unit",
    [
        *[" hours", " h", "h", "-hour", " %", "%", " per cent", " per-cent", " percentage points", " x", " times", "-fold", " days", " minutes", " min"],
        *[" EUR", " euros", " €", "€", " million", "k", " k", "\u00a0hours", "\nhours", "  hours", " (hours)", " **hours**", " _hours_", " ho\u00adurs", "—hours"],
        *[" working hours", " person-days", " basis points", "\u2011hour", " Hours", "°"],
    ],
)
def test_a_unit_behind_a_placeholder_is_refused(unit):
    assert any("already gives its unit" in reason for reason in refused(f"It takes {{f:entry}}{unit} in all."))


@pytest.mark.parametrize(
    "glued",
    [
        *["{f:entry}{f:orders}", "{f:entry}.{f:orders}", "{f:entry},{f:orders}", "{f:entry}-{f:orders}", "{f:entry}/{f:orders}", "{f:entry}:{f:orders}"],
        *["-{f:entry}", "–{f:entry}", "−{f:entry}", " —{f:entry}", "minus {f:entry}", "negative\n{f:entry}", "+{f:entry}", "±{f:entry}", "~{f:entry}", "≈{f:entry}"],
        *["<{f:entry}", "≥{f:entry}", "€{f:entry}", "${f:entry}", "√{f:entry}", "#{f:entry}", "a{f:entry}", "é{f:entry}", "{f:entry}²", "{f:entry}a"],
        *["{f:entry}-long", "{f:entry}/week", "{f:entry}^", "{f:entry}×", "{f:entry}.Then", "x.{f:entry}", "{f:entry}—{f:orders}"],
    ],
)
def test_what_is_glued_to_a_placeholder_is_refused(glued):
    assert any("must stand alone" in reason for reason in refused(f"It takes {glued} in all."))


def test_digits_glued_to_a_placeholder_are_figures():
    for text in ("{f:entry},000", "{f:entry}.5", "1{f:entry}", "5*{f:entry}"):
        assert any("typed" in reason or "stand alone" in reason for reason in refused(text))
        assert not stands(text)


@pytest.mark.parametrize("words", ["TBD", "Tbd", "tbc", "TBA", "TODO", "ToDo", "FIXME", "XXX", "N/A", "n/a", "??", "[insert name]", "[number]", "[...]", "___", "Lorem ipsum", "to be determined", "T\u00adBD"])
def test_words_that_hold_a_place_are_refused(words):
    assert any("stands where words are missing" in reason for reason in refused(f"The reason is {words} here."))


@pytest.mark.parametrize("text", ["", " ", "\n", "...", "—", "…", "*"])
def test_a_text_without_a_word_is_empty(text):
    assert "statement: is empty" in reasons(finding(text))


# Quotation marks.

MARKS = ['"{}"', "“{}”", "„{}“", "”{}”", "«{}»", "»{}«", "‟{}”", "〝{}〞", "＂{}＂", "❝{}❞", "「{}」", "『{}』", "‘{}’", "‚{}‘", "‹{}›", "'{}'", "❛{}❜", "＇{}＇", "``{}''", "''{}''", '"{}”']


@pytest.mark.parametrize("marks", MARKS)
def test_quotation_marks_of_every_kind_must_enclose_a_quote_of_the_item(marks):
    assert any("is not one of the item's quotes" in reason for reason in refused(f"They say {marks.format('nobody ever looks')} here."))


@pytest.mark.parametrize("marks", MARKS)
def test_quotation_marks_of_every_kind_may_enclose_a_quote_of_the_item(marks):
    quote = quoted("Nobody ever looks.", "Nobody ever looks.")
    assert stands(f"They say {marks.format('Nobody ever looks.')} here.", [quote])


@pytest.mark.parametrize(
    "text", ["it's the teams' plan and the leads' too", "don't; won’t", "rock 'n' roll", "'tis so", "send ’em there", "Anna's and Ben’s", "o'clock"]
)
def test_an_apostrophe_is_no_quotation_mark(text):
    assert stands(text)


def test_an_apostrophe_inside_does_not_hide_a_quotation():
    assert not stands("They say 'we don't know the leads' here.")
    assert not stands("They say ‘I don’t know’ here.")


@pytest.mark.parametrize("text", ['They say "nobody looks', "They say 'nobody looks", "nobody looks” they say", "They say (‘nobody looks)"])
def test_a_quotation_mark_that_stands_alone_is_refused(text):
    assert "a quotation mark stands alone" in refused(text)


def test_words_in_quotation_marks_are_those_of_the_quote_and_no_others():
    quote = quoted("Nobody ever looks at it.", "Nobody ever looks at it.")
    assert stands('They say "Nobody ever looks at it," and go.', [quote])
    for words in ("Nobody looks at it.", "nobody ever looks at it.", "Nobody ever looks at it?", "Nobody ever looks at it!", "Nobody ever looks at it...", "... Nobody ever looks at it."):
        assert not stands(f'They say "{words}"', [quote]), words


@pytest.mark.parametrize("words", ["{f:entry} Nobody ever looks.", "Nobody ever looks. {f:entry}", "Nobody ever{f:entry} looks.", "{}Nobody ever looks."])
def test_no_placeholder_stands_inside_a_quotation(words):
    quote = quoted("Nobody ever looks.", "Nobody ever looks.")
    assert any("is not one of the item's quotes" in reason for reason in refused(f'They say "{words}"', [quote]))


def test_half_a_sentence_is_refused_as_a_quotation_with_the_whole_one():
    quote = quoted("I do not say that nobody ever looks.", "nobody ever looks.")
    assert any("quote the whole: 'I do not say that nobody ever looks.'" in reason for reason in refused('They say "nobody ever looks."', [quote]))


def test_a_question_is_not_quoted_as_a_statement():
    quote = quoted("It works today? Yes.", "It works today")
    assert not quote.is_whole
    assert not stands('They say "It works today"', [quote])
    assert stands('They ask "It works today?"', [quoted("It works today? Yes.", "It works today?")])


def test_a_typed_note_is_never_direct_speech():
    quote = quoted("Nobody ever looks.", "Nobody ever looks.", kind="typed note")
    assert isinstance(quote, Quoted)
    assert any("is a typed note" in reason for reason in refused('They say "Nobody ever looks."', [quote]))
    assert stands("Nobody looks, by the note.", [quote])


def test_a_quotation_in_an_owner_or_a_title_is_read_as_well():
    assert any(reason.startswith("title: the quotation") for reason in reasons(finding(title='They "never" look')))
    assert any(reason.startswith("owner: the quotation") for reason in reasons(actions=[action(owner="the “boss”")]))


# The quote rule.


def test_a_quote_gets_its_lines_its_sentence_its_speaker_and_its_notice():
    found = verdict(*good_reply()["findings"]).findings[0]["quotes"]
    assert found == [
        {
            "source": "talks/anna.txt",
            "text": "We type every order in twice.",
            "lines": [4, 4],
            "sentence": "We type every order in twice.",
            "kind": "recording",
            "speaker": "Anna",
            "notice": None,
        },
        {
            "source": "notes/warehouse.md",
            "text": "The warehouse waits for the paper.",
            "lines": [7, 7],
            "sentence": "The warehouse waits for the paper.",
            "kind": "typed note",
            "speaker": None,
            "notice": "Invented for this example",
        },
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Nobody looks,\r\nand it waits.", "Nobody looks, and it waits."),
        ("Nobody looks - it\n  waits.", "Nobody\u00a0looks – it waits."),
        ("We don’t “look” at it.", "We don't \"look\" at it."),
        ("The oﬃce waits.", "The of\u00adfice waits."),
        ("Die Größe fehlt.", "Die Gro\u0308\u00dfe fehlt."),
        ("Nobody looks at it (ever).", "looks at it (ever)"),
        ("See **nobody looks** there.", "nobody looks"),
        ("See [nobody looks](x.md).", "nobody looks"),
        ("He says nobody looks...", "He says nobody looks."),
        ("It takes 5, not more of it.", "It takes 5, not"),
        ("in 2024 250 orders came", "250 orders came"),
        ("- Nobody looks because\n  it rains", "Nobody looks because it rains"),
        ("First it rains.\n\nThen it snows.", "First it rains. Then it snows."),
        ("What we do:\n\n- nobody looks", "What we do: - nobody looks"),
        ("A [...] real … ellipsis... here", "A [...] real … ellipsis... here"),
    ],
)
def test_a_quote_that_a_copy_changed_is_found(text, words):
    assert is_found(text, words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("They were thought to be done soon.", "ought to be done soon"),
        ("Nobody looked at the orders.", "Nobody look"),
        ("It takes 1.5 hours of work.", "5 hours of work"),
        ("It takes 1.5 hours of work.", ".5 hours of work"),
        ("It takes -5 hours of work.", "5 hours of work"),
        ("It takes – 1–5 hours of work.", "5 hours of work"),
        ("It takes 1/5 hours of work.", "5 hours of work"),
        ("It takes €5 for the whole work.", "5 for the whole work"),
        ("It takes 1,500 hours of work.", "500 hours of work"),
        ("It takes 1 500 hours of work.", "500 hours of work"),
        ("It takes 1\u202f500 hours of work.", "500 hours of work"),
        ("We have lost 1 500 hours.", "We have lost 1"),
        ("We have lost 1.5 hours.", "We have lost 1."),
        ("We have lost 1.5 hours.", "We have lost 1"),
        ("We have lost 5% of them.", "We have lost 5"),
        ("We have lost 5% of them.", "% of them."),
        ("We have lost 5 of the 10² parts.", "lost 5 of the 10"),
        ("We have lost 5\u20e3 of them.", "We have lost 5"),
        ("We have lost a well-known part.", "We have lost a well"),
        ("We have lost the cafe\u0338 there.", "We have lost the cafe"),
        ("We order 102 parts there.", "We order 10² parts there."),
        ("We order 1.5 parts there.", "We order 1,5 parts there."),
        ("Nobody looks at the orders.", "Nobody looks at the order"),
        ("Nobody looks at the orders.", "Nobody ... the orders."),
        ("Nobody looks at the orders.", "Nobody looks … orders."),
        ("Nobody looks at the orders.", "nobody looks at the orders."),
        ("Nobody looks at the orders.", "Nobody does look at the orders."),
        ("Nobody looks at the orders.", ""),
        ("Nobody looks at the orders.", "\u00ad \n"),
        ("# Nobody\nlikes it as it is.", "Nobody likes it as it is."),
        ("We are late\n\nwith nothing at all.", "We are late with nothing at all."),
    ],
)
def test_a_quote_that_is_not_in_the_source_is_refused(text, words):
    assert not is_found(text, words)


def test_an_ellipsis_is_named_as_the_reason():
    assert quoted("Nobody looks at the orders.", "Nobody ... the orders.").endswith("(an ellipsis is not allowed)")


def test_a_short_quote_must_be_a_whole_line():
    text = "Yes, nobody looks.\n\n- Yes\n\n- No, not so\n"
    assert quoted(text, "Yes").lines == (6, 6)
    assert quoted(text, "Yes").sentence == "Yes"
    assert "shorter than 12 characters and not a whole line" in quoted(text, "No, not")
    assert "shorter than 12 characters and not a whole line" in quoted(text, "Yes, nobody")
    assert is_found(text, "Yes, nobody looks")


def test_a_quote_over_line_ends_has_its_first_and_last_line():
    found = find_quote("talks/anna.txt", "Nobody looks before Thursday, and then it is 1.5 hours of work.", SOURCES)
    assert (found.lines, found.speaker, found.sentence) == ((6, 7), "Anna", "Nobody looks before Thursday, and then it is 1.5 hours of work.")


def test_a_quote_is_shown_in_its_whole_sentence():
    assert quoted("It is not true that nobody looks. So there.", "nobody looks.").sentence == "It is not true that nobody looks."


def test_a_quote_of_two_speakers_is_nobody_s():
    found = quoted("Anna: We wait.\nBen: We do not.", "We wait. Ben: We do not.", kind="recording")
    assert found.speaker is None


def test_the_right_words_of_the_wrong_source_are_refused():
    assert reasons(finding(quotes=[{"source": "mails/owner.md", "text": "We type every order in twice."}]))[0].startswith("quote: these words are not in mails/owner.md")


def test_an_unknown_source_is_refused_with_those_there_are():
    assert find_quote("x.md", "We type every order", SOURCES) == (
        "quote: there is no text source 'x.md'; there are talks/anna.txt, mails/owner.md, notes/warehouse.md, notes/broken.md"
    )
    assert find_quote("x.md", "We type every order", {}).endswith("there are none")


def test_nothing_is_found_in_a_source_that_could_not_be_read():
    assert reasons(finding(quotes=[{"source": "notes/broken.md", "text": "We type every order in twice."}]))[0].startswith("quote: these words are not in")


words = st.text(st.sampled_from("ab1.,-% é²"), min_size=1, max_size=6)


@given(words, words, words)
def test_a_found_quote_never_ends_within_a_word_or_a_figure(before, middle, behind):
    found = quoted(f"{before}{middle}{behind}\n", middle)
    if not isinstance(found, Quoted):
        return
    whole = f" {' '.join(f'{before}{middle}{behind}'.split())} "
    shown = " ".join(middle.split())
    assert any(
        not (whole[at - 1].isalnum() and shown[0].isalnum()) and not (whole[at + len(shown)].isalnum() and shown[-1].isalnum())
        for at in range(1, len(whole))
        if whole.startswith(shown, at)
    )


# Findings, actions, questions.


def test_a_good_judgement_stands_whole():
    found = check(good_reply(), facts()["facts"], sources())
    assert (len(found.findings), len(found.actions), len(found.questions), found.problems) == (2, 2, 1, ())
    assert not found.is_empty


def test_a_finding_lists_each_fact_that_it_names_once():
    found = verdict(finding("{f:orders} {f:entry}", title="{f:cost}", facts=["entry", "entry"]))
    assert found.findings[0]["facts"] == ["entry", "cost", "orders"]


def test_a_finding_needs_a_known_fact_or_a_quote():
    assert reasons(finding(facts=[])) == ("no support: it needs a fact that is known, or a quote that is found in its source",)
    assert "no support" in reasons(finding("It is {f:scrap}.", facts=["scrap"]))[0]
    assert "no support" in reasons(finding(facts=[], quotes=[{"source": "mails/owner.md", "text": "nothing of the kind"}]))[1]
    assert verdict(finding("It is {f:scrap}.", facts=["scrap", "entry"])).problems == ()
    assert verdict(finding("It is {f:entry}.", facts=[])).problems == ()
    assert verdict(finding(facts=[], quotes=[{"source": "mails/owner.md", "text": "Orders are late because nobody looks."}])).problems == ()


def test_an_unknown_fact_in_the_list_is_refused():
    assert reasons(finding(facts=["entry", "gone"])) == ("facts: there is no fact 'gone'",)


@pytest.mark.parametrize(
    ("basis", "names", "kinds", "capped_at"),
    [
        ("measured", ["entry"], [], "measured"),
        ("measured", ["late.share"], [], "estimated"),
        ("measured", ["cost"], [], "reported"),
        ("measured", ["cost", "orders"], [], "measured"),
        ("measured", [], ["recording"], "observed"),
        ("measured", [], ["export"], "measured"),
        ("measured", [], ["document"], "documented"),
        ("measured", [], ["typed note"], "reported"),
        ("observed", [], ["answer"], "reported"),
        ("measured", [], ["typed note", "document"], "documented"),
        ("measured", ["late.share"], ["document"], "documented"),
        ("assumed", ["entry"], ["export"], "assumed"),
        ("reported", ["entry"], [], "reported"),
        ("disputed", ["cost"], ["typed note"], "disputed"),
        ("measured", ["scrap"], [], "reported"),
    ],
)
def test_the_basis_is_no_better_than_what_supports_it(basis, names, kinds, capped_at):
    quotes = [quoted("Nobody ever looks.", "Nobody ever looks.", kind) for kind in kinds]
    assert capped(basis, [INDEX[name] for name in names], quotes) == capped_at


@given(st.sampled_from(BASES), st.lists(st.sampled_from([fact for fact in facts()["facts"] if fact["grade"]]), min_size=1))
def test_capping_never_raises_a_basis_and_twice_is_once(basis, support):
    once = capped(basis, support, [])
    assert BASES.index(once) >= BASES.index(basis)
    assert capped(once, support, []) == once


def test_the_basis_of_a_finding_is_capped_without_a_word():
    assert verdict(finding(basis="measured", facts=["cost"])).findings[0]["basis"] == "reported"


@pytest.mark.parametrize("due", [None, "2026-04-01", "2028-02-29"])
def test_a_due_date_is_a_day_or_nothing(due):
    assert verdict(actions=[action(due=due)]).actions[0]["due"] == due


@pytest.mark.parametrize("due", ["", "soon", "2026-4-1", "2026-02-30", "2026-04-01T10:00", "20260401", "2026-W14-3", "2026-Q2", " 2026-04-01", "２026-04-01"])
def test_a_due_date_that_is_no_day_is_refused(due):
    assert reasons(actions=[action(due=due)]) == (f"due: expected a date like 2026-03-31 or null, found {due!r}",)


@pytest.mark.parametrize(("value", "unit"), [("4", ""), ("-0.5", "%"), ("1250.50", "EUR"), ("+2", "days a week"), ("3", "per cent"), ("4", "€/month"), ("1", "Stück")])
def test_a_proposed_target_is_a_number_and_a_short_unit(value, unit):
    assert verdict(actions=[action(proposed={"value": value, "unit": unit})]).actions[0]["proposed"] == {"value": value, "unit": unit}


@pytest.mark.parametrize("value", ["", "four", "NaN", "Infinity", "1e9", "1_000", " 4", "4 %", "٤", "4.", ".5", "1,5", "9" * 20, "4 to 5", "4\n"])
def test_a_proposed_value_that_is_no_plain_number_is_refused(value):
    (reason,) = reasons(actions=[action(proposed={"value": value, "unit": "h"})])
    assert reason.startswith("proposed.value: expected a number as text")


@pytest.mark.parametrize("unit", ["10 h", "m²", "½ h", "ten times", "a dozen", "half days", 'h "never"', "h, not more", "hours, at the most", "{f:entry}", "h\nx", "\u200bh", "<b>", "a|b", "`x`"])
def test_a_proposed_unit_carries_no_figure_and_no_text(unit):
    (reason,) = reasons(actions=[action(proposed={"value": "4", "unit": unit})])
    assert reason.startswith("proposed.unit: expected a short unit without a figure")


def test_an_action_moves_a_fact_that_there_is_known_or_not():
    assert reasons(actions=[action(moves="gone")]) == ("moves: there is no fact 'gone'; name the fact that this action should move",)
    assert verdict(actions=[action(moves="scrap")]).problems == ()


def test_what_fails_is_named_by_kind_place_and_first_words_and_the_rest_stands():
    bad = finding("It takes 5.", title="A " + "very " * 40 + "long title")
    found = verdict(finding(), bad, finding(), actions=[action("Do 5"), action()], questions=[question("5?"), question()])
    assert (len(found.findings), len(found.actions), len(found.questions)) == (2, 1, 1)
    assert [(problem.kind, problem.index) for problem in found.problems] == [("finding", 1), ("action", 0), ("question", 0)]
    assert found.problems[0].what.startswith("A very very")
    assert len(found.problems[0].what) == 80
    assert [problem.what for problem in found.problems[1:]] == ["Do 5", "5?"]


def test_empty_lists_are_a_judgement_without_findings_and_without_problems():
    found = verdict()
    assert found.is_empty
    assert found.problems == ()


@pytest.mark.parametrize(
    ("given_", "start"),
    [
        (None, "judgement: expected object, found null"),
        ([], "judgement: expected object, found []"),
        ({}, "judgement: the field 'schema' is missing"),
        (changed(good_reply(), "schema", to="fde.judgement/2"), "judgement.schema: expected one of"),
        (changed(good_reply(), "findings", to=None), "judgement.findings: expected array, found null"),
        ({**good_reply(), "summary": ""}, "judgement: the field 'summary' is not known"),
    ],
)
def test_a_reply_that_does_not_fit_the_schema_is_one_problem_and_nothing_of_it_is_used(given_, start):
    found = check(given_, facts()["facts"], sources())
    (problem,) = found.problems
    assert (problem.kind, problem.index, problem.what) == ("reply", 0, "the reply")
    assert problem.reasons[0].startswith(start)
    assert found.is_empty
    assert found.actions == found.questions == ()


@pytest.mark.parametrize(
    ("place", "to", "start"),
    [
        (("basis",), "sure", "judgement.findings[0].basis: expected one of"),
        (("by",), "code", "judgement.findings[0]: the field 'by' is not known"),
        (("quotes", 0, "source"), 7, "judgement.findings[0].quotes[0].source: expected string"),
        (("facts",), None, "judgement.findings[0].facts: expected array"),
    ],
)
def test_an_item_whose_form_is_wrong_is_a_problem_and_the_others_are_read(place, to, start):
    good = check(good_reply(), facts()["facts"], sources())
    found = check(changed(good_reply(), "findings", 0, *place, to=to), facts()["facts"], sources())
    (problem,) = found.problems
    assert (problem.kind, problem.index, problem.what) == ("finding", 0, good.findings[0]["title"])
    assert problem.reasons[0].startswith(start)
    assert (found.findings, found.actions, found.questions) == (good.findings[1:], good.actions, good.questions)


def test_figures_are_given_as_they_stand():
    assert figures('It took 5%, "1 250" and twenty-five (½); Twice.') == ["5%", "1 250", "½", "twenty-five", "Twice"]


# Masks, which stand for secrets in the words as they were sent.

MASKED = "It is late. We log in with [REDACTED:password:1] on Mondays. Orders arrive by fax. Nobody calls us.\n"


@pytest.mark.parametrize("words", ["We log in with [REDACTED:password:1] on Mondays.", "We log in with", "with [REDACTED:password:1] on"])
def test_no_quote_stands_in_a_sentence_of_which_a_part_is_masked(words):
    assert "with a mask ([REDACTED:...]) in it or beside it; quote another one" in quoted(MASKED, words)


@pytest.mark.parametrize("words", ["Orders arrive by fax.", "on Mondays. Orders arrive by fax.", "Nobody calls us."])
def test_a_sentence_that_other_words_part_from_a_mask_may_be_quoted(words):
    assert is_found(MASKED, words) == ("Mondays" not in words)


@pytest.mark.parametrize("text", ["Orders arrive by fax. {}", "Orders arrive by fax.\n{}", "{}. Orders arrive by fax.", "{}\nOrders arrive by fax.", "{}. - Orders arrive by fax."])
def test_right_beside_a_mask_it_cannot_be_told_where_the_sentence_ends(text):
    assert not is_found(text.format("[REDACTED:password:1]"), "Orders arrive by fax.")


@pytest.mark.parametrize("text", ["Orders arrive by fax.\n\n{}", "{}\n\nOrders arrive by fax."])
def test_behind_an_empty_line_a_mask_changes_nothing(text):
    assert is_found(text.format("[REDACTED:password:1]"), "Orders arrive by fax.")


@pytest.mark.parametrize("mask", ["[REDACTED:password:1]", "[Redacted:password:1]", "REDACTED:password:1", "[REDACTED:password:"])
def test_prose_that_names_a_mask_is_refused_also_where_it_stands_on_a_cited_line(mask):
    assert any("names a mask" in reason for reason in refused(f"They log in with {mask} there.", cited=[MASKED]))


def test_what_was_redacted_may_be_told_in_a_word():
    assert stands("The letter was redacted: nobody can read it.")


@pytest.mark.parametrize("field", ["title", "statement"])
def test_a_mask_in_any_text_of_a_finding_is_refused(field):
    assert any(f"{field}: names a mask" in reason for reason in reasons(finding() | {field: "It is [REDACTED:password:1]."}))


@pytest.mark.parametrize("field", ["what", "owner"])
def test_a_mask_in_any_text_of_an_action_is_refused(field):
    assert any(f"{field}: names a mask" in reason for reason in reasons(actions=[action() | {field: "Change [REDACTED:password:1]"}]))


@pytest.mark.parametrize("field", ["question", "whom", "why"])
def test_a_mask_in_any_text_of_a_question_is_refused(field):
    assert any(f"{field}: names a mask" in reason for reason in reasons(questions=[question() | {field: "Is it [REDACTED:password:1]?"}]))
