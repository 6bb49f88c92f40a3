"""`decisions/*.md`: one decision a file, with the one person who decides it and the day by which it is needed.

The head says where it stands; the body (options, criteria) is free text that fde reads the options from and never rewrites.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

from .. import frontmatter
from ..errors import BrokenDecision, FdeError, NoSuchDecision, SameQuestion, SeveralDecide, UsageError
from ..portable.days import day
from ..portable.fold import fold
from ..portable.names import escaped, same_name
from ..text import SLUG_LENGTH
from . import files
from .engagement import Engagement

FOLDER = "decisions"
CAP = 1_000_000
FIELDS = ("question", "decider", "opened", "needed_by", "decided", "chosen")
_WORDS_IN_NAME = 7
_JOINED = re.compile(r"\s*[,;/&+]\s*|\s+(?:and|or|plus|with|und|oder|et)\s+", re.IGNORECASE)
_ROLE = re.compile(r"\b(?:of|for|head|lead|leader|manager|director|chief|owner|officer|chair|founder|c[eftio]o|vp)\b", re.IGNORECASE)
_MANY = re.compile(
    r"\b(?:committees?|boards?|teams?|groups?|councils?|panels?|everyone|everybody|all|we|us|they|them|both|management|leadership"
    r"|departments?|stakeholders|partners|owners|managers|directors|heads)$",
    re.IGNORECASE,
)
_SECTION = re.compile(r"^#{1,6}[ \t]+options\b[^\n]*\n(.*?)(?=^#{1,6}[ \t]|\Z)", re.IGNORECASE | re.DOTALL | re.MULTILINE)
_OPTION = re.compile(r"^(?:[-*+]|\d{1,9}[.)])[ \t]+(.+?)[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision.

    Attributes:
        file: Its name in `decisions/`.
        question: What is to be decided.
        decider: The one role that decides.
        opened: When it was asked.
        needed_by: None if the head does not say.
        decided: When it was; None while it is open.
        chosen: What was chosen, empty while it is open.
        options: What the body lists under "Options".
    """

    file: str
    question: str
    decider: str
    opened: date
    needed_by: date | None = None
    decided: date | None = None
    chosen: str = ""
    options: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Say whether nobody has decided yet."""
        return self.decided is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A file that is to be written: its name in `decisions/`, its text, and what it says."""

    text: str
    decision: Decision


def read(engagement: Engagement) -> tuple[tuple[Decision, ...], tuple[FdeError, ...]]:
    """Return every decision by the name of its file, and an error with file and line for each file that is none."""
    found: list[Decision] = []
    broken: list[FdeError] = []
    for path in sorted((engagement.root / FOLDER).glob("*.md")):
        name = f"{FOLDER}/{escaped(path.name)}"
        try:
            found.append(parse(files.read_text(path, CAP), path.name))
        except FdeError as error:
            error.where = error.where if error.where.startswith(name) else name
            broken.append(error)
    return tuple(found), tuple(broken)


def parse(text: str, file: str) -> Decision:
    """Return the decision that *text* says, *file* being its name in `decisions/`. Raises BadHead, BrokenDecision or SeveralDecide."""
    where = f"{FOLDER}/{escaped(file)}"
    head = frontmatter.parse(text, where)
    reader = _Fields(head.fields, text, where)
    decided, chosen = reader.day("decided"), reader.text("chosen")
    if bool(chosen) != bool(decided):
        raise reader.fault("chosen", "chosen and decided together, or neither", chosen or "decided alone")
    opened = reader.day("opened")
    if opened is None:
        raise reader.fault("opened", "opened: and a date like 2026-03-02", "nothing")
    decider = reader.text("decider")
    if reason := against(decider):
        raise SeveralDecide(reason, where=reader.place("decider"))
    if not reader.text("question"):
        raise reader.fault("question", "question: and what is to be decided", "nothing")
    return Decision(
        file=file,
        question=reader.text("question"),
        decider=decider,
        opened=opened,
        needed_by=reader.day("needed_by"),
        decided=decided,
        chosen=chosen,
        options=_options(head.body),
    )


class _Fields:
    """The head of one decision, read field by field."""

    def __init__(self, fields: dict[str, Any], text: str, where: str) -> None:
        self.fields, self.lines, self.where = fields, text.splitlines(), where
        for name, value in fields.items():
            if name not in FIELDS:
                raise self.fault(name, f"only {', '.join(FIELDS)}", name)
            if not isinstance(value, str):
                raise self.fault(name, f"{name}: and one value", repr(value))

    def text(self, name: str) -> str:
        return str(self.fields.get(name, "")).strip()

    def day(self, name: str) -> date | None:
        text = self.text(name)
        found = day(text)
        if text and found is None:
            raise self.fault(name, f"{name}: and a date like 2026-03-09", text)
        return found

    def fault(self, name: str, expected: str, found: str) -> BrokenDecision:
        return BrokenDecision(expected, f"{found!r:.80}", where=self.place(name))

    def place(self, name: str) -> str:
        field = re.compile(rf"""["']?{re.escape(name)}["']?[ \t]*:""")
        numbers = (number for number, line in enumerate(self.lines, 1) if field.match(line))
        return f"{self.where}:{next(numbers, 1)}"


def against(decider: str) -> str:
    """Return why *decider* cannot decide, empty if it names one person."""
    if not decider.strip():
        return "nobody is named"
    role = re.split(r"\s+of\s+", decider.strip(), maxsplit=1)[0]
    if found := _MANY.search(role):
        return f"{decider!r} are several ({found[0]}); name the one who decides for them, like chair of the board"
    first, *rest = _JOINED.split(decider.strip())
    # "Head of sales and marketing" is one role, "head of sales and head of IT" are two.
    is_one_role = not rest or (re.search(r"\b(?:of|for)\b", first, re.IGNORECASE) and not any(_ROLE.search(part) for part in rest))
    return "" if is_one_role else f"{decider!r} are several; what they must agree on goes into the criteria"


def draft(
    engagement: Engagement,
    question: str,
    *,
    decider: str,
    opened: date,
    needed_by: date,
    options: Sequence[str] = (),
    criteria: Sequence[str] = (),
) -> Plan:
    """Return the file of a new decision. Raises SeveralDecide, SameQuestion or UsageError; writes nothing."""
    question, decider = " ".join(question.split()), " ".join(decider.split())
    if not question:
        raise UsageError("A decision needs its question.")
    if reason := against(decider):
        raise SeveralDecide(reason)
    for other in read(engagement)[0]:
        if other.is_open and _same(other.question, question):
            raise SameQuestion(other.question, where=f"{FOLDER}/{other.file}")
    fields = dict.fromkeys(FIELDS, "") | {"question": question, "decider": decider}
    fields |= {"opened": opened.isoformat(), "needed_by": needed_by.isoformat()}
    text = frontmatter.render(fields, _body(options, criteria))
    name = _free_name(engagement, f"{opened.isoformat()}-{_slug(question)}")
    return Plan(text=text, decision=parse(text, name))


def close(engagement: Engagement, name: str, *, chosen: str, decided: date) -> Plan:
    """Return the file of the open decision *name* with what was *chosen*; every other line of it stays.

    *name* is the file's name, with or without its date. Raises NoSuchDecision, UsageError or BrokenDecision; writes nothing.
    """
    decision = _find(engagement, name)
    chosen = " ".join(chosen.split())
    if not decision.is_open:
        raise UsageError(f"It was decided on {decision.decided}: {decision.chosen}.", where=f"{FOLDER}/{decision.file}")
    if decision.options and not any(_begins(option, chosen) for option in decision.options):
        raise UsageError(f"Expected one of its options ({'; '.join(decision.options)}), found {chosen!r}.", where=f"{FOLDER}/{decision.file}")
    if not chosen:
        raise UsageError("Say what was chosen with --chosen.")
    data = files.read_bytes(engagement.root / FOLDER / decision.file, CAP)
    text = files.as_text(data, decision.file)
    for field, value in (("decided", decided.isoformat()), ("chosen", chosen)):
        text = _with_field(text, field, value)
    closed = parse(text, decision.file)
    if (closed.decided, closed.chosen) != (decided, chosen):
        raise BrokenDecision("lines like `decided:` and `chosen:` in its head", "another form", where=f"{FOLDER}/{decision.file}")
    return Plan(text=("\ufeff" if data.startswith(b"\xef\xbb\xbf") else "") + text, decision=closed)


def write(engagement: Engagement, plan: Plan) -> Path:
    """Write what was planned and return its path. The caller holds the engagement's lock. Raises CannotWrite."""
    path = engagement.root / FOLDER / plan.decision.file
    files.make_folder(path.parent)
    files.replace(path, plan.text)
    return path


def _find(engagement: Engagement, name: str) -> Decision:
    wanted = Path(name).name.removesuffix(".md")
    every, broken = read(engagement)
    for error in broken:
        if wanted in _names(Path(error.where.partition(":")[0]).name):
            raise error
    found = [item for item in every if wanted in _names(item.file)]
    still = [item for item in found if item.is_open] or found
    if len(still) != 1:
        reason = ", ".join(item.file for item in still) or f"there is no {wanted}"
        raise NoSuchDecision(reason)
    return still[0]


def _names(file: str) -> tuple[str, str]:
    name = file.removesuffix(".md")
    return name, re.sub(r"^\d{4}-\d\d-\d\d-", "", name)


def _begins(option: str, chosen: str) -> bool:
    plain = (re.sub(r"[*_`]", "", fold(text)).casefold() for text in (option, chosen))
    whole, words = plain
    return bool(words) and (whole == words or (whole.startswith(words) and not whole[len(words)].isalnum()))


def _with_field(text: str, field: str, value: str) -> str:
    """Return *text* with the line of *field* in its head saying *value*; a head without that line gets it at its end."""
    line = frontmatter.render({field: value}, "").split("\n")[1]
    end = re.search(r"^---[ \t]*\r?$", text[3:], re.MULTILINE)
    stop = 3 + end.start() if end else 0
    head, rest = text[:stop], text[stop:]
    changed, times = re.subn(rf"^{field}[ \t]*:[^\r\n]*", lambda _: line, head, count=1, flags=re.MULTILINE)
    newline = "\r\n" if "\r\n" in head else "\n"
    return (changed if times else f"{head}{line}{newline}") + rest


def _free_name(engagement: Engagement, stem: str) -> str:
    folder = engagement.root / FOLDER
    taken = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    for number in count(1):
        name = f"{stem}{f'-{number}' if number > 1 else ''}.md"
        if not any(same_name(name, other) for other in taken):
            break
    return name


def _slug(question: str) -> str:
    letters = unicodedata.normalize("NFKD", question.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", letters)[:_WORDS_IN_NAME]
    return "-".join(words)[:SLUG_LENGTH].strip("-") or "decision"


def _body(options: Sequence[str], criteria: Sequence[str]) -> str:
    sections = (("Options", options), ("Criteria", criteria))
    return "".join(f"\n## {title}\n\n" + "".join(f"- {' '.join(item.split())}\n" for item in items) for title, items in sections)


def _options(body: str) -> tuple[str, ...]:
    section = _SECTION.search(body)
    return tuple(match[1] for match in _OPTION.finditer(section[1])) if section else ()


def _same(one: str, other: str) -> bool:
    return fold(one).casefold().rstrip("?.! ") == fold(other).casefold().rstrip("?.! ")
