"""What a skill asks a person: the questions, and what a value of each must be.

They come as a document (`fde.questions/1`) that is looked at whole before anything is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .schema import validate


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
    return Questionnaire(skill=skill, title=one_line(document["title"]), intro=one_line(document.get("intro", "")), questions=asked)


def _question(entry: Mapping[str, Any]) -> Question:
    columns = tuple(Field(label=one_line(column["label"]), **_common(column)) for column in entry.get("columns", ()))
    is_table = entry["type"] == "table"
    if is_table != bool(columns):
        raise BadQuestions(f"questions.{entry['id']}: a table has columns, and nothing else has")
    if entry.get("minimum") and not is_table:
        raise BadQuestions(f"questions.{entry['id']}: only a table has a minimum, of rows")
    _distinct([name for column in columns for name in {name_key(column.id), name_key(column.label), name_key(column.heading)}], entry["id"])
    return Question(label=one_line(entry["ask"]), columns=columns, minimum=entry.get("minimum", 0), **_common(entry))


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
        Choice(value=choice["value"], key=choice.get("key", str(number)), label=one_line(choice["label"]))
        for number, choice in enumerate(entry.get("choices", ()), 1)
    )
    if (entry["type"] == "choice") != bool(choices):
        raise BadQuestions(f"questions.{entry['id']}: a choice has choices, and nothing else has")
    _distinct([name for choice in choices for name in {choice.value, choice.key, name_key(choice.label)}], entry["id"])
    return {
        "id": entry["id"],
        "type": entry["type"],
        "unit": one_line(entry.get("unit", "")),
        "help": one_line(entry.get("help", "")),
        "required": entry.get("required", False),
        "choices": choices,
        "needs": entry.get("needs", ""),
        "one_of": entry.get("one_of", ""),
    }


def _distinct(names: Sequence[str], place: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise BadQuestions(f"questions.{place}: {name!r} is given twice, and it must say which one is meant")


def name_key(text: str) -> str:
    """Return what two names have in common that say the same: capitals and white space are nothing."""
    return one_line(text).casefold()


def one_line(text: str) -> str:
    """Return *text* on one line, its white space single."""
    return " ".join(text.split())
