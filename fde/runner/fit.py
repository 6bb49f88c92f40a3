"""Which sources a question has room for: whole ones, the smallest first, so that as many voices as possible are heard."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..models.tokens import tokens
from ..portable.sources import LEFT_OUT, Source
from .question import left_out_line, source_line


def fit(words: Iterable[Source], room: int) -> tuple[Source, ...]:
    """Return *words* in their order, those for which *room* tokens are not enough as "skipped", with a note that says so.

    The room is for what a question has more than one without any source: each kept one whole, and the names of those left out.
    """
    sources = tuple(words)
    sizes = {source.id: tokens(f"{source_line(source)}\n") for source in sources if source.health == "ok"}
    if sum(sizes.values()) <= room:
        return sources
    room -= tokens(f"{left_out_line(sizes)}\n")
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
