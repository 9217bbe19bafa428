"""Legs of one vehicle type: an operation drives at the pace of its slowest type; all worked out by hand."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from corridor.errors import Infeasible
from corridor.forecasting.disruption import CALM
from corridor.forecasting.forecast import forecast
from corridor.planning.solve import plan
from corridor.planning.verify import verify
from corridor.reports.tables import read_reports
from corridor.situation.assess import assess
from corridor.situation.fleet import Fleet
from corridor.situation.road import Leg
from corridor.situation.situation import Situation
from tests import worlds


def quick(*, minutes: float = 20, kind: str = "ambulance") -> tuple[Leg, ...]:
    """Both drives between the ends of the small world as one type drives them."""
    both = worlds.both_ways("pickup", "reception", minutes)
    return tuple(msgspec.structs.replace(leg, type=kind) for leg in both)


def lying(*types: str) -> Situation:
    """Two who lie, one ambulance of one stretcher, 30 minutes to drive: (10+30+5) + 30 + (10+30+5) = 120."""
    known = {
        "ambulance": worlds.vehicles("ambulance", 1, {"stretcher": 1}),
        "bus": worlds.vehicles("bus", 1, {"seat": 50}),
    }
    return worlds.simple(
        (worlds.group("wounded", 2, place="stretcher"),), Fleet(vehicles=tuple(known[kind] for kind in types))
    )


def with_legs(base: Situation, *legs: Leg, only: bool = False) -> Situation:
    return msgspec.structs.replace(base, legs=legs if only else (*base.legs, *legs))


def test_ambulances_by_themselves_go_at_their_own_pace() -> None:
    # (10+20+5) + 20 + (10+20+5) = 90
    situation = with_legs(lying("ambulance"), *quick())
    made = plan(situation, time_limit=1)
    assert (made.clearance_minutes, made.gap, verify(made)) == (90, 0.0, [])
    assert forecast(made, runs=5, disruption=CALM).quantile(0.5) * 60 == pytest.approx(90)


def test_beside_a_bus_they_go_at_the_pace_of_the_bus() -> None:
    mixed = plan(with_legs(lying("ambulance", "bus"), *quick()), time_limit=1)
    assert (mixed.clearance_minutes, verify(mixed)) == (120, [])
    slower = plan(with_legs(lying("ambulance"), *quick(minutes=40)), time_limit=1)
    assert (slower.clearance_minutes, verify(slower)) == (10 + 40 + 5 + 40 + 10 + 40 + 5, [])


def test_a_way_open_to_ambulances_alone_is_open_to_nobody_else() -> None:
    alone = plan(with_legs(lying("ambulance"), *quick(), only=True), time_limit=1)
    assert (alone.clearance_minutes, verify(alone)) == (90, [])
    with pytest.raises(Infeasible, match="no way leads from pickup"):
        plan(with_legs(lying("ambulance", "bus"), *quick(), only=True), time_limit=1)


def test_a_plan_at_a_pace_that_the_fleet_has_not_is_refused() -> None:
    made = plan(with_legs(lying("ambulance"), *quick()), time_limit=1)
    for slower in (lying("ambulance"), with_legs(lying("ambulance"), *quick(kind="helicopter"))):
        wrong = verify(msgspec.structs.replace(made, situation=slower, situation_sha256=slower.sha256))
        assert any("20 minutes are planned from pickup to reception, the legs take 30" in each.what for each in wrong)


def test_times_of_a_type_are_pooled_by_themselves_and_kept_in_the_file(tmp_path: Path) -> None:
    clocks = "2026-11-22T06:00+02:00,2026-11-22T06:00+02:00"
    told = [
        "Office,site,ward,ward,pickup",
        "Office,site,clinic,clinic,hospital",
        "Office,leg_time,ward>clinic,ward,30",
        "Map,leg_time,ward>clinic,ward,34",
        "Map,leg_time,ward>clinic.ambulance,ward,20",
        "Map,leg_distance,ward>clinic.ambulance,ward,9",
    ]
    file = tmp_path / "told.csv"
    rows = "".join(f"{line},{clocks}\n" for line in told)
    file.write_text(f"source,fact,about,place,value,observed,received\n{rows}")
    situation = assess(read_reports(file))
    again = Situation.from_json(situation.to_json())
    assert [(leg.type, round(leg.minutes.quantile(0.5))) for leg in again.legs] == [("", 30), ("ambulance", 20)]
    assert [leg.km is None for leg in again.legs] == [True, False]
    general = again.leg("ward", "clinic")
    assert general is not None
    assert len(general.minutes.components) == 2  # both sources, and not the ambulance
    assert again.legs_for("nobody") == again.legs_by_step
