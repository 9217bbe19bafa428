"""A timetable by events: the next convoy is filled, boarded, sent and unloaded, until nobody is left."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import replace

from corridor.planning.boarding import fill, gather, spread
from corridor.planning.drafts import ENDLESS, Draft
from corridor.planning.instance import People
from corridor.planning.needs import needs_of, present
from corridor.planning.timing import Call, Clock, When, at_once

# Where people may go from a pickup, how many there, and how many of each group.
Place = tuple[str, int, dict[str, int] | None]


class Builder(Clock):
    """Builds one timetable of one operation: who goes next, with which vehicles, and where to."""

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
            found = (draft for draft in drafts if draft is not None)
            first = next(found, None)
            if first is None or self.instance.fairness != "none" or not self._waits_for_hours(first):
                return first
            # What is left of a window is for whoever still comes through in it.
            return min((first, *found), key=lambda draft: draft.depart)
        drafts = (self._draft(pickup, room, when) for pickup in self.instance.pickups)
        options = [draft for draft in drafts if draft is not None]
        return min(options, key=lambda draft: (draft.depart, -self._work(draft.pickup), draft.pickup), default=None)

    def _waits_for_hours(self, draft: Draft) -> bool:
        """Return whether a window opens between the last departure so far and that of a convoy."""
        latest = self.slots.departures[-1] if self.slots.departures else 0
        return any(latest < opens <= draft.depart for opens, _ in self.instance.windows or ())

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
            if draft is None or self.held_briefly(draft):
                return draft
            most = min(len(draft.rides), most)
            most -= max(most // 5, 1)
            if most < self.instance.agreed.smallest:
                break
        # Vehicles of one type alone may keep a hold that those which join them break.
        draft = self._sized(replace(call, others=False), self.instance.agreed.smallest)
        return draft if draft is not None and self.held_briefly(draft) else None

    def _aboard_in_time(self, draft: Draft) -> int:
        """Return how many vehicles of the first type are boarded when the next convoy may leave, or first of all."""
        rides = [ride for ride in draft.rides if ride.unit.kind is draft.rides[0].unit.kind]
        until = max(self.soonest(draft.pickup), min(ride.board_end for ride in rides))
        return max(sum(1 for ride in rides if ride.board_end <= until), self.instance.agreed.smallest)

    def _sized(self, call: Call, most: int) -> Draft | None:
        """Return the convoy to the first reception that serves, or to the one that is best where the style looks."""
        places = self._receptions(call)
        turn = self.style.end(len(self.drafts))
        if turn:
            every = list(places)
            places = iter(every[turn % len(every) :] + every[: turn % len(every)] if every else ())
        drafts = (self._to(call, reception, (room, caps), most) for reception, room, caps in places)
        found = (draft for draft in drafts if draft is not None)
        if not self.style.choosing or turn:
            return next(found, None)
        first = {group.name for group in call.waiting if group.priority == call.waiting[0].priority}
        return min(found, key=lambda draft: (not _takes(draft, first), draft.depart, -draft.people), default=None)

    def _receptions(self, call: Call) -> Iterator[Place]:
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
                soon=self.soonest(call.pickup),
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
            draft = self.timed(way, used, call, day)
            late = () if draft is None or self.instance.plain else self._gone(draft)
            if not late:
                return draft
            skip.update(late)

    def _gone(self, draft: Draft) -> tuple[str, ...]:
        """Return the vehicles that will have left the fleet before this convoy is unloaded."""
        rides = zip(draft.rides, draft.unloading, strict=True)
        return tuple(ride.unit.name for ride, (_, end) in rides if end > ride.unit.until)


def _takes(draft: Draft, groups: set[str]) -> bool:
    """Return whether anybody of some groups is aboard."""
    return any(key in groups for ride in draft.rides for key in ride.load)
