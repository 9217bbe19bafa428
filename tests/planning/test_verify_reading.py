"""How the checker reads a situation, and where exactly its limits lie."""

from __future__ import annotations

from datetime import UTC, timedelta

import msgspec
import pytest

from corridor.planning.plan import Convoy, Plan, Trip
from corridor.planning.verify import verify
from corridor.planning.verify.case import Case
from corridor.planning.verify.reading import at_least, at_most, half_up
from corridor.situation.agreement import Clause, Halt, Reason
from corridor.situation.fleet import Fleet, UnderWay
from corridor.situation.road import Leg
from tests import worlds
from tests.planning.by_hand import PLANS, moment
from tests.planning.mutate.table import change, change_trip, with_clause, with_situation


def rules(plan: Plan) -> set[str]:
    return {finding.rule for finding in verify(plan)}


@pytest.mark.parametrize(
    ("value", "up", "down", "nearest"),
    [(30.0, 30, 30, 30), (30.5, 31, 30, 31), (30.4, 31, 30, 30), (30 + 1e-12, 30, 30, 30), (30 - 1e-12, 30, 30, 30)],
)
def test_times_are_rounded_up_limits_down_and_counts_to_the_nearest(
    value: float, up: int, down: int, nearest: int
) -> None:
    estimate = worlds.number(value)
    assert (at_least(estimate), at_most(estimate), half_up(estimate)) == (up, down, nearest)


def test_vehicles_are_numbered_from_01_and_a_large_fleet_takes_three_digits() -> None:
    fleet = Fleet(vehicles=(worlds.vehicles("bus", 2, {"seat": 50}), worlds.vehicles("van", 100, {"seat": 5})))
    situation = worlds.simple((worlds.group("families", 1),), fleet)
    names = list(Case(msgspec.structs.replace(PLANS["one_bus"](), situation=situation)).vehicles)
    assert names[:3] == ["aleppo/bus-01", "aleppo/bus-02", "aleppo/van-001"]
    assert names[-1] == "aleppo/van-100"


def test_the_highest_numbers_are_under_way_in_the_order_of_the_movements() -> None:
    def out(movement: str, count: int, minute: int) -> UnderWay:
        return UnderWay(
            type="bus", operation="aleppo", movement=movement, count=count, free_at=moment(minute), site="reception"
        )

    fleet = Fleet(vehicles=(worlds.vehicles("bus", 4, {"seat": 50}),), under_way=(out("C01", 1, 20), out("C02", 2, 40)))
    situation = worlds.simple((worlds.group("families", 1),), fleet)
    found = Case(msgspec.structs.replace(PLANS["one_bus"](), situation=situation)).vehicles.values()
    assert [(vehicle.site, vehicle.free) for vehicle in found] == [
        ("pickup", moment(0)),
        ("reception", moment(40)),
        ("reception", moment(40)),
        ("reception", moment(20)),
    ]


def test_an_empty_drive_takes_the_direct_leg_and_a_loaded_one_the_corridor() -> None:
    plan = PLANS["aleppo_small"]()
    direct = Leg(start="amiriyah", end="rashidin", minutes=worlds.minutes(20))
    case = Case(with_situation(plan, legs=(*plan.situation.legs, direct)))
    assert case.drive("aleppo", "amiriyah", "rashidin") == 20
    assert case.loaded_drive("aleppo", "amiriyah", "rashidin") == 60
    assert case.drive("aleppo", "rashidin", "amiriyah") == 60
    assert case.drive("aleppo", "amiriyah", "nowhere") is None
    assert case.drive("aleppo", "amiriyah", "amiriyah") == 0


def in_utc(plan: Plan) -> Plan:
    def times(thing: Trip | Convoy, *names: str) -> dict[str, object]:
        return {name: getattr(thing, name).astimezone(UTC) for name in names}

    def trip(old: Trip) -> Trip:
        return msgspec.structs.replace(old, **times(old, "board_start", "board_end", "unload_start", "unload_end"))

    convoys = tuple(
        msgspec.structs.replace(c, trips=tuple(map(trip, c.trips)), **times(c, "depart", "arrive"))
        for c in plan.convoys
    )
    return msgspec.structs.replace(plan, convoys=convoys)


@pytest.mark.parametrize("name", PLANS)
def test_the_zone_in_which_times_are_written_changes_nothing(name: str) -> None:
    assert verify(in_utc(PLANS[name]())) == []


def test_a_vehicle_may_board_the_minute_it_is_back_and_not_one_before() -> None:
    plan = PLANS["one_bus"]()
    convoy = plan.convoys[1]
    trip = convoy.trips[0]
    assert verify(plan) == []
    assert trip.board_start == plan.convoys[0].trips[0].unload_end + timedelta(minutes=30)
    early = change_trip(plan, convoy, trip, board_start=trip.board_start - timedelta(minutes=1))
    assert rules(early) == {"continuity"}


@pytest.mark.parametrize(("minutes", "found"), [(0, set()), (1, {"window"})])
def test_a_window_may_be_used_to_its_last_minute(minutes: int, found: set[str]) -> None:
    plan = PLANS["bays"]()
    clause = Clause(id="hours", kind="window", begins=moment(40), ends=moment(70 - minutes))
    assert rules(with_clause(plan, "aleppo", clause)) == found


def test_a_clause_that_states_words_instead_of_a_number_binds_no_number() -> None:
    clause = Clause(id="fleet", kind="vehicles", parameters={"bus": "as many as needed", "ambulance": 0})
    assert verify(with_clause(PLANS["bays"](), "aleppo", clause)) == []


def test_a_plan_made_during_a_halt_is_conditional_and_not_wrong() -> None:
    reason = Reason(source="who", text="shots at the crossing", report="r1")
    plan = PLANS["one_bus"]()
    assert verify(with_situation(plan, halts=(Halt(operation="aleppo", since=moment(-60), reasons=(reason,)),))) == []


def test_where_a_time_has_no_zone_nothing_is_guessed() -> None:
    plan = PLANS["one_bus"]()
    convoy = plan.convoys[0]
    naive = change(plan, convoy, depart=convoy.depart.replace(tzinfo=None), lead="")
    assert rules(naive) == {"order of times", "convoy size"}


def test_a_plan_that_leaves_an_operation_out_says_so() -> None:
    plan = PLANS["reciprocity"]()
    east = tuple(convoy for convoy in plan.convoys if convoy.operation == "aleppo")
    silent = msgspec.structs.replace(plan, convoys=east)
    assert rules(silent) == {"who is planned"}
    assert verify(msgspec.structs.replace(silent, unplanned={"foua": "no vehicle can be planned"})) == []


def test_a_finding_names_the_numbers_and_the_reports_behind_the_limit() -> None:
    plan = PLANS["bays"]()
    clause = Clause(id="fleet", kind="vehicles", parameters={"bus": 3}, reports=("r7",))
    (finding,) = verify(with_clause(plan, "aleppo", clause))
    assert "4 vehicles of type bus" in finding.what
    assert "agreed are 3" in finding.what
    assert finding.reports == ("r7",)
