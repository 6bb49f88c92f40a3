"""The time that a command works at: now, or what FDE_NOW says, for tests and for repeating a day."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from ..errors import UsageError


def now() -> datetime:
    """Return the time, aware, in whole seconds. Raises UsageError if FDE_NOW is no ISO 8601 time with an offset."""
    given = os.environ.get("FDE_NOW")
    if not given:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        moment = None
    # The margin is for the zones: a day that a zone moves beyond year 9999 is none.
    if moment is None or moment.tzinfo is None or not 1970 <= moment.year < 9999:
        raise UsageError(f"FDE_NOW: expected a time like 2026-03-02T07:30:00+01:00, found {given!r}.")
    return moment.replace(microsecond=0)
