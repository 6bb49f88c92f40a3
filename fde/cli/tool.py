"""`fde tool`: a skill's own script, run for a person as an agent would run it.

The script talks to the terminal itself, unless `--json` stands before its name; its exit code is ours.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import Exit, ScriptFailed
from ..runner.measure import LIMIT, Ended, context_flags, python, run, script_of, words
from ..skillset.find import engagement_of, find
from .options import dir_option
from .show import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..skillset.skill import Skill

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

    Everything behind SKILL goes to the script. In an engagement the script runs in its folder, and is told the zone, the working hours
    and the holidays of engagement.md where its command takes them and you do not give them. Exits as the script does: 0, 1, 2 or 3.

    \b
    Example:
        fde tool amdahl-ceiling --help
    """
    root = engagement_of(start)
    chosen = find(skill, root)
    script = script_of(chosen)
    passed = _passed(chosen, root, args) if root else []
    if root:
        args = (*args[:1], *chain(*passed), *(_from_here(arg, root) for arg in args[1:]))
    as_json = click.get_current_context().ensure_object(dict).get("json", False)
    environment = {name: os.environ[name] for name in HANDED_ON if name in os.environ}
    with tempfile.TemporaryDirectory(prefix="fde-") as folder:
        line = python(script, Path(folder), *args)
        if as_json:
            ended = run(line, cwd=root or Path.cwd(), environment=environment, limit=LIMIT)
        else:
            done = subprocess.run(line, cwd=root, env=environment, check=False)
            ended = Ended(code=done.returncode, stdout=b"", stderr=b"")
    if ended.code not in MEANT:
        raise ScriptFailed(skill, f"{ended.how}, which has no meaning here.", where=str(script))
    data = {"stdout": words(ended.stdout), "stderr": words(ended.stderr)} if as_json else {}
    told = (f"fde: from engagement.md: {shlex.join(chain(*passed))}",) if passed else ()
    return Outcome(data={"exit": ended.code, "passed": dict(passed), **data}, exit=ended.code, notes=told)


def _passed(skill: Skill, root: Path, args: Sequence[str]) -> list[tuple[str, str]]:
    """Return what the script's command takes of the engagement's values and nobody gave, as `fde run` would pass it."""
    driver = skill.driver
    takes = {} if driver is None else {"facts": driver.context, **driver.commands}
    ours = args[: args.index("--")] if "--" in args else args
    if not ours or ours[0] not in takes or {"-h", "--help"} & set(ours):
        return []
    from ..engagement.engagement import read

    found = read(root)
    given = {arg.partition("=")[0] for arg in ours}
    return [(flag, value) for flag, value in context_flags(takes[ours[0]], found.context(), found.timezone) if flag not in given]


def _from_here(arg: str, root: Path) -> str:
    """Return *arg* as it means the same in the engagement's folder: a path to what is here is made whole."""
    here = Path.cwd()
    is_path = here != root and ("/" in arg or "." in arg) and not arg.startswith("-") and (here / arg).exists()
    return str(here / arg) if is_path else arg
