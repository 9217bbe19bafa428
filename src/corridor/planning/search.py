"""The search for the soonest timetable: ways of forming convoys are tried until the bound or the time is reached."""

from __future__ import annotations

import itertools
import math
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from random import Random

from corridor.planning.construct import Builder
from corridor.planning.drafts import ENDLESS, Draft, Style
from corridor.planning.instance import Instance
from corridor.planning.plan import Plan
from corridor.planning.quota import quota_of
from corridor.planning.together import Together, build_together
from corridor.planning.until import Until

# Ways near the best one that are tried after the plain ones; each costs one build of the timetable.
NEAR = 160
# Where the best ends later than the bound by more than a hundredth, so many times as many are tried.
LONGER, CLOSE = 3, 1.01
# Plain ways tried before it is said that no plan was found: sizes from large to small.
TRIED = 12
# Of the first convoys so many get a size of their own.
OPENING = 8
# So many pairs of ways are tried before the best is changed a little.
COMBINED = 6
LATE = 10**9
BESIDE_STEP = 3
OPENING_STEP = 4
# How often, where there are several receptions, one of the first convoys is sent to another one.
ENDS_SHARE, CHOOSING_SHARE = 0.3, 0.1
EAGER_SHARE = 0.15
OPENING_SHARE, BESIDE_SHARE, PLAIN_SHARE = 0.5, 0.7, 0.8
Progress = Callable[[str, int, int], None]


def best(
    instances: Sequence[Instance], until: Until, seed: int, progress: Progress | None = None, goal: int = 0
) -> list[list[Draft]] | None:
    """Return the soonest timetable found of each of some operations that are planned together.

    The search ends where the proven bound `goal`, in minutes, is met. None where no way brings everyone of the planning
    figure to a reception.
    """
    if len(instances) > 1 or instances[0].agreed.gates or instances[0].agreed.ties:
        return _tied(instances, until, seed, progress, goal)
    found = _alone(instances[0], until, seed, progress, goal)
    if found is None:
        return None
    found.builder.add_reserve()
    return [found.builder.drafts]


def possible(instances: Sequence[Instance]) -> list[list[Draft]] | None:
    """Return some timetable of each operation, or None where the few ways tried bring not everyone to a reception."""
    quotas = [quota_of(instance) for instance in instances]
    ready = [quota for quota in quotas if quota is not None]
    if len(ready) < len(quotas):
        return None
    plain = [_few(list(_styles(instance))) for instance in instances]
    for turn in range(max(len(styles) for styles in plain)):
        chosen = [styles[turn % len(styles)] for styles in plain]
        made = build_together(instances, chosen, ready)
        if made is not None:
            return [builder.drafts for builder in made.builders]
    return None


def follow(instances: Sequence[Instance], previous: Plan) -> list[list[Draft]] | None:
    """Return the timetable along the orders of a previous plan, or None where it does not carry everyone."""
    quotas = [quota for instance in instances if (quota := quota_of(instance)) is not None]
    if len(quotas) < len(instances):
        return None
    # What the orders leave is carried in convoys of the size that the orders mostly had.
    styles = []
    for instance in instances:
        sizes = [len(convoy.trips) for convoy in previous.planned if convoy.operation == instance.operation]
        styles.append(Style((max(set(sizes), key=sizes.count) if sizes else instance.convoy_size,)))
    made = build_together(instances, styles, quotas, previous)
    if made is None:
        return None
    made.add_reserve()
    return [builder.drafts for builder in made.builders]


def most(
    instances: Sequence[Instance],
    until: Until,
    seed: int,
    worth: Callable[[Sequence[Builder]], tuple[float, ...]],
    goal: int,
) -> list[Builder]:
    """Return the timetables that bring most people to a reception where not everybody can go.

    The search ends where the first figure of `worth`, the people safe as they are weighed, meets the bound `goal`.
    """
    quotas = [quota_of(instance) or {} for instance in instances]
    plain = [list(_styles(instance)) for instance in instances]
    length = max(map(len, plain))
    begun = [list(turn) for turn in zip(*(_repeated(styles, length) for styles in plain), strict=True)]
    found: tuple[tuple[float, ...], list[Builder], list[Style]] | None = None
    random = Random(seed)
    for number in range(length + NEAR):
        if found is not None and (found[0][0] >= goal or until.over()):
            break
        styles = list(begun[number] if number < length or found is None else found[2])
        if number >= length:
            turn = number % len(styles)
            styles[turn] = _turn(instances[turn], styles[turn], (number - length) // len(styles), random)
        made = build_together(instances, styles, quotas, partial=True)
        if made is not None and (found is None or worth(made.builders) > found[0]):
            found = (worth(made.builders), made.builders, styles)
    return [] if found is None else found[1]


def _few(styles: list[Style]) -> list[Style]:
    return styles[:: max(len(styles) // TRIED, 1)]


@dataclass(frozen=True)
class _Found:
    ends: tuple[int, ...]
    builder: Builder
    style: Style


def _alone(
    instance: Instance,
    until: Until,
    seed: int,
    progress: Progress | None,
    goal: int,
    measure: Callable[[Builder], tuple[int, ...]] = lambda builder: (builder.clearance(),),
) -> _Found | None:
    """Try ways of forming convoys until the bound or the time is reached; return the best by its first minutes."""
    quota = quota_of(instance)
    if quota is None:
        return None
    found: _Found | None = None
    plain = list(_styles(instance))
    random = Random(seed)
    for number in itertools.count():
        if found is not None and (found.ends[0] <= goal or until.over()):
            break
        total = len(plain) + _tries(found.ends[0] if found is not None else 0, goal)
        if number >= total:
            break
        if number >= len(plain) and found is None:
            break
        if number < len(plain):
            style = plain[number]
        elif found is not None:
            style = _turn(instance, found.style, number - len(plain), random)
        builder = Builder(instance, style, quota)
        if builder.run(math.inf if found is None else until.deadline) and (
            found is None or measure(builder) < found.ends
        ):
            found = _Found(measure(builder), builder, style)
        until.tell(progress, instance.operation, number + 1, total)
    return found


def _tied(
    instances: Sequence[Instance], until: Until, seed: int, progress: Progress | None, goal: int
) -> list[list[Draft]] | None:
    """Search as for one operation, with a way of forming convoys for each, begun from what serves each alone best."""
    quotas = [quota for instance in instances if (quota := quota_of(instance)) is not None]
    if len(quotas) < len(instances):
        return None
    found: tuple[tuple[int, int], Together, list[Style]] | None = None
    random = Random(seed)
    plain = [list(_styles(instance)) for instance in instances]
    begun = _beginnings(instances, until, seed, goal)
    begun += [list(turn) for turn in zip(*(_repeated(styles, max(map(len, plain))) for styles in plain), strict=True)]
    paired = min(COMBINED, len(begun))
    for number in itertools.count():
        if found is not None and (found[0][0] <= goal or until.over()):
            break
        total = len(begun) + _tries(found[0][0] if found is not None else 0, goal)
        if number >= total:
            break
        if found is None and number >= len(begun):
            break
        if found is None or number < paired:
            styles = begun[number]
        else:
            styles = list(found[2])
            turn = number % len(styles)
            styles[turn] = _turn(instances[turn], styles[turn], (number - paired) // len(styles), random)
        made = build_together(instances, styles, quotas)
        if made is not None:
            ends = [builder.clearance() for builder in made.builders]
            if found is None or (max(ends), sum(ends)) <= found[0]:
                found = ((max(ends), sum(ends)), made, styles)
        until.tell(progress, " and ".join(instance.operation for instance in instances), number + 1, total)
    if found is None:
        return None
    found[1].add_reserve()
    return [builder.drafts for builder in found[1].builders]


def _tries(end: int, goal: int) -> int:
    """Return how many ways near the best one are tried, by how far it is from a bound."""
    return NEAR * (LONGER if 0 < goal * CLOSE < end else 1)


def _repeated(styles: list[Style], length: int) -> list[Style]:
    return [styles[number % len(styles)] for number in range(length)]


def _beginnings(instances: Sequence[Instance], until: Until, seed: int, goal: int) -> list[list[Style]]:
    """Return ways to begin with: for each operation the one that ends first and the one that lets others go first."""
    now = time.monotonic()
    share = (until.deadline - now) / (4 * len(instances))
    gates = [gate for instance in instances for gate in instance.agreed.gates]
    options = []
    for instance in instances:
        people = [
            instance.total if gate.reached is None else min(gate.reached, instance.total)
            for gate in gates
            if gate.other == instance.operation
        ]
        ends = _alone(instance, until.sooner(time.monotonic() + share), seed, None, goal)
        found = [ends]
        if people:
            opens = partial(_opens, people=max(people))
            found.append(_alone(instance, until.sooner(time.monotonic() + share / 2), seed, None, 0, opens))
        options.append([next(_styles(instance)) if one is None else one.style for one in found])
    return [list(styles) for styles in itertools.islice(itertools.product(*options), COMBINED)]


def _opens(builder: Builder, people: int) -> tuple[int, ...]:
    """Return when so many people are handed over, and when everybody is safe."""
    so_far = 0
    for draft in sorted(builder.drafts, key=lambda draft: draft.handover):
        so_far += draft.people
        if so_far >= people:
            return draft.handover, builder.clearance()
    return LATE, builder.clearance()


def _styles(instance: Instance) -> Iterator[Style]:
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


def _turn(instance: Instance, best: Style, number: int, random: Random) -> Style:
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
