# Generated from fde/portable by make skills. Do not edit.
"""The file of a person's answers: the one way it is written, and reading it back.

It is Markdown that anybody may edit in any editor; `render` gives the same bytes whichever way the answers came.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .cells import cells_of, written_cell
from .fold import lf
from .questions import BadAnswer, Field, Question, Questionnaire, name_key, one_line
from .values import NOTHING, about, paragraphs, read_row, role, row_of, value_of, written

FORMAT = "answers/1"
HEAD_KEYS = ("fde", "skill", "subject", "who")
_HEADING = re.compile(r" {0,3}##(?!#)[ \t]*(?P<ask>.*?)[ \t]*(?:\{#(?P<id>[^{}]*)\})?[ \t#]*")
_COMMENT = re.compile(r"[ \t]*<!--")
_WHOLE_COMMENT = re.compile(r"[ \t]*<!--.*-->[ \t]*")
_RULE = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
_TO_ESCAPE = re.compile(r"^([ \t]*)(\\*)(##(?!#)|<!--)")
_ESCAPED = re.compile(r"^([ \t]*)\\(\\*)(##(?!#)|<!--)")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerProblem:
    """One place in a file of answers that cannot be taken as it is: its line, from 1, and "expected ..., found ..."."""

    line: int
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a file of answers says.

    Attributes:
        values: The answers by question id, in the order of the questions; what is unanswered or wrong is not there. text: str.
            number: float. money: decimal string. range: {"usual", "best", "worst"} of floats, best and worst None if only the
            usual one was given. choice: the choice's value. date: ISO text. table: list of rows, each a dict with every
            column's id, None where the cell is empty.
        who: The role of who answered, empty if the file does not say.
        subject: The slug that the answers are about, None for the client.
        skill: The skill that asked, as the head says.
        problems: In the order of their lines; a caller that computes must refuse a file that has any.
        astray: Cells that should repeat one of another table (`Field.one_of`) and do not. A caller that computes must refuse them
            too; one that goes on asking need not, since the other table may come later.
        missing: The ids of the questions without which the answers are incomplete; what is answered wrongly is no longer missing.
        lines: For each table in `values`, the line of each of its rows.
    """

    values: dict[str, Any]
    who: str = ""
    subject: str | None = None
    skill: str = ""
    problems: tuple[AnswerProblem, ...] = ()
    astray: tuple[AnswerProblem, ...] = ()
    missing: tuple[str, ...] = ()
    lines: dict[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def faults(self) -> tuple[AnswerProblem, ...]:
        """All that keeps the answers from being computed with, in the order of its lines."""
        return tuple(sorted((*self.problems, *self.astray), key=lambda problem: problem.line))


def put(questionnaire: Questionnaire, values: Mapping[str, Any], name: str, texts: Sequence[str]) -> dict[str, Any]:
    """Return *values* with the question *name* answered by *texts*: one, or a table's rows, each `cell | cell | ...`.

    Nothing, or a lone hyphen, takes an answer away.

    Raises:
        BadAnswer: there is no such question, or it cannot be answered by that.
    """
    question = questionnaire.question(name)
    if question.type == "table":
        lines = [line for text in texts for line in text.splitlines() if line.strip() not in ("", NOTHING)]
        rows = (row_of(question, cells_of(line)) for line in lines)
        value: Any = [row for row in rows if row] or None
    elif len(texts) > 1:
        raise BadAnswer("one value", " ".join(texts))
    else:
        value = value_of(question, texts[0] if texts else "")
    rest = {key: given for key, given in values.items() if key != name}
    return rest if value is None else {**rest, name: value}


def open_questions(questionnaire: Questionnaire, values: Mapping[str, Any]) -> str:
    """Return what to say of a complete file whose *values* leave questions open, empty if they leave none."""
    left = [question.id for question in questionnaire.questions if question.id not in values]
    return f"open, and optional: {', '.join(left)}" if left else ""


def missing(questionnaire: Questionnaire, values: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the ids of the questions without which *values* are incomplete."""
    return tuple(question.id for question in questionnaire.questions if question.needed and not _is_enough(question, values.get(question.id)))


def _is_enough(question: Question, value: Any) -> bool:
    return value is not None and (question.type != "table" or len(value) >= max(question.minimum, 1))


def render(questionnaire: Questionnaire, values: Mapping[str, Any], who: str = "", subject: str | None = None) -> str:
    """Return the answers *values* (as in `Answered.values`) of the role *who* about *subject* as the file has them.

    Each question without an answer has a comment that says what is wanted; with no values it is the empty form.
    """
    head = {"fde": FORMAT, "skill": questionnaire.skill, "subject": subject or "", "who": who}
    lines = ["---", *(f"{key}: {value}".rstrip() for key, value in head.items() if value or key != "subject"), "---", ""]
    lines += [f"# {questionnaire.title}", ""]
    if questionnaire.intro and not values:
        lines += [_comment(questionnaire.intro), ""]
    for question in questionnaire.questions:
        lines += [f"## {question.label} {{#{question.id}}}", ""]
        value = values.get(question.id)
        if value in (None, "", []):
            lines += [*map(_comment, hints(question)), ""]
        if body := _body(question, value):
            lines += [*body, ""]
    return "\n".join(lines[:-1]) + "\n"


def hints(question: Question) -> list[str]:
    """Return in sentences what *question* wants: its help, what an answer looks like, and the same for a table's columns."""
    if question.type == "table":
        columns = [f"{column.heading}: {_sentence(column)}" for column in question.columns if column.help or column.type != "text"]
        return [_sentence(question) or "One row each.", *columns]
    return [_sentence(question) or "In your own words."]


def _sentence(field: Field) -> str:
    parts = (field.help, "" if field.type in ("text", "table") else field.expected)
    return " ".join(f"{part[0].upper()}{part[1:].rstrip('.')}." for part in parts if part)


def _comment(text: str) -> str:
    return f"<!-- {text.replace('-->', '-- >')} -->"


def _body(question: Question, value: Any) -> list[str]:
    if question.type == "table":
        rows = [[written_cell(one_line(written(column, row.get(column.id)))) for column in question.columns] for row in value or ()]
        head = [written_cell(column.heading) for column in question.columns]
        return ["| " + " | ".join(cells) + " |" for cells in (head, ["---"] * len(head), *rows)]
    text = paragraphs(written(question, value))
    return [_TO_ESCAPE.sub(r"\1\\\2\3", line) for line in text.split("\n")] if text else []


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class _Section:
    question: Question
    line: int
    lines: list[_Line]


def parse(text: str, questionnaire: Questionnaire) -> Answered:
    """Return what the file of answers *text* says. Problems are values: a file of any content is taken apart.

    A byte order mark, CRLF, other white space, questions in another order and tables aligned by an editor are read.
    """
    lines = [_Line(number, line.rstrip()) for number, line in enumerate(lf(text.removeprefix("\ufeff")).split("\n"), 1)]
    found: list[AnswerProblem] = []
    head, rest = _head(lines, questionnaire, found)
    values: dict[str, Any] = {}
    places: dict[str, tuple[int, ...]] = {}
    wrong: set[str] = set()
    for section in _sections(rest, questionnaire, found):
        before = len(found)
        value = _value(section, found, places)
        if value is not None:
            values[section.question.id] = value
        elif len(found) > before:
            wrong.add(section.question.id)
    ordered = {question.id: values[question.id] for question in questionnaire.questions if question.id in values}
    return Answered(
        values=ordered,
        who=head.get("who", ""),
        subject=head.get("subject") or None,
        skill=head.get("skill", ""),
        problems=tuple(sorted(found, key=lambda problem: problem.line)),
        astray=tuple(_astray(questionnaire, ordered, places, wrong)),
        missing=tuple(name for name in missing(questionnaire, ordered) if name not in wrong),
        lines=places,
    )


def _astray(
    questionnaire: Questionnaire, values: Mapping[str, Any], places: Mapping[str, Sequence[int]], wrong: Collection[str]
) -> Iterator[AnswerProblem]:
    """Yield each cell that should repeat one of another table's and does not; of a table that is *wrong* nobody can say."""
    for question in questionnaire.questions:
        for column in question.columns:
            table, _, name = column.one_of.partition(".")
            if not table or table in wrong:
                continue
            known = [str(row[name]) for row in values.get(table, ()) if row[name] is not None]
            for line, row in zip(places.get(question.id, ()), values.get(question.id, ()), strict=True):
                if row[column.id] is not None and _same(row[column.id]) not in map(_same, known):
                    expected = f"one of those in {questionnaire.question(table).label!r} ({', '.join(known) or 'there are none yet'})"
                    yield AnswerProblem(line=line, what=f"{question.id}: {BadAnswer(expected, str(row[column.id]), column.heading)}")


def _same(value: Any) -> str:
    """Return what two cells have in common that say the same: capitals and a full stop at the end are nothing."""
    return name_key(str(value)).rstrip(".")


def _head(lines: Sequence[_Line], questionnaire: Questionnaire, found: list[AnswerProblem]) -> tuple[dict[str, str], Sequence[_Line]]:
    """Return the head's fields and the lines below it."""
    ends = [index for index, line in enumerate(lines) if line.text == "---"][:2]
    if len(ends) < 2 or ends[0] != 0:
        found.append(_problem(1, "a head: --- on the first line, then fde: answers/1, and --- again", lines[0].text))
        return {}, lines
    fields: dict[str, str] = {}
    for line in lines[1 : ends[1]]:
        key, colon, value = (part.strip() for part in line.text.partition(":"))
        if not line.text:
            continue
        if not colon or key not in HEAD_KEYS or key in fields:
            found.append(_problem(line.number, f"one line each for {', '.join(HEAD_KEYS)}", line.text))
            continue
        fields[key] = one_line(value.strip("\"'"))
        found += _head_problems(line.number, key, fields[key], questionnaire)
    if "fde" not in fields:
        found.append(_problem(1, f"fde: {FORMAT} in the head", "none"))
    return fields, lines[ends[1] + 1 :]


def _head_problems(number: int, key: str, value: str, questionnaire: Questionnaire) -> Iterator[AnswerProblem]:
    if key == "fde" and value != FORMAT:
        yield _problem(number, f"fde: {FORMAT}", value)
    if key == "skill" and questionnaire.skill and value != questionnaire.skill:
        yield _problem(number, f"answers to {questionnaire.skill}", value)
    check = {"who": role, "subject": about}.get(key)
    try:
        if check and value:
            check(value)
    except BadAnswer as error:
        yield AnswerProblem(line=number, what=str(error))


def _sections(lines: Iterable[_Line], questionnaire: Questionnaire, found: list[AnswerProblem]) -> list[_Section]:
    """Return what stands below each question's heading, comments left out."""
    sections: list[_Section] = []
    below: list[_Line] | None = None
    for line in lines:
        if heading := _HEADING.fullmatch(line.text):
            below = []
            if question := _asked(line, heading, questionnaire, sections, found):
                sections.append(_Section(question, line.number, below))
        elif _COMMENT.match(line.text):
            if not _WHOLE_COMMENT.fullmatch(line.text):
                found.append(_problem(line.number, "a comment that ends on its own line with -->", line.text))
        elif below is not None:
            below.append(line)
        elif line.text and not line.text.startswith("# "):
            found.append(_problem(line.number, "the first question's heading; an answer stands below its question", line.text))
    return sections


def _asked(
    line: _Line, heading: re.Match[str], questionnaire: Questionnaire, sections: Sequence[_Section], found: list[AnswerProblem]
) -> Question | None:
    """Return the question whose heading *line* is, None with a problem if it is none's or comes again."""
    name = heading["id"]
    if name is None:
        name = next((each.id for each in questionnaire.questions if name_key(each.label) == name_key(heading["ask"])), None)
    try:
        question = questionnaire.question(name if name is not None else line.text)
    except BadAnswer as error:
        found.append(_problem(line.number, f"a question's heading, ending in {{#ID}}: {error.expected}; in an answer write \\##", error.found))
        return None
    before = next((section.line for section in sections if section.question == question), None)
    if before is not None:
        found.append(_problem(line.number, f"each question once ({question.id} stands on line {before})", line.text))
        return None
    return question


def _value(section: _Section, found: list[AnswerProblem], places: dict[str, tuple[int, ...]]) -> Any:
    lines = [line for line in section.lines if line.text]
    if section.question.type == "table":
        rows = _rows(section.question, lines, found)
        if rows:
            places[section.question.id] = tuple(line for line, _ in rows)
        return [row for _, row in rows] if rows else None
    text = "\n".join(_ESCAPED.sub(r"\1\2\3", line.text) for line in section.lines)
    try:
        return value_of(section.question, text)
    except BadAnswer as error:
        found.append(AnswerProblem(line=lines[0].number, what=f"{section.question.id}: {error}"))
        return None


def _rows(question: Question, lines: Sequence[_Line], found: list[AnswerProblem]) -> list[tuple[int, dict[str, Any]]]:
    """Return the rows of a table with their lines, none if one is wrong; the columns go by their headings, in any order."""
    if not lines:
        return []
    before = len(found)
    columns = _columns(question, lines[0], found)
    rows: list[tuple[int, dict[str, Any]]] = []
    for line in lines[1:] if columns else ():
        if _RULE.fullmatch(line.text):
            continue
        row, faults = read_row(question, cells_of(line.text), columns)
        found += [AnswerProblem(line=line.number, what=f"{question.id}: {fault}") for fault in faults]
        if row:
            rows.append((line.number, row))
    return rows if len(found) == before else []


def _columns(question: Question, line: _Line, found: list[AnswerProblem]) -> list[Field]:
    """Return the columns that the table's first line names, nothing with a problem if one is not known or comes twice."""
    names = {name_key(name): column for column in question.columns for name in (column.id, column.label, column.heading)}
    columns = [names.get(name_key(cell)) for cell in cells_of(line.text)]
    known = [column for column in columns if column]
    if len(known) < len(columns) or len({column.id for column in known}) < len(known):
        found.append(_problem(line.number, f"a table with the columns {' | '.join(column.heading for column in question.columns)}", line.text))
        return []
    return known


def _problem(line: int, expected: str, found: str) -> AnswerProblem:
    return AnswerProblem(line=line, what=str(BadAnswer(expected, found)))
