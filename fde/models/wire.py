"""The HTTP client under both SDKs: it follows no redirect, keeps the run's deadline, and ends an answer that does not end.

Imported only when something is sent, after every check.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from threading import Timer
from typing import Any, Self

import httpx2

from ..errors import FdeError, NotReachable, NotTheApi, ReplyTooLong
from ..text import printable
from . import border
from .terms import Terms
from .watch import Watch

MOST_BYTES = 32_000_000  # of one answer; no honest one comes near
CONNECT_SECONDS = 10.0
GRACE = 0.05  # so that the watch's time is over when the guard's is
# What may come from below an SDK: it passes on what it does not know.
BELOW: tuple[type[Exception], ...] = (FdeError, httpx2.HTTPError, httpx2.StreamError, OSError)
PROXY = "HTTPS_PROXY or ALL_PROXY is expected to be like http://name:port; a SOCKS proxy needs the package socksio."
REQUEST_IDS = ("request-id", "x-request-id")


@dataclass(slots=True)
class Seen:
    """What the answer to one request said of itself: its HTTP status and the provider's id of the request."""

    status: int | None = None
    id: str | None = None


class Guard:
    """Shuts the connection of a request when the run's time is over, whatever the request waits for.

    The timeouts of the HTTP client are for one read each: a server that sends a byte now and then is in time for ever.
    """

    def __init__(self, seconds: float) -> None:
        self._timer = Timer(seconds + GRACE, self._shut)
        self._timer.daemon = True
        self._socket: socket.socket | None = None
        self._is_over = False

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Take note of each connection, as the HTTP client's extension `trace` tells of it."""
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self._socket = info["return_value"].get_extra_info("socket")
            if self._is_over:
                self._shut()

    def _shut(self) -> None:
        self._is_over = True
        if self._socket is not None:
            with suppress(OSError):
                # Not the method of a TLS socket: that one would take the session from under the thread that reads.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


class Watched(httpx2.SyncByteStream):
    """The bytes of an answer, which end with DeadlineOver or ReplyTooLong if they come too long or too many."""

    def __init__(self, stream: httpx2.SyncByteStream, watch: Watch, who: str) -> None:
        self._stream, self._watch, self._who = stream, watch, who

    def __iter__(self) -> Iterator[bytes]:
        """Yield the bytes as they come."""
        size = 0
        for chunk in self._stream:
            # Here and not at each event: a server that sends nothing but signs of life shows no event.
            self._watch.left(self._who)
            size += len(chunk)
            if size > MOST_BYTES:
                raise ReplyTooLong(self._who, MOST_BYTES)
            yield chunk

    def close(self) -> None:
        """Release the connection."""
        self._stream.close()


def require_events(response: httpx2.Response, who: str) -> None:
    """Raise NotTheApi for an answer that is no stream of events: a page of a proxy, a document of another service."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "text/event-stream":
        raise NotTheApi(who, f"it sent {printable(kind)[:60] or 'nothing that says what it is'} where events were expected")


@cache
def _certificates() -> ssl.SSLContext:
    """Return the machine's certificates as the HTTP client would read them, once: 20 ms, more than all else of a call."""
    return httpx2.create_ssl_context()


@contextmanager
def client(terms: Terms, watch: Watch, seen: Seen, transport: httpx2.BaseTransport | None = None) -> Iterator[httpx2.Client]:
    """Give a client for one request, which notes in *seen* what the answer says of itself and ends with the run's time.

    *transport* takes the network's place. The system's certificates count. Raises NotReachable for a proxy that cannot be one.
    """
    left = watch.left(terms.who)
    with Guard(left) as guard, _client(terms, watch, seen, left, transport) as http:
        http.event_hooks["request"].append(lambda request: request.extensions.update(trace=guard.trace))
        yield http


def _client(terms: Terms, watch: Watch, seen: Seen, left: float, transport: httpx2.BaseTransport | None) -> httpx2.Client:
    who = terms.who

    def on_response(response: httpx2.Response) -> None:
        seen.status = response.status_code
        seen.id = next(filter(None, (border.name(response.headers.get(name)) for name in REQUEST_IDS)), None)
        # None was asked for: a small packed answer could become one that fills the memory.
        if response.headers.get("content-encoding", "identity") != "identity":
            raise NotTheApi(who, f"its answer is packed ({response.headers['content-encoding'][:20]}), which was not asked for")
        if isinstance(response.stream, httpx2.SyncByteStream):
            response.stream = Watched(response.stream, watch, who)

    try:
        return httpx2.Client(
            transport=transport,
            verify=_certificates(),
            proxy=terms.proxy,
            # Else the client would follow the environment by rules of its own, and read passwords from a file.
            trust_env=False,
            timeout=httpx2.Timeout(left, connect=min(left, CONNECT_SECONDS)),
            # A redirect would take the client's words to a host that nobody allowed.
            follow_redirects=False,
            headers={"Accept-Encoding": "identity"},
            event_hooks={"response": [on_response]},
        )
    except (ImportError, ValueError, httpx2.InvalidURL) as error:
        # Nothing else given here can be wrong. Its words are not shown: they may hold the proxy's password.
        raise NotReachable(f"{who}, through the proxy that the environment names, which cannot be used", hint=PROXY) from error
