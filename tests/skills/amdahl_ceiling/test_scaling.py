"""Gustafson's law and the universal scalability law."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from skills.amdahl_ceiling.measured import skill

scaling, ceilings = skill.scaling, skill.ceilings


@given(st.floats(0, 1), st.floats(1, 1e4))
def test_gustafson_is_never_below_amdahl_since_it_answers_another_question(share, factor):
    assert scaling.gustafson(share, factor) >= ceilings.speed_up(share, factor) * (1 - 1e-9)


@given(st.floats(1, 1000))
def test_without_contention_and_coherence_workers_add_up(workers):
    assert scaling.usl(workers, 0, 0) == pytest.approx(workers)


@given(st.floats(1, 1e4), st.floats(0, 1))
def test_with_contention_alone_it_is_amdahls_law(workers, contention):
    assert scaling.usl(workers, contention, 0) == pytest.approx(ceilings.speed_up(1 - contention, workers))


@given(st.floats(0, 0.9), st.floats(1e-4, 0.05))
def test_nobody_does_more_than_the_best_number_of_workers(contention, coherence):
    best = max(scaling.usl_best(contention, coherence), 1)
    top = scaling.usl(best, contention, coherence)
    assert all(scaling.usl(max(best * part, 1), contention, coherence) <= top * (1 + 1e-12) for part in (0.8, 0.95, 1.05, 2))


def test_without_coherence_more_workers_always_do_more():
    assert scaling.usl_best(0.05, 0) == math.inf


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: scaling.gustafson(1.2, 5), "share: expected a share from zero to one, found 1.2"),
        (lambda: scaling.gustafson(0.5, 0), "factor: expected a number above zero, found 0"),
        (lambda: scaling.usl(0, 0.1, 0.1), "workers: expected one or more, found 0"),
        (lambda: scaling.usl(2, -0.1, 0.1), "contention: expected a number of zero or more, found -0.1"),
        (lambda: scaling.usl_best(2, 0.1), "contention: expected a share from zero to one, found 2"),
    ],
)
def test_what_has_no_meaning_is_refused_in_a_sentence(call, said):
    with pytest.raises(ValueError) as refused:
        call()
    assert str(refused.value) == said
