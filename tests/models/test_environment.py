"""What of the environment the SDKs would follow, and do not get to see."""

from __future__ import annotations

import os
import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fde.models.environment import OURS, PREFIXES, host_only, ignored, proxy, without_sdk_variables

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
        ("http://canary:12#x@proxy:3128", "unreadable"),
        ("http://canary:12/x@proxy:3128", "unreadable"),
        ("http://canary:12?x@proxy:3128", "unreadable"),
        ("://", "unreadable"),
    ],
)
def test_of_a_url_only_the_host_is_shown(url, shown):
    assert host_only(url) == shown


HOST = "https://api.example.com/v1"
ON_THE_WAY = {
    "none": ({}, None),
    "for https": ({"HTTPS_PROXY": "http://u:pw@p:1"}, "http://u:pw@p:1"),
    "for all": ({"ALL_PROXY": "p:1"}, "http://p:1"),
    "both": ({"ALL_PROXY": "http://a:1", "https_proxy": "http://b:2"}, "http://b:2"),
    "small letters count": ({"HTTPS_PROXY": "http://a:1", "https_proxy": "http://b:2"}, "http://b:2"),
    "small letters count, even if there is nothing": ({"HTTPS_PROXY": "http://a:1", "https_proxy": ""}, None),
    "for http": ({"HTTP_PROXY": "http://a:1"}, None),
}


@pytest.mark.parametrize(("environment", "found"), ON_THE_WAY.values(), ids=ON_THE_WAY)
def test_the_proxy_on_the_way_is_the_environments(environment, found):
    assert proxy(HOST, environment) == found


@pytest.mark.parametrize("name", ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"])
def test_what_goes_to_this_machine_in_the_clear_goes_through_none(name):
    assert proxy("http://127.0.0.1:8080/v1", {name: "http://p:1"}) is None


PAST = {
    HOST: ["*", "a, *", "api.example.com", "API.Example.com", "example.com", ".example.com", "*.example.com", "x,example.com ,y", "example.com:443", "https://api.example.com", "all://example.com"],
    "https://10.1.2.3:8443/v1": ["10.1.2.3", "10.0.0.0/8", "10.1.2.3:8443", "0.0.0.0/0"],
    "https://[fd00::7]/v1": ["fd00::7", "[fd00::7]", "fd00::/8"],
}
THROUGH = {
    HOST: ["", ",", "ample.com", "example.com:8443", "http://api.example.com", "x.api.example.com", "10.0.0.0/8", "[", "example.com:x", ".com.example"],
    "https://10.1.2.3:8443/v1": ["10.1.2.4", "11.0.0.0/8", "10.1.2.3:443", "10.0.0.0/99"],
    "https://[fd00::7]/v1": ["fd00::8", "fe00::/8", "10.0.0.0/8"],
    "https://example.com": [".example.com", "*.example.com"],
}


@pytest.mark.parametrize(("url", "entries"), PAST.items())
def test_a_host_that_no_proxy_names_is_reached_past_every_proxy(url, entries):
    assert [entry for entry in entries if proxy(url, {"HTTPS_PROXY": "p", "NO_PROXY": entry}) is not None] == []
    assert [entry for entry in entries if proxy(url, {"ALL_PROXY": "p", "no_proxy": entry}) is not None] == []


@pytest.mark.parametrize(("url", "entries"), THROUGH.items())
def test_a_host_that_no_proxy_does_not_name_is_reached_through_it(url, entries):
    assert [entry for entry in entries if proxy(url, {"HTTPS_PROXY": "p", "NO_PROXY": entry}) is None] == []


@given(st.text(alphabet="ab.*:/[]0 ,%@\\", max_size=12))
def test_whatever_stands_there_a_host_is_named_or_not(entry):
    assert proxy(HOST, {"HTTPS_PROXY": "p", "NO_PROXY": entry}) in ("http://p", None)
