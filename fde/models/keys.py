"""The secret that opens a provider: from one variable of the environment, or from one file that nobody else can read.

Never from a flag, from config.toml or from an engagement; and no message shows a character of it.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..engagement.files import read_bytes
from ..errors import BadKey, FdeError, NoKey
from ..settings import Level
from .endpoints import LOCAL, Endpoint

VARIABLES = {"anthropic": "ANTHROPIC_API_KEY", "openai": "OPENAI_API_KEY", LOCAL: "FDE_LOCAL_API_KEY"}
FOLDER = "keys"
CAP = 4_096

_NONE = "none"
_UNFIT = re.compile("[^!-~]")
# How a vendor's keys begin. A bare sk- says nothing: proxies give out such keys too.
_BEGINNINGS = {"anthropic": ("sk-ant-",), "openai": ("sk-proj-", "sk-svcacct-", "sk-admin-")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A provider's key.

    Attributes:
        value: The secret; no `repr` and no `str` shows it.
        origin: The variable's name, the file's path, or "none" where a local endpoint is asked without one.
    """

    value: str = field(repr=False)
    origin: str


def key(endpoint: Endpoint, environment: Mapping[str, str], config_folder: Path) -> Key:
    """Return the key for *endpoint*: of its variable in *environment*, else of the file `keys/PROVIDER` in *config_folder*.

    Raises:
        NoKey: neither is there; a local endpoint needs none.
        BadKey: what is there cannot be a key, is another vendor's, or is a file that others may read.
    """
    provider = endpoint.provider
    variable, path = VARIABLES[provider], config_folder / FOLDER / provider
    if environment.get(variable):
        return Key(value=_checked(environment[variable], endpoint, variable), origin=variable)
    written = _read(path, provider)
    if written is not None:
        return Key(value=_checked(written, endpoint, str(path)), origin=str(path))
    if provider == LOCAL:
        # The SDK asks for one; a server that asks for none passes it by.
        return Key(value=_NONE, origin=_NONE)
    raise NoKey(endpoint.entry, hint=f"Set {variable}, or write the key alone into {path} and `chmod 600` it.")


def _read(path: Path, provider: str) -> str | None:
    """Return the file's text without its last line's end, None if there is no file."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadKey(provider, error.strerror, where=str(path)) from error
    if not stat.S_ISREG(found.st_mode):
        raise BadKey(provider, "expected a plain file", where=str(path))
    if found.st_uid != os.getuid():
        raise BadKey(provider, "the file belongs to another user", where=str(path))
    if found.st_mode & 0o077:
        reason = f"others may read or write the file (mode {stat.S_IMODE(found.st_mode):04o})"
        raise BadKey(provider, reason, where=str(path), hint=f"chmod 600 {path}")
    try:
        data = read_bytes(path, CAP)
    except FdeError as error:
        raise BadKey(provider, error.message.rstrip("."), where=str(path)) from error
    # Byte for byte: what is no ASCII is found, and named, as a character that no key has.
    return data.decode("latin-1").removesuffix("\n").removesuffix("\r")


def _checked(value: str, endpoint: Endpoint, where: str) -> str:
    """Return *value* if it can be the key for *endpoint*: a wrong one shows up as "Connection error" only after three tries."""
    provider = endpoint.provider
    if not value:
        raise BadKey(provider, "it is empty", where=where)
    unfit = _UNFIT.search(value)
    if unfit:
        raise BadKey(provider, f"character {unfit.start() + 1} is {_kind(unfit[0])}", where=where, hint="Give the key alone, on one line.")
    for vendor in _other_vendors(value, endpoint):
        raise BadKey(provider, f"it is a key of {vendor}", where=where)
    return value


def _other_vendors(value: str, endpoint: Endpoint) -> list[str]:
    found = [vendor for vendor, beginnings in _BEGINNINGS.items() if value.startswith(beginnings)]
    if not found and endpoint.origin is Level.DEFAULT and endpoint.provider == "anthropic" and value.startswith("sk-"):
        # An older key of OpenAI; Anthropic itself gives out none like it.
        found = ["openai"]
    return [vendor for vendor in found if vendor != endpoint.provider]


def _kind(character: str) -> str:
    if character in "\r\n":
        return "a line break"
    if character == " ":
        return "a space"
    return "a control character" if ord(character) < 0x20 or ord(character) == 0x7F else "not ASCII"
