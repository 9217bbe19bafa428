"""Small random worlds that switch the planner's rules on, each in turn."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from tests.planning import small_rules, small_travel
from tests.planning.small_world import Side, Small, Type, Wait

ON = small_rules.ON | small_travel.TRAVEL
OFF = small_rules.OFF | small_travel.TRAVEL_OFF
HAND_OVER, NIGHT, CHANGE = "hand-over", "overnight", "change of vehicles"
TIED = ("reciprocity", "first steps", "phase", CHANGE)
# Rules that give a side further receptions, which a world with a single way cannot have.
ENDS = {"lines", "acceptance", "own choice"}
# What a world with one of these rules has none of: another use of its windows, or of its bays at the line.
BESIDE = {
    HAND_OVER: {NIGHT, *ENDS},
    NIGHT: {HAND_OVER, "window", *ENDS},
    CHANGE: {HAND_OVER, NIGHT, "reception bays", "hold at exchange", *ENDS},
}


def _side(random: Random, name: str, *, single: bool) -> Side:
    """One to two pickups and receptions and enough loads for one to five trips."""
    ps = [f"{name}-p{n}" for n in range(1 if single else random.randint(1, 2))]
    rs = [f"{name}-r{n}" for n in range(1 if single else random.randint(1, 2))]
    depot = random.choice([f"{name}-depot", ps[0]])
    go = {(p, r): random.randint(20, 60) for p in ps for r in rs}
    back = {(r, p): random.randint(20, 60) for p in ps for r in rs}
    back |= {(depot, p): 0 if depot == p else random.randint(5, 25) for p in ps}
    seats = random.choice((10, 20, 30))
    bus = Type("bus", random.randint(1, 3), {"seat": seats}, random.randint(5, 15), random.randint(3, 8))
    loads = random.randint(1, 3) if single else random.randint(2, 4)
    waits = [Wait(f"{name}-g{n}", p, max(1, seats * loads // len(ps) - random.randint(0, 8))) for n, p in enumerate(ps)]
    return Side(name=name, depot=depot, go=go, back=back, types=(bus,), waits=tuple(waits))


def small(seed: int) -> Small:
    """Return the small world of a number: each rule in turn, and up to two more by chance."""
    random = Random(seed)
    every = [*ON, *TIED]
    first = every[seed % len(every)]
    tied = first in (*TIED, HAND_OVER)
    names = ("east", "foua") if tied else ("east",)
    sides = [_side(random, name, single=tied or first == NIGHT) for name in names]
    chosen = [first] if first in ON else []
    # Only a world that is made for it has the one way of a night.
    others = [rule for rule in ON if rule not in {first, NIGHT, *BESIDE.get(first, ())}]
    chosen += random.sample(others, random.randint(0, 1 if tied else 2))
    for rule in sorted(chosen, key=lambda rule: rule not in ENDS):
        if rule not in ENDS or HAND_OVER not in chosen:
            sides[0] = ON[rule](random, sides[0])
    world = Small(tuple(sides), rules=tuple(dict.fromkeys([first, *chosen])))
    if "daily reception" in chosen:
        world = replace(world, midnight=random.randint(60, 200))
    return _tied(random, world, first) if tied else world


def _tied(random: Random, world: Small, rule: str) -> Small:
    """Tie the two sides of a world by a rule."""
    here, there = world.sides
    if rule == "reciprocity":
        tie = (random.choice((1, 2, 3)), random.randint(0, 40), random.randint(0, 20), random.random() < 1 / 3)
        return replace(world, tie=tie)
    if rule == HAND_OVER:
        # As many here as there, and no lag, so that the minute of the hand-over counts.
        seats = {"seat": here.types[0].places["seat"]}
        waits = (replace(there.waits[0], people=here.everyone),)
        there = replace(there, waits=waits, types=(replace(there.types[0], places=seats),))
        return replace(world, sides=(here, there), tie=(2, 0, 0, False))
    if rule == "first steps":
        return replace(world, steps=(random.randint(1, here.everyone), random.randint(1, there.everyone)))
    if rule == "phase":
        after: int | str = random.choice((random.randint(60, 200), "foua"))
        return replace(world, phase=(random.randint(1, here.everyone), after))
    return replace(world, sides=(here, _onward(random, here)), relay=random.randint(0, 20))


def _onward(random: Random, first: Side) -> Side:
    """Return the side that takes the people of another on from where they are unloaded."""
    ((_, line),) = first.go
    end, name = "foua-r0", "foua"
    types = tuple(Type(t.name, random.randint(1, 2), t.places, t.board, t.unload) for t in first.types if not t.trails)
    waits = tuple(Wait(f"{name}/{w.name}", line, w.people, w.place, w.companions) for w in first.waits)
    go, back = {(line, end): random.randint(20, 60)}, {(end, line): random.randint(20, 60), (line, line): 0}
    return Side(name=name, depot=line, go=go, back=back, types=types, waits=waits)
