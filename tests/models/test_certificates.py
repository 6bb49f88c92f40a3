"""Which certificates an address is checked against, and that the HTTP client finds the same ones."""

from __future__ import annotations

import ssl

import httpcore2
import pytest
from httpcore2 import _ssl

from fde.models import certificates as module
from fde.models.certificates import KNOWN, certificates

# A certificate of nobody, made for this test; only its form counts.
PEM = """-----BEGIN CERTIFICATE-----
MIIBczCCARmgAwIBAgIUfj2LX9oUZ8YtGnyYnKk0m8e3V1MwCgYIKoZIzj0EAwIw
-----END CERTIFICATE-----
"""


def bundle():
    """Return a file with real certificates of this machine, if it has one."""
    found = certificates({}, "linux")
    files = [place for place in found.places if place.endswith((".pem", ".crt"))]
    if not files:
        pytest.skip("this machine has no bundle of certificates")
    return files[0]


def test_a_file_that_a_variable_names_is_what_counts():
    path = bundle()
    found = certificates({"SSL_CERT_FILE": path, "SSL_CERT_DIR": "/nonesuch"}, "linux")
    assert (found.origin, found.places, found.fault) == ("SSL_CERT_FILE", (path,), "")
    context = ssl.create_default_context(cafile=path)
    assert found.count == context.cert_store_stats()["x509_ca"] > 0


def test_without_a_variable_the_http_client_has_as_many(monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    found = certificates({}, "linux")
    loaded = httpcore2.default_ssl_context().cert_store_stats()["x509_ca"]
    # What lies in an indexed folder is loaded when it is needed.
    assert loaded <= (found.count or 0)
    assert found.origin == "the system"


def test_the_places_are_those_that_the_http_client_knows():
    assert list(KNOWN) == _ssl.CA_FILE_CANDIDATES


@pytest.mark.parametrize(
    ("variable", "content", "fault"),
    [
        ("SSL_CERT_FILE", None, "No such file or directory"),
        ("SSL_CERT_FILE", "", "there is no certificate in it"),
        ("SSL_CERT_FILE", PEM, "there is no certificate in it"),
        ("SSL_CERT_DIR", None, "No such file or directory"),
    ],
)
def test_a_place_that_holds_no_certificate_is_told(tmp_path, variable, content, fault):
    path = tmp_path / "store"
    if content is not None:
        path.write_text(content)
    found = certificates({variable: str(path)}, "linux")
    assert (found.origin, found.count, found.fault) == (variable, 0, fault)


def test_a_folder_counts_what_is_indexed_in_it(tmp_path):
    (tmp_path / "readme.txt").touch()
    assert certificates({"SSL_CERT_DIR": str(tmp_path)}, "linux").fault == "there is no certificate"
    (tmp_path / "9d04f354.0").touch()
    assert certificates({"SSL_CERT_DIR": str(tmp_path)}, "linux").count == 1


def test_a_machine_without_any_is_told(monkeypatch, tmp_path):
    nothing = ssl.DefaultVerifyPaths(None, None, "X", str(tmp_path / "no.pem"), "Y", str(tmp_path))
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: nothing)
    monkeypatch.setattr(module, "KNOWN", ())
    found = certificates({}, "linux")
    assert (found.places, found.count, found.fault) == ((), 0, "there is no certificate")


def test_a_mac_checks_by_itself():
    found = certificates({}, "darwin")
    assert (found.origin, found.places, found.count, found.fault) == ("the system", (), None, "")
