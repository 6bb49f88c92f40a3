from __future__ import annotations

import json
import re

import pytest
from portable.made import action, artefact, changed, fact, facts, finding, good_reply, question, reply, sources, views

from fde.portable.artefact import audit, compose, digest, facts_problems, files, typed_figures
from fde.portable.check import Problem, check
from fde.portable.schema import validate

JUDGED = artefact(good_reply())
SOURCES = {source.id: source for source in sources()}


def complaints(document=JUDGED, shown=None, texts=SOURCES):
    return audit(document, views(JUDGED) if shown is None else shown, texts)


def consistent(*path, to):
    """The complaints about a record changed by somebody who drew the views again and wrote their digests down."""
    document = changed(JUDGED, *path, to=to)
    return complaints(json.loads(files(document)["artefact.json"]), views(document))


def about(found):
    return [(complaint.where, complaint.what) for complaint in found]


# Facts.


def test_facts_in_order_have_no_problem():
    assert facts_problems(facts()) == []
    assert typed_figures(facts()) == []


@pytest.mark.parametrize(
    ("path", "to", "reason"),
    [
        (("facts", 1, "id"), "orders", "facts: the id 'orders' stands twice"),
        (("facts", 0, "value"), None, "facts: orders has no value and no reason"),
        (("facts", 0, "value"), "many", "facts: orders is of type count: expected a number, found 'many'"),
        (("facts", 3, "value"), "1.2", "facts: speed is of type ratio: expected a number, found '1.2'"),
        (("facts", 5, "value"), 5, "facts: stage is of type text: expected text, found 5"),
        (("facts", 6, "value"), 20260105, "facts: since is of type date: expected a day like 2026-03-31, found 20260105"),
        (("facts", 6, "value"), "soon", "facts: since is of type date: expected a day like 2026-03-31, found 'soon'"),
        (("facts", 4, "unit"), "", "facts: cost is money: expected the currency's code as its unit, like EUR, found ''"),
        (("findings",), facts()["findings"] * 2, "findings: the id 'typed' stands twice"),
        (("charts", 1, "id"), "curve", "charts: the id 'curve' stands twice"),
        (("sources", 0, "locator"), "orders/march.csv", "sources: set:orders is at 'orders/march.csv'; expected a place like file:evidence/orders/*.csv"),
        (("sources", 0, "locator"), "file:/etc/passwd", "sources: set:orders is at 'file:/etc/passwd'; expected a place like file:evidence/orders/*.csv"),
        (("facts", 4, "value"), 1250.5, "facts: cost is money: expected a decimal number as text, like \"1250.00\", found 1250.5"),
        (("facts", 4, "value"), "NaN", "facts: cost is money: expected a decimal number as text, like \"1250.00\", found 'NaN'"),
        (("facts", 4, "value"), "1,250", "facts: cost is money: expected a decimal number as text, like \"1250.00\", found '1,250'"),
        (("facts", 4, "value"), "1e999999", "facts: cost is money: expected a decimal number as text, like \"1250.00\", found '1e999999'"),
        (("facts", 0, "sources"), ["set:gone"], "facts: orders rests on 'set:gone', which is not among the sources"),
        (("answer", 0), " ", "answer[0]: it is empty"),
        (("answer", 0), "It takes {f:gone}.", "answer[0]: there is no fact 'gone'"),
        (("limits", 0), "It takes {f:gone|range}.", "limits[0]: there is no fact 'gone'"),
        (("findings", 0, "title"), "{f:gone}", "findings.typed.title: there is no fact 'gone'"),
        (("findings", 0, "facts"), ["gone"], "typed: there is no fact 'gone'"),
        (("tables", 0, "rows", 0, 1), "{f:gone}", "tables.stages: there is no fact 'gone'"),
        (("tables", 0, "rows", 1), ["other"], "stages: a row has 1 cells, expected 2"),
        (("charts", 1, "series", 0, "points", 0, 1), "12", "charts: bars has a point whose height is no number"),
        (("charts", 1, "series"), [{"label": "a", "points": []}] * 2, "charts: bars is a bar chart with 2 series, expected one"),
        (("charts", 0, "series", 1, "points"), [], "charts: curve has a series without points"),
        (("charts", 0, "series", 1, "points", 0, 0), "one", "charts: curve is a line chart with a point whose place is no number"),
        (("charts", 0, "series", 1, "points", 0, 0), 0, "charts: curve has a logarithmic axis and a place that is not above zero"),
    ],
)
def test_facts_that_could_not_be_shown_are_refused_with_their_place(path, to, reason):
    assert any(problem.startswith(reason) for problem in facts_problems(changed(facts(), *path, to=to)))


def test_facts_that_do_not_fit_the_schema_are_refused_for_that_alone():
    assert facts_problems(changed(facts(), "facts", 0, "grade", to="E")) == ['facts.facts[0].grade: expected null or one of A, B, C, D, found "E"']


@pytest.mark.parametrize("path", [("answer", 0), ("method", 0), ("limits", 0), ("findings", 0, "title"), ("findings", 0, "statement")])
def test_a_figure_that_a_script_typed_is_found(path):
    (found,) = typed_figures(changed(facts(), *path, to="It takes 5 of them."))
    assert "the figure '5' is typed" in found


def test_a_figure_in_a_table_s_cell_or_a_label_is_no_typed_figure():
    document = changed(facts(), "tables", 0, "rows", 0, 0, to="a model 10x as fast")
    assert typed_figures(changed(document, "facts", 0, "label", to="with a model 10x as fast")) == []


# Composed.


@pytest.mark.parametrize("document", [artefact(), JUDGED], ids=["measured", "judged"])
def test_a_composed_artefact_is_valid_and_audits_clean(document):
    assert validate(document, "artefact") == []
    assert audit(document, views(document), SOURCES) == []


def test_the_same_input_gives_the_same_bytes():
    assert files(artefact(good_reply())) == files(artefact(good_reply()))


def test_an_artefact_read_back_and_written_again_has_the_same_bytes():
    written = files(JUDGED)
    assert files(json.loads(written["artefact.json"])) == written


def test_each_view_is_recorded_with_its_digest():
    written = files(artefact(good_reply()))
    record = json.loads(written["artefact.json"])
    assert sorted(written) == ["artefact.json", "artefact.md", "bars.svg", "curve.svg"]
    assert {view["path"]: view["digest"] for view in record["views"]} == {
        name: digest(data.decode()) for name, data in written.items() if name != "artefact.json"
    }


def test_the_record_is_utf_8_as_it_is_read_and_ends_in_a_line_end():
    written = files(changed(JUDGED, "method", 0, to="Größe"))["artefact.json"]
    assert "Größe".encode() in written
    assert written.endswith(b"}\n")


def test_statements_keep_their_placeholders_and_the_rendered_text_has_the_figures():
    code, first, _ = JUDGED["findings"]
    assert (code["by"], code["statement"], code["rendered"]) == ("code", "An order takes {f:entry}.", "An order takes 1.54 h.")
    assert first["rendered"] == 'Anna says "We type every order in twice." It takes 1.54 h (1.20 to 1.90 h).'
    assert first["statement"].endswith("It takes {f:entry|range}.")


def test_items_are_numbered_by_kind_and_say_who_they_are_from():
    ids = [(item["id"], item["by"]) for key in ("findings", "actions", "questions") for item in JUDGED[key]]
    assert ids == [("typed", "code"), ("j1", "model"), ("j2", "model"), ("a1", "model"), ("a2", "model"), ("q1", "model")]
    person = compose(facts(), created="2026-03-02T07:30:00+01:00", zone="UTC", verdict=check(good_reply(), facts()["facts"], sources()), by="person")
    assert {item["by"] for item in (*person["actions"], *person["questions"])} == {"person"}


def test_the_text_sources_stand_behind_those_of_the_script_also_the_unreadable_ones():
    assert [(source["id"], source["health"]) for source in JUDGED["sources"]] == [
        ("set:orders", "ok"),
        ("talks/anna.txt", "ok"),
        ("mails/owner.md", "ok"),
        ("notes/warehouse.md", "ok"),
        ("notes/broken.md", "failed"),
    ]


def test_a_source_that_the_script_lists_already_is_not_listed_again():
    document = changed(facts(), "sources", 0, "id", to="mails/owner.md")
    composed = compose(document, created="2026-03-02T07:30:00+01:00", zone="UTC", words=sources())
    assert [source["id"] for source in composed["sources"]].count("mails/owner.md") == 1


def test_what_was_dropped_is_listed_with_its_reasons_but_for_the_reply_as_a_whole():
    problems = [Problem(kind="finding", index=0, what="x", reasons=("a", "b")), Problem(kind="reply", index=0, what="y", reasons=("c",))]
    assert artefact(dropped=problems)["dropped"] == [{"kind": "finding", "what": "x", "reasons": ["a", "b"]}]


def test_details_are_carried_unread():
    assert "details" not in JUDGED
    given = facts() | {"details": {"any": [1, None, {"f": "{f:gone}"}]}}
    assert compose(given, created="2026-03-02T07:30:00+01:00", zone="UTC")["details"] == given["details"]


def test_a_fact_s_own_text_with_braces_does_no_harm():
    document = changed(facts(), "facts", 5, "value", to="{f:entry} {0.__class__} {{7*7}}")
    composed = compose(document, created="2026-03-02T07:30:00+01:00", zone="UTC")
    written = files(composed)
    assert br"| The stage | {f:entry} {0.\_\_class\_\_} {{7\*7}} |" in written["artefact.md"]
    assert audit(json.loads(written["artefact.json"]), {n: d.decode() for n, d in written.items() if n != "artefact.json"}, {}) == []


# Damaged.


@pytest.mark.parametrize(
    ("path", "to", "where", "what"),
    [
        (("findings", 1, "statement"), "It takes {f:cost}.", "artefact.json findings j1", "the text is "),
        (("findings", 1, "rendered"), "It takes 9 h.", "artefact.json findings j1", "the text is 'It takes 9 h.', the facts give "),
        (("findings", 0, "rendered"), "An order takes 9 h.", "artefact.json findings typed", "the text is 'An order takes 9 h.'"),
        (("actions", 0, "rendered"), "Do 9 things", "artefact.json actions a1", "the text is 'Do 9 things'"),
        (("questions", 0, "rendered"), "Why 9?", "artefact.json questions q1", "the text is 'Why 9?'"),
        (("facts", 1, "value"), 2.5, "artefact.json findings typed", "the text is 'An order takes 1.54 h.', the facts give 'An order takes 2.50 h.'"),
        (("facts", 1, "unit"), "min", "artefact.json findings typed", "the text is "),
        (("facts", 2, "value"), 99.5, "artefact.md:", "edited: "),
        (("facts", 1, "interval", "low"), 0.1, "artefact.json findings j1", "the text is "),
        (("facts", 0, "grade"), "D", "artefact.md:", "edited: "),
        (("facts", 0, "id"), "other", "artefact.json", "answer[2]: there is no fact 'orders'"),
        (("facts", 3, "value"), "fast", "artefact.json", "facts: speed is of type ratio: expected a number, found 'fast'"),
        (("findings", 1, "quotes", 0, "text"), "We type all orders in twice.", "artefact.json findings j1", "quote: these words are not in talks/anna.txt"),
        (("findings", 1, "quotes", 0, "source"), "mails/owner.md", "artefact.json findings j1", "quote: these words are not in mails/owner.md"),
        (("findings", 1, "quotes", 0, "source"), "gone.md", "artefact.json findings j1", "quote: there is no text source 'gone.md'"),
        (("findings", 1, "quotes", 0, "lines"), [4, 5], "artefact.json findings j1", "the quote 'We type every order in twice.' is recorded otherwise"),
        (("findings", 1, "quotes", 0, "sentence"), "We type it.", "artefact.json findings j1", "the quote 'We type every order in twice.' is recorded otherwise"),
        (("findings", 1, "quotes", 0, "speaker"), "Ben Lead", "artefact.json findings j1", "the quote 'We type every order in twice.' is recorded otherwise"),
        (("findings", 1, "quotes", 0, "kind"), "document", "artefact.json findings j1", "the quote 'We type every order in twice.' is recorded otherwise"),
        (("findings", 1, "quotes", 1, "notice"), None, "artefact.json findings j1", "the quote 'The warehouse waits for the paper.' is recorded otherwise"),
        (("actions", 0, "quotes", 0, "lines"), [1, 1], "artefact.json actions a1", "the quote 'Orders are late because nobody looks.' is recorded otherwise"),
        (("findings", 1, "facts"), ["gone"], "artefact.json findings j1", "there is no fact 'gone'"),
        (("findings", 1, "title"), "It takes {f:gone}", "artefact.json findings j1", "there is no fact 'gone'"),
        (("actions", 0, "moves"), "gone", "artefact.json actions a1", "there is no fact 'gone'"),
        (("actions", 0, "owner"), "{f:gone}", "artefact.json actions a1", "there is no fact 'gone'"),
        (("questions", 0, "why"), "{f:gone}", "artefact.json questions q1", "there is no fact 'gone'"),
        (("schema",), "fde.artefact/2", "artefact.json", "artefact.schema: expected 'fde.artefact/1'"),
        (("findings", 1, "by"), "nobody", "artefact.json", "artefact.findings[1].by: expected one of code, model, person"),
        (("views", 0, "digest"), "sha256:00", "artefact.md", "the record has another digest for this view"),
        (("views",), [], "artefact.md", "the record has another digest for this view"),
        (("judged", "status"), "failed: no-key", "artefact.md:", "edited: "),
        (("warnings",), ["All is lost."], "artefact.md:", "edited: the line "),
        (("tables", 0, "rows", 1, 1), 99, "artefact.md:", "edited: "),
        (("charts", 1, "series", 0, "points", 0, 1), 99, "bars.svg:", "edited: "),
        (("sources", 0, "health"), "failed", "artefact.md:", "edited: "),
        (("dropped",), [{"kind": "finding", "what": "x", "reasons": ["y"]}], "artefact.md:", "edited: the line "),
    ],
)
def test_each_damage_to_the_record_is_found_at_its_place(path, to, where, what):
    assert any(found.startswith(where) and text.startswith(what) for found, text in about(complaints(changed(JUDGED, *path, to=to))))


def test_a_basis_above_what_supports_it_is_found():
    document = changed(changed(JUDGED, "findings", 2, "facts", to=["cost"]), "findings", 2, "basis", to="measured")
    assert ("artefact.json findings j2", "basis: 'measured' is more than its facts and quotes support; they support 'documented'") in about(complaints(document))


@pytest.mark.parametrize(
    ("path", "to", "where", "what"),
    [
        (("findings", 1, "title"), "It is 9 times as dear", "artefact.json findings j1", "title: the figure '9' is typed"),
        (("actions", 0, "owner"), "the 9 leads", "artefact.json actions a1", "owner: the figure '9' is typed"),
        (("questions", 0, "whom"), "the 9 leads", "artefact.json questions q1", "whom: the figure '9' is typed"),
        (("questions", 0, "why"), "It is \"never\" so", "artefact.json questions q1", "why: the quotation 'never' is not one of the item's quotes"),
    ],
)
def test_a_lie_is_found_though_views_and_digests_were_made_to_fit_it(path, to, where, what):
    assert any(found == where and text.startswith(what) for found, text in about(consistent(*path, to=to)))


def test_a_lie_in_a_statement_and_its_rendered_text_is_found():
    document = changed(changed(JUDGED, "findings", 1, "statement", to="It is 9 h."), "findings", 1, "rendered", to="It is 9 h.")
    found = about(complaints(json.loads(files(document)["artefact.json"]), views(document)))
    assert ("artefact.json findings j1", "statement: the figure '9' is typed; point at a fact with {f:ID}, or leave it out") in found


# What no view shows and nothing else in the record rests on: circumstances, and what code alone reads.
UNSEEN = re.compile(
    r"created|zone|supersedes|judged/(?:prompt|origin)|facts/\d+/(?:period/\d|interval/(?:level|method))|facts/[567]/unit|tables/\d/columns/\d/key"
    r"|charts/1/(?:x/label|series/0/label)|sources/\d/(?:bytes|digest)|sources/[1-4]/id"
)


def leaves(value, path=()):
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, (*path, key))
    else:
        yield path, value


def test_every_field_of_the_record_that_is_shown_or_rested_on_is_missed_if_it_changes():
    unseen = []
    for path, value in leaves(JUDGED):
        other = f"{value} so" if isinstance(value, str) else "so" if value is None else not value if isinstance(value, bool) else value + 7
        if not complaints(changed(JUDGED, *path, to=other)):
            unseen.append("/".join(map(str, path)))
    assert [path for path in unseen if not UNSEEN.fullmatch(path)] == []


@pytest.mark.parametrize("name", ["artefact.md", "curve.svg", "bars.svg"])
def test_a_view_that_is_gone_is_named(name):
    assert about(complaints(shown=views(JUDGED) | {name: None})) == [(name, "the file is gone")]
    assert about(complaints(shown={key: text for key, text in views(JUDGED).items() if key != name})) == [(name, "the file is gone")]


def test_an_emptied_view_is_edited_and_each_line_told():
    found = complaints(shown=views(JUDGED) | {"artefact.md": ""})
    lines = views(JUDGED)["artefact.md"].split("\n")
    assert len(found) >= len([line for line in lines if line])
    assert {complaint.where.partition(":")[0] for complaint in found} == {"artefact.md"}


def test_an_edited_line_is_told_with_its_number_and_what_it_was():
    text = views(JUDGED)["artefact.md"]
    lines = text.split("\n")
    number = next(index for index, line in enumerate(lines) if line.startswith("- Breaks"))
    lines[number] = "- Breaks are no part of it."
    assert about(complaints(shown=views(JUDGED) | {"artefact.md": "\n".join(lines)})) == [
        (f"artefact.md:{number + 1}", "edited: '- Breaks are no part of it.'; it was '- Breaks are part of 1.54 h.'")
    ]


def test_an_added_and_a_removed_line_are_told():
    lines = views(JUDGED)["artefact.md"].split("\n")
    added = complaints(shown=views(JUDGED) | {"artefact.md": "\n".join([*lines[:4], "And more.", *lines[4:]])})
    assert about(added) == [("artefact.md:5", "edited: 'And more.'; it was added")]
    removed = complaints(shown=views(JUDGED) | {"artefact.md": "\n".join([*lines[1:]])})
    assert about(removed) == [("artefact.md:1", f"edited: the line {lines[0]!r} was taken out")]


def test_other_line_ends_are_no_edit():
    assert complaints(shown={name: text.replace("\n", "\r\n") for name, text in views(JUDGED).items()}) == []


def test_a_changed_source_is_found_by_its_quotes():
    texts = {**SOURCES, "mails/owner.md": SOURCES["talks/anna.txt"]}
    assert [where for where, what in about(complaints(texts=texts)) if what.startswith("quote: ")] == [
        "artefact.json findings j2",
        "artefact.json actions a1",
    ]
    assert complaints(texts={}) != []


def test_a_figure_beside_a_quote_that_was_lost_is_not_blamed_on_the_prose():
    given = reply(findings=[finding("The owner has 12 in mind.", quotes=[{"source": "mails/owner.md", "text": "I want to know when it ships."}])])
    days = {"source": "mails/owner.md", "text": "It takes 12 days, e.g. for taps, and 1 250 orders wait."}
    given["findings"][0]["quotes"] = [days]
    document = artefact(given)
    assert complaints(document, views(document)) == []
    assert [what for _, what in about(complaints(document, views(document), {}))] == ["quote: there is no text source 'mails/owner.md'; there are none"]


def test_the_parts_used_here_stand_on_their_own():
    """The material of these tests must be good, or a complaint would prove nothing."""
    found = check(reply(findings=[finding()], actions=[action()], questions=[question()]), [*facts()["facts"], fact("x", "text", "y")], sources())
    assert found.problems == ()
