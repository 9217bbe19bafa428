"""Small worlds with one rule of an agreement each, and agreements that no plan can keep; times as in `worlds`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import msgspec

from corridor.situation.agreement import Agreement, Clause, ClauseKind
from corridor.situation.fleet import Fleet
from corridor.situation.situation import Situation
from tests.worlds import (
    EAST,
    START,
    closed_window,
    convoys,
    group,
    one_bus,
    reciprocity,
    simple,
    site,
    two_sites,
    under_way,
    vehicles,
)


def term(kind: ClauseKind, **parameters: float | str) -> Clause:
    """A clause of a kind with its terms."""
    return Clause(id=f"{kind} terms", kind=kind, parameters=parameters)


def agreeing(base: Situation, *clauses: Clause, operation: str = EAST) -> Situation:
    """A world under more clauses in one of its agreements."""
    agreements = tuple(
        msgspec.structs.replace(item, clauses=(*item.clauses, *clauses)) if item.operation == operation else item
        for item in base.agreements
    )
    return msgspec.structs.replace(base, agreements=agreements)


def tied_numbers() -> Situation:
    """One from the villages for one from the city: two buses in the city wait for the one bus of the villages.

    The villages' second 50 arrive after 10 + 60 + 5 + 60 + 10 + 60 = 205, the city's with them: 205 + 5 = 210.
    Untied, the city needs 45.
    """
    base = reciprocity()
    east = vehicles("bus", 2, {"seat": 50})
    fleet = Fleet(vehicles=(east, *(v for v in base.fleet.vehicles if v.operation == "foua")))
    deal = Clause(id="deal", kind="reciprocity", parameters={"with": "foua", "ratio": 1})
    villagers = group("villagers", 100, site="village", operation="foua")
    agreements = (Agreement(operation=EAST, state="in_force", clauses=(deal,)), base.agreements[1])
    return msgspec.structs.replace(base, groups=(base.groups[0], villagers), fleet=fleet, agreements=agreements)


def hand_in_hand() -> Situation:
    """Neither side may be ahead at all: 50 of each are handed over at the same minute, twice.

    The villages need 205 until their second arrival as in `tied_numbers`: 205 + 5 = 210.
    """
    deal = Clause(id="deal", kind="reciprocity", parameters={"with": "foua", "ratio": 1, "order": "mutual"})
    base = tied_numbers()
    return msgspec.structs.replace(
        base, agreements=(Agreement(operation=EAST, state="in_force", clauses=(deal,)), base.agreements[1])
    )


def first_steps() -> Situation:
    """Fifty of each side first; the city's second bus leaves when the villages' 50 have arrived, at 70: 70 + 35 = 105.

    The villages' second trip ends after 210 as in `tied_numbers`.
    """
    base = tied_numbers()
    there = Clause(id="step there", kind="reciprocity", parameters={"with": EAST, "first_step": 50})
    here = Clause(id="step here", kind="reciprocity", parameters={"with": "foua", "first_step": 50})
    agreements = (
        Agreement(operation=EAST, state="in_force", clauses=(here,)),
        Agreement(operation="foua", state="in_force", clauses=(there,)),
    )
    return msgspec.structs.replace(base, agreements=agreements)


def held_back() -> Situation:
    """The city's second bus leaves when all 100 of the villages have arrived, at 205: 205 + 30 + 5 = 240.

    Untied, the villages end last, after 210.
    """
    base = first_steps()
    there = Clause(id="step there", kind="reciprocity", parameters={"with": EAST, "first_step": 100})
    return msgspec.structs.replace(
        base, agreements=(base.agreements[0], Agreement(operation="foua", state="in_force", clauses=(there,)))
    )


def last_ones() -> Situation:
    """The last 50 leave when the aid has arrived, after 200 minutes: 200 + 30 + 5 = 235; without the phase 120."""
    aid = Clause(id="aid", kind="goods", begins=START + timedelta(minutes=180), ends=START + timedelta(minutes=200))
    last = Clause(id="last", kind="phase", parameters={"last": 50, "after": "aid"})
    return agreeing(one_bus(), aid, last)


def aid_first() -> Situation:
    """Aid comes in from minute 20 to 100, before the first bus could clear the road: 100 + 35 + 30 + 10 + 35 = 210."""
    aid = Clause(id="aid", kind="goods", begins=START + timedelta(minutes=20), ends=START + timedelta(minutes=100))
    return agreeing(one_bus(), aid)


def escorted() -> Situation:
    """The world `convoys` behind one escort team, away for 60 minutes: 10 + 2 * 60 + 30 + 5 = 165 instead of 85."""
    return agreeing(convoys(), term("corridor", escorts=1))


def at_least_two() -> Situation:
    """No bus leaves alone, the second one is boarded at 80, and 150 people need two convoys: 80 + 75 + 35 = 190.

    Alone, the buses would need 120.
    """
    base = under_way()
    fleet = msgspec.structs.replace(base, groups=(group("families", 150),))
    return agreeing(fleet, term("corridor", smallest=2))


def short_holds() -> Situation:
    """One bay, a headway of 30, and nobody is called more than 20 minutes before departure: two convoys of two buses.

    They leave after 20 and 50 minutes: 50 + 35 = 85; one convoy of four would end at 75.
    """
    fleet = Fleet(vehicles=(vehicles("bus", 4, {"seat": 50}),))
    return simple((group("families", 200),), fleet, headway=30, bays=1, clauses=(term("corridor", hold_assembly=20),))


def no_parking() -> Situation:
    """One bay at the reception, a headway of 30, and at most 5 minutes parked there: two buses a convoy.

    They leave after 10 and 40 minutes: 40 + 30 + 5 + 5 = 80; one convoy of four would end at 60.
    """
    fleet = Fleet(vehicles=(vehicles("bus", 4, {"seat": 50}),))
    base = simple((group("families", 200),), fleet, headway=30, clauses=(term("corridor", hold_exchange=5),))
    return msgspec.structs.replace(base, sites=(site("pickup", "pickup"), site("reception", "reception", bays=1)))


def searched() -> Situation:
    """A search of 10 minutes a convoy and 2 a vehicle: (10+42+5) + 30 + (10+42+5) = 144 instead of 120."""
    return agreeing(one_bus(), term("search", convoy_minutes=10, vehicle_minutes=2))


def margin() -> Situation:
    """Ten minutes kept before each window closes let one trip through today: 24 * 60 + 35 + 30 + 10 + 35 = 1550."""
    return agreeing(closed_window(), term("corridor", margin=10))


def crowded() -> Situation:
    """Ten people on the floor of a bus, as the parties declared: 120 people in two trips, 120 minutes."""
    base = msgspec.structs.replace(one_bus(), groups=(group("families", 120),))
    return agreeing(base, term("vehicles", crowding=10))


def window(name: str, begins: float, ends: float) -> Clause:
    """A window between two minutes after the start."""
    opens, closes = (START + timedelta(minutes=minute) for minute in (begins, ends))
    return Clause(id=name, kind="window", begins=opens, ends=closes)


def too_few_hours() -> Situation:
    """Impossible: one bus needs six trips and the only window lets two through.

    The sixth trip arrives after 10 + 30 + 5 * 75 = 415 minutes, 295 after the window closes; each bus makes two trips.
    """
    fleet = Fleet(vehicles=(vehicles("bus", 1, {"seat": 50}),))
    return simple((group("families", 300),), fleet, clauses=(window("today", 0, 120),))


def wrong_camp() -> Situation:
    """Impossible: 200 people, of whom the only reception in the agreement takes 100, beside one with room."""
    base = two_sites()
    agreed = Clause(id="where", kind="destination", parameters={"to": "west"})
    west = tuple(site(s.id, s.kind, capacity=100 if s.id == "west" else None) for s in base.sites)
    agreement = Agreement(operation=EAST, state="in_force", clauses=(agreed,))
    return msgspec.structs.replace(base, sites=west, agreements=(agreement,))


def one_at_a_time() -> Situation:
    """Impossible: six buses are there, one may be on the road at once, and the window ends before the third is over."""
    fleet = Fleet(vehicles=(vehicles("bus", 6, {"seat": 50}),))
    allowed = Clause(id="fleet", kind="vehicles", parameters={"bus": 1})
    return simple((group("families", 300),), fleet, clauses=(window("today", 0, 80), allowed))


# Agreements that no plan can keep, with the smallest set of things that cannot hold together.
IMPOSSIBLE: dict[str, tuple[Callable[[], Situation], set[str]]] = {
    "too_few_hours": (too_few_hours, {"today", "aleppo/bus", "families"}),
    "wrong_camp": (wrong_camp, {"where", "west"}),
    "one_at_a_time": (one_at_a_time, {"today", "fleet", "families"}),
}


WORLDS: dict[str, Callable[[], Situation]] = {
    world.__name__: world
    for world in (
        tied_numbers,
        hand_in_hand,
        first_steps,
        held_back,
        last_ones,
        aid_first,
        escorted,
        at_least_two,
        short_holds,
        no_parking,
        searched,
        margin,
        crowded,
    )
}

# The least clearance time of each world, worked out in its docstring.
CLEARANCE_MINUTES: dict[str, int] = {
    "tied_numbers": 210,
    "hand_in_hand": 210,
    "first_steps": 210,
    "held_back": 240,
    "last_ones": 235,
    "aid_first": 210,
    "escorted": 165,
    "at_least_two": 190,
    "short_holds": 85,
    "no_parking": 80,
    "searched": 144,
    "margin": 24 * 60 + 110,
    "crowded": 120,
}
