"""The simulator on worlds whose answer is known: the timetable, the shuttle, queues, refusals and the seed."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from corridor.errors import InputError, UsageError
from corridor.forecasting.disruption import CALM, REPLACEABLE, Disruption, disruption_of, known_at
from corridor.forecasting.forecast import forecast
from corridor.forecasting.simulate import Simulator
from corridor.forecasting.spells import spell_times
from corridor.planning.solve import plan
from corridor.reports.report import Report
from corridor.situation.agreement import Clause
from corridor.situation.estimate import Component, Estimate
from corridor.situation.fleet import Fleet
from corridor.situation.site import Group
from tests import agreed_worlds, worlds


def runs_of(situation, *, runs=40, disruption=CALM, policy="timetable", marks=(), horizon=2000.0, **options):
    made = plan(situation, time_limit=1)
    simulator = Simulator(
        made, situation.operations[0], disruption, runs=runs, seed=3, horizon=horizon, policy=policy, **options
    )
    return made, simulator, simulator.run(marks)


@pytest.mark.parametrize("name", sorted(set(worlds.WORLDS) - {"more_may_come"}))
def test_without_randomness_the_forecast_equals_the_plan_to_the_minute(name):
    made = plan(worlds.WORLDS[name](), time_limit=1)
    found = forecast(made, runs=20, disruption=CALM, causes=False)
    assert found.clearance_hours == pytest.approx([made.clearance_minutes / 60] * 20, abs=1e-4)


@pytest.mark.parametrize(
    ("name", "minutes"), [("one_bus", 120), ("bays", 75), ("stretchers", 120), ("closed_window", 1475), ("convoys", 45)]
)
def test_the_shuttle_in_closed_form(name, minutes):
    """Convoys of one need no headway: in `convoys` all six buses go at once, 10 + 30 + 5."""
    _, simulator, outcome = runs_of(worlds.WORLDS[name](), policy="shuttle", marks=[1e6])
    assert outcome.clearance == pytest.approx(minutes)
    assert outcome.out[:, :, 0].sum(axis=1) == pytest.approx(simulator.people)


def test_one_bus_with_random_times_takes_the_sum_of_its_means():
    """Two loaded drives of mean 30 and two boardings and unloadings of mean 15 vary, the way back of 30 does not.

    Var = 2 (30 a)^2 + 2 (15 b)^2: one factor each for a convoy's drive and for its boarding and unloading.
    """
    varied = Disruption(drive_spread=0.5, boarding_spread=1.0)
    _, _, outcome = runs_of(worlds.one_bus(), runs=20_000, disruption=varied, policy="shuttle")
    deviation = np.sqrt(2 * (30 * 0.5) ** 2 + 2 * 15.0**2)
    assert abs(outcome.clearance.mean() - 120) < 2.5 * deviation / np.sqrt(20_000)
    assert outcome.clearance.std() == pytest.approx(deviation, rel=0.05)


def test_a_checkpoint_lets_one_vehicle_through_at_a_time():
    """Five buses in one convoy, one lane, 4 minutes each: 10 + 15 + 5 * 4 + 15 + 5 = 65 instead of 45."""
    base = worlds.simple((worlds.group("families", 250),), Fleet(vehicles=(worlds.vehicles("bus", 5, {"seat": 50}),)))
    legs = (*worlds.both_ways("pickup", "gate", 15), *worlds.both_ways("gate", "reception", 15))
    checked = msgspec.structs.replace(
        base,
        sites=(*base.sites, worlds.site("gate", "checkpoint", bays=1)),
        legs=legs,
        corridors=(worlds.corridor("pickup", "gate", "reception"),),
    )
    _, _, free = runs_of(checked)
    _, _, convoy = runs_of(checked, disruption=Disruption(check_minutes=4.0))
    _, _, single = runs_of(checked, disruption=Disruption(check_minutes=4.0), policy="shuttle")
    assert free.clearance == pytest.approx(45)
    assert convoy.clearance == pytest.approx(65)
    assert single.clearance == pytest.approx(65)


def test_empty_places_cost_trips_and_nobody_is_lost():
    _, simulator, outcome = runs_of(worlds.one_bus(), runs=500, disruption=Disruption(empty_share=0.2), marks=[1e6])
    assert (outcome.clearance >= 120).all()
    assert outcome.clearance.mean() > 150
    assert outcome.out[:, 0, 0] == pytest.approx(simulator.people)


def test_a_convoy_that_is_turned_back_tries_again():
    """Each attempt of mean 1/(1-p) costs 10 + 30 minutes more; two convoys: 120 + 2 * 40 p / (1 - p)."""
    _, _, outcome = runs_of(worlds.one_bus(), runs=20_000, disruption=Disruption(turned_back_share=0.2))
    extra = outcome.clearance - 120
    assert extra.mean() == pytest.approx(2 * 40 * 0.25, abs=3 * extra.std() / np.sqrt(20_000))


def test_doubling_the_drive_less_than_doubles_the_clearance_where_boarding_is_fixed():
    slow = msgspec.structs.replace(worlds.one_bus(), legs=worlds.both_ways("pickup", "reception", 60))
    varied = Disruption(drive_spread=0.3, boarding_spread=0.2)
    _, _, once = runs_of(worlds.one_bus(), runs=2_000, disruption=varied)
    _, _, twice = runs_of(slow, runs=2_000, disruption=varied)
    assert np.median(once.clearance) < np.median(twice.clearance) < 2 * np.median(once.clearance)


def test_the_same_seed_gives_the_same_bytes_whatever_the_threads():
    made = plan(worlds.aleppo_small(), time_limit=1)
    first, again = forecast(made, runs=300, seed=5), forecast(made, runs=300, seed=5)
    assert first.to_json() == again.to_json()
    assert first.to_json() != forecast(made, runs=300, seed=6).to_json()
    simulator = Simulator(
        made, made.situation.operations[0], Disruption(drive_spread=0.2), runs=100, seed=1, horizon=99
    )
    alone, many = simulator.run([60.0], threads=1), simulator.run([60.0], threads=7)
    assert all(np.array_equal(np.asarray(a), np.asarray(b), equal_nan=True) for a, b in zip(alone, many, strict=True))


def test_a_halt_that_lasts_holds_every_convoy_and_people_aboard_are_counted():
    standing = Disruption(halted=True, median_hours=10.0, spread=1e-9, halted_hours=4.0)
    _, _, timetable = runs_of(worlds.one_bus(), disruption=standing)
    assert timetable.clearance == pytest.approx(6 * 60 + 35 + 30 + 45)
    assert timetable.held == pytest.approx(50 * (360 - 10))


def test_unknown_policies_and_causes_are_refused():
    with pytest.raises(UsageError, match="policy"):
        runs_of(worlds.one_bus(), policy="fly")
    with pytest.raises(UsageError, match="cause"):
        runs_of(worlds.one_bus())[1].still("weather", 10)


def test_a_cause_that_does_not_vary_carries_none_of_the_uncertainty_and_the_only_one_all_of_it():
    made = plan(worlds.bays(), time_limit=1e-9)
    found = forecast(made, runs=300, disruption=Disruption(drive_spread=0.3))
    assert {cause.cause: cause.share for cause in found.causes} == {"people": 0, "halts": 0, "road": 1, "boarding": 0}


def test_what_the_forecast_says_beside_the_end():
    made = plan(worlds.aleppo_small(), time_limit=1)
    found = forecast(made, runs=400, disruption=Disruption(drive_spread=0.3, boarding_spread=0.3))
    assert {part.name for part in found.parts if part.part == "group"} == {"stretcher", "wounded", "families"}
    assert sum(block[1] for block in found.arrivals[0].people) == pytest.approx(1700, abs=60)
    assert found.waiting[0].person_hours[0] > 0
    assert {need.item for need in found.needs} == {"water", "food", "blankets", "latrines"}
    blankets = next(need for need in found.needs if need.item == "blankets")
    assert blankets.middle == pytest.approx(1700)
    safe = dict(found.last_safe_departures(made.start))
    assert set(safe) == {convoy.id for convoy in made.convoys}
    assert all(moment < made.start for moment in safe.values())
    assert found.milestones[0].half[1] <= found.milestones[0].nine_tenths[1]
    assert {cause.cause for cause in found.causes} == {"people", "halts", "road", "boarding"}
    assert next(c.share for c in found.causes if c.cause == "people") == pytest.approx(0.0, abs=1e-9)


def stated(part, value, **fields):
    return Report(
        id=f"stated-{part}-{value}",
        source="coordinator",
        fact="disruption",
        about=f"aleppo.{part}",
        place="pickup",
        value=value,
        observed=worlds.START,
        received=worlds.START,
        **fields,
    )


def test_one_line_of_the_situation_replaces_a_parameter():
    base = worlds.one_bus()
    usual = disruption_of(base, "aleppo")
    said = disruption_of(msgspec.structs.replace(base, reports=(stated("median_hours", 3),)), "aleppo")
    assert said.median_hours == pytest.approx(3)
    assert usual.median_hours == pytest.approx(24)
    assert any(name == "median_hours" and "coordinator" in source for name, _, source in said.sources)
    with pytest.raises(InputError, match="stated disruption"):
        disruption_of(msgspec.structs.replace(base, reports=(stated("luck", 3),)), "aleppo")
    with pytest.raises(InputError, match="stated disruption"):
        disruption_of(msgspec.structs.replace(base, reports=(stated("empty_share", 1.5),)), "aleppo")


def test_no_prior_is_used_before_it_could_be_known():
    early = known_at(worlds.START)
    assert early["turned_back_share"].value == pytest.approx(0.01)
    assert "aleppo16" not in str(disruption_of(worlds.one_bus(), "aleppo").sources)


def test_every_stretcher_is_fetched_where_far_more_lie_than_was_planned_for():
    """Two pickups; those lying down are many more than planned, and all are out in every run."""
    part = Component(weight=1.0, shape="triangular", low=4, mode=6, high=160)
    people = worlds.waiting(Estimate(quantity="people", unit="people", components=(part,)))
    base = worlds.two_sites()
    lying = Group(id="lying", operation=worlds.EAST, site="south", people=people, place="stretcher", priority=0)
    ambulance = worlds.vehicles("ambulance", 1, {"stretcher": 2}, depot="depot")
    fleet = Fleet(vehicles=(*base.fleet.vehicles, ambulance))
    sites = tuple(msgspec.structs.replace(site, capacity=None) for site in base.sites)
    world = msgspec.structs.replace(base, groups=(*base.groups, lying), fleet=fleet, sites=sites)
    _, simulator, outcome = runs_of(world, runs=300, disruption=Disruption(empty_share=0.1), marks=[1e9])
    assert np.isfinite(outcome.clearance).all()
    assert outcome.out[:, :, 0].sum(axis=1) == pytest.approx(simulator.people)


def narrow(base, stretch):
    """The world with a one-lane stretch named by its agreement."""
    clause = Clause(id="way", kind="corridor", parameters={"one_lane": stretch})
    agreements = tuple(msgspec.structs.replace(a, clauses=(*a.clauses, clause)) for a in base.agreements)
    return msgspec.structs.replace(base, agreements=agreements)


@pytest.mark.parametrize("policy", ["timetable", "shuttle"])
def test_vehicles_wait_for_each_other_at_a_one_lane_stretch(policy):
    """Two buses, one bay, three loads; the whole way of 30 is one lane.

    One leaves at 10, the other, boarded at 20, behind it at 20: they arrive at 40 and 50. The first is empty at 45 and
    would go back, but the other is on the stretch until 50: back from 50 to 80, boarding to 90, out from 90 to 120;
    unloaded at 125. Without the stretch it is back at 75 and done at 120.
    """
    fleet = Fleet(vehicles=(worlds.vehicles("bus", 2, {"seat": 50}),))
    base = worlds.simple((worlds.group("families", 150),), fleet, bays=1, size=1)
    made = plan(base, time_limit=1)
    free, one_lane = (
        Simulator(made_of, world.operations[0], CALM, runs=3, seed=1, horizon=99, policy=policy).run()
        for world in (base, narrow(base, "pickup>reception"))
        for made_of in [msgspec.structs.replace(made, situation=world)]
    )
    assert free.clearance == pytest.approx(120)
    assert one_lane.clearance == pytest.approx(125)


def test_a_lane_that_another_operation_states_holds_here_too():
    """The world above, its stretch named by the agreement of another operation only: 125 minutes, as in the plan."""
    fleet = Fleet(vehicles=(worlds.vehicles("bus", 2, {"seat": 50}),))
    base = worlds.simple((worlds.group("families", 150),), fleet, bays=1, size=1)
    (lane,) = (c for c in narrow(base, "pickup>reception").agreements[0].clauses if c.id == "way")
    other = msgspec.structs.replace(base.agreements[0], operation="elsewhere", clauses=(lane,))
    world = msgspec.structs.replace(base, agreements=(*base.agreements, other))
    made = msgspec.structs.replace(plan(base, time_limit=1), situation=world)
    run = Simulator(made, world.operations[0], CALM, runs=3, seed=1, horizon=99, policy="timetable").run()
    assert run.clearance == pytest.approx(125)


def test_a_halt_may_hold_who_is_on_the_road():
    """A halt from minute 20 to 80 meets the convoy that drives from 10 to 40: 60 minutes later where halts hold it."""
    halts = np.array([[[20.0, 80.0]]])
    for share, expected in ((0.0, 45), (0.999, 105)):
        world = worlds.simple((worlds.group("g", 50),), worlds.one_bus().fleet)
        simulator = Simulator(
            plan(world, time_limit=1),
            world.operations[0],
            Disruption(road_halt_share=share),
            runs=1,
            seed=1,
            horizon=99,
        )
        simulator.model = simulator.model._replace(halts=halts)
        assert simulator.run().clearance == pytest.approx(expected)


def test_a_stated_search_and_crowding_hold_in_a_shuttle_too():
    """One bus, two trips: (10 + 30 + 12 + 5) + 30 + (10 + 30 + 12 + 5); crowded by ten, 120 people take two trips."""
    assert runs_of(agreed_worlds.searched(), policy="shuttle")[2].clearance == pytest.approx(144)
    crowded = worlds.simple(
        (worlds.group("g", 120),), worlds.one_bus().fleet, clauses=(agreed_worlds.term("vehicles", crowding=10),)
    )
    for policy in ("timetable", "shuttle"):
        assert runs_of(crowded, policy=policy)[2].clearance == pytest.approx(120)


def test_a_convoys_search_stays_where_the_time_of_each_vehicle_is_drawn():
    """The search takes 10 minutes a convoy and 2 a vehicle; a checkpoint with a lane takes 4 a vehicle instead of 2."""
    base = agreed_worlds.searched()
    gates = worlds.site("gate", "checkpoint", bays=1)
    legs = (*worlds.both_ways("pickup", "gate", 10), *worlds.both_ways("gate", "reception", 20))
    gated = msgspec.structs.replace(base, sites=(*base.sites, gates), legs=legs)
    for world, minutes, expected in ((base, 0.0, 144), (base, 4.0, 144), (gated, 0.0, 144), (gated, 4.0, 148)):
        timetable = runs_of(world, disruption=Disruption(check_minutes=minutes))[2]
        assert timetable.clearance == pytest.approx(expected)


@pytest.mark.parametrize("policy", ["timetable", "shuttle"])
@pytest.mark.parametrize(
    ("spell", "expected"),
    [
        ([5, 80, np.inf, 0], 115),  # closed when the bus comes to it: it waits until 80, drives 30, unloads 5
        ([5, 80, 2.0, 0], 75),  # twice as long from 10 on
        ([12, 80, np.inf, 0], 45),  # the bus is past the begin of the segment
        ([5, 80, np.inf, 1], 45),  # another segment
    ],
)
def test_snow_fire_and_snipers_slow_or_close_a_segment(policy, spell, expected):
    world = worlds.simple((worlds.group("g", 50),), worlds.one_bus().fleet)
    made = plan(world, time_limit=1)
    simulator = Simulator(made, world.operations[0], CALM, runs=1, seed=1, horizon=99, policy=policy)
    simulator.model = simulator.model._replace(spells=np.array([[spell]], dtype=float))
    assert simulator.run().clearance == pytest.approx(expected)


def test_spells_come_as_often_and_last_as_long_as_stated():
    drawn = Disruption(snow_per_day=2.0, snow_hours=3.0, snow_closes=0.25, fire_per_day=1.0, spell_spread=0.5)
    spells = spell_times(drawn, np.array([10.0, 30.0]), np.random.default_rng(1), 4_000, 5 * 1440.0)
    within = spells[spells[:, :, 0] <= 5 * 1440.0]
    assert len(within) / 4_000 == pytest.approx(5 * 3, rel=0.02)
    slow = within[within[:, 2] == 2.0]
    assert len(slow) / 4_000 == pytest.approx(5 * 2 * 0.75, rel=0.02)
    assert np.median(slow[:, 1] - slow[:, 0]) == pytest.approx(180, rel=0.03)
    assert within[:, 3].mean() == pytest.approx(0.75, abs=0.02)
    assert (np.diff(spells[:, :, 0], axis=1) >= 0).all()
    assert spell_times(CALM, np.array([10.0]), np.random.default_rng(1), 3, 99.0).shape == (3, 0, 4)


def test_one_line_brings_snipers_into_the_forecast_with_its_source():
    world = msgspec.structs.replace(worlds.aleppo_small(), reports=(stated("snipers_per_day", 6),))
    calm, under_fire = (disruption_of(w, "aleppo") for w in (worlds.aleppo_small(), world))
    made = plan(world, time_limit=1e-9)
    ends = [forecast(made, runs=300, disruption=d, causes=False).quantile(0.5) for d in (calm, under_fire)]
    assert ends[1] > ends[0]
    assert any(name == "snipers_per_day" and "report" in source for name, _, source in under_fire.sources)


STATED = {
    **{f"{reason}_{part}": number for reason in ("snow", "fire", "snipers")
       for part, number in (("per_day", 2), ("hours", 7), ("slows", 3), ("closes", 0.5))},
    "spell_spread": 0.4,
    "halts": 3, "hours": 40, "median_hours": 6, "spread": 0.5, "drive_spread": 0.3, "boarding_spread": 0.4,
    "breakdown_share": 0.1, "breakdown_minutes": 90, "turned_back_share": 0.2, "empty_share": 0.3, "check_minutes": 4,
    "road_halt_share": 0.5,
}  # fmt: skip


@pytest.mark.parametrize("name", REPLACEABLE)
def test_each_distribution_is_replaced_by_one_line(name):
    said = disruption_of(msgspec.structs.replace(worlds.one_bus(), reports=(stated(name, STATED[name]),)), "aleppo")
    usual = disruption_of(worlds.one_bus(), "aleppo")
    assert getattr(said, name) == pytest.approx(STATED[name])
    assert getattr(usual, name) != pytest.approx(STATED[name])
    assert [(text, source) for key, text, source in said.sources if key == name] == [
        (f"{STATED[name]:g}: stated for this operation", f"coordinator (report stated-{name}-{STATED[name]})")
    ]
