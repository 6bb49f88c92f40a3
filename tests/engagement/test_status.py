"""Status as values: what a program is told; the words are tested at the door."""

from __future__ import annotations

from datetime import timedelta

import pytest
import small
from small import SKILL, write

from fde.engagement import runs
from fde.engagement.engagement import create, read
from fde.engagement.status import status
from fde.runner.run import run
from fde.skillset.find import find

NOW = small.moment()


@pytest.fixture(name="acme")
def _acme(tmp_path):
    return small.engagement(tmp_path)


def test_of_nothing_there_is_nothing(tmp_path):
    found = status(create(tmp_path / "acme", {"name": "acme"}, ""), NOW)
    assert [getattr(found, name) for name in ("artefacts", "failed", "open", "asked", "orphans", "missing", "torn")] == [()] * 7


def test_days_are_those_of_the_engagements_zone_not_of_the_clock(acme):
    run(read(acme), find(SKILL, acme), now=small.moment("2026-03-02T22:30:00+00:00"))
    write(acme, "engagement.md", "---\nfde: 1\nname: acme\ntimezone: Pacific/Auckland\n---\n")
    engagement = read(acme)
    (state,) = status(engagement, small.moment("2026-03-03T10:59:00+00:00")).artefacts
    assert state.days == 0
    (state,) = status(engagement, small.moment("2026-03-03T11:00:00+00:00")).artefacts
    assert state.days == 1


def test_artefacts_come_by_skill_and_subject_whatever_their_age(acme):
    for subject in ("b", None, "a"):
        run(read(acme), find(SKILL, acme), now=NOW, subject=subject)
    assert [state.item.subject for state in status(read(acme), NOW).artefacts] == [None, "a", "b"]


OUTCOMES = {
    "a failure": (["failed: x"], ["r0001"]),
    "a failure and a good end": (["failed: x", "ok"], []),
    "two failures": (["failed: x", "rejected"], ["r0001", "r0002"]),
    "a good end and a failure": (["ok", "failed: x"], ["r0002"]),
    "a failure, then without a model": (["failed: x", "none"], []),
    "a failure, then unchanged": (["rejected", "unchanged"], []),
}


@pytest.mark.parametrize(("outcomes", "failed"), OUTCOMES.values(), ids=OUTCOMES)
def test_a_failure_counts_until_a_good_end(acme, outcomes, failed):
    engagement = read(acme)
    (acme / ".fde").mkdir()
    for outcome in outcomes:
        run_ = runs.start(engagement, skill=SKILL, subject=None, at=NOW.isoformat())
        runs.record(engagement, run_, "finished", status=outcome)
    assert [item.id for item in status(engagement, NOW + timedelta(days=1)).failed] == failed


def test_a_failure_of_another_subject_is_not_mended(acme):
    engagement = read(acme)
    (acme / ".fde").mkdir()
    for subject, outcome in (("a", "failed: x"), ("b", "ok")):
        run_ = runs.start(engagement, skill=SKILL, subject=subject, at=NOW.isoformat())
        runs.record(engagement, run_, "finished", status=outcome)
    assert [item.id for item in status(engagement, NOW).failed] == ["r0001"]
