"""JUnit XML: how long each test took, which are weights inside a step of a pipeline and never time on a clock.

A test has no start; tests run beside each other, and a suite's own time may be a sum or a wall. So nothing here becomes an interval.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from xml.parsers import expat

from badinput import BadInput
from reading import Read
from records import text_of

FORMAT = "JUnit XML"
DEEPEST = 100
_ROOT = re.compile(r"\A\ufeff?\s*(?:<\?xml.*?\?>\s*)?(?:<!--.*?-->\s*)*<testsuites?[\s>/]", re.DOTALL)


def recognises(head: bytes, name: str) -> bool:
    """Say whether *head* begins as suites of tests do; one with a DOCTYPE in front is ours too, and refused when it is read."""
    text = head.decode("utf-8", "replace")
    return bool(_ROOT.match(re.sub(r"<!DOCTYPE[^\[>]*(?:\[.*?\])?\s*>", "", text, flags=re.DOTALL)))


def read(path: Path, name: str) -> Read:
    """Read the tests of *path*. Raises BadInput: it has a DOCTYPE, is no XML, or is nested too deep."""
    text = text_of(path, name)
    weights, skipped = [], []
    for number, (what, seconds) in enumerate(_tests(text, name), start=1):
        if seconds is None:
            skipped.append(f"{name}#{number}: no time")
        else:
            weights.append((what, seconds))
    return Read(format=FORMAT, name=name, records=len(weights), skipped=tuple(skipped), weights=tuple(weights))


def _tests(text: str, name: str) -> list[tuple[str, float | None]]:
    tests: list[tuple[str, float | None]] = []
    depth = 0

    def start(tag: str, fields: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise BadInput(expected=f"XML nested at most {DEEPEST} deep", found="deeper", where=name)
        if tag == "testcase":
            tests.append(("::".join(filter(None, (fields.get("classname"), fields.get("name")))), _seconds(fields.get("time"))))

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.StartDoctypeDeclHandler = _refusal(name)
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise BadInput(expected="XML", found=str(error), where=name) from error
    return tests


def _refusal(name: str) -> Callable[..., None]:
    """Refuse a DOCTYPE where it begins: entities can be declared nowhere else."""

    def refuse(*_: object) -> None:
        raise BadInput(expected="XML without a DOCTYPE", found="one", where=name)

    return refuse


def _seconds(text: str | None) -> float | None:
    """Seconds of a test; some write thousands with a comma. None if there are none."""
    try:
        value = float((text or "").replace(",", ""))
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None
