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
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from answerfacts import with_compared, with_what_if
from asked import change, load, more, servers, setting, whole_for, width
from badinput import BadInput
from comparewords import document as compared_document
from comparewords import text as compared_text
from comparing import Row, compare, rows_in, rows_of
from factsfile import newest, read_facts
from measurement import boundaries_within, measure
from processmeasure import about_process, proposed_table
from report import report
from textcharts import EIGHTHS, Paper, draw
from told import table_to_paste
from toldfacts import Told
from whatif import what_if
from whatifwords import document
from whatifwords import text as words
from wholes import TOLD, Whole, drawn, told_draws, wholes
from worktime import DEFAULT, Calendar, read_hours

VERSION = "0.1.0"
USAGE, INPUT = 2, 3
HALF = "half"
Sides = tuple[dict[str, list[Row]], dict[str, list[Row]]]
EVIDENCE, ARTEFACTS = Path("evidence"), Path("artefacts/amdahl-ceiling")


def main(arguments: list[str]) -> int:
    """Run one command line; returns the exit code."""
    options = _parser().parse_args(arguments)
    if options.evidence is not None and not options.evidence.is_dir():
        return _fail(INPUT, f"{options.evidence}: expected the evidence folder, found no folder there.")
    try:
        text: str = options.run(options)
    except BadInput as error:
        return _fail(INPUT, str(error))
    except Refused as error:
        return _fail(USAGE, str(error))
    sys.stdout.buffer.write(text.encode() + b"\n")
    return 0


class Refused(Exception):
    """Something was asked that these facts have no answer to; the message says what there is."""


def _facts(options: argparse.Namespace) -> str:
    return _as_json(_measured(options)[0])


def _measured(options: argparse.Namespace) -> tuple[dict[str, Any], Told | None]:
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
    return report(found, VERSION, told), told


def _columns(options: argparse.Namespace) -> str:
    log, proposed = proposed_table(options.evidence, options.answers, _calendar(options))
    if log is None:
        raise BadInput(expected="a list of cases as CSV in cases/", found="none", where=str(options.evidence))
    sys.stderr.write(f"amdahl.py: {log.rows} rows read. Put this in place of the empty table below the question about the list,\n")
    sys.stderr.write("amdahl.py: mend the words, and answer yes or no in the last column.\n")
    return table_to_paste(proposed)


def _what_if(options: argparse.Namespace) -> str:
    measured, found = _wholes(options)
    try:
        whole = whole_for(found, options.whole, [stage for stage, _ in options.set])
        asked = change(whole, options.set, arrivals=options.arrivals, load=options.load, servers=options.servers, queue=options.queue)
        answer = what_if(whole, asked)
    except ValueError as error:
        raise Refused(f"{error}.") from error
    if options.as_facts:
        return _as_json(with_what_if(_own(measured), answer))
    return _as_json(document(answer)) if options.json else words(answer)


def _own(measured: dict[str, Any]) -> dict[str, Any]:
    """The facts of this skill, to which an answer can be added; an artefact is written already."""
    if measured["schema"] != "fde.facts/1":
        raise Refused("expected with --as-facts a file that `facts` printed, found an artefact, which is written already.")
    return measured


def _as_json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)


def _wholes(options: argparse.Namespace) -> tuple[dict[str, Any], dict[str, Whole]]:
    """The facts, from a file or measured now, and what is known in stages there."""
    found, told = _document(options)
    try:
        draws = drawn(found) | ({} if told is None else {TOLD: told_draws(told.time)})
        return found, wholes({fact["id"]: fact for fact in found["facts"]}, draws)
    except (KeyError, TypeError) as error:
        # A file may have facts in the right form and not those that this skill writes together.
        raise BadInput(expected="facts as this skill writes them", found=f"none for {error}", where=str(options.facts)) from error


def _document(options: argparse.Namespace) -> tuple[dict[str, Any], Told | None]:
    if options.facts is None and options.evidence is None:
        options.facts = newest(ARTEFACTS)
        if options.facts is not None:
            sys.stderr.write(f"amdahl.py: from {options.facts}.\n")
    if options.facts is not None:
        if options.rate_per_hour is not None or options.currency or options.evidence is not None or options.answers is not None:
            raise Refused("expected --facts, or flags with which to measure anew, found both: what an hour costs is in the facts already, or give --evidence.")
        return read_facts(options.facts), None
    if options.evidence is None and not EVIDENCE.is_dir():
        raise Refused("expected --facts FILE or --evidence DIR, found neither, and no folder evidence/ here.")
    options.evidence = options.evidence or EVIDENCE
    sys.stderr.write(f"amdahl.py: measured from {options.evidence} for the hours {options.working_hours}, zone {options.tz or 'UTC'}.\n")
    return _measured(options)


def _compare(options: argparse.Namespace) -> str:
    """What differs before and after a day, or between two documents of facts."""
    if (options.split is None) == (options.before is None) or (options.before is None) != (options.after is None):
        raise Refused("expected --evidence DIR with --split DATE, or --before FILE with --after FILE.")
    if options.before is not None:
        if options.evidence is not None:
            raise Refused("expected --evidence DIR with --split DATE, or --before FILE with --after FILE, found some of both.")
        earlier, measured = read_facts(options.before), read_facts(options.after)
        _require_alike(earlier, measured)
        sides, names = (_rows(earlier, options.before), _rows(measured, options.after)), (options.before.name, options.after.name)
    else:
        measured, sides, names = _split(options)
    found = compare(*sides)
    if options.as_facts:
        return _as_json(with_compared(_own(measured), found, names))
    return _as_json(compared_document(found, names)) if options.json else compared_text(found, names)


def _require_alike(*documents: dict[str, Any]) -> None:
    """Refuse facts of different working hours: they would differ by those."""
    hours = [json.dumps((one.get("details") or {}).get("working_hours"), sort_keys=True) for one in documents]
    if hours[0] != hours[1]:
        raise Refused(f"expected facts of the same working hours, zone and holidays, found {hours[0]} and {hours[1]}: measure one of them again.")


def _rows(document: dict[str, Any], path: Path) -> dict[str, list[Row]]:
    try:
        return rows_in(document)
    except (KeyError, TypeError) as error:
        raise BadInput(expected="facts as this skill writes them", found=f"details without {error}", where=str(path)) from error


def _split(options: argparse.Namespace) -> tuple[dict[str, Any], Sides, tuple[str, str]]:
    """The facts, the cases that ended before the day began in the zone of the working hours and the others, and what both are called."""
    if options.evidence is None:
        raise Refused("expected --evidence DIR with --split DATE, found no --evidence.")
    calendar = _calendar(options)
    found = measure(options.evidence, calendar, options.working_hours)
    split = found.middle if options.split == HALF else options.split
    if split is None:
        raise Refused("expected sessions, changes or runs of more than one day with --split half, found none.")
    day = datetime.combine(split, time(), calendar.zone).timestamp()
    early, late = boundaries_within(found, lambda end: end < day), boundaries_within(found, lambda end: end >= day)
    sides = {name: rows_of(one) for name, one in early.items()}, {name: rows_of(one) for name, one in late.items()}
    return report(found, VERSION), sides, (f"what ended before {split}", f"what ended from {split} on")


def _bars(options: argparse.Namespace) -> str:
    charts = _document(options)[0]["charts"]
    if options.chart is not None:
        charts = [chart for chart in charts if chart["id"] == options.chart] or _no_chart(options.chart, charts)
    if not charts:
        raise Refused("expected facts with a chart, found none.")
    paper = Paper(width=options.width, is_ascii=options.ascii or not _shows_blocks())
    return "\n\n".join("\n".join(draw(chart, paper)) for chart in charts)


def _no_chart(name: str, charts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    raise Refused(f"expected one of the charts {', '.join(chart['id'] for chart in charts)}, found {name!r}.")


def _shows_blocks() -> bool:
    """Whether the terminal, or whatever reads us, takes more than ASCII."""
    try:
        EIGHTHS.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="amdahl.py", description=(__doc__ or "").split("\n")[0], allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)
    facts = commands.add_parser("facts", help="measure, and print facts as JSON", allow_abbrev=False)
    facts.set_defaults(run=_facts)
    _shared(facts, is_needed=True)
    _money(facts)
    facts.add_argument("--facts", action="append", metavar="FILE", help="not used by this measurement")
    columns = commands.add_parser(
        "columns", help="propose what the columns of a list of cases mean", allow_abbrev=False
    )
    columns.set_defaults(run=_columns)
    _shared(columns, is_needed=True)
    _what_if_flags(commands.add_parser("what-if", help="lay a change of some stages against what was measured", allow_abbrev=False))
    _compare_flags(commands.add_parser("compare", help="lay what ended from a day on against what ended before it", allow_abbrev=False))
    _bars_flags(commands.add_parser("bars", help="draw the charts as text", allow_abbrev=False))
    return parser


def _what_if_flags(command: argparse.ArgumentParser) -> None:
    command.description = (
        "Lay a change of some stages against what was measured: today, with it, what holds it then, what each further fix is worth. "
        "3x means three times as fast, 0.5x half as fast, which takes twice as long; inf means no time at all."
    )
    command.set_defaults(run=_what_if)
    _from_facts(command)
    command.add_argument("--set", action="append", default=[], type=_said(setting), metavar="STAGE=3x", help="how many times as fast a stage becomes")
    command.add_argument("--arrivals", type=_said(more), default=1.0, metavar="2x", help="how many times as many cases arrive")
    command.add_argument("--load", type=_said(load), metavar="0.6", help="share of their time for which those who are waited for are busy today")
    command.add_argument("--servers", type=_said(servers), metavar="2", help="how many of them take from one queue (1)")
    command.add_argument("--queue", default="", metavar="STAGE", help="the stage in which more cases wait; else the likeliest")
    command.add_argument("--whole", metavar="NAME", help="of which whole, like work.lead, lead, session, told or list; else the first that fits")
    _printed(command)


def _compare_flags(command: argparse.ArgumentParser) -> None:
    command.description = (
        "Lay what ended from a day on against what ended before it, or one document of facts against another: each whole and its stages, "
        "with an interval of the difference, and whether it may be noise."
    )
    command.set_defaults(run=_compare)
    _shared(command, is_needed=False)
    command.add_argument("--split", type=_day, metavar="DATE", help=f"the first day of what is after, like 2026-03-01, or {HALF} for the middle")
    command.add_argument("--before", type=Path, metavar="FILE", help="facts.json or artefact.json of before, instead of --evidence and --split")
    command.add_argument("--after", type=Path, metavar="FILE", help="the same of after")
    _printed(command)


def _printed(command: argparse.ArgumentParser) -> None:
    """Flags of how an answer is printed."""
    command.add_argument("--json", action="store_true", help="one JSON object instead of text")
    command.add_argument("--as-facts", action="store_true", help="the facts with this answer among them, for artefact.py")


def _bars_flags(command: argparse.ArgumentParser) -> None:
    command.description = "Draw the charts of the facts as text: bars and curves, without colour."
    command.set_defaults(run=_bars)
    _from_facts(command)
    command.add_argument("--chart", metavar="ID", help="only this one")
    command.add_argument("--width", type=_said(width), default=80, metavar="COLUMNS", help="how wide, from 40 on (80)")
    command.add_argument("--ascii", action="store_true", help="nothing but ASCII; also where the output takes nothing else")


def _from_facts(command: argparse.ArgumentParser) -> None:
    """Flags of a command that works on facts: a file of them, or what `facts` needs to measure."""
    command.add_argument("--facts", type=Path, metavar="FILE", help="facts.json, or an artefact.json; without it the newest in artefacts/ here, else the evidence is measured")
    _shared(command, is_needed=False)
    _money(command)


def _money(command: argparse.ArgumentParser) -> None:
    command.add_argument("--rate-per-hour", type=_price, metavar="AMOUNT", help="what an hour of work costs")
    command.add_argument("--currency", default="", metavar="CODE", help="its currency, like EUR")


def _said(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """*read* with its refusal as argparse wants it."""

    def value(text: str) -> Any:
        try:
            return read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return value


def _shared(command: argparse.ArgumentParser, *, is_needed: bool) -> None:
    command.add_argument(
        "--evidence", type=Path, required=is_needed, metavar="DIR", help="holds cases/, sessions/ and pull-requests/"
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


def _day(text: str) -> date | str:
    if text == HALF:
        return text
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"expected a day like 2026-03-01, or {HALF}, found {text!r}") from error


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
