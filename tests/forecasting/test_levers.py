"""Levers: what a step changes, the ranking, pairs, comparison, words; and workers that die."""

from __future__ import annotations

import os
import random
from datetime import timedelta
from pathlib import Path

import msgspec
import numpy as np
import pytest

from corridor.forecasting.change import base_arm, lever_table, moved, pulled
from corridor.forecasting.levers import compare, levers
from corridor.forecasting.trial import Trial, first_plan, ran, tried
from corridor.forecasting.workers import run_all
from corridor.publishing import lever_words
from corridor.situation.agreement import Clause
from corridor.situation.fleet import Fleet
from tests import worlds


def test_every_lever_has_something_to_act_on_somewhere_and_leaves_the_rest_alone():
    seen = set()
    for world in worlds.WORLDS.values():
        base = base_arm(world())
        for lever in lever_table():
            arm = pulled(base, lever)
            if arm is not None:
                seen.add(lever.key)
                assert arm.situation.groups == base.situation.groups
    assert {lever.key for lever in lever_table()} - seen == {"lanes", "check"}  # no world states a checkpoint's minutes
    assert moved(worlds.number(3), add=-5).quantile(0.5) == 0


def test_levers_are_ranked_and_said_in_words():
    found = levers(worlds.aleppo_small(), runs=200, deadline=worlds.START + timedelta(hours=3), workers=1)
    gains = [effect.people[1] for effect in found.effects]
    assert gains == sorted(gains, reverse=True)
    assert gains[0] > 0
    assert "hours" in found.absent
    for lang in lever_words.WORDS:
        assert lever_words.as_table(found, lang).count("\n") >= len(found.effects)
        assert "{" not in lever_words.to_read_out(found, lang)
        assert lever_words.chart(found, lang).startswith("<svg")
    again = levers(worlds.aleppo_small(), runs=200, deadline=worlds.START + timedelta(hours=3), workers=1)
    assert msgspec.json.encode(found) == msgspec.json.encode(again)


def test_the_second_situation_is_compared_on_the_same_runs():
    one, two = (
        worlds.one_bus(),
        worlds.simple((worlds.group("families", 100),), Fleet(vehicles=(worlds.vehicles("bus", 2, {"seat": 50}),))),
    )
    found = compare(one, two, runs=200, workers=1)
    assert found.effect.hours[0] > 0.5
    assert "B is over sooner" in lever_words.compared(found)
    same = compare(one, one, runs=200, workers=1)
    assert same.effect.hours == (0, 0, 0)


def _situation(number):
    """One pickup at random: people, buses, places, bays, convoys and headway, in each second one windows."""
    rng = random.Random(number)
    fleet = Fleet(vehicles=(worlds.vehicles("bus", rng.randint(1, 12), {"seat": rng.randint(20, 60)}),))
    return worlds.simple(
        (worlds.group("families", rng.randint(50, 1500)),),
        fleet,
        size=rng.randint(2, 12),
        headway=rng.choice([0, 0, 10, 30]),
        bays=rng.choice([None, 2, 5]),
        clauses=_windows(rng) if number % 2 else (),
    )


def _windows(rng):
    """Sixty days with a window each, two to ten hours long, as long as the forecast reaches."""
    opens, length = rng.randint(0, 12), rng.randint(2, 10)
    days = [worlds.START + timedelta(days=day, hours=opens) for day in range(60)]
    return tuple(
        Clause(id=f"day-{number}", kind="window", begins=begins, ends=begins + timedelta(hours=length))
        for number, begins in enumerate(days)
    )


def _monotone(numbers):
    """More buses, bays or hours: the bound never rises; the median by no more than the gap plus two standard errors."""
    runs, pulled_at = 200, {"buses": 0, "pickup_bays": 0, "hours": 0}
    for number in numbers:
        base = base_arm(_situation(number))
        made = first_plan(base.situation)
        trial = Trial(arm=base, runs=runs, seed=1, hours=0.0)
        before = ran(made, trial)
        for lever in lever_table():
            arm = pulled(base, lever) if lever.key in pulled_at else None
            if arm is None:
                continue
            pulled_at[lever.key] += 1
            more = first_plan(arm.situation)
            old_middle = float(np.median(before[0]))
            after = tried(msgspec.structs.replace(trial, arm=arm, old=made, old_middle=old_middle))
            assert after is not None
            assert more.bound_minutes <= made.bound_minutes, (number, lever.key)
            difference = after[0] - before[0]
            # Two standard errors of a median are 2.5 of a mean (normal); the gap is that of the longer plan.
            allowed = more.gap * more.bound_minutes / 60 + 2.5 * difference.std() / np.sqrt(runs)
            assert np.median(after[0]) <= np.median(before[0]) + allowed + 1e-6, (number, lever.key)
    assert min(pulled_at.values()) >= len(numbers) // 3, pulled_at


def test_more_never_lengthens_the_bound_nor_the_median_beyond_the_gap():
    _monotone(range(12))


@pytest.mark.hard
def test_more_never_lengthens_in_two_hundred_situations():
    _monotone(range(200))


def double(number):
    return 2 * number


def die_once(task):
    """Kill the worker that gets the marked task the first time; the mark is a file."""
    number, mark = task
    path = Path(mark)
    if number == 7 and not path.exists():
        path.write_text("died")
        os._exit(1)
    rng = np.random.default_rng(number)
    return float(rng.random(200_000).sum())


def test_chunks_come_back_in_order_and_progress_is_told():
    told = []
    assert run_all(double, range(20), workers=1, progress=lambda done, total: told.append((done, total))) == [
        2 * number for number in range(20)
    ]
    assert told[-1] == (20, 20)
    assert run_all(double, []) == []


@pytest.mark.hard
def test_a_worker_that_is_killed_changes_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("corridor.forecasting.workers.CHUNK_SECONDS", 1e-6)
    kept = tmp_path / "kept"
    kept.write_text("no death here")
    alone = run_all(die_once, [(number, str(kept)) for number in range(24)], workers=1)
    killed = run_all(die_once, [(number, str(tmp_path / "mark")) for number in range(24)], workers=2)
    assert (tmp_path / "mark").exists()
    assert killed == alone
