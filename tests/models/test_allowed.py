"""Where an engagement's words may go: its list, and this user's own word for exactly that list in exactly that folder."""

from __future__ import annotations

import json
import os
import shutil

import pytest
from failing import every_failure

from fde.engagement.engagement import read
from fde.errors import BadHead, BrokenSettings, FdeError, NotAllowed, NotConfirmed
from fde.models.allowed import FILE, confirm, is_entry, require, unconfirmed, unseen
from fde.models.endpoints import at, in_force
from fde.settings import Level

ANTHROPIC, OPENAI = "anthropic@api.anthropic.com", "openai@api.openai.com"


@pytest.fixture(name="config")
def _config(tmp_path):
    return tmp_path / "config"


@pytest.fixture(name="acme")
def _acme(tmp_path):
    def write(*entries, folder="acme"):
        root = tmp_path / folder
        root.mkdir(exist_ok=True)
        (root / "engagement.md").write_text(f"---\nfde: 1\nname: acme\nmodels: {json.dumps(entries)}\n---\n")
        return read(root)

    return write


@pytest.fixture(name="anthropic")
def _anthropic(config):
    return in_force("anthropic", config)


def test_what_is_listed_and_confirmed_may_be_asked(acme, config, anthropic):
    found = acme(ANTHROPIC)
    confirm(found, config)
    require(found, anthropic, config)


@pytest.mark.parametrize(
    "entries",
    [
        (),
        (OPENAI,),
        ("anthropic@example.com",),
        ("anthropic@api.anthropic.com:8443",),
        ("openai@api.anthropic.com",),
        ("local@api.anthropic.com",),
        ("anthropic@api.anthropic.com.example.com",),
    ],
)
def test_what_is_not_listed_to_the_letter_is_not_allowed_even_if_all_else_is_confirmed(acme, config, anthropic, entries):
    found = acme(*entries)
    confirm(found, config)
    with pytest.raises(NotAllowed, match=r"does not allow anthropic@api\.anthropic\.com, so nothing was sent") as refused:
        require(found, anthropic, config)
    assert f"`fde allow {ANTHROPIC}`" in refused.value.hint
    assert (refused.value.exit, refused.value.where) == (4, "engagement.md")


def test_a_vendors_entry_is_no_entry_for_the_users_own_proxy(acme, config):
    found = acme(ANTHROPIC)
    confirm(found, config)
    with pytest.raises(NotAllowed, match=r"anthropic@proxy\.example\.com"):
        require(found, at("anthropic", "https://proxy.example.com/anthropic", Level.USER), config)


@pytest.mark.parametrize(
    "entry",
    ["anthropic", "api.anthropic.com", "https://api.anthropic.com", "Anthropic@api.anthropic.com", "anthropic@API.anthropic.com",
     "anthropic@api.anthropic.com/v1", "anthropic@", "@api.anthropic.com", "mistral@api.mistral.ai", "*", "anthropic@*",
     "local@127.0.0.1:0", "local@u:p@127.0.0.1", f"{ANTHROPIC}\u200b"],
)  # fmt: skip
def test_an_entry_that_cannot_be_one_is_named_beside_the_right_one(acme, config, anthropic, entry):
    assert not is_entry(entry)
    with pytest.raises(BadHead) as refused:
        require(acme(entry, ANTHROPIC), anthropic, config)
    assert f"expected entries like {ANTHROPIC}, found {entry!r}" in refused.value.message
    with pytest.raises(BadHead):
        confirm(acme(entry), config)


@pytest.mark.parametrize("entry", [ANTHROPIC, "local@localhost:11434", "local@127.0.0.1:8080", "local@[::1]:8080", "openai@h"])
def test_what_is_an_entry(acme, config, entry):
    assert is_entry(entry)
    provider, _, host = entry.partition("@")
    endpoint = at(provider, f"http{'s' * (provider != 'local')}://{host}", Level.USER)
    assert endpoint.entry == entry
    found = acme(entry)
    confirm(found, config)
    require(found, endpoint, config)


def test_a_list_that_nobody_confirmed_here_sends_nothing(acme, config, anthropic):
    with pytest.raises(NotConfirmed, match="nobody confirmed a list for the folder") as refused:
        require(acme(ANTHROPIC), anthropic, config)
    assert (refused.value.exit, "`fde allow` confirms it" in refused.value.hint) == (4, True)


@pytest.mark.parametrize(
    ("now", "told"), [((ANTHROPIC, OPENAI, "local@h"), "local@h is new"), ((ANTHROPIC,), f"{OPENAI} is gone")]
)
def test_any_change_of_the_list_needs_a_new_word(acme, config, anthropic, now, told):
    confirm(acme(ANTHROPIC, OPENAI), config)
    with pytest.raises(NotConfirmed, match=told):
        require(acme(*now), anthropic, config)


def test_the_order_and_a_repeated_entry_change_nothing(acme, config, anthropic):
    confirm(acme(ANTHROPIC, OPENAI), config)
    require(acme(OPENAI, ANTHROPIC, OPENAI), anthropic, config)


def test_a_clone_elsewhere_needs_a_word_of_its_own_and_the_same_folder_by_a_link_does_not(acme, config, anthropic, tmp_path):
    found = acme(ANTHROPIC)
    confirm(found, config)
    shutil.copytree(found.root, tmp_path / "clone")
    with pytest.raises(NotConfirmed):
        require(read(tmp_path / "clone"), anthropic, config)
    (tmp_path / "link").symlink_to(found.root)
    require(read(tmp_path / "link"), anthropic, config)


def test_each_folder_keeps_its_own_list(acme, config):
    one, other = acme(ANTHROPIC), acme(OPENAI, folder="bolt")
    confirm(one, config)
    confirm(other, config)
    assert (unconfirmed(one, config), unconfirmed(other, config)) == ("", "")


def test_a_folder_whose_name_is_no_utf_8_can_be_confirmed(config, anthropic, tmp_path):
    root = tmp_path / os.fsdecode(b"caf\xe9")
    root.mkdir()
    (root / "engagement.md").write_text(f"---\nfde: 1\nname: acme\nmodels: [{ANTHROPIC}]\n---\n")
    confirm(read(root), config)
    require(read(root), anthropic, config)


def test_what_came_with_the_folder_is_unseen_until_it_is_confirmed_or_named(acme, config):
    found = acme(ANTHROPIC, OPENAI, "local@h")
    assert unseen(found, [OPENAI], config) == [ANTHROPIC, "local@h"]
    confirm(acme(ANTHROPIC), config)
    assert unseen(acme(ANTHROPIC, OPENAI, "local@h"), [OPENAI], config) == ["local@h"]


def test_the_word_is_kept_in_the_users_configuration_alone_and_for_this_user_alone(acme, config):
    found = acme(ANTHROPIC)
    before = sorted(found.root.rglob("*"))
    confirm(found, config)
    assert (config / FILE).stat().st_mode & 0o777 == 0o600
    assert config.stat().st_mode & 0o777 == 0o700
    assert sorted(found.root.rglob("*")) == before


@pytest.mark.parametrize("record", ["", "[]", "{", "{}", '{"schema": "fde.allowed/2", "folders": {}}', '{"schema": "fde.allowed/1", "folders": {"a": "b"}}'])
def test_a_record_that_cannot_be_read_is_an_error_and_never_a_yes(acme, config, anthropic, record):
    found = acme(ANTHROPIC)
    confirm(found, config)
    (config / FILE).write_text(record)
    with pytest.raises(FdeError) as refused:
        require(found, anthropic, config)
    assert not isinstance(refused.value, NotConfirmed | NotAllowed)
    assert refused.value.where.startswith(str(config / FILE))
    with pytest.raises(FdeError):
        confirm(found, config)


def test_a_record_of_another_shape_says_what_was_expected(acme, config):
    config.mkdir()
    (config / FILE).write_text('{"schema": "fde.allowed/1", "folders": []}')
    with pytest.raises(BrokenSettings, match=r"expected fde\.allowed/1 with a list of entries by folder"):
        unconfirmed(acme(ANTHROPIC), config)


def test_a_disk_that_breaks_leaves_the_old_word_or_the_new_one(acme, config):
    found = acme(ANTHROPIC)
    confirm(found, config)
    old = (config / FILE).read_bytes()
    wider = acme(ANTHROPIC, OPENAI)
    confirm(wider, config)
    new = (config / FILE).read_bytes()

    def check():
        assert (config / FILE).read_bytes() in (old, new)
        assert [path.name for path in config.iterdir()] == [FILE]

    every_failure(lambda: confirm(wider, config), reset=lambda: (config / FILE).write_bytes(old), check=check)
