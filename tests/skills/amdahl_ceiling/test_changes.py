"""What a merged change waited for: each hour has one name, and what nobody wrote down stays unknown."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from skills.amdahl_ceiling.logs import START
from skills.amdahl_ceiling.measured import skill

Moment, changes = skill.reading.Moment, skill.changes.changes
HOUR = 3600.0


def moments(*told, case="o/r#1", author="ann"):
    """Moments of a change: (hours after its opening, event[, who])."""
    made = [Moment(case=case, event="opened", at=START, who=author)]
    return made + [Moment(case=case, event=event, at=START + hours * HOUR, who=(*who, "")[0]) for hours, event, *who in told]


def hours(found):
    """Hours of each kind of the one change in *found*."""
    [change], _ = changes(found)
    return {kind: sum(end - start for start, end in spans) / HOUR for kind, spans in change.spans.items() if spans}


def test_a_change_waits_for_its_reviewer_its_author_its_reviewer_again_and_its_merge():
    told = moments((2, "changes", "bob"), (5, "commit"), (9, "approved", "bob"), (10, "merged"))
    assert hours(told) == {"pickup": 2, "rework": 3, "review": 4, "merge": 1}


def test_the_authors_own_comment_and_a_review_by_nobody_known_but_them_is_no_review():
    told = moments((1, "commented", "ann"), (4, "approved", "bob"), (5, "merged"))
    assert hours(told) == {"pickup": 4, "merge": 1}


def test_without_a_review_nothing_is_known():
    [change], _ = changes(moments((5, "merged")))
    assert (change.is_reviewed, any(change.spans.values())) == (False, False)


def test_after_a_comment_without_an_approval_nobody_knows_who_was_waited_for():
    assert hours(moments((2, "commented", "bob"), (5, "merged"))) == {"pickup": 2}


def test_a_request_for_changes_that_no_commit_answers_is_not_known():
    assert hours(moments((2, "changes", "bob"), (4, "approved", "bob"), (5, "merged"))) == {"pickup": 2, "merge": 1}


@pytest.mark.parametrize("events", [[(3, "ready")], [(0, "draft"), (3, "ready")]])
def test_the_time_of_a_draft_is_set_aside(events):
    told = moments(*events, (4, "approved", "bob"), (5, "merged"))
    [change], _ = changes(told)
    assert (hours(told), change.draft / HOUR) == ({"pickup": 1, "merge": 1}, 3)


def test_what_machines_open_is_set_aside_and_what_is_not_merged_left_out():
    machine = [Moment(case="o/r#2", event="opened", at=START, what="bot"), Moment(case="o/r#2", event="merged", at=START + 9)]
    assert changes([*machine, *moments((5, "closed"))]) == ([], 1)


def test_a_timeline_that_names_no_repository_belongs_to_the_only_change_of_its_number():
    timeline = [Moment(case="?pull-requests#1", event="approved", at=START + 2 * HOUR, who="bob")]
    assert hours([*moments((5, "merged")), *timeline]) == {"pickup": 2, "merge": 3}
    other = moments((5, "merged"), case="o/other#1")
    found, _ = changes([*moments((5, "merged")), *other, *timeline])
    assert [change.is_reviewed for change in found] == [False, False]


def test_a_moment_told_twice_counts_once():
    told = moments((2, "changes", "bob"), (5, "commit"), (9, "approved", "bob"), (10, "merged"))
    assert hours(told + told) == hours(told)


EVENTS = st.lists(
    st.tuples(st.integers(0, 50), st.sampled_from("approved changes commented commit push draft ready requested".split()), st.sampled_from(["ann", "bob"])),
    max_size=12,
)


@given(EVENTS)
def test_no_hour_has_two_names_and_none_lies_outside_of_the_change(events):
    [change], _ = changes(moments(*events, (50.5, "merged")))
    spans = [span for kind in change.spans.values() for span in kind]
    whole = sum(end - start for start, end in change.window)
    assert math.isclose(sum(end - start for start, end in spans), sum(end - start for start, end in skill.intervals.union(spans)), abs_tol=1e-6)
    assert sum(end - start for start, end in skill.intervals.both(skill.intervals.union(spans), change.window)) <= whole + 1e-6
    assert math.isclose(whole + change.draft, change.merged - START)
