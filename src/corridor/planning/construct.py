"""A timetable by events: the next convoy is filled, boarded, sent and unloaded, until nobody is left."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from corridor.planning.boarding import fill, gather, spread
from corridor.planning.drafts import ENDLESS, Draft, Load, Ride, Style
from corridor.planning.instance import Instance, People, Unit
from corridor.planning.lanes import Lanes
from corridor.planning.needs import needs_of, present
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


class Builder:
    """Builds one timetable of one operation; the state of the vehicles, bays and people while it does so."""

    def __init__(
        self, instance: Instance, style: Style, quota: dict[tuple[str, str], int], ground: Ground | None = None
    ) -> None:
        self.instance = instance
        self.style = style
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
        if not self.instance.gathers and self.instance.agreed.travel.relay is None:
            return self._shrunk(Call(pickup, waiting, self.left, room, when, most, ordered=ordered))
        return self._gathered(Call(pickup, waiting, self.left, room, when, most, ordered=ordered))

    def _gathered(self, call: Call) -> Draft | None:
        """Return the convoy of those who are there: nobody boards before coming, nobody there is passed over."""
        found: Draft | None = None
        relay = self.instance.agreed.travel.relay
        steps = list(self.instance.steps)
        if relay is not None:
            steps = sorted({*steps, *self.ground.relayed.steps(relay, call.pickup)})
        while steps:
            since = steps.pop(0)
            everyone = {group.name: group.reserve if self.reserve else group.planned for group in call.waiting}
            brought = self.ground.relayed.here(self.instance, call.waiting, since) if relay is not None else None
            here = present(call.waiting, everyone, self.left, since, brought)
            waiting = [group for group in call.waiting if here[group.name] > 0]
            few = self.style.patient and sum(here.values()) < self._full(call.most)
            if not waiting or (few and (steps or (relay is not None and self.ground.relayed.goes_on(relay)))):
                continue
            found = self._shrunk(replace(call, waiting=waiting, here=here, since=since))
            if found is None:
                continue
            # Who came while the convoy waited to leave may board with it, those in most need first.
            begins = min(ride.board_start for ride in found.rides)
            if not steps or steps[0] > begins:
                return found
            found = None
        return found

    def _full(self, most: int) -> int:
        return most * max(sum(kind.places.values()) for kind in self.instance.leading)

    def _shrunk(self, call: Call) -> Draft | None:
        """Return the convoy with so few vehicles that nobody is held longer than agreed."""
        most = call.most
        while most >= 1:
            draft = self._sized(call, most)
            if draft is not None and not call.ordered and len(self.drafts) < self.style.punctual:
                draft = self._sized(call, self._aboard_in_time(draft)) or draft
            if draft is None or self._held_briefly(draft):
                return draft
            most = min(len(draft.rides), most)
            most -= max(most // 5, 1)
            if most < self.instance.agreed.smallest:
                break
        # Vehicles of one type alone may keep a hold that those which join them break.
        draft = self._sized(replace(call, others=False), self.instance.agreed.smallest)
        return draft if draft is not None and self._held_briefly(draft) else None

    def _soonest(self, pickup: str) -> int:
        """Return a minute before which no convoy leaves from a pickup."""
        clear = self.slots.departures[-1] + self.instance.headway if self.slots.departures else 0
        return max(clear, self.last_from[pickup], self.not_before)

    def _aboard_in_time(self, draft: Draft) -> int:
        """Return how many vehicles of the first type are boarded when the next convoy may leave, or first of all."""
        rides = [ride for ride in draft.rides if ride.unit.kind is draft.rides[0].unit.kind]
        until = max(self._soonest(draft.pickup), min(ride.board_end for ride in rides))
        return max(sum(1 for ride in rides if ride.board_end <= until), self.instance.agreed.smallest)

    def _sized(self, call: Call, most: int) -> Draft | None:
        for reception, places, caps in self._receptions(call):
            draft = self._to(call, reception, (places, caps), most)
            if draft is not None:
                return draft
        return None

    def _receptions(self, call: Call) -> Iterator[tuple[str, int, dict[str, int] | None]]:
        """Yield where people from a pickup may go and how many: first its share of each, then any room left.

        Where some may go to some receptions only, those come first that take who is first in line, and each group has
        its share.
        """
        pickup = call.pickup
        ways = sorted((minutes, name) for (start, name), minutes in self.instance.loaded.items() if start == pickup)
        brought = self.ground.brought
        room = {name: self.instance.capacity.get(name, ENDLESS) - brought.get(name, 0) for _, name in ways}
        if self.instance.apart:
            first = call.waiting[0].receptions
            ways.sort(key=lambda entry: (first is not None and entry[1] not in first, entry))
        for _, name in ways if not self.reserve and self.quota else ():
            if room[name] <= 0:
                continue
            if self.instance.apart:
                yield name, room[name], self._caps(call.waiting, name)
            elif (share := min(self.quota.get((pickup, name), 0), room[name])) > 0:
                yield name, share, None
        yield from ((name, room[name], None) for _, name in ways if room[name] > 0)

    def _caps(self, waiting: list[People], reception: str) -> dict[str, int]:
        return {g.name: self.quota.get((g.name, reception), 0) // (1 + g.companions) for g in waiting}

    def _to(self, call: Call, reception: str, places: tuple[int, dict[str, int] | None], most: int) -> Draft | None:
        """Return the convoy to a reception, on the first day on which it takes anyone."""
        waiting = call.waiting
        if self.instance.apart:
            waiting = [g for g in waiting if g.receptions is None or reception in g.receptions]
            if not waiting:
                return None
        room, limit = min(places[0], call.room), self.instance.daily.get(reception)
        if limit is None:
            return self._loaded(call, waiting, reception, (room, places[1]), most)
        day = self.instance.day(self.last_from[call.pickup])
        while limit > 0:
            left = limit - self.ground.by_day.get((reception, day), 0)
            draft = (
                self._loaded(call, waiting, reception, (min(room, left), places[1]), most, day) if left > 0 else None
            )
            if draft is not None and self.instance.day(draft.arrive) == day:
                return draft
            if draft is None and left == limit:
                return None
            # A convoy that comes on a later day is built for that day's room.
            day = day + 1 if draft is None else self.instance.day(draft.arrive)
        return None

    def _loaded(
        self,
        call: Call,
        waiting: list[People],
        reception: str,
        places: tuple[int, dict[str, int] | None],
        most: int,
        day: int | None = None,
    ) -> Draft | None:
        way = call.pickup, reception
        smallest = self.instance.agreed.smallest
        needs = needs_of(self.instance, waiting, call.here)
        skip: set[str] = set()
        while True:
            coming = gather(
                self.instance,
                self.pool,
                way,
                needs,
                most,
                skip,
                soon=self._soonest(call.pickup),
                beside=self.style.beside if call.others else 0,
                apart=self.style.apart if call.others else 0,
            )
            units = [unit for _, _, unit in coming]
            loads = fill(units, waiting, call.here, places[0], places[1])
            if smallest > 1:
                spread(loads, units, smallest, {group.name: group.family for group in waiting})
            used = [(entry, loads[entry[2].name]) for entry in coming if loads[entry[2].name]]
            if not used or len(used) < smallest or all(entry[2].kind.trails for entry, _ in used):
                return None
            draft = self._timed(way, used, call, day)
            late = () if draft is None or self.instance.plain else self._gone(draft)
            if not late:
                return draft
            skip.update(late)

    def _gone(self, draft: Draft) -> tuple[str, ...]:
        """Return the vehicles that will have left the fleet before this convoy is unloaded."""
        rides = zip(draft.rides, draft.unloading, strict=True)
        return tuple(ride.unit.name for ride, (_, end) in rides if end > ride.unit.until)

    def _timed(
        self, way: tuple[str, str], aboard: list[tuple[Coming, Load]], call: Call, day: int | None
    ) -> Draft | None:
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

    def _led(self, units: Sequence[Unit]) -> int:
        """Return how many vehicles of a convoy are led; those that trail stand after them."""
        if len(self.instance.leading) == len(self.instance.kinds):
            return len(units)
        return sum(1 for unit in units if not unit.kind.trails)

    def _boarded(self, pickup: str, aboard: list[tuple[Coming, Load]], since: int) -> list[Ride]:
        """Let the vehicles board in the bays as they come; those that trail are boarded beside the road meanwhile."""
        led = self._led([entry[2] for entry, _ in aboard])
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
        led = self._led([ride.unit for ride in rides])
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
        led = self._led([ride.unit for ride in draft.rides])
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
