# Generated from fde/portable by make skills. Do not edit.
"""Names of files as ids: bytes that are no UTF-8, and characters that cannot be seen, as escapes that lead back.

A name that needs no escape is its own id, so that people read paths as they are.
"""

from __future__ import annotations

import os
import re
import unicodedata

_UNFIT_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})
_ESCAPE = re.compile(r"\\(?:[\\nrt]|x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})")
_SHORT = {"\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"}
_LONG = {escape: character for character, escape in _SHORT.items()}


def escaped(path: bytes | str | os.PathLike[str]) -> str:
    r"""Return a file's name or path as an id that can stand in JSON: bytes that are not UTF-8, control characters and
    backslashes become `\xe9`, `\n`, `\u0085`, `\\`; any other name is its own id. `unescaped` is the way back.
    """
    text = path.decode("utf-8", "surrogateescape") if isinstance(path, bytes) else os.fspath(path)
    return text if is_plain_name(text) else "".join(map(_escape, text))


def unescaped(name: str) -> str:
    """Return the name, as `os` takes it, of which *name* is the `escaped` id."""
    return _ESCAPE.sub(lambda match: _unescape(match[0]), name)


def is_plain_name(name: str) -> bool:
    """Say whether `escaped` leaves *name* as it is: UTF-8, without control characters and backslashes."""
    is_usual = name.isascii() and name.isprintable() and "\\" not in name  # known without a look at each character
    return is_usual or not any(map(_is_unfit, name))


def same_name(one: str, other: str) -> bool:
    """Say whether a file system that ignores case or normalises would take the two names for one file."""
    return folded_name(one) == folded_name(other)


def folded_name(name: str) -> str:
    """Return what two names have in common that are one file's on some file system."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


def _is_unfit(character: str) -> bool:
    return character == "\\" or unicodedata.category(character) in _UNFIT_CATEGORIES


def _escape(character: str) -> str:
    if not _is_unfit(character):
        return character
    if character in _SHORT:
        return _SHORT[character]
    number = ord(character)
    if 0xDC80 <= number <= 0xDCFF:
        return f"\\x{number - 0xDC00:02x}"
    if number < 0x80:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"


def _unescape(escape: str) -> str:
    if escape in _LONG:
        return _LONG[escape]
    kind, number = escape[1], int(escape.lstrip("\\xuU"), 16)
    # A single byte from 0x80 on is never a character in UTF-8: it stands for a byte that could not be decoded.
    return chr(number + 0xDC00 if kind == "x" and number >= 0x80 else number)
