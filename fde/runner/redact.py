"""Secrets in what would be sent: they stop the run, or each is masked, the same one everywhere by the same mask."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from ..errors import SecretsFound
from ..models.secrets import find, masked, masks_of
from ..portable.sources import Source

_NAMED = 10
_RENAME = "Rename the file: a source is named as it is, and no mask can stand there."
_MASK = re.compile(r"\[REDACTED:[a-z-]+:\d+\]")


@dataclass(slots=True)
class Masks:
    """Which mask stands for which secret, over everything that one run sends.

    Attributes:
        known: The mask of each secret, in the order in which they were met.
    """

    known: dict[str, str] = field(default_factory=dict)

    def learn(self, text: str) -> None:
        """Give each secret of *text* that has none yet its mask."""
        self.known = masks_of(text, self.known)

    def hide(self, text: str) -> str:
        """Return *text* with a mask for each secret in it, and for each word in it that is one of another text."""
        self.learn(text)
        return masked(text, self.known)

    def record(self) -> dict[str, str]:
        """Return the secret behind each mask, to be kept where nobody else reads it."""
        return {mask: secret for secret, mask in self.known.items()}


def require_none(words: Iterable[Source], others: Mapping[str, str]) -> None:
    """Raise SecretsFound if one stands in the text or name of a source that would be sent, or in *others*, texts by their name."""
    sent = _sent(words)
    _require_clean_names(sent)
    found = [*_places({f"evidence/{source.id}": source.text for source in sent}), *_places(others)]
    if found:
        more = [f"and {len(found) - _NAMED:,} more"] if len(found) > _NAMED else []
        raise SecretsFound("; ".join([f"{kind} in {place}" for kind, place in found[:_NAMED]] + more), where=found[0][1])


def redacted(words: Iterable[Source], others: Iterable[str] = ()) -> tuple[tuple[Source, ...], Masks]:
    """Return *words* with masks for the secrets in those that would be sent, each with how many in its note; and the masks.

    What *others*, the texts that go along, give away as a secret is masked in a source too. Everything else of a source is as it was:
    its digest is that of the file. Raises SecretsFound for one in a source's name.
    """
    sources, masks = tuple(words), Masks()
    sent = _sent(sources)
    _require_clean_names(sent)
    # All are read before the first is masked: what one gives away as a password may stand bare in another.
    for text in (*others, *(source.text for source in sent)):
        masks.learn(text)
    return tuple(_redacted(source, masks) if source.health == "ok" else source for source in sources), masks


def _redacted(source: Source, masks: Masks) -> Source:
    text = masks.hide(source.text)
    if text == source.text:
        return source
    count = len(set(_MASK.findall(text)) - set(_MASK.findall(source.text)))
    note = f"{count:,} {'secret' if count == 1 else 'secrets'} masked before it was sent"
    return replace(source, text=text, note="; ".join(filter(None, (source.note, note))))


def _sent(words: Iterable[Source]) -> tuple[Source, ...]:
    return tuple(source for source in words if source.health == "ok")


def _places(texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, text in texts.items():
        yield from ((secret.kind, f"{name}:{secret.line}") for secret in find(text))


def _require_clean_names(sent: Iterable[Source]) -> None:
    for source in sent:
        if found := find(source.id):
            place = f"evidence/{Masks().hide(source.id)}"
            raise SecretsFound(f"{found[0].kind} in the name {place}", where=place, hint=_RENAME)
