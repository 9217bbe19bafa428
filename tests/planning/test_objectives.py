"""Most people where not everybody can leave, fairness between pickups, and what a plan says it reaches."""

from __future__ import annotations

import msgspec
import pytest

from corridor.errors import Infeasible, InputError, UsageError
from corridor.planning.plan import Plan
from corridor.planning.solve import plan
from corridor.planning.verify import verify
from corridor.situation.agreement import Agreement
from corridor.situation.situation import Situation
from tests import agreed_worlds, worlds


def stated(made: Plan, name: str) -> float:
    return next(one.value for one in made.objectives if one.name == name)


def two_pickups(buses: int = 2) -> Situation:
    """The world `two_sites` with more people than buses, so that the order of the pickups matters."""
    base = worlds.two_sites()
    groups = (worlds.group("northern", 400, site="north"), worlds.group("southern", 100, site="south"))
    fleet = msgspec.structs.replace(base.fleet, vehicles=(worlds.vehicles("bus", buses, {"seat": 50}, depot="depot"),))
    sites = tuple(worlds.site(s.id, s.kind) for s in base.sites)
    corridor = worlds.corridor(size=1, headway=5)
    return msgspec.structs.replace(base, groups=groups, fleet=fleet, sites=sites, corridors=(corridor,))


@pytest.mark.parametrize("name", agreed_worlds.IMPOSSIBLE)
def test_without_the_choice_nothing_is_planned_in_part(name: str) -> None:
    with pytest.raises(Infeasible):
        plan(agreed_worlds.IMPOSSIBLE[name][0](), time_limit=2)


@pytest.mark.parametrize(("name", "people"), [("too_few_hours", 100), ("wrong_camp", 100), ("one_at_a_time", 100)])
def test_most_people_are_brought_out_and_the_bound_is_met(name: str, people: int) -> None:
    made = plan(agreed_worlds.IMPOSSIBLE[name][0](), time_limit=2, objective="most_people")
    assert verify(made) == []
    everyone = sum(group.people.quantile(0.5) for group in made.situation.groups)
    assert (made.people, sum(made.left.values())) == (people, everyone - people)
    assert made.objectives[0].value == made.objectives[0].bound == people
    assert made.status == "feasible"
    assert "NOT EVERYBODY" in str(made)


def test_where_everybody_can_leave_the_choice_changes_nothing() -> None:
    made = plan(worlds.bays(), time_limit=2, objective="most_people")
    assert (made.left, made.clearance_minutes) == ({}, 75)
    assert verify(made) == []


def test_those_who_count_more_are_brought_out_first() -> None:
    base = agreed_worlds.too_few_hours()
    groups = (worlds.group("families", 250), worlds.group("wounded", 50, priority=1))
    made = plan(msgspec.structs.replace(base, groups=groups), time_limit=2, objective="most_people")
    assert verify(made) == []
    assert made.left == {"families": 200}
    assert made.objectives[0].value == made.objectives[0].bound == 50 * 3 + 50


def test_the_situation_can_state_the_choice_and_two_choices_contradict() -> None:
    agreed = agreed_worlds.agreeing(
        agreed_worlds.too_few_hours(), agreed_worlds.term("order", objective="most_people", fairness="longest_wait")
    )
    made = plan(agreed, time_limit=2)
    assert (made.objective, made.fairness) == ("most_people", "longest_wait")
    second = Agreement(operation="other", clauses=(agreed_worlds.term("order", objective="clearance_time"),))
    with pytest.raises(InputError, match="more than one objective"):
        plan(msgspec.structs.replace(agreed, agreements=(*agreed.agreements, second)), time_limit=2)


def test_an_unknown_choice_is_refused() -> None:
    with pytest.raises(UsageError, match="unknown objective"):
        plan(worlds.one_bus(), objective="cheapest")
    with pytest.raises(UsageError, match="unknown fairness"):
        plan(worlds.one_bus(), fairness="mine first")
    with pytest.raises(InputError, match="no fairness"):
        plan(agreed_worlds.agreeing(worlds.one_bus(), agreed_worlds.term("order", fairness="mine first")))


def test_fairness_brings_the_pickups_closer_together() -> None:
    free = plan(two_pickups(), time_limit=2, fairness="none")
    waits = plan(two_pickups(), time_limit=2, fairness="longest_wait")
    shares = plan(two_pickups(), time_limit=2, fairness="equal_share")
    assert [verify(made) for made in (free, waits, shares)] == [[], [], []]
    turns = [convoy.pickup for convoy in waits.planned][:4]
    assert turns == ["north", "south", "north", "south"]
    assert stated(shares, "equal_share") <= 0.5
    # Without a rule the far side is emptied first; under shares its last people and the other's leave near the end.
    first = [convoy.pickup for convoy in free.planned].index("south")
    assert first >= [convoy.pickup for convoy in shares.planned].index("south")


def test_waiting_and_kilometres_are_those_of_the_timetable() -> None:
    base = worlds.one_bus()
    legs = tuple(msgspec.structs.replace(leg, km=worlds.number(20)) for leg in base.legs)
    made = plan(msgspec.structs.replace(base, legs=legs), time_limit=2)
    assert verify(made) == []
    # Fifty people leave after 10 minutes and fifty after 85; out, back and out again.
    assert stated(made, "waiting") == round((50 * 10 + 50 * 85) / 60, 1)
    assert stated(made, "vehicle_km") == 60
    assert "vehicle_km" not in {one.name for one in plan(base, time_limit=2).objectives}


WRONG = {
    "people_safe": ("objectives", {"value": 1.0}),
    "clearance_time": ("objectives", {"value": 1.0}),
    "waiting": ("objectives", {"value": 1.0}),
    "longest_wait": ("objectives", {"value": 1.0}),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_figure_is_found(name: str) -> None:
    made = plan(two_pickups(), time_limit=1, fairness="longest_wait")
    rule, values = WRONG[name]
    wrong = tuple(msgspec.structs.replace(o, **values) if o.name == name else o for o in made.objectives)
    found = verify(msgspec.structs.replace(made, objectives=wrong))
    assert rule in {finding.rule for finding in found}


def test_people_left_without_the_choice_and_more_people_than_the_bound_are_found() -> None:
    made = plan(agreed_worlds.too_few_hours(), time_limit=2, objective="most_people")
    silent = msgspec.structs.replace(made, objective="clearance_time")
    assert "people left" in {finding.rule for finding in verify(silent)}
    low = tuple(msgspec.structs.replace(o, bound=99.0) if o.name == "people_safe" else o for o in made.objectives)
    assert "objectives" in {finding.rule for finding in verify(msgspec.structs.replace(made, objectives=low))}
    fewer = msgspec.structs.replace(made, left={"families": 150})
    assert "who is planned" in {finding.rule for finding in verify(fewer)}
