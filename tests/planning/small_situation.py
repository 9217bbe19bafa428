"""A small world as a situation."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from corridor.situation.agreement import Agreement, Clause
from corridor.situation.fleet import Fleet, Shift, UnderWay, Vehicles
from corridor.situation.road import Leg
from corridor.situation.site import Gathering, Group, Site
from corridor.situation.situation import Operation, Situation
from tests import worlds
from tests.planning.small_world import Side, Small, Type, Wait, pickups, receptions
from tests.worlds import START


def situation_of(world: Small) -> Situation:
    """Return a small world as a situation."""
    sides = world.sides
    at = START + timedelta(minutes=18 * 60 - world.midnight)
    sites = {site.id: site for side in reversed(sides) for site in _sites(side)}
    return Situation(
        at=at,
        sites=tuple(sites.values()),
        groups=tuple(_group(side, wait, at) for side in sides for wait in side.waits),
        fleet=_fleet(sides, at),
        legs=tuple(leg for side in sides for leg in _legs(side)),
        corridors=tuple(
            worlds.corridor(*_path(side), operation=side.name, size=side.size, headway=side.headway) for side in sides
        ),
        agreements=tuple(
            Agreement(operation=side.name, state="in_force", clauses=(*_clauses(side, at), *_ties(world, side, at)))
            for side in sides
        ),
        operations=tuple(
            Operation(id=side.name, area=side.name, pickups=tuple(pickups(side)), receptions=tuple(receptions(side)))
            for side in sides
        ),
    )


def _after(at: datetime, minute: int) -> datetime:
    return at + timedelta(minutes=minute)


def _fleet(sides: tuple[Side, ...], at: datetime) -> Fleet:
    every = [(side, kind) for side in sides for kind in side.types]
    shifts = [
        Shift(type=t.name, operation=s.name, count=1, at=_after(at, minute), site=site)
        for s, t in every
        for minute, site in t.joins
    ]
    shifts += [
        Shift(type=t.name, operation=s.name, count=1, at=_after(at, minute), leaves=True)
        for s, t in every
        for minute in t.leaves
    ]
    return Fleet(
        vehicles=tuple(_vehicles(s, t) for s, t in every),
        under_way=tuple(
            UnderWay(
                type=t.name,
                operation=s.name,
                movement=f"{s.name}/C00",
                count=1,
                free_at=_after(at, t.out[0]),
                site=t.out[1],
            )
            for s, t in every
            if t.out
        ),
        shifts=tuple(sorted(shifts, key=lambda shift: shift.at)),
    )


def _vehicles(side: Side, kind: Type) -> Vehicles:
    made = worlds.vehicles(
        kind.name, kind.count, kind.places, operation=side.name, depot=side.depot, boarding=kind.board
    )
    return msgspec.structs.replace(made, unloading=worlds.minutes(kind.unload))


def _sites(side: Side) -> list[Site]:
    found = [worlds.site(name, "pickup", bays=side.bays.get(name)) for name in pickups(side)]
    found += [
        msgspec.structs.replace(
            worlds.site(name, "reception", bays=side.bays.get(name), capacity=side.room.get(name)),
            daily=worlds.number(side.daily[name]) if name in side.daily else None,
            accepts=side.accepts.get(name, ()),
        )
        for name in receptions(side)
    ]
    if side.depot not in {site.id for site in found}:
        found.append(worlds.site(side.depot, "depot"))
    if side.beyond:
        found.append(worlds.site(f"{side.name}-hand", "handover"))
    if side.night:
        found.append(worlds.site(f"{side.name}-night", "place"))
    return [msgspec.structs.replace(site, control=side.control.get(site.id, "")) for site in found]


def _group(side: Side, wait: Wait, at: datetime) -> Group:
    made = worlds.group(
        wait.name,
        wait.people,
        site=wait.pickup,
        operation=side.name,
        place=wait.place,
        companions=wait.companions,
        priority=wait.priority,
    )
    steps = tuple(Gathering(at=_after(at, minute), share=there / wait.people) for minute, there in wait.come)
    return msgspec.structs.replace(made, family=wait.family, chosen=wait.chosen, gathers=steps)


def _path(side: Side) -> tuple[str, ...]:
    stop = f"{side.name}-hand" if side.beyond else f"{side.name}-night" if side.night else ""
    return (pickups(side)[0], stop, receptions(side)[0]) if stop else ()


def _legs(side: Side) -> list[Leg]:
    every = {**side.go, **{way: m for way, m in side.back.items() if way[0] != way[1]}}
    if path := _path(side):
        first, stop, last = path
        before = side.night[0] if side.night else side.go[first, last] - side.beyond
        every |= {(first, stop): before, (stop, last): side.go[first, last] - before}
    return [Leg(start=a, end=b, minutes=worlds.minutes(m)) for (a, b), m in every.items()]


Terms = dict[str, int | float | str]


def _clauses(side: Side, at: datetime) -> list[Clause]:
    corridor = {
        "margin": side.margin,
        "smallest": side.smallest if side.smallest > 1 else 0,
        "escorts": side.escorts,
        "escort_vehicles": side.escort_vehicles,
        "hold_assembly": side.hold_assembly,
        "hold_exchange": side.hold_exchange,
    }
    road: dict[str, str] = {"one_lane": ">".join(side.lane)} if side.lane else {}
    road |= {"overnight": f"{side.name}-night"} if side.night else {}
    stated: Terms = {name: value for name, value in corridor.items() if value is not None and (value or "hold" in name)}
    found = [Clause(id=f"{side.name}/corridor", kind="corridor", parameters={**stated, **road})]
    for n, (opens, closes) in enumerate(side.windows or ()):
        begins, ends = (_after(at, m) for m in (opens, closes))
        found.append(Clause(id=f"{side.name}/window-{n}", kind="window", begins=begins, ends=ends))
    if side.aid:
        begins, ends = (_after(at, m) for m in side.aid)
        found.append(Clause(id=f"{side.name}/goods", kind="goods", begins=begins, ends=ends))
    if side.check != (0, 0):
        check: Terms = {"convoy_minutes": side.check[0], "vehicle_minutes": side.check[1]}
        found.append(Clause(id=f"{side.name}/search", kind="search", parameters=check))
    if terms := _of_vehicles(side):
        found.append(Clause(id=f"{side.name}/vehicles", kind="vehicles", parameters=terms))
    if side.only:
        found.append(Clause(id=f"{side.name}/destination", kind="destination", parameters={"to": side.only}))
    return found


def _of_vehicles(side: Side) -> Terms:
    terms: Terms = {t.name: t.at_once for t in side.types if t.at_once is not None}
    terms |= {"crowding": side.crowding} if side.crowding else {}
    terms |= {f"crossing_{t.name}": ";".join(t.crosses) for t in side.types if t.crosses is not None}
    trailing = [kind.name for kind in side.types if kind.trails]
    terms |= {"trailing": ";".join(trailing)} if trailing else {}
    terms |= {} if side.trailing_most is None or not trailing else {"trailing_most": side.trailing_most}
    for most, length, what in side.stops:
        names = ("drive_minutes", "rest_minutes") if what == "rest" else ("fuel_minutes", "refuel_minutes")
        terms |= dict(zip(names, (most, length), strict=True))
    return terms


def _ties(world: Small, side: Side, at: datetime) -> list[Clause]:
    found: list[Clause] = []
    mine = side is world.sides[0]
    if len(world.sides) == 1:
        return found
    other = world.sides[1 if mine else 0].name
    if world.relay is not None and not mine:
        change: Terms = {"onward_of": other, "transfer_minutes": world.relay}
        found.append(Clause(id=f"{side.name}/change", kind="corridor", parameters=change))
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
        begins = _after(at, after) if isinstance(after, int) else None
        held: Terms = {"last": last, **({} if isinstance(after, int) else {"after": after})}
        found.append(Clause(id=f"{side.name}/phase", kind="phase", parameters=held, begins=begins))
    return found
