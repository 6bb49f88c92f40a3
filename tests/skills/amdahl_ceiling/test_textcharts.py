"""Charts as plain text."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from skills.amdahl_ceiling.measured import SCRIPTS, example_facts, run, skill

charts = skill.textcharts
BARS = {
    "id": "stages",
    "kind": "bar",
    "title": "Where the time goes",
    "x": {"label": "stage"},
    "y": {"label": "time", "unit": "h"},
    "series": [{"label": "hours", "points": [["model", 20], ["review", 60], ["deploy", 0.01], ["nothing", 0]]}],
}
numbers = st.floats(0, 1e6)
points = st.lists(st.tuples(st.floats(0.1, 1e3), numbers), min_size=1, max_size=30).map(lambda rows: [list(row) for row in sorted(rows)])
labels = st.text(max_size=60)


def test_a_bar_is_as_long_as_its_value_and_has_its_figure():
    drawn = charts.draw(BARS, charts.Paper(width=60))
    lengths = {line.split()[0]: line.count("█") for line in drawn[2:]}
    assert drawn[0] == "Where the time goes"
    assert lengths["review"] == pytest.approx(3 * lengths["model"], abs=2)
    assert drawn[3].endswith(" 60.0 h")


def test_what_is_there_at_all_is_never_drawn_as_nothing_and_nothing_as_nothing():
    for paper, ink in ((charts.Paper(width=60), "▏"), (charts.Paper(width=60, is_ascii=True), "#")):
        drawn = {line.split()[0]: line for line in charts.draw(BARS, paper)[2:]}
        assert drawn["deploy"].count(ink) == 1
        assert drawn["nothing"].split() == ["nothing", "0", "h"]


def test_ascii_keeps_every_digit_as_it_is():
    chart = BARS | {"title": "Zeit für 10² – Prüfung"}
    assert charts.draw(chart, charts.Paper(is_ascii=True))[0] == "Zeit fur 10? - Prufung"


def test_wide_letters_take_two_columns():
    chart = BARS | {"series": [{"label": "h", "points": [["等待报价等待报价", 3], ["wait", 1]]}]}
    first, second = charts.draw(chart, charts.Paper(width=50))[2:]
    assert charts.columns(first[: first.index("█")]) == charts.columns(second[: second.index("█")])


def test_what_steers_a_terminal_is_left_out():
    chart = BARS | {"series": [{"label": "h", "points": [["\x1b[31mred\x07", 3]]}]}
    assert "\x1b" not in "".join(charts.draw(chart, charts.Paper()))


@given(st.integers(40, 200), st.booleans(), st.lists(st.tuples(labels, numbers), max_size=8), labels)
def test_no_line_of_bars_is_wider_than_the_paper(width, is_ascii, rows, title):
    chart = BARS | {"title": title, "series": [{"label": "h", "points": [list(row) for row in rows]}]}
    for line in charts.draw(chart, charts.Paper(width=width, is_ascii=is_ascii)):
        assert charts.columns(line) <= width
        assert not is_ascii or line.isascii()


@given(st.integers(40, 200), st.booleans(), st.lists(st.tuples(labels, points), min_size=1, max_size=7), labels, st.booleans())
def test_no_line_of_curves_is_wider_than_the_paper(width, is_ascii, series, label, is_log):
    axis = {"label": label, "scale": "log"} if is_log else {"label": label}
    chart = {"id": "c", "kind": "line", "title": label, "x": axis, "y": {"label": label, "unit": "h"}}
    chart["series"] = [{"label": name, "points": rows} for name, rows in series]
    for line in charts.draw(chart, charts.Paper(width=width, is_ascii=is_ascii)):
        assert charts.columns(line) <= width
        assert not is_ascii or line.isascii()


def test_a_rising_curve_rises():
    chart = {"id": "c", "kind": "line", "title": "t", "x": {"label": "x"}, "y": {"label": "y"}}
    chart["series"] = [{"label": "up", "points": [[1, 0], [2, 10]]}]
    drawn = [line for line in charts.draw(chart, charts.Paper()) if "|" in line]
    marked = [line.index("*") for line in drawn if "*" in line]
    assert marked == sorted(marked, reverse=True)
    assert len(marked) == charts.HEIGHT


@pytest.fixture(name="facts")
def _facts(tmp_path):
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(example_facts()), encoding="utf-8")
    return path


def test_every_chart_of_the_facts_is_drawn(facts):
    text = run("bars", "--facts", facts, "--width", "60", "--ascii").stdout.decode("ascii")
    for chart in example_facts()["charts"]:
        assert " ".join(text.split()).count(chart["title"]) >= 1
    assert max(map(len, text.splitlines())) <= 60


def test_one_chart_is_chosen_by_its_id_and_an_unknown_one_refused(facts):
    assert run("bars", "--facts", facts, "--chart", "queue").stdout.decode().startswith("What more changes do to the wait from the last commit to the merge\n")
    done = run("bars", "--facts", facts, "--chart", "pie")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"expected one of the charts ceiling, stages-working, stages-calendar, queue, found 'pie'" in done.stderr


def test_a_terminal_that_takes_only_ascii_gets_only_that(facts):
    line = [sys.executable, "-B", SCRIPTS / "amdahl.py", "bars", "--facts", facts]
    plain, full = (subprocess.run(line, capture_output=True, check=True, env={"PYTHONIOENCODING": name}).stdout for name in ("ascii", "utf-8"))
    assert plain.isascii()
    assert "█" in full.decode()


def test_too_few_columns_are_refused(facts):
    done = run("bars", "--facts", facts, "--width", "10")
    assert done.returncode == 2
    assert b"expected a whole number from 40 to 1000, found '10'" in done.stderr
