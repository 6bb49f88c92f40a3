"""One label for each instant: by the rules, by the recorded durations, and over sessions that run at the same time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from skills.amdahl_ceiling.measured import skill

labels, sets, sessions = skill.labels, skill.intervals, skill.sessions
pieces = st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), max_size=8).map(sets.union)


def make_session(*, model=(), tool=(), human=(), turns=(), wall=(0.0, 100.0)):
    return sessions.Session(
        id="s",
        wall=wall,
        prompt=wall[0],
        model=sets.Packed(sets.union(model)),
        synthetic=sets.Packed(),
        tool=sets.Packed(sets.union(tool)),
        human=sets.Packed(sets.union(human)),
        called=sets.Packed(),
        declined=sets.Packed(),
        turns=tuple(sessions.Turn(start=start, end=end, duration=duration) for start, end, duration in turns),
        counts=sessions.Counts(),
    )


def lengths(found):
    return sets.total(found.model), sets.total(found.tool), sets.total(found.human)


def is_partition(found, window):
    parts = [found.human, found.model, found.tool, found.rest_of(window)]
    covered = sets.union(span for part in parts for span in part)
    return covered == window and sets.total(covered) == pytest.approx(sum(map(sets.total, parts)))


@given(pieces, pieces, pieces)
def test_labels_of_a_session_part_its_wall(model, tool, human):
    assert is_partition(labels.by_rules(make_session(model=model, tool=tool, human=human)), [(0.0, 100.0)])


@given(pieces, pieces, pieces, st.tuples(st.integers(0, 50), st.integers(51, 100)), st.floats(0, 50))
def test_calibrated_labels_part_the_wall_and_hold_the_recorded_duration_exactly(model, tool, human, window, duration):
    start, end = window
    duration = min(duration, end - start)
    found = labels.calibrated(make_session(model=model, tool=tool, human=human, turns=[(start, end, duration)]))
    inside = found.within([(start, end)])
    assert is_partition(found, [(0.0, 100.0)])
    assert sets.total(inside.model) == pytest.approx(min(sets.total(sets.both(model, [(start, end)])), duration))
    assert sets.total(inside.model) + sets.total(inside.tool) == pytest.approx(duration)
    assert sets.total(inside.human) == pytest.approx(end - start - duration)


@given(st.lists(st.tuples(pieces, pieces, pieces), max_size=4), pieces)
def test_labels_of_several_sessions_part_a_window(several, window):
    each = [labels.label(human=human, model=model, tool=tool) for human, model, tool in several]
    assert is_partition(labels.merged(each).within(window), window)


def test_a_person_comes_before_the_model_and_the_model_before_a_tool():
    found = labels.by_rules(make_session(model=[(0, 30)], tool=[(20, 60)], human=[(50, 70)]))
    assert (found.model, found.tool, found.human) == ([(0, 30)], [(30, 50)], [(50, 70)])


def test_a_dialog_that_the_rules_took_for_a_tool_is_found_by_the_recorded_duration():
    """A command seems to run from 10 to 90; the log says that the agent was busy for 15 seconds, 10 of them with the model."""
    found = labels.calibrated(make_session(model=[(0, 10)], tool=[(10, 90)], turns=[(0, 90, 15)]))
    assert (found.model, found.tool, found.human) == ([(0, 10)], [(85, 90)], [(10, 85)])


def test_time_that_the_rules_give_to_tools_stays_theirs_before_time_without_a_label_joins_it():
    found = labels.calibrated(make_session(model=[(0, 10)], tool=[(10, 20)], turns=[(0, 60, 20)]))
    assert (found.tool, found.human) == ([(10, 20)], [(20, 60)])


def test_time_without_a_label_goes_to_the_tools_before_time_of_a_dialog_does():
    found = labels.calibrated(make_session(model=[(0, 10)], human=[(20, 60)], turns=[(0, 60, 25)]))
    assert lengths(found) == pytest.approx((10, 15, 35))
    assert found.tool == [(10, 20), (55, 60)]


def test_a_model_that_streams_while_a_dialog_is_open_gives_way_to_the_recorded_duration():
    found = labels.calibrated(make_session(model=[(0, 40)], human=[(30, 60)], turns=[(0, 60, 32)]))
    assert lengths(found) == pytest.approx((32, 0, 28))


def test_a_duration_longer_than_its_turn_is_not_believed_and_the_rules_decide():
    session = make_session(model=[(0, 10)], tool=[(10, 20)], turns=[(0, 20, 21.5)])
    assert labels.calibrated(session) == labels.by_rules(session)
    assert labels.exact_windows(session) == []
    measured = skill.figures.measure_session(session)
    assert (measured.fallen_back, measured.turns) == (1, ())


def test_a_duration_longer_by_less_than_the_slack_is_believed():
    session = make_session(model=[(0, 10)], tool=[(10, 20)], turns=[(0, 20, 20.5)])
    assert lengths(labels.calibrated(session)) == pytest.approx((10, 10, 0))
