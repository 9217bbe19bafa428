"""The rules on vehicles, people and the way of small worlds: how each is switched on, and how it is taken out again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from tests.planning.small_rules import Change
from tests.planning.small_world import Side, Type, Wait, pickups, receptions

US, THEM = "us", "them"


def _lines(random: Random, side: Side) -> Side:
    """Let the nearest reception lie behind a line that only a small van may cross."""
    side = _with_two_ends(random, side)
    near = min(receptions(side), key=lambda name: min(m for way, m in side.go.items() if way[1] == name))
    control = {near: THEM, **dict.fromkeys(pickups(side), US)}
    bus = side.types[0]
    seats = {"seat": max(bus.places["seat"] // 2, 1)}
    van = Type("van", random.randint(1, 2), seats, random.randint(4, 10), 3, crosses=(US, THEM))
    return replace(side, control=control, types=(replace(bus, crosses=(US,)), *side.types[1:], van))


def _with_two_ends(random: Random, side: Side) -> Side:
    """Return a side with a second reception if it had one."""
    ends = receptions(side)
    if len(ends) > 1:
        return side
    far = f"{side.name}-r1"
    go = {(pickup, far): random.randint(30, 60) for pickup in pickups(side)}
    back = {(far, pickup): random.randint(30, 60) for pickup in pickups(side)}
    return replace(side, go={**side.go, **go}, back={**side.back, **back})


def _split(random: Random, side: Side) -> Side:
    """Return a side with a part of its first people apart."""
    whole, *rest = side.waits
    if whole.people < 2 or any(wait.name.endswith("-guests") for wait in rest):
        return side
    others = random.randint(1, max(whole.people // 2, 1))
    whole = replace(whole, come=())
    parts = replace(whole, people=whole.people - others), replace(whole, name=f"{side.name}-guests", people=others)
    return replace(side, waits=(*parts, *rest))


def _accepting(random: Random, side: Side) -> Side:
    side = _split(random, _with_two_ends(random, side))
    takes = tuple(wait.name for wait in side.waits if not wait.name.endswith("-guests"))
    return replace(side, accepts={random.choice(receptions(side)): takes})


def _choosing(random: Random, side: Side) -> Side:
    side = _split(random, _with_two_ends(random, side))
    end = random.choice(receptions(side))
    waits = tuple(replace(w, chosen=end) if w.name.endswith("-guests") else w for w in side.waits)
    return replace(side, waits=waits)


def _coming(random: Random, side: Side) -> Side:
    first = side.waits[0]
    steps = sorted(random.sample(range(10, 150), random.randint(1, 2)))
    there = sorted(random.randint(0, first.people) for _ in steps)
    come = (*zip((0, *steps[:-1]), there, strict=True), (steps[-1], first.people))
    return replace(side, waits=(replace(first, come=come), *side.waits[1:]))


def _lane(random: Random, side: Side) -> Side:
    """Let two buses go one after the other, often enough that one comes back while the other is under way."""
    bus = replace(side.types[0], count=2)
    lane = random.choice(sorted(side.go))
    first = replace(side.waits[0], people=4 * bus.places["seat"] - random.randint(0, 5))
    side = replace(side, lane=lane, waits=(first, *side.waits[1:2]), types=(bus, *side.types[1:]), size=1)
    return replace(side, headway=random.randint(10, 30))


def _stops(random: Random, side: Side, most: tuple[int, int], what: str) -> Side:
    longest = max(*side.go.values(), *side.back.values())
    stop = (longest + random.randint(*most), random.randint(10, 60), what)
    return replace(side, stops=(*side.stops, stop), types=(replace(side.types[0], count=1), *side.types[1:]))


def _night(random: Random, side: Side) -> Side:
    """Give the one way a stop, and windows of which some are shorter than the drive."""
    (way,) = side.go
    parts = random.randint(30, 60), random.randint(30, 60)
    windows, begins = [], 0
    while begins < 900:
        length = random.randint(65, 115)
        windows.append((begins, begins + length))
        begins += length + random.randint(20, 60)
    return replace(side, night=parts, go={way: sum(parts)}, windows=tuple(windows))


def _trailing(random: Random, side: Side) -> Side:
    car = Type("car", random.randint(1, 3), {"seat": random.randint(3, 5)}, random.randint(3, 8), 3, trails=True)
    most = random.choice((None, 1, 2))
    return replace(side, types=(*side.types, car), trailing_most=most)


def _joining(random: Random, side: Side) -> Side:
    bus = side.types[0]
    where = random.choice([side.depot, receptions(side)[0]])
    joins = ((random.randint(10, 100), where),)
    return replace(side, types=(replace(bus, count=1, joins=joins), *side.types[1:]))


def _leaving(random: Random, side: Side) -> Side:
    bus = side.types[0]
    gone = (random.randint(60, 180),)
    return replace(side, types=(replace(bus, count=max(bus.count, 2), leaves=gone), *side.types[1:]))


def _wheelchairs(random: Random, side: Side) -> Side:
    bus = side.types[0]
    fitted = replace(bus, places={**bus.places, "wheelchair": random.randint(1, 2)})
    sitting = Wait("chairs", pickups(side)[0], random.randint(1, 4), "wheelchair", random.randint(0, 1), 1)
    return replace(side, types=(fitted, *side.types[1:]), waits=(*side.waits, sitting))


def _daily(random: Random, side: Side) -> Side:
    half = -(-side.everyone // len(receptions(side)) // 2)
    return replace(side, daily={name: random.randint(half, side.everyone) for name in receptions(side)})


def _all_seated(side: Side) -> Side:
    return replace(side, waits=tuple(replace(w, place="seat") if w.name == "chairs" else w for w in side.waits))


TRAVEL: dict[str, Change] = {
    "lines": _lines,
    "one lane": _lane,
    "rests": lambda r, s: _stops(r, s, (0, 60), "rest"),
    "fuel": lambda r, s: _stops(r, s, (20, 100), "fuel"),
    "overnight": _night,
    "families": lambda r, s: replace(s, waits=(replace(s.waits[0], family=r.randint(3, 8)), *s.waits[1:])),
    "wheelchairs": _wheelchairs,
    "acceptance": _accepting,
    "own choice": _choosing,
    "gathering": _coming,
    "trailing": _trailing,
    "joining": _joining,
    "leaving": _leaving,
    "daily reception": _daily,
}
TRAVEL_OFF: dict[str, Callable[[Side], Side]] = {
    "lines": lambda s: replace(s, types=tuple(replace(t, crosses=None) for t in s.types)),
    "one lane": lambda s: replace(s, lane=None),
    "rests": lambda s: replace(s, stops=tuple(stop for stop in s.stops if stop[2] != "rest")),
    "fuel": lambda s: replace(s, stops=tuple(stop for stop in s.stops if stop[2] != "fuel")),
    "overnight": lambda s: replace(s, night=None),
    "families": lambda s: replace(s, waits=tuple(replace(w, family=1) for w in s.waits)),
    "wheelchairs": _all_seated,
    "acceptance": lambda s: replace(s, accepts={}),
    "own choice": lambda s: replace(s, waits=tuple(replace(w, chosen="") for w in s.waits)),
    "gathering": lambda s: replace(s, waits=tuple(replace(w, come=()) for w in s.waits)),
    "trailing": lambda s: replace(s, types=tuple(replace(t, trails=False) for t in s.types)),
    "joining": lambda s: replace(s, types=tuple(replace(t, joins=tuple((0, w) for _, w in t.joins)) for t in s.types)),
    "leaving": lambda s: replace(s, types=tuple(replace(t, leaves=()) for t in s.types)),
    "daily reception": lambda s: replace(s, daily={}),
}
