"""The doors a user comes in by, and a world in which a test finds no keys, no home of anybody's and no network."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from hypothesis import settings

import fde as package
from fde.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# A busy machine is no fault of the code, and what CI finds must be found again.
settings.register_profile(
    "steady",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    # Fewer on the wheel: the sources were searched a minute ago, and are the same bytes.
    max_examples=int(os.environ.get("FDE_EXAMPLES", "100")),
)
settings.load_profile("steady")

# A shell lets its jobs in the background ignore Ctrl-C, and every process that they start: tests that send one would wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

SEARCHED = str(Path(package.__file__).parents[1])
FOREIGN = ("FDE_", "_FDE_", "XDG_", "ANTHROPIC_", "OPENAI_", "LLM_", "NO_COLOR", "FORCE_COLOR", "CLICOLOR")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a command ended: its exit code and all it wrote to stdout and stderr."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The envelope on stdout."""
        whole: dict[str, Any] = json.loads(self.out)
        return whole


class Door(Protocol):
    """`fde("status", "--json", cwd=folder, env={"FDE_X": "1"}, input="text")`; env None unsets a name."""

    def __call__(
        self, *args: object, cwd: Path | None = None, env: Mapping[str, str | None] | None = None, input: str = ""
    ) -> Result: ...


def _is_foreign(name: str) -> bool:
    return name.startswith(FOREIGN) or name.endswith(("_API_KEY", "_TOKEN")) or name.lower().endswith("_proxy")


@pytest.fixture(autouse=True)
def _own_world(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home of its own, no keys and no settings: nothing of the person who runs the tests can be read or written."""
    home = tmp_path_factory.mktemp("home")
    for name in [name for name in os.environ if _is_foreign(name)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    for kind in ("config", "state", "cache", "data"):
        monkeypatch.setenv(f"XDG_{kind.upper()}_HOME", str(home / f".{kind}"))


@pytest.fixture(autouse=True, scope="session")
def _loopback_only() -> Iterator[None]:
    """No test leaves this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            pytest.fail(f"a test asked for the network: {address[0]}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(name="fde")
def _fde(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Door:
    """The command line in this process, through the console script's own `main`."""

    def call(
        *args: object, cwd: Path | None = None, env: Mapping[str, str | None] | None = None, input: str = ""
    ) -> Result:
        capfd.readouterr()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(input.encode()), encoding="utf-8"))
            patch.setattr(sys, "argv", ["fde", *map(str, args)])
            for name, value in (env or {}).items():
                patch.delenv(name, raising=False) if value is None else patch.setenv(name, value)
            if cwd is not None:
                patch.chdir(cwd)
            with pytest.raises(SystemExit) as ended:
                main([str(arg) for arg in args])
        seen = capfd.readouterr()
        return Result(code=int(ended.value.code or 0), out=seen.out, err=seen.err)

    return call


@pytest.fixture(name="fde_process")
def _fde_process() -> Door:
    """The same as `fde` in a process of its own, as `python -m fde`."""

    def call(
        *args: object, cwd: Path | None = None, env: Mapping[str, str | None] | None = None, input: str = ""
    ) -> Result:
        world = {**os.environ, "PYTHONPATH": SEARCHED, **(env or {})}
        done = subprocess.run(
            [sys.executable, "-m", "fde", *map(str, args)],
            cwd=cwd,
            env={name: value for name, value in world.items() if value is not None},
            input=input.encode(),
            capture_output=True,
            check=False,
            timeout=120,
        )
        return Result(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())

    return call
