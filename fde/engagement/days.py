"""A day as a person writes it in a file of the engagement: 2026-03-31, and nothing else.

Days are compared with today in the engagement's time zone, so that a colleague elsewhere sees the same thing overdue.
"""

from __future__ import annotations

import re
from datetime import date, datetime

from .engagement import Engagement

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def day(text: str) -> date | None:
    """Return the day that *text* names, None if it names none."""
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def today(engagement: Engagement, now: datetime) -> date:
    """Return the day that it is for the client at *now* (aware)."""
    return now.astimezone(engagement.zone).date()
