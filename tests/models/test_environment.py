"""What of the environment the SDKs would follow, and do not get to see."""

from __future__ import annotations

import os
import re
from importlib.util import find_spec
from pathlib import Path
from urllib.request import getproxies_environment

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fde.models.environment import OURS, PREFIXES, host_only, ignored, proxies, without_sdk_variables

READ = re.compile(r"""environ(?:\.get\(|\[)\s*["']([A-Z][A-Z0-9_]+)""")
CONSTANT = re.compile(r"""^ENV_\w+(?:: [^=]+)? = ["']([A-Z0-9_]+)""", re.MULTILINE)
# What other clients than ours ask for: those for clouds, and pydantic's way to build its classes.
NOT_OURS = ("AWS_", "CLOUD_ML_REGION", "GOOGLE_", "APPDATA", "DEFER_PYDANTIC_BUILD", "VERTEX")


@pytest.mark.parametrize("package", ["anthropic", "openai"])
def test_every_variable_that_an_sdk_reads_is_taken_from_it(package):
    folder = Path(find_spec(package).origin).parent
    read = set()
    for path in folder.rglob("*.py"):
        text = path.read_text("utf-8")
        read |= {*READ.findall(text), *CONSTANT.findall(text)}
    assert len(read) > 5
    assert {name for name in read if not name.startswith((*PREFIXES, *NOT_OURS))} == set()


def test_what_would_lead_an_sdk_elsewhere_is_named_and_the_keys_are_not():
    environment = {
        "ANTHROPIC_BASE_URL": "https://u:canary@example.com", "ANTHROPIC_API_KEY": "x", "OPENAI_API_KEY": "x", "OPENAI_ORG_ID": "o",
        "ANTHROPIC_CUSTOM_HEADERS": "a: b", "OPENAI_LOG": "", "OTEL_EXPORTER_OTLP_ENDPOINT": "x", "AZURE_OPENAI_ENDPOINT": "x", "PATH": "/",
    }  # fmt: skip
    assert ignored(environment) == (
        "ANTHROPIC_BASE_URL", "ANTHROPIC_CUSTOM_HEADERS", "AZURE_OPENAI_ENDPOINT", "OPENAI_ORG_ID", "OTEL_EXPORTER_OTLP_ENDPOINT",
    )  # fmt: skip


def test_meanwhile_no_variable_of_theirs_is_there_and_afterwards_each_is_as_it_was(monkeypatch):
    theirs = {"ANTHROPIC_BASE_URL": "1", "OPENAI_CUSTOM_HEADERS": "2", "OTEL_TRACES_EXPORTER": "3", "AZURE_OPENAI_ENDPOINT": "4"}
    for name, value in (theirs | dict.fromkeys(OURS, "k")).items():
        monkeypatch.setenv(name, value)
    before = dict(os.environ)
    with without_sdk_variables():
        assert not [name for name in os.environ if name.startswith(PREFIXES)]
        with without_sdk_variables():
            pass
    assert dict(os.environ) == before
    with pytest.raises(ZeroDivisionError), without_sdk_variables():
        raise ZeroDivisionError
    assert dict(os.environ) == before


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://user:canary@proxy.example.com:3128/", "proxy.example.com:3128"),
        ("user:canary@Proxy:3128", "proxy:3128"),
        ("proxy", "proxy"),
        ("https://[::1]:8080", "::1:8080"),
        ("http://proxy:canary", "unreadable"),
        ("http://[canary", "unreadable"),
        ("://", "unreadable"),
    ],
)
def test_of_a_url_only_the_host_is_shown(url, shown):
    assert host_only(url) == shown


NAMES = [f"{scheme}_proxy" for scheme in ("http", "https", "all")]


@given(st.dictionaries(st.sampled_from([*NAMES, *map(str.upper, NAMES)]), st.sampled_from(["", "http://a:1", "b:2"])))
def test_proxies_are_those_that_the_http_client_takes(environment):
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        taken = {scheme: host_only(url) for scheme, url in getproxies_environment().items() if scheme in ("http", "https", "all")}
    assert proxies(environment) == taken


def test_no_proxy_for_any_host_is_none():
    assert proxies({"HTTPS_PROXY": "http://p", "NO_PROXY": "a, *"}) == {}
