"""`fde doctor`: what this installation is, what it finds and what it would use, each with where that comes from.

Of a key it says whether it is there, never what it is.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from .. import __version__
from ..assets import assets
from ..engagement.engagement import find
from ..errors import Exit, FdeError, NoEngagement
from ..settings import config_folder, read_config, resolve, state_folder
from .options import dir_option, dry_run_option
from .show import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# What reads documents is an extra: without it nothing is broken.
DOCUMENTS = ("mammoth", "pypdfium2", "python-pptx", "openpyxl", "python-oxmsg", "markdownify", "lxml")
INSTALL = "not installed: pip install 'fde-toolkit[documents]'"
LIBRARIES = ("click", "jinja2", "python-frontmatter", "pyyaml", "anthropic", "openai")
KEYS = ("ANTHROPIC_API_KEY", "OPENAI_API_KEY")


@click.command()
@dir_option
@dry_run_option
@click.option("--repair", is_flag=True, help="Make official what a killed run had finished; name what is to be removed.")
def command(start: Path, dry_run: bool, repair: bool) -> Outcome:
    """Tell what this installation has and where it finds it.

    Writes nothing, but with --repair the ledgers: an artefact that a killed run could not make official is adopted if every
    figure and quote of it agrees; of another it says why, for you to remove it. Exits 1 if a part of the installation is missing, or
    something is to be removed.

    \b
    Example:
        fde doctor
        fde doctor --repair --dry-run
    """
    return _repair(start, dry_run=dry_run) if repair else _tell(start)


def _repair(start: Path, *, dry_run: bool) -> Outcome:
    from ..engagement.repair import look, repair

    engagement = find(start)
    found = look(engagement) if dry_run else repair(engagement)
    verb = "would adopt" if dry_run else "adopted"
    lines = [f"{verb}  {item.folder}" if item.adopted else f"remove  {item.folder}: {item.reason}" for item in found]
    data = {"repaired": [{"folder": item.folder, "adopted": item.adopted, "reason": item.reason} for item in found]}
    is_whole = all(item.adopted for item in found)
    return Outcome(data=data, text="\n".join(lines) or "nothing to repair", exit=Exit.OK if is_whole else Exit.FINDINGS)


def _tell(start: Path) -> Outcome:
    data: dict[str, Any] = {
        "version": __version__,
        "python": {"version": sys.version.split()[0], "path": sys.executable},
        "libraries": {name: _installed(name) for name in LIBRARIES},
        "documents": {name: _installed(name) for name in DOCUMENTS},
        "assets": {kind: _folder(kind) for kind in ("skills", "prompts", "examples")},
        "keys": {name: "present" if os.environ.get(name) else "absent" for name in KEYS},
        "folders": {"configuration": _place(config_folder), "state": _place(state_folder)},
    }
    data["settings"], errors = _settings(start)
    missing = [name for part in ("libraries", "assets") for name, found in data[part].items() if found is None]
    data["missing"] = missing
    return Outcome(data=data, text=_text(data), exit=Exit.FINDINGS if missing else Exit.OK, errors=errors)


def _installed(name: str) -> str | None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _folder(kind: str) -> str | None:
    path = assets(kind)
    return str(path) if path.is_dir() else None


def _place(folder: Callable[[], Path]) -> str:
    try:
        return str(folder())
    except FdeError as error:
        return f"unknown: {error.message}"


def _settings(start: Path) -> tuple[dict[str, Any], tuple[FdeError, ...]]:
    """Return each setting's value and origin, and what could not be read of it: a doctor goes on where others stop."""
    source = click.get_current_context().get_parameter_source("start")
    flag = str(start) if source is click.core.ParameterSource.COMMANDLINE else None
    engaged, unreadable = _read(lambda: {"model": find(start).model or ""})
    user, broken = _read(lambda: {name: str(value) for name, value in read_config(config_folder()).items()})
    found = (
        resolve("dir", flag=flag, environment=os.environ, engagement={}, user={}, default=str(start)),
        resolve("model", environment=os.environ, engagement=engaged, user=user),
    )
    settings = {setting.name: {"value": setting.value, "origin": setting.level.value} for setting in found}
    return settings, tuple(error for error in (unreadable, broken) if error)


def _read(source: Callable[[], dict[str, str]]) -> tuple[dict[str, str], FdeError | None]:
    try:
        return source(), None
    except NoEngagement:
        return {}, None
    except FdeError as error:
        return {}, error


def _text(data: dict[str, Any]) -> str:
    rows = [("fde", data["version"]), ("python", f"{data['python']['version']}  {data['python']['path']}")]
    for part in ("libraries", "documents", "assets", "keys", "folders"):
        absent = INSTALL if part == "documents" else "MISSING"
        rows += [(name, found or absent) for name, found in data[part].items()]
    rows += [(name, f"{setting['value'] or 'none'}  ({setting['origin']})") for name, setting in data["settings"].items()]
    return "\n".join(f"{name:<20}{value}" for name, value in rows)
