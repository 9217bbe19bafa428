"""The rules on convoys and hours of small worlds: how each is switched on, and how it is taken out again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from tests.planning.small_world import Side, Type, Wait, pickups, receptions

Change = Callable[[Random, Side], Side]
ON: dict[str, Change] = {
    "bays": lambda r, s: replace(s, bays={**s.bays, **{p: r.randint(1, 2) for p in pickups(s)}}),
    "reception bays": lambda r, s: replace(s, bays={**s.bays, **dict.fromkeys(receptions(s), 1)}),
    "capacity": lambda r, s: replace(s, room=_room(r, s)),
    "convoy size": lambda r, s: replace(s, size=1, headway=s.headway or r.randint(10, 40)),
    "headway": lambda r, s: replace(s, headway=r.randint(10, 60)),
    "window": lambda r, s: replace(s, windows=_windows(r)),
    "margin": lambda r, s: replace(s, windows=s.windows or _windows(r), margin=r.randint(5, 30)),
    "aid": lambda r, s: replace(s, aid=(r.randint(0, 60), r.randint(70, 160))),
    "smallest convoy": lambda r, s: replace(s, smallest=2, size=max(s.size, 2)),
    "escorts": lambda r, s: replace(s, escorts=1, size=min(s.size, 2)),
    "escort vehicles": lambda r, s: replace(s, size=3, escort_vehicles=2, headway=r.randint(10, 40)),
    "hold at assembly": lambda r, s: replace(
        s, bays={**s.bays, **dict.fromkeys(pickups(s), 1)}, hold_assembly=r.randint(12, 20)
    ),
    "hold at exchange": lambda r, s: replace(
        s, bays={**s.bays, **dict.fromkeys(receptions(s), 1)}, hold_exchange=r.randint(0, 4)
    ),
    "checkpoint": lambda r, s: replace(s, check=(r.randint(0, 15), r.randint(0, 4))),
    "vehicles clause": lambda r, s: replace(s, types=tuple(replace(t, at_once=1) for t in s.types)),
    "crowding": lambda r, s: replace(s, crowding=r.randint(1, 10)),
    "destination": lambda r, s: replace(s, only=r.choice(receptions(s))),
    "under way": lambda r, s: replace(
        s, types=(replace(s.types[0], out=(r.randint(20, 90), receptions(s)[0])), *s.types[1:])
    ),
    "places": lambda r, s: _with_patients(r, s, 0),
    "companions": lambda r, s: _with_patients(r, s, 1),
    "priority": lambda r, s: replace(
        s, waits=(*s.waits, replace(s.waits[0], name="first", people=r.randint(1, 12), priority=1))
    ),
    "hand-over": lambda r, s: replace(s, beyond=r.randint(5, 15)),
}
OFF: dict[str, Callable[[Side], Side]] = {
    "bays": lambda s: replace(s, bays={k: n for k, n in s.bays.items() if k not in pickups(s)}),
    "reception bays": lambda s: replace(s, bays={k: n for k, n in s.bays.items() if k not in receptions(s)}),
    "capacity": lambda s: replace(s, room={}),
    "convoy size": lambda s: replace(s, size=9),
    "headway": lambda s: replace(s, headway=0),
    "window": lambda s: replace(s, windows=None, margin=0),
    "margin": lambda s: replace(s, margin=0),
    "aid": lambda s: replace(s, aid=None),
    "smallest convoy": lambda s: replace(s, smallest=1),
    "escorts": lambda s: replace(s, escorts=None),
    "escort vehicles": lambda s: replace(s, escort_vehicles=0),
    "hold at assembly": lambda s: replace(s, hold_assembly=None),
    "hold at exchange": lambda s: replace(s, hold_exchange=None),
    "checkpoint": lambda s: replace(s, check=(0, 0)),
    "vehicles clause": lambda s: replace(s, types=tuple(replace(t, at_once=None) for t in s.types)),
    "destination": lambda s: replace(s, only=""),
    "under way": lambda s: replace(s, types=tuple(replace(t, out=None) for t in s.types)),
    "places": lambda s: replace(s, waits=tuple(replace(w, place="seat") for w in s.waits)),
    "priority": lambda s: replace(s, waits=tuple(replace(w, priority=3) for w in s.waits)),
    "hand-over": lambda s: replace(s, beyond=0),
    "crowding": lambda s: replace(s, crowding=0),
    "companions": lambda s: replace(s, waits=tuple(replace(w, companions=0) for w in s.waits)),
}


def _room(random: Random, side: Side) -> dict[str, int]:
    names = receptions(side)
    room = {name: random.randint(min(10, side.everyone), side.everyone) for name in names[1:]}
    return {names[0]: side.everyone - sum(room.values()) // 2 + random.randint(0, 10), **room}


def _windows(random: Random) -> tuple[tuple[int, int], ...]:
    ends = random.randint(60, 130)
    return (0, ends), (ends + random.randint(20, 90), 1000)


def _with_patients(random: Random, side: Side, companions: int) -> Side:
    wait = Wait("patients", pickups(side)[0], random.randint(1, 4), "stretcher", companions, 0)
    ambulance = Type("ambulance", random.randint(1, 2), {"stretcher": 2, "seat": 0}, random.randint(8, 15), 5)
    return replace(side, waits=(*side.waits, wait), types=(*side.types, ambulance))
