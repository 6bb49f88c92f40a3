"""Where an engagement's words may go: the list in `engagement.md`, and this user's own word for exactly that list.

The word is kept in the user's configuration, so that whoever shares an engagement can widen its list but not open it.
"""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8 as BOM
from collections.abc import Collection, Sequence
from pathlib import Path

from ..engagement.engagement import HEAD_CAP, HEAD_FILE, Engagement
from ..engagement.files import as_text, make_folder, read_bytes, read_json, replace
from ..engagement.headlist import changed
from ..errors import BadHead, BrokenSettings, NotAllowed, NotConfirmed
from ..portable.names import escaped
from .endpoints import LOCAL, VENDORS, Endpoint

FILE = "allowed.json"
SCHEMA = "fde.allowed/1"
CAP = 4_000_000

_ENTRY = re.compile(rf"(?:{'|'.join((*VENDORS, LOCAL))})@(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[1-9][0-9]{{0,4}})?")


def require(engagement: Engagement, endpoint: Endpoint, config_folder: Path) -> None:
    """Return if words of *engagement* may go to *endpoint*.

    Raises:
        NotAllowed: its list does not name the endpoint.
        NotConfirmed: this machine's user has not confirmed the list as it is now, in this folder.
        BadHead: an entry of the list cannot be one.
        BrokenSettings: the user's record cannot be read.
    """
    entries = listed(engagement, expected=endpoint.entry)
    if endpoint.entry not in entries:
        hint = f"If the client agrees, `fde allow {endpoint.entry}` adds it to `models` in engagement.md and confirms it."
        raise NotAllowed(endpoint.entry, where=HEAD_FILE, hint=hint)
    missing = unconfirmed(engagement, config_folder)
    if missing:
        raise NotConfirmed(missing, where=HEAD_FILE)


def listed(engagement: Engagement, *, expected: str = "anthropic@api.anthropic.com") -> tuple[str, ...]:
    """Return the engagement's list, sorted, each entry once. Raises BadHead, showing *expected*, for what is no entry."""
    for entry in engagement.models:
        if not is_entry(entry):
            raise BadHead(f"models: expected entries like {expected}, found {entry!r:.80}", where=HEAD_FILE, hint="")
    return tuple(sorted(set(engagement.models)))


def is_entry(text: str) -> bool:
    """Say whether *text* is written as an entry of the list: `provider@host` or `provider@host:port`."""
    return bool(_ENTRY.fullmatch(text))


def unconfirmed(engagement: Engagement, config_folder: Path) -> str:
    """Return in words what keeps the list from being confirmed, "" if it is. Raises BrokenSettings and BadHead."""
    confirmed = _read(config_folder / FILE).get(_place(engagement))
    entries = listed(engagement)
    if confirmed is None:
        return f"nobody confirmed a list for the folder {_place(engagement)}"
    new = [f"{entry} is new" for entry in entries if entry not in confirmed]
    gone = [f"{entry} is gone" for entry in confirmed if entry not in entries]
    return ", ".join(new + gone)


def confirm(engagement: Engagement, config_folder: Path) -> None:
    """Remember the engagement's list as it is now, for its folder. Raises BadHead, BrokenSettings and CannotWrite."""
    path = config_folder / FILE
    make_folder(config_folder, mode=0o700)
    folders = {**_read(path), _place(engagement): list(listed(engagement))}
    replace(path, json.dumps({"schema": SCHEMA, "folders": dict(sorted(folders.items()))}, indent=1) + "\n", mode=0o600)


def unseen(engagement: Engagement, named: Collection[str], config_folder: Path) -> list[str]:
    """Return the entries of the list that this user has neither confirmed before nor *named* now.

    Raises BadHead and BrokenSettings.
    """
    confirmed = _read(config_folder / FILE).get(_place(engagement), [])
    return [entry for entry in listed(engagement) if entry not in confirmed and entry not in named]


def rewritten(engagement: Engagement, *, add: Sequence[str] = (), remove: Collection[str] = ()) -> bytes:
    """Return `engagement.md` with *add* on its list and *remove* off it, every other byte as it was.

    Raises HeadUnchanged for a list in a form that is not changed here, and what reading raises.
    """
    data = read_bytes(engagement.root / HEAD_FILE, HEAD_CAP)
    text = changed(as_text(data, HEAD_FILE), "models", add=add, remove=remove, where=HEAD_FILE)
    return (BOM if data.startswith(BOM) else b"") + text.encode()


def _place(engagement: Engagement) -> str:
    return escaped(engagement.root.resolve())


def _read(path: Path) -> dict[str, list[str]]:
    """Return lists by folder; {} if nothing was ever confirmed. A record that cannot be read is an error, never a yes."""
    if not path.exists():
        return {}
    document = read_json(path, CAP)
    folders = document.get("folders") if isinstance(document, dict) and document.get("schema") == SCHEMA else None
    if not isinstance(folders, dict) or not all(_are_texts(entries) for entries in folders.values()):
        raise BrokenSettings(f"expected {SCHEMA} with a list of entries by folder", where=str(path))
    return folders


def _are_texts(entries: object) -> bool:
    return isinstance(entries, list) and all(isinstance(entry, str) for entry in entries)
