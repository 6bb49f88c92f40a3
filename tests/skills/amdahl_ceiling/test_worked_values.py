"""Every formula gives the worked value that its docstring shows, to the digits that stand there."""

from __future__ import annotations

import doctest

import pytest
from skills.amdahl_ceiling.measured import skill

FORMULAS = "beta ceilings gates induced network queueing rework scaling series throughput threepoint uncertain".split()


@pytest.mark.parametrize("name", FORMULAS)
def test_the_worked_values_of_a_module_are_what_it_computes(name):
    found = doctest.testmod(getattr(skill, name))
    assert found.attempted > 0
    assert found.failed == 0
