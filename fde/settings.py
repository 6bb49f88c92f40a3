"""Where this machine's user keeps fde's configuration and state, and which of several given values counts.

This is the one place that reads `FDE_HOME` and the XDG variables; everything else asks here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from .errors import BrokenSettings, NoHome


class Level(StrEnum):
    """Where a setting's value was given, strongest first."""

    FLAG = "flag"
    ENVIRONMENT = "environment"
    ENGAGEMENT = "engagement.md"
    USER = "user configuration"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting's value and where it came from.

    Attributes:
        name: The setting, as it stands in `engagement.md` and `config.toml`.
        value: What counts; None when nobody gave one.
        level: Who gave it.
    """

    name: str
    value: str | None
    level: Level


def config_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of the user's configuration: `$FDE_HOME`, `$XDG_CONFIG_HOME/fde` or `~/.config/fde`.

    It need not exist. Raises NoHome when there is nothing to go by, and for an `FDE_HOME` that is not absolute.
    """
    return _own(environment) or _xdg(environment, "XDG_CONFIG_HOME", ".config")


def state_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of what outlives a run but is not configuration: `$FDE_HOME/state`, or the XDG state folder.

    It need not exist. Raises NoHome as `config_folder` does.
    """
    own = _own(environment)
    return own / "state" if own else _xdg(environment, "XDG_STATE_HOME", ".local/state")


def resolve(
    name: str,
    *,
    flag: str | None = None,
    environment: Mapping[str, str],
    engagement: Mapping[str, str],
    user: Mapping[str, str],
    default: str | None = None,
) -> Setting:
    """Return the strongest value given for *name*: flag, `FDE_NAME`, engagement, user, default.

    An empty environment variable counts as not set. An empty value in `engagement.md` is an answer ("no default
    model"), so that the user's configuration cannot fill it in.
    """
    given = (
        (Level.FLAG, flag),
        (Level.ENVIRONMENT, environment.get(f"FDE_{name.upper()}") or None),
        (Level.ENGAGEMENT, engagement.get(name)),
        (Level.USER, user.get(name)),
    )
    for level, value in given:
        if value is not None:
            return Setting(name=name, value=value, level=level)
    return Setting(name=name, value=default, level=Level.DEFAULT)


def read_config(folder: Path) -> dict[str, object]:
    """Return the user's `config.toml` in *folder*, {} if there is none.

    Raises BrokenSettings if it cannot be read or is not TOML.
    """
    import tomllib

    path = folder / "config.toml"
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise BrokenSettings(error.strerror, where=str(path)) from error
    except ValueError as error:
        raise BrokenSettings(error, where=str(path)) from error


def _own(environment: Mapping[str, str]) -> Path | None:
    given = environment.get("FDE_HOME")
    if not given:
        return None
    if not os.path.isabs(given):
        raise NoHome(f"FDE_HOME is {given!r}, which is not an absolute path")
    return Path(given)


def _xdg(environment: Mapping[str, str], variable: str, below_home: str) -> Path:
    given = environment.get(variable, "")
    # The XDG specification: a relative path in these variables is to be ignored.
    return Path(given if os.path.isabs(given) else _home(environment) / below_home) / "fde"


def _home(environment: Mapping[str, str]) -> Path:
    given = environment.get("HOME", "")
    if os.path.isabs(given):
        return Path(given)
    try:
        import pwd

        # cron and `env -i` give no HOME; the user's entry in the password file has it.
        return Path(pwd.getpwuid(os.getuid()).pw_dir)
    except (ImportError, KeyError) as error:
        raise NoHome("this user has no home folder") from error
