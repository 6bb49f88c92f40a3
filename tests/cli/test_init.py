"""`fde init`, through the door."""

from __future__ import annotations

import pytest
from small import tree, write


def test_it_makes_a_folder_that_the_other_commands_take(fde, tmp_path):
    made = fde("init", "Acme_Orders", "--client", "Acme: Plumbing", "--timezone", "Europe/Berlin", "--rate", "85", cwd=tmp_path)
    assert (made.code, made.err) == (0, "")
    status = fde("status", "--json", cwd=tmp_path / "Acme_Orders")
    assert status.code == 0
    assert status.json["data"]["engagement"] == "acme-orders"
    head = (tmp_path / "Acme_Orders" / "engagement.md").read_text()
    assert "rate_per_hour: 85\n" in head
    assert "client: 'Acme: Plumbing'\n" in head


def test_an_empty_folder_may_be_there_already_and_be_the_one_we_are_in(fde, tmp_path):
    (tmp_path / "acme").mkdir()
    assert fde("init", ".", cwd=tmp_path / "acme").code == 0
    assert fde("status", cwd=tmp_path / "acme").out.startswith("engagement  acme\n")


def test_a_folder_that_is_not_empty_is_refused_with_its_name(fde, tmp_path):
    write(tmp_path, "acme/x", "mine")
    ended = fde("init", "acme", cwd=tmp_path)
    assert ended.code == 3
    assert "acme is there already and not empty." in ended.err
    assert tree(tmp_path) == {"acme": None, "acme/x": b"mine"}


def test_a_second_time_is_refused_and_changes_nothing(fde, tmp_path):
    assert fde("init", "acme", cwd=tmp_path).code == 0
    before = tree(tmp_path)
    assert fde("init", "acme", "--client", "Other", cwd=tmp_path).code == 3
    assert tree(tmp_path) == before


BAD = {
    "zone": (["acme", "--timezone", "Mars"], 3, "engagement.md:7: The head cannot be read: timezone: expected a zone like Europe/Berlin, found 'Mars'"),
    "rate": (["acme", "--rate", "eighty"], 3, "engagement.md:6: The head cannot be read: rate_per_hour: expected an amount"),
    "currency": (["acme", "--currency", "euros"], 3, "engagement.md:5: The head cannot be read: currency: expected an ISO 4217 code"),
    "hours": (["acme", "--working-hours", "9-5"], 3, "engagement.md:8: The head cannot be read: working_hours: expected days and times"),
    "name": (["acme", "--name", "../up"], 3, "'../up' is not a name"),
    "folder's name": (["Müller & Söhne"], 3, "is not a name"),
    "client with an escape code": (["acme", "--client", "a\x1b[31mb"], 3, "U+001B"),
    "unknown flag": (["acme", "--colour", "red"], 2, "No such option"),
    "no folder": ([], 2, "Missing argument"),
}


@pytest.mark.parametrize(("args", "code", "told"), BAD.values(), ids=BAD)
def test_a_bad_value_is_refused_with_its_place_and_nothing_is_made(fde, tmp_path, args, code, told):
    ended = fde("init", *args, cwd=tmp_path)
    assert (ended.code, ended.out) == (code, "")
    assert told in ended.err
    assert "\x1b" not in ended.err
    assert tree(tmp_path) == {}


def test_a_dry_run_shows_the_head_and_writes_nothing(fde, tmp_path):
    ended = fde("init", "acme", "--dry-run", "--json", cwd=tmp_path)
    assert ended.code == 0
    assert ended.json["data"]["head"].startswith("---\nfde: 1\nname: acme\n")
    assert tree(tmp_path) == {}
    made = fde("init", "acme", cwd=tmp_path)
    assert made.code == 0
    assert (tmp_path / "acme" / "engagement.md").read_text() == ended.json["data"]["head"]


def test_a_dry_run_refuses_what_the_run_would_refuse(fde, tmp_path):
    write(tmp_path, "full/x", "mine")
    assert fde("init", "full", "--dry-run", cwd=tmp_path).code == 3
    assert fde("init", "acme", "--timezone", "Mars", "--dry-run", cwd=tmp_path).code == 3


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_a_file_in_the_way_is_told_in_words(fde, tmp_path, name):
    write(tmp_path, "file", "mine")
    ended = fde("init", name, "--name", "acme", cwd=tmp_path)
    assert ended.code == 3
    assert tree(tmp_path) == {"file": b"mine"}
