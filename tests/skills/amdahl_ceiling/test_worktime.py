"""The working calendar, against hours counted by hand."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from skills.amdahl_ceiling.measured import skill

BERLIN, NEW_YORK, KOLKATA = (ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Asia/Kolkata"))


def hours(start, end, *, zone=BERLIN, text=skill.worktime.DEFAULT, holidays=()):
    """Working hours from *start* to *end*, local times like "2026-03-27 17:00"."""
    calendar = skill.worktime.Calendar(
        zone=zone, hours=skill.worktime.read_hours(text), holidays=frozenset(map(date.fromisoformat, holidays))
    )
    ends = [datetime.fromisoformat(moment).replace(tzinfo=zone).timestamp() for moment in (start, end)]
    return skill.intervals.total(calendar.working(*ends)) / 3600


@pytest.mark.parametrize(
    ("start", "end", "wanted"),
    [
        ("2026-01-12 09:00", "2026-01-12 17:00", 8),
        ("2026-01-12 00:00", "2026-01-13 00:00", 8),
        ("2026-01-12 16:30", "2026-01-13 09:30", 1),
        ("2026-01-12 17:00", "2026-01-13 09:00", 0),
        ("2026-01-16 17:00", "2026-01-19 09:00", 0),
        ("2026-01-16 16:00", "2026-01-19 10:00", 2),
        ("2026-01-17 00:00", "2026-01-19 00:00", 0),
        ("2026-01-12 00:00", "2026-01-19 00:00", 40),
        ("2026-01-12 10:15", "2026-01-12 10:45", 0.5),
    ],
)
def test_hours_of_an_ordinary_week(start, end, wanted):
    assert hours(start, end) == pytest.approx(wanted)


def test_friday_evening_to_monday_morning_is_64_hours_on_the_calendar_and_none_at_work():
    friday, monday = datetime(2026, 1, 16, 17, tzinfo=BERLIN), datetime(2026, 1, 19, 9, tzinfo=BERLIN)
    assert monday.timestamp() - friday.timestamp() == 64 * 3600
    assert hours("2026-01-16 17:00", "2026-01-19 09:00") == 0


@pytest.mark.parametrize(
    ("zone", "start", "end", "wanted"),
    [
        (BERLIN, "2026-03-29 00:00", "2026-03-30 00:00", 23),
        (BERLIN, "2026-10-25 00:00", "2026-10-26 00:00", 25),
        (NEW_YORK, "2026-03-08 00:00", "2026-03-09 00:00", 23),
        (NEW_YORK, "2026-11-01 00:00", "2026-11-02 00:00", 25),
        (KOLKATA, "2026-03-29 00:00", "2026-03-30 00:00", 24),
    ],
)
def test_a_day_on_which_the_clocks_change_is_as_long_as_it_is(zone, start, end, wanted):
    assert hours(start, end, zone=zone, text="Mon-Sun 00:00-24:00") == wanted


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK, KOLKATA])
def test_working_weeks_keep_their_length_when_the_clocks_change(zone):
    assert hours("2026-03-02 00:00", "2026-04-06 00:00", zone=zone) == 5 * 40


def test_a_night_shift_over_the_change_of_the_clocks_is_an_hour_shorter_in_spring():
    assert hours("2026-03-28 12:00", "2026-03-29 12:00", text="Sat 22:00-06:00") == 7
    assert hours("2026-10-24 12:00", "2026-10-25 12:00", text="Sat 22:00-06:00") == 9


def test_a_window_that_starts_after_midnight_still_has_the_night_shift_of_the_day_before():
    assert hours("2026-01-13 01:00", "2026-01-13 12:00", text="Mon 22:00-06:00") == 5


def test_a_holiday_has_no_working_time():
    assert hours("2026-01-05 00:00", "2026-01-08 00:00", holidays=["2026-01-06"]) == 16


def test_days_may_have_different_hours_and_a_lunch_break():
    text = "Mon-Thu 08:00-12:00, Mon-Thu 13:00-17:00, Fri 08:00-14:00"
    assert hours("2026-01-12 00:00", "2026-01-19 00:00", text=text) == 38


def test_a_week_may_run_over_sunday():
    assert hours("2026-01-12 00:00", "2026-01-19 00:00", text="Sun-Thu 09:00-17:00") == 40
    assert hours("2026-01-17 00:00", "2026-01-18 00:00", text="Sun-Thu 09:00-17:00") == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "9 to 5",
        "Mon-Fri",
        "Mon-Fri 9-17",
        "Mun-Fri 09:00-17:00",
        "Mon 09:00-09:00",
        "Mon 09:00-25:00",
        "Mon 09:75-10:00",
    ],
)
def test_hours_that_cannot_be_read_are_refused(text):
    with pytest.raises(ValueError):
        skill.worktime.read_hours(text)


moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1))  # noqa: DTZ001 - the zone comes with `hours`


@given(moments, moments, moments)
def test_working_time_adds_up_over_adjoining_windows(one, other, third):
    first, middle, last = sorted((one, other, third))
    parts = hours(str(first), str(middle)) + hours(str(middle), str(last))
    assert hours(str(first), str(last)) == pytest.approx(parts, abs=1e-6)


@given(moments, moments)
def test_working_time_is_never_longer_than_the_calendar(one, other):
    first, last = sorted((one, other))
    span = last.replace(tzinfo=BERLIN).timestamp() - first.replace(tzinfo=BERLIN).timestamp()
    assert 0 <= hours(str(first), str(last)) <= max(span, 0) / 3600 + 1e-9
