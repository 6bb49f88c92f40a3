"""Event logs: work and waiting are what the log was made from, and what it does not say is not made up."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from skills.amdahl_ceiling.logs import Log
from skills.amdahl_ceiling.measured import facts, run, skill, values

from fde.portable.artefact import facts_problems, typed_figures
from fde.portable.evidence import matching
from fde.portable.facts import by_id, fill

ALWAYS = skill.worktime.Calendar(zone=ZoneInfo("Europe/Berlin"), hours=skill.worktime.read_hours("Mon-Sun 00:00-24:00"))
OFFICE = skill.worktime.Calendar(zone=ZoneInfo("Europe/Berlin"), hours=skill.worktime.read_hours("Mon-Fri 08:00-16:00"))
MONDAY = datetime(2026, 3, 2, 7, tzinfo=UTC)  # 8 o'clock in Berlin
SECOND = skill.eventlog.SECOND


def when(seconds):
    return (MONDAY + timedelta(seconds=seconds)).isoformat()


def event(at, activity, transition="complete", instance="", key="date"):
    """One event; *at* is seconds from MONDAY, or the text of a time."""
    text = at if isinstance(at, str) else when(at)
    more = f'<string key="concept:instance" value="{instance}"/>' if instance else ""
    return (
        f'<event><string key="concept:name" value="{activity}"/><{key} key="time:timestamp" value="{text}"/>'
        f'<string key="lifecycle:transition" value="{transition}"/>{more}</event>\n'
    )


def trace(*events, name="1"):
    return f'<trace>\n<string key="concept:name" value="{name}"/>\n{"".join(events)}</trace>\n'


def xes(*cases):
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1.0" xmlns="http://www.xes-standard.org/">\n'
    defaults = '<global scope="event"><string key="concept:name" value="none"/><date key="time:timestamp" value="1970-01-01T00:00:00Z"/></global>\n'
    return f"{head}{defaults}{''.join(cases)}</log>\n"


@pytest.fixture(name="flows")
def _flows(tmp_path):
    """Read logs, given by their names in cases/."""

    def read(calendar=ALWAYS, now=None, **files):
        for name, text in files.items():
            path = tmp_path / "cases" / name.replace("_", ".", 2)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(text.encode() if isinstance(text, str) else text)
        return skill.flows.read_flows(tmp_path, calendar, now)

    return read


def seconds(total):
    assert total % SECOND == 0
    return total // SECOND


def test_work_is_from_start_to_complete_and_waiting_from_the_completion_before(flows):
    found = flows(a_xes=xes(trace(event(0, "check", "start"), event(60, "check"), event(360, "pay", "start"), event(480, "pay")))).totals
    assert [seconds(one) for one in found.service] == [180]
    assert [seconds(one) for one in found.calendar] == [480]
    assert seconds(found.activities["pay"].wait.calendar) == 300
    assert found.activities["check"].waited == 0


def test_a_schedule_is_what_is_waited_from(flows):
    found = flows(a_xes=xes(trace(event(0, "a"), event(5, "b", "schedule"), event(9, "b", "start"), event(10, "b")))).totals
    assert seconds(found.activities["b"].wait.calendar) == 4


def test_suspended_work_is_no_work(flows):
    steps = ((0, "start"), (10, "suspend"), (30, "resume"), (40, "suspend"), (45, "resume"), (60, "complete"))
    found = flows(a_xes=xes(trace(*(event(at, "a", what) for at, what in steps)))).totals
    assert seconds(found.service[0]) == 35


def test_work_that_is_still_suspended_at_its_end_ended_there(flows):
    found = flows(a_xes=xes(trace(event(0, "a", "start"), event(10, "a", "suspend"), event(60, "a")))).totals
    assert seconds(found.service[0]) == 10


def pairs(*events):
    """Which start the visits of one case have found for which end."""
    made = skill.eventlog.flow([skill.eventlog.Event(at, "a", instance, transition) for at, transition, instance in events])
    return [(visit.began, visit.ended) for visit in made.visits]


def test_instances_of_one_activity_are_told_apart():
    steps = ((0, "start", "1"), (10, "start", "2"), (20, "complete", "2"), (50, "complete", "1"))
    assert pairs(*steps) == [(10, 20), (0, 50)]


def test_without_instances_the_first_start_belongs_to_the_first_end():
    assert pairs((0, "start", ""), (10, "start", ""), (20, "complete", ""), (50, "complete", "")) == [(0, 20), (10, 50)]


def test_what_was_withdrawn_is_waited_for_no_more(flows):
    steps = ((0, "a", "complete"), (1, "b", "schedule"), (2, "b", "withdraw"), (9, "b", "start"), (10, "b", "complete"))
    found = flows(a_xes=xes(trace(*(event(*one) for one in steps)))).totals
    assert seconds(found.activities["b"].wait.calendar) == 9


def test_a_suspension_that_fits_no_visit_is_counted(flows):
    steps = ((0, "a", "resume"), (1, "a", "suspend"), (2, "a", "start"), (3, "a", "resume"), (9, "a", "complete"))
    found = flows(a_xes=xes(trace(*(event(*one) for one in steps)))).totals
    assert (found.odd, seconds(found.service[0])) == (3, 7)


def test_a_log_of_completions_alone_gives_no_work(flows):
    found = flows(a_xes=xes(trace(event(0, "a"), event(50, "b")))).totals
    assert found.timed == 0
    assert list(found.service) == [0]
    assert found.activities["b"].waited == 0


def test_offsets_are_kept_to_the_second(flows):
    steps = (event("2026-03-02T09:00:00.500+01:00", "a", "start"), event("2026-03-02T03:30:00.500-05:00", "a"))
    found = flows(a_xes=xes(trace(*steps))).totals
    assert seconds(found.service[0]) == 1800


@pytest.mark.parametrize("unit", [1, 1000, 1_000_000, 1_000_000_000], ids=["s", "ms", "us", "ns"])
def test_a_number_is_a_time_in_the_unit_that_its_size_shows(flows, unit):
    start = int(MONDAY.timestamp())
    steps = (event(str(start * unit), "a", "start", key="int"), event(str((start + 61) * unit), "a", key="int"))
    assert seconds(flows(a_xes=xes(trace(*steps))).totals.service[0]) == 61


def test_a_number_that_is_no_time_in_any_unit_is_counted(flows):
    found = flows(a_xes=xes(trace(event("1712", "a"), event(0, "b"))))
    assert found.sources[0].skipped == 1
    assert "cases/a.xes:" in found.sources[0].remarks[0]


def test_what_stands_inside_an_attribute_is_none_of_the_event(flows):
    nested = '<string key="x" value="y"><date key="time:timestamp" value="2001-01-01T00:00:00Z"/></string>'
    text = xes(trace(event(0, "a", "start"), event(9, "a"))).replace("</event>", f"{nested}</event>")
    assert seconds(flows(a_xes=text).totals.calendar[0]) == 9


def test_times_out_of_order_are_put_in_order_and_counted(flows):
    found = flows(a_xes=xes(trace(event(60, "a"), event(0, "a", "start")))).totals
    assert (seconds(found.service[0]), found.disordered) == (60, 1)


def test_a_second_complete_has_no_start_and_no_work(flows):
    found = flows(a_xes=xes(trace(event(0, "a", "start"), event(60, "a"), event(90, "a")))).totals
    assert (found.visits, found.timed, seconds(found.service[0])) == (2, 1, 60)


def test_a_start_without_an_end_is_counted_and_is_no_work(flows):
    found = flows(a_xes=xes(trace(event(0, "a", "start"), event(60, "b")))).totals
    assert (found.unfinished, found.service[0]) == (1, 0)


def test_a_case_with_and_without_offsets_is_left_out(flows):
    mixed = trace(event("2026-03-02T09:00:00", "a"), event(60, "a"), name="1")
    found = flows(a_xes=xes(mixed, trace(event(0, "a"), name="2")))
    assert len(found.totals.starts) == 1
    assert any("with and without an offset" in one for one in found.sources[0].remarks)


def test_times_without_an_offset_are_the_clock_of_the_zone(flows):
    found = flows(a_xes=xes(trace(event("2026-03-02T08:00:00", "a"))))
    assert found.totals.starts[0] == MONDAY.timestamp() * SECOND
    assert any("without an offset" in one for one in found.sources[0].remarks)


def test_working_time_counts_seconds_and_no_night(flows):
    """From Monday 15:59:30 to Tuesday 08:00:15, open from 8 to 16."""
    found = flows(OFFICE, a_xes=xes(trace(event(8 * 3600 - 30, "a", "start"), event(24 * 3600 + 15, "a")))).totals
    assert (seconds(found.work[0]), seconds(found.cycle[0])) == (45, 45)


def test_what_is_dated_after_the_run_has_not_happened(flows):
    found = flows(now=MONDAY, a_xes=xes(trace(event(0, "a"), event(86400, "a"))))
    assert (found.future, found.totals.events) == (1, 1)


def test_a_case_that_stands_in_two_files_counts_once(flows):
    text = xes(trace(event(0, "a"), event(9, "b")))
    found = flows(a_xes=text, b_xes_gz=gzip.compress(text.encode()))
    assert [source.id for source in found.sources] == ["set:xes", "set:xes-gz"]
    assert len(found.totals.starts) == 1
    assert any("name of an earlier one" in one for one in found.sources[1].remarks)


BROKEN = {
    "cut off": xes(trace(event(0, "a")))[:-30],
    "with a document type": '<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a "b">]>' + xes()[39:],
    "another root": "<html></html>",
    "no XML": "case,activity\n",
    "cut off while packed": gzip.compress(xes(trace(event(0, "a"))).encode())[:-12],
    "spoilt while packed": gzip.compress(b"x")[:12] + b"\xff\xff\xff\xff" + gzip.compress(b"x")[16:],
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_spoilt_file_is_refused_with_its_name(flows, how):
    with pytest.raises(Exception, match=r"^cases/a\.xes") as refused:
        flows(a_xes=BROKEN[how])
    assert type(refused.value).__name__ == "BadInput"


def test_an_empty_log_is_not_an_unreadable_one(flows):
    assert flows() is None
    assert flows(a_xes=xes()).sources[0].health == "failed"


# A case by construction: steps one after the other, each with a wait, an optional start, and pauses inside its work.
STEP = st.tuples(st.integers(0, 10**6), st.integers(0, 10**6), st.booleans(), st.lists(st.integers(0, 1000), max_size=2))


@given(cases=st.lists(st.lists(STEP, min_size=1, max_size=5), min_size=1, max_size=4))
def test_what_a_log_was_made_from_is_what_is_read(tmp_path_factory, cases):
    text, work, waits, cycles = [], 0, 0, []
    for number, steps in enumerate(cases):
        at, first, events = 0, None, []
        for place, (wait, busy, is_timed, pauses) in enumerate(steps):
            at += wait
            first = at if first is None else first
            if is_timed:
                waits += wait if place else 0
                work += busy
                events.append(event(at, f"step{place}", "start"))
            at += busy
            for pause in pauses if is_timed else ():
                events.append(event(at, f"step{place}", "suspend"))
                at += pause
                events.append(event(at, f"step{place}", "resume"))
            if not is_timed and place == 0:
                first = at
            events.append(event(at, f"step{place}"))
        cycles.append(at - first)
        text.append(trace(*events, name=str(number)))
    folder = tmp_path_factory.mktemp("log")
    (folder / "cases").mkdir()
    (folder / "cases" / "log.xes").write_text(xes(*text), encoding="utf-8")
    found = skill.flows.read_flows(folder, ALWAYS, None).totals
    assert seconds(sum(found.service)) == work == seconds(sum(one.service.calendar for one in found.activities.values()))
    assert seconds(sum(one.wait.calendar for one in found.activities.values())) == waits
    assert [seconds(one) for one in found.calendar] == cycles


def test_the_digest_is_that_of_the_file_as_it_lies_there(flows, tmp_path):
    source = flows(a_xes_gz=gzip.compress(xes().encode())).sources[0]
    path = next(matching(tmp_path, ["cases/**/*.xes.gz"])).path
    assert source.digests[0][1] == f"sha256:{skill.evidence.hashlib.sha256(path.read_bytes()).hexdigest()}"


@pytest.fixture(name="shown")
def _shown(tmp_path):
    """The document that a log gives, checked as any document is."""

    def measure(text, *options):
        path = tmp_path / "evidence" / "cases" / "log.xes"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        document = facts(tmp_path / "evidence", *options, "--working-hours", "Mon-Fri 08:00-16:00")
        assert facts_problems(document) == []
        assert typed_figures(document) == []
        return document

    return measure


def said(document, part="answer"):
    return " ".join(fill(sentence, by_id(document["facts"])) for sentence in document[part])


def order(number, start, *, wait=3000, work=600):
    """Two activities in a row, the second with a wait before it; *start* in seconds from MONDAY."""
    end = start + 2 * work + wait
    steps = ((start, "check", "start"), (start + work, "check", "complete"), (start + work + wait, "pay", "start"), (end, "pay", "complete"))
    return trace(*(event(*one) for one in steps), name=str(number))


def test_the_share_of_work_and_its_ceiling_are_those_of_the_log(shown):
    """Each case: 600 s of work, 3000 s of waiting, 600 s of work, all within working hours."""
    found = values(document := shown(xes(*(order(number, 600 * number) for number in range(8))), "--now", "2026-06-01T00:00:00Z"))
    assert found["events.share"] == pytest.approx(100 * 1200 / 4200, abs=1e-6)
    assert found["events.ceiling"] == pytest.approx(1 / (1 - 1200 / 4200), abs=1e-6)
    assert found["events.activity.pay.wait.hours"] == pytest.approx(3000 / 3600, abs=1e-6)
    assert found["events.activity.pay.work.hours"] == pytest.approx(600 / 3600, abs=1e-6)
    assert "1.40x" in said(document)


def test_the_interval_of_the_share_is_that_of_a_ratio_of_sums():
    """Cochran's estimate by hand: residuals of 1:2, 2:4, ... are none; of one case apart they are known."""
    parts, wholes = [10, 20, 30, 40, 60], [100, 200, 300, 400, 500]
    value = 160 / 1500
    squares = sum((part - value * whole) ** 2 for part, whole in zip(parts, wholes, strict=True))
    width = 1.959963985 * (squares * 5 / 4) ** 0.5 / 1500
    share = skill.eventtotals.ratio(parts, wholes)
    assert (share.value, share.ends) == (value, pytest.approx((value - width, value + width)))
    assert skill.eventtotals.ratio([1, 2, 3, 4, 5], [2, 4, 6, 8, 10]).ends == (0.5, 0.5)
    assert skill.eventtotals.ratio(parts[:4], wholes[:4]).ends is None


def test_of_completions_alone_the_time_is_told_and_the_work_is_not_made_up(shown):
    document = shown(xes(trace(event(0, "a"), event(7200, "b"))), "--now", "2026-06-01T00:00:00Z")
    found = values(document)
    assert found["events.case.hours"] == 2
    assert [found[f"events.{name}"] for name in ("work.hours", "share", "ceiling", "share.calendar", "ceiling.calendar")] == [None] * 5
    assert "no start of any activity" in said(document)


def test_work_whose_start_is_missing_makes_the_share_a_least(shown):
    document = shown(xes(trace(event(0, "a", "start"), event(600, "a"), event(7200, "b"))), "--now", "2026-06-01T00:00:00Z")
    assert "at least 8.33 % is recorded work" in said(document)
    assert "50.0 %" in said(document, "limits")


def test_a_log_whose_work_is_at_night_is_told_on_the_calendar(shown):
    document = shown(xes(*(order(number, 12 * 3600 + 86400 * number) for number in range(5))), "--now", "2026-06-01T00:00:00Z")
    assert "on the calendar" in said(document)
    assert "do not fit the event log: 100 %" in said(document, "warnings")


def test_an_activity_that_cases_come_back_to_is_a_finding(shown):
    again = trace(event(0, "check", "start"), event(60, "check"), event(90, "check", "start"), event(99, "check"), name="1")
    document = shown(xes(again, order(2, 0)), "--now", "2026-06-01T00:00:00Z")
    assert values(document)["events.activity.check.rework.share"] == 50
    assert "events-again" in [finding["id"] for finding in document["findings"]]


def test_arrivals_time_and_open_cases_are_laid_side_by_side(shown):
    """A case starts every hour for three weeks and takes ten hours: ten are open."""
    cases = (trace(event(3600 * number, "a", "start"), event(3600 * (number + 10), "a"), name=str(number)) for number in range(21 * 24 + 1))
    document = shown(xes(*cases), "--now", "2026-06-01T00:00:00Z")
    found = values(document)
    assert found["events.week"] == 168
    assert found["events.open.expected"] == pytest.approx(10)
    assert found["events.open"] == pytest.approx(10, rel=0.02)
    assert "so the log fits together" in said(document, "limits")


def test_cases_that_outlast_the_weeks_are_open_only_within_them(shown):
    """The last hundred of three weeks' hourly cases take a thousand hours: far more is to be expected than is open within those weeks."""
    ends = [number + (10 if number < 404 else 1000) for number in range(505)]
    cases = (trace(event(3600 * number, "a", "start"), event(3600 * end, "a"), name=str(number)) for number, end in enumerate(ends))
    document = shown(xes(*cases), "--now", "2026-12-01T00:00:00Z")
    found = values(document)
    assert found["events.open"] == pytest.approx(sum(min(end, 504) - number for number, end in enumerate(ends)) / 504)
    assert "probably not in it" in said(document, "limits")


def test_steps_of_a_life_with_other_names_are_counted_and_end_nothing(shown):
    document = shown(xes(trace(event(0, "a", "Running"), event(60, "a", "Closed"))), "--now", "2026-06-01T00:00:00Z")
    assert values(document)["events.odd"] == 2
    assert "no event of the log ends an activity" in said(document)


def test_a_log_without_a_usable_case_says_so(shown):
    document = shown(xes())
    assert "no case that could be used" in said(document)
    assert document["sources"][0]["health"] == "failed"


@given(start=st.integers(0, 40 * 10**6), length=st.integers(0, 3 * 10**6))
def test_working_time_is_that_of_the_calendar_to_the_second(start, length):
    """The other way to count: the spans of working time themselves, over a year with both changes of the clocks."""
    begun = MONDAY.timestamp() + start
    passed = skill.eventtotals.Passed(skill.workclock.WorkClock(OFFICE))
    ends = [round(at * SECOND) for at in (begun, begun + length)]
    passed.cover(*ends)
    assert seconds(passed.between(*ends)) == skill.intervals.total(OFFICE.working(begun, begun + length))


@given(order=st.permutations(range(6)))
def test_the_order_of_the_lines_changes_nothing_but_the_count(tmp_path_factory, order):
    steps = ((0, "a", "start"), (5, "b", "schedule"), (10, "a", "complete"), (30, "b", "start"), (40, "b", "suspend"), (70, "b", "complete"))
    folder = tmp_path_factory.mktemp("log")
    (folder / "cases").mkdir()
    (folder / "cases" / "log.xes").write_text(xes(trace(*(event(*steps[place]) for place in order))), encoding="utf-8")
    found = skill.flows.read_flows(folder, ALWAYS, None).totals
    assert (seconds(found.service[0]), seconds(found.activities["b"].wait.calendar)) == (20, 25)
    assert found.disordered == sum(after < before for before, after in pairwise(order))


@pytest.fixture(name="orders")
def _orders(tmp_path):
    """Six cases of ten hours each: an hour of work, a wait of eight, and an hour of work."""
    cases = [
        trace(event(0, "quote", "start"), event(3600, "quote"), event(9 * 3600, "pay", "start"), event(36000, "pay"), name=str(number))
        for number in range(6)
    ]
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases/log.xes").write_text(xes(*cases))
    return tmp_path


def test_a_case_of_an_event_log_can_be_asked_what_quicker_work_or_waits_would_bring(orders, tmp_path):
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(facts(orders, "--working-hours", "Mon-Sun 00:00-24:00")))
    work = json.loads(run("what-if", "--facts", path, "--set", "work=inf", "--json").stdout)
    ceiling = values(json.loads(path.read_text()))["events.ceiling"]
    assert (work["whole"]["id"], work["today_hours"], work["speed_up"]) == ("events", 10, pytest.approx(ceiling, abs=1e-6))
    wait = json.loads(run("what-if", "--facts", path, "--whole", "events.calendar", "--set", "wait=2x", "--json").stdout)
    assert (wait["hours"], wait["speed_up"]) == (6, pytest.approx(10 / 6))


def test_a_case_of_the_business_stands_in_the_one_table_of_all_wholes(orders):
    (orders / "sessions").mkdir()
    Log("s").prompt(0).says(600, "m").write(orders / "sessions")
    rows = next(table["rows"] for table in facts(orders)["tables"] if table["id"] == "wholes")
    assert [row[0] for row in rows] == [
        "a whole session",
        "a case of the business, by its event log, working hours",
        "a case of the business, by its event log, calendar hours",
    ]
    assert rows[1][-2:] == ["{f:events.share|range}", "{f:events.ceiling|range}"]
