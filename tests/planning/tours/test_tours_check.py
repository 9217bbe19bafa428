"""The checker accepts sound tours and rejects every way of breaking them."""

from __future__ import annotations

import ast
from pathlib import Path

import msgspec
import pytest

import corridor.planning.tours.check_bounds as bound_checker
import corridor.planning.tours.check_tours as checker
from corridor.errors import InputError
from corridor.planning.tours.check_tours import check_tours
from corridor.planning.tours.generator import generate
from corridor.planning.tours.problem import FAR, make_problem
from corridor.planning.tours.solve import solve
from corridor.planning.tours.tour_plan import Bounds, Tour, TourPlan

PROBLEM = make_problem([1, 1], [2, 1], [2, 2], [[5, 6], [7, 8]], [[10, 11], [12, FAR]], [[9, 9], [8, 8]])
SOUND = TourPlan(
    tours=[Tour(0, [(0, 1), (0, 1)], 35), Tour(1, [(1, 0)], 20)],
    clearance_minutes=35,
    bounds=Bounds(28, 30),
    gap=35 / 30 - 1,
    status="feasible",
    seconds=0.1,
)


def changed(**changes):
    return msgspec.structs.replace(SOUND, **changes)


def rules(plan):
    return {finding.rule for finding in check_tours(PROBLEM, plan)}


def test_sound_tours_have_no_finding():
    assert check_tours(PROBLEM, SOUND) == []


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("minutes", {"tours": [Tour(0, [(0, 1), (0, 1)], 34), SOUND.tours[1]]}),
        ("loads", {"tours": SOUND.tours[:1]}),
        (
            "loads",
            {"tours": [SOUND.tours[0], Tour(1, [(1, 0), (1, 0)], 41)], "clearance_minutes": 41, "gap": 41 / 30 - 1},
        ),
        (
            "room",
            {"tours": [Tour(0, [(0, 0), (0, 0)], 34), SOUND.tours[1]], "clearance_minutes": 34, "gap": 34 / 30 - 1},
        ),
        ("buses", {"tours": [SOUND.tours[0], Tour(0, [(1, 0)], 18)]}),
        ("roads", {"tours": [SOUND.tours[0], Tour(1, [(1, 1)], 8 + FAR)]}),
        ("places", {"tours": [SOUND.tours[0], Tour(1, [(2, 0)], 20)]}),
        ("places", {"tours": [SOUND.tours[0], Tour(1, [(1, -1)], 20)]}),
        ("places", {"tours": [SOUND.tours[0], Tour(2, [(1, 0)], 20)]}),
        ("empty", {"tours": [*SOUND.tours, Tour(1, [], 0)]}),
        ("clearance", {"clearance_minutes": 34}),
        ("bound", {"bounds": Bounds(28, 36), "gap": 35 / 36 - 1, "status": "optimal"}),
        ("bound", {"bounds": Bounds(-1, 30)}),
        ("bound", {"bounds": Bounds(28, 30, 40), "gap": 35 / 40 - 1, "status": "optimal"}),
        ("gap", {"gap": 0.0}),
        ("gap", {"gap": float("nan")}),
        ("status", {"status": "optimal"}),
        ("status", {"status": "nothing to move"}),
    ],
)
def test_each_rule_is_checked(rule, changes):
    assert rule in rules(changed(**changes))


def test_a_second_bus_of_an_empty_depot_is_found():
    assert "buses" in rules(changed(tours=[*SOUND.tours, Tour(1, [(1, 0)], 20)]))


def test_plan_goes_through_json():
    assert TourPlan.from_json(SOUND.to_json()) == SOUND
    assert msgspec.json.decode(SOUND.to_json())["tours"][1] == {"depot": 1, "stops": [[1, 0]], "minutes": 20}


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"tours": 3}', b"\xff", '{"tours": [{"depot": 0}]}'])
def test_a_file_that_is_no_plan_is_refused(text):
    with pytest.raises(InputError, match="is not a plan of tours"):
        TourPlan.from_json(text)


def test_the_checker_shares_nothing_with_the_search():
    allowed = {"corridor.finding", "corridor.planning.tours.problem", "corridor.planning.tours.tour_plan"}
    for module, more in ((checker, {"corridor.planning.tours.check_bounds"}), (bound_checker, set())):
        tree = ast.parse(Path(module.__file__ or "").read_text())
        imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert {name for name in imported if name and name.startswith("corridor")} == allowed | more


@pytest.mark.parametrize("size", ["tiny6", "small", "short120", "med2000"])
def test_every_bound_is_derived_again_and_one_more_is_refused(size):
    problem = generate(size, 2)
    plan = solve(problem, time_limit=None, iterations=120)
    assert [f for f in check_tours(problem, plan, bounds=True) if f.severity == "error"] == []
    again = bound_checker.flow_again(problem)
    assert again is not None
    assert plan.bounds.flow == again
    for bounds in (Bounds(again + 1, None), Bounds(again, plan.clearance_minutes + 1)):
        best, longest = bounds.best, plan.clearance_minutes
        false = msgspec.structs.replace(
            plan, bounds=bounds, gap=longest / best - 1, status="optimal" if longest <= best else "feasible"
        )
        assert "bound" in {f.rule for f in check_tours(problem, false, bounds=True) if f.severity == "error"}


def test_a_route_bound_one_too_high_is_refused():
    # three trips of 20 minutes with returns of 10 and starts of 5 for two buses: 55 for one of them, 25 for the other
    problem = make_problem([2], [3], [3], [[5]], [[20]], [[10]])
    tours = [Tour(0, [(0, 0), (0, 0)], 55), Tour(0, [(0, 0)], 25)]
    assert bound_checker.flow_again(problem) == 40
    assert bound_checker.route_holds(problem, 55) is True
    assert bound_checker.route_holds(problem, 56) is False
    sound = TourPlan(tours=tours, clearance_minutes=55, bounds=Bounds(40, 55), gap=0.0, status="optimal", seconds=0.1)
    assert check_tours(problem, sound, bounds=True) == []
    longer = make_problem([2], [3], [3], [[6]], [[20]], [[10]])
    false = msgspec.structs.replace(
        sound,
        tours=[Tour(0, [(0, 0)] * 3, 86)],
        clearance_minutes=86,
        bounds=Bounds(41, 60),
        gap=86 / 60 - 1,
        status="feasible",
    )
    assert [(f.about, f.severity) for f in check_tours(longer, false, bounds=True)] == [("route", "error")]
    false = msgspec.structs.replace(false, bounds=Bounds(42, 56), gap=86 / 56 - 1)
    assert [(f.about, f.severity) for f in check_tours(longer, false, bounds=True)] == [("flow", "error")]


def test_a_bound_too_dear_to_derive_is_said(monkeypatch):
    monkeypatch.setattr(bound_checker, "MOST_LEGS", 1)
    monkeypatch.setattr(bound_checker, "MOST_ROUTE_CELLS", 1)
    found = check_tours(PROBLEM, SOUND, bounds=True)
    assert [(f.about, f.severity) for f in found] == [("flow", "open"), ("route", "open")]
