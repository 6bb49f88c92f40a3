"""What each fix is worth, and what more changes do to the queue, as facts and tables."""

from __future__ import annotations

import pytest
from skills.amdahl_ceiling.measured import example_facts, skill, values

from fde.portable.artefact import facts_problems, typed_figures
from fde.portable.facts import by_id, cell


def table(document, name):
    """A table's cells as they are read."""
    found = next(table for table in document["tables"] if table["id"] == name)
    return [[cell(value, "", by_id(document["facts"])) for value in row] for row in found["rows"]]


def test_the_document_with_fixes_and_queue_is_a_valid_one():
    assert facts_problems(example_facts()) == []
    assert typed_figures(example_facts()) == []


def test_a_fix_is_worth_what_amdahls_law_gives_for_half_of_that_part():
    found = values(example_facts())
    share = found["work.lead.stage.before.share"] / 100
    assert found["work.lead.half1.what"] == skill.report.STAGE_NAMES["before"]
    assert found["work.lead.half1.speedup"] == pytest.approx(1 / (1 - share / 2), abs=1e-5)
    assert found["work.lead.half1.then"] == skill.report.STAGE_NAMES["merge"]
    each = found["work.lead.stage.before.hours"] / found["lead.count"] / 2
    assert found["work.lead.half1.week.hours"] == pytest.approx(each * found["lead.week"], abs=1e-4)


def test_the_interval_of_a_fix_holds_its_value():
    for name, fact in by_id(example_facts()["facts"]).items():
        if "half" in name and name.endswith("speedup"):
            assert fact["interval"]["low"] <= fact["value"] <= fact["interval"]["high"]


def test_whoever_is_busy_half_of_the_time_cannot_take_twice_as_much():
    """At 40 % twice as much makes it 80 %: the wait grows by 2 (1 - .4) / (1 - .8) = 6 times. At 50 % it never ends."""
    document = example_facts()
    found = values(document)
    assert found["queue.load40.twice.hours"] == pytest.approx(6 * found["queue.hours"], abs=1e-4)
    assert "queue.load50.twice.hours" not in found
    rows = {row[0]: row[1:] for row in table(document, "queue")}
    assert rows["50 %"] == ["2.00x", "it would never end"]
    assert rows["40 %"][0] == "2.50x"


def test_the_queue_s_chart_stands_behind_the_bars_so_that_page_one_keeps_them():
    charts = example_facts()["charts"]
    assert charts[-1]["id"] == "queue"
    busy = {series["label"]: series["points"] for series in charts[-1]["series"]}
    assert max(x for x, _ in busy["busy 70 % today, no end from 1.43x"]) < 1 / 0.7
    assert all(points[0] == [1.0, pytest.approx(values(example_facts())["queue.hours"])] for points in busy.values())
