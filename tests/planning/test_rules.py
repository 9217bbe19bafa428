"""The planner on each world with one rule: it keeps the rule, and reaches the time worked out by hand."""

from __future__ import annotations

import random

import msgspec
import pytest

from corridor.errors import Infeasible, InputError, UsageError
from corridor.planning.solve import plan
from corridor.planning.verify import verify
from corridor.situation.agreement import Clause
from corridor.situation.situation import Situation
from tests import agreed_worlds, travel_worlds, worlds
from tests.planning import by_hand

CLEARANCE = worlds.CLEARANCE_MINUTES | agreed_worlds.CLEARANCE_MINUTES | travel_worlds.CLEARANCE_MINUTES
MAKE = worlds.WORLDS | agreed_worlds.WORLDS | travel_worlds.WORLDS
# What each rule costs: the least time of the same world with the rule's clauses taken out.
WITHOUT = {
    "tied_numbers": 210,
    "hand_in_hand": 210,
    "first_steps": 210,
    "held_back": 210,
    "last_ones": 120,
    "aid_first": 120,
    "escorted": 85,
    "at_least_two": 120,
    "short_holds": 75,
    "no_parking": 60,
    "searched": 120,
    "margin": 1475,
}


@pytest.mark.parametrize("name", MAKE)
def test_the_plan_of_every_world_keeps_every_rule_and_ends_when_worked_out(name: str) -> None:
    made = plan(MAKE[name](), time_limit=5)
    assert verify(made) == []
    assert made.clearance_minutes == CLEARANCE.get(name, made.clearance_minutes)
    assert made.bound_minutes <= made.clearance_minutes


@pytest.mark.parametrize("name", WITHOUT)
def test_a_plan_made_without_the_rule_is_shorter_and_is_refused_under_it(name: str) -> None:
    situation = agreed_worlds.WORLDS[name]()
    terms = {"corridor", "goods", "phase", "reciprocity", "search"}
    free = tuple(
        msgspec.structs.replace(agreement, clauses=tuple(c for c in agreement.clauses if c.kind not in terms))
        for agreement in situation.agreements
    )
    made = plan(msgspec.structs.replace(situation, agreements=free), time_limit=5)
    assert made.clearance_minutes == WITHOUT[name]
    under = msgspec.structs.replace(made, situation=situation, situation_sha256=situation.sha256)
    assert verify(under), name


def test_a_tie_that_the_other_side_can_never_meet_is_explained() -> None:
    base = agreed_worlds.tied_numbers()
    deal = Clause(id="deal", kind="reciprocity", parameters={"with": "foua", "ratio": 3})
    agreement = msgspec.structs.replace(base.agreements[0], clauses=(deal,))
    with pytest.raises(Infeasible) as caught:
        plan(msgspec.structs.replace(base, agreements=(agreement, base.agreements[1])), time_limit=2)
    assert {"deal", "families"} <= set(caught.value.clauses)


def test_a_ratio_of_zero_is_refused_in_one_message() -> None:
    base = agreed_worlds.tied_numbers()
    deal = Clause(id="deal", kind="reciprocity", parameters={"with": "foua", "ratio": 0})
    agreement = msgspec.structs.replace(base.agreements[0], clauses=(deal,))
    made = plan(msgspec.structs.replace(base, agreements=(agreement, base.agreements[1])), time_limit=2)
    assert "ratio of 0" in made.unplanned["aleppo"]


def test_a_convoy_smaller_than_its_escort_is_refused_in_one_message() -> None:
    tight = agreed_worlds.agreeing(worlds.convoys(), agreed_worlds.term("corridor", escort_vehicles=2))
    with pytest.raises(Infeasible, match="its escort takes 2 of them"):
        plan(tight, time_limit=2)


def test_a_term_in_words_where_a_number_belongs_is_refused() -> None:
    vague = agreed_worlds.agreeing(worlds.one_bus(), agreed_worlds.term("corridor", escorts="some"))
    with pytest.raises(InputError, match="no number"):
        plan(vague, time_limit=2)


def test_both_modes_are_compared_and_the_sooner_one_is_given() -> None:
    made = plan(worlds.bays(), time_limit=2, mode="both")
    assert verify(made) == []
    assert {one.mode for one in made.compared} == {"convoy", "shuttle"}
    assert made.clearance_minutes == min(one.clearance_minutes for one in made.compared)
    assert "in hold at most" in str(made)


def test_where_a_headway_is_agreed_convoys_are_sooner_and_shuttles_hold_fewer() -> None:
    made = plan(agreed_worlds.no_parking(), time_limit=2, mode="both")
    found = {one.mode: one for one in made.compared}
    # Four buses alone leave 30 minutes apart: 10 + 3 * 30 + 30 + 5 = 135; two convoys of two end after 80.
    assert (found["convoy"].clearance_minutes, found["shuttle"].clearance_minutes) == (80, 135)
    assert made.mode == "convoy"
    assert found["shuttle"].most_held == 0 < found["convoy"].most_held
    assert "convoy ends 55 min before the shuttle, with 50 more people in hold at most" in str(made)


def test_a_shuttle_is_one_vehicle_and_a_smallest_convoy_forbids_it() -> None:
    assert all(len(c.trips) == 1 for c in plan(worlds.bays(), time_limit=2, mode="shuttle").convoys)
    with pytest.raises(Infeasible, match="a shuttle is one vehicle"):
        plan(agreed_worlds.at_least_two(), time_limit=2, mode="shuttle")


def test_an_ambulance_shuttles_beside_the_bus_of_its_companions() -> None:
    made = plan(worlds.stretchers(), time_limit=2, mode="shuttle")
    assert verify(made) == []
    assert max(len(convoy.trips) for convoy in made.convoys) == 2


def test_a_mode_without_a_plan_says_why() -> None:
    made = plan(agreed_worlds.at_least_two(), time_limit=2, mode="both")
    assert made.mode == "convoy"
    assert "a shuttle is one vehicle" in made.compared[1].why_not
    assert "as a shuttle: no plan" in str(made)


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(UsageError, match="unknown mode"):
        plan(worlds.one_bus(), mode="walk")


def test_reserve_convoys_count_on_the_tied_side_only() -> None:
    base = agreed_worlds.tied_numbers()
    more = msgspec.structs.replace(worlds.more_may_come().groups[0])
    made = plan(msgspec.structs.replace(base, groups=(more, base.groups[1])), time_limit=2)
    assert verify(made) == []


def a_random_agreement(rng: random.Random) -> Situation:
    """A small world with up to three of the terms that bind convoys, tied or alone."""
    terms: list[Clause] = [
        agreed_worlds.term("corridor", escorts=rng.randint(1, 2)),
        agreed_worlds.term("corridor", smallest=2),
        agreed_worlds.term("corridor", hold_assembly=rng.randint(10, 40), hold_exchange=rng.randint(5, 20)),
        agreed_worlds.term("search", convoy_minutes=rng.randint(0, 15), vehicle_minutes=rng.randint(0, 3)),
        agreed_worlds.term("vehicles", crowding=rng.randint(1, 10)),
        Clause(
            id="aid", kind="goods", begins=by_hand.moment(rng.randint(0, 60)), ends=by_hand.moment(rng.randint(61, 150))
        ),
        Clause(
            id="last", kind="phase", parameters={"last": rng.randint(1, 60)}, begins=by_hand.moment(rng.randint(1, 200))
        ),
        Clause(
            id="deal",
            kind="reciprocity",
            parameters={
                "with": "foua",
                "ratio": rng.choice((0.5, 1, 1.5)),
                "tolerance": rng.randint(0, 50),
                "lag": rng.randint(0, 60),
                "order": rng.choice(("after", "mutual")),
            },
        ),
    ]
    base = rng.choice((worlds.one_bus, worlds.bays, worlds.convoys, worlds.stretchers, agreed_worlds.tied_numbers))()
    if base.agreement("foua") is None:
        terms.pop()
    free = tuple(msgspec.structs.replace(agreement, clauses=()) for agreement in base.agreements)
    return agreed_worlds.agreeing(msgspec.structs.replace(base, agreements=free), *rng.sample(terms, rng.randint(1, 3)))


def test_two_hundred_random_agreements_have_sound_plans_within_their_bounds_or_a_reason() -> None:
    planned = 0
    reasons: list[tuple[str, tuple[str, ...]]] = []
    for seed in range(200):
        try:
            made = plan(a_random_agreement(random.Random(seed)), time_limit=0.1)
        except Infeasible as why:
            reasons.append((why.hint, why.clauses))
            continue
        planned += 1
        assert verify(made) == [], seed
        assert made.bound_minutes <= made.clearance_minutes, seed
    assert planned > 120
    assert all(hint and clauses for hint, clauses in reasons)
