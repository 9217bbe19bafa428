"""Small worlds with one rule on vehicles, people or the way each; times as in `worlds`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import msgspec

from corridor.situation.agreement import Agreement, Clause
from corridor.situation.fleet import Fleet, Shift
from corridor.situation.site import Gathering, Site
from corridor.situation.situation import Operation, Situation
from tests.agreed_worlds import agreeing, term, window
from tests.worlds import EAST, START, both_ways, corridor, group, number, one_bus, simple, site, vehicles

DAY = 24 * 60


def after(minute: float) -> timedelta:
    """So many minutes."""
    return timedelta(minutes=minute)


def shifting(base: Situation, *shifts: Shift) -> Situation:
    """A world whose fleet grows or shrinks."""
    return msgspec.structs.replace(base, fleet=msgspec.structs.replace(base.fleet, shifts=shifts))


def growing() -> Situation:
    """One bus for 100 people, and a second that joins after half an hour: 30 + 10 + 30 + 5 = 75.

    The first alone needs 120; two from the start would promise 45.
    """
    joins = Shift(type="bus", operation=EAST, count=1, at=START + after(30), site="pickup")
    return shifting(one_bus(), joins)


def shrinking() -> Situation:
    """Two buses for 200 people, of which one leaves after 100 minutes, before its second trip ends: it makes one.

    The other makes three: 10 + 2 * 75 + 30 + 5 = 195; two that stay need 120.
    """
    fleet = Fleet(vehicles=(vehicles("bus", 2, {"seat": 50}),))
    leaves = Shift(type="bus", operation=EAST, count=1, at=START + after(100), leaves=True)
    return shifting(simple((group("families", 200),), fleet), leaves)


def trailing() -> Situation:
    """A bus and two cars of five behind it, which do not come back: 60, then 50, then 10 people: 120 + 75 = 195.

    Cars that came back would make it 120.
    """
    fleet = Fleet(vehicles=(vehicles("bus", 1, {"seat": 50}), vehicles("private_car", 2, {"seat": 5})))
    base = simple((group("families", 120),), fleet)
    return agreeing(base, term("vehicles", trailing="private_car"))


def gathering() -> Situation:
    """Half of the people come only after two hours: 120 + 10 + 30 + 5 = 165 instead of 120."""
    steps = (Gathering(at=START, share=0.5), Gathering(at=START + after(120), share=1.0))
    base = one_bus()
    return msgspec.structs.replace(base, groups=(msgspec.structs.replace(base.groups[0], gathers=steps),))


def two_ends(*sites: Site) -> Situation:
    """One bus for 50 people, a hospital 30 minutes away and a camp 60 minutes away."""
    base = simple((group("families", 50),), Fleet(vehicles=(vehicles("bus", 1, {"seat": 50}),)))
    changed = {one.id: one for one in sites}
    ends = (site("pickup", "pickup"), site("hospital", "hospital"), site("camp", "reception"))
    return msgspec.structs.replace(
        base,
        sites=tuple(changed.get(one.id, one) for one in ends),
        legs=(*both_ways("pickup", "hospital", 30), *both_ways("pickup", "camp", 60)),
        corridors=(corridor(),),
        operations=(Operation(id=EAST, area="east", pickups=("pickup",), receptions=("hospital", "camp")),),
    )


def hospital() -> Situation:
    """The hospital takes wounded only, so families go to the camp: 10 + 60 + 5 = 75 instead of 45."""
    return two_ends(Site(id="hospital", kind="hospital", accepts=("stretcher", "wounded")))


def own_choice() -> Situation:
    """The people chose the camp: 75 instead of 45."""
    base = two_ends()
    return msgspec.structs.replace(base, groups=(msgspec.structs.replace(base.groups[0], chosen="camp"),))


def a_day_each() -> Situation:
    """The reception takes in 50 a day, so the second 50 arrive at midnight: 18 * 60 + 5 = 1085 instead of 120."""
    base = one_bus()
    ends = (site("pickup", "pickup"), Site(id="reception", kind="reception", daily=number(50)))
    return msgspec.structs.replace(base, sites=ends)


def whole_families() -> Situation:
    """Families of six, eight to a bus of 50: 48, 48 and the last four people: 120 + 75 = 195 instead of 120."""
    base = one_bus()
    return msgspec.structs.replace(base, groups=(msgspec.structs.replace(base.groups[0], family=6),))


def lines() -> Situation:
    """The bus may not cross the line, so a van of ten makes two trips for 20 people: 120 instead of 45."""
    fleet = Fleet(vehicles=(vehicles("bus", 1, {"seat": 50}), vehicles("van", 1, {"seat": 10})))
    base = simple((group("families", 20),), fleet)
    ends = (Site(id="pickup", kind="pickup", control="one"), Site(id="reception", kind="reception", control="other"))
    held = msgspec.structs.replace(base, sites=ends)
    return agreeing(held, term("vehicles", crossing_bus="one", crossing_van="one;other"))


def one_lane() -> Situation:
    """Two buses from one bay, each alone, on a road of one lane: nobody comes back until both are through, at 50.

    They are back at 80 and leave again, one boarded after the other, at 90 and 100: 100 + 30 + 5 = 135. On a road of
    two lanes the second would leave at 95: 130.
    """
    fleet = Fleet(vehicles=(vehicles("bus", 2, {"seat": 50}),))
    base = simple((group("families", 200),), fleet, size=1, bays=1)
    return agreeing(base, term("corridor", one_lane="pickup>reception"))


def rests() -> Situation:
    """A driver rests 45 minutes after an hour at the wheel, so before the second round: 120 + 45 = 165."""
    return agreeing(one_bus(), term("vehicles", drive_minutes=60, rest_minutes=45))


def night() -> Situation:
    """Four hours to drive and windows of three: the convoy stands overnight half way: 24 * 60 + 120 + 5 = 1565.

    Without the stop no plan exists.
    """
    base = simple((group("families", 50),), Fleet(vehicles=(vehicles("bus", 1, {"seat": 50}),)))
    far = msgspec.structs.replace(
        base,
        sites=(site("pickup", "pickup"), site("halfway", "place"), site("reception", "reception")),
        legs=(*both_ways("pickup", "halfway", 120), *both_ways("halfway", "reception", 120)),
        corridors=(corridor("pickup", "halfway", "reception"),),
    )
    hours = window("today", 0, 180), window("tomorrow", DAY, DAY + 180)
    return agreeing(far, term("corridor", overnight="halfway"), *hours)


def changing() -> Situation:
    """One bus each side of the line, and a quarter of an hour to change: 100 people unloaded at 45 and at 120.

    The second bus boards at 60 and at 135, when both its people and it itself are there: 135 + 10 + 30 + 5 = 180. With
    everybody at the line from the start it would be done at 120.
    """
    near = one_bus()
    ends = (site("pickup", "pickup"), site("line", "handover"), site("reception", "reception"))
    far = vehicles("bus", 1, {"seat": 50}, operation="onward", depot="line")
    relay = Clause(id="change", kind="corridor", parameters={"onward_of": EAST, "transfer_minutes": 15})
    return msgspec.structs.replace(
        near,
        sites=ends,
        groups=(*near.groups, group("onward/families", 100, site="line", operation="onward")),
        fleet=Fleet(vehicles=(*near.fleet.vehicles, far)),
        legs=(*both_ways("pickup", "line", 30), *both_ways("line", "reception", 30)),
        corridors=(corridor("pickup", "line"), corridor("line", "reception", operation="onward")),
        agreements=(*near.agreements, Agreement(operation="onward", state="in_force", clauses=(relay,))),
        operations=(
            Operation(id=EAST, area="east", pickups=("pickup",), receptions=("line",)),
            Operation(id="onward", area="line", pickups=("line",), receptions=("reception",)),
        ),
    )


WORLDS: dict[str, Callable[[], Situation]] = {
    world.__name__: world
    for world in (
        growing,
        shrinking,
        trailing,
        gathering,
        hospital,
        own_choice,
        a_day_each,
        whole_families,
        lines,
        one_lane,
        rests,
        night,
        changing,
    )
}

# The least clearance time of each world, worked out in its docstring.
CLEARANCE_MINUTES: dict[str, int] = {
    "growing": 75,
    "shrinking": 195,
    "trailing": 195,
    "gathering": 165,
    "hospital": 75,
    "own_choice": 75,
    "a_day_each": 1085,
    "whole_families": 195,
    "lines": 120,
    "one_lane": 135,
    "rests": 165,
    "night": DAY + 125,
    "changing": 180,
}
