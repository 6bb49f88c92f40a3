"""Traces as Jaeger exports them: times in microseconds, parents as references."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from loglines import Json, below, items, number, word
from oteltrace import told
from reading import Read, instant
from records import records
from spans import Span

FORMAT = "Jaeger traces"
MARKS = (re.compile(rb'"traceID"\s*:'), re.compile(rb'"operationName"\s*:'), re.compile(rb'"startTime"\s*:'))
PARENTS = ("CHILD_OF", "FOLLOWS_FROM")


def recognises(head: bytes, name: str) -> bool:
    """Say whether *head* holds a span with Jaeger's keys."""
    return all(mark.search(head) for mark in MARKS)


def read(path: Path, name: str) -> Read:
    """Read all traces of a file, one or a list below `data`. Raises BadInput if none of their spans can be used."""
    found: list[Span] = []
    skipped: list[str] = []
    for trace in records(path, name, ("data",)):
        if trace.fault:
            skipped.append(f"{trace.place}: {trace.fault}")
        for place, span in enumerate([] if trace.fault else below(trace.record, "spans"), start=1):
            one = _span(span)
            if isinstance(one, Span):
                found.append(one)
            else:
                skipped.append(f"{trace.place}: span {place}: {one}")
    return told(FORMAT, name, found, skipped)


def _span(span: Json) -> Span | str:
    """The span, or why it is none."""
    start, lasted = instant(span.get("startTime")), number(span.get("duration"))
    if start is None or lasted is None:
        return "it has no start or no duration"
    tags: dict[str, Any] = {word(tag, "key"): tag.get("value") for tag in items(span, "tags")}
    return Span(
        trace=word(span, "traceID"),
        id=word(span, "spanID"),
        parent=_parent(span),
        name=word(span, "operationName"),
        start=start,
        end=start + lasted / 1e6,
        attributes=tags,
    )


def _parent(span: Json) -> str:
    references = items(span, "references")
    found = (word(one, "spanID") for kind in PARENTS for one in references if one.get("refType") == kind)
    return next(found, word(span, "parentSpanID"))
