"""What of a process's environment the SDKs would read, and which therefore is taken from them.

A variable must not decide where evidence goes, what goes with it, or who else is told. Read in anthropic 2.13 (`_client.py`,
`_tracing.py`, `_utils/_logs.py`, `lib/credentials`) and openai 3.57 (`_client.py`, `lib/_client_auth.py`, `lib/azure.py`,
`lib/_module_runtime.py`, `_utils/_logs.py`): addresses, tokens, headers, profiles, organisation and project, logs, tracing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

# By their beginning and not one by one: the next release of an SDK reads one more.
PREFIXES = ("ANTHROPIC_", "OPENAI_", "AZURE_OPENAI_", "OTEL_")
# We read them ourselves and hand the key over.
OURS = frozenset({"ANTHROPIC_API_KEY", "OPENAI_API_KEY"})
SCHEMES = ("http", "https", "all")


def ignored(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the variables set in *environment* that an SDK would follow and we do not, sorted."""
    return tuple(sorted(name for name, value in environment.items() if value and _is_theirs(name) and name not in OURS))


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


def proxies(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the proxies of *environment* by scheme ("http", "https", "all"), each as `name[:port]`, as the HTTP client takes them."""
    # In the order of the alphabet small letters come last, and the name in small letters counts, even if it is empty.
    given = {name.lower(): environment[name] for name in sorted(environment) if environment[name] or name.islower()}
    if "*" in given.get("no_proxy", "").replace(" ", "").split(","):
        return {}
    return {scheme: host_only(url) for scheme in SCHEMES if (url := given.get(f"{scheme}_proxy", ""))}


def host_only(url: str) -> str:
    """Return `name[:port]` of *url*, which may lack its scheme: never a user's name or a password, which it may hold."""
    try:
        parts = urlsplit(url if "://" in url else f"//{url}")
        name, port = parts.hostname, parts.port
    except ValueError:
        return "unreadable"
    return f"{name}:{port}" if name and port else name or "unreadable"


def _is_theirs(name: str) -> bool:
    return name.startswith(PREFIXES)
