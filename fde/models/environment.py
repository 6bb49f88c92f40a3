"""What of a process's environment the SDKs would read, and which therefore is taken from them.

A variable must not decide where evidence goes, what goes with it, or who else is told. Read in anthropic 2.13 (`_client.py`,
`_tracing.py`, `_utils/_logs.py`, `lib/credentials`) and openai 3.57 (`_client.py`, `lib/_client_auth.py`, `lib/azure.py`,
`lib/_module_runtime.py`, `_utils/_logs.py`): addresses, tokens, headers, profiles, organisation and project, logs, tracing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

# By their beginning and not one by one: the next release of an SDK reads one more.
PREFIXES = ("ANTHROPIC_", "OPENAI_", "AZURE_OPENAI_", "OTEL_")
# We read them ourselves and hand the key over.
OURS = frozenset({"ANTHROPIC_API_KEY", "OPENAI_API_KEY"})


def ignored(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the variables set in *environment* that an SDK would follow and we do not, sorted."""
    return tuple(sorted(name for name, value in environment.items() if value and _is_theirs(name) and name not in OURS))


def elsewhere(provider: str, environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the variables of *environment* that name an address for *provider*'s SDK, which is not followed."""
    theirs = ("ANTHROPIC_",) if provider == "anthropic" else ("OPENAI_", "AZURE_OPENAI_")
    return tuple(name for name in ignored(environment) if name.startswith(theirs) and is_address(name))


def is_address(name: str) -> bool:
    """Say whether a variable of that name holds an address."""
    return name.endswith(("_URL", "_ENDPOINT"))


@contextmanager
def without_sdk_variables() -> Iterator[None]:
    """Take every variable that an SDK reads out of this process's environment meanwhile, the keys too.

    An SDK is imported inside of it as well: it sets up its logging when it is loaded.
    """
    taken = {name: os.environ.pop(name) for name in list(os.environ) if _is_theirs(name)}
    try:
        yield
    finally:
        os.environ.update(taken)


def proxy(base_url: str, environment: Mapping[str, str] = os.environ) -> str | None:
    """Return the URL of the proxy of *environment* through which *base_url* is reached, None for the straight way.

    That is `HTTPS_PROXY` or `ALL_PROXY`, in small letters first, unless `NO_PROXY` names the host.
    """
    # An address in http:// is on this machine: a proxy would take the client's words off it, in the clear.
    if not base_url.startswith("https://"):
        return None
    # In the order of the alphabet small letters come last, and the name in small letters counts, even if it is empty.
    given = {name.lower(): environment[name] for name in sorted(environment) if environment[name] or name.islower()}
    url = given.get("https_proxy") or given.get("all_proxy")
    if not url or any(_names(entry.strip().lower(), base_url) for entry in given.get("no_proxy", "").split(",")):
        return None
    return url if "://" in url else f"http://{url}"


def _names(entry: str, base_url: str) -> bool:
    """Say whether an entry of `NO_PROXY` names the host of *base_url*: `*`, a network, or a name with or without a port."""
    parts = urlsplit(base_url)
    host, port = parts.hostname or "", parts.port or 443
    if entry in ("", "*"):
        return entry == "*"
    try:
        return ip_address(host) in ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        return _is_name_of(entry, host, port)


def _is_name_of(entry: str, host: str, port: int) -> bool:
    try:
        parts = urlsplit(entry if "://" in entry else f"//{entry}")
        name, wanted = parts.hostname or "", parts.port
    except ValueError:
        return False
    if wanted not in (None, port) or parts.scheme not in ("", "https", "all"):
        return False
    if name.startswith((".", "*.")):
        return host.endswith(name.removeprefix("*"))
    return host == name or host.endswith(f".{name}")


def host_only(url: str) -> str:
    """Return `name[:port]` of *url*, which may lack its scheme: never a user's name or a password, which it may hold."""
    try:
        parts = urlsplit(url if "://" in url else f"//{url}")
        name, port = parts.hostname, parts.port
    except ValueError:
        return "unreadable"
    # A password with a bare # or / in it ends the host too early, and would be shown in its place.
    if "@" in parts.path + parts.query + parts.fragment:
        return "unreadable"
    return f"{name}:{port}" if name and port else name or "unreadable"


def _is_theirs(name: str) -> bool:
    return name.startswith(PREFIXES)
