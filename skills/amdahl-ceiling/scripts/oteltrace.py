"""Traces of OpenTelemetry as JSON: one document, or a line for each export, in any order.

Ids may be hexadecimal or base64, numbers text, and enumerations names: only a span's name, times, parent and attributes are used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import spans
from badinput import BadInput
from loglines import Json, below, inner, items, word
from reading import Read, instant
from records import records
from spans import Span

FORMAT = "OpenTelemetry traces"
MARK = re.compile(rb'"(?:resourceSpans|resource_spans)"\s*:\s*\[')
SCOPES = ("scopeSpans", "instrumentationLibrarySpans", "scope_spans")
VALUES = (
    "stringValue",
    "intValue",
    "doubleValue",
    "boolValue",
    "string_value",
    "int_value",
    "double_value",
    "bool_value",
)
NO_ID = re.compile(r"0*|A*=*")


def recognises(head: bytes, name: str) -> bool:
    """Say whether *head* holds an export of spans."""
    return bool(MARK.search(head))


def read(path: Path, name: str) -> Read:
    """Read all spans of a file. Raises BadInput if none can be used."""
    found: list[Span] = []
    skipped: list[str] = []
    for line in records(path, name):
        if line.fault:
            skipped.append(f"{line.place}: {line.fault}")
            continue
        for place, scope, span in _spans(line.record):
            one = _span(span, scope)
            if isinstance(one, Span):
                found.append(one)
            else:
                skipped.append(f"{line.place}: span {place}: {one}")
    return told(FORMAT, name, found, skipped)


def told(form: str, name: str, found: list[Span], skipped: list[str]) -> Read:
    """What the spans of one file give. Raises BadInput if there are none."""
    if not found:
        raise BadInput(expected="spans with times", found=skipped[0] if skipped else "none", where=name)
    return Read(
        format=form,
        name=name,
        records=len(found),
        skipped=tuple(skipped),
        intervals=tuple(spans.intervals(found, name)),
        remarks=tuple(spans.remarks(found)),
    )


def _spans(export: Json) -> Iterator[tuple[int, dict[str, Any], Json]]:
    """Each span with its number and the attributes of its resource."""
    number = 0
    for resource in below(export, "resourceSpans", "resource_spans"):
        shared = attributes(inner(resource, "resource"))
        for scope in below(resource, *SCOPES):
            for span in below(scope, "spans"):
                number += 1
                yield number, shared, span


def attributes(record: Json) -> dict[str, Any]:
    """The simple values among a record's attributes."""
    return {
        word(pair, "key"): inner(pair, "value")[kind]
        for pair in items(record, "attributes")
        for kind in VALUES
        if kind in inner(pair, "value")
    }


def _span(span: Json, shared: dict[str, Any]) -> Span | str:
    """The span, or why it is none."""
    start = instant(span.get("startTimeUnixNano", span.get("start_time_unix_nano")))
    end = instant(span.get("endTimeUnixNano", span.get("end_time_unix_nano")))
    if start is None or end is None:
        return "it has no start or no end"
    if end < start:
        return "it ends before it starts"
    return Span(
        trace=_id(span, "traceId", "trace_id"),
        id=_id(span, "spanId", "span_id"),
        parent=_id(span, "parentSpanId", "parent_span_id"),
        name=word(span, "name"),
        start=start,
        end=end,
        attributes=shared | attributes(span),
    )


def _id(span: Json, *names: str) -> str:
    """An id, "" if it is missing or nothing but zeros."""
    found = word(span, *names)
    return "" if NO_ID.fullmatch(found) else found
