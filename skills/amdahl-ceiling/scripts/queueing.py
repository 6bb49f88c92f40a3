"""Queues: how long work waits in front of those who do it, from how busy they are and how much it varies.

All are of a long steady state: arrivals that stay the same, no one who gives up, nobody let in first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import given


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A queue in its steady state; times in the unit of the rates.

    Attributes:
        utilisation: The share of time for which each server is busy.
        wait: Mean time before service begins.
        time: Mean time with service.
        waiting: Mean number that wait.
    """

    utilisation: float
    wait: float
    time: float
    waiting: float


def open_cases(arrivals: float, time: float) -> float:
    """How many cases are open on average, L = lambda W (Little 1961, Operations Research 9(3)).

    *arrivals* a unit of time, *time* each spends, in that unit. Laid beside the number that really are open it checks the
    data: far fewer expected than counted means that old cases were never closed, or that a time is measured too short.

    >>> open_cases(8, 1.5)
    12.0

    Raises:
        ValueError: a value is negative.
    """
    given.not_negative(arrivals=arrivals, time=time)
    return arrivals * time


def mm1(arrivals: float, rate: float) -> Queue:
    """One server, random arrivals, exponential service (M/M/1; Erlang 1909, as in Kleinrock 1975).

    Wq = rho / (mu - lambda), W = 1 / (mu - lambda).

    >>> [(round(q.wait, 10), round(q.time, 10)) for q in (mm1(0.6, 1), mm1(0.9, 1), mm1(0.95, 1))]
    [(1.5, 2.5), (9.0, 10.0), (19.0, 20.0)]

    Raises:
        ValueError: a rate is not above zero, or as many arrive as can be served.
    """
    return _queue(arrivals, rate, 1, utilisation(arrivals, rate) / (rate - arrivals))


def mm1_time_within(arrivals: float, rate: float, share: float) -> float:
    """The time that *share* of the cases do not exceed in an M/M/1 queue, -ln(1 - share) / (mu - lambda).

    >>> round(mm1_time_within(0.9, 1, 0.95), 10)
    29.9573227355

    Raises:
        ValueError: as `mm1`, or *share* is not between zero and one.
    """
    given.inner_share(share=share)
    return -math.log1p(-share) * mm1(arrivals, rate).time


def mmc(arrivals: float, rate: float, servers: int) -> Queue:
    """Several equal servers with one queue, random arrivals, exponential service (M/M/c; Erlang 1917).

    Wq = C / (c mu - lambda), with C from `erlang_c`.

    >>> [round(mmc(*case).wait, 7) for case in ((2, 1, 3), (2.7, 1, 3), (6, 2.5, 3))]
    [0.4444444, 2.7235367, 0.4314607]
    >>> round(mmc(2.7, 1, 3).time, 7), round(mmc(2.7, 1, 3).waiting, 7)
    (3.7235367, 7.3535492)

    Raises:
        ValueError: as `mm1`, or *servers* is not one or more.
    """
    return _queue(arrivals, rate, servers, erlang_c(arrivals, rate, servers) / (servers * rate - arrivals))


def erlang_c(arrivals: float, rate: float, servers: int) -> float:
    """The chance that an arrival has to wait in an M/M/c queue (Erlang 1917).

    >>> [round(erlang_c(*case), 7) for case in ((2, 1, 3), (2.7, 1, 3), (6, 2.5, 3))]
    [0.4444444, 0.817061, 0.647191]

    Raises:
        ValueError: as `mmc`.
    """
    busy, offered, blocked = utilisation(arrivals, rate, servers), arrivals / rate, 1.0
    # By Erlang B, server by server: factorials overflow with a hundred of them.
    for server in range(1, servers + 1):
        blocked = offered * blocked / (server + offered * blocked)
    return blocked / (1 - busy * (1 - blocked))


def mg1_wait(arrivals: float, service: float, cs2: float) -> float:
    """Mean wait for one server, random arrivals, any service (M/G/1; Pollaczek 1930, Khinchine 1932).

    Wq = lambda E[S^2] / (2 (1 - rho)); *service* is the mean, *cs2* its squared coefficient of variation.

    >>> [mg1_wait(0.5, 1, cs2) for cs2 in (0, 1, 4)]
    [0.5, 1.0, 2.5]

    Raises:
        ValueError: a value is negative, or as many arrive as can be served.
    """
    given.positive(service=service)
    given.not_negative(cs2=cs2)
    busy = utilisation(arrivals, 1 / service)
    return arrivals * (1 + cs2) * service**2 / (2 * (1 - busy))


def kingman_wait(busy: float, service: float, *, ca2: float, cs2: float, servers: int = 1) -> float:
    """About how long work waits, Wq = rho^(sqrt(2(c+1)) - 1) / (c (1 - rho)) (ca2 + cs2)/2 tau.

    Kingman 1961 for one server, Sakasegawa 1977 for several (the VUT equation of Hopp and Spearman, Factory Physics). *busy*
    is the utilisation, *service* the mean tau, *ca2* and *cs2* squared coefficients of variation of arrivals and service.

    Exact for one server with random arrivals (*ca2* = 1), else biased upwards: by 6 % at (.9, ca2 = cs2 = .5), by 18 % for
    bursts (.8, ca2 = 4, where a simulation gives 8.494 and not 10). Several servers: 2.7493 where M/M/3 has 2.7235.

    >>> [round(kingman_wait(b, 1, ca2=a, cs2=s), 6) for b, a, s in ((0.8, 1, 1), (0.9, 1, 2.25), (0.9, 0.5, 0.5), (0.8, 4, 1))]
    [4.0, 14.625, 4.5, 10.0]
    >>> round(kingman_wait(0.9, 1, ca2=1, cs2=1, servers=3), 7)
    2.7492517

    Raises:
        ValueError: *busy* is not below one, a value is negative, or *servers* is not one or more.
    """
    given.below_one(utilisation=busy)
    given.not_negative(service=service, ca2=ca2, cs2=cs2)
    given.at_least_one(servers=servers)
    crowding: float = busy ** (math.sqrt(2 * (servers + 1)) - 1) / (servers * (1 - busy))
    return crowding * (ca2 + cs2) / 2 * service


def utilisation(arrivals: float, rate: float, servers: int = 1) -> float:
    """The share of time for which each server is busy, lambda / (c mu).

    >>> utilisation(6, 2.5, 3)
    0.8

    Raises:
        ValueError: a rate is not above zero, *servers* is not one or more, or as many arrive as can be served.
    """
    given.positive(rate=rate)
    given.not_negative(arrivals=arrivals)
    given.at_least_one(servers=servers)
    busy = arrivals / (servers * rate)
    if busy >= 1:
        raise ValueError(f"expected fewer arrivals than {servers * rate:g}, which can be served, found {arrivals:g}: the queue would never end")
    return busy


def _queue(arrivals: float, rate: float, servers: int, wait: float) -> Queue:
    return Queue(utilisation=utilisation(arrivals, rate, servers), wait=wait, time=wait + 1 / rate, waiting=open_cases(arrivals, wait))
