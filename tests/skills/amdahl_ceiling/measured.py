"""The skill's modules and its entry, as the tests of this folder use them."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from fde.assets import assets
from fde.portable.artefact import facts_problems
from fde.portable.schema import problems

SCRIPTS = assets("skills") / "amdahl-ceiling" / "scripts"
EXAMPLE = assets("examples") / "software-team"
NAMES = (
    "answerfacts badinput codexlog copilotlog claudetelemetry geminilog opencodelog traced oteltrace jaegertrace spans loglines asked beta bootstrap boundaries calls caselog casetime ceilings changes collect comparewords comparing conversation dates eventlog eventtotals evidence factlist exportfiles figures flows forges gates induced intervals "
    "formats labels linepatterns logfiles measurement network people process proposal pulls pulltables queueing reading recorded report rework said scaling sentences series sessionlogs sessions "
    "textcharts threepoint throughput transcripts turns uncertain whatif wholes workclock worktime worthfacts xeslog"
).split()
DETAILS = json.loads((SCRIPTS.parent / "assets/details.schema.json").read_text(encoding="utf-8"))
OPTIONS = ("--now", "2026-03-02T08:00:00+01:00", "--tz", "Europe/Berlin")


def load() -> SimpleNamespace:
    """Import the modules as their entry does, and leave no trace: another skill may have modules of the same names."""
    kept = {name: sys.modules.pop(name) for name in NAMES if name in sys.modules}
    searched = sys.path.copy()
    sys.path.insert(0, str(SCRIPTS))
    try:
        loaded = {name: importlib.import_module(name) for name in NAMES}
    finally:
        sys.path[:] = searched  # an entry puts its folder there itself, too
        for path in [
            name
            for name, module in sys.modules.items()
            if Path(getattr(module, "__file__", None) or "/").parent == SCRIPTS
        ]:
            del sys.modules[path]
        sys.modules.update(kept)
    return SimpleNamespace(**loaded)


skill = load()


def run(*arguments: object, script: Path = SCRIPTS / "amdahl.py", **options: Any) -> subprocess.CompletedProcess[bytes]:
    """Run the entry in a process of its own."""
    command = [sys.executable, "-I", str(script), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False, timeout=60, **options)


def facts(evidence: Path, *options: object) -> dict[str, Any]:
    """What `facts` prints for a folder of evidence."""
    done = run("facts", "--evidence", evidence, *OPTIONS, *options)
    assert done.returncode == 0, done.stderr.decode()
    document: dict[str, Any] = json.loads(done.stdout)
    # A runner holds every document against both schemas, and takes none that does not fit.
    found = [*facts_problems(document), *(problems(document["details"], DETAILS, DETAILS, "details") if "details" in document else ())]
    assert found == []
    return document


@cache
def example_facts() -> dict[str, Any]:
    """The facts of the example."""
    return facts(EXAMPLE / "evidence", "--working-hours", "Mon-Fri 09:00-17:00", "--holidays", "2026-01-01,2026-01-06")


def values(document: dict[str, Any]) -> dict[str, Any]:
    """The facts' values by id."""
    return {fact["id"]: fact["value"] for fact in document["facts"]}
