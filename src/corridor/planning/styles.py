"""Ways of forming convoys: the plain ones, and those near another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from random import Random

from corridor.planning.drafts import ENDLESS, Style
from corridor.planning.instance import Instance

# Of the first convoys so many get a size of their own.
OPENING = 8
BESIDE_STEP = 3
OPENING_STEP = 4
# How often, where there are several receptions, one of the first convoys is sent to another one.
ENDS_SHARE, CHOOSING_SHARE = 0.3, 0.1
EAGER_SHARE = 0.15
OPENING_SHARE, BESIDE_SHARE, PLAIN_SHARE = 0.5, 0.7, 0.8


def styles_of(instance: Instance) -> Iterator[Style]:
    """Yield the plain ways of forming convoys: the largest type split into equal convoys first, then every size.

    Equal convoys that take turns keep the bays busy and never wait for one another, so one of them is mostly the best.
    """
    apart = instance.apart and len(instance.receptions) > 1
    fleet = max(Counter(unit.kind.name for unit in instance.units if not unit.kind.trails).values())
    most = 1 if instance.alone else min(instance.convoy_size, fleet)
    sizes = dict.fromkeys((*(min(-(-fleet // parts), most) for parts in range(1, fleet + 1)), *range(1, most + 1)))
    several = len(instance.pickups) > 1
    if several:
        # First what looks at one pickup at a time: a large city has its first plans that many times sooner.
        yield from (Style((size,), farthest_first=True) for size in sizes)
    for number, size in enumerate(sizes):
        if instance.gathers or instance.agreed.travel.relay is not None:
            yield Style((size,), patient=True)
        if apart:
            yield Style((size,), choosing=True)
        yield Style((size,))
        if number == 0 and most > 1:
            yield Style((most,), farthest_first=several, punctual=ENDLESS)


def turned(instance: Instance, best: Style, number: int, random: Random) -> Style:
    """Return the way to try next near the best one: first every mix of vehicles, then whatever is near."""
    fewest, most = _patients(instance)
    mixes = [replace(best, apart=apart) for apart in range(fewest, most) if fewest]
    if instance.agreed.gates:
        opening = dict.fromkeys((0, *range(instance.convoy_size // 2, instance.convoy_size, OPENING_STEP)))
        mixes += [replace(best, eager=True, first=(size,) if size else best.first) for size in opening]
    if len(instance.kinds) > 1:
        mixes += [replace(best, beside=beside) for beside in range(0, instance.convoy_size // 2 + 1, BESIDE_STEP)]
    return mixes[number] if number < len(mixes) else _near(instance, best, random)


def _near(instance: Instance, best: Style, random: Random) -> Style:
    """Return a way near another: sizes of their own for the first convoys, others in turn, or fewer small vehicles."""
    most = 1 if instance.alone else max(min(instance.convoy_size, len(instance.units)), 1)
    if instance.agreed.gates and random.random() < EAGER_SHARE:
        return replace(best, eager=not best.eager)
    if len(instance.receptions) > 1 and random.random() < ENDS_SHARE:
        turn = random.randrange(OPENING)
        ends = [best.end(number) for number in range(max(turn + 1, len(best.ends)))]
        ends[turn] = random.randrange(2 * len(instance.receptions))
        return replace(best, ends=tuple(ends), choosing=best.choosing != (random.random() < CHOOSING_SHARE))
    draw = random.random()
    if draw < OPENING_SHARE:
        turn = random.randrange(OPENING)
        first = [best.size(number) for number in range(max(turn + 1, len(best.first)))]
        near = first[turn] + random.choice((-3, -2, -1, 1, 2, 3))
        first[turn] = min(max(random.choice((near, random.randint(1, most))), 1), most)
        return replace(best, first=tuple(first), punctual=random.choice((best.punctual, best.punctual, 0, turn)))
    if draw < BESIDE_SHARE and len(instance.kinds) > 1:
        if random.random() < 1 / 2:
            return replace(best, beside=random.choice((None, *range(instance.convoy_size // 2 + 1))))
        fewest, number = _patients(instance)
        return replace(best, apart=random.choice((None, *range(fewest, number + 1))))
    middle = best.gather[0]
    sizes = tuple(min(max(middle + random.randint(-3, 3), 1), most) for _ in range(random.randint(1, 4)))
    return replace(best, gather=sizes, first=best.first if random.random() < PLAIN_SHARE else ())


def _patients(instance: Instance) -> tuple[int, int]:
    """Return a third of the vehicles that carry who does not sit, and all of them."""
    number = sum(1 for unit in instance.units if any(n for place, n in unit.kind.places.items() if place != "seat"))
    return -(-number // 3), number
