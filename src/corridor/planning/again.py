"""Replanning: the orders already given are followed as far as they hold, and the rest is built as always."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from corridor.planning.construct import Builder
from corridor.planning.drafts import ENDLESS, Draft, Style
from corridor.planning.instance import Instance
from corridor.planning.plan import Change, Convoy, Plan
from corridor.planning.timing import Ground, When, at_once

# So many orders are looked at to find one that can leave on time while an earlier one cannot.
LOOK_AHEAD = 16


class Follower(Builder):
    """Builds a timetable along earlier orders: each leaves when it was to leave, or as soon after as it can."""

    def __init__(
        self,
        instance: Instance,
        style: Style,
        quota: dict[tuple[str, str], int],
        ground: Ground | None,
        orders: Sequence[Convoy],
    ) -> None:
        super().__init__(instance, style, quota, ground)
        self.orders = [order for order in orders if order.pickup in instance.pickups]

    def next_draft(self, room: int = ENDLESS, when: When = at_once) -> Draft | None:
        """Return the next order that can still be carried out, else the next convoy as always.

        An order that would leave late lets those go first that can leave on time and that it would hold up.
        """
        late: Draft | None = None
        for order in () if self.reserve else tuple(self.orders[:LOOK_AHEAD]):
            minute = self._minute(order)
            if late is not None and minute >= late.depart + max(self.instance.headway, 1):
                break
            draft = self._follow(order, minute, room, when)
            if draft is not None and draft.depart == minute:
                return draft
            if draft is not None and (late is None or draft.depart < late.depart):
                late = draft
        if late is not None or (room < ENDLESS and self.orders):
            return late  # Where the other side must move first, the orders may stand afterwards.
        self.orders = []
        return super().next_draft(room, when)

    def _minute(self, order: Convoy) -> int:
        return round((order.depart - self.instance.start) / timedelta(minutes=1))

    def _follow(self, order: Convoy, minute: int, room: int, when: When) -> Draft | None:
        main = max(Counter(_kind(trip.vehicle) for trip in order.trips).values())

        def not_before(people: int) -> tuple[int, int]:
            depart, handover = when(people)
            return max(depart, minute), handover

        draft = self._draft(order.pickup, room, not_before, main)
        return None if draft is None else replace(draft, order=order.id, why=_why(draft, order, minute))

    def commit(self, draft: Draft) -> None:
        """Enter a convoy into the timetable; its order is then carried out."""
        super().commit(draft)
        self.orders = [order for order in self.orders if order.id != draft.order]


def _kind(vehicle: str) -> str:
    return vehicle.rpartition("-")[0]


def _why(draft: Draft, order: Convoy, minute: int) -> str:
    """Return what made a draft differ from its order, in words; nothing where it does not."""
    if draft.depart > minute:
        boarding = draft.depart - min(ride.board_start for ride in draft.rides)
        waited = max(ride.unit.free for ride in draft.rides) > minute - boarding
        return "its vehicles come later" if waited else "others that can leave on time, or the hours, go before it"
    if len(draft.rides) != len(order.trips):
        return "other vehicles are there"
    return "other people wait" if draft.people != order.people else ""


def orders_of(previous: Plan, instance: Instance) -> list[Convoy]:
    """Return the planned orders of an operation that have not left yet, in order of departure."""
    mine = [c for c in previous.planned if c.operation == instance.operation and c.depart >= instance.start]
    return sorted(mine, key=lambda convoy: (convoy.depart, convoy.id))


def names_taken(previous: Plan | None, operation: str) -> int:
    """Return the highest number that an earlier plan gave to a convoy of an operation."""
    numbers = [c.id.rpartition("/C")[2] for c in previous.convoys if c.operation == operation] if previous else []
    return max((int(number) for number in numbers if number.isdigit()), default=0)


def changes(
    previous: Plan, instance: Instance, convoys: Sequence[Convoy], why: dict[str, str], fresh: str
) -> tuple[Change, ...]:
    """Return each order of an operation that is no longer what it was, and each new one, with the reason.

    `why` gives reasons by id; `fresh` is the reason for all of them where the orders were made anew.
    """
    now = {convoy.id: convoy for convoy in convoys if not convoy.reserve}
    found = []
    for order in orders_of(previous, instance):
        convoy = now.pop(order.id, None)
        if convoy is None:
            found.append(Change(convoy=order.id, what="is cancelled", why=fresh or "nobody is left for it to carry"))
        elif what := difference(order, convoy):
            found.append(Change(convoy=order.id, what=what, why=fresh or why.get(order.id) or "other people wait"))
    found += [
        Change(convoy=name, what=f"is new: departs {c.depart:%d %b %H:%M}", why=fresh or "people no order carries")
        for name, c in now.items()
    ]
    return tuple(found)


def difference(order: Convoy, convoy: Convoy) -> str:
    """Return in words how a convoy differs from its order, nothing where only the numbers of like vehicles do."""
    words = []
    if convoy.depart != order.depart:
        words.append(f"departs {convoy.depart:%d %b %H:%M} instead of {order.depart:%H:%M}")
    if (convoy.pickup, convoy.reception) != (order.pickup, order.reception):
        words.append(f"goes {convoy.pickup} > {convoy.reception} instead of {order.pickup} > {order.reception}")
    if Counter(_kind(t.vehicle) for t in convoy.trips) != Counter(_kind(t.vehicle) for t in order.trips):
        words.append(f"has {len(convoy.trips)} vehicles instead of {len(order.trips)}")
    if convoy.people != order.people:
        words.append(f"carries {convoy.people:,} people instead of {order.people:,}")
    return ", ".join(words)
