"""`fde allow`, through the door: one line of engagement.md, and this user's own word."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from failing import every_failure
from small import tree

from fde.cli.allow import command
from fde.engagement import files
from fde.engagement.engagement import read
from fde.models.allowed import FILE, unconfirmed
from fde.settings import config_folder

ANTHROPIC, OPENAI, LOCAL = "anthropic@api.anthropic.com", "openai@api.openai.com", "local@127.0.0.1:8080"
HEAD = "\ufeff---\r\n# our client\r\nfde: 1\r\nname: acme\r\nmodels: []   # ask Ms Miller first\r\nmodel:\r\n---\r\n\r\nNotes --- \r\n"


@pytest.fixture(name="acme")
def _acme(tmp_path):
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "engagement.md").write_bytes(HEAD.encode())
    return tmp_path / "acme"


@pytest.fixture(name="allow")
def _allow(fde, acme):
    def call(*args, code=0):
        ended = fde("allow", "--json", *args, cwd=acme)
        assert ended.code == code, ended.out
        return ended.json

    return call


def listing(acme, *entries):
    (acme / "engagement.md").write_text(f"---\nfde: 1\nname: acme\nmodels: {json.dumps(entries)}\n---\n")


def is_confirmed(acme):
    return unconfirmed(read(acme), config_folder()) == ""


def test_a_provider_alone_means_the_address_in_force_and_no_other_byte_of_the_file_changes(fde, acme):
    ended = fde("allow", "anthropic", cwd=acme)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        f"added    {ANTHROPIC}",
        f"allowed  {ANTHROPIC}",
        "What is sent there, when `fde run` asks a model: the skill's method, the measured facts, and the words of the evidence",
        "that are not private. Another host, a change of the list or another copy of this folder needs `fde allow` again.",
        f"confirmed on this machine for {acme}",
    ]
    assert (acme / "engagement.md").read_bytes() == HEAD.replace("[]", f"[{ANTHROPIC}]").encode()
    assert is_confirmed(acme)


def test_the_users_own_proxy_is_what_a_provider_means(allow):
    config_folder().mkdir(parents=True)
    (config_folder() / "config.toml").write_text(
        '[openai]\nbase_url = "https://proxy.example.com/v1"\n[local."http://127.0.0.1:8080/v1"]\n'
    )
    assert allow("openai", "local")["data"]["entries"] == [LOCAL, "openai@proxy.example.com"]


def test_without_an_entry_the_list_is_shown_and_confirmed_as_it_is(acme, allow):
    listing(acme, OPENAI, ANTHROPIC)
    before = (acme / "engagement.md").read_bytes()
    assert allow()["data"] == {"entries": [ANTHROPIC, OPENAI], "added": [], "removed": [], "confirmed": True}
    assert (acme / "engagement.md").read_bytes() == before
    assert is_confirmed(acme)


def test_an_empty_list_means_that_nothing_may_be_sent(fde, acme):
    assert fde("allow", cwd=acme).out.startswith("Nothing may be sent: the list `models` in engagement.md is empty.\n")


def test_an_entry_is_taken_off_and_the_shorter_list_confirmed(acme, allow):
    allow("anthropic", "openai")
    data = allow("--remove", OPENAI)["data"]
    assert data == {"entries": [ANTHROPIC], "added": [], "removed": [OPENAI], "confirmed": True}
    assert is_confirmed(acme)
    assert read(acme).models == (ANTHROPIC,)


def test_an_entry_that_is_there_is_not_added_twice_and_is_confirmed(acme, allow):
    listing(acme, ANTHROPIC)
    assert allow("anthropic", ANTHROPIC)["data"] == {"entries": [ANTHROPIC], "added": [], "removed": [], "confirmed": True}
    assert read(acme).models == (ANTHROPIC,)


def test_naming_one_entry_is_no_word_for_another_that_came_with_the_folder(acme, allow):
    listing(acme, "openai@elsewhere.example.com")
    before = (acme / "engagement.md").read_bytes()
    (error,) = allow("anthropic", code=4)["errors"]
    assert (error["code"], "openai@elsewhere.example.com is new too" in error["message"]) == ("not-confirmed", True)
    assert ((acme / "engagement.md").read_bytes(), (config_folder() / FILE).exists()) == (before, False)
    assert allow("anthropic", "openai@elsewhere.example.com")["data"]["confirmed"]


def test_taking_one_off_confirms_no_other(acme, allow):
    listing(acme, ANTHROPIC, "openai@elsewhere.example.com")
    assert allow("--remove", "openai@elsewhere.example.com")["data"] == {
        "entries": [ANTHROPIC], "added": [], "removed": ["openai@elsewhere.example.com"], "confirmed": False,
    }  # fmt: skip
    assert not is_confirmed(acme)


@pytest.mark.parametrize("args", [(), ("anthropic",), ("--remove", OPENAI)])
def test_a_dry_run_writes_nothing_and_confirms_nothing(fde, acme, args):
    listing(acme, OPENAI)
    fde("allow", cwd=acme)
    listing(acme, OPENAI, *([] if args else [ANTHROPIC]))
    before, record = tree(acme), (config_folder() / FILE).read_bytes()
    ended = fde("allow", "--dry-run", *args, cwd=acme)
    assert (ended.code, "would be confirmed" in ended.out) == (0, True)
    assert (tree(acme), (config_folder() / FILE).read_bytes()) == (before, record)


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["mistral"], "Expected a provider and a host like anthropic@api.anthropic.com, found 'mistral'"),
        (["https://api.anthropic.com"], "found 'https://api.anthropic.com'"),
        (["anthropic@api.anthropic.com/v1"], "Expected a provider and a host"),
        (["--remove"], "--remove needs an ENTRY"),
        (["--remove", "openai"], f"Not on the list: {OPENAI}"),
    ],
)
def test_what_is_no_entry_is_a_mistake_on_the_command_line(acme, allow, args, told):
    (error,) = allow(*args, code=2)["errors"]
    assert told in error["message"]
    assert not (config_folder() / FILE).exists()


def test_local_without_an_endpoint_says_where_one_is_named(allow):
    (error,) = allow("local", code=3)["errors"]
    assert (error["code"], "config.toml names none" in error["message"]) == ("bad-endpoint", True)


def test_a_list_in_a_form_that_is_not_changed_safely_shows_the_line_to_write(acme, allow):
    (acme / "engagement.md").write_text(f"---\nfde: 1\nname: acme\nmodels: [\n  {OPENAI}]\n---\n")
    allow()
    before = (acme / "engagement.md").read_bytes()
    (error,) = allow("anthropic", code=3)["errors"]
    assert error["hint"] == f"Write it yourself, on one line: models: [{OPENAI}, {ANTHROPIC}]"
    assert (acme / "engagement.md").read_bytes() == before


def test_a_broken_entry_of_the_file_is_named(acme, allow):
    listing(acme, "anthropic")
    (error,) = allow(code=3)["errors"]
    assert "expected entries like anthropic@api.anthropic.com, found 'anthropic'" in error["message"]


def test_while_another_works_on_the_engagement_nothing_changes(acme, allow):
    with files.lock(acme):
        (error,) = allow("anthropic", code=4)["errors"]
    assert error["code"] == "locked"
    assert (acme / "engagement.md").read_bytes() == HEAD.encode()


def test_outside_of_an_engagement_there_is_nothing_to_allow(fde, tmp_path):
    assert fde("allow", "anthropic", cwd=tmp_path).code == 3


def test_a_disk_that_breaks_leaves_the_old_list_or_the_new_and_never_more_confirmed_than_is_listed(acme):
    new = HEAD.replace("[]", f"[{ANTHROPIC}]").encode()

    def reset():
        (acme / "engagement.md").write_bytes(HEAD.encode())
        (config_folder() / FILE).unlink(missing_ok=True)

    def check():
        now = (acme / "engagement.md").read_bytes()
        assert now in (HEAD.encode(), new)
        assert now == new or not (config_folder() / FILE).exists()
        assert sorted(os.listdir(acme)) in ([".fde", "engagement.md"], ["engagement.md"])
        assert [path.name for path in Path(config_folder()).glob("*")] in ([], [FILE])

    def action():
        command.callback(entries=("anthropic",), remove=False, start=acme, dry_run=False)

    every_failure(action, reset=reset, check=check)
