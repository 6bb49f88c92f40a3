from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from portable.made import fact

from fde.portable.facts import PLACEHOLDER, cell, fill, named, show, show_range


@pytest.mark.parametrize(
    ("kind", "value", "unit", "shown"),
    [
        ("ratio", 4.67, "x", "4.67x"),
        ("ratio", 12.345, "x", "12.3x"),
        ("ratio", 1.0091, "x", "1.0091x"),
        ("ratio", 1.00004, "x", "1.0000x"),
        ("ratio", 1.04, "x", "1.040x"),
        ("ratio", 0.97, "x", "0.970x"),
        ("ratio", 1, "x", "1.00x"),
        ("ratio", 0.5, "x", "0.50x"),
        ("ratio", 0.004, "x", "0.0040x"),
        ("ratio", -0.5, "x", "-0.50x"),
        ("ratio", 73.5, "%", "73.5 %"),
        ("ratio", 0.527449, "%", "0.53 %"),
        ("ratio", 100, "%", "100 %"),
        ("ratio", 0.25, "", "0.25"),
        ("duration", 60.1, "h", "60.1 h"),
        ("duration", 1.815609, "h", "1.82 h"),
        ("duration", 0.003551, "h", "0.0036 h"),
        ("duration", 423.9, "h", "424 h"),
        ("duration", 1234567.8, "s", "1,234,568 s"),
        ("duration", 0, "min", "0 min"),
        ("duration", -2.5, "d", "-2.50 d"),
        ("duration", -0.0000001, "h", "0.000000 h"),
        ("count", 117, "", "117"),
        ("count", 12345, "", "12,345"),
        ("count", 2.5, "", "2.5"),
        ("count", 0, "", "0"),
        ("number", 9.996, "", "10.00"),
        ("number", 3, "kg", "3.00 kg"),
        ("money", "1250.50", "EUR", "EUR 1,250"),
        ("money", "99.99", "EUR", "EUR 99.99"),
        ("money", "-12.5", "USD", "USD -12.50"),
        ("money", "0", "EUR", "EUR 0.00"),
        ("money", "12345678901234567890.00", "EUR", "EUR 12,345,678,901,234,567,890"),
        ("text", "the wait for {f:orders}", "", "the wait for {f:orders}"),
        ("date", "2026-03-31", "", "2026-03-31"),
        ("duration", None, "h", "not known"),
        ("money", None, "EUR", "not known"),
    ],
)
def test_a_fact_is_shown_with_value_and_unit(kind, value, unit, shown):
    assert show(fact("f", kind, value, unit)) == shown


@pytest.mark.parametrize(
    ("kind", "value", "unit", "low", "high", "shown"),
    [
        ("ratio", 4.67, "x", 4.22, 5.15, "4.67x (4.22x to 5.15x)"),
        ("ratio", 1.0091, "x", 1.0032, 1.0186, "1.0091x (1.0032x to 1.0186x)"),
        ("ratio", 95.16, "%", 51.8, 98.2, "95.2 % (51.8 to 98.2 %)"),
        ("ratio", 0.53, "%", 0.27, 1.02, "0.53 % (0.27 to 1.02 %)"),
        ("duration", 120, "h", 90.25, 150, "120.0 h (90.2 to 150.0 h)"),
        ("count", 12, "", 0, 20, "12 (0 to 20)"),
        ("money", "1250.50", "EUR", 1000, 2000.25, "EUR 1,250 (1,000 to 2,000)"),
        ("money", "12.5", "EUR", 10, 20, "EUR 12.50 (10.00 to 20.00)"),
        ("duration", None, "h", 1, 2, "not known"),
    ],
)
def test_a_range_gives_the_interval_to_the_same_place(kind, value, unit, low, high, shown):
    interval = {"low": low, "high": high, "level": 0.95, "method": "bootstrap"}
    assert show_range(fact("f", kind, value, unit, interval=interval)) == shown


@pytest.mark.parametrize("interval", [{}, {"interval": None}])
def test_a_range_without_an_interval_is_the_value(interval):
    assert show_range(fact("f", "duration", 60.1, "h", **interval)) == "60.1 h"


def number_of(shown):
    digits = shown.rstrip("x %h").removeprefix("EUR ").replace(",", "")
    return Decimal(digits), Decimal(1).scaleb(-len(digits.partition(".")[2]))


kinds = st.sampled_from([("ratio", "x"), ("ratio", "%"), ("duration", "h"), ("count", ""), ("number", "")])
numbers = st.one_of(st.floats(-1e9, 1e9), st.integers(-(10**12), 10**12), st.floats(0.9, 1.1))


@given(kinds, numbers)
def test_the_shown_number_is_within_half_a_unit_of_its_last_place(kind, value):
    shown, place = number_of(show(fact("f", kind[0], value, kind[1])))
    assert abs(shown - Decimal(value)) <= place / 2


@given(st.decimals(-(10**15), 10**15, places=4))
def test_shown_money_is_within_half_a_unit_of_its_last_place(value):
    shown, place = number_of(show(fact("f", "money", str(value), "EUR")))
    assert abs(shown - value) <= place / 2


@given(kinds, st.floats(1e-5, 1e9))
def test_a_value_above_zero_is_not_shown_as_zero(kind, value):
    assume(kind != ("count", "") and (kind != ("ratio", "x") or value >= 1e-4))
    assert number_of(show(fact("f", kind[0], value, kind[1])))[0] > 0


@given(kinds, numbers, numbers, numbers)
def test_a_range_shows_all_three_within_half_a_unit_of_one_last_place(kind, value, one, other):
    low, high = sorted((one, other))
    shown = show_range(fact("f", *(kind[0], value, kind[1]), interval={"low": low, "high": high, "level": 0.9, "method": "m"}))
    parts = [number_of(part) for part in shown.removesuffix(")").replace(" (", " to ").split(" to ")]
    assert len({place for _, place in parts}) == 1
    for (number, place), given_ in zip(parts, (value, low, high), strict=True):
        assert abs(number - Decimal(given_)) <= place / 2


FACTS = {"a": fact("a", "duration", 60.1, "h"), "b": fact("b", "text", "{f:a} and {f:b}")}


@given(st.text(st.sampled_from("{}f:ab|range .0_%$\\"), max_size=40))
def test_text_without_placeholders_is_left_as_it_is(text):
    assume(not PLACEHOLDER.search(text))
    assert fill(text, FACTS) == text


@pytest.mark.parametrize(
    "text",
    ["{0.__class__}", "{f:", "{{7*7}}", "{f:A}", "{f: a}", "{f:a|rang}", "{f:a.}", "{}", "%s {f:a:>9}", "\\g<0>", "{f:a!r}", "{F:a}", "${f}", "{f:-a}"],
)
def test_braces_in_a_client_s_text_are_plain_characters(text):
    assert fill(text, FACTS) == text
    assert named(text) == []


def test_a_placeholder_is_replaced_once_and_what_comes_of_it_is_not_read_again():
    assert fill("{f:b}: {f:a}", FACTS) == "{f:a} and {f:b}: 60.1 h"
    assert fill("{{f:a}}", FACTS) == "{60.1 h}"


def test_a_placeholder_of_an_unknown_fact_is_a_key_error():
    with pytest.raises(KeyError):
        fill("{f:c}", FACTS)


def test_the_named_facts_come_in_order_and_once():
    assert named("{f:b} {f:a|range} {f:b}") == ["b", "a"]


@pytest.mark.parametrize(
    ("value", "unit", "shown"), [(None, "h", ""), ("{f:a} each", "h", "60.1 h each"), (12.25, "h", "12.2 h"), (0, "", "0"), (1234, "", "1,234"), (-0.5, "x", "-0.50x")]
)
def test_a_cell_is_a_filled_sentence_or_a_number_with_the_column_s_unit(value, unit, shown):
    assert cell(value, unit, FACTS) == shown
