from __future__ import annotations

import re
import unicodedata
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from portable.made import changed, facts

from fde.portable.svg import draw

NAMESPACE = "{http://www.w3.org/2000/svg}"
CURVE, BARS = facts()["charts"]
HOSTILE = "<script>&amp; \"quoted\" 'single' ]]> \x00\x1b\u202e\ufffe\n"


def width(text, size):
    """About how wide a text is; a wide character is as wide as it is high."""
    return sum(size * (1.0 if unicodedata.east_asian_width(character) in "WF" else 0.56) for character in text)


def boxes(svg):
    """Left, top, right and bottom of everything that is drawn."""
    root = ET.fromstring(svg)
    turned = {text for group in root.iter(f"{NAMESPACE}g") for text in group}
    for item in root.iter():
        numbers = {key: float(value) for key, value in item.attrib.items() if key != "aria-label" and re.fullmatch(r"-?[\d.]+(?:e[+-]?\d+)?", value)}
        match item.tag.removeprefix(NAMESPACE):
            case "line":
                yield numbers["x1"], numbers["y1"], numbers["x2"], numbers["y2"]
            case "circle":
                yield numbers["cx"] - numbers["r"], numbers["cy"] - numbers["r"], numbers["cx"] + numbers["r"], numbers["cy"] + numbers["r"]
            case "rect":
                x, y = numbers.get("x", 0), numbers.get("y", 0)
                yield x, y, x + numbers["width"], y + numbers["height"]
            case "polyline":
                points = [tuple(map(float, point.split(","))) for point in item.attrib["points"].split()]
                yield min(x for x, _ in points), min(y for _, y in points), max(x for x, _ in points), max(y for _, y in points)
            case "text":
                shown = (item.text or "") + "".join(child.tail or "" for child in item)
                size, wide = numbers["font-size"], width(shown, numbers["font-size"])
                x, y = numbers["x"], numbers["y"]
                left = x - {"start": 0, "middle": wide / 2, "end": wide}[item.attrib["text-anchor"]]
                if item in turned:  # by a quarter, about (14, half the height)
                    middle = float(root.attrib["height"]) / 2
                    yield x - size, middle - wide / 2, x + size / 4, middle + wide / 2
                else:
                    yield left, y - size, left + wide, y + size / 4


def is_inside(svg):
    _, _, wide, high = map(float, ET.fromstring(svg).attrib["viewBox"].split())
    outside = [box for box in boxes(svg) if box[0] < -0.5 or box[1] < -0.5 or box[2] > wide + 0.5 or box[3] > high + 0.5]
    return outside == [] or outside


names = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
heights = st.one_of(st.floats(-1e12, 1e12), st.integers(-1000, 1000), st.just(0), st.floats(0, 1e-6))


@st.composite
def line_charts(draw_):
    scale = draw_(st.sampled_from(["log", "linear", None]))
    places = st.floats(1e-6, 1e9) if scale == "log" else st.one_of(st.floats(-1e9, 1e9), st.integers(-5, 5))
    points = st.lists(st.tuples(places, heights).map(list), min_size=1, max_size=8)
    series = st.lists(st.fixed_dictionaries({"label": names, "points": points}), min_size=1, max_size=25)
    axis = {"label": draw_(names), **({"scale": scale} if scale else {})}
    return {"id": "c", "kind": "line", "title": draw_(names), "x": axis, "y": {"label": draw_(names), "unit": draw_(names)}, "series": draw_(series)}


@st.composite
def bar_charts(draw_):
    points = draw_(st.lists(st.tuples(st.one_of(names, st.integers()), heights).map(list), max_size=12))
    series = [{"label": draw_(names), "points": points}]
    return {"id": "c", "kind": "bar", "title": draw_(names), "x": {"label": ""}, "y": {"label": draw_(names), "unit": draw_(st.sampled_from(["h", "", "a long unit"]))}, "series": series}


@given(st.one_of(line_charts(), bar_charts()))
def test_whatever_the_data_nothing_is_drawn_outside_the_paper(chart):
    assert is_inside(draw(chart)) is True


@given(line_charts())
def test_each_series_is_drawn_and_named(chart):
    root = ET.fromstring(draw(chart))
    curves = [*root.iter(f"{NAMESPACE}polyline"), *root.iter(f"{NAMESPACE}circle")]
    assert len(curves) == len(chart["series"])


@given(bar_charts())
def test_each_bar_is_drawn_and_the_longest_is_that_of_the_greatest_value(chart):
    points = chart["series"][0]["points"]
    bars = [float(item.attrib["width"]) for item in ET.fromstring(draw(chart)).iter(f"{NAMESPACE}rect")][1:]
    assert len(bars) == len(points)
    if points:
        greatest = max(abs(value) for _, value in points)
        assert max(bars) == max(width for width, (_, value) in zip(bars, points, strict=True) if abs(value) >= greatest * 0.999)


@pytest.mark.parametrize("path", [("title",), ("x", "label"), ("y", "label"), ("series", 0, "label")])
def test_hostile_text_is_text(path):
    svg = draw(changed(CURVE, *path, to=HOSTILE))
    root = ET.fromstring(svg)
    assert {item.tag.removeprefix(NAMESPACE) for item in root.iter()} <= {"svg", "title", "rect", "text", "line", "g", "polyline"}
    assert "<script>&amp; \"quoted\"" in "".join(root.itertext())
    assert not set(svg) & set("\x00\x1b\u202e\ufffe")


def test_a_bar_s_name_is_text():
    root = ET.fromstring(draw(changed(BARS, "series", 0, "points", 0, 0, to=HOSTILE)))
    assert any((text.text or "").startswith("<script>") or "<script>" in "".join(text.itertext()) for text in root.iter(f"{NAMESPACE}text"))


def test_no_chart_loads_anything():
    for chart in (CURVE, BARS):
        svg = draw(chart)
        assert not re.search(r"(?:href|src|url\(|@import|<style|<script|on\w+=)", svg.replace("http://www.w3.org/2000/svg", ""))


def test_a_single_point_can_be_seen():
    svg = draw(changed(CURVE, "series", to=[{"label": "all", "points": [[10, 0.5]]}]))
    assert svg.count("<circle") == 1
    assert is_inside(svg) is True


@pytest.mark.parametrize("value", [0, 0.0, 5, 1e-12, -3])
def test_equal_values_are_drawn_on_one_height(value):
    svg = draw(changed(CURVE, "series", to=[{"label": "all", "points": [[1, value], [10, value], [100, value]]}]))
    points = re.search(r'points="([^"]*)"', svg)[1].split()
    assert len({point.partition(",")[2] for point in points}) == 1
    assert is_inside(svg) is True


def test_bars_of_nothing_are_a_hair_wide_and_say_zero():
    svg = draw(changed(BARS, "series", 0, "points", to=[["a", 0], ["b", 0]]))
    assert [float(item.attrib["width"]) for item in ET.fromstring(svg).iter(f"{NAMESPACE}rect")][1:] == [1, 1]
    assert svg.count(">0 h<") == 2


def test_a_bar_below_zero_ends_where_zero_is():
    svg = draw(changed(BARS, "series", 0, "points", to=[["a", -4], ["b", 4]]))
    (one, other) = [item.attrib for item in ET.fromstring(svg).iter(f"{NAMESPACE}rect")][1:]
    assert float(one["x"]) + float(one["width"]) == pytest.approx(float(other["x"]), abs=0.2)
    assert float(one["width"]) == pytest.approx(float(other["width"]), abs=0.2)


def test_bars_are_as_long_as_their_values():
    widths = [float(item.attrib["width"]) for item in ET.fromstring(draw(BARS)).iter(f"{NAMESPACE}rect")][1:]
    assert widths[2] / widths[0] == pytest.approx(3.25 / 12.5, abs=0.01)


def test_points_lie_between_the_ticks_of_their_axis():
    """A tick says 0.5 and a point at half of it must lie half-way to the ground."""
    svg = draw(changed(CURVE, "series", to=[{"label": "all", "points": [[1, 1.0], [10, 0.5], [100, 0.0]]}]))
    ys = [float(point.partition(",")[2]) for point in re.search(r'points="([^"]*)"', svg)[1].split()]
    xs = [float(point.partition(",")[0]) for point in re.search(r'points="([^"]*)"', svg)[1].split()]
    assert ys[1] == pytest.approx((ys[0] + ys[2]) / 2, abs=0.2)
    assert xs[1] == pytest.approx((xs[0] + xs[2]) / 2, abs=0.2)  # a decade is as wide as another


def test_a_long_name_is_cut_and_kept_whole_for_whoever_points_at_it():
    name = "the part of the time in which nobody at all looked at any of the changes that waited"
    svg = draw(changed(BARS, "series", 0, "points", 0, 0, to=name))
    assert f"<title>{name}</title>" in svg
    assert "…</text>" in svg


@pytest.mark.parametrize("name", ["handed to the carrier – the invoice", "handed to the carrier by the van – the invoice was written in the office"])
def test_a_name_that_two_lines_hold_is_not_cut(name):
    svg = draw(changed(BARS, "series", 0, "points", 0, 0, to=name))
    lines = [text for text in ET.fromstring(svg).iter(f"{NAMESPACE}text") if text.attrib["text-anchor"] == "end"]
    assert "…" not in svg
    assert " ".join(text.text or "" for text in lines).startswith(name)
    assert is_inside(svg) is True


@pytest.mark.parametrize(("unit", "shown"), [("working days", "2.25"), ("h", "2.25 h")])
def test_a_long_unit_stands_at_the_axis_alone(unit, shown):
    chart = changed(changed(BARS, "y", "unit", to=unit), "series", 0, "points", to=[["from the request to the quote", 2.25]])
    texts = [text.text for text in ET.fromstring(draw(chart)).iter(f"{NAMESPACE}text")]
    assert texts[-2:] == [shown, f"hours ({unit})"]


def test_a_long_value_is_set_smaller_before_it_is_cut():
    svg = draw(changed(BARS, "series", 0, "points", to=[["a", 12345678]]))
    assert ">12,345,678 h</text>" in svg


def test_names_at_the_ends_of_curves_do_not_cover_each_other():
    series = [{"label": f"curve {letter}", "points": [[1, 1.0], [10, 0.0]]} for letter in "abcdefghijkl"]
    root = ET.fromstring(draw(changed(CURVE, "series", to=series)))
    ys = sorted(float(text.attrib["y"]) for text in root.iter(f"{NAMESPACE}text") if (text.text or "").startswith("curve"))
    assert len(ys) == 12
    assert min(b - a for a, b in pairwise(ys)) > 12


def test_the_same_chart_gives_the_same_bytes():
    assert draw(CURVE) == draw(CURVE)
