"""How much CPU and memory a list of a hundred thousand cases takes from file to facts, in a process of its own.

`python benchmarks/caselog.py` writes an invented list into a temporary folder; the goals are 3 seconds and 150 MB.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

ROWS = 100_000
RUNS = 3
SECONDS, MEGABYTES = 3.0, 150.0
EVENTS = ("received", "quoted", "ordered", "picked", "packed", "shipped", "invoiced")
ROOT = Path(__file__).resolve().parent.parent
SCRIPT = ROOT / "skills" / "amdahl-ceiling" / "scripts" / "amdahl.py"
ANSWERS = ROOT / "examples" / "wholesaler" / "answers" / "amdahl-ceiling.md"


def write(folder: Path) -> Path:
    """Write the list below *folder*, two years of cases with times of day, and return the file."""
    dice = random.Random(1)  # noqa: S311 - invented cases
    start = datetime(2024, 1, 1, 8)  # noqa: DTZ001 - a clock on a wall
    path = folder / "cases" / "orders.csv"
    path.parent.mkdir()
    with path.open("w", encoding="utf-8") as file:
        file.write(";".join(("order", *EVENTS, "value")) + "\n")
        for number in range(ROWS):
            when = start + timedelta(minutes=number * 730 * 1440 // ROWS)
            cells = []
            for _ in EVENTS:
                cells.append(f"{when:%d.%m.%Y %H:%M}" if dice.random() > 0.02 else "")
                when += timedelta(minutes=dice.randrange(5, 6000))
            file.write(f"{number};{';'.join(cells)};{dice.randrange(10_000)},50\n")
    return path


def measured(evidence: Path) -> tuple[float, float]:
    """Return the seconds of CPU and the largest resident megabytes of one run of the skill's script."""
    command = [sys.executable, "-I", str(SCRIPT), "facts", "--evidence", str(evidence), "--answers", str(ANSWERS)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"amdahl.py ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)


def main() -> int:
    """Print one row; 1 if a goal is missed."""
    with tempfile.TemporaryDirectory() as folder:
        size = write(Path(folder)).stat().st_size
        runs = [measured(Path(folder)) for _ in range(RUNS)]
    seconds, megabytes = min(run[0] for run in runs), max(run[1] for run in runs)
    late = seconds > SECONDS or megabytes > MEGABYTES
    print(f"{'a list of cases':<20}{'rows':>10}{'MB':>8}{'CPU s':>8}{'goal':>8}{'MB used':>10}{'goal':>8}")
    print(
        f"{'amdahl-ceiling':<20}{ROWS:>10,}{size / 1e6:>8.1f}{seconds:>8.2f}{SECONDS:>8.1f}{megabytes:>10.0f}{MEGABYTES:>8.0f}"
        f"{'  MISSED' if late else ''}"
    )
    return int(late)


if __name__ == "__main__":
    sys.exit(main())
