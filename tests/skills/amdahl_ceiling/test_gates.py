"""Gates that open by the calendar, and hours in which nobody works."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from skills.amdahl_ceiling.measured import skill

wait = skill.gates.gate_wait
gaps = st.lists(st.floats(0.1, 1000), min_size=1, max_size=20)


@given(gaps)
def test_the_wait_is_at_least_half_the_mean_gap_and_at_most_half_the_longest(between):
    mean = sum(between) / len(between)
    assert mean / 2 * (1 - 1e-9) <= wait(between) <= max(between) / 2 * (1 + 1e-9)


@pytest.mark.parametrize(
    ("between", "said"),
    [
        ([], "expected at least one gap between gates, found none"),
        ([168, 0], "gap 2: expected a number above zero, found 0"),
    ],
)
def test_what_has_no_meaning_is_refused_in_a_sentence(between, said):
    with pytest.raises(ValueError) as refused:
        wait(between)
    assert str(refused.value) == said


def test_friday_evening_to_monday_morning_is_64_hours_on_the_calendar_and_no_working_minute_by_the_wall_clock():
    """The clock that counts a list of cases; that of the session logs is held to the same in test_worktime."""
    calendar = skill.worktime.Calendar(zone=ZoneInfo("Europe/Berlin"), hours=skill.worktime.read_hours(skill.worktime.DEFAULT))
    clock = skill.workclock.WorkClock(calendar)
    friday, monday = datetime(2026, 1, 16, 17), datetime(2026, 1, 19, 9)  # noqa: DTZ001 - a wall clock
    clock.cover(friday.toordinal(), monday.toordinal())
    minutes = [skill.workclock.DAY * day.toordinal() + 60 * day.hour for day in (friday, monday)]
    assert minutes[1] - minutes[0] == 64 * 60
    start, end = clock.worked(minutes)
    assert end == start
