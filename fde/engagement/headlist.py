"""A list in the head of a Markdown file, changed in place: its own line or lines, and no other byte of the file."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from .. import frontmatter
from ..errors import BadHead, HeadUnchanged

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
_CLOSING = re.compile(r"---[ \t]*[\r\n]*")
_INSIDE = r"""(?:"[^"\r\n]*"|'[^'\r\n]*'|[^\[\]{}"'#\r\n])*"""
_FLOW = re.compile(rf"(?P<key>[a-z_]+[ \t]*:)(?:[ \t]*\[(?P<items>{_INSIDE})\])?(?P<rest>[ \t]*(?:#[^\r\n]*)?[\r\n]*)")
_FLOW_ITEM = re.compile(r""""[^"]*"|'[^']*'|[^,\s"'][^,"']*""")
_ITEM = re.compile(r"""(?P<indent>[ \t]*-[ \t]+)(?P<item>"[^"]*"|'[^']*'|[^\s"'#][^"'#\r\n]*?)[ \t]*(?:#[^\r\n]*)?[\r\n]*""")
_PASSED_OVER = re.compile(r"[ \t]*(?:#[^\r\n]*)?[\r\n]*")


def changed(text: str, field: str, *, add: Sequence[str] = (), remove: Collection[str] = (), where: str) -> str:
    """Return *text* whose list *field* has the items *add* at its end and no longer those in *remove*; *where* is its file.

    Comments and every other line stay byte for byte. A missing list is put at the head's end.

    Raises:
        HeadUnchanged: the list is written in a form that is not changed here; says what to write.
        BadHead: the head cannot be read.
    """
    before = frontmatter.parse(text, where)
    wanted = [item for item in _items(before.fields.get(field)) if item not in remove] + list(add)
    new = _rewritten(text, field, add, remove)
    # Whatever form it had: what is read is what was wanted, or nothing is written.
    if not _reads(new, field, {**before.fields, field: wanted}, before.body):
        raise HeadUnchanged(field, where=where, hint=f"Write it yourself, on one line: {field}: [{_joined(wanted)}]")
    return new


def _rewritten(text: str, field: str, add: Sequence[str], remove: Collection[str]) -> str:
    lines = _LINE.findall(text)
    closing = next(number for number, line in enumerate(lines) if number and _CLOSING.fullmatch(line))
    key = re.compile(rf"{field}[ \t]*:")
    place = next((number for number in range(1, closing) if key.match(lines[number])), None)
    if place is None:
        lines.insert(closing, f"{field}: [{_joined(add)}]{_line_end(lines[0])}")
        return "".join(lines)
    end = _last_item(lines, place, closing) + 1
    lines[place:end] = _flow(lines[place], add, remove) if end == place + 1 else _block(lines[place:end], add, remove)
    return "".join(lines)


def _reads(text: str, field: str, fields: Mapping[str, object], body: str) -> bool:
    """Say whether *text* is read as the head *fields* and *body*; a list without items may be written as nothing."""
    try:
        head = frontmatter.parse(text, "")
    except BadHead:
        return False
    return ({**head.fields, field: _items(head.fields.get(field))}, head.body) == (fields, body)


def _flow(line: str, add: Sequence[str], remove: Collection[str]) -> list[str]:
    """Return the one line of a list like `[a, b]`, or of one without a value."""
    found = _FLOW.fullmatch(line)
    if not found:
        return [line]
    items = [item.strip() for item in _FLOW_ITEM.findall(found["items"] or "")]
    kept = [item for item in items if item.strip("\"'") not in remove]
    return [f"{found['key']} [{', '.join([*kept, *map(_written, add)])}]{found['rest']}"]


def _block(lines: list[str], add: Sequence[str], remove: Collection[str]) -> list[str]:
    """Return the lines of a list with one item a line, its key first."""
    items = {number: found for number, line in enumerate(lines) if number and (found := _ITEM.fullmatch(line))}
    kept = [line for number, line in enumerate(lines) if number not in items or items[number]["item"].strip("\"'") not in remove]
    indent, end = items[max(items)]["indent"], _line_end(lines[0])
    return kept + [f"{indent}{_written(item)}{end}" for item in add]


def _last_item(lines: list[str], place: int, closing: int) -> int:
    """Return the number of the list's last line, that of its key where it has none of its own."""
    last = place
    for number in range(place + 1, closing):
        if _ITEM.fullmatch(lines[number]):
            last = number
        elif not _PASSED_OVER.fullmatch(lines[number]):
            break
    return last


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value in (None, "") else [value]


def _joined(items: Sequence[object]) -> str:
    return ", ".join(_written(str(item)) for item in items)


def _written(item: str) -> str:
    # A bracket ends or begins a list.
    return f'"{item}"' if set(item) & set("[]{},#") else item


def _line_end(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]
