"""`fde skills`: which skills there are, what is in one, and the user's word that a stranger's skill may run.

Listing runs nothing of a skill and loads no template engine, so that it answers at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ..errors import FdeError
from ..skillset.find import Broken, engagement_of, find, skills
from ..skillset.skill import members
from ..skillset.trust import Trust, digest, state, trust
from .options import dir_option, dry_run_option
from .show import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from ..skillset.skill import Skill


@click.group()
def command() -> None:
    """List and show the skills, and trust a stranger's."""


@command.command(name="list")
@dir_option
def list_(start: Path) -> Outcome:
    """List the skills: ours, yours and the engagement's.

    Writes nothing. A skill that cannot be read is listed with the reason; exits 3 only if that is true of all of them.

    \b
    Example:
        fde skills list
    """
    listing = skills(engagement_of(start))
    data = {
        "skills": [_summary(skill) for skill in listing.skills],
        "broken": [_broken(broken) for broken in listing.broken],
    }
    rows = [(row["name"], row["version"] or "-", row["origin"], row["trust"], row["summary"]) for row in data["skills"]]
    rows += [(row["name"], "-", row["origin"], "broken", f"{row['where']}: {row['message']}") for row in data["broken"]]
    if listing.broken and not listing.skills:
        return Outcome(data=data, errors=tuple(broken.error for broken in listing.broken))
    return Outcome(data=data, text=_columns(rows) or "There are no skills.")


@command.command()
@click.argument("name")
@dir_option
def show(name: str, start: Path) -> Outcome:
    """Show one skill: what it is for, what it measures, where it lives and its files.

    Writes nothing and runs nothing of it.

    \b
    Example:
        fde skills show amdahl-ceiling
    """
    skill = find(name, engagement_of(start))
    files = [{"name": member.name, "bytes": member.size} for member in members(skill.folder)]
    driver = skill.driver
    data = {
        **_summary(skill),
        "description": skill.description,
        "license": skill.license,
        "folder": skill.folder,
        "measure": driver.measure if driver else None,
        "evidence": driver.evidence if driver else (),
        "words": driver.words if driver else (),
        "context": driver.context if driver else (),
        "files": files,
    }
    return Outcome(data=data, text=_page(skill, data))


@command.command(name="trust")
@click.argument("name")
@dir_option
@dry_run_option
def trust_(name: str, start: Path, dry_run: bool) -> Outcome:
    """Let a skill's scripts and templates run, as they are now.

    Writes the digest of the whole folder to your configuration. When a byte of it changes, you are asked again.

    \b
    Example:
        fde skills trust my-skill
    """
    skill = find(name, engagement_of(start))
    before = state(skill)
    if before is Trust.BUILT_IN:
        return Outcome(data={"name": name, "trust": before}, text=f"{name} is built in and runs already.")
    value = digest(skill.folder) if dry_run else trust(skill)
    said = "would be trusted" if dry_run else "is trusted"
    data = {"name": name, "folder": skill.folder, "digest": value, "trust": before if dry_run else Trust.TRUSTED}
    return Outcome(data=data, text=f"{name} {said} as it is in {skill.folder}: {value}")


def _summary(skill: Skill) -> dict[str, Any]:
    return {
        "name": skill.name,
        "version": skill.version,
        "summary": _first_sentence(skill.description),
        "origin": skill.origin.value,
        "trust": _standing(skill),
    }


def _standing(skill: Skill) -> str:
    try:
        return state(skill).value
    except FdeError as error:
        # One unreadable record must not hide the skills that need none.
        return f"unknown: {error.message}"


def _broken(broken: Broken) -> dict[str, Any]:
    error = broken.error
    return {
        "name": broken.name,
        "origin": broken.origin.value,
        "code": error.code,
        "message": error.message,
        "where": error.where or str(broken.folder),
    }


def _page(skill: Skill, data: dict[str, Any]) -> str:
    files: list[dict[str, Any]] = data["files"]
    facts = [
        ("measures", f"{data['measure']}, which reads {_below_evidence(data['evidence'])}" if data["measure"] else ""),
        ("reads", _below_evidence(data["words"]) if data["words"] else ""),
        ("takes", ", ".join(data["context"])),
        ("origin", f"{data['origin']}, {data['trust']}" if data["origin"] != data["trust"] else data["origin"]),
        ("licence", data["license"]),
        ("folder", str(skill.folder)),
        ("files", f"{len(files)}, {sum(file['bytes'] for file in files):,} bytes"),
    ]
    title = f"{skill.name} {skill.version}".strip()
    rows = [f"{label:<10}{value}" for label, value in facts if value]
    return "\n".join([title, " ".join(skill.description.split()), "", *rows, *(f"  {file['name']}" for file in files)])


def _below_evidence(patterns: Iterable[str]) -> str:
    return ", ".join(f"evidence/{pattern}" for pattern in patterns) or "no evidence"


def _first_sentence(text: str) -> str:
    return " ".join(text.split()).partition(". ")[0].rstrip(".") + "."


def _columns(rows: Sequence[tuple[str, ...]]) -> str:
    """Return *rows* as lines, all columns but the last one aligned."""
    widths = [max(len(row[column]) for row in rows) for column in range(4)] if rows else []
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]) for row in rows
    )
