"""Where the skills, prompts and examples are that come with `fde`.

A wheel carries them inside the package; in a checkout, in its zip and so in an editable install they are the package's neighbours.
"""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def assets(kind: str) -> Path:
    """Return the folder *kind*, which is "skills", "prompts" or "examples"; it need not exist."""
    # Not importlib.resources: pip always unpacks, and its import alone costs 18 ms.
    packaged = PACKAGE / kind
    return packaged if packaged.is_dir() else PACKAGE.parent / kind
