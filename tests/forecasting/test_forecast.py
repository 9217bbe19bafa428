"""Forecasts: exact where nothing is uncertain, right on average where a mean is known, and the same for one seed."""

from __future__ import annotations

import math
import os
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import msgspec
import numpy as np
import pytest

from corridor.errors import InputError, UsageError
from corridor.forecasting.cases import usable
from corridor.forecasting.disruption import CALM, Disruption, disruption_of, known_at
from corridor.forecasting.forecast import HORIZON_HOURS, Forecast, forecast
from corridor.forecasting.simulate import Simulator
from corridor.planning.plan import Plan
from corridor.planning.solve import plan
from corridor.planning.verify import verify
from corridor.reports.tables import read_reports
from corridor.situation.agreement import Halt, Reason
from corridor.situation.assess import assess
from corridor.situation.estimate import Component, Estimate, Shape
from corridor.situation.fleet import Fleet
from corridor.situation.situation import Situation
from tests import agreed_worlds, travel_worlds, worlds
from tests.worlds import CLEARANCE_MINUTES, EAST, START, WORLDS, group, vehicles

ALEPPO = Path(__file__).parents[2] / "examples" / "aleppo-2016" / "reports.csv"
RUNS = 2_000
ROUGH = Disruption(
    halts=2.0, hours=100.0, drive_spread=0.15, boarding_spread=0.25, breakdown_share=0.02, breakdown_minutes=45.0
)


@cache
def planned(name: str) -> Plan:
    return plan(WORLDS[name](), time_limit=600)


@cache
def rough() -> Forecast:
    return forecast(planned("aleppo_small"), runs=RUNS, disruption=ROUGH)


def of(
    situation: Situation, *, runs: int = RUNS, disruption: Disruption = CALM, seed: int = 0, policy: str = "timetable"
) -> Forecast:
    made = plan(situation, time_limit=600)
    assert verify(made) == []
    return forecast(made, runs=runs, disruption=disruption, seed=seed, policy=policy)


def drive(shape: Shape, low: float, mode: float, high: float) -> Estimate:
    part = Component(weight=1.0, shape=shape, low=low, mode=mode, high=high)
    return Estimate(quantity="minutes", unit="minutes", components=(part,))


def uncertain(drives: Estimate, people: int = 50) -> Situation:
    """One bus whose drive out is uncertain and whose way back takes thirty minutes."""
    made = worlds.simple((group("g", people),), worlds.one_bus().fleet)
    legs = (msgspec.structs.replace(made.legs[0], minutes=drives), made.legs[1])
    return msgspec.structs.replace(made, legs=legs)


def mean(found: Forecast) -> tuple[float, float]:
    """The mean clearance in minutes and its standard error."""
    times = 60 * np.array(found.clearance_hours)
    return float(times.mean()), float(times.std() / math.sqrt(len(times)))


# Exact and closed forms.


@pytest.mark.parametrize("name", [name for name in CLEARANCE_MINUTES if name != "more_may_come"])
def test_in_calm_and_certain_worlds_every_run_is_the_plan(name: str) -> None:
    found = forecast(planned(name), runs=50, disruption=CALM)
    assert found.unfinished == 0
    assert {round(60 * hours) for hours in found.clearance_hours} == {CLEARANCE_MINUTES[name]}
    assert max(abs(60 * hours - CLEARANCE_MINUTES[name]) for hours in found.clearance_hours) < 0.01


RULED = agreed_worlds.WORLDS | travel_worlds.WORLDS
RULED_MINUTES = agreed_worlds.CLEARANCE_MINUTES | travel_worlds.CLEARANCE_MINUTES


@pytest.mark.parametrize("name", RULED)
def test_under_every_rule_a_calm_run_is_the_plan(name: str) -> None:
    found = forecast(plan(RULED[name](), time_limit=5), runs=20, disruption=CALM)
    assert found.unfinished == 0
    assert {round(60 * hours) for hours in found.clearance_hours} == {RULED_MINUTES[name]}


def test_the_reserve_moves_those_who_come_beyond_the_plan() -> None:
    found = forecast(planned("more_may_come"), runs=RUNS, disruption=CALM)
    by_end = {round(60 * h): 0 for h in found.clearance_hours}
    for hours in found.clearance_hours:
        by_end[round(60 * hours)] += 1
    # Seven in ten runs end with the plan after 120 minutes, three in ten with one trip more.
    assert set(by_end) == {120, 195}
    assert by_end[195] / RUNS == pytest.approx(0.3, abs=3 * math.sqrt(0.21 / RUNS))


@pytest.mark.parametrize(
    ("drives", "expected"),
    [
        (drive("uniform", 20, 40, 60), 40.0),
        (drive("triangular", 20, 30, 70), 40.0),
        (drive("triangular", 10, 10, 100), 40.0),
        (drive("loguniform", 20, 40, 80), 60 / math.log(4)),
    ],
)
def test_one_bus_takes_its_mean_drive_on_average(drives: Estimate, expected: float) -> None:
    average, error = mean(of(uncertain(drives)))
    assert error > 0.1
    assert abs(average - (10 + expected + 5)) < 3 * error + 0.01


def test_two_trips_drive_out_twice_and_back_once() -> None:
    average, error = mean(of(uncertain(drive("uniform", 20, 40, 60), people=100), policy="shuttle"))
    assert abs(average - (2 * (10 + 40 + 5) + 30)) < 3 * error + 0.01


def test_spreads_keep_the_mean() -> None:
    average, error = mean(of(worlds.one_bus(), disruption=Disruption(drive_spread=0.3), policy="shuttle"))
    # 10 + 30 + 5 + 30 + 10 + 30 + 5, the two loaded drives spread around 30.
    assert error > 0.1
    assert abs(average - 120) < 3 * error + 0.01


def test_a_breakdown_costs_its_minutes_as_often_as_stated() -> None:
    whole = of(worlds.one_bus(), disruption=Disruption(breakdown_share=0.2, breakdown_minutes=60))
    late = sum(60 * hours > 120.01 for hours in whole.clearance_hours) / RUNS
    assert late == pytest.approx(1 - 0.8**2, abs=3 * math.sqrt(0.36 * 0.64 / RUNS))


# Seeds and threads.


def test_one_seed_gives_the_same_bytes_and_another_gives_others() -> None:
    again = forecast(planned("aleppo_small"), runs=RUNS, disruption=ROUGH)
    assert again.to_json() == rough().to_json()
    other = forecast(planned("aleppo_small"), runs=RUNS, disruption=ROUGH, seed=1)
    assert other.clearance_hours != rough().clearance_hours


@pytest.mark.parametrize("cores", [1, 2, 5])
def test_the_number_of_threads_changes_nothing(cores: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert forecast(planned("aleppo_small"), runs=RUNS, disruption=ROUGH).to_json() == rough().to_json()


def test_fewer_runs_than_threads() -> None:
    assert forecast(planned("one_bus"), runs=1, disruption=CALM).runs == 1


def test_no_runs_and_a_bad_seed_are_wrong_use() -> None:
    for runs, seed in ((0, 0), (5, -1), (5, 2**63)):
        with pytest.raises(UsageError):
            forecast(planned("one_bus"), runs=runs, seed=seed)


def test_a_forecast_reads_back_from_its_file() -> None:
    assert Forecast.from_json(rough().to_json()).to_json() == rough().to_json()


# The shape of the answer.


def test_bands_are_ordered_and_rise_and_fall_as_they_must() -> None:
    for band in rough().bands:
        levels = np.array([band.p10, band.p25, band.p50, band.p75, band.p90])
        assert (np.diff(levels, axis=0) >= 0).all()
        assert (np.diff(band.hours) > 0).all()
        if band.quantity == "out":
            assert (np.diff(levels, axis=1) >= 0).all()
        if band.quantity == "waiting":
            assert (np.diff(levels, axis=1) <= 0).all()


def test_everyone_is_out_or_on_the_road_or_waiting_in_every_run() -> None:
    made = planned("aleppo_small")
    simulator = Simulator(made, made.situation.operations[0], ROUGH, runs=500, seed=0, horizon=HORIZON_HOURS)
    marks = [0.0, 30.0, 60.0, 120.0, 300.0, 1e5]
    outcome = simulator.run(marks)
    ends, out, left = outcome.clearance, outcome.out.sum(axis=1).T, outcome.left.sum(axis=1).T
    assert (out <= left + 1e-9).all()
    assert (left <= simulator.people + 1e-9).all()
    assert (np.diff(out, axis=0) >= 0).all()
    assert (np.diff(left, axis=0) >= 0).all()
    assert (out[-1] == simulator.people)[np.isfinite(ends)].all()
    assert (out[0] == 0).all()
    # The order in which marks are asked for changes nothing.
    back = simulator.run(marks[::-1])
    assert (back.out.sum(axis=1).T[::-1] == out).all()
    # Bands of a certain number of people add up where nothing is spread.
    calm = forecast(made, runs=20, disruption=CALM)
    by_name = {band.quantity: np.array(band.p50) for band in calm.bands}
    assert (by_name["out"] + by_name["on_the_road"] + by_name["waiting"] == calm.people[1]).all()


def test_probability_and_quantile_say_the_same() -> None:
    found = rough()
    for q in (0.05, 0.1, 0.5, 0.9):
        moment = found.moment(q)
        assert moment is not None
        assert found.probability_by(moment) >= q
        assert found.probability_by(moment - timedelta(seconds=5)) <= q + 1e-9
    assert found.probability_by(START) == 0.0
    assert list(found.clearance_hours) == sorted(found.clearance_hours)
    assert len(found.clearance_hours) + found.unfinished == found.runs


def test_where_people_are_if_it_closes() -> None:
    # One bus: it leaves at 0:10 and 1:25, and is empty at 0:45 and 2:00.
    made = planned("one_bus")
    cases = {5: (0, 0, 100), 20: (0, 50, 50), 60: (50, 0, 50), 90: (50, 50, 0), 130: (100, 0, 0)}
    moments = [START + timedelta(minutes=minute) for minute in cases]
    found = forecast(made, runs=10, disruption=CALM, closes_at=moments)
    for close, expected in zip(found.closes, cases.values(), strict=True):
        assert (close.out, close.on_the_road, close.waiting) == tuple((float(n),) * 3 for n in expected)


# Disruption: what is known, and what stands still.


def halted(situation: Situation, hours: float = 1.0) -> Situation:
    stop = Halt(operation=EAST, since=situation.at - timedelta(hours=hours), reasons=(Reason("UN", "shots", "r"),))
    return msgspec.structs.replace(situation, halts=(stop,))


def test_a_halted_operation_starts_halted() -> None:
    situation = halted(worlds.one_bus())
    drawn = disruption_of(situation, EAST)
    assert drawn.halted
    begin, _ = drawn.halt_times(np.random.default_rng(0), 500)
    assert (begin[:, 0] == 0).all()
    found = forecast(plan(situation), runs=500)
    assert min(found.clearance_hours) > 2.0
    assert found.quantile(0.5) > forecast(plan(worlds.one_bus()), runs=500).quantile(0.5)


def test_halts_do_not_overlap_and_come_as_often_as_they_should() -> None:
    often = Disruption(halts=1e6, hours=1e7, median_hours=1.0, spread=0.5)  # one in ten hours, surely
    begin, end = often.halt_times(np.random.default_rng(0), 2_000)
    assert (end > begin).all()
    assert (begin[:, 1:] >= end[:, :-1]).all()
    assert begin[:, 0].mean() == pytest.approx(600, rel=0.1)
    assert np.median(end - begin) == pytest.approx(60, rel=0.05)


@pytest.mark.parametrize("when", ["2016-12-15T23:59+02:00", "2017-05-01T00:00+00:00"])
def test_nothing_known_later_is_drawn_from(when: str) -> None:
    moment = datetime.fromisoformat(when)
    for row in known_at(moment).values():
        assert datetime.fromisoformat(f"{row.known_since}T00:00+00:00") <= moment
    if moment.year == 2016:
        assert not any("Aleppo" in row.source for row in known_at(moment).values())
        assert len(usable(moment)) < len(usable(moment + timedelta(days=200)))


# What must be better or worse.


def test_more_buses_are_never_worse_beyond_noise() -> None:
    def middle(buses: int) -> float:
        fleet = Fleet(vehicles=(vehicles("bus", buses, {"seat": 50}),))
        return of(worlds.simple((group("g", 1_000),), fleet), disruption=ROUGH, runs=1_000).quantile(0.5)

    times = [middle(buses) for buses in (2, 4, 8)]
    assert times[1] < times[0] * 1.02
    assert times[2] < times[1] * 1.02


def test_twice_the_drive_is_less_than_twice_the_time_where_boarding_stays() -> None:
    once, twice = (of(uncertain(drive("uniform", f * 20, f * 40, f * 60), people=100)) for f in (1, 2))
    assert mean(once)[0] < mean(twice)[0] < 2 * mean(once)[0]


def test_more_people_take_longer_in_every_quantile() -> None:
    few, many = (
        of(worlds.simple((group("g", n),), worlds.one_bus().fleet), disruption=ROUGH, runs=500) for n in (100, 400)
    )
    assert all(few.quantile(q) < many.quantile(q) for q in (0.1, 0.5, 0.9))


def test_windows_are_kept_in_every_run() -> None:
    slow = msgspec.structs.replace(worlds.closed_window(), legs=uncertain(drive("uniform", 25, 40, 55)).legs)
    made = plan(slow, time_limit=600)
    found = forecast(made, runs=300, disruption=CALM)
    # The third trip waits for the next day in every run: it leaves at 24:00 and drives 25 to 55 minutes.
    assert min(found.clearance_hours) >= 24 + 30 / 60 - 0.01


def test_vehicles_under_way_are_awaited() -> None:
    found = forecast(planned("under_way"), runs=20, disruption=CALM)
    assert {round(60 * hours) for hours in found.clearance_hours} == {115}


def test_ten_thousand_runs_of_aleppo_are_one_call() -> None:
    situation = assess(read_reports(ALEPPO), as_of=datetime.fromisoformat("2016-12-15T23:59+02:00"))
    found = forecast(plan(situation, time_limit=1.0), runs=10_000)
    assert found.runs == 10_000 == len(found.clearance_hours) + found.unfinished
    assert found.plan.clearance_minutes / 60 < found.quantile(0.5)
    assert found.quantile(0.1) < found.quantile(0.5) < found.quantile(0.9)
    assert found.people[0] < found.people[1] < found.people[2]
    assert found.assumptions


def test_a_milestone_beyond_the_chart_comes_back_from_the_file_and_other_gaps_do_not_pass() -> None:
    later = msgspec.structs.replace(rough().milestones[0], nine_tenths=(3.0, 4.0, math.inf))
    found = msgspec.structs.replace(rough(), milestones=(later,))
    assert Forecast.from_json(found.to_json()) == found
    for data in (found.to_json().replace(b'"runs":%d' % RUNS, b'"runs":null'), b"null", b'{"milestones": [null]}'):
        with pytest.raises(InputError, match="is not a forecast"):
            Forecast.from_json(data)
