"""Where a model is reached: only where this machine's user says, and in one spelling."""

from __future__ import annotations

import re
from pathlib import Path

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fde as package
from fde.errors import BadEndpoint, BrokenSettings, UnknownModel
from fde.models.endpoints import MODES, VENDORS, at, endpoint, in_force, local
from fde.settings import Level

HERE = "http://127.0.0.1:8080/v1"


@pytest.fixture(name="config")
def _config(tmp_path):
    def write(text):
        (tmp_path / "config.toml").write_text(text)
        return tmp_path

    return write


def declared(url=HERE, more='structured = "json_schema"'):
    return f'[local."{url}"]\n{more}\n'


@pytest.mark.parametrize(
    ("provider", "host"), [("anthropic", "api.anthropic.com"), ("openai", "api.openai.com")]
)
def test_a_vendor_is_reached_at_its_own_address_unless_the_user_says_otherwise(config, provider, host):
    model, found = endpoint(provider, "some-model", config(""), Level.ENGAGEMENT)
    assert (model, found.base_url, found.host, found.origin) == ("some-model", VENDORS[provider], host, Level.DEFAULT)
    assert (found.entry, found.is_loopback) == (f"{provider}@{host}", False)
    folder = config(f'[{provider}]\nbase_url = "https://Proxy.Example.com:443/{provider}/"\n')
    _, found = endpoint(provider, "some-model", folder, Level.ENGAGEMENT)
    assert (found.base_url, found.host) == (f"https://proxy.example.com/{provider}", "proxy.example.com")
    assert (found.origin, found.structured) == (Level.USER, None)


def test_a_local_model_is_reached_at_the_one_endpoint_of_the_configuration(config):
    folder = config(declared(more='structured = "json_object"\nwindow = 32768'))
    model, found = endpoint("local", "qwen3:8b", folder, Level.ENGAGEMENT)
    assert (model, found.base_url, found.host, found.structured, found.window) == ("qwen3:8b", HERE, "127.0.0.1:8080", "json_object", 32768)
    assert (found.entry, found.is_loopback, found.origin) == ("local@127.0.0.1:8080", True, Level.USER)


@pytest.mark.parametrize("level", [Level.FLAG, Level.ENVIRONMENT, Level.USER])
def test_the_user_may_name_a_local_endpoint_with_the_model_in_any_spelling(config, level):
    folder = config(declared() + declared("http://localhost:11434/v1", 'structured = "prompt"'))
    model, found = endpoint("local", "q@HTTP://127.0.0.1:8080/v1/", folder, level)
    assert (model, found.base_url, found.structured) == ("q", HERE, "json_schema")


def test_an_engagement_never_says_where_its_words_go(config):
    with pytest.raises(BadEndpoint) as refused:
        endpoint("local", f"q@{HERE}", config(declared()), Level.ENGAGEMENT)
    assert (refused.value.message, refused.value.where) == (f"The address {HERE} is not used: engagement.md names it.", "engagement.md")


@pytest.mark.parametrize("name", ["q", f"q@{HERE}"])
def test_an_endpoint_without_a_structured_mode_is_probed_first(config, name):
    with pytest.raises(BadEndpoint) as refused:
        endpoint("local", name, config(declared(more="")), Level.FLAG)
    assert refused.value.hint == f"`fde doctor --probe {HERE}` finds it out and prints the lines for config.toml."


def test_an_endpoint_that_only_the_flag_names_has_no_structured_mode(config):
    with pytest.raises(BadEndpoint, match="`structured` is not declared"):
        endpoint("local", f"q@{HERE}", config(declared("http://127.0.0.1:9/v1")), Level.FLAG)


@pytest.mark.parametrize(
    ("text", "told"), [("", "names none"), (declared() + declared("https://gpu.example.com/v1"), f"several: {HERE}, https://gpu")]
)
def test_which_of_no_or_several_endpoints_is_asked(config, text, told):
    with pytest.raises(BadEndpoint, match=told):
        endpoint("local", "q", config(text), Level.FLAG)


@pytest.mark.parametrize(("provider", "rest"), [("mistral", "large"), ("anthropic", ""), ("local", ""), ("local", f"@{HERE}")])
def test_what_names_no_model_is_not_known(config, provider, rest):
    with pytest.raises(UnknownModel):
        endpoint(provider, rest, config(""), Level.FLAG)


def test_a_vendors_model_names_no_address_whatever_stands_in_it(config):
    model, found = endpoint("anthropic", f"m@{HERE}", config(""), Level.FLAG)
    assert (model, found.host) == (f"m@{HERE}", "api.anthropic.com")


@pytest.mark.parametrize("mode", MODES)
def test_each_structured_mode_is_read(config, mode):
    assert in_force("local", config(declared(more=f'structured = "{mode}"'))).structured == mode


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[anthropic]\nbase_uri = "https://x"\n', r"\[anthropic\] expected base_url, found 'base_uri'"),
        ("[openai]\nbase_url = 1\n", r"\[openai\] base_url: expected a text, found 1"),
        ('openai = "x"\n', r"openai: expected a section \[openai\], found 'x'"),
        ('local = "x"\n', r"local: expected a section \[local\]"),
        (f'[local]\n"{HERE}" = 1\n', "expected a section"),
        (declared(more="mode = 1"), "expected structured and window, found 'mode'"),
        (declared(more='structured = "yaml"'), "structured: expected json_schema, json_object, prompt, found 'yaml'"),
        (declared(more="window = true"), "window: expected a whole number, found True"),
        (declared(more="window = 0"), "window: expected a number of tokens, found 0"),
        ("[local\n", "cannot be read"),
    ],
)
def test_a_section_that_says_something_else_is_named_with_its_file(config, text, told):
    folder = config(text)
    provider = "anthropic" if "anthropic" in text else "openai" if "openai" in text else "local"
    with pytest.raises(BrokenSettings, match=told) as refused:
        in_force(provider, folder)
    assert refused.value.where == str(folder / "config.toml")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://example.com/v1", "for this machine alone"),
        ("http://127.0.0.1.example.com/v1", "for this machine alone"),
        ("http://0.0.0.0:8080/v1", "for this machine alone"),
        ("ftp://example.com", "expected http:// or https://"),
        ("example.com/v1", "expected http:// or https://"),
        ("https:example.com", "no host's name"),
        ("https:///v1", "no host's name"),
        ("https://user:canary@example.com", "a user name or a password"),
        ("https://api.anthropic.com@example.com", "a user name or a password"),
        ("https://example.com\\@api.anthropic.com", "another character"),
        ("https://example.com/a b", "another character"),
        ("https://exa\tmple.com", "another character"),
        ("https://example.com\n", "another character"),
        ("https://аpi.anthropic.com", "another character"),
        ("https://api.anthropic。com", "another character"),
        ("https://api.anthropic.com.", "no host's name"),
        ("https://api..com", "no host's name"),
        ("https://-a.com", "no host's name"),
        ("https://a_b.com", "no host's name"),
        (f"https://{'a' * 64}.com", "no host's name"),
        ("http://2130706433", "plain form"),
        ("http://127.1", "plain form"),
        ("http://0x7f.1", "plain form"),
        ("http://127.0.0.01", "plain form"),
        ("https://[::1", "no address"),
        ("https://[fe80::1%25eth0]", "plain form"),
        ("https://example.com:99999", "port"),
        ("https://example.com:0", "port"),
        ("https://example.com:x", "port"),
        ("https://example.com?key=canary", r"behind \? or #"),
        ("https://example.com#canary", r"behind \? or #"),
        ("https://example.com?", r"behind \? or #"),
    ],
)
def test_an_address_that_could_be_taken_for_another_is_refused_and_no_secret_of_it_is_shown(url, told):
    with pytest.raises(BadEndpoint, match=told) as refused:
        at("local", url, Level.FLAG)
    assert "canary" not in refused.value.message + refused.value.hint
    assert refused.value.message.isascii()


@pytest.mark.parametrize(
    ("url", "base_url", "host"),
    [
        ("http://localhost/v1/", "http://localhost/v1", "localhost"),
        ("http://127.9.9.9:80", "http://127.9.9.9", "127.9.9.9"),
        ("HTTP://[0:0:0:0:0:0:0:1]:8080/v1", "http://[::1]:8080/v1", "[::1]:8080"),
        ("https://GPU.Example.com:8443/", "https://gpu.example.com:8443", "gpu.example.com:8443"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("https://10.0.0.7:443/v1", "https://10.0.0.7/v1", "10.0.0.7"),
        ("https://h:80", "https://h:80", "h:80"),
    ],
)
def test_an_address_has_one_spelling(url, base_url, host):
    found = at("local", url, Level.FLAG)
    assert (found.base_url, found.host) == (base_url, host)
    assert at("local", found.base_url, Level.FLAG) == found


@given(st.text(alphabet="htps:/@.[]%\\?#127x0a-Lo \t\u0430", max_size=24).map(lambda rest: f"https://{rest}"))
def test_the_host_that_is_allowed_is_the_host_that_the_http_client_asks(url):
    try:
        found = at("local", url, Level.FLAG)
    except BadEndpoint:
        return
    asked = httpx2.URL(found.base_url)
    name = f"[{asked.host}]" if ":" in asked.host else asked.host
    assert found.host == (f"{name}:{asked.port}" if asked.port else name)


def test_each_local_endpoint_is_listed(config):
    assert [one.host for one in local(config(declared() + declared("https://gpu.example.com/v1", "")))] == ["127.0.0.1:8080", "gpu.example.com"]


@pytest.mark.checkout
def test_the_configuration_that_the_docs_show_is_read(config):
    page = Path(package.__file__).parents[1] / "docs" / "models.md"
    (shown,) = re.findall(r"^```toml\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    folder = config(shown)
    assert in_force("anthropic", folder).base_url == "https://proxy.example.com/anthropic"
    assert (in_force("local", folder).structured, in_force("local", folder).window) == ("json_schema", 32768)
