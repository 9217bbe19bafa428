"""The search: anytime, deterministic, interruptible, and sound at every size it is quick at."""

from __future__ import annotations

import msgspec
import pytest

from corridor.errors import Infeasible, UsageError
from corridor.planning.tours import solve as module
from corridor.planning.tours.check_tours import check_tours
from corridor.planning.tours.generator import SIZES, generate
from corridor.planning.tours.problem import FAR, make_problem
from corridor.planning.tours.solve import solve


def same(plan):
    return msgspec.structs.replace(plan, seconds=0.0)


@pytest.mark.parametrize("size", ["tiny6", "small", "med400", "short120", "med2000"])
def test_plans_are_sound_and_repeat(size):
    problem = generate(size, 3)
    first = solve(problem, time_limit=None, iterations=60, seed=5)
    assert check_tours(problem, first) == []
    assert first.gap < 0.2
    assert same(first) == same(solve(problem, time_limit=None, iterations=60, seed=5))


@pytest.mark.parametrize(("size", "iterations"), [("tiny6", 40), ("small", 60), ("short120", 40), ("med2000", 60)])
def test_one_thread_or_two_give_the_same_plan(monkeypatch, size, iterations):
    problem = generate(size, 1)
    plans = []
    for threads in (1, 2, 2):
        monkeypatch.setattr(module, "THREADS", threads)
        plans.append(same(solve(problem, time_limit=None, iterations=iterations, seed=2)))
    assert plans[0] == plans[1] == plans[2]


def test_a_limit_shorter_than_the_flow_gives_greedy_tours_at_once():
    problem = generate("city", 1)
    plan = solve(problem, time_limit=0.05)
    assert check_tours(problem, plan) == []
    assert plan.status == "feasible"
    assert 0 < plan.bounds.flow < solve(problem, time_limit=None, iterations=1).bounds.flow


def test_the_hasty_build_is_nearly_level():
    problem = generate("med2000", 1)
    seen: list[module.Progress] = []
    solve(problem, time_limit=None, iterations=5, on_progress=seen.append)
    assert seen[0].gap < 0.15
    assert seen[-1].gap < 0.04


def test_more_iterations_are_never_worse():
    problem = generate("med2000", 1)
    seen = [solve(problem, time_limit=None, iterations=n, seed=1) for n in (1, 10, 60, 120)]
    values = [plan.clearance_minutes for plan in seen]
    assert values == sorted(values, reverse=True)
    assert seen[-1].gap < 0.02


@pytest.mark.parametrize("size", ["small", "short120"])
def test_progress_only_gets_better(size):
    seen: list[module.Progress] = []
    plan = solve(generate(size, 2), time_limit=None, iterations=80, on_progress=seen.append)
    assert seen
    assert [p.clearance_minutes for p in seen] == sorted((p.clearance_minutes for p in seen), reverse=True)
    assert [p.bounds.best for p in seen] == sorted(p.bounds.best for p in seen)
    assert [p.seconds for p in seen] == sorted(p.seconds for p in seen)
    assert seen[-1].clearance_minutes == plan.clearance_minutes
    assert seen[-1].bounds == plan.bounds


@pytest.mark.parametrize("after", [1, 2, 5, 12])
def test_an_interrupt_returns_the_best_so_far(after):
    problem = generate("short120", 4)
    calls = []

    def press(progress):
        calls.append(progress)
        if len(calls) == after:
            raise KeyboardInterrupt

    plan = solve(problem, time_limit=None, iterations=300, on_progress=press)
    assert check_tours(problem, plan) == []
    assert plan.clearance_minutes <= calls[-1].clearance_minutes


@pytest.mark.parametrize("where", ["simple_bound", "join", "build", "quick", "route_bound", "dive"])
def test_an_interrupt_in_any_stage_leaves_a_plan(where, monkeypatch):
    problem = generate("short120", 4)
    whole = getattr(module, where)
    pressed: list[str] = []

    def press(*values, **names):
        if not pressed:
            pressed.append(where)
            raise KeyboardInterrupt
        return whole(*values, **names)

    monkeypatch.setattr(module, where, press)
    plan = solve(problem, time_limit=None, iterations=200)
    assert pressed
    assert check_tours(problem, plan) == []


def test_nothing_to_move():
    problem = make_problem([1], [0], [1], [[1]], [[1]], [[1]])
    plan = solve(problem)
    assert plan.status == "nothing to move"
    assert check_tours(problem, plan) == []
    assert check_tours(make_problem([], [], [], [], [], []), solve(make_problem([], [], [], [], [], []))) == []


def test_two_regions_without_a_road_between_share_no_bus():
    # the second region has one bus that must do everything there
    go = [[10, FAR], [FAR, 10]]
    problem = make_problem([3, 1], [3, 5], [9, 9], [[3, FAR], [FAR, 3]], go, [[10, FAR], [FAR, 10]])
    plan = solve(problem, time_limit=None, iterations=100)
    assert check_tours(problem, plan) == []
    assert plan.clearance_minutes == 93


def test_a_region_without_a_bus_is_named():
    go = [[10, FAR], [FAR, 10]]
    with pytest.raises(Infeasible, match="no bus can reach it"):
        make_problem([1, 0], [1, 1], [9, 9], [[3, FAR], [FAR, 3]], go, [[10, FAR], [FAR, 10]])


def test_no_assignment_to_receptions_is_explained():
    # both pickups can only reach the first reception, which is too small
    problem = make_problem([2], [2, 2], [3, 9], [[1, 1]], [[5, FAR], [5, FAR]], [[5, 5], [5, 5]])
    with pytest.raises(Infeasible):
        solve(problem, time_limit=1.0)


@pytest.mark.parametrize(
    "limits", [{"time_limit": None}, {"time_limit": 0}, {"iterations": 0}, {"time_limit": float("nan")}]
)
def test_a_limit_is_needed(limits):
    with pytest.raises(UsageError):
        solve(generate("tiny6", 1), **limits)


def test_the_generator_keeps_its_word():
    for size, (pickups, receptions, buses, trips) in SIZES.items():
        if trips > 50_000:
            continue
        problem = generate(size, 1)
        assert problem.shape[1:] == (pickups, receptions)
        assert (int(problem.buses.sum()), problem.trips) == (buses, trips)
        assert (generate(size, 1).pickup_reception == problem.pickup_reception).all()
        assert (generate(size, 2).pickup_reception != problem.pickup_reception).any()
    with pytest.raises(UsageError, match="one of"):
        generate("vast", 1)


def test_zero_minutes_are_allowed():
    problem = make_problem([1, 1], [3, 2], [3, 3], [[0, 0], [0, 2]], [[0, 1], [2, 0]], [[0, 0], [0, 0]])
    plan = solve(problem, time_limit=None, iterations=60)
    assert check_tours(problem, plan) == []
