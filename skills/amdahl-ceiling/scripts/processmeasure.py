"""One measurement of a process: reads the answers, the list of cases and event logs, and computes what they give.

Without any of them there is no process to speak of.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path

from caselog import CaseLog, read_cases
from casetime import case_time
from eventcsv import propose_events, roles
from flows import read_flows
from process import Process
from proposal import Proposed, propose
from recorded import recorded
from told import read_answers
from toldfacts import Told
from workclock import WorkClock
from worktime import Calendar


def about_process(
    evidence: Path,
    answers: Path | None,
    calendar: Calendar,
    *,
    now: datetime | None,
    rate: Decimal | None,
    currency: str,
) -> Told | None:
    """What is known of a process; the rate that was answered comes before *rate*. None without answers, list and event log.

    What the list or a log dates after *now* has not happened yet.

    Raises:
        BadInput: an input is not what it should be.
    """
    clock = WorkClock(calendar)
    day = clock.day
    source, process = (None, Process()) if answers is None else read_answers(answers, day)
    meant = roles(process.events)
    columns = [event.column for event in process.events] if meant is None else []
    log = read_cases(evidence, columns or None) if meant is None else None
    flows = read_flows(evidence, calendar, now, meant, told_month_first=process.month_first)
    if source is None and log is None and flows is None:
        return None
    found = None
    if log is not None and columns:
        found = recorded(log, process.events, calendar, told_month_first=process.month_first, now=now)
    return Told(
        process=process,
        time=case_time(process),
        day=day,
        week=clock.week,
        rate=rate if process.rate is None else process.rate,
        currency=currency,
        records=tuple(one for one in (source, log.source if log else None, *(flows.sources if flows else ())) if one is not None),
        log=log,
        found=found,
        proposed=() if log is None or found is not None else _proposed(evidence, log, process),
        flows=flows,
    )


def proposed_table(evidence: Path, answers: Path | None, calendar: Calendar) -> tuple[CaseLog | None, tuple[Proposed, ...]]:
    """The list of cases below *evidence*, and what its columns seem to mean, whatever the answers say of them already.

    Raises:
        BadInput: an input is not what it should be.
    """
    process = Process() if answers is None else read_answers(answers, WorkClock(calendar).day)[1]
    log = read_cases(evidence, None)
    return log, () if log is None else _proposed(evidence, log, process)


def _proposed(evidence: Path, log: CaseLog, process: Process) -> tuple[Proposed, ...]:
    """What the columns seem to mean: those of an event log, where case ids repeat, else dates of one case a row."""
    return tuple(propose_events(evidence) or propose(log, process.steps))
