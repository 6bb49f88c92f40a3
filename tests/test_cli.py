"""The shell: what every command has in common, whatever it does."""

from __future__ import annotations

import json
import os
import sys
from decimal import Decimal
from importlib import import_module
from pathlib import Path

import click
import pytest

from fde.cli import COMMANDS, Later, cli
from fde.cli.options import with_json
from fde.cli.show import Outcome, explain, render
from fde.errors import Exit, FdeError

ENVELOPE = {"fde", "command", "status", "data", "errors"}


class NoTea(FdeError):
    """There is no tea in {}."""

    exit = Exit.NOT_NOW
    hint = "Put the kettle on."


@pytest.fixture(name="brew")
def _brew(monkeypatch):
    """Let `fde brew` do what a test says."""

    def prepare(body):
        monkeypatch.setitem(cli.commands, "brew", with_json(click.command("brew")(body)))

    return prepare


NAMES = [name for name, _ in COMMANDS]


def leaves(name):
    """Every command below the listed *name* that does something, with its path."""

    def below(command, path):
        if not isinstance(command, click.Group):
            return [(path, command)]
        return [leaf for name, sub in sorted(command.commands.items()) for leaf in below(sub, (*path, name))]

    return below(Later(name).load(), (name,))


@pytest.mark.parametrize(("name", "line"), COMMANDS, ids=NAMES)
def test_the_listed_line_is_the_commands_own_first_line(name, line):
    assert Later(name).load().get_short_help_str(200) == line


def test_every_command_module_is_listed():
    modules = {path.stem for path in Path(sys.modules["fde.cli"].__file__).parent.glob("*.py")} - {"__init__"}
    commands = {name for name in modules if hasattr(import_module(f"fde.cli.{name}"), "command")}
    assert commands == {name.replace("-", "_") for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_every_command_takes_json_and_gives_an_example_of_itself(name):
    for path, command in leaves(name):
        assert any("--json" in param.opts for param in command.params), path
        assert " ".join(("fde", *path)) in command.help.partition("Example:")[2], path


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_help(fde, name):
    for path, _ in leaves(name):
        result = fde(*path, "-h")
        assert (result.code, result.err) == (0, ""), path
        assert result.out.startswith(f"Usage: fde {' '.join(path)}"), path


def test_an_unknown_command_gets_a_suggestion_and_exit_2(fde):
    result = fde("skils")
    assert (result.code, result.out) == (2, "")
    assert result.err == "fde: No such command 'skils'. Did you mean 'skills'?\n     `fde --help` shows how.\n"


def test_no_command_at_all_is_a_usage_error_that_shows_the_commands(fde):
    result = fde()
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("fde: Which command?\n     Usage: fde ")
    assert "doctor" in result.err


def test_version_is_one_line(fde):
    from fde import __version__

    assert fde("--version").out == f"fde {__version__}\n"


def test_json_answers_with_the_five_keys(fde):
    result = fde("schema", "--json")
    assert (result.code, result.err) == (0, "")
    assert set(result.json) == ENVELOPE
    assert (result.json["fde"], result.json["command"], result.json["status"]) == (1, "schema", "ok")
    assert "facts" in result.json["data"]["schemas"]


@pytest.mark.parametrize("line", ["skils --json", "schema --wrong --json", "schema a b --json", "--json", "init --json"])
def test_a_usage_error_speaks_json_too(fde, line):
    result = fde(*line.split())
    assert (result.code, result.err, set(result.json)) == (2, "", ENVELOPE)
    assert (result.json["status"], result.json["errors"][0]["code"]) == ("error", "usage-error")


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("init --json", "init"),
        ("doctor --dir /nonesuch --json", "doctor"),
        ("doctor --nonesuch --json", "doctor"),
        ("skills nonesuch --json", "skills"),
        ("skills list --nonesuch --json", "skills list"),
        ("nonesuch --json", ""),
    ],
)
def test_the_envelope_names_the_command_whose_line_was_wrong(fde, line, command):
    assert fde(*line.split()).json["command"] == command


def test_json_behind_a_double_dash_is_an_argument_and_not_the_option(fde):
    result = fde("schema", "--", "--json")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("fde: There is no schema --json.")


def test_an_error_says_what_and_where_and_below_it_what_to_do(fde, brew):
    def body():
        raise NoTea("the pot", where="pot.md:3")

    brew(body)
    result = fde("brew")
    assert (result.code, result.out) == (4, "")
    assert result.err == "fde: pot.md:3: There is no tea in the pot.\n     Put the kettle on.\n"
    assert fde("brew", "--json").json["errors"] == [
        {"code": "no-tea", "message": "There is no tea in the pot.", "hint": "Put the kettle on.", "where": "pot.md:3"}
    ]


def test_a_place_that_the_message_names_already_is_not_said_twice():
    assert explain(NoTea("pot.md", where="pot.md")).startswith("fde: There is no tea in pot.md.")


def test_an_error_of_several_lines_stays_indented():
    assert explain(NoTea("a\nb")) == "fde: There is no tea in a\n     b.\n     Put the kettle on."


def test_an_answer_with_a_failure_gives_both_and_the_failures_code(fde, brew):
    brew(lambda: Outcome(text="half a cup", data={"cups": 0.5}, errors=(NoTea("the pot"),)))
    result = fde("brew")
    assert (result.code, result.out) == (4, "half a cup\n")
    assert result.err.startswith("fde: There is no tea")
    answer = fde("brew", "--json").json
    assert (answer["status"], answer["data"], len(answer["errors"])) == ("error", {"cups": 0.5}, 1)


def test_findings_are_no_error(fde, brew):
    brew(lambda: Outcome(text="two leaves", exit=Exit.FINDINGS))
    assert (fde("brew").code, fde("brew").err) == (1, "")
    assert fde("brew", "--json").json["status"] == "findings"


def test_a_code_that_is_not_ours_is_passed_on(fde, brew):
    brew(lambda: Outcome(exit=9))
    assert fde("brew").code == 9
    assert fde("brew", "--json").json["status"] == "error"


def test_the_next_step_is_not_told_where_nobody_looks_on(fde, brew):
    brew(lambda: Outcome(text="done", next="fde status"))
    assert fde("brew").err == ""


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        (OSError(28, "No space left on device", "/somewhere/out"), 3, "fde: /somewhere/out: No space left on device.\n"),
        (PermissionError(13, "Permission denied"), 3, "fde: Permission denied.\n"),
        (OSError(36, "File name too long", b"caf\xe9"), 3, "fde: caf\\xe9: File name too long.\n"),
        (KeyboardInterrupt(), 130, "fde: Interrupted.\n"),
        (click.Abort(), 130, "fde: Interrupted.\n"),
        (ConnectionResetError(104, "Connection reset by peer"), 4, "fde: No connection: [Errno 104] Connection reset by peer"),
        (BrokenPipeError(32, "Broken pipe"), 141, ""),
    ],
)
def test_what_the_system_refuses_is_told_in_its_words(fde, brew, raised, code, said):
    def body():
        raise raised

    brew(body)
    result = fde("brew")
    assert (result.code, result.out) == (code, "")
    assert result.err.startswith(said)
    assert "Traceback" not in result.err


def test_a_bug_leaves_its_traceback_in_a_file_and_one_line_on_stderr(fde, brew):
    brew(lambda: {}["kettle"])
    result = fde("brew")
    state = Path(os.environ["XDG_STATE_HOME"]) / "fde"
    (record,) = state.glob("crash-*.txt")
    assert (result.code, result.out) == (70, "")
    assert result.err == f"fde: This is a bug of ours, not a mistake of yours: KeyError. Its record is {record}.\n"
    assert "KeyError: 'kettle'" in record.read_text()
    assert record.stat().st_mode & 0o777 == 0o600


def test_a_bug_speaks_json_too(fde, brew):
    brew(lambda: {}["kettle"])
    error = fde("brew", "--json").json["errors"][0]
    assert error["code"] == "bug"
    assert Path(error["where"]).is_file()


def test_a_bug_without_a_home_is_recorded_in_the_temporary_folder(fde, brew, tmp_path):
    (tmp_path / "file").touch()
    brew(lambda: {}["kettle"])
    error = fde("brew", "--json", env={"XDG_STATE_HOME": str(tmp_path / "file" / "no")}).json["errors"][0]
    assert "KeyError: 'kettle'" in Path(error["where"]).read_text()


def test_two_bugs_in_one_second_leave_two_records(fde, brew):
    brew(lambda: {}["kettle"])
    first, second = (fde("brew", "--json").json["errors"][0]["where"] for _ in range(2))
    assert first != second
    assert Path(first).parent == Path(second).parent


def test_data_that_is_no_json_is_a_bug_of_the_command_and_not_a_torn_answer(fde, brew):
    brew(lambda: Outcome(data={"leaves": {1, 2}}))
    result = fde("brew", "--json")
    assert (result.code, result.json["errors"][0]["code"]) == (70, "bug")


def test_nan_never_reaches_the_json(fde, brew):
    brew(lambda: Outcome(data={"cups": float("nan")}))
    assert fde("brew", "--json").code == 70


def test_paths_dates_and_money_become_text_in_json():
    from datetime import UTC, date, datetime

    data = {"path": Path("a") / "b", "day": date(2026, 1, 2), "at": datetime(2026, 1, 2, 3, tzinfo=UTC), "cost": Decimal("0.10")}
    answer = json.loads(render(Outcome(data=data), {"json": True}).out)
    assert answer["data"] == {"path": "a/b", "day": "2026-01-02", "at": "2026-01-02T03:00:00+00:00", "cost": "0.10"}


def test_doctor_says_where_a_setting_comes_from(fde, tmp_path):
    def origin(*args, **env):
        return fde("doctor", "--json", *args, cwd=tmp_path, env=env).json["data"]["settings"]["dir"]

    assert origin() == {"value": str(tmp_path), "origin": "default"}
    assert origin(FDE_DIR="/")["origin"] == "environment"
    assert origin("--dir", "/", FDE_DIR=str(tmp_path)) == {"value": "/", "origin": "flag"}


def test_doctor_says_which_of_several_models_counts(fde, tmp_path):
    def model(**env):
        return fde("doctor", "--json", cwd=tmp_path, env=env).json["data"]["settings"]["model"]

    assert model() == {"value": None, "origin": "default"}
    configuration = Path(os.environ["XDG_CONFIG_HOME"]) / "fde" / "config.toml"
    configuration.parent.mkdir(parents=True)
    configuration.write_text('model = "replay/a.json"\n')
    assert model() == {"value": "replay/a.json", "origin": "user configuration"}
    assert fde("init", tmp_path / "acme").code == 0
    assert model(FDE_DIR=str(tmp_path / "acme")) == {"value": "", "origin": "engagement.md"}
    assert model(FDE_MODEL="none") == {"value": "none", "origin": "environment"}


def test_doctor_goes_on_where_the_configuration_cannot_be_read(fde):
    configuration = Path(os.environ["XDG_CONFIG_HOME"]) / "fde" / "config.toml"
    configuration.parent.mkdir(parents=True)
    configuration.write_text("model = \n")
    result = fde("doctor")
    assert result.code == 3
    assert result.out.startswith("fde ")
    assert str(configuration) in result.err


def test_doctor_ends_with_1_when_a_part_is_missing(fde, monkeypatch):
    monkeypatch.setattr("fde.cli.doctor.LIBRARIES", ("click", "no-such-library"))
    result = fde("doctor", "--json")
    assert (result.code, result.json["data"]["missing"]) == (1, ["no-such-library"])


def test_a_folder_that_is_not_there_is_a_usage_error(fde, tmp_path):
    result = fde("doctor", "--dir", tmp_path / "no")
    assert (result.code, result.out) == (2, "")
    assert "'--dir'" in result.err


def test_schema_prints_a_schema_whole(fde):
    assert json.loads(fde("schema", "facts").out) == fde("schema", "facts", "--json").json["data"]["schema"]


def test_an_unknown_schema_is_answered_with_those_there_are(fde):
    result = fde("schema", "fact")
    assert (result.code, result.out) == (2, "")
    assert result.err == "fde: There is no schema fact.\n     There are: artefact, facts, judgement, questions.\n"
