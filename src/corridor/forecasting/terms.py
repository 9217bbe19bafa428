"""What terms and facts of the field ask of the convoys of a plan, as the simulator takes it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from corridor.planning.agreed import agreed_for
from corridor.planning.instance import accepted
from corridor.planning.plan import Convoy
from corridor.planning.rounding import up
from corridor.planning.units import VehicleKind
from corridor.planning.ways import route
from corridor.situation.site import Group
from corridor.situation.situation import Operation, Situation

Floats = NDArray[np.float64]


def passages_of(
    situation: Situation, operation: Operation, convoys: Sequence[Convoy], drawn: float, *, alone: bool = False
) -> Floats:
    """Return, for each convoy, the minutes of the stated search and the share of the way before a night (0: none).

    Where the time at a checkpoint on the way is `drawn` each vehicle's own check is in it, and only what the search
    takes of a whole convoy is left. Vehicles that go `alone` are each searched as a convoy of one.
    """
    agreed = agreed_for(situation, operation, situation.at)
    lanes = {site.id for site in situation.sites if site.kind == "checkpoint" and site.bays and drawn > 0.0}
    found = np.zeros((len(convoys), 2))
    reached: dict[tuple[str, str], dict[str, int]] = {}
    for number, convoy in enumerate(convoys):
        way = convoy.pickup, convoy.reception
        if (lanes or convoy.night is not None) and way not in reached:
            reached[way] = dict(route(situation, operation, way, lambda leg: up(leg.minutes), loaded=True))
        found[number, 0] = agreed.check_convoy
        if not lanes & set(reached.get(way, ())):
            found[number, 0] += agreed.check_vehicle * (1 if alone else len(convoy.trips))
        if convoy.night is not None:
            whole = reached[way][convoy.reception] + found[number, 0]
            found[number, 1] = reached[way][convoy.night.site] / whole
    return found


def caps_of(
    situation: Situation, convoys: Sequence[Convoy], groups: Sequence[Group], kinds: Sequence[VehicleKind]
) -> Floats:
    """Return the most people of each group in each convoy, companions not counted; inf where nothing limits them.

    Whole families fill no vehicle to its last seat; who may not go to a reception goes to another one; before all of a
    group have come a convoy carries whom the plan has aboard.
    """
    found = np.full((len(convoys), len(groups)), np.inf)
    sites = {site.id: site for site in situation.sites if site.accepts}
    bound = [n for n, group in enumerate(groups) if sites or group.family > 1 or group.chosen or group.gathers]
    seats = {kind.name: kind.places.get("seat", 0) for kind in kinds}
    for number, convoy in enumerate(convoys):
        for index in bound:
            group = groups[index]
            if group.family > 1 and group.place == "seat" and not group.companions:
                whole = (seats[type_of(trip.vehicle)] // group.family for trip in convoy.trips)
                found[number, index] = sum(whole) * group.family
            refused = convoy.reception in sites and not accepted(sites[convoy.reception], group)
            if refused or (group.chosen and group.chosen != convoy.reception):
                found[number, index] = 0.0
            begins = min((trip.board_start for trip in convoy.trips), default=convoy.depart)
            if group.gathers and begins < group.gathers[-1].at:
                found[number, index] = sum(trip.load.get(group.id, 0) for trip in convoy.trips)
    return found


def type_of(vehicle: str) -> str:
    """Return the type in a vehicle's name: `bus` of `aleppo/bus-07`."""
    return vehicle.partition("/")[2].rpartition("-")[0]
