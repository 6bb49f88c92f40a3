"""The options that several commands share, each defined once.

`--json` needs no decorator: the group gives it to every command when it loads the command's module.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def _remember(ctx: click.Context, _option: click.Parameter, as_json: bool) -> None:
    asked = ctx.ensure_object(dict)
    asked.update(json=as_json, command=ctx.command_path.partition(" ")[2])


def json_option() -> click.Option:
    """Return the option `--json`; the command's function does not see it."""
    # Eager: the envelope has the command's name also where an argument is missing.
    return click.Option(
        ["--json"], is_flag=True, is_eager=True, expose_value=False, callback=_remember, help="Print one JSON object."
    )


def with_json(command: click.Command) -> click.Command:
    """Give *command*, or each command of a group, the option `--json`; twice is once."""
    if isinstance(command, click.Group):
        for sub in command.commands.values():
            with_json(sub)
    elif not any("--json" in param.opts for param in command.params):
        command.params.append(json_option())
    return command


dir_option: Decorator = click.option(
    "--dir",
    "start",
    envvar="FDE_DIR",
    default=".",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    callback=lambda _ctx, _option, folder: folder.absolute(),
    help="The engagement, or a folder in it.  [default: here; FDE_DIR]",
)
"""Gives the function `start`, an absolute folder: search from there upwards."""

dry_run_option: Decorator = click.option(
    "--dry-run", is_flag=True, help="Tell what would be written or sent, and do neither."
)
"""Gives the function `dry_run`, a bool."""
