"""Makes a pack of timing skeletons from Claude Code's session logs: when what kind of thing happened, and no word of it.

Whoever must say whether this may run reads as far as the function `words`: what leaves a log is decided above it. Of a table of
pull requests the function `cell` decides, of files' names `_hashed`; the rest finds, counts and writes.

Only what the lists below name can leave; every other key is left out, whatever it is called. A text becomes "x", or one of
the MARKERS if it begins with it; an id or a file's name becomes a hash under a key that stays on this machine. This file
needs no other one for its command `sessions`, reads nothing but what it is given, and uses no network.
"""

from __future__ import annotations

import sys

# Whoever copied only this file may have any Python, so this stands before anything that an old one cannot read.
if sys.version_info < (3, 11):
    sys.stderr.write("collect.py: Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ".\n")
    sys.exit(2)

import argparse
import csv
import hashlib
import hmac
import json
import math
import os
import re
import secrets
import stat
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

VERSION = "0.1.0"
EXPIRY = (
    "collect.py: Claude Code deletes its session logs after 30 days. To keep them longer, put\n"
    'collect.py: {"cleanupPeriodDays": 365} into ~/.claude/settings.json now; what is gone cannot be collected.\n'
)

# A word that is in none of these lists is not written.
TYPES = frozenset(
    "assistant user progress system summary attachment queue-operation file-history-snapshot pr-link last-prompt "
    "permission-mode ai-title custom-title cost-state bash_progress agent_progress hook_progress mcp_progress query_update "
    "search_results_received waiting_for_task api_error turn_duration stop_hook_summary compact_boundary "
    "microcompact_boundary local_command away_summary text thinking tool_use tool_result".split()
)
TOOLS = frozenset(
    "Agent AskUserQuestion Bash BashOutput Edit EnterPlanMode ExitPlanMode Glob Grep KillBash KillShell LS LSP MultiEdit "
    "NotebookEdit NotebookRead Read Skill SlashCommand Task TaskCreate TaskGet TaskList TaskOutput TaskStop TaskUpdate "
    "TodoRead TodoWrite ToolSearch WebFetch WebSearch Write".split()
)
# Texts by whose beginning the measurement knows an interrupt, a notice, a local command or a refusal.
MARKERS = {
    "[Request interrupted by user": "[Request interrupted by user]",
    "<task-notification": "<task-notification>",
    "<local-command": "<local-command>",
    "<command-name": "<command-name>",
}
REFUSAL = "The user doesn't want to proceed with this tool use"
NO_TIME = "x"  # stands for a time that is none, so that such records are counted again
SYNTHETIC = "<synthetic>"  # the model's name in answers that the agent made up itself
COLUMNS = (
    "pr number merge_epoch merged_epoch merge_at merged_at session_ids sessions last_commit_epoch last_commit_at "
    "first_author_epoch first_commit_epoch first_commit_at fully_covered".split()
)

Json = dict[str, Any]


class Stopped(Exception):
    """Something is not as it must be; the message is one sentence for the person who runs this."""


@dataclass(frozen=True)
class Skeleton:
    """Turns records into skeletons; *key* is what ids are hashed with, *codes* are of the repositories whose exports are collected too."""

    key: bytes
    codes: Mapping[str, str] = field(default_factory=dict)

    def ident(self, value: object) -> str | None:
        """A keyed hash in the form of a UUID: the same for the same id, wherever it stands."""
        if value is None:
            return None
        text = str(value).encode("utf-8", "surrogatepass")
        code = hmac.new(self.key, text, hashlib.sha256).hexdigest()
        return "-".join((code[:8], code[8:12], code[12:16], code[16:20], code[20:32]))

    def tool(self, value: object) -> str:
        """The name of a tool that comes with Claude Code; another one's may name a client's system."""
        return str(value) if str(value) in TOOLS else f"tool-{self.ident(str(value))}"

    def record(self, record: Json) -> Json:
        """What may leave of one line."""
        links = ("parentUuid", "logicalParentUuid", "parentToolUseID", "toolUseID", "sourceToolAssistantUUID")
        made: Json = {name: self.ident(record.get(name)) for name in links}
        # Of these the measurement asks whether they are there; a hash of nothing would be something.
        made |= {name: self.ident(record.get(name) or None) for name in ("sessionId", "agentId", "sourceToolUseID")}
        made |= self._common(record)
        made |= {name: bool(record.get(name)) or None for name in ("isSidechain", "isMeta", "isCompactSummary")}
        made |= {name: number(record.get(name)) for name in ("durationMs", "retryInMs", "retryAttempt", "maxRetries", "prNumber")}
        made |= {"subtype": word(record.get("subtype")), "version": version(record.get("version"))}
        repository = record.get("prRepository")
        made |= {"data": self._data(record.get("data")), "prRepository": self.codes.get(str(repository).casefold()) or self.ident(repository)}
        return present(made)

    def _common(self, record: Json) -> Json:
        """What a record has, and also one that stands inside another one."""
        uuid = record.get("uuid")
        return {
            "type": word(record.get("type")),
            "uuid": self.ident(uuid) if isinstance(uuid, str) else None,
            "timestamp": None if record.get("timestamp") is None else moment(record["timestamp"]) or NO_TIME,
            "message": self._message(record.get("message")),
            "toolUseResult": own_duration(record.get("toolUseResult")),
        }

    def _data(self, data: object) -> Json | None:
        """The report of a command, a hook or a sub-agent at work."""
        if not isinstance(data, dict):
            return None
        inner = data.get("message")
        made = {
            "type": word(data.get("type")),
            "agentId": self.ident(data.get("agentId")),
            "elapsedTimeSeconds": number(data.get("elapsedTimeSeconds")),
            "message": present(self._common(inner)) if isinstance(inner, dict) else None,
        }
        return present(made)

    def _message(self, message: object) -> Json | None:
        if not isinstance(message, dict):
            return None
        made = {
            "id": self.ident(message.get("id")),
            "model": SYNTHETIC if message.get("model") == SYNTHETIC else None,
            "content": self._content(message.get("content")),
        }
        return present(made)

    def _content(self, content: object) -> str | list[Json] | None:
        if isinstance(content, str):
            return marker(content)
        if not isinstance(content, list):
            return None
        blocks = [block for block in content if isinstance(block, dict)]
        # The measurement reads the texts of a message as one, so each of them carries the marker of all.
        said = marker(" ".join(words(block) for block in blocks if block.get("type") == "text"))
        return [self._block(block, said) for block in blocks]

    def _block(self, block: Json, said: str) -> Json:
        kind = block.get("type")
        if kind == "text":
            return {"type": "text", "text": said}
        if kind == "tool_use":
            return {"type": kind, **present({"id": self.ident(block.get("id"))}), "name": self.tool(block.get("name"))}
        if kind == "tool_result":
            called = present({"tool_use_id": self.ident(block.get("tool_use_id"))})
            return {"type": kind, **called, "content": REFUSAL if words(block).startswith(REFUSAL) else "x"}
        return present({"type": word(kind)})


def present(made: Json) -> Json:
    """*made* without what is None."""
    return {name: value for name, value in made.items() if value is not None}


def word(value: object) -> str | None:
    """A type's name if it is one of the known ones."""
    return value if isinstance(value, str) and value in TYPES else None


def version(value: object) -> str | None:
    """A version in three numbers."""
    return value if isinstance(value, str) and re.fullmatch(r"\d{1,3}(\.\d{1,4}){2}", value, re.ASCII) else None


def moment(value: object) -> str | None:
    """A time with its offset, written anew."""
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    if time is None or time.tzinfo is None:
        return None
    text = time.isoformat()
    return f"{text[:-6]}Z" if text.endswith("+00:00") else text


def number(value: object) -> float | None:
    """A number that can be a duration or a count."""
    try:
        return value if isinstance(value, int | float) and math.isfinite(value) and value >= 0 else None
    except OverflowError:
        return None


def own_duration(result: object) -> Json | None:
    """The duration that a tool states of itself."""
    if not isinstance(result, dict):
        return None
    return present({name: number(result.get(name)) for name in ("durationMs", "durationSeconds")}) or None


def marker(text: str) -> str:
    """The marker that *text* begins with, else "x"."""
    return next((whole for start, whole in MARKERS.items() if text.startswith(start)), "x")


def words(block: Json) -> str:
    """The text of a block, as the measurement reads it."""
    content = block.get("text", block.get("content"))
    if isinstance(content, list):
        return " ".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


@dataclass
class Found:
    """What one kind of files gave: how many there were, how many were written, and what stood in them."""

    expected: int = 0
    got: int = 0
    skipped: int = 0
    bytes: int = 0
    lines: int = 0
    malformed: int = 0
    known: int = 0
    first: str = ""
    last: str = ""
    versions: Counter[str] = field(default_factory=Counter)

    def see(self, made: Json) -> None:
        """Count one skeleton."""
        self.known += "type" in made
        if (day := made.get("timestamp", NO_TIME)[:10]) != NO_TIME:
            self.first, self.last = min(self.first or day, day), max(self.last, day)
        self.versions.update([made["version"]] if "version" in made else [])


def skeletons(lines: Iterable[bytes], maker: Skeleton, found: Found) -> Iterator[str]:
    """One line for each line: its skeleton, or "x" for what is not one JSON object, so that it is counted again."""
    for line in lines:
        found.lines += 1
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            record = None
        if isinstance(record, dict):
            made = maker.record(record)
            found.see(made)
            yield json.dumps(made, separators=(",", ":"))
        else:
            found.malformed += 1
            yield "x"


@dataclass(frozen=True)
class Log:
    """A log to read, and the name that its skeleton gets below `sessions/`."""

    path: Path
    name: str
    size: int

    @property
    def is_agents(self) -> bool:
        """Whether it is a sub-agent's."""
        return is_agents(self.path)


def is_agents(path: Path) -> bool:
    """Whether a log is a sub-agent's, by its place."""
    return path.name.startswith("agent-") or path.parent.name == "subagents"


def logs_below(root: Path, maker: Skeleton, found: Found) -> list[Log]:
    """Every log below *root*, in the order of names; links and what is no regular file are counted and not opened."""
    logs = []
    for folder, folders, files in os.walk(root, onerror=_give_up):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found.skipped += sum((Path(folder) / name).is_symlink() for name in folders)
        for place, name in enumerate(sorted(name for name in files if name.endswith(".jsonl") and name[0] != ".")):
            path = Path(folder) / name
            state = path.lstat()
            if stat.S_ISREG(state.st_mode):
                logs.append(Log(path, _hashed(path, root, place, maker), state.st_size))
            else:
                found.skipped += 1
    return logs


def _give_up(error: OSError) -> None:
    raise Stopped(f"{error.filename}: it cannot be read: {error.strerror}.") from error


def _hashed(path: Path, root: Path, place: int, maker: Skeleton) -> str:
    """The name of a log's skeleton: the same folders, each name hashed, sub-agents' in the order that they had."""
    *folders, last = path.relative_to(root).parts
    hashed = [name if name == "subagents" else maker.ident(name) for name in folders]
    stem = maker.ident(last.removesuffix(".jsonl"))
    if is_agents(path):
        stem = f"{'agent-' if last.startswith('agent-') else ''}{place:05}-{stem}"
    return "/".join(["sessions", *map(str, hashed), f"{stem}.jsonl"])


def write_logs(logs: list[Log], out: Path, maker: Skeleton, found: Found) -> None:
    """Write the skeleton of each log below *out*."""
    firsts: dict[float, list[Log]] = {}
    for log in logs:
        target = out / log.name
        target.parent.mkdir(parents=True, exist_ok=True)
        known = found.known
        with log.path.open("rb") as lines, target.open("w", encoding="ascii", newline="\n") as made:
            made.writelines(f"{line}\n" for line in skeletons(lines, maker, found))
        if log.size and found.known == known:
            raise Stopped(f"{log.path}: no line of it is a record of Claude Code. Logs of other agents cannot be collected so; leave them out.")
        found.got += 1
        if not log.is_agents:
            firsts.setdefault(first_time(target), []).append(log)
    for group in firsts.values():
        keep_order(group, out)
    found.bytes = sum((out / log.name).stat().st_size for log in logs)


def first_time(path: Path) -> float:
    """The first time in the first lines of a skeleton, by which the measurement orders logs."""
    with path.open(encoding="ascii") as lines:
        for _, line in zip(range(50), lines, strict=False):
            if line != "x\n" and (time := json.loads(line).get("timestamp", NO_TIME)) != NO_TIME:
                return datetime.fromisoformat(time).timestamp()
    return 0.0


def keep_order(logs: list[Log], out: Path) -> None:
    """Lengthen skeletons by spaces until they are in the order that their logs had by size.

    Of two logs that begin with the same record (one goes on from the other) the smaller is read first, and keeps it.
    """
    least = -1
    for log in sorted(logs, key=lambda log: (log.size, log.path.as_posix())):
        path = out / log.name
        size = path.stat().st_size
        if 0 < size <= least:
            os.truncate(path, size - 1)
            with path.open("a", encoding="ascii", newline="\n") as made:
                made.write(" " * (least + 1 - size) + "\n")
        least = max(least, path.stat().st_size)


def read_pulls(path: Path, maker: Skeleton) -> list[list[str]]:
    """The header and the rows of a table of merged pull requests: only known columns, only numbers, times and hashes."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        head = lines.readline()
        lines.seek(0)
        table = csv.DictReader(lines, delimiter=";" if head.count(";") > head.count(",") else ",")
        names = [name for name in COLUMNS if name in (table.fieldnames or ())]
        rows = [[cell(name, row[name] or "", maker) for name in names] for row in table]
    for place, name in ((place, name) for place, row in enumerate(rows) for name, made in zip(names, row, strict=True) if made is None):
        raise Stopped(f"{path}: row {place + 1}, column {name}: expected a number, or a time with its offset, found something else.")
    return [names, *([made or "" for made in row] for row in rows)]


def cell(name: str, text: str, maker: Skeleton) -> str | None:
    """What may leave of a cell; None if it is not what its column holds."""
    text = text.strip()
    if name in {"session_ids", "sessions"}:
        return " ".join(str(maker.ident(part)) for part in re.split(r"[\s,;|]+", text) if part)
    if not text or re.fullmatch(r"\d{1,13}(\.\d{1,9})?|true|false|yes|no", text, re.ASCII | re.IGNORECASE):
        return text
    return maker.ident(text) if name in {"pr", "number"} else moment(text)


def write_pulls(tables: list[Path], out: Path, maker: Skeleton) -> Found:
    """Write each table of merged pull requests below *out*."""
    found = Found(expected=len(tables))
    for place, path in enumerate(tables):
        target = out / "pull-requests" / f"{place:02}-{maker.ident(path.name)}.csv"
        target.parent.mkdir(parents=True, exist_ok=True)
        rows = read_pulls(path, maker)
        with target.open("w", encoding="ascii", newline="") as made:
            csv.writer(made, lineterminator="\n").writerows(rows)
        found.got, found.lines = found.got + 1, found.lines + len(rows) - 1
        found.bytes += target.stat().st_size
    return found


def key_in(path: Path, *, is_made: bool) -> bytes:
    """The key in a file; if there is none, a new random one, which is written there if *is_made*."""
    if not path.exists():
        key = secrets.token_hex(32)
        if is_made:
            path.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
                file.write(f"{key}\n")
        return bytes.fromhex(key)
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise Stopped(f"{path}: others can read this key. Make it yours alone: chmod 600 {path}")
    text = path.read_text(encoding="ascii", errors="replace").strip()
    if not re.fullmatch(r"[0-9a-f]{64}", text, re.ASCII):
        raise Stopped(f"{path}: expected a key of 64 hexadecimal digits, found something else.")
    return bytes.fromhex(text)


def manifest(maker: Skeleton, main: Found, agents: Found, pulls: Found) -> Json:
    """What a pack holds, in numbers."""
    kinds = {"sessions": main, "sub-agents": agents, "pull-request tables": pulls}
    return {
        "schema": "fde.pack/1",
        "collector": {"version": VERSION, "digest": f"sha256:{hashlib.sha256(Path(__file__).read_bytes()).hexdigest()}"},
        "key": str(maker.ident("which key this is"))[:8],
        "period": [main.first, main.last] if main.first else None,
        "tools": {"claude-code": dict(sorted((main.versions + agents.versions).items()))},
        "kinds": {
            name: {part: getattr(found, part) for part in ("expected", "got", "skipped", "bytes", "lines", "malformed")}
            for name, found in kinds.items()
        },
    }


def collect(options: argparse.Namespace, out: Path) -> Json:
    """Write the pack's folders below *out* and return its manifest."""
    maker = Skeleton(key_in(options.key_file, is_made=not options.show), _codes(options.repos))
    main, agents = Found(), Found()
    logs = logs_below(options.source, maker, main)
    if not logs:
        raise Stopped(f"{options.source}: no session logs (*.jsonl) are in this folder.")
    for found, is_theirs in ((main, False), (agents, True)):
        chosen = [log for log in logs if log.is_agents is is_theirs]
        found.expected = len(chosen) + found.skipped
        write_logs(chosen, out, maker, found)
    return manifest(maker, main, agents, write_pulls(options.pulls, out, maker))


def _codes(repos: list[str]) -> dict[str, str]:
    """What the exports of these repositories are called, by which a session's pull request is found in them."""
    if not repos:
        return {}
    from forges import BadRepository, code, repositories

    try:
        return {name.casefold(): code(name) for name in repositories(repos)}
    except BadRepository as error:
        raise Stopped(str(error)) from error


def sessions(options: argparse.Namespace) -> int:
    """Collect, and show what would leave or put it into the pack's folder."""
    sys.stderr.write(EXPIRY)
    if not options.source.is_dir():
        raise Stopped(f"{options.source}: expected the folder with the session logs, found no folder there.")
    if options.out and any((options.out / name).exists() for name in ("manifest.json", "sessions")):
        raise Stopped(f"{options.out}: there is a pack already. Name another folder.")
    options.key_file = _outside(options.key_file, options.out)
    with tempfile.TemporaryDirectory(prefix="collect-", dir=options.out and options.out.absolute().parent) as folder:
        text = json.dumps(made := collect(options, Path(folder)), indent=1) + "\n"
        if options.show:
            _show(Path(folder), text)
            return 0
        for path in sorted(path for path in Path(folder).rglob("*") if path.is_file()):
            target = options.out / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.rename(target)
        (options.out / "manifest.json").write_text(text, encoding="ascii")
    counts = made["kinds"]["sessions"]
    sys.stderr.write(f"collect.py: {counts['got']} sessions, {counts['lines']} lines written to {options.out}. ")
    sys.stderr.write(f"The key stays in {options.key_file}; never send it along.\n")
    return 0


def _outside(key_file: Path, out: Path | None) -> Path:
    """Where the key is; never in the folder that is handed over."""
    try:
        path = key_file.expanduser().absolute()
    except RuntimeError as error:
        raise Stopped(f"{key_file}: nobody's home folder is known here. Name a file with --key-file.") from error
    if out and out.resolve() in path.resolve().parents:
        raise Stopped(f"{path}: the key must not lie in the pack. Name another place with --key-file.")
    return path


def _show(folder: Path, text: str) -> None:
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        sys.stdout.write(f"== {path.relative_to(folder).as_posix()}\n{path.read_text(encoding='ascii')}")
    sys.stdout.write(f"== manifest.json\n{text}")


def check(options: argparse.Namespace) -> int:
    """Print what the packs in a folder hold, and what is missing there and how to get it."""
    from packcheck import NoPack, gaps, held, manifests

    try:
        packs = manifests(options.folder)
    except NoPack as error:
        raise Stopped(str(error)) from error
    missing = list(gaps(options.folder, packs))
    sys.stdout.writelines(f"{line}\n" for line in (*held(options.folder, packs), *(f"Missing: {gap}" for gap in missing)))
    return 1 if missing else 0


def commands(options: argparse.Namespace) -> int:
    """Print a script of read-only commands that get changes and pipelines from a forge; nothing is run here."""
    from forges import BadRepository, repositories, script

    try:
        text = script(options.forge, repositories(options.repos), since=options.since, until=options.until or datetime.now(UTC).date())
    except BadRepository as error:
        raise Stopped(str(error)) from error
    sys.stdout.write(text)
    return 0


def main(arguments: list[str]) -> int:
    """Run one command line; returns the exit code: 0 done, 1 something is missing, 2 wrong flags, 3 an input is not as expected."""
    options = _parser().parse_args(arguments)
    if options.command == "sessions" and not (options.out or options.show):
        sys.stderr.write("collect.py: expected --out DIR, or --show to see what would leave; found neither.\n")
        return 2
    try:
        run: Callable[[argparse.Namespace], int] = options.run
        return run(options)
    except ModuleNotFoundError:
        sys.stderr.write("collect.py: this needs the files that stand beside collect.py in its skill; copy the whole folder scripts/.\n")
        return 3
    except (Stopped, OSError, UnicodeDecodeError, csv.Error) as error:
        shown = "".join(letter if letter.isprintable() else "\ufffd" for letter in str(error))
        sys.stderr.write(f"collect.py: {shown}\n")
        return 3


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="collect.py", description=(__doc__ or "").split("\n")[0], allow_abbrev=False)
    kinds = parser.add_subparsers(dest="command", required=True)
    logs = kinds.add_parser("sessions", help="make a pack from session logs", allow_abbrev=False)
    logs.set_defaults(run=sessions)
    logs.add_argument("--from", dest="source", type=Path, required=True, metavar="DIR", help="usually ~/.claude/projects")
    logs.add_argument("--out", type=Path, metavar="DIR", help="a new folder for the pack")
    logs.add_argument("--show", action="store_true", help="print what would leave, and write nothing")
    logs.add_argument(
        "--pulls", type=Path, action="append", default=[], metavar="CSV", help="a table of merged pull requests with session ids"
    )
    logs.add_argument("--repos", nargs="+", default=[], metavar="FILE|OWNER/NAME", help="as for `commands`: joins sessions to those exports")
    logs.add_argument(
        "--key-file",
        type=Path,
        default=Path("~/.fde-collect-key"),
        metavar="FILE",
        help="the key for hashes, made if it is not there (%(default)s); the same file on several machines makes their ids fit",
    )
    checks = kinds.add_parser("check", help="say what a pack holds and what is missing", allow_abbrev=False)
    checks.set_defaults(run=check)
    checks.add_argument("folder", type=Path, metavar="DIR", help="the pack, or the folder in which packs were put together")
    exports = kinds.add_parser("commands", help="print a script that gets changes and pipelines from GitHub or GitLab", allow_abbrev=False)
    exports.set_defaults(run=commands)
    exports.add_argument("--repos", nargs="+", required=True, metavar="FILE|OWNER/NAME", help="repositories, or a file with one a line")
    exports.add_argument(
        "--forge", choices=("github", "gitlab"), default="github", help="whose command line tool it uses: gh (default) or glab"
    )
    exports.add_argument("--since", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD", help="first day that is asked for")
    exports.add_argument("--until", type=date.fromisoformat, metavar="YYYY-MM-DD", help="last day (today)")
    return parser


# The two other files of these commands stand beside this one; -I leaves its folder out.
sys.path.insert(0, str(Path(__file__).resolve().parent))

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
