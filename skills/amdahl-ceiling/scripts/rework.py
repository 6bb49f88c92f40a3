"""Work that comes back: how often a stage is visited, and what one piece takes in all.

The stages are a chain in which each visit leads on with fixed chances; what leaves it is done.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import given

Moves = Mapping[str, Mapping[str, float]]
HARDLY = 1e-12  # a pivot below which nothing ever leaves


def visits(back: float) -> float:
    """How often a stage is visited if each time the chance to come back is *back*: 1 / (1 - p), a geometric mean.

    >>> round(visits(0.3), 7)
    1.4285714

    Raises:
        ValueError: *back* is not from zero up to one.
    """
    given.below_one(chance_to_come_back=back)
    return 1 / (1 - back)


def rolled_yield(yields: Sequence[float]) -> float:
    """The chance to pass every stage at the first try: the product of their yields (rolled throughput yield, Six Sigma).

    >>> round(rolled_yield([0.9, 0.8, 0.95]), 6), round(1 / rolled_yield([0.9, 0.8, 0.95]), 7)
    (0.684, 1.4619883)

    Raises:
        ValueError: a yield is not from zero to one.
    """
    given.share(**{f"yield {place}": value for place, value in enumerate(yields, 1)})
    return math.prod(yields)


def expected_visits(start: str, moves: Moves) -> dict[str, float]:
    """How often each stage is visited from *start* on, until the work is done.

    The row of *start* in N = (I - Q)^-1 (Kemeny and Snell 1960, Finite Markov Chains). *moves* has for each stage the
    chances of the stages after it; what is missing to one is the chance to be done.

    >>> loop = {"dev": {"ci": 1}, "ci": {"dev": 0.25, "review": 0.75}, "review": {"dev": 0.3}}
    >>> {stage: round(value, 7) for stage, value in expected_visits("dev", loop).items()}
    {'dev': 1.9047619, 'ci': 1.9047619, 'review': 1.4285714}

    Raises:
        ValueError: a stage is not known, chances add to more than one, or there is no way to be done.
    """
    _check(start, moves)
    stages = [*moves]
    # v = start + v Q, so (I - Q) transposed, times v, is start.
    matrix = [[float(one == other) - moves[other].get(one, 0.0) for other in stages] for one in stages]
    found = _solve(matrix, [float(stage == start) for stage in stages])
    return dict(zip(stages, found, strict=True))


def expected_time(times: Mapping[str, float], start: str, moves: Moves) -> float:
    """What one piece takes from *start* until it is done: the sum of visits times the *times* of each stage.

    >>> loop = {"dev": {"ci": 1}, "ci": {"dev": 0.25, "review": 0.75}, "review": {"dev": 0.3}}
    >>> T = {"dev": 4, "ci": 0.5, "review": 6}
    >>> round(expected_time(T, "dev", loop), 7), round(expected_time(T | {"dev": 4 / 50}, "dev", loop), 7)
    (17.1428571, 9.6761905)
    >>> worse = {"dev": {"ci": 1}, "ci": {"dev": 0.4, "review": 0.6}, "review": {"dev": 0.45}}
    >>> round(expected_time(T | {"dev": 4 / 50}, "dev", worse), 7)
    12.6666667

    Raises:
        ValueError: as `expected_visits`, or a time is negative or missing.
    """
    given.times(times)
    given.known(moves, times)
    return math.fsum(times[stage] * count for stage, count in expected_visits(start, moves).items())


def _check(start: str, moves: Moves) -> None:
    given.known([start, *(name for row in moves.values() for name in row)], moves)
    for stage, row in moves.items():
        given.share(**{f"the chance from {stage} to {name}": chance for name, chance in row.items()})
        if math.fsum(row.values()) > 1 + HARDLY:
            raise ValueError(f"expected chances from {stage} that add to at most one, found {math.fsum(row.values()):g}")


def _solve(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Solve matrix x = right by Gaussian elimination with the largest pivot first, and substitution from the end."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    size = len(rows)
    for column in range(size):
        best = max(range(column, size), key=lambda place: abs(rows[place][column]))
        rows[column], rows[best] = rows[best], rows[column]
        if abs(rows[column][column]) < HARDLY:
            raise ValueError("expected a way from every stage to be done, found stages that nothing ever leaves")
        for place in range(column + 1, size):
            part = rows[place][column] / rows[column][column]
            rows[place] = [value - part * pivot for value, pivot in zip(rows[place], rows[column], strict=True)]
    found = [0.0] * size
    for place in reversed(range(size)):
        known = math.fsum(rows[place][column] * found[column] for column in range(place + 1, size))
        found[place] = (rows[place][size] - known) / rows[place][place]
    return found
