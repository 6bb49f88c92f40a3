"""OpenCode's sessions: a database, or earlier a tree of JSON files with one session, message or part each; milliseconds of an epoch.

A message of the model lasts from its creation to its completion and a tool stands inside of it: tools come first where they overlap.
A part may name its message only; each message says to which session it belongs.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from _portable.strictjson import BadJson, strict_json
from badinput import BadInput
from loglines import Json, inner, word
from reading import Interval, Moment, Read, instant, stretch
from records import text_of

TREE = "OpenCode file"
DATABASE = "OpenCode database"
CHILD = "child"  # of the session that is its what
WAL = "-wal"
MAGIC = b"SQLite format 3\x00"
TIMES = re.compile(rb'"time"\s*:\s*\{\s*"(?:created|start)"\s*:\s*\d')
SESSION = re.compile(rb'"projectID"\s*:|"directory"\s*:')
MESSAGE = re.compile(rb'"sessionID"\s*:\s*"[^"]+"[^{]*"role"\s*:\s*"(?:user|assistant)"')
PART = re.compile(
    rb'"type"\s*:\s*"(?:text|reasoning|tool|file|step-start|step-finish|patch|compaction|snapshot|agent|subtask|retry)"'
)
OF_MESSAGE = re.compile(rb'"(?:messageID|sessionID)"\s*:|\A\s*\{\s*"id"\s*:\s*"p\w*"\s*,\s*"type"\s*:')
CREATED = "time_created"
COLUMNS = {"id": "id", "session_id": "sessionID", "message_id": "messageID", "parent_id": "parentID", CREATED: CREATED}
# Tools that ask a person.
ASKS = frozenset({"question"})
# Tools whose time is a child session's, which has messages of its own.
DELEGATES = frozenset({"task"})


@dataclass(slots=True)
class _Found:
    records: int = 0
    skipped: list[str] = field(default_factory=list)
    intervals: list[Interval] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    endless: int = 0

    def told(self, form: str, name: str) -> Read:
        """Raises BadInput if nothing was understood."""
        if not self.records:
            raise BadInput(
                expected="a session, a message or a part", found=(self.skipped or ["nothing"])[0], where=name
            )
        remarks = (
            ("A tool's time holds the wait for a permission.",) if any(i.kind == "tool" for i in self.intervals) else ()
        )
        endless = (f"Without a recorded end: {self.endless} of the model's messages or tools.",) if self.endless else ()
        return Read(
            format=form,
            name=name,
            records=self.records,
            skipped=tuple(self.skipped),
            intervals=tuple(self.intervals),
            moments=tuple(self.moments),
            remarks=remarks + endless,
        )


def _case(session: str, message: str) -> str:
    return f"opencode:{session}" if session else f"opencode-message:{message}"


def _take(found: _Found, kind: str, record: Json) -> None:
    """Take the time of one session, message or part."""
    found.records += 1
    if kind == "message":
        _message(found, record)
    elif kind == "session":
        _session(found, record)
    elif kind == "part" and record.get("type") == "tool":
        _tool(found, record)


def _session(found: _Found, record: Json) -> None:
    """A session that another one started is a part of that one's case."""
    created = instant(inner(record, "time").get("created", record.get(CREATED)))
    if created is not None and word(record, "parentID"):
        case = f"opencode:{word(record, 'id')}"
        found.moments.append(Moment(case=case, event=CHILD, at=created, what=f"opencode:{word(record, 'parentID')}"))


def _message(found: _Found, record: Json) -> None:
    times, case = inner(record, "time"), _case(word(record, "sessionID"), word(record, "id"))
    created, completed = instant(times.get("created")), instant(times.get("completed"))
    if created is None:
        return
    event = "prompt" if record.get("role") == "user" else "answer"
    # By its what, parts that name their message only find their session.
    found.moments.append(Moment(case=case, event=event, at=created, what=word(record, "id")))
    if event == "answer":
        found.endless += completed is None
        found.intervals += stretch(case, "model", created, completed, "A")


def _tool(found: _Found, record: Json) -> None:
    times, tool = inner(record, "state", "time"), word(record, "tool")
    start, end = instant(times.get("start")), instant(times.get("end"))
    found.endless += end is None
    if tool not in DELEGATES:
        kind = "human" if tool in ASKS else "tool"
        case = _case(word(record, "sessionID"), word(record, "messageID"))
        found.intervals += stretch(case, kind, start, end, "A", tool)


def _kind(record: Json) -> str:
    """What a file of the tree holds, "" if it is none of them."""
    if word(record, "role") and word(record, "sessionID"):
        return "message"
    if "type" in record and ("messageID" in record or "sessionID" in record or word(record, "id")):
        return "part"
    return "session" if "projectID" in record or "directory" in record else ""


class Tree:
    """One file of the tree."""

    FORMAT: str = TREE

    def recognises(self, head: bytes, name: str) -> bool:
        """Say whether *head* is one session, message or part; *name* must lie in `session`, `message` or `part`, as parts say little."""
        if not head.lstrip().startswith(b"{") or not {"session", "message", "part"} & set(name.split("/")):
            return False
        is_part = PART.search(head) and OF_MESSAGE.search(head)
        return bool(is_part or MESSAGE.search(head) or (TIMES.search(head) and SESSION.search(head)))

    def read(self, path: Path, name: str) -> Read:
        """Read one file of the tree. Raises BadInput: it is torn, or none of the three."""
        found = _Found()
        try:
            record = strict_json(text_of(path, name), name)
        except BadJson as error:
            raise BadInput(expected="JSON", found=error.sentence, where=error.where or name) from error
        kind = _kind(record) if isinstance(record, dict) else ""
        if kind:
            _take(found, kind, record)
        return found.told(TREE, name)


class Database:
    """The database of newer versions, `opencode.db`."""

    FORMAT: str = DATABASE

    def recognises(self, head: bytes, name: str) -> bool:  # noqa: ARG002 - the shape of every reader
        """Say whether *head* is that of an SQLite database: which tables it has, only the database itself can say."""
        return head.startswith(MAGIC)

    def read(self, path: Path, name: str) -> Read:
        """Read a copy of a database, with the log of changes (`-wal`) beside it if there is one: opening it would write there.

        Raises:
            BadInput: it is damaged, or it is not OpenCode's.
        """
        found = _Found()
        try:
            with _copied(path) as copy, closing(sqlite3.connect(f"{copy.as_uri()}?mode=ro", uri=True)) as database:
                database.text_factory = bytes
                _whole(database, name)
                for kind, place, columns, data in _rows(database, name):
                    _row(found, kind, f"{name}#{place}", columns, data)
        except sqlite3.Error as error:
            raise BadInput(expected="a database that is whole", found=str(error), where=name) from error
        return found.told(DATABASE, name)


@contextmanager
def _copied(path: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        for name in (path.name, f"{path.name}{WAL}"):
            if (found := path.with_name(name)).is_file():
                shutil.copyfile(found, Path(folder, name))
        yield Path(folder, path.name).resolve()


def _whole(database: sqlite3.Connection, name: str) -> None:
    [first] = database.execute("PRAGMA quick_check(1)").fetchone()
    if first != b"ok":
        raise BadInput(expected="a database that is whole", found=first.decode("utf-8", "replace"), where=name)


def _rows(database: sqlite3.Connection, name: str) -> Iterator[tuple[str, str, Json, bytes]]:
    """Each row's table, its place, the ids that are columns of its own, and its JSON."""
    for table in ("session", "message", "part"):
        columns = {column[1].decode() for column in database.execute(f"PRAGMA table_info({table})")}
        if not columns:
            raise BadInput(expected="the tables session, message and part", found=f"no table {table}", where=name)
        ids = [column for column in COLUMNS if column in columns]
        data = "data" if "data" in columns else "'{}'"
        # The names are those above, never the database's.
        query = f"SELECT rowid, {data}, {', '.join(ids)} FROM {table} ORDER BY rowid"  # noqa: S608
        for row, text, *values in database.execute(query):
            yield table, f"{table}:{row}", _ids(ids, values), text


def _ids(columns: Iterable[str], values: Iterable[object]) -> Json:
    """What stands in columns of its own, as the JSON of the tree names it."""
    found: Json = {}
    for column, value in zip(columns, values, strict=True):
        if column == CREATED:
            found[column] = value
        elif isinstance(value, bytes):
            found[COLUMNS[column]] = value.decode("utf-8", "replace")
    return found


def _row(found: _Found, kind: str, place: str, columns: Json, data: object) -> None:
    try:
        record = strict_json(data.decode()) if isinstance(data, bytes) else None
    except (BadJson, UnicodeDecodeError) as error:
        found.skipped.append(f"{place}: {error}")
        return
    if isinstance(record, dict):
        _take(found, kind, {**record, **columns})
    else:
        found.skipped.append(f"{place}: it is no JSON object")


def homes(moments: Iterable[Moment]) -> dict[str, str]:
    """The case to which each part that names its message only, and each session that another one started, belongs."""
    found: dict[str, str] = {}
    for moment in moments:
        if moment.event == CHILD:
            found[moment.case] = moment.what
        elif moment.case.startswith("opencode:"):
            found[_case("", moment.what)] = moment.case
    return {case: _home(found, case) for case in found}


def _home(found: dict[str, str], case: str) -> str:
    """Where *case* ends; a circle of sessions ends where it began."""
    seen = {case}
    while (other := found.get(case)) is not None and other not in seen:
        seen.add(other)
        case = other
    return case


READERS = (Tree(), Database())
