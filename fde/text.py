"""Text from elsewhere, and names: what may be shown on a terminal, what may be the name of a folder.

Nothing here alters what is stored; `printable` belongs at the border where foreign text meets a terminal.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

from .errors import BadName

SLUG_LENGTH = 64

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_WINDOWS_DEVICES = frozenset(
    {"con", "nul", "aux", "prn"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(10)}
)
_STEERING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_NOT_PLAIN = re.compile(r"[^\n\t -~]")


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


def digest(data: bytes) -> str:
    """Return "sha256:<hex>" of *data*."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _steers(character: str) -> bool:
    return unicodedata.category(character) in _STEERING
