"""Session logs written for a test, record by record; times are seconds after noon."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

NOON = datetime(2026, 1, 12, 12, tzinfo=UTC)
START = NOON.timestamp()


def stamp(seconds: float) -> str:
    """The time as a log writes it."""
    return (NOON + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Log:
    """A log in the making; every method appends one record and returns the log."""

    def __init__(self, name: str = "s", **fields: Any) -> None:
        self.name, self.fields = name, fields
        self.lines: list[str] = []

    def record(self, seconds: float, kind: str, **fields: Any) -> Log:
        head = {
            "type": kind,
            "uuid": f"{self.name}-{len(self.lines)}",
            "sessionId": self.name,
            "timestamp": stamp(seconds),
        }
        self.lines.append(json.dumps(head | self.fields | fields))
        return self

    def raw(self, line: str) -> Log:
        self.lines.append(line)
        return self

    def prompt(self, seconds: float, words: str = "do it", **fields: Any) -> Log:
        return self.record(seconds, "user", message={"role": "user", "content": words}, **fields)

    def says(self, seconds: float, message: str, **fields: Any) -> Log:
        return self.record(
            seconds, "assistant", message={"id": message, "content": [{"type": "text", "text": "x"}]} | fields
        )

    def thinks(self, seconds: float, message: str) -> Log:
        return self.record(
            seconds, "assistant", message={"id": message, "content": [{"type": "thinking", "thinking": "x"}]}
        )

    def asks(self, seconds: float, message: str, call: str, tool: str) -> Log:
        block = {"type": "tool_use", "id": call, "name": tool, "input": {}}
        return self.record(seconds, "assistant", message={"id": message, "content": [block]})

    def result(self, seconds: float, call: str, words: str = "x", own: dict[str, Any] | None = None) -> Log:
        block = {"type": "tool_result", "tool_use_id": call, "content": words}
        return self.record(seconds, "user", message={"content": [block]}, toolUseResult=own or {})

    def progress(self, seconds: float, call: str, elapsed: float) -> Log:
        return self.record(
            seconds, "progress", parentToolUseID=call, data={"type": "bash_progress", "elapsedTimeSeconds": elapsed}
        )

    def mirrored(self, seconds: float, agent: str, call: str, kind: str, message: dict[str, Any]) -> Log:
        inner = {"type": kind, "uuid": f"{agent}-{len(self.lines)}", "timestamp": stamp(seconds), "message": message}
        return self.record(
            seconds,
            "progress",
            parentToolUseID=call,
            data={"type": "agent_progress", "agentId": agent, "message": inner},
        )

    def took(self, seconds: float, duration: float) -> Log:
        return self.record(seconds, "system", subtype="turn_duration", durationMs=duration * 1000)

    def write(self, folder: Path, name: str | None = None) -> Path:
        path = folder / f"{name or self.name}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{line}\n" for line in self.lines))
        return path
