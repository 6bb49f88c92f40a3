"""Collects facts in the form of `fde.facts/1`, each with its unit, grade and sources.

Values are rounded to six decimals and never made ready for show; a value that is not known carries its reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bootstrap import LEVEL

HOUR = 3600.0
OVER_CASES = "cluster bootstrap over cases, ratio of sums, percentile"
Fact = dict[str, Any]


class Facts:
    """The facts of one run, in the order in which they were added."""

    def __init__(self) -> None:
        """Start with none."""
        self.all: dict[str, Fact] = {}

    def __contains__(self, name: str) -> bool:
        """Whether a fact of that id is there and known."""
        return name in self.all and self.all[name]["value"] is not None

    def value(self, name: str) -> Any:
        """The value of a fact."""
        return self.all[name]["value"]

    def add(
        self,
        name: str,
        label: str,
        kind: str,
        value: float | str | None,
        unit: str,
        *,
        grade: str,
        sources: Iterable[str],
        n: int | None = None,
        period: list[str] | None = None,
        ends: tuple[float, float] | None = None,
        level: float = LEVEL,
        how: str = OVER_CASES,
        unknown: str = "",
    ) -> None:
        """Add one fact; *ends* are those of its interval at *level*, found by the method *how*; *unknown* says why it has no value."""
        fact: Fact = {"id": name, "label": label, "type": kind, "value": rounded(value), "unit": unit}
        if value is None:
            fact["unknown"] = unknown
        if n is not None:
            fact["n"] = n
        if period is not None:
            fact["period"] = period
        if ends is not None and value is not None:
            fact["interval"] = {"low": rounded(ends[0]), "high": rounded(ends[1]), "level": level, "method": how}
        self.all[name] = fact | {"grade": grade, "sources": list(sources)}


def rounded(value: float | str | None) -> float | str | None:
    """The value to six decimals; whole numbers stay whole."""
    return round(value, 6) if isinstance(value, float) else value
