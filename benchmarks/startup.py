"""How much CPU the commands take that a person types most, beside `llm --version` on the same machine in the same run.

`python benchmarks/startup.py` installs llm into a temporary virtual environment, so it needs the network; `make bench` calls it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

RUNS = 20
RATIO = 8.0
COMMANDS = (  # arguments of `python -m fde`, and the CPU milliseconds they may take
    (("--help",), 60),
    (("--version",), 60),
    (("skills", "list"), 120),
)


def cpu_ms(command: list[str], runs: int = RUNS) -> float:
    """Return the least user and system time, in milliseconds, of *runs* runs of *command*, its children's included."""
    return min(_one_run(command) for _ in range(runs + 1))  # the first one may still compile


def _one_run(command: list[str]) -> float:
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}")
    return 1000 * (usage.ru_utime + usage.ru_stime)


def install_llm(folder: Path) -> list[str]:
    """Install llm into a virtual environment at *folder* and return the command `llm --version`."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    subprocess.run([str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "llm"], check=True)
    return [str(folder / "bin" / "llm"), "--version"]


def main() -> int:
    """Print the table; 1 if a goal is missed."""
    with tempfile.TemporaryDirectory() as folder:
        yardstick = cpu_ms(install_llm(Path(folder)))
    print(f"{'command':<20}{'CPU ms':>8}{'goal':>8}{'llm/fde':>9}")
    print(f"{'llm --version':<20}{yardstick:>8.0f}")
    missed = False
    for args, goal in COMMANDS:
        taken = cpu_ms([sys.executable, "-m", "fde", *args])
        ratio = yardstick / taken
        late = taken > goal or (args == ("--help",) and ratio < RATIO)
        missed |= late
        print(f"{'fde ' + ' '.join(args):<20}{taken:>8.0f}{goal:>8}{ratio:>8.1f}x{'  MISSED' if late else ''}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
