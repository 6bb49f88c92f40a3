from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Door


def test_an_unknown_command_gets_a_suggestion(fde: Door) -> None:
    result = fde("skils")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("fde: No such command 'skils'. Did you mean 'skills'?\n")
