"""Keys: where they may come from, what cannot be one, and that nobody ever sees them."""

from __future__ import annotations

import os

import pytest

from fde.errors import BadKey, NoKey
from fde.models.endpoints import at, in_force
from fde.models.keys import CAP, VARIABLES, key
from fde.settings import Level

SECRET = "sk-ant-canary-0123456789"


@pytest.fixture(name="anthropic")
def _anthropic(tmp_path):
    return in_force("anthropic", tmp_path)


@pytest.fixture(name="file")
def _file(tmp_path):
    def write(content=SECRET, mode=0o600, provider="anthropic"):
        path = tmp_path / "keys" / provider
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        path.chmod(mode)
        return path

    return write


@pytest.mark.parametrize(("provider", "secret"), [("anthropic", SECRET), ("openai", "sk-proj-canary")])
def test_a_key_comes_from_its_variable_or_else_from_its_file(tmp_path, file, provider, secret):
    where = in_force(provider, tmp_path)
    path = file(secret, provider=provider)
    found = key(where, {}, tmp_path)
    assert (found.value, found.origin) == (secret, str(path))
    found = key(where, {VARIABLES[provider]: f"{secret}-2"}, tmp_path)
    assert (found.value, found.origin) == (f"{secret}-2", VARIABLES[provider])


def test_an_empty_variable_is_not_set(tmp_path, file, anthropic):
    file()
    assert key(anthropic, {"ANTHROPIC_API_KEY": ""}, tmp_path).value == SECRET


def test_no_key_names_both_ways_to_give_one(tmp_path, anthropic):
    with pytest.raises(NoKey) as refused:
        key(anthropic, {"OPENAI_API_KEY": "sk-proj-x", "ANTHROPIC_AUTH_TOKEN": "x"}, tmp_path)
    assert refused.value.message == "There is no key for anthropic@api.anthropic.com, so nothing was sent."
    assert refused.value.hint == f"Set ANTHROPIC_API_KEY, or write the key alone into {tmp_path}/keys/anthropic and `chmod 600` it."
    assert refused.value.exit == 4


def test_a_local_endpoint_needs_no_key_and_takes_its_own(tmp_path):
    where = at("local", "http://127.0.0.1:8080/v1", Level.FLAG)
    assert key(where, {"OPENAI_API_KEY": "sk-proj-x", "ANTHROPIC_API_KEY": SECRET}, tmp_path).origin == "none"
    assert key(where, {"FDE_LOCAL_API_KEY": "sk-1234"}, tmp_path).value == "sk-1234"


def test_no_text_of_a_key_shows_it(tmp_path, anthropic):
    found = key(anthropic, {"ANTHROPIC_API_KEY": SECRET}, tmp_path)
    assert "canary" not in f"{found!r} {found} {[found]}"


UNFIT = {
    "a line break at the end": "\n",
    "a line break within": "\nX-Header: 1",
    "a carriage return": "\r",
    "a space": " x",
    "a control character": "\x1b[0m",
    "not ASCII": "\u2026",
}


@pytest.mark.parametrize("after", UNFIT.values(), ids=UNFIT.keys())
def test_what_no_key_holds_is_refused_unseen(tmp_path, anthropic, after):
    with pytest.raises(BadKey) as refused:
        key(anthropic, {"ANTHROPIC_API_KEY": SECRET + after}, tmp_path)
    assert "canary" not in str(refused.value) + refused.value.hint + refused.value.where
    assert (refused.value.where, refused.value.exit) == ("ANTHROPIC_API_KEY", 4)
    assert f"character {len(SECRET) + 1} is " in refused.value.message


@pytest.mark.parametrize(
    ("provider", "secret", "vendor"),
    [
        ("openai", SECRET, "anthropic"),
        ("anthropic", "sk-proj-canary", "openai"),
        ("anthropic", "sk-canary", "openai"),
        ("local", SECRET, "anthropic"),
        ("local", "sk-svcacct-canary", "openai"),
    ],
)
def test_a_key_of_another_vendor_goes_nowhere(tmp_path, provider, secret, vendor):
    where = at("local", "https://gpu.example.com", Level.FLAG) if provider == "local" else in_force(provider, tmp_path)
    with pytest.raises(BadKey, match=f"it is a key of {vendor}") as refused:
        key(where, {VARIABLES[provider]: secret}, tmp_path)
    assert "canary" not in refused.value.message


def test_a_proxy_may_have_keys_of_its_own(tmp_path):
    where = at("anthropic", "https://proxy.example.com", Level.USER)
    assert key(where, {"ANTHROPIC_API_KEY": "sk-1234"}, tmp_path).value == "sk-1234"


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_file_may_end_its_line(tmp_path, file, anthropic, end):
    file(SECRET + end)
    assert key(anthropic, {}, tmp_path).value == SECRET


@pytest.mark.parametrize("content", ["", "\n", f"{SECRET}\n\n", f"{SECRET}\nmore", f" {SECRET}", b"\xef\xbb\xbfcanary", b"canary\xff", b"\0"])
def test_a_file_that_holds_anything_else_is_refused_unseen(tmp_path, file, anthropic, content):
    path = file(content)
    with pytest.raises(BadKey) as refused:
        key(anthropic, {}, tmp_path)
    assert "canary" not in str(refused.value)
    assert refused.value.where == str(path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o606, 0o777])
def test_a_file_that_others_may_read_or_write_is_refused(tmp_path, file, anthropic, mode):
    path = file(mode=mode)
    with pytest.raises(BadKey, match=f"mode {mode:04o}") as refused:
        key(anthropic, {}, tmp_path)
    assert refused.value.hint == f"chmod 600 {path}"


def test_a_file_of_another_user_is_refused(tmp_path, file, anthropic, monkeypatch):
    file()
    monkeypatch.setattr(os, "getuid", lambda: os.geteuid() + 1)
    with pytest.raises(BadKey, match="another user"):
        key(anthropic, {}, tmp_path)


@pytest.mark.parametrize(
    "make",
    [lambda path: path.mkdir(), lambda path: os.mkfifo(path, 0o600), lambda path: path.symlink_to(__file__)],
    ids=["a folder", "a FIFO", "a link"],
)
def test_what_is_no_plain_file_is_no_key(tmp_path, file, anthropic, make):
    path = file()
    path.unlink()
    make(path)
    with pytest.raises(BadKey, match="expected a plain file"):
        key(anthropic, {}, tmp_path)


def test_a_file_that_is_too_large_to_be_a_key_is_refused(tmp_path, file, anthropic):
    file("x" * (CAP + 1))
    with pytest.raises(BadKey, match="bytes"):
        key(anthropic, {}, tmp_path)


def test_a_bad_variable_does_not_fall_back_on_the_file(tmp_path, file, anthropic):
    file()
    with pytest.raises(BadKey):
        key(anthropic, {"ANTHROPIC_API_KEY": f"{SECRET}\n"}, tmp_path)
