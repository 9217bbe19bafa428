"""Why no plan exists: the smallest set of clauses, vehicles and people, and what would be enough."""

from __future__ import annotations

import msgspec
import pytest

from corridor.errors import Infeasible
from corridor.planning.limits import limits_of
from corridor.planning.solve import plan
from corridor.planning.verify import verify
from corridor.situation.agreement import Clause
from corridor.situation.fleet import Fleet
from corridor.situation.situation import Situation
from tests import agreed_worlds, worlds


def refused(situation: Situation) -> Infeasible:
    with pytest.raises(Infeasible) as caught:
        plan(situation, time_limit=2)
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize("name", agreed_worlds.IMPOSSIBLE)
def test_an_impossible_agreement_is_explained_by_what_cannot_hold_together(name: str) -> None:
    make, together = agreed_worlds.IMPOSSIBLE[name]
    why = refused(make())
    assert together <= set(why.clauses)
    assert "cannot hold together" in why.cause


@pytest.mark.parametrize("name", agreed_worlds.IMPOSSIBLE)
def test_removing_any_one_of_them_makes_the_plan_possible(name: str) -> None:
    situation = agreed_worlds.IMPOSSIBLE[name][0]()
    why = refused(situation)
    core = [limit for limit in limits_of(situation, situation.operations[0]) if set(limit.ids) <= set(why.clauses)]
    assert len(core) > 1
    for limit in core:
        changed = limit.lift(situation)
        if changed.groups:  # with nobody left to move there is nothing to plan
            assert verify(plan(changed, time_limit=2)) == [], limit.words


def test_the_least_that_would_be_enough_is_exact_where_it_can_be_worked_out() -> None:
    hint = refused(agreed_worlds.too_few_hours()).hint
    assert "2 buses more" in hint
    assert "5 h more in each window" in hint
    assert "2 more days with the last window's hours" in hint


def test_what_the_bounds_prove_is_said() -> None:
    assert "proven: at least 200 people would still wait" in refused(agreed_worlds.too_few_hours()).cause


def test_room_that_is_missing_is_counted() -> None:
    assert "room for 100 more people at west" in refused(agreed_worlds.wrong_camp()).hint


def families(people: int, *clauses: Clause) -> Situation:
    fleet = Fleet(vehicles=(worlds.vehicles("bus", 1, {"seat": 50}),))
    return worlds.simple((worlds.group("families", people),), fleet, clauses=clauses)


def test_a_window_that_ends_before_it_begins_is_named() -> None:
    why = refused(families(50, agreed_worlds.window("hours", 60, 30)))
    assert why.clauses == ("hours",)
    assert "before it begins" in why.cause


def test_two_clauses_that_name_different_destinations_contradict_each_other() -> None:
    base = worlds.two_sites()
    clauses = tuple(Clause(id=name, kind="destination", parameters={"to": name}) for name in ("west", "east"))
    agreement = msgspec.structs.replace(worlds.one_bus().agreements[0], clauses=clauses)
    why = refused(msgspec.structs.replace(base, agreements=(agreement,)))
    assert set(why.clauses) == {"west", "east"}


def test_a_patient_whom_no_vehicle_can_carry_is_named() -> None:
    fleet = Fleet(vehicles=(worlds.vehicles("bus", 1, {"seat": 50}),))
    why = refused(worlds.simple((worlds.group("wounded", 3, place="stretcher"),), fleet))
    assert why.clauses == ("wounded",)


def test_a_family_larger_than_any_convoy_is_named() -> None:
    fleet = Fleet(vehicles=(worlds.vehicles("bus", 2, {"seat": 4}),))
    why = refused(worlds.simple((worlds.group("families", 2, companions=5),), fleet, size=1))
    assert {"families+companions", "families"} <= set(why.clauses)


def test_a_reception_that_accepts_nobody_is_named() -> None:
    base = families(50)
    sites = (worlds.site("pickup", "pickup"), worlds.site("reception", "reception", capacity=0))
    why = refused(msgspec.structs.replace(base, sites=sites))
    assert set(why.clauses) == {"reception", "families"}


def test_an_operation_that_cannot_be_planned_is_told_beside_one_that_can() -> None:
    tied = worlds.reciprocity()
    short = msgspec.structs.replace(tied.agreements[1], clauses=(agreed_worlds.window("dawn", 0, 30),))
    made = plan(msgspec.structs.replace(tied, agreements=(tied.agreements[0], short)), time_limit=2)
    assert "cannot hold" in made.unplanned["foua"]
    assert {convoy.operation for convoy in made.convoys} == {"aleppo"}
