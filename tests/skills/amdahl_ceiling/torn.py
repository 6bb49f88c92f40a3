"""Logs damaged byte by byte, and whether their reader still accounts for every record."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from hypothesis import strategies as st
from skills.amdahl_ceiling.measured import skill

SAMPLES = Path(__file__).with_name("samples")
BadInput, union, total = skill.badinput.BadInput, skill.intervals.union, skill.intervals.total


@st.composite
def damaged(draw: st.DrawFn, body: bytes) -> bytes:
    """*body*, cut at any byte or with any byte changed."""
    at = draw(st.integers(0, len(body) - 1))
    if draw(st.booleans()):
        return body[:at]
    return body[:at] + bytes([draw(st.integers(0, 255))]) + body[at + 1 :]


def is_accounted(reader: ModuleType, path: Path, body: bytes) -> bool:
    """Whether every line of *body* is a record or is named as skipped; a file that is refused with a reason is, too."""
    path.write_bytes(body)
    try:
        found = reader.read(path, path.name)
    except BadInput as error:
        return bool(error.found)
    return found.records + len(found.skipped) == sum(bool(line.strip()) for line in body.split(b"\n"))


def seconds(found, digits=3):
    """Seconds of each kind and grade that a reader found, overlaps counted once."""
    kinds = sorted({(one.kind, one.grade) for one in found.intervals})
    return {
        kind: round(
            total(union((one.start, one.end) for one in found.intervals if (one.kind, one.grade) == kind)), digits
        )
        for kind in kinds
    }
