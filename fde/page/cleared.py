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
from .wording import listed, sentences, shorten

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
LONGEST_NAME = 80  # ordinary small letters of what an item is called where it is told of
_PARTS = {"title": "its title", "owner": "who does it", "whom": "whom it asks", "why": "why it is asked"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """An item of which the client does not see everything; for ourselves alone.

    Attributes:
        id: The item's id.
        what: What it is called: its title, or what it says, shortened.
        is_whole: Whether nothing of it is shown.
        reason: Why, in a clause: "it quotes notes/owner.md, which is internal".
    """

    id: str
    what: str
    is_whole: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """What may be shown.

    Attributes:
        record: The artefact without what may not.
        withheld: The findings, actions and questions that are not in it, or not whole.
    """

    record: dict[str, Any]
    withheld: tuple[Withheld, ...]


def cleared(
    record: Mapping[str, Any],
    *,
    clearance: Mapping[str, str] | None = None,
    uncleared: Mapping[str, str] | None = None,
    people: Sequence[str] = (),
) -> Cleared:
    """Return what the client may see of an artefact (`fde.artefact/1`).

    An item that quotes words for us alone is left out whole, also if it rests on facts too: its sentences may retell them.
    Words that may be retold stand nowhere as they were said: a sentence or a title that repeats them goes, the rest stays.

    Args:
        record: The artefact.
        clearance: By source id, what holds now; elsewhere what the artefact recorded.
        uncleared: By source id, whole texts of which nothing may be repeated, quoted in the artefact or not.
        people: Names with roles, as `engagement.md` has them: "Anna Berg, owner".
    """
    levels = _levels(record, clearance or {})
    secret = _secret(record, levels, uncleared or {})
    index = by_id(record["facts"])
    shown = dict(record)
    withheld: list[Withheld] = []
    for kind in PROSE:
        items = [(item, *_item(kind, item, levels, secret, index)) for item in record[kind]]
        withheld += [_told(kind, item, seen, reasons, index) for item, seen, reasons in items if reasons]
        shown[kind] = [seen for _, seen, _ in items if seen is not None]
    for key in ("method", "limits"):
        shown[key] = [_without_ids(text, record["sources"]) for text in record[key] if not secret(text)]
    shown["warnings"] = [_with_places(text, record["sources"]) for text in record["warnings"] if not secret(text)]
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


def _secret(record: Mapping[str, Any], levels: Mapping[str, str], uncleared: Mapping[str, str]) -> Text:
    """Return what says of a sentence whose words it repeats that are not cleared, or that it names such a source; else ""."""
    runs: dict[int, dict[tuple[str, ...], str]] = {}
    texts = [(name, text, RUN_OF_TEXT) for name, text in uncleared.items()]
    hidden = [quote for quote in _quotes(record) if levels.get(quote["source"]) != "quote"]
    texts += [(quote["source"], quote[key], RUN_OF_QUOTE) for quote in hidden for key in ("text", "sentence")]
    for source, text, length in texts:
        words = _words(text)
        length = min(length, len(words))
        for start in range(len(words) - length + 1):
            run = tuple(words[start : start + length])
            if len(" ".join(run)) >= SHORTEST_RUN:
                runs.setdefault(length, {}).setdefault(run, source)
    nameless = [source["id"] for source in record["sources"] if not _may_be_named(source, levels)]
    names = {name: source for source in nameless for name in (source, PurePosixPath(source).name)}

    def secret(text: str) -> str:
        words = _words(text)
        found = (
            known.get(tuple(words[start : start + length]))
            for length, known in runs.items()
            for start in range(len(words) - length + 1)
        )
        if source := next(filter(None, found), None):
            return f"repeats words of {_level(source, levels)}"
        named = next((source for name, source in names.items() if name in text), None)
        return f"names {_level(named, levels)}" if named else ""

    return secret


def _level(source: str, levels: Mapping[str, str]) -> str:
    return f"{source}, {'cleared for paraphrase only' if levels.get(source) == 'paraphrase' else 'which is internal'}"


def _words(text: str) -> list[str]:
    return _WORD.findall(fold(text).casefold())


def _item(
    kind: str, item: Mapping[str, Any], levels: Mapping[str, str], secret: Text, facts: Mapping[str, Any]
) -> tuple[dict[str, Any] | None, list[str]]:
    """Return the finding, action or question as the client may see it, None if they may not, and why it is not whole."""
    if is_correction(item):
        why = secret(item["rendered"])
        return (None, [f"it {why}"]) if why else (dict(item), [])
    quotes = item.get("quotes", [])
    internal = dict.fromkeys(quote["source"] for quote in quotes if levels.get(quote["source"], "internal") == "internal")
    if internal:
        return None, [f"it quotes {listed(internal)}, which {'is' if len(internal) == 1 else 'are'} internal"]
    first, *others = PROSE[kind]
    said = [(sentence, secret(fill(sentence, facts))) for sentence in sentences(item[first])]
    kept = " ".join(sentence for sentence, why in said if not why)
    hidden = list(dict.fromkeys(why for _, why in said if why))
    if not kept:
        return None, [f"what it says {why}" for why in hidden]
    missing = {key: why for key in others if (why := secret(fill(item[key], facts)))}
    reasons = [f"a sentence of it {why}" for why in hidden] + [f"{_PARTS[key]} {why}" for key, why in missing.items()]
    shown = [dict(quote) | {"speaker": None} for quote in quotes if levels[quote["source"]] == "quote"]
    kinds = [quote["kind"] for quote in quotes]
    rest = {first: kept, "rendered": fill(kept, facts), "quotes": shown, "kinds": kinds}
    return dict(item) | dict.fromkeys(missing, "") | rest, reasons


def _told(
    kind: str, item: Mapping[str, Any], seen: Mapping[str, Any] | None, reasons: Iterable[str], facts: Mapping[str, Any]
) -> Withheld:
    called = item.get("title") or item[PROSE[kind][0]]
    name = shorten(called if is_correction(item) else fill(called, facts), LONGEST_NAME)
    return Withheld(id=item["id"], what=name, is_whole=seen is None, reason="; ".join(reasons))


def _without_ids(text: str, sources: Sequence[Mapping[str, Any]]) -> str:
    """Return *text* without the source that stands before it."""
    for source in sources:
        text = text.removeprefix(f"{source['id']}: ")
    text = _with_places(text, sources)
    return text[:1].upper() + text[1:]


def _with_places(text: str, sources: Iterable[Mapping[str, Any]]) -> str:
    """Return *text* with each source called by its place, as the list of what was looked at calls it."""
    for source in sorted(sources, key=lambda source: -len(source["id"])):
        text = text.replace(source["id"], place_of(source))
    return text


def place_of(source: Mapping[str, Any]) -> str:
    """Return where *source* is, without the words that every place begins with."""
    return str(source["locator"]).partition(":")[2].removeprefix("evidence/")


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
