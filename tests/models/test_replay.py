"""Recorded replies, and how a model is found by its name."""

from __future__ import annotations

import json

import pytest
import small
from small import write

from fde.engagement import engagement
from fde.errors import BadReplay, CannotRead, Exit, FdeError, NotJson, ReplayEnded, UnknownModel
from fde.models import choose as chooser
from fde.models.model import Message, Request
from fde.models.replay import read
from fde.models.watch import Watch
from fde.settings import Level, Setting

ASKED = Request(messages=(Message(role="user", text="What now?"),), schema={})


def choose(name, root, level=Level.FLAG):
    """Return the model of that name for an engagement at *root*, on a machine without configuration."""
    write(root, "engagement.md", "---\nfde: 1\nname: acme\n---\n")
    machine = chooser.Machine(config=root / "nowhere", environment={}, now=small.moment())
    return chooser.choose(Setting(name="model", value=name, level=level), engagement.read(root), machine)


def test_the_replies_come_in_order_letter_for_letter_and_then_no_more(tmp_path):
    model = read(write(tmp_path, "x.json", small.replay("one\r\n", "", "dr\u00e9i")), "replay/x.json")
    assert (model.name, model.origin) == ("replay/x.json", "written for a test")
    assert [model.reply(ASKED, Watch(seconds=1)).text for _ in range(3)] == ["one\r\n", "", "dr\u00e9i"]
    with pytest.raises(ReplayEnded) as ended:
        model.reply(ASKED, Watch(seconds=1))
    assert ended.value.exit is Exit.NOT_NOW


WRONG = {
    "a list": ([], "fde.replay/1"),
    "another schema": ({"schema": "fde.facts/1"}, "fde.replay/1"),
    "no origin": ({"schema": "fde.replay/1", "replies": ["x"]}, "origin"),
    "an empty origin": ({"schema": "fde.replay/1", "origin": "", "replies": ["x"]}, "origin"),
    "no reply": ({"schema": "fde.replay/1", "origin": "x", "replies": []}, "replies"),
    "a reply that is no text": ({"schema": "fde.replay/1", "origin": "x", "replies": ["x", {}]}, "replies"),
}


@pytest.mark.parametrize(("document", "told"), WRONG.values(), ids=WRONG)
def test_a_file_that_is_no_recorded_reply_is_refused_with_its_path(tmp_path, document, told):
    path = write(tmp_path, "x.json", json.dumps(document))
    with pytest.raises(BadReplay, match=told) as refused:
        read(path, "replay/x.json")
    assert refused.value.where == str(path)


@pytest.mark.parametrize("text", ["", "{", '{"a": NaN}', '{"a": 1, "a": 2}', '"\\ud800"'])
def test_what_is_no_json_is_refused_as_such(tmp_path, text):
    with pytest.raises(NotJson):
        read(write(tmp_path, "x.json", text), "replay/x.json")


@pytest.mark.parametrize("name", [None, "", "none"])
def test_without_a_name_and_with_none_nobody_is_asked(tmp_path, name):
    assert choose(name, tmp_path) is None


def test_a_recorded_reply_lies_in_the_engagement(tmp_path):
    write(tmp_path, "replay/deep/x.json", small.replay("one"))
    found = choose("replay/deep/x.json", tmp_path)
    assert (found.name, found.reply(ASKED, Watch(seconds=1)).text) == ("replay/deep/x.json", "one")
    with pytest.raises(CannotRead):
        choose("replay/y.json", tmp_path)


@pytest.mark.parametrize("name", ["None", "replay", "replay/", "anthropic/", "../x", "x", "gemini/x"])
def test_a_name_that_is_not_known_is_a_usage_error_that_says_what_is(tmp_path, name):
    with pytest.raises(UnknownModel, match="replay/FILE or none") as refused:
        choose(name, tmp_path)
    assert refused.value.exit is Exit.USAGE


@pytest.mark.parametrize("name", ["replay/../secret.json", "replay//etc/x.json", "replay/a/../../secret.json"])
def test_a_name_in_engagement_md_leads_out_of_no_folder(tmp_path, name):
    """Whoever shares an engagement chooses its model; that must not open other files of this machine."""
    write(tmp_path, "secret.json", small.replay("one"))
    (tmp_path / "acme").mkdir()
    with pytest.raises(FdeError):
        choose(name, tmp_path / "acme")
    (tmp_path / "acme/replay").mkdir()
    with pytest.raises(FdeError):
        choose(name.replace("../", "../../", 1), tmp_path / "acme")
