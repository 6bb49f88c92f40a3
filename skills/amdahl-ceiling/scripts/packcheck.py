"""What the packs in a folder hold, what is missing there, and how to get it.

A manifest tells what was found when a pack was made (`fde.pack/1`), or which exports a script should have written
(`fde.requests/1`); both count only, so that one pack serves every measurement that is made of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

SCHEMAS = ("fde.pack/1", "fde.requests/1")
ENOUGH = 14  # days of logs from which a pack has more than one kind of week in it

Json = dict[str, Any]


class NoPack(Exception):
    """A folder holds no manifest that can be read; the message is one sentence."""


def manifests(folder: Path) -> list[Json]:
    """The manifests in *folder*: one, or several where packs were put together."""
    try:
        found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("manifest*.json"))]
    except ValueError as error:
        raise NoPack(f"{folder}: a manifest in it cannot be read: {error}.") from error
    if not found or any(not isinstance(pack, dict) or pack.get("schema") not in SCHEMAS for pack in found):
        raise NoPack(f"{folder}: expected manifest.json as `collect.py sessions` writes it, found none, or another.")
    return found


def kinds(packs: list[Json]) -> Iterator[tuple[str, Json]]:
    """Each kind of files in each pack."""
    return ((name, kind) for pack in packs for name, kind in pack.get("kinds", {}).items())


def held(folder: Path, packs: list[Json]) -> Iterator[str]:
    """One line for each kind of files: how many there should be and are."""
    for name, kind in kinds(packs):
        yield f"{name}: {kind['got']} of {kind['expected']} collected, {kind['lines']} lines, {kind['malformed']} of them broken"
    for name, wanted in requested(packs).items():
        yield f"{name}: {sum(is_there(folder / path) for path in wanted)} of {len(wanted)} exports"
    for pack in packs:
        if pack.get("period"):
            yield f"period: {' to '.join(pack['period'])}, Claude Code {', '.join(pack['tools']['claude-code'])}"


def requested(packs: list[Json]) -> dict[str, list[str]]:
    """The files that the commands for a forge should have written, by their folder."""
    made: dict[str, list[str]] = {}
    for path in (path for pack in packs for path in pack.get("files", ())):
        made.setdefault(path.partition("/")[0], []).append(path)
    return made


def is_there(path: Path) -> bool:
    """Whether an export was written to its end."""
    return path.is_file() and path.stat().st_size > 0


def gaps(folder: Path, packs: list[Json]) -> Iterator[str]:
    """Say what is missing, and what to do about it."""
    logs = [kind for name, kind in kinds(packs) if name in {"sessions", "sub-agents"}]
    sizes = [path.stat().st_size for path in (folder / "sessions").rglob("*.jsonl")]
    wanted = sum(kind["got"] for kind in logs), sum(kind["bytes"] for kind in logs)
    if (len(sizes), sum(sizes)) != wanted:
        yield (
            f"the manifest speaks of {wanted[0]} skeletons with {wanted[1]} bytes, {len(sizes)} with {sum(sizes)} are here. "
            "Copy the pack again, as a whole."
        )
    if skipped := sum(kind["expected"] - kind["got"] for _, kind in kinds(packs)):
        yield f"{skipped} logs were links or no regular files. Collect from the folder where they really are."
    days = [date.fromisoformat(day) for pack in packs for day in pack.get("period") or ()]
    if not days:
        yield "no session with a time. Run `collect.py sessions` where the agent is used."
    elif (max(days) - min(days)).days < ENOUGH:
        yield f"the logs reach over {(max(days) - min(days)).days + 1} days only. Set cleanupPeriodDays and collect again in a month."
    lost = [path for paths in requested(packs).values() for path in paths if not is_there(folder / path)]
    if lost:
        yield f"{len(lost)} exports, {', '.join(lost[:5])} first. Run the script of `collect.py commands` again; it goes on where it stopped."
    if not requested(packs) and not any((folder / "pull-requests").glob("*")):
        yield "merged pull requests. `collect.py commands --repos OWNER/NAME` prints how to get them, or give a table with --pulls."
