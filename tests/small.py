"""A small engagement: a stranger's skill that counts orders, a table, two notes and recorded replies.

Everything is made on the spot and measured in the time that Python takes to start, so that a test can take the whole path.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW = "2026-03-02T09:30:00+01:00"
SKILL = "order-count"

SCRIPT = '''"""Count the orders in orders/*.csv and the minutes that typing them in took."""
import hashlib, os, sys

folder = sys.argv[sys.argv.index("--evidence") + 1] + "/orders"
extra = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else []
pass  # what a test adds
files = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
minutes, lines, size = [], [], 0
for name in files:
    with open(f"{folder}/{name}", "rb") as file:
        data = file.read()
    size += len(data)
    lines.append(f"sha256:{hashlib.sha256(data).hexdigest()}  orders/{name}\\n")
    minutes += [float(line.split(",")[1]) for line in data.decode().splitlines()[1:]]
digest = "sha256:" + hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()
mean = round(sum(minutes) / len(minutes), 6) if minutes else 'null, "unknown": "there is no order"'
print(
    TEMPLATE
    % (len(minutes), len(minutes), mean, len(minutes), len(files), size, digest, "ok" if minutes else "empty", len(minutes))
)
'''

# Written out, because importing `json` would be most of the script's time.
FACTS = '''{
 "schema": "fde.facts/1", "skill": "order-count", "version": "1.0.0",
 "answer": ["{f:orders} orders were typed by hand, {f:entry.mean} each."],
 "facts": [
  {"id": "orders", "label": "Orders typed in by hand", "type": "count", "value": %d, "unit": "", "grade": "A", "n": %d,
   "sources": ["set:orders"]},
  {"id": "entry.mean", "label": "Mean time to type an order", "type": "duration", "value": %s, "unit": "min", "grade": "A", "n": %d,
   "sources": ["set:orders"]}
 ],
 "tables": [], "charts": [],
 "findings": [{"id": "typed", "by": "code", "title": "Orders are typed by hand", "statement": "An order takes {f:entry.mean}.",
  "basis": "measured", "severity": "medium", "facts": ["entry.mean"], "quotes": []}],
 "sources": [{"id": "set:orders", "locator": "file:evidence/orders/*.csv", "count": %d, "bytes": %d, "digest": "%s",
  "health": "%s", "read": %d, "skipped": 0, "note": ""}],
 "method": ["Each line of the table is one order."], "limits": ["Breaks are part of the minutes."], "warnings": []
}'''
SCRIPT = SCRIPT.replace("TEMPLATE", repr(FACTS))

DESCRIPTION = "Counts orders typed by hand. Use when somebody asks what order entry takes."
HEAD = f"---\nname: {SKILL}\ndescription: {DESCRIPTION}\nmetadata:\n  version: 1.0.0\n---\nCount the orders, then say what to do first.\n"
DRIVER = {"measure": "scripts/measure.py", "evidence": ["orders/*.csv"], "words": ["interviews/**", "letters/**"]}

ORDERS = "order,minutes\nA1,4\nA2,5\nA3,6\nA4,9\n"
OWNER = "# Talk with the owner\n\nOrders arrive by fax on Monday mornings.\nNobody checks the article numbers before they are typed.\n"
LETTER = "Dear sirs,\n\nwe ask you to confirm each order within 2 hours.\n"

QUOTE = "Orders arrive by fax on Monday mornings."
LETTER_QUOTE = "we ask you to confirm each order within 2 hours."


def finding(title: str, statement: str, **other: Any) -> dict[str, Any]:
    """Return one finding of a reply, supported by the mean time unless *other* says otherwise."""
    support = {"basis": "measured", "severity": "high", "facts": ["entry.mean"], "quotes": []}
    return {"title": title, "statement": statement, **support, **other}


def quoting(source: str = "interviews/owner.md", text: str = QUOTE) -> list[dict[str, str]]:
    """Return the quotes of an item: one."""
    return [{"source": source, "text": text}]


def judgement(*findings: Mapping[str, Any], actions: tuple[Any, ...] = (), questions: tuple[Any, ...] = ()) -> str:
    """Return a reply as a model sends it."""
    document = {"schema": "fde.judgement/1", "findings": findings, "actions": actions, "questions": questions}
    return json.dumps(document)


STANDS = finding("The fax decides the week", "Each order waits and then takes {f:entry.mean}.", quotes=quoting())
TYPED = finding("Typing takes 6 minutes", "It takes 6 minutes to type an order.")
ACTION = {
    "what": "Let customers send orders as a table", "owner": "head of sales", "due": None, "moves": "entry.mean",
    "proposed": {"value": "2", "unit": "min"}, "quotes": [],
}  # fmt: skip
QUESTION = {"question": "How many orders are wrong?", "whom": "the owner", "why": "A wrong order costs a drive."}

GOOD = judgement(STANDS, actions=(ACTION,), questions=(QUESTION,))
BAD = judgement(STANDS, TYPED)
REFUSED = judgement(TYPED)
GARBAGE = "I am sorry, but as a language model I cannot see your orders."


def engagement(parent: Path, *, trusted: bool = True, script: str = SCRIPT) -> Path:
    """Make the engagement below *parent* and the skill in the user's folder, and return the engagement's folder."""
    root = parent / "acme"
    write(root, "engagement.md", "---\nfde: 1\nname: acme\nclient: Acme Plumbing\ntimezone: Europe/Berlin\n---\n")
    write(root, "evidence/orders/march.csv", ORDERS)
    write(root, "evidence/interviews/owner.md", OWNER)
    write(root, "evidence/letters/customer.md", LETTER)
    for name, replies in {"good": [GOOD], "repaired": [BAD, GOOD], "stubborn": [REFUSED, REFUSED], "half": [BAD, BAD], "garbage": [GARBAGE, GARBAGE]}.items():
        write(root, f"replay/{name}.json", replay(*replies))
    make_skill(script, trusted=trusted)
    return root


def replay(*replies: str) -> str:
    """Return a recorded conversation."""
    return json.dumps({"schema": "fde.replay/1", "origin": "written for a test", "replies": replies})


def make_skill(script: str = SCRIPT, *, trusted: bool = True, template: str = "") -> Path:
    """Write the skill into the user's skills folder and return its folder; what was there before is replaced."""
    from fde.settings import config_folder
    from fde.skillset.skill import Origin, read
    from fde.skillset.trust import trust

    folder = config_folder(os.environ) / "skills" / SKILL
    shutil.rmtree(folder, ignore_errors=True)
    write(folder, "SKILL.md", HEAD)
    write(folder, "scripts/measure.py", script)
    write(folder, "assets/fde.json", json.dumps(DRIVER))
    if template:
        write(folder, "assets/prompt.md.j2", template)
    if trusted:
        trust(read(folder, Origin.USER))
    return folder


def script_that(body: str) -> str:
    """Return the skill's script, which does *body* before it counts; `extra` has what stands behind `--`."""
    return SCRIPT.replace("pass  # what a test adds\n", body)


def write(root: Path, name: str, text: str | bytes) -> Path:
    """Write *text* to *name* below *root*, folders and all."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def tree(root: Path) -> dict[str, bytes | None]:
    """Return everything below *root*: the content of each file, None for a folder and for the lock, which tells the time."""
    return {path.relative_to(root).as_posix(): _content(path) for path in sorted(root.rglob("*"))}


def _content(path: Path) -> bytes | None:
    is_read = path.is_file() and not path.is_symlink() and path.parts[-2:] != (".fde", "lock")
    return path.read_bytes() if is_read else None


def record(root: Path, folder: str) -> dict[str, Any]:
    """Return the record of the artefact in *folder*."""
    document: dict[str, Any] = json.loads((root / folder / "artefact.json").read_text())
    return document


def lines(path: Path) -> list[dict[str, Any]]:
    """Return the records of a ledger."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def moment(text: str = NOW) -> datetime:
    """Return a time of the tests as the runner takes it."""
    return datetime.fromisoformat(text)


def sha256(data: bytes) -> str:
    """Return a digest as sources have it."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
