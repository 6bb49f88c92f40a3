"""Where a model is reached: the vendors' own addresses, and those that this machine's user has named.

An address is never taken from an engagement: whoever shares one must not say where its evidence goes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from ..errors import BadEndpoint, BrokenSettings, UnknownModel
from ..settings import Level, read_config

LOCAL = "local"
VENDORS = {"anthropic": "https://api.anthropic.com", "openai": "https://api.openai.com/v1"}
MODES = ("json_schema", "json_object", "prompt")

_PORTS = {"http": 80, "https": 443}
# urlsplit takes out line breaks and tabs in silence, and readers differ about a backslash.
_ADDRESS = re.compile(r"[!-\[\]-~]+")
_NAME = re.compile(r"(?!.{254})(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
# What ends in a number, some systems read as an IPv4 address in a spelling of their own: 0x7f.1, 2130706433.
_NUMERIC = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where the requests for one provider go.

    Attributes:
        provider: "anthropic", "openai" or "local".
        base_url: What the API's paths are appended to, without a slash at its end.
        host: `name[:port]` in lower case, without the port that its scheme has anyway.
        origin: Who named it; DEFAULT for the vendor's own.
        structured: How a local endpoint is held to a schema, one of MODES; None where the vendor's way is the only one.
        window: How many tokens a question may have, None where the configuration does not say.
    """

    provider: str
    base_url: str
    host: str
    origin: Level
    structured: str | None = None
    window: int | None = None

    @property
    def entry(self) -> str:
        """The endpoint as an engagement's allow-list names it: `provider@host[:port]`."""
        return f"{self.provider}@{self.host}"

    @property
    def is_loopback(self) -> bool:
        """Whether requests stay on this machine."""
        return _is_loopback(_split(self.base_url).hostname or "")


def endpoint(provider: str, rest: str, config_folder: Path, level: Level) -> tuple[str, Endpoint]:
    """Return the model's id and where it is reached, for the model's name `provider/rest` that was given at *level*.

    *rest* is the id, for a local model also `id@base-url`; without one it is reached at the one endpoint of the user's
    `config.toml`.

    Raises:
        UnknownModel: no such provider, or no id.
        BadEndpoint: the address is unsafe, comes from an engagement, or is not declared.
        BrokenSettings: `config.toml` cannot be read, or says something else of an endpoint than is expected.
    """
    model, at, url = rest.partition("@") if provider == LOCAL else (rest, "", "")
    if provider not in (*VENDORS, LOCAL) or not model:
        raise UnknownModel(f"{provider}/{rest}")
    if not at:
        found = in_force(provider, config_folder)
    elif level is Level.ENGAGEMENT:
        raise BadEndpoint(_shown(url), "engagement.md names it", where="engagement.md")
    else:
        found = _named(url, config_folder, level)
    if provider == LOCAL and found.structured is None:
        hint = f"`fde doctor --probe {found.base_url}` finds it out and prints the lines for config.toml."
        raise BadEndpoint(found.base_url, "its `structured` is not declared in config.toml", hint=hint)
    return model, found


def in_force(provider: str, config_folder: Path) -> Endpoint:
    """Return where *provider* is reached: what the user's `config.toml` says, else the vendor's own address.

    Raises what `endpoint` raises, BadEndpoint also where `config.toml` names no local endpoint, or several.
    """
    if provider == LOCAL:
        return _only(local(config_folder))
    if provider not in VENDORS:
        raise UnknownModel(provider)
    section = _section(config_folder, provider, {"base_url": str})
    url = section.get("base_url")
    origin = Level.DEFAULT if url is None else Level.USER
    return at(provider, VENDORS[provider] if url is None else url, origin)


def local(config_folder: Path) -> tuple[Endpoint, ...]:
    """Return the local endpoints of the user's `config.toml`, in its order. Raises BadEndpoint and BrokenSettings."""
    sections = _section(config_folder, LOCAL, None)
    return tuple(_declared(url, section, config_folder) for url, section in sections.items())


def at(provider: str, url: str, origin: Level) -> Endpoint:
    """Return the endpoint of *provider* at *url*, which nothing is declared of. Raises BadEndpoint for an unsafe address."""
    parts = _split(url)
    name, port = _host(parts, url), _port(parts, url)
    if parts.scheme == "http" and not _is_loopback(name):
        raise BadEndpoint(_shown(url), "http:// is for this machine alone (127.0.0.1, [::1], localhost), expected https://")
    shown = f"[{name}]" if ":" in name else name
    host = shown if port in (None, _PORTS[parts.scheme]) else f"{shown}:{port}"
    return Endpoint(provider=provider, base_url=f"{parts.scheme}://{host}{parts.path.rstrip('/')}", host=host, origin=origin)


def _only(found: tuple[Endpoint, ...]) -> Endpoint:
    if len(found) == 1:
        return found[0]
    named = ", ".join(one.base_url for one in found)
    reason = f"config.toml names several: {named}" if found else "config.toml names none"
    raise BadEndpoint("of a local model", reason, hint="Name it with --model local/MODEL@URL, or in config.toml.")


def _named(url: str, config_folder: Path, level: Level) -> Endpoint:
    """Return the endpoint at *url*, with what `config.toml` declares of it."""
    wanted = at(LOCAL, url, level)
    return next((one for one in local(config_folder) if one.base_url == wanted.base_url), wanted)


def _declared(url: str, section: object, config_folder: Path) -> Endpoint:
    name = f'{LOCAL}."{_shown(url)}"'
    known = _checked(section, name, {"structured": str, "window": int}, config_folder)
    structured, window = known.get("structured"), known.get("window")
    if structured is not None and structured not in MODES:
        raise _broken(f"[{name}] structured: expected {', '.join(MODES)}, found {structured!r:.80}", config_folder)
    if window is not None and window < 1:
        raise _broken(f"[{name}] window: expected a number of tokens, found {window}", config_folder)
    bare = at(LOCAL, url, Level.USER)
    return Endpoint(
        provider=LOCAL, base_url=bare.base_url, host=bare.host, origin=bare.origin, structured=structured, window=window
    )


def _section(config_folder: Path, name: str, known: Mapping[str, type] | None) -> dict[str, Any]:
    return _checked(read_config(config_folder).get(name, {}), name, known, config_folder)


def _checked(section: object, name: str, known: Mapping[str, type] | None, config_folder: Path) -> dict[str, Any]:
    """Return *section* if it is one and holds nothing but *known*, which None leaves open."""
    if not isinstance(section, dict):
        raise _broken(f"{name}: expected a section [{name}], found {section!r:.80}", config_folder)
    for key, value in section.items() if known is not None else ():
        if known is None or key not in known:
            raise _broken(f"[{name}] expected {' and '.join(known or ())}, found {key!r:.80}", config_folder)
        # Not isinstance: true and false are whole numbers to it.
        if type(value) is not known[key]:
            kind = "a whole number" if known[key] is int else "a text"
            raise _broken(f"[{name}] {key}: expected {kind}, found {value!r:.80}", config_folder)
    return section


def _broken(reason: str, config_folder: Path) -> BrokenSettings:
    return BrokenSettings(reason, where=str(config_folder / "config.toml"))


def _split(url: str) -> SplitResult:
    if not _ADDRESS.fullmatch(url):
        raise BadEndpoint(_shown(url), "it holds a space or another character than an address has; write a name in its xn-- form")
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise BadEndpoint(_shown(url), "it is no address", hint="Write it like http://127.0.0.1:8080/v1.") from error
    if parts.scheme not in _PORTS:
        raise BadEndpoint(_shown(url), "expected http:// or https://")
    if "@" in parts.netloc:
        raise BadEndpoint(_shown(url), "it holds a user name or a password; a key comes from its variable or its file")
    if "?" in url or "#" in url:
        raise BadEndpoint(_shown(url), "it has a part behind ? or #")
    return parts


def _host(parts: SplitResult, url: str) -> str:
    """Return the host's name in its one spelling, so that the allow-list and the network mean the same."""
    name = parts.hostname or ""
    try:
        if parts.netloc.startswith("["):
            return str(IPv6Address(name if "%" not in name else ""))
        if _NUMERIC.fullmatch(name):
            return str(IPv4Address(name))
    except AddressValueError as error:
        raise BadEndpoint(_shown(url), f"{name!a:.80} is no IP address in its plain form") from error
    if not _NAME.fullmatch(name):
        raise BadEndpoint(_shown(url), f"{name!a:.80} is no host's name: expected a to z, 0 to 9, hyphens and single dots between")
    return name


def _port(parts: SplitResult, url: str) -> int | None:
    try:
        port = parts.port
    except ValueError as error:
        raise BadEndpoint(_shown(url), "its port is no number up to 65535") from error
    if port == 0:
        raise BadEndpoint(_shown(url), "its port is 0")
    return port


def _is_loopback(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return (IPv6Address(name) if ":" in name else IPv4Address(name)).is_loopback
    except AddressValueError:
        return False


def _shown(url: str) -> str:
    """Return *url* without what may be a secret in it: a user's name, a password, a query."""
    scheme, slashes, rest = url.partition("://")
    whole = f"{scheme}{slashes}{rest.rpartition('@')[2]}" if slashes else url.rpartition("@")[2]
    return ascii(re.split(r"[?#]", whole)[0])[1:-1][:200]
