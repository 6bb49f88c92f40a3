"""What the commands load that a person types most. The cause is tested here; the clock is in benchmarks/startup.py."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import fde as package

SEARCHED = str(Path(package.__file__).parents[1])
HEAVY = {"anthropic", "openai", "jinja2", "pydantic", "httpx", "httpx2", "asyncio", "importlib.metadata", "rich", "jsonschema", "ssl"}
SHELL = {"fde.cli", "fde.cli.show", "fde.cli.failures"}

PROBE = """
import atexit, sys
before = set(sys.modules)
atexit.register(lambda: print("\\n".join(sorted(set(sys.modules) - before)), file=sys.stderr))
from fde.cli import main
main(sys.argv[1:])
"""


def loaded(*args, **env):
    """Return the modules that `fde ARGS` loaded, and what it wrote to stdout."""
    world = {**os.environ, "PYTHONPATH": SEARCHED, **env}
    done = subprocess.run([sys.executable, "-c", PROBE, *args], env=world, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split()), done.stdout


def complete(*words):
    """Return what TAB behind *words* loads and offers in bash."""
    return loaded(_FDE_COMPLETE="bash_complete", COMP_WORDS=" ".join(words), COMP_CWORD=str(len(words) - 1))


def commands(modules):
    """Return those of *modules* that are commands."""
    return {name for name in modules if name.startswith("fde.cli.")} - SHELL - {"fde.cli.options"}


@pytest.mark.parametrize("args", [["--help"], ["--version"], ["-h"]], ids=" ".join)
def test_help_and_version_load_no_command_and_nothing_heavy(args):
    modules, out = loaded(*args)
    assert out
    assert not modules & (HEAVY | {"yaml", "json", "frontmatter"})
    assert not commands(modules)
    assert not {name for name in modules if name.startswith("fde.")} - SHELL - {"fde.errors", "fde.text"}


def test_tab_offers_the_commands_and_loads_none_of_them():
    modules, out = complete("fde", "s")
    assert out.splitlines() == ["plain,schema", "plain,skills", "plain,status"]
    assert not modules & (HEAVY | {"yaml"})
    assert not commands(modules)


def test_tab_behind_a_group_loads_that_group_alone_and_offers_its_commands():
    modules, out = complete("fde", "skills", "l")
    assert "plain,list" in out.splitlines()
    assert commands(modules) == {"fde.cli.skills"}
    assert not modules & HEAVY


def test_tab_behind_a_command_offers_json():
    _, out = complete("fde", "schema", "--j")
    assert out.splitlines() == ["plain,--json"]


def test_the_completion_script_is_printed_for_each_shell():
    for shell in ("zsh", "fish"):
        _, out = loaded(_FDE_COMPLETE=f"{shell}_source")
        assert "_FDE_COMPLETE" in out


def test_listing_the_skills_asks_no_library_of_a_model():
    modules, _ = loaded("skills", "list")
    assert not modules & (HEAVY - {"ssl"})


def test_the_probe_would_see_a_heavy_import():
    done = subprocess.run(
        [sys.executable, "-c", PROBE.replace("from fde", "import asyncio\nfrom fde"), "--version"],
        env={**os.environ, "PYTHONPATH": SEARCHED},
        capture_output=True,
        check=True,
        text=True,
    )
    assert "asyncio" in done.stderr.split()
