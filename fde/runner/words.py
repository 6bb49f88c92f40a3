"""Which words go to a model: none with a secret in it, and no more than fit its window."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..engagement import runs
from ..engagement.engagement import Engagement
from ..errors import NoRoom
from ..models.tokens import tokens
from ..portable.artefact import dump
from ..skillset.skill import Skill
from . import question
from .fit import fit
from .material import Material
from .redact import Masks, redacted, require_none


@dataclass(frozen=True, slots=True, kw_only=True)
class ForModel:
    """A question as it may be sent.

    Attributes:
        question: What is asked.
        material: What it is made of: sources that were left out are "skipped" there, masked ones are masked.
        masks: Which mask stands for which secret; None if nothing is to be masked. Never sent.
    """

    question: question.Question
    material: Material
    masks: Masks | None = None


def for_model(skill: Skill, material: Material, *, redact: bool = False, window: int | None = None) -> ForModel:
    """Return the question of *skill* over *material*, of at most *window* tokens.

    Raises SecretsFound unless they are to be masked (*redact*), NoRoom where not even the question without a source fits, and
    what `question.ask` raises.
    """
    bare = question.ask(skill, material.facts, (), material.corrections)
    others = {part.name: part.text for part in bare.parts}
    words, masks = redacted(material.words, others.values()) if redact else (material.words, None)
    if masks is None:
        require_none(words, others)
    if window is not None:
        words = fit(words, _room(bare, window))
    asked = question.ask(skill, material.facts, words, material.corrections)
    if window is not None:
        # Once more: so many names of what was left out may be too many themselves.
        _room(asked, window)
    return ForModel(
        question=_masked(asked, masks) if masks else asked,
        material=replace(material, words=words),
        masks=masks,
    )


def keep_masks(engagement: Engagement, run: runs.Run, made: ForModel) -> None:
    """Keep which mask stands for which secret beside the run, where only this machine's user reads it."""
    if made.masks and made.masks.known:
        runs.keep(engagement, run, "masks.json", dump(made.masks.record()))


def _room(asked: question.Question, window: int) -> int:
    """Return how many tokens of *window* are left beside what is *asked*. Raises NoRoom if it is more than that."""
    taken = tokens(asked.text)
    if taken > window:
        raise NoRoom(f"{window:,} tokens", f"even without the words of a source it has about {taken:,}")
    return window - taken


def _masked(asked: question.Question, masks: Masks) -> question.Question:
    """Mask in the other parts what is a secret there, or was one in a source."""
    parts = (part if part.documents else replace(part, text=masks.hide(part.text)) for part in asked.parts)
    return question.Question(parts=tuple(parts))
