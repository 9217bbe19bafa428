"""The checker accepts sound tours and rejects every way of breaking them."""

from __future__ import annotations

import ast
from pathlib import Path

import msgspec
import pytest

import corridor.planning.tours.check_tours as checker
from corridor.errors import InputError
from corridor.planning.tours.check_tours import check_tours
from corridor.planning.tours.problem import FAR, make_problem
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
    tree = ast.parse(Path(checker.__file__).read_text())
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    own = {name for name in imported if name and name.startswith("corridor")}
    assert own == {"corridor.finding", "corridor.planning.tours.problem", "corridor.planning.tours.tour_plan"}
