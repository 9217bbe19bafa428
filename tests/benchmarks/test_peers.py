"""What the peers share is right, and those that every installation has make plans that hold.

PyVRP and VROOM are installed for the benchmarks alone; `python -m benchmarks.peers` checks them, and `make bench` and
`make bench-quick` run it first.
"""

from __future__ import annotations

import time

import pytest
from benchmarks.apart import apart
from benchmarks.peers import PEERS
from benchmarks.peers.hours import _cut
from benchmarks.peers.shifts import need
from benchmarks.peers.trips import CannotError, Tours, fixed_trips, list_schedule, longest
from benchmarks.rows import found, our_row, peer_row

from benchmarks import apart as apart_module
from corridor.planning.tours.generator import generate
from corridor.planning.tours.tour_plan import Bounds

# seconds: CP-SAT ends when it has proven its plan, OR-Tools routing takes all it is given
INSTALLED = {"greedy, cheapest": 1.0, "greedy, farthest": 1.0, "CP-SAT": 60.0, "OR-Tools routing": 3.0}


@pytest.mark.parametrize("who", INSTALLED)
@pytest.mark.parametrize("seed", [1, 2])
def test_every_plan_a_peer_keeps_holds(who: str, seed: int) -> None:
    problem = generate("tiny6", seed)
    kept: list[Tours] = []
    PEERS[who](problem, time.perf_counter() + INSTALLED[who], seed, kept.append)
    assert kept
    for tours in kept:
        row = {"tours": tours, "clearance": longest(problem, tours)}
        assert found(problem, row, Bounds(0, None)) is None


@pytest.mark.hard
def test_cp_sat_proves_what_we_prove() -> None:
    problem = generate("tiny6", 1)
    kept: list[Tours] = []
    PEERS["CP-SAT"](problem, time.perf_counter() + 60.0, 1, kept.append)
    ours = apart({"who": "Corridor", "size": "tiny6", "seed": 1, "limit": 20.0})
    assert longest(problem, kept[-1]) == ours["clearance"] == ours["bound"]


def test_the_fixed_trips_move_every_load_and_the_list_schedule_takes_each_once() -> None:
    problem = generate("small", 1)
    fixed = fixed_trips(problem, 1_000, "")
    routes = list_schedule(fixed)
    assert sorted(trip for route in routes for trip in route) == list(range(problem.trips))
    tours = fixed.tours(routes)
    assert max(fixed.minutes(bus, route) for bus, route in enumerate(routes)) == longest(problem, tours)
    assert found(problem, {"tours": tours, "clearance": longest(problem, tours)}, Bounds(0, None)) is None
    assert fixed.least <= longest(problem, tours)


def test_a_route_is_cut_where_the_hours_end() -> None:
    fixed = fixed_trips(generate("small", 1), 1_000, "")
    route = list_schedule(fixed)[0]
    part = fixed.minutes(0, route[:3])
    assert _cut(fixed, 0, route, part) == route[:3]
    assert _cut(fixed, 0, route, part - 1) == route[:2]
    assert _cut(fixed, 0, route, 0) == []


@pytest.mark.parametrize("who", ["CP-SAT", "OR-Tools routing"])
def test_a_model_too_large_is_refused_in_words(who: str) -> None:
    with pytest.raises(CannotError, match="model not built: it needs"):
        PEERS[who](generate("city", 1), time.perf_counter() + 1.0, 1, lambda _: None)


def test_a_missing_package_is_named_with_the_way_to_get_it() -> None:
    with pytest.raises(CannotError, match=r"requirements/bench\.txt"):
        need("no_such_package_of_ours")


def test_a_plan_that_does_not_hold_loses_its_figures() -> None:
    problem = generate("tiny6", 1)
    row = apart({"who": "greedy, cheapest", "size": "tiny6", "seed": 1, "limit": 5.0})
    assert peer_row(problem, row)["clearance"] == row["clearance"]
    row["tours"] = row["tours"][1:]
    spoilt = peer_row(problem, row)
    assert "clearance" not in spoilt
    assert "its plan does not hold" in spoilt["note"]
    short = {"tours": row["tours"], "clearance": row["clearance"] - 1, "flow": 0, "route": None, "bound": 0}
    with pytest.raises(SystemExit, match="does not hold"):
        our_row(problem, short)


def test_a_peer_that_overruns_is_ended_and_what_it_had_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    # routing always takes its whole limit, so it is still at work when it is ended long before
    monkeypatch.setattr(apart_module, "GRACE", -55.0)
    row = apart({"who": "OR-Tools routing", "size": "tiny6", "seed": 1, "limit": 60.0})
    assert row["seconds"] == 5.0
    assert "ended at 5 s" in row["note"]
    assert peer_row(generate("tiny6", 1), row)["clearance"] >= 418
    assert row["memory"] > 0
    assert row["startup"] > 0
