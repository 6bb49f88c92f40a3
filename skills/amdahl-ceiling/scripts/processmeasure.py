"""One measurement of a process: reads the answers and the list of cases, and computes what they give.

Without either there is no process to speak of.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from casetime import case_time
from told import read_answers
from toldfacts import Told
from workclock import WorkClock
from worktime import Calendar


def about_process(
    evidence: Path, answers: Path | None, calendar: Calendar, *, rate: Decimal | None, currency: str
) -> Told | None:
    """What is known of a process; the rate that was answered comes before *rate*. None without answers.

    Raises:
        BadInput: an input is not what it should be.
    """
    if answers is None:
        return None
    clock = WorkClock(calendar)
    source, process = read_answers(answers, clock.day)
    return Told(
        process=process,
        time=case_time(process),
        day=clock.day,
        rate=rate if process.rate is None else process.rate,
        currency=currency,
        records=(source,),
    )
