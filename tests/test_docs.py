"""The documents say what the program does: commands, exit codes, and a README whose commands are run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from fde.cli import COMMANDS
from fde.errors import Exit

pytestmark = pytest.mark.checkout

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ENDS_WITH = re.compile(r"#\s*exit\s+(\d+)\s*$")

needs_readme = pytest.mark.skipif(not README.exists(), reason="README.md is not written yet")


def text(name):
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def test_the_reference_is_what_the_commands_say():
    done = subprocess.run(
        [sys.executable, "docs/reference.py", "--check"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", [name for name, _ in COMMANDS])
def test_every_command_is_named_in_the_docs(name):
    assert f"`fde {name}`" in text("commands.md")


def test_the_exit_codes_on_the_page_are_those_of_the_enum():
    rows = re.findall(r"^\| (\d+) \| ([a-z-]+) \|", text("exit-codes.md"), re.MULTILINE)
    assert rows == [(str(code.value), code.name.lower().replace("_", "-")) for code in Exit]


def test_the_examples_on_the_page_are_what_the_commands_print(fde):
    (envelope,) = re.findall(r"^```json\n(.*?)^```$", text("exit-codes.md"), re.MULTILINE | re.DOTALL)
    (failure,) = re.findall(r"^```text\n(.*?)^```$", text("exit-codes.md"), re.MULTILINE | re.DOTALL)
    assert fde("schema", "x", "--json").out == envelope
    assert fde("skils").err == failure


def test_every_relative_link_in_the_documents_leads_somewhere():
    pages = [page for page in (README, ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")) if page.exists()]
    for page in pages:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


@needs_readme
def test_the_readme_is_at_most_120_lines():
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 120


def lines_of(block):
    """Return the commands of a console *block* with the exit code that each is to end with: `$ fde verify  # exit 1`."""
    joined = re.sub(r"\\\n(> )?", "", block)
    commands = [line.removeprefix("$ ") for line in joined.splitlines() if line.startswith("$ ")]
    return [(line, int(found[1]) if (found := ENDS_WITH.search(line)) else 0) for line in commands]


@needs_readme
def test_the_commands_of_the_readme_work_in_their_order(tmp_path):
    commands = [command for block in BLOCK.findall(README.read_text(encoding="utf-8")) for command in lines_of(block)]
    assert commands, "README.md shows no command in a console block"
    (tmp_path / "bin").mkdir()
    door = tmp_path / "bin" / "fde"
    door.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m fde "$@"\n')
    door.chmod(0o755)
    (tmp_path / "here").mkdir()
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    # One shell for all of them: a `cd` on one line holds for the next.
    check = 'code=$?; [ $code -eq {} ] || {{ echo "ended with $code: {}" >&2; exit 1; }}\n'
    script = "".join(f"{line}\n" + check.format(code, line.replace('"', "'")) for line, code in commands)
    done = subprocess.run(
        ["sh", "-c", script], cwd=tmp_path / "here", env=env, capture_output=True, check=False, text=True, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stderr


def test_a_console_block_is_read_line_by_line():
    block = "$ fde init acme\nstarted\n$ fde verify  # exit 1\n$ fde run \\\n> x\n"
    assert lines_of(block) == [("fde init acme", 0), ("fde verify  # exit 1", 1), ("fde run x", 0)]
