"""The rules on vehicles, people and the way: kept, costly to keep, and named where a plan breaks them."""

from __future__ import annotations

import random

import msgspec
import pytest

from corridor.errors import Infeasible
from corridor.planning.solve import plan
from corridor.planning.verify import verify
from corridor.situation.agreement import Clause
from corridor.situation.fleet import Fleet, Shift
from corridor.situation.site import Gathering
from corridor.situation.situation import Situation
from tests import travel_worlds, worlds
from tests.agreed_worlds import agreeing, tied_numbers, window
from tests.planning.by_hand import moment
from tests.worlds import EAST, number

# The least time of each world without its rule, and the rule that refuses such a plan.
WITHOUT = {
    "growing": (45, "continuity"),
    "shrinking": (120, "availability"),
    "trailing": (120, "trailing"),
    "gathering": (120, "gathering"),
    "hospital": (45, "acceptance"),
    "own_choice": (45, "choice"),
    "a_day_each": (120, "daily reception"),
    "whole_families": (120, "families"),
    "lines": (45, "crossing"),
    "one_lane": (130, "one lane"),
    "rests": (120, "stops"),
    "changing": (120, "transfer"),
}


def lifted(base: Situation) -> Situation:
    """A world without its rules; who joins later is there from the start."""
    plain = {"gathers": (), "family": 1, "chosen": ""}
    joining = {s.type: s.count for s in base.fleet.shifts if not s.leaves}
    vehicles = tuple(
        msgspec.structs.replace(v, count=number(v.count.quantile(0.5) + joining.get(v.type, 0)))
        for v in base.fleet.vehicles
    )
    return msgspec.structs.replace(
        base,
        groups=tuple(msgspec.structs.replace(group, **plain) for group in base.groups),
        sites=tuple(msgspec.structs.replace(site, accepts=(), daily=None) for site in base.sites),
        agreements=tuple(msgspec.structs.replace(item, clauses=()) for item in base.agreements),
        fleet=Fleet(vehicles=vehicles),
    )


@pytest.mark.parametrize("name", WITHOUT)
def test_a_plan_made_without_the_rule_is_shorter_and_refused_by_its_name(name: str) -> None:
    situation = travel_worlds.WORLDS[name]()
    minutes, rule = WITHOUT[name]
    made = plan(lifted(situation), time_limit=5)
    assert made.clearance_minutes == minutes < travel_worlds.CLEARANCE_MINUTES[name]
    under = msgspec.structs.replace(made, situation=situation, situation_sha256=situation.sha256)
    assert rule in {finding.rule for finding in verify(under)}


def test_where_no_window_is_long_enough_only_the_overnight_stop_makes_a_plan() -> None:
    base = travel_worlds.night()
    (agreement,) = base.agreements
    hours = tuple(clause for clause in agreement.clauses if clause.kind == "window")
    with pytest.raises(Infeasible, match="2 windows"):
        plan(msgspec.structs.replace(base, agreements=(msgspec.structs.replace(agreement, clauses=hours),)))
    (convoy,) = plan(base, time_limit=2).convoys
    assert convoy.night is not None
    assert (convoy.night.site, convoy.night.depart) == ("halfway", moment(travel_worlds.DAY))


def test_vehicles_that_trail_do_not_count_towards_the_convoy_and_need_no_bay() -> None:
    made = plan(_with_site(travel_worlds.trailing(), "pickup", bays=number(1)), time_limit=2, mode="shuttle")
    assert verify(made) == []
    assert [len(convoy.trips) for convoy in made.convoys] == [3, 1, 1]


def test_a_limit_on_those_who_trail_is_kept() -> None:
    base = travel_worlds.trailing()
    (agreement,) = base.agreements
    few = msgspec.structs.replace(agreement.clauses[0], parameters={"trailing": "private_car", "trailing_most": 1})
    made = plan(msgspec.structs.replace(base, agreements=(msgspec.structs.replace(agreement, clauses=(few,)),)))
    assert verify(made) == []
    assert [len(convoy.trips) for convoy in made.convoys] == [2, 2, 1]


def test_a_lane_that_one_operation_states_holds_for_the_other_too() -> None:
    base = tied_numbers()
    free = tuple(msgspec.structs.replace(item, clauses=()) for item in base.agreements)
    # The villages' way leads over the city's road, the other way round.
    joined = msgspec.structs.replace(
        base,
        agreements=free,
        legs=(*worlds.both_ways("pickup", "reception", 30), *worlds.both_ways("village", "reception", 15)),
        corridors=(base.corridors[0], worlds.corridor("village", "reception", "pickup", operation="foua")),
        operations=(base.operations[0], msgspec.structs.replace(base.operations[1], receptions=("pickup",))),
    )
    lane = Clause(id="lane", kind="corridor", parameters={"one_lane": "reception>pickup"})
    made = plan(agreeing(joined, lane), time_limit=2)
    assert verify(made) == []
    wide = plan(joined, time_limit=2)
    assert wide.clearance_minutes < made.clearance_minutes


def test_who_is_asked_to_wait_until_full_and_who_leaves_at_once_are_both_tried() -> None:
    # One by one every quarter of an hour: full convoys wait for the last, others would need too many trips.
    base = worlds.one_bus()
    steps = tuple(Gathering(at=moment(15 * k), share=k / 4) for k in range(1, 5))
    made = plan(msgspec.structs.replace(base, groups=(msgspec.structs.replace(base.groups[0], gathers=steps),)))
    assert verify(made) == []
    # The first 50 are there at 30 and leave at 40; the bus is back at 105: 105 + 10 + 30 + 5.
    assert made.clearance_minutes == 150


def a_random_journey(rng: random.Random) -> Situation:
    """A small world with up to four of the rules on vehicles, people and the way."""
    makes = (worlds.one_bus, worlds.bays, worlds.convoys, worlds.stretchers, worlds.closed_window, worlds.two_sites)
    base = rng.choice(makes + tuple(travel_worlds.WORLDS.values()))()
    groups, sites = list(base.groups), list(base.sites)
    terms: dict[str, dict[str, float | str]] = {"vehicles": {}, "corridor": {}}
    shifts: list[Shift] = []
    for _ in range(rng.randint(1, 4)):
        what = rng.randrange(9)
        at = rng.randrange(len(groups))
        kind = rng.choice(base.fleet.vehicles)
        end = rng.choice([n for n, site in enumerate(sites) if site.id in base.operations[0].receptions])
        if what == 0:
            times = sorted(rng.randint(0, 200) for _ in range(2))
            steps = tuple(Gathering(at=moment(t), share=s) for t, s in zip(times, (rng.random(), 1.0), strict=True))
            groups[at] = msgspec.structs.replace(groups[at], gathers=steps)
        elif what == 1:
            groups[at] = msgspec.structs.replace(groups[at], family=rng.randint(2, 7))
        elif what == 2:
            groups[at] = msgspec.structs.replace(groups[at], chosen=sites[end].id)
        elif what == 3:
            sites[end] = msgspec.structs.replace(sites[end], daily=number(rng.randint(20, 200)))
        elif what == 4:
            leaves = rng.random() < 0.5
            when = moment(rng.randint(0, 300))
            count = rng.randint(1, 2)
            shifts.append(Shift(type=kind.type, operation=EAST, count=count, at=when, site=kind.depot, leaves=leaves))
        elif what == 5:
            if len(base.fleet.vehicles) > 1:
                terms["vehicles"] |= {"trailing": kind.type, "trailing_most": rng.randint(0, 3)}
        elif what == 6:
            terms["vehicles"] |= {"drive_minutes": rng.randint(40, 200), "rest_minutes": rng.randint(5, 90)}
        elif what == 7:
            way = base.operations[0]
            terms["corridor"]["one_lane"] = f"{rng.choice(way.pickups)}>{rng.choice(way.receptions)}"
        else:
            takes = ("wounded", rng.choice(("families", "families", "northern", "nobody")))
            sites[end] = msgspec.structs.replace(sites[end], accepts=takes)
    clauses = tuple(
        Clause(id=f"more {kind}", kind=kind, parameters=stated)  # type: ignore[arg-type]
        for kind, stated in terms.items()
        if stated
    )
    fleet = msgspec.structs.replace(base.fleet, shifts=(*base.fleet.shifts, *sorted(shifts, key=lambda s: s.at)))
    made = msgspec.structs.replace(base, groups=tuple(groups), sites=tuple(sites), fleet=fleet)
    if not made.agreements:
        made = msgspec.structs.replace(made, agreements=worlds.one_bus().agreements)
    return agreeing(made, *clauses)


def test_three_hundred_random_journeys_have_sound_plans_within_their_bounds_or_a_reason() -> None:
    planned, reasons = 0, []
    for seed in range(300):
        try:
            made = plan(a_random_journey(random.Random(seed)), time_limit=0.1, reserve_quantile=0.5)
        except Infeasible as why:
            reasons.append((seed, why))
            continue
        planned += 1
        assert verify(made) == [], seed
        assert made.bound_minutes <= made.clearance_minutes, seed
    assert planned > 210
    assert all(why.hint and why.clauses for _, why in reasons), reasons


BAD = {
    "a reception that accepts nobody": (
        lambda: _with_site(worlds.one_bus(), "reception", accepts=("nobody",)),
        "no reception takes the people of group families",
    ),
    "a reception without room on any day": (
        lambda: _with_site(worlds.one_bus(), "reception", daily=number(0)),
        "reception takes in 0 people a day",
    ),
    "a reception without room at all": (
        lambda: _with_site(worlds.one_bus(), "reception", capacity=number(0)),
        "reception takes 0 people",
    ),
    "a family larger than any vehicle": (
        lambda: _with_group(worlds.one_bus(), family=51),
        "a family of 51 of group families fits into no vehicle: the largest is a bus with 50 seats",
    ),
    "a stretcher case and no vehicle that takes stretchers": (
        lambda: _with_group(worlds.one_bus(), place="stretcher"),
        "100 people of group families need a stretcher place and no vehicle has one",
    ),
    "a window that ends before it begins": (
        lambda: agreeing(worlds.one_bus(), window("late", 100, 50)),
        "the window ends .* before it begins",
    ),
    "a convoy smaller than its own escort": (
        lambda: agreeing(worlds.convoys(), Clause(id="c", kind="corridor", parameters={"escort_vehicles": 2})),
        "its escort takes 2 of them",
    ),
    "a reciprocity ratio of zero": (
        lambda: agreeing(worlds.one_bus(), Clause(id="d", kind="reciprocity", parameters={"with": "foua", "ratio": 0})),
        "a reciprocity ratio of 0 ties nothing",
    ),
    "clauses that contradict each other": (
        lambda: agreeing(
            msgspec.structs.replace(worlds.two_sites(), agreements=worlds.one_bus().agreements),
            Clause(id="one", kind="destination", parameters={"to": "west"}),
            Clause(id="two", kind="destination", parameters={"to": "east"}),
        ),
        "no reception is one that one and two allow",
    ),
    "people who never come to the pickup": (
        lambda: _with_group(worlds.one_bus(), gathers=(Gathering(at=moment(0), share=0.5),)),
        "only 50% of group families are said to come",
    ),
    "a line that no vehicle may cross": (
        lambda: agreeing(
            _with_site(worlds.one_bus(), "reception", control="them"),
            Clause(id="l", kind="vehicles", parameters={"crossing_bus": "us"}),
        ),
        "no vehicle with a seat place may cross to a reception for group families",
    ),
    "a drive longer than a driver may drive": (
        lambda: agreeing(
            worlds.one_bus(), Clause(id="r", kind="vehicles", parameters={"drive_minutes": 20, "rest_minutes": 10})
        ),
        "the drive takes 30 minutes and a vehicle may drive 20 between two stops",
    ),
    "only private cars, which lead nobody": (
        lambda: agreeing(worlds.one_bus(), Clause(id="t", kind="vehicles", parameters={"trailing": "bus"})),
        "vehicles of type bus only trail behind a convoy and no other leads one",
    ),
    "a fleet that is gone before anyone can be brought": (
        lambda: travel_worlds.shifting(
            worlds.one_bus(), Shift(type="bus", operation=EAST, count=1, at=moment(20), leaves=True)
        ),
        "1 bus leaving at 15 Dec 06:20",
    ),
}


def _with_site(base: Situation, name: str, **values: object) -> Situation:
    sites = tuple(msgspec.structs.replace(s, **values) if s.id == name else s for s in base.sites)
    return msgspec.structs.replace(base, sites=sites)


def _with_group(base: Situation, **values: object) -> Situation:
    return msgspec.structs.replace(base, groups=(msgspec.structs.replace(base.groups[0], **values), *base.groups[1:]))


@pytest.mark.parametrize("name", BAD)
def test_bad_input_has_one_clear_message_and_something_to_do(name: str) -> None:
    make, message = BAD[name]
    with pytest.raises(Infeasible, match=message) as caught:
        plan(make(), time_limit=2)
    assert caught.value.hint
    assert caught.value.clauses
