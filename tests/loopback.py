"""A provider on this machine that answers from a script, well or badly, and keeps every byte it is sent."""

from __future__ import annotations

import re
import socket
import struct
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import said

from fde.engagement.engagement import read
from fde.models import allowed
from fde.settings import config_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

EVENTS = {"Content-Type": "text/event-stream"}
LONGEST = 60.0  # seconds that a test could hang if fde did not end by itself


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is sent for one request: status, headers, then the pieces of the body, then an end.

    Without headers not even the status is sent. *end* is "close", "reset" (the connection is torn) or "hang" (nothing more comes until the server stops).
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: dict(EVENTS))
    pieces: Iterable[bytes] = ()
    end: str = "close"


@dataclass(frozen=True)
class Request:
    """What came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def whole(self) -> bytes:
        """Everything of it, to look for words in."""
        return "\n".join([self.path, *(f"{name}: {value}" for name, value in self.headers.items())]).encode() + b"\n" + self.body


class Loopback:
    """The server: `requests` came in, `answers` go out in order, the last one again and again."""

    def __init__(self, *answers: Answer | Callable[[Request], Answer]) -> None:
        self.answers, self.requests = list(answers), []
        self.stopped, self.asked = threading.Event(), threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        # So that closing it waits for the answers that are still under way.
        self._server.daemon_threads = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    @property
    def sent(self) -> bytes:
        """Every byte that came in."""
        return b"\n".join(request.whole for request in self.requests)

    def next(self, request: Request) -> Answer:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer if isinstance(answer, Answer) else answer(request)

    def stop(self) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(server: Loopback) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = LONGEST

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = server.next(Request(self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            # Whoever asked may have gone; what was wanted of it is in the test.
            with suppress(OSError):
                _send(self, server, answer)
            self.close_connection = True

        do_GET = do_POST  # noqa: N815 - the standard library calls it by this name

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


def _send(to: BaseHTTPRequestHandler, server: Loopback, answer: Answer) -> None:
    if answer.headers:
        to.send_response(answer.status)
        to.send_header("Connection", "close")
        for name, value in answer.headers.items():
            to.send_header(name, value)
        to.end_headers()
    for piece in answer.pieces:
        if server.stopped.is_set():
            return
        to.wfile.write(piece)
        to.wfile.flush()
    server.asked.set()
    if answer.end == "hang":
        server.stopped.wait(LONGEST)
    if answer.end == "reset":
        to.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        to.connection.close()


@contextmanager
def loopback(*answers: Answer | Callable[[Request], Answer]) -> Iterator[Loopback]:
    server = Loopback(*answers)
    try:
        yield server
    finally:
        server.stop()


# The three wires: the model's name for `--model`, and how a reply is put on the wire.
SAYS = {"anthropic": said.messages, "openai": said.responses, "local": said.chat}
KEYS = {"ANTHROPIC_API_KEY": "sk-ant-loopback-0001", "OPENAI_API_KEY": "sk-proj-loopback-0002"}


def model(provider: str, server: Loopback) -> str:
    """Return the model's name on the command line."""
    return f"local/tiny@http://{server.host}/v1" if provider == "local" else f"{provider}/m-1"


def ok(provider: str, *pieces: str, **given: Any) -> Answer:
    """Return the whole reply *pieces* on that provider's wire."""
    return Answer(headers={**EVENTS, "request-id": "req_ok"}, pieces=[SAYS[provider](*pieces, **given)])


def chunked(*pieces: bytes, whole: bool = True) -> Answer:
    """Return a stream as the vendors send it, in HTTP's own chunks; without the last one if it is not *whole*."""
    framed = [f"{len(piece):x}\r\n".encode() + piece + b"\r\n" for piece in pieces]
    return Answer(headers={**EVENTS, "Transfer-Encoding": "chunked"}, pieces=[*framed, b"0\r\n\r\n"] if whole else framed)


def error(status: int, message: str = "No.", kind: str = "some_error", **headers: str) -> Answer:
    """Return an error as the vendors send one."""
    body = said.json.dumps({"type": "error", "error": {"type": kind, "message": message}}).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status=status, headers={"Content-Type": "application/json", "request-id": "req_bad", **named}, pieces=[body])


def configure(server: Loopback, extra: str = "") -> None:
    """Let this user's configuration name *server* for every provider."""
    folder = config_folder()
    folder.mkdir(parents=True, exist_ok=True)
    base = f"http://{server.host}"
    lines = [f'[anthropic]\nbase_url = "{base}"', f'[openai]\nbase_url = "{base}/v1"', f'[local."{base}/v1"]\nstructured = "json_schema"', extra]
    (folder / "config.toml").write_text("\n".join(lines))


def allow(root: Path, server: Loopback) -> None:
    """Let the engagement at *root* allow *server* for every provider, confirmed on this machine."""
    head = root / "engagement.md"
    entries = ", ".join(f'"{provider}@{server.host}"' for provider in SAYS)
    without = re.sub(r"(?m)^models: .*\n", "", head.read_text())
    head.write_text(without.replace("---\n", f"---\nmodels: [{entries}]\n", 1))
    allowed.confirm(read(root), config_folder())
