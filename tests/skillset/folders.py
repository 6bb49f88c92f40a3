"""Skills to test with, made on the spot."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fde.skillset.skill import Origin, Skill, read

if TYPE_CHECKING:
    from pathlib import Path

DESCRIPTION = "Counts the orders. Use when somebody asks how many there are."

FACTS: dict[str, Any] = {
    "schema": "fde.facts/1", "skill": "order-count", "version": "1.0.0", "answer": ["There are {f:orders}."],
    "facts": [{"id": "orders", "label": "Orders", "type": "count", "value": 3, "unit": "", "grade": "A", "sources": []}],
    "tables": [], "charts": [], "findings": [], "sources": [], "method": [], "limits": [], "warnings": [],
}  # fmt: skip


def prints(document: object) -> str:
    """Return a script that prints *document*."""
    return f"print({json.dumps(json.dumps(document))})\n"


def make_skill(
    parent: Path, name: str = "order-count", *, head: str = "", script: str | None = None, driver: object = None
) -> Path:
    """Write a skill below *parent* and return its folder; *script* becomes `scripts/measure.py`."""
    folder = parent / name
    (folder / "scripts").mkdir(parents=True)
    (folder / "assets").mkdir()
    text = head or f"name: {name}\ndescription: {DESCRIPTION}\nmetadata:\n  version: 1.0.0\n"
    (folder / "SKILL.md").write_text(f"---\n{text}---\nCount them.\n")
    if script is not None:
        (folder / "scripts" / "measure.py").write_text(script)
        driver = driver or {"measure": "scripts/measure.py", "evidence": ["orders/*.csv"]}
    if driver is not None:
        (folder / "assets" / "fde.json").write_text(driver if isinstance(driver, str) else json.dumps(driver))
    return folder


def built_in(folder: Path) -> Skill:
    """Return the skill in *folder* as if it were ours, so that it needs no trust."""
    return read(folder, Origin.BUILT_IN)
