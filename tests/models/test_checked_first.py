"""No SDK is loaded before every check has passed, and none at all where nobody is asked."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import small
from small import NOW, SKILL

HEAVY = {"anthropic", "openai", "httpx2", "pydantic", "genai_prices"}


@pytest.fixture(name="loaded")
def _loaded(tmp_path):
    """Run a command line in a process of its own and return which of the heavy packages it loaded, and its exit code."""
    acme = small.engagement(tmp_path)

    def call(*args, head="", **environment):
        if head:
            path = acme / "engagement.md"
            path.write_text(path.read_text().replace("---\n", f"---\n{head}\n", 1))
        command = [sys.executable, "-X", "importtime", "-m", "fde", *args]
        ended = subprocess.run(
            command, cwd=acme, env={**os.environ, "FDE_NOW": NOW, **environment}, capture_output=True, text=True, check=False
        )
        names = {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines() if line.startswith("import time:")}
        return names & HEAVY, ended.returncode

    return call


@pytest.mark.parametrize("model", ["anthropic/claude-opus-5-5", "openai/gpt-6.1-terra", "strong"])
def test_what_is_not_allowed_loads_no_sdk(loaded, model):
    assert loaded("run", SKILL, "--model", model, ANTHROPIC_API_KEY="sk-ant-x", OPENAI_API_KEY="sk-x") == (set(), 4)


def test_what_is_allowed_and_not_confirmed_loads_no_sdk(loaded):
    head = "models: [anthropic@api.anthropic.com]"
    assert loaded("run", SKILL, "--model", "strong", head=head, ANTHROPIC_API_KEY="sk-ant-x") == (set(), 4)


@pytest.mark.parametrize("args", [(), ("--model", "none"), ("--model", "replay/good.json")], ids=["nobody", "none", "replay"])
def test_where_nobody_is_asked_no_sdk_is_loaded(loaded, args):
    assert loaded("run", SKILL, *args) == (set(), 0)


def test_a_dry_run_prices_the_request_and_loads_no_sdk(loaded):
    packages, code = loaded("run", SKILL, "--model", "strong", "--dry-run")
    assert code == 0
    assert not packages & {"anthropic", "openai"}
