"""Whose configuration it is, and which of several values counts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fde.errors import BrokenSettings, NoHome
from fde.settings import Level, Setting, config_folder, read_config, resolve, state_folder


@pytest.mark.parametrize(
    ("environment", "config", "state"),
    [
        ({"FDE_HOME": "/f", "XDG_CONFIG_HOME": "/c", "HOME": "/h"}, "/f", "/f/state"),
        ({"XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "/s", "HOME": "/h"}, "/c/fde", "/s/fde"),
        ({"HOME": "/h"}, "/h/.config/fde", "/h/.local/state/fde"),
        ({"FDE_HOME": "", "XDG_CONFIG_HOME": "", "HOME": "/h"}, "/h/.config/fde", "/h/.local/state/fde"),
        ({"XDG_CONFIG_HOME": "relative", "HOME": "/h"}, "/h/.config/fde", "/h/.local/state/fde"),
    ],
)
def test_the_folders_are_fde_home_then_xdg_then_home(environment, config, state):
    assert (config_folder(environment), state_folder(environment)) == (Path(config), Path(state))


def test_without_home_the_password_file_knows_it(monkeypatch):
    import pwd

    assert config_folder({}) == Path(pwd.getpwuid(os.getuid()).pw_dir) / ".config" / "fde"


def test_fault_51_a_user_without_any_home_is_told_of_fde_home(monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_001)
    with pytest.raises(NoHome) as refused:
        config_folder({})
    assert "FDE_HOME" in refused.value.hint
    assert refused.value.exit == 3


def test_a_relative_fde_home_is_refused_since_it_would_depend_on_where_one_stands():
    with pytest.raises(NoHome, match="not an absolute path"):
        config_folder({"FDE_HOME": "~/fde", "HOME": "/h"})


GIVEN = {
    "flag": "1",
    "environment": {"FDE_MODEL": "2"},
    "engagement": {"model": "3"},
    "user": {"model": "4"},
    "default": "5",
}
NOTHING = {"flag": None, "environment": {}, "engagement": {}, "user": {}, "default": None}


@pytest.mark.parametrize(("strongest", "level"), list(enumerate(Level)))
def test_the_strongest_value_counts_and_says_where_it_came_from(strongest, level):
    given = {**GIVEN, **{name: NOTHING[name] for name in list(GIVEN)[:strongest]}}
    assert resolve("model", **given) == Setting(name="model", value=str(strongest + 1), level=level)


def test_an_empty_environment_variable_is_not_set():
    assert resolve("model", **{**GIVEN, "flag": None, "environment": {"FDE_MODEL": ""}}).level is Level.ENGAGEMENT


def test_an_engagement_that_names_no_model_is_not_overruled_by_the_users_configuration():
    given = {**NOTHING, "engagement": {"model": ""}, "user": {"model": "openai/x"}}
    assert resolve("model", **given) == Setting(name="model", value="", level=Level.ENGAGEMENT)


def test_what_nobody_gave_is_none():
    assert resolve("model", **NOTHING) == Setting(name="model", value=None, level=Level.DEFAULT)


def test_a_configuration_is_read_and_a_missing_one_is_empty(tmp_path):
    assert read_config(tmp_path) == {}
    (tmp_path / "config.toml").write_text('model = "none"\n')
    assert read_config(tmp_path) == {"model": "none"}


@pytest.mark.parametrize("content", [b"model = \n", b"\xff\xfe"])
def test_a_broken_configuration_is_named(tmp_path, content):
    (tmp_path / "config.toml").write_bytes(content)
    with pytest.raises(BrokenSettings) as refused:
        read_config(tmp_path)
    assert refused.value.where == str(tmp_path / "config.toml")


def test_a_configuration_that_is_a_folder_is_named(tmp_path):
    (tmp_path / "config.toml").mkdir()
    with pytest.raises(BrokenSettings, match="directory"):
        read_config(tmp_path)
