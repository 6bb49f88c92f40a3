"""What people answered: one Markdown file for a skill and a subject in `answers/`, read whole and replaced whole.

A file that cannot be taken as it is is never written over: each place is named, and a person mends it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..errors import BadAnswers, BrokenSkill, CannotWrite, NoQuestions, OtherPerson
from ..portable.answers import Answered, missing, parse, render
from ..portable.questions import BadQuestions, Questionnaire, questions
from . import files
from .engagement import Engagement

CAP = 1_000_000
WAIT = 10.0  # seconds for another fde that is at work; what was typed is worth the wait
_MOST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The answers to one skill about one subject, as they are on disk.

    Attributes:
        root: The engagement's folder.
        name: The file, relative to the engagement.
        asked: The questions.
        data: What the file holds, as bytes; None if there is none.
        found: What that says; nothing if there is no file.
    """

    root: Path
    name: str
    asked: Questionnaire
    data: bytes | None
    found: Answered

    @property
    def open(self) -> tuple[str, ...]:
        """The ids of the questions without an answer."""
        return tuple(question.id for question in self.asked.questions if question.id not in self.found.values)


def file_name(skill: str, subject: str | None) -> str:
    """Return where the answers to *skill* about *subject* stand, relative to the engagement."""
    return f"answers/{skill}{f'-{subject}' if subject else ''}.md"


def path_of(engagement: Engagement, skill: str, subject: str | None) -> Path | None:
    """Return the file of answers that a script may read; None if there is none.

    Raises NotRegular, TooLarge, CannotRead or NotInside if something else stands there.
    """
    path = files.inside(engagement.root, file_name(skill, subject))
    if not path.exists() and not path.is_symlink():
        return None
    files.read_bytes(path, CAP)
    return path


def questionnaire(folder: Path, name: str | None, skill: str) -> Questionnaire:
    """Return the questions of *skill* in its *folder*: the file *name*, by default `assets/questions.json`.

    Raises NoQuestions if there are none, BrokenSkill if they cannot be asked, or what reading the file raises.
    """
    path = folder / (name or "assets/questions.json")
    if name is None and not path.is_file():
        raise NoQuestions(skill)
    try:
        return questions(files.read_json(path, CAP), skill)
    except BadQuestions as error:
        raise BrokenSkill(error, where=str(path)) from error


def look(engagement: Engagement, asked: Questionnaire, subject: str | None) -> Sheet:
    """Return the answers as they are, problems included. Raises what reading the file raises."""
    name = file_name(asked.skill, subject)
    path = files.inside(engagement.root, name)
    if not path.exists() and not path.is_symlink():
        nothing = Answered(values={}, subject=subject, skill=asked.skill, missing=missing(asked, {}))
        return Sheet(root=engagement.root, name=name, asked=asked, data=None, found=nothing)
    data = files.read_bytes(path, CAP)
    found = parse(files.as_text(data, name), asked)
    if found.subject != subject and not found.problems:
        fault = f"expected answers about {subject or 'the client'}, found {found.subject or 'the client'}."
        raise BadAnswers(fault, where=name, hint="Correct `subject` in its head, or the file's name.")
    return Sheet(root=engagement.root, name=name, asked=asked, data=data, found=found)


def read(engagement: Engagement, asked: Questionnaire, subject: str | None) -> Sheet:
    """Return the answers as they are. Raises BadAnswers with each line that cannot be taken, or what reading raises."""
    sheet = look(engagement, asked, subject)
    if sheet.found.problems:
        raise problems(sheet)
    return sheet


def problems(sheet: Sheet) -> BadAnswers:
    """Return the error that names each line of *sheet* that cannot be taken."""
    first, *rest = sheet.found.problems
    lines = [f"{first.what}.", *(f"{sheet.name}:{problem.line}: {problem.what}." for problem in rest[: _MOST - 1])]
    if len(rest) >= _MOST:
        lines.append(f"... and {len(rest) - _MOST + 1} more.")
    return BadAnswers("\n".join(lines), where=f"{sheet.name}:{first.line}")


def by(sheet: Sheet, who: str | None) -> Sheet:
    """Return *sheet* as answered by the role *who*, if that is given. Raises OtherPerson if it is by another."""
    if who and sheet.found.who not in ("", who):
        raise OtherPerson(sheet.found.who, who, where=sheet.name)
    return replace(sheet, found=replace(sheet.found, who=who or sheet.found.who))


def rendered(sheet: Sheet, values: Mapping[str, Any]) -> str:
    """Return the file's text with the answers *values*."""
    return render(sheet.asked, values, sheet.found.who, sheet.found.subject)


def save(sheet: Sheet, values: Mapping[str, Any]) -> Sheet:
    """Make *values* the answers, at once and for good, and return them as they are on disk now.

    Raises CannotWrite if the file is no longer what *sheet* was read from, or the system's words; Locked.
    """
    text = rendered(sheet, values)
    path = files.inside(sheet.root, sheet.name)
    with files.lock(sheet.root, wait=WAIT):
        files.make_folder(path.parent)
        if _data_now(path) != sheet.data:
            hint = "Nothing was written over. Run the same command again."
            raise CannotWrite("somebody else has changed it meanwhile", where=sheet.name, hint=hint)
        if text.encode() != sheet.data:
            files.replace(path, text)
    return replace(sheet, data=text.encode(), found=parse(text, sheet.asked))


def _data_now(path: Path) -> bytes | None:
    return files.read_bytes(path, CAP) if path.exists() or path.is_symlink() else None
