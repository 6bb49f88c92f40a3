"""Text from elsewhere, and names: what may be shown on a terminal, what may be the name of a folder, what a file's id is.

Nothing here alters what is stored; `printable` belongs at the border where foreign text meets a terminal.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata

from .errors import BadName

SLUG_LENGTH = 64

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_WINDOWS_DEVICES = frozenset(
    {"con", "nul", "aux", "prn"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(10)}
)
_NOT_PLAIN = re.compile(r"[^\n\t -~]")
_UNFIT_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})
_ESCAPE = re.compile(r"\\(?:[\\nrt]|x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})")
_SHORT = {"\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"}
_LONG = {escape: character for character, escape in _SHORT.items()}


def printable(text: str) -> str:
    r"""Return *text* with every character that could steer a terminal as U+FFFD; only \n and \t stay.

    Those are the categories Cc, Cf and Cs, and the line and paragraph separators U+2028 and U+2029.
    """
    return _NOT_PLAIN.sub(lambda match: "\ufffd" if _steers(match[0]) else match[0], text)


def is_slug(name: str) -> bool:
    """Say whether *name* can be a folder's name everywhere: a-z, 0-9, single hyphens, 64 at most, no device of Windows."""
    return len(name) <= SLUG_LENGTH and bool(_SLUG.fullmatch(name)) and name not in _WINDOWS_DEVICES


def require_slug(name: str, what: str) -> str:
    """Return *name* if it is a slug; *what* says what it names ("subject", "skill").

    Raises:
        BadName: it is not.
    """
    if is_slug(name):
        return name
    raise BadName(what, ascii(name if len(name) <= SLUG_LENGTH else f"{name[:SLUG_LENGTH]}..."))


def escaped(path: bytes | str | os.PathLike[str]) -> str:
    r"""Return a file's name or path as an id that can stand in JSON: bytes that are not UTF-8, control characters and
    backslashes become `\xe9`, `\n`, `\u0085`, `\\`; any other name is its own id. `unescaped` is the way back.
    """
    text = path.decode("utf-8", "surrogateescape") if isinstance(path, bytes) else os.fspath(path)
    return "".join(map(_escape, text))


def unescaped(name: str) -> str:
    """Return the name, as `os` takes it, of which *name* is the `escaped` id."""
    return _ESCAPE.sub(lambda match: _unescape(match[0]), name)


def is_plain_name(name: str) -> bool:
    """Say whether `escaped` leaves *name* as it is: UTF-8, without control characters and backslashes."""
    return not any(map(_is_unfit, name))


def same_name(one: str, other: str) -> bool:
    """Say whether a file system that ignores case or normalises would take the two names for one file."""
    return _folded(one) == _folded(other)


def lf(text: str) -> str:
    """Return *text* with CRLF and CR as LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def digest(data: bytes) -> str:
    """Return "sha256:<hex>" of *data*."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _steers(character: str) -> bool:
    return unicodedata.category(character) in {*_UNFIT_CATEGORIES, "Cf"}


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


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())
