"""What a question and an artefact are made of: facts from the skill's script, words from the evidence, corrections by a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..engagement import answers, artefacts, clearance, corrections, sheets, twins
from ..engagement.engagement import Engagement
from ..engagement.twins import Keep
from ..portable.artefact import Correction, dump
from ..portable.sources import Source, was_left_out
from ..skillset.skill import Skill
from ..text import digest
from .measure import measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a question and an artefact are made of.

    Attributes:
        facts: The checked document of facts (`fde.facts/1`).
        words: The text sources, those that could not be read among them.
        messages: What the skill's script said on stderr.
        corrections: What a person corrected in the artefact that is current now.
        settings: What `engagement.md` gave the measurement, in one line.
    """

    facts: dict[str, Any]
    words: tuple[Source, ...]
    messages: str = ""
    corrections: tuple[Correction, ...] = ()
    settings: str = ""

    @property
    def facts_digest(self) -> str:
        """The digest by which "the same facts" is known."""
        return digest(dump(self.facts))

    @property
    def usable(self) -> tuple[Source, ...]:
        """The sources that may be quoted: those that are sent."""
        return tuple(source for source in self.words if source.health == "ok")

    @property
    def unread(self) -> tuple[tuple[str, str], ...]:
        """The sources of facts and words that could not be read, by id, each with the reason."""
        sources = [*self.facts["sources"], *(source.record() for source in self.words)]
        unread = [source for source in sources if source["health"] in ("failed", "skipped")]
        return tuple((source["id"], source["note"]) for source in unread if not was_left_out(source["health"], source["note"]))

    @property
    def left_out(self) -> tuple[Source, ...]:
        """The sources for which a question had no room."""
        return tuple(source for source in self.words if was_left_out(source.health, source.note))


def gather(
    engagement: Engagement, skill: Skill, *, now: datetime, subject: str | None = None, args: Sequence[str] = (), keep: bool = True
) -> Material:
    """Measure, and read the text sources and corrections. Raises what the skill's script or one of these give reason for.

    What a document says is kept (a record may rest on it), but for a look (*keep* is false).
    """
    # First, for a correction that cannot be read was meant to count, and measuring may take minutes.
    corrected = corrections.for_run(engagement, artefacts.shelf(engagement), skill.name, subject)
    reader = twins.Reader(engagement=engagement, keep=Keep.MUST if keep else Keep.NEVER)
    words = reader.words(skill.words)
    clearance.require_clear(words)
    context = {name: value for name, value in engagement.context().items() if value}
    given = answers.path_of(engagement, skill.name, subject)
    with sheets.view(reader, skill.driver.evidence if skill.driver else ()) as seen:
        measured = measure(skill, evidence=seen.folder, now=now, tz=engagement.timezone, context=context, answers=given, args=args)
        facts = seen.originals(measured.facts, engagement.evidence)
    return Material(
        facts=facts,
        words=words,
        messages=measured.messages,
        corrections=corrected,
        settings=engagement.settings(skill.driver.context if skill.driver else ()),
    )
