"""Convoys while they are being built: in minutes after the start, before they have names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from corridor.planning.instance import Instance, Unit
from corridor.planning.plan import Convoy, Night, Trip

Load = dict[str, int]
ENDLESS = 10**9


@dataclass(frozen=True)
class Style:
    """How convoys are formed: the most vehicles to gather, in turn, and whether the farthest pickup goes first.

    A `patient` style waits until a convoy is full where people come over time; the other leaves with who is there.
    `first` sizes come before those taken in turn. `beside` is the most vehicles that join although a larger type goes
    to the same people, `apart` of those that carry who needs another kind of place (never less than a third of them, so
    that patients are not put off for a sooner end of all); None where as many as there is room for do. The first
    `punctual` convoys leave with whoever is aboard when the headway lets them. Where there are several receptions a
    `choosing` style takes the one to which most can leave first, not the nearest; `ends` says for the first convoys how
    many receptions to pass over. An `eager` style sends off who may go before a phase holds the rest back.
    """

    gather: tuple[int, ...]
    farthest_first: bool = False
    patient: bool = False
    first: tuple[int, ...] = ()
    beside: int | None = None
    apart: int | None = None
    punctual: int = 0
    choosing: bool = False
    ends: tuple[int, ...] = ()
    eager: bool = False

    def end(self, number: int) -> int:
        """Return how many receptions the convoy of a number passes over, counted from 0."""
        return self.ends[number] if number < len(self.ends) else 0

    def size(self, number: int) -> int:
        """Return the most vehicles to gather for the convoy of a number, counted from 0."""
        if number < len(self.first):
            return self.first[number]
        return self.gather[(number - len(self.first)) % len(self.gather)]


class Ride(NamedTuple):
    """One vehicle in a convoy being built: when it stands in the bay, and who is aboard (minutes, people).

    `sets_off` is when it left for the pickup, where a rule on the way back makes that matter.
    """

    unit: Unit
    board_start: int
    board_end: int
    load: Load
    sets_off: int | None = None


@dataclass(frozen=True)
class Draft:
    """One convoy in minutes after the start; `handover` is when its people are counted as accepted.

    `order` is the id of the earlier order that it keeps, and `why` says what made it differ from that order.
    `night` is from when to when it stands loaded at the overnight stop.
    """

    pickup: str
    reception: str
    depart: int
    arrive: int
    handover: int
    rides: tuple[Ride, ...]
    unloading: tuple[tuple[int, int], ...]
    reserve: bool
    order: str = ""
    why: str = ""
    night: tuple[int, int] | None = None

    @property
    def people(self) -> int:
        """Everyone aboard, companions included."""
        return sum(sum(ride.load.values()) for ride in self.rides)


def to_convoys(instance: Instance, drafts: list[Draft], taken: int = 0) -> tuple[Convoy, ...]:
    """Give the drafts names and moments, in order of departure (planned before reserve).

    Orders that are kept keep their name; the others are numbered on from the `taken` names given out before.
    """
    convoys = []
    ordered = sorted(drafts, key=lambda draft: (draft.reserve, draft.depart, draft.pickup, draft.rides[0].unit.name))
    width = max(2, len(str(taken + len(ordered))))
    number = taken
    for draft in ordered:
        number += 0 if draft.order else 1
        trips = tuple(
            Trip(
                vehicle=ride.unit.name,
                board_start=instance.moment(ride.board_start),
                board_end=instance.moment(ride.board_end),
                unload_start=instance.moment(unload_start),
                unload_end=instance.moment(unload_end),
                load=dict(ride.load),
                sets_off=None if ride.sets_off is None else instance.moment(ride.sets_off),
            )
            for ride, (unload_start, unload_end) in zip(draft.rides, draft.unloading, strict=True)
        )
        convoys.append(
            Convoy(
                id=draft.order or f"{instance.operation}/C{number:0{width}d}",
                operation=instance.operation,
                pickup=draft.pickup,
                reception=draft.reception,
                depart=instance.moment(draft.depart),
                arrive=instance.moment(draft.arrive),
                lead=instance.lead,
                trips=trips,
                reserve=draft.reserve,
                night=_night(instance, draft),
            )
        )
    return tuple(convoys)


def _night(instance: Instance, draft: Draft) -> Night | None:
    if draft.night is None:
        return None
    stands, goes_on = draft.night
    return Night(site=instance.agreed.travel.overnight, arrive=instance.moment(stands), depart=instance.moment(goes_on))
