"""Queues: the exact ones against each other, and how far the approximation may be off."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from skills.amdahl_ceiling.measured import skill

queues = skill.queueing
rates = st.floats(0.01, 100)
loads = st.floats(0.001, 0.99)


@given(loads, rates)
def test_several_servers_of_whom_there_is_one_are_one_server(load, rate):
    one, several = queues.mm1(load * rate, rate), queues.mmc(load * rate, rate, 1)
    assert (several.wait, several.time, several.waiting) == pytest.approx((one.wait, one.time, one.waiting))


@given(loads, rates)
def test_exponential_service_is_the_general_formula_with_a_variation_of_one(load, rate):
    wait = queues.mm1(load * rate, rate).wait
    assert queues.mg1_wait(load * rate, 1 / rate, 1) == pytest.approx(wait)
    assert queues.kingman_wait(load, 1 / rate, ca2=1, cs2=1) == pytest.approx(wait)


@given(loads, rates, st.floats(0, 20))
def test_for_one_server_and_random_arrivals_kingman_is_exact(load, service, cs2):
    exact = queues.mg1_wait(load / service, service, cs2)
    assert queues.kingman_wait(load, service, ca2=1, cs2=cs2) == pytest.approx(exact)


@given(st.floats(0.5, 0.99), st.integers(1, 60))
def test_for_several_servers_kingman_is_near_the_exact_wait(load, servers):
    exact = queues.mmc(load * servers, 1, servers).wait
    assert abs(queues.kingman_wait(load, 1, ca2=1, cs2=1, servers=servers) - exact) <= 0.08 * exact + 0.02


@given(loads, loads, st.integers(1, 20))
def test_whoever_is_busier_lets_others_wait_longer(one, other, servers):
    low, high = sorted((one, other))
    assume(low < high)
    assert queues.mmc(low * servers, 1, servers).wait <= queues.mmc(high * servers, 1, servers).wait


@given(loads, st.integers(1, 20))
def test_one_queue_for_all_is_better_than_one_for_each(load, servers):
    assert queues.mmc(load * servers, 1, servers).wait <= queues.mm1(load, 1).wait * (1 + 1e-9)


@given(loads, rates, st.integers(1, 20))
def test_what_waits_is_what_arrives_times_how_long_it_waits(load, rate, servers):
    found = queues.mmc(load * rate * servers, rate, servers)
    assert found.waiting == pytest.approx(queues.open_cases(load * rate * servers, found.wait))


def test_hundreds_of_servers_overflow_nothing():
    assert 0 < queues.erlang_c(490, 1, 500) < 1


def test_the_time_of_nearly_all_is_far_above_the_mean():
    assert queues.mm1_time_within(0.9, 1, 0.95) == pytest.approx(29.9573227355, abs=1e-10)
    assert queues.mm1_time_within(0.9, 1, 1 - math.exp(-1)) == pytest.approx(queues.mm1(0.9, 1).time)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: queues.mm1(1, 1), "expected fewer arrivals than 1, which can be served, found 1: the queue would never end"),
        (lambda: queues.mmc(3, 1, 3), "expected fewer arrivals than 3, which can be served, found 3: the queue would never end"),
        (lambda: queues.mg1_wait(2, 1, 1), "expected fewer arrivals than 1, which can be served, found 2: the queue would never end"),
        (lambda: queues.mm1(-1, 1), "arrivals: expected a number of zero or more, found -1"),
        (lambda: queues.mm1(1, 0), "rate: expected a number above zero, found 0"),
        (lambda: queues.mmc(1, 1, 1.5), "servers: expected a whole number of one or more, found 1.5"),
        (lambda: queues.kingman_wait(1, 1, ca2=1, cs2=1), "utilisation: expected a number from zero up to, but not, one, found 1"),
        (lambda: queues.kingman_wait(0.5, 1, ca2=-1, cs2=1), "ca2: expected a number of zero or more, found -1"),
        (lambda: queues.open_cases(1, math.nan), "time: expected a number of zero or more, found nan"),
        (lambda: queues.mm1_time_within(0.5, 1, 1), "share: expected a share between zero and one, found 1"),
    ],
)
def test_what_has_no_meaning_is_refused_in_a_sentence(call, said):
    with pytest.raises(ValueError) as refused:
        call()
    assert str(refused.value) == said
