"""`fde skills` and `fde tool`, through the door that a person uses."""

from __future__ import annotations

import shlex
import subprocess
import sys
from itertools import chain

import pytest
import small
from skillset.folders import DESCRIPTION, FACTS, make_skill, prints

from fde.errors import Exit
from fde.settings import config_folder
from fde.skillset.trust import digest


@pytest.fixture
def yours():
    return config_folder() / "skills"


def row(fde, name, *more):
    return next(line.split() for line in fde("skills", "list", *more).out.splitlines() if line.startswith(name))


def test_list_says_name_version_origin_trust_and_purpose(fde, yours):
    make_skill(yours)
    assert row(fde, "order-count") == [
        "order-count",
        "1.0.0",
        "user",
        "not",
        "trusted",
        "yet",
        "Counts",
        "the",
        "orders.",
    ]


def test_list_names_a_broken_skill_with_its_reason_and_exits_0(fde, yours):
    make_skill(yours)
    folder = make_skill(yours, "broken", head="name: broken\n")
    ended = fde("skills", "list", "--json")
    assert (ended.code, ended.json["status"]) == (0, "ok")
    assert [item for item in ended.json["data"]["broken"] if item["name"] == "broken"] == [
        {
            "name": "broken",
            "origin": "user",
            "code": "broken-skill",
            "message": "This skill cannot be used: the key 'description' is missing.",
            "where": str(folder / "SKILL.md"),
        }
    ]
    assert row(fde, "broken")[:4] == ["broken", "-", "user", "broken"]


def test_list_says_so_when_the_record_of_trust_cannot_be_read(fde, yours):
    make_skill(yours)
    (config_folder() / "trusted.json").write_text("{")
    ended = fde("skills", "list", "--json")
    assert ended.code == 0
    assert ended.json["data"]["skills"][-1]["trust"].startswith("unknown: ")


def test_list_finds_the_engagements_skills_from_below_and_with_dir(fde, tmp_path):
    make_skill(tmp_path / "acme" / "skills")
    (tmp_path / "acme" / "engagement.md").touch()
    (tmp_path / "acme" / "evidence").mkdir()
    assert "engagement" in row(fde, "order-count", "--dir", tmp_path / "acme" / "evidence")
    assert "order-count" not in fde("skills", "list", cwd=tmp_path).out


def test_list_loads_no_template_engine_and_no_model(yours):
    make_skill(yours)
    code = "import sys\nfrom fde.cli import main\ntry: main(['skills', 'list'])\nfinally: print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    assert "order-count" in done.stdout
    assert not loaded & {
        "jinja2",
        "anthropic",
        "openai",
        "pydantic",
        "httpx",
        "httpx2",
        "asyncio",
        "importlib.metadata",
    }


def test_show_says_what_a_skill_is_for_what_it_reads_and_where_it_is(fde, yours):
    driver = {"measure": "scripts/measure.py", "evidence": ["orders/*.csv"], "words": ["interviews/**"]}
    folder = make_skill(yours, script=prints(FACTS), driver=driver)
    lines = fde("skills", "show", "order-count").out.splitlines()
    assert lines[:2] == ["order-count 1.0.0", DESCRIPTION]
    assert "measures  scripts/measure.py, which reads evidence/orders/*.csv" in lines
    assert "reads     evidence/interviews/**" in lines
    assert f"folder    {folder}" in lines
    assert lines[-3:] == ["  SKILL.md", "  assets/fde.json", "  scripts/measure.py"]


def test_show_gives_programs_the_same(fde, yours):
    folder = make_skill(yours, script=prints(FACTS))
    data = fde("skills", "show", "order-count", "--json").json["data"]
    assert (data["name"], data["measure"], data["evidence"]) == ("order-count", "scripts/measure.py", ["orders/*.csv"])
    assert (data["folder"], data["trust"]) == (str(folder), "not trusted yet")


def test_a_misspelt_name_is_answered_with_the_nearest(fde, yours):
    make_skill(yours)
    ended = fde("skills", "show", "order-cuont")
    assert ended.code == Exit.INPUT
    assert "Did you mean order-count?" in ended.err


def test_trust_says_what_it_remembers(fde, yours):
    folder = make_skill(yours)
    ended = fde("skills", "trust", "order-count")
    assert (ended.code, ended.out) == (0, f"order-count is trusted as it is in {folder}: {digest(folder)}\n")
    assert row(fde, "order-count")[3] == "trusted"


def test_a_dry_run_of_trust_remembers_nothing(fde, yours):
    make_skill(yours)
    assert "would be trusted" in fde("skills", "trust", "order-count", "--dry-run").out
    assert not (config_folder() / "trusted.json").exists()


def tool(fde, yours, script, *args):
    make_skill(yours, script=script)
    assert fde("skills", "trust", "order-count").code == 0
    return fde("tool", "order-count", *args)


def test_tool_hands_everything_behind_the_name_on_as_it_is(fde, yours):
    ended = tool(fde, yours, "import sys; print(sys.argv[1:])", "facts", "--help", "--json", "-x", "--", "--dir", "a b")
    assert (ended.code, ended.out) == (0, "['facts', '--help', '--json', '-x', '--', '--dir', 'a b']\n")


@pytest.mark.parametrize("code", [0, 1, 2, 3])
def test_tool_exits_as_the_script_does(fde, yours, code):
    ended = tool(fde, yours, f"raise SystemExit({code})")
    assert (ended.code, ended.out, ended.err) == (code, "", "")


@pytest.mark.parametrize(
    "script", ["raise SystemExit(9)", "import os; os.kill(os.getpid(), 15)", "raise SystemExit(70)"]
)
def test_tool_turns_a_code_without_a_meaning_into_3_and_a_sentence(fde, yours, script):
    ended = tool(fde, yours, script)
    assert ended.code == Exit.INPUT
    assert "which has no meaning here" in ended.err


def test_tool_reads_where_the_person_stands_and_knows_no_key(fde, yours, monkeypatch, tmp_path):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-secret")
    monkeypatch.chdir(tmp_path)
    ended = tool(fde, yours, "import os; print(os.getcwd(), 'HOME' in os.environ, 'ANTHROPIC_API_KEY' in os.environ)")
    assert ended.out == f"{tmp_path} True False\n"


def test_tool_of_instructions_says_that_there_is_no_script(fde, yours):
    make_skill(yours)
    ended = fde("tool", "order-count")
    assert (ended.code, "has no script" in ended.err) == (Exit.INPUT, True)


def test_tool_with_json_before_the_name_gives_one_envelope(fde, yours):
    make_skill(yours, script="import sys; print('text'); print('note', file=sys.stderr); sys.exit(1)")
    assert fde("skills", "trust", "order-count").code == 0
    ended = fde("tool", "--json", "order-count")
    assert (ended.code, ended.json["status"]) == (1, "findings")
    assert ended.json["data"] == {"exit": 1, "passed": {}, "stdout": "text\n", "stderr": "note\n"}


HEAD = "---\nfde: 1\nname: acme\ntimezone: Europe/Berlin\nworking_hours: Mon-Thu 08:00-16:00\nholidays: [2026-01-01, 2026-01-06]\nrate_per_hour: 42\n---\n"
TAKES = {"measure": "scripts/measure.py", "context": ["working_hours", "rate_per_hour"], "commands": {"compare": ["working_hours", "holidays"]}}
ZONE, HOURS, DAYS = ["--tz", "Europe/Berlin"], ["--working-hours", "Mon-Thu 08:00-16:00"], ["--holidays", "2026-01-01,2026-01-06"]


@pytest.fixture(name="acme")
def _acme(fde, yours, tmp_path):
    """An engagement, and a skill that prints where it runs and with what."""
    make_skill(yours, script="import os, sys; print(os.getcwd(), *sys.argv[1:], sep='\\n')", driver=TAKES)
    assert fde("skills", "trust", "order-count").code == 0
    (tmp_path / "acme/answers").mkdir(parents=True)
    (tmp_path / "acme/engagement.md").write_text(HEAD)
    return tmp_path / "acme"


@pytest.mark.parametrize(
    ("given", "passed"),
    [
        (["compare", "--split", "2026-03-01"], [*ZONE, *HOURS, *DAYS]),
        (["compare", "--tz", "UTC"], [*HOURS, *DAYS]),
        (["compare", "--working-hours=Mon-Fri 09:00-17:00", "--holidays", ""], ZONE),
        (["facts", "--evidence", "evidence"], [*ZONE, *HOURS, "--rate-per-hour", "42"]),
        (["facts", "--", "--tz", "UTC"], [*ZONE, *HOURS, "--rate-per-hour", "42"]),
        (["compare", "--help"], []),
        (["what-if", "--set", "ci=3x"], []),
        ([], []),
    ],
)
def test_tool_hands_on_what_the_engagement_says_and_the_command_takes_and_tells_it(fde, acme, given, passed):
    ended = fde("tool", "order-count", *given, cwd=acme)
    assert ended.out.splitlines() == [str(acme), *given[:1], *passed, *given[1:]]
    assert ended.err == (f"fde: from engagement.md: {shlex.join(passed)}\n" if passed else "")
    assert list(chain(*fde("tool", "--json", "order-count", *given, cwd=acme).json["data"]["passed"].items())) == passed


def test_tool_in_a_folder_of_the_engagement_runs_in_the_engagement_and_means_the_same_files(fde, acme, tmp_path):
    (acme / "answers/form.md").write_text("x")
    (tmp_path / "elsewhere.csv").write_text("x")
    for args, cwd in ((["--dir", acme], tmp_path), ([], acme / "answers")):
        given = ["what-if", "form.md", "../../elsewhere.csv", "elsewhere.csv", "artefacts/x.json", "--set", "a.b=3x"]
        ended = fde("tool", *args, "order-count", *given, cwd=cwd)
        assert ended.out.splitlines()[:2] == [str(acme), "what-if"]
        means = [acme / path for path in ended.out.splitlines()[2:6]]
        assert means[2 if args else 0].exists()
        assert means[2 if args else 1].read_text() == "x"
        assert ended.out.splitlines()[5:] == ["artefacts/x.json", "--set", "a.b=3x"]


def test_tool_does_not_measure_by_a_head_that_is_not_understood(fde, acme):
    (acme / "engagement.md").write_text(HEAD.replace("Berlin", "Atlantis"))
    assert "timezone: expected a zone" in fde("tool", "order-count", "compare", cwd=acme).err
    assert fde("tool", "order-count", "what-if", cwd=acme).code == 0


def test_our_skill_compares_in_the_engagements_hours(fde, tmp_path):
    root = tmp_path / "acme"
    small.write(root, "engagement.md", HEAD)
    small.write(root, "evidence/sessions/a.jsonl", "")
    ended = fde("tool", "amdahl-ceiling", "compare", "--evidence", "evidence", "--split", "2026-03-01", cwd=root)
    assert f"fde: from engagement.md: {shlex.join([*ZONE, *HOURS, *DAYS])}\n" in ended.err
    assert "unrecognized" not in ended.err
