"""Measures how much faster a process could become, and what holds it: the entry of this skill's measurement.

Reads what a person answered, lists of cases, session logs and merged pull requests, and prints one JSON object of facts.
"""

from __future__ import annotations

import sys

# Whoever copied only this folder may have any Python, so this stands before anything that an old one cannot read.
if sys.version_info < (3, 11):
    sys.stderr.write("amdahl.py: Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ".\n")
    sys.exit(2)

import argparse
import json
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from measurement import measure
from processmeasure import about_process, proposed_table
from pulls import BadInput
from report import report
from told import table_to_paste
from worktime import DEFAULT, Calendar, read_hours

VERSION = "0.1.0"
USAGE, INPUT = 2, 3


def main(arguments: list[str]) -> int:
    """Run one command line; returns the exit code."""
    options = _parser().parse_args(arguments)
    if not options.evidence.is_dir():
        return _fail(INPUT, f"{options.evidence}: expected the evidence folder, found no folder there.")
    try:
        text = _columns(options) if options.command == "columns" else _facts(options)
    except BadInput as error:
        return _fail(INPUT, str(error))
    sys.stdout.buffer.write(text.encode() + b"\n")
    return 0


def _facts(options: argparse.Namespace) -> str:
    calendar = _calendar(options)
    told = about_process(
        options.evidence,
        options.answers,
        calendar,
        now=options.now,
        rate=options.rate_per_hour,
        currency=options.currency,
    )
    found = measure(options.evidence, calendar, options.working_hours)
    if told is not None and told.proposed:
        sys.stderr.write("amdahl.py: the list of cases is not used until its columns are confirmed in the answers:\n")
        sys.stderr.write(table_to_paste(told.proposed) + "\n")
    return json.dumps(report(found, VERSION, told), ensure_ascii=False, indent=1, allow_nan=False)


def _columns(options: argparse.Namespace) -> str:
    log, proposed = proposed_table(options.evidence, options.answers, _calendar(options))
    if log is None:
        raise BadInput(expected="a list of cases as CSV in cases/", found="none", where=str(options.evidence))
    sys.stderr.write(f"amdahl.py: {log.rows} rows read. Put this in place of the empty table below the question about the list,\n")
    sys.stderr.write("amdahl.py: mend the words, and answer yes or no in the last column.\n")
    return table_to_paste(proposed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="amdahl.py", description=(__doc__ or "").split("\n")[0], allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)
    facts = commands.add_parser("facts", help="measure, and print facts as JSON", allow_abbrev=False)
    _shared(facts)
    facts.add_argument("--rate-per-hour", type=_price, metavar="AMOUNT", help="what an hour of work costs")
    facts.add_argument("--currency", default="", metavar="CODE", help="its currency, like EUR")
    facts.add_argument("--facts", action="append", metavar="FILE", help="not used by this measurement")
    columns = commands.add_parser(
        "columns", help="propose what the columns of a list of cases mean", allow_abbrev=False
    )
    _shared(columns)
    return parser


def _shared(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--evidence", type=Path, required=True, metavar="DIR", help="holds cases/, sessions/ and pull-requests/"
    )
    command.add_argument("--answers", type=Path, metavar="FILE", help="what a person answered (assets/questions.json)")
    command.add_argument(
        "--now", type=_moment, metavar="TIME", help="the time of the run, ISO 8601; later dates have not happened"
    )
    command.add_argument("--tz", type=_zone, default=None, metavar="ZONE", help="time zone of the working hours (UTC)")
    command.add_argument(
        "--working-hours",
        type=_hours,
        default=DEFAULT,
        metavar="TEXT",
        help=f'for example "{DEFAULT}" (that is also the default)',
    )
    command.add_argument(
        "--holidays",
        type=_dates,
        default=frozenset(),
        metavar="DATES",
        help="days without working time: 2026-01-01,2026-01-06",
    )


def _calendar(options: argparse.Namespace) -> Calendar:
    return Calendar(zone=options.tz or _zone("UTC"), hours=read_hours(options.working_hours), holidays=options.holidays)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"expected an ISO 8601 time, found {text!r}") from error


def _hours(text: str) -> str:
    try:
        read_hours(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f'expected working hours like "{DEFAULT}", found {error.args[0]!r}') from error
    return text


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise argparse.ArgumentTypeError(f"expected a time zone like Europe/Berlin, found {text!r}") from error


def _dates(text: str) -> frozenset[date]:
    try:
        return frozenset(date.fromisoformat(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"expected days like 2026-01-01,2026-01-06, found {text!r}") from error


def _price(text: str) -> Decimal:
    try:
        price = Decimal(text)
    except InvalidOperation as error:
        raise argparse.ArgumentTypeError(f"expected an amount like 42.50, found {text!r}") from error
    if not price.is_finite() or price < 0:
        raise argparse.ArgumentTypeError(f"expected an amount of zero or more, found {text!r}")
    return price


def _fail(code: int, sentence: str) -> int:
    # A message may hold words from a file, and those must steer no terminal.
    shown = "".join(letter if letter.isprintable() or letter == "\n" else "\ufffd" for letter in sentence)
    sys.stderr.write(f"amdahl.py: {shown}\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
