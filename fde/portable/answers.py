"""What a skill asks a person and what the person answered: the questions, the one way answers are written, and reading them back.

The file is Markdown that anybody may edit in any editor; `render` gives the same bytes whichever way the answers came.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from .days import day
from .schema import validate

FORMAT = "answers/1"
HEAD_KEYS = ("fde", "skill", "subject", "who")
ROLE = "a role in small letters, like owner or office lead, and no name"
NOTHING = "-"

_HEADING = re.compile(r" {0,3}##(?!#)[ \t]*(?P<ask>.*?)[ \t]*(?:\{#(?P<id>[^{}]*)\})?[ \t#]*")
_COMMENT = re.compile(r"[ \t]*<!--")
_WHOLE_COMMENT = re.compile(r"[ \t]*<!--.*-->[ \t]*")
_RULE = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
_TO_ESCAPE = re.compile(r"^([ \t]*)(\\*)(##(?!#)|<!--)")
_ESCAPED = re.compile(r"^([ \t]*)\\(\\*)(##(?!#)|<!--)")
_AMOUNT = r"\d{1,9}(?:\.\d{1,6})?"
_NUMBER = re.compile(_AMOUNT, re.ASCII)
_RANGE = re.compile(rf"({_AMOUNT}) *\( *({_AMOUNT}) *(?:to|-|–) *({_AMOUNT}) *\)", re.ASCII)
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_WORD = re.compile(r"[^\W\d_]+")


class BadQuestions(ValueError):
    """A document of questions is not what it should be; the message is one sentence."""


class BadAnswer(ValueError):
    """One value is not what was asked for.

    Attributes:
        expected: What would have been, allowed values included.
        found: What was.
    """

    def __init__(self, expected: str, found: str, place: str = "") -> None:
        """Keep both; as text it is "PLACE: expected ..., found ...", *place* being a column's heading or empty."""
        self.expected = expected
        self.found = found
        super().__init__(f"{place and f'{place}: '}expected {expected}, found {found[:80]!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of the values that may be chosen: what is written, the key that picks it, what it means."""

    value: str
    key: str
    label: str

    def __str__(self) -> str:
        """Return the value, with its meaning where that is another word."""
        return self.value if self.label.casefold() == self.value.casefold() else f"{self.value} ({self.label})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What one value must be: a question that is no table, or a column of one.

    Attributes:
        id: Its name in code.
        label: The question, or the column's heading.
        type: "text", "number", "range", "choice", "date", "money" or, for a question, "table".
        unit: What is counted, empty if nothing is.
        help: A sentence for who does not know what is meant.
        required: Whether the measurement needs it.
        choices: For the type "choice".
        needs: Of a table's column, the id of the column that must be filled where this one is, empty if none.
        one_of: Of a table's column, `TABLE.COLUMN` if it must repeat a cell of that column, empty if it may say anything.
    """

    id: str
    label: str
    type: str
    unit: str = ""
    help: str = ""
    required: bool = False
    choices: tuple[Choice, ...] = ()
    needs: str = ""
    one_of: str = ""

    @property
    def heading(self) -> str:
        """The column's heading with its unit."""
        return f"{self.label} ({self.unit})" if self.unit and f"({self.unit})" not in self.label else self.label

    @property
    def expected(self) -> str:
        """What a value looks like, in words."""
        unit = f" ({self.unit})," if self.unit else ""
        match self.type:
            case "number" | "money":
                return f"a number of zero or more{unit} like 12 or 12.5"
            case "range":
                return f"the usual value{unit} like 20, or with the best and the worst like 20 (10 to 45)"
            case "choice":
                return f"one of {', '.join(map(str, self.choices))}"
            case "date":
                return "a date like 2026-03-02"
            case _:
                return "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Field):
    """One question; a table has `columns` and at least `minimum` rows."""

    columns: tuple[Field, ...] = ()
    minimum: int = 0

    @property
    def needed(self) -> bool:
        """Whether the answers are incomplete without it."""
        return self.required or self.minimum > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Questionnaire:
    """The questions of one skill (`fde.questions/1`); `skill` is empty where it was not given."""

    skill: str
    title: str
    intro: str
    questions: tuple[Question, ...]

    def question(self, name: str) -> Question:
        """Return the question with the id *name*. Raises BadAnswer naming those there are."""
        for question in self.questions:
            if question.id == name:
                return question
        raise BadAnswer(f"the id of a question ({', '.join(question.id for question in self.questions)})", name)


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


def questions(document: object, skill: str = "") -> Questionnaire:
    """Return the questions of *skill* from a document of `fde.questions/1`.

    Raises:
        BadQuestions: it breaks the schema, gives an id, a column's heading or a choice's key twice, or a choice without choices.
    """
    problems = validate(document, "questions")
    if problems or not isinstance(document, dict):
        raise BadQuestions(problems[0])
    asked = tuple(_question(entry) for entry in document["questions"])
    _distinct([question.id for question in asked], "questions")
    _check_references(asked)
    return Questionnaire(skill=skill, title=_line(document["title"]), intro=_line(document.get("intro", "")), questions=asked)


def _question(entry: Mapping[str, Any]) -> Question:
    columns = tuple(Field(label=_line(column["label"]), **_common(column)) for column in entry.get("columns", ()))
    is_table = entry["type"] == "table"
    if is_table != bool(columns):
        raise BadQuestions(f"questions.{entry['id']}: a table has columns, and nothing else has")
    if entry.get("minimum") and not is_table:
        raise BadQuestions(f"questions.{entry['id']}: only a table has a minimum, of rows")
    _distinct([name for column in columns for name in {_key(column.id), _key(column.label), _key(column.heading)}], entry["id"])
    return Question(label=_line(entry["ask"]), columns=columns, minimum=entry.get("minimum", 0), **_common(entry))


def _check_references(asked: Sequence[Question]) -> None:
    known = {f"{question.id}.{column.id}" for question in asked for column in question.columns}
    for question in asked:
        for column in question.columns:
            if column.needs and f"{question.id}.{column.needs}" not in known:
                raise BadQuestions(f"questions.{question.id}: {column.id!r} needs {column.needs!r}, which is no column of it")
            if column.one_of and column.one_of not in known:
                raise BadQuestions(f"questions.{question.id}: {column.id!r} is one of {column.one_of!r}, which is no column of a table")


def _common(entry: Mapping[str, Any]) -> dict[str, Any]:
    choices = tuple(
        Choice(value=choice["value"], key=choice.get("key", str(number)), label=_line(choice["label"]))
        for number, choice in enumerate(entry.get("choices", ()), 1)
    )
    if (entry["type"] == "choice") != bool(choices):
        raise BadQuestions(f"questions.{entry['id']}: a choice has choices, and nothing else has")
    _distinct([name for choice in choices for name in {choice.value, choice.key, _key(choice.label)}], entry["id"])
    return {
        "id": entry["id"],
        "type": entry["type"],
        "unit": _line(entry.get("unit", "")),
        "help": _line(entry.get("help", "")),
        "required": entry.get("required", False),
        "choices": choices,
        "needs": entry.get("needs", ""),
        "one_of": entry.get("one_of", ""),
    }


def _distinct(names: Sequence[str], place: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise BadQuestions(f"questions.{place}: {name!r} is given twice, and it must say which one is meant")


def _key(text: str) -> str:
    return _line(text).casefold()


def _line(text: str) -> str:
    return " ".join(text.split())


def role(text: str) -> str:
    """Return *text* as a role. Raises BadAnswer for what looks like a person's name, an address or nothing."""
    found = _line(text)
    words = re.split(r"[ -]", found)
    if len(found) > 60 or not all(_WORD.fullmatch(word) and (word.islower() or (word.isupper() and len(word) <= 4)) for word in words):
        raise BadAnswer(ROLE, text)
    return found


def about(text: str) -> str:
    """Return *text* as a subject. Raises BadAnswer if it is no slug."""
    if not _SLUG.fullmatch(text) or len(text) > 64:
        raise BadAnswer("a subject of small letters, digits and single hyphens", text)
    return text


def value_of(field: Field, text: str) -> Any:
    """Return what *text* says as *field*'s value, None for no answer (nothing, or a lone hyphen); not for tables.

    Raises:
        BadAnswer: it is not what the field wants.
    """
    text = _paragraphs(text)
    return None if text in ("", NOTHING) else _READERS[field.type](field, text)


def _paragraphs(text: str) -> str:
    """Return *text* without white space at ends of lines, and with one empty line where there are several."""
    unfit = next((character for character in text if unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\r\t"), "")
    if unfit:
        raise BadAnswer("text without control characters", f"U+{ord(unfit):04X}")
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _amount(field: Field, text: str) -> str:
    bare = _without_unit(field, text)
    if not _NUMBER.fullmatch(bare):
        raise BadAnswer(field.expected, text)
    return bare


def _without_unit(field: Field, text: str) -> str:
    return text[: -len(field.unit)].rstrip() if field.unit and text.endswith(field.unit) else text


def _number(field: Field, text: str) -> float:
    return float(_amount(field, text))


def _money(field: Field, text: str) -> str:
    whole, _, cents = _plain(Decimal(_amount(field, text))).partition(".")
    return f"{whole}.{cents:0<2}" if cents else whole


def _plain(number: Decimal) -> str:
    """Return *number* without an exponent and without zeros that say nothing."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _range(field: Field, text: str) -> dict[str, float | None]:
    bare = _without_unit(field, text)
    if _NUMBER.fullmatch(bare):
        return {"usual": float(bare), "best": None, "worst": None}
    found = _RANGE.fullmatch(bare)
    if not found:
        raise BadAnswer(field.expected, text)
    usual, best, worst = map(float, found.groups())
    # Whether more is better is the question's affair; that the usual lies between the two is not.
    if not min(best, worst) <= usual <= max(best, worst):
        raise BadAnswer("a usual value that lies between the best and the worst, like 20 (10 to 45)", text)
    return {"usual": usual, "best": best, "worst": worst}


def _choice(field: Field, text: str) -> str:
    wanted = _key(text)
    for choice in field.choices:
        if wanted in (choice.value, choice.key, _key(choice.label)):
            return choice.value
    raise BadAnswer(field.expected, text)


def _date(field: Field, text: str) -> str:
    found = day(text)
    if found is None:
        raise BadAnswer(field.expected, text)
    return found.isoformat()


_READERS: dict[str, Callable[[Field, str], Any]] = {
    "text": lambda _, text: text,
    "number": _number,
    "money": _money,
    "range": _range,
    "choice": _choice,
    "date": _date,
}


def written(field: Field, value: Any) -> str:
    """Return *value* as the file has it, whose `value_of` is *value* again; empty for None."""
    if value is None:
        return ""
    match field.type:
        case "number":
            return _plain(Decimal(repr(value)))
        case "range":
            return _written_range(value)
        case _:
            return str(value)


def _written_range(value: Mapping[str, float | None]) -> str:
    usual, best, worst = (None if value.get(name) is None else _plain(Decimal(repr(value[name]))) for name in ("usual", "best", "worst"))
    return f"{usual} ({best} to {worst})" if best is not None else str(usual)


def row_of(question: Question, cells: Sequence[str], columns: Sequence[Field] | None = None) -> dict[str, Any] | None:
    """Return the row that *cells* say in the order of *columns* (default: the question's), None if all are empty.

    Raises:
        BadAnswer: a cell is wrong, there are too many, or one that is required or needed is empty; names the column. The first such.
    """
    row, faults = _row(question, cells, columns)
    if faults:
        raise faults[0]
    return row


def _row(question: Question, cells: Sequence[str], columns: Sequence[Field] | None) -> tuple[dict[str, Any] | None, list[BadAnswer]]:
    """Return the row and all that is wrong with it."""
    order = question.columns if columns is None else columns
    if len(cells) > len(order) and any(cell.strip() for cell in cells[len(order) :]):
        return None, [BadAnswer(f"{len(order)} cells ({' | '.join(column.heading for column in order)})", " | ".join(cells))]
    row: dict[str, Any] = {column.id: None for column in question.columns}
    faults: list[BadAnswer] = []
    wrong: set[str] = set()
    for column, cell in zip(order, cells, strict=False):
        try:
            row[column.id] = value_of(column, _line(cell))
        except BadAnswer as error:
            faults.append(BadAnswer(error.expected, error.found, column.heading))
            wrong.add(column.id)
    if not wrong and all(value is None for value in row.values()):
        return None, []
    faults += [_nothing(question, column, row) for column in question.columns if column.id not in wrong and is_needed(question, column, row)]
    return row, faults


def is_needed(question: Question, column: Field, row: Mapping[str, Any]) -> bool:
    """Return whether *row* has nothing in *column* and must: it is required, or a filled column needs it."""
    return row.get(column.id) is None and (column.required or bool(_needing(question, column, row)))


def _needing(question: Question, column: Field, row: Mapping[str, Any]) -> list[str]:
    """Return the headings of the filled columns that need *column*."""
    return [other.heading for other in question.columns if other.needs == column.id and row.get(other.id) is not None]


def _nothing(question: Question, column: Field, row: Mapping[str, Any]) -> BadAnswer:
    because = "".join(f", because {heading!r} is filled in" for heading in _needing(question, column, row))
    return BadAnswer(f"{column.expected}{because}", "nothing", column.heading)


def cells_of(line: str) -> list[str]:
    r"""Return the cells of a row of a Markdown table; `\|` is a pipe in a cell. The outer pipes may be left out."""
    parts = re.split(r"(\\*\|)", line.strip())
    cells = [""]
    for text, end in zip(parts[::2], [*parts[1::2], ""], strict=True):
        slashes = max(len(end) - 1, 0)
        cells[-1] += text + "\\" * (slashes // 2)
        if slashes % 2:
            cells[-1] += "|"
        elif end:
            cells.append("")
    cells = [cell.strip() for cell in cells]
    first = 1 if line.strip().startswith("|") else 0
    last = -1 if len(cells) > first + 1 and not cells[-1] and line.rstrip().endswith("|") else None
    return cells[first:last]


def _written_cell(column: Field, value: Any) -> str:
    return re.sub(r"(\\*)\|", r"\1\1\\|", _line(written(column, value)))


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
        rows = [[_written_cell(column, row.get(column.id)) for column in question.columns] for row in value or ()]
        head = [_written_cell(Field(id="", label="", type="text"), column.heading) for column in question.columns]
        return ["| " + " | ".join(cells) + " |" for cells in (head, ["---"] * len(head), *rows)]
    text = _paragraphs(written(question, value))
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
    lines = [_Line(number, line.rstrip()) for number, line in enumerate(re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff")), 1)]
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
    return _key(str(value)).rstrip(".")


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
        fields[key] = _line(value.strip("\"'"))
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
        name = next((each.id for each in questionnaire.questions if _key(each.label) == _key(heading["ask"])), None)
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
        row, faults = _row(question, cells_of(line.text), columns)
        found += [AnswerProblem(line=line.number, what=f"{question.id}: {fault}") for fault in faults]
        if row:
            rows.append((line.number, row))
    return rows if len(found) == before else []


def _columns(question: Question, line: _Line, found: list[AnswerProblem]) -> list[Field]:
    """Return the columns that the table's first line names, nothing with a problem if one is not known or comes twice."""
    names = {_key(name): column for column in question.columns for name in (column.id, column.label, column.heading)}
    columns = [names.get(_key(cell)) for cell in cells_of(line.text)]
    known = [column for column in columns if column]
    if len(known) < len(columns) or len({column.id for column in known}) < len(known):
        found.append(_problem(line.number, f"a table with the columns {' | '.join(column.heading for column in question.columns)}", line.text))
        return []
    return known


def _problem(line: int, expected: str, found: str) -> AnswerProblem:
    return AnswerProblem(line=line, what=str(BadAnswer(expected, found)))
