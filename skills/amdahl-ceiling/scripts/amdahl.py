"""Measures how much faster the work around an agent could become, and what holds it: the entry of this skill's measurement.

Reads session logs and merged pull requests below an evidence folder and prints one JSON object of facts.
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
from processmeasure import about_process
from pulls import BadInput
from report import report
from worktime import DEFAULT, Calendar, read_hours

VERSION = "0.1.0"
USAGE, INPUT = 2, 3


def main(arguments: list[str]) -> int:
    """Run one command line; returns the exit code."""
    options = _parser().parse_args(arguments)
    if not options.evidence.is_dir():
        return _fail(INPUT, f"{options.evidence}: expected the evidence folder, found no folder there.")
    calendar = _calendar(options)
    try:
        told = about_process(
            options.evidence, options.answers, calendar, rate=options.rate_per_hour, currency=options.currency
        )
        found = measure(options.evidence, calendar, options.working_hours)
    except BadInput as error:
        return _fail(INPUT, str(error))
    text = json.dumps(report(found, VERSION, told), ensure_ascii=False, indent=1, allow_nan=False)
    sys.stdout.buffer.write(text.encode() + b"\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="amdahl.py", description=(__doc__ or "").split("\n")[0], allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True, metavar="facts")
    facts = commands.add_parser("facts", help="measure, and print facts as JSON", allow_abbrev=False)
    facts.add_argument("--evidence", type=Path, required=True, metavar="DIR", help="holds sessions/ and pull-requests/")
    facts.add_argument(
        "--now", type=_moment, metavar="TIME", help="the time of the run, ISO 8601 (nothing here depends on it)"
    )
    facts.add_argument("--tz", type=_zone, default=None, metavar="ZONE", help="time zone of the working hours (UTC)")
    facts.add_argument(
        "--working-hours",
        type=_hours,
        default=DEFAULT,
        metavar="TEXT",
        help=f'for example "{DEFAULT}" (that is also the default)',
    )
    facts.add_argument(
        "--holidays",
        type=_dates,
        default=frozenset(),
        metavar="DATES",
        help="days without working time: 2026-01-01,2026-01-06",
    )
    facts.add_argument("--rate-per-hour", type=_price, metavar="AMOUNT", help="what an hour of work costs")
    facts.add_argument("--currency", default="", metavar="CODE", help="its currency, like EUR")
    facts.add_argument("--answers", type=Path, metavar="FILE", help="what a person answered (assets/questions.json)")
    facts.add_argument("--facts", action="append", metavar="FILE", help="not used by this measurement")
    return parser


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
    sys.stderr.write(f"amdahl.py: {sentence}\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
