"""The answer to a what-if or to a comparison as facts and a table of the measured document, so that a report can point at them.

Each answer is numbered and stands beside what was measured; nothing that was measured is changed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from comparewords import CUT, VERDICTS, name_of
from comparewords import METHOD as DRAWN
from comparing import Compared, Line
from factlist import Facts
from stagewords import TRACED, WHOLES
from whatif import WhatIf
from whatifwords import NEVER, by_load, changes, stages

Document = Mapping[str, Any]
WHAT_IF = "A what-if changes the parts that it names and leaves all others as they are; its figures are no forecast, and are never multiplied or added."
COMPARED = "Before and after are means of cases, and a difference whose interval holds nothing at all is noise."
BY_A_RULE = "C"  # grade


def with_what_if(document: Document, found: WhatIf) -> dict[str, Any]:
    """*document* with one more answer: facts `whatifN.*` and a table."""
    name = _free(document, "whatif")
    facts, whole = Facts(), found.whole
    common = _common(document, [stage.fact for stage in whole.stages])
    words = f"{whole.name[0].upper()}{whole.name[1:]}"
    change = "; ".join(changes(found)) or "nothing"
    left = math.fsum(found.times.values())
    unknown = "how busy those are who are waited for is not known" if found.loads else "" if math.isfinite(left) else f"the queue {NEVER}"
    facts.add(f"{name}.change", "What is changed", "text", change, "", **common)
    facts.add(f"{name}.today", f"{words}, today", "duration", math.fsum(whole.times.values()), "h", **common)
    facts.add(f"{name}.then", f"{words}, with it", "duration", None if unknown else left, "h", unknown=unknown, **common)
    speed = None if unknown or not math.isfinite(found.speed_up) else found.speed_up
    label = f"{words}, as fast as today with it"
    facts.add(
        f"{name}.speedup", label, "ratio", speed, "x", ends=found.ends, level=whole.level, how=whole.method, unknown=unknown or "nothing is left", **common
    )
    if not found.loads and left > 0:
        facts.add(f"{name}.holds", f"Largest part of {whole.name} with it", "text", whole.stage(found.holds).name, "", **common)
    without = ", not counting what the other number of cases does to the wait" if found.loads else ""
    tables = [_table(name, f"What if: {change} ({whole.name}{without})", *stages(found))]
    if found.loads:
        tables.append(_table(f"{name}-load", f"What if, by how busy those are who are waited for: {change}", *by_load(found)))
    return _with(document, facts, tables, WHAT_IF)


def with_compared(document: Document, found: Sequence[Compared], sides: tuple[str, str]) -> dict[str, Any]:
    """*document* with a comparison: facts `compareN.*` and a table for each whole; *sides* name what came before and after."""
    name = _free(document, "compare")
    facts, tables = Facts(), []
    for one in found:
        common = _common(document, [f"{one.id}.hours"]) | {"n": sum(one.counts)}
        tables.append(_compared(facts, f"{name}.{one.id}", one, sides, common))
    return _with(document, facts, tables, COMPARED)


def _compared(facts: Facts, name: str, one: Compared, sides: tuple[str, str], common: dict[str, Any]) -> dict[str, Any]:
    rows = []
    for line in one.lines:
        ids = _line(facts, f"{name}.{line.stage}", name_of(one.id, line.stage), line, common)
        rows.append([name_of(one.id, line.stage), *ids, VERDICTS[line.verdict]])
    words = {**TRACED, **WHOLES}[one.id]
    title = f"Before and after, mean of a case: {words} ({one.counts[0]} cases before: {sides[0]}; {one.counts[1]} after: {sides[1]})"
    title += "" if one.is_cut_alike else f". {CUT}"
    return _table(name.replace(".", "-"), title, ["part", "before", "after", "difference", "verdict"], rows)


def _line(facts: Facts, name: str, words: str, line: Line, common: dict[str, Any]) -> Iterator[str]:
    for key, value, ends in (("before", line.before, None), ("after", line.after, None), ("difference", line.difference, line.ends)):
        facts.add(f"{name}.{key}", f"Mean of a case, {words}: {key}", "duration", value, "h", ends=ends, how=DRAWN, **common)
        yield f"{{f:{name}.{key}|range}}" if ends else f"{{f:{name}.{key}}}"


def _free(document: Document, prefix: str) -> str:
    """*prefix* with the first number that no fact of *document* has yet."""
    taken = {fact["id"].partition(".")[0] for fact in document["facts"]}
    return next(f"{prefix}{number}" for number in range(1, len(taken) + 2) if f"{prefix}{number}" not in taken)


def _common(document: Document, names: Sequence[str]) -> dict[str, Any]:
    """What an answer has in common with the facts that it rests on; its grade is that of a rule, or theirs if it is lower."""
    rests = [fact for fact in document["facts"] if fact["id"] in names]
    sources = list(dict.fromkeys(source for fact in rests for source in fact["sources"]))
    return {"grade": max([BY_A_RULE, *(fact["grade"] for fact in rests)]), "sources": sources}


def _with(document: Document, facts: Facts, tables: list[dict[str, Any]], method: str) -> dict[str, Any]:
    said = document["method"] if method in document["method"] else [*document["method"], method]
    return {**document, "facts": [*document["facts"], *facts.all.values()], "tables": [*document["tables"], *tables], "method": said}


def _table(name: str, title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, Any]:
    columns = [{"key": f"c{place}", "label": head[:1].upper() + head[1:]} for place, head in enumerate(heads)]
    return {"id": name, "title": title, "columns": columns, "rows": [list(row) for row in rows]}
