"""aimock, a server by other people that speaks all three wires, and what the tests want it to answer.

It is https://github.com/CopilotKit/aimock in the version of package-lock.json, installed by `make aimock`. Where it is not installed
its tests are skipped, unless FDE_DEMAND=aimock turns that into a failure.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import ProxyHandler, Request, build_opener

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

# Here and not in a fixture: each test's own world begins without variables of ours.
COMMAND = Path(os.environ.get("FDE_AIMOCK") or Path(__file__).parents[2] / ".venv/aimock/aimock")
DEMANDED = "aimock" in os.environ.get("FDE_DEMAND", "").split(",")

LISTENING = re.compile(r"listening on http://(\S+)")
KEY = "aimock-0123"
SECONDS = 60


@dataclass(frozen=True)
class Aimock:
    """A running server, at *host*, `name:port`."""

    host: str

    def gives(self, *answers: dict[str, Any]) -> None:
        """Forget what was, and give *answers* in their order, the last one again and again.

        An answer is a fixture of aimock's without its `match`: https://aimock.copilotkit.dev/fixtures.
        """
        last = len(answers) - 1
        matches = [{"sequenceIndex": number} if number < last else {} for number in range(len(answers))]
        self._control("POST", "reset")
        self._control("POST", "fixtures", {"fixtures": [{"match": match, **answer} for match, answer in zip(matches, answers, strict=True)]})

    @property
    def asked(self) -> list[str]:
        """The path of each request for a model so far. Their bodies are kept rewritten, so they say nothing of ours."""
        return [entry["path"] for entry in self._control("GET", "journal")]

    def _control(self, method: str, what: str, document: object = None) -> Any:
        data = None if document is None else json.dumps(document).encode()
        headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
        request = Request(f"http://{self.host}/__aimock/{what}", data=data, headers=headers, method=method)
        with build_opener(ProxyHandler({})).open(request, timeout=SECONDS) as response:
            return json.load(response)


def require() -> None:
    """Skip the test if aimock is not installed; fail it if it is demanded."""
    if COMMAND.is_file():
        return
    reason = f"aimock is not installed (`make aimock`): {COMMAND} is not there"
    pytest.fail(reason) if DEMANDED else pytest.skip(reason)


@contextmanager
def running(fixtures: Path) -> Iterator[Aimock]:
    """Run aimock on a free port, with the empty folder *fixtures* to begin with; it takes no key but KEY."""
    command = [COMMAND, "--port", "0", "--host", "127.0.0.1", "--fixtures", fixtures]
    environment = {"PATH": os.environ["PATH"], "AIMOCK_API_KEYS": KEY}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        try:
            yield Aimock(_host(server))
        finally:
            # Not asked to stop: it would wait for connections that are kept alive.
            server.kill()


def _host(server: subprocess.Popen[str]) -> str:
    assert server.stdout is not None
    said = []
    for line in server.stdout:
        if found := LISTENING.search(line):
            return found[1]
        said.append(line)
    pytest.fail("aimock did not start: " + "".join(said))
