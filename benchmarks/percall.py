"""What a model's answer costs this machine beside the bare SDK: CPU and memory per call, the imports, and how soon the first words stand.

`python benchmarks/percall.py` asks a server on this machine that answers at once, so all of it is the client's own work. The bare
SDK sends the same bytes through one client that is kept; fde checks key, list and address each time, and opens a connection for it.
"""

from __future__ import annotations

import json
import os
import pty
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from startup import cpu_ms

if TYPE_CHECKING:
    from fde.models.model import Model, Request, Sending

CALLS, RUNS = 40, 3
EVIDENCE, PIECES = 60_000, 250  # bytes asked, pieces of twenty characters answered
CPU_RATIO, MEMORY_RATIO, FIRST_WORDS_MS = 1.5, 1.5, 150.0
SKILL = "amdahl-ceiling"
WIRES = {"anthropic": "anthropic/claude-opus-5-5", "openai": "openai/gpt-6.1-terra", "local": "local/tiny@{base}/v1"}
BASES = {"anthropic": "{base}", "openai": "{base}/v1", "local": "{base}/v1"}
KEYS = {"ANTHROPIC_API_KEY": "sk-ant-bench-0001", "OPENAI_API_KEY": "sk-proj-bench-0002"}
IMPORTS = ("json", "fde.cli", "httpx2", "openai", "anthropic", "genai_prices")
CONFIG = '[anthropic]\nbase_url = "{base}"\n[openai]\nbase_url = "{base}/v1"\n[local."{base}/v1"]\nstructured = "json_schema"\n'
HEAD = "---\nfde: 1\nname: bench\nclient: Bench\ntimezone: UTC\nmodels: [{allowed}]\n---\n"


# The server, in a process of its own


def events(path: str) -> Iterator[dict[str, Any]]:
    """Yield the events of an answer on the wire of *path*."""
    words = [f"{n:>19} " for n in range(PIECES)]
    if path.endswith("/messages"):
        yield from _messages(words)
    elif path.endswith("/responses"):
        yield from _responses(words)
    else:
        yield from _chat(words)


def _messages(words: list[str]) -> Iterator[dict[str, Any]]:
    message: dict[str, Any] = {"id": "m", "type": "message", "role": "assistant", "model": "m", "content": [], "stop_reason": None, "stop_sequence": None}
    yield {"type": "message_start", "message": {**message, "usage": {"input_tokens": 15_000, "output_tokens": 1}}}
    yield {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    for word in words:
        yield {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": word}}
    yield {"type": "content_block_stop", "index": 0}
    yield {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": {"output_tokens": 1_250}}
    yield {"type": "message_stop"}


def _responses(words: list[str]) -> Iterator[dict[str, Any]]:
    for n, word in enumerate(words):
        place = {"sequence_number": n, "item_id": "i", "output_index": 0, "content_index": 0}
        yield {"type": "response.output_text.delta", **place, "delta": word, "logprobs": []}
    usage = {"input_tokens": 15_000, "output_tokens": 1_250, "total_tokens": 16_250}
    details = {"input_tokens_details": {"cached_tokens": 0}, "output_tokens_details": {"reasoning_tokens": 0}}
    text = {"type": "output_text", "text": "".join(words), "annotations": []}
    output = [{"type": "message", "id": "i", "role": "assistant", "status": "completed", "content": [text]}]
    made = {"id": "r", "object": "response", "created_at": 1, "model": "m", "status": "completed", "output": output, "tools": []}
    rest = {"parallel_tool_calls": False, "tool_choice": "none", "error": None, "incomplete_details": None}
    yield {"type": "response.completed", "sequence_number": PIECES, "response": {**made, **rest, "usage": {**usage, **details}}}


def _chat(words: list[str]) -> Iterator[dict[str, Any]]:
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "tiny"}
    for word in words:
        yield {**chunk, "choices": [{"index": 0, "delta": {"role": "assistant", "content": word}, "finish_reason": None}]}
    yield {**chunk, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    yield {**chunk, "choices": [], "usage": {"prompt_tokens": 15_000, "completion_tokens": 1_250, "total_tokens": 16_250}}


class Handler(BaseHTTPRequestHandler):
    """Answers every request with a whole stream of events, each in a chunk of its own."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for event in events(self.path):
            name = f"event: {event['type']}\n" if "type" in event else ""
            self._chunk(f"{name}data: {json.dumps(event)}\n\n".encode())
        self._chunk(b"")

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def serve() -> None:
    """Print the port and answer until the process is ended."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()


@contextmanager
def server() -> Iterator[str]:
    """Run the server and yield its address."""
    with subprocess.Popen([sys.executable, __file__, "serve"], stdout=subprocess.PIPE, text=True) as process:
        try:
            port = process.stdout.readline().strip() if process.stdout else ""
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


# What is measured, each in a process of its own


def measure(call: Callable[[], int]) -> None:
    """Print as JSON what *call*, which returns the characters of the answer, takes: once with its imports, and then each time."""
    _whole(call)
    first, loaded = _cpu(), _peak()
    for _ in range(CALLS):
        _whole(call)
    print(json.dumps({"first": first, "cpu": (_cpu() - first) / CALLS, "peak": _peak(), "grown": _peak() - loaded}))


def _whole(call: Callable[[], int]) -> None:
    if (size := call()) != 20 * PIECES:
        sys.exit(f"the answer has {size} characters")


def _cpu() -> float:
    """Return this process's user and system time in milliseconds."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return 1000 * (used.ru_utime + used.ru_stime)


def _peak() -> float:
    """Return the most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1_000_000 if sys.platform == "darwin" else 1_000)


def bare(wire: str, base: str) -> None:
    """Measure the SDK alone, with the request that comes on stdin."""
    body = json.load(sys.stdin)
    measure({"anthropic": _bare_messages, "openai": _bare_responses, "local": _bare_chat}[wire](base, body))


def _bare_messages(base: str, body: dict[str, Any]) -> Callable[[], int]:
    import anthropic

    client = anthropic.Anthropic(api_key="x", base_url=base, max_retries=0)
    return lambda: sum(len(event.delta.text) for event in client.messages.create(**body) if event.type == "content_block_delta")


def _bare_responses(base: str, body: dict[str, Any]) -> Callable[[], int]:
    import openai

    client = openai.OpenAI(api_key="x", base_url=base, max_retries=0)
    return lambda: sum(len(event.delta) for event in client.responses.create(**body) if event.type == "response.output_text.delta")


def _bare_chat(base: str, body: dict[str, Any]) -> Callable[[], int]:
    import openai

    client = openai.OpenAI(api_key="x", base_url=base, max_retries=0)
    return lambda: sum(len(chunk.choices[0].delta.content or "") for chunk in client.chat.completions.create(**body) if chunk.choices)


def ours(root: str, name: str) -> None:
    """Measure fde's whole way of asking: the checks, the adapter, the price."""
    from fde.models.watch import Watch

    model, asked = _model(Path(root), name), _request()
    measure(lambda: len(model.reply(asked, Watch(seconds=60)).text))


def _model(root: Path, name: str) -> Model:
    from fde.engagement.engagement import read
    from fde.models.choose import Machine, choose
    from fde.settings import Level, Setting, config_folder

    given = Setting(name="model", value=name, level=Level.FLAG)
    machine = Machine(config=config_folder(), environment=os.environ, now=datetime.now(UTC))
    return cast("Model", choose(given, read(root), machine))


def _request() -> Request:
    from fde.models.model import Message, Request
    from fde.models.schema import wire_schema

    words = "Orders come by fax on Mondays, and nobody checks the numbers before they are typed. "
    evidence = Message(role="user", text=words * (EVIDENCE // len(words)))
    return Request(messages=(Message(role="system", text=words * 20), evidence), schema=wire_schema("judgement"))


# The table


def engagement(parent: Path, base: str) -> Path:
    """Make an engagement that allows the server on every wire, confirmed in this user's configuration, and return its folder."""
    from fde.engagement.engagement import read
    from fde.models import allowed
    from fde.settings import config_folder

    root, folder = parent / "bench", config_folder()
    root.mkdir()
    folder.mkdir()
    (folder / "config.toml").write_text(CONFIG.format(base=base))
    entries = ", ".join(f'"{wire}@{base.removeprefix("http://")}"' for wire in WIRES)
    (root / "engagement.md").write_text(HEAD.format(allowed=entries))
    allowed.confirm(read(root), folder)
    return root


def child(*args: str, given: str = "") -> dict[str, float]:
    """Return the least of each measure of RUNS runs of this file with *args*."""
    command = [sys.executable, __file__, *args]
    runs = [json.loads(subprocess.run(command, input=given, capture_output=True, text=True, check=True).stdout) for _ in range(RUNS)]
    return {name: min(run[name] for run in runs) for name in runs[0]}


def first_words_ms(root: Path, name: str) -> float:
    """Return the least time, in milliseconds, until `fde run` says something to a terminal."""
    return min(_first_words(root, name) for _ in range(5))


def _first_words(root: Path, name: str) -> float:
    terminal, theirs = pty.openpty()
    started = time.perf_counter()
    command = [sys.executable, "-m", "fde", "run", SKILL, "--model", name]
    with subprocess.Popen(command, cwd=root, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=theirs) as process:
        os.close(theirs)
        os.read(terminal, 1)
        taken = time.perf_counter() - started
        process.terminate()
    os.close(terminal)
    return 1000 * taken


def calls(root: Path, base: str) -> bool:
    """Print what a call takes on each wire; True if a goal is missed."""
    print(f"{'per call':<14}{'CPU ms':>8}{'first':>8}{'peak MB':>9}{'grown':>7}")
    missed = False
    for wire, named in WIRES.items():
        name = named.format(base=base)
        sending = cast("Sending", _model(root, name).preview(_request()))
        alone = child("bare", wire, BASES[wire].format(base=base), given=json.dumps(sending.body))
        whole = child("ours", str(root), name)
        ratios = {part: whole[part] / alone[part] for part in ("cpu", "first", "peak")}
        late = ratios["cpu"] > CPU_RATIO or ratios["peak"] > MEMORY_RATIO
        missed |= late
        for label, row in (("SDK", alone), ("fde", whole)):
            print(f"{wire:<10}{label:<4}{row['cpu']:>8.1f}{row['first']:>8.0f}{row['peak']:>9.0f}{row['grown']:>7.1f}")
        print(f"{'':<14}{ratios['cpu']:>7.2f}x{ratios['first']:>7.2f}x{ratios['peak']:>8.2f}x{'  MISSED' if late else ''}")
    return missed


def imports() -> None:
    """Print what the imports take, beside Python's own start."""
    bottom = cpu_ms([sys.executable, "-c", "pass"], RUNS)
    for name in IMPORTS:
        print(f"{'import ' + name:<20}{cpu_ms([sys.executable, '-c', f'import {name}'], RUNS) - bottom:>8.0f} CPU ms")


def main() -> int:
    """Print the tables; 1 if a goal is missed."""
    with server() as base, tempfile.TemporaryDirectory() as folder:
        os.environ.update({**KEYS, "FDE_HOME": f"{folder}/home"})
        root = engagement(Path(folder), base)
        missed = calls(root, base)
        imports()
        words = first_words_ms(root, WIRES["anthropic"])
    late = words > FIRST_WORDS_MS
    print(f"{'first words':<20}{words:>8.0f} ms, goal {FIRST_WORDS_MS:.0f}{'  MISSED' if late else ''}")
    return int(missed or late)


if __name__ == "__main__":
    parts: dict[str, Callable[..., None]] = {"serve": serve, "bare": bare, "ours": ours}
    if sys.argv[1:]:
        parts[sys.argv[1]](*sys.argv[2:])
    else:
        sys.exit(main())
