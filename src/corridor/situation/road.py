"""The legs between sites, and the corridor they make."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property
from itertools import pairwise

import msgspec

from corridor.situation.estimate import Estimate

Step = tuple[str, str]


class Leg(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One directed drive between two sites: minutes, and kilometres where known.

    `basis` says in words where the figures come from ("straight line x 1.3" is never shown as a surveyed road). A leg
    with a `type` is how vehicles of that type drive, or may drive at all; one without holds for all others.
    """

    start: str
    end: str
    minutes: Estimate
    km: Estimate | None = None
    basis: str = ""
    type: str = ""
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


def legs_for(legs: Iterable[Leg], types: Collection[str]) -> dict[Step, Leg]:
    """Return the legs that vehicles of some types drive together: each as the slowest of them drives it.

    A leg that one of the types may not drive is left out. Without types it is the legs that hold for all.
    """
    by_step: dict[Step, dict[str, Leg]] = {}
    for leg in legs:
        by_step.setdefault((leg.start, leg.end), {})[leg.type] = leg
    found: dict[Step, Leg] = {}
    for step, known in by_step.items():
        mine = [known.get(kind, known.get("")) for kind in types or ("",)]
        driven = [leg for leg in mine if leg is not None]
        if len(driven) == len(mine):
            found[step] = max(driven, key=lambda leg: (leg.minutes.quantile(0.5), leg.type))
    return found


class Ways:
    """The ways between sites over some legs, each search done once.

    A way goes along `path` if it leads there, each part of it by its leg or by the quickest legs; else direct, else by
    the quickest legs, weighed by `minutes` (Dijkstra 1959).
    """

    def __init__(self, legs: Mapping[Step, Leg], *, minutes: Callable[[Leg], float]) -> None:
        self.legs = legs
        self.minutes = minutes
        self.came: dict[str, dict[str, Step]] = {}

    def steps(self, start: str, end: str, *, path: tuple[str, ...] = ()) -> tuple[Step, ...] | None:
        """Return the legs from one site to another; None where no way leads there, () where both are one."""
        if start == end:
            return ()
        if start in path and end in path and path.index(start) < path.index(end):
            parts = [self._joined(*pair) for pair in pairwise(path[path.index(start) : path.index(end) + 1])]
            known = [part for part in parts if part is not None]
            if len(known) == len(parts):
                return tuple(step for part in known for step in part)
        return self._joined(start, end)

    def _joined(self, start: str, end: str) -> tuple[Step, ...] | None:
        """Return the leg from one site to another, else the quickest legs."""
        if (start, end) in self.legs:
            return ((start, end),)
        if start not in self.came:
            self.came[start] = self._quickest(start)
        came = self.came[start]
        if end not in came:
            return None
        found: list[Step] = []
        while end != start:
            found.append(came[end])
            end = came[end][0]
        return tuple(reversed(found))

    @cached_property
    def _after(self) -> dict[str, list[Leg]]:
        after: dict[str, list[Leg]] = {}
        for leg in self.legs.values():
            after.setdefault(leg.start, []).append(leg)
        return after

    def _quickest(self, start: str) -> dict[str, Step]:
        """Return the last leg of the quickest way to each site that can be reached."""
        best: dict[str, float] = {start: 0.0}
        came: dict[str, Step] = {}
        heap = [(0.0, start)]
        while heap:
            spent, site = heapq.heappop(heap)
            if spent > best[site]:
                continue
            for leg in self._after.get(site, []):
                total = spent + self.minutes(leg)
                if leg.end not in best or total < best[leg.end]:
                    best[leg.end], came[leg.end] = total, (leg.start, leg.end)
                    heapq.heappush(heap, (total, leg.end))
        return came


def way(
    legs: Mapping[Step, Leg], start: str, end: str, *, path: tuple[str, ...] = (), minutes: Callable[[Leg], float]
) -> tuple[Step, ...] | None:
    """Return the legs from one site to another, as `Ways.steps` finds them."""
    return Ways(legs, minutes=minutes).steps(start, end, path=path)
