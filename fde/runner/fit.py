"""Which sources a question has room for: whole ones, the smallest first, so that as many voices as possible are heard."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..models.tokens import tokens
from ..portable.sources import LEFT_OUT, Source
from .question import source_line


def fit(words: Iterable[Source], room: int) -> tuple[Source, ...]:
    """Return *words* in their order, those for which *room* tokens are not enough as "skipped", with a note that says so."""
    sources = tuple(words)
    sizes = {source.id: tokens(source_line(source)) for source in sources if source.health == "ok"}
    kept: set[str] = set()
    for name in sorted(sizes, key=lambda name: (sizes[name], name)):
        if sizes[name] > room:
            break
        room -= sizes[name]
        kept.add(name)
    return tuple(_left_out(source, sizes[source.id]) if source.id in sizes.keys() - kept else source for source in sources)


def _left_out(source: Source, size: int) -> Source:
    note = f"{LEFT_OUT}: about {size:,} tokens, for which the model's window has no room"
    return replace(source, health="skipped", note="; ".join(filter(None, (source.note, note))))
