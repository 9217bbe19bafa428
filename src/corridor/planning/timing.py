"""When a convoy of chosen vehicles boards, leaves and is unloaded, and what it takes up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from corridor.planning.drafts import Draft, Load, Ride, Style
from corridor.planning.instance import Instance, People, Unit
from corridor.planning.lanes import Lanes
from corridor.planning.pool import Coming, Pool
from corridor.planning.relay import Relayed, sum_of
from corridor.planning.slots import Bays, Slots

# For so many people in a convoy: the first minute at which it may depart, and at which it may be handed over.
When = Callable[[int], tuple[int, int]]


def at_once(_people: int) -> tuple[int, int]:
    """Let a convoy leave as soon as it can."""
    return 0, 0


class Ground:
    """What several operations use together: bays, one-lane stretches, and who was brought to each reception when."""

    def __init__(self, *instances: Instance) -> None:
        self.bays = Bays(instances)
        self.lanes = Lanes()
        self.brought: dict[str, int] = {}
        self.by_day: dict[tuple[str, int], int] = {key: n for i in instances for key, n in i.taken.items()}
        self.relayed = Relayed(instances)


@dataclass(frozen=True)
class Call:
    """What the next convoy from a pickup is built from: who is there since when, how many may go and when."""

    pickup: str
    waiting: list[People]
    here: dict[str, int]
    room: int
    when: When
    most: int
    since: int = 0
    ordered: bool = False
    others: bool = True


class Clock:
    """The vehicles, bays and people of one operation while its timetable is built: when a convoy can go, and went."""

    def __init__(
        self, instance: Instance, style: Style, quota: dict[tuple[str, str], int], ground: Ground | None = None
    ) -> None:
        self.instance = instance
        self.style = style
        self.followed = len(instance.leading) < len(instance.kinds)
        self.quota = dict(quota)
        self.ground = ground or Ground(instance)
        self.slots = Slots(instance, self.ground.lanes)
        self.pool = Pool(instance, self.ground.lanes)
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

    def soonest(self, pickup: str) -> int:
        """Return a minute before which no convoy leaves from a pickup."""
        clear = self.slots.departures[-1] + self.instance.headway if self.slots.departures else 0
        return max(clear, self.last_from[pickup], self.not_before)

    def timed(
        self, way: tuple[str, str], aboard: list[tuple[Coming, Load]], call: Call, day: int | None
    ) -> Draft | None:
        """Return when a convoy of these vehicles goes, to arrive on a day where one is named; None without a slot."""
        pickup, reception = way
        rides = self._boarded(pickup, aboard, call.since)
        ready = max(ride.board_end for ride in rides)
        drive = self.instance.loaded[way] + self.instance.agreed.check_vehicle * len(rides)
        ahead = drive - self.instance.beyond.get(way, 0)
        from_minute, handed_over = call.when(sum(sum(ride.load.values()) for ride in rides))
        earliest = max(ready, self.last_from[pickup], self.not_before, from_minute, handed_over - ahead)
        if day is not None:
            earliest = max(earliest, self.instance.morning(day) - drive)
        while True:
            passage = self.slots.first(earliest, drive, way, rides)
            if passage is None:
                return None
            depart, arrive, night = passage
            unloading = self._unloaded(reception, arrive, rides)
            late = self._late(arrive, unloading, len(rides), reception)
            if day is not None and arrive < self.instance.morning(day):
                late = max(late, 1)
            if late == 0:
                break
            earliest = depart + late
        wait = depart - ready
        if self.instance.boards_at_departure and wait:
            rides = [Ride(r.unit, r.board_start + wait, r.board_end + wait, r.load, r.sets_off) for r in rides]
        handover = depart + ahead
        if night is not None and way not in self.instance.ways.before:
            handover += night[1] - night[0]
        return Draft(
            pickup, reception, depart, arrive, handover, tuple(rides), tuple(unloading), self.reserve, night=night
        )

    def _led(self, rides: Sequence[Ride]) -> int:
        """Return how many vehicles of a convoy are led; those that trail stand after them."""
        if not self.followed:
            return len(rides)
        return sum(1 for ride in rides if not ride.unit.kind.trails)

    def _boarded(self, pickup: str, aboard: list[tuple[Coming, Load]], since: int) -> list[Ride]:
        """Let the vehicles board in the bays as they come; those that trail are boarded beside the road meanwhile."""
        led = len(aboard)
        if self.followed:
            led = sum(1 for entry, _ in aboard if not entry[2].kind.trails)
        arrivals = [max(entry[0], since) for entry, _ in aboard[:led]]
        minutes = [entry[2].kind.board for entry, _ in aboard[:led]]
        stands = self.ground.bays.board(pickup, arrivals, minutes)
        ready = max(end for _, end in stands)
        for (arrival, _, unit), _ in aboard[led:]:
            begins = max(arrival, since, ready - unit.kind.board)
            stands.append((begins, begins + unit.kind.board))
        pairs = zip(aboard, stands, strict=True)
        if not self.instance.agreed.travel.lanes:
            return [Ride(entry[2], *stand, load) for (entry, load), stand in pairs]
        return [Ride(entry[2], *stand, load, self._sets_off(entry[2], pickup)) for (entry, load), stand in pairs]

    def _sets_off(self, unit: Unit, pickup: str) -> int | None:
        site, free = self.pool.site_of(unit)
        approach = self.pool.approach(unit, site, free, pickup)
        return None if approach is None or site == pickup else approach.sets_off

    def _unloaded(self, reception: str, arrive: int, rides: list[Ride]) -> list[tuple[int, int]]:
        minutes = [ride.unit.kind.unload for ride in rides]
        led = self._led(rides)
        stands = self.ground.bays.stand(reception, [arrive] * led, minutes[:led])
        return stands + [(arrive, arrive + length) for length in minutes[led:]]

    def _late(self, arrive: int, unloading: list[tuple[int, int]], vehicles: int, reception: str) -> int:
        """Return how much later to leave so that bays still taken by others do not hold the convoy too long."""
        limit = self.instance.agreed.hold_exchange
        if limit is None:
            return 0
        over = max(start for start, _ in unloading) - arrive - limit
        others = max(self.ground.bays.free.get(reception, [0])[:vehicles], default=0) - arrive
        return min(over, others) if over > 0 and others > 0 else 0

    def held_briefly(self, draft: Draft) -> bool:
        """Return whether nobody of a convoy is held longer than agreed, called to board or parked loaded."""
        agreed = self.instance.agreed
        if agreed.hold_assembly is None and agreed.hold_exchange is None:
            return True
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
        way = draft.pickup, draft.reception
        if self.ground.relayed.firsts:
            self.ground.relayed.enter(self.instance, draft, sum(self.left.values()) - sum_of(draft, self.left))
        if not self.instance.plain:
            self._drove(draft, way)
        for ride, (_, end) in zip(draft.rides, draft.unloading, strict=True):
            self.pool.take(ride.unit)
            if not ride.unit.kind.trails:
                self.pool.put(ride.unit, draft.reception, end)
            for key, number in ride.load.items():
                if key in self.left:
                    self.left[key] -= number
        brought, day = self.ground.brought, (draft.reception, self.instance.day(draft.arrive))
        brought[draft.reception] = brought.get(draft.reception, 0) + draft.people
        if self.instance.daily:
            self.ground.by_day[day] = self.ground.by_day.get(day, 0) + draft.people
        if self.instance.apart:
            self._share(draft)
        elif way in self.quota:
            self.quota[way] -= draft.people
        led = self._led(draft.rides)
        self.ground.bays.occupy(draft.pickup, [(ride.board_start, ride.board_end) for ride in draft.rides[:led]])
        self.ground.bays.occupy(draft.reception, list(draft.unloading[:led]))

    def _share(self, draft: Draft) -> None:
        """Take those aboard off the share of their groups at the reception."""
        for ride in draft.rides:
            for key, number in ride.load.items():
                share = key.removesuffix("+companions"), draft.reception
                if share in self.quota:
                    self.quota[share] -= number

    def _drove(self, draft: Draft, way: tuple[str, str]) -> None:
        """Enter the drives of a convoy: who was on which one-lane stretch, and how long each has driven."""
        ways, lanes = self.instance.ways, self.ground.lanes
        if way in ways.loaded:
            lanes.take(draft.depart, ways.loaded[way], draft.arrive - draft.depart - ways.driving[way])
        for ride in draft.rides:
            site, free = self.pool.site_of(ride.unit)
            approach = self.pool.approach(ride.unit, site, free, draft.pickup)
            if approach is not None:
                lanes.take(approach.sets_off, ways.empty.get((site, draft.pickup), ()))
                self.pool.drove(ride.unit, approach, ways.driving.get(way, 0))
