"""Reads the file of answers: the process that a person tells, and the file as a source of facts.

A file with a value that cannot be taken is refused as a whole, with each line and what is allowed there.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from _portable.answers import parse
from _portable.evidence import Unreadable, read
from _portable.questions import Questionnaire, questions
from _portable.strictjson import strict_json
from badinput import BadInput, BadLines
from evidence import Source
from process import Process, process
from proposal import Proposed

SKILL = "amdahl-ceiling"
QUESTIONS = Path(__file__).resolve().parent.parent / "assets" / "questions.json"


def read_answers(path: Path, day: float) -> tuple[Source, Process]:
    """Read the answers at *path*; *day* is a working day in minutes.

    Raises:
        BadInput: the file cannot be read, or a value in it is not what it should be.
    """
    name = f"answers/{path.name}"
    try:
        data = read(path)
        text = data.decode("utf-8")
    except Unreadable as error:
        raise BadInput(expected="a file of answers", found=str(error), where=name) from error
    except UnicodeDecodeError as error:
        raise BadInput(expected="UTF-8 text", found=f"a byte that is not, at offset {error.start}", where=name) from error
    answered = parse(text, _questions())
    if answered.faults:
        raise BadLines(f"{name}:{problem.line}: {problem.what}" for problem in answered.faults)
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    source = Source(id=name, locator=f"file:{name}", count=1, bytes=len(data), read=len(answered.values), digest=digest)
    if not answered.values:
        source.health = "empty"
    return source, process(answered.values, answered.lines, source=name, who=answered.who, day=day)


def table_to_paste(proposed: Sequence[Proposed]) -> str:
    """*proposed* as the table of the answers, its last column left open for a person's yes or no."""
    columns = _questions().question("list").columns
    rows = [
        [column.heading for column in columns],
        ["---"] * len(columns),
        *([_cell(one.column), _cell(one.event), _cell(one.step), ""] for one in proposed),
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cell(text: str) -> str:
    return re.sub(r"(\\*)\|", r"\1\1\\|", "".join(letter for letter in " ".join(text.split()) if letter.isprintable()))


def _questions() -> Questionnaire:
    return questions(strict_json(QUESTIONS.read_text(encoding="utf-8")), SKILL)
