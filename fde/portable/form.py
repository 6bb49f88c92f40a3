"""The command line of a skill's folder for answers: `scripts/answers.py` prints the form, sets answers in a file and checks it.

The same bytes as `fde answer`, so that a conversation in an agent's host leaves the file that a terminal would.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from .answers import Answered, open_questions, parse, put, render
from .evidence import Unreadable, read
from .fold import legible
from .questions import BadAnswer, BadQuestions, Questionnaire, questions
from .strictjson import BadJson, strict_json
from .values import about, role

OK, FINDINGS, USAGE, INPUT = 0, 1, 2, 3
CAP = 1_000_000


class BadInput(ValueError):
    """A file is not what it should be: one sentence with the place."""


def main(skill: Path, argv: Sequence[str] | None = None) -> int:
    """Run the command line of the skill folder *skill* and return its exit code (0, 1 wrong or missing, 2 usage, 3 bad input)."""
    options = _parser().parse_args(argv)
    # Whatever the locale says: the form on stdout is UTF-8 with LF, as it is in a file.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    try:
        code: int = options.act(_questions(skill), options)
    except BadAnswer as error:
        print(f"answers.py: {legible(str(error))}", file=sys.stderr)
        return USAGE
    except BadInput as error:
        print(f"answers.py: {legible(str(error))}", file=sys.stderr)
        return INPUT
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="answers.py",
        description="The questions of this skill and a person's answers: print the form, set an answer, check a file.",
        epilog="Example: answers.py form > answers.md; answers.py set answers.md case 'An order'; answers.py check answers.md",
    )
    acts = parser.add_subparsers(required=True, metavar="form|set|check")
    form = acts.add_parser("form", help="print the empty form", description="Print the empty form.")
    form.set_defaults(act=_form)
    answer = acts.add_parser(
        "set",
        help="answer one question in a file",
        description="Answer one question in FILE, which is made if it is not there; the rest of FILE stays.",
    )
    answer.set_defaults(act=_set)
    check = acts.add_parser(
        "check", help="tell what in a file is wrong or missing", description="Tell what in FILE is wrong or missing; exit 1 if anything is."
    )
    check.set_defaults(act=_check)
    for command in (answer, check):
        command.add_argument("file", type=Path, metavar="FILE", help="the file of answers")
    answer.add_argument("id", metavar="ID", help="the question's id")
    answer.add_argument("values", nargs="+", metavar="VALUE", help="the answer; of a table each row, 'a | b | c'; - takes it away")
    for command in (form, answer):
        command.add_argument("--who", metavar="ROLE", help="who answers: a role like owner, no name")
        command.add_argument("--subject", metavar="NAME", help="what the answers are about, if it is not the client as a whole")
    return parser


def _questions(skill: Path) -> Questionnaire:
    path = skill / "assets" / "questions.json"
    try:
        return questions(strict_json(_text(path), str(path)), _name(skill))
    except BadJson as error:
        raise BadInput(str(error)) from error
    except BadQuestions as error:
        raise BadInput(f"{path}: {error}") from error


def _name(skill: Path) -> str:
    """Return the skill's name, which its folder may have lost on its way."""
    found = re.search(r"^name: *(\S+) *$", _text(skill / "SKILL.md"), re.MULTILINE)
    return found[1] if found else skill.name


def _text(path: Path) -> str:
    try:
        return read(path, CAP).decode("utf-8")
    except Unreadable as error:
        raise BadInput(f"{path}: {error}") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: it is not UTF-8 at offset {error.start}") from error


def _form(asked: Questionnaire, options: argparse.Namespace) -> int:
    who = role(options.who) if options.who else ""
    print(render(asked, {}, who, about(options.subject) if options.subject else None), end="")
    return OK


def _set(asked: Questionnaire, options: argparse.Namespace) -> int:
    found = _found(asked, options)
    if found.problems:
        raise BadInput("\n".join(f"{options.file}:{problem.line}: {problem.what}" for problem in found.problems))
    who = role(options.who) if options.who else found.who
    if found.who not in ("", who):
        raise BadAnswer(f"answers by the {found.who}, as {options.file} says", who)
    values = put(asked, found.values, options.id, options.values)
    _replace(options.file, render(asked, values, who, found.subject))
    return OK


def _found(asked: Questionnaire, options: argparse.Namespace) -> Answered:
    """Return what the file says; of one that is not there yet, the subject of the command line."""
    subject = about(options.subject) if options.subject else None
    if not options.file.exists():
        return Answered(values={}, subject=subject)
    found = parse(_text(options.file), asked)
    if subject not in (None, found.subject):
        raise BadAnswer(f"answers about {found.subject or 'the client'}, as {options.file} says", str(subject))
    return found


def _replace(path: Path, text: str) -> None:
    """Write *text* beside *path* and rename it, so that a half-written file is never taken for the answers."""
    partial = path.with_name(f".{path.name}.tmp")
    try:
        partial.write_text(text, encoding="utf-8", newline="\n")
        partial.replace(path)
    except OSError as error:
        raise BadInput(f"{error.filename or path}: {error.strerror}") from error


def _check(asked: Questionnaire, options: argparse.Namespace) -> int:
    found = parse(_text(options.file), asked)
    lines = [f"{options.file}:{problem.line}: {problem.what}" for problem in found.faults]
    lines += [f"{options.file}: {name} is not answered: {asked.question(name).label}" for name in found.missing]
    left = open_questions(asked, found.values)
    print(legible("\n".join(lines)) or f"{options.file} is complete{left and f'; {left}'}")
    return FINDINGS if lines else OK
