"""`fde tool`: a skill's own script, run for a person as an agent would run it.

The script talks to the terminal itself, unless `--json` stands before its name; its exit code is ours.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

import click

from ..errors import Exit, ScriptFailed
from ..runner.measure import LIMIT, Ended, python, run, script_of, words
from ..skillset.find import engagement_of, find
from .options import dir_option
from .show import Outcome

# A script has a meaning for these; any other code is a failure of its own.
MEANT = (Exit.OK, Exit.FINDINGS, Exit.USAGE, Exit.INPUT)

# What a program needs to find a person's files and to write to their terminal; our keys are not among it.
HANDED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TERM", "COLUMNS", "NO_COLOR", "TZ", "TMPDIR")


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("skill")
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
@dir_option
def command(skill: str, args: tuple[str, ...], start: Path) -> Outcome:
    """Run a skill's own script, as an agent would.

    Everything behind SKILL goes to the script as it is. Exits as the script does: 0, 1, 2 or 3.

    \b
    Example:
        fde tool amdahl-ceiling --help
    """
    script = script_of(find(skill, engagement_of(start)))
    as_json = click.get_current_context().ensure_object(dict).get("json", False)
    environment = {name: os.environ[name] for name in HANDED_ON if name in os.environ}
    with tempfile.TemporaryDirectory(prefix="fde-") as folder:
        line = python(script, Path(folder), *args)
        if as_json:
            ended = run(line, cwd=Path.cwd(), environment=environment, limit=LIMIT)
        else:
            done = subprocess.run(line, env=environment, check=False)
            ended = Ended(code=done.returncode, stdout=b"", stderr=b"")
    if ended.code not in MEANT:
        raise ScriptFailed(skill, f"{ended.how}, which has no meaning here.", where=str(script))
    data = {"stdout": words(ended.stdout), "stderr": words(ended.stderr)} if as_json else {}
    return Outcome(data={"exit": ended.code, **data}, exit=ended.code)
