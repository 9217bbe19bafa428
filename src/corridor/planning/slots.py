"""When a convoy may leave and where its vehicles stand: bays, headway, windows, vehicles on the road, escorts, aid."""

from __future__ import annotations

import bisect
import heapq
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from corridor.planning.drafts import Draft, Ride
from corridor.planning.instance import Instance
from corridor.planning.lanes import Lanes

Spans = tuple[tuple[int, int], ...]


class Passage(NamedTuple):
    """When a convoy leaves and arrives, and from when to when it stands overnight where it does."""

    depart: int
    arrive: int
    night: tuple[int, int] | None = None


class Bays:
    """The bays of every site that states some, each with the minute from which it is free."""

    def __init__(self, instances: Sequence[Instance]) -> None:
        self.free = {
            site: [instance.bay_from.get(site, 0)] * bays
            for instance in instances
            for site, bays in instance.bays.items()
        }

    def stand(self, site: str, arrivals: Sequence[int], minutes: Sequence[int]) -> list[tuple[int, int]]:
        """Return from when to when each vehicle stands in a bay; each takes the one that is free first."""
        bays = self.free.get(site)
        if bays is None:
            return [(arrival, arrival + length) for arrival, length in zip(arrivals, minutes, strict=True)]
        slots = sorted(bays)
        found = []
        for arrival, length in zip(arrivals, minutes, strict=True):
            start = max(arrival, slots.pop(0))
            bisect.insort(slots, start + length)
            found.append((start, start + length))
        return found

    def board(self, site: str, arrivals: Sequence[int], minutes: Sequence[int]) -> list[tuple[int, int]]:
        """Return from when to when each vehicle stands; of those that wait the one that takes longest goes first.

        That ends soonest for vehicles that leave together (Graham 1969), and no bay stands empty for who comes later.
        """
        if site not in self.free or len(arrivals) == 1:
            return self.stand(site, arrivals, minutes)
        slots = sorted(self.free[site])
        if min(minutes) == max(minutes) and all(one <= two for one, two in pairwise(arrivals)):
            return _in_turn(slots, arrivals, minutes[0])
        coming = sorted(range(len(arrivals)), key=lambda turn: (arrivals[turn], -minutes[turn]))
        waiting: list[tuple[int, int]] = []
        found = [(0, 0)] * len(arrivals)
        here = now = 0
        while here < len(coming) or waiting:
            now = max(now, slots[0], 0 if waiting else arrivals[coming[here]])
            while here < len(coming) and arrivals[coming[here]] <= now:
                heapq.heappush(waiting, (-minutes[coming[here]], coming[here]))
                here += 1
            _, turn = heapq.heappop(waiting)
            found[turn] = (now, now + minutes[turn])
            heapq.heapreplace(slots, now + minutes[turn])
        return found

    def occupy(self, site: str, spans: Sequence[tuple[int, int]]) -> None:
        """Give each vehicle the bay that was free longest before it; bays are alike, so any free one serves."""
        bays = self.free.get(site)
        if bays is None:
            return
        bays.sort()
        for start, end in sorted(spans):
            del bays[max(bisect.bisect_right(bays, start) - 1, 0)]
            bisect.insort(bays, end)


def _in_turn(slots: list[int], arrivals: Sequence[int], length: int) -> list[tuple[int, int]]:
    """Return from when to when like vehicles stand that come in this order; `slots` is when each bay is free."""
    found = []
    for arrival in arrivals:
        start = max(arrival, slots[0])
        heapq.heapreplace(slots, start + length)
        found.append((start, start + length))
    return found


class Slots:
    """The departures of one operation so far, and the first minute at which another convoy may leave."""

    def __init__(self, instance: Instance, lanes: Lanes) -> None:
        self.instance = instance
        self.lanes = lanes
        self.departures: list[int] = []
        self.capped = any(kind.at_once is not None for kind in instance.kinds)
        self.on_road: dict[str, list[tuple[int, int]]] = {}
        # A team that has led nobody yet can be at any pickup; its site is then empty.
        self.teams: list[tuple[int, str]] = [(0, "")] * (instance.agreed.escorts or 0)

    def first(self, earliest: int, drive: int, way: tuple[str, str], rides: Sequence[Ride]) -> Passage | None:
        """Return the first passage from the minute `earliest` that keeps every rule on departures, None without one."""
        kinds = Counter(ride.unit.kind.name for ride in (rides if self.capped else ()))
        depart = earliest
        passings = self.instance.ways.loaded.get(way, ())
        while True:
            led = self._led(depart, way[0]) if self.teams else depart
            passage = self._in_window(self._apart(led), drive, way)
            if passage is None:
                return None
            lasts = passage.arrive - passage.depart
            moved = self._under_cap(passage.depart, lasts, kinds) if kinds else passage.depart
            moved = self._past_aid(moved, lasts)
            if passings:
                moved = self.lanes.first(moved, passings, lasts - self.instance.ways.driving[way])
            if moved == depart:
                return passage
            depart = moved

    def take(self, draft: Draft, past: int) -> None:
        """Enter a convoy; what has arrived by the minute `past` can be forgotten."""
        bisect.insort(self.departures, draft.depart)
        for kind, spans in self.on_road.items():
            self.on_road[kind] = [span for span in spans if span[1] > past]
        for ride in draft.rides if self.capped else ():
            if ride.unit.kind.at_once is not None:
                self.on_road.setdefault(ride.unit.kind.name, []).append((draft.depart, draft.arrive))
        if self.teams:
            ready = [(self._team_at(team, draft.pickup), number) for number, team in enumerate(self.teams)]
            # The team that comes last of those in time, so that the others stay free for who needs them sooner.
            _, number = max(entry for entry in ready if entry[0] <= draft.depart)
            self.teams[number] = (draft.arrive, draft.reception)

    def _team_at(self, team: tuple[int, str], pickup: str) -> int:
        free, site = team
        return free + (self.instance.empty.get((site, pickup), 0) if site else 0)

    def _led(self, depart: int, pickup: str) -> int:
        return max(depart, min((self._team_at(team, pickup) for team in self.teams), default=depart))

    def _apart(self, depart: int) -> int:
        headway = self.instance.headway
        if headway == 0:
            return depart
        index = bisect.bisect_left(self.departures, depart - headway + 1)
        while index < len(self.departures) and self.departures[index] < depart + headway:
            depart = self.departures[index] + headway
            index += 1
        return depart

    def _in_window(self, depart: int, drive: int, way: tuple[str, str]) -> Passage | None:
        if self.instance.windows is None:
            return Passage(depart, depart + drive)
        night = self._overnight(depart, drive, way) if way in self.instance.ways.night else None
        for opens, closes in self.instance.windows:
            leaves = max(opens, depart)
            if leaves + drive <= closes:
                return night if night and night.arrive < leaves + drive else Passage(leaves, leaves + drive)
        return night

    def _overnight(self, depart: int, drive: int, way: tuple[str, str]) -> Passage | None:
        """Return the passage that soonest ends with a stop from one window to a later one."""
        before, _ = self.instance.ways.night[way]
        windows = self.instance.windows or ()
        found = []
        for number, (opens, closes) in enumerate(windows):
            leaves = max(opens, depart)
            if leaves + before <= closes:
                stands = leaves + before
                later = (max(o, stands) for o, c in windows[number + 1 :] if max(o, stands) + drive - before <= c)
                goes_on = next(later, None)
                if goes_on is not None:
                    found.append(Passage(leaves, goes_on + drive - before, (stands, goes_on)))
        return min(found, key=lambda passage: (passage.arrive, -passage.depart), default=None)

    def _past_aid(self, depart: int, drive: int) -> int:
        for begins, ends in self.instance.agreed.aid:
            if begins < depart + drive and depart < ends:
                depart = ends
        return depart

    def _under_cap(self, depart: int, drive: int, kinds: Counter[str]) -> int:
        """Move a departure on while more vehicles of a type would be on the road than the agreement allows."""
        for kind in self.instance.kinds:
            own = kinds.get(kind.name, 0)
            if kind.at_once is None or own == 0:
                continue
            spans = self.on_road.get(kind.name, [])
            while True:
                busy = [end for begin, end in spans if begin < depart + drive and end > depart]
                if len(busy) + own <= kind.at_once:
                    break
                depart = min(busy)
        return depart
