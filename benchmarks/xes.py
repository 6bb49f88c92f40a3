"""An event log of 250,000 events in XES from file to figures, beside a bare pass of the parser and beside pm4py.

The log is invented with a fixed seed, so its work and waiting are known to the second. `python benchmarks/xes.py [PYTHON]` writes it into a
temporary folder; PYTHON is an interpreter that has pm4py (AGPL: a peer, never a dependency); without it the floor alone is shown. CPU and
resident memory are those of a process of its own. The goals: exact, half the peer's CPU, a tenth of its memory.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

CASES, STEPS = 12_500, 10  # two events a step
RUNS = 3
FASTER, SMALLER = 2.0, 10.0
SCRIPTS = Path(__file__).resolve().parent.parent / "skills" / "amdahl-ceiling" / "scripts"
MONDAY = datetime(2024, 1, 1, 8, tzinfo=UTC)

OURS = """
import json, sys
from pathlib import Path
from zoneinfo import ZoneInfo
sys.path.insert(0, sys.argv[1])
from flows import read_flows
from worktime import Calendar, DEFAULT, read_hours
found = read_flows(Path(sys.argv[2]), Calendar(zone=ZoneInfo("UTC"), hours=read_hours(DEFAULT)), None).totals
one = found.activities.values()
print(json.dumps([sum(found.service), sum(a.wait.calendar for a in one), sum(found.calendar), sum(a.service.calendar for a in one)]))
"""
FLOOR = """
import sys
from pathlib import Path
from xml.parsers import expat
count = [0]
def start(tag, attributes): count[0] += 1
parser = expat.ParserCreate()
parser.StartElementHandler = start
with open(Path(sys.argv[2]) / "cases" / "log.xes", "rb") as file:
    parser.ParseFile(file)
print("[]")
"""
PEER = """
import sys, warnings
warnings.simplefilter("ignore")
from pathlib import Path
import pm4py
from pm4py.objects.log.util.interval_lifecycle import to_interval
log = pm4py.read_xes(str(Path(sys.argv[2]) / "cases" / "log.xes"), show_progress_bar=False)
log = to_interval(pm4py.convert_to_event_log(log))
service = sum((e["time:timestamp"] - e["start_timestamp"]).total_seconds() for trace in log for e in trace)
print([round(service)])
"""


def write(folder: Path) -> list[int]:
    """Write the log below *folder*; returns its work without overlaps, waiting, time of all cases and work of all visits, in seconds."""
    dice = random.Random(1)  # noqa: S311 - invented cases
    sums = [0, 0, 0, 0]
    path = folder / "cases" / "log.xes"
    path.parent.mkdir()
    with path.open("w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1.0" xmlns="http://www.xes-standard.org/">\n')
        for number in range(CASES):
            file.write(f'<trace>\n<string key="concept:name" value="{number}"/>\n')
            at = begun = number * 600
            for step in range(STEPS):
                wait, work = (dice.randrange(1, 90_000) if step else 0), dice.randrange(1, 7200)
                file.write(_event(at + wait, step, "start") + _event(at + wait + work, step, "complete"))
                at += wait + work
                sums = [sums[0] + work, sums[1] + wait, sums[2], sums[3] + work]
            sums[2] += at - begun
            file.write("</trace>\n")
        file.write("</log>\n")
    return sums


def _event(at: int, step: int, transition: str) -> str:
    return (
        f'<event>\n<string key="concept:name" value="step {step}"/>\n<string key="lifecycle:transition" value="{transition}"/>\n'
        f'<string key="org:resource" value="r{step % 7}"/>\n<date key="time:timestamp" value="{(MONDAY + timedelta(seconds=at)).isoformat()}"/>\n</event>\n'
    )


def measured(python: str, code: str, folder: Path) -> tuple[float, float, list[int]]:
    """Return the seconds of CPU, the largest resident megabytes and the figures of one run of *code*."""
    with subprocess.Popen([python, "-I", "-c", code, str(SCRIPTS), str(folder)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        output = process.stdout.read() if process.stdout else b""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{python} ended with {process.returncode}")
    figures = json.loads(output.splitlines()[-1])
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2), figures


def best(python: str, code: str, folder: Path, runs: int = RUNS) -> tuple[float, float, list[int]]:
    """Return the least CPU and the most memory of some runs, and the figures."""
    found = [measured(python, code, folder) for _ in range(runs)]
    return min(run[0] for run in found), max(run[1] for run in found), found[0][2]


def main(arguments: list[str]) -> int:
    """Print a row for each; 1 if a goal is missed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wanted = write(folder)
        size = (folder / "cases" / "log.xes").stat().st_size / 1e6
        ours, floor = best(sys.executable, OURS, folder), best(sys.executable, FLOOR, folder)
        peer = best(arguments[0], PEER, folder, 1) if arguments else None
    is_exact = ours[2] == [1_000_000 * one for one in wanted]
    print(f"{2 * STEPS * CASES:,} events, {size:.0f} MB; work, waiting and time to the second: {'as made' if is_exact else 'WRONG'}")
    print(f"{'':<14}{'CPU s':>8}{'MB used':>10}")
    for title, row in (("this reader", ours), ("parser alone", floor), *([("pm4py", peer)] if peer else [])):
        print(f"{title:<14}{row[0]:>8.2f}{row[1]:>10.0f}")
    if peer is None:
        return int(not is_exact)
    faster, smaller = peer[0] / ours[0], peer[1] / ours[1]
    print(f"{faster:.1f} times as fast (goal {FASTER:.0f}), a {smaller:.1f}th of the memory (goal {SMALLER:.0f}); pm4py's sum of work: {peer[2]}, made: {wanted[3]}")
    return int(not is_exact or faster < FASTER or smaller < SMALLER)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
