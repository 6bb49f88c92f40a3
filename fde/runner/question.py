"""The question that a skill asks: rules, method, evidence with numbered lines, facts and task, each part rendered on its own.

Evidence is only ever a value: as JSON, with `<` escaped, under one fixed tag, so that no text in it can close the tag or become a rule.
What code measured names things as the client does; each of its values is one line, with `<` escaped, under a tag of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..assets import assets
from ..models.model import Document, Message
from ..portable.artefact import Correction
from ..portable.facts import by_id as facts_by_id
from ..portable.facts import fill, show_range
from ..portable.schema import schema
from ..portable.sources import Source, was_left_out
from ..skillset.skill import Skill
from ..text import digest, printable
from .template import render_block, template_for

TAG = "evidence"
NAME_LENGTH = 300  # characters of a label or title, which may come from a client's file
SENTENCE_LENGTH = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One piece of the question.

    Attributes:
        role: "system" or "user".
        name: "rules", "skill", "evidence", "corrections" (only if there are any) or "task"; evidence is never in the system role.
        text: The words.
        documents: The sources in it, one by one; only of "evidence".
    """

    role: str
    name: str
    text: str
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a model is asked, in the order in which it is sent."""

    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """The whole question in one piece, for a chat."""
        return "\n\n".join(part.text.strip("\n") for part in self.parts) + "\n"

    @property
    def messages(self) -> tuple[Message, ...]:
        """The question as the beginning of a conversation."""
        return tuple(Message(role=part.role, text=part.text, documents=part.documents) for part in self.parts)

    @property
    def digest(self) -> str:
        """The digest of what is asked: "sha256:<hex>"."""
        return digest("\0".join(f"{part.role}\0{part.name}\0{part.text}" for part in self.parts).encode())


def ask(skill: Skill, facts: Mapping[str, Any], words: Iterable[Source], corrections: Sequence[Correction] = ()) -> Question:
    """Return the question of *skill* over *facts* and the text sources *words*, with what a person corrected before.

    Raises NotTrusted for the template of an untrusted skill, TemplateFault for a broken one.
    """
    sources = tuple(words)
    return Question(
        parts=(
            Part(role="system", name="rules", text=_block("rules", {"schema": json.dumps(schema("judgement"), ensure_ascii=False)})),
            Part(role="system", name="skill", text=f'<method skill="{skill.name}">\n{skill.body.strip()}\n</method>\n'),
            Part(role="user", name="evidence", text=evidence_text(sources), documents=_documents(sources)),
            # A part of its own, so that a skill's own template need not know of it.
            *([Part(role="user", name="corrections", text=_corrections(corrections))] if corrections else []),
            Part(role="user", name="task", text=_task(template_for(skill), facts)),
        )
    )


def repair(problems: Iterable[Mapping[str, Any]]) -> str:
    """Return the words that send a reply back with what the check refused."""
    return _block("repair", {"problems": [_one_line_each(problem) for problem in problems]})


def evidence_text(words: Iterable[Source]) -> str:
    """Return the text sources as JSON under the fixed tag, one source a line, and the names of those that had no room."""
    sources = tuple(words)
    lines = [source_line(source) for source in sources if source.health == "ok"]
    left_out = [source.id for source in sources if was_left_out(source.health, source.note)]
    if left_out:
        lines.append(left_out_line(left_out))
    body = "\n".join(lines) or "(no text source)"
    return f"<{TAG}>\n{body}\n</{TAG}>\n"


def _documents(words: Iterable[Source]) -> tuple[Document, ...]:
    return tuple(Document(source=source.id, text=source_line(source)) for source in words if source.health == "ok")


def source_line(source: Source) -> str:
    """Return *source* as one line of JSON with numbered lines, in which nothing can close the tag."""
    numbered = [[number, line] for number, line in enumerate(source.folded.lines, 1)]
    record = {"source": source.id, "kind": source.kind, "lines": numbered}
    return _escaped(record)


def left_out_line(names: Iterable[str]) -> str:
    """Return the line that names the sources for which there was no room."""
    return _escaped({"left out for want of room": [*names]})


def _escaped(record: Mapping[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False).replace("<", "\\u003c").replace(">", "\\u003e")


def _corrections(given: Iterable[Correction]) -> str:
    listed = [{"title": one_line(item.title, NAME_LENGTH), "about": one_line(item.about, NAME_LENGTH), "text": one_line(item.text)} for item in given]
    return _block("corrections", {"corrections": listed})


def _block(name: str, values: Mapping[str, object]) -> str:
    return render_block(assets("prompts") / f"{name}.md.j2", name, values)


def _task(template: Path, facts: Mapping[str, Any]) -> str:
    index = facts_by_id(facts["facts"])
    values = {
        "skill": facts["skill"],
        "answer": [one_line(fill(sentence, index)) for sentence in facts["answer"]],
        "facts": [_fact(fact) for fact in facts["facts"]],
        "findings": [
            {"title": one_line(item["title"], NAME_LENGTH), "statement": one_line(fill(item["statement"], index))} for item in facts["findings"]
        ],
        "limits": [one_line(fill(sentence, index)) for sentence in facts["limits"]],
    }
    return render_block(template, "task", values)


def _fact(fact: Mapping[str, Any]) -> dict[str, object]:
    unknown = f" ({fact['unknown']})" if fact.get("unknown") else ""
    label, shown = one_line(fact["label"], NAME_LENGTH), one_line(show_range(fact) + unknown, NAME_LENGTH)
    return {"id": fact["id"], "label": label, "shown": shown, "grade": fact["grade"] or "", "n": fact.get("n")}


def one_line(text: str, longest: int = SENTENCE_LENGTH) -> str:
    """Return *text* on one line, cut at *longest* characters, in which nothing can close a tag, begin a heading or steer a terminal."""
    line = printable(" ".join(text.split())).replace("<", "\\u003c")
    return line if len(line) <= longest else f"{line[:longest]} [...]"


def _one_line_each(problem: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the check refused with its words on one line each: some are the model's, some from the evidence."""
    return {**problem, "what": one_line(problem["what"], NAME_LENGTH), "reasons": [one_line(reason) for reason in problem["reasons"]]}
