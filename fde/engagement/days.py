"""Days are compared with today in the engagement's time zone, so that a colleague elsewhere sees the same thing overdue."""

from __future__ import annotations

from datetime import date, datetime

from .engagement import Engagement


def today(engagement: Engagement, now: datetime) -> date:
    """Return the day that it is for the client at *now* (aware)."""
    return now.astimezone(engagement.zone).date()
