"""Small random worlds that switch the planner's rules on, each also as a situation; all numbers are certain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random

import msgspec

from corridor.situation.agreement import Agreement, Clause
from corridor.situation.fleet import Fleet, UnderWay, Vehicles
from corridor.situation.road import Leg
from corridor.situation.site import Group, PlaceKind, Site
from corridor.situation.situation import Operation, Situation
from tests import worlds
from tests.worlds import START

Way = tuple[str, str]


@dataclass(frozen=True)
class Type:
    """Like vehicles: places by kind, minutes to board and unload, how many may be on the road, when one is back."""

    name: str
    count: int
    places: dict[str, int]
    board: int
    unload: int
    at_once: int | None = None
    out: tuple[int, str] | None = None


@dataclass(frozen=True)
class Wait:
    """People who wait at one pickup for a kind of place, each with so many companions."""

    name: str
    pickup: str
    people: int
    place: PlaceKind = "seat"
    companions: int = 0
    priority: int = 3

    @property
    def everyone(self) -> int:
        """Everyone, companions included."""
        return self.people * (1 + self.companions)


@dataclass(frozen=True)
class Side:
    """One operation of a small world; minutes count from the start."""

    name: str
    depot: str
    go: dict[Way, int]
    back: dict[Way, int]
    types: tuple[Type, ...]
    waits: tuple[Wait, ...]
    bays: dict[str, int] = field(default_factory=dict)
    room: dict[str, int] = field(default_factory=dict)
    size: int = 9
    headway: int = 0
    windows: tuple[tuple[int, int], ...] | None = None
    aid: tuple[int, int] | None = None
    margin: int = 0
    smallest: int = 1
    escorts: int | None = None
    escort_vehicles: int = 0
    hold_assembly: int | None = None
    hold_exchange: int | None = None
    check: tuple[int, int] = (0, 0)
    crowding: int = 0
    only: str = ""
    beyond: int = 0

    @property
    def everyone(self) -> int:
        """Everyone who waits, companions included."""
        return sum(wait.everyone for wait in self.waits)


@dataclass(frozen=True)
class Small:
    """One or two operations and what ties them; `tie` is (ratio in halves, lag, tolerance, mutual)."""

    sides: tuple[Side, ...]
    tie: tuple[int, int, int, bool] | None = None
    steps: tuple[int, int] | None = None
    phase: tuple[int, int | str] | None = None
    rules: tuple[str, ...] = ()


# Each rule: how it is switched on in a side, and how it is taken out again.
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
HAND_OVER = "hand-over"  # counts in a tie, so its worlds are tied
TIED = ("reciprocity", "first steps", "phase")


def pickups(side: Side) -> list[str]:
    """The pickups of a side in order."""
    return list(dict.fromkeys(pickup for pickup, _ in side.go))


def receptions(side: Side) -> list[str]:
    """The receptions of a side in order."""
    return list(dict.fromkeys(reception for _, reception in side.go))


def _room(random: Random, side: Side) -> dict[str, int]:
    names = receptions(side)
    room = {name: random.randint(10, side.everyone) for name in names[1:]}
    return {names[0]: side.everyone - sum(room.values()) // 2 + random.randint(0, 10), **room}


def _windows(random: Random) -> tuple[tuple[int, int], ...]:
    ends = random.randint(60, 130)
    return (0, ends), (ends + random.randint(20, 90), 1000)


def _with_patients(random: Random, side: Side, companions: int) -> Side:
    wait = Wait("patients", pickups(side)[0], random.randint(1, 4), "stretcher", companions, 0)
    ambulance = Type("ambulance", random.randint(1, 2), {"stretcher": 2, "seat": 0}, random.randint(8, 15), 5)
    return replace(side, waits=(*side.waits, wait), types=(*side.types, ambulance))


def _side(random: Random, name: str, *, tied: bool) -> Side:
    """One to two pickups and receptions and enough loads for one to five trips."""
    ps = [f"{name}-p{n}" for n in range(1 if tied else random.randint(1, 2))]
    rs = [f"{name}-r{n}" for n in range(1 if tied else random.randint(1, 2))]
    depot = random.choice([f"{name}-depot", ps[0]])
    go = {(p, r): random.randint(20, 60) for p in ps for r in rs}
    back = {(r, p): random.randint(20, 60) for p in ps for r in rs}
    back |= {(depot, p): 0 if depot == p else random.randint(5, 25) for p in ps}
    seats = random.choice((10, 20, 30))
    bus = Type("bus", random.randint(1, 3), {"seat": seats}, random.randint(5, 15), random.randint(3, 8))
    loads = random.randint(1, 3) if tied else random.randint(2, 4)
    waits = [Wait(f"{name}-g{n}", p, max(1, seats * loads // len(ps) - random.randint(0, 8))) for n, p in enumerate(ps)]
    return Side(name=name, depot=depot, go=go, back=back, types=(bus,), waits=tuple(waits))


def small(seed: int) -> Small:
    """Return the small world of a number: each rule in turn, and up to two more by chance."""
    random = Random(seed)
    every = [*ON, *TIED]
    first = every[seed % len(every)]
    tied = first in (*TIED, HAND_OVER)
    names = ("east", "foua") if tied else ("east",)
    sides = [_side(random, name, tied=tied) for name in names]
    chosen = [first] if first in ON else []
    chosen += random.sample([rule for rule in ON if rule != first], random.randint(0, 1 if tied else 2))
    for rule in chosen:
        sides[0] = ON[rule](random, sides[0])
    world = Small(tuple(sides), rules=tuple(dict.fromkeys([first, *chosen])))
    if first == "reciprocity":
        tie = (random.choice((1, 2, 3)), random.randint(0, 40), random.randint(0, 20), random.random() < 1 / 3)
        world = replace(world, tie=tie)
    if first == HAND_OVER:
        # As many here as there, and no lag, so that the minute of the hand-over counts.
        there = replace(sides[1], waits=(replace(sides[1].waits[0], people=sides[0].everyone),))
        world = replace(world, sides=(sides[0], there), tie=(2, 0, 0, False))
    if first == "first steps":
        steps = (random.randint(1, sides[0].everyone), random.randint(1, sides[1].everyone))
        world = replace(world, steps=steps)
    if first == "phase":
        after: int | str = random.choice((random.randint(60, 200), "foua"))
        world = replace(world, phase=(random.randint(1, sides[0].everyone), after))
    return world


def situation_of(world: Small) -> Situation:
    """Return a small world as a situation."""
    sides = world.sides
    return Situation(
        at=START,
        sites=tuple(site for side in sides for site in _sites(side)),
        groups=tuple(_group(side, wait) for side in sides for wait in side.waits),
        fleet=Fleet(
            vehicles=tuple(_vehicles(s, t) for s in sides for t in s.types),
            under_way=tuple(
                UnderWay(
                    type=t.name,
                    operation=s.name,
                    movement=f"{s.name}/C00",
                    count=1,
                    free_at=START + timedelta(minutes=t.out[0]),
                    site=t.out[1],
                )
                for s in sides
                for t in s.types
                if t.out
            ),
        ),
        legs=tuple(leg for side in sides for leg in _legs(side)),
        corridors=tuple(
            worlds.corridor(*_path(side), operation=side.name, size=side.size, headway=side.headway) for side in sides
        ),
        agreements=tuple(
            Agreement(operation=side.name, state="in_force", clauses=(*_clauses(side), *_ties(world, side)))
            for side in sides
        ),
        operations=tuple(
            Operation(id=side.name, area=side.name, pickups=tuple(pickups(side)), receptions=tuple(receptions(side)))
            for side in sides
        ),
    )


def _vehicles(side: Side, kind: Type) -> Vehicles:
    made = worlds.vehicles(
        kind.name, kind.count, kind.places, operation=side.name, depot=side.depot, boarding=kind.board
    )
    return msgspec.structs.replace(made, unloading=worlds.minutes(kind.unload))


def _sites(side: Side) -> list[Site]:
    found = [worlds.site(name, "pickup", bays=side.bays.get(name)) for name in pickups(side)]
    found += [
        worlds.site(name, "reception", bays=side.bays.get(name), capacity=side.room.get(name))
        for name in receptions(side)
    ]
    if side.depot not in pickups(side):
        found.append(worlds.site(side.depot, "depot"))
    if side.beyond:
        found.append(worlds.site(f"{side.name}-hand", "handover"))
    return found


def _group(side: Side, wait: Wait) -> Group:
    return worlds.group(
        wait.name,
        wait.people,
        site=wait.pickup,
        operation=side.name,
        place=wait.place,
        companions=wait.companions,
        priority=wait.priority,
    )


def _path(side: Side) -> tuple[str, ...]:
    return (pickups(side)[0], f"{side.name}-hand", receptions(side)[0]) if side.beyond else ()


def _legs(side: Side) -> list[Leg]:
    every = {**side.go, **{way: m for way, m in side.back.items() if way[0] != way[1]}}
    if side.beyond:
        first, hand, last = _path(side)
        every[first, hand] = side.go[first, last] - side.beyond
        every[hand, last] = side.beyond
    return [Leg(start=a, end=b, minutes=worlds.minutes(m)) for (a, b), m in every.items()]


Terms = dict[str, int | float | str]


def _clauses(side: Side) -> list[Clause]:
    corridor = {
        "margin": side.margin,
        "smallest": side.smallest if side.smallest > 1 else 0,
        "escorts": side.escorts,
        "escort_vehicles": side.escort_vehicles,
        "hold_assembly": side.hold_assembly,
        "hold_exchange": side.hold_exchange,
    }
    stated: Terms = {name: value for name, value in corridor.items() if value is not None and (value or "hold" in name)}
    found = [Clause(id=f"{side.name}/corridor", kind="corridor", parameters=stated)]
    for n, (opens, closes) in enumerate(side.windows or ()):
        begins, ends = (START + timedelta(minutes=m) for m in (opens, closes))
        found.append(Clause(id=f"{side.name}/window-{n}", kind="window", begins=begins, ends=ends))
    if side.aid:
        begins, ends = (START + timedelta(minutes=m) for m in side.aid)
        found.append(Clause(id=f"{side.name}/goods", kind="goods", begins=begins, ends=ends))
    if side.check != (0, 0):
        check: Terms = {"convoy_minutes": side.check[0], "vehicle_minutes": side.check[1]}
        found.append(Clause(id=f"{side.name}/search", kind="search", parameters=check))
    limits: Terms = {t.name: t.at_once for t in side.types if t.at_once is not None}
    if limits or side.crowding:
        more: Terms = {"crowding": side.crowding} if side.crowding else {}
        found.append(Clause(id=f"{side.name}/vehicles", kind="vehicles", parameters={**limits, **more}))
    if side.only:
        found.append(Clause(id=f"{side.name}/destination", kind="destination", parameters={"to": side.only}))
    return found


def _ties(world: Small, side: Side) -> list[Clause]:
    found: list[Clause] = []
    mine = side is world.sides[0]
    if len(world.sides) == 1:
        return found
    other = world.sides[1 if mine else 0].name
    if world.tie and mine:
        ratio, lag, tolerance, mutual = world.tie
        terms: Terms = {"with": other, "ratio": ratio / 2, "lag": lag, "tolerance": tolerance}
        order: Terms = {"order": "mutual"} if mutual else {}
        found.append(Clause(id=f"{side.name}/reciprocity", kind="reciprocity", parameters={**terms, **order}))
    if world.steps:
        step = world.steps[0 if mine else 1]
        found.append(
            Clause(id=f"{side.name}/reciprocity", kind="reciprocity", parameters={"with": other, "first_step": step})
        )
    if world.phase and mine:
        last, after = world.phase
        begins = START + timedelta(minutes=after) if isinstance(after, int) else None
        held: Terms = {"last": last, **({} if isinstance(after, int) else {"after": after})}
        found.append(Clause(id=f"{side.name}/phase", kind="phase", parameters=held, begins=begins))
    return found
