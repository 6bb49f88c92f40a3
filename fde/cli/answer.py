"""`fde answer`: a person's answers to a skill's questions, asked in a terminal, filled in with an editor or set by a script.

Whichever way they come, the file is the same, byte for byte.
"""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import Exit, Interrupted, NoAnswers, UsageError, WrongAnswer
from ..text import printable, require_slug
from .options import dir_option, dry_run_option
from .show import Outcome, is_terminal

if TYPE_CHECKING:
    from ..engagement.answers import Sheet
    from ..portable.questions import Field, Question

ESCAPE = b"\x1b"
ENDS = (b"", b"\x04")


@click.command()
@click.argument("skill")
@click.option("--subject", metavar="NAME", help="Repository, team or person that the answers are about.")
@click.option("--who", metavar="ROLE", help="Who answers: a role like owner, no name.")
@click.option("--form", is_flag=True, help="Write the file to fill in with an editor; answers in it are kept, comments are not.")
@click.option("--check", is_flag=True, help="Tell what in the file is wrong or missing; write nothing.")
@click.option("--set", "given", multiple=True, metavar="ID=VALUE", help="Answer one question; of a table, one row: 'a | b | c'. Repeatable.")
@dir_option
@dry_run_option
def command(
    skill: str, subject: str | None, who: str | None, form: bool, check: bool, given: tuple[str, ...], start: Path, dry_run: bool
) -> Outcome:
    """Answer the questions of a skill.

    Asks them one by one in a terminal and goes on from the first open one; each answer is saved at once in answers/SKILL.md (with a
    subject: answers/SKILL-NAME.md). In a table, an empty line ends the rows. --form, --set and any editor give the same file. --check
    exits 1 if something is wrong or missing.

    \b
    Example:
        fde answer amdahl-ceiling --who owner
    """
    from ..engagement import answers

    if form + check + bool(given) > 1:
        raise UsageError("--form, --check and --set do not go together.")
    sheet = _sheet(skill, subject, start, check=check)
    if check:
        return _checked(sheet)
    sheet = answers.by(sheet, _role(who))
    if given or form:
        return _written(sheet, _set(sheet, given), dry_run=dry_run)
    if dry_run:
        raise UsageError("--dry-run goes with --form or --set.")
    if not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
        raise UsageError("There is no terminal to ask in: give the answers with --set ID=VALUE, or write a file to fill in with --form.")
    return _outcome(_ask(sheet), "kept in")


def _sheet(skill: str, subject: str | None, start: Path, *, check: bool) -> Sheet:
    from ..engagement import answers, engagement
    from ..skillset.find import find

    found = engagement.find(start)
    chosen = find(skill, found.root)
    asked = answers.questionnaire(chosen.folder, chosen.driver.questions if chosen.driver else None, chosen.name)
    about = require_slug(subject, "subject") if subject else None
    return answers.look(found, asked, about) if check else answers.read(found, asked, about)


def _role(who: str | None) -> str | None:
    from ..portable.questions import BadAnswer
    from ..portable.values import role

    try:
        return None if who is None else role(who)
    except BadAnswer as error:
        raise WrongAnswer("--who", error) from error


def _checked(sheet: Sheet) -> Outcome:
    if sheet.data is None:
        raise NoAnswers(where=sheet.name)
    from ..portable.answers import open_questions

    lines = [f"{sheet.name}:{problem.line}: {problem.what}" for problem in sheet.found.faults]
    lines += [f"{sheet.name}: {name} is not answered: {sheet.asked.question(name).label}" for name in sheet.found.missing]
    problems = [{"line": problem.line, "what": problem.what} for problem in sheet.found.faults]
    left = open_questions(sheet.asked, sheet.found.values)
    text = "\n".join(lines) or f"{sheet.name} is complete; {_count(sheet)}{left and f'; {left}'}"
    return Outcome(data={**_data(sheet), "problems": problems}, text=text, exit=Exit.FINDINGS if lines else Exit.OK)


def _set(sheet: Sheet, given: Sequence[str]) -> dict[str, Any]:
    """Return the answers with those of the command line; the rows of a table are given one by one, and replace the table."""
    from ..portable.answers import put
    from ..portable.questions import BadAnswer

    texts: dict[str, list[str]] = {}
    for item in given:
        name, equals, text = item.partition("=")
        if not equals:
            raise WrongAnswer("--set", f"expected ID=VALUE, found {item!r}")
        texts.setdefault(name.strip(), []).append(text)
    values = sheet.found.values
    for name, rows in texts.items():
        try:
            values = put(sheet.asked, values, name, rows)
        except BadAnswer as error:
            raise WrongAnswer(f"--set {name}", error) from error
    return values


def _written(sheet: Sheet, values: dict[str, Any], *, dry_run: bool) -> Outcome:
    from ..engagement import answers

    text = answers.rendered(sheet, values)
    same = sheet.data == text.encode()
    if dry_run:
        verb = "unchanged" if same else "would write"
        return Outcome(data={"file": sheet.name, "text": text}, text=f"{verb}  {sheet.name}\n\n{text}")
    return _outcome(answers.save(sheet, values), "unchanged" if same else "wrote")


def _outcome(sheet: Sheet, verb: str) -> Outcome:
    path = sheet.root / sheet.name
    ready = f"`fde run {sheet.asked.skill}`"
    more = f"correct {path} in any editor, then {ready}" if not sheet.found.missing else f"`fde answer {sheet.asked.skill}` goes on"
    return Outcome(data=_data(sheet), text=f"{verb}  {sheet.name}  ({_count(sheet)})", next=more)


def _count(sheet: Sheet) -> str:
    return f"{len(sheet.found.values)} of {len(sheet.asked.questions)} questions answered"


def _data(sheet: Sheet) -> dict[str, Any]:
    return {
        "file": sheet.name,
        "subject": sheet.found.subject,
        "who": sheet.found.who,
        "values": sheet.found.values,
        "open": sheet.open,
        "missing": sheet.found.missing,
    }


class _Skip(Exception):
    """The person leaves the question open."""


class _Stop(Exception):
    """The person ends the conversation (Ctrl-D)."""


def _ask(sheet: Sheet) -> Sheet:
    """Ask what is open and save each answer at once; Ctrl-D ends it, Ctrl-C too, with everything before kept."""
    from ..engagement import answers
    from ..portable.values import written

    _say(f"{sheet.asked.title}\n")
    if not sheet.found.values and sheet.asked.intro:
        _say(f"{sheet.asked.intro}\n")
    _say("? helps, - leaves a question open, Ctrl-C ends; what is answered is kept.\n")
    for question in sheet.asked.questions:
        value = sheet.found.values.get(question.id)
        if value is not None:
            shown = f"{len(value)} rows" if question.type == "table" else written(question, value).partition("\n")[0]
            _say(f"  {question.label}  {shown}")
    try:
        if not sheet.found.who:
            sheet = answers.by(sheet, _ask_who())
        for question in _to_ask(sheet):
            for values in _answers(question, sheet.found.values):
                sheet = answers.save(sheet, values)
    except _Stop:
        _say("")
    except KeyboardInterrupt as stop:
        raise Interrupted(hint=f"What was answered is in {sheet.name}; the same command goes on from there.") from stop
    return sheet


def _to_ask(sheet: Sheet) -> list[Question]:
    """Return what is open, and the table that was answered last: it may have been left between two rows."""
    answered = [question for question in sheet.asked.questions if question.id in sheet.found.values]
    last = answered[-1] if answered and answered[-1].type == "table" else None
    return [question for question in sheet.asked.questions if question.id in sheet.open or question == last]


def _ask_who() -> str | None:
    from ..portable.values import ROLE, role

    try:
        who: str = _until_taken("Who answers?", [f"Expected {ROLE}."], lambda: role(_line()))
    except _Skip:
        return None
    return who


def _answers(question: Question, before: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Ask one question and yield all answers, with the new one; a table yields them after each row."""
    from ..portable.answers import hints

    _say("")
    if question.type == "table":
        yield from _table(question, before)
        return
    try:
        value = _one(question, question.label, hints(question))
    except _Skip:
        return
    if value is not None:
        yield {**before, question.id: value}


def _table(question: Question, before: dict[str, Any]) -> Iterator[dict[str, Any]]:
    from ..portable.answers import hints

    rows: list[dict[str, Any]] = list(before.get(question.id, ()))
    _say(question.label)
    _say(f"  {len(rows)} rows so far; an empty line ends." if rows else "  One row after the other; an empty line ends.")
    while row := _row(question, hints(question), len(rows) + 1):
        rows.append(row)
        yield {**before, question.id: list(rows)}


def _row(question: Question, help_lines: list[str], number: int) -> dict[str, Any] | None:
    """Ask for one row, cell by cell; None if its first cell stays empty."""
    from ..portable.values import is_needed

    row: dict[str, Any] = {}
    for column in question.columns:
        own = [line for line in help_lines if line.startswith(f"{column.heading}: ")] or help_lines
        try:
            value = _one(column, f"  {number}. {column.heading}", own, needed=bool(row) and is_needed(question, column, row))
        except _Skip:
            value = None
        if value is None and not row:
            return None
        row[column.id] = value
    return row


def _one(field: Field, label: str, help_lines: list[str], *, needed: bool = False) -> Any:
    """Ask for one value until it is taken; None for an empty line, unless it is *needed*."""
    from ..portable.questions import BadAnswer
    from ..portable.values import value_of

    def read() -> Any:
        value = value_of(field, _typed(field, needed=needed))
        if value is None and needed:
            raise BadAnswer(field.expected, "nothing")
        return value

    keys = [f"{choice.key} {choice.label}" for choice in field.choices]
    return _until_taken(f"{label}{'  [' + ', '.join(keys) + ']' if keys else ''}", help_lines, read)


def _typed(field: Field, *, needed: bool) -> str:
    try:
        return _pick(field) if field.choices else _line()
    except _Skip:
        if needed:
            return ""
        raise


def _until_taken(label: str, help_lines: list[str], read: Callable[[], Any]) -> Any:
    from ..portable.questions import BadAnswer

    while True:
        _say(f"{label} > ", end="")
        try:
            return read()
        except _Help:
            _say("\n".join(f"    {line}" for line in help_lines))
        except BadAnswer as error:
            _say(f"    {error}")


class _Help(Exception):
    """The person wants to know more."""


def _line() -> str:
    """Return the line that is typed next. Raises _Help, _Skip, or _Stop at the end of input."""
    data = b""
    while not data.endswith((b"\n", b"\r")):
        piece = os.read(sys.stdin.fileno(), 4096)
        if piece in ENDS:
            raise _Stop
        data += piece
    return _meant(data.decode("utf-8", "replace").strip())


def _meant(text: str) -> str:
    if text == "?":
        raise _Help
    if text == "-":
        raise _Skip
    return text


def _pick(field: Field) -> str:
    """Return the key that is pressed next, one of *field*'s choices; Return is an empty line. Raises as `_line`."""
    keys = {choice.key: choice for choice in field.choices}
    with _single_keys():
        while True:
            pressed = os.read(sys.stdin.fileno(), 1)
            if pressed in ENDS:
                raise _Stop
            if pressed == ESCAPE:
                _drop_sequence()
                continue
            key = pressed.decode("ascii", "replace").lower()
            if key in keys:
                _say(keys[key].label)
                return keys[key].value
            if key in "?-\r\n":
                _say(key.strip())
                return _meant(key.strip())


@contextmanager
def _single_keys() -> Iterator[None]:
    """Have the terminal hand over each key as it is pressed; Ctrl-C still interrupts."""
    import termios
    import tty

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        # Not the default, which throws away what was typed ahead.
        tty.setcbreak(descriptor, termios.TCSADRAIN)
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _drop_sequence() -> None:
    """Read away what an arrow or a function key sends behind its Escape: its letters are no choices."""
    if _next_key() in (b"[", b"O"):
        while (key := _next_key()) and not b"@" <= key <= b"~":
            pass


def _next_key() -> bytes:
    """Return the key that is there already, nothing if none is."""
    return os.read(sys.stdin.fileno(), 1) if select.select([sys.stdin], [], [], 0.02)[0] else b""


def _say(text: str, end: str = "\n") -> None:
    print(printable(text), end=end, file=sys.stderr, flush=True)
