"""Reports on vehicles that join, people who come, families and choices, folded into the situation and planned."""

from __future__ import annotations

import pytest

from corridor.planning.solve import plan
from corridor.planning.verify import verify
from corridor.situation.assess import assess
from corridor.situation.situation import Situation
from tests.told import at, inside, told, world

FAMILY = {"families", "others"}


def believed(*more: object, hour: float = 0.0) -> Situation:
    """The small operation with 400 people inside, all of whom leave, and some reports more."""
    said = [*world(), inside("people", 400), told("share", "share_leaving", "town", 1.0), *more]
    return assess(said, as_of=at(hour))  # type: ignore[arg-type]


def test_vehicles_that_join_and_leave_are_free_when_the_reports_say() -> None:
    joins = told("join", "vehicles_joining", "bus", 4, 0.5, place="gate", received=0.0, modality="planned")
    leaves = told("leave", "vehicles_leaving", "bus", 1, 9.0, place="gate", received=0.0, modality="planned")
    found = believed(joins, leaves)
    assert [(s.count, s.at, s.leaves, s.site) for s in found.fleet.shifts] == [
        (4, at(0.5), False, "gate"),
        (1, at(9.0), True, "gate"),
    ]
    made = plan(found, time_limit=1)
    assert verify(made) == []
    assert (made.clearance_minutes, plan(believed(leaves), time_limit=1).clearance_minutes) == (75, 120)


def test_who_joined_before_the_last_count_is_in_it() -> None:
    joins = told("join", "vehicles_joining", "bus", 2, 3.0, place="gate")
    recount = told("recount", "vehicles", "bus", 6, 4.0, place="gate")
    assert believed(joins, recount, hour=5.0).fleet.shifts == ()
    assert len(believed(joins, hour=5.0).fleet.shifts) == 1


def test_a_denied_joining_and_one_of_an_unknown_type_change_nothing() -> None:
    denied = told("join", "vehicles_joining", "bus", 2, 3.0, place="gate", received=0.0, modality="denied")
    tanks = told("tanks", "vehicles_joining", "lorry", 2, 0.0, place="gate")
    assert believed(denied, tanks).fleet.shifts == ()


def test_people_come_to_their_pickup_as_the_reports_say() -> None:
    half = told("half", "share_gathered", "gate", 0.5, 1.0, received=0.0, modality="planned")
    families = told("rest", "share_gathered", "gate", 1.0, 4.0, received=0.0, modality="planned")
    found = believed(half, families)
    assert all([(step.at, step.share) for step in g.gathers] == [(at(1.0), 0.5), (at(4.0), 1.0)] for g in found.groups)
    made = plan(found, time_limit=1)
    assert verify(made) == []
    assert min(trip.board_start for _, trip in made.trips()) >= at(1.0)
    assert max(trip.board_start for _, trip in made.trips()) >= at(4.0)


def test_a_gathering_of_one_group_is_not_that_of_another() -> None:
    found = believed(
        told("late", "share_gathered", "gate", 1.0, 2.0, group="families", received=0.0, modality="planned")
    )
    assert {group.kind for group in found.groups if group.gathers} == {"families"}


def test_families_and_receptions_are_read() -> None:
    found = believed(
        told("size", "family_size", "families", 5.2),
        told("takes", "accepts", "camp", "families;others"),
        told("daily", "reception_daily", "camp", 150),
    )
    assert {group.kind: group.family for group in found.groups} == {"families": 6, "others": 1}
    camp = found.site("camp")
    assert camp.accepts == ("families", "others")
    assert camp.daily is not None
    made = plan(found, time_limit=1)
    assert verify(made) == []
    # Three days at 150: the last arrive at the second midnight.
    assert made.clearance_minutes == (18 + 24) * 60 + 5


def test_people_who_were_asked_go_only_where_they_chose() -> None:
    second = (
        told("site-village", "site", "village", "reception"),
        told("to-village", "leg_time", "gate>village", 90),
        told("from-village", "leg_time", "village>gate", 90),
        told("both", "term", "op/destination.to", "camp;village", 0.5),
    )
    asked = told("asked", "destination_chosen", "town.village", 100, place="village")
    found = believed(*second, asked, hour=1.0)
    chose = [group for group in found.groups if group.chosen]
    assert {group.chosen for group in chose} == {"village"}
    assert sum(group.people.quantile(0.5) for group in chose) == pytest.approx(100)
    assert sum(group.people.quantile(0.5) for group in found.groups) == pytest.approx(400)
    made = plan(found, time_limit=1)
    assert verify(made) == []
    # Those who chose the village are brought there and nowhere else; the others go where there is room.
    wished = {group.id for group in chose}
    brought: dict[str, int] = {}
    for convoy in made.planned:
        for trip in convoy.trips:
            people = sum(count for name, count in trip.load.items() if name.partition("+")[0] in wished)
            brought[convoy.reception] = brought.get(convoy.reception, 0) + people
    assert 100 <= brought.pop("village") <= 102
    assert set(brought.values()) <= {0}
    expected = told("expected", "destination_chosen", "town.village", 100, place="village", modality="estimate")
    assert not any(group.chosen for group in believed(*second, expected, hour=1.0).groups)
