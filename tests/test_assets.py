from __future__ import annotations

import pytest

from fde import assets as module
from fde.assets import assets


@pytest.fixture(name="package")
def _package(tmp_path, monkeypatch):
    """A package folder of its own with nothing around it."""
    folder = tmp_path / "fde"
    folder.mkdir()
    monkeypatch.setattr(module, "PACKAGE", folder)
    return folder


def test_a_wheels_folder_inside_the_package_is_found(package):
    (package / "skills").mkdir()
    assert assets("skills") == package / "skills"


def test_a_checkouts_neighbour_is_found(package):
    (package.parent / "skills").mkdir()
    assert assets("skills") == package.parent / "skills"


def test_the_packages_own_folder_comes_before_a_stray_neighbour(package):
    (package / "skills").mkdir()
    (package.parent / "skills").mkdir()
    assert assets("skills") == package / "skills"


@pytest.mark.parametrize("kind", ["skills", "prompts", "examples"])
def test_every_kind_is_there_as_this_fde_is_installed(kind):
    assert assets(kind).is_dir()
    assert any(assets(kind).iterdir())
