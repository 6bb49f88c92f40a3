"""What the client may see of an artefact: only cleared words, nobody by name, no list that sets people in order.

The result has the artefact's shape, so that one page is drawn for everybody; what was left out is named beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from ..portable.artefact import PROSE, is_correction
from ..portable.facts import by_id, fill
from ..portable.fold import fold
from .wording import sentences

# So many words in a row are a quotation, marked or not: of a quote that was chosen, and of any other text.
RUN_OF_QUOTE, RUN_OF_TEXT = 5, 7
SHORTEST_RUN = 12  # characters; below that "yes" would be one
_WORD = re.compile(r"[^\W_]+")
_PEOPLE = re.compile(
    r"\s*(?:name|who|whom)\s*$|.*\b(?:persons?|people|employees?|staff|authors?|assignees?|members?|colleagues?|developers?|reviewers?)\b",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"\b(?:owner|lead|head|manager|director|chief|boss|officer?|clerk|engineer|developer|analyst|designer|driver|buyer|seller|sales"
    r"|sponsor|user|customer|client|supplier|team|staff|assistant|agent|accountant|bookkeeper|controller|buying|purchas\w*"
    r"|warehouse|workshop|support|service|operator|speaker|interviewer|participant|moderator|fde|ceo|cto|cfo|coo|[a-z]+ist)\b",
    re.IGNORECASE,
)

Text = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """What may be shown.

    Attributes:
        record: The artefact without what may not.
        withheld: The ids of the findings, actions and questions that are not in it.
    """

    record: dict[str, Any]
    withheld: tuple[str, ...]


def cleared(
    record: Mapping[str, Any],
    *,
    clearance: Mapping[str, str] | None = None,
    uncleared: Iterable[str] = (),
    people: Sequence[str] = (),
) -> Cleared:
    """Return what the client may see of an artefact (`fde.artefact/1`).

    An item that quotes words for us alone is left out whole, also if it rests on facts too: its sentences may retell them.
    Words that may be retold stand nowhere as they were said.

    Args:
        record: The artefact.
        clearance: By source id, what holds now; elsewhere what the artefact recorded.
        uncleared: Whole texts of which nothing may be repeated, quoted in the artefact or not.
        people: Names with roles, as `engagement.md` has them: "Anna Berg, owner".
    """
    levels = _levels(record, clearance or {})
    is_secret = _secret(record, levels, uncleared)
    shown = dict(record)
    withheld: list[str] = []
    for kind in PROSE:
        items = [(item["id"], _item(kind, item, levels, is_secret, by_id(record["facts"]))) for item in record[kind]]
        withheld += [name for name, item in items if item is None]
        shown[kind] = [item for _, item in items if item is not None]
    for key in ("method", "limits", "warnings"):
        shown[key] = [_without_ids(text, record["sources"]) for text in record[key] if not is_secret(text)]
    shown["tables"] = [table for table in record["tables"] if not _PEOPLE.match(table["columns"][0]["label"])]
    shown["charts"] = [chart for chart in record["charts"] if not _PEOPLE.match(chart["x"]["label"])]
    shown["sources"] = [source for source in record["sources"] if _may_be_named(source, levels)]
    shown["dropped"] = []
    roles = _roles([*people, *(quote["speaker"] for quote in _quotes(record) if quote["speaker"])])
    return Cleared(record=_mapped(shown, roles), withheld=tuple(withheld))


def _levels(record: Mapping[str, Any], clearance: Mapping[str, str]) -> dict[str, str]:
    """Return the clearance of each source of words; what nobody cleared is for us alone."""
    recorded = {source["id"]: source.get("clearance", "internal") for source in record["sources"] if "kind" in source}
    return {name: clearance.get(name, level) for name, level in recorded.items()}


def _may_be_named(source: Mapping[str, Any], levels: Mapping[str, str]) -> bool:
    # Data are counted, not quoted, and what somebody answered for this very page is no secret to them.
    return "kind" not in source or source["kind"] == "answer" or levels[source["id"]] != "internal"


def _quotes(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [quote for kind in PROSE for item in record[kind] for quote in item.get("quotes", ())]


def _secret(record: Mapping[str, Any], levels: Mapping[str, str], uncleared: Iterable[str]) -> Callable[[str], bool]:
    """Return the test whether a sentence repeats words that are not cleared, or names a source that is not."""
    runs: dict[int, set[tuple[str, ...]]] = {}
    texts = [(text, RUN_OF_TEXT) for text in uncleared]
    hidden = [quote for quote in _quotes(record) if levels.get(quote["source"]) != "quote"]
    texts += [(quote[key], RUN_OF_QUOTE) for quote in hidden for key in ("text", "sentence")]
    for text, length in texts:
        words = _words(text)
        length = min(length, len(words))
        found = (tuple(words[start : start + length]) for start in range(len(words) - length + 1))
        runs.setdefault(length, set()).update(run for run in found if len(" ".join(run)) >= SHORTEST_RUN)
    nameless = [source["id"] for source in record["sources"] if not _may_be_named(source, levels)]
    names = {name for source in nameless for name in (source, PurePosixPath(source).name)}

    def is_secret(text: str) -> bool:
        words = _words(text)
        repeats = any(
            tuple(words[start : start + length]) in known
            for length, known in runs.items()
            for start in range(len(words) - length + 1)
        )
        return repeats or any(name in text for name in names)

    return is_secret


def _words(text: str) -> list[str]:
    return _WORD.findall(fold(text).casefold())


def _item(
    kind: str, item: Mapping[str, Any], levels: Mapping[str, str], is_secret: Callable[[str], bool], facts: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Return the finding, action or question as the client may see it, or None if they may not."""
    if is_correction(item):
        return None if is_secret(item["rendered"]) else dict(item)
    quotes = item.get("quotes", [])
    if any(levels.get(quote["source"], "internal") == "internal" for quote in quotes):
        return None
    first, *others = PROSE[kind]
    said = " ".join(sentence for sentence in sentences(item[first]) if not is_secret(fill(sentence, facts)))
    rest = {key: "" if is_secret(fill(item[key], facts)) else item[key] for key in others}
    if not said or ("title" in rest and not rest["title"]):
        return None
    shown = [dict(quote) | {"speaker": None} for quote in quotes if levels[quote["source"]] == "quote"]
    kinds = [quote["kind"] for quote in quotes]
    return dict(item) | rest | {first: said, "rendered": fill(said, facts), "quotes": shown, "kinds": kinds}


def _without_ids(text: str, sources: Iterable[Mapping[str, Any]]) -> str:
    for source in sources:
        text = text.replace(f"{source['id']}: ", "").replace(source["id"], source["locator"].partition(":")[2])
    return text[:1].upper() + text[1:]


def _roles(people: Iterable[str]) -> Text:
    """Return the function that puts a role in the place of each person's name, and of a part of it."""
    roles: dict[str, str] = {}
    for entry in people:
        parts = [part.strip() for part in re.split(r"[,;:()/]| [-–—] ", entry) if part.strip()]
        role = next((part for part in parts if _ROLE.search(part)), "")
        for name in (part for part in parts if not _ROLE.search(part) and part[:1].isupper()):
            words = [word for word in name.split() if len(word) > 2 and word[:1].isupper()]
            roles |= {word: f"the {role.lower()}" if role else "somebody" for word in [name, *words]}
    if not roles:
        return lambda text: text
    longest_first = sorted(roles, key=lambda name: (-len(name), name))
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")
    return lambda text: pattern.sub(lambda match: roles[match[0]], text)


def _mapped(value: Any, change: Text) -> Any:
    """Return the JSON *value* with *change* applied to each text in it."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {key: _mapped(item, change) for key, item in value.items()}
    return [_mapped(item, change) for item in value] if isinstance(value, list) else value
