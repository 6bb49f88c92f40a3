"""A recorded reply, played back: a demonstration and a test of everything but the model.

The file says where the reply came from, and an artefact that rests on it says so too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ..engagement.files import read_json
from ..errors import BadReplay, ReplayEnded
from .model import Reply, Request, Sending
from .watch import Watch

CAP = 16_000_000


@dataclass(slots=True)
class Replay:
    """The recorded replies of one file, in order."""

    name: str
    origin: str | None
    replies: tuple[str, ...]
    window: int | None = None
    manner: str = ""
    notice: str = ""
    given: int = field(default=0)

    def prepare(self) -> None:
        """Nothing stands in the way: nothing is sent."""

    def preview(self, request: Request) -> Sending | None:  # noqa: ARG002 - the protocol's
        """Nothing leaves this machine."""
        return None

    def reply(self, request: Request, watch: Watch) -> Reply:  # noqa: ARG002 - the protocol's
        """Return the next recorded reply. Raises ReplayEnded after the last."""
        if self.given >= len(self.replies):
            raise ReplayEnded(self.name)
        self.given += 1
        return Reply(text=self.replies[self.given - 1])


def read(path: Path, name: str) -> Replay:
    """Read `{"schema": "fde.replay/1", "origin": "...", "replies": ["..."]}`. Raises BadReplay."""
    document = read_json(path, CAP)
    if not isinstance(document, dict) or document.get("schema") != "fde.replay/1":
        raise BadReplay('expected an object with "schema": "fde.replay/1"', where=str(path))
    origin, replies = document.get("origin"), document.get("replies")
    if not isinstance(origin, str) or not origin:
        raise BadReplay('"origin" must say where the reply came from', where=str(path))
    if not isinstance(replies, list) or not replies or not all(isinstance(reply, str) for reply in replies):
        raise BadReplay('"replies" must be a list of texts', where=str(path))
    return Replay(name=name, origin=origin, replies=tuple(replies))
