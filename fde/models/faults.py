"""What an SDK or the connection raised, as one of our errors, and whether the same request may be made again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from ..errors import DeadlineOver, FdeError, NotReachable, NotTheApi, ProviderBusy, ProviderRefused, StreamEnded
from ..text import printable
from .watch import Watch

# The statuses that both SDKs repeat; 529 is Anthropic's "overloaded".
BUSY = frozenset({408, 409, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})
BUSY_TYPES = frozenset({"overloaded_error", "rate_limit_error", "api_error", "timeout_error", "server_error", "rate_limit_exceeded"})
LONGEST_WORDS = 300
# What an answer in another format makes of an SDK that does not look first.
UNREADABLE = (ValueError, TypeError, AttributeError, LookupError, RecursionError)
BROKEN = ("ReadError", "RemoteProtocolError", "WriteError")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a request failed.

    Attributes:
        error: In our words.
        again: Whether the same request may succeed if it is repeated.
        wait: The seconds that the provider asks to wait before that, None if it does not say.
    """

    error: FdeError
    again: bool = False
    wait: float | None = None


def fault(raised: Exception, who: str, watch: Watch) -> Fault:
    """Return what *raised* means for a request to *who*, which had the time of *watch*.

    Both SDKs name their errors alike; they are told apart by those names, so that neither needs to be imported here.
    """
    found = _fault(raised, who, watch.seconds)
    # A connection that is shut when the time is over looks like one that broke off.
    if watch.is_over and isinstance(found.error, StreamEnded | NotReachable | NotTheApi):
        return Fault(error=DeadlineOver(who, watch.seconds))
    return found


def _fault(raised: Exception, who: str, seconds: float) -> Fault:
    if own := _own(raised):
        return Fault(error=own, again=isinstance(own, StreamEnded | ProviderBusy))
    if _is_a(raised, "APIStatusError"):
        return _status(raised, who)
    if _is_a(raised, "APIConnectionError", "HTTPError", "StreamError", "OSError"):
        return _connection(raised, who, seconds)
    if _is_a(raised, "APIError"):
        return _said(raised, who)
    return Fault(error=NotTheApi(who, "an event of its answer cannot be read"))


def _connection(raised: Exception, who: str, seconds: float) -> Fault:
    if _is_a(raised, "ReadTimeout") or _is_a(raised.__cause__, "ReadTimeout"):
        return Fault(error=DeadlineOver(who, seconds))
    if _is_a(raised, *BROKEN) or _is_a(raised.__cause__, *BROKEN):
        return Fault(error=StreamEnded(who), again=True)
    return Fault(error=NotReachable(_cause(raised, who)), again=True)


def _own(raised: BaseException | None) -> FdeError | None:
    """Return our own error in the chain of causes: the SDKs wrap what is raised below them."""
    while raised is not None:
        if isinstance(raised, FdeError):
            return raised
        raised = raised.__cause__
    return None


def _is_a(raised: BaseException | None, *names: str) -> bool:
    return any(kind.__name__ in names for kind in type(raised).__mro__)


def _status(raised: Any, who: str) -> Fault:
    response, words = raised.response, _words(raised)
    if 300 <= raised.status_code < 400:
        return Fault(error=NotTheApi(who, f"it redirects to {_host(response)}, and nothing was sent there"))
    if raised.status_code == 200:
        return _said(raised, who)
    if raised.status_code in BUSY and response.headers.get("x-should-retry") != "false":
        return _busy(f"HTTP {raised.status_code}, {words}", who, _wait(response))
    if not isinstance(raised.body, Mapping):
        return Fault(error=NotTheApi(who, f"HTTP {raised.status_code}, {words}"))
    return Fault(error=ProviderRefused(who, f"HTTP {raised.status_code}, {words}"))


def _said(raised: Any, who: str) -> Fault:
    """Return an error that came as an event, after the answer had begun."""
    words = _words(raised)
    return _busy(words, who, None) if _type(raised) in BUSY_TYPES else Fault(error=ProviderRefused(who, words))


def _busy(words: str, who: str, wait: float | None) -> Fault:
    return Fault(error=ProviderBusy(who, words), again=True, wait=wait)


def _wait(response: Any) -> float | None:
    """Return the seconds of `retry-after-ms` or `Retry-After` (RFC 9110, 10.2.3: seconds or a date), None for none or rubbish."""
    headers = response.headers
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        given = headers.get(name, "").strip()
        if re.fullmatch(r"\d+(\.\d+)?", given, re.ASCII):
            return float(given) / unit
    until = _date(headers.get("retry-after", ""))
    if until is None:
        return None
    # Against the server's own clock: ours may differ by more than the wait.
    return (until - (_date(headers.get("date", "")) or datetime.now(UTC))).total_seconds()


def _date(text: str) -> datetime | None:
    try:
        read = parsedate_to_datetime(text)
    except (ValueError, TypeError, LookupError, OverflowError):
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _host(response: Any) -> str:
    try:
        host = urlsplit(response.headers.get("location", "")).hostname
    except ValueError:
        host = None
    return _short(host or "another address")


def _type(raised: Any) -> str:
    said = _body(raised)
    return _text(said.get("type")) or _text(said.get("code"))


def _text(said: object) -> str:
    return str(said) if isinstance(said, str | int) else ""


def _words(raised: Any) -> str:
    """Return what the provider said, short and without control characters; of a page of HTML only that it is one."""
    body = getattr(raised, "body", None)
    if isinstance(body, str) and body.strip():
        return "with a page of HTML" if re.match(r"\s*<", body) else _short(body)
    return _short(_text(_body(raised).get("message")) or _type(raised) or "without a reason")


def _body(raised: Any) -> Mapping[str, Any]:
    """Return the error as the provider's JSON describes it, {} if it sent no JSON."""
    body = getattr(raised, "body", None)
    inner = body.get("error") if isinstance(body, Mapping) else None
    return inner if isinstance(inner, Mapping) else body if isinstance(body, Mapping) else {}


def _short(words: str) -> str:
    shown = printable(" ".join(words.split()))
    return (shown if len(shown) <= LONGEST_WORDS else f"{shown[:LONGEST_WORDS]}...").rstrip(".")


def _cause(raised: BaseException, who: str) -> str:
    """Return why there is no connection to *who*, from the innermost cause."""
    while raised.__cause__ is not None:
        raised = raised.__cause__
    return f"{who}, {_short(str(raised)) or type(raised).__name__}"
