"""How fast a gigabyte of agent logs is read, digests included, beside ccusage's native build on the same files in the same run.

`python benchmarks/agentlogs.py` grows the logs in a temporary folder from real sessions whose texts were cut out: the lines
follow the lengths of the corpus that they come from. ccusage comes with npm; without it only the floors are printed.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = ROOT / "skills" / "amdahl-ceiling" / "scripts"
EXAMPLE = ROOT / "examples" / "software-team" / "evidence" / "sessions"
BYTES = 1_050_000_000
ONE_FILE = 600_000_000
RUNS = 9
RATIO, MEGABYTES = 1.5, 64.0
CUT = "x" * 40  # what a longer text was replaced by
# Lengths of the 95,712 lines of the corpus, newline included: (quantile, bytes).
LENGTHS = (
    (0.0, 108), (0.1, 581), (0.25, 693), (0.5, 1052), (0.75, 1945), (0.9, 6170), (0.95, 15478),
    (0.99, 51126), (0.999, 115043), (0.9999, 217644), (1.0, 961405),
)  # fmt: skip
UUID = re.compile(rb"\b([0-9a-f]{8})(?=-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b)")
ID = re.compile(rb"\b((?:msg|req|toolu|srvtoolu)_\w{4})\w{4}(?=\w)")


def length(quantile: float) -> float:
    """The length of the corpus's line at *quantile*, between the known ones on a logarithmic scale."""
    for (low, short), (high, long) in pairwise(LENGTHS):
        if quantile <= high:
            part = (quantile - low) / (high - low)
            return math.exp(math.log(short) + (math.log(long) - math.log(short)) * part)
    return LENGTHS[-1][1]


class Tree:
    """Grows logs: the same sessions again and again, each time with other texts, lengths and ids."""

    def __init__(self, seeds: Path) -> None:
        """Read the sessions below *seeds*."""
        self.dice = random.Random(1)  # noqa: S311 - invented texts
        self.seeds = seeds
        self.files = {path: path.read_bytes().splitlines() for path in sorted(seeds.rglob("*.jsonl"))}
        lines = [line for lines in self.files.values() for line in lines]
        self.fixed = sum(not places(record(line)) for line in lines) / len(lines)
        sources = (*sorted(ROOT.glob("fde/**/*.py")), *sorted(ROOT.glob("docs/*.md")), *sorted(ROOT.glob("tests/*.py")))
        self.words = "".join(path.read_text("utf-8") for path in sources)

    def grow(self, folder: Path, size: int) -> tuple[int, int]:
        """Write at least *size* bytes of logs below *folder*; return bytes and lines."""
        written = lines = copy = 0
        while written < size:
            copy += 1
            for path, seed in self.files.items():
                name = renamed(path.relative_to(self.seeds).as_posix().encode(), copy).decode()
                target = folder / f"copy-{copy}" / name
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("wb") as file:
                    written += sum(file.write(renamed(self.grown(line), copy) + b"\n") for line in seed)
                lines += len(seed)
        return written, lines

    def grown(self, line: bytes) -> bytes:
        """One line with new texts, as long as a line drawn from the corpus; one without a cut text as it is."""
        document = record(line)
        if not (cut := places(document)):
            return line
        missing = length(self.dice.uniform(self.fixed, 1.0)) - len(line)
        shares = [self.dice.random() for _ in cut]
        for (holder, key), share in zip(cut, shares, strict=True):
            holder[key] = self.text(int(missing * share / sum(shares)) + len(CUT))
        return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()

    def text(self, size: int) -> str:
        """About *size* bytes of programs and prose, escapes included."""
        start = self.dice.randrange(len(self.words))
        text = self.words[start : start + size]
        while len(text) < size:
            text += self.words[: size - len(text)]
        return text[: max(size - text.count("\n") - text.count('"'), 1)]


def record(line: bytes) -> Any:
    """What is on a line; an empty object if that is not JSON."""
    try:
        return json.loads(line)
    except ValueError:
        return {}


def places(value: dict[str, Any]) -> list[tuple[Any, Any]]:
    """Where in a record the long texts stand that were cut out: (holder, key)."""
    return [place for key in ("message", "toolUseResult") for place in _cut(value.get(key))]


def _cut(value: Any) -> Iterator[tuple[Any, Any]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        if inner == CUT:
            yield value, key
        else:
            yield from _cut(inner)


def renamed(line: bytes, copy: int) -> bytes:
    """The line with its ids, those that are told apart by programs, made new for this copy."""
    line = UUID.sub(lambda found: b"%08x" % (int(found[1], 16) ^ copy * 0x9E3779B1 & 0xFFFFFFFF), line)
    return ID.sub(rb"\g<1>%04x" % copy, line)


def install_ccusage(folder: Path) -> list[str] | None:
    """Install ccusage's native build of this machine below *folder*; its command, None if npm is not there or has no such build."""
    machine = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}.get(
        platform.machine().lower(), ""
    )
    package = f"@ccusage/ccusage-{platform.system().lower()}-{machine}"
    if not (npm := shutil.which("npm")):
        return None
    done = subprocess.run([npm, "install", "--silent", "--prefix", str(folder), package], check=False)
    binary = folder / "node_modules" / package / "bin" / "ccusage"
    if done.returncode or not binary.is_file():
        return None
    binary.chmod(0o755)
    return [str(binary), "claude", "daily", "--json", "--offline"]


def seconds(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """The wall seconds of one run, and those of CPU, its children's included."""
    start = time.perf_counter()
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command[0]} ended with {process.returncode}")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime


def megabytes(command: list[str], environment: dict[str, str]) -> float:
    """The largest resident size of a command and its children together in one run, sampled; 0 where there is no /proc."""
    most = 0.0
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            most = max(most, sum(map(_resident, (process.pid, *_children(process.pid)))))
            time.sleep(0.005)
    return most / 1e6


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def main(arguments: list[str]) -> int:
    """Print the table; 1 if a goal is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--seeds", type=Path, default=EXAMPLE, help="a folder of session logs to grow from")
    parser.add_argument("--bytes", type=int, default=BYTES, help="how much to grow")
    parser.add_argument("--runs", type=int, default=RUNS, help="so many count")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        size, lines = Tree(options.seeds).grow(folder / "sessions", options.bytes)
        (folder / "projects").symlink_to("sessions")
        return compare(folder, size, lines, options.runs)


def one_file(folder: Path, files: list[str]) -> Path:
    """Write the logs *files* into a single one below *folder*, as far as ONE_FILE goes, and return its evidence folder."""
    path = folder / "one" / "sessions" / "one.jsonl"
    path.parent.mkdir(parents=True)
    with path.open("wb") as target:
        for name in files:
            if target.tell() < ONE_FILE:
                target.write(Path(name).read_bytes())
    return folder / "one"


def reading(evidence: Path) -> list[str]:
    """The command that reads the session logs of *evidence*."""
    code = f"import sys; sys.path.insert(0, {str(SCRIPTS)!r}); from sessionlogs import *; read_sessions(Path({str(evidence)!r}))"
    return [sys.executable, "-I", "-c", code]


def compare(folder: Path, size: int, lines: int, runs: int) -> int:
    """Measure everything over the logs in *folder*, in turns so that all meet the same machine, and print it."""
    files = sorted(map(str, (folder / "sessions").rglob("*.jsonl")))
    commands = {
        "cat": ["cat", *files],
        "read_sessions": reading(folder),
        "amdahl.py facts": [sys.executable, "-I", str(SCRIPTS / "amdahl.py"), "facts", "--evidence", str(folder)],
    }
    if peer := install_ccusage(folder / "peer"):
        commands["ccusage"] = peer
    environment = dict(os.environ, CLAUDE_CONFIG_DIR=str(folder))
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for _ in range(runs + 1):  # the first fills the page cache
        for name, command in commands.items():
            taken[name].append(seconds(command, environment))
    print(f"{lines:,} lines, {size / 1e6:,.0f} MB, {runs} runs")
    print(f"{'command':<20}{'best s':>8}{'median':>8}{'MB/s':>8}{'lines/s':>12}{'CPU s':>8}{'MB used':>10}")
    usual = {name: median(wall for wall, _ in times[1:]) for name, times in taken.items()}
    used = {name: megabytes(command, environment) for name, command in commands.items()}
    for name, wall in usual.items():
        best, cpu = (min(column) for column in zip(*taken[name], strict=True))
        print(f"{name:<20}{best:>8.2f}{wall:>8.2f}{size / 1e6 / wall:>8.0f}{lines / wall:>12,.0f}{cpu:>8.2f}{used[name]:>10.0f}")
    single = one_file(folder, files)
    wall, _ = seconds(reading(single), environment)
    held = megabytes(reading(single), environment)
    print(f"one file of {ONE_FILE / 1e6:.0f} MB: {wall:.2f} s, {held:.0f} MB used")
    return verdict(usual, used["read_sessions"])


def verdict(usual: dict[str, float], used: float) -> int:
    """Print the ratios of the medians, as the best of few runs is luck on a machine with neighbours, and the goals; 1 if one is missed."""
    ours = usual["read_sessions"]
    print(f"read_sessions takes {ours / usual['cat']:.1f}x the time of cat")
    missed = used > MEGABYTES
    if "ccusage" in usual:
        ratio = usual["ccusage"] / ours
        missed |= ratio < RATIO
        print(f"read_sessions is {ratio:.2f}x as fast as ccusage (goal {RATIO})")
    else:
        print("ccusage: no native build of it could be installed here, so it is not compared")
    print(f"read_sessions uses {used:.0f} MB (goal {MEGABYTES:.0f}){'  MISSED' if missed else ''}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
