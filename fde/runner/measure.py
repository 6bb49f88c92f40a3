"""Run a skill's own script on the evidence and take in the facts that it prints.

The script is a process of its own, without our keys, our folder or our input, with a time limit and a bounded output; what it
prints is believed only after it was parsed and checked.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from ..engagement.files import as_text
from ..errors import Exit, NoScript, NotText, ScriptFailed, ScriptRefused, ScriptUsage
from ..portable.artefact import facts_problems
from ..portable.schema import problems as schema_problems
from ..portable.strictjson import BadJson, strict_json
from ..skillset.details import details_schema
from ..skillset.trust import require
from ..text import printable

if TYPE_CHECKING:
    from ..skillset.skill import Skill

LIMIT = 600.0  # seconds
STDOUT_CAP = 64_000_000
STDERR_CAP = 1_000_000
TAIL_LINES = 20
TAIL_CHARACTERS = 2_000
MOST_PROBLEMS = 5
SHOWN = 40  # bytes of an output that is no JSON
FORM = "`fde schema facts` is the form of what a script prints. This is a fault of the skill, not of the evidence: tell its author."
ALONE = "A script runs alone (`python -I`): it finds the standard library, and its neighbours once it has put its own folder on sys.path."
TICK = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a skill's script gave.

    Attributes:
        facts: The document, checked against the schema of facts.
        messages: What the script said on stderr, safe to print.
    """

    facts: dict[str, Any]
    messages: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a process ended.

    Attributes:
        code: Its exit code, negative for a signal; None if we stopped it.
        stdout: All of it.
        stderr: The last of it, at most 1 MB.
        stopped: Why we stopped it, empty if we did not.
    """

    code: int | None
    stdout: bytes
    stderr: bytes
    stopped: str = ""

    @property
    def how(self) -> str:
        """How it ended, in words."""
        if self.code is None:
            return self.stopped
        return f"it was ended by signal {-self.code}" if self.code < 0 else f"it ended with exit code {self.code}"


def measure(
    skill: Skill,
    *,
    evidence: Path,
    now: datetime,
    tz: str,
    context: Mapping[str, str],
    answers: Path | None = None,
    facts: Sequence[Path] = (),
    args: Sequence[str] = (),
    limit: float = LIMIT,
) -> Measured:
    """Run *skill*'s script on the folder *evidence*, as of *now* (aware) in the zone *tz*, for at most *limit* seconds.

    *context* has the engagement's values; those that the skill's driver names are handed on. *args* go behind `--`. A skill that
    is instructions only runs nothing and has no fact; its method is followed all the same, so it must be trusted as well.

    Raises NotTrusted, ScriptUsage (it exits 2), ScriptRefused (it exits 3: the evidence is at fault), ScriptFailed
    (anything else: another exit code, a signal, the limit, output that is not exactly one valid document of facts).
    """
    if skill.driver is None:
        require(skill)
        return Measured(facts=_unmeasured(skill), messages="")
    script = script_of(skill)
    flags = ["--evidence", str(evidence.absolute()), "--now", now.isoformat(), *chain(*context_flags(skill.driver.context, context, tz))]
    if answers is not None:
        flags += ["--answers", str(answers.absolute())]
    for path in facts:
        flags += ["--facts", str(path.absolute())]
    with tempfile.TemporaryDirectory(prefix="fde-", ignore_cleanup_errors=True) as folder:
        command = python(script, Path(folder), "facts", *flags, *(["--", *args] if args else []))
        ended = run(command, cwd=Path(folder), environment=_environment(folder), limit=limit)
    _check_end(skill, script, ended)
    return Measured(facts=_facts(skill, script, ended), messages=words(ended.stderr))


def context_flags(names: Iterable[str], context: Mapping[str, str], tz: str) -> list[tuple[str, str]]:
    """Return the engagement's zone and its values *names* as a script's flags; one that says nothing is left out."""
    return [("--tz", tz), *((f"--{name.replace('_', '-')}", context[name]) for name in names if context.get(name))]


def script_of(skill: Skill) -> Path:
    """Return the script of *skill*, which may be run now. Raises NoScript or NotTrusted."""
    if skill.script is None:
        raise NoScript(skill.name, where=str(skill.folder), hint=f"`fde prompt {skill.name}` asks a chat by its method.")
    require(skill)
    return skill.script


def python(script: Path, folder: Path, *args: str) -> list[str]:
    """Return the command that runs *script* with *args*; *folder* is an empty one of ours.

    Python looks for compiled copies in *folder* only: those beside the script are outside of what the user trusted, and one
    that was tampered with would run instead of the source.
    """
    return [sys.executable, "-I", "-B", "-X", "utf8", "-X", f"pycache_prefix={folder / 'compiled'}", str(script), *args]


def run(command: Sequence[str], *, cwd: Path, environment: Mapping[str, str], limit: float) -> Ended:
    """Run *command* with its input closed until it ends, *limit* seconds are over or it has printed more than 64 MB.

    Its whole process group is gone afterwards, also if we are interrupted.
    """
    process = subprocess.Popen(
        command, cwd=cwd, env=dict(environment), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    with _none_left(process):
        output = _Output(out=cast("IO[bytes]", process.stdout).fileno(), err=cast("IO[bytes]", process.stderr).fileno())
        stopped = output.collect(process, limit)
        return Ended(
            code=None if stopped else process.wait(),
            stdout=bytes(output.stdout),
            stderr=bytes(output.stderr),
            stopped=stopped,
        )


def _unmeasured(skill: Skill) -> dict[str, Any]:
    """Return the facts of a skill that has no script: none."""
    return {
        "schema": "fde.facts/1",
        "skill": skill.name,
        "version": skill.version or "0",
        "answer": ["This rests on what was said and written; nothing was measured."],
        **{name: [] for name in ("facts", "tables", "charts", "findings", "sources", "method", "warnings")},
        "limits": ["Nothing was counted or timed: how often something happens, and what it costs, is not known."],
    }


def words(stream: bytes) -> str:
    """Return what a script printed as text that steers no terminal."""
    return printable(stream.decode("utf-8", "replace"))


@dataclass(slots=True)
class _Output:
    """What a process prints, as far as we keep it."""

    out: int
    err: int
    stdout: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)

    def collect(self, process: subprocess.Popen[bytes], limit: float) -> str:
        """Read until *process* has ended; return why it must be stopped, empty if it need not."""
        deadline = time.monotonic() + limit
        with selectors.DefaultSelector() as pipes:
            for descriptor in (self.out, self.err):
                pipes.register(descriptor, selectors.EVENT_READ)
            while (left := deadline - time.monotonic()) > 0:
                if not pipes.get_map():
                    return _wait(process, left, limit)
                # Asked before the pipes are: what it printed before it ended is then surely in them. One of its own
                # children may hold them open for ever.
                gone = process.poll() is not None
                ready = pipes.select(0 if gone else min(left, TICK))
                if gone and not ready:
                    return ""
                for key, _ in ready:
                    if not self._take(key.fd):
                        pipes.unregister(key.fd)
                if len(self.stdout) > STDOUT_CAP:
                    return f"it printed more than {STDOUT_CAP:,} bytes"
        return _too_long(limit)

    def _take(self, descriptor: int) -> int:
        chunk = os.read(descriptor, 1 << 16)
        if descriptor == self.out:
            self.stdout += chunk
        else:
            # The last words say why it failed, so the first ones go.
            self.stderr += chunk
            del self.stderr[:-STDERR_CAP]
        return len(chunk)


@contextmanager
def _none_left(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Kill whatever is left of the process's group at the end, and close its pipes."""
    with process:
        try:
            yield
        finally:
            # macOS answers EPERM for a group of which only the dead are left.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)


def _wait(process: subprocess.Popen[bytes], left: float, limit: float) -> str:
    try:
        process.wait(left)
    except subprocess.TimeoutExpired:
        return _too_long(limit)
    return ""


def _too_long(limit: float) -> str:
    return f"it took longer than {limit:g} seconds"


def _environment(folder: str) -> dict[str, str]:
    """Return all that a script gets to see of ours: no key, no home, no name."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "TMPDIR": folder}


def _check_end(skill: Skill, script: Path, ended: Ended) -> None:
    """Raise what the end of the process means, unless it is a good one."""
    if ended.code == Exit.OK:
        return
    said = _tail(ended.stderr)
    if ended.code == Exit.USAGE:
        raise ScriptUsage(skill.name, said, where=str(script))
    if ended.code == Exit.INPUT:
        raise ScriptRefused(skill.name, said, where=str(script))
    hint = ALONE if "ModuleNotFoundError" in said else None
    raise ScriptFailed(skill.name, f"{ended.how}. It said: {said}", where=str(script), hint=hint)


def _facts(skill: Skill, script: Path, ended: Ended) -> dict[str, Any]:
    """Return the document on stdout. Raises ScriptFailed unless it is one JSON object, valid, and of this skill."""
    document, problems = _document(ended.stdout)
    problems = problems or [*_name_problems(skill, document), *_details_problems(skill, document)]
    if not problems:
        return document
    more = len(problems) - MOST_PROBLEMS
    listed = "; ".join(problems[:MOST_PROBLEMS]) + (f"; and {more} more" if more > 0 else "")
    raise ScriptFailed(skill.name, printable(f"{listed}. It said: {_tail(ended.stderr)}"), where=str(script), hint=FORM)


def _name_problems(skill: Skill, document: dict[str, Any]) -> list[str]:
    """Return where the facts and the skill's own head call it by two names or versions."""
    told = {"skill": skill.name, "version": skill.version or document["version"]}
    return [f"facts.{key}: expected {value!r}, found {document[key]!r} (SKILL.md has the former)" for key, value in told.items() if document[key] != value]


def _details_problems(skill: Skill, document: dict[str, Any]) -> list[str]:
    """Return what is wrong with the facts' `details` under the skill's own schema for them."""
    rule = details_schema(skill) if "details" in document else None
    return list(schema_problems(document["details"], rule, rule, "details")) if rule is not None else []


def _document(stdout: bytes) -> tuple[dict[str, Any], list[str]]:
    """Return the JSON on *stdout* and what is wrong with it."""
    try:
        document = strict_json(as_text(stdout, "stdout"))
    except NotText as error:
        return {}, [f"stdout: {error.message}"]
    except BadJson as error:
        found = f"it begins with {start!r}" if (start := words(stdout[:SHOWN]).strip()) else "it is empty"
        return {}, [f"stdout is not one JSON object: {error}; {found}"]
    return document, facts_problems(document)


def _tail(stderr: bytes) -> str:
    """Return the last lines of *stderr*, safe to print."""
    lines = words(stderr).strip().splitlines()[-TAIL_LINES:]
    return "\n".join(lines)[-TAIL_CHARACTERS:] or "nothing"
