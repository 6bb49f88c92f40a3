"""How what the client's page does not show is told to ourselves: with the true reason, as text and as JSON.

On the client's page nothing is said of it.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..page.cleared import Withheld


def withheld_lines(items: Iterable[Withheld]) -> list[str]:
    """Return a line for each item; none if the client sees everything."""
    told = {True: "not on the client's page", False: "not whole on the client's page"}
    return [f"{told[item.is_whole]}  {item.id}, {item.what}: {item.reason}" for item in items]


def withheld_records(items: Iterable[Withheld]) -> list[dict[str, Any]]:
    """Return the items as `--json` lists them: id, what, is_whole, reason."""
    return [asdict(item) for item in items]
