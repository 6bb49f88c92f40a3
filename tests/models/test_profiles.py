"""What is known of a model: shipped, and set by the user field by field."""

from __future__ import annotations

from datetime import date

import pytest
from small import write

from fde.errors import BrokenSettings, UsageError
from fde.models.profiles import Profile, profile, role


@pytest.fixture(name="config")
def _config(tmp_path):
    def call(text=""):
        write(tmp_path, "config.toml", text)
        return tmp_path

    return call


def test_a_role_is_a_model_and_what_is_no_role_is_itself(config):
    assert role("strong", config()).startswith("anthropic/")
    assert role("strong", config('[roles]\nstrong = "openai/x"\nmine = "local/y"\n')) == "openai/x"
    assert role("mine", config('[roles]\nmine = "local/y"\n')) == "local/y"
    assert role("anthropic/z", config()) == "anthropic/z"


@pytest.mark.parametrize("name", ["strong", "balanced", "fast", "strong-openai", "balanced-openai", "fast-openai"])
def test_every_shipped_role_has_a_profile_with_room_for_a_question(config, name):
    provider, _, model = role(name, config()).partition("/")
    known = profile(provider, model, config())
    assert known.window > 3 * known.max_output


def test_a_model_nobody_listed_has_its_providers_careful_profile(config):
    assert profile("anthropic", "claude-nobody-9", config()) == Profile(window=200_000, max_output=16_000)


def test_the_user_sets_field_by_field(config):
    text = '[models."anthropic/claude-opus-5-5"]\nmax_output = 9000\neffort = "high"\n'
    assert profile("anthropic", "claude-opus-5-5", config(text)) == Profile(window=1_000_000, max_output=9_000, effort="high")
    assert profile("anthropic", "claude-opus-5-5", config(text), "low").effort == "low"


WRONG = {
    "no number": ("window = true", "window: expected a number of tokens, found True"),
    "nothing": ("max_output = 0", "max_output: expected a number of tokens, found 0"),
    "no such field": ("windows = 1", "expected window, max_output, effort, ends, found 'windows'"),
    "no date": ('ends = "2027-01-22"', "ends: expected a date like 2027-01-22, found '2027-01-22'"),
    "a time": ("ends = 2027-01-22T00:00:00", "ends: expected a date like 2027-01-22, found datetime"),
    "no such effort": ('effort = "turbo"', "effort: expected low, medium, high, xhigh, max, found 'turbo'"),
    "no room": ("window = 16000", "max_output 16,000 leaves no room in the window of 16,000"),
}


@pytest.mark.parametrize(("line", "told"), WRONG.values(), ids=WRONG)
def test_a_wrong_value_is_told_with_its_file(config, line, told):
    folder = config(f'[models."anthropic/x"]\n{line}\n')
    with pytest.raises(BrokenSettings) as refused:
        profile("anthropic", "x", folder)
    assert told in refused.value.message
    assert refused.value.where == str(folder / "config.toml")


@pytest.mark.parametrize(("provider", "effort"), [("anthropic", "minimal"), ("openai", "turbo"), ("local", "low")])
def test_an_effort_that_a_provider_does_not_know_is_a_usage_error(config, provider, effort):
    with pytest.raises(UsageError, match="--effort: expected"):
        profile(provider, "x", config(), effort)


def test_a_role_that_is_no_text_is_told(config):
    with pytest.raises(BrokenSettings, match=r"\[roles\] strong: expected a model"):
        role("strong", config("[roles]\nstrong = 1\n"))


def test_a_model_that_ends_within_thirty_days_is_warned_of(config):
    known = profile("anthropic", "x", config('[models."anthropic/x"]\nends = 2027-01-31\n'))
    assert known.ending(date(2026, 12, 31)) == ""
    assert known.ending(date(2027, 1, 1)) == "its vendor announced that this model ends on 2027-01-31: choose another"
    assert "this model ends on" in known.ending(date(2027, 1, 31))
    assert "this model ended on" in known.ending(date(2027, 2, 1))


def test_of_a_model_whose_end_nobody_announced_nothing_is_said(config):
    assert profile("anthropic", "claude-opus-5-5", config()).ending(date(2099, 1, 1)) == ""


def test_announced_ends_come_with_the_package(config):
    assert profile("openai", "o3", config()).ends == date(2026, 12, 11)


def test_no_shipped_role_stands_for_a_model_with_an_announced_end(config):
    for name in ("strong", "balanced", "fast", "strong-openai", "balanced-openai", "fast-openai"):
        provider, _, model = role(name, config()).partition("/")
        assert profile(provider, model, config()).ends is None
