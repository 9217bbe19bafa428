"""The legs between sites, and the corridor they make."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from itertools import pairwise

import msgspec

from corridor.situation.estimate import Estimate

Step = tuple[str, str]


class Leg(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One directed drive between two sites: minutes, and kilometres where known.

    `basis` says in words where the figures come from ("straight line x 1.3" is never shown as a surveyed road).
    """

    start: str
    end: str
    minutes: Estimate
    km: Estimate | None = None
    basis: str = ""
    reports: tuple[str, ...] = ()


class Corridor(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The agreed way of one operation: the sites in order, and how convoys move along it.

    `convoy_size` is the most vehicles under one lead, `headway` the minutes between the heads of two convoys at the
    mouth, `lead` the organisations whose vehicles open a convoy.
    """

    operation: str
    sites: tuple[str, ...]
    convoy_size: Estimate
    headway: Estimate
    lead: str = ""
    reports: tuple[str, ...] = ()


def way(
    legs: Mapping[Step, Leg], start: str, end: str, *, path: tuple[str, ...] = (), minutes: Callable[[Leg], float]
) -> tuple[Step, ...] | None:
    """Return the legs from one site to another: along `path` if it leads there, else direct, else the quickest.

    `minutes` weighs a leg (Dijkstra 1959). None where no way leads there, () where start and end are one.
    """
    if start == end:
        return ()
    if start in path and end in path and path.index(start) < path.index(end):
        sites = path[path.index(start) : path.index(end) + 1]
        steps = tuple(pairwise(sites))
        if all(step in legs for step in steps):
            return steps
    if (start, end) in legs:
        return ((start, end),)
    return _quickest(legs, start, end, minutes)


def _quickest(
    legs: Mapping[Step, Leg], start: str, end: str, minutes: Callable[[Leg], float]
) -> tuple[Step, ...] | None:
    after: dict[str, list[Leg]] = {}
    for leg in legs.values():
        after.setdefault(leg.start, []).append(leg)
    best: dict[str, float] = {start: 0.0}
    came: dict[str, Step] = {}
    heap = [(0.0, start)]
    while heap:
        spent, site = heapq.heappop(heap)
        if site == end:
            break
        if spent > best[site]:
            continue
        for leg in after.get(site, []):
            total = spent + minutes(leg)
            if leg.end not in best or total < best[leg.end]:
                best[leg.end], came[leg.end] = total, (leg.start, leg.end)
                heapq.heappush(heap, (total, leg.end))
    if end not in came:
        return None
    steps: list[Step] = []
    while end != start:
        steps.append(came[end])
        end = came[end][0]
    return tuple(reversed(steps))
