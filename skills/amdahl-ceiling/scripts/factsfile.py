"""Facts that were measured before, read from a file: the document that `facts` prints, or an artefact that was written from it.

A file that is neither is refused with what was expected.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from _portable.artefact import facts_problems
from _portable.evidence import Unreadable, read
from _portable.schema import validate
from _portable.strictjson import BadJson, strict_json
from badinput import BadInput

EXPECTED = "the facts of this skill as JSON (facts.json, or the artefact.json of a run)"
SKILL = "amdahl-ceiling"
_FOLDER = re.compile(r"\d{4}-\d\d-\d\d-\d{2,}", re.ASCII)


def read_facts(path: Path) -> dict[str, Any]:
    """Read the document at *path*.

    Raises:
        BadInput: the file cannot be read or is no such document.
    """
    try:
        document = strict_json(read(path).decode("utf-8"))
    except Unreadable as error:
        raise BadInput(expected=EXPECTED, found=str(error), where=str(path)) from error
    except UnicodeDecodeError as error:
        raise BadInput(expected="UTF-8 text", found=f"a byte that is not, at offset {error.start}", where=str(path)) from error
    except BadJson as error:
        raise BadInput(expected=EXPECTED, found=f"no JSON ({error})", where=str(path)) from error
    for problem in _problems(document):
        raise BadInput(expected=EXPECTED, found=f"another document ({problem})", where=str(path))
    return dict(document)


def newest(artefacts: Path) -> Path | None:
    """The record of the newest artefact of the client in *artefacts*, by its folder's name (YYYY-MM-DD-nn); None if there is none.

    An artefact of a subject has a longer name and is named with --facts.
    """
    if not artefacts.is_dir():
        return None
    records = [folder / "artefact.json" for folder in artefacts.iterdir() if _FOLDER.fullmatch(folder.name)]
    return max((record for record in records if record.is_file()), default=None, key=lambda record: record.parent.name)


def _problems(document: object) -> list[str]:
    if not isinstance(document, dict) or document.get("skill") != SKILL:
        return [f"its skill is not {SKILL}"]
    return validate(document, "artefact") if document.get("schema") == "fde.artefact/1" else facts_problems(document)
