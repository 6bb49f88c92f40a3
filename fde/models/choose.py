"""From a model's name to the model. Names are data: `none`, `replay/FILE`, `provider/model`, or a role from `models.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ..engagement.engagement import Engagement
from ..engagement.files import inside
from ..errors import UnknownModel
from ..settings import Level, Setting
from .endpoints import LOCAL, endpoint
from .model import Model
from .profiles import profile, role
from .replay import read

NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What of this machine counts when a model is chosen.

    Attributes:
        config: The folder of the user's configuration.
        environment: The process's environment.
        now: The time.
        effort: What a flag asks for, None if none does.
    """

    config: Path
    environment: Mapping[str, str]
    now: datetime
    effort: str | None = None


def choose(given: Setting, engagement: Engagement, machine: Machine) -> Model | None:
    """Return the model that *given* names, None for "none" or where nobody named one.

    A replay's file lies in the folder `replay/` of the engagement. Raises UnknownModel, NotInside, BadEndpoint, BrokenSettings,
    or what reading a recorded reply raises. Nothing is sent and no SDK is loaded.
    """
    if not given.value or given.value == NONE:
        return None
    name = role(given.value, machine.config)
    # An engagement that names a role names no address: this user's configuration says what it stands for.
    level = given.level if name == given.value else Level.USER
    provider, _, rest = name.partition("/")
    if provider == "replay" and rest:
        # Whoever shares an engagement chooses its model; that must open no other file of this machine.
        return read(inside(engagement.root / "replay", rest), name)
    return _live(name, level, engagement, machine)


def _live(name: str, level: Level, engagement: Engagement, machine: Machine) -> Model:
    provider, slash, rest = name.partition("/")
    if not slash:
        raise UnknownModel(name)
    model, where = endpoint(provider, rest, machine.config, level)
    # Here: the price table and the adapters cost nothing until they are used, but a run without a model needs neither.
    from .provider import Provider

    return Provider(
        name=f"{provider}/{model}" + (f"@{where.base_url}" if provider == LOCAL else ""),
        model=model,
        endpoint=where,
        profile=profile(provider, model, machine.config, machine.effort, where.window),
        engagement=engagement,
        config=machine.config,
        environment=machine.environment,
        at=machine.now,
    )
