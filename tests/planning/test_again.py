"""Replanning: orders already given stand unless a change buys something, and each change says why."""

from __future__ import annotations

import time
from datetime import timedelta

import msgspec

from corridor.planning.again import difference
from corridor.planning.plan import Plan
from corridor.planning.solve import plan
from corridor.planning.verify import verify
from corridor.situation.fleet import Fleet, UnderWay
from corridor.situation.situation import Situation
from tests import worlds


def city(people: int, buses: int, *, bays: int) -> Situation:
    fleet = Fleet(vehicles=(worlds.vehicles("bus", buses, {"seat": 50}),))
    return worlds.simple((worlds.group("families", people),), fleet, size=20, headway=15, bays=bays)


def later(made: Plan, minutes: int, *, turned_back: str = "") -> Situation:
    """The situation later: who left is out, but for a convoy turned back; vehicles are where the plan says."""
    at = made.start + timedelta(minutes=minutes)
    gone = [convoy for convoy in made.planned if convoy.depart < at]
    out = sum(convoy.people for convoy in gone if convoy.id != turned_back)
    last = {trip.vehicle: (convoy, trip) for convoy in gone for trip in convoy.trips}
    away = []
    for convoy, trip in last.values():
        free = max(trip.unload_end, at)
        site = convoy.reception
        if convoy.id == turned_back:
            free, site = at + timedelta(minutes=20), convoy.pickup
        away.append(UnderWay(type="bus", operation="aleppo", movement=convoy.id, count=1, free_at=free, site=site))
    total = sum(convoy.people for convoy in made.planned)
    return msgspec.structs.replace(
        made.situation,
        at=at,
        groups=(worlds.group("families", total - out),),
        fleet=Fleet(vehicles=made.situation.fleet.vehicles, under_way=tuple(away)),
    )


def quiet_moment(made: Plan, after: int) -> int:
    """A minute at which nobody is boarding."""
    busy = [(trip.board_start, convoy.depart) for convoy in made.planned for trip in convoy.trips]
    return next(
        minute
        for minute in range(after, 10_000)
        if not any(begins < made.start + timedelta(minutes=minute) <= ends for begins, ends in busy)
    )


def test_where_all_goes_as_planned_no_order_changes() -> None:
    made = plan(city(2000, 10, bays=20), time_limit=1)
    again = plan(later(made, quiet_moment(made, 100)), previous=made)
    assert verify(again) == []
    assert again.changes == ()
    assert again.replaces == made.situation_sha256


def test_after_a_convoy_turned_back_each_changed_order_says_why_and_the_others_stand() -> None:
    made = plan(city(2000, 10, bays=20), time_limit=1)
    minute = quiet_moment(made, 100)
    back = max((c for c in made.planned if c.depart < made.start + timedelta(minutes=minute)), key=lambda c: c.depart)
    again = plan(later(made, minute, turned_back=back.id), previous=made)
    assert verify(again) == []
    assert again.people == sum(c.people for c in made.planned if c.depart > back.depart) + back.people
    now = {convoy.id: convoy for convoy in again.planned}
    changed = {change.convoy for change in again.changes}
    assert all(change.what and change.why for change in again.changes)
    for order in made.planned:
        if order.depart >= again.start and order.id not in changed:
            assert difference(order, now[order.id]) == ""
    assert any("is new" in change.what for change in again.changes)
    assert len({convoy.id for convoy in again.convoys}) == len(again.convoys)
    assert "orders differ from the plan before" in str(again)


def test_orders_are_given_anew_where_that_ends_much_sooner() -> None:
    made = plan(city(2000, 2, bays=20), time_limit=1)
    minute = quiet_moment(made, 100)
    situation = later(made, minute)
    more = worlds.vehicles("bus", 20, {"seat": 50})
    again = plan(
        msgspec.structs.replace(situation, fleet=Fleet(vehicles=(more,), under_way=situation.fleet.under_way)),
        previous=made,
    )
    assert verify(again) == []
    assert all("minutes sooner" in change.why for change in again.changes)


def test_a_hundred_thousand_people_are_replanned_in_a_second_and_one_late_order_does_not_move_the_others() -> None:
    made = plan(city(100_000, 200, bays=40), time_limit=1)
    minute = quiet_moment(made, 300)
    back = max((c for c in made.planned if c.depart < made.start + timedelta(minutes=minute)), key=lambda c: c.depart)
    situation = later(made, minute, turned_back=back.id)
    begins = time.process_time()
    again = plan(situation, previous=made)
    spent = time.process_time() - begins
    assert verify(again) == []
    assert again.people > 50_000
    assert len(again.changes) <= 3 < len(again.planned)
    assert spent < 2, "a second of work, twice that on a machine that is busy"
