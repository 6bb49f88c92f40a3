"""From a model's name to the model. Names are data: `none`, `replay/FILE`, later `provider/model`."""

from __future__ import annotations

from pathlib import Path

from ..engagement.files import inside
from ..errors import UnknownModel
from .model import Model
from .replay import read

NONE = "none"


def choose(name: str | None, root: Path) -> Model | None:
    """Return the model *name*, None for "none" or where nobody named one; a replay's file lies in the folder `replay/` of *root*.

    Raises UnknownModel, NotInside, or what reading a recorded reply raises.
    """
    if not name or name == NONE:
        return None
    provider, _, rest = name.partition("/")
    if provider == "replay" and rest:
        # Whoever shares an engagement chooses its model; that must open no other file of this machine.
        return read(inside(root / "replay", rest), name)
    raise UnknownModel(name)
