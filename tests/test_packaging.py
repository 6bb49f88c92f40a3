"""Skills, prompts and examples are found however `fde` came here: as a wheel, an editable install, a zip or a checkout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import click
import pytest

pytestmark = pytest.mark.checkout

ROOT = Path(__file__).resolve().parents[1]
LIBRARIES = Path(click.__file__).parents[1]
MAKE = shutil.which("make")
KINDS = ("skills", "prompts", "examples")


def doctor(where, cwd, *, first=()):
    """Return what `fde doctor` found, run from the empty folder *cwd* with no environment but the search path."""
    path = os.pathsep.join(map(str, (*first, where, LIBRARIES)))
    done = subprocess.run(
        [sys.executable, "-m", "fde", "doctor", "--json"], env={"PYTHONPATH": path}, cwd=cwd, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    return json.loads(done.stdout)["data"]


def check_finds_all(found, folder):
    """Assert that every kind of asset lies below *folder* and is not empty."""
    for kind in KINDS:
        place = Path(found["assets"][kind])
        assert place.is_relative_to(folder)
        assert any(place.iterdir())


@pytest.fixture(name="empty")
def _empty(tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


@pytest.fixture(name="wheel", scope="session")
def _wheel(tmp_path_factory):
    """The wheel of this checkout, built without the network by the hatchling that is installed."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def test_from_a_wheel(wheel, tmp_path, empty):
    target = tmp_path / "target"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", str(target), str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    check_finds_all(doctor(target, empty), target / "fde")


def test_from_a_checkout_and_so_from_an_editable_install(empty):
    check_finds_all(doctor(ROOT, empty), ROOT)


def test_the_stale_copy_that_an_editable_install_leaves_behind_is_not_used(tmp_path, empty):
    (tmp_path / "fde" / "skills" / "stale").mkdir(parents=True)
    check_finds_all(doctor(ROOT, empty, first=[tmp_path]), ROOT)


def test_from_a_zip_of_the_repository(tmp_path, empty):
    if not (ROOT / ".git").exists():
        pytest.skip("this is no git checkout: there is no repository to make a zip of")
    archive = tmp_path / "repository.zip"
    subprocess.run(["git", "archive", "--format=zip", "-o", str(archive), "HEAD"], cwd=ROOT, check=True)
    # Python's zipfile, not unzip: it makes no links, as Windows does not.
    zipfile.ZipFile(archive).extractall(tmp_path / "unpacked")
    check_finds_all(doctor(tmp_path / "unpacked", empty), tmp_path / "unpacked")


def test_the_wheel_carries_every_file_of_the_repository_that_fde_reads_byte_for_byte(wheel):
    if not (ROOT / ".git").exists():
        pytest.skip("this is no git checkout: nobody says which files belong to it")
    listed = subprocess.run(["git", "ls-files", "-z", *KINDS, "fde"], cwd=ROOT, check=True, capture_output=True)
    kept = {name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()}
    carried = zipfile.ZipFile(wheel)
    inside = {name if name.startswith("fde/") else f"fde/{name}": name for name in kept}
    assert inside.keys() <= set(carried.namelist())
    # So that the tests of the skills need not run again on the wheel.
    assert [name for packed, name in inside.items() if carried.read(packed) != (ROOT / name).read_bytes()] == []


def test_the_wheel_carries_nothing_compiled_and_nothing_of_the_tests(wheel):
    carried = zipfile.ZipFile(wheel).namelist()
    assert [name for name in carried if "cache" in name or name.endswith((".pyc", ".DS_Store"))] == []
    assert {name.split("/")[0] for name in carried if ".dist-info/" not in name} == {"fde"}


def test_the_wheel_carries_the_licence_and_the_command(wheel):
    archive = zipfile.ZipFile(wheel)
    (entry,) = (name for name in archive.namelist() if name.endswith("entry_points.txt"))
    assert "fde = fde.cli:main" in archive.read(entry).decode()
    assert any(name.endswith("licenses/LICENSE") for name in archive.namelist())


def test_the_wheel_says_that_it_has_types(wheel):
    assert "fde/py.typed" in zipfile.ZipFile(wheel).namelist()


def test_scripts_stay_executable_in_the_repository():
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


@pytest.fixture(name="bare")
def _bare(tmp_path):
    """A copy of the Makefile beside a PATH on which a test puts all there is."""
    (tmp_path / "bin").mkdir()
    for name in ("Makefile", "pyproject.toml"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())

    def make(target, **programs):
        for name, script in programs.items():
            path = tmp_path / "bin" / name.replace("_", ".")
            path.write_text(f"#!/bin/sh\n{script}\n")
            path.chmod(0o755)
        env = {"PATH": str(tmp_path / "bin"), "PIP_NO_INDEX": "1"}
        return subprocess.run([MAKE, target], cwd=tmp_path, env=env, capture_output=True, check=False, text=True)

    return make


needs_make = pytest.mark.skipif(MAKE is None, reason="make is not installed")


@needs_make
def test_make_says_in_one_line_what_to_install_if_there_is_no_python(bare):
    done = bare("demo", python3_12="exit 127", python3="exit 1")
    assert done.returncode == 2
    assert done.stderr.startswith("fde: no usable Python found: install Python 3.11 or newer with its venv module")
    assert done.stderr.splitlines()[1].startswith("make: ***")


@needs_make
def test_make_passes_over_a_shim_and_over_a_python_without_venv(bare, tmp_path):
    real = f'exec "{sys.executable}"'
    done = bare(
        "demo",
        python3_14="echo no such version >&2; exit 127",
        python3_13=f'case "$1" in -m) exit 1;; *) {real} "$@";; esac',
        python3_12=f'case "$1" in -m) {real} "$@";; *) echo asked > "{tmp_path}/asked"; {real} "$@";; esac',
    )
    assert (tmp_path / "asked").exists()
    assert (tmp_path / ".venv" / "bin" / "python").exists(), done.stderr
    assert "no usable Python" not in done.stderr
