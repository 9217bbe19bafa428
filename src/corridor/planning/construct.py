"""A timetable by events: the next convoy is filled, boarded, sent and unloaded, until nobody is left."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from corridor.planning.boarding import Coming, Pool, fill, gather, spread
from corridor.planning.drafts import ENDLESS, Draft, Load, Ride, Style
from corridor.planning.instance import Instance, People
from corridor.planning.slots import Bays, Slots

# For so many people in a convoy: the first minute at which it may depart, and at which it may be handed over.
When = Callable[[int], tuple[int, int]]


def at_once(_people: int) -> tuple[int, int]:
    """Let a convoy leave as soon as it can."""
    return 0, 0


class Ground:
    """What several operations use together: the bays of each site, and who was brought to each reception."""

    def __init__(self, *instances: Instance) -> None:
        self.bays = Bays(instances)
        self.brought: dict[str, int] = {}


class Builder:
    """Builds one timetable of one operation; the state of the vehicles, bays and people while it does so."""

    def __init__(
        self, instance: Instance, style: Style, quota: dict[tuple[str, str], int], ground: Ground | None = None
    ) -> None:
        self.instance = instance
        self.style = style
        self.quota = dict(quota)
        self.ground = ground or Ground(instance)
        self.slots = Slots(instance)
        self.pool = Pool(instance)
        self.left = {group.name: group.planned for group in instance.people}
        self.order = {
            pickup: sorted(
                (group for group in instance.people if group.pickup == pickup),
                key=lambda group: (group.priority, group.place == "seat", group.name),
            )
            for pickup in instance.pickups
        }
        self.last_from = dict.fromkeys(instance.pickups, 0)
        self.drafts: list[Draft] = []
        self.reserve = False
        self.not_before = 0

    def waits(self) -> bool:
        """Return whether anybody is still to be put into a convoy."""
        return any(self.left.values())

    def run(self, until: float = math.inf) -> bool:
        """Build the convoys of the planning figure; return whether everyone can go, and the clock is not past `until`.

        `until` is in seconds of the monotonic clock.
        """
        while self.waits():
            draft = self.next_draft() if time.monotonic() < until else None
            if draft is None:
                return False
            self.commit(draft)
        return True

    def add_reserve(self) -> None:
        """Build the reserve convoys; what does not fit into windows or receptions any more stays unreserved."""
        self.begin_reserve()
        while self.waits() and (draft := self.next_draft()) is not None:
            self.commit(draft)

    def begin_reserve(self) -> None:
        """Go on with the people beyond the planning figure, after everybody else."""
        self.reserve = True
        self.not_before = max((draft.depart for draft in self.drafts), default=0)
        self.left = {group.name: group.reserve for group in self.instance.people}

    def clearance(self) -> int:
        """Return the minute at which the last person of the planning figure is safe."""
        return max((end for draft in self.drafts if not draft.reserve for _, end in draft.unloading), default=0)

    def next_draft(self, room: int = ENDLESS, when: When = at_once) -> Draft | None:
        """Return the next convoy with at most `room` people, None where there is nobody or no way to take anyone."""
        if self.style.farthest_first or self.instance.fairness != "none":
            pickups = sorted(self.instance.pickups, key=lambda pickup: (self._turn(pickup), pickup))
            drafts = (self._draft(pickup, room, when) for pickup in pickups)
            return next((draft for draft in drafts if draft is not None), None)
        drafts = (self._draft(pickup, room, when) for pickup in self.instance.pickups)
        options = [draft for draft in drafts if draft is not None]
        return min(options, key=lambda draft: (draft.depart, -self._work(draft.pickup), draft.pickup), default=None)

    def _turn(self, pickup: str) -> float:
        """Return what decides whose turn it is: the least goes next."""
        everyone = [(group.planned, self.left[group.name]) for group in self.order[pickup]]
        if self.reserve or self.instance.fairness == "none":
            return -self._work(pickup)
        if self.instance.fairness == "longest_wait":
            return self.last_from[pickup]
        return 1 - sum(left for _, left in everyone) / max(sum(planned for planned, _ in everyone), 1)

    def _work(self, pickup: str) -> int:
        """Return the person-minutes still to drive from a pickup."""
        drive = min(minutes for (start, _), minutes in self.instance.loaded.items() if start == pickup)
        return drive * sum(self.left[group.name] for group in self.order[pickup])

    def _draft(self, pickup: str, room: int, when: When, most: int | None = None) -> Draft | None:
        """Return the next convoy from a pickup, or None where nobody waits there or nobody can be carried.

        It gathers at most `most` vehicles of the type that carries most, else as many as its turn in the style says.
        """
        waiting = [group for group in self.order[pickup] if self.left[group.name] > 0]
        if not waiting:
            return None
        ordered = most is not None
        if most is None:
            most = self.style.size(len(self.drafts))
        most = min(most, self.instance.convoy_size)
        most = max(most, self.instance.agreed.smallest)
        while most >= 1:
            draft = self._sized(pickup, waiting, room, when, most)
            if draft is not None and not ordered and len(self.drafts) < self.style.punctual:
                draft = self._sized(pickup, waiting, room, when, self._aboard_in_time(draft)) or draft
            if draft is None or self._held_briefly(draft):
                return draft
            most = min(len(draft.rides), most)
            most -= max(most // 5, 1)
            if most < self.instance.agreed.smallest:
                break
        # Vehicles of one type alone may keep a hold that those which join them break.
        draft = self._sized(pickup, waiting, room, when, self.instance.agreed.smallest, others=False)
        return draft if draft is not None and self._held_briefly(draft) else None

    def _sized(
        self, pickup: str, waiting: list[People], room: int, when: When, most: int, *, others: bool = True
    ) -> Draft | None:
        need: dict[str, int] = {}
        for group in waiting:
            need[group.place] = need.get(group.place, 0) + self.left[group.name]
            need["seat"] = need.get("seat", 0) + self.left[group.name] * group.companions
        smallest = self.instance.agreed.smallest
        if smallest > 1:
            # Few people still make a convoy of the agreed size: each vehicle then counts as wanted.
            widest = max(number for kind in self.instance.kinds for number in kind.places.values())
            need = {place: max(number, smallest * widest) if number else 0 for place, number in need.items()}
        soon = self._soonest(pickup)
        style = self.style
        coming = gather(
            self.instance,
            self.pool,
            pickup,
            need,
            most,
            soon=soon,
            beside=style.beside if others else 0,
            apart=style.apart if others else 0,
        )
        units = [unit for _, _, unit in coming]
        for reception, places in self._receptions(pickup):
            loads = fill(units, waiting, self.left, min(places, room))
            if smallest > 1:
                spread(loads, units, smallest)
            used = [(entry, loads[entry[2].name]) for entry in coming if loads[entry[2].name]]
            if used and len(used) >= smallest:
                return self._timed(pickup, reception, used, when)
        return None

    def _soonest(self, pickup: str) -> int:
        """Return a minute before which no convoy leaves from a pickup."""
        clear = self.slots.departures[-1] + self.instance.headway if self.slots.departures else 0
        return max(clear, self.last_from[pickup], self.not_before)

    def _aboard_in_time(self, draft: Draft) -> int:
        """Return how many vehicles of the first type are boarded when the next convoy may leave, or first of all."""
        rides = [ride for ride in draft.rides if ride.unit.kind is draft.rides[0].unit.kind]
        until = max(self._soonest(draft.pickup), min(ride.board_end for ride in rides))
        return max(sum(1 for ride in rides if ride.board_end <= until), self.instance.agreed.smallest)

    def _receptions(self, pickup: str) -> list[tuple[str, int]]:
        """Return where people from a pickup may go and how many: first its share of each, then any room left."""
        ways = sorted((minutes, name) for (start, name), minutes in self.instance.loaded.items() if start == pickup)
        brought = self.ground.brought
        room = {name: self.instance.capacity.get(name, ENDLESS) - brought.get(name, 0) for _, name in ways}
        shares = (
            [] if self.reserve else [(name, min(self.quota.get((pickup, name), 0), room[name])) for _, name in ways]
        )
        return [(name, number) for name, number in (*shares, *((name, room[name]) for _, name in ways)) if number > 0]

    def _timed(self, pickup: str, reception: str, aboard: list[tuple[Coming, Load]], when: When) -> Draft | None:
        bays = self.ground.bays
        stands = bays.board(pickup, [entry[0] for entry, _ in aboard], [entry[2].kind.board for entry, _ in aboard])
        rides = [Ride(entry[2], *stand, load) for (entry, load), stand in zip(aboard, stands, strict=True)]
        ready = max(ride.board_end for ride in rides)
        drive = self.instance.loaded[pickup, reception] + self.instance.agreed.check_vehicle * len(rides)
        ahead = drive - self.instance.beyond.get((pickup, reception), 0)
        from_minute, handed_over = when(sum(sum(ride.load.values()) for ride in rides))
        earliest = max(ready, self.last_from[pickup], self.not_before, from_minute, handed_over - ahead)
        unload = [ride.unit.kind.unload for ride in rides]
        while True:
            depart = self.slots.first(earliest, drive, pickup, rides)
            if depart is None:
                return None
            arrive = depart + drive
            unloading = bays.stand(reception, [arrive] * len(rides), unload)
            late = self._late(arrive, unloading, len(rides), reception)
            if late == 0:
                break
            earliest = depart + late
        if self.instance.agreed.hold_assembly is not None:
            # Where holds are limited boarding moves up to the departure at once, elsewhere when the timetable stands.
            wait = depart - ready
            rides = [Ride(r.unit, r.board_start + wait, r.board_end + wait, r.load) for r in rides]
        return Draft(pickup, reception, depart, arrive, depart + ahead, tuple(rides), tuple(unloading), self.reserve)

    def _late(self, arrive: int, unloading: list[tuple[int, int]], vehicles: int, reception: str) -> int:
        """Return how much later to leave so that bays still taken by others do not hold the convoy too long."""
        limit = self.instance.agreed.hold_exchange
        if limit is None:
            return 0
        over = max(start for start, _ in unloading) - arrive - limit
        others = max(self.ground.bays.free.get(reception, [0])[:vehicles], default=0) - arrive
        return min(over, others) if over > 0 and others > 0 else 0

    def _held_briefly(self, draft: Draft) -> bool:
        agreed = self.instance.agreed
        called = draft.depart - min(ride.board_start for ride in draft.rides)
        parked = max(start for start, _ in draft.unloading) - draft.arrive
        return (agreed.hold_assembly is None or called <= agreed.hold_assembly) and (
            agreed.hold_exchange is None or parked <= agreed.hold_exchange
        )

    def commit(self, draft: Draft) -> None:
        """Enter a convoy into the timetable."""
        self.drafts.append(draft)
        self.last_from[draft.pickup] = draft.depart
        # No later convoy leaves before the earliest of the pickups' last ones: what has arrived by then is forgotten.
        self.slots.take(draft, min(self.last_from.values()))
        for ride, (_, end) in zip(draft.rides, draft.unloading, strict=True):
            self.pool.take(ride.unit)
            self.pool.put(ride.unit, draft.reception, end)
            for key, number in ride.load.items():
                if key in self.left:
                    self.left[key] -= number
        brought = self.ground.brought
        brought[draft.reception] = brought.get(draft.reception, 0) + draft.people
        if (draft.pickup, draft.reception) in self.quota:
            self.quota[draft.pickup, draft.reception] -= draft.people
        self.ground.bays.occupy(draft.pickup, [(ride.board_start, ride.board_end) for ride in draft.rides])
        self.ground.bays.occupy(draft.reception, list(draft.unloading))
