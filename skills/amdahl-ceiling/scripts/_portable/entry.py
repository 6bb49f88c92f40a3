# Generated from fde/portable by make skills. Do not edit.
"""The command line of a skill's folder on its own: `scripts/artefact.py` checks a judgement and writes the artefact.

The same check and the same bytes as the runner; no installed package, no network, no question.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from .artefact import UNJUDGED, compose, facts_problems, files
from .check import Problem, Verdict, check
from .evidence import Unreadable, read, words
from .fold import legible
from .markdown import markdown
from .questions import BadAnswer
from .sources import Source
from .strictjson import BadJson, strict_json
from .values import about

OK, FINDINGS, USAGE, INPUT = 0, 1, 2, 3
CAP = 256_000_000


class BadInput(ValueError):
    """An input is not what it should be: one sentence with the place."""


def main(skill: Path, argv: Sequence[str] | None = None) -> int:
    """Run the command line of the skill folder *skill* and return its exit code (0, 1 refused items, 2 usage, 3 bad input)."""
    options = _parser().parse_args(argv)
    # Whatever the locale says: the artefact on stdout is UTF-8, as it is in a file.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    try:
        return _write(skill, options)
    except BadInput as error:
        print(f"artefact.py: {error}", file=sys.stderr)
        return INPUT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="artefact.py",
        description="Check a judgement against facts and evidence, and write the artefact (JSON, Markdown, SVG).",
        epilog="Example: artefact.py --facts facts.json --judgement judgement.json --evidence evidence --out result",
    )
    parser.add_argument("--facts", type=Path, required=True, help="what the measure script printed (fde.facts/1)")
    parser.add_argument("--evidence", type=Path, required=True, help="the folder that was measured; quotes are looked up in it")
    parser.add_argument("--judgement", type=Path, help="your findings, actions and questions (fde.judgement/1)")
    parser.add_argument("--out", type=Path, help="new folder to write; without it the Markdown goes to stdout")
    parser.add_argument("--final", action="store_true", help="drop what the check refuses and name it in the artefact")
    parser.add_argument("--by", default="agent", help="who judged, for the record (default: agent)")
    parser.add_argument("--subject", help="repository, team or person that the artefact is about")
    parser.add_argument("--tz", default="UTC", help="time zone of the dates, like Europe/Berlin (default: UTC)")
    parser.add_argument("--now", help="time of the artefact, ISO 8601 with offset (default: now)")
    return parser


def _write(skill: Path, options: argparse.Namespace) -> int:
    facts = _json(options.facts)
    if problems := facts_problems(facts):
        raise BadInput(f"{options.facts}: {problems[0]}")
    sources = words(_folder(options.evidence), _patterns(skill))
    for source in sources:
        if source.fault:
            raise BadInput(f"{options.evidence}/{source.fault}")
    verdict, refused = _judgement(options, facts, sources)
    if refused and not options.final:
        print(legible(_told(refused)), file=sys.stderr)
        return FINDINGS
    judged = {**UNJUDGED, "by": options.by, "status": "rejected" if verdict.is_empty else "ok"} if options.judgement else UNJUDGED
    # As in the runner: an action or a question is not kept where no finding stood.
    verdict = Verdict() if verdict.is_empty else verdict
    document = compose(
        facts,
        created=_created(options),
        zone=options.tz,
        subject=_subject(options),
        words=sources,
        verdict=verdict,
        dropped=refused,
        judged=judged,
    )
    if options.out is None:
        print(markdown(document), end="")
    else:
        _publish(options.out, files(document))
    return INPUT if judged["status"] == "rejected" else OK


def _judgement(options: argparse.Namespace, facts: dict[str, Any], sources: tuple[Source, ...]) -> tuple[Verdict, tuple[Problem, ...]]:
    if options.judgement is None:
        return Verdict(), ()
    given = _json(options.judgement)
    verdict = check(given, facts["facts"], [source for source in sources if source.health == "ok"])
    if any(problem.kind == "reply" for problem in verdict.problems):
        raise BadInput(f"{options.judgement}: {'; '.join(reason for problem in verdict.problems for reason in problem.reasons)}")
    return verdict, verdict.problems


def _told(problems: tuple[Problem, ...]) -> str:
    lines = ["The check refused these items; mend them or leave them out, then run this again (or --final to drop them):"]
    for problem in problems:
        lines.append(f"- {problem.kind} {problem.index}: {problem.what}")
        lines += [f"  - {reason}" for reason in problem.reasons]
    return "\n".join(lines)


def _patterns(skill: Path) -> list[str]:
    patterns = _json(skill / "assets" / "fde.json").get("words", [])
    return [str(pattern) for pattern in patterns]


def _json(path: Path) -> dict[str, Any]:
    try:
        document = strict_json(read(path, CAP).decode("utf-8"), str(path))
    except Unreadable as error:
        raise BadInput(f"{path}: {error}") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: it is not UTF-8 at offset {error.start}") from error
    except BadJson as error:
        raise BadInput(str(error)) from error
    if not isinstance(document, dict):
        raise BadInput(f"{path}: expected an object, found {json.dumps(document)[:40]}")
    return document


def _folder(path: Path) -> Path:
    if not path.is_dir():
        raise BadInput(f"{path}: expected the folder of the evidence, found none")
    return path


def _subject(options: argparse.Namespace) -> str | None:
    try:
        return about(options.subject) if options.subject else None
    except BadAnswer as error:
        raise BadInput(f"--subject: {error}") from error


def _created(options: argparse.Namespace) -> str:
    try:
        zone = ZoneInfo(options.tz)
    except (KeyError, ValueError, OSError) as error:
        raise BadInput(f"--tz: expected a zone like Europe/Berlin, found {options.tz!r}") from error
    try:
        moment = datetime.fromisoformat(options.now) if options.now else datetime.now(UTC)
    except ValueError as error:
        raise BadInput(f"--now: expected a time like 2026-03-02T07:30:00+01:00, found {options.now!r}") from error
    if moment.tzinfo is None:
        raise BadInput(f"--now: {options.now!r} has no offset from UTC")
    try:
        return moment.astimezone(zone).isoformat(timespec="seconds")
    except OverflowError as error:
        raise BadInput(f"--now: {options.now!r} is outside the calendar") from error


def _publish(out: Path, contents: dict[str, bytes]) -> None:
    """Write the folder under another name and rename it once, so that a half-written one is never taken for a result."""
    if out.exists():
        raise BadInput(f"{out}: it is there already; name a new folder")
    partial = out.with_name(f"{out.name}.tmp")
    try:
        partial.mkdir(parents=True)
        for name, data in contents.items():
            (partial / name).write_bytes(data)
        partial.rename(out)
    except OSError as error:
        raise BadInput(f"{error.filename or out}: {error.strerror}") from error
    print(out / "artefact.md")
