"""What can go wrong where the command line meets its surroundings: streams, signals, locale, and no surroundings at all."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest

import fde as package
from fde.cli import cli
from fde.cli.options import with_json
from fde.cli.show import Outcome, deliver, explain, paint, progress, render
from fde.errors import FdeError

SEARCHED = str(Path(package.__file__).parents[1])
HOSTILE = "a\x1b]0;title\x07b\x9bc\u202ed\x1b[2Je"

needs_dev_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")


def sh(line, *, unbuffered=False, **env):
    """Run a shell line in which `fde` is this one; an empty PYTHONUNBUFFERED is none."""
    world = {**os.environ, "PYTHONPATH": SEARCHED, "PYTHONUNBUFFERED": "1" if unbuffered else "", **env}
    script = f'fde() {{ "{sys.executable}" -m fde "$@"; }}\n{line}'
    return subprocess.run(["sh", "-c", script], env=world, capture_output=True, check=False, text=True, timeout=60)


def on_terminal(*args, env=None):
    """Run `fde` with a terminal of its own for stdout and stderr; return its code and what the terminal got."""
    controller, terminal = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "fde", *args],
        env={**os.environ, "PYTHONPATH": SEARCHED, "TERM": "xterm", **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=terminal,
        stderr=terminal,
    ) as process:
        os.close(terminal)
        seen = b""
        try:
            while part := os.read(controller, 4096):
                seen += part
        except OSError:  # Linux's way of saying that the other end is closed
            pass
    os.close(controller)
    return process.returncode, seen.decode()


@needs_dev_full
@pytest.mark.parametrize("unbuffered", [False, True])
@pytest.mark.parametrize("line", ["schema", "schema facts", "schema --json", "--help", "--version", "schema nonesuch --json"])
def test_fault_04_a_full_stdout_ends_with_3_and_one_line(line, unbuffered):
    done = sh(f"fde {line} > /dev/full", unbuffered=unbuffered)
    assert done.returncode == 3
    assert done.stderr.startswith("fde: ")
    assert "No space left on device" in done.stderr
    assert done.stderr.count("\n") == 1


@needs_dev_full
def test_fault_04_a_full_stderr_does_not_change_how_it_ends():
    done = sh("fde schema nonesuch 2> /dev/full")
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.parametrize("unbuffered", [False, True])
@pytest.mark.parametrize("line", ["schema facts", "schema facts --json", "--help"])
def test_fault_05_a_reader_that_has_gone_ends_it_with_141_and_no_word(line, unbuffered):
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "fde", *line.split()],
        env={**os.environ, "PYTHONPATH": SEARCHED, "PYTHONUNBUFFERED": "1" if unbuffered else ""},
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
        text=True,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("line", ["schema", "schema --json", "--help"])
def test_fault_06_a_closed_stream_is_no_failure(line, closed):
    done = sh(f"fde {line} {closed}")
    assert (done.returncode, done.stderr) == (0, "")


def test_fault_06_a_closed_stream_does_not_hide_a_usage_error():
    assert sh("fde nonesuch 2>&-").returncode == 2


def test_fault_07_ctrl_c_ends_it_with_130_and_one_line():
    code = (
        "import click, signal\n"
        "from fde.cli import cli, main\n"
        "cli.commands['wait'] = click.command('wait')(lambda: (print('waiting', flush=True), signal.pause()))\n"
        "main(['wait'])\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": SEARCHED},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "waiting\n"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (130, "fde: Interrupted.\n")


@pytest.fixture(name="echo")
def _echo(monkeypatch):
    """`fde echo`, which says what a test wants, in this process."""

    def prepare(outcome):
        monkeypatch.setitem(cli.commands, "echo", with_json(click.command("echo")(lambda: outcome)))

    return prepare


class Overheard(FdeError):
    """The provider said: {}."""


def test_fault_38_no_control_character_of_others_reaches_a_terminal():
    code, seen = on_terminal("schema", HOSTILE)
    assert code == 2
    assert "\x1b]" not in seen
    assert "\x9b" not in seen
    assert "\u202e" not in seen
    assert "\ufffd" in seen


def test_fault_38_an_errors_message_place_and_remedy_are_all_made_printable():
    said = explain(Overheard(HOSTILE, where=HOSTILE, hint=HOSTILE))
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(said)
    assert said.count("\n") == 1


def test_fault_38_an_answer_is_made_printable_on_a_terminal_and_left_alone_in_a_file(monkeypatch):
    outcome = Outcome(text=HOSTILE)
    assert render(outcome, {}).out == HOSTILE
    controller, terminal = os.openpty()
    with open(terminal, "w") as stream:
        monkeypatch.setattr("sys.stdout", stream)
        assert "\x1b" not in render(outcome, {}).out
        monkeypatch.undo()
    os.close(controller)


def test_fault_38_json_carries_what_was_said_and_no_raw_control_character(fde, echo):
    echo(Outcome(data={"said": HOSTILE}))
    result = fde("echo", "--json")
    assert result.json["data"]["said"] == HOSTILE
    assert "\x1b" not in result.out


def test_fault_38_progress_is_made_printable_and_cut_to_one_line(monkeypatch):
    controller, terminal = os.openpty()
    with open(terminal, "w") as stream:
        monkeypatch.setattr("sys.stderr", stream)
        monkeypatch.setenv("COLUMNS", "40")
        progress(HOSTILE + "x" * 200)
    seen = os.read(controller, 1000).decode()
    os.close(controller)
    assert seen.startswith("\r\x1b[2Ka\ufffd]0;title")
    assert len(seen.removeprefix("\r\x1b[2K")) < 40


def test_fault_39_brackets_in_a_text_are_just_brackets(fde, echo):
    echo(Outcome(text="[bold]no[/bold] [/] [link=x]"))
    assert fde("echo").out == "[bold]no[/bold] [/] [link=x]\n"


def test_fault_39_braces_in_an_errors_words_are_just_braces():
    assert explain(Overheard("{0} {x!r}")) == "fde: The provider said: {0} {x!r}."


def test_fault_35_a_name_that_is_not_utf8_is_shown_and_never_crashes():
    name = b"caf\xe9"
    done = subprocess.run(
        [sys.executable, "-m", "fde", "schema", name],
        env={**os.environ, "PYTHONPATH": SEARCHED},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(b"fde: There is no schema caf")
    done.stderr.decode("utf-8")


def test_fault_35_a_lone_surrogate_in_the_data_is_still_valid_json(fde, echo):
    echo(Outcome(data={"name": "caf\udce9"}))
    assert fde("echo", "--json").json["data"]["name"] == "caf\udce9"


BARE = [{}, {"LC_ALL": "C"}, {"LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "latin-1"}]


@pytest.mark.parametrize("env", BARE, ids=["nothing", "C", "ASCII", "Latin-1"])
@pytest.mark.parametrize("line", [["schema", "facts"], ["--help"], ["schema", "nöne"], ["schema", "nöne", "--json"]], ids=" ".join)
def test_fault_51_the_output_is_the_same_with_no_environment_at_all(fde_process, env, line):
    usual = fde_process(*line)
    bare = subprocess.run(
        [sys.executable, "-m", "fde", *line], env={"PYTHONPATH": SEARCHED, **env}, capture_output=True, check=False, cwd="/"
    )
    assert bare.returncode == usual.code
    assert bare.stdout.decode() == usual.out
    assert bare.stderr.decode() == usual.err


def test_fault_51_doctor_works_with_no_home(fde_process):
    result = fde_process("doctor", "--json", env={"HOME": None, "XDG_CONFIG_HOME": None, "XDG_STATE_HOME": None}, cwd=Path("/"))
    assert result.json["status"] == "ok"


def test_fault_52_nothing_waits_for_an_answer_without_a_terminal(fde_process):
    for line in (["schema"], ["doctor"], []):
        assert fde_process(*line).code in {0, 2}


def test_fault_52_cron_hears_nothing_from_stderr_about_a_run_that_went_well(fde_process):
    assert fde_process("schema").err == ""
    assert fde_process("doctor").err == ""


def test_a_terminal_gets_colour_and_no_color_takes_it_away():
    assert "\x1b[31mfde:\x1b[0m" in on_terminal("schema", "nonesuch")[1]
    assert "\x1b" not in on_terminal("schema", "nonesuch", env={"NO_COLOR": "1"})[1]
    assert "\x1b" not in on_terminal("schema", "nonesuch", env={"TERM": "dumb"})[1]


def test_force_color_colours_a_file_too_and_an_empty_no_color_counts_as_none(fde_process):
    assert "\x1b[31m" in fde_process("schema", "nonesuch", env={"FORCE_COLOR": "1"}).err
    assert "\x1b" not in fde_process("schema", "nonesuch", env={"NO_COLOR": ""}).err


def test_no_color_is_stronger_than_force_color(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    assert paint("x", "31", None) == "x"


def test_a_terminal_is_told_the_next_step(monkeypatch):
    controller, terminal = os.openpty()
    with open(terminal, "w") as stream:
        monkeypatch.setattr("sys.stderr", stream)
        assert deliver(render(Outcome(next="fde status"), {})) == 0
    assert os.read(controller, 100).decode().strip() == "next: fde status"
    os.close(controller)
