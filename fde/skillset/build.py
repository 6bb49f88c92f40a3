"""Copy what several skills need into each of ours that measures: `fde/portable/` and the schemas, as `scripts/_portable/`.

`make skills` runs it; with `--check` it writes nothing and names each file that differs, which a test does too.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ..assets import PACKAGE, assets
from ..engagement.files import make_folder, replace

FIRST_LINE = b"# Generated from fde/portable by make skills. Do not edit.\n"
COPY = "scripts/_portable"

# What makes a skill one that measures or writes, and so one that needs the copy.
NEEDS = ("scripts/artefact.py", "assets/fde.json")


def copies(package: Path) -> dict[str, bytes]:
    """Return what a skill's `_portable/` must hold, as bytes by name: each module and each schema of *package*."""
    modules = sorted((package / "portable").glob("*.py"))
    schemas = sorted((package / "schemas").glob("*.json"))
    return {
        **{path.name: FIRST_LINE + path.read_bytes() for path in modules},
        **{f"schemas/{path.name}": path.read_bytes() for path in schemas},
    }


def drift(skills: Path, wanted: dict[str, bytes]) -> list[Path]:
    """Return each file under *skills* that is missing, differs from *wanted* or has no origin any more."""
    return [
        path
        for folder in _folders(skills)
        for path, content in _changes(folder, wanted).items()
        if content != _read(path)
    ]


def build(skills: Path, wanted: dict[str, bytes]) -> list[Path]:
    """Make every copy under *skills* what *wanted* says and return the files that had to change."""
    changed = drift(skills, wanted)
    contents = {path: content for folder in _folders(skills) for path, content in _changes(folder, wanted).items()}
    for path in changed:
        content = contents[path]
        if content is None:
            path.unlink()
        else:
            make_folder(path.parent)
            replace(path, content)
    return changed


def main(argv: list[str]) -> int:
    """Build the copies, or with `--check` name those that differ. Returns 0, 1 (they differ) or 2 (usage)."""
    if argv not in ([], ["--check"]):
        sys.stderr.write("usage: python -m fde.skillset.build [--check]\n")
        return 2
    skills, wanted = assets("skills"), copies(PACKAGE)
    paths = drift(skills, wanted) if argv else build(skills, wanted)
    sys.stdout.writelines(f"{path.relative_to(skills.parent).as_posix()}\n" for path in paths)
    if argv and paths:
        sys.stderr.write("These differ from fde/portable and fde/schemas. `make skills` writes them anew.\n")
        return 1
    return 0


def _folders(skills: Path) -> list[Path]:
    return [folder / COPY for folder in sorted(skills.iterdir()) if any((folder / name).is_file() for name in NEEDS)]


def _changes(folder: Path, wanted: dict[str, bytes]) -> dict[Path, bytes | None]:
    """Return what each file of the copy in *folder* should hold; None for one that should not be there."""
    there = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".pyc"]
    left_over = [path for path in there if path.relative_to(folder).as_posix() not in wanted]
    return {folder / name: content for name, content in wanted.items()} | dict.fromkeys(left_over)


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
