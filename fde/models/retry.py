"""One request made again where that may help: at most twice, within the run's deadline, never after a longer wait than a person gives.

The SDKs' own repeating is switched off: it sleeps as long as a header says, and does not repeat a stream that broke off.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..errors import FdeError, OverBudget, ProviderBusy
from .budget import ATTEMPTS
from .faults import UNREADABLE, Fault, fault
from .model import Reply, Usage
from .watch import Attempt, Watch
from .wire import BELOW, Seen

LONGEST_WAIT = 60.0
FIRST_WAIT = 0.5
ENDLESS = 1e12


def whole(
    once: Callable[[Seen], Reply],
    watch: Watch,
    who: str,
    errors: tuple[type[Exception], ...],
    priced: Callable[[Usage], Usage] = lambda usage: usage,
) -> Reply:
    """Return the reply of *once*, a request to *who*, whose SDK raises *errors*; each attempt is noted in *watch*, *priced*.

    Raises the last attempt's error, in our words.
    """
    number = 1
    while True:
        watch.begin()
        found = _attempt(once, watch, who, errors, priced)
        if isinstance(found, Reply):
            return found
        if number == ATTEMPTS or not found.again:
            raise found.error
        _pause(found, number, watch, who)
        number += 1


def _attempt(
    once: Callable[[Seen], Reply],
    watch: Watch,
    who: str,
    errors: tuple[type[Exception], ...],
    priced: Callable[[Usage], Usage],
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
        usage = priced(watch.usage) if watch.usage and watch.is_counted else None
        watch.attempts.append(Attempt(id=seen.id, status=seen.status, outcome=outcome, seconds=seconds, usage=usage))
    return replace(reply, usage=usage)


def _pause(found: Fault, number: int, watch: Watch, who: str) -> None:
    """Wait after the attempt *number*. Raises the error instead if that would take too long, or more than the budget has."""
    try:
        watch.again()
    except OverBudget as error:
        found.error.hint = f"It was not asked again. {error.message} {error.hint}".rstrip()
        raise found.error from error
    wait = FIRST_WAIT * 2 ** (number - 1) if found.wait is None else max(found.wait, 0.0)
    if wait > LONGEST_WAIT or wait >= watch.left(who):
        raise _later(found)
    watch.say(f"{found.error.message} Trying again in {wait:.0f} s ...")
    watch.sleep(wait)


def _later(found: Fault) -> FdeError:
    if isinstance(found.error, ProviderBusy) and found.wait is not None:
        wait = f"{found.wait:,.0f} seconds" if found.wait < ENDLESS else "for ever"
        found.error.hint = f"It asks to wait {wait}; the same command may work then."
    return found.error
