"""What `fde doctor` tells of models: keys, addresses, what of the environment is not followed, certificates, the allow-list.

Of a key it tells whether it is there and from where, of a URL in the environment its host alone: the rest may be a secret.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import BadKey, FdeError, NoKey

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ..engagement.engagement import Engagement
    from ..models.endpoints import Endpoint

KNOWN = ("model", "models", "roles", "anthropic", "openai", "local")


def reach(environment: Mapping[str, str], folder: Path) -> tuple[dict[str, Any], tuple[FdeError, ...]]:
    """Return what models are reached by on this machine, and what could not be read of it: a doctor goes on where others stop."""
    from ..models.environment import host_only, ignored, is_address

    endpoints, errors = _endpoints(folder)
    data = {
        "keys": _keys(endpoints, environment, folder),
        "endpoints": [_endpoint(one, environment) for one in endpoints],
        "ignored": {name: host_only(environment[name]) if is_address(name) else None for name in ignored(environment)},
        "certificates": _certificates(environment),
    }
    return data, errors


def listing(engagement: Engagement | None, folder: Path) -> tuple[dict[str, Any] | None, tuple[FdeError, ...]]:
    """Return what the engagement's list allows and whether it is confirmed here, None where there is no engagement."""
    from ..models.allowed import listed, unconfirmed

    if engagement is None:
        return None, ()
    try:
        entries, missing = listed(engagement), unconfirmed(engagement, folder)
    except FdeError as error:
        return None, (error,)
    return {"entries": list(entries), "confirmed": not missing, "missing": missing}, ()


def warnings(data: Mapping[str, Any], config: Mapping[str, object]) -> list[str]:
    """Return what a person should look at, a sentence each."""
    found = [f"{name} is set, and it is not followed: an address, a key or a header of a model comes from your own "
             "configuration alone" for name in data["ignored"]]  # fmt: skip
    found += [key["fault"] for key in data["keys"].values() if key["fault"]]
    store = data["certificates"]
    if store["fault"]:
        found.append(f"no https:// address can be checked ({store['origin']}): {store['fault']}; install ca-certificates, or set SSL_CERT_FILE")
    found += [f"config.toml says {name!r}, which is not known; known are {', '.join(KNOWN)}" for name in config if name not in KNOWN]
    allowed = data["allowed"]
    if allowed and allowed["entries"] and allowed["missing"]:
        found.append(f"the engagement's list is not confirmed: {allowed['missing']}; look at it, and `fde allow` confirms it")
    return found


def rows(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the lines for a person: a name and what is told of it."""
    told = [(f"key {provider}", _key_text(key)) for provider, key in data["keys"].items()]
    told += [(f"address {one['provider']}", _endpoint_text(one)) for one in data["endpoints"]]
    told += [(name, f"ignored{f': {host}' if host else ''}") for name, host in data["ignored"].items()]
    told.append(("certificates", _store_text(data["certificates"])))
    if data["allowed"] is not None:
        told.append(("allowed", _allowed_text(data["allowed"])))
    return told


def _endpoints(folder: Path) -> tuple[list[Endpoint], tuple[FdeError, ...]]:
    from ..models.endpoints import LOCAL, VENDORS, in_force, local

    found: list[Endpoint] = []
    errors: dict[str, FdeError] = {}
    for provider in (*VENDORS, LOCAL):
        try:
            found += local(folder) if provider == LOCAL else [in_force(provider, folder)]
        except FdeError as error:
            # A file that cannot be read is one fault, not one for each provider.
            errors.setdefault(str(error), error)
    return found, tuple(errors.values())


def _endpoint(one: Endpoint, environment: Mapping[str, str]) -> dict[str, Any]:
    from ..models.environment import host_only, proxy

    through = proxy(one.base_url, environment)
    return {
        "provider": one.provider, "base_url": one.base_url, "entry": one.entry, "origin": one.origin.value,
        "structured": one.structured, "window": one.window, "proxy": host_only(through) if through else None,
    }  # fmt: skip


def _keys(endpoints: list[Endpoint], environment: Mapping[str, str], folder: Path) -> dict[str, dict[str, Any]]:
    # Local endpoints share one key.
    return {one.provider: _key(one, environment, folder) for one in endpoints}


def _key(one: Endpoint, environment: Mapping[str, str], folder: Path) -> dict[str, Any]:
    from ..models.keys import key

    try:
        origin = key(one, environment, folder).origin
    except NoKey:
        return {"state": "absent", "origin": None, "fault": ""}
    except BadKey as error:
        return {"state": "unusable", "origin": error.where, "fault": f"{error.message} {error.hint}".strip()}
    return {"state": "absent" if origin == "none" else "present", "origin": None if origin == "none" else origin, "fault": ""}


def _certificates(environment: Mapping[str, str]) -> dict[str, Any]:
    from dataclasses import asdict

    from ..models.certificates import certificates

    return asdict(certificates(environment))


def _key_text(key: Mapping[str, Any]) -> str:
    return f"{key['state']}  ({key['origin']})" if key["origin"] else str(key["state"])


def _allowed_text(allowed: Mapping[str, Any]) -> str:
    if not allowed["entries"]:
        return "nothing may be sent"
    return f"{', '.join(allowed['entries'])}  ({'confirmed' if allowed['confirmed'] else 'not confirmed on this machine'})"


def _endpoint_text(one: Mapping[str, Any]) -> str:
    through = f", through the proxy {one['proxy']}" if one["proxy"] else ""
    return f"{one['base_url']}  ({one['origin']}{through})"


def _store_text(store: Mapping[str, Any]) -> str:
    count = "its own" if store["count"] is None else f"{store['count']:,}"
    return f"{count}  ({', '.join((store['origin'], *store['places']))})"
