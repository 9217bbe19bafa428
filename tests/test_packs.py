"""Hazard packs: each plans and forecasts at once; the published hospital figures and what doubling the drives does."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.errors import UsageError
from corridor.forecasting.forecast import forecast
from corridor.forecasting.latest import latest_starts
from corridor.planning.solve import plan
from corridor.planning.verify import verify
from corridor.reports.packs import PACKS, make_pack
from corridor.reports.roads.closures import read_closures
from corridor.reports.tables import read_reports
from corridor.situation.assess import assess
from corridor.situation.check import check
from corridor.situation.fleet import Fleet
from corridor.situation.situation import Situation
from tests import worlds

AT = datetime.fromisoformat("2026-11-22T06:00+00:00")


@pytest.mark.parametrize("pack", PACKS)
def test_a_pack_plans_and_forecasts_at_once_and_says_that_it_is_assumed(pack: str, tmp_path: Path) -> None:
    folder = tmp_path / "town"
    files = {path.name for path in make_pack(pack, folder, AT)}
    assert {"README.md", "reports.csv", "closures.geojson", "words.csv"} <= files
    reports = read_reports(folder / "reports.csv")
    assert all(report.is_assumption and report.note for report in reports)
    situation = assess(reports)
    assert [finding for finding in check(situation) if finding.severity == "error"] == []
    made = plan(situation, time_limit=3.0, seed=0)
    assert verify(made) == []
    assert not made.unplanned
    assert made.people > 0
    assert forecast(made, runs=100, seed=0).quantile(0.5) < 100
    for closure in read_closures(folder / "closures.geojson"):
        assert closure.note
    text = (folder / "README.md").read_text()
    assert text.startswith("# town: ")
    assert "{" not in text


def test_a_pack_overwrites_nothing_and_unknown_ones_are_named(tmp_path: Path) -> None:
    make_pack("flood", tmp_path / "town", AT)
    before = (tmp_path / "town" / "reports.csv").read_bytes()
    with pytest.raises(UsageError, match="there already"):
        make_pack("hospital", tmp_path / "town", AT)
    assert (tmp_path / "town" / "reports.csv").read_bytes() == before
    with pytest.raises(UsageError, match="unknown pack 'floods'") as caught:
        make_pack("floods", tmp_path / "other", AT)
    assert "flood" in caught.value.hint
    assert not (tmp_path / "other").exists()


def longer(situation: Situation, times: float) -> Situation:
    """The same situation with every drive so many times as long."""
    legs = []
    for leg in situation.legs:
        parts = tuple(
            msgspec.structs.replace(p, low=p.low * times, mode=p.mode * times, high=p.high * times)
            for p in leg.minutes.components
        )
        legs.append(msgspec.structs.replace(leg, minutes=msgspec.structs.replace(leg.minutes, components=parts)))
    return msgspec.structs.replace(situation, legs=tuple(legs))


def test_the_published_hospital_figures_come_out_under_the_inputs_that_the_docs_name(tmp_path: Path) -> None:
    make_pack("hospital", tmp_path / "h", AT)
    situation = assess(read_reports(tmp_path / "h" / "reports.csv"))
    # AHRQ: 53.8 h, and 78.3 h when travel times double (Mass Evacuation Transportation Model, description, appendix 2).
    assert round(plan(situation, seed=0).clearance_minutes / 60, 1) == 53.8
    assert round(plan(longer(situation, 2), seed=0).clearance_minutes / 60, 1) == 78.3


@pytest.mark.parametrize("people", [0.25, 1.0])
@pytest.mark.parametrize("drive", [0.1, 4.0])
@pytest.mark.parametrize("loading", [0.1, 4.0])
def test_doubling_the_drives_of_the_pack_at_other_inputs_never_doubles_its_clearance(
    people: float, drive: float, loading: float, tmp_path: Path
) -> None:
    make_pack("hospital", tmp_path / "h", AT)
    times = {"people_inside": people, "leg_time": drive, "boarding_time": loading, "unloading_time": loading}
    told = read_reports(tmp_path / "h" / "reports.csv")
    situation = assess([msgspec.structs.replace(r, value=(r.number or 0.0) * times[r.fact]) if r.fact in times else r
                        for r in told])  # fmt: skip
    once, twice = (plan(each, time_limit=1.0, seed=0) for each in (situation, longer(situation, 2)))
    assert 1 < twice.clearance_minutes / once.clearance_minutes < 2


@settings(max_examples=12, deadline=None)
@given(
    people=st.integers(1, 150),
    buses=st.integers(1, 5),
    seats=st.sampled_from([10, 30, 50]),
    drive=st.integers(5, 90),
    boarding=st.integers(5, 60),
)
def test_doubling_the_drives_lengthens_the_clearance_by_between_one_and_two_times(
    people: int, buses: int, seats: int, drive: int, boarding: int
) -> None:
    fleet = Fleet(vehicles=(worlds.vehicles("bus", buses, {"seat": seats}, boarding=boarding),))
    situation = worlds.simple((worlds.group("families", people),), fleet)
    situation = msgspec.structs.replace(situation, legs=worlds.both_ways("pickup", "reception", drive))
    once, twice = plan(situation, seed=0), plan(longer(situation, 2), seed=0)
    assert 1 < twice.clearance_minutes / once.clearance_minutes < 2


def test_the_latest_start_leaves_the_clearance_before_the_hazard() -> None:
    found = forecast(plan(worlds.more_may_come(), seed=0), runs=400, seed=0)
    arrives = worlds.START + timedelta(hours=24)
    starts = latest_starts(found, arrives)
    assert [start.start for start in starts] == sorted((start.start for start in starts if start.start), reverse=True)
    for start in starts:
        assert start.hours == found.quantile(start.quantile)
        assert start.start is not None
        assert start.start + timedelta(hours=start.hours or 0) == arrives
        assert not start.late
    assert all(start.late for start in latest_starts(found, worlds.START + timedelta(minutes=30)))
