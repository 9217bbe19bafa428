"""The vehicles of one operation: where each is next free, and when it can be at a pickup."""

from __future__ import annotations

import bisect
import heapq
from collections.abc import Iterator
from dataclasses import dataclass

from corridor.planning.instance import Instance, Unit
from corridor.planning.lanes import Lanes

Coming = tuple[int, str, Unit]
Queue = list[tuple[int, str, Unit]]


@dataclass(frozen=True)
class Approach:
    """How a vehicle comes to a pickup: when it sets off, when it is there and rested, and its minutes at the wheel."""

    sets_off: int
    there: int
    driven: tuple[int, ...]


class Pool:
    """The vehicles of one operation by type and site, each queue in the order in which they are free."""

    def __init__(self, instance: Instance, lanes: Lanes) -> None:
        self.instance = instance
        self.lanes = lanes
        self.stands: dict[str, tuple[str, int]] = {}
        self.queues: dict[str, dict[str, Queue]] = {kind.name: {} for kind in instance.kinds}
        # The minutes at the wheel since the last stop of each kind; only vehicles that drove are entered.
        self.driven: dict[str, tuple[int, ...]] = {}
        self.fresh = tuple(0 for _ in instance.agreed.travel.stops)
        for unit in instance.units:
            self.put(unit, unit.site, unit.free)

    def put(self, unit: Unit, site: str, free: int) -> None:
        """Let a vehicle stand at a site from the minute when it is free."""
        self.stands[unit.name] = (site, free)
        bisect.insort(self.queues[unit.kind.name].setdefault(site, []), (free, unit.name, unit))

    def take(self, unit: Unit) -> None:
        """Take a vehicle out of the queue in which it stands."""
        site, free = self.stands[unit.name]
        queue = self.queues[unit.kind.name][site]
        del queue[bisect.bisect_left(queue, (free, unit.name))]

    def coming(self, kind: str, pickup: str, skip: set[str]) -> Iterator[Coming]:
        """Yield the vehicles of a type in the order in which they can be at a pickup, without some."""
        if not self.instance.plain or skip:
            return iter(sorted(self._each(kind, pickup, skip), key=lambda entry: entry[:2]))
        empty = self.instance.empty
        ways = [
            _shifted(queue, empty[site, pickup])
            for site, queue in self.queues[kind].items()
            if queue and (site, pickup) in empty
        ]
        return heapq.merge(*ways)

    def _each(self, kind: str, pickup: str, skip: set[str]) -> Iterator[Coming]:
        drives = [minutes for (start, _), minutes in self.instance.loaded.items() if start == pickup]
        for site, queue in self.queues[kind].items():
            for free, name, unit in queue:
                approach = None if name in skip else self.approach(unit, site, free, pickup)
                if approach is None:
                    continue
                soonest = approach.there + unit.kind.board + min(drives, default=0) + unit.kind.unload
                if soonest <= unit.until:
                    yield approach.there, name, unit

    def approach(self, unit: Unit, site: str, free: int, pickup: str) -> Approach | None:
        """Return how a vehicle that is free at a site comes to a pickup, None where no way or no rest lets it."""
        drive = self.instance.empty.get((site, pickup))
        if drive is None:
            return None
        before, after = 0, 0
        driven = []
        stops = self.instance.agreed.travel.stops
        ahead = max(
            (minutes for (start, _), minutes in self.instance.ways.driving.items() if start == pickup), default=0
        )
        for stop, so_far in zip(stops, self.driven.get(unit.name, self.fresh), strict=True):
            onward = min(ahead, stop.driving)
            if so_far + drive + onward <= stop.driving:
                driven.append(so_far + drive)
            elif drive + onward <= stop.driving:
                before = max(before, stop.length)
                driven.append(drive)
            elif drive <= stop.driving:
                # It rests at the pickup, and where it stands too if it would not come so far.
                before = max(before, stop.length if so_far + drive > stop.driving else 0)
                after = max(after, stop.length)
                driven.append(0)
            else:
                return None
        sets_off = self.lanes.first(free + before, self.instance.ways.empty.get((site, pickup), ()))
        return Approach(sets_off, sets_off + drive + after, tuple(driven))

    def site_of(self, unit: Unit) -> tuple[str, int]:
        """Return where a vehicle stands and since when."""
        return self.stands[unit.name]

    def drove(self, unit: Unit, approach: Approach, minutes: int) -> None:
        """Enter a loaded drive of a vehicle that came as the approach says."""
        if self.fresh:
            self.driven[unit.name] = tuple(driven + minutes for driven in approach.driven)


def _shifted(queue: Queue, drive: int) -> Iterator[Coming]:
    return ((free + drive, name, unit) for free, name, unit in queue)
