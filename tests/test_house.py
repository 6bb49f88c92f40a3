"""The house's own rules, held over the source: who may import whom, who may look at the world, how long a function is.

What loads when a command runs is in test_startup.py; what a wheel carries in test_packaging.py.
"""

from __future__ import annotations

import ast
import statistics
import sys
from functools import cache
from pathlib import Path

import pytest

import fde as package
from fde.assets import assets

FDE = Path(package.__file__).parent
SKILLS = assets("skills")
GUARD = "cli/__init__.py"

# Arrows run one way: a room may import from those it names, and from the modules beside the rooms.
ROOMS = {
    "cli": {"morning", "runner", "skillset", "page", "models", "engagement", "portable"},
    "morning": {"runner", "skillset", "page", "models", "engagement", "portable"},
    "runner": {"skillset", "page", "models", "engagement", "portable"},
    "skillset": {"engagement", "portable"},
    "page": {"engagement", "portable"},
    "models": {"engagement", "portable"},
    "engagement": {"portable"},
    "portable": set(),
}
BESIDE = {"errors": set(), "assets": set(), "text": {"errors"}, "settings": {"errors"}, "frontmatter": {"errors", "portable"}}
HEAVY = {"anthropic", "openai", "genai_prices", "httpx", "httpx2", "pydantic"}
# They build on a heavy library's own classes, and are loaded as late as it is.
LATE = {"models/wire.py", "models/retry.py"}

# Who looks at the world outside of `cli`, each with its reason. A clock that only tells how long something takes is none.
WORLD = {
    ("settings.py", "os.environ"): "the one place that reads our own variables, and only as a default",
    ("engagement/files.py", "datetime.now"): "who holds the lock, and since when, for a person to read",
    ("engagement/files.py", "time.time"): "how old a file is that a killed process has left",
    ("models/environment.py", "os.environ"): "an SDK's own variables are taken out of its sight",
    ("engagement/twins.py", "os.environ"): "PATH alone is handed on to the converter",
    ("runner/measure.py", "os.environ"): "PATH alone is handed on to a skill's script",
    ("models/faults.py", "datetime.now"): "how long to wait until a date, where the server tells no time of its own",
    ("portable/entry.py", "datetime.now"): "a bare skill's own command line",
}
LOOKS = {
    *(("datetime", name) for name in ("now", "utcnow", "today")),
    ("date", "today"),
    *(("time", name) for name in ("time", "time_ns", "localtime", "gmtime", "ctime")),
    *(("os", name) for name in ("environ", "getenv", "getcwd")),
    ("Path", "home"),
    ("Path", "cwd"),
}
PRINTS = {"portable/entry.py", "portable/form.py"}  # a bare skill's own command lines


@cache
def modules():
    """Every module of the package: its name below `fde/`, and its tree."""
    return {path.relative_to(FDE).as_posix(): ast.parse(path.read_bytes()) for path in sorted(FDE.rglob("*.py")) if not below_assets(path)}


def below_assets(path):
    """Say whether *path* is of a skill: a wheel carries those inside the package."""
    return path.relative_to(FDE).parts[0] in ("skills", "examples", "prompts")


@cache
def scripts():
    """Every script of our skills, without the copies of `portable`."""
    found = (path for path in sorted(SKILLS.rglob("scripts/**/*.py")) if "_portable" not in path.parts)
    return {path.relative_to(SKILLS).as_posix(): ast.parse(path.read_bytes()) for path in found}


def imports(tree, name=""):
    """Every module that *tree* imports, those of the package as `room.module` or `module`."""
    here = ["fde", *Path(name).parts[:-1]]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(here[: len(here) - node.level + 1]) if node.level else ""
            base = ".".join(filter(None, (above, node.module)))
            # `from ..engagement import files` names the room, `from .. import frontmatter` the package.
            yield from (f"{base}.{alias.name}" for alias in node.names)


def own(tree, name):
    """The first part below `fde` of each import of our own, but for those within one room."""
    first = {found.split(".")[1] for found in imports(tree, name) if found.startswith("fde.") and found != "fde.__version__"}
    return first - {Path(name).parts[0].removesuffix(".py")}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_those_below_it(room):
    allowed = ROOMS[room] | (set() if room == "portable" else set(BESIDE))
    wrong = {name: extra for name, tree in modules().items() if name.startswith(f"{room}/") and (extra := own(tree, name) - allowed)}
    assert wrong == {}


@pytest.mark.parametrize("name", BESIDE)
def test_what_stands_beside_the_rooms_imports_none_of_them(name):
    assert own(modules()[f"{name}.py"], f"{name}.py") <= BESIDE[name]


def test_every_folder_of_the_package_is_a_room():
    found = {name.partition("/")[0] for name in modules() if "/" in name}
    assert found <= set(ROOMS)
    assert {name.removesuffix(".py") for name in modules() if "/" not in name} == {*BESIDE, "__init__", "__main__"}


def test_what_is_copied_into_a_skill_and_a_skills_own_scripts_need_the_standard_library_alone():
    portable = {name: tree for name, tree in modules().items() if name.startswith("portable/")}
    foreign = {(name, found.partition(".")[0]) for name, tree in portable.items() for found in imports(tree, name)}
    for name, tree in scripts().items():
        beside = {path.stem for path in (SKILLS / name).parent.iterdir()}
        foreign |= {(name, first) for found in imports(tree) if (first := found.partition(".")[0]) not in beside}
    assert {(name, first) for name, first in foreign if first not in {*sys.stdlib_module_names, "fde"}} == set()
    assert {name for name, first in foreign if first == "fde" and name in scripts()} == set()


def outermost(tree):
    """What runs when a module is imported: everything outside of functions and of `if TYPE_CHECKING`."""
    pending = list(tree.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)):
            continue
        yield node
        pending.extend(ast.iter_child_nodes(node))


def test_no_module_loads_a_heavy_library_when_it_is_imported():
    late = {f"fde.{name.removesuffix('.py').replace('/', '.')}" for name in LATE}
    loaded = {
        (name, found)
        for name, tree in modules().items()
        for node in outermost(tree)
        if name not in LATE and isinstance(node, ast.Import | ast.ImportFrom)
        for found in imports(ast.Module([node], []), name)
    }
    assert {(name, found) for name, found in loaded if found.partition(".")[0] in HEAVY or ".".join(found.split(".")[:3]) in late} == set()


def test_only_the_one_guard_takes_every_error():
    blanket = [
        f"{name}:{node.lineno}"
        for name, tree in (modules() | scripts()).items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and name != GUARD
        if node.type is None or {"Exception", "BaseException"} & {part.id for part in ast.walk(node.type) if isinstance(part, ast.Name)}
    ]
    assert blanket == []


def test_only_the_command_line_prints():
    said = [
        f"{name}:{node.lineno}"
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("print", "input")
        if not name.startswith("cli/") and name not in PRINTS
    ]
    assert said == []


def test_only_the_command_line_looks_at_the_clock_and_the_environment():
    found = {
        (name, f"{node.value.id}.{node.attr}")
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and (node.value.id, node.attr) in LOOKS
        if not name.startswith("cli/")
    }
    assert found == set(WORLD)


def test_functions_are_short():
    lengths = [
        (node.end_lineno or 0) - node.lineno + 1
        for tree in (modules() | scripts()).values()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert statistics.median(lengths) <= 12
    assert statistics.quantiles(lengths, n=10)[-1] <= 35


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("from ..engagement import files", {"fde.engagement.files"}),
        ("from .. import frontmatter", {"fde.frontmatter"}),
        ("from .skill import Skill, read", {"fde.page.skill.Skill", "fde.page.skill.read"}),
        ("def f():\n    import openai.types", {"openai.types"}),
    ],
)
def test_the_look_at_imports_sees_each_kind(source, seen):
    assert set(imports(ast.parse(source), "page/page.py")) == seen


def test_the_look_at_what_is_loaded_passes_over_functions_and_types():
    tree = ast.parse("import a\nif TYPE_CHECKING:\n    import b\ntry:\n    import c\nexcept ImportError:\n    pass\ndef f():\n    import d\n")
    assert {found for node in outermost(tree) if isinstance(node, ast.Import) for found in imports(ast.Module([node], []))} == {"a", "c"}
