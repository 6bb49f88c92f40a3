"""One request made again where that may help: at most twice, within the run's deadline, never after a longer wait than a person gives.

The SDKs' own repeating is switched off: it sleeps as long as a header says, and does not repeat a stream that broke off.
"""

from __future__ import annotations

from collections.abc import Callable

from ..errors import FdeError, ProviderBusy
from .faults import UNREADABLE, Fault, fault
from .model import Reply
from .watch import Attempt, Watch
from .wire import BELOW, Seen

REPEATS = 2
LONGEST_WAIT = 60.0
FIRST_WAIT = 0.5


def whole(once: Callable[[Seen], Reply], watch: Watch, who: str, errors: tuple[type[Exception], ...]) -> Reply:
    """Return the reply of *once*, a request to *who*, whose SDK raises *errors*; each attempt is noted in *watch*.

    Raises the last attempt's error, in our words.
    """
    number = 0
    while True:
        watch.begin()
        found = _attempt(once, watch, who, errors)
        if isinstance(found, Reply):
            return found
        if number == REPEATS or not found.again:
            raise found.error
        _pause(found, number, watch, who)
        number += 1


def _attempt(
    once: Callable[[Seen], Reply], watch: Watch, who: str, errors: tuple[type[Exception], ...]
) -> Reply | Fault:
    seen, started, outcome = Seen(), watch.clock(), "interrupted"
    expected: tuple[type[Exception], ...] = (*errors, *BELOW, *UNREADABLE)
    try:
        reply = once(seen)
        outcome = "ok"
    except expected as raised:
        found = fault(raised, who, watch)
        outcome = found.error.code
        return found
    finally:
        # Also where a person interrupts: that something was asked is on record.
        seconds = round(watch.clock() - started, 3)
        watch.attempts.append(Attempt(id=seen.id, status=seen.status, outcome=outcome, seconds=seconds))
    return reply


def _pause(found: Fault, number: int, watch: Watch, who: str) -> None:
    """Wait before the next attempt. Raises the error instead if that would take too long."""
    wait = max(found.wait, 0.0) if found.wait is not None else FIRST_WAIT * 2**number
    if wait > LONGEST_WAIT or wait >= watch.left(who):
        raise _later(found.error, wait)
    watch.say(f"{found.error.message} Trying again in {wait:.0f} s ...")
    watch.sleep(wait)


def _later(error: FdeError, wait: float) -> FdeError:
    if isinstance(error, ProviderBusy):
        error.hint = f"It asks to wait {wait:,.0f} seconds; the same command may work then."
    return error
