"""Write docs/commands.md from the commands themselves; with `--check` only say whether it is up to date.

Run as `python docs/reference.py [--check]`; `make docs` does.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fde.cli import Later, cli

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).with_name("commands.md")
WIDTH = 100
HEAD = """# The commands

Written by `make docs` from what each command says of itself; do not edit. The exit codes and `--json` have
[a page of their own](exit-codes.md).
"""


def page() -> str:
    """Return the whole reference in Markdown."""
    context = click.Context(cli, info_name="fde", terminal_width=WIDTH, color=False, **cli.context_settings)
    return HEAD + "".join(_section(context, "#") for context in _walk(context))


def _walk(context: click.Context) -> Iterator[click.Context]:
    yield context
    if isinstance(context.command, click.Group):
        for name, listed in sorted(context.command.commands.items()):
            command = listed.load() if isinstance(listed, Later) else listed
            yield from _walk(click.Context(command, info_name=name, parent=context, **command.context_settings))


def _section(context: click.Context, level: str) -> str:
    depth = level * (1 + len(context.command_path.split()))
    return f"\n{depth} `{context.command_path}`\n\n```text\n{context.get_help()}\n```\n"


def main() -> int:
    """Write or check the page; 1 if the check finds it out of date."""
    text = page()
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text:
        return 0
    print("docs/commands.md is out of date: run `make docs`", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
