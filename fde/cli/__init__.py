"""The command line: a list of names and help lines, and the one place where errors become words and exit codes.

A command lives in `fde/cli/<name>.py` as `command` and returns an `Outcome`; its module is imported when it is run, never for
`--help`, `--version` or TAB.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn

import click

from .. import __version__
from ..errors import Exit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .show import Outcome

COMPLETE = "_FDE_COMPLETE"

COMMANDS = (
    ("init", "Start an engagement folder."),
    ("add", "Take files in as evidence."),
    ("note", "Write down what somebody said, as evidence."),
    ("answer", "Answer the questions of a skill."),
    ("decision", "Open a decision, or record how it ended."),
    ("allow", "Say which models this engagement's words may go to."),
    ("status", "Tell what is there, what is out of date, what was promised and what is next."),
    ("skills", "List and show the skills, and trust a stranger's."),
    ("tool", "Run a skill's own script, as an agent would."),
    ("run", "Apply a skill to the evidence and write its artefact."),
    ("prompt", "Print the question of a skill, to paste into any chat."),
    ("accept", "Check a chat's reply and write its artefact."),
    ("page", "Show where the client's page is, or write one."),
    ("verify", "Check every figure and every quote of the artefacts."),
    ("schema", "Print the schema of a format."),
    ("doctor", "Tell what this installation has and where it finds it."),
    ("demo", "Try it all on the example engagements, without a key."),
)


class Later(click.Command):
    """A command's name and help line, standing in for its module until it is run."""

    def load(self) -> click.Command:
        """Import the command's module and give each of its commands `--json`."""
        from .options import with_json

        return with_json(import_module(f"{__name__}.{str(self.name).replace('-', '_')}").command)


class LaterGroup(click.Group):
    """A group whose help, completion and "did you mean" need none of its commands' code."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command as Click does, then put the real one in the place of its stand-in."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command.load() if isinstance(command, Later) else command, rest


@click.group(
    cls=LaterGroup,
    commands=[Later(name, help=line) for name, line in COMMANDS],
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="`fde COMMAND --help` says more. Every command takes --json.",
)
@click.version_option(__version__, message="fde %(version)s")
def cli() -> None:
    """Turn a client's evidence into artefacts whose figures and quotes are checked by code."""


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run the command line *argv* (default: the process's own) and leave with its exit code."""
    sys.exit(perform(sys.argv[1:] if argv is None else argv))


# Not `run`: importing the command of that name would put its module in the function's place.
def perform(argv: Sequence[str]) -> int:
    """Run one command line and return its exit code. Raises nothing but SystemExit, whatever the command does."""
    from .show import Answer, Outcome, deliver, prepare_streams, render

    prepare_streams()
    # Click knows of `--json` only once it has parsed; a line that cannot be parsed must answer in JSON too.
    asked: dict[str, Any] = {"json": "--json" in argv, "command": ""}
    try:
        answer = render(_invoke(argv, asked), asked)
    except click.exceptions.Exit as done:
        answer = Answer("", "", done.exit_code)
    except BrokenPipeError:
        answer = Answer("", "", Exit.READER_GONE)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the house's one: past it, a person meets a traceback
        from .failures import in_words

        if isinstance(error, click.UsageError) and error.ctx:
            asked["command"] = error.ctx.command_path.partition(" ")[2]
        answer = render(Outcome(errors=(in_words(error),)), asked)
    return deliver(answer)


def _invoke(argv: Sequence[str], asked: dict[str, Any]) -> Outcome:
    """Parse *argv* and call its command; what the command line asked for is left in *asked*."""
    from .show import Outcome

    if instruction := os.environ.get(COMPLETE):
        from click.shell_completion import shell_complete

        raise click.exceptions.Exit(shell_complete(cli, {}, "fde", COMPLETE, instruction))
    # Not Click's own `main`: it answers a Ctrl-C and a broken pipe with exit code 1, which means findings here.
    with cli.make_context("fde", list(argv), obj=asked) as ctx:
        result = cli.invoke(ctx)
    return result if isinstance(result, Outcome) else Outcome()
