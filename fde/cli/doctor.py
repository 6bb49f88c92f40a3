"""`fde doctor`: what this installation is, what it finds and what it would use, each with where that comes from.

Of a key it says whether it is there, never what it is.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, TypeVar

import click

from .. import __version__
from ..assets import assets
from ..engagement.engagement import find
from ..errors import Exit, FdeError, NoEngagement, UsageError
from ..settings import config_folder, read_config, resolve, state_folder
from .options import dir_option, dry_run_option
from .reach import listing, reach, rows, warnings
from .show import Outcome, progress

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ..engagement.engagement import Engagement

Found = TypeVar("Found")

# What reads documents is an extra: without it nothing is broken.
DOCUMENTS = ("mammoth", "pypdfium2", "python-pptx", "openpyxl", "python-oxmsg", "markdownify", "lxml")
INSTALL = "not installed: pip install 'fde-toolkit[documents]'"
LIBRARIES = ("click", "jinja2", "python-frontmatter", "pyyaml", "anthropic", "openai", "genai-prices")


@click.command()
@dir_option
@dry_run_option
@click.option("--repair", is_flag=True, help="Make official what a killed run had finished; name what is to be removed.")
@click.option("--probe", "url", metavar="URL", help="Ask a local endpoint how it can be held to a schema; nothing of a client is sent.")
@click.option("--model", metavar="NAME", help="Which model to ask there; with --probe.  [default: the first that it names]")
def command(start: Path, dry_run: bool, repair: bool, url: str | None, model: str | None) -> Outcome:
    """Tell what this installation has and where it finds it.

    Also by what it would reach a model: addresses, keys (never their value), proxies, certificates, and what the engagement here
    allows. Writes nothing, but with --repair the ledgers: an artefact that a killed run could not make official is adopted if every
    figure and quote of it agrees; of another it says why, for you to remove it. Exits 1 if a part of the installation is missing,
    something is to be removed, or an endpoint gives no JSON. --probe prints the lines for config.toml.

    \b
    Example:
        fde doctor
        fde doctor --repair --dry-run
        fde doctor --probe http://127.0.0.1:11434/v1
    """
    if url is None:
        if model is not None:
            raise UsageError("--model goes with --probe.")
        return _repair(start, dry_run=dry_run) if repair else _tell(start)
    if repair:
        raise UsageError("--probe and --repair are two things to do.")
    return _probe(url, model, dry_run=dry_run)


def _probe(url: str, model: str | None, *, dry_run: bool) -> Outcome:
    from ..models import keys
    from ..models.probe import SECONDS, first_model, probe, probed
    from ..models.watch import Watch

    folder = config_folder()
    endpoint = probed(url, folder)
    if dry_run:
        return Outcome(data={"base_url": endpoint.base_url}, text=f"would ask {endpoint.base_url} three small questions")
    key = keys.key(endpoint, os.environ, folder).value
    name = model or first_model(endpoint, key, Watch(seconds=SECONDS, say=progress))
    tried = probe(endpoint, name, key, lambda: Watch(seconds=SECONDS, say=progress))
    fit = next((one.mode for one in tried if not one.fault), None)
    lines = [f"{one.mode:<12} {one.fault or 'gives JSON as the schema wants it'}" for one in tried]
    section = [] if fit is None else [f'[local."{endpoint.base_url}"]', f'structured = "{fit}"']
    if section:
        lines += ["", f"For {folder / 'config.toml'}:", "", *section]
    data = {
        "base_url": endpoint.base_url,
        "model": name,
        "modes": {one.mode: {"usable": not one.fault, "fault": one.fault} for one in tried},
        "structured": fit,
        "config": "\n".join(section),
    }
    return Outcome(data=data, text="\n".join(lines), exit=Exit.OK if fit else Exit.FINDINGS)


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
    engagement, unreadable = _read(lambda: find(start))
    config, broken = _read(lambda: read_config(config_folder()))
    data: dict[str, Any] = {
        "version": __version__,
        "python": {"version": sys.version.split()[0], "path": sys.executable},
        "libraries": {name: _installed(name) for name in LIBRARIES},
        "documents": {name: _installed(name) for name in DOCUMENTS},
        "assets": {kind: _folder(kind) for kind in ("skills", "prompts", "examples")},
        "folders": {"configuration": _place(config_folder), "state": _place(state_folder)},
        "settings": _settings(start, engagement, config or {}),
    }
    reached, errors = _reached(engagement)
    data |= reached
    data["missing"] = [name for part in ("libraries", "assets") for name, found in data[part].items() if found is None]
    data["warnings"] = warnings(data, config or {}) if reached else []
    told = {str(error): error for error in (unreadable, broken, *errors) if error and not isinstance(error, NoEngagement)}
    code = Exit.FINDINGS if data["missing"] else Exit.OK
    return Outcome(data=data, text=_text(data), exit=code, errors=tuple(told.values()))


def _reached(engagement: Engagement | None) -> tuple[dict[str, Any], tuple[FdeError, ...]]:
    """Return what models are reached by, {} where this user has no folder for a configuration."""
    try:
        folder = config_folder()
    except FdeError:
        # Its place in the list of folders says so already.
        return {}, ()
    data, errors = reach(os.environ, folder)
    allowed, unread = listing(engagement, folder)
    return {**data, "allowed": allowed}, errors + unread


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


def _settings(start: Path, engagement: Engagement | None, user: Mapping[str, object]) -> dict[str, Any]:
    """Return each setting's value and origin."""
    source = click.get_current_context().get_parameter_source("start")
    flag = str(start) if source is click.core.ParameterSource.COMMANDLINE else None
    engaged = {"model": engagement.model or ""} if engagement else {}
    chosen = {"model": str(user["model"])} if "model" in user else {}
    found = (
        resolve("dir", flag=flag, environment=os.environ, engagement={}, user={}, default=str(start)),
        resolve("model", environment=os.environ, engagement=engaged, user=chosen),
    )
    return {setting.name: {"value": setting.value, "origin": setting.level.value} for setting in found}


def _read(source: Callable[[], Found]) -> tuple[Found | None, FdeError | None]:
    """Return what *source* gives, or why it gives nothing: a doctor goes on where others stop."""
    try:
        return source(), None
    except FdeError as error:
        return None, error


def _text(data: dict[str, Any]) -> str:
    shown = [("fde", data["version"]), ("python", f"{data['python']['version']}  {data['python']['path']}")]
    for part in ("libraries", "documents", "assets", "folders"):
        absent = INSTALL if part == "documents" else "MISSING"
        shown += [(name, found or absent) for name, found in data[part].items()]
    shown += [(name, f"{setting['value'] or 'none'}  ({setting['origin']})") for name, setting in data["settings"].items()]
    shown += rows(data) if "keys" in data else []
    shown += [("warning", sentence) for sentence in data["warnings"]]
    return "\n".join(f"{name:<19} {value}" for name, value in shown)
