"""Lower bounds from people who come over time and from receptions that take in so many a day, each with its proof."""

from __future__ import annotations

from corridor.planning.bounds import PLACES, carried_by, first_departure, least, shortest
from corridor.planning.gathering import there
from corridor.planning.instance import Instance, People
from corridor.planning.plan import Bound


def bounds_of_people(instance: Instance) -> list[Bound]:
    """Return the bounds on the minutes until the last person is safe that people and receptions set."""
    return [*_gathering_bounds(instance), *_daily_bounds(instance)]


def _gathering_bounds(instance: Instance) -> list[Bound]:
    """Bound by who has not come yet.

    Proof. Whoever has not come before the minute G boards from G on, in a vehicle with the place needed; so at least
    those people leave from G plus the shortest boarding on: as for the bounds by vehicles, with that minute for the
    first departure.
    """
    found = []
    for minute in instance.steps[1:]:
        for place in PLACES:
            later = sum(_later(group, place, minute) for group in instance.people)
            offering = [unit for unit in instance.units if unit.kind.places.get(place, 0) > 0]
            if later == 0 or not offering:
                continue
            leaves = minute + min(unit.kind.board for unit in offering)
            soonest = leaves + shortest(instance) + min(unit.kind.unload for unit in offering)
            by_vehicles = least(
                lambda end, place=place, later=later, leaves=leaves: (  # type: ignore[misc]
                    carried_by(instance, lambda kind: kind.places.get(place, 0), end, leaves) >= later
                )
            )
            why = f"{later:,} people who need a {place} place come only from minute {minute} on"
            minutes = max(soonest, by_vehicles or 0)
            found.append(Bound(name="gathering", operation=instance.operation, minutes=minutes, why=why))
    return found


def _later(group: People, place: str, minute: int) -> int:
    """Return the people of a group who need a place and have not come before a minute; companions come with theirs."""
    own = group.planned - there(group.come, group.planned, minute - 1)
    return (own if group.place == place else 0) + (own * group.companions if place == "seat" else 0)


def _daily_bounds(instance: Instance) -> list[Bound]:
    """Bound by what the receptions take in a day.

    Proof. Where every reception states a number a day, no more than their sum arrive on a calendar day, and nobody
    arrives before the first possible day: the last of everyone arrives as many days later as the sums before fill, and
    is unloaded after that.
    """
    if not instance.receptions or any(name not in instance.daily for name in instance.receptions):
        return []
    a_day = sum(instance.daily.values())
    if a_day <= 0 or instance.total == 0:
        return []
    days = -(-instance.total // a_day)
    day = instance.day(first_departure(instance) + shortest(instance)) + days - 1
    minutes = instance.morning(day) + min(unit.kind.unload for unit in instance.units)
    why = f"the receptions take in {a_day:,} people a day, so {instance.total:,} people need {days} days"
    return [Bound(name="daily reception", operation=instance.operation, minutes=minutes, why=why)] if days > 1 else []
