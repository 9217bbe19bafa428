"""The quickest way over a large network where closures have changed it: a search that knows the open roads.

Closures and slow-downs only lengthen drives. So the seconds of the open roads from a node to the end, kept from the
first way that was asked for, never say too much of what is left, and a search that takes next the node of the least sum
(A*: Hart, Nilsson and Raphael 1968) finds the same way as a search over everything; it looks only at the nodes by
which the end might still be reached sooner.
"""

from __future__ import annotations

import heapq
from typing import Any

import numba
import numpy as np

from corridor.reports.roads.buckets import NOWHERE
from corridor.reports.roads.roadmap import Floats, Ints


def way(
    network: tuple[Any, Any, Floats],
    open_seconds: Floats,
    starts: list[tuple[int, float]],
    ends: list[tuple[int, float]],
    *,
    most: int,
) -> tuple[Floats, Ints] | None:
    """Return (nodes,) seconds from a start, exact at the end that is reached soonest, and the node before each.

    `network` is rows, columns and seconds, `open_seconds` (nodes,) those to the end over open roads; starts and ends
    are (node, seconds) at both sides. A node first reached has the count of nodes before it. None where more than
    `most` nodes had to be looked at.
    """
    rows, columns, seconds = network
    nodes = len(rows) - 1
    far, before = np.full(nodes, np.inf), np.full(nodes, NOWHERE, dtype=np.int64)
    sides = []
    for side in (starts, ends):
        sides += [np.array([node for node, _ in side], dtype=np.int64), np.array([spent for _, spent in side], float)]
    return (far, before) if _search(rows, columns, seconds, open_seconds, *sides, most, far, before) else None


@numba.njit(cache=True)
def _search(  # type: ignore[no-untyped-def]
    rows, columns, seconds, left, first, spent, last, rest, most, far, before
):
    waiting = [(np.inf, np.int64(-1))]
    for item in range(first.size):
        node = first[item]
        if spent[item] < far[node] and left[node] < np.inf:
            far[node], before[node] = spent[item], far.size
            heapq.heappush(waiting, (spent[item] + left[node], node))
    best, seen = np.inf, 0
    while waiting:
        reached, node = heapq.heappop(waiting)
        if reached >= best:
            return True
        if reached > far[node] + left[node]:
            continue
        seen += 1
        if seen > most:
            return False
        for item in range(last.size):
            if last[item] == node:
                best = min(best, far[node] + rest[item])
        for arc in range(rows[node], rows[node + 1]):
            other = np.int64(columns[arc])
            total = far[node] + seconds[arc]
            if total < far[other] and total + left[other] < best:
                far[other], before[other] = total, node
                heapq.heappush(waiting, (total + left[other], other))
    return True
