"""What is known of a model beside its name: its window, the longest answer to ask for, the effort; and names for roles.

Model ids are data: `models.toml` beside this module, field by field under the user's `config.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from ..errors import BrokenSettings, UsageError
from ..settings import read_config

HERE = Path(__file__).resolve().parent
EFFORTS: Mapping[str, tuple[str, ...]] = {
    "anthropic": ("low", "medium", "high", "xhigh", "max"),
    "openai": ("none", "minimal", "low", "medium", "high", "xhigh", "max"),
    "local": (),
}
NUMBERS = ("window", "max_output")
FIELDS = (*NUMBERS, "effort", "ends")
SOON = 30  # days before its end from which a model is warned of


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How a model is asked.

    Attributes:
        window: How many tokens question and answer may have together.
        max_output: How many the answer may have, those of reasoning among them.
        effort: How much effort is asked for, None for the model's own.
        ends: The day on which its vendor switches it off, None if none is announced.
    """

    window: int
    max_output: int
    effort: str | None = None
    ends: date | None = None

    def ending(self, day: date) -> str:
        """Return what a person should know on *day* of the model's end, "" if that is far off or not announced."""
        if self.ends is None or (left := (self.ends - day).days) > SOON:
            return ""
        when = f"ended on {self.ends}" if left < 0 else f"ends on {self.ends}"
        return f"its vendor announced that this model {when}: choose another"


def role(name: str, config: Path) -> str:
    """Return the model that stands for the role *name* ("strong", "fast"), or *name* itself if it is none."""
    user = _table(read_config(config), "roles", config)
    chosen = user.get(name, _shipped()["roles"].get(name, name))
    if not isinstance(chosen, str):
        raise _broken(config, f"[roles] {name}: expected a model like anthropic/claude-opus-5-5, found {chosen!r:.60}")
    return chosen


def profile(provider: str, model: str, config: Path, effort: str | None = None, window: int | None = None) -> Profile:
    """Return the profile of *model* at *provider*; *effort*, and the *window* of its endpoint, go before what is configured.

    Raises BrokenSettings for a configured value that cannot be one, UsageError for an *effort* that is none.
    """
    shipped, name = _shipped(), f"{provider}/{model}"
    given = _table(_table(read_config(config), "models", config), name, config)
    ends = {"ends": shipped["ends"][name]} if name in shipped["ends"] else {}
    known = {**shipped["defaults"][provider], **shipped["models"].get(name, {}), **ends, **given}
    known |= {"window": window} if window is not None else {}
    _require(name, provider, known, config)
    if effort is not None and effort not in EFFORTS[provider]:
        raise UsageError(f"--effort: expected {_efforts(provider)}, found {effort!r:.40}.")
    known = {**known, "effort": effort or known.get("effort")}
    return Profile(**known)


def _require(name: str, provider: str, known: Mapping[str, Any], config: Path) -> None:
    for field, value in known.items():
        if field in NUMBERS and (type(value) is not int or value < 1):
            raise _broken(config, f'[models."{name}"] {field}: expected a number of tokens, found {value!r:.60}')
        if field == "effort" and value not in EFFORTS[provider]:
            raise _broken(config, f'[models."{name}"] effort: expected {_efforts(provider)}, found {value!r:.60}')
        # Not isinstance: a time of a day is a date to it.
        if field == "ends" and type(value) is not date:
            raise _broken(config, f'[models."{name}"] ends: expected a date like 2027-01-22, found {value!r:.60}')
        if field not in FIELDS:
            raise _broken(config, f'[models."{name}"]: expected {", ".join(FIELDS)}, found {field!r:.60}')
    if known["max_output"] >= known["window"]:
        raise _broken(config, f'[models."{name}"]: max_output {known["max_output"]:,} leaves no room in the window of {known["window"]:,}')


def _efforts(provider: str) -> str:
    return ", ".join(EFFORTS[provider]) or "none, for such a server takes no effort"


@cache
def _shipped() -> dict[str, Any]:
    return tomllib.loads((HERE / "models.toml").read_text("utf-8"))


def _table(document: Mapping[str, Any], name: str, config: Path) -> dict[str, Any]:
    found = document.get(name, {})
    if not isinstance(found, dict):
        raise _broken(config, f"{name}: expected a section, found {found!r:.60}")
    return found


def _broken(config: Path, reason: str) -> BrokenSettings:
    return BrokenSettings(reason, where=str(config / "config.toml"))
