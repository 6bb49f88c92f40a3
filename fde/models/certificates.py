"""Which certificates an address is checked against: those of the system, as the HTTP client under both SDKs finds them.

The order is that of `httpcore2/_ssl.py`: SSL_CERT_FILE, SSL_CERT_DIR, then what OpenSSL was built with, then well-known places.
Small containers have none, and a company's proxy that opens connections needs its own; both show up as "no connection" only.
"""

from __future__ import annotations

import re
import ssl
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
KNOWN = (
    "/etc/ssl/cert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/cert.pem",
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/ssl/ca-bundle.pem",
)
_HASHED = re.compile(r"[0-9a-fA-F]{8}\.\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificates:
    """What an address is checked against.

    Attributes:
        origin: The variable that names it, or "the system".
        places: Files and folders; none where the system itself checks.
        count: How many certificates are there, None where the system itself checks.
        fault: Why they cannot be used, "" if they can.
    """

    origin: str
    places: tuple[str, ...]
    count: int | None
    fault: str = ""


def certificates(environment: Mapping[str, str], platform: str = sys.platform) -> Certificates:
    """Return what the HTTP client checks an address against on *platform* under *environment*."""
    for variable in VARIABLES:
        if environment.get(variable):
            return _counted(variable, (environment[variable],))
    if platform in ("darwin", "win32"):
        return Certificates(origin="the system", places=(), count=None)
    return _counted("the system", _places())


def _places() -> tuple[str, ...]:
    built = ssl.get_default_verify_paths()
    found = [built.openssl_cafile] if Path(built.openssl_cafile).is_file() else []
    folder = Path(built.openssl_capath)
    # Without a file, a folder counts only if it is indexed; OpenSSL finds nothing in another.
    if folder.is_dir() and (found or _hashed(folder)):
        found.append(str(folder))
    return tuple(found or [path for path in KNOWN if Path(path).is_file()][:1])


def _counted(origin: str, places: tuple[str, ...]) -> Certificates:
    try:
        # A file may hold what the folder beside it has too: the larger number, not the sum.
        count = max((_count(Path(place)) for place in places), default=0)
    except OSError as error:
        fault = "there is no certificate in it" if isinstance(error, ssl.SSLError) else error.strerror or "it cannot be read"
        return Certificates(origin=origin, places=places, count=0, fault=fault)
    return Certificates(origin=origin, places=places, count=count, fault="" if count else "there is no certificate")


def _count(place: Path) -> int:
    if place.is_dir():
        return _hashed(place)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(place)
    return context.cert_store_stats()["x509_ca"]


def _hashed(folder: Path) -> int:
    return sum(bool(_HASHED.fullmatch(path.name)) for path in folder.iterdir())
