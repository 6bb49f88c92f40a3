"""Whether a real decoder keeps to our schema: a llama-server built here, a model of noise, and `fde`'s own adapter in each of its modes.

`make llama` calls it. The first time it downloads llama.cpp's sources inside of a Python package and builds the server, which takes ten
minutes; later half a minute. It needs cmake and a C++ compiler. Exits 1 if one of the ROUNDS judgements in mode `json_schema` breaks
the schema, or if a wrong key or a question that is too long is not told as such.
"""

from __future__ import annotations

import argparse
import json
import shutil
import socket
import subprocess
import sys
import tarfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import tinymodel

from fde.errors import FdeError
from fde.models import local
from fde.models.endpoints import MODES
from fde.models.model import Message, Reply, Request
from fde.models.retry import whole
from fde.models.schema import wire_schema
from fde.models.terms import Terms
from fde.models.watch import Watch
from fde.portable.schema import validate

SOURCES, GGUF = "llama-cpp-python==0.3.36", "gguf==0.19.0"
SERVER = "build/bin/llama-server"
OFF = ("LLAMA_OPENSSL", "LLAMA_USE_PREBUILT_UI", "GGML_NATIVE", "BUILD_SHARED_LIBS")

ROUNDS = 20
LONGEST = 2_048  # tokens of an answer, as for a local model that is not configured
READY_SECONDS = 60
KEY = "a-key-for-llama"

INVALID = "breaks the schema"


def build(cache: Path) -> Path:
    """Return the path of llama-server below *cache*, built there if it is not yet. Exits where cmake or a compiler is missing."""
    server = cache / SERVER
    if server.exists():
        return server
    require_tools()
    print(f"fde: building llama-server in {cache}, which takes about ten minutes ...", file=sys.stderr)
    sources = download(cache) / "vendor" / "llama.cpp"
    options = ["-DCMAKE_BUILD_TYPE=Release", *(f"-D{name}=OFF" for name in OFF)]
    subprocess.run(["cmake", "-S", sources, "-B", cache / "build", *options], check=True, stdout=sys.stderr)
    make = ["--target", "llama-server", "--parallel", "2"]
    subprocess.run(["cmake", "--build", cache / "build", *make], check=True, stdout=sys.stderr)
    return server


def require_tools() -> None:
    """Exit with what to install if the server cannot be built here."""
    missing = [] if shutil.which("cmake") else ["cmake"]
    if not any(map(shutil.which, ("c++", "g++", "clang++"))):
        missing.append("a C++ compiler")
    if missing:
        sys.exit(f"fde: llama-server cannot be built without {' and '.join(missing)} (Debian: apt-get install cmake g++).")


def download(cache: Path) -> Path:
    """Return the folder of the package that holds llama.cpp's sources, and unpack it below *cache* if it is not there."""
    folder = cache / SOURCES.replace("-", "_").replace("==", "-")
    if not folder.exists():
        name = SOURCES.partition("==")[0]
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", name]
        subprocess.run([*pip, "--dest", cache, SOURCES], check=True)
        with tarfile.open(folder.with_name(folder.name + ".tar.gz")) as archive:
            archive.extractall(cache, filter="data")
    return folder


def model(cache: Path) -> Path:
    """Return the path of the model of noise below *cache*, written anew."""
    packages, path = cache / "packages", cache / "noise.gguf"
    if not (packages / "gguf").exists():
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--target", packages, GGUF], check=True)
    sys.path.append(str(packages))
    tinymodel.write(path)
    return path


@contextmanager
def serving(server: Path, weights: Path, seed: int) -> Iterator[str]:
    """Run the server on a free port with its dice thrown by *seed*, and give its base URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    command: list[str | Path] = [server, "--model", weights, "--host", "127.0.0.1", "--port", port, "--api-key", KEY, "--seed", str(seed)]
    small = ["--ctx-size", str(tinymodel.CONTEXT), "--parallel", "1", "--threads", "1", "--offline"]
    with subprocess.Popen([*command, *small], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait(f"http://127.0.0.1:{port}/health", process)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.kill()


def wait(url: str, process: subprocess.Popen[bytes]) -> None:
    """Return when *url* answers. Exits if the server ends or does not come up."""
    opener, ends = urllib.request.build_opener(urllib.request.ProxyHandler({})), time.monotonic() + READY_SECONDS
    while process.poll() is None and time.monotonic() < ends:
        try:
            opener.open(url, timeout=READY_SECONDS).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    sys.exit("fde: llama-server did not start")


def ask(base_url: str, mode: str, words: str = "What holds them back?", key: str = KEY) -> Reply:
    """Return the reply of the server at *base_url* to a question after a judgement. Raises what `fde run` would tell."""
    messages = (Message(role="system", text="You judge facts.\n"), Message(role="user", text=words))
    request, watch = Request(messages=messages, schema=wire_schema("judgement")), Watch(seconds=300)
    terms = Terms(who="llama-server", model="noise", base_url=base_url, key=key, max_output=LONGEST, structured=mode)
    return whole(lambda seen: local.ask(request, terms, watch, seen), watch, terms.who, local.errors())


@dataclass(slots=True)
class Row:
    """What came of one mode: the tokens of each valid judgement, the different ones, and how many of the rest ended how."""

    tokens: list[int] = field(default_factory=list)
    texts: set[str] = field(default_factory=set)
    others: dict[str, int] = field(default_factory=dict)

    def take(self, base_url: str, mode: str) -> None:
        """Ask once more, and count what comes."""
        try:
            reply = ask(base_url, mode)
        except FdeError as error:
            self._count(error.code)
            return
        if not is_valid(reply.text):
            self._count(INVALID)
            return
        self.tokens.append(reply.usage.output if reply.usage else 0)
        self.texts.add(reply.text)

    def _count(self, what: str) -> None:
        self.others[what] = self.others.get(what, 0) + 1

    def __str__(self) -> str:
        span = f"{min(self.tokens):,} to {max(self.tokens):,}" if self.tokens else "-"
        rest = ", ".join(f"{count} x {what}" for what, count in self.others.items()) or "-"
        return f"{len(self.tokens):>3} of {ROUNDS}{len(self.texts):>11}{span:>16}   {rest}"


def is_valid(text: str) -> bool:
    """Say whether *text* is JSON and a judgement under our schema."""
    try:
        return not validate(json.loads(text), "judgement")
    except ValueError:
        return False


def refusals(base_url: str) -> list[tuple[str, str, bool]]:
    """Return what is told of a wrong key and of a question beyond the window, and whether it is what was looked for."""
    told = {
        "a wrong key": (_told(base_url, key="another"), "HTTP 401"),
        "too long": (_told(base_url, words="word " * tinymodel.CONTEXT), "HTTP 400"),
    }
    return [(what, words, words.startswith("provider-refused") and status in words) for what, (words, status) in told.items()]


def _told(base_url: str, **given: str) -> str:
    try:
        ask(base_url, "json_schema", **given)
    except FdeError as error:
        return f"{error.code}: {error.message}"
    return "nothing"


def main() -> int:
    """Print the table; 1 if it is not what it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True, help="folder for the server and the model")
    cache = parser.parse_args().cache.resolve()
    cache.mkdir(parents=True, exist_ok=True)
    server, weights, rows = build(cache), model(cache), {mode: Row() for mode in MODES}
    for seed in range(1, ROUNDS + 1):
        with serving(server, weights, seed) as base_url:
            for mode, row in rows.items():
                row.take(base_url, mode)
    with serving(server, weights, seed=1) as base_url:
        refused = refusals(base_url)
    print(f"{'mode':<14}{'valid':>9}{'different':>11}{'tokens':>16}   the rest")
    for mode, row in rows.items():
        print(f"{mode:<14}{row}")
    for what, words, _ in refused:
        print(f"{what:<14}{words}")
    return int(len(rows["json_schema"].tokens) != ROUNDS or not all(right for *_, right in refused))


if __name__ == "__main__":
    sys.exit(main())
