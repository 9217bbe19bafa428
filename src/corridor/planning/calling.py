"""When people are called to board: as late as the bays allow, once the timetable stands."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import replace

from corridor.planning.drafts import Draft, Ride
from corridor.planning.instance import Instance

# One boarding: the draft and the ride it belongs to.
Place = tuple[int, int]


def call_late(instances: Sequence[Instance], timetables: Sequence[list[Draft]]) -> list[list[Draft]]:
    """Return the timetables with each boarding moved up to the departure, or to the next boarding in its bay.

    While a timetable is built vehicles board as soon as they can, which keeps the bays busy; nobody needs to sit aboard
    so long. Each boarding keeps its bay and its turn there, so no bay holds two vehicles at once. Where a rule looks at
    the boarding itself it was moved while the timetable was built, and stays.
    """
    if any(instance.boards_at_departure for instance in instances):
        return [list(timetable) for timetable in timetables]
    bays = {name for instance in instances for name in instance.bays}
    drafts = [draft for timetable in timetables for draft in timetable]
    ends: dict[Place, int] = {}
    for site in dict.fromkeys(draft.pickup for draft in drafts):
        here = [
            (number, turn)
            for number, draft in enumerate(drafts)
            if draft.pickup == site
            for turn in range(len(draft.rides))
        ]
        ends |= _latest(drafts, here, shared=site in bays)
    moved = iter([_with_ends(draft, number, ends) for number, draft in enumerate(drafts)])
    return [[next(moved) for _ in timetable] for timetable in timetables]


def _latest(drafts: Sequence[Draft], here: list[Place], *, shared: bool) -> dict[Place, int]:
    """Return the latest end of each boarding at one site."""
    ordered = sorted(here, key=lambda place: _ride(drafts, place).board_start)
    next_in_bay: dict[Place, Place] = {}
    free: list[tuple[int, Place]] = []
    for place in ordered if shared else ():
        ride = _ride(drafts, place)
        if free and free[0][0] <= ride.board_start:
            next_in_bay[heapq.heappop(free)[1]] = place
        heapq.heappush(free, (ride.board_end, place))
    ends: dict[Place, int] = {}
    for place in reversed(ordered):
        end = drafts[place[0]].depart
        after = next_in_bay.get(place)
        if after is not None:
            ride = _ride(drafts, after)
            end = min(end, ends[after] - (ride.board_end - ride.board_start))
        ends[place] = end
    return ends


def _ride(drafts: Sequence[Draft], place: Place) -> Ride:
    return drafts[place[0]].rides[place[1]]


def _with_ends(draft: Draft, number: int, ends: dict[Place, int]) -> Draft:
    rides = tuple(
        ride._replace(board_start=ride.board_start + ends[number, turn] - ride.board_end, board_end=ends[number, turn])
        for turn, ride in enumerate(draft.rides)
    )
    return replace(draft, rides=rides)
